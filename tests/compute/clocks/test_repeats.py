"""Repeats: each feedback starts the clock again, every interval is judged, breaches are counted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.checks.build import complaint, customer, record, sheet
from tests.compute.build import book, computed, facts
from xlcrm.compute.clocks.judging import judge_rule
from xlcrm.compute.clocks.verdicts import STATUSES
from xlcrm.compute.run import prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.rules.reading import RuleBook

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CLIENT = "2023001"


def judged(
    table: str, clock: str, rows: Mapping[str, Any], rules: RuleBook, **more: Any
) -> tuple[str | None, str, int]:
    """Status, deadline to the minute ("" for none) and breaches of a table's first row."""
    found = computed({"customers": [customer()], **rows}, rules, **more)
    one = found.clocks[table, clock]
    due = one.due[0].item()
    return found.status(table, clock), "" if due is None else f"{due:%m-%d %H:%M}", int(one.breaches[0])


def of_issue(
    log: Sequence[Mapping[str, Any]] = (), rules: RuleBook | None = None, **cells: Any
) -> tuple[str | None, str, int]:
    more = {key: cells.pop(key) for key in ("now", "started_on", "reopened") if key in cells}
    issue = {"issue_id": "SH202611180001", "received_at": "2026-11-18 09:00", **cells}
    rows = {"service_issues": [issue], "status_changes": list(log)}
    return judged("service_issues", "进度反馈", rows, rules or book("S11"), **more)


def of_recovery(touched: Sequence[str], completed: str | None, **cells: Any) -> tuple[str | None, str, int]:
    more = {"now": cells.pop("now")} if "now" in cells else {}
    case = {
        "recovery_id": "HF20260801001",
        "customer_id": CLIENT,
        "received_at": "2026-08-01 09:00",
        "responded_at": "2026-08-01 10:00",
        "completed_at": completed,
        **cells,
    }
    records = [record(touched_at=at) for at in touched]
    return judged(
        "recovery_cases", "跟踪", {"recovery_cases": [case], "followup_records": records}, book("R07"), **more
    )


def test_it_does_not_begin_before_the_first_response() -> None:
    assert of_issue() == ("未开始", "", 0)
    assert of_issue(responded_at="2026-11-20 09:00") == ("进行中", "11-21 09:00", 0)


def test_feedback_without_a_first_response_begins_it() -> None:
    assert of_issue(updated_at="2026-11-20 09:00") == ("进行中", "11-21 09:00", 0)


def test_a_sheet_without_the_first_response_begins_at_the_start() -> None:
    issue = {"issue_id": "SH202611180001", "received_at": "2026-11-19 12:00"}
    given_sheet = sheet("service_issues", [issue], lacks=["responded_at"])
    found = judged("service_issues", "进度反馈", {"service_issues": given_sheet}, book("S11"))
    assert found == ("即将超时", "11-20 12:00", 0)


def test_without_feedback_it_runs_out_once() -> None:
    assert of_issue(responded_at="2026-11-18 10:00") == ("已超时", "11-19 10:00", 1)


def test_a_cell_of_the_newest_feedback_hides_the_earlier_ones() -> None:
    """48 hours passed between response and feedback; another feedback may have lain between."""
    assert of_issue(responded_at="2026-11-18 09:30", updated_at="2026-11-20 09:30") == (
        "进行中",
        "11-21 09:30",
        0,
    )


def test_the_solution_ends_it_in_time_or_late() -> None:
    early = of_issue(responded_at="2026-11-18 10:00", resolved_at="2026-11-19 10:00")
    assert early == ("按时完成", "11-19 10:00", 0)
    late = of_issue(responded_at="2026-11-18 10:00", resolved_at="2026-11-19 10:01")
    assert late == ("超时完成", "11-19 10:00", 1)
    fed = of_issue(
        responded_at="2026-11-18 10:00", updated_at="2026-11-19 09:00", resolved_at="2026-11-20 09:00"
    )
    assert fed == ("按时完成", "11-20 09:00", 0)


def test_feedback_after_the_solution_leaves_the_last_interval_unjudged() -> None:
    found = of_issue(
        responded_at="2026-11-18 10:00", resolved_at="2026-11-19 16:00", updated_at="2026-11-20 09:00"
    )
    assert found == ("按时完成", "11-19 10:00", 0)


def test_solved_without_a_response_it_never_began() -> None:
    assert of_issue(resolved_at="2026-11-19 10:00") == ("未开始", "", 0)


def test_a_solution_before_the_start_is_invalid() -> None:
    assert of_issue(responded_at="2026-11-18 10:00", resolved_at="2026-11-17 10:00")[0] == "数据异常"


def test_a_solution_on_the_day_of_a_start_without_a_time_is_not() -> None:
    found = of_issue(received_at="2026-11-18", updated_at="2026-11-18", resolved_at="2026-11-18")
    assert found[0] == "按时完成"


