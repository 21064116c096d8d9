"""Every clock a row: what came of it, whose it is, when it began, and how long it took."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.analysis.build import scope
from tests.analysis.plain_clocks import PlainClock, plain_clocks, random_scope
from tests.checks.build import complaint, customer, record
from tests.compute.build import book, facts
from xlcrm.analysis.sources.judged import COLUMNS, attainment, every_clock, judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.scope import Scope
    from xlcrm.rules.reading import RuleBook

C28 = book("C28")
"""一般投诉解决: 24 hours from 投诉日期 to 解决时间. Now is Friday, 20 November 2026, 10:30."""


def one(rules: RuleBook, table: str, row: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The only clock of a workbook with one row, besides a customer."""
    parameters = {key: more.pop(key) for key in ("reopened", "started_on") if key in more}
    rows = {"customers": [customer()], table: [row], **more}
    found = every_clock(scope(facts(rows, rules, **parameters)))
    assert len(found) == 1
    return {str(key): value for key, value in found.iloc[0].items()}


def outcomes(given: Scope) -> list[str]:
    return judged(given)["outcome"].tolist()


def test_each_outcome_with_all_that_is_known_of_it() -> None:
    rows = [
        complaint(resolved_at="2026-11-11 09:00"),  # on the deadline to the minute: 24 h
        complaint(resolved_at="2026-11-11 10:00", level="一般", owner="王芳", customer_id="9"),  # 25 h
        complaint(),  # due 11 November 09:00, 9 days and 90 minutes ago: 13,050 minutes
        complaint(received_at="2026-11-20 09:30"),  # 23 h left
        complaint(level="严重"),  # no rule of this book
        complaint(received_at="2026-11-20 11:00"),  # after now
    ]
    found = judged(scope(facts({"customers": [customer()], "complaints": rows}, C28)))
    assert found.dtypes.astype(str).to_dict() == COLUMNS
    assert found["table"].tolist() == ["complaints"] * 4
    assert found["clock"].tolist() == ["解决"] * 4
    assert found["place"].tolist() == [0, 1, 2, 3]
    assert found["code"].tolist() == [0, -1, 0, 0]
    assert found["owner"].tolist() == ["李明", "王芳", "李明", "李明"]
    assert found["level"].tolist() == ["一般"] * 4
    ten, twenty = "2026-11-10 09:00", "2026-11-20 09:30"
    assert found["start"].tolist() == [pd.Timestamp(at) for at in (ten, ten, ten, twenty)]
    assert found["month"].tolist() == ["2026-11"] * 4
    assert found["outcome"].tolist() == ["met", "late", "breached", "open"]
    assert found["minutes"].tolist()[:2] == [1440, 1500]
    assert found["minutes"].isna().tolist() == [False, False, True, True]
    due, later = pd.Timestamp("2026-11-11 09:00"), pd.Timestamp("2026-11-21 09:30")
    assert found["due"].tolist() == [due, due, due, later]
    assert found["left"].tolist() == [0, -60, -13_050, 23 * 60]
    assert found["breaches"].tolist() == [0, 1, 1, 0]


def test_a_case_that_waits_for_the_customer_is_open_and_its_pause_takes_no_time() -> None:
    log = [
        {"case_id": "20261110-001", "changed_at": "2026-11-10 12:00", "status": "等待客户"},
        {"case_id": "20261110-001", "changed_at": "2026-11-10 16:00", "status": "处理中"},
    ]
    # 26 hours by the clock on the wall, 4 of them waited.
    found = one(C28, "complaints", complaint(resolved_at="2026-11-11 11:00"), status_changes=log)
    assert (found["outcome"], found["minutes"]) == ("met", 22 * 60)
    waits = one(C28, "complaints", complaint(status="等待客户"), status_changes=log[:1])
    assert waits["outcome"] == "open"


def test_time_is_taken_in_the_calendar_of_the_rule() -> None:
    # Friday 17:00 to 18:00 and Monday 09:00 to 10:00.
    working = book(C28={"时间口径": "工作时间"})
    row = complaint(received_at="2026-11-13 17:00", resolved_at="2026-11-16 10:00")
    assert one(working, "complaints", row)["minutes"] == 120
    assert one(C28, "complaints", row)["minutes"] == 65 * 60


@pytest.mark.parametrize(
    ("received", "resolved", "minutes"),
    [
        ("2026-11-10", "2026-11-12", 2880),
        ("2026-11-10 09:00", "2026-11-10", 0),
        ("2026-11-10 09:00", "2026-11-11", 1440),
    ],
)
def test_a_day_without_a_time_takes_whole_days(received: str, resolved: str, minutes: int) -> None:
    assert one(C28, "complaints", complaint(received_at=received, resolved_at=resolved))["minutes"] == minutes


