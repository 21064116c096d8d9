"""The workbook port and its doors."""
