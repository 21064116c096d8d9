"""The slips of real offices, about one row in a hundred, so that the checks have something to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlcrm.templates.demo.draw import date_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlcrm.templates.demo.draw import Rng

_SHARE = 0.00125
"""Of each kind of slip; at least one of each."""


def with_mistakes(rng: Rng, frames: Mapping[str, pd.DataFrame], pack: str) -> dict[str, pd.DataFrame]:
    """The frames with slips in them; a column that got one holds mixed values, as a sheet would.

    Args:
        rng: where chance comes from.
        frames: the pack's tables.
        pack: whose slips.
    """
    changed = dict(frames)
    for table, key, slip in slips_of(pack):
        frame = changed[table]
        places = _places(rng, frame, key)
        values = frame[key].astype(object)
        values.iloc[places] = [slip(value) for value in values.iloc[places]]
        changed[table] = frame.assign(**{key: values})
    return changed


def slips_of(pack: str) -> tuple[Slip, ...]:
    """What the pack's people type wrongly."""
    return _SLIPS[pack]


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


def _earlier(moment: pd.Timestamp) -> pd.Timestamp:
    """The year before: what is typed in January."""
    return moment - pd.DateOffset(years=1)


Slip = tuple[str, str, "Callable[[Any], Any]"]
"""Table, column, and what a value becomes."""


def _register(grade: str) -> tuple[Slip, ...]:
    """The slips that every pack's register has; `grade` is a word for A类 that is not the pack's own."""
    return (
        ("customers", "phone", _masked),
        ("customers", "consent", lambda _: None),
        ("customers", "grade", lambda _: grade),
        ("customers", "updated_on", _typed_date),
        ("customers", "budget", _ten_thousands),
        ("customers", "email", lambda address: address.replace("@", "#")),
    )


_CRM: tuple[Slip, ...] = (
    ("followup_records", "next_action", lambda _: "后续联系"),
    ("complaints", "owner", lambda _: None),
)
_SERVICE: tuple[Slip, ...] = (
    ("care_records", "next_action", lambda _: "保持联系"),
    ("satisfaction_surveys", "problem_solving", lambda _: 6.0),
    ("service_issues", "resolved_at", _earlier),
    ("service_issues", "customer_id", lambda _: "1999001"),
)
_RECOVERY: tuple[Slip, ...] = (
    ("recovery_cases", "satisfaction", lambda _: 11.0),
    ("recovery_cases", "responded_at", _earlier),
    ("recovery_cases", "phone", lambda phone: phone[:-1]),
)
_RELATIONSHIP: tuple[Slip, ...] = (
    ("relationship_assessments", "weight", lambda share: share + 0.1),
    ("maintenance_plans", "due_on", _typed_date),
    ("account_profiles", "daily_deposit", _ten_thousands),
    ("callback_records", "by", lambda _: None),
)
_SUPPORT: tuple[Slip, ...] = (
    ("presales", "phone", _masked),
    ("orders", "order_id", lambda text: text.removeprefix("DD")),
    ("orders", "amount", lambda amount: f"{amount:,.0f}元"),
    ("service_issues", "owner", lambda _: None),
    ("service_pushes", "channel", lambda _: "微信"),
)
_SLIPS: Mapping[str, tuple[Slip, ...]] = {
    "service": (*_register("A级"), *_SERVICE),
    "crm": (*_register("VIP"), *_CRM),
    "recovery": (*_register("VIP"), *_RECOVERY),
    "relationship": (*_register("VIP"), *_RELATIONSHIP),
    "support": (*_register("VIP"), *_SUPPORT),
    "full": (*_register("VIP"), *_CRM, *_SERVICE, *_RECOVERY, *_RELATIONSHIP, *_SUPPORT),
}
