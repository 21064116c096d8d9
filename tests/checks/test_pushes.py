"""V25."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import customer, run, sheet, told

PUSH = {"tags": "高活跃度", "service": "新功能教程", "channel": "短信", "pushed": 10.0}


def pushes(*days: str, **cells: Any) -> Any:
    return sheet("service_pushes", [{**PUSH, "pushed_at": day} | cells for day in days])


def test_second_push_of_a_month_is_a_warning_that_names_the_first() -> None:
    found = run(pushes("2026-11-12 09:00", "2026-11-02 09:00", "2026-10-30 09:00"))
    assert told(found, "V25") == [("警告", 4, "tags")]
    message = found[found["code"] == "V25"].iloc[0]["message"]
    assert "第5行，2026-11-02 09:00" in message
    assert "2026年11月" in message


def test_each_tag_is_counted_by_itself_whatever_its_spelling() -> None:
    rows = [
        {**PUSH, "pushed_at": "2026-11-02", "tags": "高活跃度、有升级需求"},
        {**PUSH, "pushed_at": "2026-11-03", "tags": "关注售后保障"},
        {**PUSH, "pushed_at": "2026-11-04", "tags": "ＶＩＰ"},
        {**PUSH, "pushed_at": "2026-11-05", "tags": "有升级需求, vip"},
    ]
    found = run(sheet("service_pushes", rows))
    assert told(found, "V25") == [("警告", 7, "tags")]


@pytest.mark.parametrize(
    ("cells", "warned"),
    [
        ({"contact_birthday": "1980-11-25"}, False),
        ({"contact_birthday": "1980-10-25"}, True),
        ({"contract_ends_on": "2026-11-30"}, False),
        ({"contract_ends_on": "2027-11-30"}, True),
        ({"contact_birthday": "1980-11-25", "need_tags": "价格敏感"}, True),
        ({"contact_birthday": "1980-11-25", "need_tags": None}, True),
    ],
)
def test_a_birthday_or_renewal_in_the_month_allows_another_push(
    cells: dict[str, Any], *, warned: bool
) -> None:
    register = sheet("customers", [customer(**({"need_tags": "高活跃度、长期合作"} | cells))])
    found = told(run(register, pushes("2026-11-02", "2026-11-12")), "V25")
    assert found == ([("警告", 5, "tags")] if warned else [])


def test_without_the_columns_nothing_can_be_judged() -> None:
    rows = [{**PUSH, "pushed_at": "2026-11-02"}] * 2
    assert told(run(sheet("service_pushes", rows, lacks=["pushed_at"])), "V25") == []
