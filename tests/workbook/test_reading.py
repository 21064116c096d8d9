"""From raw grids to typed tables: sheets by title, headings anywhere, rows with entries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.sheets import by_hand, written
from xlcrm.errors import HeadingMissing, HeadingRepeated, SheetAmbiguous
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Role, Row, Table, column
from xlcrm.tables.fields import GRADE, Day, Id, Moment, Money, OneOf, Text
from xlcrm.tables.frames import Remark, dtype_of
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.headings import find_headings, same_heading
from xlcrm.workbook.port import Changes, Grid, ListPlace, Saved
from xlcrm.workbook.reading import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlcrm.tables.frames import SheetData

NOON = dt.datetime(2023, 8, 16, 12)


class CaseRow(Row):
    """A small table."""

    case_id: Id = column("投诉编号", is_key=True, also=("投诉单号",))
    received_at: Moment = column("投诉日期", required=True, also=("接收时间", "登记时间"))
    grade: OneOf = column("客户等级", choice=GRADE)
    amount: Money = column("赔偿金额", unit="元")
    score: Text = column("满意度(1-5分)")
    extra: Text = column("补充说明", role=Role.EXTRA)
    due_at: Moment = column("预计解决日期", role=Role.AUTO)


class NameRow(Row):
    """A table of one column."""

    name: Text = column("名称")


class ReportRow(Row):
    """A table that only we write."""

    month: Text = column("月份", role=Role.AUTO)
    day: Day = column("日期", role=Role.AUTO)


class LooseRow(Row):
    """A table whose key no document has."""

    number: Id = column("方案编号", role=Role.EXTRA, is_key=True)
    what: Text = column("维护措施")
    who: Text = column("维护人员")


CASES = Table("cases", "投诉表", CaseRow, also=("投诉登记表", "旧投诉表"))
NAMES = Table("names", "名单", NameRow)
REPORT = Table("report", "月报", ReportRow)
LOOSE = Table("loose", "方案", LooseRow)
HEADS = ("投诉编号", "投诉日期", "客户等级", "赔偿金额", "满意度(1-5分)", "补充说明", "预计解决日期")


@dataclass
class FakeDoor:
    """A door over rows in memory."""

    content: Mapping[str, Sequence[Sequence[object]]]
    title: str = "书.xlsx"
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def file(self) -> None:
        return None

    @property
    def sheets(self) -> Sequence[str]:
        return list(self.content)

    def grid(self, sheet: str) -> Grid:
        return Grid([list(values) for values in zip(*self.content[sheet], strict=True)], self.errors)

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        raise NotImplementedError(sheet)

    def apply(self, changes: Changes) -> Saved:
        return Saved(changes.cells)


def cases(*rows: Sequence[object], errors: Mapping[tuple[int, int], str] | None = None) -> SheetData:
    door = FakeDoor({"投诉表": rows}, errors=errors or {})
    return read_tables(door, [CASES]).tables["cases"]


def full(*values: object) -> list[object]:
    return [*values, *[None] * (len(HEADS) - len(values))]


def test_a_sheet_becomes_a_typed_frame() -> None:
    data = cases(HEADS, full("T1", NOON, "A类", 12.5), full("T2", None, "B类"))
    assert list(data.frame.columns) == [column.key for column in CASES.columns]
    assert [str(dtype) for dtype in data.frame.dtypes] == [dtype_of(each.kind) for each in CASES.columns]
    assert list(data.frame.index) == [2, 3]
    assert data.frame.index.dtype == "int64"
    assert data.frame.loc[2, "received_at"] == NOON
    assert data.frame["amount"].tolist()[0] == 12.5
    assert data.frame["grade"].tolist() == ["A类", "B类"]
    assert data.places == {column.key: at for at, column in enumerate(CASES.columns, start=1)}
    assert (data.sheet, data.heading_row, data.last_row) == ("投诉表", 1, 3)
    assert data.notes.empty


def test_real_tables_through_the_file_door(tmp_path: Path) -> None:
    path = written(
        tmp_path / "客户.xlsx",
        {
            "说明": [["随便写点"]],
            "客户信息登记表": [
                ["客户信息登记表"],
                [],
                ["联系电话 *", "企业名称", "客户\n编号", "客户等级（必填）", "我的备注", "建档日期："],
                [13800138000, "杭州云帆科技有限公司", 2023001, "VIP", "老客户", "2023年8月16日"],
                [None, " ", None, None, "只有自己的列", None],
                ["０571-88", "甲厂", "2023002", "A类", None, NOON],
            ],
        },
    )
    with FileDoor(path, write=False) as door:
        reading = read_tables(door, [BY_NAME["customers"], BY_NAME["complaints"]])
        assert door.grid("说明").columns == [["随便写点"]]
    assert [table.name for table in reading.missing] == ["complaints"]
    data = reading.tables["customers"]
    assert (data.sheet, data.heading_row, data.last_row) == ("客户信息登记表", 3, 6)
    assert data.frame["customer_id"].to_dict() == {4: "2023001", 6: "2023002"}
    assert data.frame["phone"].tolist() == ["13800138000", "0571-88"]
    assert data.frame["grade"].tolist() == ["A类", "A类"]
    assert data.frame["filed_on"].tolist() == [pd.Timestamp("2023-08-16")] * 2
    assert data.places["name"] == 2
    assert data.headings["customer_id"] == "客户\n编号"
    assert data.others == {"我的备注": 5}
    notes = data.notes.set_index(["row", "key"])
    assert notes.loc[(4, "grade"), "remark"] == Remark.ALIAS
    assert notes.loc[(4, "filed_on"), "raw"] == "2023年8月16日"
    assert len(notes) == 2
    assert "contact" in [column.key for column in reading.absent["customers"]]
    assert all(column.role is not Role.AUTO for column in reading.absent["customers"])


def test_serials_of_a_1904_workbook(tmp_path: Path) -> None:
    path = by_hand(
        tmp_path / "书.xlsx",
        '<row r="1"><c r="A1" t="str"><v>投诉编号</v></c><c r="B1" t="str"><v>投诉日期</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>T1</v></c><c r="B2"><v>43692.5</v></c></row>',
        name="投诉表",
        properties='<workbookPr date1904="1"/>',
    )
    with FileDoor(path, write=False) as door:
        data = read_tables(door, [CASES]).tables["cases"]
    assert data.frame["received_at"].tolist() == [NOON]


def test_excel_errors_are_blank_and_noted(tmp_path: Path) -> None:
    path = by_hand(
        tmp_path / "书.xlsx",
        '<row r="1"><c r="A1" t="str"><v>投诉编号</v></c><c r="B1" t="str"><v>客户等级</v></c>'
        '<c r="C1" t="str"><v>预计解决日期</v></c></row>'
        '<row r="2"><c r="B2" t="e"><v>#DIV/0!</v></c><c r="C2" t="e"><v>#N/A</v></c></row>'
        '<row r="3"><c r="C3" t="e"><v>#N/A</v></c></row>',
        name="投诉表",
    )
    with FileDoor(path, write=False) as door:
        data = read_tables(door, [CASES]).tables["cases"]
    assert list(data.frame.index) == [2]
    assert data.notes.to_dict("records") == [
        {"row": 2, "key": "grade", "remark": Remark.ERROR, "raw": "#DIV/0!"}
    ]
    assert data.last_row == 3


@pytest.mark.parametrize("title", ["投诉登记表", " 投诉　登记表", "旧投诉表", "投诉表"])
def test_a_sheet_by_any_known_title(title: str) -> None:
    assert read_tables(FakeDoor({title: [HEADS]}), [CASES]).tables["cases"].sheet == title


def test_the_main_title_goes_before_the_others() -> None:
    door = FakeDoor({"投诉登记表": [HEADS], "投诉表": [HEADS, full("T1")]})
    assert read_tables(door, [CASES]).tables["cases"].sheet == "投诉表"


def test_the_exact_title_goes_before_one_with_blanks() -> None:
    door = FakeDoor({"投 诉表": [HEADS], "投诉表": [HEADS]})
    assert read_tables(door, [CASES]).tables["cases"].sheet == "投诉表"


def test_two_sheets_of_other_titles_are_ambiguous() -> None:
    door = FakeDoor({"投诉登记表": [HEADS], "旧投诉表": [HEADS]})
    with pytest.raises(SheetAmbiguous, match=r"“投诉登记表”、“旧投诉表”.*命名为“投诉表”"):
        read_tables(door, [CASES])


def test_a_main_title_is_not_taken_as_another_tables_further_title() -> None:
    other = Table("other", "处理表", NameRow, also=("名单",))
    door = FakeDoor({"名单": [["名称"], ["一"]]})
    reading = read_tables(door, [other, NAMES])
    assert list(reading.tables) == ["names"]
    assert [table.name for table in reading.missing] == ["other"]


def test_one_sheet_for_two_tables_is_ambiguous() -> None:
    tables = [Table(name, name, NameRow, also=("名单",)) for name in ("甲", "乙")]
    with pytest.raises(SheetAmbiguous, match="“名单”既可能是“甲”、“乙”"):
        read_tables(FakeDoor({"名单": [["名称"]]}), tables)


def test_tables_come_in_the_order_asked_for() -> None:
    door = FakeDoor({"旧投诉表": [HEADS], "名单": [["名称"]]})
    assert list(read_tables(door, [CASES, NAMES]).tables) == ["cases", "names"]


@pytest.mark.parametrize("row", [1, 5, 20])
def test_the_heading_row_may_stand_anywhere_in_the_first_20(row: int) -> None:
    above = [full("公司标题")] * (row - 1)
    assert cases(*above, HEADS, full("T1")).heading_row == row


def test_a_heading_row_further_down_is_not_found() -> None:
    with pytest.raises(HeadingMissing, match=r"“书\.xlsx”的工作表“投诉表”前 20 行里找不到标题行"):
        cases(*[full("标题")] * 20, HEADS)


def test_an_empty_sheet_has_no_heading_row() -> None:
    with pytest.raises(HeadingMissing, match=r"一个也没有认出.*“投诉编号”"):
        cases()


def test_one_known_heading_is_not_enough() -> None:
    with pytest.raises(HeadingMissing, match="只认出了“投诉编号”"):
        cases(full("投诉编号", "别的"), full("T1"))


def test_all_headings_of_a_small_table_are_enough() -> None:
    data = read_tables(FakeDoor({"名单": [["标题"], ["名称"], ["一"]]}), [NAMES]).tables["names"]
    assert data.frame["name"].to_dict() == {3: "一"}


def test_a_missing_key_heading_names_the_sheet_and_what_is_there() -> None:
    with pytest.raises(HeadingMissing, match=r"第 1 行缺少标题“投诉编号”.*“投诉日期”、“客户等级”"):
        cases(["投诉日期", "客户等级"], [NOON, "A类"])


def test_a_key_that_no_document_has_may_be_missing() -> None:
    reading = read_tables(FakeDoor({"方案": [["维护措施", "维护人员"], ["拜访", "张三"]]}), [LOOSE])
    assert reading.tables["loose"].frame["what"].tolist() == ["拜访"]
    assert [column.key for column in reading.absent["loose"]] == ["number"]


def test_a_repeated_heading_names_both_cells() -> None:
    with pytest.raises(HeadingRepeated, match="“客户等级”出现了 2 次（“B2”、“D2”）"):
        cases([None] * 4, ["投诉编号", "客户等级", "投诉日期", "客户等级 *"], ["T1", "A类", NOON, "B类"])


def test_a_further_name_beside_the_heading_is_the_users_own_column() -> None:
    data = cases(["投诉编号", "接收时间", "投诉日期"], ["T1", "随便", NOON])
    assert data.places["received_at"] == 3
    assert data.others == {"接收时间": 2}


def test_the_better_of_two_further_names_is_taken() -> None:
    data = cases(["投诉编号", "登记时间", "接收时间"], ["T1", "随便", NOON])
    assert data.places["received_at"] == 3


def test_a_group_row_above_the_headings() -> None:
    groups = ["客户基本信息", None, None, "结果", None, None, None]
    data = cases(groups, HEADS, full("T1"))
    assert (data.heading_row, list(data.frame.index), data.others) == (2, [3], {})


def test_headings_merged_over_two_rows() -> None:
    data = cases(
        ["投诉编号", "投诉日期", "客户", None, "我的列"],
        [None, None, "客户等级", "赔偿金额", None],
        ["T1", NOON, "A类", 5.0, "x"],
    )
    assert data.heading_row == 2
    assert data.places == {"case_id": 1, "received_at": 2, "grade": 3, "amount": 4}
    assert data.others == {"我的列": 5}
    assert list(data.frame.index) == [3]


def test_a_known_word_as_group_title_does_not_hide_the_headings_below() -> None:
    data = cases(["投诉编号", "客户等级", None], [None, "客户等级", "赔偿金额"], ["T1", "A类", 5.0])
    assert (data.heading_row, data.places) == (2, {"case_id": 1, "grade": 2, "amount": 3})


def test_a_word_in_the_first_data_row_does_not_move_the_headings() -> None:
    data = cases([*HEADS, "自己的"], [None, NOON, *[None] * 5, "客户等级"])
    assert (data.heading_row, list(data.frame.index)) == (1, [2])


def test_rows_without_an_entry_are_no_rows() -> None:
    data = cases(
        [*HEADS, "自己的"],
        [*full("T1"), None],
        [*[None] * 6, NOON, None],
        [" ", *[None] * 6, "自己的"],
        [*[None] * 5, "说明", None, None],
        [None, "看不懂", *[None] * 6],
        [*[None] * 6, NOON, None],
    )
    assert list(data.frame.index) == [2, 5, 6]
    assert data.last_row == 7
    assert data.notes.to_dict("records") == [
        {"row": 6, "key": "received_at", "remark": Remark.UNREADABLE, "raw": "看不懂"}
    ]


def test_auto_columns_are_read_without_remarks() -> None:
    data = cases(HEADS, [*full("T1")[:6], "次年放假安排未发布"], [*full("T2")[:6], NOON])
    assert data.frame["due_at"].tolist() == [pd.NaT, NOON]
    assert data.notes.empty


def test_a_table_that_only_we_write_keeps_all_its_rows() -> None:
    door = FakeDoor({"月报": [["月份", "日期"], ["2023-08", None], [None, None], [None, NOON]]})
    assert list(read_tables(door, [REPORT]).tables["report"].frame.index) == [2, 4]


def test_columns_that_the_sheet_lacks_are_blank() -> None:
    reading = read_tables(FakeDoor({"投诉表": [["投诉编号", "客户等级"], ["T1", "A类"]]}), [CASES])
    data = reading.tables["cases"]
    assert data.frame[["received_at", "amount", "extra"]].isna().all().all()
    assert [str(dtype) for dtype in data.frame.dtypes] == [dtype_of(each.kind) for each in CASES.columns]
    assert not data.has("amount")
    assert [each.key for each in reading.absent["cases"]] == ["received_at", "amount", "score", "extra"]


def test_headings_alone_give_an_empty_typed_frame() -> None:
    data = cases(HEADS)
    assert len(data.frame) == 0
    assert [str(dtype) for dtype in data.frame.dtypes] == [dtype_of(each.kind) for each in CASES.columns]


def test_the_last_row_counts_anything() -> None:
    data = cases(HEADS, full("T1"), full(None), full(" "), errors={(9, 1): "#N/A"})
    assert data.last_row == 9
    assert cases(HEADS, full("T1"), full(None), full(" ")).last_row == 2


@pytest.mark.parametrize(
    "text",
    [
        "客户等级",
        "客户 等级",
        "客户\n等级",
        "＊客户等级",
        "客户等级*",
        "客户等级：",
        "客户等级(必填)",
        "客户等级（选填）*",
        "★客户等级",
        "客户等级【补充】",
    ],
)
def test_marks_and_blanks_do_not_make_another_heading(text: str) -> None:
    assert same_heading(text) == "客户等级"


@pytest.mark.parametrize("text", ["满意度（1—5分）", "满意度(1～5分)", "满意度 (1–5分)"])
def test_brackets_and_dashes_of_any_width(text: str) -> None:
    assert find_headings(Grid([["投诉编号"], [text]]), CASES).places == {"case_id": 1, "score": 2}


def test_the_unit_may_stand_behind_the_heading() -> None:
    assert find_headings(Grid([["投诉编号"], ["赔偿金额（元）"]]), CASES).places == {
        "case_id": 1,
        "amount": 2,
    }


@given(st.permutations(range(len(HEADS))), st.integers(0, 18))
def test_any_order_of_columns_gives_the_same_frame(order: list[int], above: int) -> None:
    values = ["T1", NOON, "A类", 12.5, "5", "说明", NOON]
    plain = cases(HEADS, values)
    moved = cases(*[full(None)] * above, [HEADS[at] for at in order], [values[at] for at in order])
    pd.testing.assert_frame_equal(moved.frame.reset_index(drop=True), plain.frame.reset_index(drop=True))
    assert list(moved.frame.index) == [above + 2]
    assert [moved.places[column.key] for column in CASES.columns] == [
        order.index(at) + 1 for at in range(len(HEADS))
    ]
