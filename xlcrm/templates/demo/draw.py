"""Drawing many values at once, and turning them into a table's frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from xlcrm.tables.frames import dtype_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.tables.base import Table

Array: TypeAlias = np.ndarray[Any, Any]
Rng: TypeAlias = np.random.Generator

_NOTHING: Array = np.array(None, dtype=object)


def pick(rng: Rng, words: Sequence[Any], size: int, weights: Sequence[float] | None = None) -> Array:
    """(size,) words as objects."""
    chances = None if weights is None else np.asarray(weights, dtype=float) / np.sum(weights)
    return objects(words)[rng.choice(len(words), size, p=chances)]


def objects(words: Sequence[Any] | Array) -> Array:
    """The words as an object array, tuples and all."""
    if isinstance(words, np.ndarray):
        return words.astype(object)
    array = np.empty(len(words), dtype=object)
    array[:] = list(words)
    return array


def text_where(flags: Array, values: Any) -> Array:
    """The values where the flag is set, else blank."""
    return np.where(flags, values, _NOTHING)


def sometimes(rng: Rng, values: Array, share: float) -> Array:
    """The values with all but about a share of them blank."""
    return text_where(rng.random(len(values)) < share, values)


def some_tags(rng: Rng, words: Sequence[str], size: int, most: int, sign: str = "、") -> Array:
    """(size,) texts of 0 to `most` different words; None for none."""
    combined = [None, *words]
    for _ in range(most - 1):
        combined += [f"{one}{sign}{other}" for one in words for other in words if one < other]
    return objects(combined)[rng.integers(0, len(combined), size)]


def office_time(rng: Rng, days: Array) -> Array:
    """A minute of office hours (09:00-12:00, 13:30-18:00) on each day; datetime64[m]."""
    minutes = 540 + rng.integers(0, 450, len(days))
    minutes += np.where(minutes >= 720, 90, 0)
    return days.astype("datetime64[m]") + minutes


def weekday(days: Array) -> Array:
    """Each day, or the Friday before where it is a weekend."""
    number = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return days.astype("datetime64[D]") - np.maximum(number - 4, 0)


def weekday_after(days: Array) -> Array:
    """Each day, or the Monday after where it is a weekend."""
    number = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return days.astype("datetime64[D]") + np.where(number > 4, 7 - number, 0)


def minutes_within(rng: Rng, limits: Any, size: int, late: float = 0.06) -> Array:
    """(size,) minutes that something took: well inside its limit, but for a share that was late.

    Args:
        rng: where chance comes from.
        limits: minutes, one or (size,).
        size: how many.
        late: share that took longer than its limit.
    """
    share = np.where(rng.random(size) < late, rng.uniform(1.1, 2.2, size), rng.uniform(0.12, 0.9, size))
    taken: Array = np.maximum((limits * share).astype(np.int64), 1)
    return taken


def blank_after(times: Array, last: Any) -> Array:
    """Times after the moment become blank: they have not happened yet."""
    return np.where(times > last, np.datetime64("NaT"), times)


def blank_unless(flags: Array, times: Array) -> Array:
    """Times where the flag is set, else blank."""
    return np.where(flags, times, np.datetime64("NaT"))


def date_texts(days: Array, form: str) -> list[str]:
    """Each day as text; the form is strftime's without padding: 2026年3月5日."""
    parts = pd.DatetimeIndex(days.astype("datetime64[s]"))
    return [
        form.format(y=year, m=month, d=day)
        for year, month, day in zip(parts.year, parts.month, parts.day, strict=True)
    ]


def serial_in_group(groups: Array) -> Array:
    """1, 2, 3 … within each group of equal neighbours; the groups are sorted."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1])))
    lengths = np.diff(np.concatenate((starts, [len(groups)])))
    return np.arange(len(groups)) - np.repeat(starts, lengths) + 1


def dated_ids(times: Array, head: str = "", joint: str = "-", width: int = 3) -> Array:
    """An id a case from its day and the number in that day, such as 20260316-001; the times are sorted."""
    days = times.astype("datetime64[D]")
    texts = np.datetime_as_string(days, unit="D")
    return objects(
        [
            f"{head}{text.replace('-', '')}{joint}{number:0{width}d}"
            for text, number in zip(texts, serial_in_group(days), strict=True)
        ]
    )


def joined(table: Table, parts: Sequence[Mapping[str, Any]], by: Sequence[str]) -> pd.DataFrame:
    """Parts of a table as one frame, sorted by some of its columns; equal rows keep the parts' order."""
    whole = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    whole = whole.sort_values(list(by), kind="stable")
    return frame_of(table, {str(key): whole[key].to_numpy() for key in whole})


def frame_of(table: Table, values: Mapping[str, Array | Sequence[Any]]) -> pd.DataFrame:
    """The columns in the table's order, in the table's types (`xlcrm.tables.frames`)."""
    columns = {}
    for item in table.columns:
        if item.key in values:
            raw, dtype = values[item.key], dtype_of(item.kind)
            if dtype == "str":
                columns[item.key] = pd.Series(objects(raw)).astype(pd.StringDtype(na_value=np.nan))
            else:
                columns[item.key] = pd.Series(np.asarray(raw)).astype(np.dtype(dtype))
    return pd.DataFrame(columns)
