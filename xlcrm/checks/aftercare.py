"""V20: solved cases that were not followed through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.accounts import account_ids
from xlcrm.checks.base import WARNING, CheckInput, Code, findings, gather, heading
from xlcrm.checks.courses import COURSES, reopened
from xlcrm.checks.matching import matches
from xlcrm.rules.base import MINUTES, CalendarKind, RuleKind
from xlcrm.rules.needs import lacks
from xlcrm.rules.sources import Pick
from xlcrm.tables.cases import STEP_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.checks.courses import Course
    from xlcrm.rules.base import Rule
    from xlcrm.rules.sources import Source
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V20": Code(
        (WARNING,),
        "解决后没有跟到底",
        "已解决的投诉、问题、恢复个案和已完成的订单没有满意度（有此列时）；已结束的过了启用的回访规则"
        "（C31、S12、P14、P24、P35、R06、M06）的期限仍没有回访",
    )
}

RATING: Final = "satisfaction"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V20."""
    return gather(
        part
        for sheet in given.sheets
        if (course := COURSES.get(sheet.table.name)) is not None
        for part in (_unrated(given, sheet, course), *_not_called_back(given, sheet, course))
    )


def _unrated(given: CheckInput, sheet: SheetData, course: Course) -> pd.DataFrame:
    if not sheet.has(RATING):
        return gather([])
    frame = sheet.frame
    solved = frame[course.status].isin(course.solved) | known_times(given, sheet, course.solved_at).notna()
    rows = frame.index[(solved & frame[RATING].isna() & ~reopened(given, sheet, course)).to_numpy()]
    noted = sheet.notes.loc[sheet.notes["key"] == RATING, "row"]  # what cannot be read is no blank (V07, V19)
    name = heading(sheet, RATING)
    return findings(
        sheet,
        "V20",
        WARNING,
        rows.difference(pd.Index(noted.to_numpy(), dtype="int64")),
        RATING,
        message=f"{course.word}，但“{name}”是空的",
        fix=f"请回访客户并填写“{name}”",
    )


def _not_called_back(given: CheckInput, sheet: SheetData, course: Course) -> Iterator[pd.DataFrame]:
    solved = known_times(given, sheet, course.solved_at)
    called = known_times(given, sheet, course.called_back_at)
    closed = sheet.frame[course.status].isin(course.closed) if course.closed else solved.notna()
    known = replace(
        sheet, frame=sheet.frame.assign(**{course.solved_at: solved, course.called_back_at: called})
    )
    supplied = replace(given, data={**given.data, sheet.table.name: known})
    seen = sheet.frame.index[:0]
    for rule in given.rules.enabled:
        if not _is_callback(rule, sheet, course) or any(lacks(rule, given.data)):
            continue
        start = _start(known, rule)
        late = closed & called.isna() & matches(rule.when, supplied) & _judged(start, given)
        late &= _due(start, rule) < pd.Timestamp(given.now)
        elsewhere = [
            source for source in rule.stop.items if source.place and source.place.table != rule.table
        ]
        for source in elsewhere:
            late &= ~_recorded(given, sheet, start, source)
        rows = sheet.frame.index[late.to_numpy(dtype=bool)].difference(seen)
        seen = seen.union(rows)
        yield _missing(given, sheet, course, rule, rows)


def _missing(given: CheckInput, sheet: SheetData, course: Course, rule: Rule, rows: pd.Index) -> pd.DataFrame:
    name = heading(sheet, course.called_back_at)
    where = [source.place.table for source in rule.stop.items if source.place]
    own = rule.table in where
    what = f"应有的“{name}”是空的" if own else f"应有的{rule.task}没有登记"
    book = given.data[where[0]].sheet
    place = _start_keys(rule)[0]
    since = "解决" if place == "resolved_at" else f"“{heading(sheet, place)}”"
    word = "已关闭" if "已关闭" in course.closed else course.word
    return findings(
        sheet,
        "V20",
        WARNING,
        rows,
        course.called_back_at,
        message=f"{word}，但{since}后 {rule.limit_text} 内{what}（规则 {rule.rule_id}）",
        fix=f"请回访客户并填写“{name}”" if own else f"请回访客户，并在{book}登记",
    )


def _is_callback(rule: Rule, sheet: SheetData, course: Course) -> bool:
    """A clock in 自然时间 that stops at the callback; one in 工作时间 is judged by its clock columns only.

    Either its stop is the case's own column, or a record elsewhere that ends what the solution began.
    """
    if rule.table != sheet.table.name or rule.kind is not RuleKind.CLOCK or rule.unit not in MINUTES:
        return False
    if rule.calendar is not CalendarKind.NATURAL:
        return False
    starts = _start_keys(rule)
    stops = [source.place for source in rule.stop.items if source.place]
    if not starts or not stops:
        return False
    if any(place.table == rule.table and place.key == course.called_back_at for place in stops):
        return True
    return starts[0] == course.solved_at and all(place.table != rule.table for place in stops)


def _start_keys(rule: Rule) -> list[str]:
    """The row's own columns that a rule starts from, the first that has a time counts."""
    return [
        source.place.key
        for source in rule.start.items
        if source.pick is Pick.OWN and source.place is not None and source.place.table == rule.table
    ]


def _start(sheet: SheetData, rule: Rule) -> pd.Series:
    keys = _start_keys(rule)
    start = sheet.frame[keys[0]]
    for key in keys[1:]:
        start = start.fillna(sheet.frame[key])
    return start


def _judged(start: pd.Series, given: CheckInput) -> pd.Series:
    """Not before 启用日期, so that old rows raise no warnings."""
    since = given.parameters.started_on
    return start.notna() if since is None else start >= pd.Timestamp(since)


def _due(starts: pd.Series, rule: Rule) -> pd.Series:
    """A start without a time is due at the end of its last day."""
    due = starts + pd.Timedelta(minutes=rule.limit * MINUTES[rule.unit])
    return due.where(starts != starts.dt.normalize(), _day_end(due))


def _day_end(times: pd.Series) -> pd.Series:
    end: pd.Series = times.dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    return end


def _recorded(given: CheckInput, sheet: SheetData, start: pd.Series, source: Source) -> pd.Series:
    """Whether the customer of each row has a record of the wanted kind at or after the start."""
    nobody = pd.Series(data=False, index=start.index)
    records = given.data.get(source.place.table) if source.place else None
    if records is None or source.place is None:
        return nobody
    at = records.frame[source.place.key]
    if source.when is not None:
        at = at[matches(source.when, given)]
    # a date without a time may be any moment of its day
    at = at.where(at != at.dt.normalize(), _day_end(at)).dropna()
    newest = at.groupby(account_ids(records, given).reindex(at.index)).max()
    own = account_ids(sheet, given)
    latest: pd.Series = newest.reindex(pd.Index(own)).set_axis(own.index)
    after: pd.Series = latest >= start
    return after


def known_times(given: CheckInput, sheet: SheetData, key: str) -> pd.Series:
    """A column of times, its blanks filled from the steps of the complaint where there are any."""
    times = sheet.frame[key]
    steps = given.data.get("complaint_steps")
    if sheet.table.name != "complaints" or steps is None or key not in STEP_TIMES or times.notna().all():
        return times
    own = steps.frame[steps.frame["step"] == STEP_TIMES[key]].dropna(subset=["complaint_id", "handled_at"])
    first = own.groupby("complaint_id")["handled_at"].min()
    return times.fillna(first.reindex(pd.Index(sheet.frame["complaint_id"])).set_axis(times.index))