@pytest.mark.parametrize("key", ["updated_at", "responded_at", "received_at"])
def test_a_cell_that_is_no_time_is_invalid(key: str) -> None:
    issue = {"issue_id": "SH1", "received_at": "2026-11-19 12:00", "responded_at": "2026-11-19 12:30"}
    data = sheet("service_issues", [{**issue, key: None}], notes=[(4, key, "unreadable", "昨天")])
    assert judged("service_issues", "进度反馈", {"service_issues": data}, book("S11"))[0] == "数据异常"


def test_cases_before_the_first_day_are_not_judged() -> None:
    found = of_issue(responded_at="2026-11-20 09:00", started_on=dt.date(2026, 11, 19))
    assert (found[0], found[2]) == (None, 0)


def test_waiting_for_the_customer_stops_it() -> None:
    log = [{"case_id": "SH202611180001", "changed_at": "2026-11-20 06:00", "status": "等待客户"}]
    assert of_issue(log, responded_at="2026-11-19 12:00") == ("暂停", "11-20 16:30", 0)
    went_on = {"case_id": "SH202611180001", "changed_at": "2026-11-20 09:00", "status": "处理中"}
    found = of_issue([*log, went_on], responded_at="2026-11-19 12:00")
    assert found == ("即将超时", "11-20 15:00", 0)


def test_a_case_opened_again_goes_on_without_the_time_in_between() -> None:
    log = [
        {"case_id": "SH202611180001", "changed_at": "2026-11-19 10:00", "status": "已解决"},
        {"case_id": "SH202611180001", "changed_at": "2026-11-20 08:00", "status": "重新打开"},
    ]
    cells: dict[str, Any] = {"responded_at": "2026-11-19 04:00", "resolved_at": "2026-11-19 10:00"}
    assert of_issue(log, **cells) == ("进行中", "11-21 02:00", 0)
    assert of_issue(log, reopened="重启", **cells) == ("进行中", "11-21 08:00", 0)
    assert of_issue(log, reopened="保留原判", **cells) == ("按时完成", "11-20 04:00", 0)


def test_steps_of_a_complaint_are_its_feedback() -> None:
    rules = book(S11={"对象表": "客户投诉登记表", "起点": "投诉日期"})
    step = {"complaint_id": "20261110-001", "step": "接收安抚", "handled_at": "2026-11-19 11:00"}
    rows = {
        "complaints": [complaint(received_at="2026-11-19 10:00")],
        "complaint_steps": [step, {**step, "step": "进度反馈", "handled_at": "2026-11-20 10:00"}],
    }
    assert judged("complaints", "进度反馈", rows, rules) == ("进行中", "11-21 10:00", 0)


def test_every_contact_since_the_start_is_judged() -> None:
    """Due on 20 October after the contact of 20 September: the next one came five days late."""
    touched = ["2026-09-01 10:00", "2026-09-20 10:00", "2026-10-25 10:00", "2026-11-10 10:00"]
    assert of_recovery(touched, "2026-09-10 12:00") == ("进行中", "12-10 10:00", 1)


def test_contacts_of_any_kind_and_dates_without_times_count() -> None:
    case = {"recovery_id": "HF1", "customer_id": CLIENT, "responded_at": "2026-09-01 10:00"}
    rows = {
        "recovery_cases": [{**case, "received_at": "2026-09-01", "completed_at": "2026-09-10"}],
        "satisfaction_surveys": [{"customer_id": CLIENT, "surveyed_on": "2026-10-10"}],
        "callback_records": [{"customer_id": CLIENT, "touched_at": "2026-11-09"}],
    }
    assert judged("recovery_cases", "跟踪", rows, book("R07")) == ("进行中", "12-09 23:59", 0)


def test_a_month_is_counted_from_each_contact_and_cut_at_the_last_day() -> None:
    found = of_recovery(["2027-01-31 10:00"], "2026-12-31 12:00", now=dt.datetime(2027, 2, 27, 9))
    assert found == ("即将超时", "02-28 10:00", 0)


def test_it_is_over_once_nothing_more_falls_due_in_all_its_time() -> None:
    touched = ["2026-09-10 10:00", "2026-10-05 10:00", "2026-10-30 10:00"]
    assert of_recovery(touched, "2026-08-20 12:00") == ("按时完成", "11-20 12:00", 0)
    assert of_recovery(touched[1:], "2026-08-20 12:00") == ("超时完成", "11-20 12:00", 1)


def test_the_last_contact_may_fall_due_when_its_time_is_over() -> None:
    """Three months from 20 August: the third contact is due on the last day, and late after it."""
    touched = ["2026-09-20 12:00", "2026-10-20 12:00"]
    begun = "2026-08-20 12:00"
    end = dt.datetime(2026, 11, 20, 12)
    assert of_recovery(touched, begun, now=end) == ("即将超时", "11-20 12:00", 0)
    after = end + dt.timedelta(seconds=1)
    assert of_recovery(touched, begun, now=after) == ("超时完成", "11-20 12:00", 1)
    touched.append("2026-11-20 12:00")
    assert of_recovery(touched, begun, now=after) == ("按时完成", "11-20 12:00", 0)


