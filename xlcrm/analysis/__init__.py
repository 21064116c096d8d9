"""Figures over many rows: what the analysis sheets and functions show."""
