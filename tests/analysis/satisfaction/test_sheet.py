"""满意度分析: every figure of it, by hand and against SQL."""

from __future__ import annotations

import datetime as dt
import sqlite3
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import complaint, customer, sheet
from tests.compute.build import book, facts
from xlcrm.analysis.base import Figure
from xlcrm.analysis.satisfaction.sheet import SHEET
from xlcrm.tables.base import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.scope import Scope

SURVEYS = "satisfaction_surveys"
RULES = book("C24", "C25", "R08", "S15")
"""Below 80 %, 推荐值 below 7, below 7 of ten, a dimension below 3. Now is 2026-11-20 10:30."""
CASE_PANELS = ("cases", "low_cases", "case_months")
SURVEY_PANELS = tuple(panel.name for panel in SHEET.panels if panel.name not in CASE_PANELS)


def survey(day: str, *scores: float | None, **cells: Any) -> dict[str, Any]:
    """产品质量稳定性, 技术响应速度, 服务人员态度 of a form."""
    given = dict(zip(("quality", "tech_speed", "attitude"), scores, strict=False))
    return {"customer_id": "2023001", "surveyed_on": day, **given, **cells}


BOOK: dict[str, Any] = {
    "customers": [customer(name="甲"), customer(customer_id="2023002", name="乙", grade="B类", owner="王芳")],
    SURVEYS: [
        # 12 of 15: 80 %, 8 of ten: reaches both limits.
        survey("2026-11-02", 5, 2, 5, nps=9, will_continue="是", suggestion="送货快一些"),
        # 7 of 15: 46.7 %.
        survey(
            "2026-11-05", 4, 1, 2, customer_id="2023002", nps=6, will_continue="否", suggestion="改进态度"
        ),
        # 80 %, but does not recommend.
        survey("2026-11-09", 4, customer_id=None, name="路人", nps=0, will_continue="是"),
        # Neither scores nor an answer: 6 and 11 lie outside of their scales.
        survey("2026-11-10", 6, nps=11, suggestion="无"),
        # After now.
        survey("2026-11-21", 1, 1, 1, nps=0),
        # October: 4 and 5 of 5, 90 %.
        survey("2026-10-10", 4, 5, nps=10, will_continue="是"),
    ],
    "service_issues": [
        {
            "issue_id": "SH1",
            "customer_id": "2023002",
            "received_at": "2026-11-02 09:00",
            "satisfaction": 2,
            "owner": "赵云",
        },
        {"issue_id": "SH2", "name": "路人", "received_at": "2026-11-03 09:00", "satisfaction": 4},
        {"issue_id": "SH3", "received_at": "2026-10-03 09:00", "satisfaction": 5},
    ],
    "complaints": [complaint(satisfaction="一般"), complaint(satisfaction="非常满意")],
    "recovery_cases": [{"recovery_id": "HF1", "received_at": "2026-11-04 09:00", "satisfaction": 7}],
}


@cache
def november() -> Scope:
    return scope(facts(BOOK, RULES))


def test_dimensions_are_ranked_with_their_n_and_the_month_before() -> None:
    # 质量 5, 4 and 4; 态度 5 and 2; 速度 2 and 1. The other four dimensions have no score.
    assert cells(SHEET, "dimensions", november()) == [
        ("产品质量稳定性", pytest.approx(13 / 3), pytest.approx(13 / 15), 1.0, 3, 4.0),
        ("服务人员态度", 3.5, 0.7, 0.5, 2, None),
        ("技术响应速度", 1.5, 0.3, 0.0, 2, 5.0),
    ]
    assert (
        filled(SHEET, "dimensions", november()).caption
        == "2026年11月（截至20日） 最低的是技术响应速度 1.5分（n=2）"
    )
    # The lowest score first, of equals the newest.
    assert behind_rows(SHEET, "dimensions", november())[0] == [(SURVEYS, 2), (SURVEYS, 1), (SURVEYS, 0)]


def test_a_dimension_below_its_limit_asks_for_what_is_wrong_and_how_to_mend_it() -> None:
    panel = next(item for item in SHEET.panels if item.name == "low")
    assert (panel.keys, panel.stays) == (("month", "dimension"), True)
    assert [item.heading for item in panel.typed] == ["存在问题", "改进方向"]
    assert panel.columns[-3].role is Role.AUTO
    assert cells(SHEET, "low", november()) == [("2026-11", "技术响应速度", 1.5, 2, 2)]
    assert filled(SHEET, "low", november()).caption == "2026年11月（截至20日） 1项平均分低于3分（n=3份）"
    assert behind_rows(SHEET, "low", november()) == {0: [(SURVEYS, 1), (SURVEYS, 0)]}
    stricter = scope(facts(BOOK, book(S15={"时限": "3.6"})))
    assert [row[1:4] for row in cells(SHEET, "low", stricter)] == [
        ("技术响应速度", 1.5, 2),
        ("服务人员态度", 3.5, 1),
    ]
    assert filled(SHEET, "low", stricter).caption.endswith("2项平均分低于3.6分（n=3份）")
    good = scope(facts({SURVEYS: [survey("2026-11-02", 3, 4)]}, RULES))
    assert filled(SHEET, "low", good).caption.endswith("没有一项平均分低于3分（n=1份）")


