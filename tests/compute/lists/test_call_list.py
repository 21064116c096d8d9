"""回访名单: four methods of selection, how many, in which order, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from tests.checks.build import complaint, customer
from tests.compute.build import NOW, book, facts
from xlcrm.compute.lists.call_list import AT_RANDOM, BY_FEELING, BY_SATISFACTION, BY_SERVICE, call_list
from xlcrm.compute.run import prepared

Row = dict[str, Any]
Picked = list[tuple[str, str]]
"""Customer and reason."""


def customers(*ids: str, **cells: Any) -> list[Any]:
    return [customer(customer_id=name, name=f"客户{name}", **cells) for name in ids]


def listed(rows: dict[str, Any], method: str, now: dt.datetime = NOW, **parameters: Any) -> Picked:
    """What one method picks."""
    given = facts(rows, book("M01"), now=now, **parameters)
    found = call_list(given, prepared(given))
    own = found[found["method"] == method]
    assert own["place"].tolist() == list(range(1, len(own) + 1))
    return list(own[["customer_id", "reason"]].itertuples(index=False, name=None))


def ids(found: Picked) -> list[str]:
    return [name for name, _ in found]


def test_every_method_lists_so_many_and_shows_who_they_are() -> None:
    rows = {
        "customers": customers("1", "2", "3"),
        "callback_records": [
            {"customer_id": "2", "touched_at": "2026-11-10 09:00", "needs_service": "是"},
        ],
        "account_profiles": [{"customer_id": "3", "satisfaction": 8.5}],
    }
    given = facts(rows, book("M01"), call_list_size=2)
    found = call_list(given, prepared(given))
    assert found.groupby("method", sort=False).size().to_dict() == {
        AT_RANDOM: 2,
        BY_SATISFACTION: 1,
        BY_SERVICE: 1,
        BY_FEELING: 2,
    }
    (second,) = found[found["method"] == BY_SERVICE].to_dict("records")
    assert {key: second[key] for key in ("name", "contact", "phone", "grade")} == {
        "name": "客户2",
        "contact": "张伟",
        "phone": "13812345678",
        "grade": "A类",
    }
    assert str(second["last_touch_at"]) == "2026-11-10 09:00:00"
    assert found[found["method"] == BY_SATISFACTION]["satisfaction"].tolist() == [85.0]


def test_chance_is_the_same_all_month_and_another_one_next_month() -> None:
    rows = {"customers": customers(*(f"{number:03}" for number in range(100)))}
    first = listed(rows, AT_RANDOM)
    assert len(first) == 10
    assert first[0][1] == "随机抽取第1位（种子 202611）"
    assert listed(rows, AT_RANDOM, dt.datetime(2026, 11, 1)) == first
    assert ids(listed(rows, AT_RANDOM, dt.datetime(2026, 12, 1))) != ids(first)
    assert ids(listed(rows, AT_RANDOM, dt.datetime(2026, 12, 1), random_seed=202611)) == ids(first)


def test_chance_is_drawn_by_id_whatever_the_order_of_the_rows() -> None:
    names = [f"{number:03}" for number in range(30)]
    drawn = np.random.PCG64(202611).random_raw(30)
    expected = [names[place] for place in np.argsort(drawn)[:10]]
    assert ids(listed({"customers": customers(*names)}, AT_RANDOM)) == expected
    assert ids(listed({"customers": customers(*reversed(names))}, AT_RANDOM)) == expected


def test_a_lost_customer_moves_up_the_others_only() -> None:
    names = [f"{number:03}" for number in range(30)]
    before = ids(listed({"customers": customers(*names)}, AT_RANDOM))
    lost = [row for name in names for row in customers(name, stage="流失" if name == before[0] else "合作")]
    after = ids(listed({"customers": lost}, AT_RANDOM))
    assert after[:9] == before[1:]


def test_lost_customers_are_in_no_list() -> None:
    rows = {
        "customers": customers("1", stage="流失"),
        "complaints": [complaint(customer_id="1")],
        "account_profiles": [{"customer_id": "1", "satisfaction": 1}],
    }
    given = facts(rows, book("M01"))
    assert call_list(given, prepared(given)).empty


def test_the_least_satisfied_come_first_equal_ones_by_id() -> None:
    rows = {
        "customers": customers("1", "2", "3", "4"),
        "satisfaction_surveys": [
            {"customer_id": "3", "surveyed_on": "2026-11-01", "quality": 3, "attitude": 3},
            {"customer_id": "2", "surveyed_on": "2026-11-01", "quality": 2, "attitude": 4},
            {"customer_id": "1", "surveyed_on": "2026-11-01", "quality": 1, "attitude": 2, "tech_speed": 2},
        ],
    }
    # 5/3 of 5 is 33.3%; 3 of 5 is 60%; nobody asked customer 4
    assert listed(rows, BY_SATISFACTION) == [
        ("1", "最近满意度 33.3%"),
        ("2", "最近满意度 60%"),
        ("3", "最近满意度 60%"),
    ]


def test_who_needs_a_service_the_longest_waiting_first() -> None:
    rows = {
        "customers": customers("1", "2", "3", "4", "5", "6"),
        "callback_records": [
            {"customer_id": "1", "touched_at": "2026-11-03 09:00", "needs_service": "是"},
            {"customer_id": "2", "touched_at": "2026-11-01 09:00", "needs_service": "是"},
            {"customer_id": "2", "touched_at": "2026-11-02 09:00", "needs_service": "否"},
            {"customer_id": "5", "touched_at": "2026-11-21 09:00", "needs_service": "是"},
        ],
        "complaints": [
            complaint(complaint_id="a", customer_id="3", received_at="2026-11-05 09:00"),
            complaint(complaint_id="b", customer_id="3", received_at="2026-11-02 09:00"),
            complaint(complaint_id="c", customer_id="4", status="已关闭"),
            complaint(complaint_id="d", customer_id="1", received_at="2026-11-04 09:00"),
        ],
        "service_issues": [
            {"issue_id": "x", "customer_id": "6", "received_at": None},
            {"issue_id": "y", "customer_id": "4", "received_at": "2026-11-04", "resolved_at": "2026-11-05"},
        ],
    }
    assert listed(rows, BY_SERVICE) == [
        ("3", "未结投诉 2件，最早 2026-11-02"),
        ("1", "2026-11-03 回访时需后续服务；未结投诉 1件，最早 2026-11-04"),
        ("6", "未结服务问题 1件"),
    ]


def test_who_was_not_heard_of_for_longest_comes_first() -> None:
    rows = {
        "customers": customers("1", "2", "3", "4"),
        "service_log": [
            {"customer_id": "1", "touched_at": "2026-11-10 09:00"},
            {"customer_id": "3", "touched_at": "2026-08-01 09:00"},
            {"customer_id": "3", "touched_at": "2026-11-19 18:00"},
            {"customer_id": "4", "touched_at": "2026-10-21"},
            {"customer_id": "2", "touched_at": "2026-11-25 09:00"},
        ],
    }
    assert listed(rows, BY_FEELING) == [
        ("2", "从未联系"),
        ("4", "已 30 天未联系（最近 2026-10-21）"),
        ("1", "已 10 天未联系（最近 2026-11-10）"),
        ("3", "已 1 天未联系（最近 2026-11-19）"),
    ]


def test_nobody_is_picked_from_an_empty_register() -> None:
    given = facts({"customers": [], "callback_records": []}, book("M01"))
    assert call_list(given, prepared(given)).empty
