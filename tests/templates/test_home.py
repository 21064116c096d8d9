"""首页: where refresh finds its cells, and whether every sheet can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.tables.system import HOME, HOME_CARDS, REFRESHED_AT

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell


def cell_with(opened: Workbook, text: str) -> Cell:
    found = [cell for row in opened[HOME].iter_rows() for cell in row if cell.value == text]
    assert len(found) == 1, text
    return found[0]


def test_each_card_has_its_figure_under_its_label(opened: Workbook) -> None:
    for label in HOME_CARDS:
        figure = cell_with(opened, label).offset(row=1)
        assert figure.value == "—"
        assert figure.font.sz == 22
        assert figure.number_format == "#,##0"


def test_the_moment_of_the_refresh_stands_right_of_its_label(opened: Workbook) -> None:
    moment = cell_with(opened, REFRESHED_AT).offset(column=1)
    assert moment.value == "尚未刷新"
    assert moment.number_format == "yyyy-mm-dd hh:mm"
    # A date never spills over: the column itself must hold its 16 characters.
    assert opened[HOME].column_dimensions[moment.column_letter].width >= 15


def test_the_contents_link_to_every_other_sheet(opened: Workbook) -> None:
    links = {
        str(cell.hyperlink.location): cell.value
        for row in opened[HOME].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links == {f"'{name}'!A1": name for name in opened.sheetnames if name != HOME}


def test_every_sheet_of_the_contents_says_what_it_is_for(opened: Workbook) -> None:
    home = opened[HOME]
    linked = [cell for row in home.iter_rows() for cell in row if cell.hyperlink]
    assert linked
    assert all(home.cell(cell.row or 0, (cell.column or 0) + 3).value for cell in linked)


def test_the_home_page_opens_first_without_gridlines(opened: Workbook) -> None:
    assert opened.active is opened[HOME]
    assert opened[HOME].sheet_view.showGridLines is False
