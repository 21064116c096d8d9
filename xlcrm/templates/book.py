"""A whole workbook from the declared tables and rules; the same input gives the same bytes."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.analysis.sheets import sheets_of
from xlcrm.errors import UsageError
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.parameters import parameter_rows
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import BY_NAME, PACKS, tables_of
from xlcrm.tables.lists import ANALYSIS_DETAILS
from xlcrm.tables.mailing import JOBS, RECIPIENTS, SENT_LOG
from xlcrm.tables.options import list_of_column, pack_option_lists
from xlcrm.tables.system import (
    ALERTS,
    DUE_LIST,
    FINDINGS,
    HOLIDAYS,
    HOME,
    JOURNAL,
    OPTIONS,
    PARAMETERS,
    RULES,
)
from xlcrm.templates.analysis_sheet import add_analysis_sheet
from xlcrm.templates.contents import tab_color
from xlcrm.templates.finishing import finish, new_book
from xlcrm.templates.home import add_home_sheet
from xlcrm.templates.macro_book import add_macros
from xlcrm.templates.macro_sources import ribbon
from xlcrm.templates.measures import text_width
from xlcrm.templates.options_sheet import add_options_sheet
from xlcrm.templates.styles import Styles
from xlcrm.templates.table_sheet import Layout, add_table_sheet
from xlcrm.worktime import statutory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook

    from xlcrm.tables import Table
    from xlcrm.tables.base import Column
    from xlcrm.tables.options import OptionList
    from xlcrm.templates.buttons import Button
    from xlcrm.templates.macro_book import Macros
    from xlcrm.worktime import Statutory

HOLIDAY_YEARS: Final = (2025, 2026)
"""Years that a new workbook ships with; refresh adds those that are published later."""

_NO_DATA: Final[Mapping[str, pd.DataFrame]] = MappingProxyType({})
_NOTHING_SET: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Extras:
    """What one workbook has besides its pack's own.

    Attributes:
        columns: table name -> columns right of the declared ones; their cells come with the table's data.
        lists: sheets before 校验结果, each with its rows.
        options: name of a list -> values under the shipped ones in 选项表.
    """

    columns: Mapping[str, Sequence[Column]] = field(default_factory=dict)
    lists: Sequence[tuple[Table, pd.DataFrame]] = ()
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)


_PLAIN: Final = Extras()


def build(
    pack: str,
    path: Path,
    data: Mapping[str, pd.DataFrame] | None = None,
    *,
    holidays: Statutory | None = None,
    macros: Macros | None = None,
    extras: Extras = _PLAIN,
) -> None:
    """Write a new workbook.

    Args:
        pack: key of `PACKS`.
        path: where to; an existing file is replaced.
        data: table name -> frame keyed by column keys; missing tables and columns stay blank. Where a
            sheet ships with rows (规则表, 参数表, 节假日, 客户标签体系表) it takes their place.
        holidays: days off and make-up days for 节假日; those of `HOLIDAY_YEARS` by default.
        macros: makes it a macro workbook (.xlsm) with buttons; without them it is a plain one (.xlsx).
        extras: what it has besides the pack's own sheets, columns and options.

    Raises:
        UsageError: no such pack, or data for a table that the pack does not have.
        IncompleteInstall: the macros' sources are missing.
    """
    if pack not in PACKS:
        raise UsageError(f"没有名为“{pack}”的模板，请用其中之一：{'、'.join(PACKS)}。")
    frames = default_frames(pack, holidays) | dict(data or _NO_DATA)
    tables = tables_of(pack)
    first = (DUE_LIST, ALERTS)
    last = (FINDINGS, RULES, PARAMETERS, RECIPIENTS, JOBS, HOLIDAYS, SENT_LOG, JOURNAL)
    _refuse_unknown(pack, frames, (*first, *tables, *last))
    frames |= {table.name: rows for table, rows in extras.lists}
    added = [table for table, _ in extras.lists]
    written = io.BytesIO()
    with new_book(written, PACKS[pack]) as book:
        styles = Styles(book)
        lists = [_with_options(item, extras.options) for item in pack_option_lists(pack)]
        buttons = macros.buttons if macros else ()
        home = book.add_worksheet(HOME)
        for table in (*first, *tables, *added, *last):
            if table is HOLIDAYS:
                add_options_sheet(book, book.add_worksheet(OPTIONS), lists, styles, pack)
            if table.name == ANALYSIS_DETAILS.name:
                _add_analysis(book, pack, styles, buttons)
            layout = Layout(
                table=table,
                columns=(
                    *sheet_columns(table, default_book(pack).rules, pack),
                    *extras.columns.get(table.name, ()),
                ),
                data=frames.get(table.name, pd.DataFrame()),
                lists=list_of_column(lists),
                tab=tab_color(table),
                book=PACKS[pack],
                titles=max(text_width(each.title) for each in tables),
                buttons=_buttons_of(table.name, buttons),
            )
            add_table_sheet(book.add_worksheet(table.title), layout, styles)
        add_home_sheet(home, pack, styles, [button for button in buttons if button.at_home])
        if macros:
            add_macros(book, macros, styles)
    finish(path, written, book, ribbon() if macros else b"")


def _add_analysis(book: Workbook, pack: str, styles: Styles, buttons: Sequence[Button]) -> None:
    """Add the analysis sheets, right before the list of the rows behind their figures."""
    for spec in sheets_of(pack):
        add_analysis_sheet(book, spec, styles, footer=PACKS[pack], buttons=_buttons_of(spec.title, buttons))


def _buttons_of(sheet: str, buttons: Sequence[Button]) -> tuple[Button, ...]:
    return tuple(button for button in buttons if sheet in button.sheets)


def _refuse_unknown(pack: str, frames: Mapping[str, pd.DataFrame], tables: tuple[Table, ...]) -> None:
    known = {table.name for table in tables}
    for name in frames:
        if name not in known:
            title = BY_NAME[name].title if name in BY_NAME else name
            raise UsageError(f"模板“{PACKS[pack]}”没有“{title}”这张表，请去掉它的数据或改用别的模板。")


def _with_options(item: OptionList, added: Mapping[str, Sequence[str]]) -> OptionList:
    shipped = item.values  # noqa: PD011 - a list of words, no frame
    more = [value for value in added.get(item.name, ()) if value not in shipped]
    return dataclasses.replace(item, values=(*shipped, *more)) if more else item


def default_frames(pack: str, holidays: Statutory | None = None) -> dict[str, pd.DataFrame]:
    """The rows that a new workbook ships with: table name -> frame keyed by column keys.

    Args:
        pack: key of `PACKS`.
        holidays: days off and make-up days for 节假日; those of `HOLIDAY_YEARS` by default.
    """
    return {
        RULES.name: _rules_frame(pack),
        PARAMETERS.name: parameters_frame(),
        HOLIDAYS.name: _holidays_frame(holidays or statutory(HOLIDAY_YEARS)),
    } | {table.name: _shipped_frame(table) for table in (*tables_of(pack), JOBS) if table.default_rows}


def _shipped_frame(table: Table) -> pd.DataFrame:
    """The rows that a new workbook's table begins with; they fill its first columns."""
    keys = [item.key for item in table.columns]
    rows = table.default_rows
    return pd.DataFrame(list(rows), columns=keys[: len(rows[0])], dtype="str")


def _rules_frame(pack: str) -> pd.DataFrame:
    keys = {item.heading: item.key for item in RULES.columns}
    frame = pd.DataFrame(list(default_rows(pack)), dtype=object).rename(columns=keys)
    return frame.assign(limit=frame["limit"].map(number_if_one))


def parameters_frame(values: Mapping[str, str] = _NOTHING_SET) -> pd.DataFrame:
    """参数表 as shipped, with the values of some parameters filled in."""
    frame = pd.DataFrame(parameter_rows(), columns=["name", "unit", "default", "note"], dtype=object)
    filled = frame["name"].map(values).astype(object) if values else None
    return frame.assign(value=filled, default=frame["default"].map(number_if_one))


def _holidays_frame(holidays: Statutory) -> pd.DataFrame:
    rows = [(day, "休息", name) for day, name in holidays.days_off.items()]
    rows += [(day, "上班", f"{name}调休") for day, name in holidays.workdays.items()]
    frame = pd.DataFrame(sorted(rows), columns=["day", "day_type", "name"])
    return frame.assign(day=pd.to_datetime(frame["day"]), origin="法定")


def number_if_one(text: str) -> str | float:
    """Numbers as numbers, so that the user overtypes them with numbers."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
