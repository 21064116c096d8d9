"""Builders of files that are no workbook, or broken or malicious ones: bytes, zip records, XML."""

from __future__ import annotations

import gzip
import io
import random
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

import msoffcrypto.format.ooxml

from tests.workbooks.lists import good

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Build = Callable[[Path], None]

WORKBOOK: Final = "xl/workbook.xml"
WORKBOOK_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
ROOT_RELATIONS: Final = "_rels/.rels"
CONTENT_TYPES: Final = "[Content_Types].xml"
STRINGS: Final = "xl/sharedStrings.xml"
STYLES: Final = "xl/styles.xml"
SHEET: Final = "xl/worksheets/sheet1.xml"

BILLION_LAUGHS: Final = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
EXTERNAL_ENTITY: Final = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def contains(content: bytes) -> Build:
    """A file with just this content."""

    def build(path: Path) -> None:
        path.write_bytes(content)

    return build


def good_bytes(path: Path) -> bytes:
    """The good workbook's bytes; `path` is only borrowed."""
    good(path)
    return path.read_bytes()


def changed(change: Callable[[bytes], bytes]) -> Build:
    """The good workbook, its bytes changed."""

    def build(path: Path) -> None:
        path.write_bytes(change(good_bytes(path)))

    return build


def parts(path: Path) -> dict[str, bytes]:
    """All parts of a workbook, inflated."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=6) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def edited(
    edit: Callable[[dict[str, bytes]], None], method: int = zipfile.ZIP_DEFLATED, base: Build = good
) -> Build:
    """The good workbook (or another), its parts edited in place."""

    def build(path: Path) -> None:
        base(path)
        content = parts(path)
        edit(content)
        path.write_bytes(zipped(content, method))

    return build


def without(name: str) -> Build:
    return edited(lambda content: content.__delitem__(name))


def with_part(name: str, data: bytes = b"<a/>") -> Build:
    return edited(lambda content: content.__setitem__(name, data))


def replaced(name: str, pattern: bytes, new: bytes, *, count: int = 1, base: Build = good) -> Build:
    """A workbook with a pattern in one part replaced; fails when it is not there."""

    def edit(content: dict[str, bytes]) -> None:
        content[name], found = re.subn(pattern, new, content[name], count=count)
        assert found, f"{pattern!r} is not in {name}"

    return edited(edit, base=base)


def cut(name: str, share: float) -> Build:
    """The good workbook with a part that ends too early, in a sound zip."""
    return edited(lambda content: content.update({name: content[name][: int(len(content[name]) * share)]}))


def with_prolog(name: str, prolog: bytes, encoding: str = "utf-8") -> Build:
    """The good workbook with something between the XML declaration and the root of a part."""

    def edit(content: dict[str, bytes]) -> None:
        root = content[name].partition(b"?>")[2].lstrip()
        content[name] = (prolog + root).decode().encode(encoding)

    return edited(edit)


def prefixed(base: Build) -> Build:
    """A workbook whose complaint sheet is written as `<x:worksheet>`, as some programs do."""

    def edit(content: dict[str, bytes]) -> None:
        sheet = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", content[SHEET])
        content[SHEET] = sheet.replace(b' xmlns="', b' xmlns:x="', 1)

    return edited(edit, base=base)


def reordered(path: Path) -> None:
    good(path)
    path.write_bytes(zipped(dict(reversed(parts(path).items()))))


class _Forward(io.RawIOBase):
    """A stream that cannot go back, so that sizes follow the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # whatever buffer zipfile hands over
        self.data += piece
        return len(piece)


def streamed(path: Path) -> None:
    """As servers write it: sizes in data descriptors."""
    good(path)
    stream = _Forward()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(path).items():
            with archive.open(zipfile.ZipInfo(name), "w") as part:
                part.write(data)
    path.write_bytes(bytes(stream.data))


def truncated(share: float) -> Build:
    return changed(lambda data: data[: int(len(data) * share)])


