"""Right before a letter leaves: is what it says still true of the workbook?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from xlcrm.errors import XlcrmError
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.saving import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions.mailing.desk import Desk
    from xlcrm.actions.mailing.planning import Wish
    from xlcrm.mail.letter import Letter
    from xlcrm.workbook.port import Door

_STALE: Final = 30.0
"""Seconds after which an open workbook is read again: nothing tells whether it has changed."""


class Recheck:
    """Gives each letter as it is now; the workbook is read again only where it may have changed.

    Attributes:
        skipped: letters that were held back, because the workbook could not be read just then.
        dropped: letters that nobody needs any more.
    """

    def __init__(
        self,
        desk: Desk,
        again: Callable[[Door], Desk],
        door: Door,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read yet.

        Args:
            desk: the first reading.
            again: makes another one.
            door: of the workbook; a closed file is opened anew.
            clock: seconds, for how old the reading of an open workbook is.
        """
        self._door, self._desk, self._again, self._clock = door, desk, again, clock
        self._first, self._seen, self._read_at = desk, desk.seen, clock()
        self._wishes: dict[str, Wish] = {wish.key: wish for wish in desk.plan.wishes}
        self._became: dict[str, str] = {}
        self.skipped: dict[str, str] = {}
        self.dropped: set[str] = set()

    def __call__(self, letter: Letter) -> Letter | None:
        """The letter as it is now; None where it is no longer true, or nobody can tell."""
        wish = self._wishes[letter.key]
        self.skipped.pop(letter.key, None)
        try:
            desk = self._now()
            if desk is self._first:
                return letter
            others = {key for first, key in self._became.items() if first != letter.key}
            found = desk.plan.find(wish, others)
            if found is None:
                self.dropped.add(letter.key)
                return None
            self._became[letter.key] = found.key
            return desk.letter(found)
        except XlcrmError as error:
            self.skipped[letter.key] = error.message
            return None

    def _now(self) -> Desk:
        if isinstance(self._door, FileDoor):
            found = fingerprint(self._door.path)
            if found != self._seen:
                with FileDoor(self._door.path, write=False) as door:
                    desk = self._again(door)
                    desk.prepare()
                self._desk, self._seen = desk, found
        elif self._clock() - self._read_at > _STALE:
            self._desk, self._read_at = self._again(self._door), self._clock()
        return self._desk
