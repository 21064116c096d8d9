"""Complaints at a desk that answers within minutes and asks afterwards how it went (the support document)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xlcrm.templates.demo import case_words
from xlcrm.templates.demo.draw import blank_after, blank_unless, objects, pick, text_where

if TYPE_CHECKING:
    from xlcrm.templates.demo.draw import Array, Rng

_ANSWERS = ("非常满意", "满意", "一般", "不满意", "非常不满意")


@dataclass(frozen=True)
class Times:
    """When things happened, (n,) datetime64[m] each, NaT for not yet; a wait is a pause at the customer's."""

    received: Array
    responded: Array
    investigated: Array
    proposed: Array
    resolved: Array
    called_back: Array
    emergency: Array
    waits_from: Array
    waits_to: Array
    fixed_first: Array
    reopened: Array


def hastened(rng: Rng, times: Times, levels: Array, now: np.datetime64) -> Times:
    """The same handling with a first response within the hour, within half of one if it is serious."""
    size = len(levels)
    limit = np.where(levels == "一般", 60, 30)
    in_time, late = rng.uniform(0.15, 0.9, size), rng.uniform(1.1, 2.5, size)
    answer = (limit * np.where(rng.random(size) < 0.94, in_time, late)).astype(np.int64)
    answered = times.received + np.maximum(answer, 3)
    known = ~np.isnat(times.investigated)
    answered = np.where(known, np.minimum(answered, times.investigated), answered)
    return replace(times, responded=blank_after(answered, now))


def prolonged(rng: Rng, times: Times, extended: Array, now: np.datetime64) -> Array:
    """延期至 of each complaint: of those that took over a day a few got five."""
    end = np.where(np.isnat(times.resolved), now, times.resolved)
    slow = (end - times.received).astype(np.int64) > 1440
    granted = slow & ~np.isnat(times.proposed) & (rng.random(len(slow)) < 0.2)
    return np.where(np.isnat(extended), blank_unless(granted, times.received + 5 * 1440), extended)


def contacts(rng: Rng, times: Times) -> Array:
    """When somebody first called: within five minutes, but for a few; NaT before the first response."""
    size = len(times.received)
    minutes = np.where(rng.random(size) < 0.93, rng.integers(1, 5, size), rng.integers(6, 25, size))
    called: Array = np.minimum(times.received + minutes, times.responded)
    return called


def aftercare(rng: Rng, times: Times, issues: Array, places: Array) -> dict[str, Any]:
    """The support document's own columns: findings, solution, execution, satisfaction, callback.

    Args:
        rng: where chance comes from.
        times: of each complaint.
        issues: (n,) the issue in short.
        places: (n,) place of the issue in words.COMPLAINTS.
    """
    size = len(places)
    executed = np.maximum(times.resolved - rng.integers(5, 60, size), times.proposed)
    asked = ~np.isnat(times.called_back)
    rating = pick(rng, _ANSWERS, size, (40, 52, 4, 3, 1))
    content = np.isin(rating, _ANSWERS[:2])
    found = issues + objects(["：已核实，情况属实"] * size)
    return {
        "finding": text_where(~np.isnat(times.investigated), found),
        "solution": text_where(~np.isnat(times.proposed), objects(case_words.REMEDIES)[places]),
        "executed_at": blank_unless(~np.isnat(times.resolved), executed),
        "satisfaction": text_where(asked, rating),
        "callback_note": text_where(
            asked, np.where(content, "问题已解决，客户认可", "客户仍有意见，已转主管跟进")
        ),
    }
