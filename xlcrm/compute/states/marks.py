"""Marks: how a row of 改进计划表 names what it deals with.

It carries the mark (`P41 2026-10`, `S15 技术响应速度`, `P40 SH202310200001`) in 来源 or 问题. A mark of one
month or one row holds for good. A mark of what is judged again and again (S15, C33) holds while its
improvement is open; from 完成日期 on only what came later counts, so that an old improvement hides no new
trouble and old trouble calls for no second improvement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlcrm.compute.facts import NAT, Facts, Integers, Moments, moments
from xlcrm.tables import BY_NAME
from xlcrm.tables.typed_text import folded


@dataclass(frozen=True)
class Plan:
    """改进计划表 as it stands.

    Attributes:
        texts: 来源 and 问题 of each row, width and case aside.
        problems: 问题 of each row, likewise.
        done: (n,) datetime64[D] of 完成日期, NaT while open.
    """

    texts: tuple[str, ...]
    problems: tuple[str, ...]
    done: Moments

    @classmethod
    def of(cls, facts: Facts) -> Plan:
        frame = facts.frame("improvement_actions")
        origin, problem = (frame[key].fillna("").astype("str") for key in ("origin", "problem"))
        problems = [folded(text) for text in problem]
        texts = [f"{folded(source)}\n{text}" for source, text in zip(origin, problems, strict=True)]
        done = moments(frame["done_on"])
        done = np.where(done <= facts.now_at, done, NAT).astype("datetime64[D]")
        return cls(tuple(texts), tuple(problems), done)

    @cached_property
    def _all(self) -> str:
        return "\n".join(self.texts)

    def has(self, mark: str) -> bool:
        """Whether any row names a mark."""
        return _names(self._all, folded(mark))

    def naming(self, mark: str, problem: str = "") -> Integers:
        """(k,) the rows that name a mark, or whose 问题 contains a problem's name."""
        key, name = folded(mark), folded(problem)
        named = [
            _names(text, key) or (bool(name) and name in own)
            for text, own in zip(self.texts, self.problems, strict=True)
        ]
        return np.flatnonzero(np.array(named, dtype=bool))

    def settled_until(self, mark: str, problem: str = "") -> np.datetime64 | None:
        """The day up to which improvements have dealt with a mark; None while one of them is open.

        NaT where none names it.
        """
        done = self.done[self.naming(mark, problem)]
        if np.isnat(done).any():
            return None
        last: np.datetime64 = done.max() if len(done) else np.datetime64("NaT", "D")
        return last


def _names(text: str, mark: str) -> bool:
    """Whether a mark stands in a text by itself: no letter or digit of a longer one touches it."""
    at = text.find(mark)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(mark) : at + len(mark) + 1]
        if not any(each.isascii() and each.isalnum() for each in around):
            return True
        at = text.find(mark, at + 1)
    return False


def row_names(facts: Facts, table: str, rows: Integers, days: Moments) -> list[str]:
    """How a mark names rows: by their own number, else by day and tag or customer."""
    spec = BY_NAME[table]
    frame = facts.frame(table).iloc[rows]
    if spec.subject:
        keys = [spec.subject, "service"]
    else:
        keys = [key for key in (spec.account, "name") if key in spec.by_key][:1]
    parts = [frame[key].fillna("").astype("str").tolist() for key in keys]
    by_day = [" ".join(each).strip() for each in zip(np.datetime_as_string(days), *parts, strict=True)]
    if not spec.key or table == "customers":
        return by_day
    ids = frame[spec.key].fillna("").astype("str")
    return [own or other for own, other in zip(ids, by_day, strict=True)]
