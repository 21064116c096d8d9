"""Why: each rule of a row in the user's words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tests.checks.build import complaint, customer, record
from tests.compute.build import book, computed
from xlcrm.compute.explain.rows import Reason, explain
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


ISSUE = {
    "issue_id": "SH202611180001",
    "customer_id": "2023001",
    "received_at": "2026-11-17 09:00",
    "responded_at": "2026-11-17 10:00",
    "urgency": "普通",
}


def of_issue(*rule_ids: str, log: list[dict[str, Any]] | None = None, **cells: Any) -> list[Reason]:
    rows = {"customers": [], "service_issues": [{**ISSUE, **cells}], "status_changes": log or []}
    return reasons(rows, book(*rule_ids), "service_issues")


def test_a_repeat_says_where_the_open_interval_began() -> None:
    found = of_issue("S11", responded_at="2026-11-20 09:00")[0]
    assert (found.clock, found.status) == ("进度反馈", "进行中")
    assert found.lines == (
        "条件：全部",
        "起点：接收时间 = 2026-11-17 09:00",
        "时限：每24小时，按自然时间",
        "反馈：最近反馈时间，本次自 2026-11-20 09:00 起计",
        "截止：2026-11-21 09:00",
        "超时：0 次",
        "判定：进行中，剩余 22小时30分",
    )


def test_a_repeat_says_that_it_has_not_begun() -> None:
    assert of_issue("S11", responded_at=None)[0].lines[-1] == "首次响应还没有，也没有反馈，时钟未开始"
    assert of_issue("S11", received_at=None)[0].lines[-1] == "起点“接收时间”还没有时间，时钟未开始"


def test_a_repeat_says_what_it_cannot_know_and_when_it_ended() -> None:
    found = of_issue("S11", updated_at="2026-11-19 12:00", resolved_at="2026-11-20 09:00")[0]
    assert found.lines[3:] == (
        "反馈：最近反馈时间，本次自 2026-11-19 12:00 起计",
        "只留有最近一次反馈的时间，之前的间隔无法判断，不计超时",
        "截止：2026-11-20 12:00",
        "结束：2026-11-20 09:00",
        "超时：0 次",
        "判定：按时完成",
    )


def test_a_repeat_lists_its_pauses() -> None:
    log = [
        {"case_id": ISSUE["issue_id"], "changed_at": "2026-11-17 11:00", "status": "等待客户"},
        {"case_id": ISSUE["issue_id"], "changed_at": "2026-11-19 11:00", "status": "处理中"},
    ]
    found = of_issue("S11", log=log)[0]
    assert "暂停：2026-11-17 11:00 至 2026-11-19 11:00，不计时" in found.lines
    assert "截止：2026-11-20 10:00" in found.lines


def of_recovery(touched: list[str], completed: str = "2026-09-10 12:00") -> Reason:
    case = {
        "recovery_id": "HF20260801001",
        "customer_id": "2023001",
        "received_at": "2026-08-01 09:00",
        "responded_at": "2026-08-01 10:00",
        "completed_at": completed,
    }
    rows = {
        "customers": [customer()],
        "recovery_cases": [case],
        "followup_records": [record(touched_at=at) for at in touched],
    }
    return reasons(rows, book("R07"), "recovery_cases")[0]


def test_a_repeat_lists_every_interval_that_is_known() -> None:
    found = of_recovery(["2026-09-20 10:00", "2026-10-25 10:00"])
    assert found.lines[2:] == (
        "时限：每1个月，共3个月，按自然时间",
        "间隔：2026-09-10 12:00 至 2026-09-20 10:00，截止 2026-10-10 12:00，按时",
        "间隔：2026-09-20 10:00 至 2026-10-25 10:00，截止 2026-10-20 10:00，超时",
        "反馈：最近 任意互动，本次自 2026-10-25 10:00 起计",
        "截止：2026-11-25 10:00",
        "超时：1 次",
        "判定：即将超时，剩余 4天23小时",
    )


def test_many_intervals_are_cut_to_the_newest() -> None:
    found = of_recovery([f"2026-09-{day} 10:00" for day in range(11, 26)])
    lines = [line for line in found.lines if line.startswith("间隔")]
    assert (lines[0], len(lines)) == ("间隔：更早还有 3 次", 13)
    assert lines[-1].startswith("间隔：2026-09-24 10:00 至 2026-09-25 10:00")


def test_of_two_rules_of_one_clock_the_other_says_which_holds() -> None:
    first, second = of_issue("S12", "P24", resolved_at="2026-11-20 07:00")
    assert (first.rule[:3], first.lines[-1]) == ("S12", "本行的回访截止以 P24 售后满意度回访（48小时） 为准")
    assert (second.rule[:3], second.lines[-1]) == ("P24", "判定：进行中，剩余 1天20小时")


def test_a_condition_of_alternatives_says_what_of_each_fails() -> None:
    found = of_issue("P18")[0]
    assert (found.matched, found.lines) == (
        False,
        (
            "不适用：“紧急度=紧急 或 复杂度=复杂”中没有一项成立",
            "不适用：条件“紧急度=紧急”不满足",
            "不适用：条件“复杂度=复杂”不满足",
        ),
    )
    assert of_issue("P18", complexity="复杂")[0].matched


def test_a_deadline_before_a_day_and_on_a_day_say_so() -> None:
    order = {"order_id": "DD1", "order_status": "生产中", "expected_at": "2026-11-21 12:00"}
    notice, end = reasons({"customers": [], "orders": [order]}, book("P09", "P15"), "orders")
    assert notice.lines[1:] == (
        "起点：预计完成时间 = 2026-11-21 12:00",
        "时限：24小时前，按自然时间",
        "截止：2026-11-20 12:00",
        "终点：节点通知时间 还没有",
        "判定：即将超时，剩余 1小时30分",
    )
    assert end.lines[2:4] == ("时限：起点的时间即截止", "截止：2026-11-21 12:00")


PUSH = {
    "tags": "高活跃度、有升级需求",
    "service": "新功能教程",
    "pushed_at": "2026-11-18 09:00",
    "pushed": 10,
}


def test_a_clock_without_a_stop_says_what_ends_it() -> None:
    found = reasons({"customers": [], "service_pushes": [PUSH]}, book("P37"), "service_pushes")[0]
    assert found.lines[-2:] == ("终点：条件不再成立（空格填好）即完成", "判定：进行中，剩余 22小时30分")


def test_a_cadence_of_tags_says_each_tag_of_its_newest_row() -> None:
    rows = {
        "customers": [],
        "service_pushes": [PUSH, {**PUSH, "tags": "有升级需求", "pushed_at": "2026-11-19"}],
    }
    first = reasons(rows, book("P36"), "service_pushes")[0]
    assert first.lines[1:] == (
        "标签：高活跃度",
        "起点：最近 增值服务推送记录表.推送时间 = 2026-11-18 09:00",
        "周期：1个月",
        "下次：2026-12-18",
    )
    older = reasons(
        {"customers": [], "service_pushes": [{**PUSH, "tags": "有升级需求"}, rows["service_pushes"][1]]},
        book("P36"),
        "service_pushes",
    )[0]
    assert (older.matched, older.lines[-1]) == (False, "不适用：这些标签另有更新的推送，以最近一次为准")


def days_of(rule_id: str, *, calls: tuple[str, ...] = (), **cells: Any) -> tuple[str, ...]:
    tables = ("care_records", "service_log", "satisfaction_surveys", "followup_records", "recovery_cases")
    rows: dict[str, Any] = {name: [] for name in tables}
    rows["customers"] = [customer(**cells)]
    rows["callback_records"] = [{"customer_id": "2023001", "touched_at": at} for at in calls]
    found = reasons(rows, book(rule_id), "customers")[0]
    assert (found.matched, found.status) == (True, "")
    return found.lines[1:]


def test_a_milestone_says_its_day_and_whether_it_is_done() -> None:
    stop = "终点：到期后首次 电话回访记录表.回访时间"
    assert days_of("M01") == ("起点：签约日期 = 2026-03-15", "到期：2026-03-22（1周）", f"{stop} 还没有")
    assert days_of("M01", calls=("2026-03-20", "2026-03-25 09:00"))[-1] == f"{stop} = 2026-03-25 09:00"
    assert days_of("C09", signed_on=None)[-1] == "起点“签约日期”还没有时间"


def test_a_milestone_of_several_days_says_each_of_them() -> None:
    lines = days_of("C22")
    assert [line for line in lines if line.startswith("到期")] == [
        "到期：2026-09-15（6个月）",
        "到期：2027-03-15（12个月）",
    ]


def test_a_milestone_without_a_stop_says_its_day_alone() -> None:
    assert days_of("C03")[-1] == "到期：2027-10-01（1年）"


def test_a_window_says_from_when_to_when() -> None:
    lines = days_of("M02", calls=("2026-07-01", "2026-08-01 10:00"))
    assert lines[1:] == (
        "窗口：2026-07-15 至 2026-09-15",
        "终点：窗口内首次 电话回访记录表.回访时间 = 2026-08-01 10:00",
    )


def test_a_festival_says_its_next_day() -> None:
    assert days_of("M11")[0] == "下一次：元旦 2027-01-01，2026-12-29 起提醒"
    assert (
        days_of("C26", contact_birthday="2000-11-22")[0] == "下一次：联系人生日 2026-11-22，2026-11-19 起提醒"
    )


def test_an_anniversary_says_its_next_day_or_that_there_is_none() -> None:
    assert days_of("S07", founded_on="2010-12-05")[0] == "下一次：成立日期 2026-12-05，2026-12-02 起提醒"
    rules = book(S07={"条件": "全部"})
    rows = {"customers": [customer()], "care_records": []}
    assert reasons(rows, rules, "customers")[0].lines[-1] == "“成立日期”没有填写，或已经过去"


def test_a_state_says_its_day_or_what_it_does() -> None:
    assert days_of("C11")[-1] == "到期：2026-09-15（6个月），作用：建议沉睡"
    assert days_of("R09") == ("作用：启动恢复（3次）",)


def of_record(**cells: Any) -> tuple[str, ...]:
    rows = {"customers": [customer()], "followup_records": [record(signal="消极", **cells)]}
    return reasons(rows, book("C14"), "followup_records")[0].lines


def test_a_signal_says_until_when_it_holds() -> None:
    assert of_record(touched_at="2026-11-18 14:00")[1:] == (
        "起点：跟进日期 = 2026-11-18 14:00",
        "到期：2027-02-18（3个月），作用：暂停周期",
        "终点：之后首次 客户跟进记录表.跟进日期 还没有",
    )


def test_a_state_without_its_start_says_so() -> None:
    rules = book(C14={"条件": "客户信号=消极"})
    rows = {"customers": [customer()], "followup_records": [record(signal="消极", touched_at=None)]}
    assert reasons(rows, rules, "followup_records")[0].lines[-1] == "起点“跟进日期”还没有时间"


def test_a_threshold_says_its_figure_and_whether_it_was_dealt_with() -> None:
    def of_form(nps: float | None, *records: Any) -> tuple[str, ...]:
        form = {"customer_id": "2023001", "surveyed_on": "2026-11-10", "nps": nps}
        rows = {"customers": [customer()], "satisfaction_surveys": [form], "followup_records": records}
        return reasons(rows, book("C25"), "satisfaction_surveys")[0].lines[1:]

    stop = "终点：之后首次 客户跟进记录表.跟进日期"
    assert of_form(6) == ("推荐值 = 6，标准 7分以下：触发", f"{stop} 还没有")
    assert of_form(6, record(touched_at="2026-11-12 09:00"))[-1] == f"{stop} = 2026-11-12 09:00"
    assert of_form(7) == ("推荐值 = 7，标准 7分以下：未触发",)
    assert of_form(None) == ("推荐值 没有可用的数值，不评判",)


def test_money_above_its_limit_asks_for_its_approval() -> None:
    rows = {"customers": [customer()], "complaints": [complaint(compensation=600.0)]}
    found = reasons(rows, book("C32"), "complaints")[0]
    assert found.lines[1:] == ("赔偿金额 = 600，标准 500元以上：触发", "须填写 审批人")


def test_a_figure_of_a_month_is_of_no_row() -> None:
    rows = {"customers": [customer()], "complaints": [complaint()]}
    found = reasons(rows, book("P41"), "complaints")[0]
    assert found.lines[-1] == "按上一个整月计算，不看单行"


def test_a_clock_without_its_column_says_so() -> None:
    found = of_case(book(C28={"时钟列": ""}), received_at="2026-11-19 12:00")
    assert (found.status, found.lines[-1]) == ("", "规则表没有为它写时钟列，不计时")


def test_the_calendar_of_the_team_is_of_no_row() -> None:
    assert reasons({"customers": [customer()]}, book("M12"), "customers") == []
