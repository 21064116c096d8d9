"""新建: an empty workbook of a pack, or one with made-up customers to try things out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Outcome, RunParams, silent
from xlcrm.actions.macros import machine_remarks, macros
from xlcrm.actions.refresh import refresh
from xlcrm.errors import SaveFailed, UsageError
from xlcrm.tables import PACKS
from xlcrm.tables.mailing import RECIPIENTS
from xlcrm.tables.system import PARAMETERS
from xlcrm.templates import build, parameters_frame
from xlcrm.templates.demo import demo_data
from xlcrm.templates.demo.staff import DOMAIN, staff
from xlcrm.templates.demo.wording import in_words
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from xlcrm.actions.base import Progress
    from xlcrm.templates import Macros

DEMO_PACK: Final = "crm"
PLAIN, WITH_MACROS = ".xlsx", ".xlsm"


def pack_named(text: str) -> str:
    """The key of the pack that a key or a Chinese name says, such as service or 客户服务维护.

    Raises:
        UsageError: no pack is called so.
    """
    wanted = text.strip()
    for key, name in PACKS.items():
        if wanted.lower() == key or wanted == name:
            return key
    known = "、".join(f"{name}（{key}）" for key, name in PACKS.items())
    raise UsageError(f"没有名为“{text}”的模板；可选：{known}")


def new(path: Path, pack: str, *, platform: str = sys.platform, interpreter: str = sys.executable) -> Outcome:
    """Build the empty workbook of a pack; one that ends in .xlsm has buttons.

    Args:
        path: where to.
        pack: key or Chinese name of a pack.
        platform: `sys.platform` of the machine whose Excel will open it.
        interpreter: its Python, which the buttons start.

    Raises:
        UsageError: an unknown pack, a wrong ending, or a file that is there already.
        SaveFailed: the folder cannot be written.
        IncompleteInstall: the sources of the macros are missing.
    """
    key = pack_named(pack)
    suffix = path.suffix.lower()
    if suffix not in {PLAIN, WITH_MACROS}:
        raise UsageError(f"文件名应以 {PLAIN} 结尾（要按钮则以 {WITH_MACROS} 结尾），现为“{path.name}”")
    if path.exists():
        raise UsageError(f"{path} 已经存在，没有改动；请换一个文件名，或先移走原来的文件")
    if suffix == PLAIN:
        _build(path, key, None)
        return Outcome(f"已建立 {path}（{PACKS[key]}）")
    _build(path, key, None, macros(platform, interpreter))
    return Outcome(f"已建立 {path}（{PACKS[key]}，带按钮）", remarks=machine_remarks(platform, interpreter))


def demo(
    folder: Path,
    rows: int,
    now: dt.datetime | None,
    progress: Progress = silent,
    pack: str = DEMO_PACK,
    *,
    with_macros: bool = False,
) -> tuple[Path, Outcome]:
    """Build a workbook with made-up customers over two years, refresh it, and say where it is.

    Args:
        folder: where to; the file is called after the pack.
        rows: number of customers.
        now: the moment up to which things have happened; the clock's by default.
        progress: hears of each stage.
        pack: key or Chinese name of a pack.
        with_macros: whether it has buttons, which start this machine's Python.

    Raises:
        UsageError: an unknown pack, or rows out of range.
        SaveFailed: the folder cannot be written.
    """
    key = pack_named(pack)
    if not 1 <= rows <= 200_000:
        raise UsageError(f"客户数应在 1 到 200000 之间，现为 {rows}")
    moment = (now or dt.datetime.now()).replace(second=0, microsecond=0)
    path = _free_name(folder, PACKS[key], WITH_MACROS if with_macros else PLAIN)
    progress("生成演示数据")
    told = macros(sys.platform, sys.executable) if with_macros else None
    office = {RECIPIENTS.name: staff(), PARAMETERS.name: parameters_frame({"允许的收件域名": DOMAIN})}
    _build(path, key, in_words(demo_data(rows, moment, pack=key), key) | office, told)
    with FileDoor(path, write=True) as door:
        outcome = refresh(door, RunParams(now=moment), progress)
    more = machine_remarks(sys.platform, sys.executable) if with_macros else ()
    return path, dataclasses.replace(outcome, remarks=[*outcome.remarks, *more])


def _build(
    path: Path, pack: str, data: Mapping[str, pd.DataFrame] | None, told: Macros | None = None
) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        build(pack, path, data, macros=told)
    except OSError as error:
        raise SaveFailed(
            f"不能写入 {path.parent}：{error.strerror or '系统拒绝'}；请换一个可以写入的文件夹"
        ) from error


def _free_name(folder: Path, name: str, ending: str) -> Path:
    for number in range(1, 1_000):
        suffix = "" if number == 1 else f"-{number}"
        path = folder / f"{name}-演示{suffix}{ending}"
        if not path.exists():
            return path
    raise UsageError(f"{folder} 中的演示文件太多，请先清理或换一个文件夹")
