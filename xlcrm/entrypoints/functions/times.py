"""Functions of time: deadlines, their status, the next contact, working minutes, festivals."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.single import Course, promise, promised, standing
from xlcrm.compute.columns import shown_moments
from xlcrm.entrypoints.functions.base import Argument, CellFunction
from xlcrm.entrypoints.functions.calendars import HOLIDAYS, HOURS, WEEKDAYS, worktime_of
from xlcrm.entrypoints.functions.cells import (
    Answer,
    Block,
    Rows,
    plain_moments,
    short,
    single,
    single_moment,
    single_text,
)
from xlcrm.errors import CalendarError, UsageError, XlcrmError
from xlcrm.festivals import FIRST_YEAR, LAST_YEAR, festival, festival_name, festivals_on, statutory
from xlcrm.periods import Unit, add_each, parse_frequencies
from xlcrm.rules.base import SPAN_UNITS, CalendarKind, LimitUnit, Rule, Warning_
from xlcrm.rules.conditions import tidy
from xlcrm.rules.reading import parse_warning
from xlcrm.worktime import NO_MINUTES

_UNITS: Final = {unit.value: (unit, None) for unit in SPAN_UNITS} | {
    "分": (LimitUnit.MINUTE, None),
    "日": (LimitUnit.DAY, None),
    "月": (LimitUnit.MONTH, None),
    "工作分钟": (LimitUnit.MINUTE, CalendarKind.WORKING),
    "工作小时": (LimitUnit.HOUR, CalendarKind.WORKING),
    "工作日": (LimitUnit.DAY, CalendarKind.WORKING),
    "工作天": (LimitUnit.DAY, CalendarKind.WORKING),
}
"""What one may type as a unit -> the unit of 规则表, and the calendar that it names by itself."""
_KINDS: Final = " 或 ".join(kind.value for kind in CalendarKind)
_BY_TIME: Final = frozenset({Unit.MIN, Unit.H})
_MOVE, _STAY = "顺延", "不顺延"

CALENDAR: Final = Argument(
    "calendar",
    "口径",
    "自然时间（省略时）或 工作时间；单位写 工作小时、工作日 时不必再写",
    optional=True,
)


def deadline(
    start: Block,
    limit: Block,
    unit: Block,
    calendar: Block | None = None,
    *office: Block | None,
) -> Answer:
    """The deadline of each start, as the clock columns have it; a date where the start has no time."""
    rows = Rows(start=start, limit=limit, unit=unit, calendar=calendar or [[None]])
    starts = rows.moments("start", "起点")
    for name, title in (("limit", "时限"), ("unit", "单位")):
        rows.demand(name, title)
    limits = rows.numbers("limit", "时限")
    promises = _promises(rows, limits)
    worktime = worktime_of(starts, *office)
    found = np.full(rows.count, np.datetime64("NaT"), dtype="datetime64[s]")
    for rule, at in promises:
        due, by_day = promised(rule, starts[at], worktime)
        found[at] = shown_moments(due, by_day)
    return rows.answer(plain_moments(found), rows.blanks("start"))


def _promises(
    rows: Rows, limits: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[tuple[Rule, list[int]]]:
    """Each different limit as a rule, with the rows that have it; faults of limits are noted."""
    units, kinds = rows.texts("unit", "单位"), rows.texts("calendar", "口径")
    groups: dict[tuple[float, str, str], list[int]] = {}
    for at, key in enumerate(zip(limits.tolist(), units, kinds, strict=True)):
        if not rows.faults[at]:
            groups.setdefault(key, []).append(at)
    found = []
    for (limit, unit, kind), places in groups.items():
        try:
            found.append((promise(limit, *_counted_in(unit, kind)), places))
        except XlcrmError as error:
            for at in places:
                rows.blame(at, error.message.removesuffix("。"))
    return found


def _counted_in(unit: str, kind: str) -> tuple[LimitUnit, CalendarKind]:
    """The unit and the calendar of a limit.

    Raises:
        UsageError: no such unit or calendar, or a unit that names the other calendar.
    """
    known = _UNITS.get(tidy(unit))
    if known is None:
        raise UsageError(
            f"单位“{short(unit)}”不认识，应为 分钟、小时、工作小时、天、工作日、周、个月、年 之一"
        )
    named, own = known
    calendar = _calendar_kind(kind) if kind else own or CalendarKind.NATURAL
    if own is not None and calendar is not own:
        raise UsageError(f"单位“{unit}”是{own.value}，与口径“{kind}”矛盾")
    return named, calendar


def _calendar_kind(text: str) -> CalendarKind:
    if not text:
        return CalendarKind.NATURAL
    try:
        return CalendarKind(tidy(text))
    except ValueError:
        raise UsageError(f"口径应为 {_KINDS}，现为“{short(text)}”") from None


def status(
    due: Block,
    done: Block,
    now: Block,
    warning: Block | None = None,
    start: Block | None = None,
    calendar: Block | None = None,
    *office: Block | None,
) -> Answer:
    """The status word of each deadline, as the status columns have it."""
    moment = single_moment(now, "现在")
    rows = Rows(due=due, done=done, start=start or [[None]])
    dues, stops = rows.moments("due", "截止"), rows.moments("done", "完成时间")
    starts = rows.moments("start", "开始") if start is not None else None
    course = Course(
        due=dues,
        stop=stops,
        start=starts,
        warning=_warning(warning, with_start=start is not None),
        calendar=_calendar_kind(single_text(calendar, "口径")),
    )
    worktime = worktime_of(dues, *office)
    words = standing(course, np.datetime64(moment, "s"), worktime)
    wordless = np.array([not word for word in words], dtype=np.bool_)
    return rows.answer(words, rows.blanks("due") & wordless)


def _warning(cells: Block | None, *, with_start: bool) -> Warning_:
    """How long before the deadline to warn: 25%, 2小时, or 0.25 as a cell holds a percentage.

    Raises:
        UsageError: it cannot be read, or a share of a time of which nobody gave the start.
    """
    value = single(cells, "预警提前")
    if value is None:
        return Warning_(share=0.25 if with_start else 0.0)
    share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    text = f"{value * 100:g}%" if share and isinstance(value, int | float) else single_text(cells, "预警提前")
    warning = parse_warning(text)
    if warning.minutes is None and not with_start:
        raise UsageError("预警提前写成百分比时，请在“开始”里给出开始时间")
    return warning


def next_due(
    last: Block,
    frequency: Block,
    day_off: Block | None = None,
    *days: Block | None,
) -> Answer:
    """The day of each next contact, as 下次跟进日期 has it: from a day off to the next working day."""
    move = single_text(day_off, "遇休息日") or _MOVE
    if move not in (_MOVE, _STAY):
        raise UsageError(f"遇休息日应为 {_MOVE} 或 {_STAY}，现为“{short(move)}”")
    rows = Rows(last=last, frequency=frequency)
    lasts = rows.moments("last", "上次日期")
    rows.demand("frequency", "频率")
    texts = pd.Series(rows.texts("frequency", "频率"), dtype=object)
    intervals = parse_frequencies(texts)
    for at, (text, interval) in enumerate(zip(texts, intervals, strict=True)):
        if interval is None:
            rows.blame(at, f"频率“{short(text)}”看不懂，请写成 每两周1次、每月1次、每季度1次")
    by_time = np.array([item is not None and item.unit in _BY_TIME for item in intervals], dtype=np.bool_)
    due = add_each(lasts.astype("datetime64[D]"), intervals.where(~by_time, None)).astype("datetime64[D]")
    if move == _MOVE:
        due = worktime_of(lasts, None, *days).next_working_day(due)
    by_the_clock = add_each(lasts, intervals.where(by_time, None))
    found = np.where(by_time, by_the_clock, due.astype("datetime64[s]"))
    return rows.answer(plain_moments(found), rows.blanks("last"))


def work_minutes(
    start: Block,
    end: Block,
    *office: Block | None,
) -> Answer:
    """Whole minutes of working time from each start to its end; a date is its midnight."""
    rows = Rows(start=start, end=end)
    starts, ends = rows.moments("start", "开始"), rows.moments("end", "结束")
    worktime = worktime_of(np.concatenate((starts, ends)), *office)
    minutes = worktime.elapsed(starts, ends).tolist()
    return rows.answer(
        ["" if minute == NO_MINUTES else minute for minute in minutes],
        rows.blanks("start") | rows.blanks("end"),
    )


def festival_cell(day: Block, year: Block | None = None) -> Answer:
    """What each day is called; or, with a year, the date of each festival."""
    if year is not None:
        return _festival_dates(day, year)
    rows = Rows(day=day)
    days = rows.moments("day", "日期").astype("datetime64[D]")
    named = {on: _day_name(on) for on in set(days.tolist()) if on is not None}
    return rows.answer([named.get(on, "") for on in days.tolist()], rows.blanks("day"))


def _festival_dates(names: Block, year: Block) -> Answer:
    rows = Rows(name=names, year=year)
    rows.demand("year", "年份")
    years = rows.numbers("year", "年份")
    found: list[Answer] = [""] * rows.count
    for at, name in enumerate(rows.texts("name", "节日")):
        if not rows.faults[at] and name:
            try:
                found[at] = dt.datetime.combine(festival(name, _whole_year(years[at])), dt.time())
            except CalendarError as error:
                rows.blame(at, error.message.removesuffix("。"))
    return rows.answer(found, rows.blanks("name"))


def _whole_year(number: float) -> int:
    if number != int(number) or not FIRST_YEAR <= number <= LAST_YEAR:
        raise CalendarError(f"年份应为 {FIRST_YEAR} 至 {LAST_YEAR} 的整数，现为 {number:g}")
    return int(number)


def _day_name(day: dt.date) -> str:
    """春节（休息）, 除夕（春节休息）, 春节调休上班, 教师节, or "" for an ordinary day."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return f"只能查{FIRST_YEAR}年至{LAST_YEAR}年的日期"
    names = festivals_on(day)
    known = statutory([day.year])
    off, work = known.days_off.get(day), known.workdays.get(day)
    state = ""
    if off is not None:
        whose = "" if _usual(off) in names else _usual(off)
        unsure = "" if day.year in known.known_years else "，放假安排未发布"
        state = f"{whose}休息{unsure}"
    elif work is not None:
        state = f"{_usual(work)}调休上班"
    if not names:
        return state
    return _bracketed("、".join(names), state)


