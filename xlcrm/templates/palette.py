"""The one palette of every workbook: colours, fonts and number formats. All states also stand as words."""

from __future__ import annotations

from typing import Final

from xlcrm.tables.base import Kind

FONT: Final = "微软雅黑"
SIZE: Final = 10

INK: Final = "#1F2933"
MUTED: Final = "#66717F"
AUTO_TEXT: Final = "#5B6775"
LINE: Final = "#D5DAE1"
BAND: Final = "#F3F5F8"
WHITE: Final = "#FFFFFF"

ENTRY: Final = "#1F3A5F"
"""Headings that the user fills, and the brand colour of 首页."""
EXTRA: Final = "#1F7A7A"
AUTO: Final = "#D3D8DF"
AUTO_INK: Final = "#39434F"

RED: Final = "#B3261E"
RED_FILL: Final = "#FBE3E1"
AMBER: Final = "#8A5A00"
AMBER_FILL: Final = "#FFEFC7"
GREEN: Final = "#1E6B3C"
GREEN_FILL: Final = "#E0F1E5"
SLATE: Final = "#44546A"
SLATE_FILL: Final = "#E4E8EE"
LINK: Final = "#1F5FA8"

TAB_LISTS: Final = "#C58B1B"
TAB_TABLES: Final = ENTRY
TAB_SETTINGS: Final = "#8A94A3"
TAB_ANALYSIS: Final = "#A63D6F"

DATE_FORMAT: Final = "yyyy-mm-dd"
MOMENT_FORMAT: Final = "yyyy-mm-dd hh:mm"

NUMBER_FORMATS: Final = {
    Kind.DATE: DATE_FORMAT,
    Kind.DATETIME: MOMENT_FORMAT,
    Kind.MONEY: "#,##0.00",
    Kind.PERCENT: "0.0%",
    Kind.INT: "0",
    Kind.NPS: "0",
    Kind.SCORE5: "0.##",
    Kind.SCORE10: "0.##",
    Kind.ID: "@",
    Kind.REF: "@",
    Kind.PHONE: "@",
}
"""Kinds whose cells need a number format; all others are General."""

TEXT_CELLS: Final = frozenset({Kind.ID, Kind.REF, Kind.PHONE})
"""Kinds of digits that are no numbers: stored as text."""
