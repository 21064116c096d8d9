"""A VBA project from the source of its modules ([MS-OVBA] 2.3): Office compiles it when it first opens.

Only source is written, no compiled code and no caches, so nothing depends on one version of Office.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from xlcrm.templates.vba.compression import compress
from xlcrm.templates.vba.container import compound_file
from xlcrm.templates.vba.module import WORKBOOK, ModuleKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.templates.vba.module import Module


def vba_project(modules: Sequence[Module], *, name: str = "xlcrm") -> bytes:
    """The bytes of a `vbaProject.bin`; the same modules give the same bytes.

    Args:
        modules: in the order in which the editor lists them; with a document module `WORKBOOK` and one for
            the code name of every sheet of the workbook that will hold the project.
        name: of the project, different from that of every module.

    Raises:
        ValueError: a name or source that VBA would refuse, or no document module of the workbook.
    """
    _refuse_bad_names(modules, name)
    texts = {module.name: module.text.encode("ascii") for module in modules}
    streams = {module: compress(text) for module, text in texts.items()}
    return compound_file(
        {
            "VBA": {"dir": compress(_dir(modules, name)), "_VBA_PROJECT": _SOURCE_ONLY} | streams,
            "PROJECT": _project(modules, name),
            "PROJECTwm": _names(modules),
        }
    )


_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)
_TAKEN: Final = "dir"  # a stream beside those of the modules


def _refuse_bad_names(modules: Sequence[Module], project: str) -> None:
    names = [project, *(module.name for module in modules)]
    for name in names:
        if not _IDENTIFIER.fullmatch(name) or name.lower() == _TAKEN:
            raise ValueError(f"VBA takes no module or project named {name!r}")
    if len({name.lower() for name in names}) < len(names):
        raise ValueError(f"modules and project need names that differ by more than capitals: {names}")
    if not any(module.name == WORKBOOK and module.kind is ModuleKind.DOCUMENT for module in modules):
        raise ValueError(f"the project needs the workbook's document module {WORKBOOK}")


def _names(modules: Sequence[Module]) -> bytes:
    """The PROJECTwm stream: each name in the code page and in UTF-16."""
    pairs = (
        module.name.encode("ascii") + b"\0" + module.name.encode("utf-16-le") + b"\0\0" for module in modules
    )
    return b"".join(pairs) + b"\0\0"


_SOURCE_ONLY: Final = bytes.fromhex("cc61ffff000000")  # no compiled code of any version
_CODE_PAGE: Final = 1252
_ENGLISH: Final = 0x0409
_WIN64: Final = 3
_COOKIE: Final = 0xFFFF
_REFERENCES: Final = {  # as in a new project of Excel's own; Office finds each by its id, not by its path
    "stdole": r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb"
    r"#OLE Automation",
    "Office": r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files"
    r"\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",  # holds IRibbonControl
}


def _dir(modules: Sequence[Module], name: str) -> bytes:
    """The dir stream before compression: the project, its references and its modules as records."""
    records = [
        _number(0x0001, _WIN64),
        _number(0x0002, _ENGLISH),
        _number(0x0014, _ENGLISH),
        _short(0x0003, _CODE_PAGE),
        _record(0x0004, name.encode("ascii")),
        _twice(0x0005, 0x0040, ""),  # description
        _record(0x0006, b"") + _record(0x003D, b""),  # help file
        _number(0x0007, 0),  # help context
        _number(0x0008, 0),  # library flags
        struct.pack("<HIIH", 0x0009, 4, 1, 0),  # version 1.0; the "size" is not one
        _twice(0x000C, 0x003C, ""),  # compilation constants
        *(_reference(*reference) for reference in _REFERENCES.items()),
        _short(0x000F, len(modules)),
        _short(0x0013, _COOKIE),
        *(_module(module) for module in modules),
        _record(0x0010, b""),
    ]
    return b"".join(records)


def _reference(name: str, library: str) -> bytes:
    packed = library.encode("ascii")
    content = struct.pack("<I", len(packed)) + packed + bytes(6)
    return _twice(0x0016, 0x003E, name) + _record(0x000D, content)


def _module(module: Module) -> bytes:
    records = [
        _record(0x0019, module.name.encode("ascii")) + _record(0x0047, module.name.encode("utf-16-le")),
        _twice(0x001A, 0x0032, module.name),  # name of its stream
        _twice(0x001C, 0x0048, ""),  # description
        _number(0x0031, 0),  # the source begins at once
        _number(0x001E, 0),  # help context
        _short(0x002C, _COOKIE),
        _record(0x0021 if module.kind is ModuleKind.STANDARD else 0x0022, b""),
        _record(0x002B, b""),
    ]
    return b"".join(records)


def _record(key: int, content: bytes) -> bytes:
    return struct.pack("<HI", key, len(content)) + content


def _short(key: int, value: int) -> bytes:
    return _record(key, struct.pack("<H", value))


def _number(key: int, value: int) -> bytes:
    return _record(key, struct.pack("<I", value))


def _twice(key: int, wide_key: int, text: str) -> bytes:
    return _record(key, text.encode("ascii")) + _record(wide_key, text.encode("utf-16-le"))


_ID: Final = "{7B6C1D52-93E4-4B0A-8C57-2F6E0A91D3C8}"
"""A fixed id: made up once, so that the same modules give the same bytes."""
_SEED: Final = 0x58
_VERSION: Final = 2
_NOT_PROTECTED: Final = bytes(4)
_NO_PASSWORD: Final = bytes(1)
_VISIBLE: Final = b"\xff"
_HOST: Final = "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"


def _project(modules: Sequence[Module], name: str) -> bytes:
    """The PROJECT stream: what the editor shows, unprotected and without a password."""
    lines = [
        f'ID="{_ID}"',
        *(_project_line(module) for module in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_hidden(_NOT_PROTECTED)}"',
        f'DPB="{_hidden(_NO_PASSWORD)}"',
        f'GC="{_hidden(_VISIBLE)}"',
        "",
        "[Host Extender Info]",
        _HOST,
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _project_line(module: Module) -> str:
    suffix = "/&H00000000" if module.kind is ModuleKind.DOCUMENT else ""
    return f"{module.kind}={module.name}{suffix}"


def _hidden(data: bytes) -> str:
    """Data as the PROJECT stream hides it: each byte mixed with those before ([MS-OVBA] 2.4.3.2)."""
    key = sum(_ID.encode("ascii")) & 0xFF
    hidden = [_SEED, _SEED ^ _VERSION, _SEED ^ key]
    plain = key
    for byte in bytes((_SEED & 6) // 2) + struct.pack("<I", len(data)) + data:
        hidden.append(byte ^ ((hidden[-2] + plain) & 0xFF))
        plain = byte
    return bytes(hidden).hex().upper()
