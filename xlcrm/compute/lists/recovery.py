"""客户关系恢复效果评估表: the document's three measures in total, and case by case (R10 to R12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.verdicts import calendar_of
from xlcrm.compute.facts import Facts, Flags, Integers, Objects, moments
from xlcrm.compute.lists.kept import Report, with_kept
from xlcrm.compute.matching import match
from xlcrm.compute.states.measures import Share, first_response_hours, repurchases
from xlcrm.periods import human_minutes, is_date_only, months_between
from xlcrm.rules.base import Effect
from xlcrm.rules.measures import FIRST_RESPONSE_HOURS, REPURCHASE
from xlcrm.tables.recovery import RECOVERY_ASSESSMENTS

if TYPE_CHECKING:
    from xlcrm.compute.states.measures import Floats
    from xlcrm.rules.base import Rule

CASES: Final = "recovery_cases"
EFFICIENCY, SATISFACTION, STABILITY = RECOVERY_ASSESSMENTS.by_key["dimension"].choice.values  # type: ignore[union-attr] # noqa: PD011 - declared with a choice, no frame
INDICATORS: Final = {
    EFFICIENCY: "首次响应时间",
    SATISFACTION: "处理后满意度",
    STABILITY: "3个月复购率",
}
"""评估维度 -> 评估指标 of the document, in its order."""
SWITCHED_OFF: Final = "规则已停用"
TOTAL: Final = "全部"
_HIGHEST: Final = 10


@dataclass(frozen=True)
class Assessment:
    """One dimension.

    Attributes:
        limit: of its rule.
        standard: 达标标准 of the total.
        standard_of_case: 达标标准 of a case.
        total: 实际结果 of all cases.
        results: (n,) 实际结果 of each case.
        judged: (n,) whether the case counts in the total; the others wait, or are not counted at all.
        met: (n,) whether the case meets the standard, of those judged.
        figures: (n,) hours to the first talk (so far, where a case waits beyond the limit), points, or
            1 and 0 for bought again or not; NaN where it is not judged.
    """

    limit: float
    standard: str
    standard_of_case: str
    total: str
    results: Objects
    judged: Flags
    met: Flags
    figures: Floats


def recovery_assessments(facts: Facts) -> Report:
    """Three rows in total, then three a case, the newest case first; 改进方向 stays with its row.

    A case is named in 评估指标 by its number, else by customer and day. A dimension whose rule is off keeps
    its rows, so that no text is lost, and says so.
    """
    cases = _order(facts)
    names = case_names(facts)
    found = assessments(facts)
    rows = []
    for dimension, one in found.items():
        name = f"{INDICATORS[dimension]}（{TOTAL}）"
        standard, total = (one.standard, one.total) if one else (SWITCHED_OFF, "")
        rows.append((dimension, name, standard, total or None, TOTAL))
    for case in cases.tolist():
        for dimension, one in found.items():
            key, name = names[case]
            label = f"{INDICATORS[dimension]}（{f'{key} {name}'.strip()}）"
            standard, result = (one.standard_of_case, one.results[case]) if one else (SWITCHED_OFF, None)
            rows.append((dimension, label, standard, result, key))
    columns = ["dimension", "indicator", "standard", "outcome", "case"]
    table = pd.DataFrame(rows, columns=columns).astype("str")
    old = facts.frame(RECOVERY_ASSESSMENTS.name)
    return with_kept(
        RECOVERY_ASSESSMENTS.title,
        RECOVERY_ASSESSMENTS.columns,
        table.drop(columns="case"),
        table["dimension"] + " " + table["case"],
        old,
        old["dimension"] + " " + old["indicator"].str.extract(r"（([^\s（）]+)", expand=False),
    )


def assessments(facts: Facts) -> dict[str, Assessment | None]:
    """Dimension -> how the cases stand in it, in the document's order; None where its rule is off."""
    return {
        EFFICIENCY: _responses(facts, _rule(facts, FIRST_RESPONSE_HOURS)),
        SATISFACTION: _ratings(facts, _rule(facts, "满意度评分")),
        STABILITY: _repurchases(facts, _rule(facts, REPURCHASE)),
    }


