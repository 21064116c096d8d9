"""Each pack's own titles, headings and words over one set of canonical values."""

from __future__ import annotations

import pytest

from xlcrm.tables import BY_NAME, BY_TITLE, FULL, PACKS, TABLES, tables_of
from xlcrm.tables.base import Choice, Table
from xlcrm.tables.cells import read_column
from xlcrm.tables.frames import Remark
from xlcrm.tables.options import list_of_column, pack_option_lists
from xlcrm.workbook.headings import same_heading

TITLES = {
    ("service", "customers"): "客户信息登记表",
    ("relationship", "customers"): "客户资料管理档案",
    ("support", "complaints"): "客户投诉处理跟踪表",
    ("support", "service_issues"): "售后问题处理表",
}
HEADINGS = {
    ("service", "customers", "position"): "职务",
    ("service", "care_records", "target"): "维护对象(联系人/职务)",
    ("service", "care_records", "care"): "维护内容(如回访、关怀、提醒)",
    ("service", "service_issues", "steps"): "处理步骤(含时间节点)",
    ("service", "service_issues", "satisfaction"): "满意度(1-5分)",
    ("recovery", "customers", "customer_id"): "客户ID",
    ("recovery", "recovery_cases", "customer_id"): "客户ID",
    ("relationship", "customers", "owner"): "客户经理",
    ("support", "customers", "name"): "客户名称/姓名",
    ("support", "customers", "phone"): "联系方式",
    ("support", "complaints", "complaint_id"): "投诉单号",
    ("support", "complaints", "received_at"): "接收时间",
    ("support", "complaints", "name"): "客户名称/姓名",
    ("support", "complaints", "phone"): "联系方式",
    ("support", "complaints", "content"): "投诉内容(问题描述)",
    ("support", "service_issues", "name"): "客户名称/姓名",
    ("support", "service_issues", "owner"): "责任人",
}
VIEWS = [pytest.param(table, pack, id=f"{table.name}-{pack}") for table in TABLES for pack in table.packs]
WORDS = Choice(
    ("甲", "乙", "丙"),
    aliases={"A": "甲", "甲级": "甲"},
    labels={"service": {"甲": "甲级"}},
    shown_in={"service": ("甲", "乙")},
)


def choice_of(table: str, key: str, pack: str) -> Choice:
    choice = BY_NAME[table].in_pack(pack).by_key[key].choice
    assert choice is not None
    return choice


def test_only_the_listed_titles_and_headings_differ_from_the_declared_ones() -> None:
    titles, headings = {}, {}
    for pack in PACKS:
        for table in tables_of(pack):
            declared = BY_NAME[table.name]
            if table.title != declared.title:
                titles[pack, table.name] = table.title
            for item in table.columns:
                if item.heading != declared.by_key[item.key].heading:
                    headings[pack, table.name, item.key] = item.heading
    assert titles == TITLES
    assert headings == HEADINGS


@pytest.mark.parametrize(("table", "pack"), VIEWS)
def test_a_view_knows_every_title_and_heading_that_the_table_knows(table: Table, pack: str) -> None:
    view = table.in_pack(pack)
    assert sorted(view.titles) == sorted(table.titles)
    for item in table.columns:
        assert sorted(view.by_key[item.key].headings) == sorted(item.headings)


@pytest.mark.parametrize(("table", "pack"), VIEWS)
def test_no_two_columns_of_a_view_answer_to_one_heading(table: Table, pack: str) -> None:
    headings = [same_heading(name) for item in table.in_pack(pack).columns for name in item.headings]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_a_pack_calls_something_is_one_of_its_declared_names(table: Table) -> None:
    assert set(table.title_in.values()) <= set(table.also)
    assert set(table.title_in) <= set(table.packs)
    for item in table.columns:
        assert set(item.heading_in.values()) <= set(item.also)
        assert set(item.heading_in) <= set(table.packs)
        for shown in item.choice.shown_in.values() if item.choice else ():
            assert item.choice
            assert set(shown) <= set(item.choice.values)


