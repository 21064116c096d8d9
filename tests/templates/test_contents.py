"""Areas of the workbook of all packs, and the colours of the tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlcrm.analysis.sheets import sheets_of
from xlcrm.tables import FULL, PACKS, SYSTEM_TABLES, TABLES, tables_of
from xlcrm.templates import palette
from xlcrm.templates.contents import AREAS, contents, tab_color

if TYPE_CHECKING:
    from openpyxl import Workbook


def test_every_table_belongs_to_one_area() -> None:
    named = [name for area in AREAS for name in area.tables]
    assert sorted([*named, "analysis_details"]) == sorted(table.name for table in TABLES)


def test_an_area_lists_its_tables_in_sheet_order() -> None:
    order = [table.name for table in TABLES]
    for area in AREAS:
        places = [order.index(name) for name in area.tables]
        assert places == sorted(places), area.name


@pytest.mark.parametrize("pack", PACKS)
def test_the_contents_name_each_sheet_once(pack: str) -> None:
    sheets = [entry.sheet for entry in contents(pack) if entry.purpose]
    expected = {table.title for table in (*tables_of(pack), *SYSTEM_TABLES)} | {"选项表"}
    expected |= {sheet.title for sheet in sheets_of(pack)}
    assert len(sheets) == len(expected)
    assert set(sheets) == expected


@pytest.mark.parametrize("pack", PACKS)
def test_analysis_stands_right_below_what_is_looked_at_daily(pack: str) -> None:
    sheets = [entry.sheet for entry in contents(pack)]
    first = sheets.index("分析")
    titles = [sheet.title for sheet in sheets_of(pack)]
    assert sheets[first - 1] == "校验结果"
    assert sheets[first + 1 : first + 2 + len(titles)] == [*titles, "分析明细"]


def test_tabs_of_analysis_sheets_are_told_apart_from_all_others(books: dict[str, Workbook]) -> None:
    others = {area.color for area in AREAS} | {palette.TAB_LISTS, palette.TAB_SETTINGS}
    assert palette.TAB_ANALYSIS not in others
    for title in [*(sheet.title for sheet in sheets_of(FULL)), "分析明细"]:
        shown = books[FULL][title].sheet_properties.tabColor
        assert shown is not None
        assert shown.rgb == f"FF{palette.TAB_ANALYSIS[1:]}", title


def test_tabs_of_all_packs_are_told_apart_by_area(books: dict[str, Workbook]) -> None:
    by_name = {name: area.color for area in AREAS for name in area.tables}
    assert len(set(by_name.values())) == len(AREAS)
    for table in tables_of(FULL)[:-1]:
        shown = books[FULL][table.title].sheet_properties.tabColor
        expected = palette.TAB_LISTS if table.report else by_name[table.name]
        assert shown is not None
        assert shown.rgb == f"FF{expected[1:]}", table.title


def test_tabs_of_one_pack_tell_what_is_typed_built_or_set() -> None:
    colors = {table.name: tab_color(table) for table in (*tables_of("relationship"), *SYSTEM_TABLES)}
    assert colors["customers"] == colors["service_log"] == palette.TAB_TABLES
    assert colors["grade_roster"] == colors["due_list"] == colors["findings"] == palette.TAB_LISTS
    assert colors["rules"] == colors["journal"] == palette.TAB_SETTINGS
