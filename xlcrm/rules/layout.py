"""Which columns the rules add to a sheet: a deadline and a status a clock, and the worst of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.rules.base import SPAN_UNITS, RuleKind
from xlcrm.tables.base import Column, Kind, Role, Table
from xlcrm.tables.fields import CLOCK_STATUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlcrm.rules.base import Rule

WORST_STATUS = Column("worst_status", "最紧急状态", Kind.TEXT, role=Role.AUTO, choice=CLOCK_STATUS)
WORST_RULE = Column("worst_rule", "最紧急依据", Kind.TEXT, role=Role.AUTO)

_CLOCKED = (RuleKind.CLOCK, RuleKind.REPEAT, RuleKind.MILESTONE, RuleKind.WINDOW, RuleKind.STATE)


def due_key(clock: str) -> str:
    """Frame key of a clock's deadline column."""
    return f"{clock}截止"


def status_key(clock: str) -> str:
    """Frame key of a clock's status column."""
    return f"{clock}状态"


def has_clock(rule: Rule) -> bool:
    """Whether the rule is judged as a clock, with a deadline and a status column of its own."""
    return bool(rule.clock) and rule.kind in _CLOCKED and rule.unit in SPAN_UNITS


def clock_names(table: Table, rules: Iterable[Rule]) -> tuple[str, ...]:
    """The clocks that the rules, enabled or not, put on a sheet, in the rules' order."""
    names = (rule.clock for rule in rules if rule.table == table.name and has_clock(rule))
    return tuple(dict.fromkeys(names))


def clock_columns(table: Table, rules: Iterable[Rule]) -> tuple[Column, ...]:
    """A deadline and a status column a clock; with two clocks or more also the worst of them and its rule."""
    names = clock_names(table, rules)
    pairs = tuple(
        item
        for name in names
        for item in (
            Column(due_key(name), due_key(name), Kind.DATETIME, role=Role.AUTO),
            Column(status_key(name), status_key(name), Kind.TEXT, role=Role.AUTO, choice=CLOCK_STATUS),
        )
    )
    return (*pairs, WORST_STATUS, WORST_RULE) if len(names) > 1 else pairs


def sheet_columns(table: Table, rules: Iterable[Rule], pack: str) -> tuple[Column, ...]:
    """All columns of a pack's sheet in order: the declared ones, with the clocks before 校验."""
    shown = table.shown_in(pack)
    clocks = clock_columns(table, rules)
    if shown and shown[-1].key == "findings":
        return (*shown[:-1], *clocks, shown[-1])
    return (*shown, *clocks)
