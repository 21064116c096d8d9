"""Festivals and anniversaries, and the team's periods: weeks, months, quarters, years."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.checks.build import complaint, customer
from tests.compute.build import book, computed
from xlcrm.compute.contacts.occasions import period_ends
from xlcrm.rules.reading import default_rows, parse_rule

if TYPE_CHECKING:
    from tests.compute.build import Run


@pytest.mark.parametrize(
    ("limit", "unit", "last", "before"),
    [
        ("1", "周", "2026-11-22", "2026-11-15"),
        ("2", "周", "2026-11-29", "2026-11-15"),
        ("1", "个月", "2026-11-30", "2026-10-31"),
        ("3", "个月", "2026-12-31", "2026-09-30"),
        ("6", "个月", "2026-12-31", "2026-06-30"),
        ("5", "个月", "2027-01-31", "2026-08-31"),
        ("1", "年", "2026-12-31", "2025-12-31"),
        ("2", "年", "2027-12-31", "2025-12-31"),
    ],
)
def test_the_ends_of_this_period_and_the_one_before(limit: str, unit: str, last: str, before: str) -> None:
    cells = next(dict(row) for row in default_rows("crm") if row["规则编号"] == "C34")
    rule = parse_rule({**cells, "时限": limit, "单位": unit})
    assert [str(day) for day in period_ends(np.datetime64("2026-11-20"), rule)] == [last, before]


@pytest.mark.parametrize(("limit", "unit"), [("2", "周"), ("5", "个月"), ("2", "年")])
def test_a_period_ends_on_the_same_day_from_its_first_day_to_its_last(limit: str, unit: str) -> None:
    cells = next(dict(row) for row in default_rows("crm") if row["规则编号"] == "C34")
    rule = parse_rule({**cells, "时限": limit, "单位": unit})
    last, before = period_ends(np.datetime64("2026-11-20"), rule)
    for day in np.arange(before + 1, last + 1):
        assert period_ends(day, rule) == (last, before)
    assert period_ends(last + 1, rule)[1] == last


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (dt.datetime(2026, 11, 18, 9), "2026-11-15"),
        (dt.datetime(2026, 11, 19, 9), "2026-11-22"),
        (dt.datetime(2026, 11, 22, 9), "2026-11-22"),
    ],
)
def test_a_weekly_task_gives_way_to_the_next_in_mid_week(now: dt.datetime, due: str) -> None:
    found = computed({"complaints": [complaint()]}, book(C34={"单位": "周"}), now=now).shown.rows
    assert [str(day)[:10] for day in found["due_at"]] == [due]


# ---- festivals and anniversaries ---------------------------------------------------------------------


def greetings(run: Run) -> list[tuple[str, str]]:
    """Task and due day of each one on the list."""
    rows = run.shown.rows
    return list(zip(rows["task"], rows["due_at"].astype(str).str[:10], strict=True))


def people(*cells: dict[str, Any], **tables: Any) -> dict[str, Any]:
    register = [customer(customer_id=f"{2023001 + place}", **own) for place, own in enumerate(cells)]
    return {"customers": register, "care_records": [], "service_log": [], **tables}


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (dt.datetime(2026, 12, 21, 9), []),
        (dt.datetime(2026, 12, 22, 9), [("法定假日祝愿：元旦", "2026-12-29")]),
        (dt.datetime(2027, 1, 1, 9), [("法定假日祝愿：元旦", "2026-12-29")]),
        (dt.datetime(2027, 1, 2, 9), []),
        (dt.datetime(2027, 2, 1, 9), [("法定假日祝愿：春节", "2027-02-03")]),
        (dt.datetime(2027, 4, 1, 9), [("法定假日祝愿：清明", "2027-04-02")]),
        (dt.datetime(2027, 4, 27, 9), [("法定假日祝愿：劳动节", "2027-04-28")]),
        (dt.datetime(2027, 6, 6, 9), [("法定假日祝愿：端午", "2027-06-06")]),
        (dt.datetime(2027, 9, 14, 9), [("法定假日祝愿：中秋", "2027-09-12")]),
        (dt.datetime(2027, 9, 27, 9), [("法定假日祝愿：国庆", "2027-09-28")]),
    ],
)
def test_every_statutory_festival_is_greeted_once(now: dt.datetime, found: list[tuple[str, str]]) -> None:
    assert greetings(computed(people({}), book("M11"), now=now)) == found


@pytest.mark.parametrize("table", ["service_log", "care_records"])
@pytest.mark.parametrize(
    ("day", "left"), [("2026-12-24 23:00", 1), ("2026-12-25 09:00", 0), ("2026-12-30 09:00", 0)]
)
def test_a_contact_in_the_week_before_is_the_greeting(table: str, day: str, left: int) -> None:
    """In 合册 a care record is as good as an entry of the day book."""
    rows = people({}, **{table: [{"customer_id": "2023001", "touched_at": day}]})
    assert len(computed(rows, book("M11"), now=dt.datetime(2026, 12, 31, 9)).shown.rows) == left


def test_care_greets_partners_with_the_right_kind_of_record() -> None:
    now = dt.datetime(2027, 2, 4, 9)
    rows = people({}, {"stage": "潜在"}, {}, {"stage": "流失"})
    rows["care_records"] = [
        {"customer_id": "2023001", "touched_at": "2027-02-02 09:00", "care": "回访"},
        {"customer_id": "2023003", "touched_at": "2027-02-02 09:00", "care": "关怀"},
    ]
    found = computed(rows, book("S06"), now=now).shown.rows
    assert found["customer_id"].tolist() == ["2023001"]


@pytest.mark.parametrize(
    ("founded", "now", "found"),
    [
        ("2016-02-29", dt.datetime(2027, 2, 20, 9), [("周年庆关怀", "2027-02-25")]),
        ("2016-02-29", dt.datetime(2028, 2, 20, 9), [("周年庆关怀", "2028-02-26")]),
        ("2016-02-29", dt.datetime(2027, 3, 1, 9), []),
        ("2016-11-28", dt.datetime(2026, 11, 20, 9), [("周年庆关怀", "2026-11-25")]),
        ("2016-01-01", dt.datetime(2026, 12, 24, 9), [("周年庆关怀", "2026-12-29")]),
        (None, dt.datetime(2026, 11, 20, 9), []),
    ],
)
def test_a_founding_day_comes_back_every_year(
    founded: str | None, now: dt.datetime, found: list[tuple[str, str]]
) -> None:
    assert greetings(computed(people({"founded_on": founded}), book("S07"), now=now)) == found


def test_the_anniversary_is_over_when_somebody_has_cared() -> None:
    cared = [{"customer_id": "2023001", "touched_at": "2026-11-19 09:00", "care": "关怀"}]
    rows = people({"founded_on": "2016-11-25"}, {"founded_on": "2016-11-25"}, care_records=cared)
    found = computed(rows, book("S07")).shown.rows
    assert found["customer_id"].tolist() == ["2023002"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"contact_birthday": "2000-11-25"}, [("节点增值推送：联系人生日", "2026-11-25")]),
        ({"contact_birthday": "1980-11-19"}, []),
        ({"contract_ends_on": "2026-11-25"}, [("节点增值推送：合同到期日", "2026-11-25")]),
        ({"contract_ends_on": "2025-11-25"}, []),
        ({"contract_ends_on": "2026-11-19"}, []),
        (
            {"contact_birthday": "2000-11-22", "contract_ends_on": "2026-11-27"},
            [("节点增值推送：联系人生日", "2026-11-22"), ("节点增值推送：合同到期日", "2026-11-27")],
        ),
    ],
)
def test_a_birthday_comes_back_and_a_contract_ends_once(
    cells: dict[str, str], found: list[tuple[str, str]]
) -> None:
    rows = people(cells, service_pushes=[])
    assert greetings(computed(rows, book("P46"))) == found


@pytest.mark.parametrize(
    ("tags", "day", "left"),
    [
        ("有升级需求", "2026-11-20 09:00", 0),
        ("高活跃度、有升级需求", "2026-11-18 09:00", 0),
        ("有升级需求", "2026-11-17 09:00", 1),
        ("关注售后保障", "2026-11-20 09:00", 1),
    ],
)
def test_a_push_to_one_of_the_customers_tags_is_enough(tags: str, day: str, left: int) -> None:
    pushes = [{"tags": tags, "pushed_at": day}]
    cells = {"contact_birthday": "2000-11-25", "need_tags": "有升级需求、高活跃度"}
    assert len(computed(people(cells, service_pushes=pushes), book("P46")).shown.rows) == left


# ---- the team's calendar -----------------------------------------------------------------------------


def issue(number: int, **cells: Any) -> dict[str, Any]:
    return {
        "issue_id": f"SH2026110{number}0001",
        "name": "甲公司",
        "received_at": f"2026-11-{20 - number:02d} 09:00",
        "complexity": "复杂",
        **cells,
    }


def meeting(*issues: dict[str, Any]) -> str:
    found = computed({"customers": [], "service_issues": list(issues)}, book("P44"))
    text: str = found.shown.rows["task"].item()
    return text


def test_the_weekly_meeting_names_the_complex_open_cases_that_have_waited_longest() -> None:
    text = meeting(
        issue(1),
        issue(2),
        issue(3, complexity="普通"),
        issue(4, resolved_at="2026-11-19 09:00"),
        issue(5, status="已关闭"),
        issue(6, issue_id=None),
    )
    assert text == "客户支持联席会议：复杂未结 3 件（第9行、SH202611020001、SH202611010001）"


def test_of_many_cases_the_meeting_names_five() -> None:
    assert meeting(*(issue(number) for number in range(1, 8))) == (
        "客户支持联席会议：复杂未结 7 件（SH202611070001、SH202611060001、SH202611050001、"
        "SH202611040001、SH202611030001 等7件）"
    )


def test_the_meeting_takes_place_without_cases_too() -> None:
    assert meeting(issue(1, complexity="普通")) == "客户支持联席会议：无复杂未结问题"


@pytest.mark.parametrize(
    ("rule", "now", "due", "task"),
    [
        ("P44", dt.datetime(2026, 11, 20, 9), "2026-11-22", "客户支持联席会议：无复杂未结问题"),
        ("P45", dt.datetime(2026, 12, 28, 9), "2026-12-31", "客户共性问题分析"),
        ("S16", dt.datetime(2026, 6, 28, 9), "2026-06-30", "客户满意度分析报告"),
        ("M12", dt.datetime(2026, 12, 28, 9), "2026-12-31", "客户答谢会"),
        ("M13", dt.datetime(2026, 11, 28, 9), "2026-11-30", "维护工作汇报"),
    ],
)
def test_the_team_has_one_task_a_period(rule: str, now: dt.datetime, due: str, task: str) -> None:
    tables = ("customers", "service_issues", "satisfaction_surveys", "maintenance_summaries")
    rows = dict.fromkeys(tables, ())
    found = computed(rows, book(rule), now=now)
    assert greetings(found) == [(task, due)]
    assert found.shown.rows["owner"].tolist() == ["团队"]
    done = computed(rows, book(**{rule: {"上次完成": f"{now:%Y-%m-%d}"}}), now=now)
    assert greetings(done) == []


def test_last_years_party_is_asked_for_until_the_next_is_near() -> None:
    late = computed({"customers": []}, book("M12"), now=dt.datetime(2026, 1, 20, 9))
    assert greetings(late) == [("客户答谢会", "2025-12-31")]