@pytest.mark.parametrize(("table", "pack"), VIEWS)
def test_a_view_can_be_made_from_another_view(table: Table, pack: str) -> None:
    view = table.in_pack(pack)
    assert view.in_pack(pack) is view
    for other in PACKS:
        again, direct = view.in_pack(other), table.in_pack(other)
        assert (again.title, sorted(again.also)) == (direct.title, sorted(direct.also))
        assert again.columns == direct.columns


def test_full_and_a_pack_that_lacks_the_table_show_it_as_declared() -> None:
    for table in TABLES:
        assert table.in_pack(FULL) is table
        assert table.in_pack("unknown") is table
    assert BY_NAME["care_records"].in_pack("crm") is BY_NAME["care_records"]


def test_a_view_is_made_once() -> None:
    assert BY_NAME["customers"].in_pack("service") is BY_NAME["customers"].in_pack("service")


def test_a_packs_workbook_has_the_sheets_that_name_it_and_full_has_all() -> None:
    assert tables_of(FULL) == TABLES
    for pack in [pack for pack in PACKS if pack != FULL]:
        assert [table.name for table in tables_of(pack)] == [
            table.name for table in TABLES if pack in table.packs
        ]


def test_every_title_leads_to_its_table() -> None:
    assert BY_TITLE["客户信息登记表"] is BY_TITLE["客户信息总表"] is BY_NAME["customers"]
    assert BY_TITLE["售后问题处理表"] is BY_NAME["service_issues"]


def test_a_word_is_shown_as_its_pack_says_it() -> None:
    assert [WORDS.word(value, "service") for value in ("甲", "乙", "别的")] == ["甲级", "乙", "别的"]
    assert WORDS.word("甲", "crm") == "甲"


def test_the_drop_down_offers_what_the_pack_uses_in_its_own_words() -> None:
    assert WORDS.in_pack("service").words == ("甲级", "乙")
    assert WORDS.in_pack("crm").words == WORDS.words == ("甲", "乙", "丙")


@pytest.mark.parametrize(
    ("pack", "grades", "issue_types"),
    [
        ("service", ("VIP", "潜力", "普通"), ("咨询", "投诉", "技术支持", "业务办理")),
        ("support", ("A类", "B类", "C类"), ("功能故障", "操作咨询", "需求优化")),
        (
            FULL,
            ("A类", "B类", "C类"),
            ("咨询", "投诉", "技术支持", "业务办理", "功能故障", "操作咨询", "需求优化"),
        ),
    ],
)
def test_the_lists_of_a_workbook_are_in_its_packs_words(
    pack: str, grades: tuple[str, ...], issue_types: tuple[str, ...]
) -> None:
    lists = list_of_column(pack_option_lists(pack))
    assert lists["customers", "grade"].values == grades
    assert lists["service_issues", "issue_type"].values == issue_types


@pytest.mark.parametrize(
    ("pack", "typed", "remarks"),
    [
        ("service", ["VIP", "A类", "潜力客户", "vip"], [(2, "潜力客户"), (3, "vip")]),
        ("crm", ["VIP", "A类", "潜力客户", "vip"], [(0, "VIP"), (2, "潜力客户"), (3, "vip")]),
    ],
)
def test_a_packs_own_word_is_read_as_the_canonical_value_without_a_remark(
    pack: str, typed: list[str], remarks: list[tuple[int, str]]
) -> None:
    column = BY_NAME["customers"].in_pack(pack).by_key["grade"]
    values, notes = read_column(typed, column)
    assert values.tolist() == ["A类", "A类", "B类", "A类"]
    assert notes == [(at, Remark.ALIAS, raw) for at, raw in remarks]


def test_a_column_of_own_words_alone_is_translated_too() -> None:
    values, notes = read_column(
        ["普通", None, "VIP"], BY_NAME["customers"].in_pack("service").by_key["grade"]
    )
    assert values.tolist()[::2] == ["C类", "A类"]
    assert notes == []


def test_values_that_a_drop_down_does_not_offer_are_still_known() -> None:
    assert "功能故障" in choice_of("service_issues", "issue_type", "service").values
    values, notes = read_column(
        ["功能故障"], BY_NAME["service_issues"].in_pack("service").by_key["issue_type"]
    )
    assert (values.tolist(), notes) == (["功能故障"], [])
