"""From a run to what letters say: pure, and masked, so that nothing that follows sees personal data."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.mailing.headlines import (
    BY_CLOCK,
    BY_LEVEL,
    NO_LEVEL,
    NOT_LISTED,
    counted,
    figures_of,
    gravest_first,
    headlines,
    named,
    numbers_of,
)
from xlcrm.actions.mailing.wording import due_text, shown_by, source_text
from xlcrm.analysis import dashboard
from xlcrm.analysis.scope import month_text
from xlcrm.analysis.sources.tally import SUBJECTS
from xlcrm.compute.clocks.verdicts import BREACHED, STATUSES
from xlcrm.compute.identity import TEAM
from xlcrm.compute.lists.due_list import STATES
from xlcrm.mail.contents import (
    ESCALATED,
    LATE,
    NEARLY,
    ClockLine,
    DigestContent,
    Group,
    ManagementFigures,
    NoticesContent,
    Origin,
    TaskLine,
)
from xlcrm.rules.parameters import MASKED
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.actions.mailing.picture import Overview
    from xlcrm.actions.mailing.wording import Shown
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts
    from xlcrm.compute.run import Run
    from xlcrm.mail.masking import Masker

WORST: Final = 5
LISTED: Final = 30
"""Tasks of each state, and clocks, that a digest lists."""
_LATE: Final = STATUSES[BREACHED]


@dataclass(frozen=True)
class Last:
    """The last letter to management: when it went out, and 说明 of its row of 发送记录."""

    at: dt.datetime | None
    details: str


def origin_of(facts: Facts, workbook: str) -> Origin:
    """Where letters of a run come from; `workbook` is the name of its file."""
    hidden = facts.parameters.masked
    masked = tuple(part for part in MASKED if part in hidden)
    return Origin(workbook, facts.now, masked, facts.parameters.mail_sender_name)


def management_figures(
    scope: Scope,
    masker: Masker,
    origin: Origin,
    *,
    last: Last | None = None,
    overview: Overview | None = None,
) -> ManagementFigures:
    """The letter to management; what comes with it is added by `dataclasses.replace`.

    Args:
        scope: the run, and the month whose attainment is told.
        masker: hides personal data.
        origin: where it comes from.
        last: the last letter, which figures are compared with.
        overview: the picture, or why there is none.
    """
    run, show = scope.run, shown_by(masker)
    was = figures_of(last.details) if last else {}
    late = _late_clocks(run, show)
    numbers = numbers_of(scope)
    levels, clocks = Counter(late["level"]), Counter(late["clock"])
    if missing := run.alerts.breached - len(late):
        levels[NOT_LISTED] = clocks[NOT_LISTED] = missing
    by_level = counted(levels, BY_LEVEL, was, gravest_first)
    by_clock = counted(clocks, BY_CLOCK, was, lambda label: (-clocks[label], label))
    return ManagementFigures(
        origin,
        month_text(scope.month),
        headlines(scope, numbers, was),
        by_level,
        by_clock,
        _worst(scope, show),
        {**numbers, **named(by_level, BY_LEVEL), **named(by_clock, BY_CLOCK)},
        last.at if last else None,
        overview.picture if overview else None,
        tuple(filter(None, [_without_owner(run), overview.remark if overview else ""])),
    )


def details_text(figures: ManagementFigures) -> str:
    """The figures as 说明 of 发送记录 keeps them: 月份=202611；逾期=3；今日到期=5."""
    return "；".join(f"{label}={number:.12g}" for label, number in figures.numbers.items())


def digest_contents(run: Run, masker: Masker, origin: Origin) -> dict[str, DigestContent]:
    """By person responsible, as the tables write the name: what they have to do.

    Everybody who has a task on 到期清单 or a clock on 超时预警; what nobody is responsible for, and the whole
    team's, is nobody's.
    """
    show = shown_by(masker)
    tasks, warnings = _by_owner(run.shown.rows), _by_owner(run.alerts.rows)
    names = clock_names(run)
    return {
        person: DigestContent(
            origin,
            person,
            _groups(tasks.get(person), show),
            tuple(clock_lines(warnings[person].head(LISTED), names, show)) if person in warnings else (),
            dict(Counter(warnings[person]["status"])) if person in warnings else {},
        )
        for person in sorted({*tasks, *warnings})
    }


def notices_content(
    person: str, lines: Iterable[ClockLine], masker: Masker, origin: Origin
) -> NoticesContent:
    """What one person is told of clocks, the gravest first.

    Args:
        person: who is told.
        lines: as the run has them, not yet masked; the status says what became of each.
        masker: hides personal data.
        origin: where they come from.
    """
    show, ranks = shown_by(masker), (ESCALATED, LATE, NEARLY)
    shown = [ClockLine(**{key: show(text) for key, text in vars(line).items()}) for line in lines]
    return NoticesContent(origin, person, tuple(sorted(shown, key=lambda line: ranks.index(line.status))))


def clock_names(run: Run) -> Mapping[str, str]:
    """Title of each sheet -> what its rows are called in short, for the names of clocks."""
    return {
        sheet.sheet: SUBJECTS.get(name) or BY_NAME[name].title
        for name, sheet in run.facts.data.items()
        if name in BY_NAME
    }


def clock_lines(rows: pd.DataFrame, subjects: Mapping[str, str], show: Shown) -> list[ClockLine]:
    """Rows of 超时预警 (keys of `tables.system.ALERTS`) in words."""
    return [
        ClockLine(
            status=row["status"],
            overrun=show(row["overrun"]),
            due=due_text(row["due_at"]),
            clock=show(_clock(row, subjects)),
            level=show(row["level"]),
            case_id=show(row["case_id"]),
            name=show(row["name"]),
            owner=show(row["owner"]),
            source=source_text(row["source"]),
        )
        for row in rows.to_dict("records")
    ]


def _clock(row: Mapping[Any, Any], subjects: Mapping[str, str]) -> str:
    subject = subjects.get(str(row["source"]).rpartition("!")[0], "")
    return f"{subject}·{row['clock']}" if subject else str(row["clock"])


def _late_clocks(run: Run, show: Shown) -> pd.DataFrame:
    """Level and clock of every listed clock that is past its limit."""
    rows = run.alerts.rows
    late = rows[(rows["status"] == _LATE).to_numpy(dtype=bool)]
    subjects = clock_names(run)
    return pd.DataFrame(
        {
            "level": [show(level) or NO_LEVEL for level in late["level"]],
            "clock": [show(_clock(row, subjects)) for row in late.to_dict("records")],
        }
    )


def _worst(scope: Scope, show: Shown) -> tuple[ClockLine, ...]:
    """The first of 最严重的10个超时 of 管理驾驶舱."""
    panel = next(item for item in dashboard.SHEET.panels if item.name == "worst")
    rows = scope.once(panel.make).rows.head(WORST)
    return tuple(
        ClockLine(
            status=_LATE,
            overrun=f"超时 {row['overrun']}",
            due=due_text(row["due_at"]),
            **{key: show(row[key]) for key in ("clock", "level", "case_id", "name", "owner")},
        )
        for row in rows.to_dict("records")
    )


def _without_owner(run: Run) -> str:
    count = int(run.shown.rows["owner"].isna().sum())
    return f"{count}项任务没有负责人，不会进任何人的个人清单；请在来源行或客户表补上负责人" if count else ""


def _by_owner(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    named = rows[rows["owner"].notna().to_numpy() & (rows["owner"] != TEAM).to_numpy()]
    return {str(person): own for person, own in named.groupby("owner", sort=False)}


def _groups(tasks: pd.DataFrame | None, show: Shown) -> tuple[Group, ...]:
    if tasks is None:
        return ()
    by_state: dict[str, pd.DataFrame] = defaultdict(lambda: tasks.iloc[:0])
    by_state.update({str(state): own for state, own in tasks.groupby("state", sort=False)})
    return tuple(
        Group(state, len(by_state[state]), tuple(_task_lines(by_state[state].head(LISTED), show)))
        for state in STATES
        if len(by_state[state])
    )


def _task_lines(rows: pd.DataFrame, show: Shown) -> Iterable[TaskLine]:
    for row in rows.to_dict("records"):
        hints: Sequence[str] = [show(row["way"]), show(row["slot"])]
        yield TaskLine(
            task=show(row["task"]),
            name=show(row["name"]),
            due=due_text(row["due_at"]),
            overrun=show(row["overrun"]),
            hint="，".join(filter(None, hints)),
            source=source_text(row["source"]),
            note=show(row["note"]),
        )
