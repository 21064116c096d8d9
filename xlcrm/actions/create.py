"""新建: an empty workbook of a pack, or one with made-up customers to try things out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from xlcrm.actions.base import Outcome, RunParams, silent
from xlcrm.actions.refresh import refresh
from xlcrm.errors import SaveFailed, UsageError
from xlcrm.tables import PACKS
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.actions.base import Progress

DEMO_ROWS = 300


def new(path: Path, pack: str) -> Outcome:
    """Build the empty workbook of a pack.

    Raises:
        UsageError: an unknown pack, a wrong ending, or a file that is there already.
        SaveFailed: the folder cannot be written.
    """
    if pack not in PACKS:
        raise UsageError(f"没有名为“{pack}”的模板；可选：{'、'.join(PACKS)}")
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"文件名应以 .xlsx 结尾，现为“{path.name}”")
    if path.exists():
        raise UsageError(f"{path} 已经存在，没有改动；请换一个文件名，或先移走原来的文件")
    _build(path, pack, None)
    return Outcome(f"已建立 {path}（{PACKS[pack]}）")


def demo(
    folder: Path, rows: int, now: dt.datetime | None, progress: Progress = silent
) -> tuple[Path, Outcome]:
    """Build a workbook with made-up customers over two years, refresh it, and say where it is.

    Raises:
        UsageError: rows out of range.
        SaveFailed: the folder cannot be written.
    """
    if not 1 <= rows <= 200_000:
        raise UsageError(f"客户数应在 1 到 200000 之间，现为 {rows}")
    moment = (now or dt.datetime.now()).replace(second=0, microsecond=0)
    path = _free_name(folder)
    progress("生成演示数据")
    _build(path, "crm", (rows, moment))
    with FileDoor(path, write=True) as door:
        return path, refresh(door, RunParams(now=moment), progress)


def _build(path: Path, pack: str, demo: tuple[int, dt.datetime] | None) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        build(pack, path, demo_data(*demo) if demo else None)
    except OSError as error:
        raise SaveFailed(
            f"不能写入 {path.parent}：{error.strerror or '系统拒绝'}；请换一个可以写入的文件夹"
        ) from error


def _free_name(folder: Path) -> Path:
    for number in range(1, 1_000):
        suffix = "" if number == 1 else f"-{number}"
        path = folder / f"客户关系管理-演示{suffix}.xlsx"
        if not path.exists():
            return path
    raise UsageError(f"{folder} 中的演示文件太多，请先清理或换一个文件夹")
