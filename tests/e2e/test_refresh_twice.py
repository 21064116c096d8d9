"""What stays, what moves and what leaves when a workbook is refreshed again after people worked in it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.e2e.reading import row_of, rows, type_in
from tests.e2e.running import Ran, call
from tests.e2e.survival import changed_parts, sheets
from tests.workbooks import lists
from xlcrm.actions.loading import load
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.workbook.port import Cell

NOW = "2026-03-18T10:00"
MOMENT = dt.datetime(2026, 3, 18, 10)
DUE, ALERTS, RULES, JOURNAL = "到期清单", "超时预警", "规则表", "操作日志"
COMPLAINTS, PARAMETERS, HOLIDAYS = "客户投诉登记表", "参数表", "节假日"


def refreshed(path: Path, now: str = NOW) -> Ran:
    ran = call("refresh", path, "--now", now)
    assert (ran.code, ran.err) == (0, "")
    return ran


def task(path: Path, number: int = 0, **having: object) -> tuple[int, dict[str, Any]]:
    """The n-th task with these cells: its row and its cells."""
    found = [
        (row, cells)
        for row, cells in rows(path, DUE).items()
        if all(cells[name] == value for name, value in having.items())
    ]
    return found[number]


def test_the_second_refresh_adds_one_line_to_the_journal_and_changes_nothing_else(demo: Path) -> None:
    refreshed(demo)
    first = demo.with_name("第一次.xlsx")
    first.write_bytes(demo.read_bytes())
    refreshed(demo)
    journal = sheets(demo)[JOURNAL]
    assert changed_parts(first, demo) <= {journal.part, *journal.tables}
    assert len(rows(demo, JOURNAL)) == len(rows(first, JOURNAL)) + 1 == 2
    assert next(iter(rows(demo, JOURNAL).values())) == next(iter(rows(first, JOURNAL).values()))


def test_a_dry_run_touches_nothing(demo: Path) -> None:
    before, times = demo.read_bytes(), demo.stat()
    ran = call("refresh", demo, "--now", NOW, "--dry-run")
    assert ran.code == 0
    assert re.search(r"试运行：将写入 \d+ 个单元格，文件没有改动", ran.out)
    assert demo.read_bytes() == before
    assert demo.stat().st_mtime_ns == times.st_mtime_ns
    assert [file.name for file in demo.parent.iterdir()] == [demo.name]


def test_a_note_stays_with_its_task(demo: Path) -> None:
    refreshed(demo)
    row, cells = task(demo, -1)
    type_in(demo, DUE, row, 处理备注="已发短信，等回复")
    refreshed(demo, "2026-03-19T09:00")
    _, later = task(demo, 任务编号=cells["任务编号"])
    assert later["处理备注"] == "已发短信，等回复"
    assert [found["处理备注"] for found in rows(demo, DUE).values()].count("已发短信，等回复") == 1


def test_a_postponed_task_moves_to_its_new_day(demo: Path) -> None:
    refreshed(demo)
    row, cells = task(demo, 状态="逾期")
    type_in(demo, DUE, row, 顺延至=dt.date(2026, 3, 23))
    refreshed(demo)
    moved, later = task(demo, 任务编号=cells["任务编号"])
    assert later["状态"] == "即将到期"
    assert later["到期时间"] == later["顺延至"] == dt.date(2026, 3, 23)
    assert moved > row
    refreshed(demo, "2026-03-24T09:00")
    assert task(demo, 任务编号=cells["任务编号"])[1]["状态"] == "逾期"


def test_a_task_that_was_dealt_with_leaves_and_its_note_is_kept_in_the_journal(demo: Path) -> None:
    refreshed(demo)
    row, cells = task(demo, 依据规则="C29 严重投诉解决（48小时）")
    type_in(demo, DUE, row, 处理备注="周三办完")
    case = int(re.search(r"第(\d+)行", cells["来源"])[1])  # type: ignore[index]  # every task has a source
    type_in(demo, COMPLAINTS, case, 解决时间=dt.datetime(2026, 3, 18, 9, 30), 处理状态="已解决")
    ran = refreshed(demo)
    assert cells["任务编号"] not in {found["任务编号"] for found in rows(demo, DUE).values()}
    assert rows(demo, COMPLAINTS)[case]["解决状态"] == "超时完成"
    assert "1 项带备注的任务已离开清单" in ran.out
    assert "周三办完" in list(rows(demo, JOURNAL).values())[-1]["说明"]


def test_a_column_of_the_users_own_behind_ours_survives(demo: Path) -> None:
    refreshed(demo)
    own: dict[str, Cell] = {"Z3": "我的打算", "Z4": "先打电话", "Z6": "=不是公式", "Z7": 3.5}
    patch(demo, demo, {DUE: own, COMPLAINTS: {"AZ3": "主管意见", "AZ4": "同意"}})
    refreshed(demo, "2026-03-19T09:00")
    with FileDoor(demo, write=False) as door:
        due, complaints = door.grid(DUE).columns[25], door.grid(COMPLAINTS).columns[51]
    assert [due[row] for row in (2, 3, 5, 6)] == list(own.values())
    assert [complaints[row] for row in (2, 3)] == ["主管意见", "同意"]


def test_a_rule_that_is_switched_off_is_silent_and_stays_off(demo: Path) -> None:
    refreshed(demo)
    _, cells = task(demo, 状态="逾期")
    name = cells["依据规则"].split()[0]
    row = row_of(demo, RULES, "规则编号", name)
    type_in(demo, RULES, row, 启用="否")
    refreshed(demo)
    assert not [found for found in rows(demo, DUE).values() if found["依据规则"].startswith(f"{name} ")]
    assert rows(demo, RULES)[row]["启用"] == "否"
    assert len(rows(demo, RULES)) == len({found["规则编号"] for found in rows(demo, RULES).values()})


def test_a_changed_limit_moves_the_deadline_and_survives(demo: Path) -> None:
    refreshed(demo)
    old = task(demo, 依据规则="C29 严重投诉解决（48小时）")[1]
    row = row_of(demo, RULES, "规则编号", "C29")
    type_in(demo, RULES, row, 时限=72)
    refreshed(demo)
    new = next(found for found in rows(demo, DUE).values() if found["依据规则"].startswith("C29 "))
    assert new["到期时间"] - old["到期时间"] == dt.timedelta(hours=24)
    assert rows(demo, RULES)[row]["时限"] in {72, "72"}
    assert "48" in str(rows(demo, RULES)[row]["默认值"])


def test_working_time_counts_only_opening_hours(demo: Path) -> None:
    refreshed(demo)
    old = task(demo, 依据规则="C29 严重投诉解决（48小时）")[1]
    type_in(demo, RULES, row_of(demo, RULES, "规则编号", "C29"), 时间口径="工作时间")
    refreshed(demo)
    new = next(found for found in rows(demo, DUE).values() if found["依据规则"].startswith("C29 "))
    assert new["到期时间"] > old["到期时间"]
    at = new["到期时间"].time()
    assert dt.time(9) <= at <= dt.time(12) or dt.time(13, 30) <= at <= dt.time(18)


def test_a_rule_row_that_was_deleted_comes_back(demo: Path) -> None:
    refreshed(demo)
    row = row_of(demo, RULES, "规则编号", "C29")
    before = rows(demo, RULES)[row]
    type_in(demo, RULES, row, **dict.fromkeys(before))
    refreshed(demo)
    again = row_of(demo, RULES, "规则编号", "C29")
    assert again != row
    assert rows(demo, RULES)[again]["任务"] == before["任务"]
    assert rows(demo, RULES)[again]["启用"] == before["启用"]
    assert task(demo, 依据规则="C29 严重投诉解决（48小时）")


def test_a_holiday_that_the_user_changed_wins(demo: Path) -> None:
    day = dt.date(2026, 4, 6)  # 清明节
    row = next(number for number, cells in rows(demo, HOLIDAYS).items() if cells["日期"] == day)
    type_in(demo, HOLIDAYS, row, 类型="上班", 来源="用户")
    refreshed(demo)
    kept = rows(demo, HOLIDAYS)[row]
    assert (kept["类型"], kept["来源"]) == ("上班", "用户")
    assert [cells["日期"] for cells in rows(demo, HOLIDAYS).values()].count(day) == 1
    with FileDoor(demo, write=False) as door:
        worktime = load(door, MOMENT, lambda _: None).facts.worktime
    days = np.array(["2026-04-05", "2026-04-06"], dtype="datetime64[D]")
    assert worktime.is_working(days).tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("提前展示天数", "很多", "参数表第4行"),
        ("工作时间", "09:00-", "参数表"),
        ("工作时间", "18:00-09:00", "参数表的“工作时间”"),
    ],
)
def test_a_parameter_that_cannot_be_used_stops_with_one_sentence(
    demo: Path, name: str, value: str, says: str
) -> None:
    row = next(number for number, cells in rows(demo, PARAMETERS).items() if cells["参数"] == name)
    type_in(demo, PARAMETERS, row, 值=value)
    before = demo.read_bytes()
    kept = backups(demo)
    ran = call("refresh", demo, "--now", NOW)
    assert ran.code == 2
    assert ran.err.startswith("不能完成：")
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert value in ran.err
    assert demo.read_bytes() == before
    assert backups(demo) == kept


def test_a_workbook_without_our_columns_and_sheets_is_read_and_told_so(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    lists.good(path)
    before = path.read_bytes()
    ran = refreshed(path)
    assert "客户信息总表没有自动列" in ran.out
    assert "工作簿中没有 到期清单、超时预警、校验结果、规则表、参数表、节假日、操作日志" in ran.out
    assert "逾期任务" in ran.out
    assert path.read_bytes() == before


def test_an_empty_workbook_refreshes(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    build("crm", path)
    ran = refreshed(path)
    assert "已处理 0 行" in ran.out
    refreshed(path)
    assert len(rows(path, JOURNAL)) == 2
    assert not [row for row in rows(path, ALERTS).values() if row["状态"]]
