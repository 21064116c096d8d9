"""首页: today's figures, how to use the workbook, and the way to every sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.tables import PACKS
from xlcrm.tables.system import HOME_CARDS, REFRESHED_AT
from xlcrm.templates import palette
from xlcrm.templates.buttons import BAND_WIDTH, stand_under_cards
from xlcrm.templates.contents import contents, steps, subtitle
from xlcrm.templates.table_sheet import set_print

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from xlcrm.templates.buttons import Button
    from xlcrm.templates.contents import Entry
    from xlcrm.templates.styles import Styles

NOT_YET: Final = "尚未刷新"
NO_FIGURE: Final = "—"

CARD_COLORS: Final = {
    "已超时": palette.RED,
    "逾期任务": palette.RED,
    "校验错误": palette.RED,
    "即将超时": palette.AMBER,
    "今日到期": palette.AMBER,
    "校验警告": palette.AMBER,
}
_LEGEND: Final = (
    (palette.ENTRY, palette.WHITE, "填写", "文件规定的内容，由人填写"),
    (palette.EXTRA, palette.WHITE, "补充", "规则需要的补充内容，由人填写"),
    (palette.AUTO, palette.AUTO_INK, "自动", "由 xlcrm 计算，每次刷新重写"),
    (palette.RED_FILL, palette.RED, "红", "已超时、逾期、错误"),
    (palette.AMBER_FILL, palette.AMBER, "黄", "即将超时、今日到期、警告"),
    (palette.GREEN_FILL, palette.GREEN, "绿", "按时完成"),
)
_FIRST: Final = 1
"""Column B; A is a margin."""
_CARD_WIDTH, _GAP_WIDTH = BAND_WIDTH, 1.6
CARD_ROW: Final = 4
"""Row of the card labels, counted from 0; the figures stand in the next."""
REFRESHED_ROW: Final = 2
BUTTON_ROW: Final = 7
"""The band that buttons may take."""
_BODY_ROW: Final = 9


_TWO_BLOCKS: Final = 30
"""More lines of contents than this stand in two blocks, over the steps instead of beside them."""
_HALF: Final = 10
"""The right half begins so many columns right of the left one."""
_PURPOSE_AT: Final = 4
"""A sheet's purpose stands so many columns right of its name, which may be long."""


def add_home_sheet(sheet: Worksheet, pack: str, styles: Styles, buttons: Sequence[Button] = ()) -> None:
    """Build 首页.

    Args:
        sheet: the empty sheet.
        pack: whose sheets it leads to.
        styles: the workbook's formats.
        buttons: for the band between the figures and the contents; none leaves it to a little space.
    """
    last = _FIRST + 2 * len(HOME_CARDS) - 2
    _set_grid(sheet, last)
    _write_banner(sheet, PACKS[pack], subtitle(pack), last, styles)
    _write_cards(sheet, styles)
    stand_under_cards(sheet, BUTTON_ROW, range(_FIRST, last + 1, 2), buttons)
    _write_body(sheet, pack, last, steps(pack, buttons=bool(buttons)), styles)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(palette.TAB_LISTS)
    # A cell under a button would show its frame around it.
    sheet.set_selection(*((0, 0, 0, 0) if buttons else (BUTTON_ROW, _FIRST, BUTTON_ROW, _FIRST)))
    set_print(sheet, PACKS[pack])
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_first_sheet()
    sheet.activate()


def _set_grid(sheet: Worksheet, last: int) -> None:
    sheet.set_column(0, 0, 2)
    for place in range(_FIRST, last + 1):
        sheet.set_column(place, place, _GAP_WIDTH if (place - _FIRST) % 2 else _CARD_WIDTH)
    sheet.set_column(last + 1, last + 1, 2)


def _write_banner(sheet: Worksheet, title: str, purpose: str, last: int, styles: Styles) -> None:
    band = styles.get(bg_color=palette.ENTRY)
    sheet.set_row(0, 44)
    sheet.set_row(1, 24)
    for row in (0, 1):
        for place in range(last + 2):
            sheet.write_blank(row, place, None, band)
    look = {"bg_color": palette.ENTRY}
    sheet.write_string(
        0, _FIRST, title, styles.get(bold=True, font_size=22, font_color=palette.WHITE, **look)
    )
    sheet.write_string(1, _FIRST, purpose, styles.get(font_color="#D6DFEA", valign="top", **look))
    sheet.set_row(REFRESHED_ROW, 26)
    quiet = styles.get(font_size=9, font_color=palette.MUTED, align="right")
    # The label stands in a narrow column and spills to its left; the moment beside it needs a wide one.
    sheet.write_string(REFRESHED_ROW, last - 1, REFRESHED_AT, quiet)
    moment = styles.get(font_size=9, font_color=palette.MUTED, num_format=palette.MOMENT_FORMAT, align="left")
    sheet.write_string(REFRESHED_ROW, last, NOT_YET, moment)


