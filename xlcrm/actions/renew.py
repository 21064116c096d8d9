"""更新宏: a macro workbook is brought to this installation and this machine; its content stays as it is."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Outcome
from xlcrm.actions.macros import machine_remarks
from xlcrm.errors import UnsafeToPatch, UsageError, WorkbookDamaged
from xlcrm.templates.macro_book import INTERPRETERS, NOTE_COLUMN, NOTES, SETTINGS_SHEET, xlwings_settings
from xlcrm.templates.macro_sources import ribbon
from xlcrm.templates.renewal import foreign, is_complete, renewed, xlwings_version
from xlcrm.templates.ribbon import with_ribbon
from xlcrm.templates.vba.reading import read_project
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import KEEP, Block, Changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.templates.vba import Module
    from xlcrm.workbook.port import BlockCell

_ENDING: Final = ".xlsm"
_ADDIN: Final = "用 xlcrm addin 客户管理.xlam 生成加载项"
_SIGNATURE: Final = "vbaprojectsignature"
_OUR_RIBBON: Final = b"Xlcrm"
_LINKS: Final = ("_rels/.rels", "[Content_Types].xml")
"""What else of a package changes when it gets a ribbon."""


def renew(path: Path, platform: str, interpreter: str) -> Outcome:
    """Replace a workbook's macros and ribbon by this installation's, and its interpreter by this machine's.

    One replacement of the file, with a backup. Settings that older versions did not write are added, others
    stay as they are. Sheets keep their modules, every other part its bytes; only the workbook's own part may
    come to ask for a calculation, as after every change of a cell, where there are formulas.

    Args:
        path: a workbook that `xlcrm new` made, filled or not.
        platform: `sys.platform` of the machine whose Excel opens it; where Excel does not run, the
            interpreter stays.
        interpreter: its Python.

    Raises:
        UsageError: not a macro workbook, or none of ours.
        UnsafeToPatch: it holds macros of somebody else, a password or a signature.
        IncompleteInstall: the macros' sources are missing.
        WorkbookInUse, WorkbookChanged, SaveFailed and other WorkbookErrors: see `FileDoor`.
    """
    if path.suffix.lower() != _ENDING:
        raise UsageError(f"只有 {_ENDING} 工作簿里有宏可以更新，现为“{path.name}”；其他工作簿请{_ADDIN}")
    with FileDoor(path, write=True) as door:
        project = next(iter(door.linked("vbaProject")), "")
        if not project or SETTINGS_SHEET not in door.sheets:
            raise _not_made_by_us(door.title)
        modules = _modules(door, project)
        try:
            new = renewed(modules)
            parts = {project: new, **_ribbon(door)}
        except ValueError as error:
            raise UnsafeToPatch(
                f"“{door.title}”的宏或功能区的写法 xlcrm 不能安全改写，没有改动；请{_ADDIN}"
            ) from error
        saved = door.apply(Changes(_settings(door, platform, interpreter)), parts)
    if saved.backup is None:
        return Outcome(f"{path} 里的宏和 Python 的位置已经是最新的，没有改动")
    version = xlwings_version(read_project(new).modules)
    place = f"，按钮使用 {interpreter}" if platform in INTERPRETERS else ""
    return Outcome(
        f"已更新 {path} 里的宏（xlwings {version}）{place}",
        remarks=(f"更新前的文件备份在 {saved.backup}", *machine_remarks(platform, interpreter)),
    )


def _not_made_by_us(title: str) -> UsageError:
    return UsageError(
        f"“{title}”不是用 xlcrm new 建立的带按钮的工作簿（没有 xlwings 的宏或工作表 {SETTINGS_SHEET}），"
        f"没有改动；请{_ADDIN}，它对任何工作簿都起作用"
    )


def _modules(door: FileDoor, project: str) -> Sequence[Module]:
    """The modules of a project that may be replaced."""
    if any(_SIGNATURE in name.lower() for name in door.parts):
        raise UnsafeToPatch(
            f"“{door.title}”的宏带有数字签名，更新会使签名失效，没有改动；"
            f"请在 Excel 的宏编辑器里删除签名后再试，或{_ADDIN}"
        )
    try:
        found = read_project(door.part(project))
    except ValueError as error:
        raise WorkbookDamaged(
            f"“{door.title}”里的宏读不出来，没有改动；请用 Excel 打开并另存一次再试，或{_ADDIN}"
        ) from error
    if found.locked:
        raise UnsafeToPatch(
            f"“{door.title}”的宏设有密码，更新会去掉密码，没有改动；"
            f"请在 Excel 的宏编辑器里取消密码后再试，或{_ADDIN}"
        )
    others = foreign(found.modules)
    if others:
        raise UnsafeToPatch(
            f"“{door.title}”的宏里有不是 xlcrm 写的内容（模块 {'、'.join(others)}），更新会丢失它们，"
            f"没有改动；请先在 Excel 的宏编辑器里把它们移到别的工作簿再试，或{_ADDIN}"
        )
    if not is_complete(found.modules):
        raise _not_made_by_us(door.title)
    return found.modules


def _settings(door: FileDoor, platform: str, interpreter: str) -> Sequence[Block]:
    """The row of xlwings' settings that names this machine's Python, and below them what is missing."""
    wanted = xlwings_settings(platform, interpreter)
    columns = [list(column) for column in door.grid(SETTINGS_SHEET).columns]
    # xlwings reads down to the first gap, and takes small letters for capitals.
    there = list(takewhile(bool, (str(name or "").upper() for name in next(iter(columns), []))))
    lacking = [key for key in wanted if key not in there]
    row = there.index(key) if (key := INTERPRETERS.get(platform, "")) in there else None
    kept: list[BlockCell] = [KEEP] * len(there)  # new cells look like those above them
    values = [interpreter if at == row else KEEP for at in range(len(there))]
    return [
        Block(SETTINGS_SHEET, 1, 1, [[*kept, *lacking]]),
        Block(SETTINGS_SHEET, 1, 2, [[*values, *(wanted[key] for key in lacking)]]),
        Block(SETTINGS_SHEET, 1, NOTE_COLUMN, [[*kept, *(NOTES.get(key) for key in lacking)]]),
    ]


def _ribbon(door: FileDoor) -> dict[str, bytes]:
    """The ribbon in place of ours, or a new one; somebody else's stays alone."""
    there = door.linked("extensibility", by_package=True)
    ours = next((part for part in there if _OUR_RIBBON in door.part(part)), None)
    if ours is not None:
        return {ours: ribbon()}
    return {} if there else with_ribbon({name: door.part(name) for name in _LINKS}, ribbon())
