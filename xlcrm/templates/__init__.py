"""The workbooks: built from the declared tables and rules, with all their looks."""

from __future__ import annotations

from xlcrm.templates.book import Extras, build, default_frames, parameters_frame
from xlcrm.templates.buttons import Button
from xlcrm.templates.macro_book import Macros, xlwings_settings
from xlcrm.templates.packaged import packaged_name, rebuild
from xlcrm.templates.report_book import build_report

__all__ = [
    "Button",
    "Extras",
    "Macros",
    "build",
    "build_report",
    "default_frames",
    "packaged_name",
    "parameters_frame",
    "rebuild",
    "xlwings_settings",
]
