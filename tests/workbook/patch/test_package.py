"""Packages: parts are read checked, and a rewrite leaves what it does not own byte for byte."""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.errors import (
    NotAWorkbook,
    UnsafeToPatch,
    WorkbookDamaged,
    WorkbookHostile,
    WorkbookInUse,
    WorkbookMissing,
)
from xlcrm.workbook.patch import package as package_module
from xlcrm.workbook.patch import records
from xlcrm.workbook.patch.package import Package, raw_bytes, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"


class Unseekable(io.RawIOBase):
    """A stream that only goes forward: zipfile then writes data descriptors."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # whatever buffer zipfile hands over
        self.data += piece
        return len(piece)


def zipped(parts: Mapping[str, bytes], *, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 2, 29, 23, 59, 58)), content, method)
    return buffer.getvalue()


def rewritten(data: bytes, replaced: Mapping[str, bytes], removed: tuple[str, ...] = ()) -> Package:
    target = io.BytesIO()
    rewrite(Package("客户.xlsx", data), target, replaced, removed)
    return Package("客户.xlsx", target.getvalue())


def contents(package: Package) -> dict[str, bytes]:
    return {name: package.read(name) for name in package.names}


PARTS = {"[Content_Types].xml": b"<Types/>", SHEET: b"<worksheet/>" * 99, "xl/媒体/图.png": os.urandom(3000)}


def test_reads_names_sizes_and_parts() -> None:
    package = Package("客户.xlsx", zipped(PARTS))
    assert package.names == tuple(PARTS)
    assert package.size(SHEET) == len(PARTS[SHEET])
    assert contents(package) == PARTS
    assert package.head(SHEET, 5) == b"<work"
    assert SHEET in package
    assert "xl/none.xml" not in package


def test_opens_and_closes_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(zipped(PARTS))
    with Package.open(path) as package:
        path.unlink()
        assert package.read(SHEET) == PARTS[SHEET]
    assert package.names == ()


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WorkbookMissing, match="找不到工作簿"):
        Package.open(tmp_path / "没有.xlsx")


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WorkbookInUse, match="读不了"):
        Package.open(tmp_path)


def test_something_else_than_a_zip() -> None:
    with pytest.raises(NotAWorkbook, match="不是 Excel 工作簿"):
        Package("客户.xlsx", b"hello")


@pytest.mark.parametrize("kept", [40, 200, 3000])
def test_truncated_zip_is_damaged(kept: int) -> None:
    with pytest.raises(WorkbookDamaged, match="没有下载或复制完整"):
        Package("客户.xlsx", zipped(PARTS)[:kept])


def test_name_twice_is_refused() -> None:
    data = zipped({SHEET: b"1", SHEET.replace("1", "2"): b"2"}).replace(b"sheet2.xml", b"sheet1.xml")
    with pytest.raises(WorkbookHostile, match=r"两个“xl/worksheets/sheet1\.xml”"):
        Package("客户.xlsx", data)


def test_part_that_is_not_there() -> None:
    with pytest.raises(WorkbookDamaged, match=r"“xl/none\.xml”压缩包里没有它"):
        Package("客户.xlsx", zipped(PARTS)).read("xl/none.xml")


def _directory_at(data: bytes | bytearray, name: str) -> int:
    """Where the central record of a part starts."""
    return data.index(name.encode(), data.index(b"PK\x01\x02")) - 46


@pytest.mark.parametrize("difference", [-1, 1, 100_000])
def test_declared_size_that_lies(difference: int) -> None:
    data = bytearray(zipped({SHEET: b"x" * 1000}))
    at = _directory_at(data, SHEET) + 24
    data[at : at + 4] = struct.pack("<L", 1000 + difference)
    with pytest.raises(WorkbookDamaged, match="校验值不符"):
        Package("客户.xlsx", bytes(data)).read(SHEET)


def test_never_inflates_more_than_declared() -> None:
    data = bytearray(zipped({SHEET: bytes(50_000_000)}))
    at = _directory_at(data, SHEET) + 24
    data[at : at + 4] = struct.pack("<L", 1000)
    package = Package("客户.xlsx", bytes(data))
    assert len(package.head(SHEET, package.size(SHEET))) == 1000
    with pytest.raises(WorkbookDamaged, match="校验值不符"):
        package.read(SHEET)


def test_flipped_byte_is_found() -> None:
    data = bytearray(zipped({SHEET: os.urandom(1000)}, method=zipfile.ZIP_STORED))
    data[500] ^= 1
    with pytest.raises(WorkbookDamaged, match="校验值不符"):
        Package("客户.xlsx", bytes(data)).read(SHEET)


def test_broken_deflate_stream() -> None:
    data = bytearray(zipped({SHEET: b"abc" * 1000}))
    start, _ = Package("客户.xlsx", bytes(data)).span(SHEET)
    data[start] = 0xFF
    package = Package("客户.xlsx", bytes(data))
    with pytest.raises(WorkbookDamaged, match="压缩数据已损坏"):
        package.read(SHEET)
    with pytest.raises(WorkbookDamaged, match="压缩数据已损坏"):
        package.verify(SHEET)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_verify_accepts_whole_parts(method: int) -> None:
    package = Package("客户.xlsx", zipped(PARTS | {"big": os.urandom(300_000)}, method=method))
    for name in package.names:
        package.verify(name)


@pytest.mark.parametrize("difference", [-1, 1])
def test_verify_finds_a_wrong_size(difference: int) -> None:
    data = bytearray(zipped({SHEET: b"x" * 1000}))
    at = _directory_at(data, SHEET) + 24
    data[at : at + 4] = struct.pack("<L", 1000 + difference)
    with pytest.raises(WorkbookDamaged, match="校验值不符"):
        Package("客户.xlsx", bytes(data)).verify(SHEET)


def test_other_compression_is_refused() -> None:
    package = Package("客户.xlsx", zipped(PARTS, method=zipfile.ZIP_BZIP2))
    with pytest.raises(WorkbookDamaged, match="压缩或加密方式"):
        package.read(SHEET)


def test_local_name_that_differs_is_refused() -> None:
    data = bytearray(zipped(PARTS))
    at = data.index(SHEET.encode())
    data[at : at + 2] = b"XL"
    with pytest.raises(WorkbookHostile, match="名字不一致"):
        Package("客户.xlsx", bytes(data)).read(SHEET)


def test_directory_that_points_elsewhere() -> None:
    data = bytearray(zipped(PARTS))
    at = _directory_at(data, SHEET) + 42
    data[at : at + 4] = struct.pack("<L", 7)
    with pytest.raises(WorkbookDamaged, match="错误的位置"):
        Package("客户.xlsx", bytes(data)).read(SHEET)


def test_part_that_reaches_past_the_end() -> None:
    data = bytearray(zipped(PARTS))
    at = _directory_at(data, SHEET) + 20
    data[at : at + 4] = struct.pack("<L", 10_000_000)
    with pytest.raises(WorkbookDamaged, match="内容不完整"):
        Package("客户.xlsx", bytes(data)).raw(SHEET)


def test_untouched_file_is_copied_byte_for_byte() -> None:
    data = zipped(PARTS, comment="备注".encode())
    target = io.BytesIO()
    rewrite(Package("客户.xlsx", data), target, {})
    assert target.getvalue() == data


def test_replaced_part_is_new_and_the_others_are_raw_copies() -> None:
    before = Package("客户.xlsx", zipped(PARTS, comment=b"note"))
    after = rewritten(zipped(PARTS, comment=b"note"), {SHEET: b"<new/>"})
    assert after.names == before.names
    assert after.comment == b"note"
    assert after.read(SHEET) == b"<new/>"
    for name in before.names:
        if name != SHEET:
            assert bytes(after.entry(name)) == bytes(before.entry(name))
            assert raw_bytes(after, name) == raw_bytes(before, name)
        old, new = (package.infos[package.names.index(name)] for package in (before, after))
        assert (old.date_time, old.external_attr, old.flag_bits, old.create_system) == (
            new.date_time,
            new.external_attr,
            new.flag_bits,
            new.create_system,
        )


def test_removed_and_added_parts() -> None:
    after = rewritten(zipped(PARTS), {"xl/新.xml": b"<a/>", "xl/b.xml": b"<b/>"}, (SHEET, "xl/none.xml"))
    assert after.names == ("[Content_Types].xml", "xl/媒体/图.png", "xl/新.xml", "xl/b.xml")
    assert after.read("xl/新.xml") == b"<a/>"
    assert [info.date_time[0] for info in after.infos] == [2024, 2024, 1980, 1980]


def test_stored_part_is_deflated_when_replaced() -> None:
    after = rewritten(zipped(PARTS, method=zipfile.ZIP_STORED), {SHEET: b"z" * 5000})
    assert after.infos[1].compress_type == zipfile.ZIP_DEFLATED
    assert after.infos[0].compress_type == zipfile.ZIP_STORED
    assert contents(after) == PARTS | {SHEET: b"z" * 5000}


def test_iterable_is_streamed() -> None:
    rows = [b"<row r='%d'/>" % number for number in range(200_000)]
    target = io.BytesIO()
    rewrite(Package("客户.xlsx", zipped(PARTS)), target, {SHEET: iter(rows)})
    after = Package("客户.xlsx", target.getvalue())
    assert after.read(SHEET) == b"".join(rows)
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        assert archive.testzip() is None


def test_empty_part() -> None:
    assert contents(rewritten(zipped(PARTS), {SHEET: b""})) == PARTS | {SHEET: b""}
    target = io.BytesIO()
    rewrite(Package("客户.xlsx", zipped(PARTS)), target, {SHEET: iter(())})
    assert Package("客户.xlsx", target.getvalue()).read(SHEET) == b""


def test_error_of_the_producer_reaches_the_caller() -> None:
    def rows() -> Iterator[bytes]:
        yield b"<row/>" * 100_000
        raise UnsafeToPatch("合并单元格")

    with pytest.raises(UnsafeToPatch, match="合并单元格"):
        rewrite(Package("客户.xlsx", zipped(PARTS)), io.BytesIO(), {SHEET: rows()})


def test_same_input_gives_same_bytes() -> None:
    def once() -> bytes:
        target = io.BytesIO()
        rows = (random.Random(n).randbytes(50).hex().encode() for n in range(20_000))  # noqa: S311  # test data
        rewrite(Package("客户.xlsx", zipped(PARTS)), target, {SHEET: rows, "xl/new.xml": b"<a/>"})
        return target.getvalue()

    assert once() == once()


def _streamed() -> bytes:
    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            with archive.open(zipfile.ZipInfo(name), "w") as part:
                part.write(content)
    return bytes(stream.data)


def test_data_descriptors_move_into_the_header() -> None:
    data = _streamed()
    before = Package("客户.xlsx", data)
    assert all(info.flag_bits & 0x8 for info in before.infos)
    target = io.BytesIO()
    rewrite(before, target, {SHEET: b"<new/>"})
    after = Package("客户.xlsx", target.getvalue())
    assert not any(info.flag_bits & 0x8 for info in after.infos)
    assert contents(after) == PARTS | {SHEET: b"<new/>"}
    for name in PARTS.keys() - {SHEET}:
        assert raw_bytes(after, name) == raw_bytes(before, name)
    again = io.BytesIO()
    rewrite(after, again, {})
    assert again.getvalue() == target.getvalue()


def _forced_zip64(*, stream: bool) -> bytes:
    buffer: Unseekable | io.BytesIO = Unseekable() if stream else io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as part:
                part.write(content)
    return bytes(buffer.data) if isinstance(buffer, Unseekable) else buffer.getvalue()


@pytest.mark.parametrize("stream", [False, True])
def test_zip64_headers_of_small_parts(*, stream: bool) -> None:
    data = _forced_zip64(stream=stream)
    after = rewritten(data, {SHEET: b"<new/>"})
    assert contents(after) == PARTS | {SHEET: b"<new/>"}
    for name in PARTS.keys() - {SHEET}:
        assert raw_bytes(after, name) == raw_bytes(Package("客户.xlsx", data), name)


def test_zip64_is_written_where_32_bits_are_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limits are lowered, so that kilobytes stand for the gigabytes that a test should not write.
    data = _streamed()
    monkeypatch.setattr(records, "_MANY", 2)
    target = io.BytesIO()
    rewrite(Package("客户.xlsx", data), target, {"xl/new.xml": b"<a/>"})
    assert b"PK\x06\x06" in target.getvalue()
    assert contents(Package("客户.xlsx", target.getvalue())) == PARTS | {"xl/new.xml": b"<a/>"}


def test_iterable_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "WIDE", 10_000)
    with pytest.raises(UnsafeToPatch, match="超过 4 GB"):
        rewrite(Package("客户.xlsx", zipped(PARTS)), io.BytesIO(), {SHEET: iter([b"x" * 10_001])})


def test_big_parts_get_64_bit_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "WIDE", 1000)
    after = rewritten(zipped(PARTS), {SHEET: b"x" * 1000})
    assert after.local_extra(SHEET)[:4] == struct.pack("<2H", 1, 16)
    assert contents(after) == PARTS | {SHEET: b"x" * 1000}


def test_extra_fields_and_comments_of_parts_survive() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(SHEET)
        info.extra = struct.pack("<2HBL", 0x5455, 5, 1, 1_700_000_000)
        info.comment = b"remark"
        archive.writestr(info, b"<a/>")
        archive.writestr("xl/other.xml", b"<b/>")
    (kept, _) = rewritten(buffer.getvalue(), {"xl/other.xml": b"<c/>"}).infos
    assert (kept.extra, kept.comment) == (info.extra, b"remark")


def test_old_code_page_names_are_kept() -> None:
    data = zipped({"xl/a?.xml": b"1", SHEET: b"2"}).replace(b"xl/a?.xml", b"xl/a\x82.xml")
    after = rewritten(data, {SHEET: b"3"})
    assert after.names == ("xl/aé.xml", SHEET)
    assert bytes(after.entry("xl/aé.xml")) == bytes(Package("", data).entry("xl/aé.xml"))


def test_without_the_fast_deflate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "_fast", zlib)
    monkeypatch.setattr(package_module, "_LEVEL", 1)
    assert contents(rewritten(zipped(PARTS), {SHEET: b"q" * 70_000})) == PARTS | {SHEET: b"q" * 70_000}


def test_openpyxl_opens_a_rewritten_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "张三"
    book.save(tmp_path / "a.xlsx")
    with Package.open(tmp_path / "a.xlsx") as package, (tmp_path / "b.xlsx").open("wb") as target:
        sheet = package.read(SHEET)
        rewrite(package, target, {SHEET: sheet.replace(b"</sheetData>", b'<row r="2"/></sheetData>')})
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["Sheet"]["A1"].value == "张三"


@settings(max_examples=60, deadline=None)
@given(
    parts=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
        st.binary(max_size=500),
        max_size=6,
    ),
    new=st.binary(max_size=2000),
    pick=st.integers(min_value=0, max_value=6),
)
def test_only_the_named_part_changes(parts: dict[str, bytes], new: bytes, pick: int) -> None:
    name = (*parts, "xl/added.xml")[min(pick, len(parts))]
    after = rewritten(zipped(parts), {name: new})
    assert contents(after) == parts | {name: new}
