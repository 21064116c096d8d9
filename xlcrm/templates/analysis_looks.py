"""Formats and colours of an analysis sheet's cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xlcrm.analysis.base import Kind
from xlcrm.analysis.wording import BETTER, WORSE
from xlcrm.tables.base import NUMBERS
from xlcrm.templates import palette
from xlcrm.templates.conditions import MISSED, MISSED_LOOK, panel_looks
from xlcrm.templates.styles import WRAPPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsxwriter.format import Format

    from xlcrm.analysis.base import Column
    from xlcrm.templates.styles import Styles

NUMBER_FORMATS: Final[Mapping[Kind, str]] = {
    Kind.DATE: palette.DATE_FORMAT,
    Kind.DATETIME: palette.MOMENT_FORMAT,
    Kind.MONEY: "#,##0",
    Kind.PERCENT: "0.0%",
    Kind.INT: "#,##0",
    Kind.NUMBER: "#,##0.0",
    Kind.SCORE5: "0.00",
    Kind.SCORE10: "0.0",
    Kind.NPS: "0",
    Kind.ID: "@",
    Kind.REF: "@",
}
"""Figures that are read and compared, not booked: amounts without cents, thousands apart."""
AXIS_FORMATS: Final[Mapping[Kind, str]] = {
    Kind.PERCENT: '[>1.0001]"";0%',
    Kind.SCORE5: "0.0",
    Kind.SCORE10: "General",
    Kind.INT: "[>=1000]#,##0;General",
    Kind.NUMBER: "General",
}
"""Where an axis has other digits than the cells: between small counts are halves, shares end at 100 %."""
LABEL_FORMATS: Final[Mapping[Kind, str]] = {Kind.PERCENT: "0%", Kind.NUMBER: "#,##0.0"}
"""Where the labels in a chart have fewer digits than the cells."""

_CARD_SIZE: Final = 18
CARD_CONDITIONS: Final = tuple(
    ({"type": "text", "criteria": "begins with", "value": f"{word}："}, look)
    for word, look in (
        (BETTER, {"font_color": palette.GREEN}),
        (WORSE, {"font_color": palette.RED, "bold": True}),
    )
)
"""(XlsxWriter's criterion, look) of the comparisons."""


def card_looks(kind: Kind, styles: Styles) -> tuple[Format, Format, Format]:
    """The looks of a card's label, figure and comparison."""
    box = {
        "bg_color": palette.BAND,
        "align": "center",
        "left": 5,
        "left_color": palette.WHITE,
        "right": 5,
        "right_color": palette.WHITE,
    }
    label = {"font_color": palette.MUTED, "valign": "bottom", "top": 5, "top_color": palette.ENTRY}
    figure = {
        "bold": True,
        "font_size": _CARD_SIZE,
        "font_color": palette.ENTRY,
        "shrink": True,
        "num_format": NUMBER_FORMATS.get(kind, "General"),
    }
    text = {"font_size": 9, "font_color": palette.MUTED, "text_wrap": True, "valign": "top"}
    return styles.get(**box, **label), styles.get(**box, **figure), styles.get(**box, **text)


def value_look(column: Column, styles: Styles, *, lined: bool = False) -> Format:
    """The look of the cells under a panel's heading.

    Args:
        column: whose cells.
        styles: the workbook's formats.
        lined: with a line under every row; else lines come with the rows that are filled.
    """
    look: dict[str, Any] = {"bottom": 1, "bottom_color": palette.LINE} if lined else {}
    if column.kind in NUMBER_FORMATS:
        look["num_format"] = NUMBER_FORMATS[column.kind]
    if column.kind in NUMBERS:
        look |= {"align": "right", "indent": 1}
    elif column.kind in (Kind.CHOICE, Kind.YESNO, Kind.DATE, Kind.DATETIME, Kind.LINK):
        look["align"] = "center"
    else:
        look |= {"align": "left", "indent": 1}
    if column.kind is Kind.LONG:
        look["text_wrap"] = True
    elif column.kind in WRAPPED or column.kind is Kind.PERSON:
        look["shrink"] = True  # the rows are one line high, and the next cell is filled
    if column.kind is Kind.LINK:
        look |= {"font_color": palette.LINK, "underline": 1}
    return styles.get(**look)


def word_conditions(column: Column, first: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(formula, look) of the words in a panel's column that judge; one for all words of one look.

    Args:
        column: whose cells.
        first: the first of them, such as C12.
    """
    found: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for word, look in panel_looks(column).items():
        found.setdefault(repr(look), (look, []))[1].append(f'{first}="{word}"')
    for look, tests in found.values():
        yield f"=OR({','.join(tests)})", look
    if found and not column.choice:
        tests = [f'ISNUMBER(SEARCH("{words}",{first}))' for words in MISSED]
        yield f"=OR({','.join(tests)})", MISSED_LOOK
