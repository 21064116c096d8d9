"""管理驾驶舱: every card with its comparison, the worst clocks, and who carries how much."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.analysis.random_office import Office
from tests.compute.build import book, computed
from xlcrm.analysis.base import Figure
from xlcrm.analysis.dashboard import SHEET
from xlcrm.analysis.sources.retelling import can_be_retold, overdue
from xlcrm.rules.reading import default_book
from xlcrm.tables import PACKS, tables_of

LABELS = [card.label for card in SHEET.cards]


def complaint(received: str, **given: Any) -> dict[str, Any]:
    return {"complaint_id": received, "received_at": received, "level": "一般", "name": "甲公司", **given}


@pytest.mark.parametrize("label", LABELS)
def test_a_card_without_data_is_blank(label: str) -> None:
    found = figure(SHEET, label, scope({"customers": []}, rules=book("C28")))
    assert found == (Figure(0) if label == "逾期任务" else Figure(None))


@pytest.mark.parametrize("label", LABELS)
def test_a_card_of_a_month_that_lies_ahead_is_blank(label: str) -> None:
    given = scope(Office(1).tables, "2026-12", rules=book("C28"))
    assert figure(SHEET, label, given).value is None


def test_customers_new_ones_and_lost_ones() -> None:
    # On file 2 -> 4; new 1 -> 2; lost in October 1 (9 April and 6 months), in November none.
    days = ["2026-09-01", "2026-10-02", "2026-11-03", "2026-11-04"]
    given = scope(
        {
            "customers": [{"customer_id": str(place), "filed_on": day} for place, day in enumerate(days)],
            "followup_records": [{"customer_id": "0", "touched_at": "2026-04-09"}],
        }
    )
    assert figure(SHEET, "客户总数", given) == Figure(4, "较上月 +2", good=True)
    assert figure(SHEET, "新增客户数", given) == Figure(2, "较上月 +1；本月未结束")
    assert figure(SHEET, "流失客户数", given) == Figure(0, "较上月 -1；本月未结束")
    past = scope(given.facts, "2026-10")
    assert figure(SHEET, "新增客户数", past) == Figure(1, "与上月持平")
    assert figure(SHEET, "流失客户数", past) == Figure(1, "较上月 +1", good=False)


def test_without_a_month_before_nothing_is_compared() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-11-03"}]})
    assert figure(SHEET, "客户总数", given) == Figure(1)
    assert figure(SHEET, "新增客户数", given) == Figure(1)


def test_equal_figures_are_neither_good_nor_bad() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-09-03"}]})
    assert figure(SHEET, "客户总数", given) == Figure(1, "与上月持平")


def test_the_ticket_tells_its_purchases_and_what_was_left_out() -> None:
    # October 300 / 2 = 150; November (1300 - 100) / 1 = 1200.
    trades = [
        ("2026-10-01", 100, None),
        ("2026-10-02", 200, None),
        ("2026-11-01", 1300, None),
        ("2026-11-02", -100, "退款"),
        ("2026-11-03", -7, None),
        ("2026-11-04", None, None),
    ]
    given = scope(
        {
            "customers": [{"customer_id": "1"}],
            "transactions": [
                {"customer_id": "1", "traded_on": day, "amount": amount, "product": product}
                for day, amount, product in trades
            ],
        }
    )
    assert figure(SHEET, "平均客单价", given) == Figure(
        1200, "较上月 +1,050.00；n=1；2笔金额存疑未计入", good=True
    )


def test_only_doubtful_trades_give_no_ticket_but_are_told() -> None:
    given = scope(
        {
            "customers": [{"customer_id": "1"}],
            "transactions": [{"customer_id": "1", "traded_on": "2026-11-03", "amount": -7}],
        }
    )
    assert figure(SHEET, "平均客单价", given) == Figure(None, "1笔金额存疑未计入")


def test_satisfaction_and_nps_tell_how_many_answered() -> None:
    forms = [("2026-10-01", 4, 9), ("2026-10-02", 4, 8), ("2026-10-05", None, 3), ("2026-11-01", 3, 2)]
    given = scope(
        {
            "customers": [{"customer_id": "1"}],
            "satisfaction_surveys": [
                {"customer_id": "1", "surveyed_on": day, "quality": score, "nps": nps}
                for day, score, nps in forms
            ],
        }
    )
    assert figure(SHEET, "平均满意度", given) == Figure(0.6, "较上月 -20.0个百分点；n=1", good=False)
    assert figure(SHEET, "NPS", given) == Figure(-100, "较上月 -100.0；n=1", good=False)


def test_cases_that_customers_rated() -> None:
    # 5 and 3 of 5 in October; 满意 is 4 of 5, and 9 of 10 in November; 6 of 5 is off the scale.
    given = scope(
        {
            "service_issues": [
                {"issue_id": "1", "received_at": "2026-10-01 09:00", "satisfaction": 5},
                {
                    "issue_id": "2",
                    "received_at": "2026-09-01 09:00",
                    "resolved_at": "2026-10-03 09:00",
                    "satisfaction": 3,
                },
                {"issue_id": "3", "received_at": "2026-11-01 09:00", "satisfaction": 6},
            ],
            "complaints": [complaint("2026-11-01 09:00", satisfaction="满意")],
            "recovery_cases": [{"recovery_id": "1", "received_at": "2026-11-02 09:00", "satisfaction": 9}],
        }
    )
    found = figure(SHEET, "案件满意度", given)
    assert found.value == pytest.approx(0.85)
    assert (found.text, found.good) == ("较上月 +5.0个百分点；n=2", True)


def test_open_cases_at_the_months_ends() -> None:
    # Complaints: one of October still open, one solved in November -> 2 and 1 + 1 new.
    rows: dict[str, Any] = {
        "complaints": [
            complaint("2026-10-01 09:00"),
            complaint("2026-10-02 09:00", resolved_at="2026-11-05 09:00"),
            complaint("2026-11-06 09:00"),
        ],
        "service_issues": [
            {"issue_id": "1", "received_at": "2026-10-01 09:00", "status": "处理中"},
            {"issue_id": "2", "received_at": "2026-10-02 09:00", "resolved_at": "2026-11-01 09:00"},
        ],
        "recovery_cases": [{"recovery_id": "1", "received_at": "2026-11-02 09:00", "relation": "恢复中"}],
    }
    given = scope(rows)
    assert figure(SHEET, "开放投诉", given) == Figure(2, "与上月持平")
    assert figure(SHEET, "开放问题", given) == Figure(1, "较上月 -1", good=True)
    assert figure(SHEET, "开放恢复案件", given) == Figure(1)
    past = scope(rows, "2026-10")
    assert figure(SHEET, "开放投诉", past) == Figure(2)
    assert figure(SHEET, "开放问题", past) == Figure(2)
    assert figure(SHEET, "开放恢复案件", past) == Figure(None)


def test_attainment_tells_how_many_clocks_were_judged() -> None:
    # October 2 of 4 in time; November 3 of 4.
    met = [
        *((f"2026-10-0{day} 09:00", hours) for day, hours in ((1, 1), (2, 24), (3, 25), (4, 30))),
        *((f"2026-11-0{day} 09:00", hours) for day, hours in ((1, 1), (2, 2), (3, 3), (4, 99))),
    ]
    rows = [
        complaint(came, resolved_at=str(dt.datetime.fromisoformat(came) + dt.timedelta(hours=hours)))
        for came, hours in met
    ]
    given = scope({"complaints": rows}, rules=book("C28"))
    assert figure(SHEET, "SLA达成率", given) == Figure(0.75, "较上月 +25.0个百分点；n=4", good=True)


OVERDUE_ROWS: dict[str, Any] = {
    "customers": [{"customer_id": "1", "filed_on": "2026-09-01"}],
    "complaints": [
        complaint("2026-10-20 09:00", resolved_at="2026-11-05 09:00"),
        complaint("2026-10-21 09:00", resolved_at="2026-11-06 09:00"),
        complaint("2026-11-10 09:00"),
        complaint("2026-09-29 09:00", resolved_at="2026-10-01 09:00"),
    ],
}
"""At the end of September 1 task is overdue, at that of October 2, now 1."""


def test_overdue_tasks_of_the_month_before_are_those_that_were_known_then() -> None:
    given = scope(OVERDUE_ROWS, rules=book("C28"))
    assert figure(SHEET, "逾期任务", given) == Figure(1, "较上月 -1", good=True)


def test_overdue_tasks_of_a_past_month_are_those_at_its_end() -> None:
    given = scope(OVERDUE_ROWS, "2026-10", rules=book("C28"))
    assert figure(SHEET, "逾期任务", given) == Figure(2, "较上月 +1", good=False)


def test_overdue_tasks_are_not_compared_with_a_time_before_the_register() -> None:
    given = scope(OVERDUE_ROWS, "2026-09", rules=book("C28"))
    assert figure(SHEET, "逾期任务", given) == Figure(1)


def test_tasks_that_rest_on_the_newest_date_alone_are_not_compared() -> None:
    # C02 asks for a review 3 months after 最后更新日期: of 甲 since 2 May, of 乙 nobody knows of October.
    rows = {
        "customers": [
            {"customer_id": "1", "filed_on": "2026-01-02", "updated_on": "2026-02-02", "grade": "A类"},
            {"customer_id": "2", "filed_on": "2026-01-02", "updated_on": "2026-11-02", "grade": "A类"},
        ],
        "complaints": OVERDUE_ROWS["complaints"],
    }
    rules = book("C02", "C28")
    given = scope(rows, rules=rules)
    assert given.run.shown.counts["逾期"] == 2
    assert figure(SHEET, "逾期任务", given) == Figure(2, "较上月 -1；只比可追溯的任务", good=True)
    past = scope(rows, "2026-10", rules=rules)
    assert figure(SHEET, "逾期任务", past) == Figure(2, "较上月 +1；只计可追溯的任务", good=False)


def test_only_rules_that_rest_on_lasting_cells_can_be_retold() -> None:
    rules = {rule.rule_id: can_be_retold(rule) for rule in default_book("full").rules}
    assert [rule for rule in ("C01", "C02", "C03", "C34", "S11", "M12", "P44") if rules[rule]] == []
    assert all(rules[rule] for rule in ("C06", "C11", "C28", "C31", "R01", "P16"))


@pytest.mark.parametrize("seed", range(3))
def test_overdue_tasks_of_a_month_end_are_those_of_a_refresh_at_that_time(seed: int) -> None:
    tables = Office(seed).tables
    given = scope(tables, rules=book("C06", "C08", "C11", "C28", "C29"))
    then = computed(tables, given.facts.rules, now=dt.datetime(2026, 10, 31, 23, 59, 59))
    assert overdue(given, given.before) == then.shown.counts["逾期"]
    assert overdue(given, given.month) == given.run.shown.counts["逾期"]


def test_a_deadline_without_a_time_is_the_end_of_its_day() -> None:
    given = scope(
        {"improvement_actions": [{"problem": "噪音", "owner": "李明", "due_on": "2026-11-17"}]},
        rules=book("X01"),
    )
    assert cells(SHEET, "worst", given) == [
        (None, None, "改进计划·完成", None, "李明", dt.datetime(2026, 11, 17, 23, 59, 59), "2天10小时")
    ]


def test_the_worst_clocks_are_the_longest_overdue() -> None:
    rows = [
        complaint("2026-11-10 09:00", complaint_id="早", owner="李明"),
        complaint("2026-11-19 09:00", complaint_id="晚", owner="王芳"),
        complaint("2026-11-20 09:00", complaint_id="未到", owner="王芳"),
        complaint("2026-11-01 09:00", complaint_id="已办", resolved_at="2026-11-09 09:00"),
        complaint("2026-11-01 10:00", complaint_id="日期", customer_id="1", name=None, level="严重"),
    ]
    given = scope(
        {"customers": [{"customer_id": "1", "name": "乙公司", "owner": "赵敏"}], "complaints": rows},
        rules=book("C28", "C29"),
    )
    # 1 November 10:00 and 48 hours is 17 days ago; 11 November 09:00 is 9 days and 90 minutes ago.
    assert cells(SHEET, "worst", given) == [
        ("日期", "乙公司", "投诉·解决", "严重", "赵敏", dt.datetime(2026, 11, 3, 10), "17天"),
        ("早", "甲公司", "投诉·解决", "一般", "李明", dt.datetime(2026, 11, 11, 9), "9天1小时"),
        ("晚", "甲公司", "投诉·解决", "一般", "王芳", dt.datetime(2026, 11, 20, 9), "1小时30分"),
    ]
    assert filled(SHEET, "worst", given).caption == "截至2026-11-20 已超时3个时钟，最久的超时17天"
    assert behind_rows(SHEET, "worst", given) == {
        0: [("complaints", 4)],
        1: [("complaints", 0)],
        2: [("complaints", 1)],
    }
    own = filled(SHEET, "worst", given).behind
    assert own["text"].str[:3].tolist() == ["C29", "C28", "C28"]
    assert own["at"].dt.day.tolist() == [3, 11, 20]


def test_ten_clocks_are_shown_and_all_of_them_counted() -> None:
    rows = [complaint(f"2026-11-{day:02d} 09:00") for day in range(1, 15)]
    found = filled(SHEET, "worst", scope({"complaints": rows}, rules=book("C28")))
    assert found.rows["due_at"].dt.day.tolist() == list(range(2, 12))
    assert found.caption.startswith("截至2026-11-20 已超时14个时钟")


def test_clocks_that_only_warn_are_not_breached() -> None:
    given = scope({"complaints": [complaint("2026-11-19 12:00")]}, rules=book("C28"))
    assert given.run.alerts.at_risk == 1
    assert cells(SHEET, "worst", given) == []
    assert filled(SHEET, "worst", given).caption == "截至2026-11-20 没有已超时的时钟"


def loads(*tasks: tuple[str | None, str]) -> dict[str, Any]:
    """Complaints of some people, each with the task that its clock of 24 hours gives."""
    rows = [
        complaint(came, complaint_id=str(place), owner=who, content="噪音")
        for place, (who, came) in enumerate(tasks)
    ]
    return {"complaints": rows}


LATE, DUE_TODAY, LATER = "2026-11-10 09:00", "2026-11-19 20:00", "2026-11-20 10:00"


def test_tasks_by_person_and_state() -> None:
    given = scope(
        loads(
            ("王芳", LATE),
            ("李明", LATE),
            ("王芳", DUE_TODAY),
            ("王芳", LATER),
            ("李明", LATE),
            (None, LATER),
        ),
        rules=book("C28"),
    )
    assert cells(SHEET, "loads", given) == [
        ("李明", 2, 0, 0, 2),
        ("王芳", 1, 1, 1, 3),
        ("未填写", 0, 0, 1, 1),
    ]
    assert filled(SHEET, "loads", given).caption == "截至2026-11-20 共6项任务，逾期3项，李明最多（2项）"
    assert behind_rows(SHEET, "loads", given) == {
        0: [("complaints", 1), ("complaints", 4)],
        1: [("complaints", 0), ("complaints", 2), ("complaints", 3)],
        2: [("complaints", 5)],
    }
    own = filled(SHEET, "loads", given).behind
    assert set(own["text"]) == {"一般投诉解决"}


def test_equal_loads_stand_by_name_and_nobody_leads() -> None:
    given = scope(loads(("王芳", LATE), ("李明", LATE)), rules=book("C28"))
    assert [row[0] for row in cells(SHEET, "loads", given)] == ["李明", "王芳"]
    assert filled(SHEET, "loads", given).caption == "截至2026-11-20 共2项任务，逾期2项"


def test_more_than_fifteen_people_share_a_last_line() -> None:
    people = [(f"员工{number:02d}", LATE) for number in range(17)]
    given = scope(loads(*people, ("员工03", LATER)), rules=book("C28"))
    found = cells(SHEET, "loads", given)
    assert len(found) == 16
    assert found[0] == ("员工03", 1, 0, 1, 2)
    assert found[-1] == ("其余2项", 2, 0, 0, 2)


def test_tasks_that_the_list_leaves_out_are_told() -> None:
    given = scope(
        loads(*(("李明", f"2026-11-{day:02d} 09:00") for day in range(1, 13))), rules=book("C28"), due_rows=10
    )
    assert cells(SHEET, "loads", given) == [("李明", 10, 0, 0, 10)]
    caption = "截至2026-11-20 共12项任务，逾期12项，李明最多（10项）；另2项未列出，不在表内"
    assert filled(SHEET, "loads", given).caption == caption


def test_a_task_of_the_team_leads_to_no_row() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-09-01"}], "complaints": []})
    team = [row for row in cells(SHEET, "loads", given) if row[0] == "团队"]
    assert len(team) == 1
    place = [row[0] for row in cells(SHEET, "loads", given)].index("团队")
    assert place not in behind_rows(SHEET, "loads", given)


def test_without_a_task_nobody_is_listed() -> None:
    given = scope({"customers": []}, rules=book("C28"))
    assert cells(SHEET, "loads", given) == []
    assert filled(SHEET, "loads", given).caption == "截至2026-11-20 没有待办任务"


@pytest.mark.parametrize("seed", range(4))
def test_loads_count_every_task_of_the_list_once(seed: int) -> None:
    given = scope(Office(seed).tables)
    expected: dict[str, dict[str, int]] = {}
    for row in given.run.shown.rows.to_dict("records"):
        owner = row["owner"] if isinstance(row["owner"], str) else "未填写"
        states = expected.setdefault(owner, {"逾期": 0, "今日到期": 0, "即将到期": 0})
        states[row["state"]] += 1
    plain: list[tuple[Any, ...]] = sorted(
        ((who, *states.values(), sum(states.values())) for who, states in expected.items()),
        key=lambda row: (-row[1], -row[4], row[0]),
    )
    assert cells(SHEET, "loads", given) == plain


@pytest.mark.parametrize("seed", range(4))
def test_cards_agree_with_plain_python(seed: int) -> None:
    office = Office(seed)
    given = scope(office.tables, "2026-10", rules=book("C28", "C29"))
    now, before = office.expected("2026-10"), office.expected("2026-09")
    keys = {
        "客户总数": "customers",
        "新增客户数": "new",
        "流失客户数": "lost",
        "平均客单价": "ticket",
        "平均满意度": "satisfaction",
        "NPS": "nps",
        "开放投诉": "open_complaints",
        "SLA达成率": "attainment",
    }
    for label, key in keys.items():
        found = figure(SHEET, label, given)
        assert found.value == (None if now[key] is None else pytest.approx(now[key])), label
        one, other = now[key], before[key]
        if one is not None and other is not None:
            assert ("持平" in found.text) == np.isclose(one, other, atol=0.0005), label
            rises = one > other
            wanted = None if np.isclose(one, other) else rises != (label in ("流失客户数", "开放投诉"))
            assert found.good is wanted, label


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_has_cards_for_what_it_has(pack: str) -> None:
    sheet = SHEET.shown_with([table.name for table in tables_of(pack)])
    assert sheet
    labels = [card.label for card in sheet.cards]
    assert {"客户总数", "SLA达成率", "逾期任务"} <= set(labels)
    assert any("满意度" in label for label in labels) == (pack != "relationship")
    assert any(label.startswith("开放") for label in labels)
    assert len(set(labels)) == len(labels)
