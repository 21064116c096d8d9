"""Measures of 策略建议 on who the customers are and what they buy, and on what brings and keeps them."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.analysis import trends
from xlcrm.analysis.channels import sheet as channels
from xlcrm.analysis.channels.leads import leads
from xlcrm.analysis.customers import sheet as customers
from xlcrm.analysis.customers.sales import LEADING, RISING
from xlcrm.analysis.followups import sheet as followups
from xlcrm.analysis.pushes import sheet as pushes
from xlcrm.analysis.relationship import sheet as relationship
from xlcrm.analysis.relationship.scores import DOWN
from xlcrm.analysis.rfm import sheet as rfm
from xlcrm.analysis.sources.tally import short
from xlcrm.analysis.strategies.observed import Measure, Observed, Source, behind_all, is_over, top_person
from xlcrm.compute.accounts import DORMANT
from xlcrm.compute.lists.relationship import ADVICE_OF
from xlcrm.compute.states.measures import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from xlcrm.analysis.scope import Scope
    from xlcrm.analysis.strategies.observed import Line

_END: Final = ADVICE_OF["C类"]


def _dormant(scope: Scope, source: Source) -> list[Observed]:
    """Customers that sleep, of all, and who has most of them."""
    lines = source.lines(scope)
    asleep, whole = (sum(line.count(key) for line in lines) for key in ("dormant", "customers"))
    if not whole:
        return []
    figures = {"share": percent_text(asleep / whole * 100), "count": f"{asleep}", "n": f"{whole}"}
    return [
        Observed(
            asleep / whole * 100,
            whole,
            figures,
            person=top_person(lines, "person", lambda line: line.count("dormant")),
            rows=lambda: _asleep(lines, said=True),
        )
    ]


def _suggested(scope: Scope, source: Source) -> list[Observed]:
    """Customers that fell silent and are not marked so yet."""
    lines = source.lines(scope)
    count = sum(line.count("suggested") for line in lines)
    return [
        Observed(
            count,
            count,
            {"n": f"{count}"},
            person=top_person(lines, "person", lambda line: line.count("suggested")),
            rows=lambda: _asleep(lines, said=False),
        )
    ]


def _asleep(lines: Sequence[Line], *, said: bool) -> pd.DataFrame:
    """The customers behind the lines that are marked 沉睡, or those that should be."""
    rows = behind_all(lines)()
    return rows[((rows["text"] == DORMANT) == said).to_numpy()]


def _lost(scope: Scope, source: Source) -> list[Observed]:
    line = source.of_month(scope)
    if line is None:
        return []
    lost = line.count("lost")
    return [Observed(lost, lost, {"n": f"{lost}", "new": f"{line.count('new')}"}, rows=line.behind)]


def _rfm_class(scope: Scope, source: Source, name: str) -> list[Observed]:
    """The customers of a class; the person is the one of the largest."""
    found = []
    for line in source.lines(scope):
        if line.text("rfm_class") == name:
            count, sales = line.count("customers"), line.number_of("sales")
            figures = {"n": f"{count}", "sales": f"{sales:,.0f}"}
            found.append(
                Observed(count, count, figures, person=_owner(scope, line.behind()), rows=line.behind)
            )
    return found


def _owner(scope: Scope, rows: pd.DataFrame) -> str:
    """Who is responsible for the first of some rows of the register."""
    if rows.empty or rows["table"].iloc[0] != "customers":
        return ""
    owner = scope.facts.frame("customers")["owner"].iloc[int(rows["place"].iloc[0])]
    return owner if isinstance(owner, str) else ""


def _industries(scope: Scope, source: Source, mark: str, value: str) -> list[Observed]:
    """The industries with a mark of 客户分析, by one of their figures."""
    found = []
    for line in source.lines(scope):
        if line.text("mark") == mark:
            share, growth = line.number_of("share") * 100, line.number_of("growth") * 100
            known = {"share": share, "growth": growth}
            figures = {"name": short(line.text("industry")), "sales": f"{line.number_of('sales'):,.0f}"}
            figures |= {
                key: "" if math.isnan(number) else percent_text(number) for key, number in known.items()
            }
            found.append(
                Observed(known[value], line.count("buyers"), figures, line.text("industry"), rows=line.behind)
            )
    return found


def _sales_drop(scope: Scope, source: Source) -> list[Observed]:
    """By how many percent sales fell on the month before; only of months that are over."""
    line, before = source.of_month(scope), source.of_month(scope, 1)
    if not is_over(scope) or line is None or before is None:
        return []
    now, was = line.number_of("sales"), before.number_of("sales")
    if not was > 0 or math.isnan(now):
        return []
    drop = (was - now) / was * 100
    figures = {"sales": f"{now:,.0f}", "before": f"{was:,.0f}", "drop": percent_text(drop)}
    return [Observed(drop, line.count("trades") + before.count("trades"), figures, rows=line.behind)]


def _channels(scope: Scope, source: Source) -> list[Observed]:
    """The conversion of every channel in percent of that of all over the last six months."""
    overall = _conversion(scope)
    if not overall > 0:
        return []
    return [
        Observed(
            line.number_of("conversion") / overall * 100,
            line.count("leads"),
            {
                "name": short(line.text("channel")),
                "rate": percent_text(line.number_of("conversion") * 100),
                "overall": percent_text(overall * 100),
                "n": f"{line.count('leads')}",
            },
            line.text("channel"),
            rows=line.behind,
        )
        for line in source.lines(scope)
        if line.is_named("channel") and line.count("leads")
    ]


def _conversion(scope: Scope) -> float:
    """Effective of all customers of the last six months, over the rows that give both; NaN of none."""
    given = scope.once(leads)
    rows = given.both() & np.isin(given.month, np.array(scope.months))
    whole = float(given.leads[rows].sum())
    return float(given.effective[rows].sum()) / whole if whole else float("nan")


def _needs(scope: Scope, source: Source) -> list[Observed]:
    return [
        Observed(
            line.count("customers"),
            line.count("customers"),
            {"need": short(line.text("need")), "n": f"{line.count('customers')}"},
            line.text("need"),
            rows=line.behind,
        )
        for line in source.lines(scope)
        if line.is_named("need")
    ]


def _push_rate(scope: Scope, source: Source, rate: str, n: str) -> list[Observed]:
    line = source.of_month(scope)
    if line is None or not line.count(n):
        return []
    percent = line.number_of(rate) * 100
    figures = {"rate": percent_text(percent), "n": f"{line.count(n)}"}
    return [Observed(percent, line.count(n), figures, rows=line.behind)]


def _stops(scope: Scope, source: Source) -> list[Observed]:
    return [
        Observed(
            line.number_of("response_rate") * 100,
            line.count("pushes"),
            {
                "pair": line.text("pair"),
                "rate": percent_text(line.number_of("response_rate") * 100),
                "n": f"{line.count('pushes')}",
                "advice": line.text("advice"),
            },
            line.text("pair"),
            rows=line.behind,
        )
        for line in source.lines(scope)
    ]


def _downgraded(scope: Scope, source: Source) -> list[Observed]:
    return [
        Observed(
            line.count("customers"),
            line.count("customers"),
            {"n": f"{line.count('customers')}"},
            person=_owner(scope, line.behind()),
            rows=line.behind,
        )
        for line in source.lines(scope)
        if line.text("change") == DOWN
    ]


def _to_end(scope: Scope, source: Source) -> list[Observed]:
    """Customers whose assessment says that the relation is to be ended."""
    return [
        Observed(
            line.count("customers"),
            line.count("customers"),
            {"n": f"{line.count('customers')}"},
            rows=line.behind,
        )
        for line in source.lines(scope)
        if line.text("advice") == _END
    ]


def _plans(scope: Scope, source: Source) -> list[Observed]:
    """Plans of the month that were kept, and who has most that were not."""
    line = source.of_month(scope)
    if line is None or not line.count("planned"):
        return []
    rate, planned, done = (
        line.number_of("completion_rate") * 100,
        line.count("planned"),
        line.count("done_in_time"),
    )
    people = Source(relationship.SHEET, "people").lines(scope)
    person = top_person(people, "owner", lambda each: each.count("planned") - each.count("done_in_time"))
    figures = {"rate": percent_text(rate), "done": f"{done}", "n": f"{planned}"}
    return [Observed(rate, planned, figures, person=person, rows=line.behind)]


def _budget(scope: Scope, source: Source) -> list[Observed]:
    line = source.of_month(scope)
    if line is None or not line.number_of("used") >= 0:
        return []
    used = line.number_of("used") * 100
    figures = {"used": percent_text(used)}
    figures |= {key: f"{line.number_of(key):,.0f}" for key in ("actual_cost", "budget")}
    return [Observed(used, line.count("planned"), figures, rows=line.behind)]


_INDUSTRY: Final = ("name", "sales", "share", "growth")
MARKET: Final = (
    Measure("dormant_share", Source(followups.SHEET, "dormant"), ("share", "count", "n"), _dormant),
    Measure("suggested_dormant", Source(followups.SHEET, "dormant"), ("n",), _suggested),
    Measure("lost", Source(trends.SHEET, "flows"), ("n", "new"), _lost),
    *(
        Measure(name, Source(rfm.SHEET, "classes"), ("n", "sales"), partial(_rfm_class, name=name))
        for name in ("重要挽留客户", "重要保持客户", "重要发展客户")
    ),
    Measure(
        "rising_industry",
        Source(customers.SHEET, "sales_by_industry"),
        _INDUSTRY,
        partial(_industries, mark=RISING, value="growth"),
    ),
    Measure(
        "leading_industry",
        Source(customers.SHEET, "sales_by_industry"),
        _INDUSTRY,
        partial(_industries, mark=LEADING, value="share"),
    ),
    Measure("sales_drop", Source(trends.SHEET, "sales"), ("sales", "before", "drop"), _sales_drop),
    Measure(
        "channel_conversion", Source(channels.SHEET, "half_year"), ("name", "rate", "overall", "n"), _channels
    ),
    Measure("common_need", Source(followups.SHEET, "needs"), ("need", "n"), _needs),
    Measure(
        "push_response",
        Source(pushes.SHEET, "months"),
        ("rate", "n"),
        partial(_push_rate, rate="response_rate", n="rated"),
    ),
    Measure(
        "push_match",
        Source(pushes.SHEET, "months"),
        ("rate", "n"),
        partial(_push_rate, rate="match_rate", n="judged"),
    ),
    Measure("push_stop", Source(pushes.SHEET, "stops"), ("pair", "rate", "n", "advice"), _stops),
    Measure("downgraded", Source(relationship.SHEET, "changes"), ("n",), _downgraded),
    Measure("to_end", Source(relationship.SHEET, "grades"), ("n",), _to_end),
    Measure("plans_kept", Source(relationship.SHEET, "plan_months"), ("rate", "done", "n"), _plans),
    Measure(
        "budget_used", Source(relationship.SHEET, "plan_months"), ("used", "actual_cost", "budget"), _budget
    ),
)
