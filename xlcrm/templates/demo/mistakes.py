"""The slips of real offices, about one row in a hundred, so that the checks have something to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlcrm.templates.demo.draw import date_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from xlcrm.templates.demo.draw import Rng

_SHARE = 0.00125
"""Of each kind of slip; at least one of each."""


def with_mistakes(rng: Rng, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with slips in them; a column that got one holds mixed values, as a sheet would."""
    changed = dict(frames)
    for table, key, slip in _SLIPS:
        frame = changed[table]
        places = _places(rng, frame, key)
        values = frame[key].astype(object)
        values.iloc[places] = [slip(value) for value in values.iloc[places]]
        changed[table] = frame.assign(**{key: values})
    return changed


def _places(rng: Rng, frame: pd.DataFrame, key: str) -> np.ndarray[Any, Any]:
    filled = np.flatnonzero(frame[key].notna().to_numpy())
    wanted = min(len(filled), max(1, round(len(frame) * _SHARE)))
    return np.sort(rng.choice(filled, wanted, replace=False))


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def _ten_thousands(amount: float) -> str:
    return f"{amount / 10_000:g}万"


def _typed_date(day: pd.Timestamp) -> str:
    return date_texts(np.array([day.to_datetime64()]), "{y}年{m}月{d}日")[0]


_SLIPS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("customers", "phone", _masked),
    ("customers", "consent", lambda _: None),
    ("customers", "grade", lambda _: "VIP"),
    ("customers", "updated_on", _typed_date),
    ("customers", "budget", _ten_thousands),
    ("customers", "email", lambda address: address.replace("@", "#")),
    ("followup_records", "next_action", lambda _: "后续联系"),
    ("complaints", "owner", lambda _: None),
)
