"""关系评估: golden assessments and plans by hand, the edges, and a recomputation in plain Python."""

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
from xlcrm.analysis.relationship.scores import relations
from xlcrm.analysis.relationship.sheet import SHEET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.scope import Scope
    from xlcrm.rules.reading import RuleBook

Row = dict[str, Any]
RULES = book("M08")


def line(
    number: str, who: str | None, indicator: str, weight: float, score: float, day: str | None = None
) -> Row:
    return {
        "assessment_id": number,
        "customer_id": who,
        "name": f"客户{who}",
        "indicator": indicator,
        "weight": weight,
        "score": score,
        "assessed_on": day,
    }


ASSESSMENTS = [
    # Customer 1: 85 in May (A类), 65 in November (B类).
    line("P1", "1", "合作年限", 0.5, 90, "2026-05-01"),
    line("P1", "1", "信用状况", 0.5, 80, "2026-05-01"),
    line("P2", "1", "合作年限", 0.5, 70, "2026-11-01"),
    line("P2", "1", "信用状况", 0.5, 60, "2026-11-01"),
    # Customer 2: 82.5 (A类), for the first time.
    line("P3", "2", "合作年限", 0.5, 70, "2026-10-01"),
    line("P3", "2", "信用状况", 0.5, 95, "2026-10-01"),
    # Customer 3: the newest has no score, for its weights are not a whole.
    line("P4", "3", "合作年限", 0.4, 70, "2026-10-02"),
    line("P5", "3", "合作年限", 1, 50, "2026-09-01"),
    # Customer 4: 45 in August, 62 in November; what lies between has no score.
    line("P6", "4", "合作年限", 1, 45, "2026-08-01"),
    line("P7", "4", "合作年限", 0.9, 99, "2026-09-01"),
    line("P8", "4", "合作年限", 1, 62, "2026-11-02"),
    # From after now: does not exist.
    line("P9", "4", "合作年限", 1, 99, "2026-12-02"),
    # Customer 5: 50, then 55.
    line("Q1", "5", "信用状况", 1, 50, "2026-06-01"),
    line("Q2", "5", "信用状况", 1, 55, "2026-07-01"),
]


def plan(due: str | None, owner: str | None = "李明", **more: Any) -> Row:
    return {
        "customer_id": "1",
        "way": "电话",
        "measure": "季度回访",
        "owner": owner,
        "due_on": due,
        "review_status": "已通过",
        **more,
    }


PLANS = [
    plan("2026-11-10", done_on="2026-11-09", budget=100, actual_cost=80),
    # Ten days late and still open.
    plan("2026-11-10", budget=100),
    # Done before its day, for more than the budget.
    plan("2026-11-28", "王芳", way="活动邀请", done_on="2026-11-19", budget=1000, actual_cost=1200),
    # Waits for its review.
    plan("2026-11-28", "王芳", way="活动邀请", review_status="待审核", budget=1000),
    # Of October: done a day late.
    plan("2026-10-28", "王芳", done_on="2026-10-29", budget=50, actual_cost=20),
    # Due today: not yet overdue; done tomorrow is not done.
    plan("2026-11-20", done_on="2026-11-21"),
    plan("2026-11-19", None),
]
PROFILES = [
    {"name": "客户1", "customer_id": "1", "satisfaction": 8, "daily_deposit": 100, "daily_loan": 7},
    {"name": "客户2", "customer_id": "2", "satisfaction": 11, "daily_deposit": 50},
    {"name": "客户9", "customer_id": "9", "satisfaction": 6, "daily_loan": 5},
    {"name": "客户4", "customer_id": "4", "satisfaction": 9},
]


def given(
    assessments: Sequence[Row] = (),
    plans: Sequence[Row] = (),
    profiles: Sequence[Row] = (),
    rules: RuleBook = RULES,
    month: str | None = None,
) -> Scope:
    data = {
        "customers": [customer(customer_id=number, name=f"客户{number}") for number in "123456"],
        "relationship_assessments": assessments,
        "maintenance_plans": plans,
        "account_profiles": profiles,
    }
    return scope(data, month, rules=rules)


