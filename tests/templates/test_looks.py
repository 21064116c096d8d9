"""Widths, freezing, states: what the eye needs."""

from __future__ import annotations

import pytest

from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book
from xlcrm.tables import BY_NAME, PACKS, SYSTEM_TABLES, tables_of
from xlcrm.tables.base import Column, Kind, Role
from xlcrm.tables.fields import CLOCK_STATUS, GRADE
from xlcrm.templates import palette
from xlcrm.templates.conditions import STATUS_LOOKS, conditions, row_conditions
from xlcrm.templates.measures import (
    PAGE_WIDTH,
    column_width,
    frozen_columns,
    lines_needed,
    pages_wide,
    text_width,
)

ALL = [
    (table, item)
    for pack in PACKS
    for table in (*tables_of(pack), *SYSTEM_TABLES)
    for item in sheet_columns(table, default_book(pack).rules, pack)
]


def looks(table: str, column: Column) -> dict[object, dict[str, object]]:
    return {rule.get("value", rule["type"]): look for rule, look in conditions(BY_NAME[table], column, "C4")}


def test_a_chinese_character_is_two_wide() -> None:
    assert text_width("A类，b") == 6


def test_no_heading_needs_more_than_two_lines() -> None:
    for table, item in ALL:
        room = column_width(table, item) - 3
        assert text_width(item.heading) <= 2 * room, item.heading


def test_short_headings_stand_in_one_line() -> None:
    for table, item in ALL:
        if len(item.heading) <= 6:
            assert text_width(item.heading) + 3 <= column_width(table, item), item.heading


def test_no_column_is_too_wide_for_a_screen() -> None:
    assert max(column_width(table, item) for table, item in ALL) <= 70


def test_every_choice_fits_its_column() -> None:
    for table, item in ALL:
        if item.choice:
            longest = max(text_width(value) for value in item.choice.words)
            assert column_width(table, item) >= longest + 2, item.heading


@pytest.mark.parametrize(("text", "lines"), [("", 1), ("一二三", 1), ("一二三四五六", 2), ("一" * 21, 5)])
def test_wrapped_lines_are_counted(text: str, lines: int) -> None:
    assert lines_needed(text, 11.5) == lines


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("customers", 2),  # 客户编号, 客户名称
        ("followup_records", 3),  # 跟进日期, 客户编号, 客户名称
        ("complaints", 1),  # 投诉编号
        ("lead_sources", 1),
        ("rules", 3),
        ("recovery_cases", 2),  # 问题编号, 客户编号
        ("maintenance_plans", 3),  # 方案编号, 客户编号, 客户名称
        ("account_profiles", 1),  # 客户名称
        ("relationship_assessments", 2),  # 客户名称, 编号
    ],
)
def test_id_and_name_stay_in_view(table: str, columns: int) -> None:
    assert frozen_columns(BY_NAME[table], BY_NAME[table].columns) == columns


def test_each_state_has_its_look_where_states_stand() -> None:
    column = Column("x", "响应状态", Kind.TEXT, role=Role.AUTO, choice=CLOCK_STATUS)
    found = looks("complaints", column)
    assert set(found) == {f'"{word}"' for word in STATUS_LOOKS}
    assert set(STATUS_LOOKS) <= set(CLOCK_STATUS.values)
    assert found['"已超时"']["font_color"] == palette.RED
    assert found['"超时完成"']["font_color"] == palette.RED
    assert found['"即将超时"']["font_color"] == palette.AMBER
    assert found['"按时完成"']["font_color"] == palette.GREEN


def test_overdue_tasks_are_red_and_todays_amber() -> None:
    found = looks("due_list", BY_NAME["due_list"].by_key["state"])
    assert found['"逾期"']["font_color"] == palette.RED
    assert found['"今日到期"']["font_color"] == palette.AMBER


def test_a_deadline_without_an_hour_shows_as_a_date() -> None:
    column = BY_NAME["due_list"].by_key["due_at"]
    assert list(conditions(BY_NAME["due_list"], column, "C4")) == [
        ({"type": "formula", "criteria": "=MOD(C4,1)=0"}, {"num_format": "yyyy-mm-dd"})
    ]
    assert not looks("complaints", BY_NAME["complaints"].by_key["received_at"])


def test_only_the_first_priority_is_bold_red() -> None:
    found = looks("due_list", BY_NAME["due_list"].by_key["priority"])
    assert found == {1: {"bold": True, "font_color": palette.RED}}


def test_levels_of_findings_are_marked() -> None:
    found = looks("findings", BY_NAME["findings"].by_key["level"])
    assert set(found) == {'"错误"', '"警告"', '"提示"'}


def test_a_row_with_findings_shows_amber_text() -> None:
    found = looks("customers", BY_NAME["customers"].by_key["findings"])
    assert found == {"no_blanks": {"font_color": palette.AMBER}}
    assert not looks("journal", BY_NAME["journal"].by_key["findings"])


