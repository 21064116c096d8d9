"""合并: many branch workbooks to one group workbook with the same analysis."""

from __future__ import annotations

import contextlib
import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import sys
from functools import partial
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, BinaryIO, Final

from xlcrm.actions.base import Outcome, Params
from xlcrm.actions.consolidating.conflicts import DIFFERENT
from xlcrm.actions.consolidating.engine import Cluster, Work, local_engine
from xlcrm.actions.consolidating.joining import join, lost_alone, read_alone
from xlcrm.actions.consolidating.making import REFUSED, Wanted, make
from xlcrm.actions.consolidating.reading import of_group, read_branch
from xlcrm.actions.consolidating.sheets import CONFLICTS
from xlcrm.actions.create import PLAIN, WITH_MACROS
from xlcrm.actions.macros import machine_remarks, macros
from xlcrm.errors import SaveFailed, UsageError, XlcrmError
from xlcrm.tables import PACKS
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.locks import held, refuse_if_open
from xlcrm.workbook.port import Saved
from xlcrm.workbook.saving import save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.actions.base import Progress
    from xlcrm.actions.consolidating.engine import Engine
    from xlcrm.actions.consolidating.making import Made
    from xlcrm.actions.consolidating.settings import Settings

LABEL: Final = "合并分部"


class ConsolidateParams(Params):
    """What a caller may ask of a consolidation.

    Attributes:
        now: the moment of all computations; the clock's by default.
        month: which month the analysis reports, any day of it; it goes into 报表月份.
        settings_from: the workbook whose rules and parameters count; the first branch by default.
        force: replace a file that is no consolidated workbook.
        jobs: how many processes; as many as pay by default.
        scheduler: address of a Dask scheduler; "" works on this machine.
    """

    now: dt.datetime | None = None
    month: dt.date | None = None
    settings_from: Path | None = None
    force: bool = False
    jobs: int | None = None
    scheduler: str = ""


def consolidate(
    files: Sequence[Path], out: Path, params: ConsolidateParams, progress: Progress, *, at: dt.datetime
) -> Outcome:
    """Join branch workbooks into a new one and refresh it; a bad file is listed and never stops the others.

    Args:
        files: the branches in order; one that is given twice counts once, the output never.
        out: where to; .xlsx, or .xlsm for one with buttons.
        params: how.
        progress: hears of each stage.
        at: the clock.

    Raises:
        UsageError: no file, a wrong ending, an output that is not ours to replace, more rows than a sheet.
        WorkbookInUse: the output is open, or another xlcrm writes it.
        ClusterError: the cluster does not do it.
        SaveFailed: the output cannot be written.
    """
    branches = _wanted_files(files, out)
    _check_ending(out)
    with _kept(out):
        _refuse_foreign(out, force=params.force)
        settings = None if params.settings_from is None else _settings_of(params.settings_from)
        told = macros(sys.platform, sys.executable) if out.suffix.lower() == WITH_MACROS else None
        wanted = Wanted(out.name, at, params.now, params.month, settings, told)
        engine: Engine = (
            Cluster(params.scheduler) if params.scheduler else local_engine(len(branches), params.jobs)
        )
        work = Work(read_alone, lost_alone, join, partial(make, wanted))
        made = engine.run(work, list(enumerate(branches)), progress)
        progress("写入工作簿")
        backup = save(out, out, lambda file: _write(file, made.content), backup=True)
    remarks = [*_remarks(made), *made.remarks]
    if told is not None:
        remarks += machine_remarks(sys.platform, sys.executable)
    return Outcome(
        _message(made, out),
        made.counts,
        remarks,
        saved=Saved(made.written, backup),
        data=_data(made),
    )


def _wanted_files(files: Sequence[Path], out: Path) -> list[Path]:
    target = out.resolve()
    found = [path for path in dict.fromkeys(path.resolve() for path in files) if path != target]
    if not found:
        raise UsageError("没有可以合并的文件；请写上各分部的工作簿，例如 branches/*.xlsx")
    return found


def _check_ending(out: Path) -> None:
    if out.suffix.lower() not in {PLAIN, WITH_MACROS}:
        raise UsageError(f"输出文件应以 {PLAIN} 结尾（要按钮则以 {WITH_MACROS} 结尾），现为“{out.name}”")


@contextlib.contextmanager
def _kept(out: Path) -> Iterator[None]:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveFailed(
            f"不能写入 {out.parent}：{error.strerror or '系统拒绝'}；请换一个可以写入的文件夹"
        ) from error
    with held(out):
        refuse_if_open(out)
        yield


def _refuse_foreign(out: Path, *, force: bool) -> None:
    """Only what a consolidation wrote may be replaced unasked: it can be made again."""
    if not out.exists() or force:
        return
    try:
        with FileDoor(out, write=False) as door:
            ours = of_group(door)
    except XlcrmError:
        ours = False
    if not ours:
        raise UsageError(
            f"{out} 已经存在，不是合并生成的工作簿，没有改动；请换一个文件名，要替换请加 --force（会先备份）"
        )


def _settings_of(path: Path) -> tuple[str, Settings]:
    branch = read_branch(0, path, group=True)
    if branch.refused:
        raise UsageError(f"不能采用 {path.name} 的设置：{branch.refused}")
    return branch.name, branch.settings


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _message(made: Made, out: Path) -> str:
    read = len(made.sources) - len(made.refused)
    failed = f"，{len(made.refused)} 个未读入" if made.refused else ""
    changed = sum(conflict.kind == DIFFERENT for conflict in made.conflicts)
    return (
        f"已合并 {read} 个分部{failed}，写入 {out.name}（{PACKS[made.pack]}）："
        f"读入 {made.read:,} 行，合并相同的 {made.merged:,} 行，写入 {made.written:,} 行；"
        f"编号冲突 {changed} 个，合并冲突共 {len(made.conflicts)} 条"
    )


def _remarks(made: Made) -> list[str]:
    remarks = [f"{row['file']} 未读入：{row['remark']}" for row in made.refused]
    remarks += [
        f"{row['branch']}：{row['remark']}"
        for row in made.sources
        if row["outcome"] != REFUSED and row["remark"]
    ]
    if made.conflicts:
        remarks.append(f"合并冲突 {len(made.conflicts)} 条，见工作表 {CONFLICTS.title}")
    remarks.append(made.message)
    return remarks


def _data(made: Made) -> dict[str, object]:
    return {
        "pack": made.pack,
        "refused": len(made.refused),
        "rows": {"read": made.read, "merged": made.merged, "written": made.written},
        "branches": [dict(row) for row in made.sources],
        "conflicts": [conflict._asdict() for conflict in made.conflicts],
    }
