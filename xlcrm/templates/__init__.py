"""Builds the workbooks from tables and rules."""
