"""SLA分析: every figure of it, by hand and against plain Python."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.analysis.plain_clocks import PlainClock, plain_clocks, random_scope
from tests.checks.build import FIRST_ROW, complaint, customer, sheet
from tests.compute.build import book, facts
from xlcrm.analysis.base import Figure
from xlcrm.analysis.sla import SHEET
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlcrm.analysis.scope import Scope

RULES = book("C28", "C29", "C31", "S11", "R01")
"""一般 24 h and 严重 48 h to the solution, a callback in 3 days, feedback every 24 h, recovery 2 h."""
ISSUE = {"name": "甲", "received_at": "2026-11-17 09:00", "owner": "王芳"}

BOOK: dict[str, Any] = {
    "customers": [customer(), customer(customer_id="2023002", name="乙", owner="赵云")],
    "complaints": [
        # 解决 met after 10 h; 回访 met after 2 days.
        complaint(resolved_at="2026-11-10 19:00", called_back_at="2026-11-12 19:00"),
        # 解决 late after 30 h; 回访 never, due 14 November 15:00: 139.5 h ago.
        complaint(resolved_at="2026-11-11 15:00"),
        # 严重: 解决 met after 40 h; 回访 due 22 November 01:00 runs.
        complaint(level="严重", received_at="2026-11-17 09:00", resolved_at="2026-11-19 01:00", owner="王芳"),
        # 解决 never, due 11 November 09:00: 217.5 h ago; nobody but the customer's own person.
        complaint(owner=None, customer_id="2023002"),
        # 解决 runs.
        complaint(received_at="2026-11-20 09:00"),
        # Solved before it came in: cannot be judged.
        complaint(resolved_at="2026-11-09 09:00", called_back_at="2026-11-10 09:00"),
        # October: 解决 met after 24 h, 回访 met.
        complaint(
            received_at="2026-10-05 09:00", resolved_at="2026-10-06 09:00", called_back_at="2026-10-06 10:00"
        ),
        # After now.
        complaint(received_at="2026-11-21 09:00"),
    ],
    "service_issues": [
        # Newest feedback on the 18th 12:00 (the cell may hide an earlier one), next due on the 19th.
        {**ISSUE, "issue_id": "1", "responded_at": "2026-11-17 10:00", "updated_at": "2026-11-18 12:00"},
        # Solved in time.
        {**ISSUE, "issue_id": "2", "responded_at": "2026-11-17 10:00", "resolved_at": "2026-11-17 12:00"},
    ],
    "recovery_cases": [
        # 紧急: within 2 h.
        {
            "customer_id": "2023001",
            "received_at": "2026-11-02 09:00",
            "responded_at": "2026-11-02 10:30",
            "urgency": "紧急",
            "owner": "李明",
        }
    ],
}
"""November: 解决 2 met, 1 late, 1 breached, 1 open; 回访 2 met, 1 breached, 1 open; the others as told."""


@cache
def november(**parameters: Any) -> Scope:
    return scope(facts(BOOK, RULES, **parameters))


def test_clocks_are_counted_and_the_worst_attained_stands_first() -> None:
    # 解决 2 of 4 and 进度反馈 1 of 2, by name; then 回访 2 of 3 and 响应 1 of 1.
    # 解决 took 10, 30 and 40 h: the median is 30, nine tenths lie at 30 + 0.8 * 10 = 38.
    # 回访 took 24 and 48 h: the middle is 36, nine tenths lie at 24 + 0.9 * 24 = 45.6.
    assert cells(SHEET, "clocks", november()) == [
        ("投诉·解决", 5, 2, 1, 1, 1, 4, 0.5, 30.0, 38.0, 3, 2),
        ("服务问题·进度反馈", 2, 1, 0, 1, 0, 2, 0.5, None, None, 0, 1),
        ("投诉·回访", 4, 2, 0, 1, 1, 3, 2 / 3, 36.0, 45.6, 2, 1),
        ("关系恢复·响应", 1, 1, 0, 0, 0, 1, 1.0, 1.5, 1.5, 1, 0),
    ]
    caption = "2026年11月（截至20日） 达成率60%（n=10），最低的是投诉·解决 50%（n=4）"
    assert filled(SHEET, "clocks", november()).caption == caption


def test_behind_a_clock_stand_the_open_late_ones_first() -> None:
    # 解决: breached, late, open, met (10 h and 40 h: 14 h and 8 h were left).
    assert behind_rows(SHEET, "clocks", november())[0] == [("complaints", place) for place in (3, 1, 4, 2, 0)]
    rows = filled(SHEET, "clocks", november()).behind
    own = rows[rows["line"] == 0].reset_index(drop=True)
    assert own["text"].tolist() == [
        "解决：超时未完成",
        "解决：超时完成",
        "解决：进行中",
        "解决：按时完成",
        "解决：按时完成",
    ]
    assert own["amount"].tolist()[:2] == [217.5, 6.0]
    assert own["amount"].isna().tolist() == [False, False, True, True, True]


def test_people_are_ranked_and_the_customers_own_stands_in() -> None:
    # 李明: 解决 met, late and open, 回访 met twice and breached, 响应 met: 4 of 6.
    # 王芳: 解决 met, 回访 open, 进度反馈 met and breached: 2 of 3, and after 李明 by name.
    assert cells(SHEET, "people", november()) == [
        ("赵云", 1, 0, 0, 1, 0, 1, 0.0),
        ("李明", 7, 4, 1, 1, 1, 6, 2 / 3),
        ("王芳", 4, 2, 0, 1, 1, 3, 2 / 3),
    ]
    assert behind_rows(SHEET, "people", november())[0] == [("complaints", 3)]
    assert filled(SHEET, "people", november()).caption.endswith("最低的是赵云 0%（n=1）")


def test_levels_stand_in_their_own_order() -> None:
    assert cells(SHEET, "levels", november()) == [
        ("投诉·一般", 7, 3, 1, 2, 1, 6, 0.5),
        ("投诉·严重", 2, 1, 0, 0, 1, 1, 1.0),
        ("投诉·重大", 0, 0, 0, 0, 0, 0, None),
        ("服务问题·紧急", 0, 0, 0, 0, 0, 0, None),
        ("服务问题·普通", 0, 0, 0, 0, 0, 0, None),
        ("服务问题·未填写", 2, 1, 0, 1, 0, 2, 0.5),
    ]
    assert cells(SHEET, "recovery_levels", november()) == [
        ("关系恢复·紧急", 1, 1, 0, 0, 0, 1, 1.0),
        ("关系恢复·重要", 0, 0, 0, 0, 0, 0, None),
        ("关系恢复·一般", 0, 0, 0, 0, 0, 0, None),
    ]
    assert filled(SHEET, "recovery_levels", november()).caption == "2026年11月（截至20日） 达成率100%（n=1）"


def test_months_run_from_the_oldest_to_the_reported_one() -> None:
    rows = cells(SHEET, "months", november())
    assert rows[:4] == [(f"2026-{month:02}", 0, 0, 0, 0, 0, 0, None) for month in range(6, 10)]
    assert rows[4:] == [
        ("2026-10", 2, 2, 0, 0, 0, 2, 1.0),
        ("2026-11", 12, 6, 1, 3, 2, 10, 0.6),
    ]
    assert filled(SHEET, "months", november()).caption == (
        "2026年6月至2026年11月 达成率66.7%（n=12），最低的是2026-11 60%（n=10）"
    )
    assert behind_rows(SHEET, "months", november())[4] == [("complaints", 6), ("complaints", 6)]


def test_a_month_may_be_reported_later() -> None:
    given = scope(facts(BOOK, RULES), "2026-10")
    assert cells(SHEET, "clocks", given) == [
        ("投诉·回访", 1, 1, 0, 0, 0, 1, 1.0, 1.0, 1.0, 1, 0),
        ("投诉·解决", 1, 1, 0, 0, 0, 1, 1.0, 24.0, 24.0, 1, 0),
    ]
    assert filled(SHEET, "clocks", given).caption == "2026年10月 达成率100%（n=2）"


def test_what_is_not_judged_is_shown_beside() -> None:
    # 解决 is wrong; its 回访 began on the wrong day, too, and is in time.
    assert cells(SHEET, "unjudged", november()) == [("投诉·解决", 1, 0)]
    assert filled(SHEET, "unjudged", november()).caption == (
        "2026年11月（截至20日） 数据异常1个，启用日期前0个，均不计入达成率"
    )
    assert behind_rows(SHEET, "unjudged", november()) == {0: [("complaints", 5)]}
    later = november(started_on="2026-11-11")
    assert cells(SHEET, "unjudged", later)[0] == ("投诉·解决", 0, 4)


@pytest.mark.parametrize("month", ["2026-11", "2026-03"])
def test_a_start_that_cannot_be_read_shows_in_every_month_until_it_is_mended(month: str) -> None:
    notes = [(FIRST_ROW, "received_at", Remark.UNREADABLE, "昨天下午")]
    rows = sheet("complaints", [complaint(received_at=None)], notes=notes)
    given = scope(facts({"customers": [customer()], "complaints": rows}, RULES), month)
    assert cells(SHEET, "unjudged", given) == [("投诉·解决", 1, 0)]
    assert cells(SHEET, "clocks", given) == []
    assert figure(SHEET, "数据异常", given) == Figure(1, "不计入达成率", good=False)


def test_the_cards_compare_with_the_month_before() -> None:
    given = november()
    assert figure(SHEET, "SLA达成率", given) == Figure(0.6, "较上月 -40.0个百分点；按时6/判定10", good=False)
    assert figure(SHEET, "时钟数", given) == Figure(12, "较上月 +10", None)
    assert figure(SHEET, "按时完成", given) == Figure(6, "较上月 +4", None)
    assert figure(SHEET, "超时完成", given) == Figure(1, "较上月 +1", good=False)
    assert figure(SHEET, "超时未完成", given) == Figure(3, "较上月 +3", good=False)
    assert figure(SHEET, "数据异常", given) == Figure(1, "不计入达成率", good=False)
    assert figure(SHEET, "数据异常", scope(facts(BOOK, RULES), "2026-10")) == Figure(0, "不计入达成率", None)


@pytest.mark.parametrize("month", ["2026-05", "2027-03"])
def test_a_month_without_clocks_is_blank(month: str) -> None:
    given = scope(facts(BOOK, RULES), month)
    for panel in ("clocks", "people", "levels", "recovery_levels", "unjudged"):
        assert cells(SHEET, panel, given) == []
    assert filled(SHEET, "clocks", given).caption.endswith("没有开始的时钟")
    assert [figure(SHEET, card.label, given).value for card in SHEET.cards] == [None] * 6


def test_half_a_year_without_clocks_shows_no_months() -> None:
    assert cells(SHEET, "months", scope(facts(BOOK, RULES), "2026-05")) == []


def test_clocks_that_only_run_have_no_attainment() -> None:
    rows = {"customers": [], "complaints": [complaint(received_at="2026-11-20 09:00")]}
    given = scope(facts(rows, RULES))
    assert cells(SHEET, "clocks", given) == [("投诉·解决", 1, 0, 0, 0, 1, 0, None, None, None, 0, 0)]
    assert filled(SHEET, "clocks", given).caption.endswith("有1个时钟，尚无一个可以判定")
    assert figure(SHEET, "SLA达成率", given) == Figure(None, "")


def test_people_who_attain_alike_stand_by_name_and_the_rest_in_one_line() -> None:
    rows = [complaint(owner=f"员工{number:02}", resolved_at="2026-11-10 10:00") for number in range(25)]
    given = scope(facts({"customers": [customer()], "complaints": rows}, book("C28")))
    shown = cells(SHEET, "people", given)
    assert [row[0] for row in shown] == [*(f"员工{number:02}" for number in range(19)), "其余6项"]
    assert shown[-1] == ("其余6项", 6, 6, 0, 0, 0, 6, 1.0)
    assert filled(SHEET, "people", given).caption.endswith("达成率100%（n=25）")


def test_a_long_name_is_cut_in_the_caption_alone() -> None:
    name = "一二三四五六七八九十一二三四"
    rows = [complaint(owner=name), complaint(owner="李明", resolved_at="2026-11-10 10:00")]
    given = scope(facts({"customers": [customer()], "complaints": rows}, book("C28")))
    assert cells(SHEET, "people", given)[0][0] == name
    assert filled(SHEET, "people", given).caption.endswith("最低的是一二三四五六七八九十一… 0%（n=1）")


def counted(clocks: Iterable[PlainClock]) -> tuple[Any, ...]:
    """时钟数 to 达成率 of some clocks."""
    found = Counter(one.outcome for one in clocks)
    met, late, breached, open_ = (found[name] for name in ("met", "late", "breached", "open"))
    decided = met + late + breached
    return sum(found.values()), met, late, breached, open_, decided, met / decided if decided else None


def percentile(values: list[int], share: float) -> float | None:
    """By line between the two nearest of the sorted values."""
    if not values:
        return None
    at = (len(values) - 1) * share
    low, ordered = math.floor(at), sorted(values)
    high = min(low + 1, len(values) - 1)
    return (ordered[low] + (ordered[high] - ordered[low]) * (at - low)) / 60


NAMES = {
    "complaints": "投诉",
    "service_issues": "服务问题",
    "recovery_cases": "关系恢复",
    "presales": "售前咨询",
    "orders": "订单",
    "service_pushes": "推送",
    "customers": "客户",
    "followup_records": "跟进",
    "improvement_actions": "改进计划",
    "maintenance_plans": "维护方案",
    "relationship_strengthening": "关系强化",
}


def grouped(clocks: Iterable[PlainClock], by: Callable[[PlainClock], str]) -> dict[str, list[PlainClock]]:
    found: dict[str, list[PlainClock]] = {}
    for one in clocks:
        found.setdefault(by(one), []).append(one)
    return found


@pytest.mark.parametrize(("seed", "month"), [(11, "2026-11"), (12, "2026-10")])
def test_a_random_workbook_is_counted_as_plain_python_counts_it(seed: int, month: str) -> None:
    given, reference = random_scope(seed, 8, month, drawn=False)
    every = plain_clocks(reference)
    judged = [one for one in every if one.outcome not in ("invalid", "unjudged")]
    own = [one for one in judged if one.month == month]
    by_clock = grouped(own, lambda one: f"{NAMES[one.table]}·{one.clock}")
    wanted = {}
    for name, clocks in by_clock.items():
        took = [one.minutes for one in clocks if one.minutes is not None]
        times = (percentile(took, 0.5), percentile(took, 0.9), len(took), sum(one.breaches for one in clocks))
        wanted[name] = (*counted(clocks), *times)
    shown = cells(SHEET, "clocks", given)
    assert {row[0]: row[1:8] for row in shown} == {name: row[:7] for name, row in wanted.items()}
    for row in shown:
        assert row[8:10] == pytest.approx(wanted[row[0]][7:9]), row[0]
        assert row[10:] == wanted[row[0]][9:]
    rates = [(2.0 if row[7] is None else row[7], row[0]) for row in shown]
    assert rates == sorted(rates)
    people = grouped(own, lambda one: one.owner or "未填写")
    assert {row[0]: row[1:] for row in cells(SHEET, "people", given)} == {
        name: counted(clocks) for name, clocks in people.items()
    }
    cases = [one for one in own if one.table in ("complaints", "service_issues")]
    levels = grouped(cases, lambda one: f"{NAMES[one.table]}·{one.level or '未填写'}")
    assert {row[0]: row[1:] for row in cells(SHEET, "levels", given) if row[1]} == {
        name: counted(clocks) for name, clocks in levels.items()
    }
    for row in cells(SHEET, "months", given):
        assert row[1:] == counted(one for one in judged if one.month == row[0])
    faults = grouped(
        [one for one in every if one.outcome in ("invalid", "unjudged") and one.month in (month, None)],
        lambda one: f"{NAMES[one.table]}·{one.clock}",
    )
    assert {row[0]: row[1:] for row in cells(SHEET, "unjudged", given)} == {
        name: (
            sum(one.outcome == "invalid" for one in clocks),
            sum(one.outcome == "unjudged" for one in clocks),
        )
        for name, clocks in faults.items()
    }
    whole = counted(own)
    assert figure(SHEET, "SLA达成率", given).value == pytest.approx(whole[-1])
