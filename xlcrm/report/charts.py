"""Charts drawn from a panel's numbers, with the same look as the native ones."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlcrm.analysis.base import ChartKind
from xlcrm.report.document import number_text
from xlcrm.report.looks import (
    DASHES,
    FAMILIES,
    HATCHES,
    INK,
    LINE,
    MARKS,
    MUTED,
    SERIES,
    TARGET,
    cut,
    em,
    is_dark,
)
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from xlcrm.report.document import Drawing, Series

WIDTH: Final = 6.4
"""Inches of a chart that has a page's whole width."""
NARROW: Final = 3.9
"""Inches of a chart beside its table."""
_LETTER: Final = 9.0
"""Height of letters in points."""
_EM: Final = _LETTER / 72
_BAR: Final = 0.24
"""Inches that a lying bar takes."""
_NAME: Final = 2.0
"""Of a chart's width, in letters an inch: how wide the name of a category may be; the table has it whole."""
_LEGEND: Final = 0.3
_AXIS: Final = 0.34
_MYRIAD: Final = 10_000


@contextlib.contextmanager
def drawing_style(fonts: Sequence[str] = ()) -> Iterator[None]:
    """Settings under which charts look the same on every machine.

    Args:
        fonts: of this machine, to draw letters with; without them texts are only measured, with a font that
            comes with matplotlib, which is enough where a reader's own fonts will show them.
    """
    import matplotlib as mpl  # noqa: PLC0415 - commands that draw nothing start without it

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",  # texts stay texts
        "svg.hashsalt": "xlcrm",  # the same names inside every time
        "text.parse_math": False,  # a customer may be called $x$
        "axes.formatter.use_locale": False,
        "axes.unicode_minus": False,
        "font.family": [*fonts[:1], "DejaVu Sans"],  # each that is missing would be looked for every time
        "font.size": _LETTER,
        "hatch.linewidth": 0.6,
        "text.color": INK,
        "xtick.color": MUTED,
        "ytick.color": INK,
    }
    with mpl.rc_context(), warnings_off():
        mpl.rcdefaults()  # whatever the user's own settings file says
        mpl.rcParams.update(settings)
        yield


def chinese_fonts() -> list[str]:
    """The fonts of this machine that have Chinese letters, the best first."""
    from matplotlib import font_manager  # noqa: PLC0415 - see drawing_style

    names = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in FAMILIES if name in names]


@contextlib.contextmanager
def warnings_off() -> Iterator[None]:
    """Without remarks on letters that the machine's fonts lack: the reader of an SVG has fonts of his own."""
    import warnings  # noqa: PLC0415 - only here

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def height(drawing: Drawing, width: float = WIDTH) -> float:
    """Inches that a chart of so many inches' width takes."""
    rows = len(drawing.categories)
    match drawing.kind:
        case ChartKind.BARS:
            thick = max(1.0, 0.75 * len(drawing.series))
            return _AXIS + _legend(drawing) + max(0.9, rows * _BAR * thick)
        case ChartKind.SHARES:
            return 0.55 + 0.24 * _legend_lines(drawing, width)
        case _:
            return _AXIS + _legend(drawing) + (2.1 if width > NARROW else 1.7)


def draw(
    axes: Axes,
    drawing: Drawing,
    box: tuple[float, float, float, float],
    page: tuple[float, float],
) -> None:
    """Draw a chart onto axes of its own.

    Margins come from how many letters the texts have, not from a font's own widths, so a machine that has
    no Chinese font sets a chart like every other.

    Args:
        axes: empty ones.
        drawing: what to draw.
        box: left, bottom, width and height on the picture that the chart may take, in inches.
        page: width and height of the picture, in inches.
    """
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.patch.set_alpha(0)
    left, bottom, width, high = box
    margins = _DRAWN[drawing.kind](axes, drawing, width)
    inner_left, inner_right, inner_bottom, inner_top = margins
    axes.set_position(
        (
            (left + inner_left) / page[0],
            (bottom + inner_bottom) / page[1],
            (width - inner_left - inner_right) / page[0],
            (high - inner_bottom - inner_top) / page[1],
        )
    )


_Margins = tuple[float, float, float, float]
"""Left, right, bottom, top, in inches."""