@cache
def assessed(month: str | None = None) -> Scope:
    return given(ASSESSMENTS, month=month)


def test_the_grades_by_hand() -> None:
    assert cells(SHEET, "grades", assessed()) == [
        ("A类", "维持关系", 1, 0.25, 82.5),
        # 65 and 62.
        ("B类", "改善关系", 2, 0.5, 63.5),
        ("C类", "终止关系", 1, 0.25, 55.0),
    ]
    assert filled(SHEET, "grades", assessed()).caption == (
        "截至2026-11-20 A类占25%（n=4），1家得分无效，1家未评估"
    )
    # The lowest score first, by the last row of the assessment.
    assert behind_rows(SHEET, "grades", assessed()) == {
        0: [("relationship_assessments", 5)],
        1: [("relationship_assessments", 10), ("relationship_assessments", 3)],
        2: [("relationship_assessments", 13)],
    }
    row = filled(SHEET, "grades", assessed()).behind.iloc[0]
    assert (row["amount"], row["text"], str(row["at"])) == (55.0, "客户5", "2026-07-01 00:00:00")


def test_the_changes_by_hand() -> None:
    assert cells(SHEET, "changes", assessed()) == [
        # 45 to 62, 50 to 55, 85 to 65.
        ("升级", 1, 0.25, 1, 17.0),
        ("持平", 1, 0.25, 0, 5.0),
        ("降级", 1, 0.25, 1, -20.0),
        ("首次评估", 1, 0.25, 0, None),
    ]
    assert filled(SHEET, "changes", assessed()).caption == (
        "截至2026-11-20 较上次评估升级1家、降级1家（n=4）"
    )
    day = dt.date
    assert cells(SHEET, "moved", assessed()) == [
        (
            "1",
            "客户1",
            "降级",
            "A类",
            "B类",
            85.0,
            65.0,
            -20.0,
            day(2026, 5, 1),
            day(2026, 11, 1),
            "改善关系",
        ),
        ("4", "客户4", "升级", "C类", "B类", 45.0, 62.0, 17.0, day(2026, 8, 1), day(2026, 11, 2), "改善关系"),
    ]
    assert filled(SHEET, "moved", assessed()).caption == "截至2026-11-20 降级1家，升级1家"
    assert behind_rows(SHEET, "moved", assessed()) == {
        0: [("relationship_assessments", 3)],
        1: [("relationship_assessments", 10)],
    }
    # The month says only which of them were assessed in it.
    assert [row[3] for row in cells(SHEET, "changes", assessed("2026-10"))] == [0, 0, 0, 1]


def test_the_indicators_by_hand() -> None:
    assert cells(SHEET, "indicators", assessed()) == [
        # 60, 95 and 55; 70, 70, 70 and 62.
        ("信用状况", 3, 70.0, 55.0, 1),
        ("合作年限", 4, 68.0, 62.0, 0),
    ]
    assert filled(SHEET, "indicators", assessed()).caption == (
        "截至2026-11-20 合作年限平均得分最低（68分，n=4）"
    )
    assert behind_rows(SHEET, "indicators", assessed()) == {
        0: [("relationship_assessments", place) for place in (13, 3, 5)],
        1: [("relationship_assessments", place) for place in (10, 2, 4, 6)],
    }


def test_the_months_of_assessments_by_hand() -> None:
    assert cells(SHEET, "months", assessed()) == [
        ("2026-06", 1, 1, 50.0, 0, 0, 1),
        ("2026-07", 1, 1, 55.0, 0, 0, 1),
        ("2026-08", 1, 1, 45.0, 0, 0, 1),
        ("2026-09", 2, 1, 50.0, 0, 0, 1),
        ("2026-10", 2, 1, 82.5, 1, 0, 0),
        ("2026-11", 2, 2, 63.5, 0, 2, 0),
    ]
    # (50 + 55 + 45 + 50 + 82.5 + 65 + 62) / 7 = 58.5.
    assert filled(SHEET, "months", assessed()).caption == ("2026年6月至2026年11月 评估9次，平均58.5分（n=7）")


