"""A look at a file before anything reads it: is it a workbook, is it whole, is it built to hurt?"""

from __future__ import annotations

import posixpath
import re
import stat
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from xlcrm.errors import (
    NotAWorkbook,
    UnsafeToPatch,
    WorkbookDamaged,
    WorkbookEncrypted,
    WorkbookHostile,
    WorkbookMissing,
)
from xlcrm.workbook.formats import OLE, ZIP, describe, describe_zip
from xlcrm.workbook.patch.package import Package, read_file

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

# Bombs inflate 1000:1. Big honest workbooks are 7:1, sheets of empty formatted cells up to 60:1; only vector
# pictures come near 200:1, and those are small.
_FILE_LIMIT: Final = 512 << 20
_PART_LIMIT: Final = 1 << 30
_TOTAL_LIMIT: Final = 2 << 30
_RATIO_LIMIT: Final = 200
_RATIO_FROM: Final = 32 << 20
_ENTRY_LIMIT: Final = 20_000
_PROLOG_LIMIT: Final = 1 << 16
_START: Final = 4096  # bytes that tell what a foreign file is

_ENCRYPTED_FLAGS: Final = 0x1 | 0x40 | 0x2000
_CONTENT_TYPES: Final = "[Content_Types].xml"
_ROOT_RELATIONS: Final = "_rels/.rels"
_PROLOG: Final = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_UTF16: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_DECLARED: Final = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\b[^>]*?\sencoding\s*=\s*[\"']([\w.-]+)")
_ENCODINGS: Final = frozenset({"UTF-8", "UTF8", "US-ASCII", "ASCII"})
_READ_TYPES: Final = ("/worksheet", "/sharedStrings", "/styles")


def inspect(path: Path) -> None:
    """Refuse a file that must not, or cannot, be read as a workbook.

    Takes the time of inflating it once (0.1 s for 100 MB of sheets) and no more memory than the file.

    Raises:
        WorkbookMissing: no such file.
        NotAWorkbook: something else than .xlsx or .xlsm; the sentence says what it looks like.
        WorkbookEncrypted: it needs a password.
        WorkbookDamaged: parts are missing, cut short or do not match their checksum.
        WorkbookHostile: it is built to exhaust or mislead its reader.
        UnsafeToPatch: a part that we read is not in UTF-8.
        WorkbookInUse: the system does not let us read it.
    """
    title = path.name
    _check_file(path)
    data = read_file(path)
    if not data.startswith(ZIP):
        raise _not_a_package(title, data if data.startswith(OLE) else data[:_START])
    with Package(title, data) as package:
        _check_directory(package)
        _check_kind(package)
        _check_prologs(package)
        _check_workbook(package)
        for name in package.names:
            package.verify(name)


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise WorkbookMissing(f"找不到工作簿“{path}”，请检查路径和文件名。") from None
    if stat.S_ISDIR(status.st_mode):
        raise NotAWorkbook(f"“{path}”是文件夹，不是工作簿，请选择其中的 .xlsx 或 .xlsm 文件。")
    if not stat.S_ISREG(status.st_mode):
        raise NotAWorkbook(f"“{path}”不是普通文件，请选择 .xlsx 或 .xlsm 文件。")
    if status.st_size == 0:
        raise WorkbookDamaged(f"“{path.name}”是空文件（0 字节），请重新取得完整的文件或取回备份。")
    if status.st_size > _FILE_LIMIT:
        raise WorkbookHostile(
            f"“{path.name}”有 {status.st_size >> 20} MB，超过 {_FILE_LIMIT >> 20} MB 的上限，"
            "请先归档旧数据或删去大图片。"
        )


def _not_a_package(title: str, data: bytes) -> NotAWorkbook | WorkbookEncrypted | WorkbookDamaged:
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        return WorkbookEncrypted(f"“{title}”设有打开密码，请用 Excel 打开并取消密码后再试。")
    if data.startswith(OLE) and "DRMContent".encode("utf-16-le") in data:
        return WorkbookEncrypted(f"“{title}”受权限管理（IRM）保护，请用 Excel 打开并取消限制后再试。")
    if not data.strip(b"\0"):
        return WorkbookDamaged(f"“{title}”已损坏：内容全是空字节，请重新取得完整的文件或取回备份。")
    looks = describe(data)
    return NotAWorkbook(
        f"“{title}”不是 Excel 工作簿，看起来是{looks}，请用 Excel 或 WPS 打开后另存为 .xlsx 再试。"
    )


def _check_directory(package: Package) -> None:
    """What the central directory alone can tell."""
    title, infos = package.title, package.infos
    if len(infos) > _ENTRY_LIMIT:
        raise WorkbookHostile(
            f"“{title}”的压缩包里有 {len(infos)} 个部件，超过 {_ENTRY_LIMIT} 个的上限，"
            "不是正常的工作簿，请勿使用。"
        )
    folded: set[str] = set()
    for info in infos:
        name = info.orig_filename
        _check_name(title, name)
        if name.casefold() in folded:
            raise WorkbookHostile(
                f"“{title}”的压缩包里有两个只差大小写的部件“{name}”，无法确定哪个有效，"
                "请用 Excel 打开后另存一份再试。"
            )
        folded.add(name.casefold())
        if info.flag_bits & _ENCRYPTED_FLAGS:
            raise WorkbookEncrypted(f"“{title}”的压缩包加了密码，请解压后用 Excel 重新另存为 .xlsx。")
        _check_size(title, info)
    total = sum(info.file_size for info in infos)
    if total > _TOTAL_LIMIT:
        raise _bomb(title, total)
    _check_overlaps(package)


