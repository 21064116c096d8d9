"""Every hostile, broken or awkward workbook that we know of, and what must happen to it.

`HOSTILE[name].build(path)` writes the file (and lock files beside it). Whoever opens it must get
`error` with `says` in its one Chinese sentence, at the latest at `stage`, and the file's bytes must stay as
they are; where `error` is None, it must be read (wrong data is a finding) and `says` is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tests.workbooks import lists, packages
from xlcrm.errors import (
    HeadingMissing,
    HeadingRepeated,
    NotAWorkbook,
    SaveFailed,
    SheetAmbiguous,
    SheetMissing,
    UnsafeToPatch,
    WorkbookDamaged,
    WorkbookEncrypted,
    WorkbookError,
    WorkbookHostile,
    WorkbookMissing,
    WorkbookOpen,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Build = Callable[[Path], None]


class Stage(Enum):
    """Where in the life of an action the refusal comes."""

    INSPECT = "before anything is read"
    LOCKS = "when we ask who has it open"
    READ = "when a sheet is read"
    TABLES = "when the declared sheets and headings are looked for"
    WRITE = "when cells of the complaint sheet are written"
    FINE = "never"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: how to make it, and what must come of it."""

    build: Build
    stage: Stage
    error: type[WorkbookError] | None = None
    says: str = ""


def _refused(error: type[WorkbookError], says: str, **builds: Build) -> dict[str, Hostile]:
    return {name: Hostile(build, Stage.INSPECT, error, says) for name, build in builds.items()}


def _at(stage: Stage, error: type[WorkbookError], says: str, **builds: Build) -> dict[str, Hostile]:
    return {name: Hostile(build, stage, error, says) for name, build in builds.items()}


def _nothing(_: Path) -> None:
    """The path stays free."""


def _folder(path: Path) -> None:
    path.mkdir()


def _owned_by_excel(path: Path) -> None:
    lists.good(path)
    name = "王小明"
    narrow = name.encode("gbk")
    head = (bytes([len(narrow)]) + narrow).ljust(55, b" ")
    wide = bytes([len(name), 0]) + name.encode("utf-16-le")
    path.with_name(f"~${path.name}").write_bytes((head + wide).ljust(165, b" "))


def _owned_by_libreoffice(path: Path) -> None:
    lists.good(path)
    path.with_name(f".~lock.{path.name}#").write_text(
        "李雷,lilei,前台电脑,21.11.2026 09:30,file:///home/lilei;", "utf-8"
    )


def _read_only(path: Path) -> None:
    lists.good(path)
    path.chmod(0o444)


