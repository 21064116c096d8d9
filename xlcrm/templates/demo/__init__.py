"""Demo data: an invented office's two years, for trying things out and for measuring them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.templates.demo.mistakes import with_mistakes
from xlcrm.templates.demo.office import draw_office, kept_current, stream

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

_MISTAKES = 99


def demo_data(rows: int, now: dt.datetime, seed: int = 7, pack: str = "crm") -> dict[str, pd.DataFrame]:
    """Tables of a pack with a sprinkle of entry errors; the same arguments give the same frames.

    Args:
        rows: number of customers, at least 1.
        now: the moment up to which things have happened.
        seed: another one gives another office.
        pack: key of `PACKS`; the customers of one seed are the same people in every pack.

    Returns:
        Table name -> frame keyed by column keys, entry and extra columns only, in sheet order; tables that a
        refresh builds are not there. Values are the canonical ones. Types as in `xlcrm.tables.frames`,
        except that a column with a slip of the keyboard in it is `object`.
    """
    return with_mistakes(stream(seed, _MISTAKES), draw_office(rows, now, seed, pack), pack)


def clean_data(rows: int, now: dt.datetime, seed: int = 7, pack: str = "crm") -> dict[str, pd.DataFrame]:
    """As `demo_data`, before the errors, and with no customer forgotten for over a year."""
    return kept_current(draw_office(rows, now, seed, pack), now)
