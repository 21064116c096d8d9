"""Contacts looked up: from the start or the due day, later cells, windows, by customer, name or tag."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.checks.build import customer
from tests.compute.build import NOW, facts
from xlcrm.compute.touches import Lookups
from xlcrm.rules.sources import parse_sources
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping


def looked_up(home: str, source: str, rows: Mapping[str, Any], row: int = 0, **moments: str) -> str | None:
    """The time that a source gives one row, to the minute; moments are texts."""
    lookups = Lookups(facts({"customers": [customer()], **rows}))
    arrays = {name: np.array([text], dtype="datetime64[s]") for name, text in moments.items()}
    found = lookups.times(parse_sources(source, BY_NAME[home]), np.array([row]), **arrays)
    time = found.astype("datetime64[s]").item()
    return None if time is None else f"{time:%Y-%m-%d %H:%M}"


def care(*days: str, care: str = "回访") -> dict[str, Any]:
    return {"care_records": [{"customer_id": "2023001", "touched_at": day, "care": care} for day in days]}


CALLBACKS = "客户维护记录表[维护内容=回访].维护日期"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (f"之后首次 {CALLBACKS}", "2026-11-03 09:00"),
        (f"之后第2次 {CALLBACKS}", "2026-11-09 09:00"),
        (f"到期后首次 {CALLBACKS}", "2026-11-09 09:00"),
        (f"窗口内首次 {CALLBACKS}", "2026-11-09 09:00"),
        (f"首次 {CALLBACKS}", "2026-10-01 09:00"),
        (f"最近 {CALLBACKS}", "2026-11-12 09:00"),
    ],
)
def test_after_the_start_and_after_the_due_day_are_two_things(source: str, found: str) -> None:
    rows = care("2026-10-01 09:00", "2026-11-03 09:00", "2026-11-09 09:00", "2026-11-12 09:00")
    assert looked_up("customers", source, rows, since="2026-11-01", due="2026-11-08") == found


def test_a_contact_on_the_day_of_the_start_counts_where_it_has_no_time() -> None:
    rows = care("2026-11-01")
    assert (
        looked_up("customers", f"之后首次 {CALLBACKS}", rows, since="2026-11-01 15:00") == "2026-11-01 00:00"
    )


def test_without_a_due_day_the_start_stands_in() -> None:
    rows = care("2026-11-03 09:00")
    assert looked_up("customers", f"到期后首次 {CALLBACKS}", rows, since="2026-11-01") == "2026-11-03 09:00"
    assert looked_up("customers", f"到期后首次 {CALLBACKS}", rows) is None


def test_two_contacts_of_one_day_are_two() -> None:
    rows = care("2026-11-03", "2026-11-03")
    assert looked_up("customers", f"之后第2次 {CALLBACKS}", rows, since="2026-11-01") == "2026-11-03 00:00"


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-11-12 23:59", None),
        ("2026-11-13 00:00", "2026-11-13 00:00"),
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 11:00", None),
    ],
)
def test_the_seven_days_up_to_a_day(day: str, found: str | None) -> None:
    """The last one lies after now."""
    source = f"前7天内 {CALLBACKS}"
    assert looked_up("customers", source, care(day), due="2026-11-20") == found


def test_a_contact_after_the_day_is_not_up_to_it() -> None:
    source = f"前7天内 {CALLBACKS}"
    assert looked_up("customers", source, care("2026-11-11 09:00"), due="2026-11-10") is None


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2026-11-10 09:00", "2026-11-10 09:00"),
        ("2026-11-09 09:00", None),
        ("2026-11-09 08:00", None),
        ("2026-11-09", "2026-11-09 00:00"),
        ("2026-11-25 09:00", None),
        (None, None),
    ],
)
def test_a_later_cell_counts_only_after_the_start(cell: str | None, found: str | None) -> None:
    """A date alone may have been later on the day of the start; what lies after now has not happened."""
    rows = {"presales": [{"name": "新客户", "followed_up_at": cell}]}
    assert looked_up("presales", "之后 最近跟进时间", rows, since="2026-11-09 09:00") == found


def test_a_later_cell_without_a_start_counts_for_nothing() -> None:
    rows = {"presales": [{"name": "新客户", "followed_up_at": "2026-11-10 09:00"}]}
    assert looked_up("presales", "之后 最近跟进时间", rows) is None


PUSHES = {
    "customers": [customer(need_tags="有升级需求、ＶＩＰ"), customer(customer_id="2023002", need_tags=None)],
    "service_pushes": [
        {"tags": "vip", "pushed_at": "2026-10-01 09:00"},
        {"tags": "有升级需求+VIP", "pushed_at": "2026-11-05 09:00"},
        {"tags": "高活跃度", "pushed_at": "2026-11-08 09:00"},
        {"tags": "有升级需求", "pushed_at": "2026-11-10 09:00"},
        {"tags": None, "pushed_at": "2026-11-11 09:00"},
    ],
}


@pytest.mark.parametrize(
    ("source", "row", "found"),
    [
        ("最近 增值服务推送记录表.推送时间", 0, "2026-11-10 09:00"),
        ("首次 增值服务推送记录表.推送时间", 0, "2026-10-01 09:00"),
        ("之后首次 增值服务推送记录表.推送时间", 0, "2026-11-05 09:00"),
        ("之后第2次 增值服务推送记录表.推送时间", 0, "2026-11-10 09:00"),
        ("最近 增值服务推送记录表.推送时间", 1, None),
    ],
)
def test_pushes_reach_the_customers_with_one_of_their_tags(source: str, row: int, found: str | None) -> None:
    assert looked_up("customers", source, PUSHES, row, since="2026-11-01") == found


@pytest.mark.parametrize(
    ("row", "found"),
    [(0, "2026-11-05 09:00"), (1, "2026-11-10 09:00"), (2, "2026-11-08 09:00"), (4, None)],
)
def test_a_push_looks_for_pushes_with_one_of_its_own_tags(row: int, found: str | None) -> None:
    assert looked_up("service_pushes", "最近 增值服务推送记录表.推送时间", PUSHES, row) == found


def test_a_push_does_not_follow_itself() -> None:
    source = "之后首次 增值服务推送记录表.推送时间"
    rows = {"service_pushes": PUSHES["service_pushes"]}
    assert looked_up("service_pushes", source, rows, 1, since="2026-11-05 09:00") == "2026-11-10 09:00"


def test_one_tag_alone_may_be_asked_for() -> None:
    lookups = Lookups(facts(PUSHES))
    known = lookups.subjects("service_pushes").known
    source = parse_sources("最近 增值服务推送记录表.推送时间", BY_NAME["service_pushes"])
    asked = np.array([known["vip"], known["有升级需求"]])
    found = lookups.times(source, np.array([1, 1]), subjects=asked)
    assert [str(one)[:10] for one in found] == ["2026-11-05", "2026-11-10"]


def test_an_enquiry_belongs_to_the_customer_of_its_name_where_that_is_unique() -> None:
    people = [
        customer(name="甲公司"),
        customer(customer_id="2023002", name="乙公司"),
        customer(customer_id="2023003", name="乙公司"),
    ]
    asked = [
        {"name": name, "received_at": "2026-11-18 09:00"} for name in ("甲公司", "乙公司", "丙公司", None)
    ]
    given = facts({"customers": people, "presales": asked})
    assert given.codes("presales").tolist() == [0, -1, -1, -1]
    assert Lookups(given).any_touches().last(np.array([0, 1])).tolist() == [
        dt.datetime(2026, 11, 18, 9),
        None,
    ]


def test_a_push_is_no_contact_with_anybody() -> None:
    assert Lookups(facts(PUSHES)).any_touches().last(np.array([0])).tolist() == [None]


def test_every_kind_of_record_is_an_interaction() -> None:
    for table in ("care_records", "callback_records", "service_log", "followup_records"):
        rows = {"customers": [customer()], table: [{"customer_id": "2023001", "touched_at": NOW}]}
        assert Lookups(facts(rows)).any_touches().last(np.array([0])).tolist() == [NOW]
