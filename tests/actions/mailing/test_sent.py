"""发送记录: what it remembers, what it gets, and what it lets go."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pandas as pd
import pytest

from tests.checks.build import sheet
from tests.compute.build import facts as facts_of
from xlcrm.actions.loading import Loaded
from xlcrm.actions.mailing import sent
from xlcrm.actions.mailing.sent import Line, blocks_of, kept, known, lacking, refuse_lacking
from xlcrm.errors import HeadingMissing, SheetMissing
from xlcrm.tables.mailing import DIGEST, MANAGEMENT_LETTER, NOTICES
from xlcrm.workbook.port import KEEP
from xlcrm.workbook.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.tables.frames import SheetData

TODAY = dt.date(2026, 11, 20)
COLUMNS = ("at", "kind", "email", "result", "details", "key")


def loaded(**tables: SheetData) -> Loaded:
    facts = facts_of({"customers": [], **tables})
    return Loaded(facts, Reading(facts.data), "crm", pd.DataFrame())


def log(rows: Sequence[Mapping[str, Any]], **given: Any) -> SheetData:
    return sheet("sent_log", rows, **given)


def row(key: str, result: str = "已发送", **cells: Any) -> dict[str, Any]:
    return {
        "at": "2026-11-19 08:30",
        "kind": DIGEST,
        "email": "li@example.com",
        "result": result,
        "key": key,
    } | cells


def line(key: str, result: str = "已发送", **cells: Any) -> Line:
    own: dict[str, Any] = {
        "at": dt.datetime(2026, 11, 20, 10, 30),
        "kind": DIGEST,
        "recipient": "李明",
        "email": "li@example.com",
        "result": result,
        "subject": "清单",
        "details": "",
        "key": key,
        "message_id": f"<{key}@example.com>",
    }
    return Line(**{**own, **cells})


def written(given: Loaded, lines: Sequence[Line], **more: Any) -> list[list[Any]]:
    """Rows of the block: at, kind, …; of kept cells `KEEP`."""
    blocks = blocks_of(given, lines, more.get("is_open", frozenset))
    return [list(cells) for block in blocks for cells in zip(*block.columns, strict=True)]


def test_what_was_sent_and_told_is_known() -> None:
    rows = [
        row("a"),
        row("b", "被拒收"),
        row("c", "待重发"),
        row("n|1", "已提醒", email="Li@Example.com"),
        {"at": "2026-11-19", "details": "备注"},
    ]
    found = known(log(rows), [line("d"), line("n|2", "已提醒"), line("e", "待重发")], TODAY)
    assert found.sent == {"a", "d"}
    assert found.told == {("n|1", "li@example.com"), ("n|2", "li@example.com")}
    assert found.last is None


def test_without_a_sheet_or_rows_nothing_is_known() -> None:
    assert known(None, [], TODAY) == known(log([]), [], TODAY) == sent.Known()
    assert known(None, [line("d")], TODAY).sent == {"d"}


def test_figures_are_those_of_the_last_letter_before_today() -> None:
    def letter(
        at: str, details: str | None, result: str = "已发送", kind: str = MANAGEMENT_LETTER
    ) -> dict[str, Any]:
        return row(at, result, at=at, details=details, kind=kind)

    rows = [
        letter("2026-11-18 08:30", "逾期=7"),
        letter("2026-11-19 08:30", "逾期=5"),
        letter("2026-11-17 08:30", "逾期=9"),
        letter("2026-11-19 12:00", "逾期=1", result="被拒收"),
        letter("2026-11-19 13:00", None),
        letter("2026-11-19 14:00", "逾期=2", kind=DIGEST),
        letter("2026-11-20 08:30", "逾期=3"),
    ]
    found = known(log(rows), [], TODAY).last
    assert found is not None
    assert (found.at, found.details) == (dt.datetime(2026, 11, 19, 8, 30), "逾期=5")


def test_new_rows_come_under_the_old_ones() -> None:
    given = loaded(sent_log=log([row("a")]))
    rows = written(given, [line("b"), line("n|1", "已提醒", case_id="C1", clock="解决", level="负责人 75%")])
    assert all(cell is KEEP for cell in rows[0])
    assert rows[1][:5] == [dt.datetime(2026, 11, 20, 10, 30), DIGEST, "李明", "li@example.com", "已发送"]
    assert rows[1][5:10] == ["清单", None, None, None, None]
    assert rows[2][6:9] == ["C1", "解决", "负责人 75%"]
    assert rows[2][10:] == ["n|1", "<n|1@example.com>"]
    assert len(rows) == 3


def test_nothing_new_writes_nothing() -> None:
    assert written(loaded(sent_log=log([row("a")])), []) == []
    assert written(loaded(), [line("a")]) == []


def test_a_letter_that_failed_before_has_one_row() -> None:
    given = loaded(sent_log=log([row("a", "待重发"), row("b", "被拒收"), row("c")]))
    rows = written(given, [line("a")])
    assert [(cells[4], cells[10]) for cells in rows] == [("被拒收", "b"), ("已发送", "c"), ("已发送", "a")]


def test_only_the_newest_rows_are_kept() -> None:
    given = loaded(sent_log=log([row(f"k{number}") for number in range(6)]))
    with patch.object(sent, "SENT_ROWS", 5):
        rows = written(given, [line("new")])
    assert [cells[10] for cells in rows] == ["k2", "k3", "k4", "k5", "new"]


def test_what_an_open_clock_has_told_is_kept_longer() -> None:
    rows = log(
        [
            row("complaints|C1|解决|t|负责人 75%", "已提醒", kind=NOTICES),
            row("complaints|C2|解决|t|负责人 75%", "已提醒", kind=NOTICES),
            row("complaints|C1|解决|t", "已发送"),
            row("new"),
        ]
    ).frame
    asked: list[int] = []

    def is_open() -> set[str]:
        asked.append(1)
        return {"complaints|C1|解决|t"}

    assert kept(rows, 4, is_open) is rows
    assert asked == []
    left = kept(rows, 1, is_open)
    assert left["key"].tolist() == ["complaints|C1|解决|t|负责人 75%", "new"]


def test_a_workbook_that_lacks_a_sheet_or_a_column_is_refused() -> None:
    people = sheet("recipients", [])
    with pytest.raises(SheetMissing) as no_people:
        refuse_lacking(loaded(sent_log=log([])), "客户.xlsx")
    assert "“客户.xlsx”没有“通讯录”这张表，不知道发给谁" in no_people.value.message
    with pytest.raises(SheetMissing) as no_log:
        refuse_lacking(loaded(recipients=people), "客户.xlsx")
    assert (
        "时间、类型、收件人、邮箱、结果、主题、单号、时钟、提醒级别、说明、编号、邮件编号"
        in no_log.value.message
    )
    with pytest.raises(HeadingMissing) as no_key:
        refuse_lacking(loaded(recipients=people, sent_log=log([], lacks=("key", "result"))), "客户.xlsx")
    assert "缺少标题 结果、编号" in no_key.value.message
    assert lacking(loaded(recipients=people, sent_log=log([])), "客户.xlsx") == ""
