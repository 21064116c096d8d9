"""The next free id of a row that has none, in the form that its table's ids have (V09)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from xlcrm.checks.base import filled
from xlcrm.tables.base import TIMES, Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.checks.base import CheckInput
    from xlcrm.tables.base import Column, Table
    from xlcrm.tables.frames import SheetData

_DAY: Final = re.compile(r"(\D*)((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\D+|(?=\d{3}))(\d+)")
_MONTH: Final = re.compile(r"(\D*)((?:19|20)\d{2}(?:0[1-9]|1[0-2]))(\D+|(?=\d{3}))(\d+)")
_YEAR: Final = re.compile(r"(\D*)((?:19|20)\d{2})(\D+|(?=\d{2}))(\d+)")
_PLAIN: Final = re.compile(r"(.*?)()()(\d+)")
_DATED: Final = ((_DAY, "%Y%m%d"), (_MONTH, "%Y%m"), (_YEAR, "%Y"), (_PLAIN, ""))
_LOOKED_AT: Final = 200
"""How many of the newest ids tell the form of the next one."""

_OWN_EXAMPLES: Final[Mapping[tuple[str, str], str]] = {("complaints", "support"): "TS202310200001"}
"""(table, pack) -> an id as that pack's document writes it, where the declared example is another's."""
_FILED: Final[Mapping[str, str]] = {"orders": "confirmed_at"}
"""Table -> the column whose date its ids carry, where it is not the first required one of the past."""


class Shape(NamedTuple):
    """What the ids of a table look like: 20230816-001 is "", %Y%m%d, "-" and 3."""

    head: str
    date: str
    joint: str
    width: int

    @property
    def dated(self) -> bool:
        return bool(self.date)


def shape_of(text: str) -> Shape | None:
    """The shape of an id: the longest date that it can begin with, then digits that count."""
    for pattern, date in _DATED:
        if found := pattern.fullmatch(text):
            head, _, joint, serial = found.groups()
            return Shape(head, date, joint, len(serial))
    return None


def next_ids(given: CheckInput, sheet: SheetData, rows: pd.Index) -> list[str]:
    """An id for each row of a sheet, "" where none can be given without a guess.

    The form is that of most of the newest ids in the sheet, else of the declared example. The date in it is
    the row's own filing date, and the number the next above all ids of that date, those that other sheets
    refer to among them.
    """
    column = sheet.table.by_key[sheet.table.key]
    own = filled(sheet, column.key).tolist() if column.kind in {Kind.ID, Kind.TEXT} else []
    shape = _usual(own, column.form) or shape_of(example_of(sheet.table, column))
    if shape is None or column.kind in TIMES:
        return [""] * len(rows)
    taken = {*own, *_referred(given, sheet.table.name)}
    return _numbered(shape, _stems(shape, sheet, rows), taken, column.form)


def filing_key(table: Table) -> str:
    """The column whose date a row's id carries: when the row was received or filed; "" for none."""
    if table.name in _FILED:
        return _FILED[table.name]
    return next(
        (
            item.key
            for item in table.columns
            if item.kind in TIMES and item.past and item.required and item.role is not Role.AUTO
        ),
        "",
    )


def is_dated(table: Table) -> bool:
    """Whether a new id of a table carries a date, as far as its declaration tells."""
    shape = shape_of(example_of(table, table.by_key[table.key]))
    return shape is not None and shape.dated


def example_of(table: Table, column: Column) -> str:
    """An id as the table's pack writes it."""
    return _OWN_EXAMPLES.get((table.name, table.pack), column.example)


def _usual(ids: Sequence[str], form: str) -> Shape | None:
    good = [text for text in ids[-_LOOKED_AT:] if not form or re.fullmatch(form, text)]
    shapes = Counter(shape for text in good if (shape := shape_of(text)))
    return shapes.most_common(1)[0][0] if shapes else None


def _referred(given: CheckInput, name: str) -> Iterable[str]:
    for sheet, column in given.columns({Kind.REF}):
        if column.references == name:
            yield from filled(sheet, column.key).tolist()


def _stems(shape: Shape, sheet: SheetData, rows: pd.Index) -> list[str | None]:
    """What stands before the counting digits, None where the row has no date for it."""
    if not shape.dated:
        return [shape.head] * len(rows)
    key = filing_key(sheet.table)
    if not key:
        return [None] * len(rows)
    days = sheet.frame[key].reindex(rows)
    return [None if day is pd.NaT else f"{shape.head}{day:{shape.date}}{shape.joint}" for day in days]


def _numbered(shape: Shape, stems: Sequence[str | None], taken: set[str], form: str) -> list[str]:
    highest = _highest(set(stems) - {None}, taken, shape.width)
    found = []
    for stem in stems:
        text = ""
        if stem is not None:
            highest[stem] = highest.get(stem, 0) + 1
            text = f"{stem}{highest[stem]:0{shape.width}d}"
        # a number with more digits than the form has room for would be taken for another date's
        fits = len(text) == len(stem or "") + shape.width and (not form or re.fullmatch(form, text))
        found.append(text if fits else "")
    return found


def _highest(stems: Iterable[str | None], taken: Iterable[str], width: int) -> dict[str, int]:
    wanted = set(stems)
    highest: dict[str, int] = {}
    for text in taken:
        stem, serial = text[:-width], text[-width:]
        if stem in wanted and serial.isdecimal():
            highest[stem] = max(highest.get(stem, 0), int(serial))
    return highest
