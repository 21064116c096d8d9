"""V14."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import customer, run, sheet, told

if TYPE_CHECKING:
    import pandas as pd


def two(first: dict[str, Any], second: dict[str, Any]) -> pd.DataFrame:
    """Two customers that share nothing but what is given."""
    one = {
        "customer_id": "2023001",
        "name": "杭州云帆科技有限公司",
        "phone": "13812345678",
        "email": "a@b.com",
    }
    other = {"customer_id": "2023002", "name": "西湖机械厂", "phone": "13912345678", "email": "c@d.com"}
    found = run(sheet("customers", [customer(**{**one, **first}), customer(**{**other, **second})]))
    return found[found["code"] == "V14"].reset_index(drop=True)


def test_different_customers_are_fine() -> None:
    assert two({}, {}).empty


@pytest.mark.parametrize(
    "phone", ["13812345678", "138 1234 5678", "+8613812345678", "0571-88888888/13812345678"]
)
def test_same_phone_however_typed(phone: str) -> None:
    found = two({}, {"phone": phone})
    assert told(found, "V14") == [("警告", 4, "phone"), ("警告", 5, "phone")]
    assert found.iloc[0]["message"] == "“联系电话”13812345678 与第5行“西湖机械厂”相同"
    assert "第4行“杭州云帆科技有限公司”" in found.iloc[1]["message"]


@pytest.mark.parametrize("email", ["A@B.com", "ａ@b.com", "x@y.com;a@b.com"])
def test_same_email_however_typed(email: str) -> None:
    assert told(two({}, {"email": email}), "V14") == [("警告", 4, "email"), ("警告", 5, "email")]


@pytest.mark.parametrize("name", ["上海云帆科技股份有限公司", "云帆科技（集团）有限公司", "云帆科技"])
def test_same_name_but_for_region_and_form(name: str) -> None:
    found = two({}, {"name": name})
    assert told(found, "V14") == [("警告", 4, "name"), ("警告", 5, "name")]
    assert "第5行" in found.iloc[0]["message"]


def test_near_name() -> None:
    found = two({"name": "泰克诺维亚半导体有限公司"}, {"name": "泰克诺维雅半导体有限公司"})
    assert told(found, "V14") == [("警告", 4, "name"), ("警告", 5, "name")]
    assert "相近" in found.iloc[0]["message"]


def test_two_people_of_one_name_are_fine() -> None:
    assert two({"name": "张伟（个人）"}, {"name": "张伟(个人)"}).empty


def test_blank_and_unreadable_contacts_are_never_the_same() -> None:
    assert two({"phone": None, "email": None}, {"phone": None, "email": None}).empty
    assert two({"phone": "138****5678"}, {"phone": "138****5678"}).empty
    assert two({"phone": "n/a", "email": "n/a"}, {"phone": "n/a", "email": "n/a"}).empty
    assert two({"phone": "无", "email": "无"}, {"phone": "无", "email": "无"}).empty


def test_one_number_twice_in_one_cell_is_no_duplicate() -> None:
    assert two({"phone": "13812345678/138 1234 5678"}, {}).empty


def test_a_crowd_is_counted_and_every_row_has_its_finding() -> None:
    rows = [customer(customer_id=f"{2023000 + n}", name=f"客户{n:04d}号店", email=None) for n in range(300)]
    found = run(sheet("customers", rows))
    found = found[found["code"] == "V14"]
    assert len(found) == 300
    assert found.iloc[0]["message"] == "“联系电话”13812345678 与第5行、第6行、第7行等 299 行相同"
    assert found.iloc[-1]["message"] == "“联系电话”13812345678 与第4行、第5行、第6行等 299 行相同"
    assert found["message"].str.len().max() < 60


def test_sheet_without_the_columns_is_not_judged() -> None:
    found = run(sheet("customers", [customer(), customer()], lacks=["phone", "email", "name"]))
    assert told(found, "V14") == []
