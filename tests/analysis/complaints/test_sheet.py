"""投诉分析月报: every figure of it, by hand and against SQL."""

from __future__ import annotations

import sqlite3
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import complaint, customer, sheet
from tests.compute.build import book, facts
from xlcrm.analysis.base import Figure
from xlcrm.analysis.complaints.sheet import SHEET
from xlcrm.tables.base import Role

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope

RULES = book("C28", "C29", "C31")
"""一般 24 h and 严重 48 h to the solution, a callback within 3 days of it. Now is 2026-11-20 10:30."""
PRODUCT, SERVICE = "产品问题", "服务问题"


def case(at: str, kind: str | None = None, issue: str | None = None, **cells: Any) -> dict[str, Any]:
    return {**complaint(received_at=at), "complaint_type": kind, "issue": issue, **cells}


CUSTOMERS = [
    customer(),  # 2023001, A类
    customer(customer_id="2023002", name="乙", grade="C类"),
    customer(customer_id="2023003", name="丙", grade=None),
]
BOOK: dict[str, Any] = {
    "customers": CUSTOMERS,
    "complaints": [
        # November: solved after 10 h and after 20 h, both in time.
        case("2026-11-02 09:00", PRODUCT, "噪音", department="产品部", resolved_at="2026-11-02 19:00"),
        case("2026-11-03 09:00", PRODUCT, "噪音", department="客服部", resolved_at="2026-11-04 05:00"),
        # Closed without saying when: 解决 is breached.
        case("2026-11-04 09:00", PRODUCT, "漏水", customer_id="2023002", status="已关闭"),
        # 严重, open and in its 48 h.
        case("2026-11-19 09:00", SERVICE, "态度", department="客服部", level="严重", customer_id="2023003"),
        # Of a customer who is not on the register; nothing is said of it.
        case("2026-11-05 09:00", customer_id=None, name="路人", level="重大"),
        # After now.
        case("2026-11-21 09:00", PRODUCT, "噪音"),
        # October: one solved after two whole days (a date without a time), one without a solution.
        case("2026-10-02 09:00", PRODUCT, "噪音", department="产品部", resolved_at="2026-10-04"),
        case("2026-10-05 09:00", "沟通问题", "漏水", level="严重"),
        # September.
        case("2026-09-08 09:00", PRODUCT, "噪音"),
    ],
}


@cache
def november() -> Scope:
    return scope(facts(BOOK, RULES))


def test_kinds_are_ranked_with_share_and_the_month_before() -> None:
    # 5 complaints; the product's took 10 and 20 h. 投诉类型 of October: 产品问题 1, 沟通问题 1.
    assert cells(SHEET, "kinds", november()) == [
        (PRODUCT, 3, 0.6, 1.0, 3, 15.0),
        (SERVICE, 1, 0.2, 0.0, 0, None),
        ("未填写", 1, 0.2, 0.0, 0, None),
    ]
    assert filled(SHEET, "kinds", november()).caption == (
        "2026年11月（截至20日） 投诉5件，最多的是产品问题（3件，60%）"
    )
    # Unsolved ones would come first; of the solved ones the newer.
    assert behind_rows(SHEET, "kinds", november())[0] == [("complaints", place) for place in (2, 1, 0)]


def test_departments_are_ranked_and_no_leader_is_named_where_there_is_none() -> None:
    assert cells(SHEET, "departments", november()) == [
        ("客服部", 2, 0.4, 0.0, 1, 20.0),
        ("未填写", 2, 0.4, 1.0, 1, None),
        ("产品部", 1, 0.2, 1.0, 1, 10.0),
    ]
    assert filled(SHEET, "departments", november()).caption == "2026年11月（截至20日） 投诉5件"


def test_the_most_frequent_problems_with_those_that_tie_with_the_third() -> None:
    # 噪音 twice, the others once; 产品部 and 客服部 tie for 噪音, the first by name is 产品部.
    assert cells(SHEET, "top", november()) == [
        ("噪音", 2, 0.4, 1.0, "产品部"),
        ("态度", 1, 0.2, 0.0, "客服部"),
        ("漏水", 1, 0.2, 1.0, None),
    ]
    assert filled(SHEET, "top", november()).caption == (
        "2026年11月（截至20日） 首位是噪音（2件，40%）；1件未填高频问题"
    )
    rows = [case("2026-11-02 09:00", issue=name) for name in ("甲", "甲", "乙", "丙", "丁", "戊")]
    tied = scope(facts({"customers": [], "complaints": rows}, RULES))
    assert [row[0] for row in cells(SHEET, "top", tied)] == ["甲", "丁", "丙", "乙", "戊"]


