"""跟进次数 and 跟进趋势: contacts of every record table by person and month."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import customer, record
from tests.compute.build import NOW
from xlcrm.analysis.followups.sheet import SHEET
from xlcrm.rules.reading import default_book

CUSTOMERS = [customer(customer_id=number) for number in ("1", "2", "3")]
OFFICE = {
    "customers": CUSTOMERS,
    "followup_records": [
        record(customer_id="1", by="王芳", touched_at="2026-11-01 09:00", summary="甲"),
        record(customer_id="1", by="王芳", touched_at="2026-11-20 10:30", summary="乙"),
        record(customer_id="2", by="李明", touched_at="2026-10-31 23:59"),
        record(customer_id="9", by=None, touched_at="2026-11-02"),
        record(customer_id="1", by="王芳", touched_at="2026-11-20 10:31"),
        record(customer_id="1", by="王芳", touched_at="2026-05-31"),
        record(customer_id="1", by="王芳", touched_at=None),
    ],
    "care_records": [
        {"touched_at": "2026-11-03", "owner": "李明", "customer_id": "2", "way": "电话", "care": "关怀"},
        {"touched_at": "2026-06-01", "owner": "陈静", "customer_id": "3", "way": "电话"},
    ],
    "callback_records": [{"touched_at": "2026-11-04 08:00", "by": "李明", "customer_id": "3"}],
    "service_log": [{"touched_at": "2026-11-04 09:00", "by": "李明", "work": "其他", "content": "接待"}],
    "satisfaction_surveys": [{"surveyed_on": "2026-11-05", "by": "李明", "customer_id": "3"}],
    "transactions": [{"traded_on": "2026-11-05", "customer_id": "3", "amount": 1}],
}
"""What is after 10:30 on 20 November does not exist, May is too long ago; a survey or purchase is none."""


def test_contacts_by_person_the_busiest_of_this_month_first() -> None:
    case = scope(OFFICE)
    # 李明: care of 2, callback of 3, one log entry without a customer.
    assert cells(SHEET, "contacts", case) == [
        ("李明", 3, 1, None, None, None, 0, 2),
        ("王芳", 2, 0, None, None, None, 0, 1),
        ("未填写", 1, 0, None, None, None, 0, 0),
        ("陈静", 0, 0, None, None, None, 1, 0),
    ]
    assert filled(SHEET, "contacts", case).caption == "2026年11月（截至20日） 跟进6次，李明最多，3次"
    assert behind_rows(SHEET, "contacts", case) == {
        0: [("service_log", 0), ("callback_records", 0), ("care_records", 0)],
        1: [("followup_records", 1), ("followup_records", 0)],
        2: [("followup_records", 3)],
    }
    texts = filled(SHEET, "contacts", case).behind["text"]
    assert texts.fillna("-").tolist() == ["乙", "接待", "-", "关怀", "介绍新产品", "甲"]


def test_the_trend_of_six_months() -> None:
    case = scope(OFFICE)
    assert cells(SHEET, "contact_trend", case) == [
        ("2026-06", 1, 1, 1),
        ("2026-07", None, None, None),
        ("2026-08", None, None, None),
        ("2026-09", None, None, None),
        ("2026-10", 1, 1, 1),
        # Customers 1, 2 and 3; 王芳, 李明 and one unknown.
        ("2026-11", 6, 3, 3),
    ]
    assert filled(SHEET, "contact_trend", case).caption == "2026年6月至2026年11月 跟进8次，覆盖客户3位"
    assert {line: len(rows) for line, rows in behind_rows(SHEET, "contact_trend", case).items()} == {
        0: 1,
        4: 1,
        5: 6,
    }


def test_the_card_compares_with_the_month_before() -> None:
    found = figure(SHEET, "跟进次数", scope(OFFICE))
    assert (found.value, found.text, found.good) == (6, "较上月 +5", True)
    assert figure(SHEET, "跟进次数", scope(OFFICE, "2026-09")).value is None


def test_a_month_without_contacts_is_blank_beside_others() -> None:
    case = scope(OFFICE, "2026-07")
    assert cells(SHEET, "contacts", case) == [
        ("王芳", None, 0, 1, None, None, None, None),
        ("陈静", None, 1, 0, None, None, None, None),
    ]
    assert filled(SHEET, "contacts", case).caption == "2026年7月 没有跟进记录"
    assert filled(SHEET, "contacts", case).behind.empty


def test_without_any_contact_nothing_is_shown() -> None:
    case = scope({"customers": CUSTOMERS, "followup_records": []})
    for panel in ("contacts", "contact_trend"):
        assert cells(SHEET, panel, case) == []
        assert filled(SHEET, panel, case).caption == "2026年6月至2026年11月 没有跟进记录"
    assert figure(SHEET, "跟进次数", case).value is None


def test_one_of_the_record_tables_is_enough() -> None:
    def names(*tables: str) -> list[str]:
        found = SHEET.shown_with(["customers", *tables])
        return [item.name for item in found.panels] if found else []

    assert names("care_records")[:2] == ["contacts", "contact_trend"]
    assert names("complaints") == ["overdue", "dormant", "needs"]


@pytest.mark.parametrize("seed", range(6))
def test_another_way_of_counting_agrees(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - any numbers will do
    rows: dict[str, list[dict[str, Any]]] = {"followup_records": [], "care_records": [], "service_log": []}
    counts: Counter[tuple[str, str]] = Counter()
    customers: dict[str, set[str]] = {}
    reached: dict[str, set[str]] = {}
    for _ in range(draw.randint(1, 80)):
        table = draw.choice(list(rows))
        at = NOW + timedelta(hours=draw.randint(-24 * 240, 48))
        who = draw.choice([*(f"人{number:02}" for number in range(24)), None])
        code = draw.choice(["1", "2", "3", "8"])
        person = "owner" if table == "care_records" else "by"
        rows[table].append({"touched_at": str(at), person: who, "customer_id": code})
        month = f"{at:%Y-%m}"
        if at <= NOW and month >= "2026-06":
            counts[who or "未填写", month] += 1
            if code != "8":
                reached.setdefault(month, set()).add(code)
                if month == "2026-11":
                    customers.setdefault(who or "未填写", set()).add(code)
    case = scope({"customers": CUSTOMERS, **rows}, rules=default_book("full"))
    months = ["2026-11", "2026-10", "2026-09", "2026-08", "2026-07", "2026-06"]
    totals = {month: sum(count for (_, own), count in counts.items() if own == month) for month in months}
    people = {who for who, _ in counts}
    order = sorted(
        people, key=lambda who: (-counts[who, "2026-11"], -sum(counts[who, m] for m in months), who)
    )
    shown, rest = (order, []) if len(order) <= 20 else (order[:19], order[19:])
    expected = [
        (
            who,
            *(counts[who, month] if totals[month] else None for month in months),
            len(customers.get(who, ())) if totals["2026-11"] else None,
        )
        for who in shown
    ]
    found = cells(SHEET, "contacts", case)
    assert found[: len(shown)] == expected
    if rest:
        assert found[-1][:2] == (f"其余{len(rest)}项", sum(counts[who, "2026-11"] for who in rest))
    for month, contacts, different, busy in cells(SHEET, "contact_trend", case):
        if not totals[month]:
            assert (contacts, different, busy) == (None, None, None)
            continue
        assert contacts == totals[month]
        assert different == len(reached.get(month, ()))
        assert busy == len({who for who, own in counts if own == month})
