"""The lists behind the drop-downs: which columns share one, and what it is called in 选项表."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from xlcrm.tables import PACKS, SYSTEM_TABLES, TABLES, tables_of
from xlcrm.tables.base import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.tables.base import Choice, Column, Table

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

    A list has the same name in every pack's workbook (see `_names`); its values are in the words of the
    tables' pack.

    Args:
        tables: the sheets in order.
        pack: whose columns are shown.
    """
    groups: dict[str, list[tuple[Table, Column]]] = {}
    for table in tables:
        for item in table.shown_in(pack):
            if name := _names().get((table.name, item.key)):
                groups.setdefault(name, []).append((table, item))
    return tuple(
        OptionList(
            name=name,
            values=_choice(users[0][1]).words,
            open=_choice(users[0][1]).open,
            users=tuple((table.name, item.key) for table, item in users),
        )
        for name, users in groups.items()
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


@cache
def _names() -> Mapping[tuple[str, str], str]:
    """(table name, column key) -> the name of the list behind that column, whatever the pack.

    A list is called after its first column. Where two lists would get one name, the later one is called
    after sheet and column: 客户跟进记录表_跟进方式.
    """
    groups: dict[tuple[object, ...], list[tuple[Table, Column]]] = {}
    for table in (*TABLES, *SYSTEM_TABLES):
        for item in table.columns:
            if item.choice and item.role is not Role.AUTO:
                groups.setdefault(_alike(item.choice), []).append((table, item))
    names: dict[str, list[tuple[Table, Column]]] = {}
    for users in groups.values():
        names[_long_name(users) if _short_name(users) in names else _short_name(users)] = users
    return {(table.name, item.key): name for name, users in names.items() for table, item in users}


def _alike(choice: Choice) -> tuple[object, ...]:
    """Equal for lists that are one: the same values, and the same words of them in every pack."""
    words = tuple(choice.in_pack(pack).words for pack in PACKS)
    return choice.values, choice.open, words


def _choice(item: Column) -> Choice:
    assert item.choice is not None  # noqa: S101 - only columns with a list have a name in `_names`
    return item.choice


def _short_name(users: list[tuple[Table, Column]]) -> str:
    item = users[0][1]
    return YES_NO_LIST if item.kind is Kind.YESNO else item.heading


def _long_name(users: list[tuple[Table, Column]]) -> str:
    table, item = users[0]
    return f"{table.title}_{item.heading}"
