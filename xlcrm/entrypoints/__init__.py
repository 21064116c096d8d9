"""Thin doors: command line, buttons, functions, scheduler."""