def _bars(axes: Axes, drawing: Drawing, width: float) -> _Margins:
    names = [cut(name, _NAME * width) for name in drawing.categories]
    places = np.arange(len(names), dtype=np.float64)
    thick = 0.72 / len(drawing.series)
    for order, series in enumerate(drawing.series):
        at = places + (order - (len(drawing.series) - 1) / 2) * thick
        axes.barh(at, np.nan_to_num(series.values), thick * 0.92, label=series.name, **_fill(order, drawing))
        for place, value in zip(at, series.values, strict=True):
            if np.isfinite(value):
                axes.annotate(
                    short(value, series.kind),
                    (max(value, 0.0), place),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                )
    if drawing.target is not None:
        _goal(axes, drawing.target, places, lying=True)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.axvline(0, color=MUTED, linewidth=0.8)
    numbers = [short(v, s.kind) for s in drawing.series for v in s.values if np.isfinite(v)]
    room = max((em(text) for text in numbers), default=0.0)
    legend = _put_legend(axes, drawing)
    return (max(map(em, names)) + 1) * _EM, (room + 1) * _EM, 0.06, 0.06 + legend


def _columns(axes: Axes, drawing: Drawing, width: float) -> _Margins:
    places = np.arange(len(drawing.categories), dtype=np.float64)
    thick = 0.72 / len(drawing.series)
    for order, series in enumerate(drawing.series):
        at = places + (order - (len(drawing.series) - 1) / 2) * thick
        axes.bar(at, np.nan_to_num(series.values), thick * 0.92, label=series.name, **_fill(order, drawing))
        if len(drawing.categories) * len(drawing.series) <= _LABELLED * width:
            for place, value in zip(at, series.values, strict=True):
                if np.isfinite(value):
                    _above(axes, place, value, short(value, series.kind))
    if drawing.target is not None:
        _goal(axes, drawing.target, places, lying=False)
    return _standing(axes, drawing, places, width)


def _stacked(axes: Axes, drawing: Drawing, width: float) -> _Margins:
    places = np.arange(len(drawing.categories), dtype=np.float64)
    floor = np.zeros(len(places))
    for order, series in enumerate(drawing.series):
        values = np.nan_to_num(series.values)
        axes.bar(places, values, 0.6, bottom=floor, label=series.name, **_fill(order, drawing))
        floor = floor + values
    for place, total in zip(places, floor, strict=True):
        if total:
            _above(axes, place, total, short(total, drawing.series[0].kind))
    if drawing.target is not None:
        _goal(axes, drawing.target, places, lying=False)
    return _standing(axes, drawing, places, width)


def _lines(axes: Axes, drawing: Drawing, width: float) -> _Margins:
    places = np.arange(len(drawing.categories), dtype=np.float64)
    for order, series in enumerate(drawing.series):
        axes.plot(
            places,
            series.values,
            color=SERIES[order % len(SERIES)],
            marker=MARKS[order % len(MARKS)],
            linestyle=DASHES[order % len(DASHES)],
            markersize=5,
            linewidth=1.6,
            label=series.name,
        )
        if len(drawing.series) == 1:
            for place, value in zip(places, series.values, strict=True):
                if np.isfinite(value):
                    _above(axes, place, value, short(value, series.kind))
    if drawing.target is not None:
        _goal(axes, drawing.target, places, lying=False)
    return _standing(axes, drawing, places, width)


def _shares(axes: Axes, drawing: Drawing, width: float) -> _Margins:
    """One lying bar of all rows; parts that are blank or below 0 take no room."""
    series = drawing.series[0]
    values = np.clip(np.nan_to_num(series.values), 0, None)
    total = values.sum() or 1.0
    start = 0.0
    for order, (name, value) in enumerate(zip(drawing.categories, values, strict=True)):
        look = _fill(order, drawing)
        axes.barh(0, value, 1, left=start, label=name, **look)
        text = number_text(value / total, Kind.PERCENT)
        if value / total * (width - 0.2) > (em(text) + 0.8) * _EM:
            pattern = bool(look.get("hatch"))
            axes.text(
                start + value / 2,
                0,
                text,
                ha="center",
                va="center",
                color="white" if is_dark(look["facecolor"]) and not pattern else INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5} if pattern else None,
            )
        start += value
    axes.set_xlim(0, total)
    axes.set_ylim(-0.5, 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    lines = _legend_lines(drawing, width)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0, -0.06),
        ncols=_per_line(drawing.categories, width),
        frameon=False,
        borderaxespad=0,
        columnspacing=1.2,
    )
    return 0.1, 0.1, 0.1 + 0.24 * lines, 0.06


