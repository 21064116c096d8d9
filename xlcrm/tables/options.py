"""The lists behind the drop-downs: which columns share one, and what it is called in 选项表."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlcrm.tables import SYSTEM_TABLES, tables_of
from xlcrm.tables.base import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.tables.base import Column, Table

YES_NO_LIST = "是否"
"""Every yes-or-no column shares this list, whatever its heading."""


@dataclass(frozen=True, slots=True)
class OptionList:
    """One column of 选项表.

    Attributes:
        name: its heading there.
        values: the values as shipped.
        open: the office may add values; a closed list is used by rules.
        users: (table name, column key) of every column that it stands behind, in sheet order.
    """

    name: str
    values: tuple[str, ...]
    open: bool
    users: tuple[tuple[str, str], ...]

    @property
    def defined_name(self) -> str:
        """The workbook's name for the filled part of the list, for validations: 选项_投诉等级."""
        return "选项_" + re.sub(r"\W", "_", self.name)


def option_lists(tables: Iterable[Table], pack: str) -> tuple[OptionList, ...]:
    """The lists of a workbook in the order of their first use; columns with identical values share one.

    A list is called after its first column. Where two lists would get one name, both are called after sheet
    and column: 客户跟进计划表_跟进方式.

    Args:
        tables: the workbook's tables in sheet order, system sheets last.
        pack: whose columns are shown.
    """
    groups: dict[tuple[tuple[str, ...], bool], list[tuple[Table, Column]]] = {}
    for table in tables:
        for item in table.shown_in(pack):
            if item.choice and item.role is not Role.AUTO:
                groups.setdefault((item.choice.values, item.choice.open), []).append((table, item))
    names = Counter(_short_name(users) for users in groups.values())
    return tuple(
        OptionList(
            name=_short_name(users) if names[_short_name(users)] == 1 else _long_name(users),
            values=values,
            open=is_open,
            users=tuple((table.name, item.key) for table, item in users),
        )
        for (values, is_open), users in groups.items()
    )


def pack_option_lists(pack: str) -> tuple[OptionList, ...]:
    """The lists of one pack's workbook, those of the system sheets included."""
    return option_lists((*tables_of(pack), *SYSTEM_TABLES), pack)


def list_of_column(lists: Iterable[OptionList]) -> Mapping[tuple[str, str], OptionList]:
    """(table name, column key) -> the list behind that column."""
    return {user: item for item in lists for user in item.users}


def with_additions(
    tables: Iterable[Table], lists: Iterable[OptionList], filled: Mapping[str, Sequence[str]]
) -> tuple[Table, ...]:
    """The tables with what the office has added to open lists.

    Args:
        tables: the workbook's tables.
        lists: its option lists.
        filled: name of a list -> the values that stand in 选项表.
    """
    more: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in lists:
        added = tuple(value for value in dict.fromkeys(filled.get(item.name, ())) if value not in item.values)
        if item.open and added:
            for table, key in item.users:
                more.setdefault(table, {})[key] = added
    return tuple(
        replace(table, more_choices=more[table.name]) if table.name in more else table for table in tables
    )


def _short_name(users: list[tuple[Table, Column]]) -> str:
    item = users[0][1]
    return YES_NO_LIST if item.kind is Kind.YESNO else item.heading


def _long_name(users: list[tuple[Table, Column]]) -> str:
    table, item = users[0]
    return f"{table.title}_{item.heading}"
