"""The figures of the letter to management, beside those of the last one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from xlcrm.analysis.sources.judged import DECIDED, MET_IN_TIME, judged
from xlcrm.analysis.sources.tally import in_month
from xlcrm.analysis.wording import halves_up
from xlcrm.compute.clocks.verdicts import AT_RISK, BREACHED, STATUSES
from xlcrm.compute.lists.due_list import STATES
from xlcrm.mail.contents import PERCENT, Headline

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping

    import numpy as np

    from xlcrm.analysis.scope import Scope

NO_LEVEL: Final = "未分级"
NOT_LISTED: Final = "未列出"
"""Clocks past their limit beyond 到期清单最多行数."""
_GRAVEST: Final = ("重大", "紧急", "严重", "重要", "一般", "普通")
"""Words for levels in the order in which they are shown; others follow by name."""
_OVERDUE, _TODAY, _SOON = STATES
_LATE, _RISK = STATUSES[BREACHED], STATUSES[AT_RISK]
_ATTAINMENT: Final = "达成率"
_MONTH: Final = "月份"
BY_LEVEL, BY_CLOCK = "等级·", "时钟·"
_PAIR: Final = re.compile(r"([^=；]+)=(-?\d+(?:\.\d+)?)")


def figures_of(text: str) -> Mapping[str, float]:
    """What `details_text` wrote; whatever else stands in the text is passed over."""
    found = (_PAIR.fullmatch(part.strip()) for part in text.split("；"))
    return {pair[1]: float(pair[2]) for pair in found if pair}


def numbers_of(scope: Scope) -> dict[str, float]:
    """The headline figures by the name that 发送记录 keeps them under; attainment only where it is known."""
    counts, warnings = scope.run.shown.counts, scope.run.alerts
    numbers = {
        _MONTH: float(str(scope.month).replace("-", "")),
        **{state: float(counts[state]) for state in STATES},
        _LATE: float(warnings.breached),
        _RISK: float(warnings.at_risk),
    }
    met, decided = _attained(scope, scope.month)
    return {**numbers, _ATTAINMENT: round(met / decided * 100, 1)} if decided else numbers


def _attained(scope: Scope, month: np.datetime64) -> tuple[int, int]:
    """How many clocks that began in a month were in time, of how many that can be told."""
    outcome = in_month(scope.once(judged), month)["outcome"]
    return int((outcome == MET_IN_TIME).sum()), int(outcome.isin(DECIDED).sum())


def headlines(scope: Scope, numbers: Mapping[str, float], was: Mapping[str, float]) -> tuple[Headline, ...]:
    """The figures that matter, each beside what the last letter told (`was`)."""
    same_month = was.get(_MONTH) == numbers[_MONTH]
    return (
        _headline(_OVERDUE, "项", numbers, was),
        _headline(_TODAY, "项", numbers, was, more_is_good=None),
        _headline(_SOON, "项", numbers, was, more_is_good=None),
        _headline(_LATE, "个", numbers, was),
        _headline(_RISK, "个", numbers, was, more_is_good=None),
        Headline(
            f"{scope.month.astype(object).month}月{_ATTAINMENT}",
            numbers.get(_ATTAINMENT),
            PERCENT,
            was.get(_ATTAINMENT) if same_month else None,
            more_is_good=True,
            note=_attained_note(scope),
        ),
    )


def _headline(
    label: str,
    unit: str,
    numbers: Mapping[str, float],
    was: Mapping[str, float],
    *,
    more_is_good: bool | None = False,
) -> Headline:
    return Headline(label, numbers[label], unit, was.get(label), more_is_good)


def _attained_note(scope: Scope) -> str:
    """按时42/判定45；上月92.3%（120/130）."""
    (met, decided), (met_before, decided_before) = (
        _attained(scope, month) for month in (scope.month, scope.before)
    )
    now = f"按时{met}/判定{decided}" if decided else "尚无可判定的"
    if not decided_before:
        return now
    share = halves_up(met_before / decided_before * 100, 1)
    return f"{now}；上月{share:.1f}%（{met_before}/{decided_before}）"


def counted(counts: Counter[str], prefix: str, was: Mapping[str, float], order: Any) -> tuple[Headline, ...]:
    """One figure a label, those of the last letter that are gone too."""
    told = {label.removeprefix(prefix): number for label, number in was.items() if label.startswith(prefix)}
    shown = set(map(_key, counts))
    gone = [label for label, number in told.items() if number and label not in shown]
    compared = _LATE in was
    return tuple(
        Headline(label, float(counts[label]), "个", told.get(_key(label), 0.0) if compared else None)
        for label in sorted([*counts, *gone], key=order)
    )


def gravest_first(label: str) -> tuple[int, str]:
    """Rank of a level; those of no known word follow by name."""
    last = (NO_LEVEL, NOT_LISTED)
    ranks = {name: rank for rank, name in enumerate(_GRAVEST)}
    ranks |= {name: len(_GRAVEST) + 1 + rank for rank, name in enumerate(last)}
    return ranks.get(label, len(_GRAVEST)), label


def named(items: Iterable[Headline], prefix: str) -> dict[str, float]:
    """The figures by the name that 发送记录 keeps them under."""
    return {prefix + _key(item.label): item.number for item in items if item.number}


def _key(label: str) -> str:
    """A label as it stands in 说明: without what stands between the figures."""
    return label.replace("；", "，").replace("=", "＝")