def test_scores_are_spread_over_five_bands() -> None:
    # 5 4 4 2 1 5 2: seven scores.
    assert cells(SHEET, "scores", november()) == [
        ("5分", 2, 2 / 7),
        ("4分", 2, 2 / 7),
        ("3分", 0, 0.0),
        ("2分", 2, 2 / 7),
        ("1分", 1, 1 / 7),
    ]
    assert filled(SHEET, "scores", november()).caption.endswith("4分和5分占57.1%（n=7个评分）")
    assert behind_rows(SHEET, "scores", november())[0] == [(SURVEYS, 0), (SURVEYS, 0)]
    half = scope(facts({SURVEYS: [survey("2026-11-02", 4.5)]}, RULES))
    assert [row[1] for row in cells(SHEET, "scores", half)] == [0, 1, 0, 0, 0]


def test_promoters_passives_and_detractors() -> None:
    assert cells(SHEET, "nps", november()) == [
        ("推荐者（9-10分）", 1, 1 / 3),
        ("中立者", 0, 0.0),
        ("贬损者（0-6分）", 2, 2 / 3),
    ]
    assert filled(SHEET, "nps", november()).caption == "2026年11月（截至20日） NPS -33.3（n=3）"
    assert behind_rows(SHEET, "nps", november()) == {0: [(SURVEYS, 0)], 2: [(SURVEYS, 2), (SURVEYS, 1)]}


def test_who_goes_on_of_those_who_said() -> None:
    assert cells(SHEET, "willing", november()) == [("愿意", 2, 2 / 3), ("不愿意", 1, 1 / 3)]
    assert filled(SHEET, "willing", november()).caption == (
        "2026年11月（截至20日） 愿意继续合作的占66.7%（n=3），1份未填"
    )
    assert behind_rows(SHEET, "willing", november()) == {0: [(SURVEYS, 2), (SURVEYS, 0)], 1: [(SURVEYS, 1)]}


def test_customers_below_a_limit_are_named_the_lowest_first() -> None:
    assert cells(SHEET, "unhappy", november()) == [
        (
            "乙",
            "B类",
            "王芳",
            dt.date(2026, 11, 5),
            pytest.approx(7 / 15),
            pytest.approx(70 / 15),
            6,
            "满意度低于80%、十分制低于7分、推荐值低于7分",
        ),
        ("路人", None, None, dt.date(2026, 11, 9), 0.8, 8.0, 0, "推荐值低于7分"),
    ]
    assert filled(SHEET, "unhappy", november()).caption == (
        "2026年11月（截至20日） 4份调查中2份未达标，涉及2位客户"
    )
    assert behind_rows(SHEET, "unhappy", november()) == {0: [(SURVEYS, 1)], 1: [(SURVEYS, 2)]}


def test_the_limits_are_those_of_the_rules() -> None:
    milder = book(C24={"时限": "40"}, C25={"时限": "1"}, R08={"时限": "4"})
    assert [row[0] for row in cells(SHEET, "unhappy", scope(facts(BOOK, milder)))] == ["路人"]
    assert len(cells(SHEET, "unhappy", scope(facts(BOOK, book("C28"))))) == 2


def test_suggestions_stand_newest_first() -> None:
    assert cells(SHEET, "suggestions", november()) == [
        (dt.date(2026, 11, 10), "甲", None, "无"),
        (dt.date(2026, 11, 5), "乙", pytest.approx(7 / 15), "改进态度"),
        (dt.date(2026, 11, 2), "甲", 0.8, "送货快一些"),
    ]
    assert filled(SHEET, "suggestions", november()).caption == "2026年11月（截至20日） 收到3条建议"
    assert behind_rows(SHEET, "suggestions", november()) == {
        0: [(SURVEYS, 3)],
        1: [(SURVEYS, 1)],
        2: [(SURVEYS, 0)],
    }


