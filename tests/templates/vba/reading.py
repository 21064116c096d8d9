"""A reader of VBA projects for tests, written from [MS-OVBA] alone: it shares nothing with the writer."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import olefile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VERSION_RECORD = 0x0009  # its size field says 4, six bytes follow


@dataclass(frozen=True, slots=True)
class Stored:
    """A module as the project stores it."""

    name: str
    source: bytes
    standard: bool
    offset: int


def decompress(container: bytes) -> bytes:
    """2.4.1.3: what a compressed container holds."""
    assert container[0] == 1, "the signature byte"
    at, out = 1, bytearray()
    while at < len(container):
        (header,) = struct.unpack_from("<H", container, at)
        assert header >> 12 & 0b111 == 0b011, "the chunk's signature"
        size = (header & 0x0FFF) + 3
        assert at + size <= len(container), "the chunk ends within its container"
        chunk = container[at + 2 : at + size]
        opened = _tokens(chunk) if header & 0x8000 else chunk
        at += size
        assert len(opened) == 4096 or at == len(container), "only the last chunk is shorter"
        out += opened
    return bytes(out)


def _tokens(chunk: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(chunk):
        flags = chunk[at]
        at += 1
        for bit in range(8):
            if at == len(chunk):
                break
            if not flags >> bit & 1:
                out.append(chunk[at])
                at += 1
                continue
            (token,) = struct.unpack_from("<H", chunk, at)
            at += 2
            offset_bits = 4
            while 1 << offset_bits < len(out):
                offset_bits += 1
            offset = (token >> (16 - offset_bits)) + 1
            assert offset <= len(out), "copies come from the same chunk"
            for _ in range((token & (0xFFFF >> offset_bits)) + 3):
                out.append(out[-offset])
    assert len(out) <= 4096, "a chunk opens to 4,096 bytes at most"
    return bytes(out)


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Ids and contents of the records of an unpacked dir stream."""
    at = 0
    while at < len(stream):
        key, size = struct.unpack_from("<HI", stream, at)
        size = 6 if key == _VERSION_RECORD else size
        yield key, stream[at + 6 : at + 6 + size]
        at += 6 + size
    assert at == len(stream), "the last record is whole"


def stored_modules(ole: olefile.OleFileIO[str]) -> list[Stored]:
    """The modules in the order of the dir stream."""
    found: list[Stored] = []
    stream, offset = "", 0
    for key, content in records(decompress(ole.openstream("VBA/dir").read())):
        if key == 0x0032:
            stream = content.decode("utf-16-le")
        elif key == 0x0031:
            (offset,) = struct.unpack("<I", content)
        elif key in {0x0021, 0x0022}:
            raw = ole.openstream(f"VBA/{stream}").read()
            found.append(Stored(stream, decompress(raw[offset:]), key == 0x0021, offset))
    return found


def unhidden(text: str, project_id: str) -> bytes:
    """2.4.3.3: the data behind a value of CMG, DPB or GC, checked against the project's id."""
    hidden = bytes.fromhex(text)
    seed, version, key = hidden[0], hidden[1] ^ hidden[0], hidden[2] ^ hidden[0]
    assert version == 2, "the only version there is"
    assert key == sum(project_id.encode("ascii")) % 256, "the key belongs to this project"
    plain = [key]
    for this, before in zip(hidden[3:], hidden[1:], strict=False):
        plain.append(this ^ (before + plain[-1]) % 256)
    opened = bytes(plain[1 + (seed & 6) // 2 :])
    (size,) = struct.unpack_from("<I", opened)
    assert size == len(opened) - 4, "the length that is said is there"
    return opened[4:]


def stored_source(workbook: Path, module: str) -> bytes:
    """A module's source as a macro workbook or add-in stores it."""
    with zipfile.ZipFile(workbook) as package:
        project = io.BytesIO(package.read("xl/vbaProject.bin"))
    with olefile.OleFileIO(project) as ole:
        return next(each.source for each in stored_modules(ole) if each.name == module)
