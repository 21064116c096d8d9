"""Row heights: LibreOffice measures every touched row at each change, text by text.

That takes ten times as long as the change itself, so it is put off: few rows are measured once after a
change, many rows only where text wraps, because only there a value decides about the height.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from xlcrm.calc.jumps import merged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.calc.looks import Looks

_FEW: Final = 500  # rows that are measured in a fraction of a second
_HARMLESS: Final = ("ShrinkToFit", "ParaIndent", "Orientation", "RotateReference", "NumberFormat")
"""Attributes that may be set to what they are, only to have rows measured; no one of them moves a row."""


@contextlib.contextmanager
def unmeasured(document: Any) -> Iterator[None]:
    """Let no row be measured while the block runs."""
    before = document.IsAdjustHeightEnabled
    document.IsAdjustHeightEnabled = False
    try:
        yield
    finally:
        document.IsAdjustHeightEnabled = before


def needs_measuring(cells: Looks) -> bool:
    """Whether a change in the cells may call for other row heights, or is cheap to look at."""
    api = cells.api
    wrapped = api.getPropertyStates(("IsTextWrapped",))[0].value == "AMBIGUOUS_VALUE"
    return cells.box[2] <= _FEW or wrapped or bool(api.IsTextWrapped)


def measure(changed: Sequence[Looks]) -> None:
    """Measure the rows of ranges, each row once; heights that were set by hand stay.

    Ranges of workbooks and sheets that have gone meanwhile are passed over: this is only about looks.
    """
    spans: dict[tuple[str, int], tuple[Any, list[tuple[int, int]]]] = {}
    for cells in changed:
        with contextlib.suppress(Exception):
            address = cells.api.RangeAddress
            key = str(cells.document.RuntimeUID), int(address.Sheet)
            _, rows = spans.setdefault(key, (cells.sheet.api, []))
            rows.append((address.StartRow, address.EndRow))
    for sheet, rows in spans.values():
        for first, last in merged(rows):
            with contextlib.suppress(Exception):
                _measure(sheet.getCellRangeByPosition(0, first, 0, last))


def _measure(rows: Any) -> None:
    """Set an attribute that is alike in the rows' first column to what it is."""
    states = rows.getPropertyStates(_HARMLESS)
    for name, state in zip(_HARMLESS, states, strict=True):
        if state.value != "AMBIGUOUS_VALUE":
            rows.setPropertyValue(name, rows.getPropertyValue(name))
            return
