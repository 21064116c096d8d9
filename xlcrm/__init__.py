"""Spreadsheet-first CRM: the workbook is the only source of truth."""

__version__ = "0.1.0"
