"""渠道分析: what each source of leads brought, what became of it, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Column,
    Figure,
    Filled,
    Kind,
    Panel,
    behind,
    detail,
    shown,
)
from xlcrm.analysis.channels.leads import SOURCES, Leads, leads
from xlcrm.analysis.lines import (
    Lines,
    by_month,
    compared,
    fixed,
    half_year,
    leader,
    ranked,
    ratio,
    share_text,
)
from xlcrm.analysis.scope import TREND_MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.analysis.lines import Floats
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Objects

_LONGEST: Final = 12
"""Characters of a name in a caption."""
_CHANNELS: Final = 15
_PLACES: Final = 20


def _of_month(scope: Scope) -> Flags:
    flags: Flags = scope.once(leads).month == scope.month
    return flags


def _of_half_year(scope: Scope) -> Flags:
    flags: Flags = np.isin(scope.once(leads).month, np.array(scope.months))
    return flags


def _sums(given: Leads, lines: Lines) -> dict[str, Floats]:
    """The figures of a panel, by column key."""
    return {
        "leads": lines.total(given.leads),
        "effective": lines.total(given.effective),
        "conversion": given.conversion(lines),
        "cost": lines.total(given.cost).round(2),
        "unit_cost": given.cost_of_one(lines),
    }


def _by_channel(scope: Scope) -> Filled:
    """来源渠道: the reported month beside the month before."""
    given, counted = scope.once(leads), _of_month(scope)
    if not counted.any():
        return CHANNELS_PANEL.without_rows(f"{scope.period} 没有来源登记")
    # Last month's channels are lines, too: one that brings nobody any more is worth seeing.
    was = given.month == scope.before
    both = _ranked(given.channel, _CHANNELS, given.only(counted), counted | was)
    lines, earlier = (
        Lines(both.names, np.where(counted, both.of, -1)),
        Lines(both.names, np.where(was, both.of, -1)),
    )
    sums = _sums(given, lines)
    total = float(np.nansum(sums["leads"]))
    rows = pd.DataFrame(
        {
            "channel": list(lines.names),
            "leads": sums["leads"],
            "share": ratio(sums["leads"], np.full(len(lines), total)),
            "before": earlier.total(given.leads),
            "effective": sums["effective"],
            "conversion": sums["conversion"],
        }
    )
    top = leader(lines, sums["leads"])
    if top is None:
        words = f"新增客源{total:.0f}位"
    else:
        share = share_text(sums["leads"][top], total)
        words = f"{_short(lines.names[top])}带来客户最多，占{share}（n={total:.0f}）"
    return Filled(rows, f"{scope.period} {words}", _behind(given, lines))


def _by_place(scope: Scope) -> Filled:
    """具体来源 of the reported month."""
    given, counted = scope.once(leads), _of_month(scope)
    if not counted.any():
        return PLACES_PANEL.without_rows(f"{scope.period} 没有来源登记")
    lines = _ranked(given.place, _PLACES, given, counted)
    rows = pd.DataFrame({"place": list(lines.names), **_sums(given, lines)})
    top = leader(lines, rows["leads"])
    words = "具体来源的成本和转化" if top is None else f"客户最多的是{_short(lines.names[top])}"
    return Filled(rows, f"{scope.period} {words}" + _cost_words(given, counted), _behind(given, lines))


def _short(name: str) -> str:
    """What a user typed, cut where it would make a caption too long."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _half_year(scope: Scope) -> Filled:
    """近6个月: which channel converts, and what an effective customer costs there."""
    given, counted = scope.once(leads), _of_half_year(scope)
    if not counted.any():
        return HALF_YEAR_PANEL.without_rows(f"{half_year(scope)} 没有来源登记")
    size = _leads_of(given)
    lines = ranked(given.channel, _CHANNELS, given.conversion, size=size, counted=counted)
    sums = _sums(given, lines)
    rows = pd.DataFrame({"channel": list(lines.names), **sums})
    top = leader(lines, sums["conversion"])
    words = (
        "各渠道的转化率"
        if top is None
        else f"{_short(lines.names[top])}转化率最高，{share_text(sums['conversion'][top], 1)}"
    )
    caption = f"{half_year(scope)} {words}"
    return Filled(rows, caption + _cost_words(given, counted), _behind(given, lines))


def _cost_words(given: Leads, counted: Flags) -> str:
    """How many notes gave a cost, and how many spoke of one that could not be read."""
    known, unread = int((counted & ~np.isnan(given.cost)).sum()), int((counted & given.unread).sum())
    return f"；{known}条写明成本" + (f"，{unread}条无法识别" if unread else "")


def _trend(scope: Scope) -> Filled:
    """转化趋势: the last six months, blank where nothing was registered."""
    given = scope.once(leads)
    lines = by_month(scope, given.acquired)
    if not (lines.of >= 0).any():
        return TREND_PANEL.without_rows(f"{half_year(scope)} 没有来源登记")
    rows = pd.DataFrame({"month": list(lines.names), **_sums(given, lines)})
    undated = int(np.isnat(given.acquired).sum())
    ahead = int((given.acquired > scope.facts.now_at).sum())
    left_out = [f"{undated}条无日期"] if undated else []
    left_out += [f"{ahead}条日期在未来"] if ahead else []
    total, won = np.nansum(rows["leads"]), np.nansum(rows["effective"])
    caption = f"{half_year(scope)} 新增客源{total:.0f}位，有效{won:.0f}位"
    return Filled(
        rows, f"{caption}；{'、'.join(left_out)}未计" if left_out else caption, _behind(given, lines)
    )


