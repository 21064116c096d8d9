"""推送效果: what came of the pushes by tag, service, channel and month, and which to stop (P38, P39)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Filled,
    Kind,
    Panel,
    detail,
    shown,
)
from xlcrm.analysis.lines import Lines, by_month, filled, half_year, ranked, rate_text, ratio
from xlcrm.analysis.pushes.figures import (
    COUNTED,
    OFF,
    PUSHES,
    all_of,
    behind_pushes,
    by_tag,
    counted,
    match_card,
    pushes,
    response_card,
    response_rate,
    total_card,
)
from xlcrm.tables.cells import split_tags
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts

_GROUPS_SHOWN: Final = 15
_STOPS_SHOWN: Final = 20
_UNMATCHED_SHOWN: Final = 20
ENOUGH_PUSHES: Final = 3
ENOUGH_PEOPLE: Final = 50
"""From how many pushes and receivers with known responses on, in six months, a pair is judged (assumed)."""
_HALF: Final = 0.5
"""Below this part of the standard a pair is to be stopped, else improved (assumed)."""
_STAGES: Final = {
    "推送": "pushed",
    "打开": "opened",
    "点击": "clicked",
    "咨询": "inquiries",
    "转化": "conversions",
}


def _nothing(scope: Scope, text: str = "没有推送") -> str:
    return f"{scope.period} {text}"


def funnel(scope: Scope) -> Filled:
    """From sent to converted, each stage against those of whom it is recorded."""
    every = scope.once(pushes)
    rows = every.within(scope)
    sums = {name: rows[key].sum(min_count=1) for name, key in _STAGES.items()}
    bases = {name: rows["pushed"][rows[key].notna()].sum(min_count=1) for name, key in _STAGES.items()}
    table = pd.DataFrame(
        {
            "stage": list(_STAGES),
            "people": pd.Series(sums).round().to_numpy(),
            "base": list(bases.values()),
            "share": ratio(list(sums.values()), list(bases.values())),
        }
    )
    if not len(rows):
        return Filled(table.iloc[:0], _nothing(scope))
    told = [np.flatnonzero(rows[key].notna()) for key in _STAGES.values()]
    of = np.repeat(np.arange(len(told)), [len(own) for own in told])
    found = behind_pushes(rows.iloc[np.concatenate(told)], Lines(tuple(_STAGES), of))
    people = rows["pushed"].sum()
    rate = float(response_rate(rows, all_of(rows))[0])
    caption = f"{scope.period} 推送{len(rows)}次共{people:,.0f}人次"
    if not np.isnan(rate):
        caption += f"，响应率{rate_text(rate, every.response_limit)}"
    return Filled(table, caption, found)


def by(scope: Scope, key: str) -> Filled:
    """The month's pushes by tag, service or channel, the best answered first."""
    every = scope.once(pushes)
    rows, labels = _labelled(every.within(scope), key)
    lines = ranked(labels, _GROUPS_SHOWN, partial(response_rate, rows), size=Lines.count)
    table = pd.DataFrame({"name": lines.names, **counted(rows, lines, every.response_limit)})
    if not len(rows):
        return Filled(table, _nothing(scope))
    rates = table["response_rate"].to_numpy(dtype=np.float64)
    known = ~np.isnan(rates)
    if np.isnan(every.response_limit):
        said = f"响应率标准：{OFF}"
    elif known.any():
        low = int((rates < every.response_limit).sum())
        said = f"{low}项响应率低于{rate_text(every.response_limit)}"
    else:
        said = "还没有响应数据"
    named = np.flatnonzero(known & (np.arange(len(rates)) != lines.rest))
    if len(named) > 1 and rates[named[0]] > rates[named[1]]:
        said = (
            f"{lines.names[named[0]]}响应率最高（{rate_text(rates[named[0]], every.response_limit)}），{said}"
        )
    return Filled(table, f"{scope.period} {said}", behind_pushes(rows, lines))


def _labelled(rows: pd.DataFrame, key: str) -> tuple[pd.DataFrame, pd.Series]:
    return by_tag(rows) if key == "tags" else (rows, rows[key])


def months(scope: Scope) -> Filled:
    """The last six months."""
    every = scope.once(pushes)
    lines = by_month(scope, every.at)
    table = pd.DataFrame({"month": lines.names, **counted(every.rows, lines, every.response_limit)})
    if not (lines.of >= 0).any():
        return Filled(table.iloc[:0], f"{half_year(scope)} 没有推送")
    lowest = table["response_rate"].min()
    caption = f"{half_year(scope)} 推送{lines.count().sum()}次"
    if not np.isnan(lowest):
        low = lines.names[int(table["response_rate"].argmin())]
        caption += f"，响应率最低的是{low}（{rate_text(lowest, every.response_limit)}）"
    return Filled(table, caption, behind_pushes(every.rows, lines))


