"""Areas of the workbook of all packs, and the colours of the tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlcrm.tables import FULL, PACKS, SYSTEM_TABLES, TABLES, tables_of
from xlcrm.templates import palette
from xlcrm.templates.contents import AREAS, contents, tab_color

if TYPE_CHECKING:
    from openpyxl import Workbook


def test_every_table_belongs_to_one_area() -> None:
    named = [name for area in AREAS for name in area.tables]
    assert sorted(named) == sorted(table.name for table in TABLES)


def test_an_area_lists_its_tables_in_sheet_order() -> None:
    order = [table.name for table in TABLES]
    for area in AREAS:
        places = [order.index(name) for name in area.tables]
        assert places == sorted(places), area.name


@pytest.mark.parametrize("pack", PACKS)
def test_the_contents_name_each_sheet_once(pack: str) -> None:
    sheets = [entry.sheet for entry in contents(pack) if entry.purpose]
    expected = {table.title for table in (*tables_of(pack), *SYSTEM_TABLES)} | {"选项表"}
    assert len(sheets) == len(expected)
    assert set(sheets) == expected


def test_tabs_of_all_packs_are_told_apart_by_area(books: dict[str, Workbook]) -> None:
    by_name = {name: area.color for area in AREAS for name in area.tables}
    assert len(set(by_name.values())) == len(AREAS)
    for table in tables_of(FULL):
        shown = books[FULL][table.title].sheet_properties.tabColor
        expected = palette.TAB_LISTS if table.report else by_name[table.name]
        assert shown is not None
        assert shown.rgb == f"FF{expected[1:]}", table.title


def test_tabs_of_one_pack_tell_what_is_typed_built_or_set() -> None:
    colors = {table.name: tab_color(table) for table in (*tables_of("relationship"), *SYSTEM_TABLES)}
    assert colors["customers"] == colors["service_log"] == palette.TAB_TABLES
    assert colors["grade_roster"] == colors["due_list"] == colors["findings"] == palette.TAB_LISTS
    assert colors["rules"] == colors["journal"] == palette.TAB_SETTINGS
