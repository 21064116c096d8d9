"""What rows without a customer are about: the tags of a push, and the tags that customers carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.tables import BY_NAME
from xlcrm.tables.cells import split_tags
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.compute.facts import Facts, Integers

CUSTOMER_TAGS: Final = "need_tags"
"""Column of the register whose tags say which subjects concern a customer."""


@dataclass(frozen=True)
class Subjects:
    """The tags of one table's subject column, each once, and which rows carry them.

    Attributes:
        names: the tags as first written, by their code.
        rows: (m,) positions of rows, one entry a row and tag.
        codes: (m,) the tag of each entry.
    """

    names: tuple[str, ...]
    rows: Integers
    codes: Integers
    known: Mapping[str, int]

    @classmethod
    def of(cls, facts: Facts, table: str) -> Subjects:
        """Read the subject column of a table; width and case do not tell two tags apart."""
        texts = facts.frame(table)[BY_NAME[table].subject]
        written = first_written(texts)
        known = {tag: code for code, tag in enumerate(written)}
        rows, codes = carried(texts, known)
        return cls(tuple(written.values()), rows, codes, known)


def first_written(texts: pd.Series) -> dict[str, str]:
    """Every tag of a column, in half width and lower case -> as it was written first; in that order."""
    written: dict[str, str] = {}
    for tags in split_tags(pd.Series(texts.dropna().unique(), dtype="str")):
        for tag in tags:
            written.setdefault(folded(tag), tag)
    return written


def carried(texts: pd.Series, known: Mapping[str, int]) -> tuple[Integers, Integers]:
    """(m,) positions and (m,) codes: one entry for every known tag that a cell carries, each once a cell."""
    places, unique = pd.factorize(texts)
    found = [
        sorted({known[folded(tag)] for tag in tags if folded(tag) in known})
        for tags in split_tags(pd.Series(unique, dtype="str"))
    ]
    lengths = np.array([*(len(codes) for codes in found), 0], dtype=np.int64)
    flat = np.array([code for codes in found for code in codes], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    count = lengths[places]
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), count)
    within = np.arange(len(rows), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return rows, flat[np.repeat(starts[places], count) + within]
