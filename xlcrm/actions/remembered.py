"""A door that remembers what it has read, for actions that need the raw cells beside the typed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.workbook.port import Changes, Door, Grid, ListPlace, Saved


class Remembered:
    """Reads each sheet of another door once."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._grids: dict[str, Grid] = {}

    @property
    def title(self) -> str:
        return self._door.title

    @property
    def file(self) -> Path | None:
        return self._door.file

    @property
    def sheets(self) -> Sequence[str]:
        return self._door.sheets

    def grid(self, sheet: str) -> Grid:
        """Read one sheet whole; the same again as long as nothing was written."""
        if sheet not in self._grids:
            self._grids[sheet] = self._door.grid(sheet)
        return self._grids[sheet]

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        return self._door.lists(sheet)

    def apply(self, changes: Changes) -> Saved:
        """Write all changes in one step, and forget what was read."""
        self._grids.clear()
        return self._door.apply(changes)