def _write_cards(sheet: Worksheet, styles: Styles) -> None:
    sheet.set_row(3, 6)
    sheet.set_row(CARD_ROW, 24)
    sheet.set_row(CARD_ROW + 1, 44)
    for number, label in enumerate(HOME_CARDS):
        place = _FIRST + 2 * number
        color = CARD_COLORS.get(label, palette.ENTRY)
        box = {"bg_color": palette.BAND, "align": "center"}
        sheet.write_string(
            CARD_ROW,
            place,
            label,
            styles.get(font_color=palette.MUTED, top=5, top_color=color, valign="bottom", **box),
        )
        sheet.write_string(
            CARD_ROW + 1,
            place,
            NO_FIGURE,
            styles.get(bold=True, font_size=22, font_color=color, num_format="#,##0", **box),
        )
    sheet.set_row(CARD_ROW + 2, 8)
    sheet.set_row(BUTTON_ROW, 34)
    sheet.set_row(BUTTON_ROW + 1, 8)


def _write_body(sheet: Worksheet, pack: str, last: int, texts: Sequence[str], styles: Styles) -> None:
    """Contents left and steps right; a long table of contents over both, with the steps below."""
    lines, right = contents(pack), _FIRST + _HALF
    if len(lines) <= _TWO_BLOCKS:
        _write_contents(sheet, _FIRST, right - 2, lines, styles)
        below = _write_steps(sheet, (_BODY_ROW, right), last, texts, styles)
        _write_legend(sheet, (below + 1, right), last, styles)
        return
    one, other = _halves(lines)
    below = max(
        _write_contents(sheet, _FIRST, right - 2, one, styles),
        _write_contents(sheet, right, last, other, styles, name=""),
    )
    _write_steps(sheet, (below + 1, _FIRST), right - 2, texts, styles)
    _write_legend(sheet, (below + 1, right), last, styles)


def _halves(lines: Sequence[Entry]) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Two parts of about one length, cut before the heading of a group."""
    headings = [place for place, entry in enumerate(lines) if place and not entry.purpose]
    cut = min(headings, key=lambda place: abs(2 * place - len(lines)))
    return lines[:cut], lines[cut:]


def _write_contents(
    sheet: Worksheet, first: int, last: int, lines: Sequence[Entry], styles: Styles, name: str = "目录"
) -> int:
    """Write one block of the contents; the row below it."""
    _write_section(sheet, (_BODY_ROW, first), last, name, styles)
    link = styles.get(font_color=palette.LINK, underline=1)
    purpose = styles.get(font_color=palette.MUTED)
    row = _BODY_ROW
    for row, entry in enumerate(lines, start=_BODY_ROW + 1):
        sheet.set_row(row, 20)
        if entry.purpose:
            sheet.write_url(
                row, first, f"internal:'{entry.sheet}'!A1", link, entry.sheet, f"打开 {entry.sheet}"
            )
            sheet.write_string(row, first + _PURPOSE_AT, entry.purpose, purpose)
        else:
            group = styles.get(bold=True, font_size=9, font_color=entry.color, valign="bottom")
            sheet.write_string(row, first, entry.sheet, group)
    return row + 1


def _write_steps(
    sheet: Worksheet, place: tuple[int, int], last: int, texts: Sequence[str], styles: Styles
) -> int:
    """Write how to use the workbook from a row and column on; the row below."""
    row, first = place
    _write_section(sheet, place, last, "怎样使用", styles)
    for number, text in enumerate(texts, start=1):
        sheet.write_string(row + number, first, f"{number}.  {text}", styles.get())
    return row + len(texts) + 1


def _write_legend(sheet: Worksheet, place: tuple[int, int], last: int, styles: Styles) -> None:
    row, first = place
    _write_section(sheet, place, last, "颜色说明", styles)
    for fill, ink, name, meaning in _LEGEND:
        row += 1
        look = {"bold": True, "font_color": ink, "bg_color": fill, "align": "center"}
        sheet.write_string(row, first, name, styles.get(bottom=1, bottom_color=palette.WHITE, **look))
        sheet.write_string(row, first + 2, meaning, styles.get())


def _write_section(sheet: Worksheet, place: tuple[int, int], last: int, name: str, styles: Styles) -> None:
    look = {"bottom": 2, "bottom_color": palette.ENTRY}
    row, first = place
    sheet.set_row(row, 24)
    for column in range(first, last + 1):
        sheet.write_blank(row, column, None, styles.get(**look))
    sheet.write_string(
        row, first, name, styles.get(bold=True, font_size=12, font_color=palette.ENTRY, **look)
    )
