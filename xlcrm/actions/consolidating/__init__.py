"""Consolidating: many branch workbooks joined into one group workbook, on one of three engines."""