def test_long_lists_say_what_they_leave_out() -> None:
    rows = [survey("2026-11-02", 1, suggestion=f"建议{number}") for number in range(45)]
    given = scope(facts({"customers": [customer()], SURVEYS: rows}, RULES))
    assert filled(SHEET, "suggestions", given).caption.endswith("收到45条建议，列出最近40条")
    assert filled(SHEET, "unhappy", given).caption.endswith("45份未达标，涉及1位客户，另有5份未列")
    issues = [
        {"issue_id": f"{number}", "received_at": "2026-11-02 09:00", "satisfaction": 1}
        for number in range(35)
    ]
    cases = scope(facts({"customers": [], "service_issues": issues}, RULES))
    assert filled(SHEET, "low_cases", cases).caption.endswith("35件评分中35件不满意，列出最低的30件")


def test_months_of_percent_and_of_nps_stand_apart() -> None:
    blank = [(f"2026-{month:02}", None, None, 0) for month in range(6, 10)]
    # November: 80 %, 46.7 % and 80 %; 4 of 7 scores are 4 or 5.
    assert cells(SHEET, "months", november()) == [
        *blank,
        ("2026-10", 0.9, 1.0, 1),
        ("2026-11", pytest.approx((0.8 + 7 / 15 + 0.8) / 3), pytest.approx(4 / 7), 3),
    ]
    assert filled(SHEET, "months", november()).caption == "2026年6月至2026年11月 共4份，本月68.9%（n=3）"
    assert behind_rows(SHEET, "months", november())[5] == [(SURVEYS, place) for place in (1, 0, 2)]
    assert cells(SHEET, "nps_months", november())[3:] == [
        ("2026-09", None, 0, 0, 0, 0),
        ("2026-10", 100.0, 1, 0, 0, 1),
        ("2026-11", pytest.approx(-100 / 3), 1, 0, 2, 3),
    ]
    assert filled(SHEET, "nps_months", november()).caption == (
        "2026年6月至2026年11月 共4份，本月NPS -33.3（n=3）"
    )
    assert behind_rows(SHEET, "nps_months", november())[4] == [(SURVEYS, 5)]


def test_cases_are_ranked_by_what_their_customers_said() -> None:
    # Complaints 60 % and 100 %; the recovery 7 of 10; issues 2 and 4 of 5.
    assert cells(SHEET, "cases", november()) == [
        ("投诉", 0.8, 0.5, 2),
        ("关系恢复", 0.7, 0.0, 1),
        ("服务问题", pytest.approx(0.6), 0.5, 2),
    ]
    assert filled(SHEET, "cases", november()).caption == "2026年11月（截至20日） 案件平均满意度70%（n=5）"
    assert behind_rows(SHEET, "cases", november()) == {
        0: [("complaints", 0), ("complaints", 1)],
        1: [("recovery_cases", 0)],
        2: [("service_issues", 0), ("service_issues", 1)],
    }


def test_unhappy_cases_are_named_the_lowest_first() -> None:
    assert cells(SHEET, "low_cases", november()) == [
        ("服务问题", "SH1", "乙", "赵云", dt.datetime(2026, 11, 2, 9), 0.4),
        ("投诉", "20261110-001", "甲", "李明", dt.datetime(2026, 11, 10, 9), 0.6),
        ("关系恢复", "HF1", None, None, dt.datetime(2026, 11, 4, 9), 0.7),
    ]
    assert filled(SHEET, "low_cases", november()).caption == "2026年11月（截至20日） 5件评分中3件不满意"
    assert behind_rows(SHEET, "low_cases", november())[1] == [("complaints", 0)]


def test_months_of_cases() -> None:
    assert cells(SHEET, "case_months", november())[4:] == [
        ("2026-10", 1.0, 1.0, 1),
        ("2026-11", pytest.approx(0.7), 0.4, 5),
    ]
    assert filled(SHEET, "case_months", november()).caption == (
        "2026年6月至2026年11月 共6件评分，本月70%（n=5）"
    )


def test_the_cards_compare_with_the_month_before() -> None:
    given = november()
    told = {card.label: figure(SHEET, card.label, given) for card in SHEET.cards}
    # 68.9 - 90; 57.1 - 100; -33.3 - 100; 66.7 - 100; 70 - 100.
    assert told["平均满意度"].value == pytest.approx((0.8 + 7 / 15 + 0.8) / 3)
    assert told["平均满意度"].text == "较上月 -21.1个百分点；n=3"
    assert told["满意率（4-5分）"].value == pytest.approx(4 / 7)
    assert told["满意率（4-5分）"].text == "较上月 -42.9个百分点；n=7个评分"
    assert told["NPS"].value == pytest.approx(-100 / 3)
    assert told["NPS"].text == "较上月 -133.3；n=3"
    assert told["愿意继续合作"].value == pytest.approx(2 / 3)
    assert told["愿意继续合作"].text == "较上月 -33.3个百分点；n=3"
    assert told["调查份数"] == Figure(4, "较上月 +3", None)
    assert told["案件满意度"].value == pytest.approx(0.7)
    assert told["案件满意度"].text == "较上月 -30.0个百分点；n=5"
    assert {figure.good for label, figure in told.items() if label != "调查份数"} == {False}


