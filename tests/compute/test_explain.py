"""Why: each rule of a row in the user's words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tests.checks.build import complaint, customer, record
from tests.compute.build import book, computed
from xlcrm.compute.explain import Reason, explain
from xlcrm.worktime import Worktime

if TYPE_CHECKING:
    from xlcrm.rules.reading import RuleBook

WEEK = Worktime.build(days_off={dt.date(2026, 11, 19): "校庆"}, known_years={2026})


def reasons(
    rows: dict[str, Any], rules: RuleBook, table: str, row: int = 4, **parameters: Any
) -> list[Reason]:
    found = computed(rows, rules, calendar=WEEK, **parameters)
    return explain(found.facts, found.lookups, found.contacts, table, row)


def of_case(rules: RuleBook, log: list[dict[str, Any]] | None = None, **cells: Any) -> Reason:
    parameters = {"started_on": cells.pop("started_on", None)}
    rows = {
        "customers": [customer()],
        "complaints": [complaint(**{"status": None, **cells})],
        "status_changes": log or [],
    }
    return reasons(rows, rules, "complaints", **parameters)[0]


def test_an_open_clock_says_start_limit_deadline_and_what_is_left() -> None:
    found = of_case(book("C28"), received_at="2026-11-19 12:00")
    assert (found.rule, found.clock, found.matched, found.status) == (
        "C28 一般投诉解决（24小时）",
        "解决",
        True,
        "即将超时",
    )
    assert found.lines == (
        "条件：投诉等级=一般",
        "起点：投诉日期 = 2026-11-19 12:00",
        "时限：24小时，按自然时间",
        "截止：2026-11-20 12:00",
        "终点：解决时间 还没有",
        "判定：即将超时，剩余 1小时30分",
    )


def test_a_finished_clock_says_by_how_much() -> None:
    early = of_case(book("C28"), received_at="2026-11-18 09:00", resolved_at="2026-11-18 12:00")
    assert early.lines[-2:] == ("终点：解决时间 = 2026-11-18 12:00", "判定：按时完成，提前 21小时")
    late = of_case(book("C28"), received_at="2026-11-17 09:00", resolved_at="2026-11-18 12:00")
    assert late.lines[-1] == "判定：超时完成，晚了 3小时"
    breached = of_case(book("C28"), received_at="2026-11-17 09:00")
    assert breached.lines[-1] == "判定：已超时，超时 2天1小时"


def test_working_time_names_the_stretches_and_the_days_skipped() -> None:
    found = of_case(book(C28={"时间口径": "工作时间", "时限": "4"}), received_at="2026-11-18 16:00")
    assert "计时：2026-11-18 16:00 至 2026-11-18 18:00" in found.lines
    assert "计时：2026-11-20 09:00 至 2026-11-20 11:00" in found.lines
    assert "跳过：11-19（节假日（校庆））" in found.lines
    assert "截止：2026-11-20 11:00" in found.lines


def test_long_working_limits_are_cut_short() -> None:
    found = of_case(book(C28={"时间口径": "工作时间", "时限": "100"}), received_at="2026-11-18 16:00")
    assert [line for line in found.lines if line.startswith("计时：其后还有")]


def test_a_year_without_its_arrangement_is_said() -> None:
    found = of_case(book(C28={"时间口径": "工作时间", "时限": "400"}), received_at="2026-11-18 16:00")
    assert "次年放假安排未发布，按已知节日推算" in found.lines


def test_pauses_are_listed() -> None:
    log = [
        {"case_id": "20261110-001", "changed_at": "2026-11-19 14:00", "status": "等待客户"},
        {"case_id": "20261110-001", "changed_at": "2026-11-19 18:00", "status": "处理中"},
    ]
    found = of_case(book("C28"), log, received_at="2026-11-19 12:00")
    assert "暂停：2026-11-19 14:00 至 2026-11-19 18:00，不计时" in found.lines
    assert "截止：2026-11-20 16:00" in found.lines


def test_a_waiting_case_says_what_is_left() -> None:
    log = [{"case_id": "20261110-001", "changed_at": "2026-11-19 14:00", "status": "等待客户"}]
    found = of_case(book("C28"), log, received_at="2026-11-19 12:00", status="等待客户")
    assert found.lines[-1] == "判定：暂停，还剩 22小时"


def test_an_extension_shows_both_deadlines() -> None:
    found = of_case(book("C28"), received_at="2026-11-19 12:00", extended_to="2026-11-22")
    assert found.lines[3:5] == ("原截止：2026-11-20 12:00", "截止：2026-11-22（经批准延期）")


def test_a_date_alone_says_so() -> None:
    found = of_case(book("C28"), received_at="2026-11-19")
    assert "起点：投诉日期 = 2026-11-19（只有日期，按到期日当天结束）" in found.lines
    assert "截止：2026-11-20" in found.lines


def test_a_missing_start_says_so() -> None:
    found = of_case(book("C28"), received_at=None)
    assert (found.status, found.lines[-1]) == ("未开始", "起点“投诉日期”还没有时间，时钟未开始")


def test_a_case_from_before_the_first_day_is_not_judged() -> None:
    found = of_case(book("C28"), received_at="2026-11-10 09:00", started_on=dt.date(2026, 11, 15))
    assert found.status == "不评判（早于启用日期）"
    assert found.lines[-1] == "判定：不评判（早于启用日期）"


def test_a_rule_that_does_not_match_says_which_condition_fails() -> None:
    rows = {"customers": [customer()], "complaints": [complaint(received_at="2026-11-19 12:00")]}
    found = reasons(rows, book("C28", "C29"), "complaints")
    assert [(one.rule[:3], one.matched) for one in found] == [("C28", True), ("C29", False)]
    assert found[1].lines == ("不适用：条件“投诉等级=严重”不满足",)


def of_customer(rules: RuleBook, records: list[dict[str, Any]], **cells: Any) -> Reason:
    rows = {"customers": [customer(**cells)], "followup_records": records}
    return reasons(rows, rules, "customers")[0]


def test_a_cadence_says_its_last_touch_and_next_day() -> None:
    found = of_customer(book("C08"), [dict(record(touched_at="2026-10-22 09:00"))], stage="合作")
    assert (found.clock, found.matched) == ("合作客户跟进", True)
    assert found.lines == (
        "条件：客户阶段=合作",
        "起点：最近 客户跟进记录表.跟进日期，否则 签约日期 = 2026-10-22 09:00",
        "周期：1个月（计划表中填写的频率优先）",
        "下次：2026-11-22，遇休息日顺延到 2026-11-23",
    )


def test_a_cadence_never_touched_says_so() -> None:
    found = of_customer(book("C13"), [], stage="沉睡", signed_on=None)
    assert found.lines[-1] == "起点“最近 客户跟进记录表.跟进日期”从未发生，列为最优先"


def test_a_cadence_that_the_stage_excludes_says_so() -> None:
    found = of_customer(book("C02"), [], stage="流失")
    assert (found.matched, found.lines[-1]) == (False, "不适用：客户不在信息总表中，或处于沉睡、流失阶段")
