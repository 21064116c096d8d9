"""Native charts of the analysis sheets, tied to the cells of their panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.templates import palette
from xlcrm.templates.analysis_looks import AXIS_FORMATS, LABEL_FORMATS, NUMBER_FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

    from xlcrm.analysis.base import Panel
    from xlcrm.templates.analysis_grid import Band

INKS: Final = ("#1F3A5F", "#C07A2C", "#8FA9C4", "#5B8C3E")
"""Colours of lines, which marks and dashes tell apart, too."""
BAR_FILLS: Final = ("#1F3A5F", "#9DB8D6", "#5F7FA6", "#D3DEEA")
"""Colours of bars and columns; neighbours differ in lightness."""
SHARE_FILLS: Final[tuple[Mapping[str, Any], ...]] = (
    {"fill": {"color": "#1F3A5F"}},
    {"fill": {"color": "#9DB8D6"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#1F3A5F", "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#5F7FA6"}},
    {"fill": {"color": "#E3EAF4"}},
    {"pattern": {"pattern": "wide_downward_diagonal", "fg_color": "#C07A2C", "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#8A94A3"}},
    {"pattern": {"pattern": "percent_20", "fg_color": "#1F3A5F", "bg_color": "#FFFFFF"}},
)
"""Fills of the parts of one bar; neighbours differ in lightness and in pattern."""
_LIGHT_PARTS: Final = frozenset({1, 2, 4, 5, 7})
"""Parts on which labels are dark."""
_STACK_FILLS: Final[tuple[Mapping[str, Any], ...]] = (
    SHARE_FILLS[0],
    SHARE_FILLS[1],
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#C07A2C", "bg_color": "#FFFFFF"}},
    SHARE_FILLS[4],
)
_MARKS: Final = ("circle", "square", "triangle", "diamond")
_DASHES: Final = ("solid", "long_dash", "round_dot", "dash_dot")
_TARGET_INK: Final = "#B3261E"
_TITLE_SIZE: Final = 10.5
_LABEL_SIZE: Final = 9
_FEW_ROWS: Final = 12
"""Standing columns and months up to so many carry their figures."""
_TYPES: Final[Mapping[ChartKind, Mapping[str, str]]] = {
    ChartKind.BARS: {"type": "bar"},
    ChartKind.COLUMNS: {"type": "column"},
    ChartKind.STACKED: {"type": "column", "subtype": "stacked"},
    ChartKind.LINES: {"type": "line"},
    ChartKind.SHARES: {"type": "bar", "subtype": "percent_stacked"},
}
_GRID: Final = {"visible": True, "line": {"color": "#E3E6EB", "width": 0.75}}
_AXIS_LINE: Final = {"color": "#AEB6C1", "width": 0.75}


@dataclass(frozen=True, slots=True)
class Source:
    """The cells that a chart is tied to.

    Attributes:
        sheet: the sheet's name.
        band: where the panel stands.
        rows: of the body that are drawn.
    """

    sheet: str
    band: Band
    rows: int

    def cell(self, row: int, column: int) -> str:
        return f"={self._quoted}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def body(self, column: int) -> str:
        """The filled cells of a column."""
        first = self.band.first
        return f"={self._quoted}!{xl_range_abs(first, column, first + self.rows - 1, column)}"

    @property
    def _quoted(self) -> str:
        return "'" + self.sheet.replace("'", "''") + "'"


def make_chart(book: Workbook, source: Source, size: tuple[int, int]) -> Chart:
    """A panel's chart, to be inserted by the caller.

    Its name is the panel's title and its title is tied to the cell of the caption. What one kind of chart
    says in colours it also says in lightness, marks, dashes or patterns, for print in black and white.

    Args:
        book: the workbook.
        source: the cells that it is tied to; the panel has a chart.
        size: width and height in pixels.
    """
    panel, kind = source.band.panel, _kind(source.band.panel)
    chart = book.add_chart({**_TYPES[kind], "name": panel.title})
    if kind is ChartKind.SHARES:
        _add_parts(chart, source)
    else:
        _add_series(chart, source)
        _add_target(book, chart, source)
    _set_axes(chart, panel)
    _set_frame(chart, source, size)
    return chart


def _kind(panel: Panel) -> ChartKind:
    assert panel.chart  # noqa: S101 - callers ask for panels with a chart
    return panel.chart.kind


def _place(panel: Panel, key: str) -> int:
    return next(place for place, item in enumerate(panel.columns) if item.key == key)


def _font(size: float = _LABEL_SIZE, color: str = palette.MUTED, **more: Any) -> dict[str, Any]:
    return {"name": palette.FONT, "size": size, "color": color, **more}


def _add_series(chart: Chart, source: Source) -> None:
    panel = source.band.panel
    drawn = panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    categories = source.body(_place(panel, drawn.category))
    for number, key in enumerate(drawn.series):
        place = _place(panel, key)
        options = {
            "name": source.cell(source.band.headings, place),
            "categories": categories,
            "values": source.body(place),
            **_LOOKS[drawn.kind](number, len(drawn.series)),
        }
        if labels := _labels(panel, number):
            options["data_labels"] = labels
        chart.add_series(options)


def _bar_look(number: int, count: int) -> dict[str, Any]:
    look: dict[str, Any] = {"fill": {"color": BAR_FILLS[number % len(BAR_FILLS)]}, "border": {"none": True}}
    return look | {"gap": 45 if count == 1 else 60}


def _stack_look(number: int, count: int) -> dict[str, Any]:
    del count
    return {**_STACK_FILLS[number % len(_STACK_FILLS)], "border": {"color": palette.WHITE}, "gap": 60}


def _line_look(number: int, count: int) -> dict[str, Any]:
    del count
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


_LOOKS: Final = {
    ChartKind.BARS: _bar_look,
    ChartKind.COLUMNS: _bar_look,
    ChartKind.STACKED: _stack_look,
    ChartKind.LINES: _line_look,
}


def _labels(panel: Panel, number: int) -> dict[str, Any]:
    """Figures beside what is drawn, where there is room for them."""
    drawn = panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    column = panel.by_key[drawn.series[number]]
    labels: dict[str, Any] = {
        "value": True,
        "font": _font(color=palette.INK),
        "num_format": _label_format(column.kind),
    }
    few = panel.rows <= _FEW_ROWS and len(drawn.series) <= 2
    if drawn.kind is ChartKind.BARS:
        return labels | {"position": "outside_end"} if len(drawn.series) <= 2 else {}
    if drawn.kind is ChartKind.COLUMNS:
        return labels | {"position": "outside_end"} if few else {}
    if drawn.kind is ChartKind.LINES:
        return labels | {"position": ("above", "below")[number]} if few else {}
    return {}


def _add_parts(chart: Chart, source: Source) -> None:
    """One series a row, so that each row is a part of the one bar."""
    panel = source.band.panel
    drawn = panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    name, value = _place(panel, drawn.category), _place(panel, drawn.series[0])
    for number in range(panel.rows):
        row = source.band.first + number
        look = number % len(SHARE_FILLS)
        ink = palette.INK if look in _LIGHT_PARTS else palette.WHITE
        labels = {
            "value": True,
            "position": "center",
            "font": _font(color=ink, bold=True),
            "num_format": _part_format(panel.columns[value].kind),
        }
        if "pattern" in SHARE_FILLS[look]:
            labels["fill"] = {"color": palette.WHITE}
        chart.add_series(
            {
                "name": source.cell(row, name),
                "values": source.cell(row, value),
                **SHARE_FILLS[look],
                "border": {"color": palette.WHITE},
                "gap": 40,
                "data_labels": labels,
            }
        )


def _part_format(kind: Kind) -> str:
    """Parts that are too small for their figure go without it."""
    return '[<0.035]"";0%' if kind is Kind.PERCENT else "#,##0;;"


def _label_format(kind: Kind) -> str:
    return LABEL_FORMATS.get(kind, NUMBER_FORMATS.get(kind, "General"))


def _add_target(book: Workbook, chart: Chart, source: Source) -> None:
    """The goal as a thin dashed line; lying bars, which no line crosses, get the outline of the goal."""
    panel = source.band.panel
    drawn = panel.chart
    if not drawn or not drawn.target:
        return
    place = _place(panel, drawn.target)
    options: dict[str, Any] = {
        "name": source.cell(source.band.headings, place),
        "categories": source.body(_place(panel, drawn.category)),
        "values": source.body(place),
    }
    outline = {"color": _TARGET_INK, "width": 1.25, "dash_type": "dash"}
    if drawn.kind is ChartKind.BARS:
        chart.add_series(options | {"fill": {"none": True}, "border": outline, "overlap": 100})
        return
    line = {"line": outline, "marker": {"type": "none"}}
    if drawn.kind is ChartKind.LINES:
        chart.add_series(options | line)
        return
    over = book.add_chart({"type": "line"})
    over.add_series(options | line)
    chart.combine(over)


def _set_axes(chart: Chart, panel: Panel) -> None:
    drawn = panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    if drawn.kind is ChartKind.SHARES:
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
        return
    first = panel.by_key[drawn.series[0]].kind
    values: dict[str, Any] = {
        "num_font": _font(),
        "num_format": AXIS_FORMATS.get(first, NUMBER_FORMATS.get(first, "General")),
        "major_gridlines": _GRID,
        "line": {"none": True},
        "major_tick_mark": "none",
    }
    if first is not Kind.NPS and drawn.kind is not ChartKind.LINES:
        values["min"] = 0
    names: dict[str, Any] = {
        "num_font": _font(color=palette.INK),
        "line": _AXIS_LINE,
        "major_tick_mark": "none",
        "label_position": "low",
        "text_axis": True,
    }
    if drawn.kind is ChartKind.BARS:
        # The first row is at the top; the values' axis would then stand at the top, too, but for its place.
        labelled = {"visible": False, "major_gridlines": {"visible": False}}
        chart.set_x_axis(values | ({"label_position": "high"} if len(drawn.series) > 2 else labelled))
        chart.set_y_axis(names | {"reverse": True, "interval_unit": 1})
        return
    chart.set_x_axis(names)
    chart.set_y_axis(values)


def _set_frame(chart: Chart, source: Source, size: tuple[int, int]) -> None:
    drawn = source.band.panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    chart.set_size({"width": size[0], "height": size[1]})
    chart.set_title(
        {
            "name": source.cell(source.band.caption, 0),
            "name_font": _font(_TITLE_SIZE, palette.INK, bold=True),
            "overlay": False,
        }
    )
    several = len(drawn.series) > 1 or drawn.target or drawn.kind is ChartKind.SHARES
    chart.set_legend({"position": "bottom", "font": _font(color=palette.INK)} if several else {"none": True})
    chart.set_chartarea({"border": {"color": palette.LINE}, "fill": {"color": palette.WHITE}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.show_blanks_as("gap")
