"""选项表: one column a list, and the defined names that the drop-downs use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_col_to_name

from xlcrm.tables import BY_NAME, PACKS
from xlcrm.tables.base import Role
from xlcrm.tables.system import OPTIONS
from xlcrm.templates import palette
from xlcrm.templates.measures import pages_wide, text_width
from xlcrm.templates.table_sheet import HEADING_ROW, set_print, write_home_link
from xlcrm.templates.validation import MESSAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from xlcrm.tables.options import OptionList
    from xlcrm.templates.styles import Styles

ROOM: Final = 200
"""Rows of each list that the drop-downs look at."""
HINT: Final = (
    "每个下拉列表一列。深蓝列表可在末尾往下增加选项；灰色列表由规则使用，请不要改名或删除。"
    "选项之间不要留空行。"
)


def add_options_sheet(
    book: Workbook, sheet: Worksheet, lists: Sequence[OptionList], styles: Styles, pack: str
) -> None:
    """Write the lists and define `选项_…` over the filled part of each.

    Args:
        book: where the names are defined.
        sheet: the empty sheet 选项表.
        lists: in order of their columns.
        styles: the workbook's formats.
        pack: whose titles and headings say where a list is used.
    """
    sheet.set_row(0, 30)
    sheet.set_row(1, 20)
    sheet.set_row(HEADING_ROW - 1, 34)
    sheet.write_string(0, 0, OPTIONS, styles.get(bold=True, font_size=16, font_color=palette.ENTRY))
    write_home_link(sheet, styles)
    sheet.write_string(1, 1, HINT, styles.get(font_size=9, font_color=palette.MUTED))
    widths = [_width(item) for item in lists]
    for place, item in enumerate(lists):
        _add_list(sheet, place, item, styles, pack)
        book.define_name(item.defined_name, list_formula(place))
    sheet.freeze_panes(HEADING_ROW, 0)
    sheet.set_selection(HEADING_ROW, 0, HEADING_ROW, 0)
    sheet.set_tab_color(palette.TAB_SETTINGS)
    set_print(sheet, PACKS[pack], pages_wide(widths, 0))
    sheet.repeat_rows(HEADING_ROW - 1)


def list_formula(place: int) -> str:
    """The filled part of the list in a column (counted from 0), at least one cell."""
    letter = xl_col_to_name(place)
    first, last = HEADING_ROW + 1, HEADING_ROW + ROOM
    whole = f"'{OPTIONS}'!${letter}${first}:${letter}${last}"
    return f"='{OPTIONS}'!${letter}${first}:INDEX({whole},MAX(1,COUNTA({whole})))"


def _add_list(sheet: Worksheet, place: int, item: OptionList, styles: Styles, pack: str) -> None:
    look = styles.get() if item.open else styles.get(font_color=palette.AUTO_TEXT)
    sheet.set_column(place, place, _width(item), look)
    sheet.write_string(
        HEADING_ROW - 1, place, item.name, styles.heading(Role.ENTRY if item.open else Role.AUTO)
    )
    for offset, value in enumerate(item.values):
        sheet.write_string(HEADING_ROW + offset, place, value)
    sheet.data_validation(
        HEADING_ROW - 1,
        place,
        HEADING_ROW - 1,
        place,
        {"validate": "any", "input_title": "用在哪里", "input_message": _users(item, pack)},
    )


def _width(item: OptionList) -> float:
    return max(text_width(item.name), *map(text_width, item.values), 8) + 4


def _users(item: OptionList, pack: str) -> str:
    tables = {table: BY_NAME[table].in_pack(pack) for table, _ in item.users}
    names = [f"{tables[table].title}：{tables[table].by_key[key].heading}" for table, key in item.users]
    text = "\n".join(names)
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"
