"""Which entry cells may be rewritten without a guess, and how: what 规范数据 writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import pandas as pd

from xlcrm.checks import choices, contact, dates, keys, money
from xlcrm.checks.base import ERROR, cell_text, filled
from xlcrm.checks.report import arrange
from xlcrm.checks.secrets import find_secrets
from xlcrm.tables.base import NUMBERS, TIMES, Kind, Role
from xlcrm.tables.frames import Remark
from xlcrm.tables.typed_text import BLANKS, parse_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from xlcrm.checks.base import CheckInput
    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

Value: TypeAlias = str | float | bool | dt.date | dt.datetime | None
Place: TypeAlias = tuple[str, int, str]
"""Table name, Excel row, column key."""

_FAMILIES: Final = (contact, money, choices, dates, keys)
SAFE: Final[Mapping[str, str]] = {
    "V02": "电话号码统一写法",
    "V06": "文本改为数字",
    "V07": "其他叫法改为规定的选项",
    "V08": "文本改为日期",
    "V09": "编号为空，自动编号",
    "V15": "行业为空，标为未知",
}
"""Codes whose corrections are no guess -> why a cell is rewritten. Those of V03 and V10 are guesses."""
TEN_THOUSANDS: Final = "万元改为元"
WIDTH: Final = "去掉全角字符和多余空格"
_CODE_OF: Final[Mapping[Kind, str]] = {
    Kind.ID: "V09",
    Kind.REF: "V09",
    Kind.PHONE: "V02",
    Kind.CHOICE: "V07",
    Kind.YESNO: "V07",
}
"""Kinds whose texts are compared letter by letter -> the code that switches their tidying off."""
_FOLDED: Final = frozenset({Kind.ID, Kind.REF, Kind.PHONE})
_NO_BLANKS: Final = str.maketrans(dict.fromkeys(BLANKS))
_FIRST_1904: Final = dt.date(1904, 1, 1)

FORMULA: Final = "是公式，请改公式引用的单元格"
SECRET: Final = "含有身份证号或银行卡号，请先手工删除"  # noqa: S105 - a reason, no password
UNFIT: Final = "内容无法原样记入操作日志，请手工修改"
TOO_EARLY: Final = "日期早于 1904 年，这个工作簿存不下"


class Raw(Protocol):
    """One sheet as it was read, from A1 on (`xlcrm.workbook.port.Grid`)."""

    @property
    def columns(self) -> Sequence[Sequence[object]]: ...
    @property
    def formulas(self) -> AbstractSet[tuple[int, int]]: ...
    @property
    def epoch1904(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry cell, what it holds and what it should hold.

    Attributes:
        table: the table's name.
        row: Excel row.
        key: column key.
        old: the raw cell.
        new: a text, a number (float), a date in a DATE column, a moment in a DATETIME one.
        why: code and reason, for the user.
    """

    table: str
    row: int
    key: str
    old: Value
    new: Value
    why: str

    @property
    def place(self) -> Place:
        return self.table, self.row, self.key


@dataclass(frozen=True, slots=True)
class Left:
    """One cell that a correction is known for but that is left alone, and why."""

    table: str
    row: int
    key: str
    why: str


def corrections(given: CheckInput, raw: Callable[[SheetData], Raw]) -> tuple[list[Correction], list[Left]]:
    """What can be rewritten safely, by sheet, row and column, and what is left alone.

    Codes that 参数表 switches off correct nothing.

    Args:
        given: the workbook as read.
        raw: the cells of a table's sheet.
    """
    found = arrange(given, [family.check(given) for family in _FAMILIES])
    wanted: dict[Place, tuple[Value, str]] = {}
    for place, new, why in (*_told(given, found), *_widths(given, found, raw), *_spaced(given)):
        wanted.setdefault(place, (new, why))
    fit: list[Correction] = []
    left: list[Left] = []
    grids = {name: raw(given.data[name]) for name in {table for table, _, _ in wanted}}
    for place in sorted(wanted, key=_order(given)):
        table, row, key = place
        new, why = wanted[place]
        sheet, grid = given.data[table], grids[table]
        old = cell(grid, row, sheet.places[key])
        obstacle = _obstacle(grid, (row, sheet.places[key]), old, new)
        if obstacle or not isinstance(old, str | float | int | bool | None):
            left.append(Left(table, row, key, obstacle or UNFIT))
        else:
            fit.append(Correction(table, row, key, old, new, why))
    return fit, left


def cell(grid: Raw, row: int, column: int) -> object:
    """One raw cell, None beyond what was read."""
    values = grid.columns[column - 1] if column <= len(grid.columns) else ()
    return values[row - 1] if row <= len(values) else None


def _order(given: CheckInput) -> Callable[[Place], tuple[int, int, int]]:
    sheets = {name: at for at, name in enumerate(given.data)}
    return lambda place: (sheets[place[0]], place[1], given.data[place[0]].places[place[2]])


def _obstacle(grid: Raw, place: tuple[int, int], old: object, new: Value) -> str:
    if place in grid.formulas:
        return FORMULA
    if find_secrets(cell_text(old)):
        return SECRET
    day = new.date() if isinstance(new, dt.datetime) else new
    early = grid.epoch1904 and isinstance(day, dt.date) and day < _FIRST_1904
    return TOO_EARLY if early else ""


