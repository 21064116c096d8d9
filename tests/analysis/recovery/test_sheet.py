"""恢复效果评估: golden cases by hand, what happens at the edges, and a recomputation in plain Python."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import customer, sheet
from tests.compute.build import NOW, book
from xlcrm.analysis.base import Figure
from xlcrm.analysis.recovery.sheet import SHEET
from xlcrm.periods import add_months

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.rules.reading import RuleBook

Row = dict[str, Any]
RULES = book("R10", "R11", "R12")

GOLDEN: list[Row] = [
    # Answered after 10 h (24 h are allowed), rated 9 (8 are asked for), still to be followed.
    {
        "recovery_id": "HF1",
        "received_at": "2026-11-02 09:00",
        "responded_at": "2026-11-02 19:00",
        "owner": "李明",
        "urgency": "紧急",
        "issue_type": "产品故障",
        "trigger": "正式投诉",
        "satisfaction": 9,
        "completed_at": "2026-11-05 12:00",
        "relation": "已恢复",
        "content": "主机停机",
    },
    # Answered after 48 h, rated 6 on the day of the reassessment.
    {
        "recovery_id": "HF2",
        "received_at": "2026-11-03 09:00",
        "responded_at": "2026-11-05 09:00",
        "owner": "王芳",
        "urgency": "一般",
        "issue_type": "产品故障",
        "trigger": "负面舆情",
        "satisfaction": 6,
        "reassessed_at": "2026-11-09 10:00",
        "relation": "恢复中",
    },
    # Three months are over on 10 November; bought again within them.
    {
        "recovery_id": "HF3",
        "received_at": "2026-08-03 09:00",
        "responded_at": "2026-08-03 09:30",
        "owner": "王芳",
        "urgency": "重要",
        "issue_type": "服务态度",
        "completed_at": "2026-08-10 10:00",
        "repurchased_on": "2026-10-01",
        "relation": "已恢复",
    },
    # Three months were over on 15 October; never bought again. Rated 8, which is enough.
    {
        "recovery_id": "HF4",
        "received_at": "2026-07-13 09:00",
        "responded_at": "2026-07-13 15:00",
        "owner": "李明",
        "urgency": "重要",
        "issue_type": "物流时效",
        "completed_at": "2026-07-15 10:00",
        "satisfaction": 8,
        "relation": "已流失",
    },
    # Nobody has talked to this customer: at now 35 h have passed.
    {"recovery_id": "HF5", "received_at": "2026-11-18 23:30", "owner": "李明", "urgency": "紧急"},
    # Comes from after now: does not exist.
    {"recovery_id": "HF6", "received_at": "2026-11-21 09:00", "owner": "李明", "satisfaction": 2},
]


AS_EVER = (
    ("平均19小时54分", "达标", 5, 3 / 5),
    ("平均7.66分", "未达标", 3, 2 / 3),
    ("50%", "达标", 2, 1 / 2),
)


def given(rows: list[Row], rules: RuleBook = RULES, month: str | None = None, **more: Any) -> Scope:
    cases = [{"customer_id": "2023001", **row} for row in rows]
    data = {"customers": [customer(name="杭州云帆")], "recovery_cases": cases}
    return scope(data, month, rules=rules, **more)


@cache
def golden() -> Scope:
    """The golden rows in the current month; nothing in it changes."""
    return given(GOLDEN)


def test_the_totals_by_hand() -> None:
    assert cells(SHEET, "totals", golden()) == [
        # (10 + 48 + 35) / 3 = 31 h; of all (10 + 48 + 35 + 0.5 + 6) / 5 = 19.9 h, 3 of 5 in time.
        ("问题解决效率", "首次响应时间", "24小时内", "平均31小时", "未达标", 3, 1 / 3, *AS_EVER[0]),
        # (9 + 6) / 2; HF4 was rated on 15 July, its completion: (9 + 6 + 8) / 3 = 7.666 is cut.
        ("客户满意度", "处理后满意度", "8分及以上", "平均7.5分", "未达标", 2, 1 / 2, *AS_EVER[1]),
        ("关系恢复稳定性", "3个月复购率", "30%及以上", "100%", "达标", 1, 1.0, *AS_EVER[2]),
    ]
    found = filled(SHEET, "totals", golden())
    assert found.caption == "2026年11月（截至20日） 3个月复购率达标，首次响应时间、处理后满意度未达标"
    # The ones that miss the standard come first.
    assert behind_rows(SHEET, "totals", golden()) == {
        0: [("recovery_cases", 1), ("recovery_cases", 4), ("recovery_cases", 0)],
        1: [("recovery_cases", 1), ("recovery_cases", 0)],
        2: [("recovery_cases", 2)],
    }


def test_what_stands_in_the_list_of_rows_behind() -> None:
    row = filled(SHEET, "cases", golden()).behind.iloc[2]
    assert (row["place"], str(row["at"]), row["text"]) == (0, "2026-11-02 09:00:00", "主机停机")


def test_the_months_by_hand() -> None:
    empty = (0, 0, None, 0, None, None, 0, None)
    assert cells(SHEET, "months", golden()) == [
        ("2026-06", *empty),
        ("2026-07", 1, 1, 1.0, 1, 8.0, 1.0, 0, None),
        ("2026-08", 1, 1, 1.0, 0, None, None, 0, None),
        ("2026-09", *empty),
        ("2026-10", 0, 0, None, 0, None, None, 1, 0.0),
        ("2026-11", 3, 3, 1 / 3, 2, 7.5, 0.5, 1, 1.0),
    ]
    assert filled(SHEET, "months", golden()).caption == ("2026年6月至2026年11月 受理5件，响应达标60%（n=5）")
    assert behind_rows(SHEET, "months", golden()) == {
        1: [("recovery_cases", 3)],
        2: [("recovery_cases", 2)],
        # HF2 misses two standards, HF5 one, HF1 none.
        5: [("recovery_cases", 1), ("recovery_cases", 4), ("recovery_cases", 0)],
    }


@pytest.mark.parametrize(
    ("panel", "rows", "caption"),
    [
        (
            "by_urgency",
            [
                ("紧急", 2, 2, 0.5, 1, 9.0, 0, None, 1),
                ("重要", 0, 0, None, 0, None, 1, 1.0, 0),
                ("一般", 1, 1, 0.0, 1, 6.0, 0, None, 2),
                ("其他或未填写", 0, 0, None, 0, None, 0, None, 0),
            ],
            "受理3件，紧急最多（2件）",
        ),
        (
            "by_issue_type",
            [
                ("产品故障", 2, 2, 0.5, 2, 7.5, 0, None, 2),
                ("未填写", 1, 1, 0.0, 0, None, 0, None, 1),
                ("服务态度", 0, 0, None, 0, None, 1, 1.0, 0),
            ],
            "受理3件，产品故障最多（2件）",
        ),
        (
            "by_trigger",
            [
                ("未填写", 1, 1, 0.0, 0, None, 1, 1.0, 1),
                ("正式投诉", 1, 1, 1.0, 1, 9.0, 0, None, 0),
                ("负面舆情", 1, 1, 0.0, 1, 6.0, 0, None, 2),
            ],
            "受理3件",
        ),
        (
            "by_owner",
            [
                ("李明", 2, 2, 0.5, 1, 9.0, 0, None, 1),
                ("王芳", 1, 1, 0.0, 1, 6.0, 1, 1.0, 2),
            ],
            "受理3件，李明最多（2件）",
        ),
    ],
)
def test_the_groups_by_hand(panel: str, rows: list[Any], caption: str) -> None:
    assert cells(SHEET, panel, golden()) == rows
    assert filled(SHEET, panel, golden()).caption == f"2026年11月（截至20日） {caption}"


def test_a_group_leads_to_its_cases_the_worst_first() -> None:
    assert behind_rows(SHEET, "by_owner", golden()) == {
        0: [("recovery_cases", 4), ("recovery_cases", 0)],
        1: [("recovery_cases", 1), ("recovery_cases", 2)],
    }


def test_relations_and_cases_by_hand() -> None:
    assert cells(SHEET, "relations", golden()) == [
        ("恢复中", 1, 0.2),
        ("已恢复", 2, 0.4),
        ("重点维护", 0, 0.0),
        ("已流失", 1, 0.2),
        ("其他或未填写", 1, 0.2),
    ]
    assert filled(SHEET, "relations", golden()).caption == "截至2026-11-20 5件中已恢复2件，已流失1件"
    at = dt.datetime
    assert cells(SHEET, "cases", golden()) == [
        (
            "HF2",
            "杭州云帆",
            "王芳",
            "一般",
            "产品故障",
            at(2026, 11, 3, 9),
            "否(48小时)",
            "6分(未达标)",
            "待跟踪(尚未执行完成)",
            2,
            "恢复中",
        ),
        (
            "HF5",
            "杭州云帆",
            "李明",
            "紧急",
            None,
            at(2026, 11, 18, 23, 30),
            "否(已35小时未沟通)",
            "待评分",
            "待跟踪(尚未执行完成)",
            1,
            None,
        ),
        (
            "HF1",
            "杭州云帆",
            "李明",
            "紧急",
            "产品故障",
            at(2026, 11, 2, 9),
            "是(10小时)",
            "9分(达标)",
            "待跟踪(当前不足1个月)",
            0,
            "已恢复",
        ),
    ]
    assert filled(SHEET, "cases", golden()).caption == "2026年11月（截至20日） 受理3件，2件有未达标项"


def test_the_cards_by_hand() -> None:
    assert [figure(SHEET, card.label, golden()) for card in SHEET.cards] == [
        Figure(3.0, "较上月 +3", good=False),
        Figure(1 / 3, "n=3"),
        Figure(7.5, "n=2"),
        Figure(1.0, "较上月 +100.0个百分点；n=1", good=True),
        # Three misses now; HF4 in October.
        Figure(3.0, "较上月 +2", good=False),
    ]


def test_a_past_month_is_reported_as_it_is_known_now() -> None:
    past = given(GOLDEN, month="2026-10")
    assert filled(SHEET, "totals", past).caption == "2026年10月 3个月复购率未达标"
    assert [row[9] for row in cells(SHEET, "totals", past)] == [2, 1, 1]
    assert filled(SHEET, "relations", past).caption == "截至2026-10-31 2件中已恢复1件，已流失1件"


@pytest.mark.parametrize("rows", [[], [{"recovery_id": "HF9", "received_at": "2026-12-01 09:00"}]])
def test_without_cases_there_is_no_figure(rows: list[Row]) -> None:
    empty = given(rows)
    for panel in SHEET.panels[1:]:
        assert cells(SHEET, panel.name, empty) == []
        assert "没有" in filled(SHEET, panel.name, empty).caption
    # The rows of the totals stay, for the words that stand in them.
    assert [row[3:] for row in cells(SHEET, "totals", empty)] == [
        (None, None, 0, None, None, None, 0, None)
    ] * 3
    assert [figure(SHEET, label, empty).value for label in ("首次响应达标率", "3个月复购率", "未达标项")] == [
        None
    ] * 3


def test_rules_that_are_off_say_so() -> None:
    off = given(GOLDEN, book("R10"))
    assert [row[2:5] for row in cells(SHEET, "totals", off)] == [
        ("24小时内", "平均31小时", "未达标"),
        ("规则已停用", None, None),
        ("规则已停用", None, None),
    ]
    assert [row[6:9] for row in cells(SHEET, "cases", off)] == [
        ("否(已35小时未沟通)", "规则已停用", "规则已停用"),
        ("否(48小时)", "规则已停用", "规则已停用"),
        ("是(10小时)", "规则已停用", "规则已停用"),
    ]
    assert figure(SHEET, "处理后平均满意度", off) == Figure(None, "规则已停用")
    assert figure(SHEET, "3个月复购率", off) == Figure(None, "规则已停用")
    late_only = given(GOLDEN[4:5], book("R11"))
    assert figure(SHEET, "首次响应达标率", late_only) == Figure(None, "规则已停用")
    assert filled(SHEET, "months", late_only).caption.endswith("受理1件，响应达标无数据")


def test_a_sheet_without_the_columns_has_blanks() -> None:
    lacking = sheet(
        "recovery_cases",
        [{"recovery_id": "HF1", "customer_id": "2023001", "received_at": "2026-11-02 09:00"}],
        lacks=["satisfaction", "relation", "urgency", "trigger", "repurchased_on"],
    )
    found = scope({"customers": [customer()], "recovery_cases": lacking}, rules=RULES)
    # R11 needs a column that is not there.
    assert [row[2] for row in cells(SHEET, "totals", found)] == ["24小时内", "规则已停用", "30%及以上"]
    assert cells(SHEET, "by_trigger", found) == [("未填写", 1, 1, 0.0, 0, None, 0, None, 1)]


def test_of_many_people_the_rest_is_one_line() -> None:
    rows = [
        {"recovery_id": f"HF{place}", "received_at": "2026-11-02 09:00", "owner": f"人{place:02}"}
        for place in range(14)
    ]
    found = cells(SHEET, "by_owner", given(rows))
    assert [row[0] for row in found] == [*(f"人{place:02}" for place in range(11)), "其余3项"]
    assert found[-1][:2] == ("其余3项", 3)


def test_a_long_month_lists_the_worst_cases_and_says_so() -> None:
    rows: list[Row] = [
        {
            "recovery_id": f"HF{place:02}",
            "received_at": "2026-11-02 09:00",
            "responded_at": "2026-11-02 10:00",
        }
        for place in range(45)
    ]
    rows[44] = {**rows[44], "satisfaction": 1}
    found = cells(SHEET, "cases", given(rows))
    assert [row[0] for row in found[:2]] == ["HF44", "HF00"]
    assert len(found) == 40
    assert filled(SHEET, "cases", given(rows)).caption.endswith("受理45件，1件有未达标项，列出前40件")


# Two independent ways ------------------------------------------------------------------------------------


def _drawn(seed: int) -> list[Row]:
    """Cases of the last ten months, some of them unfinished, out of order, or from after now."""
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(40):
        received = NOW + dt.timedelta(minutes=int(random.integers(-300 * 1440, 3 * 1440)))
        row: Row = {"recovery_id": f"HF{number}", "received_at": received}
        if random.random() < 0.9:
            row["received_at"] = received = received.replace(second=0)
        if random.random() < 0.8:
            row["responded_at"] = received + dt.timedelta(hours=int(random.integers(-2, 60)), minutes=1)
        if random.random() < 0.7:
            row["completed_at"] = received + dt.timedelta(hours=int(random.integers(1, 900)))
        if random.random() < 0.5:
            row["reassessed_at"] = received + dt.timedelta(hours=int(random.integers(1, 1500)))
        if random.random() < 0.7:
            row["satisfaction"] = float(random.integers(0, 13)) / 1
        if random.random() < 0.4:
            row["repurchased_on"] = (received + dt.timedelta(days=int(random.integers(0, 150)))).date()
        for key, words in (("owner", ("李明", "王芳")), ("urgency", ("紧急", "重要", "一般"))):
            if random.random() < 0.9:
                row[key] = str(random.choice(words))
        rows.append(row)
    return rows


def _three_months_on(at: dt.datetime) -> dt.date:
    day: dt.date = add_months(np.array([at], dtype="datetime64[D]"), 3)[0].item()
    return day


def _results(row: Row) -> dict[str, tuple[str, bool, float]]:
    """Dimension -> month, met, figure of one case, by the words of the document."""
    received = row["received_at"]
    if received > NOW:
        return {}
    found: dict[str, tuple[str, bool, float]] = {}
    talked = row.get("responded_at")
    hours = None
    if talked is not None and talked <= NOW:
        if talked >= received:
            hours = (talked - received).total_seconds() / 3600
    elif (waited := (NOW - received).total_seconds() / 3600) > 24:
        hours = waited
    if hours is not None:
        found["问题解决效率"] = (f"{received:%Y-%m}", hours <= 24 and talked is not None, hours)
    score = row.get("satisfaction")
    if score is not None and 0 <= score <= 10:
        asked = next(
            at
            for key in ("reassessed_at", "completed_at", "received_at")
            if (at := row.get(key)) is not None and at <= NOW
        )
        found["客户满意度"] = (f"{asked:%Y-%m}", score >= 8, score)
    completed = row.get("completed_at")
    if completed is not None and completed <= NOW and (end := _three_months_on(completed)) <= NOW.date():
        again = row.get("repurchased_on")
        good = again is not None and completed.date() <= again <= end
        found["关系恢复稳定性"] = (f"{end:%Y-%m}", good, float(good))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("month", ["2026-11", "2026-09"])
def test_plain_python_finds_the_same(seed: int, month: str) -> None:
    rows = _drawn(seed)
    found = given(rows, month=month)
    results = [_results(row) for row in rows]
    for total in cells(SHEET, "totals", found):
        own = [result[total[0]] for result in results if total[0] in result]
        now = [met for at, met, _ in own if at == month]
        ever = [met for at, met, _ in own if at <= month]
        assert total[5] == len(now)
        assert total[6] == (pytest.approx(sum(now) / len(now)) if now else None)
        assert total[9] == len(ever)
        assert total[10] == (pytest.approx(sum(ever) / len(ever)) if ever else None)
    for row in cells(SHEET, "months", found):
        came = [
            case for case in rows if case["received_at"] <= NOW and f"{case['received_at']:%Y-%m}" == row[0]
        ]
        own_month = [
            {name: result for name, result in case.items() if result[0] == row[0]} for case in results
        ]
        counts = [
            [case[name] for case in own_month if name in case]
            for name in ("问题解决效率", "客户满意度", "关系恢复稳定性")
        ]
        assert row[1] == len(came)
        assert [row[2], row[4], row[7]] == [len(own) for own in counts]
        rates = [sum(met for _, met, _ in own) / len(own) if own else None for own in counts]
        assert [row[3], row[6], row[8]] == [rate if rate is None else pytest.approx(rate) for rate in rates]
        scores = [score for _, _, score in counts[1]]
        assert row[5] == (pytest.approx(sum(scores) / len(scores)) if scores else None)
    unmet = {
        place: sum(at == month and not met for at, met, _ in result.values())
        for place, result in enumerate(results)
    }
    for row in cells(SHEET, "by_urgency", found):
        word = None if row[0] == "其他或未填写" else row[0]
        places = [place for place, case in enumerate(rows) if case.get("urgency") == word]
        came = [rows[place] for place in places if rows[place]["received_at"] <= NOW]
        assert row[1] == sum(f"{case['received_at']:%Y-%m}" == month for case in came)
        assert row[8] == sum(unmet[place] for place in places)
    assert figure(SHEET, "未达标项", found).value == sum(unmet.values())