def test_a_contact_dated_on_the_last_day_counts_beside_a_later_one_with_a_time() -> None:
    touched = ["2026-09-17 01:00", "2026-10-17 01:00", "2026-11-17 08:00"]
    assert of_recovery(touched, "2026-08-17 02:40")[0] == "超时完成"
    assert of_recovery([*touched, "2026-11-17"], "2026-08-17 02:40")[0] == "按时完成"


def test_all_its_time_without_a_contact_is_one_breach() -> None:
    assert of_recovery([], "2026-08-01 12:00") == ("超时完成", "09-01 12:00", 1)
    assert of_recovery([], "2026-09-01 12:00") == ("已超时", "10-01 12:00", 1)


def test_not_executed_yet_or_lost_it_does_not_run() -> None:
    assert of_recovery([], None) == ("未开始", "", 0)
    assert of_recovery([], "2026-12-01 12:00") == ("未开始", "", 0)
    assert of_recovery([], "2026-09-01 12:00", relation="已流失")[0] is None


def test_each_open_interval_is_its_own_task() -> None:
    def ids(updated: str) -> list[str]:
        issue = {
            "issue_id": "SH202611180001",
            "received_at": "2026-11-17 09:00",
            "responded_at": "2026-11-17 09:30",
            "updated_at": updated,
        }
        found = computed({"customers": [], "service_issues": [issue]}, book("S11"))
        return list(found.shown.rows["task_id"])

    first, second = ids("2026-11-19 09:00"), ids("2026-11-19 12:00")
    assert len(first) == len(second) == 1
    assert first != second


RECORDED = book(
    S11={
        "对象表": "售后服务问题处理与客户关系跟踪表",
        "起点": "受理时间",
        "终点": "最近 客户跟进记录表[跟进方式=电话].跟进日期",
    }
)
"""A repeat of hours whose feedback a record table keeps."""
BEGIN = dt.datetime(2026, 11, 1, 9, 0, 30)
"""Half a minute past, so that no moment drawn in minutes is midnight, which would make it a date."""
GAPS = st.lists(st.integers(1, 60 * 50), max_size=8)


def recorded(gaps: Sequence[int], now: dt.datetime, shift: int = 0) -> tuple[str, dt.datetime, int]:
    """Status, deadline and breaches with a call after each gap in minutes."""
    moved = dt.timedelta(minutes=shift)
    at, calls = BEGIN, []
    for gap in gaps:
        at += dt.timedelta(minutes=gap)
        calls.append(record(touched_at=at + moved, way="电话"))
    # Written to in between, which the rule does not count.
    calls += [record(touched_at=BEGIN + moved + dt.timedelta(minutes=7), way="邮件")]
    case = {"recovery_id": "HF1", "customer_id": CLIENT, "received_at": BEGIN + moved}
    rows = {
        "customers": [customer()],
        "recovery_cases": [{**case, "responded_at": BEGIN + moved}],
        "followup_records": calls,
    }
    started = facts(rows, RECORDED, now=now + moved)
    found = judge_rule(RECORDED.rules[0], started, prepared(started))
    return STATUSES[found.status[0]], found.due[0].item(), int(found.breaches[0])


@QUICK
@given(gaps=GAPS, passed=st.integers(0, 60 * 60))
def test_the_open_interval_runs_from_the_last_feedback_and_the_others_are_counted(
    gaps: list[int], passed: int
) -> None:
    limit = 24 * 60
    last = BEGIN + dt.timedelta(minutes=sum(gaps))
    status, due, breaches = recorded(gaps, last + dt.timedelta(minutes=passed))
    assert due == last + dt.timedelta(minutes=limit)
    assert breaches == sum(gap > limit for gap in gaps) + (passed > limit)
    assert (status == "已超时") == (passed > limit)


@QUICK
@given(gaps=GAPS, passed=st.integers(0, 60 * 60), shift=st.integers(-60 * 24 * 400, 60 * 24 * 400))
def test_when_all_is_moved_so_is_the_deadline(gaps: list[int], passed: int, shift: int) -> None:
    now = BEGIN + dt.timedelta(minutes=sum(gaps) + passed)
    status, due, breaches = recorded(gaps, now)
    moved = recorded(gaps, now, shift)
    assert moved == (status, due + dt.timedelta(minutes=shift), breaches)


@QUICK
@given(gaps=GAPS, later=st.integers(1, 60 * 24))
def test_what_is_breached_stays_counted(gaps: list[int], later: int) -> None:
    now = BEGIN + dt.timedelta(minutes=sum(gaps))
    assert recorded(gaps, now)[2] <= recorded(gaps, now + dt.timedelta(minutes=later))[2]