def _ranked(labels: Objects, most: int, given: Leads, counted: Flags) -> Lines:
    return ranked(labels, most, _leads_of(given), counted=counted)


def _leads_of(given: Leads) -> Callable[[Lines], Floats]:
    return lambda lines: np.nan_to_num(lines.total(given.leads))


def _behind(given: Leads, lines: Lines) -> pd.DataFrame:
    """The entries of each line, the largest first."""
    order = np.lexsort((np.arange(len(lines.of)), -np.nan_to_num(given.leads)))
    return behind(
        SOURCES,
        lines.of[order],
        order,
        at=given.acquired[order],
        amount=given.leads[order],
        text=given.place[order],
    )


def _card(figure: str, *, more_is_good: bool | None, points: bool = False) -> Callable[[Scope], Figure]:
    """A figure of the whole month and its change on the month before."""

    def make(scope: Scope) -> Figure:
        given = scope.once(leads)
        months = [str(scope.month), str(scope.before)]
        now, was = _sums(given, fixed(months, np.datetime_as_string(given.month)))[figure]
        counted = _of_month(scope)
        rests = ""
        if figure == "conversion":
            rests = f"n={np.nansum(given.leads[counted & given.both()]):.0f}"
        elif figure == "unit_cost":
            rests = f"{int((counted & ~np.isnan(given.cost)).sum())}条写明成本"
        return compared(
            now, was, more_is_good=more_is_good, rests="" if np.isnan(now) else rests, points=points
        )

    return make


_NEEDS: Final = (SOURCES,)


def _figures(*before: Column) -> tuple[Column, ...]:
    return (
        *before,
        shown("leads", "客户数"),
        shown("effective", "有效客户数"),
        shown("conversion", "转化率", Kind.PERCENT),
        shown("cost", "成本", Kind.MONEY, unit="元"),
        shown("unit_cost", "每位有效客户成本", Kind.NUMBER, unit="元"),
        detail(),
    )


_COUNTED: Final = "转化率 = 有效客户数 ÷ 客户数，只用两项都填了的记录"
_COSTED: Final = "成本取自备注，如 成本:15元/次（× 客户数量）、总成本2万元；单位元"

CHANNELS_PANEL: Final = Panel(
    name="channels",
    title="来源渠道",
    columns=(
        shown("channel", "来源渠道", Kind.TEXT),
        shown("leads", "客户数"),
        shown("share", "占比", Kind.PERCENT),
        shown("before", "上月客户数"),
        shown("effective", "有效客户数"),
        shown("conversion", "转化率", Kind.PERCENT),
        detail(),
    ),
    rows=_CHANNELS,
    make=_by_channel,
    needs=_NEEDS,
    chart=Chart(ChartKind.BARS, "channel", ("leads", "effective")),
    note=_COUNTED,
)
PLACES_PANEL: Final = Panel(
    name="places",
    title="具体来源",
    columns=_figures(shown("place", "渠道 · 具体来源", Kind.TEXT)),
    rows=_PLACES,
    make=_by_place,
    needs=_NEEDS,
    chart=Chart(ChartKind.BARS, "place", ("leads", "effective")),
    note=_COSTED,
)
HALF_YEAR_PANEL: Final = Panel(
    name="half_year",
    title=f"近{TREND_MONTHS}个月渠道效果",
    columns=_figures(shown("channel", "来源渠道", Kind.TEXT)),
    rows=_CHANNELS,
    make=_half_year,
    needs=_NEEDS,
    chart=Chart(ChartKind.BARS, "channel", ("conversion",)),
    note=f"{_COUNTED}；{_COSTED}",
)
TREND_PANEL: Final = Panel(
    name="trend",
    title="转化趋势",
    columns=_figures(shown("month", "月份", Kind.TEXT)),
    rows=TREND_MONTHS,
    make=_trend,
    needs=_NEEDS,
    chart=Chart(ChartKind.LINES, "month", ("leads", "effective")),
    note=_COUNTED,
)

SHEET: Final = AnalysisSheet(
    name="channels",
    title="渠道分析",
    hint="按获取日期统计客户来源登记表：各渠道带来多少客户，多少成为有效客户，花了多少钱。",
    panels=(CHANNELS_PANEL, PLACES_PANEL, HALF_YEAR_PANEL, TREND_PANEL),
    cards=(
        Card("新增客源", Kind.INT, _card("leads", more_is_good=True), _NEEDS),
        Card("有效客户", Kind.INT, _card("effective", more_is_good=True), _NEEDS),
        Card("转化率", Kind.PERCENT, _card("conversion", more_is_good=True, points=True), _NEEDS),
        Card("每位有效客户成本（元）", Kind.NUMBER, _card("unit_cost", more_is_good=False), _NEEDS),
    ),
)
