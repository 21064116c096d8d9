"""V07, V15."""

from __future__ import annotations

from tests.checks.build import customer, run, sheet, told
from xlcrm.tables.frames import Remark


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