def _signed(path: Path) -> None:
    """As Excel marks a signed workbook; the signature itself need not be valid to be broken."""
    lists.good(path)
    content = packages.parts(path)
    content["_xmlsignatures/origin.sigs"] = b""
    content["_xmlsignatures/sig1.xml"] = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'
    relation = (
        b'<Relationship Id="rIdSig" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
        b'digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    )
    root = content[packages.ROOT_RELATIONS]
    content[packages.ROOT_RELATIONS] = root.replace(b"</Relationships>", relation)
    types = content[packages.CONTENT_TYPES]
    content[packages.CONTENT_TYPES] = types.replace(
        b"</Types>",
        b'<Default Extension="sigs" ContentType='
        b'"application/vnd.openxmlformats-package.digital-signature-origin"/>'
        b'<Override PartName="/_xmlsignatures/sig1.xml" ContentType='
        b'"application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"/></Types>',
    )
    path.write_bytes(packages.zipped(content))


_NOT_A_PACKAGE: Final = {
    **_refused(WorkbookMissing, "找不到工作簿", missing_file=_nothing),
    **_refused(NotAWorkbook, "是文件夹", folder=_folder),
    **_refused(WorkbookDamaged, "空文件", empty_file=packages.contains(b"")),
    **_refused(WorkbookDamaged, "全是空字节", only_zero_bytes=packages.contains(bytes(9000))),
    **_refused(NotAWorkbook, "未知格式", random_bytes=packages.contains(packages.noise())),
    **_refused(
        NotAWorkbook,
        "文本或 CSV",
        csv_utf8=packages.contains(packages.CSV.encode("utf-8-sig")),
        csv_gbk=packages.contains(packages.CSV.encode("gbk")),
        csv_utf16=packages.contains(packages.CSV.encode("utf-16")),
        csv_long=packages.contains((packages.CSV * 500).encode("gbk")),
    ),
    **_refused(NotAWorkbook, "网页（HTML）", html_table=packages.contains(packages.HTML)),
    **_refused(NotAWorkbook, "XML 电子表格 2003", xml_spreadsheet=packages.contains(packages.XML_2003)),
    **_refused(NotAWorkbook, "看起来是 XML 文件", plain_xml=packages.contains(b'<?xml version="1.0"?><a/>')),
    **_refused(NotAWorkbook, "PDF", pdf=packages.contains(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
    **_refused(NotAWorkbook, "RTF", rtf=packages.contains(b"{\\rtf1\\ansi hello}")),
    **_refused(NotAWorkbook, "图片", picture=packages.contains(b"\x89PNG\r\n\x1a\n" + bytes(50))),
    **_refused(NotAWorkbook, "GZ 压缩包", gzip=packages.contains(packages.GZIPPED)),
    **_refused(NotAWorkbook, "RAR 压缩包", rar=packages.contains(b"Rar!\x1a\x07\x01\x00" + bytes(50))),
    **_refused(
        NotAWorkbook,
        "旧版 Excel（.xls）或 WPS 表格（.et）",
        old_xls=packages.contains(packages.compound("Workbook")),
    ),
    **_refused(
        NotAWorkbook, "旧版 Excel（.xls）工作簿", excel_5=packages.contains(packages.compound("Book"))
    ),
    **_refused(NotAWorkbook, "Excel 4.0", excel_4=packages.contains(b"\x09\x04\x06\x00\x00\x04\x10\x00")),
    **_refused(NotAWorkbook, "Word（.doc）", old_doc=packages.contains(packages.compound("WordDocument"))),
    **_refused(
        NotAWorkbook, "旧版 Office 或 WPS", unknown_ole=packages.contains(packages.compound("Contents"))
    ),
    **_refused(WorkbookEncrypted, "打开密码", encrypted=packages.encrypted),
    **_refused(
        WorkbookEncrypted,
        "权限管理（IRM）",
        rights_managed=packages.contains(packages.compound("\tDRMContent", "\x06DataSpaces")),
    ),
    **_refused(NotAWorkbook, "空的压缩包", empty_zip=packages.contains(packages.zipped({}))),
    **_refused(NotAWorkbook, "普通压缩包", plain_zip=packages.contains(packages.PLAIN_ZIP)),
    **_refused(NotAWorkbook, "OpenDocument", ods=packages.contains(packages.OPEN_DOCUMENT)),
    **_refused(NotAWorkbook, "Word 文档（.docx）", docx=packages.contains(packages.WORD)),
    **_refused(NotAWorkbook, "PowerPoint", pptx=packages.contains(packages.POWERPOINT)),
    **_refused(NotAWorkbook, "二进制工作簿（.xlsb）", xlsb=packages.contains(packages.BINARY_WORKBOOK)),
    **_refused(NotAWorkbook, "Numbers", numbers=packages.contains(packages.NUMBERS)),
}

_BROKEN_ZIPS: Final = {
    **_refused(
        WorkbookDamaged,
        "没有下载或复制完整",
        truncated_to_a_tenth=packages.truncated(0.1),
        truncated_to_half=packages.truncated(0.5),
        truncated_near_the_end=packages.truncated(0.95),
        truncated_by_some_bytes=packages.changed(lambda data: data[:-10]),
        truncated_to_one_header=packages.changed(lambda data: data[:30]),
        end_overwritten=packages.changed(lambda data: data[:-200] + bytes(200)),
    ),
    **_refused(
        WorkbookDamaged,
        "校验值不符",
        flipped_byte=packages.flipped_byte,
        wrong_checksum=packages.lying(packages.SHEET, 16, "<L", lambda crc: crc ^ 1, local=14),
        size_too_small=packages.lying(packages.SHEET, 24, "<L", lambda size: size - 1, local=22),
        size_too_large=packages.lying(packages.SHEET, 24, "<L", lambda size: size + 1000, local=22),
        hidden_bomb=packages.hidden_bomb,
    ),
    **_refused(WorkbookDamaged, "压缩数据已损坏", broken_deflate=packages.broken_deflate),
    **_refused(
        WorkbookDamaged,
        "错误的位置",
        directory_points_elsewhere=packages.lying(packages.SHEET, 42, "<L", lambda _: 3),
    ),
    **_refused(
        WorkbookDamaged,
        "内容不完整",
        part_reaches_past_the_end=packages.lying(packages.SHEET, 20, "<L", lambda size: size + 99_999),
    ),
    **_refused(
        WorkbookDamaged,
        "压缩或加密方式",
        other_compression=packages.edited(lambda _: None, 12),
        deflate64=packages.lying(packages.SHEET, 10, "<H", lambda _: 9, local=8),
    ),
    **_refused(
        WorkbookEncrypted,
        "压缩包加了密码",
        encrypted_entry=packages.lying(packages.SHEET, 8, "<H", lambda flags: flags | 1, local=6),
        strongly_encrypted_entry=packages.lying(packages.SHEET, 8, "<H", lambda flags: flags | 0x41, local=6),
    ),
}

_HOSTILE_ZIPS: Final = {
    **_refused(
        WorkbookHostile,
        "压缩炸弹",
        zip_bomb=packages.zip_bomb,
        zip_bomb_in_pieces=packages.zip_bomb_in_pieces,
        declared_too_large=packages.lying(packages.SHEET, 24, "<L", lambda _: 0xF0000000, local=22),
        overlapping_parts=packages.lying(packages.SHEET, 20, "<L", lambda size: size + 50),
        part_inside_a_part=packages.quoted,
    ),
    **_refused(WorkbookHostile, "超过 20000 个", too_many_parts=packages.too_many_parts),
    **_refused(
        WorkbookHostile,
        "两个“xl/worksheets/sheet1.xml”",
        name_twice=packages.twice(packages.SHEET, "xl/worksheets/sheetX.xml"),
    ),
    **_refused(WorkbookHostile, "只差大小写", name_twice_but_for_case=packages.with_part("XL/Workbook.xml")),
    **_refused(
        WorkbookHostile,
        "不正常的路径",
        climbing_path=packages.with_part("xl/../../evil.xml"),
        absolute_path=packages.with_part("/etc/evil.xml"),
        drive_path=packages.with_part("C:evil.xml"),
        backslash_path=packages.with_part("xl\\evil.xml"),
        control_character_in_path=packages.twice("xl/evil\x01.xml", "xl/evil_.xml"),
    ),
    **_refused(WorkbookHostile, "名字不一致", other_name_in_the_header=packages.renamed_locally),
}

_HOSTILE_XML: Final = _refused(
    WorkbookHostile,
    "实体定义（DTD）",
    entity_bomb_in_workbook=packages.with_prolog(packages.WORKBOOK, packages.BILLION_LAUGHS),
    entity_bomb_in_strings=packages.with_prolog(packages.STRINGS, packages.BILLION_LAUGHS),
    entity_bomb_in_styles=packages.with_prolog(packages.STYLES, packages.BILLION_LAUGHS),
    entity_bomb_in_relations=packages.with_prolog(packages.WORKBOOK_RELATIONS, packages.BILLION_LAUGHS),
    entity_bomb_in_utf16=packages.with_prolog(packages.SHEET, packages.BILLION_LAUGHS, "utf-16"),
    entity_bomb_behind_a_comment=packages.with_prolog(
        packages.SHEET, b"<!--" + b"x" * 100_000 + b"-->" + packages.BILLION_LAUGHS
    ),
    external_entity_in_sheet=packages.with_prolog(packages.SHEET, packages.EXTERNAL_ENTITY),
    external_entity_in_content_types=packages.with_prolog(packages.CONTENT_TYPES, packages.EXTERNAL_ENTITY),
)

_BROKEN_PACKAGES: Final = {
    **_refused(
        NotAWorkbook,
        "残缺的工作簿",
        without_content_types=packages.without(packages.CONTENT_TYPES),
        without_root_relations=packages.without(packages.ROOT_RELATIONS),
        root_relations_to_nowhere=packages.replaced(
            packages.ROOT_RELATIONS, rb"xl/workbook\.xml", b"xl/nothing.xml"
        ),
        workbook_with_another_root=packages.with_part(packages.WORKBOOK, b"<chart/>"),
    ),
    **_refused(NotAWorkbook, "普通压缩包", without_workbook=packages.without(packages.WORKBOOK)),
    **_refused(
        WorkbookDamaged,
        "缺少部件“xl/_rels/workbook.xml.rels”",
        without_workbook_relations=packages.without(packages.WORKBOOK_RELATIONS),
    ),
    **_refused(
        WorkbookDamaged, "缺少部件“xl/worksheets/sheet1.xml”", without_sheet=packages.without(packages.SHEET)
    ),
    **_refused(
        WorkbookDamaged, "缺少部件“xl/sharedStrings.xml”", without_strings=packages.without(packages.STRINGS)
    ),
    **_refused(WorkbookDamaged, "缺少部件“xl/styles.xml”", without_styles=packages.without(packages.STYLES)),
    **_refused(
        WorkbookDamaged,
        "缺少部件“xl/worksheets/gone.xml”",
        relation_to_nowhere=packages.replaced(
            packages.WORKBOOK_RELATIONS, rb"worksheets/sheet1\.xml", b"worksheets/gone.xml"
        ),
    ),
    **_refused(
        WorkbookDamaged,
        "缺少部件“evil.xml”",
        relation_out_of_the_package=packages.replaced(
            packages.WORKBOOK_RELATIONS, rb"worksheets/sheet1\.xml", b"../../../evil.xml"
        ),
    ),
    **_refused(
        WorkbookDamaged,
        "不是完整的 XML",
        cut_workbook=packages.cut(packages.WORKBOOK, 0.6),
        cut_relations=packages.cut(packages.WORKBOOK_RELATIONS, 0.5),
        garbage_in_relations=packages.with_part(packages.WORKBOOK_RELATIONS, b"\0\1\2"),
    ),
}

_NO_DIMENSION: Final = (packages.SHEET, rb"<dimension[^>]*>", b"")
_OTHER_ENCODINGS: Final = {
    **_refused(
        UnsafeToPatch,
        "UTF-16 编码",
        utf16_sheet=packages.with_prolog(packages.SHEET, b"", "utf-16"),
        utf16_strings=packages.with_prolog(packages.STRINGS, b'<?xml version="1.0"?>', "utf-16"),
        utf16_without_mark=packages.with_prolog(packages.STYLES, b"", "utf-16-le"),
    ),
    **_refused(
        UnsafeToPatch,
        "GB2312 编码",
        gb2312_strings=packages.with_prolog(
            packages.STRINGS, b'<?xml version="1.0" encoding="gb2312"?>', "gb2312"
        ),
        gb2312_workbook=packages.with_prolog(
            packages.WORKBOOK, b"<?xml version='1.0' encoding='gb2312'?>", "gb2312"
        ),
    ),
}

_FAR_CELLS: Final = {
    **_at(
        Stage.READ,
        WorkbookHostile,
        "无法读取",
        cell_in_the_last_corner=lists.far_cell,
        cell_in_the_last_column=lists.far_column,
        far_cell_in_an_undeclared_size=packages.replaced(*_NO_DIMENSION, base=lists.far_cell),
        far_cell_in_a_prefixed_sheet=packages.prefixed(lists.far_cell),
    ),
    **_at(
        Stage.READ,
        WorkbookDamaged,
        "已损坏",
        row_number_of_31_bits=packages.replaced(
            packages.SHEET, rb'(r="[A-I]?)13"', rb'\g<1>2147483647"', count=0
        ),
        row_number_of_40_digits=packages.replaced(
            packages.SHEET, rb'(r="[A-I]?)13"', rb"\g<1>" + b"9" * 40 + b'"', count=0
        ),
        row_after_the_last=packages.replaced(packages.SHEET, rb'(r="[A-I]?)13"', rb'\g<1>1048577"', count=0),
        column_after_the_last=packages.replaced(packages.SHEET, rb'r="I13"', b'r="XFE13"'),
    ),
}


_IN_USE: Final = {
    **_at(Stage.LOCKS, WorkbookOpen, "王小明 正用 Excel 或 WPS", open_in_excel=_owned_by_excel),
    **_at(Stage.LOCKS, WorkbookOpen, "李雷（前台电脑", open_in_libreoffice=_owned_by_libreoffice),
}

_UNREADABLE_SHEETS: Final = _at(
    Stage.READ,
    WorkbookDamaged,
    "",
    cut_sheet=packages.cut(packages.SHEET, 0.5),
    cut_strings=packages.cut(packages.STRINGS, 0.5),
    garbage_in_sheet=packages.with_part(packages.SHEET, b"<worksheet><sheetData><row><<</row>"),
    string_index_out_of_range=packages.replaced(packages.SHEET, rb't="s"><v>\d+<', b't="s"><v>99999<'),
)

_OTHER_TABLES: Final = {
    **_at(Stage.TABLES, SheetMissing, "", no_known_sheet=lists.no_known_sheet),
    **_at(
        Stage.TABLES, SheetAmbiguous, lists.COMPLAINTS, two_sheets_of_one_table=lists.two_sheets_of_one_table
    ),
    **_at(
        Stage.TABLES,
        HeadingMissing,
        lists.COMPLAINTS,
        no_headings=lists.no_headings,
        empty_sheet=lists.empty_sheet,
    ),
    **_at(Stage.TABLES, HeadingMissing, "投诉编号", missing_heading=lists.missing_heading),
    **_at(Stage.TABLES, HeadingRepeated, "责任人", repeated_heading=lists.repeated_heading),
}

_UNSAFE_TO_WRITE: Final = {
    **_at(Stage.WRITE, SaveFailed, "只读", read_only_file=_read_only),
    **_at(Stage.WRITE, UnsafeToPatch, "受保护", protected_sheet=lists.protected_sheet),
    **_at(Stage.WRITE, UnsafeToPatch, "数字签名", signed=_signed),
    **_at(Stage.WRITE, UnsafeToPatch, lists.COMPLAINTS, array_formula_in_column_h=lists.array_formula),
}

_MUST_WORK: Final = {
    name: Hostile(build, Stage.FINE)
    for name, build in {
        "good": lists.good,
        "missing_sheet": lists.missing_sheet,
        "formats_to_the_last_corner": lists.formats_to_the_end,
        "every_row_formatted": lists.every_row_formatted,
        "stray_value_in_the_last_row": lists.stray_last_row,
        "without_dimension": packages.replaced(*_NO_DIMENSION),
        "title_above_headings": lists.title_above_headings,
        "merged_headings": lists.merged_headings,
        "untidy_headings": lists.untidy_headings,
        "text_in_date_column": lists.text_dates,
        "dates_of_1904": lists.dates_of_1904,
        "error_cells": lists.error_cells,
        "formulas_in_our_columns": lists.own_formulas,
        "numbers_as_ids": lists.numbers_as_ids,
        "text_that_looks_like_a_formula": lists.formula_like_text,
        "rows_after_a_gap": lists.rows_after_a_gap,
        "hidden_and_filtered": lists.hidden_and_filtered,
        "prefixed_sheet": packages.prefixed(lists.good),
        "stored_without_compression": packages.edited(lambda _: None, 0),
        "parts_in_another_order": packages.reordered,
        "data_descriptors": packages.streamed,
        "svg_with_a_document_type": packages.with_part(
            "xl/media/image1.svg",
            b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" ""><svg/>',
        ),
        "comment_before_the_root": packages.with_prolog(packages.SHEET, b"<!-- made by hand --><?note x?>"),
        "byte_order_mark": packages.with_prolog(packages.SHEET, b"", "utf-8-sig"),
        "folder_entries": packages.with_part("xl/empty/", b""),
    }.items()
}

HOSTILE: Final[dict[str, Hostile]] = {
    **_NOT_A_PACKAGE,
    **_BROKEN_ZIPS,
    **_HOSTILE_ZIPS,
    **_HOSTILE_XML,
    **_BROKEN_PACKAGES,
    **_OTHER_ENCODINGS,
    **_FAR_CELLS,
    **_IN_USE,
    **_UNREADABLE_SHEETS,
    **_OTHER_TABLES,
    **_UNSAFE_TO_WRITE,
    **_MUST_WORK,
}
"""Name -> file, in the order in which it would be refused."""