def test_the_profiles_by_hand() -> None:
    found = given(ASSESSMENTS, profiles=PROFILES)
    assert cells(SHEET, "profiles", found) == [
        # 11 of 10 points does not count.
        ("A类", 1, 0, None, 50.0, None),
        ("B类", 2, 2, 8.5, 100.0, 7.0),
        ("C类", 0, 0, None, None, None),
        ("未评级", 1, 1, 6.0, None, 5.0),
    ]
    assert filled(SHEET, "profiles", found).caption == "截至2026-11-20 登记4家，平均满意度7.7分（n=3）"
    assert behind_rows(SHEET, "profiles", found) == {
        0: [("account_profiles", 1)],
        1: [("account_profiles", 0), ("account_profiles", 3)],
        3: [("account_profiles", 2)],
    }
    silent = given(ASSESSMENTS, profiles=[{"name": "客户1", "customer_id": "1"}])
    assert filled(SHEET, "profiles", silent).caption == "截至2026-11-20 登记1家，还没有满意度"


def test_the_plans_by_person_by_hand() -> None:
    found = given(plans=PLANS)
    assert cells(SHEET, "people", found) == [
        ("李明", 3, 1, pytest.approx(1 / 3), 1, 200.0, 80.0, 0.4),
        ("王芳", 1, 1, 1.0, 0, 1000.0, 1200.0, 1.2),
    ]
    assert filled(SHEET, "people", found).caption == "2026年11月（截至20日） 计划4项，按期完成50%，逾期1项"
    # Overdue ones first, then open ones by their day, then done ones.
    assert behind_rows(SHEET, "people", found) == {
        0: [("maintenance_plans", 1), ("maintenance_plans", 5), ("maintenance_plans", 0)],
        1: [("maintenance_plans", 3), ("maintenance_plans", 2)],
    }
    row = filled(SHEET, "people", found).behind.iloc[0]
    assert (row["amount"], row["text"], str(row["at"])) == (100.0, "季度回访", "2026-11-10 00:00:00")


def test_the_summaries_of_the_workbook_are_the_same_figures() -> None:
    data = {"customers": [customer(customer_id="1")], "maintenance_plans": PLANS}
    summaries = [{"month": "2026-11", "owner": "李明", "problem": "费用超支"}]
    with_list = scope({**data, "maintenance_summaries": summaries}, rules=RULES)
    for panel in ("people", "plan_months"):
        assert cells(SHEET, panel, with_list) == cells(SHEET, panel, given(plans=PLANS))


def test_ways_months_and_reviews_of_plans_by_hand() -> None:
    found = given(plans=PLANS)
    assert cells(SHEET, "ways", found) == [
        ("电话", 3, 1, pytest.approx(1 / 3), 1, 200.0, 80.0, 0.4),
        ("活动邀请", 1, 1, 1.0, 0, 1000.0, 1200.0, 1.2),
    ]
    # 1280 of 1200 is 106.67%.
    assert filled(SHEET, "ways", found).caption == (
        "2026年11月（截至20日） 预算1,200元，实际1,280元，使用率106.7%"
    )
    empty = (0, 0, None, 0, None, None, None)
    assert cells(SHEET, "plan_months", found) == [
        *((f"2026-0{month}", *empty) for month in (6, 7, 8, 9)),
        ("2026-10", 1, 0, 0.0, 0, 50.0, 20.0, 0.4),
        ("2026-11", 4, 2, 0.5, 1, 1200.0, 1280.0, pytest.approx(1280 / 1200)),
    ]
    assert filled(SHEET, "plan_months", found).caption == "2026年6月至2026年11月 计划5项，按期完成40%"
    assert cells(SHEET, "reviews", found) == [
        ("草稿", 0, 0.0),
        ("待审核", 1, 0.2),
        ("已通过", 4, 0.8),
        ("退回修改", 0, 0.0),
        ("其他或未填写", 0, 0.0),
    ]
    assert filled(SHEET, "reviews", found).caption == "2026年11月（截至20日） 到期5项，1项未通过审核"
    assert behind_rows(SHEET, "reviews", found)[1] == [("maintenance_plans", 3)]


