"""Buttons: what they say, where they stand and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.templates import palette
from xlcrm.templates.measures import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

BAND_WIDTH: Final = 15
"""Characters that a button of 首页 is wide, as wide as a card."""
BAND_HEIGHT: Final = 34
"""Pixels of the buttons on 首页, in a band of 34 points."""
TITLE_HEIGHT: Final = 28
"""Pixels of the buttons beside a sheet's title, in a row of 30 points."""
_GAP: Final = 8
"""Pixels between two buttons beside a title."""
_PADDING: Final = 34
"""Pixels of a button beside a title that its caption does not take."""
_EDGES: Final = 12
"""Pixels that a button of 首页 has to spare at least."""

_WRITTEN_FONT: Final = 'face="Calibri" size="220" color="#000000"'
"""What XlsxWriter writes for every caption; it cannot be asked for another."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button that calls a macro.

    Attributes:
        caption: what it says.
        macro: name of the Sub, without arguments.
        help: one sentence, for programs that read screens aloud.
        sheets: names of tables, and titles of analysis sheets, on whose sheets it stands.
        at_home: whether it stands on 首页.
    """

    caption: str
    macro: str
    help: str
    sheets: tuple[str, ...] = ()
    at_home: bool = True

    @property
    def caption_width(self) -> int:
        """Pixels that the caption takes."""
        return round(text_width(self.caption) / 2 * palette.SIZE * 96 / 72)


def column_pixels(width: float) -> int:
    """Pixels of a column whose width is given in characters of the default font, which are 7 wide."""
    return round(width * 7) + 5


def stand_under_cards(sheet: Worksheet, row: int, columns: Sequence[int], buttons: Sequence[Button]) -> None:
    """Stand the buttons of 首页 in a row, each over a whole column.

    Edges of columns are the only places that every program and font agrees about.

    Args:
        sheet: whose columns and rows have their sizes already.
        row: of the band, counted from 0.
        columns: to stand in, each `BAND_WIDTH` characters wide.
        buttons: from left to right.

    Raises:
        ValueError: more buttons than columns, or a caption too long for one.
    """
    room = column_pixels(BAND_WIDTH)
    if len(buttons) > len(columns):
        raise ValueError(f"{len(buttons)} buttons for {len(columns)} columns")
    for column, button in zip(columns, buttons, strict=False):
        if button.caption_width > room - _EDGES:
            raise ValueError(f"{button.caption!r} does not fit into {room} pixels")
        _insert(sheet, (row, column), (0, 5), (room, BAND_HEIGHT), button)


def stand_beside_title(sheet: Worksheet, column: int, buttons: Sequence[Button]) -> int:
    """Stand the buttons in the row of the title, from a column on; the pixels that they take."""
    left = 0
    for button in buttons:
        width = button.caption_width + _PADDING
        _insert(sheet, (0, column), (left, 6), (width, TITLE_HEIGHT), button)
        left += width + _GAP
    return left


def restyled(drawing: bytes) -> bytes:
    """A drawing of buttons whose captions have the workbook's font and colour."""
    font = f'face="{palette.FONT}" size="{palette.SIZE * 20}" color="{palette.ENTRY}"'
    return drawing.replace(_WRITTEN_FONT.encode(), font.encode())


def _insert(
    sheet: Worksheet, place: tuple[int, int], offset: tuple[int, int], size: tuple[int, int], button: Button
) -> None:
    options = {
        "macro": button.macro,
        "caption": button.caption,
        "description": button.help,
        "x_offset": offset[0],
        "y_offset": offset[1],
        "width": size[0],
        "height": size[1],
    }
    sheet.insert_button(*place, options)
