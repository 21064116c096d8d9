"""What a file looks like, told from its first bytes."""

from __future__ import annotations

import pytest

from tests.workbooks.packages import compound
from xlcrm.workbook.formats import describe, describe_zip


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.4", " PDF 文档"),
        (b"PK\x05\x06" + bytes(18), "空的压缩包"),
        (b"PK\x07\x08PK\x03\x04", "残缺或分卷的压缩包"),
        (b"\x09\x08\x10\x00", "旧版 Excel（.xls）工作簿"),
        (compound("Workbook"), "旧版 Excel（.xls）或 WPS 表格（.et）工作簿"),
        (compound("PowerPoint Document"), "旧版 PowerPoint（.ppt）演示文稿"),
        (compound("Other"), "旧版 Office 或 WPS 文件"),
        (b"<!-- x --> <TABLE border=1>", "网页（HTML）文件"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "网页（HTML）文件"),
        (b"<?xml version='1.0'?><a/>", " XML 文件"),
        ("客户,金额\n张三,5".encode(), "文本或 CSV 文件"),
        ("客户,金额\n张三,5".encode("gbk"), "文本或 CSV 文件"),
        ("客户,金额\n张三,5".encode("utf-16"), "文本或 CSV 文件"),
        (b"a\x00b\x01c", "未知格式的文件"),
    ],
)
def test_describe(data: bytes, name: str) -> None:
    assert describe(data) == name


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("cut", [1, 2])
def test_text_cut_inside_a_character_is_still_text(encoding: str, cut: int) -> None:
    assert describe(("客户编号" * 100).encode(encoding)[:-cut]) == "文本或 CSV 文件"


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["xl/workbook.bin", "[Content_Types].xml"], "二进制工作簿（.xlsb）"),
        (["word/document.xml"], " Word 文档（.docx）"),
        (["mimetype", "content.xml"], " OpenDocument 文件（.ods 等）"),
        (["照片.jpg"], "普通压缩包"),
    ],
)
def test_describe_zip(names: list[str], name: str) -> None:
    assert describe_zip(names) == name