def _check_name(title: str, name: str) -> None:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or not name.isprintable():
        shown = "".join(letter if letter.isprintable() else "?" for letter in name)
        raise WorkbookHostile(f"“{title}”的压缩包里有不正常的路径“{shown}”，文件可能被人动过手脚，请勿使用。")


def _check_size(title: str, info: zipfile.ZipInfo) -> None:
    size = info.file_size
    packed = max(info.compress_size, 1)
    if size > _PART_LIMIT or (size > _RATIO_FROM and size > _RATIO_LIMIT * packed):
        raise _bomb(title, size)


def _bomb(title: str, size: int) -> WorkbookHostile:
    return WorkbookHostile(
        f"“{title}”解压后有 {size >> 20} MB，像是“压缩炸弹”，为了不拖垮电脑没有打开，请确认文件来源。"
    )


def _check_overlaps(package: Package) -> None:
    """Two parts that share bytes: a bomb in disguise, or two readings of one file."""
    before = 0
    for info in sorted(package.infos, key=lambda each: each.header_offset):
        _, end = package.span(info.orig_filename)
        if info.header_offset < before:
            raise WorkbookHostile(
                f"“{package.title}”的压缩包里部件“{info.orig_filename}”与别的部件重叠，像是“压缩炸弹”，请勿使用。"
            )
        before = end


def _check_kind(package: Package) -> None:
    if _CONTENT_TYPES not in package or _ROOT_RELATIONS not in package:
        raise _other_zip(package)


def _other_zip(package: Package) -> NotAWorkbook:
    return NotAWorkbook(
        f"“{package.title}”不是 Excel 工作簿，看起来是{describe_zip(package.names)}，"
        "请用 Excel 或 WPS 打开后另存为 .xlsx 再试。"
    )


def _check_prologs(package: Package) -> None:
    for name in package.names:
        readable = name.lower().endswith((".xml", ".rels", ".vml")) and not name.startswith("customXml/")
        if readable and has_dtd(package.head(name, _PROLOG_LIMIT)):
            raise WorkbookHostile(
                f"“{package.title}”的部件“{name}”里有实体定义（DTD），正常的工作簿不会有，像是“实体炸弹”，请勿使用。"
            )


def has_dtd(head: bytes) -> bool:
    """Whether a document type stands before the root element, or hides behind a prolog of 64 KB."""
    encoding = _UTF16.get(head[:2])
    if encoding is not None:
        head = head.decode(encoding, errors="ignore").encode()
    head = head.removeprefix(b"\xef\xbb\xbf")
    prolog = _PROLOG.match(head)
    root = head[prolog.end() if prolog else 0 :]
    return root[:2] == b"<!" or (len(head) >= _PROLOG_LIMIT // 2 and re.match(rb"<[^!?]", root) is None)


def _check_workbook(package: Package) -> None:
    """The workbook part, and the parts that it needs, are there."""
    title = package.title
    main = [
        target
        for kind, target in _relations(package, "")
        if kind.endswith("/officeDocument") and not target.endswith(".bin")
    ]
    if not main or _root_tag(package, main[0]) != "workbook":
        raise _other_zip(package)
    needed = [target for kind, target in _relations(package, main[0]) if kind.endswith(_READ_TYPES)]
    for name in needed:
        if name not in package:
            raise WorkbookDamaged(
                f"“{title}”已损坏：缺少部件“{name}”，请用 Excel 打开并修复后另存，或取回备份。"
            )
        _check_encoding(package, name)


def _check_encoding(package: Package, name: str) -> None:
    """Readers take every part for UTF-8; the native one then finds an empty sheet, and says nothing."""
    encoding = encoding_of(package.head(name, _START))
    if encoding not in _ENCODINGS:
        raise UnsafeToPatch(
            f"“{package.title}”的部件“{name}”用的是 {encoding} 编码，不是 UTF-8，"
            "请用 Excel 打开后另存一份再试。"
        )


def encoding_of(head: bytes) -> str:
    """The encoding that an XML part has by its first bytes or declares, in capitals."""
    if head[:2] in _UTF16:
        return "UTF-16"
    declared = _DECLARED.match(head)
    return declared[1].decode().upper() if declared else "UTF-8"


def _root_tag(package: Package, name: str) -> str:
    if name not in package:
        return ""
    return _local(_parse(package, name).tag)


def _relations(package: Package, name: str) -> list[tuple[str, str]]:
    """Type and target of each internal relation of a part, or of the package itself for ""."""
    folder, base = posixpath.split(name)
    relations = posixpath.join(folder, "_rels", f"{base}.rels")
    if relations not in package:
        raise WorkbookDamaged(
            f"“{package.title}”已损坏：缺少部件“{relations}”，请用 Excel 打开并修复后另存，或取回备份。"
        )
    return [
        (each.get("Type", ""), posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))[1:])
        for each in _parse(package, relations)
        if _local(each.tag) == "Relationship" and each.get("TargetMode") != "External"
    ]


def _parse(package: Package, name: str) -> ET.Element:
    _check_encoding(package, name)
    try:
        return ET.fromstring(package.read(name))  # noqa: S314  # parts with a DTD are refused before
    except (ET.ParseError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
        raise WorkbookDamaged(
            f"“{package.title}”已损坏：部件“{name}”不是完整的 XML，请用 Excel 打开并修复后另存，或取回备份。"
        ) from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
