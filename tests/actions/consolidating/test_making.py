"""The group's workbook: what stands in it, and what is refused."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pandas as pd
import pytest

from tests.actions.consolidating.branches import CLOUD, HILL, SEA, branch, joined
from tests.spreadsheet import few_analysis_sheets
from xlcrm.actions.base import Outcome, silent
from xlcrm.actions.consolidating import making
from xlcrm.actions.consolidating.joining import join, single
from xlcrm.actions.consolidating.making import Wanted, group_pack, make
from xlcrm.actions.consolidating.reading import Branch
from xlcrm.actions.consolidating.settings import Settings
from xlcrm.errors import UsageError
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from unittest.mock import MagicMock

    from xlcrm.actions.consolidating.joining import Joined
    from xlcrm.actions.consolidating.making import Made

AT = dt.datetime(2026, 11, 20, 10, 30)
WANTED = Wanted("集团.xlsx", AT)
DAY = pd.Timestamp(2026, 3, 3)


def sheet(door: FileDoor, title: str) -> list[dict[str, Any]]:
    """The rows under the headings in row 3; blank ones left out."""
    rows = list(zip(*door.grid(title).columns, strict=True))
    headings = rows[2]
    found = [dict(zip(headings, row, strict=True)) for row in rows[3:]]
    return [row for row in found if any(value is not None for value in row.values())]


def made_of(whole: Joined, wanted: Wanted = WANTED) -> Made:
    with few_analysis_sheets():
        return make(wanted, whole, silent)


@pytest.fixture(scope="module")
def two_packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, FileDoor]:
    """北京 has customers and complaints, 上海 orders and issues, 广州 was not read."""
    settings = Settings(
        parameters={"提前展示天数": "14"},
        holidays={DAY: ("休息", "本地节", "")},
        options={"所属行业": ("光伏",)},
    )
    beijing = branch(
        0,
        "北京",
        settings,
        customers=[
            {"customer_id": "2023001", "name": CLOUD, "grade": "A类", "industry": "光伏", "owner": "李明"},
            {"customer_id": "2023002", "name": HILL},
        ],
        complaints=[
            {"complaint_id": "20261118-001", "customer_id": "2023001", "name": CLOUD, "level": "重大"}
            | {"received_at": dt.datetime(2026, 11, 18, 9, 30), "content": "噪音", "owner": "赵敏"}
        ],
        due_list=[{"task_id": "没有这一项", "note": "旧备注"}],
    )
    shanghai = branch(
        1,
        "上海",
        pack="support",
        customers=[{"customer_id": "2023001", "name": SEA}],
        orders=[{"order_id": "DD202611180001", "customer_id": "2023001", "name": SEA, "amount": 5.0}],
        tag_services=[{"tag": "高活跃度", "service": "新功能教程"}],
    )
    shanghai = dataclasses.replace(shanghai, remarks=("客户信息总表的自有列 颜色 没有合并",))
    lost = Branch(2, "广州.xlsx", "广州", refused="文件坏了。")
    whole = join(single(beijing), single(shanghai), single(lost))
    made = made_of(whole, dataclasses.replace(WANTED, month=AT.date()))
    path = tmp_path_factory.mktemp("made") / "集团.xlsx"
    path.write_bytes(made.content)
    return made, FileDoor(path, write=False)


def test_branches_of_two_packs_make_one_of_all(two_packs: tuple[Made, FileDoor]) -> None:
    made, opened = two_packs
    assert made.pack == "full"
    assert (made.read, made.merged, made.written) == (6, 0, 6)
    with opened as door:
        register = sheet(door, "客户信息总表")
        assert [(row["客户编号"], row["客户名称"], row["来源分部"]) for row in register] == [
            ("北京-2023001", CLOUD, "北京"),
            ("2023002", HILL, "北京"),
            ("上海-2023001", SEA, "上海"),
        ]
        assert [row["客户编号"] for row in sheet(door, "客户投诉登记表")] == ["北京-2023001"]
        assert [row["客户编号"] for row in sheet(door, "售中订单跟进表")] == ["上海-2023001"]
        assert len(sheet(door, "客户标签体系表")) == 1
        assert [row["单号"] for row in sheet(door, "超时预警")]


def test_settings_of_the_first_branch_count_and_lists_are_joined(two_packs: tuple[Made, FileDoor]) -> None:
    _, opened = two_packs
    with opened as door:
        values = {row["参数"]: row["值"] for row in sheet(door, "参数表")}
        assert (values["提前展示天数"], values["报表月份"]) == (14, "2026-11")
        days = {row["日期"]: (row["名称"], row["来源"]) for row in sheet(door, "节假日")}
        assert days[dt.date(2026, 3, 3)] == ("本地节", "用户")
        options = next(column for column in door.grid("选项表").columns if "所属行业" in column)
        assert "光伏" in options
        month = [value for column in door.grid("管理驾驶舱").columns for value in column]
        assert any("2026年11月" in str(value) for value in month)


def test_sources_and_conflicts_stand_in_the_workbook(two_packs: tuple[Made, FileDoor]) -> None:
    made, opened = two_packs
    with opened as door:
        sources = sheet(door, "合并来源")
        conflicts = sheet(door, "合并冲突")
    assert [(row["分部"], row["文件"], row["结果"], row["行数"]) for row in sources] == [
        ("北京", "北京.xlsx", "已合并", 3),
        ("上海", "上海.xlsx", "已合并", 3),
        ("广州", "广州.xlsx", "未读入", 0),
    ]
    assert [row["说明"] for row in sources] == [None, "客户信息总表的自有列 颜色 没有合并", "文件坏了。"]
    assert sources[0]["各表行数"] == "客户信息总表 2；客户投诉登记表 1"
    assert [(row["类型"], row["工作表"], row["编号"], row["分部"]) for row in conflicts] == [
        ("编号冲突", "客户信息总表", "2023001", "北京、上海"),
        ("设置不同", "参数表", "提前展示天数", "上海（7）"),
        ("设置不同", "节假日", "2026-03-03", "上海"),
    ]
    assert [row["branch"] for row in made.refused] == ["广州"]


def test_texts_beside_tasks_that_are_gone_are_said(two_packs: tuple[Made, FileDoor]) -> None:
    made, opened = two_packs
    assert "1 项带备注的任务已离开清单，备注记入操作日志" in made.remarks
    with opened as door:
        assert any("旧备注" in str(row["说明"]) for row in sheet(door, "操作日志"))


def test_columns_that_the_pack_does_not_show_stay_where_they_hold_something(tmp_path: Path) -> None:
    case = {"complaint_id": "20261118-001", "name": CLOUD, "solution": "换货", "level": "一般"}
    made = made_of(joined(branch(0, "北京", complaints=[case])))
    assert made.pack == "crm"
    path = tmp_path / "集团.xlsx"
    path.write_bytes(made.content)
    with FileDoor(path, write=False) as door:
        (row,) = sheet(door, "客户投诉登记表")
        assert (row["处理方案"], row["来源分部"]) == ("换货", "北京")


def test_rows_of_lists_are_not_counted() -> None:
    """People type no rows there; a note that two branches have beside one task is no row that was merged."""
    note = {"task_id": "S01|1|20261122", "note": "已约"}
    row = {"customer_id": "1", "name": CLOUD}
    with _without_work():
        made = make(
            WANTED,
            joined(*(branch(at, name, customers=[row], due_list=[note]) for at, name in enumerate("甲乙"))),
            silent,
        )
    assert (made.read, made.merged, made.written) == (2, 1, 1)


@pytest.mark.parametrize(("packs", "expected"), [(("crm", "crm"), "crm"), (("crm", "service"), "full")])
def test_the_pack_is_that_of_all(packs: tuple[str, str], expected: str) -> None:
    assert group_pack([branch(at, "x", pack=pack) for at, pack in enumerate(packs)]) == expected


@pytest.mark.parametrize(
    ("now", "clock", "expected"),
    [(None, "", AT), (None, "2026-02-01 09:00", None), (dt.datetime(2026, 3, 1), "2026-02-01 09:00", 3)],
)
def test_the_clock_of_the_settings_counts_before_that_of_the_machine(
    now: dt.datetime | None, clock: str, expected: object
) -> None:
    settings = Settings(parameters={"固定时钟": clock} if clock else {})
    with _without_work() as refreshed:
        made = make(dataclasses.replace(WANTED, now=now), joined(branch(0, "北京", settings)), silent)
    asked = refreshed.call_args.args[1].now
    assert asked == (now if expected == 3 else expected)  # None: the refresh reads 固定时钟
    assert made.message == "好"


@contextlib.contextmanager
def _without_work() -> Iterator[MagicMock]:
    """Nothing is built; the refresh hears what it was asked."""

    def blank(pack: str, path: Path, *args: object, **more: object) -> None:
        del pack, args, more
        path.write_bytes(b"")

    with (
        patch.object(making, "build", side_effect=blank),
        patch.object(making, "FileDoor"),
        patch.object(making, "refresh", return_value=Outcome("好")) as refreshed,
    ):
        yield refreshed


def test_the_settings_of_another_workbook_may_count() -> None:
    other = ("总部", Settings(parameters={"提前展示天数": "30"}))
    with _without_work():
        made = make(dataclasses.replace(WANTED, settings=other), joined(branch(0, "北京")), silent)
    assert [(each.number, each.branches, each.done) for each in made.conflicts] == [
        ("提前展示天数", "北京（7）", "采用 总部 的值")
    ]


def test_nothing_read_is_refused_with_the_first_reason() -> None:
    lost = [Branch(at, f"{at}.xlsx", str(at), refused=f"第 {at} 个坏了。") for at in range(2)]
    with pytest.raises(UsageError, match=r"2 个文件都没有读入，.*第一个的原因：第 0 个坏了。"):
        make(WANTED, join(*map(single, lost)), silent)


def test_more_rows_than_a_sheet_has_are_refused_with_the_table() -> None:
    whole = joined(branch(0, "北京", transactions=[{"customer_id": "1"}] * 6))
    with (
        patch.object(making, "ROOM", 5),
        pytest.raises(UsageError, match=r"交易记录表合并后有 6 行，超过 .* 5 行"),
    ):
        make(WANTED, whole, silent)
