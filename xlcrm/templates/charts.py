"""Native charts of the analysis sheets, tied to the cells of their panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from xlcrm.analysis.base import ChartKind
from xlcrm.templates import palette
from xlcrm.templates.analysis_looks import AXIS_FORMATS, NUMBER_FORMATS
from xlcrm.templates.chart_looks import DARK_PARTS, SERIES_LOOKS, SHARE_FILLS, font, label_format, part_format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

    from xlcrm.analysis.base import Panel
    from xlcrm.templates.analysis_grid import Band

_TARGET_INK: Final = "#B3261E"
_TITLE_SIZE: Final = 10.5
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
            **SERIES_LOOKS[drawn.kind](number, source.band.rows),
        }
        if labels := _labels(panel, number):
            options["data_labels"] = labels
        chart.add_series(options)


def _labels(panel: Panel, number: int) -> dict[str, Any]:
    """Figures beside what is drawn, where there is room for them."""
    drawn = panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    column = panel.by_key[drawn.series[number]]
    labels: dict[str, Any] = {
        "value": True,
        "font": font(color=palette.INK),
        "num_format": label_format(column.kind),
    }
    if not _is_labelled(panel):
        return {}
    return labels | {
        "position": ("above", "below")[number] if drawn.kind is ChartKind.LINES else "outside_end"
    }


def _is_labelled(panel: Panel) -> bool:
    """Whether what is drawn carries its figures: one or two series, and few columns or months."""
    drawn = panel.chart
    if not drawn or len(drawn.series) > 2 or drawn.kind is ChartKind.STACKED:
        return False
    return drawn.kind is ChartKind.BARS or panel.rows <= _FEW_ROWS


def _add_parts(chart: Chart, source: Source) -> None:
    """One series a row, so that each row is a part of the one bar."""
    panel = source.band.panel
    drawn = panel.chart
    assert drawn  # noqa: S101 - callers ask for panels with a chart
    name, value = _place(panel, drawn.category), _place(panel, drawn.series[0])
    for number in range(panel.rows):
        row = source.band.first + number
        look = number % len(SHARE_FILLS)
        ink = palette.WHITE if look in DARK_PARTS else palette.INK
        labels = {
            "value": True,
            "position": "center",
            "font": font(color=ink, bold=True),
            "num_format": part_format(panel.columns[value].kind),
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
        "num_font": font(),
        "num_format": AXIS_FORMATS.get(first, NUMBER_FORMATS.get(first, "General")),
        "major_gridlines": _GRID,
        "line": {"none": True},
        "major_tick_mark": "none",
    }
    if drawn.kind is not ChartKind.LINES:
        values["min"] = 0
        if _is_labelled(panel):  # the figures say what an axis would
            values |= {"visible": False, "major_gridlines": {"visible": False}}
    names: dict[str, Any] = {
        "num_font": font(color=palette.INK),
        "line": _AXIS_LINE,
        "major_tick_mark": "none",
        "label_position": "low",
        "text_axis": True,
    }
    if drawn.kind is ChartKind.BARS:
        # The first row is at the top; the values' axis would then stand at the top, too, but for its place.
        chart.set_x_axis({"label_position": "high"} | values)
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
            "name_font": font(_TITLE_SIZE, palette.INK, bold=True),
            "overlay": False,
        }
    )
    several = len(drawn.series) > 1 or drawn.target or drawn.kind is ChartKind.SHARES
    chart.set_legend({"position": "bottom", "font": font(color=palette.INK)} if several else {"none": True})
    chart.set_chartarea({"border": {"color": palette.LINE}, "fill": {"color": palette.WHITE}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.show_blanks_as("gap")
