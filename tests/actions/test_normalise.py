"""From corrections to changes of cells, and what is said of the cells that are left."""

from __future__ import annotations

import datetime as dt

from tests.checks.build import customer, record, sheet
from xlcrm.actions.journal import CellChange
from xlcrm.actions.normalise import cell_changes, kept, left_remarks
from xlcrm.checks.corrections import UNFIT, Correction, Left


def test_each_change_knows_its_cell_its_column_and_its_row() -> None:
    tables = {
        "customers": sheet("customers", [customer(customer_id=None)], lacks=["contact"]),
        "followup_records": sheet("followup_records", [record()]),
    }
    found = cell_changes(
        tables,
        [
            Correction("customers", 4, "customer_id", None, "2026001", "V09 编号为空"),
            Correction("customers", 4, "phone", "138 1234 5678", "13812345678", "V02 写法"),
            Correction("followup_records", 4, "touched_at", "11月", dt.datetime(2026, 11, 18), "V08 文本"),
        ],
    )
    assert found == [
        CellChange("客户信息总表", 4, 1, None, "2026001", "客户编号：V09 编号为空", "2026001"),
        CellChange("客户信息总表", 4, 4, "138 1234 5678", "13812345678", "联系电话：V02 写法", "2026001"),
        CellChange(
            "客户跟进记录表",
            4,
            1,
            "11月",
            dt.datetime(2026, 11, 18),
            "跟进日期：V08 文本",
            "2026-11-18·2023001·李明",
        ),
    ]


def test_what_the_journal_cannot_keep_is_not_rewritten() -> None:
    short = Correction("customers", 4, "grade", "A类 ", "A类", "V07")
    long = Correction("customers", 5, "grade", f"A类{' ' * 20_000}", "A类", "V07")
    assert kept([short, long]) == ([short], [Left("customers", 5, "grade", UNFIT)])


def test_cells_that_are_left_are_named_by_reason_and_many_only_counted() -> None:
    left = [("甲!A1", "是公式"), *((f"乙!B{row}", "改过") for row in range(1, 8)), ("甲!A2", "是公式")]
    assert left_remarks(left) == [
        "2 个单元格没有改动（是公式）：甲!A1、甲!A2",
        "7 个单元格没有改动（改过）：乙!B1、乙!B2、乙!B3、乙!B4、乙!B5等",
    ]
    assert left_remarks([]) == []
