"""From joined branches to the bytes of the group's workbook, refreshed; runs wherever the engine says."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.base import RunParams
from xlcrm.actions.consolidating.desk import ORIGINS
from xlcrm.actions.consolidating.joining import AT
from xlcrm.actions.consolidating.settings import (
    CLOCK,
    MONTH,
    Settings,
    all_options,
    differences,
    group_frames,
)
from xlcrm.actions.consolidating.settling import settle
from xlcrm.actions.consolidating.sheets import CONFLICTS, ORIGIN, SOURCES
from xlcrm.actions.refresh import refresh
from xlcrm.errors import UsageError
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book
from xlcrm.tables import BY_NAME, FULL, PACKS, TABLES, tables_of
from xlcrm.tables.base import Role
from xlcrm.templates import Extras, build
from xlcrm.templates.demo.wording import in_words
from xlcrm.templates.table_sheet import HEADING_ROW
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch.ranges import MAX_ROWS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from xlcrm.actions.base import Progress
    from xlcrm.actions.consolidating.conflicts import Conflict
    from xlcrm.actions.consolidating.joining import Joined
    from xlcrm.actions.consolidating.reading import Branch
    from xlcrm.actions.consolidating.settling import Settled
    from xlcrm.tables import Column, Table
    from xlcrm.templates import Macros

ROOM: Final = MAX_ROWS - HEADING_ROW
"""Rows of a table that a sheet has room for."""
JOINED, REFUSED = "已合并", "未读入"


@dataclass(frozen=True)
class Wanted:
    """What the group's workbook is to be.

    Attributes:
        name: its file name.
        at: the clock of the machine that asked.
        now: the moment of all computations; None for 固定时钟 of 参数表, else `at`.
        month: what goes into 报表月份; None leaves that to the settings.
        settings: name and settings of the workbook whose rules and parameters count; None: the first branch.
        macros: makes it one with buttons.
    """

    name: str
    at: dt.datetime
    now: dt.datetime | None = None
    month: dt.date | None = None
    settings: tuple[str, Settings] | None = None
    macros: Macros | None = None


@dataclass(frozen=True)
class Made:
    """The group's workbook and what is said of it.

    Attributes:
        content: of the file.
        pack: which one it is.
        message: of the refresh.
        counts: of the refresh.
        remarks: of the refresh.
        sources: rows of 合并来源.
        conflicts: rows of 合并冲突.
        read: rows that the branches have.
        merged: rows of them that were another's, too.
        written: rows that the group has.
    """

    content: bytes
    pack: str
    message: str
    counts: Mapping[str, int]
    remarks: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]
    conflicts: tuple[Conflict, ...]
    read: int
    merged: int
    written: int

    @property
    def refused(self) -> list[Mapping[str, Any]]:
        return [row for row in self.sources if row["outcome"] == REFUSED]


def make(wanted: Wanted, joined: Joined, progress: Progress) -> Made:
    """Settle, build, refresh.

    Raises:
        UsageError: nothing was read, or a table has more rows than a sheet.
        XlcrmError: the refresh says so.
    """
    read = [branch for branch in joined.branches if not branch.refused]
    if not read:
        first = next((branch.refused for branch in joined.branches), "没有文件")
        raise UsageError(
            f"{len(joined.branches)} 个文件都没有读入，没有可以合并的内容；第一个的原因：{first}"
        )
    progress("合并各分部")
    pack = group_pack(read)
    settled = settle(joined, pack)
    _refuse_long(settled.frames, pack)
    chosen, settings = wanted.settings or (settled.names[read[0].place], read[0].settings)
    conflicts = (
        *settled.conflicts,
        *differences(chosen, settings, [(settled.names[branch.place], branch.settings) for branch in read]),
    )
    sources = tuple(_source(branch, joined, settled) for branch in joined.branches)
    frames = group_frames(pack, _in_month(settings, wanted.month), [branch.settings for branch in read])
    now = wanted.now or (None if settings.parameters.get(CLOCK) else wanted.at)
    progress("生成集团工作簿")
    extras = Extras(
        _more_columns(settled.frames, pack),
        [(CONFLICTS, _frame(CONFLICTS, conflicts)), (SOURCES, pd.DataFrame(list(sources)))],
        all_options([branch.settings for branch in read]),
    )
    with tempfile.TemporaryDirectory(prefix="xlcrm-") as folder:
        path = Path(folder) / wanted.name
        build(pack, path, _data(settled, pack) | frames, macros=wanted.macros, extras=extras)
        with FileDoor(path, write=True) as door:
            outcome = refresh(door, RunParams(now=now), progress)
        content = path.read_bytes()
    typed = _typed(joined.frames)
    return Made(
        content,
        pack,
        outcome.message,
        outcome.counts,
        tuple(outcome.remarks),
        sources,
        conflicts,
        sum(len(joined.frames[name]) for name in typed),
        sum(settled.merged.get(name, 0) for name in typed),
        sum(len(settled.frames[name]) for name in typed),
    )


def group_pack(branches: Sequence[Branch]) -> str:
    """That of all branches, `full` where they differ."""
    packs = {branch.pack for branch in branches}
    return packs.pop() if len(packs) == 1 else FULL


def _typed(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    """The tables whose rows people type."""
    names = {table.name for table in TABLES if not table.report}
    return [name for name in frames if name in names]


def _refuse_long(frames: Mapping[str, pd.DataFrame], pack: str) -> None:
    for name, frame in frames.items():
        if len(frame) > ROOM:
            title = BY_NAME[name].in_pack(pack).title
            raise UsageError(
                f"{title}合并后有 {len(frame):,} 行，超过 Excel 一张工作表能放的 {ROOM:,} 行，没有写出；"
                "请分几次合并，或先把旧记录移到存档工作簿"
            )


def _source(branch: Branch, joined: Joined, settled: Settled) -> dict[str, Any]:
    """One row of 合并来源."""
    counts = {
        name: count
        for name in _typed(joined.frames)
        if (count := int((joined.frames[name][AT] == branch.place).sum()))
    }
    titles = {name: BY_NAME[name].in_pack(branch.pack or FULL).title for name in counts}
    return {
        "branch": settled.names[branch.place],
        "file": branch.file,
        "outcome": REFUSED if branch.refused else JOINED,
        "pack": PACKS.get(branch.pack, ""),
        "saved_at": branch.saved_at,
        "rows": sum(counts.values()),
        "tables": "；".join(f"{titles[name]} {count}" for name, count in counts.items()),
        "remark": branch.refused or "；".join(branch.remarks),
    }


def _frame(table: Table, rows: Sequence[Conflict]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[item.key for item in table.columns], dtype="str")


def _in_month(settings: Settings, month: dt.date | None) -> Settings:
    if month is None:
        return settings
    return dataclasses.replace(settings, parameters={**settings.parameters, MONTH: f"{month:%Y-%m}"})


def _data(settled: Settled, pack: str) -> dict[str, pd.DataFrame]:
    """The tables as the pack's people would have typed them; all of them, so that none ships with rows."""
    blank = {table.name: pd.DataFrame() for table in tables_of(pack)}
    frames = {
        name: frame.drop(columns=AT).rename(columns={ORIGINS: ORIGIN.key}).reset_index(drop=True)
        for name, frame in settled.frames.items()
    }
    return blank | in_words(frames, pack)


def _more_columns(frames: Mapping[str, pd.DataFrame], pack: str) -> dict[str, tuple[Column, ...]]:
    """Right of a table's own: columns that hold something which the pack does not show; `ORIGIN`."""
    more = {}
    for table in tables_of(pack):
        if table.report:
            continue
        shown = {item.key for item in sheet_columns(table, default_book(pack).rules, pack)}
        held = frames[table.name].columns if table.name in frames else ()
        hidden = [item for item in table.columns if item.key in held and item.key not in shown]
        more[table.name] = (*(item for item in hidden if item.role is not Role.AUTO), ORIGIN)
    return more