def test_ties_beyond_the_room_of_the_panel_stand_by_name() -> None:
    rows = [case("2026-11-02 09:00", issue=f"问题{number:02}") for number in range(14)]
    tied = scope(facts({"customers": [], "complaints": rows}, RULES))
    assert [row[0] for row in cells(SHEET, "top", tied)] == [f"问题{number:02}" for number in range(10)]


def test_problems_without_a_name_are_said_but_not_ranked() -> None:
    given = scope(facts({"customers": [], "complaints": [case("2026-11-02 09:00")]}, RULES))
    assert cells(SHEET, "top", given) == []
    assert filled(SHEET, "top", given).caption.endswith("投诉1件；1件未填高频问题")
    assert cells(SHEET, "measures", given) == []


def test_levels_with_their_clocks() -> None:
    # 一般: 解决 met twice, breached once (4 November); 回访 of the two solved ones never came.
    assert cells(SHEET, "levels", november()) == [
        ("一般", 5, 2, 0, 3, 0, 5, 0.4),
        ("严重", 1, 0, 0, 0, 1, 0, None),
        ("重大", 0, 0, 0, 0, 0, 0, None),
    ]
    assert cells(SHEET, "clocks", november()) == [
        ("一般", "解决", 3, 2, 0, 1, 0, 3, 2 / 3),
        ("一般", "回访", 2, 0, 0, 2, 0, 2, 0.0),
        ("严重", "解决", 1, 0, 0, 0, 1, 0, None),
    ]
    assert filled(SHEET, "levels", november()).caption == "2026年11月（截至20日） 达成率40%（n=5）"
    assert filled(SHEET, "clocks", november()).caption == (
        "2026年11月（截至20日） 达成率40%（n=5），最低的是一般·回访 0%（n=2）"
    )
    assert behind_rows(SHEET, "clocks", november())[1] == [("complaints", 0), ("complaints", 1)]


def test_kinds_by_grade_of_the_customer() -> None:
    assert cells(SHEET, "grades", november()) == [
        (PRODUCT, 2, 0, 1, 0, 3),
        (SERVICE, 0, 0, 0, 1, 1),
        ("未填写", 0, 0, 0, 1, 1),
    ]
    assert filled(SHEET, "grades", november()).caption == (
        "2026年11月（截至20日） 投诉来自A类2件，C类1件，未定2件"
    )
    headings = [item.heading for item in next(p for p in SHEET.panels if p.name == "grades").columns]
    assert headings == ["投诉类型", "A类", "B类", "C类", "未定", "合计", "明细"]


def test_a_problem_of_three_months_in_a_row_is_named() -> None:
    # 漏水 was there in October and November alone.
    assert cells(SHEET, "repeated", november()) == [("噪音", 1, 1, 2, 4, "产品部")]
    assert filled(SHEET, "repeated", november()).caption == (
        "2026-09 至 2026-11 连续3个月出现的问题1个，首位是噪音（共4件）"
    )
    assert behind_rows(SHEET, "repeated", november())[0] == [("complaints", place) for place in (8, 1, 0, 6)]
    earlier = scope(facts(BOOK, RULES), "2026-10")
    assert cells(SHEET, "repeated", earlier) == []
    assert filled(SHEET, "repeated", earlier).caption == "2026-08 至 2026-10 没有连续3个月出现的问题"


def test_months_before_the_first_complaint_are_blank() -> None:
    assert cells(SHEET, "months", november()) == [
        ("2026-06", None, None, None, None),
        ("2026-07", None, None, None, None),
        ("2026-08", None, None, None, None),
        ("2026-09", 1.0, 0.0, 0.0, None),
        ("2026-10", 2.0, 1.0, 1.0, 48.0),
        ("2026-11", 5.0, 2.0, 3.0, 15.0),
    ]
    assert filled(SHEET, "months", november()).caption == "2026年6月至2026年11月 投诉共8件，本月5件"


def test_measures_are_asked_for_the_most_frequent_problems() -> None:
    panel = next(item for item in SHEET.panels if item.name == "measures")
    assert (panel.keys, panel.stays) == (("month", "issue"), True)
    assert [item.heading for item in panel.typed] == ["改进措施"]
    assert all(item.role is Role.AUTO for item in panel.columns if item not in panel.typed)
    assert cells(SHEET, "measures", november()) == [
        ("2026-11", "噪音", 2, "产品部"),
        ("2026-11", "态度", 1, "客服部"),
        ("2026-11", "漏水", 1, None),
    ]