def _told(given: CheckInput, found: pd.DataFrame) -> Iterator[tuple[Place, Value, str]]:
    """The corrections that findings carry, typed."""
    good = found[found["code"].isin(list(SAFE)) & (found["corrected"] != "")]
    for (table, key, code), part in good.groupby(["table", "key", "code"], sort=False):
        sheet = given.data[str(table)]
        column = sheet.table.by_key[str(key)]
        rows = part["row"].tolist()
        tens = _remarked(sheet, str(key), Remark.TEN_THOUSANDS)
        for row, new in zip(rows, _typed(sheet, column, part), strict=True):
            reason = TEN_THOUSANDS if row in tens else SAFE[str(code)]
            yield (sheet.table.name, row, column.key), new, f"{code} {reason}"


def _typed(sheet: SheetData, column: Column, part: pd.DataFrame) -> list[Value]:
    if column.kind not in TIMES | NUMBERS:
        return [str(text) for text in part["corrected"]]
    values = sheet.frame[column.key].reindex(part["row"])
    if column.kind in NUMBERS:
        return [float(value) for value in values]
    # a time of day that was typed into a column of dates is kept, though the column does not show it
    moments = [
        parse_moment(raw) or value.to_pydatetime(warn=False)
        for raw, value in zip(part["value"], values, strict=True)
    ]
    return [
        moment.date() if column.kind is Kind.DATE and moment.time() == dt.time() else moment
        for moment in moments
    ]


def _remarked(sheet: SheetData, key: str, remark: Remark) -> set[int]:
    notes = sheet.notes
    return set(notes.loc[(notes["key"] == key) & (notes["remark"] == remark), "row"].tolist())


def _widths(
    given: CheckInput, found: pd.DataFrame, raw: Callable[[SheetData], Raw]
) -> Iterator[tuple[Place, Value, str]]:
    """Texts that reading has folded or stripped without a word."""
    wrong = found.loc[found["level"] == ERROR, ["table", "row", "key"]]
    unread = set(wrong.itertuples(index=False, name=None))
    for sheet, column in _tidied(given):
        rows = set(sheet.frame.index.tolist()) - _noted(sheet, column.key)
        for row, text in _texts(raw(sheet), sheet, column):
            if row not in rows or (sheet.table.name, row, column.key) in unread:
                continue
            # a choice keeps the word that was typed: the frame holds another in some packs
            tidy = _value(sheet, row, column.key) if column.kind in _FOLDED else text.strip(BLANKS)
            if isinstance(tidy, str) and tidy and tidy != text:
                code = _CODE_OF[column.kind]
                yield (sheet.table.name, row, column.key), tidy, f"{code} {WIDTH}"


def _tidied(given: CheckInput) -> Iterator[tuple[SheetData, Column]]:
    for sheet, column in given.columns(_CODE_OF):
        if _CODE_OF[column.kind] not in given.parameters.switched_off:
            yield sheet, column


def _noted(sheet: SheetData, key: str) -> set[int]:
    """Rows whose cell has a finding of its own, or none of our business."""
    notes = sheet.notes
    return set(notes.loc[notes["key"] == key, "row"].tolist())


def _texts(grid: Raw, sheet: SheetData, column: Column) -> Iterator[tuple[int, str]]:
    """Row and text of the cells that are not plain: anything but printable ASCII, or blanks around."""
    values = grid.columns[sheet.places[column.key] - 1][sheet.heading_row :]
    folds = column.kind in _FOLDED
    odd = {
        text
        for text in set(filter(_is_text, values))
        if isinstance(text, str) and (text != text.strip(BLANKS) or (folds and not text.isascii()))
    }
    if odd:
        for row, value in enumerate(values, sheet.heading_row + 1):
            if isinstance(value, str) and value in odd:
                yield row, value


def _is_text(value: object) -> bool:
    return value.__class__ is str


def _spaced(given: CheckInput) -> Iterator[tuple[Place, Value, str]]:
    """References with blanks inside that are no id, and are one without the blanks."""
    if "V09" in given.parameters.switched_off:
        return
    for sheet, column in given.columns({Kind.REF}):
        register = given.data.get(column.references)
        if register is None or not register.table.key:
            continue
        ids = set(filled(register, register.table.key).tolist())
        cells = filled(sheet, column.key)
        for row, text in cells.items():
            bare = text.translate(_NO_BLANKS)
            if bare != text and text not in ids and bare in ids:
                yield (sheet.table.name, int(str(row)), column.key), bare, f"V09 {WIDTH}"


def identity(sheet: SheetData, row: int, corrected: Mapping[Place, Value]) -> str:
    """What tells a row from the others, as a text: its id, else its required references, names and times.

    Corrections leave it as it is, but for a new id: so it still holds when they are taken back, unless the
    rows were sorted or the row was rewritten meanwhile. "" where a table has nothing of the kind.

    Args:
        sheet: the table.
        row: Excel row.
        corrected: what is to be written.
    """
    keys_ = [sheet.table.key] if sheet.table.key else []
    for group in (keys_, _telling(sheet)):
        texts = [_shown(sheet, row, key, corrected) for key in group]
        if any(texts):
            return "·".join(text for text in texts if text)[:200]
    return ""


def _telling(sheet: SheetData) -> list[str]:
    kinds = TIMES | {Kind.ID, Kind.REF, Kind.NAME, Kind.PERSON}
    return [
        column.key
        for column in sheet.table.columns
        if column.required and column.kind in kinds and column.role is not Role.AUTO and sheet.has(column.key)
    ]


def _shown(sheet: SheetData, row: int, key: str, corrected: Mapping[Place, Value]) -> str:
    value = corrected.get((sheet.table.name, row, key))
    if value is None and row in sheet.frame.index:
        value = _value(sheet, row, key)
    return cell_text(pd.Timestamp(value) if isinstance(value, dt.date) else value)


def _value(sheet: SheetData, row: int, key: str) -> Any:
    return sheet.frame.at[row, key]  # noqa: PD008 - one cell at a time, for few cells
