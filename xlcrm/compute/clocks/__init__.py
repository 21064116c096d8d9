"""Clocks: deadlines, verdicts, repeats, and the logs that they are replayed from."""