def test_what_cannot_be_judged_is_left_out_and_kept_apart() -> None:
    rows = {
        "customers": [customer()],
        "complaints": [
            complaint(resolved_at="2026-11-09 09:00"),  # solved before it came in
            complaint(received_at="2026-11-04 09:00"),  # before 启用日期
            complaint(),
        ],
    }
    given = scope(facts(rows, C28, started_on="2026-11-05"))
    assert every_clock(given)["outcome"].tolist() == ["invalid", "unjudged", "breached"]
    assert outcomes(given) == ["breached"]
    assert judged(given)["place"].tolist() == [2]


def test_a_clock_that_is_judged_by_a_given_day_belongs_to_its_month_and_takes_no_time() -> None:
    # 下一步: 完成时限 is its start, 2 December lies ahead.
    row = record(next_action="李明寄样品", next_action_by="2026-12-02")
    found = one(book("C16"), "followup_records", row)
    assert (found["month"], found["outcome"], found["owner"]) == ("2026-12", "open", "李明")
    done = one(book("C16"), "followup_records", {**row, "next_action_done_on": "2026-11-19"})
    assert (done["outcome"], math.isnan(done["minutes"])) == ("met", True)


ISSUE = {
    "issue_id": "SH202610300001",
    "name": "杭州云帆科技有限公司",
    "received_at": "2026-10-30 09:00",
    "urgency": "紧急",
}


def test_a_repeat_belongs_to_the_month_in_which_it_began() -> None:
    # Feedback on 31 October is in time; the interval since then began in October, too, and is late.
    row = {**ISSUE, "responded_at": "2026-10-30 10:00", "updated_at": "2026-11-01 09:00"}
    found = one(book("S11"), "service_issues", row)
    assert (found["start"], found["month"]) == (pd.Timestamp("2026-10-30 09:00"), "2026-10")
    assert (found["outcome"], found["breaches"], math.isnan(found["minutes"])) == ("breached", 1, True)
    assert (found["owner"], found["level"]) == ("李明", "紧急")


@pytest.mark.parametrize(("policy", "month"), [("重启", "2026-11"), ("续算", "2026-10")])
def test_a_case_opened_again_starts_a_repeat_anew_only_where_the_office_says_so(
    policy: str, month: str
) -> None:
    row = {**ISSUE, "responded_at": "2026-10-30 10:00"}
    log = [
        {"case_id": "SH202610300001", "changed_at": "2026-10-31 09:00", "status": "已解决"},
        {"case_id": "SH202610300001", "changed_at": "2026-11-02 09:00", "status": "重新打开"},
    ]
    found = one(book("S11"), "service_issues", row, status_changes=log, reopened=policy)
    assert found["month"] == month


def test_a_clock_without_a_person_or_a_level_says_so() -> None:
    rows = {"customers": [customer(owner=None)], "complaints": [complaint(owner=None, level=None)]}
    found = judged(scope(facts(rows, book("C27", C27={"条件": "全部"}))))
    assert found["owner"].isna().all()
    assert found["level"].isna().all()


def test_a_workbook_without_clocks_has_none() -> None:
    found = judged(scope(facts({"customers": []}, C28)))
    assert found.empty
    assert found.dtypes.astype(str).to_dict() == COLUMNS


def test_attainment_of_nothing_is_unknown() -> None:
    assert math.isnan(attainment(0, 0, 0))
    assert attainment(3, 1, 0) == 0.75


def told(found: pd.DataFrame) -> dict[tuple[str, str, int], tuple[Any, ...]]:
    keys = ("owner", "level", "start", "month", "outcome", "minutes", "breaches")
    plain = found.astype(object).where(found.notna(), None)
    return {
        (row["table"], row["clock"], row["place"]): tuple(row[key] for key in keys)
        for row in plain.to_dict("records")
    }


def wanted(clocks: list[PlainClock]) -> dict[tuple[str, str, int], tuple[Any, ...]]:
    return {
        (one.table, one.clock, one.place): (
            one.owner,
            one.level,
            one.start,
            one.month,
            one.outcome,
            one.minutes,
            one.breaches,
        )
        for one in clocks
    }


@pytest.mark.parametrize("seed", [5])
@pytest.mark.parametrize("drawn", [False, True], ids=["packaged rules", "drawn rules"])
def test_every_clock_of_a_random_workbook_is_what_plain_python_says(
    seed: int,
    drawn: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    given, reference = random_scope(seed, 7, "2026-11", drawn=drawn)
    clocks = plain_clocks(reference)
    assert len(clocks) > 150
    assert told(every_clock(given)) == wanted(clocks)
