"""Explanations: how the deadlines of one row came about."""
