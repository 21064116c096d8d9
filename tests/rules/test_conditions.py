"""The grammar of 条件: what reads, what it reads as, and what is refused."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.errors import RuleError
from xlcrm.rules.conditions import Op, Place, Term, When, find_place, parse_when, tidy
from xlcrm.rules.matching import holds
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import BY_NAME, BY_TITLE

CUSTOMERS, COMPLAINTS = BY_NAME["customers"], BY_NAME["complaints"]
RECORDS, VISITS = BY_NAME["followup_records"], BY_NAME["visit_plans"]


def one(text: str, table: str = "customers") -> Term:
    (term,) = parse_when(text, BY_NAME[table]).terms
    return term


def test_everything_is_said_in_words() -> None:
    assert parse_when("全部", CUSTOMERS) == When("customers")
    assert parse_when(" 全部　", CUSTOMERS).text() == "全部"


@pytest.mark.parametrize("text", ["", "  ", "　"])
def test_blank_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="请写“全部”"):
        parse_when(text, CUSTOMERS)


@pytest.mark.parametrize(
    ("text", "op", "choices"),
    [
        ("客户等级=A类", Op.IN, ("A类",)),
        ("客户等级 = A类 / B类", Op.IN, ("A类", "B类")),
        ("客户等级=A类、C类", Op.IN, ("A类", "C类")),
        ("客户等级＝Ａ类", Op.IN, ("A类",)),
        ("客户等级=VIP", Op.IN, ("A类",)),
        ("客户等级≠A类", Op.NOT_IN, ("A类",)),
        ("客户等级!=A类", Op.NOT_IN, ("A类",)),
        ("客户等级<>A类", Op.NOT_IN, ("A类",)),
        ("所属行业=航天", Op.IN, ("航天",)),
        ("签约日期 有值", Op.FILLED, ()),
        ("签约日期有值", Op.FILLED, ()),
        ("签约日期 为空", Op.BLANK, ()),
    ],
)
def test_words_and_lists(text: str, op: Op, choices: tuple[str, ...]) -> None:
    term = one(text)
    assert (term.op, term.choices) == (op, choices)


@pytest.mark.parametrize(
    ("text", "op", "number"),
    [
        ("赔偿金额>500", Op.MORE, 500),
        ("赔偿金额＞５００元", Op.MORE, 500),
        ("赔偿金额≥500", Op.AT_LEAST, 500),
        ("赔偿金额>=500.5", Op.AT_LEAST, 500.5),
        ("赔偿金额<500", Op.LESS, 500),
        ("赔偿金额≤500", Op.AT_MOST, 500),
        ("赔偿金额<=500", Op.AT_MOST, 500),
    ],
)
def test_amounts(text: str, op: Op, number: float) -> None:
    term = one(text, "complaints")
    assert (term.op, term.number) == (op, number)


@pytest.mark.parametrize(
    ("text", "months"), [("合作时长<3个月", 3), ("合作时长≥1年", 12), ("合作时长<6月", 6)]
)
def test_lengths_are_months(text: str, months: float) -> None:
    assert one(text, "visit_plans").number == months


def test_several_terms_must_all_hold() -> None:
    for text in (
        "客户阶段=合作 且 客户等级=A类/B类",
        "客户阶段=合作且客户等级=A类/B类",
        "客户阶段=合作 & 客户等级=A类/B类",
    ):
        when = parse_when(text, CUSTOMERS)
        assert [term.place.key for term in when.terms] == ["stage", "grade"]
        assert when.text() == "客户阶段=合作 且 客户等级=A类/B类"


def test_another_sheets_column_carries_its_title() -> None:
    term = one("客户信息总表.客户阶段=沉睡", "followup_records")
    assert term.place == Place("customers", "stage")
    assert term.text("followup_records") == "客户信息总表.客户阶段=沉睡"


def test_columns_are_found_by_their_other_headings() -> None:
    assert find_place("跟进阶段", CUSTOMERS) == Place("customers", "stage")
    assert find_place("合作产品／服务", CUSTOMERS) == Place("customers", "products")


def test_the_newest_record_needs_a_table_of_records() -> None:
    assert one("最新记录", "followup_records").op is Op.NEWEST
    with pytest.raises(RuleError, match="不是按客户记录的表"):
        parse_when("最新记录", BY_NAME["improvement_actions"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("客户级别=A类", "客户信息总表没有“客户级别”这一列"),
        ("没有此表.客户等级=A类", "没有名为“没有此表”的表"),
        ("客户等级=D类", "没有“D类”这个选项；可选：A类、B类、C类"),
        ("客户等级", "看不懂条件"),
        ("客户等级=/", "没有写要比较的内容"),
        ("预算>很多", "看不懂数值“很多”"),
        ("预算>5; import os", "看不懂数值"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(RuleError, match=reason):
        parse_when(text, CUSTOMERS)


@pytest.mark.parametrize("row", default_rows("full"), ids=lambda row: row["规则编号"])
def test_packaged_conditions_read_and_write_themselves(row: dict[str, str]) -> None:
    table = BY_TITLE[row["对象表"]]
    when = parse_when(row["条件"], table)
    assert when.text() == row["条件"]
    assert parse_when(when.text(), table) == when


@given(
    st.lists(
        st.sampled_from(
            ["客户等级", "预算", "=", "≠", "<", "A类", "500", "/", "且", "有值", " ", "全部", "客户信息总表."]
        )
        | st.text(max_size=3),
        max_size=6,
    ).map("".join)
)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        when = parse_when(text, CUSTOMERS)
    except RuleError:
        return
    assert parse_when(when.text(), CUSTOMERS) == when


def test_tidy_folds_what_looks_alike() -> None:
    assert tidy("　Ａ类 \t且  １ ") == "A类 且 1"


NOW = dt.datetime(2026, 11, 20, 10, 30)
CELLS = pd.Series(["A类", "B类", None], dtype="str")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客户等级=A类", [True, False, False]),
        ("客户等级≠A类", [False, True, False]),
        ("客户等级 有值", [True, True, False]),
        ("客户等级 为空", [False, False, True]),
    ],
)
def test_a_blank_cell_holds_for_blank_alone(text: str, expected: list[bool]) -> None:
    assert holds(one(text), CELLS, NOW).tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预算<500", [True, False, False, False]),
        ("预算≤500", [True, True, False, False]),
        ("预算>500", [False, False, True, False]),
        ("预算≥500", [False, True, True, False]),
    ],
)
def test_numbers_compare_with_their_edge(text: str, expected: list[bool]) -> None:
    assert holds(one(text), pd.Series([499.0, 500.0, 501.0, None]), NOW).tolist() == expected


def test_typed_lengths_compare_in_months() -> None:
    typed = pd.Series(["2个月", "1年", "3个月", "很久", None], dtype="str")
    assert holds(one("合作时长<3个月", "visit_plans"), typed, NOW).tolist() == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_one_of_several_tags_is_enough() -> None:
    tags = pd.Series(["价格敏感、急购", "急购", None], dtype="str")
    assert holds(one("需求标签=价格敏感"), tags, NOW).tolist() == [True, False, False]
    assert holds(one("需求标签≠价格敏感"), tags, NOW).tolist() == [False, True, False]


def test_width_and_case_of_a_tag_do_not_matter() -> None:
    tags = pd.Series(["ＶＩＰ、急购", "vip", "Vip级"], dtype="str")
    assert holds(one("需求标签=VIP"), tags, NOW).tolist() == [True, True, False]


def test_no_packaged_rule_matches_without_saying_so() -> None:
    silent = [rule.rule_id for rule in default_book("full").rules if not rule.when.terms]
    assert silent == [row["规则编号"] for row in default_rows("full") if row["条件"] == "全部"]


def test_one_alternative_is_enough() -> None:
    when = parse_when("投诉等级=一般 且 投诉渠道=邮件 或 投诉等级=重大", BY_NAME["complaints"])
    assert [[term.place.key for term in terms] for terms in when.alternatives] == [
        ["level", "channel"],
        ["level"],
    ]
    assert len(when.terms) == 3
    assert when.text() == "投诉等级=一般 且 投诉渠道=邮件 或 投诉等级=重大"


def test_a_choice_that_contains_the_word_for_or_is_one_choice() -> None:
    term = one("触发条件=连续未复购或互动", "recovery_cases")
    assert term.choices == ("连续未复购或互动",)


def test_blank_is_a_value_that_must_be_named() -> None:
    assert holds(one("客户等级=A类/空"), CELLS, NOW).tolist() == [True, False, True]
    assert holds(one("客户等级≠A类/空"), CELLS, NOW).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-11-20", True), ("2025-11-21", False), ("2020-02-29", True), (None, False), ("2027-01-01", False)],
)
def test_a_date_is_so_old_from_its_anniversary_on(day: str | None, expected: bool) -> None:  # noqa: FBT001 - a table's column
    cells = pd.Series([day]).astype("datetime64[ns]")
    assert holds(one("签约日期 满1年"), cells, NOW).tolist() == [expected]
    assert one("签约日期 满12个月").number == one("签约日期满1年").number == 12


def test_a_pack_shows_its_own_words_and_plain_headings() -> None:
    when = parse_when("客户等级=VIP/B类 且 职务 有值", CUSTOMERS)
    assert when.text("service") == "客户等级=VIP/潜力 且 职务 有值"
    assert when.text() == "客户等级=A类/B类 且 职位 有值"
    care = parse_when("维护内容(如回访、关怀、提醒)=回访", BY_NAME["care_records"])
    assert care.text("service") == "维护内容=回访"