def _order(facts: Facts) -> Integers:
    """Positions of the cases up to now, the newest first; those without 受理时间 at the end."""
    received = moments(facts.frame(CASES)["received_at"])
    shown = np.flatnonzero(np.isnat(received) | (received <= facts.now_at))
    since = np.where(np.isnat(received), facts.now_at.astype(np.int64), -received.astype(np.int64))
    order: Integers = shown[np.argsort(since[shown], kind="stable")]
    return order


def case_names(facts: Facts) -> list[tuple[str, str]]:
    """What tells each case from all others, and its customer's name."""
    frame = facts.frame(CASES)
    customer = facts.of_rows(CASES, "customer_id").fillna(frame["customer_id"]).fillna("无编号")
    day = frame["received_at"].dt.strftime("%Y-%m-%d").astype("str").fillna("无受理时间")
    key = frame["recovery_id"].str.replace(r"[\s（）]+", "", regex=True).fillna(customer + "/" + day)
    again = key.groupby(key).cumcount()
    key = key.where(again == 0, key + "-" + (again + 1).astype("str"))
    names = facts.of_rows(CASES, "name").fillna("")
    return list(zip(key.tolist(), names.tolist(), strict=True))


def _rule(facts: Facts, measure: str) -> Rule | None:
    """The enabled rule that assesses by this measure, or None."""
    ours = (rule for rule in facts.active if rule.effect is Effect.ASSESS)
    return next((rule for rule in ours if rule.occasions[0] == measure), None)


def _counted(facts: Facts, rule: Rule) -> Flags:
    """(n,) the cases up to now that the rule's condition selects."""
    received = moments(facts.frame(CASES)["received_at"])
    return match(rule.when, facts) & (received <= facts.now_at)


def _worded(cases: list[tuple[Flags, list[str] | str]], count: int) -> Objects:
    """(n,) the text of the first condition that holds, None where none does."""
    result = np.full(count, None, dtype=object)
    for condition, text in reversed(cases):
        texts = np.array([*(text if isinstance(text, list) else [text] * count), None], dtype=object)[:-1]
        result[condition] = texts[condition]
    return result


def _in_total(share: Share, waiting: int, for_what: str) -> str:
    parts = [share.text] if share.judged else []
    if waiting:
        parts.append(f"{'另有' if parts else ''}{waiting}件{for_what}")
    return "；".join(parts)


def _where(judged: Flags, values: Floats) -> Floats:
    return np.where(judged, values, np.nan)


def _responses(facts: Facts, rule: Rule | None) -> Assessment | None:
    """是(18小时), 否(30小时), 待首次沟通; a case that waits beyond the limit has missed it already."""
    if rule is None:
        return None
    counted = _counted(facts, rule)
    taken = first_response_hours(facts, rule)
    talked = moments(facts.frame(CASES)["responded_at"]) <= facts.now_at
    waited = _waited_hours(facts, rule)
    answered, late = ~np.isnan(taken), ~talked & (waited > rule.limit)
    good = answered & (taken <= rule.limit)
    results = _worded(
        [
            (counted & good, [f"是({hours_text(hours)})" for hours in taken.tolist()]),
            (counted & answered, [f"否({hours_text(hours)})" for hours in taken.tolist()]),
            (counted & talked, "首次沟通早于受理时间"),
            (counted & late, [f"否(已{hours_text(hours)}未沟通)" for hours in waited.tolist()]),
            (counted, "待首次沟通"),
        ],
        len(counted),
    )
    share = Share(int((counted & good).sum()), int((counted & (answered | late)).sum()))
    standard = f"{rule.limit:g}小时内"
    waiting = int((counted & ~talked & ~late).sum())
    total = _in_total(share, waiting, "待首次沟通")
    judged, hours = counted & (answered | late), np.where(answered, taken, waited)
    return Assessment(
        rule.limit, standard, standard, total, results, judged, judged & good, _where(judged, hours)
    )


