"""Buttons: what they say, where they stand and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from xlcrm.templates import palette
from xlcrm.templates.measures import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

BAND_HEIGHT: Final = 34
"""Pixels of the buttons on 首页, in a band of 34 points."""
TITLE_HEIGHT: Final = 28
"""Pixels of the buttons beside a sheet's title, in a row of 30 points."""
GAP: Final = 16
"""Pixels between two buttons; the cards of 首页 have the same between them."""
_PADDING: Final = 34
"""Pixels of a button that its caption does not take."""

_WRITTEN_FONT: Final = b'face="Calibri" size="220" color="#000000"'
"""What XlsxWriter writes for every caption; it cannot be asked for another."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button that calls a macro.

    Attributes:
        caption: what it says.
        macro: name of the Sub, without arguments.
        help: one sentence, for programs that read screens aloud.
        sheets: where else than on 首页 it stands, names of tables.
    """

    caption: str
    macro: str
    help: str
    sheets: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Pixels that it needs at least."""
        return round(text_width(self.caption) * palette.SIZE / 72 * 96 / 2) + _PADDING


def column_pixels(width: float) -> int:
    """Pixels of a column whose width is given in characters of the default font, which are 7 wide."""
    return round(width * 7) + 5


def fill_band(sheet: Worksheet, place: tuple[int, int], room: int, buttons: Sequence[Button]) -> None:
    """Spread the buttons over a whole band, all of one width.

    Args:
        sheet: whose columns and rows have their sizes already.
        place: row and column of the band's first cell.
        room: pixels from the column's left edge to the band's end.
        buttons: from left to right.

    Raises:
        ValueError: the band is too narrow for the captions.
    """
    if not buttons:
        return
    count = len(buttons)
    edges = [round(number * (room + GAP) / count) for number in range(count + 1)]
    for button, (left, right) in zip(buttons, pairwise(edges), strict=True):
        width = right - left - GAP
        if width < button.width - _PADDING // 2:
            raise ValueError(f"no room for {button.caption!r} among {count} buttons")
        _insert(sheet, place, (left, 5), (width, BAND_HEIGHT), button)


def stand_beside_title(sheet: Worksheet, column: int, buttons: Sequence[Button]) -> int:
    """Stand the buttons in the row of the title, from a column on; the pixels that they take."""
    left = 0
    for button in buttons:
        _insert(sheet, (0, column), (left, 6), (button.width, TITLE_HEIGHT), button)
        left += button.width + GAP // 2
    return left


def restyled(drawing: bytes) -> bytes:
    """A drawing of buttons whose captions have the workbook's font and colour."""
    font = f'face="{palette.FONT}" size="{palette.SIZE * 20}" color="{palette.ENTRY}"'
    return drawing.replace(_WRITTEN_FONT, font.encode())


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
