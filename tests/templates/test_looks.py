"""Widths, freezing, states: what the eye needs."""

from __future__ import annotations

import pytest

from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book
from xlcrm.tables import BY_NAME, SYSTEM_TABLES, tables_of
from xlcrm.tables.base import Column, Kind, Role
from xlcrm.tables.fields import CLOCK_STATUS, GRADE
from xlcrm.templates import palette
from xlcrm.templates.conditions import STATUS_LOOKS, conditions, row_conditions
from xlcrm.templates.measures import column_width, frozen_columns, lines_needed, text_width

ALL = [
    (table, item)
    for table in (*tables_of("crm"), *SYSTEM_TABLES)
    for item in sheet_columns(table, default_book("crm").rules, "crm")
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
            longest = max(text_width(value) for value in item.choice.values)
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


def test_the_best_grade_is_bold() -> None:
    for table, key in (("customers", "grade"), ("due_list", "grade")):
        assert looks(table, BY_NAME[table].by_key[key])['"A类"']["bold"]
    assert GRADE.values[0] == "A类"


def test_rules_that_are_off_or_assumed_are_marked_by_row() -> None:
    letters = {item.key: chr(ord("A") + place) for place, item in enumerate(BY_NAME["rules"].columns)}
    found = dict(row_conditions(BY_NAME["rules"], letters, 4))
    assert list(found) == ['=$B4="否"', '=$P4<>""']
    assert not list(row_conditions(BY_NAME["customers"], {}, 4))
