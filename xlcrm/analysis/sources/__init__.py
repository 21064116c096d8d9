"""Figures that several analysis sheets rest on."""