_DRAWN: Final[dict[ChartKind, Callable[[Axes, Drawing, float], _Margins]]] = {
    ChartKind.BARS: _bars,
    ChartKind.COLUMNS: _columns,
    ChartKind.STACKED: _stacked,
    ChartKind.LINES: _lines,
    ChartKind.SHARES: _shares,
}
_LABELLED: Final = 2.5
"""Columns an inch up to which each carries its number."""


def _fill(order: int, drawing: Drawing) -> dict[str, Any]:
    colour = SERIES[order % len(SERIES)]
    several = drawing.kind is ChartKind.SHARES or len(drawing.series) > 1
    pattern = HATCHES[order % len(HATCHES)] if several else ""
    ink = "#FFFFFF" if is_dark(colour) else INK
    return {
        "facecolor": colour,
        "hatch": pattern,
        "hatchcolor": f"{ink}80",
        "edgecolor": "white",
        "linewidth": 0.8,
    }


def _above(axes: Axes, place: float, value: float, text: str) -> None:
    axes.annotate(text, (place, value), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom")


def _goal(axes: Axes, target: Series, places: NDArray[np.float64], *, lying: bool) -> None:
    style: dict[str, Any] = {
        "color": TARGET,
        "linewidth": 1.0,
        "linestyle": (0, (4, 2)),
        "label": target.name,
    }
    if not np.isfinite(target.values).any():
        return
    edges = (places[0] - 0.5, places[-1] + 0.5)
    same = np.unique(target.values[np.isfinite(target.values)])
    if len(same) == 1:
        ends = (same[0], same[0])
        axes.plot(*((ends, edges) if lying else (edges, ends)), **style)
    else:
        axes.plot(*((target.values, places) if lying else (places, target.values)), **style)


def _standing(axes: Axes, drawing: Drawing, places: NDArray[np.float64], width: float) -> _Margins:
    """Axes of charts whose categories stand side by side."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - see drawing_style

    slot = width * 0.82 / len(places) / _EM
    axes.set_xticks(places, [cut(name, max(slot, 3.0)) for name in drawing.categories])
    axes.set_xlim(places[0] - 0.6, places[-1] + 0.6)
    kind = drawing.series[0].kind
    whole = kind in {Kind.INT, Kind.NPS}
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=whole))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value, kind)))
    low, high = axes.get_ylim()
    if drawing.kind is not ChartKind.LINES or low >= 0:
        low = min(low, 0.0)
    axes.set_ylim(low, high + (high - low) * 0.12)
    axes.tick_params(length=0)
    axes.grid(visible=True, axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    labels = [short(value, kind) for value in axes.get_yticks()]
    return (max(map(em, labels)) + 1.2) * _EM, 0.1, _AXIS - 0.06, 0.06 + _put_legend(axes, drawing)


def _legend(drawing: Drawing) -> float:
    return _LEGEND if len(drawing.series) > 1 or drawing.target is not None else 0.0


def _put_legend(axes: Axes, drawing: Drawing) -> float:
    """A line of names above the chart where it has more than one series; its height in inches."""
    if not (room := _legend(drawing)):
        return 0.0
    names, handles = zip(*_in_order(axes), strict=True)
    axes.legend(
        handles,
        names,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=len(drawing.series) + 1,
        frameon=False,
        borderaxespad=0.2,
        columnspacing=1.2,
    )
    return room


def _in_order(axes: Axes) -> list[tuple[str, Any]]:
    """Names and signs of a legend: what is counted first, the goal last."""
    handles, names = axes.get_legend_handles_labels()
    bars = axes.containers
    found = list(zip(names, handles, strict=True))
    return sorted(found, key=lambda item: bool(bars) and item[1] not in bars)


def _per_line(names: tuple[str, ...], width: float) -> int:
    widest = (max(map(em, names)) + 4) * _EM
    return max(1, min(len(names), int((width - 0.2) / widest)))


def _legend_lines(drawing: Drawing, width: float) -> int:
    return -(-len(drawing.categories) // _per_line(drawing.categories, width))


def short(value: float, kind: Kind) -> str:
    """A number in a chart: amounts from 10,000 on in 万, percentages without needless decimals."""
    if kind is Kind.MONEY:
        return f"{number_text(value / _MYRIAD, Kind.NUMBER)}万" if abs(value) >= _MYRIAD else _plain(value)
    return number_text(value, kind).replace(".0%", "%")


def _plain(value: float) -> str:
    return number_text(value, Kind.NUMBER)