def _records(data: bytes, name: str) -> tuple[int, int]:
    """Where the local and the central record of a part begin."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        local = archive.getinfo(name).header_offset
        central = archive.start_dir
    while struct.unpack_from("<H", data, central + 28)[0] != len(name) or data[central + 46 :][
        : len(name)
    ] != name.encode("cp437"):
        central += 46 + sum(struct.unpack_from("<3H", data, central + 28))
    return local, central


def lying(
    name: str, offset: int, layout: str, value: Callable[[int], int], *, local: int | None = None
) -> Build:
    """The good workbook with one number of a directory record changed (and of the local one at `local`)."""

    def change(data: bytes) -> bytes:
        lie = bytearray(data)
        head, central = _records(data, name)
        for at in [central + offset, *([head + local] if local is not None else [])]:
            (old,) = struct.unpack_from(layout, lie, at)
            struct.pack_into(layout, lie, at, value(old))
        return bytes(lie)

    return changed(change)


def twice(name: str, other: str) -> Build:
    """The good workbook with another part that is renamed to `name` in both records."""

    def build(path: Path) -> None:
        good(path)
        data = zipped(parts(path) | {other: b"<worksheet/>"})
        path.write_bytes(data.replace(other.encode(), name.encode()))

    return build


def renamed_locally(path: Path) -> None:
    data = bytearray(good_bytes(path))
    head, _ = _records(bytes(data), SHEET)
    data[head + 30 : head + 30 + len(SHEET)] = SHEET.replace("1", "9").encode()
    path.write_bytes(bytes(data))


def quoted(path: Path) -> None:
    """One part inside another: a stored part whose content is a whole entry."""
    good(path)
    content = parts(path)
    inner = zipped({"xl/media/inner.xml": b"<a/>"})
    entry = inner[: inner.index(b"PK\x01\x02")]
    content["xl/media/outer.xml"] = entry
    content["xl/media/inner.xml"] = b"<a/>"
    data = bytearray(zipped(content, zipfile.ZIP_STORED))
    outer, _ = _records(bytes(data), "xl/media/outer.xml")
    _, central = _records(bytes(data), "xl/media/inner.xml")
    struct.pack_into("<L", data, central + 42, outer + 30 + len("xl/media/outer.xml"))
    struct.pack_into("<H", data, central + 10, zipfile.ZIP_DEFLATED)
    struct.pack_into("<L", data, central + 20, len(entry) - 30 - len("xl/media/inner.xml"))
    path.write_bytes(bytes(data))


def broken_deflate(path: Path) -> None:
    data = bytearray(good_bytes(path))
    head, _ = _records(bytes(data), SHEET)
    data[head + 30 + len(SHEET)] = 0xFF
    path.write_bytes(bytes(data))


def flipped_byte(path: Path) -> None:
    good(path)
    data = bytearray(zipped(parts(path), zipfile.ZIP_STORED))
    head, _ = _records(bytes(data), SHEET)
    data[head + 400] ^= 1
    path.write_bytes(bytes(data))


def zip_bomb(path: Path) -> None:
    """100 KB that inflate to 100 MB of spaces in the sheet."""
    good(path)
    content = parts(path)
    content[SHEET] = content[SHEET].replace(b"</worksheet>", b" " * (100 << 20) + b"</worksheet>")
    path.write_bytes(zipped(content))


def zip_bomb_in_pieces(path: Path) -> None:
    """150 parts of 30 MB each: no single one stands out, together 4.5 GB."""
    good(path)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    size = 30 << 20
    packed = packer.compress(bytes(size)) + packer.flush()
    target = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        names = [f"xl/media/image{number}.emf" for number in range(150)]
        for name in names:
            archive.writestr(name, packed, zipfile.ZIP_STORED)
    data = bytearray(target.getvalue())
    checksum = zlib.crc32(bytes(size))
    for name in names:
        local, central = _records(bytes(data), name)
        for at in (local + 8, central + 10):
            struct.pack_into("<H", data, at, zipfile.ZIP_DEFLATED)
        for at in (local + 14, central + 16):
            struct.pack_into("<3L", data, at, checksum, len(packed), size)
    path.write_bytes(bytes(data))


def hidden_bomb(path: Path) -> None:
    """A sheet of 100 MB that says it is 2 MB."""
    zip_bomb(path)
    data = bytearray(path.read_bytes())
    local, central = _records(bytes(data), SHEET)
    for at in (local + 22, central + 24):
        struct.pack_into("<L", data, at, 2 << 20)
    path.write_bytes(bytes(data))


def too_many_parts(path: Path) -> None:
    good(path)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20_001):
            archive.writestr(f"xl/media/{number}.png", b"")


def compound(*streams: str) -> bytes:
    """A small but sound OLE compound file with up to three streams of one sector chain each."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    chains: list[int] = []
    for number in range(len(streams)):
        start = 2 + 8 * number
        chains += [*range(start + 1, start + 8), end]
    table = [0xFFFFFFFD, end, *chains]
    table += [free] * (128 - len(table))
    entries = [("Root Entry", 5, end, 0)]
    entries += [(name, 2, 2 + 8 * number, 4096) for number, name in enumerate(streams)]
    directory = b""
    for number, (name, kind, start, size) in enumerate(entries):
        text = name.encode("utf-16-le")
        right = number + 1 if kind == 2 and number + 1 < len(entries) else free
        child = 1 if kind == 5 else free
        directory += text.ljust(64, b"\0") + struct.pack("<H2B3L", len(text) + 2, kind, 1, free, right, child)
        directory += bytes(36) + struct.pack("<LQ", start, size)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x9L", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109L", 0, *[free] * 108)
    sectors = struct.pack("<128L", *table) + directory.ljust(512, b"\0") + bytes(4096 * len(streams))
    return header + sectors


def encrypted(path: Path) -> None:
    """What Excel makes of a workbook with a password (AES-256)."""
    plain = io.BytesIO(good_bytes(path))
    locked = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("123456", locked)
    path.write_bytes(locked.getvalue())


def noise(size: int = 5000) -> bytes:
    return b"\x01\x02" + random.Random(3).randbytes(size)  # noqa: S311  # test data


GZIPPED: Final = gzip.compress(b"a,b\n", mtime=0)
OPEN_DOCUMENT: Final = zipped(
    {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": b"<office:document-content/>",
    }
)
WORD: Final = zipped(
    {CONTENT_TYPES: b"<Types/>", ROOT_RELATIONS: b"<Relationships/>", "word/document.xml": b"<a/>"}
)
POWERPOINT: Final = zipped(
    {CONTENT_TYPES: b"<Types/>", ROOT_RELATIONS: b"<Relationships/>", "ppt/presentation.xml": b"<a/>"}
)
BINARY_WORKBOOK: Final = zipped(
    {
        CONTENT_TYPES: b"<Types/>",
        ROOT_RELATIONS: b'<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/>'
        b"</Relationships>",
        "xl/workbook.bin": b"\x83\x01\x00",
    }
)
NUMBERS: Final = zipped({"Index/Document.iwa": b"\0", "Metadata/Properties.plist": b"bplist00"})
PLAIN_ZIP: Final = zipped({"说明.txt": b"hello"})
HTML: Final = '<html><head><meta charset="gb2312"></head><table><tr><td>客户</td></tr></table></html>'.encode(
    "gbk"
)
XML_2003: Final = (
    b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)
CSV: Final = "客户编号,客户名称\nKH001,第一商贸有限公司\n"