def test_the_cards_by_hand() -> None:
    found = given(ASSESSMENTS, PLANS)
    assert [figure(SHEET, card.label, found) for card in SHEET.cards] == [
        Figure(5.0, "截至2026-11-20；1家未评估"),
        # (65 + 82.5 + 62 + 55) / 4 = 66.125.
        Figure(66.12, "n=4"),
        Figure(0.25, "n=4"),
        # Of the three with an assessment before.
        Figure(1.0, "n=3"),
        Figure(0.5, "较上月 +50.0个百分点；n=4", good=True),
        Figure(1280 / 1200, "较上月 +66.7个百分点；实际1,280元，预算1,200元"),
    ]


def test_without_assessments_and_plans_there_is_no_figure() -> None:
    empty = given()
    for panel in SHEET.panels:
        assert cells(SHEET, panel.name, empty) == []
        assert "没有" in filled(SHEET, panel.name, empty).caption
    assert [figure(SHEET, card.label, empty).value for card in SHEET.cards] == [None] * 6


def test_a_rule_that_is_off_says_so_and_scores_stay() -> None:
    off = given(ASSESSMENTS, PLANS, PROFILES, book("M01"))
    for panel in ("grades", "changes", "moved"):
        assert cells(SHEET, panel, off) == []
        assert filled(SHEET, panel, off).caption == "关系评级规则已停用"
    assert [row[2:] for row in cells(SHEET, "indicators", off)] == [(70.0, 55.0, None), (68.0, 62.0, None)]
    assert cells(SHEET, "months", off)[-1] == ("2026-11", 2, 2, 63.5, None, None, None)
    assert figure(SHEET, "平均得分", off).value == 66.12
    assert figure(SHEET, "A类客户占比", off) == Figure(None, "规则已停用")
    assert figure(SHEET, "降级客户", off) == Figure(None, "规则已停用")
    assert [row[1] for row in cells(SHEET, "profiles", off)] == [0, 0, 0, 4]


def test_one_customer_without_a_score_has_no_grade() -> None:
    one = given([line("P1", "1", "合作年限", 0.5, 90, "2026-11-01")])
    assert cells(SHEET, "grades", one) == []
    assert filled(SHEET, "grades", one).caption == ("截至2026-11-20 没有可评级的客户，1家得分无效，5家未评估")
    assert filled(SHEET, "changes", one).caption == "截至2026-11-20 没有可评级的客户"
    assert filled(SHEET, "months", one).caption == "2026年6月至2026年11月 评估1次"
    assert [figure(SHEET, card.label, one).value for card in SHEET.cards[:4]] == [1.0, None, None, None]
    assert cells(SHEET, "indicators", one) == [("合作年限", 1, 90.0, 90.0, 0)]


def test_customers_of_one_score_stand_by_name() -> None:
    rows = [
        line(f"{round_}{number}", number, "合作年限", 1, score, day)
        for round_, score, day in (("P", 90, "2026-10-01"), ("Q", 40, "2026-11-01"))
        for number in "321"
    ]
    assert [row[0] for row in cells(SHEET, "moved", given(rows))] == ["1", "2", "3"]


def test_a_customer_who_is_not_on_the_register_counts_by_name() -> None:
    rows = [
        line("P1", None, "合作年限", 1, 90, "2026-10-01"),
        line("P2", None, "合作年限", 1, 40, "2026-11-01"),
    ]
    assert cells(SHEET, "moved", given(rows))[0][:3] == (None, "客户None", "降级")
    assert filled(SHEET, "grades", given(rows)).caption == "截至2026-11-20 A类占0%（n=1），6家未评估"


