"""What a rule needs of a workbook: without it the rule is inactive, reported by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.periods import FESTIVALS
from xlcrm.rules.measures import MEASURES
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Role
from xlcrm.tables.cases import STEP_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.rules.sources import Sources
    from xlcrm.tables.frames import SheetData

Need = tuple[tuple[str, str], ...]
"""Alternatives (table, column key) of which one is enough; key "" is the sheet itself."""


def lacks(rule: Rule, data: Mapping[str, SheetData]) -> Iterator[tuple[str, str]]:
    """The sheets (key "") and columns without which a rule does nothing; of alternatives, the first."""
    for need in _needs(rule):
        if not any(_has(data, table, key) for table, key in need):
            table, key = need[0]
            yield table, (key if table in data else "")


def _needs(rule: Rule) -> Iterator[Need]:
    yield ((rule.table, ""),)
    for term in rule.when.terms:
        yield ((term.place.table, term.place.key),)
    yield from _of_sources(rule.start)
    yield from _of_sources(rule.stop)
    columns = BY_NAME[rule.table].by_heading
    if rule.occasions and not set(rule.occasions) & set(FESTIVALS):
        named = tuple((rule.table, columns[name].key) for name in rule.occasions if name in columns)
        if named:
            yield named
        for name in rule.occasions:
            if name in MEASURES:
                yield from (((table, ""),) for table in MEASURES[name].needs)


def _of_sources(sources: Sources) -> Iterator[Need]:
    if sources.items and all(source.place for source in sources.items):
        yield tuple((source.place.table, source.place.key) for source in sources.items if source.place)
    for source in sources.items[:1]:
        for term in source.when.terms if source.when else ():
            yield ((term.place.table, term.place.key),)


def _has(data: Mapping[str, SheetData], table: str, key: str) -> bool:
    sheet = data.get(table)
    if sheet is None or not key:
        return sheet is not None
    if sheet.has(key) or sheet.table.by_key[key].role is Role.AUTO:
        return True
    return table == "complaints" and key in STEP_TIMES and "complaint_steps" in data
