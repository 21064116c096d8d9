"""The live door as the entry points use it: a fault of ours tells what has become of the workbook."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from xlcrm.entrypoints import faults
from xlcrm.errors import XlcrmError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import xlwings as xw

    from xlcrm.workbook.live import LiveDoor
    from xlcrm.workbook.port import Changes, Door, Grid, ListPlace, Saved


@contextlib.contextmanager
def live_door(book: xw.Book, *, write: bool) -> Iterator[Door]:
    """The door of an open workbook.

    Raises:
        SheetProtected, ProgramBusy, ProgramMissing: see `xlcrm.workbook.live.LiveDoor`.
        Exception: a fault of ours, noted with the state of the workbook, which `faults.sentence` tells.
    """
    from xlcrm.workbook.live import LiveDoor  # noqa: PLC0415 - most commands work on closed files

    state = faults.UNTOUCHED
    try:
        with LiveDoor(book, write=write) as door:
            watched = _Watched(door)
            try:
                yield watched
            finally:
                state = watched.state
    except XlcrmError:
        raise
    except Exception as error:
        error.add_note(state)
        raise


class _Watched:
    """A door that knows how far the writing has come, and whether it waits to be saved."""

    def __init__(self, door: LiveDoor) -> None:
        self._door = door
        self.state = faults.UNTOUCHED

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
        return self._door.grid(sheet)

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        return self._door.lists(sheet)

    def apply(self, changes: Changes) -> Saved:
        """Write; a fault from here on leaves the workbook in doubt."""
        by_itself = self._door.saves_itself
        before, self.state = self.state, faults.UNCERTAIN_AND_SAVED if by_itself else faults.UNCERTAIN
        try:
            saved = self._door.apply(changes)
        except XlcrmError:
            self.state = before
            raise
        self.state = faults.WRITTEN_AND_SAVED if by_itself else faults.WRITTEN
        return dataclasses.replace(saved, by_itself=by_itself)
