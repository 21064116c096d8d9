"""Colours, marks, patterns, fonts and number formats of charts, which also read in black and white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.templates import palette
from xlcrm.templates.analysis_looks import LABEL_FORMATS, NUMBER_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INKS: Final = ("#1F3A5F", "#C07A2C", "#8FA9C4", "#5B8C3E")
"""Colours of lines, which marks and dashes tell apart, too."""
BAR_FILLS: Final = ("#1F3A5F", "#9DB8D6", "#5F7FA6", "#D3DEEA")
"""Colours of bars and columns; neighbours differ in lightness."""
SHARE_FILLS: Final[tuple[Mapping[str, Any], ...]] = (
    {"fill": {"color": "#1F3A5F"}},
    {"fill": {"color": "#9DB8D6"}},
    {"fill": {"color": "#5F7FA6"}},
    {"fill": {"color": "#DCE5EF"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#1F3A5F", "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#8A94A3"}},
    {"pattern": {"pattern": "wide_downward_diagonal", "fg_color": "#C07A2C", "bg_color": "#FFFFFF"}},
    {"pattern": {"pattern": "percent_20", "fg_color": "#1F3A5F", "bg_color": "#FFFFFF"}},
)
"""Fills of parts that lie on or beside each other; neighbours differ in lightness or in pattern."""
DARK_PARTS: Final = frozenset({0, 2, 5})
"""Parts on which labels are white."""
_MARKS: Final = ("circle", "square", "triangle", "diamond")
_DASHES: Final = ("solid", "long_dash", "round_dot", "dash_dot")
_LABEL_SIZE: Final = 9
_FEW: Final = 3


def font(size: float = _LABEL_SIZE, color: str = palette.MUTED, **more: Any) -> dict[str, Any]:
    """A font of a chart."""
    return {"name": palette.FONT, "size": size, "color": color, **more}


def _bar_look(number: int, rows: int) -> dict[str, Any]:
    color = BAR_FILLS[number % len(BAR_FILLS)]
    return {"fill": {"color": color}, "border": {"none": True}, "gap": _gap(rows)}


def _stack_look(number: int, rows: int) -> dict[str, Any]:
    fill = SHARE_FILLS[number % len(SHARE_FILLS)]
    return {**fill, "border": {"color": palette.WHITE}, "gap": _gap(rows)}


def _gap(rows: int) -> int:
    """Space between bars, in percent of their width: few ones would else be blocks."""
    return 160 if rows <= _FEW else 50


def _line_look(number: int, rows: int) -> dict[str, Any]:
    del rows  # lines have room for their marks
    turn = number % len(INKS)
    return {
        "line": {"color": INKS[turn], "width": 2.25, "dash_type": _DASHES[turn]},
        "marker": {
            "type": _MARKS[turn],
            "size": 7,
            "fill": {"color": INKS[turn] if turn % 2 == 0 else palette.WHITE},
            "border": {"color": INKS[turn]},
        },
        "smooth": False,
    }


SERIES_LOOKS: Final[Mapping[ChartKind, Callable[[int, int], dict[str, Any]]]] = {
    ChartKind.BARS: _bar_look,
    ChartKind.COLUMNS: _bar_look,
    ChartKind.STACKED: _stack_look,
    ChartKind.LINES: _line_look,
}
"""Looks by (number of the series, rows that are drawn)."""


def part_format(kind: Kind) -> str:
    """Parts that are too small for their figure go without it."""
    return '[<0.035]"";0%' if kind is Kind.PERCENT else "#,##0;;"


def label_format(kind: Kind) -> str:
    """The figures beside what is drawn."""
    return LABEL_FORMATS.get(kind, NUMBER_FORMATS.get(kind, "General"))