def stops(scope: Scope) -> Filled:
    """Pairs of tag and service whose response over six months is below the standard, with enough sendings."""
    every = scope.once(pushes)
    inside = by_month(scope, every.at).of >= 0
    rows, tags = by_tag(every.rows[inside])
    services = filled(rows["service"])
    pairs = pd.Series([f"{tag}\n{service}" for tag, service in zip(filled(tags), services, strict=True)])
    lines = ranked(pairs, max(len(pairs), 1), lambda made: -response_rate(rows, made))
    rate = response_rate(rows, lines)
    times = lines.count(rows["rated"].notna().to_numpy())
    people = np.nan_to_num(lines.total(rows["rated"].to_numpy(dtype=np.float64)))
    enough = (times >= ENOUGH_PUSHES) & (people >= ENOUGH_PEOPLE)
    low = np.flatnonzero(enough & (rate < every.response_limit))
    kept = low[:_STOPS_SHOWN]
    place = np.full(len(lines) + 1, -1)
    place[kept] = np.arange(len(kept))
    shown_lines = Lines(tuple(lines.names[line] for line in kept.tolist()), place[lines.of])
    matched = shown_lines.mean(rows["matched"].to_numpy(dtype=np.float64))
    fitting = services_of(scope.facts)
    names = [name.split("\n") for name in shown_lines.names]
    limit = every.response_limit
    table = pd.DataFrame(
        {
            "pair": [" · ".join(name) for name in names],
            "pushes": times[kept],
            "pushed": people[kept],
            "response_rate": rate[kept],
            "standard": np.full(len(kept), limit),
            "gap": limit - rate[kept],
            "match_rate": matched,
            "advice": [
                _advice(own < limit * _HALF, unfit, fitting.get(folded(tag), ()))
                for (tag, _), own, unfit in zip(names, rate[kept], matched == 0, strict=True)
            ],
        }
    )
    if np.isnan(limit):
        return Filled(table, f"响应率标准：{OFF}，不判断停发")
    period = half_year(scope)
    judged = int(enough.sum())
    if not judged:
        return Filled(table, f"{period} 没有推送次数足够的标签与服务")
    more = f"，列出前{_STOPS_SHOWN}组" if len(low) > _STOPS_SHOWN else ""
    caption = f"{period} {judged}组中{len(low)}组响应率低于{rate_text(limit)}{more}"
    return Filled(table, caption, behind_pushes(rows, shown_lines))


def _advice(stop: bool, unfit: bool, services: Iterable[str]) -> str:  # noqa: FBT001 - two facts of one pair
    better = "、".join(services)
    if unfit and better:
        return f"改推{better}"
    return "停发" if stop else "优化内容后再推"


def services_of(facts: Facts) -> dict[str, list[str]]:
    """What 客户标签体系表 gives each tag, by its folded name."""
    found: dict[str, list[str]] = {}
    known = facts.frame("tag_services").dropna(subset=["tag", "service"])
    for tag, service in zip(known["tag"], known["service"], strict=True):
        found.setdefault(folded(tag), []).append(service)
    return found


def unmatched(scope: Scope) -> Filled:
    """The month's pushes whose service does not fit any of their tags, the largest first."""
    every = scope.once(pushes)
    month = every.within(scope)
    judged = int(month["matched"].notna().sum())
    unfit = month[month["matched"] == 0].sort_values(
        ["pushed", "at"], ascending=[False, True], kind="stable", na_position="last"
    )
    rows = unfit.iloc[:_UNMATCHED_SHOWN]
    fitting = services_of(scope.facts)
    better = [
        "、".join(dict.fromkeys(name for tag in own for name in fitting.get(folded(tag), ()))) or None
        for own in split_tags(rows["tags"])
    ]
    table = rows[["at", "tags", "service", "channel", "pushed"]].reset_index(drop=True)
    table["better"] = pd.Series(better, dtype="str")
    if not judged:
        return Filled(table, _nothing(scope, "没有可判断匹配的推送"))
    more = f"，列出前{_UNMATCHED_SHOWN}次" if len(unfit) > len(rows) else ""
    share = rate_text((judged - len(unfit)) / judged, every.match_limit)
    caption = f"{scope.period} {len(unfit)}次不匹配，匹配度{share}（n={judged}）{more}"
    lines = Lines(tuple(map(str, range(len(rows)))), np.arange(len(rows)))
    return Filled(table, caption, behind_pushes(rows, lines))


