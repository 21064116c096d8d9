"""V02, V03, V05."""

from __future__ import annotations

import pytest

from tests.checks.build import complaint, customer, run, sheet, told
from xlcrm.checks.contact import tidy_email


@pytest.mark.parametrize("phone", ["13812345678", "0571-88888888", "400-123-4567", "+85291234567", None])
def test_tidy_or_blank_phone_is_fine(phone: str | None) -> None:
    assert told(run(sheet("complaints", [complaint(phone=phone)])), "V02") == []


def test_untidy_phone_is_a_hint_with_its_tidy_form() -> None:
    found = run(sheet("customers", [customer(phone="+86 138-1234-5678")]))
    assert told(found, "V02") == [("提示", 4, "phone")]
    assert found.iloc[0]["corrected"] == "13812345678"


def test_masked_phone_is_a_hint_without_a_correction() -> None:
    found = run(sheet("customers", [customer(phone="138****5678")]))
    assert told(found, "V02") == [("提示", 4, "phone")]
    assert "待核实" in found.iloc[0]["message"]
    assert found.iloc[0]["corrected"] == ""


@pytest.mark.parametrize("phone", ["12812345678", "88888888", "13812345678/12", "李经理"])
def test_what_is_no_phone_is_an_error(phone: str) -> None:
    assert told(run(sheet("customers", [customer(phone=phone)])), "V02") == [("错误", 4, "phone")]


@pytest.mark.parametrize("email", ["a@b.cn", "zhang.wei+crm@mail.example.com", "a@b.com;c@d.com", None])
def test_address_or_blank_is_fine(email: str | None) -> None:
    assert told(run(sheet("customers", [customer(email=email)])), "V03") == []


@pytest.mark.parametrize("email", ["zhangwei", "a@b", "a@@b.com", "a b@c.com", "@b.com", "a@b..com"])
def test_what_is_no_address_is_an_error(email: str) -> None:
    assert told(run(sheet("customers", [customer(email=email)])), "V03") == [("错误", 4, "email")]


def test_full_width_address_is_a_hint() -> None:
    found = run(sheet("customers", [customer(email="zhang＠example。com")]))
    assert told(found, "V03") == [("提示", 4, "email")]
    assert found.iloc[0]["corrected"] == "zhang@example.com"


@pytest.mark.parametrize("typed", ["a＠b.com", "a@b.com，c@d.com", " a@b.com "])
def test_tidying_an_address_twice_changes_nothing(typed: str) -> None:
    assert tidy_email(tidy_email(typed)) == tidy_email(typed) != ""


@pytest.mark.parametrize(
    "address",
    [
        "浙江省杭州市西湖区文三路1号",
        "上海浦东新区世纪大道100号",
        "昆山市玉山镇人民路1号（江苏省苏州市）",
        None,
    ],
)
def test_whole_or_blank_address_is_fine(address: str | None) -> None:
    found = run(sheet("customers", [customer(address=address)]))
    assert told(found, "V05") == []


@pytest.mark.parametrize(
    ("address", "lacking"),
    [
        ("文三路1号", "省市、区县"),
        ("杭州西湖区", "街道门牌"),
        ("浙江省杭州市文三路1号", "区县"),
        ("不详", "省市、区县、街道门牌"),
    ],
)
def test_short_address_is_a_hint(address: str, lacking: str) -> None:
    found = run(sheet("customers", [customer(address=address)]))
    assert told(found, "V05") == [("提示", 4, "address")]
    assert found.iloc[0]["message"].endswith(f"缺少{lacking}")
