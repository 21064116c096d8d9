"""What a macro workbook carries: xlwings' module and its settings."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import olefile

from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SETTING: Final[Mapping[str, str]] = {"win32": "INTERPRETER_WIN", "darwin": "INTERPRETER_MAC"}
_VERSION: Final = re.compile(rb'XLWINGS_VERSION As String = "([^"]+)"')
_SOURCE: Final = re.compile(rb"\x01..\x00Attribut", re.DOTALL)
"""A packed container of source: its sign, a chunk's head, a group of eight letters, and the first of them."""
_CHUNK: Final = 4096


def module_version(project: bytes | None, installed: str) -> Verdict:
    """The version of xlwings' module against the installed one; another one refuses to work.

    Args:
        project: the workbook's `vbaProject.bin`, None where it has none.
        installed: version of the installed xlwings.
    """
    if project is None:
        return Verdict(
            NOTICE, "工作簿里没有宏，按钮不起作用", "请用 xlcrm new 文件.xlsm 建立带按钮的工作簿。"
        )
    carried = xlwings_version(project)
    if carried is None:
        return Verdict(
            NOTICE,
            "工作簿的宏里没有 xlwings 的模块，按钮可能不起作用",
            "请用 xlcrm new 文件.xlsm 建立带按钮的工作簿；或用 xlcrm addin 客户管理.xlam 生成加载项。",
        )
    if carried != installed:
        return Verdict(
            FAULT,
            f"工作簿里的 xlwings 模块是 {carried}，本机装的是 {installed}",
            f"请运行 python -m pip install xlwings=={carried}，或用 xlcrm new 重新建立工作簿。",
        )
    return Verdict(FINE, f"xlwings 模块的版本与本机相同（{installed}）")


def xlwings_version(project: bytes) -> str | None:
    """The version that the xlwings module in a VBA project names; None where there is no such module."""
    for stream in _streams(project):
        for start in _SOURCE.finditer(stream):
            named = _VERSION.search(unpacked(stream[start.start() :]))
            if named:
                return named[1].decode("ascii", errors="replace")
    return None


def _streams(project: bytes) -> Iterator[bytes]:
    with olefile.OleFileIO(io.BytesIO(project)) as compound:
        for name in compound.listdir():
            with compound.openstream(name) as stream:
                yield stream.read()


def unpacked(data: bytes) -> bytes:
    """A container's content ([MS-OVBA] 2.4.1); where it is cut short, what there is of it."""
    out = bytearray()
    position = 1  # after the signature
    while position + 2 <= len(data):
        head = int.from_bytes(data[position : position + 2], "little")
        if head >> 12 & 7 != 0b011:
            break
        end = position + 2 + (head & 0xFFF) + 1
        chunk = data[position + 2 : end]
        out += _chunk(chunk) if head & 0x8000 else chunk
        position = end
    return bytes(out)


def _chunk(data: bytes) -> bytes:
    out = bytearray()
    place = 0
    while place < len(data):
        flags, place = data[place], place + 1
        for bit in range(8):
            if place >= len(data):
                break
            if not flags >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            token, place = int.from_bytes(data[place : place + 2], "little"), place + 2
            length_bits = 16 - max((len(out) - 1).bit_length(), 4)
            start = len(out) - (token >> length_bits) - 1
            for shift in range((token & ((1 << length_bits) - 1)) + 3):
                out.append(out[start + shift])
    return bytes(out[:_CHUNK])


def settings_interpreter(settings: Mapping[str, str], platform: str, executable: str) -> Verdict | None:
    """The Python that the workbook's buttons start: it must exist, and should be this one.

    Args:
        settings: the sheet xlwings.conf, name -> value.
        platform: as `sys.platform`; Excel runs on two.
        executable: as `sys.executable`.
    """
    key = _SETTING.get(platform)
    if key is None:
        return None
    named = settings.get(key, "").strip()
    here = f"请把工作表 xlwings.conf（右键任一工作表标签 > 取消隐藏）里的 {key} 改为：{executable}"
    if not named:
        return Verdict(FAULT, f"工作簿没有写明按钮用哪个 Python（{key} 为空）", here)
    if not Path(named).is_file():
        return Verdict(FAULT, f"按钮要用的 Python 不存在：{named}", here)
    if not _same(Path(named), Path(executable)):
        return Verdict(NOTICE, f"按钮用的是另一个 Python：{named}", f"如果那里没有装 xlcrm，{here}")
    return Verdict(FINE, "按钮用的就是这个 Python")


def _same(one: Path, other: Path) -> bool:
    """Whether both start one environment; a virtual one is told by its folder, not by what it links to."""
    return one.parent.absolute() == other.parent.absolute() or one.absolute() == other.absolute()
