"""超时预警: open clocks that are late or nearly so, worst first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import complaint, customer, record
from tests.compute.build import book, computed
from xlcrm.tables.system import ALERTS


def case(number: int, received: str, **cells: Any) -> dict[str, Any]:
    return dict(
        complaint(
            **{"complaint_id": f"20261101-{number:03d}", "received_at": received, "status": None, **cells}
        )
    )


def test_the_longest_overrun_comes_first_then_the_nearest_deadline() -> None:
    cases = [
        case(1, "2026-11-19 12:00"),
        case(2, "2026-11-18 09:00"),
        case(3, "2026-11-19 13:00"),
        case(4, "2026-11-10 09:00"),
        case(5, "2026-11-20 09:00"),
    ]
    found = computed({"customers": [customer()], "complaints": cases}, book("C28")).alerts
    assert found.rows["case_id"].tolist() == [f"20261101-00{number}" for number in (4, 2, 1, 3)]
    assert found.rows["status"].tolist() == ["已超时", "已超时", "即将超时", "即将超时"]
    assert found.rows["overrun"].tolist() == [
        "超时 9天1小时",
        "超时 1天1小时",
        "剩余 1小时30分",
        "剩余 2小时30分",
    ]
    assert (found.breached, found.at_risk, found.left_out) == (2, 2, 0)


def test_a_row_says_everything_about_its_clock() -> None:
    found = computed(
        {"customers": [customer()], "complaints": [case(1, "2026-11-18", level="重大", owner="王芳")]},
        book("C30"),
    ).alerts
    row = found.rows.iloc[0]
    assert list(found.rows.columns) == [item.key for item in ALERTS.columns]
    assert (row["clock"], row["level"], row["case_id"], row["customer_id"]) == (
        "应急启动",
        "重大",
        "20261101-001",
        "2023001",
    )
    assert (row["name"], row["owner"], row["rule"]) == (
        "杭州云帆科技有限公司",
        "王芳",
        "C30 重大投诉应急启动（24小时）",
    )
    assert (str(row["due_at"]), row["source"]) == ("2026-11-19 00:00:00", "客户投诉登记表!4")


def test_finished_paused_and_unstarted_clocks_are_left_out() -> None:
    cases = [
        case(1, "2026-11-10 09:00", resolved_at="2026-11-12 09:00"),
        case(2, "2026-11-19 12:00", status="等待客户"),
        case(3, None),  # type: ignore[arg-type] # a blank cell
    ]
    assert computed({"customers": [], "complaints": cases}, book("C28")).alerts.rows.empty


def test_an_unknown_customer_is_shown_as_typed() -> None:
    found = computed(
        {"customers": [], "complaints": [case(1, "2026-11-10 09:00", customer_id="7777777", name="丙")]},
        book("C28"),
    )
    assert found.alerts.rows[["customer_id", "name"]].to_numpy().tolist() == [["7777777", "丙"]]


def test_records_are_shown_once_a_customer() -> None:
    action = {"next_action": "发送报价", "next_action_by": "2026-11-18"}
    records = [
        record(touched_at="2026-11-15 09:00", **action),
        record(touched_at="2026-11-15 10:00", **action),
    ]
    found = computed({"customers": [customer()], "followup_records": records}, book("C16")).alerts
    assert len(found.rows) == found.breached == 1


def test_the_list_is_cut_at_the_same_parameter() -> None:
    cases = [case(number, "2026-11-10 09:00") for number in range(15)]
    found = computed({"customers": [], "complaints": cases}, book("C28"), due_rows=10).alerts
    assert (len(found.rows), found.left_out, found.breached) == (10, 5, 15)


def test_without_clock_rules_there_is_nothing() -> None:
    found = computed({"customers": [customer()]}, book("C08")).alerts
    assert found.rows.empty
    assert list(found.rows.columns) == [item.key for item in ALERTS.columns]


@pytest.mark.parametrize(
    ("table", "rule_id", "row", "level", "number"),
    [
        ("complaints", "P27", {"level": "严重"}, "严重", "20261101-001"),
        (
            "service_issues",
            "P17",
            {"issue_id": "SH1", "urgency": "紧急", "received_at": "2026-11-20 09:00"},
            "紧急",
            "SH1",
        ),
        (
            "recovery_cases",
            "R02",
            {"recovery_id": "HF1", "urgency": "重要", "received_at": "2026-11-20 06:00"},
            "重要",
            "HF1",
        ),
        (
            "orders",
            "P15",
            {"order_id": "DD1", "order_status": "待签收", "expected_at": "2026-11-20"},
            None,
            "DD1",
        ),
        (
            "presales",
            "P02",
            {"channel": "邮件", "received_at": "2026-11-20 08:00", "name": "王芳"},
            None,
            None,
        ),
        (
            "maintenance_plans",
            "M09",
            {"plan_id": "WH1", "due_on": "2026-11-20", "review_status": "已通过"},
            None,
            "WH1",
        ),
        ("relationship_strengthening", "M10", {"due_on": "2026-11-18"}, None, None),
        ("improvement_actions", "X01", {"due_on": "2026-11-18", "problem": "噪音"}, None, None),
    ],
)
def test_each_table_shows_its_own_level_and_number(
    table: str, rule_id: str, row: dict[str, Any], level: str | None, number: str | None
) -> None:
    typed = case(1, "2026-11-20 09:00", **row) if table == "complaints" else {"customer_id": "2023001", **row}
    found = computed({"customers": [customer()], table: [typed]}, book(rule_id)).alerts
    shown = (
        found.rows[["level", "case_id"]].astype(object).where(found.rows[["level", "case_id"]].notna(), None)
    )
    assert shown.to_numpy().tolist() == [[level, number]]
    assert str(found.rows["rule"][0]).startswith(rule_id)


def test_measures_for_two_people_at_one_customer_stand_each_for_itself() -> None:
    rows = [
        {"customer_id": "2023001", "due_on": "2026-11-17"},
        {"customer_id": "2023001", "due_on": "2026-11-18"},
    ]
    found = computed({"customers": [customer()], "relationship_strengthening": rows}, book("M10")).alerts
    assert found.rows["overrun"].tolist() == ["超时 2天10小时", "超时 1天10小时"]


def test_a_repeat_is_shown_by_its_open_interval() -> None:
    issue = {"issue_id": "SH1", "received_at": "2026-11-10 09:00", "responded_at": "2026-11-10 10:00"}
    fed = {**issue, "issue_id": "SH2", "updated_at": "2026-11-19 12:00"}
    found = computed({"customers": [], "service_issues": [issue, fed]}, book("S11")).alerts
    assert found.rows[["case_id", "status", "overrun"]].to_numpy().tolist() == [
        ["SH1", "已超时", "超时 9天"],
        ["SH2", "即将超时", "剩余 1小时30分"],
    ]
