"""超时提醒: each level of each open clock is told to the right audience, and to it once."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.checks.build import complaint, customer, record
from tests.compute.build import book, computed, run
from tests.compute.random_book import NOW, calendars, rules, workbook
from tests.compute.reference_book import Book
from tests.compute.reference_calendar import PlainCalendar
from tests.compute.reference_cases import Cases
from tests.compute.reference_deadlines import merged
from xlcrm.compute.clocks.deadlines import is_fixed
from xlcrm.compute.clocks.verdicts import STATUSES
from xlcrm.compute.facts import Facts
from xlcrm.compute.lists.notices import COLUMNS, notices, used_up
from xlcrm.rules.base import MINUTES, CalendarKind, RuleKind
from xlcrm.rules.parameters import Parameters
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from tests.compute.build import Run
    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.rules.base import Rule
    from xlcrm.rules.reading import RuleBook

OPEN = ("进行中", "即将超时", "已超时")
GRAVE = ("紧急", "严重", "重大")


def case(received: str, **cells: Any) -> dict[str, Any]:
    return dict(complaint(**{"received_at": received, "status": None, **cells}))


def told(
    case_: dict[str, Any], *, rule: str = "C28", now: dt.datetime | None = None, **given: Any
) -> list[str]:
    """The levels that a case has reached; C28 is 24 hours of natural time."""
    tables = given.pop("tables", {})
    done = computed(
        {"customers": [customer()], "complaints": [case_], **tables},
        given.pop("rules", None) or book(rule),
        now=now or dt.datetime(2026, 11, 20, 10, 30),
        **given,
    )
    return levels(notices(done.facts, done.clocks))


def levels(found: pd.DataFrame) -> list[str]:
    return found["reached"].tolist()


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-19 16:31", []),  # 17 hours 59 minutes
        ("2026-11-19 16:30", ["负责人 75%"]),
        ("2026-11-19 10:31", ["负责人 75%"]),
        ("2026-11-19 10:30", ["负责人 75%"]),  # the very end is in time still
        ("2026-11-19 10:29", ["负责人 100%", "上级 100%"]),
        ("2026-11-18 22:31", ["负责人 100%", "上级 100%"]),
        ("2026-11-18 22:30", ["负责人 100%", "上级 100%", "管理层 150%"]),
        ("2026-10-18 22:30", ["负责人 100%", "上级 100%", "管理层 150%"]),
    ],
)
def test_each_audience_hears_of_the_highest_level(received: str, expected: list[str]) -> None:
    assert told(case(received)) == expected


@pytest.mark.parametrize("level", GRAVE)
def test_a_grave_case_is_told_upwards_one_step_earlier(level: str) -> None:
    at_risk = case("2026-11-19 13:00", level=level)
    late = case("2026-11-19 10:00", level=level)
    changed = {"C28": {"条件": "全部"}}
    assert told(at_risk, rules=book(**changed)) == ["负责人 75%", "上级 即将超时"]
    assert told(late, rules=book(**changed)) == ["负责人 100%", "上级 100%", "管理层 已超时"]
    quiet: dict[str, Any] = {"rules": book(**changed), "grave_earlier": "否"}
    assert told(at_risk, **quiet) == ["负责人 75%"]
    assert told(late, **quiet) == ["负责人 100%", "上级 100%"]


def test_where_management_hears_of_every_breach_a_grave_one_is_told_once() -> None:
    found = told(
        case("2026-11-19 10:00", level="重大"),
        rules=book(C28={"条件": "全部"}),
        management_shares=(100.0, 200.0),
    )
    assert found == ["负责人 100%", "上级 100%", "管理层 100%"]


def test_an_audience_without_shares_hears_nothing() -> None:
    late = case("2026-11-10 09:00")
    assert told(late, notice_shares=(), manager_shares=(), management_shares=()) == []
    assert told(late, notice_shares=(), manager_shares=()) == ["管理层 150%"]


def test_a_level_counts_as_told_once_a_higher_one_is() -> None:
    done = computed({"customers": [], "complaints": [case("2026-11-19 16:00")]}, book("C28"))
    row = notices(done.facts, done.clocks).iloc[0]
    start = "complaints|20261110-001|解决|2026-11-19T16:00"
    assert row["key"] == f"{start}|负责人 75%"
    assert row["known"] == (f"{start}|负责人 75%", f"{start}|负责人 100%")


def test_a_notice_says_what_the_alert_says() -> None:
    done = computed({"customers": [customer()], "complaints": [case("2026-11-18 09:00")]}, book("C28"))
    found = notices(done.facts, done.clocks)
    assert list(found.columns) == list(COLUMNS)
    alert, row = done.alerts.rows.iloc[0], found.iloc[0]
    for key in (
        "status",
        "overrun",
        "due_at",
        "clock",
        "case_id",
        "customer_id",
        "name",
        "owner",
        "rule",
        "source",
    ):
        assert row[key] == alert[key], key
    assert (row["table"], row["place"], row["audience"]) == ("complaints", 0, "负责人")
    assert row["share"] == pytest.approx(100 * 49.5 / 24)


def test_a_pause_does_not_use_up_the_limit_and_a_paused_clock_tells_nothing() -> None:
    since = case("2026-11-17 10:30")
    log = [
        {"case_id": "20261110-001", "changed_at": "2026-11-17 22:30", "status": "等待客户"},
        {"case_id": "20261110-001", "changed_at": "2026-11-20 04:30", "status": "处理中"},
    ]
    assert told(since, tables={"status_changes": log}) == ["负责人 75%"]  # 12 hours and 6
    assert told(since, tables={"status_changes": log[:1]}) == []
    assert told(case("2026-11-17 10:30", status="等待客户")) == []


def test_an_extension_makes_the_limit_longer() -> None:
    late = case("2026-11-19 10:00", level="一般")
    assert told(late) == ["负责人 100%", "上级 100%"]
    extended = {**late, "extended_to": "2026-11-21 10:00"}
    assert told(extended) == []  # 24.5 of 48 hours
    assert told(extended, notice_shares=(50.0,)) == ["负责人 50%"]
    assert told(extended, now=dt.datetime(2026, 11, 21, 10, 1)) == ["负责人 100%", "上级 100%"]


def test_working_time_stands_still_over_the_weekend() -> None:
    rules = book(C28={"时间口径": "工作时间", "时限": "8"})
    friday = case("2026-11-20 15:00")  # 3 hours, then 5 more on Monday
    assert told(friday, rules=rules, now=dt.datetime(2026, 11, 22, 12)) == []
    assert told(friday, rules=rules, now=dt.datetime(2026, 11, 23, 11, 59)) == []
    assert told(friday, rules=rules, now=dt.datetime(2026, 11, 23, 12)) == ["负责人 75%"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-11-20 23:00", []),
        ("2026-11-22 00:00", ["负责人 75%"]),  # the warning of 3 days before the end of the 24th
        ("2026-11-24 23:59", ["负责人 75%"]),
        ("2026-11-25 00:00", ["负责人 100%", "上级 100%"]),
        ("2026-11-30 23:59", ["负责人 100%", "上级 100%"]),
        ("2026-12-01 00:00", ["负责人 100%", "上级 100%", "管理层 150%"]),
    ],
)
def test_of_a_given_day_the_warning_is_the_last_quarter(today: str, expected: list[str]) -> None:
    plan = {"plan_id": "WH1", "customer_id": "2023001", "due_on": "2026-11-24", "review_status": "已通过"}
    done = computed(
        {"customers": [customer()], "maintenance_plans": [plan]},
        book("M09"),
        now=dt.datetime.fromisoformat(today),
    )
    assert levels(notices(done.facts, done.clocks)) == expected


def test_a_given_moment_that_warns_at_its_end_counts_as_a_day() -> None:
    order = {"order_id": "DD1", "order_status": "待签收", "expected_at": "2026-11-20 09:00"}
    for now, expected in [
        ("2026-11-20 02:59", []),
        ("2026-11-20 03:00", ["负责人 75%"]),
        ("2026-11-20 21:00", ["负责人 100%", "上级 100%", "管理层 150%"]),
    ]:
        done = computed(
            {"customers": [], "orders": [order]},
            book(P15={"预警": "0%"}),
            now=dt.datetime.fromisoformat(now),
        )
        assert levels(notices(done.facts, done.clocks)) == expected, now


def test_a_limit_of_months_is_as_long_as_its_months() -> None:
    rules = book(C28={"时限": "2", "单位": "个月"})  # 61 days from 20 September
    late = case("2026-09-20 10:30")
    assert told(late, rules=rules, now=dt.datetime(2026, 11, 5, 4, 29)) == []
    assert told(late, rules=rules, now=dt.datetime(2026, 11, 5, 4, 30)) == ["负责人 75%"]


def test_records_are_told_once_a_rule_and_customer() -> None:
    action = {"next_action": "发送报价", "next_action_by": "2026-11-18"}
    records = [
        record(touched_at="2026-11-15 09:00", **action),
        record(touched_at="2026-11-15 10:00", **{**action, "next_action_by": "2026-11-17"}),
    ]
    done = computed({"customers": [customer()], "followup_records": records}, book("C16"))
    found = notices(done.facts, done.clocks)
    assert set(found["place"]) == {1}
    assert found["key"][0].startswith("followup_records|2023001|下一步|2026-11-17T23:59|")


def test_rows_without_an_id_are_told_apart() -> None:
    rows = [
        {"customer_id": "2023001", "due_on": "2026-11-18"},
        {"customer_id": "2023001", "due_on": "2026-11-18"},
        {"due_on": "2026-11-18"},
    ]
    done = computed({"customers": [customer()], "relationship_strengthening": rows}, book("M10"))
    keys = notices(done.facts, done.clocks)["key"]
    assert keys.is_unique
    assert {key.rsplit("|", 1)[0] for key in keys} == {
        "relationship_strengthening|2023001|措施|2026-11-18T23:59",
        "relationship_strengthening|2023001|措施|2026-11-18T23:59 2",
        "relationship_strengthening|客户关系强化表!6|措施|2026-11-18T23:59",
    }


def test_cases_from_before_the_first_day_and_finished_ones_tell_nothing() -> None:
    assert told(case("2026-11-10 09:00"), started_on=dt.date(2026, 11, 11)) == []
    assert told(case("2026-11-10 09:00", resolved_at="2026-11-13 09:00")) == []
    assert told(case(None)) == []  # type: ignore[arg-type] # a blank cell


def test_the_latest_deadline_stands_last_behind_every_breach() -> None:
    cases = [
        case("2026-11-19 13:00", complaint_id="C1"),
        case("2026-11-18 13:00", complaint_id="C2"),
        case("2026-11-19 12:00", complaint_id="C3"),
        case("2026-11-17 13:00", complaint_id="C4"),
    ]
    done = computed({"customers": [], "complaints": cases}, book("C28"))
    found = notices(done.facts, done.clocks)
    assert found["case_id"].drop_duplicates().tolist() == ["C4", "C2", "C3", "C1"]


def _draw(seed: int) -> tuple[Run, RuleBook, PlainCalendar]:
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    drawn = rules(random)
    worktime, plain = calendars(random)
    parameters = Parameters(
        started_on=random.choice((None, NOW.date() - dt.timedelta(days=5))),
        notice_shares=tuple(sorted(random.sample((10.0, 50.0, 75.0, 100.0, 120.0), 2))),
        manager_shares=random.choice(((), (90.0,), (100.0, 300.0))),
        management_shares=random.choice(((150.0,), (100.0,), (60.0, 500.0))),
        grave_earlier=random.choice(("是", "否")),
    )
    return run(Facts(workbook(random, 14), drawn, parameters, worktime, NOW)), drawn, plain


class Plain:
    """Notices one row at a time."""

    def __init__(self, done: Run, plain: PlainCalendar) -> None:
        self.facts, self.plain = done.facts, plain
        self.book = Book(done.facts.data, done.facts.rules.rules, done.facts.parameters, NOW)
        self.cases = Cases(self.book)
        self.checked = 0

    def minutes(self, rule: Rule, one: dt.datetime, two: dt.datetime) -> int:
        calendar = self.plain if rule.calendar is CalendarKind.WORKING else PlainCalendar()
        if one > two:
            return -self.minutes(rule, two, one)
        return int(calendar.between(one, two) / dt.timedelta(minutes=1))

    def share_by_pauses(self, clock: Clock, row: int, rule: Rule) -> float | None:
        """What has passed without the pauses, where the start has a time and nothing was extended."""
        start = clock.start[row].item()
        fixed = is_fixed(rule) or rule.unit not in MINUTES or rule.kind in (RuleKind.WINDOW, RuleKind.REPEAT)
        if (
            fixed
            or start.time() in (dt.time(), dt.time(23, 59, 59))
            or clock.due[row] > clock.original_due[row]
        ):
            return None
        log = self.cases.of(self.book.rows(clock.table)[row])
        pauses = [] if log is None else merged(log.pauses)
        passed = self.minutes(rule, start, NOW) - sum(
            self.minutes(rule, max(since, start), min(until, NOW))
            for since, until in pauses
            # What begins past the deadline stops nothing.
            if max(since, start) < min(until, NOW) and since < clock.due[row].item()
        )
        day = sum(two - one for one, two in self.plain.hours or ())
        limit = rule.limit * MINUTES[rule.unit]
        if rule.calendar is CalendarKind.WORKING and rule.unit.value in ("天", "周"):
            limit = rule.limit * day * (len(self.plain.weekdays) if rule.unit.value == "周" else 1)
        return 100 * passed / max(round(limit), 1)

    def expected(self, clock: Clock, row: int, share: float) -> dict[str, str]:
        """Audience -> the level that it hears of."""
        parameters = self.facts.parameters
        status = STATUSES[clock.status[row]]
        keys = [key for key in ("level", "urgency") if key in BY_NAME[clock.table].by_key]
        grave = bool(keys) and self.book.rows(clock.table)[row][keys[0]] in GRAVE
        found = {}
        for audience, shares in (
            ("负责人", parameters.notice_shares),
            ("上级", parameters.manager_shares),
            ("管理层", parameters.management_shares),
        ):
            early = grave and parameters.grave_earlier == "是"
            best = ""
            for level in shares:
                if level < 100 and share >= level:
                    best = f"{audience} {level:g}%"
            if early and audience == "上级" and status != "进行中":
                best = "上级 即将超时"
            if early and audience == "管理层" and status == "已超时":
                best = "管理层 已超时"
            for level in shares:
                if level >= 100 and status == "已超时" and share >= level:
                    best = f"{audience} {level:g}%"
            if best:
                found[audience] = best
        return found

    def of_clock(self, clock: Clock, shares: dict[int, float]) -> dict[int, dict[str, str]]:
        """Row -> what is told of it; of several records of a customer the first due."""
        reached = {row: self.expected(clock, row, share) for row, share in shares.items()}
        reached = {row: audiences for row, audiences in reached.items() if audiences}
        spec = BY_NAME[clock.table]
        if spec.key or not (spec.account and spec.touched):
            return reached
        best: dict[Any, int] = {}
        for row in sorted(reached, key=lambda row: (clock.due[row], clock.start[row], row)):
            who = self.facts.codes(clock.table)[row]
            typed = self.book.rows(clock.table)[row].get("customer_id")
            name = ("code", who) if who >= 0 else ("typed", typed) if typed else ("row", row)
            best.setdefault((clock.rule[row], name), row)
        return {row: reached[row] for row in best.values()}


@pytest.mark.parametrize("seed", range(3))
def test_random_workbooks_agree_with_a_plain_reading(seed: int) -> None:
    done, _, plain = _draw(seed)
    found = notices(done.facts, done.clocks)
    judge = Plain(done, plain)
    expected = {}
    for (table, name), clock in done.clocks.items():
        rows = [row for row, status in enumerate(clock.status) if status >= 0 and STATUSES[status] in OPEN]
        shares = dict(zip(rows, used_up(done.facts, clock, np.array(rows, dtype=np.int64)), strict=True))
        for row, share in shares.items():
            rule = clock.rules[clock.rule[row]]
            other = judge.share_by_pauses(clock, row, rule)
            if other is not None:
                judge.checked += 1
                # Both count whole minutes, from opposite ends.
                limit = 100 / max(rule.limit * MINUTES[rule.unit], 1)
                assert share == pytest.approx(other, abs=3 * limit + 0.01), (seed, table, name, row)
        for row, audiences in judge.of_clock(clock, shares).items():
            expected[table, name, row] = audiences
    got: dict[Any, dict[str, str]] = {}
    for line in found.to_dict("records"):
        got.setdefault((line["table"], line["clock"], line["place"]), {})[line["audience"]] = line["reached"]
    assert got == expected
    assert found["key"].is_unique
    assert judge.checked > 20
