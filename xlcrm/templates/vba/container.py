"""Writing a compound file: streams in storages, in sectors of 512 bytes ([MS-CFB], version 3).

Times and class ids stay zero, so the same streams give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Streams: TypeAlias = Mapping[str, "bytes | Streams"]
"""A storage: name -> the bytes of a stream, or a storage within."""

_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_SECTOR: Final = 512
_MINI_SECTOR: Final = 64
_MINI_BELOW: Final = 4096  # shorter streams live in the mini stream
_NUMBERS_A_SECTOR: Final = _SECTOR // 4
_FAT_SECTORS_IN_HEADER: Final = 109
_END: Final = 0xFFFFFFFE
_FREE: Final = 0xFFFFFFFF
_FAT_ITSELF: Final = 0xFFFFFFFD
_NOBODY: Final = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_LONGEST_NAME: Final = 31


@dataclass(slots=True)
class _Entry:
    """A directory entry; its neighbours are the ids of others."""

    name: str
    kind: int
    content: bytes = b""
    color: int = _BLACK
    left: int = _NOBODY
    right: int = _NOBODY
    child: int = _NOBODY
    start: int = _END

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        head = struct.pack(
            "<64sHBB3I", name, len(name), self.kind, self.color, self.left, self.right, self.child
        )
        return head + bytes(36) + struct.pack("<IQ", self.start, len(self.content))


@dataclass(slots=True)
class _Sectors:
    """Contents laid one after another in sectors, and the table that chains the sectors of each."""

    size: int
    body: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        """Append and return the first sector, or the end mark for nothing at all."""
        count = -(-len(content) // self.size)
        if not count:
            return _END
        first = len(self.table)
        self.body += content.ljust(count * self.size, b"\0")
        self.table += [*range(first + 1, first + count), _END]
        return first


def compound_file(root: Streams) -> bytes:
    """The bytes of a compound file that holds these streams.

    Raises:
        ValueError: a name that the format cannot hold, the same name twice but for capitals, or more
            than about 7 MB (the allocation table would outgrow the file's header).
    """
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add_storage(entries, root)
    sectors, minis = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.kind != _STREAM:
            continue
        home = minis if len(entry.content) < _MINI_BELOW else sectors
        entry.start = home.add(entry.content)
    entries[0].content = bytes(minis.body)  # the mini stream is the root's own content
    entries[0].start = sectors.add(entries[0].content)
    mini_table = sectors.add(_numbers(minis.table))
    directory = sectors.add(_directory(entries))
    fat = _allocate_table(sectors)
    header = _MAGIC + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, _SECTOR.bit_length() - 1, _MINI_SECTOR.bit_length() - 1)
    header += struct.pack("<4I", 0, len(fat), directory, 0)
    header += struct.pack("<5I", _MINI_BELOW, mini_table, -(-len(minis.table) // _NUMBERS_A_SECTOR), _END, 0)
    header += struct.pack(f"<{_FAT_SECTORS_IN_HEADER}I", *fat, *[_FREE] * (_FAT_SECTORS_IN_HEADER - len(fat)))
    return header + bytes(sectors.body)


def _add_storage(entries: list[_Entry], streams: Streams) -> int:
    """Append the entries of a storage and return the id of the top of their tree."""
    ids: dict[str, int] = {}
    for name in _sorted_names(streams):
        content = streams[name]
        ids[name] = len(entries)
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            storage = _Entry(name, _STORAGE, start=0)
            entries.append(storage)
            storage.child = _add_storage(entries, content)
    full_levels = (len(ids) + 1).bit_length() - 1
    return _link(entries, list(ids.values()), full_levels)


def _sorted_names(streams: Streams) -> list[str]:
    """Shorter names first, then by capitals: the order in which a reader searches the tree."""
    for name in streams:
        if not 0 < len(name.encode("utf-16-le")) // 2 <= _LONGEST_NAME or set(name) & set("/\\:!"):
            raise ValueError(f"a compound file cannot hold the name {name!r}")
    if len({name.upper() for name in streams}) < len(streams):
        raise ValueError(f"names that differ by capitals only: {sorted(streams)}")
    return sorted(streams, key=lambda name: (len(name.encode("utf-16-le")), name.upper().encode("utf-16-be")))


def _link(entries: list[_Entry], ids: list[int], levels: int) -> int:
    """Link sorted entries into a red-black tree, `levels` of which are full, and return its top.

    Halving keeps all leaves within one level; those below the full ones are red, so every way down passes
    equally many black ones and no red one hangs from a red one.
    """
    if not ids:
        return _NOBODY
    middle = len(ids) // 2
    top = entries[ids[middle]]
    top.left = _link(entries, ids[:middle], levels - 1)
    top.right = _link(entries, ids[middle + 1 :], levels - 1)
    top.color = _BLACK if levels else _RED
    return ids[middle]


def _directory(entries: list[_Entry]) -> bytes:
    blank = bytes(68) + struct.pack("<3I", _NOBODY, _NOBODY, _NOBODY) + bytes(48)
    packed = b"".join(entry.packed() for entry in entries)
    return packed + blank * (-len(entries) % (_SECTOR // len(blank)))


def _numbers(table: list[int]) -> bytes:
    """A table of sector numbers, filled up to whole sectors."""
    filled = [*table, *[_FREE] * (-len(table) % _NUMBERS_A_SECTOR)]
    return struct.pack(f"<{len(filled)}I", *filled)


def _allocate_table(sectors: _Sectors) -> list[int]:
    """Append the allocation table, which counts its own sectors too, and return where it stands."""
    first = len(sectors.table)
    count = -(-first // (_NUMBERS_A_SECTOR - 1))
    if count > _FAT_SECTORS_IN_HEADER:
        raise ValueError(f"{len(sectors.body):,} bytes are too many for one compound file of ours")
    sectors.table += [_FAT_ITSELF] * count
    sectors.body += _numbers(sectors.table)
    return list(range(first, first + count))