@pytest.mark.parametrize(
    ("table", "key", "word", "color"),
    [
        ("complaints", "level", "重大", palette.RED),
        ("complaints", "level", "严重", palette.AMBER),
        ("recovery_cases", "urgency", "紧急", palette.RED),
        ("recovery_cases", "relation", "已流失", palette.RED),
        ("recovery_cases", "relation", "恢复中", palette.AMBER),
        ("recovery_cases", "relation", "已恢复", palette.GREEN),
        ("grade_roster", "advice", "终止关系", palette.RED),
        ("relationship_assessments", "advice", "维持关系", palette.GREEN),
        ("maintenance_plans", "review_status", "退回修改", palette.RED),
        ("complaints", "status", "等待客户", palette.AMBER),
        ("orders", "payment", "未付款", palette.RED),
        ("presales", "need_class", "紧急高价值", palette.RED),
        ("service_pushes", "matched", "否", palette.RED),
        ("callback_records", "needs_service", "是", palette.AMBER),
    ],
)
def test_words_that_judge_have_their_colour(table: str, key: str, word: str, color: str) -> None:
    assert looks(table, BY_NAME[table].by_key[key])[f'"{word}"']["font_color"] == color


def test_every_closed_list_of_levels_and_states_is_coloured() -> None:
    """Whatever a heading calls 状态, 级别, 等级, 紧急 or 建议 and takes from a closed list."""
    names = ("状态", "级别", "等级", "紧急", "建议")
    for table, item in ALL:
        named = any(name in item.heading for name in names)
        if named and item.choice and not item.choice.open:
            assert list(conditions(table, item, "C4")), f"{table.title} {item.heading}"


def test_lists_that_only_sort_are_left_alone() -> None:
    for table, key in (("customers", "industry"), ("service_log", "work"), ("maintenance_plans", "way")):
        assert not looks(table, BY_NAME[table].by_key[key])


@pytest.mark.parametrize(
    ("outcome", "color"),
    [
        ("是(18小时)", palette.GREEN),
        ("8分(达标)", palette.GREEN),
        ("达标：57.1%（4/7）；另有4件待跟踪", palette.GREEN),
        ("否(26小时)", palette.RED),
        ("6分(未达标)", palette.RED),
        ("未达标：20%（1/5）", palette.RED),
        ("待跟踪(当前1个月)", palette.AMBER),
        ("首次沟通早于受理时间", None),
    ],
)
def test_outcomes_are_told_apart_by_what_they_say_of_the_standard(outcome: str, color: str | None) -> None:
    column = BY_NAME["recovery_assessments"].by_key["outcome"]
    says = {"begins with": str.startswith, "containing": str.__contains__}
    found = [
        look["font_color"]
        for rule, look in conditions(BY_NAME["recovery_assessments"], column, "D4")
        if says[rule["criteria"]](outcome, rule["value"])
    ]
    assert found == ([color] if color else [])


def test_the_best_grade_is_bold_in_the_packs_own_word() -> None:
    assert GRADE.values[0] == "A类"
    for table, key in (("customers", "grade"), ("grade_roster", "grade")):
        assert looks(table, BY_NAME[table].by_key[key])['"A类"']["bold"]
    service = BY_NAME["customers"].in_pack("service").by_key["grade"]
    assert set(looks("customers", service)) == {'"VIP"'}
    # The due list's column has no list behind it and stands in every pack's workbook.
    assert set(looks("due_list", BY_NAME["due_list"].by_key["grade"])) == {'"A类"', '"VIP"'}


def test_a_wide_register_prints_on_pages_that_can_be_read() -> None:
    assert pages_wide([10.0] * 35, 2) == 1
    assert pages_wide([10.0] * 36, 2) == 2
    assert pages_wide([20.0] * 50, 2) == 4
    for table, _ in ALL:
        widths = [column_width(table, item) for item in table.columns]
        repeated = frozen_columns(table, table.columns)
        pages = pages_wide(widths, repeated)
        again = sum(widths[:repeated])
        assert (sum(widths) - again) / pages + again <= PAGE_WIDTH


def test_links_have_room_for_the_longest_title_of_the_workbook() -> None:
    table = BY_NAME["due_list"]
    assert column_width(table, table.by_key["source"]) == 24
    title = text_width("售后服务问题处理与客户关系跟踪表")
    assert column_width(table, table.by_key["source"], title) >= text_width(
        "售后服务问题处理与客户关系跟踪表 第5000行"
    )
    findings = BY_NAME["findings"]
    assert column_width(findings, findings.by_key["sheet"], title) > title


def test_ids_fit_as_they_are_written() -> None:
    for table, item in ALL:
        if item.kind is Kind.ID and item.example:
            assert column_width(table, item) > text_width(item.example)


def test_rules_that_are_off_or_assumed_are_marked_by_row() -> None:
    letters = {item.key: chr(ord("A") + place) for place, item in enumerate(BY_NAME["rules"].columns)}
    found = dict(row_conditions(BY_NAME["rules"], letters, 4))
    assert list(found) == ['=$B4="否"', '=$P4<>""']
    assert not list(row_conditions(BY_NAME["customers"], {}, 4))