@pytest.mark.parametrize("month", ["2026-05", "2026-09", "2026-12", "2027-07"])
def test_a_month_without_answers_is_blank(month: str) -> None:
    given = scope(facts(BOOK, RULES), month)
    for panel in SHEET.panels:
        if not panel.name.endswith("months"):
            assert cells(SHEET, panel.name, given) == []
    assert [figure(SHEET, card.label, given).value for card in SHEET.cards] == [None] * 6


def test_a_month_without_answers_after_one_with_some_says_so() -> None:
    given = scope(facts(BOOK, RULES), "2026-12")
    assert filled(SHEET, "months", given).caption.endswith("共4份，本月没有评分")
    assert filled(SHEET, "nps_months", given).caption.endswith("共4份，本月没有推荐值")
    assert filled(SHEET, "case_months", given).caption.endswith("共6件评分，本月没有评分")
    assert cells(SHEET, "months", scope(facts(BOOK, RULES), "2026-09")) == []


def test_a_form_without_a_single_score_is_counted_and_says_so() -> None:
    given = scope(facts({SURVEYS: [survey("2026-11-02")]}, RULES))
    assert filled(SHEET, "dimensions", given).caption.endswith("1份调查没有评分")
    assert filled(SHEET, "unhappy", given).caption.endswith("1份调查中0份未达标，涉及0位客户")
    assert figure(SHEET, "调查份数", given) == Figure(1)
    assert figure(SHEET, "平均满意度", given) == Figure(None)


def test_all_ties_stand_by_name() -> None:
    given = scope(facts({SURVEYS: [survey("2026-11-02", 3, 3, 3)]}, RULES))
    assert [row[0] for row in cells(SHEET, "dimensions", given)] == [
        "产品质量稳定性",
        "技术响应速度",
        "服务人员态度",
    ]


def test_columns_that_the_sheet_lacks_are_left_out() -> None:
    lacking = ("tech_speed", "attitude", "nps", "will_continue", "suggestion", "name")
    rows = sheet(SURVEYS, [{"surveyed_on": "2026-11-02", "quality": 4}], lacks=lacking)
    given = scope(facts({SURVEYS: rows}, RULES))
    assert cells(SHEET, "dimensions", given) == [("产品质量稳定性", 4.0, 0.8, 1.0, 1, None)]
    for panel in ("nps", "willing", "suggestions", "unhappy", "nps_months"):
        assert cells(SHEET, panel, given) == []


@pytest.mark.parametrize(
    ("tables", "shown"),
    [
        ((SURVEYS,), SURVEY_PANELS),
        (("service_issues",), CASE_PANELS),
        (("complaints",), None),
        (("orders", SURVEYS), (*SURVEY_PANELS, *CASE_PANELS)),
    ],
)
def test_a_workbook_shows_the_panels_that_its_tables_allow(
    tables: Sequence[str], shown: tuple[str, ...] | None
) -> None:
    found = SHEET.shown_with(tables)
    assert (None if found is None else tuple(panel.name for panel in found.panels)) == shown


def drawn(seed: int) -> list[dict[str, Any]]:
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    scores = (None, 0, 1, 2, 3, 4, 5, 5, 6)
    return [
        {
            "customer_id": random.choice(("2023001", "2023002", None, "9999999")),
            "name": random.choice(("路人", None)),
            "surveyed_on": f"2026-{random.choice((8, 9, 10, 10, 11, 11, 12)):02}-{random.randint(1, 28):02}",
            "quality": random.choice(scores),
            "tech_speed": random.choice(scores),
            "attitude": random.choice((*scores, 1, 1)),
            "nps": random.choice((None, *range(12))),
            "will_continue": random.choice((None, "是", "否")),
            "suggestion": random.choice((None, "快些")),
        }
        for _ in range(70)
    ]