def test_long_lists_show_the_worst_and_say_so() -> None:
    rows = [
        line(f"{round_}{number}", None, f"指标{number:02}", 1, score + number / 100, day)
        | {"name": f"新客{number:02}"}
        for round_, score, day in (("P", 90, "2026-10-01"), ("Q", 40, "2026-11-01"))
        for number in range(35)
    ]
    found = given(rows)
    assert len(cells(SHEET, "moved", found)) == 30
    assert filled(SHEET, "moved", found).caption == "截至2026-11-20 降级35家，升级0家，列出前30家"
    names = [row[0] for row in cells(SHEET, "indicators", found)]
    assert (len(names), names[-1]) == (15, "其余21项")
    assert filled(SHEET, "indicators", found).caption.startswith("截至2026-11-20 指标00平均得分最低（40分")
    plans = [plan("2026-11-10", f"人{number:02}", done_on="2026-11-10") for number in range(20)]
    people = cells(SHEET, "people", given(plans=plans))
    assert [row[:3] for row in people[-2:]] == [("人13", 1, 1), ("其余6项", 6, 6)]
    assert filled(SHEET, "people", given(plans=plans)).caption == (
        "2026年11月（截至20日） 计划20项，按期完成100%"
    )


def test_a_manager_whose_plans_all_wait_has_a_row_without_a_rate() -> None:
    waiting = given(plans=[plan("2026-11-10", review_status="草稿", budget=10)])
    assert cells(SHEET, "people", waiting) == [("李明", 0, 0, None, 0, None, None, None)]
    assert filled(SHEET, "people", waiting).caption == "2026年11月（截至20日） 计划0项"
    assert cells(SHEET, "ways", waiting) == []
    assert filled(SHEET, "plan_months", waiting).caption == "2026年6月至2026年11月 计划0项"
    assert figure(SHEET, "维护方案完成率", waiting) == Figure(None, "n=0")
    assert figure(SHEET, "预算使用率", waiting).value is None


def test_plans_without_any_money_have_no_rate_of_use() -> None:
    free = given(plans=[plan("2026-11-10", done_on="2026-11-10")])
    assert cells(SHEET, "ways", free) == [("电话", 1, 1, 1.0, 0, None, None, None)]
    assert filled(SHEET, "ways", free).caption == "2026年11月（截至20日） 预算0元，实际0元"


def test_a_sheet_without_the_columns_has_blanks() -> None:
    lacking = sheet("relationship_assessments", ASSESSMENTS[:2], lacks=["customer_id", "assessed_on"])
    lacking.frame["customer_id"] = None
    lacking.frame["assessed_on"] = np.datetime64("NaT")
    found = scope(
        {"customers": [customer(customer_id="1", name="客户1")], "relationship_assessments": lacking},
        rules=RULES,
    )
    assert cells(SHEET, "grades", found)[0] == ("A类", "维持关系", 1, 1.0, 85.0)
    assert cells(SHEET, "months", found) == []


def test_a_workbook_without_the_sheet_has_no_relations() -> None:
    found = relations(scope({"customers": [customer(customer_id="1")]}, rules=RULES))
    assert (len(found.newest), found.unseen, found.flawed) == (0, 1, 0)


# Two independent ways ------------------------------------------------------------------------------------


def _drawn(seed: int) -> list[Row]:
    """Up to four assessments of one to three indicators a customer; some weights are not a whole."""
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    for who in "123456":
        for number in range(int(random.integers(0, 5))):
            day = NOW.date() - dt.timedelta(days=int(random.integers(-10, 300)))
            names = [str(name) for name in random.permutation(["合作年限", "信用状况", "发展潜力"])]
            names = names[: int(random.integers(1, 4))]
            whole = 1.0 if random.random() < 0.8 else 0.9
            for name in names:
                score = float(random.integers(40, 100))
                rows.append(line(f"{who}-{number}", who, name, whole / len(names), score, str(day)))
    return rows


def _grade(score: float) -> str:
    return "A类" if score >= 80 else "B类" if score >= 60 else "C类"


