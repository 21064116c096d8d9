"""为什么: how the deadlines of one row came about."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from xlcrm.actions.base import Outcome
from xlcrm.actions.blocks import linked_row
from xlcrm.actions.loading import load
from xlcrm.compute.contacts.cadences import cadences
from xlcrm.compute.explain.rows import explain
from xlcrm.compute.run import prepared
from xlcrm.errors import UsageError
from xlcrm.tables import TABLES
from xlcrm.tables.base import Kind
from xlcrm.tables.cells import cell_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.actions.base import Progress, WhyParams
    from xlcrm.tables.base import Column, Table
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Door

_SAME = "customer_id"
"""What a row of a list and the row that it came from both hold."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """The row that is to be explained.

    Attributes:
        sheet: its table.
        row: its Excel row.
        name: how the user knows it.
        rule: of a row of a list, the rule that brought it there; explained first.
        remarks: what makes the answer doubtful.
    """

    sheet: SheetData
    row: int
    name: str
    rule: str = ""
    remarks: tuple[str, ...] = ()


def why(door: Door, params: WhyParams, progress: Progress) -> Outcome:
    """Explain every enabled rule of one row; nothing is written.

    A row of a list, such as 到期清单 or 校验结果, stands for the row that its link names.

    Raises:
        UsageError: no such sheet, the row holds no entry, or it comes from no row.
    """
    loaded = load(door, params.now, progress)
    facts = loaded.facts
    asked = asked_row(door, loaded.reading.tables, params.sheet, params.row)
    lookups = prepared(facts)
    reasons = explain(facts, lookups, cadences(facts, lookups), asked.sheet.table.name, asked.row)
    if not reasons:
        return Outcome(f"{asked.name}：{asked.sheet.sheet}没有启用的规则", remarks=asked.remarks, data=[])
    reasons.sort(key=lambda reason: reason.rule != asked.rule)
    matched = sum(reason.matched for reason in reasons)
    message = f"{asked.name}：{matched} 条规则适用，{len(reasons) - matched} 条不适用"
    data = [dataclasses.asdict(reason) for reason in reasons]
    return Outcome(message, remarks=asked.remarks, data=data)


def asked_row(door: Door, tables: Mapping[str, SheetData], name: str, row: int) -> Asked:
    """The row that a sheet's name and a row number ask about; the link of a list's row is followed.

    Raises:
        UsageError: see `why`.
    """
    sheet = _sheet(tables, name)
    here = f"{sheet.sheet}第{row}行"
    link = _link(sheet.table)
    if link is None:
        if row not in sheet.frame.index:
            raise _nothing(sheet, row)
        return Asked(sheet, row, here)
    cells = _cells(door, sheet, row)  # a frame lacks a list's rows in which the user has typed nothing
    if not any(cells.values()):
        raise _nothing(sheet, row)
    found = linked_row(cells[link.key])
    if found is None:
        raise UsageError(
            f"{here}的“{link.heading}”没有指向某一行，说的不是单独的一行记录，没有可以解释的截止"
        )
    source = next((item for item in tables.values() if item.sheet == found[0]), None)
    if source is None or source.table.name not in _OWN:
        raise UsageError(f"{here}来自“{found[0]}”第{found[1]}行，那里没有可以解释的截止")
    if found[1] not in source.frame.index:
        raise UsageError(
            f"{here}来自{source.sheet}第{found[1]}行，那一行现在没有内容；请先刷新到期清单，再重新查看"
        )
    whole = f"{here}（{source.sheet}第{found[1]}行）"
    return Asked(source, found[1], whole, cells.get("rule", ""), _moved(cells, source, found[1]))


def _link(table: Table) -> Column | None:
    """The column of a list that names where its rows come from."""
    return next((column for column in table.columns if column.kind is Kind.LINK), None)


def _cells(door: Door, sheet: SheetData, row: int) -> dict[str, str]:
    """Column key -> what stands there in one row, as text; "" for nothing."""
    columns = door.grid(sheet.sheet).columns
    found = dict.fromkeys(sheet.table.by_key, "")
    for key, place in sheet.places.items():
        column = columns[place - 1]
        found[key] = cell_text(column[row - 1]).strip() if row <= len(column) else ""
    return found


def _moved(listed: Mapping[str, str], source: SheetData, row: int) -> tuple[str, ...]:
    own = source.frame.loc[row].get(_SAME)
    there = listed.get(_SAME, "")
    if not there or not isinstance(own, str) or own == there:
        return ()
    return (f"{source.sheet}第{row}行的客户编号是 {own}，清单里是 {there}：行可能移动过，请先刷新到期清单",)


def _nothing(sheet: SheetData, row: int) -> UsageError:
    first, last = sheet.heading_row + 1, max(sheet.last_row, sheet.heading_row + 1)
    return UsageError(
        f"{sheet.sheet}第{row}行没有内容；数据在第{first}行到第{last}行之间，请给出其中一行的行号"
    )


def _explained(sheet: SheetData) -> bool:
    """Whether its rows can be explained: themselves, or as rows of a list by what they came from."""
    return sheet.table.name in _OWN or _link(sheet.table) is not None


_OWN = frozenset(table.name for table in TABLES)


def _sheet(tables: Mapping[str, SheetData], name: str) -> SheetData:
    known = [sheet for sheet in tables.values() if _explained(sheet)]
    for sheet in known:
        if name in (sheet.sheet, *sheet.table.titles):
            return sheet
    titles = "、".join(sheet.sheet for sheet in known)
    raise UsageError(f"工作簿中没有可以解释的工作表“{name}”；请在其中一张里选一行：{titles}")