def _usual(name: str) -> str:
    try:
        return festival_name(name)
    except CalendarError:  # a day off of one year only, by its own long name
        return name


def _bracketed(name: str, state: str) -> str:
    return f"{name}（{state}）" if state else name


DEADLINE: Final = CellFunction(
    "XLCRM_DEADLINE",
    "截止时间：从起点起经过时限，算法与各表的“截止”列相同。起点只有日期时得到到期日（当天结束）。",
    (
        Argument("start", "起点", "开始计时的时间或日期，一个单元格或一列"),
        Argument("limit", "时限", "数字，例如 2"),
        Argument(
            "unit", "单位", "分钟、小时、天、周、个月、年；工作小时、工作日 只计上班时间；天前、小时前 向前推"
        ),
        CALENDAR,
        HOURS,
        HOLIDAYS,
        WEEKDAYS,
    ),
    deadline,
    '=XLCRM_DEADLINE([@投诉日期], 24, "小时")',
)
STATUS: Final = CellFunction(
    "XLCRM_STATUS",
    "状态：未开始、进行中、即将超时、已超时、按时完成、超时完成 或 数据异常，判断与各表的“状态”列相同。",
    (
        Argument("due", "截止", "截止时间；只有日期时算到当天结束"),
        Argument("done", "完成时间", "完成的时间，没有完成则留空"),
        Argument(
            "as_of",
            "现在",
            "一个时间，建议写 NOW()；省略则取计算那一刻，表格不重算就不会变",
            optional=True,
            stand_in=lambda: dt.datetime.now().replace(microsecond=0),
        ),
        Argument(
            "warning",
            "预警提前",
            "截止前多久算 即将超时：2小时、1天，或 25%（需给出开始）；省略时有开始为 25%，没有则不预警",
            optional=True,
        ),
        Argument("start", "开始", "开始计时的时间；给出后才有 未开始 和 数据异常", optional=True),
        CALENDAR,
        HOURS,
        HOLIDAYS,
        WEEKDAYS,
    ),
    status,
    "=XLCRM_STATUS([@解决截止], [@解决时间], NOW(), 25%, [@投诉日期])",
)
NEXT_DUE: Final = CellFunction(
    "XLCRM_NEXT_DUE",
    "下次日期：上次日期加频率，遇休息日顺延到下一个工作日，与“下次跟进日期”相同。",
    (
        Argument("last", "上次日期", "上次联系的日期"),
        Argument("frequency", "频率", "每周1次、每两周1次、每月1次、每季度、每半年1次、每10天 等"),
        Argument("day_off", "遇休息日", "顺延（省略时）或 不顺延", optional=True),
        HOLIDAYS,
        WEEKDAYS,
    ),
    next_due,
    "=XLCRM_NEXT_DUE([@跟进日期], [@跟进频率])",
)
WORKMINUTES: Final = CellFunction(
    "XLCRM_WORKMINUTES",
    "从开始到结束的上班分钟数，扣除休息时段、周末和节假日，计入调休上班；结束在前时为负数。",
    (
        Argument("start", "开始", "开始的时间；只有日期时为当天零点"),
        Argument("finish", "结束", "结束的时间；只有日期时为当天零点"),
        HOURS,
        HOLIDAYS,
        WEEKDAYS,
    ),
    work_minutes,
    "=XLCRM_WORKMINUTES([@接收时间], [@解决时间])/60",
)
FESTIVAL: Final = CellFunction(
    "XLCRM_FESTIVAL",
    "一个日期是什么节日、是否放假或调休上班，平常日子为空；给出年份时，得到该年这个节日的日期。",
    (
        Argument("day_or_name", "日期或节日", "日期；或节日名，例如 春节（要给出年份）"),
        Argument("in_year", "年份", "例如 2027，配合节日名", optional=True),
    ),
    festival_cell,
    '=XLCRM_FESTIVAL("春节", 2027)',
)
