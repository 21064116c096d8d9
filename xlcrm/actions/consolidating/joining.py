"""Branches joined: one below the other, in their order; what they do not agree on is settled afterwards."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.actions.consolidating.reading import lost_branch, read_branch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlcrm.actions.consolidating.reading import Branch

AT: Final = "_branch"
"""Column that says which of the files a row comes from, counted from 0."""


@dataclass(frozen=True)
class Joined:
    """Some branches that stand next to each other, as one value.

    Attributes:
        branches: in order, without their frames.
        frames: table name -> the rows of all of them in order, with `AT`; the index counts from 0.
    """

    branches: tuple[Branch, ...] = ()
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def single(branch: Branch) -> Joined:
    """One branch alone."""
    frames = {name: frame.assign(**{AT: branch.place}) for name, frame in branch.frames.items()}
    return Joined((dataclasses.replace(branch, frames={}),), frames)


def join(*parts: Joined) -> Joined:
    """Branches below each other; associative, so that any tree over the same order gives the same."""
    names = dict.fromkeys(name for part in parts for name in part.frames)
    return Joined(
        tuple(branch for part in parts for branch in part.branches),
        {name: _below([part.frames[name] for part in parts if name in part.frames]) for name in names},
    )


def _below(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def read_alone(item: tuple[int, Path]) -> Joined:
    """Read one of the files, given with its place among them."""
    return single(read_branch(*item))


def lost_alone(item: tuple[int, Path], why: str) -> Joined:
    """One of the files that nobody could read."""
    return single(lost_branch(*item, why))