def test_the_cards_compare_with_the_month_before() -> None:
    given = november()
    assert figure(SHEET, "本期投诉", given) == Figure(5, "较上月 +3", good=False)
    assert figure(SHEET, "上期投诉", given) == Figure(2, "2026-10")
    assert figure(SHEET, "严重和重大投诉", given) == Figure(2, "较上月 +1", good=False)
    assert figure(SHEET, "已解决", given) == Figure(3, "解决率60%（3/5），截至2026-11-20")
    assert figure(SHEET, "平均解决时长（小时）", given) == Figure(15, "较上月 -33.0；n=2", good=True)
    # October: 解决 one of two in time (2 days on the due day's date are late), 回访 never.
    assert figure(SHEET, "投诉SLA达成率", given) == Figure(
        0.4, "较上月 +40.0个百分点；按时2/判定5", good=True
    )


def test_a_month_without_complaints_counts_none_and_shows_no_rate() -> None:
    given = scope(facts({"customers": CUSTOMERS, "complaints": [case("2026-09-08 09:00")]}, RULES))
    for panel in ("kinds", "top", "departments", "grades", "repeated", "levels", "clocks", "measures"):
        assert cells(SHEET, panel, given) == []
    assert filled(SHEET, "kinds", given).caption == "2026年11月（截至20日） 没有投诉"
    values = [figure(SHEET, card.label, given).value for card in SHEET.cards]
    assert values == [0, 0, 0, None, None, None]


@pytest.mark.parametrize("month", ["2026-11", "2027-01"])
def test_a_workbook_without_complaints_is_blank_all_over(month: str) -> None:
    given = scope(facts({"customers": CUSTOMERS, "complaints": []}, RULES), month)
    for panel in SHEET.panels:
        assert cells(SHEET, panel.name, given) == []
    assert [figure(SHEET, card.label, given).value for card in SHEET.cards] == [None] * 6


def test_a_month_that_lies_ahead_is_blank() -> None:
    given = scope(facts(BOOK, RULES), "2026-12")
    assert figure(SHEET, "本期投诉", given) == Figure(None)
    assert cells(SHEET, "months", given)[-1] == ("2026-12", None, None, None, None)
    assert figure(SHEET, "上期投诉", given).value == 5


def test_columns_that_the_sheet_lacks_are_blank() -> None:
    lacking = ("complaint_type", "issue", "department", "status", "level")
    rows = [{"received_at": "2026-11-02 09:00", "content": "吵"}]
    given = scope(
        facts({"customers": [], "complaints": sheet("complaints", rows, lacks=lacking)}, book("C31"))
    )
    assert cells(SHEET, "kinds", given) == [("未填写", 1, 1.0, None, 0, None)]
    assert cells(SHEET, "levels", given) == []
    assert cells(SHEET, "grades", given) == [("未填写", 0, 0, 0, 1, 1)]


def test_too_many_kinds_end_in_one_line() -> None:
    kinds = [f"类型{number:02}" for number in range(12)]
    rows = [case("2026-11-02 09:00", kind) for kind in kinds]
    rows += [case("2026-10-02 09:00", kind) for kind in (*kinds, "旧类型")]
    shown = cells(SHEET, "kinds", scope(facts({"customers": [], "complaints": rows}, RULES)))
    assert [row[0] for row in shown] == [*kinds[:9], "其余3项"]
    # The rest has October's of the three kinds and of the one that is gone.
    assert shown[-1][:4] == ("其余3项", 3, 0.25, 4.0)


def test_levels_that_no_list_knows_and_blank_ones_have_lines_of_their_own() -> None:
    rows = [case("2026-11-02 09:00", level=level, resolved_at="2026-11-02 10:00") for level in ("特急", None)]
    given = scope(facts({"customers": [], "complaints": rows}, book("C31")))
    assert [row[:2] for row in cells(SHEET, "levels", given)] == [
        ("一般", 0),
        ("严重", 0),
        ("重大", 0),
        ("未填写", 1),
        ("特急", 1),
    ]


def drawn(seed: int) -> list[dict[str, Any]]:
    random = Random(seed)  # noqa: S311 - a draw, not a secret

    def moment(months: tuple[int, ...]) -> str:
        return (
            f"2026-{random.choice(months):02}-{random.randint(1, 28):02} "
            f"{random.randint(0, 23):02}:{random.choice((0, 15, 30)):02}:00"
        )

    rows = []
    for number in range(80):
        received = moment((8, 9, 10, 10, 11, 11, 12))
        resolved = moment((9, 10, 11, 12))
        rows.append(
            {
                "complaint_id": str(number),
                "received_at": received,
                "name": "客户",
                "customer_id": random.choice(("2023001", "2023002", "2023003", "9999999")),
                "complaint_type": random.choice((None, PRODUCT, SERVICE, "沟通问题")),
                "issue": random.choice((None, "噪音", "漏水", "态度", "慢", "贵")),
                "department": random.choice((None, "产品部", "客服部")),
                "level": random.choice(("一般", "严重", "重大", None)),
                "resolved_at": random.choice((None, resolved if resolved > received else None)),
                "status": random.choice((None, "处理中", "已关闭")),
            }
        )
    return rows


