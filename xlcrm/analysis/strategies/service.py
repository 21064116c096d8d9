"""Measures of 策略建议 on how customers are served: deadlines, tasks, satisfaction, complaints, orders."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from xlcrm.analysis import sla
from xlcrm.analysis.complaints import sheet as complaints
from xlcrm.analysis.followups import sheet as followups
from xlcrm.analysis.lines import UNNAMED
from xlcrm.analysis.orders import sheet as orders
from xlcrm.analysis.recovery import sheet as recovery
from xlcrm.analysis.recovery.cases import UNMET
from xlcrm.analysis.satisfaction import sheet as satisfaction
from xlcrm.analysis.satisfaction.panels import MOST_UNHAPPY
from xlcrm.analysis.sources.judged import LATE, LATE_OPEN, judged
from xlcrm.analysis.sources.tally import clock_names, in_month, short
from xlcrm.analysis.strategies.observed import Measure, Observed, Source, behind_all, is_over, top_person
from xlcrm.compute.lists.due_list import OVERDUE, STATES
from xlcrm.compute.lists.recovery import STABILITY
from xlcrm.compute.states.measures import percent_text, score_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.scope import Scope
    from xlcrm.analysis.strategies.observed import Line

_ERROR: Final = "错误"


def _attainment(scope: Scope, source: Source) -> list[Observed]:
    line = source.of_month(scope)
    if line is None:
        return []
    rate, met, decided = line.number_of("attainment") * 100, line.count("met"), line.count("decided")
    figures = {"rate": percent_text(rate), "met": f"{met}", "n": f"{decided}"} if decided else {}
    return [Observed(rate, decided, figures, rows=line.behind)]


def _clocks(scope: Scope, source: Source) -> list[Observed]:
    """Every clock, with the person who let most of them run out."""
    lines = [line for line in source.lines(scope) if line.count("decided") and line.is_named("clock")]
    people = _late_people(scope) if lines else {}
    return [
        Observed(
            line.number_of("attainment") * 100,
            line.count("decided"),
            {
                "name": short(line.text("clock")),
                "rate": percent_text(line.number_of("attainment") * 100),
                "met": f"{line.count('met')}",
                "n": f"{line.count('decided')}",
            },
            line.text("clock"),
            people.get(line.text("clock"), ""),
            line.behind,
        )
        for line in lines
    ]


def _late_people(scope: Scope) -> Mapping[str, str]:
    """Clock -> who was late most often in the month, of equals the first by name."""
    clocks = in_month(scope.once(judged), scope.month)
    late = clocks[(clocks["outcome"].isin([LATE, LATE_OPEN]) & clocks["owner"].notna()).to_numpy()]
    counts = Counter(zip(clock_names(late), late["owner"], strict=True))
    found: dict[str, str] = {}
    for (clock, owner), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        found.setdefault(clock, owner)
    return found


def _faulty_clocks(scope: Scope, source: Source) -> list[Observed]:
    lines = [line for line in source.lines(scope) if line.count("faulty")]
    count = sum(line.count("faulty") for line in lines)
    return [Observed(count, count, {"n": f"{count}"}, rows=behind_all(lines))]


def _entry_errors(scope: Scope, source: None) -> list[Observed]:
    del source  # the findings of the checks stand on no analysis sheet
    count = int((scope.findings["level"] == _ERROR).sum())
    return [Observed(count, count, {"n": f"{count}"})]


def _overdue(scope: Scope, source: Source) -> list[Observed]:
    """The tasks of every person; who has none does not count."""
    total = scope.run.shown.counts[STATES[OVERDUE]]
    return [
        Observed(
            line.count("overdue"),
            line.count("overdue"),
            {
                "name": line.text("person"),
                "n": f"{line.count('overdue')}",
                "total": f"{total}",
                "longest": f"{line.count('longest')}",
            },
            line.text("person"),
            line.text("person"),
            line.behind,
        )
        for line in source.lines(scope)
        if line.is_named("person")
    ]


def _next_actions(scope: Scope, source: Source) -> list[Observed]:
    """What every person promised and kept."""
    return [
        Observed(
            line.number_of("rate") * 100,
            line.count("n"),
            {
                "name": line.text("person"),
                "rate": percent_text(line.number_of("rate") * 100),
                "met": f"{line.count('met')}",
                "n": f"{line.count('n')}",
            },
            line.text("person"),
            line.text("person"),
            line.behind,
        )
        for line in source.lines(scope)
        if line.is_named("person") and line.count("n")
    ]


def _satisfaction(scope: Scope, source: Source) -> list[Observed]:
    line = source.of_month(scope)
    if line is None or not line.count("n"):
        return []
    percent = line.number_of("percent") * 100
    figures = {"percent": percent_text(percent), "n": f"{line.count('n')}"}
    return [Observed(percent, line.count("n"), figures, rows=line.behind)]


def _nps(scope: Scope, source: Source) -> list[Observed]:
    line = source.of_month(scope)
    if line is None or not line.count("n"):
        return []
    keys = ("promoters", "detractors", "n")
    figures = {"nps": f"{line.number_of('nps'):.0f}", **{key: f"{line.count(key)}" for key in keys}}
    return [Observed(line.number_of("nps"), line.count("n"), figures, rows=line.behind)]


def _dimensions(scope: Scope, source: Source) -> list[Observed]:
    return [
        Observed(
            line.number_of("mean"),
            line.count("n"),
            {
                "name": line.text("dimension"),
                "mean": score_text(line.number_of("mean")),
                "n": f"{line.count('n')}",
            },
            line.text("dimension"),
            rows=line.behind,
        )
        for line in source.lines(scope)
    ]


def _unhappy(scope: Scope, source: Source) -> list[Observed]:
    """The forms below a limit, and who is responsible for most of their customers."""
    lines = source.lines(scope)
    owners = Counter(name for line in lines if (name := line.text("owner")) and name != UNNAMED)
    person = min(owners, key=lambda name: (-owners[name], name)) if owners else ""
    more = "以上" if len(lines) == MOST_UNHAPPY else ""
    figures = {"n": f"{len(lines)}份{more}"}
    return [Observed(len(lines), len(lines), figures, person=person, rows=behind_all(lines))]


def _repeated(scope: Scope, source: Source) -> list[Observed]:
    return [
        Observed(
            line.count("total"),
            line.count("total"),
            {
                "issue": short(line.text("issue")),
                **{key: f"{line.count(key)}" for key in ("first", "last", "now", "total")},
            },
            line.text("issue"),
            line.text("department"),
            line.behind,
        )
        for line in source.lines(scope)
    ]


def _top_problems(scope: Scope, source: Source) -> list[Observed]:
    found = []
    for line in source.lines(scope):
        share, count = line.number_of("share"), line.count("count")
        whole = round(count / share)
        figures = {
            "issue": short(line.text("issue")),
            "share": percent_text(share * 100),
            "count": f"{count}",
            "n": f"{whole}",
        }
        found.append(
            Observed(share * 100, whole, figures, line.text("issue"), line.text("department"), line.behind)
        )
    return found


def _complaints_rise(scope: Scope, source: Source) -> list[Observed]:
    """How many percent more complaints than in the month before; only of months that are over."""
    line, before = source.of_month(scope), source.of_month(scope, 1)
    if not is_over(scope) or line is None or before is None or not before.count("count"):
        return []
    now, was = line.count("count"), before.count("count")
    growth = (now - was) / was * 100
    figures = {"n": f"{now}", "before": f"{was}", "growth": percent_text(growth)}
    return [Observed(growth, now, figures, rows=line.behind)]


def _recovery_unmet(scope: Scope, source: Source) -> list[Observed]:
    """The dimensions of the month that miss their standard; repurchase has a measure of its own."""
    return [
        Observed(
            1,
            line.count("judged"),
            {
                "name": line.text("indicator"),
                "result": line.text("result"),
                "standard": line.text("standard"),
                "n": f"{line.count('judged')}",
            },
            line.text("indicator"),
            rows=line.behind,
        )
        for line in source.lines(scope)
        if line.text("verdict") == UNMET and line.text("dimension") != STABILITY
    ]


def _repurchase(scope: Scope, source: Source) -> list[Observed]:
    return [
        Observed(
            line.number_of("rate_ever") * 100,
            line.count("judged_ever"),
            {
                "rate": percent_text(line.number_of("rate_ever") * 100),
                "n": f"{line.count('judged_ever')}",
            },
            rows=line.behind,
        )
        for line in source.lines(scope)
        if line.text("dimension") == STABILITY and line.count("judged_ever")
    ]


def _late_orders(scope: Scope, source: Source) -> list[Observed]:
    """Orders of the month that were or are late, of those whose day has come, and whose most of them are."""
    line = source.of_month(scope)
    due = 0 if line is None else line.count("in_time") + _late(line)
    if line is None or not due:
        return []
    late = _late(line)
    people = Source(orders.SHEET, "by_owner").lines(scope)
    figures = {"share": percent_text(late / due * 100), "late": f"{late}", "n": f"{due}"}
    return [
        Observed(late / due * 100, due, figures, person=top_person(people, "name", _late), rows=line.behind)
    ]


def _late(line: Line) -> int:
    return line.count("late") + line.count("overdue")


SERVICE: Final = (
    Measure("attainment", Source(sla.SHEET, "months"), ("rate", "met", "n"), _attainment),
    Measure("clock_attainment", Source(sla.SHEET, "clocks"), ("name", "rate", "met", "n"), _clocks),
    Measure("faulty_clocks", Source(sla.SHEET, "unjudged"), ("n",), _faulty_clocks),
    Measure("entry_errors", None, ("n",), _entry_errors),
    Measure("overdue", Source(followups.SHEET, "overdue"), ("name", "n", "total", "longest"), _overdue),
    Measure("next_actions", Source(followups.SHEET, "kept"), ("name", "rate", "met", "n"), _next_actions),
    Measure("satisfaction", Source(satisfaction.SHEET, "months"), ("percent", "n"), _satisfaction),
    Measure("nps", Source(satisfaction.SHEET, "nps_months"), ("nps", "promoters", "detractors", "n"), _nps),
    Measure("dimension", Source(satisfaction.SHEET, "dimensions"), ("name", "mean", "n"), _dimensions),
    Measure("unhappy", Source(satisfaction.SHEET, "unhappy"), ("n",), _unhappy),
    Measure(
        "repeated_problem",
        Source(complaints.SHEET, "repeated"),
        ("issue", "first", "last", "now", "total"),
        _repeated,
    ),
    Measure("top_problem", Source(complaints.SHEET, "top"), ("issue", "share", "count", "n"), _top_problems),
    Measure(
        "complaints_rise", Source(complaints.SHEET, "months"), ("n", "before", "growth"), _complaints_rise
    ),
    Measure(
        "recovery_unmet",
        Source(recovery.SHEET, "totals"),
        ("name", "result", "standard", "n"),
        _recovery_unmet,
    ),
    Measure("repurchase", Source(recovery.SHEET, "totals"), ("rate", "n"), _repurchase),
    Measure("late_orders", Source(orders.SHEET, "months"), ("share", "late", "n"), _late_orders),
)
