"""The look before reading: honest files pass whatever their size and shape; limits stop the others.

What hostile files get is tested in `test_hostile.py`, over the registry of all of them.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.workbooks import lists, packages
from xlcrm.errors import (
    NotAWorkbook,
    UnsafeToPatch,
    WorkbookDamaged,
    WorkbookError,
    WorkbookHostile,
    WorkbookInUse,
    WorkbookMissing,
)
from xlcrm.workbook import safety
from xlcrm.workbook.patch.package import Package, raw_bytes, rewrite
from xlcrm.workbook.safety import encoding_of, has_dtd, inspect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "客户投诉.xlsx"
    lists.good(path)
    return path


def add(path: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)


def test_good_workbook_of_xlsxwriter(book: Path) -> None:
    inspect(book)


def test_good_workbook_of_openpyxl(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "新.xlsx")
    inspect(tmp_path / "新.xlsx")


def test_workbook_with_macros_and_absolute_targets(book: Path) -> None:
    packages.replaced(packages.ROOT_RELATIONS, rb'Target="xl/workbook', b'Target="/xl/workbook')(book)
    add(book, "xl/vbaProject.bin", os.urandom(50_000))
    inspect(book)


def test_workbook_under_another_name_than_usual(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"

    def move(content: dict[str, bytes]) -> None:
        for old, new in (
            ("xl/workbook.xml", "book.xml"),
            ("xl/_rels/workbook.xml.rels", "_rels/book.xml.rels"),
        ):
            content[new] = content.pop(old)
        root, book = packages.ROOT_RELATIONS, "_rels/book.xml.rels"
        content[root] = content[root].replace(b"xl/workbook.xml", b"book.xml")
        content[book] = content[book].replace(b'Target="', b'Target="xl/')

    packages.edited(move)(path)
    inspect(path)


def test_external_targets_need_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    packages.replaced(
        packages.WORKBOOK_RELATIONS,
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="x/worksheet" Target="file:///C:/a.xlsx" TargetMode="External"/>'
        b"</Relationships>",
    )(path)
    inspect(path)


def test_blank_bitmap_is_no_bomb(book: Path) -> None:
    add(book, "xl/media/image1.bmp", bytes(30 << 20))
    inspect(book)


@pytest.mark.slow
def test_repetitive_sheet_is_no_bomb(book: Path) -> None:
    rows = (
        b'<row r="%d">%b</row>' % (row, b"".join(b'<c r="%c%d" s="5"/>' % (65 + at, row) for at in range(20)))
        for row in range(1, 120_000)
    )
    add(book, "xl/worksheets/sheet9.xml", b"<worksheet><sheetData>" + b"".join(rows))
    inspect(book)


def test_folder_in_place_of_the_parent(tmp_path: Path, book: Path) -> None:
    with pytest.raises(WorkbookMissing):
        inspect(book / "客户.xlsx")
    with pytest.raises(WorkbookMissing, match="没有这个文件夹"):
        inspect(tmp_path / "没有这个文件夹" / "客户.xlsx")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes in the file system")
def test_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道.xlsx")
    with pytest.raises(NotAWorkbook, match="不是普通文件"):
        inspect(tmp_path / "管道.xlsx")


def test_file_that_cannot_be_opened(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(type(book), "read_bytes", denied)
    with pytest.raises(WorkbookInUse, match="没有读取权限"):
        inspect(book)


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [
        ("_FILE_LIMIT", 1000, "超过 0 MB 的上限"),
        ("_PART_LIMIT", 1000, "压缩炸弹"),
        ("_TOTAL_LIMIT", 5000, "压缩炸弹"),
        ("_ENTRY_LIMIT", 5, "超过 5 个的上限"),
    ],
)
def test_limits(book: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, says: str) -> None:
    monkeypatch.setattr(safety, limit, value)
    with pytest.raises(WorkbookHostile, match=says):
        inspect(book)


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE a>",
        b"<!doctype a>",
        b'<?xml version="1.0"?>\r\n<!-- x -->\n<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        b"\xef\xbb\xbf<!DOCTYPE a>",
        "<?xml version='1.0'?><!DOCTYPE a>".encode("utf-16"),
        "<!DOCTYPE a>".encode("utf-16-le"),
        "<!DOCTYPE a>".encode("utf-16-be"),
        b"<!--" + b"x" * safety._PROLOG_LIMIT,
        b" " * safety._PROLOG_LIMIT,
        b"<?x " + b"<" * safety._PROLOG_LIMIT,
    ],
)
def test_dtd_or_hiding_prolog(head: bytes) -> None:
    assert has_dtd(head[: safety._PROLOG_LIMIT])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"not xml",
        b"<a/>",
        b"<a><!DOCTYPE in text is for the parser></a>",
        b'\xef\xbb\xbf<?xml version="1.0"?><a/>',
        "<?xml version='1.0'?><!-- 客户 --><a/>".encode("utf-16"),
        b"<a>" + b"x" * safety._PROLOG_LIMIT,
        b"<!-- <!DOCTYPE a> --><a/>",
        b"\xff\xfe\x00\xd8",
    ],
)
def test_no_dtd(head: bytes) -> None:
    assert not has_dtd(head[: safety._PROLOG_LIMIT])


def _converted(book: Path, kind: str) -> Path:
    """The workbook as LibreOffice saves it in another format, under an .xlsx name."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    profile = (book.parent / "profile").as_uri()
    folder = book.parent / "out"
    subprocess.run(
        [
            *(office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind),
            *("--outdir", str(folder), str(book)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    (made,) = folder.iterdir()
    return made.rename(book.with_name("转换.xlsx"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "looks"),
    [
        ("ods", "OpenDocument"),
        ("xls", "旧版 Excel（.xls）"),
        ("html", "网页（HTML）"),
        ("csv", "文本或 CSV"),
        ("pdf", "PDF"),
        ("fods", "看起来是 XML 文件"),
    ],
)
def test_files_that_a_real_program_makes(book: Path, kind: str, looks: str) -> None:
    with pytest.raises(NotAWorkbook, match=looks):
        inspect(_converted(book, kind))


@pytest.mark.slow
def test_workbook_of_libreoffice(book: Path) -> None:
    made = _converted(book, "xlsx")
    inspect(made)
    with Package.open(made) as before, made.with_suffix(".2.xlsx").open("w+b") as target:
        rewrite(before, target, {packages.WORKBOOK: before.read(packages.WORKBOOK)})
        target.seek(0)
        after = Package("新.xlsx", target.read())
        assert after.names == before.names
        for name in before.names:
            assert after.read(name) == before.read(name)
            if name != packages.WORKBOOK:
                assert raw_bytes(after, name) == raw_bytes(before, name)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"<a/>", "UTF-8"),
        (b'<?xml version="1.0"?><a encoding="gbk"/>', "UTF-8"),
        (b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>', "UTF-8"),
        (b"\xef\xbb\xbf<?xml version='1.0' encoding = 'GB2312'?>", "GB2312"),
        ("<a/>".encode("utf-16"), "UTF-16"),
        ("<a/>".encode("utf-16-be"), "UTF-16"),
    ],
)
def test_encoding_of(head: bytes, encoding: str) -> None:
    assert encoding_of(head) == encoding


@pytest.mark.slow
def test_damaged_workbooks_never_raise_anything_else(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311  # test data
    path = tmp_path / "客户.xlsx"
    good = packages.good_bytes(path)
    passed = 0
    for _ in range(1500):
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 2, 8, 100))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        path.write_bytes(bytes(data))
        try:
            inspect(path)
        except WorkbookError:
            continue
        passed += 1
    # A changed date or comment harms nobody; most changes are found.
    assert passed < 500


@pytest.mark.slow
def test_parts_of_random_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    chance = random.Random(12)  # noqa: S311  # test data
    path = tmp_path / "客户.xlsx"
    lists.good(path)
    sound = packages.parts(path)
    for _ in range(400):
        content = dict(sound)
        name = chance.choice([packages.WORKBOOK, packages.WORKBOOK_RELATIONS, packages.ROOT_RELATIONS])
        part = bytearray(content[name])
        for _ in range(chance.choice((1, 3, 20))):
            part[chance.randrange(len(part))] = chance.randrange(256)
        content[name] = bytes(part)
        path.write_bytes(packages.zipped(content))
        try:
            inspect(path)
        except (WorkbookDamaged, NotAWorkbook, WorkbookHostile, UnsafeToPatch):
            continue
