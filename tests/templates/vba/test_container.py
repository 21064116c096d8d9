"""Compound files, read by olefile and walked sector by sector after the specification."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.templates.vba.container import Streams, compound_file

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY: Final = 0xFFFFFFFF
RED: Final = 0
MINI_BELOW: Final = 4096
SECTOR: Final = 512
LARGEST: Final = (109 * 127 - 1) * SECTOR
"""What 109 sectors of the allocation table can chain: themselves, the directory and this many bytes."""


@dataclass(frozen=True)
class Node:
    """An entry of the directory as it stands in the file."""

    name: str
    kind: int
    color: int
    left: int
    right: int
    child: int


def read(packed: bytes) -> dict[str, bytes]:
    """Path -> content of every stream, as olefile finds them."""
    ole = olefile.OleFileIO(io.BytesIO(packed), raise_defects=olefile.DEFECT_POTENTIAL)
    try:
        return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}
    finally:
        ole.close()


def nodes(packed: bytes) -> list[Node]:
    """The directory's entries; it stands in one piece, right before the allocation table."""
    (first,), (end,) = struct.unpack_from("<I", packed, 48), struct.unpack_from("<I", packed, 76)
    found = []
    for at in range((first + 1) * SECTOR, (end + 1) * SECTOR, 128):
        length, kind, color, left, right, child = struct.unpack_from("<HBB3I", packed, at + 64)
        if kind == 0:
            break
        name = packed[at : at + length - 2].decode("utf-16-le")
        found.append(Node(name, kind, color, left, right, child))
    return found


def black_height(found: list[Node], top: int, *, under_red: bool = False) -> int:
    """Black entries on every way down from `top`; fails where the tree is no red-black one."""
    if top == NOBODY:
        return 0
    node = found[top]
    red = node.color == RED
    assert not (red and under_red), f"{node.name} is red under red"
    left, right = (black_height(found, side, under_red=red) for side in (node.left, node.right))
    assert left == right, f"{node.name} leans"
    return left + (not red)


def in_order(found: list[Node], top: int) -> Iterator[str]:
    if top != NOBODY:
        yield from in_order(found, found[top].left)
        yield found[top].name
        yield from in_order(found, found[top].right)


def searched(found: list[Node], top: int, name: str) -> bool:
    """A search as a reader makes it: shorter names to the left, equally long ones by capitals."""
    wanted = (len(name), name.upper())
    while top != NOBODY:
        here = (len(found[top].name), found[top].name.upper())
        if here == wanted:
            return True
        top = found[top].left if wanted < here else found[top].right
    return False


names = st.text(alphabet="abcXYZ_019", min_size=1, max_size=31)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(names, st.binary(max_size=300), max_size=25))
def test_every_stream_is_read_back(streams: dict[str, bytes]) -> None:
    streams = {name.upper(): content for name, content in streams.items()}
    assert read(compound_file(streams)) == streams


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 50_000, 400_000])
def test_a_stream_of_any_size_is_read_back(size: int) -> None:
    streams = {
        "before": b"b" * 100,
        "it": bytes(range(256)) * (size // 256) + bytes(size % 256),
        "z": b"z" * 5000,
    }
    packed = compound_file(streams)
    assert read(packed) == streams
    assert len(packed) % SECTOR == 0


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 100])
def test_the_directory_is_a_balanced_tree_that_can_be_searched(count: int) -> None:
    wanted = [f"Module{number}" for number in range(count)]
    found = nodes(compound_file(dict.fromkeys(wanted, b"x")))
    top = found[0].child
    assert len(found) == count + 1
    assert top == NOBODY or found[top].color != RED
    black_height(found, top)
    assert sorted(in_order(found, top)) == sorted(wanted)
    assert all(searched(found, top, name) for name in wanted)
    assert not searched(found, top, "Module")


def test_entries_are_sorted_by_length_and_then_by_capitals() -> None:
    found = nodes(compound_file(dict.fromkeys(["_b", "zz", "a_", "ABC", "aZ", "z"], b"")))
    assert list(in_order(found, found[0].child)) == ["z", "aZ", "a_", "zz", "_b", "ABC"]


def test_a_storage_holds_its_own_streams() -> None:
    inner: Streams = {"dir": b"d" * 9000, "Sheet1": b"s"}
    packed = compound_file({"VBA": inner, "PROJECT": b"p" * 600})
    assert read(packed) == {"VBA/dir": b"d" * 9000, "VBA/Sheet1": b"s", "PROJECT": b"p" * 600}
    assert [(node.name, node.kind) for node in nodes(packed)] == [
        *(("Root Entry", 5), ("VBA", 1), ("dir", 2), ("Sheet1", 2), ("PROJECT", 2)),
    ]


def test_every_sector_belongs_to_one_chain_and_no_more() -> None:
    packed = compound_file({"a": b"a" * 70_000, "b": b"b" * 10, "c": b"c" * 5000})
    sectors = len(packed) // SECTOR - 1
    (count,) = struct.unpack_from("<I", packed, 44)
    places = struct.unpack_from(f"<{count}I", packed, 76)
    table = [n for place in places for n in struct.unpack_from("<128I", packed, (place + 1) * SECTOR)]
    assert all(table[place] == 0xFFFFFFFD for place in places), "the table marks its own sectors"
    assert set(table[sectors:]) <= {0xFFFFFFFF}, "beyond the file there is nothing"
    table = table[:sectors]
    followed = [number for number in table if number < 0xFFFFFFFA]
    assert len(followed) == len(set(followed))
    assert 0xFFFFFFFF not in table, "no sector of the file is free"
    ends = [number for number in table if number == 0xFFFFFFFE]
    assert len(ends) == 5, "two long streams, the mini stream, its table, the directory"


def test_the_same_streams_give_the_same_bytes() -> None:
    streams: Streams = {"VBA": {"dir": b"x" * 5000}, "PROJECT": b"y"}
    assert compound_file(streams) == compound_file(streams)


def test_times_and_class_ids_are_left_out() -> None:
    ole = olefile.OleFileIO(io.BytesIO(compound_file({"VBA": {"dir": b"x"}})))
    assert ole.getclsid("VBA") == ""
    assert ole.root is not None
    assert ole.root.clsid == ""
    assert ole.getmtime("VBA") is None
    ole.close()


def test_the_largest_file_uses_the_whole_header() -> None:
    packed = compound_file({"a": bytes(LARGEST)})
    assert struct.unpack_from("<I", packed, 44) == (109,)
    assert struct.unpack_from("<109I", packed, 76).count(NOBODY) == 0
    assert len(read(packed)["a"]) == LARGEST


def test_a_larger_file_is_refused() -> None:
    with pytest.raises(ValueError, match="too many for one compound file"):
        compound_file({"a": bytes(LARGEST + 1)})


@pytest.mark.parametrize("name", ["", "x" * 32, "a/b", "a\\b", "a:b", "a!b"])
def test_names_that_the_format_forbids_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot hold the name"):
        compound_file({name: b""})


def test_names_that_differ_by_capitals_only_are_refused() -> None:
    with pytest.raises(ValueError, match="capitals"):
        compound_file({"Sheet1": b"", "SHEET1": b""})
