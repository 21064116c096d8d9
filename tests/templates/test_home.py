"""首页: where refresh finds its cells, and whether every sheet can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl.utils import get_column_letter

from xlcrm.tables import FULL, PACKS, tables_of
from xlcrm.tables.system import HOME, HOME_CARDS, REFRESHED_AT
from xlcrm.templates.contents import AREAS, contents, steps, subtitle
from xlcrm.templates.measures import text_width

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

    Books = dict[str, Workbook]

every_pack = pytest.mark.parametrize("pack", PACKS)


def cell_with(opened: Workbook, text: str) -> Cell:
    found = [cell for row in opened[HOME].iter_rows() for cell in row if cell.value == text]
    assert len(found) == 1, text
    return found[0]


@every_pack
def test_each_card_has_its_figure_under_its_label(books: Books, pack: str) -> None:
    for label in HOME_CARDS:
        figure = cell_with(books[pack], label).offset(row=1)
        assert figure.value == "—"
        assert figure.font.sz == 22
        assert figure.number_format == "#,##0"


@every_pack
def test_the_moment_of_the_refresh_stands_right_of_its_label(books: Books, pack: str) -> None:
    moment = cell_with(books[pack], REFRESHED_AT).offset(column=1)
    assert moment.value == "尚未刷新"
    assert moment.number_format == "yyyy-mm-dd hh:mm"
    # A date never spills over: the column itself must hold its 16 characters.
    assert books[pack][HOME].column_dimensions[moment.column_letter].width >= 15


@every_pack
def test_the_banner_names_the_pack_and_what_it_is_for(books: Books, pack: str) -> None:
    home = books[pack][HOME]
    assert (home["B1"].value, home["B2"].value) == (PACKS[pack], subtitle(pack))


@every_pack
def test_the_contents_link_to_every_other_sheet(books: Books, pack: str) -> None:
    links = {
        str(cell.hyperlink.location): cell.value
        for row in books[pack][HOME].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links == {f"'{name}'!A1": name for name in books[pack].sheetnames if name != HOME}


@every_pack
def test_every_sheet_of_the_contents_says_what_it_is_for(books: Books, pack: str) -> None:
    """In a cell that the sheet's name, however long, does not reach."""
    home = books[pack][HOME]
    linked = [cell for row in home.iter_rows() for cell in row if cell.hyperlink]
    assert linked
    for cell in linked:
        row, place = cell.row or 0, cell.column or 0
        between = range(place, place + 4)
        assert not any(home.cell(row, other).value for other in between[1:])
        assert home.cell(row, place + 4).value
        room = sum(home.column_dimensions[get_column_letter(other)].width for other in between)
        assert text_width(str(cell.value)) <= room


@every_pack
def test_the_first_steps_name_the_packs_own_sheets(books: Books, pack: str) -> None:
    own = steps(pack)[:-7]
    tables = {table.title for table in tables_of(pack)}
    assert any(title in step for step in own for title in tables)
    assert not any("{" in step for step in own)
    foreign = {title for book in books.values() for title in book.sheetnames} - set(books[pack].sheetnames)
    assert not [title for title in foreign if any(f" {title}" in step for step in own)]


@every_pack
def test_steps_stand_in_order_and_fit_beside_the_contents(books: Books, pack: str) -> None:
    first = cell_with(books[pack], f"1.  {steps(pack)[0]}")
    for number, step in enumerate(steps(pack)):
        assert first.offset(row=number).value == f"{number + 1}.  {step}"
        assert text_width(step) <= 60


def test_service_speaks_of_its_own_grades() -> None:
    assert "VIP、潜力 或 普通" in steps("service")[0]


def test_all_packs_together_are_listed_by_area_in_two_blocks(books: Books) -> None:
    home = books[FULL][HOME]
    places = {area.name: cell_with(books[FULL], area.name) for area in AREAS}
    assert len({cell.column for cell in places.values()}) == 2
    for area in AREAS:
        assert places[area.name].font.color.rgb == f"FF{area.color[1:]}"
        assert home.cell((places[area.name].row or 0) + 1, places[area.name].column or 0).hyperlink


def test_a_pack_tells_what_a_refresh_builds() -> None:
    names = [entry.sheet for entry in contents("relationship")]
    built = names[names.index("刷新时生成") + 1 : names.index("设置和记录")]
    assert built == ["客户分级名册", "客户维护总结表", "回访名单"]
    assert "刷新时生成" not in [entry.sheet for entry in contents("crm")]


@every_pack
def test_the_home_page_opens_first_without_gridlines(books: Books, pack: str) -> None:
    assert books[pack].active is books[pack][HOME]
    assert books[pack][HOME].sheet_view.showGridLines is False
