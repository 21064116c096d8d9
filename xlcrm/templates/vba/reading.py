"""A VBA project back to its modules ([MS-OVBA] 2.3), as Office or we wrote it; nothing of it is run."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import olefile

from xlcrm.templates.vba.compression import decompress
from xlcrm.templates.vba.module import Module, ModuleKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION_RECORD, _VERSION_SIZE = 0x0009, 6  # the one record whose size field is not its size
_MODULE, _MODULE_NAME, _STREAM, _OFFSET = 0x0019, 0x0047, 0x0032, 0x0031
_LINE: Final = re.compile(rb"^(Document|Module|Class|BaseClass)=([^/\r\n]+)", re.MULTILINE)
_KINDS: Final = {b"Document": ModuleKind.DOCUMENT, b"Module": ModuleKind.STANDARD}
_PASSWORD: Final = re.compile(rb'^DPB="([0-9A-F]*)"', re.MULTILINE)
_NO_PASSWORD: Final = 22
"""Hexadecimal digits of the field at most where there is no password; with one there are 72 and more."""


@dataclass(frozen=True, slots=True)
class Project:
    """What a `vbaProject.bin` holds.

    Attributes:
        modules: in the order of the project; forms pass as classes. Sources are the stored bytes as
            Latin-1, with their attributes: plain ASCII is what it is, other letters are not.
        locked: the editor asks for a password.
    """

    modules: tuple[Module, ...]
    locked: bool


def read_project(data: bytes) -> Project:
    """Read a project.

    Raises:
        ValueError: no project, or a broken one.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            about = _stream(compound, "PROJECT")
            kinds = {name: _KINDS.get(kind, ModuleKind.CLASS) for kind, name in _LINE.findall(about)}
            modules = tuple(_modules(compound, kinds))
    except (OSError, LookupError, struct.error) as error:
        raise ValueError(f"no readable VBA project: {error}") from error
    password = _PASSWORD.search(about)
    return Project(modules, password is not None and len(password[1]) > _NO_PASSWORD)


def _modules(compound: olefile.OleFileIO[str], kinds: dict[bytes, ModuleKind]) -> Iterator[Module]:
    for records in _by_module(decompress(_stream(compound, "VBA/dir"))):
        (offset,) = struct.unpack("<I", records[_OFFSET])
        stream = _stream(compound, f"VBA/{records[_STREAM].decode('utf-16-le')}")
        source = decompress(stream[offset:]).decode("latin-1")
        # Old names stand in both streams in the same code page, so they need not be understood.
        yield Module(records[_MODULE_NAME].decode("utf-16-le"), source, kinds[records[_MODULE]])


def _by_module(listing: bytes) -> Iterator[dict[int, bytes]]:
    """The records of each module in a dir stream, by their ids."""
    module: dict[int, bytes] | None = None
    place = 0
    while place < len(listing):
        key, size = struct.unpack_from("<HI", listing, place)
        size = _VERSION_SIZE if key == _VERSION_RECORD else size
        content = listing[place + 6 : place + 6 + size]
        place += 6 + size
        if key == _MODULE:
            if module is not None:
                yield module
            module = {}
        if module is not None:
            module[key] = content
    if module is not None:
        yield module


def _stream(compound: olefile.OleFileIO[str], name: str) -> bytes:
    with compound.openstream(name) as stream:
        return bytes(stream.read())