_RATES: Final = (
    "打开率、点击率、响应率都按推送数量加权；响应率＝（咨询量+转化量）÷推送数量，都没填时用点击率。"
)
_NEEDS: Final = (PUSHES,)
_WITH_TAGS: Final = (PUSHES, "tag_services")


def _group_panel(key: str, title: str, heading: str, note: str = "") -> Panel:
    make: Callable[[Scope], Filled] = partial(by, key=key)
    return Panel(
        name=f"by_{key}",
        title=title,
        columns=(shown("name", heading, Kind.TEXT), *COUNTED, detail()),
        rows=_GROUPS_SHOWN,
        make=make,
        needs=_NEEDS,
        chart=Chart(ChartKind.BARS, "name", ("response_rate",), target="standard"),
        note=note + _RATES,
    )


SHEET: Final = AnalysisSheet(
    name="pushes",
    title="推送效果",
    hint="增值服务推送的打开、点击、咨询、转化和响应，按规则表的响应率、匹配度标准判断哪些该停、该改。",
    cards=(
        Card("推送次数", Kind.INT, partial(total_card, key="pushes"), _NEEDS),
        Card("推送数量", Kind.INT, partial(total_card, key="pushed"), _NEEDS),
        Card("响应率", Kind.PERCENT, response_card, _NEEDS),
        Card("匹配度", Kind.PERCENT, match_card, _WITH_TAGS),
        Card("咨询量", Kind.INT, partial(total_card, key="inquiries"), _NEEDS),
        Card("转化量", Kind.INT, partial(total_card, key="conversions"), _NEEDS),
    ),
    panels=(
        Panel(
            name="funnel",
            title="从推送到转化",
            columns=(
                shown("stage", "环节", Kind.TEXT),
                shown("people", "人次"),
                shown("base", "有记录的推送数量"),
                shown("share", "占推送", Kind.PERCENT),
                detail(),
            ),
            rows=len(_STAGES),
            make=funnel,
            needs=_NEEDS,
            chart=Chart(ChartKind.COLUMNS, "stage", ("people",)),
            note="打开、点击人次由打开率、点击率乘推送数量得出；占比只除以填写了该环节的推送数量。",
        ),
        Panel(
            name="months",
            title="近六个月推送效果",
            columns=(shown("month", "月份", Kind.TEXT), *COUNTED, detail()),
            rows=6,
            make=months,
            needs=_NEEDS,
            chart=Chart(ChartKind.LINES, "month", ("response_rate", "match_rate"), target="standard"),
            note=_RATES,
        ),
        _group_panel("tags", "按客户标签", "客户标签", "一次推送有几个标签的，在每个标签下各计一次。"),
        _group_panel("service", "按推送服务", "推送服务内容"),
        _group_panel("channel", "按推送渠道", "推送渠道"),
        Panel(
            name="stops",
            title="建议停发或优化",
            columns=(
                shown("pair", "标签与服务", Kind.TEXT),
                shown("pushes", "有响应数据的次数"),
                shown("pushed", "推送数量"),
                shown("response_rate", "响应率", Kind.PERCENT),
                shown("standard", "响应率标准", Kind.PERCENT),
                shown("gap", "缺口", Kind.PERCENT),
                shown("match_rate", "匹配度", Kind.PERCENT),
                shown("advice", "建议", Kind.TEXT),
                detail(),
            ),
            rows=_STOPS_SHOWN,
            make=stops,
            needs=_NEEDS,
            chart=Chart(ChartKind.BARS, "pair", ("response_rate",), target="standard"),
            note=f"近六个月至少{ENOUGH_PUSHES}次、共{ENOUGH_PEOPLE}人次有响应数据才判断；"
            "响应率不到标准一半的停发，其余优化（假定）；标签与服务都不匹配的改推匹配服务。",
        ),
        Panel(
            name="unmatched",
            title="标签不匹配的推送",
            columns=(
                shown("at", "推送时间", Kind.DATETIME),
                shown("tags", "客户标签", Kind.TEXT),
                shown("service", "推送服务内容", Kind.TEXT),
                shown("channel", "推送渠道", Kind.TEXT),
                shown("pushed", "推送数量"),
                shown("better", "匹配服务", Kind.TEXT),
                detail(),
            ),
            rows=_UNMATCHED_SHOWN,
            make=unmatched,
            needs=_WITH_TAGS,
            note="标签和服务同在客户标签体系表一行才算匹配。",
        ),
    ),
)
