"""Which cases are open, and the list for the weekly meeting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.checks.build import complaint, customer
from tests.compute.build import facts
from xlcrm.compute.lists.open_cases import meeting_list, open_cases, open_count

Row = dict[str, Any]


def issue(**cells: Any) -> Row:
    return {
        "issue_id": "SH202611010001",
        "name": "杭州云帆",
        "received_at": "2026-11-18 08:00",
        "content": "无法登录",
        "issue_type": "功能故障",
        "owner": "王芳",
        "complexity": "复杂",
        **cells,
    }


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, True),
        ({"status": "等待客户"}, True),
        ({"status": "已解决"}, False),
        ({"status": "已关闭"}, False),
        ({"resolved_at": "2026-11-19 09:00"}, False),
        ({"resolved_at": "2026-11-25 09:00"}, True),
        ({"received_at": "2026-11-21 09:00"}, False),
        ({"received_at": None}, True),
    ],
)
def test_an_issue(cells: Row, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert open_cases(facts({"service_issues": [issue(**cells)]}), "service_issues").tolist() == [expected]


@pytest.mark.parametrize(
    ("relation", "expected"),
    [(None, True), ("恢复中", True), ("重点维护", True), ("已恢复", False), ("已流失", False)],
)
def test_a_recovery_case(relation: str | None, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    given = facts({"recovery_cases": [{"received_at": "2026-11-01", "relation": relation}]})
    assert open_cases(given, "recovery_cases").tolist() == [expected]


def test_the_count_is_of_every_kind_of_case_that_there_is() -> None:
    rows: dict[str, Any] = {"complaints": [complaint(), complaint(complaint_id="b", status="已解决")]}
    assert open_count(facts(rows)) == 1
    rows["service_issues"] = [issue(), issue(complexity="普通")]
    rows["recovery_cases"] = [{"received_at": "2026-11-01"}]
    assert open_count(facts(rows)) == 4
    assert open_count(facts({"customers": []})) == 0


def test_the_meeting_sees_the_open_complex_ones_the_oldest_first() -> None:
    rows = [
        issue(issue_id="A", received_at="2026-11-20 08:05", status="处理中"),
        issue(issue_id="B", received_at="2026-11-18 08:30", name=None, customer_id="2023001"),
        issue(issue_id="C", complexity="普通"),
        issue(issue_id="D", complexity=None),
        issue(issue_id="E", status="已关闭"),
        issue(issue_id="F", received_at=None),
    ]
    given = facts({"customers": [customer()], "service_issues": rows})
    found = meeting_list(given, np.array(["进行中", "已超时", "a", "b", "c", None], dtype=object))
    keys = ["case_id", "name", "elapsed", "status", "worst_status", "source"]
    shown = found[keys].astype(object)
    assert shown.where(shown.notna(), None).to_numpy().tolist() == [
        ["B", "杭州云帆科技有限公司", "2天2小时", None, "已超时", "服务问题处理表!5"],
        ["A", "杭州云帆", "2小时25分", "处理中", "进行中", "服务问题处理表!4"],
        ["F", "杭州云帆", "", None, None, "服务问题处理表!9"],
    ]
    assert found["received_at"].notna().tolist() == [True, True, False]
    rest = found[["issue_type", "content", "complexity", "owner"]].to_numpy().tolist()
    assert rest[1] == ["功能故障", "无法登录", "复杂", "王芳"]


def test_no_open_case_gives_no_rows() -> None:
    assert meeting_list(facts({"service_issues": []}), np.array([], dtype=object)).empty
