"""Finding the heading row of a table in a raw grid, and the column of each heading."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from xlcrm.tables.cells import cell_text
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.tables.base import Column, Table
    from xlcrm.workbook.port import Grid

SEARCHED_ROWS: Final = 20
_MARKS: Final = re.compile(r"^[*★☆#]+|(?:[*★☆:]|[(\[【](?:必填|选填|必填项|选填项|补充|自动)[)\]】])+$")
_DASHES: Final = str.maketrans("–—－~～", "-----")


@dataclass(frozen=True)
class Headings:
    """Where a sheet's headings stand.

    Attributes:
        row: row of the headings, counted from 1; 0 if there is none.
        places: column key -> column in the sheet, counted from 1.
        spelled: column key -> the heading as the sheet spells it.
        others: heading -> column, for headings that the table does not declare; the first of equal ones.
        repeated: column key -> the columns that carry one and the same heading of it.
        seen: all headings in the row, or the known ones that were found anywhere if there is no row.
    """

    row: int = 0
    places: Mapping[str, int] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    seen: tuple[str, ...] = ()


def find_headings(grid: Grid, table: Table) -> Headings:
    """The row among the first 20 with the most of a table's headings; the upper one of equals.

    Headings over two rows are read as one: a cell that is blank in the lower row takes the text above it,
    so a heading merged downwards counts, and a group's title above headings does not.
    """
    known = _known(table)
    rows = [_texts(grid, at) for at in range(min(SEARCHED_ROWS, _height(grid)))]
    best, best_count = -1, 0
    merged: list[list[str]] = []
    for at, texts in enumerate(rows):
        merged.append(_with_upper(rows[at - 1], texts, known) if at else texts)
        count = len({known[same_heading(text)].key for text in merged[at] if same_heading(text) in known})
        if count > best_count:
            best, best_count = at, count
    if best_count < min(2, len(table.columns)):
        found = [text for texts in rows for text in texts if same_heading(text) in known]
        return Headings(seen=tuple(dict.fromkeys(found)))
    return _placed(merged[best], best + 1, table)


@lru_cache(maxsize=4096)
def same_heading(text: str) -> str:
    """Equal for headings that mean the same: width, blanks, case, dashes and 必填 marks aside."""
    plain = same_title(text).translate(_DASHES)
    while (bare := _MARKS.sub("", plain)) != plain:
        plain = bare
    return plain


@lru_cache(maxsize=4096)
def same_title(text: str) -> str:
    """Equal for sheet titles that differ only in width, blanks or case."""
    return folded(text).replace(" ", "")


def _known(table: Table) -> dict[str, Column]:
    """Every spelling of every heading; a column's own heading goes before another's further name."""
    known: dict[str, Column] = {}
    for column in table.columns:
        for name in _names(column):
            known.setdefault(name, column)
    return known | {same_heading(column.heading): column for column in table.columns}


def _names(column: Column) -> list[str]:
    """The normalised headings of a column, best first; its unit may stand behind each."""
    names = [same_heading(name) for name in column.headings]
    if column.unit:
        names += [f"{name}({same_heading(column.unit)})" for name in names]
    return names


def _texts(grid: Grid, at: int) -> list[str]:
    return [cell_text(values[at]).strip() if at < len(values) else "" for values in grid.columns]


def _height(grid: Grid) -> int:
    return max((len(values) for values in grid.columns), default=0)


def _with_upper(upper: Sequence[str], lower: Sequence[str], known: Mapping[str, Column]) -> list[str]:
    """The lower row with the texts above its blank cells, if the two rows are one heading.

    They are none when something unknown stands under a known heading: that is a row of data.
    """
    has_own = any(same_heading(text) in known for text in lower)
    is_data = any(
        text and same_heading(text) not in known and same_heading(above) in known
        for above, text in zip(upper, lower, strict=True)
    )
    if is_data or not has_own:
        return list(lower)
    return [text or above for above, text in zip(upper, lower, strict=True)]


def _placed(texts: Sequence[str], row: int, table: Table) -> Headings:
    columns: dict[str, list[int]] = {}
    for at, text in enumerate(texts, start=1):
        if text:
            columns.setdefault(same_heading(text), []).append(at)
    known = _known(table)
    places: dict[str, int] = {}
    repeated: dict[str, tuple[int, ...]] = {}
    for column in table.columns:
        # The first of its names that the sheet has; a further one beside it is the user's own column.
        name = next((name for name in _names(column) if name in columns and known[name] is column), "")
        if name:
            places[column.key] = columns[name][0]
            if len(columns[name]) > 1:
                repeated[column.key] = tuple(columns[name])
    taken = set(places.values())
    others: dict[str, int] = {}
    for at, text in enumerate(texts, start=1):
        if text and at not in taken:
            others.setdefault(text, at)
    return Headings(
        row=row,
        places=places,
        spelled={key: texts[at - 1] for key, at in places.items()},
        others=others,
        repeated=repeated,
        seen=tuple(text for text in texts if text),
    )
