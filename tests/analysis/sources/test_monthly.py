"""The office month by month, against figures that were worked out by hand and in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.analysis.build import scope
from tests.analysis.random_office import Office
from tests.compute.build import book
from xlcrm.analysis.sources.backlog import open_at
from xlcrm.analysis.sources.monthly import MONTHLY_COLUMNS, figures, monthly
from xlcrm.compute.lists.open_cases import CASE_TABLES, open_cases

MONTHS = ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
NONE = None


def column(given: Any, key: str) -> list[float | None]:
    """One column of the table, None for blank."""
    table = monthly(given)
    assert table.columns.tolist() == list(MONTHLY_COLUMNS)
    return [None if value != value else value for value in table[key].tolist()]  # noqa: PLR0124 - NaN differs from itself


def test_the_months_are_those_of_the_trend_and_one_before() -> None:
    assert monthly(scope({"customers": []})).index.tolist() == MONTHS
    past = monthly(scope({"customers": []}, "2026-02"))
    assert past.index.tolist()[::6] == ["2025-08", "2026-02"]


def test_nothing_is_known_without_data() -> None:
    assert monthly(scope({"customers": []})).isna().all(axis=None)


def test_customers_on_file_and_new_ones() -> None:
    # 丁 without a day is always on file; 戊 is filed after now; the second 甲 is the same customer.
    days = {"甲": "2026-07-01", "乙": "2026-10-31", "丙": "2026-11-20", "丁": None, "戊": "2026-11-21"}
    rows = [{"customer_id": name, "name": name, "filed_on": day} for name, day in days.items()]
    given = scope({"customers": [*rows, {**rows[0], "filed_on": "2026-11-01"}]})
    assert column(given, "customers") == [1, 1, 2, 2, 2, 3, 4]
    assert column(given, "new") == [None, None, 1, 0, 0, 1, 1]


def test_customers_before_the_first_was_filed_are_blank() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-09-30"}]})
    assert column(given, "customers") == [NONE] * 4 + [1, 1, 1]


def talks(**of: list[str]) -> dict[str, Any]:
    """Customers and when somebody talked with each."""
    return {
        "customers": [{"customer_id": who, "name": who} for who in of],
        "followup_records": [
            {"customer_id": who, "touched_at": at} for who, days in of.items() for at in days
        ],
    }


def test_a_customer_is_lost_six_months_after_the_last_contact() -> None:
    # 甲 went quiet on 20 October and came back; 乙 is quiet since 10 October; 丙 will be on 21 November.
    given = scope(talks(甲=["2026-04-20", "2026-11-05"], 乙=["2026-01-10", "2026-04-10"], 丙=["2026-05-21"]))
    assert column(given, "lost") == [0, 0, 0, 0, 0, 2, 0]


def test_a_contact_on_the_sixth_month_day_is_in_time() -> None:
    given = scope(talks(甲=["2025-11-15", "2026-05-15"], 乙=["2025-11-15", "2026-05-16"]))
    assert column(given, "lost") == [1, 0, 0, 0, 0, 0, 2]


def test_a_customer_may_be_lost_twice() -> None:
    # 31 October and 6 months is 30 April; 2 May and 6 months is 2 November.
    given = scope(talks(甲=["2025-10-31", "2026-05-02"]))
    assert column(given, "lost") == [0, 0, 0, 0, 0, 0, 1]
    assert column(scope(talks(甲=["2025-10-31", "2026-05-02"]), "2026-05"), "lost")[-2:] == [1, 0]


def test_contacts_after_now_keep_nobody() -> None:
    assert column(scope(talks(甲=["2026-05-20", "2026-11-20 11:00"])), "lost")[-1] == 1


def test_before_the_first_contact_nothing_is_known_of_lost_ones() -> None:
    assert column(scope(talks(甲=["2026-08-01"])), "lost") == [None, None, None, 0, 0, 0, 0]


def test_the_rule_of_dormancy_says_after_how_long() -> None:
    rules = book(C11={"时限": "2", "单位": "个月"})
    from_rule = scope(
        {**talks(甲=["2026-08-01"]), "customers": [{"customer_id": "甲", "stage": "合作"}]}, rules=rules
    )
    assert column(from_rule, "lost") == [None, None, None, 0, 0, 1, 0]


def test_sales_are_net_and_tickets_are_by_purchase() -> None:
    rows = [
        ("2026-08-01", -100, "退款"),
        ("2026-10-03", 1000, None),
        ("2026-10-20", -200, "退款"),
        ("2026-10-21", 0, None),
        ("2026-11-05", 300.1, None),
        ("2026-11-20", 500.2, None),
        ("2026-11-21", 7000, None),
        ("2026-11-06", -50, None),
    ]
    trades = [
        {"customer_id": "1", "traded_on": day, "amount": amount, "product": what}
        for day, amount, what in rows
    ]
    given = scope({"customers": [{"customer_id": "1"}], "transactions": trades})
    assert column(given, "sales") == [None, None, None, -100, 0, 800, 800.3]
    assert column(given, "trades") == [None, None, None, 0, 0, 1, 2]
    assert column(given, "ticket") == [None, None, None, None, None, 800, 400.15]


def test_satisfaction_is_the_mean_of_the_forms_and_nps_of_its_answers() -> None:
    given = scope(
        {
            "customers": [{"customer_id": "1"}],
            "satisfaction_surveys": [
                {"customer_id": "1", "surveyed_on": "2026-09-01", "nps": 9},
                {"customer_id": "1", "surveyed_on": "2026-10-01", "quality": 4, "attitude": 5, "nps": 10},
                {"customer_id": "1", "surveyed_on": "2026-10-02", "quality": 3, "nps": 6},
                {"customer_id": "1", "surveyed_on": "2026-10-03", "nps": 8},
                {"customer_id": "1", "surveyed_on": "2026-11-03", "quality": 7, "nps": 11},
                {"customer_id": "1", "surveyed_on": "2026-11-21", "quality": 5, "nps": 10},
            ],
        }
    )
    # (4.5 + 3) / 2 of 5; one of three promotes, one detracts; the answers of November are off the scale.
    assert column(given, "satisfaction") == [None] * 5 + [0.75, None]
    assert column(given, "satisfaction_n") == [None] * 4 + [0, 2, 0]
    assert column(given, "nps") == [None] * 4 + [100, 0, None]
    assert column(given, "nps_n") == [None] * 4 + [1, 3, 0]


def complaint(received: str | None, **cells: Any) -> dict[str, Any]:
    return {"complaint_id": received, "received_at": received, "name": "甲", "level": "一般", **cells}


def test_complaints_are_counted_when_they_come_and_open_until_they_end() -> None:
    given = scope(
        {
            "customers": [{"customer_id": str(number)} for number in range(4)],
            "complaints": [
                complaint("2026-09-01 09:00", resolved_at="2026-10-10 09:00", status="已解决"),
                complaint("2026-10-05 09:00", resolved_at="2026-11-03 09:00"),
                complaint("2026-11-01 09:00", status="处理中"),
                complaint("2026-11-02 09:00", status="已关闭"),
                complaint("2026-11-25 09:00"),
            ],
        }
    )
    assert column(given, "complaints") == [None] * 4 + [1, 1, 2]
    assert column(given, "complaint_rate") == [None] * 4 + [25, 25, 50]
    assert column(given, "open_complaints") == [None] * 4 + [1, 1, 1]


def test_complaints_without_a_register_have_no_rate() -> None:
    given = scope({"customers": [], "complaints": [complaint("2026-11-01 09:00")]})
    assert column(given, "complaints")[-1] == 1
    assert column(given, "complaint_rate")[-1] is None


def test_a_case_closed_without_a_time_ended_at_the_newest_one_that_its_row_tells() -> None:
    rows = {
        "complaints": [
            complaint("2026-09-01 09:00", called_back_at="2026-10-15 09:00", status="已关闭"),
            complaint(None, status="已关闭"),
            complaint(None, status="处理中"),
        ],
        "recovery_cases": [
            {
                "recovery_id": "1",
                "received_at": "2026-09-05 09:00",
                "completed_at": "2026-10-20 09:00",
                "relation": "已恢复",
            },
            {
                "recovery_id": "2",
                "received_at": "2026-09-05 09:00",
                "completed_at": "2026-10-20 09:00",
                "relation": "恢复中",
            },
        ],
    }
    given = scope(rows)
    ends = [np.datetime64(day, "s") for day in ("2026-09-30", "2026-10-31")]
    assert [open_at(given.facts, "complaints", end).tolist() for end in ends] == [
        [True, False, True],
        [False, False, True],
    ]
    assert [open_at(given.facts, "recovery_cases", end).tolist() for end in ends] == [
        [True, True],
        [False, True],
    ]


def test_a_case_that_was_opened_again_was_not_open_in_between() -> None:
    given = scope(
        {
            "complaints": [complaint("2026-08-01 09:00", complaint_id="1", resolved_at="2026-08-10 09:00")],
            "status_changes": [{"case_id": "1", "changed_at": "2026-10-05 09:00", "status": "重新打开"}],
        }
    )
    assert column(given, "open_complaints") == [None, None, None, 0, 0, 1, 1]


def test_attainment_is_of_the_clocks_that_began_in_the_month() -> None:
    # 24 hours for 一般: in time 1 of 1 in September, 1 of 2 in October, 0 of 1 in November; one still runs.
    rows = [
        complaint("2026-09-01 10:00", resolved_at="2026-09-02 10:00"),
        complaint("2026-10-05 10:00", resolved_at="2026-10-06 10:01"),
        complaint("2026-10-06 10:00", resolved_at="2026-10-06 11:00"),
        complaint("2026-11-01 10:00"),
        complaint("2026-11-20 08:00"),
    ]
    given = scope({"complaints": rows}, rules=book("C28"))
    assert column(given, "attainment") == [None] * 4 + [1, 0.5, 0]
    assert column(given, "judged") == [None] * 4 + [1, 2, 1]


def test_a_month_that_lies_ahead_is_blank() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-01-01"}]}, "2027-01")
    table = monthly(given)
    assert table.loc["2026-11", "customers"] == 1
    assert table.loc["2026-12":].isna().all(axis=None)


def test_figures_are_the_same_by_month_and_name() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-10-01"}]})
    found = figures(given)
    assert list(found) == MONTHS
    assert found["2026-10"]["new"] == 1
    assert list(found["2026-10"]) == list(MONTHLY_COLUMNS)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("month", ["2026-11", "2026-09"])
def test_plain_python_counts_the_same(seed: int, month: str) -> None:
    office = Office(seed)
    given = scope(office.tables, month, rules=book("C28", "C29"))
    table = monthly(given)
    firsts = office.firsts
    for name in table.index:
        for key, value in office.expected(str(name)).items():
            own = table.loc[name, key]
            if str(name) < firsts.get(key, ""):
                assert np.isnan(own), (name, key)
                continue
            assert (None if np.isnan(own) else own) == (None if value is None else pytest.approx(value)), (
                name,
                key,
            )


@pytest.mark.parametrize("seed", range(4))
def test_open_now_is_what_the_home_sheet_counts(seed: int) -> None:
    given = scope(Office(seed).tables)
    for table in CASE_TABLES:
        assert (
            open_at(given.facts, table, given.facts.now_at).tolist()
            == open_cases(given.facts, table).tolist()
        )
