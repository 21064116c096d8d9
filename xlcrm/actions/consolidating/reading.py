"""One workbook as a value that can travel: its tables, its settings, and what reading had to say."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from xlcrm.actions.consolidating.settings import NAME, Settings, read_settings
from xlcrm.actions.consolidating.sheets import CONFLICTS, ORIGIN, SOURCES
from xlcrm.actions.loading import pack_of
from xlcrm.errors import UsageError, XlcrmError
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import read_book
from xlcrm.tables import TABLES
from xlcrm.tables.base import Role
from xlcrm.tables.frames import Remark
from xlcrm.tables.system import DUE_LIST, HOLIDAYS, PARAMETERS, RULES
from xlcrm.tables.typed_text import BLANKS
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.reading import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from xlcrm.rules.reading import RuleBook
    from xlcrm.tables.base import Table
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Door


def _has_typed(table: Table) -> bool:
    return any(item.role is not Role.AUTO for item in table.columns)


JOINED: Final = (DUE_LIST, *(table for table in TABLES if _has_typed(table)))
"""Tables whose rows go into the group: what people type, and lists where they write beside a row."""


@dataclass(frozen=True)
class Branch:
    """One workbook, read.

    Attributes:
        place: which of the files it is, counted from 0.
        file: its file name.
        name: what it calls itself: 分部名称 of 参数表, else the file's name without its ending.
        saved_at: when the file was last saved; None where that is not known.
        digest: of the file's bytes, to tell copies of one file.
        pack: which one it is; "" where it was not read.
        frames: table name -> its rows as typed frames (see `xlcrm.tables.frames`) of the columns that hold
            anything; a cell that is no value of its kind keeps its text. Of lists only rows with texts of
            the user are there.
        settings: what it sets.
        remarks: what was found besides and is not joined.
        refused: the sentence why it was not read, "" where it was.
    """

    place: int
    file: str
    name: str
    saved_at: dt.datetime | None = None
    digest: str = ""
    pack: str = ""
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    remarks: tuple[str, ...] = ()
    refused: str = ""


def read_branch(place: int, path: Path, *, group: bool = False) -> Branch:
    """Read one workbook; whatever is wrong with it becomes its sentence `refused`.

    Args:
        place: which of the files it is.
        path: where it is.
        group: whether it may be one that a consolidation made.
    """
    try:
        return _read(place, path, group=group)
    except XlcrmError as error:
        why = error.message
    except OSError as error:
        why = f"读不了“{path.name}”（{error.strerror or '系统拒绝'}），请检查文件和权限。"
    except Exception as error:  # noqa: BLE001 - one file that nobody foresaw must not stop the others
        why = f"“{path.name}”读不出来（{type(error).__name__}：{error}），请用 xlcrm check 检查这个文件。"
    return lost_branch(place, path, why)


def lost_branch(place: int, path: Path, why: str) -> Branch:
    """A workbook that could not be read."""
    return Branch(place, path.name, path.stem, refused=why)


def of_group(door: Door) -> bool:
    """Whether a consolidation made the workbook."""
    return {CONFLICTS.title, SOURCES.title} <= set(door.sheets)


def _read(place: int, path: Path, *, group: bool) -> Branch:
    with FileDoor(path, write=False) as door:
        if of_group(door) and not group:  # its rows are the branches', and would stand twice
            raise UsageError(
                f"“{path.name}”是合并生成的集团工作簿，不是分部的工作簿；请把它移到别的文件夹，或只写分部的文件。"
            )
        pack = pack_of(door)
        tables = [table.in_pack(pack) for table in (*JOINED, RULES, PARAMETERS, HOLIDAYS)]
        sheets = read_tables(door, tables).tables
        settings = read_settings(door, sheets, pack)
        own = {name: sheet for name, sheet in sheets.items() if name in _NAMES}
        remarks = _remarks(door, own, read_book(sheets.get(RULES.name), pack), pack)
    content = path.read_bytes()
    return Branch(
        place,
        path.name,
        settings.parameters.get(NAME, path.stem),
        dt.datetime.fromtimestamp(path.stat().st_mtime).replace(microsecond=0),
        hashlib.blake2b(content, digest_size=16).hexdigest(),
        pack,
        {name: _rows(sheet) for name, sheet in own.items() if len(sheet.frame)},
        settings,
        remarks,
    )


_NAMES: Final = frozenset(table.name for table in JOINED)


def _rows(sheet: SheetData) -> pd.DataFrame:
    """The rows of a table, in the columns that are the user's and hold anything."""
    listed = sheet.table.report or sheet.table.name == DUE_LIST.name
    keys = [item.key for item in sheet.table.columns if listed or item.role is not Role.AUTO]
    frame = sheet.frame[keys]
    lost = sheet.notes[sheet.notes["remark"] == Remark.UNREADABLE]
    for key, notes in lost.groupby("key"):
        texts = frame[str(key)].astype(object)
        texts.loc[notes["row"].tolist()] = notes["raw"].tolist()
        frame = frame.assign(**{str(key): texts})
    return frame.loc[:, frame.notna().any()].reset_index(drop=True)


def _remarks(door: Door, sheets: Mapping[str, SheetData], book: RuleBook, pack: str) -> tuple[str, ...]:
    remarks = []
    for sheet in sheets.values():
        errors = int((sheet.notes["remark"] == Remark.ERROR).sum())
        if errors:
            remarks.append(f"{sheet.sheet}有 {errors} 个单元格是 Excel 错误值，留空")
        if own := _own_columns(door, sheet, book, pack):
            remarks.append(f"{sheet.sheet}的自有列 {'、'.join(own)} 没有合并")
    return tuple(remarks)


def _own_columns(door: Door, sheet: SheetData, book: RuleBook, pack: str) -> list[str]:
    """Headings that only this office has and under which anything stands."""
    known = {item.heading for item in sheet_columns(sheet.table, book.rules, pack)} | {ORIGIN.heading}
    places = {heading: place for heading, place in sheet.others.items() if heading not in known}
    if not places:
        return []
    columns = door.grid(sheet.sheet).columns
    return [
        heading
        for heading, place in places.items()
        if any(
            value is not None and not (isinstance(value, str) and not value.strip(BLANKS))
            for value in columns[place - 1][sheet.heading_row :]
        )
    ]
