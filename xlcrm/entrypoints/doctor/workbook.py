"""The workbook's file: can it be read, written, and is nobody else at it?"""

from __future__ import annotations

import os
import re
import tempfile
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Verdict
from xlcrm.entrypoints.installing import telling
from xlcrm.errors import WorkbookInUse, XlcrmError
from xlcrm.workbook.locks import held, lock_file, refuse_if_open
from xlcrm.workbook.safety import inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

MACRO_SUFFIXES: Final = frozenset({".xlsm", ".xlam"})
_ROOM: Final = 200 << 20
_COPIES: Final = 3
"""The old file, the new one and the backup may stand side by side."""
_ZONE: Final = re.compile(r"^ZoneId\s*=\s*(\d)", re.MULTILINE)
_INTERNET: Final = 3
_CLOUDS: Final = ("onedrive", "坚果云", "nutstore", "dropbox", "百度网盘", "icloud", "wps云盘", "wpsdrive")


def readable(path: Path) -> Verdict:
    """Whether xlcrm can read it, and write it again."""
    try:
        inspect(path)
    except XlcrmError as error:
        return Verdict(FAULT, error.message)
    if not os.access(path, os.W_OK):
        return Verdict(
            FAULT,
            f"“{path.name}”是只读的，可以检查，不能写入",
            "请在文件属性里取消“只读”，或检查文件夹的权限。",
        )
    return Verdict(FINE, f"“{path.name}”可以读写（{max(path.stat().st_size >> 10, 1)} KB）")


def web_mark(path: Path, platform: str, mark: str | None) -> Verdict:
    """Whether the system remembers that the file came from outside.

    Args:
        path: the workbook.
        platform: as `sys.platform`.
        mark: the text of the mark, None where there is none.
    """
    zone = _ZONE.search(mark) if mark else None
    outside = mark is not None and (platform != "win32" or (zone is not None and int(zone[1]) >= _INTERNET))
    if not outside:
        return Verdict(FINE, "没有“来自网络”的标记")
    found = "文件带有“来自网络”的标记"
    if path.suffix.lower() not in MACRO_SUFFIXES:
        return Verdict(
            NOTICE, f"{found}，Excel 会以“受保护的视图”打开它", "请在 Excel 里点“启用编辑”，保存一次。"
        )
    if platform == "win32":
        return Verdict(
            FAULT,
            f"{found}，Excel 不会运行它的宏",
            "右键文件 > 属性 > 勾选“解除锁定” > 确定；或用本机的 xlcrm new 重新建立。",
        )
    return Verdict(
        NOTICE, f"{found}，打开时可能禁用宏", f"请在终端运行 xattr -d com.apple.quarantine '{path}'。"
    )


def locks(path: Path, running: Collection[str]) -> Verdict:
    """Who has it open, by the files that programs leave beside it; no fault, for buttons work just then.

    Args:
        path: the workbook.
        running: spreadsheet programs that run on this machine.
    """
    try:
        refuse_if_open(path)
    except WorkbookInUse as error:
        if running:
            return Verdict(
                NOTICE, error.message, "打开着时请点按钮或加 --live；要处理文件，请先保存并关闭它。"
            )
        return Verdict(
            NOTICE,
            f"{error.message}这台电脑上没有运行表格程序",
            "如果文件不在共享文件夹里，它是上次没有正常退出留下的，删除后再试。",
        )
    if lock_file(path).is_file():
        try:
            with held(path):
                pass
        except WorkbookInUse as error:
            return Verdict(NOTICE, error.message)
    return Verdict(FINE, "没有人打开着它")


def folder(place: Path, free: Callable[[Path], int], size: int) -> Verdict:
    """Whether files can be made beside the workbook, and whether there is room for them.

    Args:
        place: the folder.
        free: its free bytes.
        size: bytes of the workbook.
    """
    try:
        with tempfile.TemporaryFile(dir=place, prefix=".~xlcrm-"):
            pass
    except OSError:
        return Verdict(
            FAULT, f"不能在“{place}”里建立文件", "请检查文件夹的权限，或把工作簿移到可以写入的文件夹。"
        )
    room = free(place)
    if room < max(_COPIES * size, 1 << 20):
        return Verdict(FAULT, f"磁盘只剩 {room >> 20} MB，不够保存和备份", "请清理磁盘。")
    if room < _ROOM:
        return Verdict(NOTICE, f"文件夹可以写入，磁盘只剩 {room >> 20} MB", "请清理磁盘。")
    return Verdict(FINE, f"文件夹可以写入，磁盘剩余 {room / (1 << 30):.1f} GB")


def location(path: Path, environment: Mapping[str, str], *, remote: bool) -> Verdict:
    """Whether it lies where another machine may change it at the same time.

    Args:
        path: the workbook.
        environment: variables, among them Windows' OneDrive.
        remote: whether the system says that it is on a network drive.
    """
    text = str(path.absolute())
    clouds = [value for name, value in environment.items() if name.startswith("OneDrive") and value]
    inside = any(text.casefold().startswith(value.casefold()) for value in clouds)
    if inside or any(name in part.casefold() for part in path.absolute().parts for name in _CLOUDS):
        return Verdict(
            NOTICE,
            "工作簿在网盘的同步文件夹里（OneDrive、坚果云等）",
            "可以使用；请等同步完成后再运行，不要在两台电脑上同时改，以免出现“冲突副本”。",
        )
    if remote or text.startswith("\\\\"):
        return Verdict(
            NOTICE,
            "工作簿在网络共享文件夹里",
            "可以使用；同一时间只由一个人刷新，断网时保存会失败，原文件不受影响。",
        )
    return Verdict(FINE, "在本机磁盘上")


def schedule(state: str | None) -> Verdict | None:
    """Whether its jobs run by themselves; no fault, for nobody has to want that.

    Args:
        state: what `installing.telling` says of it, None where there is nothing to say.
    """
    match state:
        case None:
            return None
        case telling.INSTALLED:
            return Verdict(FINE, "任务计划会自己定时运行")
        case telling.NOT_INSTALLED:
            return Verdict(
                FINE, "没有安装定时运行", "要让 任务计划 每天自己运行，请用 xlcrm schedule 加 --install。"
            )
        case telling.OUTDATED:
            return Verdict(
                NOTICE,
                "定时运行已安装，但之后改过 任务计划 或换过 Python",
                "请再运行一次 xlcrm schedule 加 --install。",
            )
    return Verdict(NOTICE, state)
