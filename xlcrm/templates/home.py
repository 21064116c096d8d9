"""首页: today's figures, how to use the workbook, and the way to every sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.tables.system import HOME_CARDS, REFRESHED_AT
from xlcrm.templates import palette
from xlcrm.templates.table_sheet import set_print

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from xlcrm.templates.styles import Styles

PURPOSE: Final = "在表格里登记客户、跟进和投诉；检查、期限、到期清单和预警由 xlcrm 计算。"
NOT_YET: Final = "尚未刷新"
NO_FIGURE: Final = "—"

STEPS: Final = (
    "在蓝色标签的表里填写，一行一条；点单元格会提示写法。",
    "保存并关闭工作簿，运行命令 xlcrm refresh 加文件名。",
    "打开 到期清单，从上往下处理；可写处理备注或顺延至。",
    "看 超时预警 和 校验结果，点 来源 或 定位 跳到那一格。",
    "期限和周期在 规则表 修改，提前天数等在 参数表 修改。",
    "下拉列表的选项在 选项表 增加，放假安排看 节假日。",
)
CARD_COLORS: Final = {
    "已超时": palette.RED,
    "逾期任务": palette.RED,
    "校验错误": palette.RED,
    "即将超时": palette.AMBER,
    "今日到期": palette.AMBER,
    "校验警告": palette.AMBER,
}
_FIRST: Final = 1
"""Column B; A is a margin."""
_CARD_WIDTH, _GAP_WIDTH = 15, 1.6
CARD_ROW: Final = 4
"""Row of the card labels, counted from 0; the figures stand in the next."""
REFRESHED_ROW: Final = 2
BUTTON_ROW: Final = 7
"""The band that buttons may take."""
_BODY_ROW: Final = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents; one without a purpose is the heading of a group."""

    sheet: str
    purpose: str = ""


def add_home_sheet(sheet: Worksheet, title: str, contents: Sequence[Entry], styles: Styles) -> None:
    """Build 首页.

    Args:
        sheet: the empty sheet.
        title: name of the workbook.
        contents: groups and sheets in order.
        styles: the workbook's formats.
    """
    last = _FIRST + 2 * len(HOME_CARDS) - 2
    _set_grid(sheet, last)
    _write_banner(sheet, title, last, styles)
    _write_cards(sheet, styles)
    _write_contents(sheet, contents, styles)
    _write_steps(sheet, last, styles)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(palette.TAB_LISTS)
    sheet.set_selection(BUTTON_ROW, _FIRST, BUTTON_ROW, _FIRST)
    set_print(sheet, title)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_first_sheet()
    sheet.activate()


def _set_grid(sheet: Worksheet, last: int) -> None:
    sheet.set_column(0, 0, 2)
    for place in range(_FIRST, last + 1):
        sheet.set_column(place, place, _GAP_WIDTH if (place - _FIRST) % 2 else _CARD_WIDTH)
    sheet.set_column(last + 1, last + 1, 2)


def _write_banner(sheet: Worksheet, title: str, last: int, styles: Styles) -> None:
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
    sheet.write_string(1, _FIRST, PURPOSE, styles.get(font_color="#D6DFEA", valign="top", **look))
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


def _write_contents(sheet: Worksheet, contents: Sequence[Entry], styles: Styles) -> None:
    _write_section(sheet, _BODY_ROW, _FIRST, _FIRST + 8, "目录", styles)
    link = styles.get(font_color=palette.LINK, underline=1)
    purpose = styles.get(font_color=palette.MUTED)
    group = styles.get(bold=True, font_size=9, font_color=palette.MUTED, valign="bottom")
    for row, entry in enumerate(contents, start=_BODY_ROW + 1):
        sheet.set_row(row, 20)
        if entry.purpose:
            sheet.write_url(
                row, _FIRST, f"internal:'{entry.sheet}'!A1", link, entry.sheet, f"打开 {entry.sheet}"
            )
            sheet.write_string(row, _FIRST + 3, entry.purpose, purpose)
        else:
            sheet.write_string(row, _FIRST, entry.sheet, group)


def _write_steps(sheet: Worksheet, last: int, styles: Styles) -> None:
    place = _FIRST + 10
    _write_section(sheet, _BODY_ROW, place, last, "怎样使用", styles)
    text = styles.get()
    row = _BODY_ROW + 1
    for number, step in enumerate(STEPS, start=1):
        sheet.write_string(row, place, f"{number}.  {step}", text)
        row += 1
    row += 1
    _write_section(sheet, row, place, last, "颜色说明", styles)
    legend = (
        (palette.ENTRY, palette.WHITE, "填写", "文件规定的内容，由人填写"),
        (palette.EXTRA, palette.WHITE, "补充", "规则需要的补充内容，由人填写"),
        (palette.AUTO, palette.AUTO_INK, "自动", "由 xlcrm 计算，每次刷新重写"),
        (palette.RED_FILL, palette.RED, "红", "已超时、逾期、错误"),
        (palette.AMBER_FILL, palette.AMBER, "黄", "即将超时、今日到期、警告"),
        (palette.GREEN_FILL, palette.GREEN, "绿", "按时完成"),
    )
    for fill, ink, name, meaning in legend:
        row += 1
        sheet.write_string(
            row,
            place,
            name,
            styles.get(
                bold=True, font_color=ink, bg_color=fill, align="center", bottom=1, bottom_color=palette.WHITE
            ),
        )
        sheet.write_string(row, place + 2, meaning, text)


def _write_section(sheet: Worksheet, row: int, first: int, last: int, name: str, styles: Styles) -> None:
    look = {"bottom": 2, "bottom_color": palette.ENTRY}
    sheet.set_row(row, 24)
    for place in range(first, last + 1):
        sheet.write_blank(row, place, None, styles.get(**look))
    sheet.write_string(
        row, first, name, styles.get(bold=True, font_size=12, font_color=palette.ENTRY, **look)
    )