def _history(rows: list[Row], who: str) -> list[tuple[str, float | None, list[Row]]]:
    """Day, score (None where the weights are not a whole) and rows of each assessment, the newest last."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["customer_id"] == who and row["assessed_on"] <= str(NOW.date()):
            found.setdefault(row["assessment_id"], []).append(row)
    history = []
    for own in found.values():
        whole = abs(sum(row["weight"] for row in own) - 1) < 0.001
        score = round(sum(row["weight"] * row["score"] for row in own), 2) if whole else None
        history.append((own[0]["assessed_on"], score, own))
    return sorted(history, key=lambda each: each[0])


@pytest.mark.parametrize("seed", range(8))
def test_plain_python_finds_the_same(seed: int) -> None:
    rows = _drawn(seed)
    found = given(rows)
    histories = [history for who in "123456" if (history := _history(rows, who))]
    newest = [history[-1] for history in histories]
    scores = [score for _, score, _ in newest if score is not None]
    grades: dict[str, list[float]] = {"A类": [], "B类": [], "C类": []}
    for score in scores:
        grades[_grade(score)].append(score)
    assert [(row[0], row[2], row[4]) for row in cells(SHEET, "grades", found)] == [
        (name, len(own), pytest.approx(sum(own) / len(own), abs=0.006) if own else None)
        for name, own in grades.items()
    ]
    words = []
    for history in histories:
        now, before = history[-1][1], [score for _, score, _ in history[:-1] if score is not None]
        if now is None:
            continue
        if not before:
            words.append("首次评估")
        else:
            order = "ABC".index(_grade(now)[0]) - "ABC".index(_grade(before[-1])[0])
            words.append("升级" if order < 0 else "降级" if order else "持平")
    assert {row[0]: row[1] for row in cells(SHEET, "changes", found)} == {
        word: words.count(word) for word in ("升级", "持平", "降级", "首次评估")
    }
    of_names: dict[str, list[float]] = {}
    for _, _, own in newest:
        for row in own:
            of_names.setdefault(row["indicator"], []).append(row["score"])
    assert {row[0]: row[1:] for row in cells(SHEET, "indicators", found)} == {
        name: (len(own), pytest.approx(sum(own) / len(own), abs=0.006), min(own), sum(n < 60 for n in own))
        for name, own in of_names.items()
    }
    every = [each for history in histories for each in history]
    for shown in cells(SHEET, "months", found):
        inside = [score for day, score, _ in every if day[:7] == shown[0]]
        known = [score for score in inside if score is not None]
        assert shown[1:3] == (len(inside), len(known))
        assert shown[3] == (pytest.approx(sum(known) / len(known), abs=0.006) if known else None)
        assert list(shown[4:]) == [[_grade(score) for score in known].count(name) for name in grades]


@pytest.mark.parametrize("seed", range(4))
def test_plain_python_finds_the_same_plans(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(40):
        due = NOW.date() - dt.timedelta(days=int(random.integers(-10, 120)))
        row = plan(
            str(due), str(random.choice(["李明", "王芳", "陈静"])), way=str(random.choice(["电话", "邮件"]))
        )
        if random.random() < 0.7:
            row["done_on"] = str(due + dt.timedelta(days=int(random.integers(-20, 9))))
        if random.random() < 0.8:
            row |= {"budget": float(random.integers(0, 900)), "actual_cost": float(random.integers(0, 900))}
        row["review_status"] = str(random.choice(["已通过", "已通过", "待审核"]))
        rows.append(row)
    found = given(plans=rows)
    today = str(NOW.date())

    def counted(own: list[Row], month: str) -> list[Any]:
        own = [row for row in own if row["due_on"][:7] == month and row["review_status"] == "已通过"]
        done = [row.get("done_on") if (row.get("done_on") or "9") <= today else None for row in own]
        pairs = list(zip(own, done, strict=True))
        in_time = sum(at is not None and at <= row["due_on"] for row, at in pairs)
        money = [[row[key] for row in own if key in row] for key in ("budget", "actual_cost")]
        sums = [sum(cells_) if cells_ else None for cells_ in money]
        used = pytest.approx(sums[1] / sums[0]) if sums[0] and sums[1] is not None else None
        rate = pytest.approx(in_time / len(own)) if own else None
        overdue = sum(at is None and row["due_on"] < today for row, at in pairs)
        return [len(own), in_time, rate, overdue, *sums, used]

    for panel, key in (("people", "owner"), ("ways", "way")):
        for shown in cells(SHEET, panel, found):
            assert list(shown[1:]) == counted([row for row in rows if row[key] == shown[0]], "2026-11")
    for shown in cells(SHEET, "plan_months", found):
        assert list(shown[1:]) == counted(rows, shown[0])
