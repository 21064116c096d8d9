"""Rows of 任务计划 as jobs; a wrong row is told and left out, the others run."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.rules.conditions import tidy
from xlcrm.rules.parameters import parse_weekdays
from xlcrm.tables.mailing import JOB_ACTION, JOBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.tables.frames import SheetData

NOT_RUN: Final = "这个任务没有运行，其他任务照常。"
"""How the sentence of every wrong row ends, by which it is known again in the sheet."""
EVERY_DAY: Final = frozenset(range(7))
_DAY_MINUTES: Final = 24 * 60
_SHORTEST: Final = 5
"""Minutes of the shortest interval: each run may write the workbook."""
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_INTERVAL: Final = re.compile(r"每(?:隔)?(\d{1,4})?个?(分钟|分|小时)")
_TIME_HELP: Final = "应写成 08:30，多个用顿号隔开，或写 每30分钟、每2小时"


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        name: 任务, its key in the ledger.
        action: one of `JOB_ACTION`.
        times: wall-clock times of a day at which it is due, rising; an interval counts from midnight.
        weekdays: Monday is 0.
        working_days: days off are left out, and days made up for come in (see `due.runs_on`).
        recipients: names or addresses; empty for those of 通讯录.
        row: of the sheet, counted from 1.
        interval: 时间 was an interval.
    """

    name: str
    action: str
    times: tuple[dt.time, ...]
    weekdays: frozenset[int] = EVERY_DAY
    working_days: bool = False
    recipients: tuple[str, ...] = ()
    row: int = 0
    interval: bool = False

    @property
    def timetable(self) -> str:
        """What a change of makes it another job for the ledger: nothing was missed before it."""
        told = self.times[:2] if self.interval else self.times  # the second tells the interval
        times = " ".join(f"{at:%H:%M}" for at in told)
        days = "".join(str(day) for day in sorted(self.weekdays))
        kind = ("每" if self.interval else "") + ("工作日" if self.working_days else "日")
        return f"{self.action}|{times}|{days}|{kind}"


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot run.

    Attributes:
        row: of the sheet, counted from 1.
        message: one sentence.
    """

    row: int
    message: str


class _Wrong(ValueError):
    """What is wrong with one cell: its column's key, what was found, what to write."""

    def __init__(self, key: str, found: str, advice: str) -> None:
        super().__init__(key, found, advice)
        self.key, self.found, self.advice = key, found, advice


def read_jobs(sheet: SheetData) -> tuple[list[Job], list[RowFault]]:
    """The jobs that are switched on, in the order of the sheet, and what is wrong with the other rows.

    A row whose 启用 is 否 or blank is neither. Of two rows of one name the second is wrong.
    """
    jobs: list[Job] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for row, values in sheet.frame.iterrows():
        assert isinstance(row, int)  # noqa: S101 - the index holds row numbers
        texts = {str(key): "" if pd.isna(value) else str(value).strip() for key, value in values.items()}
        if texts["enabled"] not in {"", "否"}:
            try:
                job = _job(texts, row, seen)
            except _Wrong as wrong:
                faults.append(RowFault(row, _sentence(sheet, row, wrong)))
            else:
                seen[job.name] = row
                jobs.append(job)
    return jobs, faults


def _job(texts: Mapping[str, str], row: int, seen: Mapping[str, int]) -> Job:
    name = tidy(texts["name"])
    if not name:
        raise _Wrong("name", "", "请给任务起一个名称")
    if name in seen:
        raise _Wrong("name", texts["name"], f"与第 {seen[name]} 行同名，请改成别的名称")
    if texts["enabled"] != "是":
        raise _Wrong("enabled", texts["enabled"], "请填 是 或 否")
    if texts["action"] not in JOB_ACTION.values:
        raise _Wrong("action", texts["action"], f"应为 {'、'.join(JOB_ACTION.values)} 之一")
    if texts["working_days"] not in {"", "是", "否"}:
        raise _Wrong("working_days", texts["working_days"], "请填 是 或 否，或留空")
    times, interval = _times(texts["at"])
    return Job(
        name=name,
        action=texts["action"],
        times=times,
        weekdays=_days(texts["days"]),
        working_days=texts["working_days"] == "是",
        recipients=tuple(
            part.strip() for part in re.split(r"[、，,;；\n]", texts["recipients"]) if part.strip()
        ),
        row=row,
        interval=interval,
    )


def _times(typed: str) -> tuple[tuple[dt.time, ...], bool]:
    """The times of a day, and whether they are an interval's."""
    text = tidy(typed).replace(" ", "")
    if re.fullmatch(r"0?\.\d+", text):  # a time whose cell lost its format
        minutes = round(float(text) * _DAY_MINUTES) % _DAY_MINUTES
        return (dt.time(minutes // 60, minutes % 60),), False
    if found := _INTERVAL.fullmatch(text):
        return _interval(typed, int(found[1] or 1) * (60 if found[2] == "小时" else 1)), True
    times = set()
    for part in re.split(r"[、,;和]+", text.rstrip("、,;")):
        found = _TIME.fullmatch(part)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise _Wrong("at", typed, _TIME_HELP)
        times.add(dt.time(int(found[1]), int(found[2])))
    return tuple(sorted(times)), False


def _interval(typed: str, minutes: int) -> tuple[dt.time, ...]:
    if not _SHORTEST <= minutes <= _DAY_MINUTES:
        raise _Wrong("at", typed, f"间隔最短 {_SHORTEST} 分钟，最长 24 小时")
    return tuple(dt.time(at // 60, at % 60) for at in range(0, _DAY_MINUTES, minutes))


def _days(typed: str) -> frozenset[int]:
    if not typed:
        return EVERY_DAY
    try:
        days = parse_weekdays(typed)
    except ValueError as error:
        raise _Wrong("days", typed, f"{error}，每天则留空") from error
    if not days:
        raise _Wrong("days", typed, "从后往前不成范围，应写成 周一至周五 或 周五、周六、周日、周一")
    return days


def _sentence(sheet: SheetData, row: int, wrong: _Wrong) -> str:
    heading = sheet.headings.get(wrong.key, JOBS.by_key[wrong.key].heading)
    found = f"“{wrong.found}”不能使用" if wrong.found else "没有填写"
    return f"{sheet.sheet}第{row}行的“{heading}”{found}，{wrong.advice}；{NOT_RUN}"
