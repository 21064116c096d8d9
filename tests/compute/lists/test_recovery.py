"""客户关系恢复效果评估表: the totals, the cases, and the words that stay with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import customer
from tests.compute.build import book, facts
from xlcrm.compute.lists.recovery import recovery_assessments

if TYPE_CHECKING:
    from xlcrm.compute.lists.kept import Report
    from xlcrm.rules.reading import RuleBook

Row = dict[str, Any]


def case(number: str | None = "HF20261101001", **cells: Any) -> Row:
    return {"recovery_id": number, "customer_id": "2023001", "received_at": "2026-11-01 09:00", **cells}


def report(cases: list[Row], rules: RuleBook | None = None, old: list[Row] | None = None) -> Report:
    given = facts(
        {
            "customers": [customer(name="杭州云帆")],
            "recovery_cases": cases,
            "recovery_assessments": old or [],
        },
        rules or book("R10", "R11", "R12"),
    )
    return recovery_assessments(given)


def outcomes(*cases: Row, rules: RuleBook | None = None) -> list[str | None]:
    """实际结果 of the totals, then of the cases."""
    found = report(list(cases), rules).rows["outcome"].astype(object)
    return [text if isinstance(text, str) else None for text in found]


def responded(**cells: Any) -> str | None:
    return outcomes(case(**cells))[3]


def rated(score: float | None) -> str | None:
    return outcomes(case(satisfaction=score))[4]


def bought(**cells: Any) -> str | None:
    return outcomes(case(received_at="2026-06-01 09:00", **cells))[5]


def test_the_totals_come_first_then_three_rows_a_case_the_newest_first() -> None:
    rows = report([case("HF1", received_at="2026-10-01 09:00"), case("HF2")]).rows
    assert list(rows[["dimension", "indicator", "standard"]].itertuples(index=False, name=None)) == [
        ("问题解决效率", "首次响应时间（全部）", "24小时内"),
        ("客户满意度", "处理后满意度（全部）", "8分及以上"),
        ("关系恢复稳定性", "3个月复购率（全部）", "30%及以上"),
        ("问题解决效率", "首次响应时间（HF2 杭州云帆）", "24小时内"),
        ("客户满意度", "处理后满意度（HF2 杭州云帆）", "8分及以上"),
        ("关系恢复稳定性", "3个月复购率（HF2 杭州云帆）", "3个月内复购"),
        ("问题解决效率", "首次响应时间（HF1 杭州云帆）", "24小时内"),
        ("客户满意度", "处理后满意度（HF1 杭州云帆）", "8分及以上"),
        ("关系恢复稳定性", "3个月复购率（HF1 杭州云帆）", "3个月内复购"),
    ]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"responded_at": "2026-11-02 03:00"}, "是(18小时)"),
        ({"responded_at": "2026-11-02 09:00"}, "是(24小时)"),
        ({"responded_at": "2026-11-02 09:00:30"}, "否(24小时1分)"),
        ({"responded_at": "2026-11-02 15:00"}, "否(30小时)"),
        ({"responded_at": "2026-11-01 09:40"}, "是(40分)"),
        ({"received_at": "2026-11-20 05:30"}, "待首次沟通"),
        ({"received_at": "2026-11-19 04:30"}, "否(已30小时未沟通)"),
        ({"received_at": "2026-11-20 05:30", "responded_at": "2026-11-20 12:00"}, "待首次沟通"),
        ({"responded_at": "2026-10-31 09:00"}, "首次沟通早于受理时间"),
        ({"received_at": None}, None),
    ],
)
def test_the_first_response_of_a_case(cells: Row, text: str | None) -> None:
    assert responded(**cells) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (8, "8分(达标)"),
        (9.5, "9.5分(达标)"),
        (7.9, "7.9分(未达标)"),
        (0, "0分(未达标)"),
        (12, "12分(超出0至10分)"),
        (None, "待评分"),
    ],
)
def test_the_satisfaction_of_a_case(score: float | None, text: str) -> None:
    assert rated(score) == text


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({}, "待跟踪(尚未执行完成)"),
        ({"completed_at": "2026-10-20 09:00"}, "待跟踪(当前1个月)"),
        ({"completed_at": "2026-10-21 09:00"}, "待跟踪(当前不足1个月)"),
        ({"completed_at": "2026-08-21 09:00"}, "待跟踪(当前2个月)"),
        ({"completed_at": "2026-08-20 09:00"}, "否"),
        ({"completed_at": "2026-08-21 09:00", "repurchased_on": "2026-10-01"}, "是(2026-10-01)"),
        ({"completed_at": "2026-08-10 09:00", "repurchased_on": "2026-11-10"}, "是(2026-11-10)"),
        ({"completed_at": "2026-08-10 09:00", "repurchased_on": "2026-11-11"}, "否(2026-11-11才复购)"),
        ({"completed_at": "2026-08-10 09:00", "repurchased_on": "2026-12-01"}, "否"),
        ({"completed_at": "2026-11-25 09:00"}, "待跟踪(尚未执行完成)"),
    ],
)
def test_whether_a_case_bought_again(cells: Row, text: str) -> None:
    assert bought(**cells) == text


def test_totals_name_how_many_they_rest_on() -> None:
    start = {"received_at": "2026-05-01 09:00", "completed_at": "2026-05-05 09:00"}
    cases = [
        case("A", **start, responded_at="2026-05-01 10:00", satisfaction=9, repurchased_on="2026-06-01"),
        case("B", **start, responded_at="2026-05-01 12:00", satisfaction=8),
        case("C", **start, responded_at="2026-05-03 12:00", satisfaction=5),
        case("D", received_at="2026-11-20 09:00"),
        case("E", received_at="2026-11-10 09:00"),
    ]
    # answered in time A, B; late C; E waits beyond 24 hours: 2 of 4, and D has time left
    assert outcomes(*cases)[:3] == [
        "50%（2/4）；另有1件待首次沟通",
        "66.6%（2/3）；另有2件待评分",
        "达标：33.3%（1/3）；另有2件待跟踪",
    ]


def test_the_offices_own_limits_hold() -> None:
    start = {"received_at": "2026-05-01 09:00", "completed_at": "2026-05-05 09:00"}
    rules = book(R10={"时限": "4"}, R11={"时限": "9"}, R12={"时限": "50"})
    found = report(
        [
            case("A", **start, responded_at="2026-05-01 14:00", satisfaction=8, repurchased_on="2026-06-01"),
            case("B", **start, responded_at="2026-05-01 12:00", satisfaction=9),
            case("C", **start, responded_at="2026-05-01 12:00", satisfaction=9),
        ],
        rules,
    ).rows
    assert found["standard"].tolist()[:3] == ["4小时内", "9分及以上", "50%及以上"]
    assert found["outcome"].tolist()[:6] == [
        "66.6%（2/3）",
        "66.6%（2/3）",
        "未达标：33.3%（1/3）",
        "否(5小时)",
        "8分(未达标)",
        "是(2026-06-01)",
    ]


def test_no_case_gives_totals_without_figures() -> None:
    assert outcomes() == [None, None, None]


def test_a_rule_that_is_off_is_said_and_gives_nothing() -> None:
    rows = report([case(satisfaction=9)], book("R10", "R12")).rows
    own = rows[rows["dimension"] == "客户满意度"]
    assert own["standard"].tolist() == ["规则已停用", "规则已停用"]
    assert own["outcome"].isna().all()


def test_cases_without_a_number_are_told_by_customer_and_day() -> None:
    rows = report([case(None), case(None), case(None, customer_id=None, received_at=None)]).rows
    assert rows["indicator"].tolist()[3::3] == [
        "首次响应时间（2023001/2026-11-01 杭州云帆）",
        "首次响应时间（2023001/2026-11-01-2 杭州云帆）",
        "首次响应时间（无编号/无受理时间）",
    ]


def test_what_comes_in_tomorrow_is_no_case_yet() -> None:
    assert len(outcomes(case(received_at="2026-11-21 09:00"))) == 3


def test_a_rules_condition_leaves_other_cases_blank() -> None:
    rules = book(R10={"条件": "紧急程度=紧急"})
    found = outcomes(
        case(urgency="一般", responded_at="2026-11-01 10:00"),
        case(urgency="紧急", responded_at="2026-11-01 10:00"),
        rules=rules,
    )
    assert found[0] == "100%（1/1）"
    assert found[3::3] == [None, "是(1小时)"]


def test_improvements_stay_with_their_case_though_its_customer_was_renamed() -> None:
    old = [
        {
            "dimension": "客户满意度",
            "indicator": "处理后满意度（HF20261101001 旧名称）",
            "improvement": "回访",
        },
        {"dimension": "客户满意度", "indicator": "处理后满意度（全部）", "improvement": "培训客服"},
        {"dimension": "问题解决效率", "indicator": "首次响应时间（HF9 别人（个人））", "improvement": "加人"},
    ]
    found = report([case()], old=old)
    own = found.rows[found.rows["improvement"].notna()]
    assert list(own[["indicator", "improvement"]].itertuples(index=False, name=None)) == [
        ("处理后满意度（全部）", "培训客服"),
        ("处理后满意度（HF20261101001 杭州云帆）", "回访"),
    ]
    assert found.retired == ("客户关系恢复效果评估表 问题解决效率 HF9 改进方向：加人",)