class Sql:
    """The surveys up to now in a data base: one row a form, and one a valid score."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.execute(f"create table raw (place, {', '.join(rows[0])})")
        self.base.executemany(
            f"insert into raw values ({', '.join('?' * (len(rows[0]) + 1))})",  # noqa: S608 - question marks
            [(place, *row.values()) for place, row in enumerate(rows)],
        )
        self.base.executescript(
            """create view form as select *, substr(surveyed_on, 1, 7) as month,
                 case when nps between 0 and 10 then nps end as told
               from raw where surveyed_on <= '2026-11-20';
            create view score as
              select place, month, '产品质量稳定性' as dimension, quality as points from form
              union all select place, month, '技术响应速度', tech_speed from form
              union all select place, month, '服务人员态度', attitude from form;
            create view valid as select * from score where points between 1 and 5;
            create view mean as select place, month, avg(points) / 5 as percent from valid group by place;"""
        )

    def __call__(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.base.execute(query, values).fetchall()


def close(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(pytest.approx(cell) if isinstance(cell, float) else cell for cell in row) for row in rows]


@pytest.mark.parametrize(("seed", "month", "before"), [(3, "2026-11", "2026-10"), (4, "2026-10", "2026-09")])
def test_random_surveys_are_counted_as_sql_counts_them(seed: int, month: str, before: str) -> None:
    rows = drawn(seed)
    given = scope(facts({"customers": BOOK["customers"], SURVEYS: rows}, RULES), month)
    sql = Sql(rows)
    dimensions = """select dimension, avg(points) as mean, avg(points) / 5, avg(points >= 4), count(*),
        (select avg(points) from valid as v where v.dimension = valid.dimension and v.month = ?)
        from valid where month = ? group by dimension order by mean desc, dimension"""
    assert cells(SHEET, "dimensions", given) == close(sql(dimensions, before, month))
    low = """select month, dimension, avg(points) as mean, sum(points < 3), count(*)
        from valid where month = ? group by dimension having mean < 3 order by mean, dimension"""
    assert cells(SHEET, "low", given) == close(sql(low, month))
    (whole,) = sql("select count(*) from valid where month = ?", month)[0]
    bands = dict(sql("select points, count(*) from valid where month = ? group by points", month))
    assert cells(SHEET, "scores", given) == [
        (f"{band}分", bands.get(band, 0), pytest.approx(bands.get(band, 0) / whole))
        for band in (5, 4, 3, 2, 1)
    ]
    answers = sql(
        "select sum(told >= 9), sum(told between 7 and 8), sum(told <= 6), count(told) from form "
        "where month = ?",
        month,
    )[0]
    assert [row[1:] for row in cells(SHEET, "nps", given)] == [
        (count, pytest.approx(count / answers[3])) for count in answers[:3]
    ]
    assert figure(SHEET, "NPS", given).value == pytest.approx((answers[0] - answers[2]) / answers[3] * 100)
    said = sql("select sum(will_continue = '是'), count(will_continue) from form where month = ?", month)[0]
    assert cells(SHEET, "willing", given)[0] == ("愿意", said[0], pytest.approx(said[0] / said[1]))
    unhappy = """select place from form left join mean using (place) where form.month = ?
        and (percent < 0.8 or percent * 10 < 7 or told < 7)"""
    places = {place for (place,) in sql(unhappy, month)}
    shown = behind_rows(SHEET, "unhappy", given)
    assert {place for found in shown.values() for _, place in found} == places
    assert [row[4] is None for row in cells(SHEET, "unhappy", given)] == sorted(
        row[4] is None for row in cells(SHEET, "unhappy", given)
    )
    assert (
        len(cells(SHEET, "suggestions", given))
        == sql("select min(count(suggestion), 40) from form where month = ?", month)[0][0]
    )
    for name, percent, content, n in cells(SHEET, "months", given):
        mean = sql("select avg(percent), count(*) from mean where month = ?", name)[0]
        share = sql("select avg(points >= 4) from valid where month = ?", name)[0]
        assert close([(percent, content, n)]) == [(mean[0], share[0], mean[1])]
    for name, points, promoters, passives, detractors, n in cells(SHEET, "nps_months", given):
        told = sql(
            "select (sum(told >= 9) - sum(told <= 6)) * 100.0 / count(told), coalesce(sum(told >= 9), 0), "
            "coalesce(sum(told between 7 and 8), 0), coalesce(sum(told <= 6), 0), count(told) from form "
            "where month = ?",
            name,
        )[0]
        assert close([(points, promoters, passives, detractors, n)]) == [told]
    assert (figure(SHEET, "平均满意度", given).value,) == close(
        sql("select avg(percent) from mean where month = ?", month)
    )[0]
    assert (figure(SHEET, "满意率（4-5分）", given).value,) == close(
        sql("select avg(points >= 4) from valid where month = ?", month)
    )[0]
    assert (figure(SHEET, "调查份数", given).value,) == sql(
        "select count(*) from form where month = ?", month
    )[0]
