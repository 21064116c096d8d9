"""V07, V15."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.build import book, customer, run, sheet, told
from tests.checks.packs import clean_row, read
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from xlcrm.tables.frames import SheetData


def test_unknown_value_is_an_error_in_a_closed_list_and_a_hint_in_an_open_one() -> None:
    notes = [(4, "grade", Remark.UNKNOWN_CHOICE, "D类"), (4, "channel", Remark.UNKNOWN_CHOICE, "地推")]
    found = run(sheet("customers", [customer(grade="D类", channel="地推")], notes=notes))
    assert told(found, "V07") == [("错误", 4, "grade"), ("提示", 4, "channel")]
    assert "A类、B类、C类" in found.iloc[0]["message"]


def test_other_name_is_a_hint_with_the_choice() -> None:
    found = run(sheet("customers", [customer(grade="A类")], notes=[(4, "grade", Remark.ALIAS, "VIP")]))
    assert told(found, "V07") == [("提示", 4, "grade")]
    assert tuple(found.loc[0, ["value", "corrected"]]) == ("VIP", "A类")


def test_error_cell_of_a_list_is_an_error() -> None:
    found = run(sheet("customers", [customer(grade=None)], notes=[(4, "grade", Remark.ERROR, "#N/A")]))
    assert told(found, "V07") == [("错误", 4, "grade")]
    assert told(found, "V01") == []


def test_known_and_blank_choices_are_fine() -> None:
    assert told(run(sheet("customers", [customer(grade=None), customer(grade="B类")])), "V07") == []


def test_blank_industry_is_marked_unknown() -> None:
    found = run(sheet("customers", [customer(industry=None), customer(industry="未知")]))
    assert told(found, "V15") == [("提示", 4, "industry")]
    assert found[found["code"] == "V15"].iloc[0]["corrected"] == "未知"


def test_industry_without_a_column_is_not_blank() -> None:
    assert told(run(sheet("customers", [customer(industry=None)], lacks=["industry"])), "V15") == []


def plan(way: str | None) -> SheetData:
    row = {"customer_id": "2023001", "stage": "潜在", "grade": "A类", "way": way}
    return sheet("followup_plans", [row])


@pytest.mark.parametrize(
    ("way", "better"),
    [("电话+拜访", "电话+上门拜访"), ("拜访、 email", "上门拜访、 邮件"), ("上门拜访/电话", "")],
)
def test_other_name_among_tags_is_a_hint_with_the_whole_cell(way: str, better: str) -> None:
    found = run(plan(way))
    assert told(found, "V07") == ([("提示", 4, "way")] if better else [])
    assert found.loc[found["code"] == "V07", "corrected"].tolist() == ([better] if better else [])


def test_new_tag_of_an_open_list_is_a_hint_that_names_it() -> None:
    found = run(sheet("customers", [customer(preferences="邮件、深夜致电"), customer(preferences="邮件")]))
    assert told(found, "V07") == [("提示", 4, "preferences")]
    assert "“深夜致电”" in found[found["code"] == "V07"].iloc[0]["message"]


@pytest.mark.parametrize(
    ("pack", "typed", "better"),
    [
        ("service", "VIP", None),
        ("service", "潜力", None),
        ("service", "VIP客户", "VIP"),
        ("crm", "VIP", "A类"),
        ("crm", "A类", None),
        ("full", "普通", "C类"),
    ],
)
def test_packs_own_words_need_no_hint(pack: str, typed: str, better: str | None) -> None:
    rows = {"customers": [clean_row(pack, "customers") | {"grade": typed}]}
    data = read(pack, rows)
    found = run(*data.values(), rules=book(pack))
    assert found.loc[found["code"] == "V07", "corrected"].tolist() == ([better] if better else [])