class Sql:
    """The complaints up to now in a data base; months are texts."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        keys = list(rows[0])
        self.base = sqlite3.connect(":memory:")
        self.base.execute(f"create table raw ({', '.join(keys)})")
        self.base.execute("create table customers (customer_id, grade)")
        self.base.executemany(
            f"insert into raw values ({', '.join(':' + key for key in keys)})",  # noqa: S608 - our own keys
            rows,
        )
        self.base.executemany(
            "insert into customers values (:customer_id, :grade)",
            [{"customer_id": row["customer_id"], "grade": row["grade"]} for row in CUSTOMERS],
        )
        self.base.execute(
            """create view c as select *, substr(received_at, 1, 7) as month,
            (case when resolved_at <= '2026-11-20 10:30:00'
             then (julianday(resolved_at) - julianday(received_at)) * 24 end) as hours,
            coalesce(resolved_at <= '2026-11-20 10:30:00', 0) or coalesce(status = '已关闭', 0) as solved,
            (select grade from customers where customers.customer_id = raw.customer_id) as grade
            from raw where received_at <= '2026-11-20 10:30:00'"""
        )

    def __call__(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.base.execute(query, values).fetchall()


@pytest.mark.parametrize(("seed", "month", "before"), [(1, "2026-11", "2026-10"), (2, "2026-10", "2026-09")])
def test_random_complaints_are_counted_as_sql_counts_them(seed: int, month: str, before: str) -> None:
    rows = drawn(seed)
    given = scope(facts({"customers": CUSTOMERS, "complaints": rows}, RULES), month)
    sql = Sql(rows)
    (whole,) = sql("select count(*) from c where month = ?", month)[0]
    assert figure(SHEET, "本期投诉", given).value == whole
    assert (figure(SHEET, "上期投诉", given).value,) == sql("select count(*) from c where month = ?", before)[
        0
    ]
    for panel, key in (("kinds", "complaint_type"), ("departments", "department")):
        wanted = sql(
            f"""select coalesce({key}, '未填写') as label, count(*), count(*) * 1.0 / ?,
            (select count(*) from c as b where b.month = ? and coalesce(b.{key}, '未填写') =
             coalesce(c.{key}, '未填写')), sum(solved), avg(hours)
            from c where month = ? group by label order by count(*) desc, label""",  # noqa: S608 - our own keys
            whole,
            before,
            month,
        )
        shown = cells(SHEET, panel, given)
        assert [row[:5] for row in shown] == [row[:5] for row in wanted]
        assert [row[5] for row in shown] == [pytest.approx(row[5]) for row in wanted]
    top = sql(
        "select issue, count(*) from c where month = ? and issue is not null group by issue "
        "order by count(*) desc, issue",
        month,
    )
    assert [row[:2] for row in cells(SHEET, "top", given)] == [row for row in top if row[1] >= top[2][1]]
    for name, _, _, _, department in cells(SHEET, "top", given):
        usual = sql(
            "select department from c where month = ? and issue = ? and department is not null "
            "group by department order by count(*) desc, department",
            month,
            name,
        )
        assert department == (usual[0][0] if usual else None)
    grades = sql(
        "select coalesce(complaint_type, '未填写') as label, sum(grade = 'A类'), sum(grade = 'B类'), "
        "sum(grade = 'C类'), sum(grade is null), count(*) from c where month = ? "
        "group by label order by count(*) desc, label",
        month,
    )
    assert cells(SHEET, "grades", given) == [tuple(cell or 0 for cell in row) for row in grades]
    year, number = month.split("-")
    span = [f"{year}-{int(number) - back:02}" for back in (2, 1, 0)]
    repeated = sql(
        "select issue, sum(month = ?1), sum(month = ?2), sum(month = ?3), count(*) from c "
        "where issue is not null and month in (?1, ?2, ?3) group by issue "
        "having count(distinct month) = 3 order by count(*) desc, issue",
        *span,
    )
    assert [row[:5] for row in cells(SHEET, "repeated", given)] == repeated
    for name, *counts in cells(SHEET, "months", given):
        wanted_month = sql(
            "select count(*), sum(level in ('严重', '重大')), sum(solved), avg(hours) from c where month = ?",
            name,
        )[0]
        if name < "2026-08":
            assert counts == [None] * 4
        else:
            assert counts == [pytest.approx(cell) for cell in wanted_month]
    solved, hours = sql("select sum(solved), avg(hours) from c where month = ?", month)[0]
    assert figure(SHEET, "已解决", given).value == solved
    assert figure(SHEET, "平均解决时长（小时）", given).value == pytest.approx(hours)
