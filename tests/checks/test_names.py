"""V04."""

from __future__ import annotations

import pytest

from tests.checks.build import complaint, customer, record, run, sheet, told


@pytest.mark.parametrize(
    "name",
    [
        "杭州云帆科技有限公司",
        "云帆集团",
        "西湖机械厂",
        "浙江大学",
        "招商银行",
        "杭州市第一医院",
        "云帆（杭州）科技有限公司",
        "云帆科技有限公司（杭州）",
        "张伟（个人）",
        "张伟(个人)",
    ],
)
def test_full_name_is_fine(name: str) -> None:
    assert told(run(sheet("customers", [customer(name=name)])), "V04") == []


@pytest.mark.parametrize("name", ["云帆", "云帆科技", "张伟", "阿里（杭州）"])
def test_short_name_is_a_hint(name: str) -> None:
    assert told(run(sheet("customers", [customer(name=name)])), "V04") == [("提示", 4, "name")]


def test_name_beside_a_customer_id_is_left_to_v10() -> None:
    found = run(sheet("customers", [customer()]), sheet("followup_records", [record(name="云帆")]))
    assert told(found, "V04") == []
    assert told(found, "V10") == [("警告", 4, "name")]


@pytest.mark.parametrize(("name", "hints"), [("云帆", 1), ("杭州云帆科技有限公司", 0)])
def test_name_without_a_customer_id_is_judged(name: str, hints: int) -> None:
    found = run(sheet("complaints", [complaint(customer_id=None, name=name)]), sheet("presales", []))
    assert len(told(found, "V04")) == hints
    enquiry = {"name": name, "phone": "13812345678", "received_at": "2026-11-10 09:00"}
    assert len(told(run(sheet("presales", [enquiry])), "V04")) == hints
