"""The picture of the letter to management: who is behind with how much, and how the half year went."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlcrm.actions.mailing.wording import shown_by
from xlcrm.analysis import dashboard, sla
from xlcrm.analysis.base import ChartKind
from xlcrm.mail.letter import Picture
from xlcrm.report.charts import chinese_fonts, draw, drawing_style, height
from xlcrm.report.document import Drawing, Series, number_text
from xlcrm.report.looks import INK
from xlcrm.report.marks import MARK
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from xlcrm.analysis.base import AnalysisSheet
    from xlcrm.analysis.scope import Scope
    from xlcrm.mail.masking import Masker

NAME: Final = "overview"
_PIXELS: Final = 1280
"""Twice as many as a mail shows, for the screens of today."""
_WIDTH: Final = 5.12
"""Inches. Fewer than a mail has, so that letters can still be read on a phone."""
_GAP: Final = 0.16
_TITLE: Final = 0.34
_EDGE: Final = 0.06
_RIGHT: Final = 0.56
"""Of the width that the second of two charts takes."""
_PEOPLE: Final = 8
NO_FONT: Final = "这台电脑没有中文字体，所以没有画图"


@dataclass(frozen=True)
class Overview:
    """The picture, or None and perhaps a sentence that says why there is none."""

    picture: Picture | None
    remark: str = ""


@dataclass(frozen=True)
class _Part:
    """One chart: what it is called, and what it says in words."""

    title: str
    drawing: Drawing
    words: str


def overview(scope: Scope, masker: Masker) -> Overview:
    """Draw it without LibreOffice; no picture where there is no data, or no font with Chinese letters."""
    parts = [part for part in (_behind(scope, masker), _attainment(scope)) if part]
    if not parts:
        return Overview(None)
    fonts = chinese_fonts()
    if not fonts:
        return Overview(None, NO_FONT)
    alt = "；".join(f"{part.title}：{part.words}" for part in parts)
    return Overview(Picture(NAME, _drawn(parts, fonts), alt))


def _behind(scope: Scope, masker: Masker) -> _Part | None:
    """Overdue tasks by person, the most first; those with none are left out."""
    show, rows = shown_by(masker), _rows(scope, dashboard.SHEET, "loads")
    late = [
        (show(name), float(count))
        for name, count in zip(rows["owner"], rows["overdue"], strict=True)
        if count
    ][:_PEOPLE]
    if not late:
        return None
    names, counts = zip(*late, strict=True)
    series = Series("逾期任务", Kind.INT, np.array(counts, dtype=np.float64))
    words = "、".join(f"{name} {count:.0f}" for name, count in late)
    return _Part("逾期任务（项），按负责人", Drawing(ChartKind.BARS, names, (series,)), words)


def _attainment(scope: Scope) -> _Part | None:
    """The rate of each of the last six months; None unless two of them have one."""
    rows = _rows(scope, sla.SHEET, "months")
    rates = rows["attainment"].to_numpy(dtype=np.float64)
    if np.isfinite(rates).sum() < 2:
        return None
    months = tuple(f"{int(str(month)[5:])}月" for month in rows["month"])
    series = Series("达成率", Kind.PERCENT, rates)
    words = "、".join(
        f"{month} {number_text(rate, Kind.PERCENT)}"
        for month, rate in zip(months, rates, strict=True)
        if np.isfinite(rate)
    )
    return _Part("近6个月SLA达成率", Drawing(ChartKind.COLUMNS, months, (series,)), words)


def _rows(scope: Scope, sheet: AnalysisSheet, name: str) -> pd.DataFrame:
    panel = next(item for item in sheet.panels if item.name == name)
    return scope.once(panel.make).rows


def _drawn(parts: Sequence[_Part], fonts: Sequence[str]) -> bytes:
    """The charts beside each other as a PNG file, `_PIXELS` wide."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - mails without a picture go without it
    from matplotlib.figure import Figure  # noqa: PLC0415 - same

    room = _WIDTH - 2 * _EDGE - _GAP * (len(parts) - 1)
    widths = [room] if len(parts) == 1 else [room * (1 - _RIGHT), room * _RIGHT]
    high = max(height(part.drawing, width) for part, width in zip(parts, widths, strict=True))
    page = (_WIDTH, high + _TITLE)
    written = io.BytesIO()
    with drawing_style(fonts):
        figure = Figure(figsize=page, dpi=_PIXELS / _WIDTH, facecolor="white")
        left = _EDGE
        for part, width in zip(parts, widths, strict=True):
            figure.text(
                left / _WIDTH, 1 - _EDGE / page[1], part.title, color=INK, size=10, weight="bold", va="top"
            )
            own = height(part.drawing, width) if part.drawing.kind is ChartKind.BARS else high
            draw(figure.add_axes((0, 0, 1, 1)), part.drawing, (left, high - own, width, own), page)
            left += width + _GAP
        more: dict[str, Any] = {"metadata": {"Software": MARK}}
        FigureCanvasAgg(figure).print_png(written, **more)  # type: ignore[no-untyped-call] # matplotlib has no type here
    return written.getvalue()
