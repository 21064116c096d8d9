"""V21: what contradicts the order of things: times, statuses and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.aftercare import known_times
from xlcrm.checks.base import WARNING, CheckInput, Code, cell_text, findings, gather, heading
from xlcrm.checks.courses import COURSES, REOPENED, reopened
from xlcrm.tables.cases import STEP_TIMES
from xlcrm.tables.moments import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.checks.courses import Course
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V21": Code(
        (WARNING,),
        "时间先后或状态矛盾",
        "后一步的时间早于前一步（如响应早于接收、回访早于解决），未解决的案件或未完成的订单填了解决、完成时间，"
        "没有审核通过的维护方案填了完成日期，或退回修改却没有审核意见",
    ),
}

APPROVED: Final = "已通过"
RETURNED: Final = "退回修改"
Logged = tuple[str, str]
"""Columns of a log: the case and the moment."""
_LOGS: Final[Mapping[str, Logged]] = {
    "complaint_steps": ("complaint_id", "handled_at"),
    "status_changes": ("case_id", "changed_at"),
}


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V21."""
    return gather(
        part
        for sheet in given.sheets
        for part in (
            *_disordered(sheet),
            *_logged(given, sheet),
            *_open_but_solved(given, sheet),
            *_plans(sheet),
        )
    )


def _disordered(sheet: SheetData) -> Iterator[pd.DataFrame]:
    """One finding a later cell, however many earlier ones contradict it."""
    seen: dict[str, pd.Index] = {}
    for first, second in ORDERS.get(sheet.table.name, ()):
        early, late = sheet.frame[first], sheet.frame[second]
        known = seen.get(second, sheet.frame.index[:0])
        rows = sheet.frame.index[_before(late, early).to_numpy()].difference(known)
        seen[second] = known.union(rows)
        before, after = heading(sheet, first), heading(sheet, second)
        yield _early(
            sheet,
            second,
            {
                row: f"“{after}”{cell_text(mine)} 早于“{before}”{cell_text(other)}"
                for row, mine, other in zip(rows, late[rows], early[rows], strict=True)
            },
        )


def _before(late: pd.Series, early: pd.Series) -> pd.Series:
    """Whether what should come later comes first; a date without a time may be any moment of its day."""
    wrong: pd.Series = late < early
    if wrong.any():
        bare = (early == early.dt.normalize()) | (late == late.dt.normalize())
        wrong &= ~bare | (late.dt.normalize() < early.dt.normalize())
    return wrong


def _early(sheet: SheetData, key: str, messages: Mapping[int, str]) -> pd.DataFrame:
    return findings(
        sheet,
        "V21",
        WARNING,
        list(messages),
        key,
        message=list(messages.values()),
        fix="请核对这两个时间哪一个写错了",
    )


def _logged(given: CheckInput, sheet: SheetData) -> Iterator[pd.DataFrame]:
    """Steps and changes that come before their case, and steps before the step that they need."""
    if sheet.table.name not in _LOGS:
        return
    case, moment = _LOGS[sheet.table.name]
    at, ids = sheet.frame[moment], sheet.frame[case]
    told: dict[int, str] = {}
    for name, first, second in _expected(sheet):
        register = given.data.get(name)
        if register is None or not len(register.frame):
            continue
        known = pd.DataFrame(
            {"id": register.frame[register.table.key], "at": known_times(given, register, first)}
        ).dropna()
        early = known.drop_duplicates("id").set_index("id")["at"].reindex(pd.Index(ids)).set_axis(ids.index)
        wrong = _before(at, early.astype(at.dtype))
        if second:
            wrong &= sheet.frame["step"] == STEP_TIMES[second]
        for row in at.index[wrong.to_numpy()].tolist():
            what = (
                f"{STEP_TIMES[second]}的“{heading(sheet, moment)}”"
                if second
                else f"“{heading(sheet, moment)}”"
            )
            before = f"{ids[row]} 的“{heading(register, first)}”{cell_text(early[row])}"
            told.setdefault(row, f"{what}{cell_text(at[row])} 早于 {before}")
    yield _early(sheet, moment, dict(sorted(told.items())))


def _expected(sheet: SheetData) -> Iterator[tuple[str, str, str]]:
    """Register, its column that comes first, and the one that the steps of one kind supply ("" for all)."""
    registers = ["complaints"] if sheet.table.name == "complaint_steps" else list(COURSES)
    for name in registers:
        yield name, COURSES[name].begun_at, ""
    if sheet.table.name == "complaint_steps":
        for first, second in ORDERS["complaints"]:
            if {first, second} <= set(STEP_TIMES):
                yield "complaints", first, second


def _open_but_solved(given: CheckInput, sheet: SheetData) -> Iterator[pd.DataFrame]:
    course = COURSES.get(sheet.table.name)
    if course is None:
        return
    frame = sheet.frame
    both = frame[frame[course.status].isin(course.open) & frame[course.solved_at].notna()]
    both = both[~reopened(given, sheet, course)[both.index]]
    status, solved = heading(sheet, course.status), heading(sheet, course.solved_at)
    yield findings(
        sheet,
        "V21",
        WARNING,
        both.index,
        course.status,
        message=[f"“{status}”是“{value}”，但已经填了“{solved}”" for value in both[course.status]],
        fix=f"{_way_out(given, course)}否则请清空“{solved}”",
    )


def _way_out(given: CheckInput, course: Course) -> str:
    changes = given.data.get("status_changes")
    reopened = f"重新打开的请在{changes.sheet}登记 {REOPENED}；" if changes else ""
    return f"已{'完成' if '已完成' in course.solved else '解决'}的请改状态；{reopened}"


def _plans(sheet: SheetData) -> Iterator[pd.DataFrame]:
    """A maintenance plan is carried out once it is approved, and one that goes back says why."""
    if sheet.table.name != "maintenance_plans":
        return
    frame = sheet.frame
    review, done, note = (heading(sheet, key) for key in ("review_status", "done_on", "review_note"))
    early = frame[
        frame["done_on"].notna() & frame["review_status"].notna() & (frame["review_status"] != APPROVED)
    ]
    yield findings(
        sheet,
        "V21",
        WARNING,
        early.index,
        "review_status",
        message=[f"“{review}”是“{value}”，但已经填了“{done}”" for value in early["review_status"]],
        fix=f"请先审核，通过后把“{review}”改为 {APPROVED}；还没有执行的请清空“{done}”",
    )
    if sheet.has("review_note"):
        silent = frame[(frame["review_status"] == RETURNED) & frame["review_note"].isna()]
        yield findings(
            sheet,
            "V21",
            WARNING,
            silent.index,
            "review_note",
            message=f"方案已{RETURNED}，但“{note}”是空的，不知道要改什么",
            fix=f"请审核人在“{note}”写明退回的原因和要修改的内容；改好后把“{review}”改为 待审核",
        )