def _waited_hours(facts: Facts, rule: Rule) -> Floats:
    """(n,) hours since 受理时间, counted as `first_response_hours` counts them."""
    start = moments(facts.frame(CASES)["received_at"])
    now = np.full(len(start), facts.now_at)
    days = (facts.today - start.astype("datetime64[D]")).astype(np.int64)
    spent = calendar_of(rule, facts).elapsed(start, now) / 60
    return np.where(np.isnat(start), np.nan, np.where(is_date_only(start), days * 24.0, spent))


def hours_text(hours: float) -> str:
    """18小时, 24小时1分: rounded up to the minute, so that what is late never reads as the limit."""
    return "" if np.isnan(hours) else human_minutes(int(np.ceil(round(hours * 60, 6))), in_days=False)


def _ratings(facts: Facts, rule: Rule | None) -> Assessment | None:
    """8分(达标), 6分(未达标), 待评分."""
    if rule is None:
        return None
    counted = _counted(facts, rule)
    rating = facts.frame(CASES)["satisfaction"].to_numpy(dtype="float64")
    judged = (rating >= 0) & (rating <= _HIGHEST)
    good = judged & (rating >= rule.limit)
    texts = [f"{value:g}" for value in rating.tolist()]
    results = _worded(
        [
            (counted & good, [f"{text}分(达标)" for text in texts]),
            (counted & judged, [f"{text}分(未达标)" for text in texts]),
            (counted & ~np.isnan(rating), [f"{text}分(超出0至{_HIGHEST}分)" for text in texts]),
            (counted, "待评分"),
        ],
        len(counted),
    )
    share = Share(int((counted & good).sum()), int((counted & judged).sum()))
    standard = f"{rule.limit:g}分及以上"
    waiting = int((counted & ~judged).sum())
    total = _in_total(share, waiting, "待评分")
    judged = counted & judged
    return Assessment(
        rule.limit, standard, standard, total, results, judged, judged & good, _where(judged, rating)
    )


def _repurchases(facts: Facts, rule: Rule | None) -> Assessment | None:
    """是(2023-12-01), 否, 待跟踪(当前1个月): within three months after the plan was carried out."""
    if rule is None:
        return None
    counted = _counted(facts, rule)
    found = repurchases(facts, rule)
    frame = facts.frame(CASES)
    bought = moments(frame["repurchased_on"]).astype("datetime64[D]")
    completed = moments(frame["completed_at"]).astype("datetime64[D]")
    months = months_between(completed, np.full(len(completed), facts.today))
    later = found.judged & (bought > completed) & (bought <= facts.today)
    results = _worded(
        [
            (counted & found.bought, [f"是({day})" for day in bought.tolist()]),
            (counted & later, [f"否({day}才复购)" for day in bought.tolist()]),
            (counted & found.judged, "否"),
            (counted & found.waiting, [f"待跟踪(当前{_age(month)})" for month in months.tolist()]),
            (counted, "待跟踪(尚未执行完成)"),
        ],
        len(counted),
    )
    share, waiting = found.share, int((counted & ~found.judged).sum())
    total = _in_total(share, waiting, "待跟踪")
    if share.judged:
        total = f"{'达标' if share.percent >= rule.limit else '未达标'}：{total}"
    return Assessment(
        rule.limit,
        f"{rule.limit:g}%及以上",
        "3个月内复购",
        total,
        results,
        found.judged,
        found.judged & found.bought,
        _where(found.judged, found.bought.astype(np.float64)),
    )


def _age(months: int) -> str:
    return f"{months}个月" if months > 0 else "不足1个月"
