"""Finding what an analysis sheet holds: its panels and cards, wherever the user has moved them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from xlcrm.workbook.headings import same_heading, same_title
from xlcrm.workbook.patch.ranges import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from xlcrm.analysis.base import Panel
    from xlcrm.workbook.port import Grid, ListPlace

SEARCHED_ROWS: Final = 5
"""The headings of a panel stand so many rows under its title at most."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a panel stands; rows and columns are counted from 1.

    Attributes:
        title: row of its title.
        caption: row of its caption, 0 where there is no room for one.
        column: of both.
        heading: row of its headings.
        places: key of a column -> where it stands.
        last: last row of what it holds now.
        end: last row that it may take.
    """

    title: int
    caption: int
    column: int
    heading: int
    places: Mapping[str, int]
    last: int
    end: int

    @property
    def room(self) -> int:
        """How many rows it may take."""
        return self.end - self.heading


@dataclass(frozen=True)
class Board:
    """One analysis sheet as it stands.

    Attributes:
        grid: its cells.
        lists: its table objects.
    """

    grid: Grid
    lists: Sequence[ListPlace]
    _texts: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column, values in enumerate(self.grid.columns, start=1):
            for row, value in enumerate(values, start=1):
                if type(value) is str:
                    self._texts.setdefault(same_title(value), []).append((row, column))

    def texts(self, text: str) -> list[tuple[int, int]]:
        """Row and column of the cells that hold a text, the upper ones first."""
        return sorted(self._texts.get(same_title(text), ()))

    def cell(self, row: int, column: int) -> object:
        """What a cell holds, None beyond the last one."""
        columns = self.grid.columns
        values = columns[column - 1] if column <= len(columns) else ()
        return values[row - 1] if row <= len(values) else None

    def filled(self, row: int, column: int) -> bool:
        """Whether a cell holds anything, a formula or an error included."""
        value = self.cell(row, column)
        if isinstance(value, str) and not value.strip():
            value = None
        return value is not None or (row, column) in self.grid.formulas or (row, column) in self.grid.errors

    @property
    def height(self) -> int:
        """Last row that may hold anything."""
        outer = max((row for row, _ in (*self.grid.errors, *self.grid.formulas)), default=0)
        return max([outer, *map(len, self.grid.columns)], default=0)


def find_cards(board: Board, labels: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Label of a card -> where it stands: in the row that holds most of the labels, the upper of equals.

    A heading or a name in a list may say the same; it stands among fewer of them.
    """
    found = {label: board.texts(label) for label in labels}
    counts = Counter(row for places in found.values() for row in {row for row, _ in places})
    return {
        label: max(places, key=lambda place: (counts[place[0]], -place[0], -place[1]))
        for label, places in found.items()
        if places
    }


def find_panels(board: Board, panels: Sequence[Panel]) -> dict[str, Spot | None]:
    """Name of a panel -> its place, None where its title has no headings under it; without it, no title.

    Of several cells with the title, the one with the most headings under it counts; headings may say it.
    """
    cells = {panel.name: board.texts(panel.title) for panel in panels}
    titles = {panel.name: _title(board, panel, cells[panel.name]) for panel in panels if cells[panel.name]}
    stops = {place for place in titles.values() if place is not None}
    notes = {same_title(panel.note) for panel in panels if panel.note}
    return {
        panel.name: None if place is None else _spot(board, panel, place, stops, notes)
        for panel in panels
        if panel.name in titles
        for place in [titles[panel.name]]
    }


def _title(board: Board, panel: Panel, places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The cell of several that say a panel's title with the most headings under it; None where none has."""
    counts = [len(_headings(board, panel, place, frozenset())[1]) for place in places]
    most = max(counts)
    return places[counts.index(most)] if most >= min(2, len(panel.columns)) else None


def _spot(
    board: Board,
    panel: Panel,
    place: tuple[int, int],
    stops: AbstractSet[tuple[int, int]],
    notes: AbstractSet[str],
) -> Spot | None:
    """Where a panel stands; `stops` are the titles of all, `notes` what stands under some."""
    row, column = place
    heading, places = _headings(board, panel, place, stops)
    if not places:
        return None
    between = range(row + 1, heading)
    caption = next((at for at in between if board.filled(at, column)), row + 1 if between else 0)
    last, fixed = _body_end(board, heading, places, stops, notes)
    end = last if fixed else _room_end(board, last, places)
    return Spot(row, caption, column, heading, places, last, end)


def _headings(
    board: Board, panel: Panel, place: tuple[int, int], stops: AbstractSet[tuple[int, int]]
) -> tuple[int, dict[str, int]]:
    """The row under a title with the most of its panel's headings, and where they stand.

    What stands beyond the title of a panel beside this one is not looked at.
    """
    row, column = place
    wanted = {same_heading(item.heading): item.key for item in panel.columns}
    beside = [right for near, right in stops if right > column and abs(near - row) <= SEARCHED_ROWS]
    limit = min(beside, default=len(board.grid.columns) + 1)
    best: tuple[int, dict[str, int]] = (0, {})
    for at in range(row + 1, row + SEARCHED_ROWS + 1):
        if (at, column) in stops:
            break
        places: dict[str, int] = {}
        for number in range(column, limit):
            text = board.cell(at, number)
            key = wanted.get(same_heading(text)) if isinstance(text, str) else None
            if key is not None:
                places.setdefault(key, number)
        if len(places) > len(best[1]):
            best = at, places
    return best


def _body_end(
    board: Board,
    heading: int,
    places: Mapping[str, int],
    stops: AbstractSet[tuple[int, int]],
    notes: AbstractSet[str],
) -> tuple[int, bool]:
    """Last row of what a panel holds, and whether nothing can be added: a row of totals stands under it.

    Without a table object the rows end where one is blank, or another panel's title or a note begins.
    """
    columns = sorted(places.values())
    own = next(
        (
            one
            for one in board.lists
            if one.heading == heading and one.left <= columns[-1] and one.right >= columns[0]
        ),
        None,
    )
    if own is not None:
        return max(own.last, heading), own.totals
    last = heading
    while last < board.height:
        cells = [(last + 1, column) for column in range(columns[0], columns[-1] + 1)]
        filled = [cell for cell in cells if board.filled(*cell)]
        texts = [value for cell in filled if isinstance(value := board.cell(*cell), str)]
        if not filled or stops & set(filled) or notes & set(map(same_title, texts)):
            break
        last += 1
    return last, False


def _room_end(board: Board, last: int, places: Mapping[str, int]) -> int:
    """Last row that a panel may take: down to the next thing."""
    columns = range(min(places.values()), max(places.values()) + 1)
    for row in range(last + 1, board.height + 1):
        if any(board.filled(row, column) for column in columns):
            return row - 1
    return MAX_ROWS
