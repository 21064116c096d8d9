"""Letters from a workbook: who gets which, what they say, what was sent."""
