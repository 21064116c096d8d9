"""What a file that is no workbook looks like, in the user's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAGIC: Final = (
    (b"PK\x05\x06", "空的压缩包"),
    (b"PK", "残缺或分卷的压缩包"),
    (b"%PDF", " PDF 文档"),
    (b"{\\rtf", " RTF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"Rar!", " RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", " 7z 压缩包"),
    (b"\x1f\x8b", " GZ 压缩包"),
    (b"\x09\x00\x04\x00", "很旧的 Excel 2.0 工作簿"),
    (b"\x09\x02\x06\x00", "很旧的 Excel 3.0 工作簿"),
    (b"\x09\x04\x06\x00", "很旧的 Excel 4.0 工作簿"),
    (b"\x09\x08", "旧版 Excel（.xls）工作簿"),
)
_STREAMS: Final = (
    ("WordDocument", "旧版 Word（.doc）文档"),
    ("PowerPoint Document", "旧版 PowerPoint（.ppt）演示文稿"),
    ("Workbook", "旧版 Excel（.xls）或 WPS 表格（.et）工作簿"),
    ("Book", "旧版 Excel（.xls）工作簿"),
)
_ZIP_PARTS: Final = (
    ("xl/workbook.bin", "二进制工作簿（.xlsb）"),
    ("xl/workbook.xml", "残缺的工作簿"),
    ("word/document.xml", " Word 文档（.docx）"),
    ("ppt/presentation.xml", " PowerPoint 演示文稿（.pptx）"),
    ("content.xml", " OpenDocument 文件（.ods 等）"),
    ("Index/Document.iwa", "苹果 Numbers 或 Pages 文件"),
)
_HTML: Final = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table|meta|style)\b", re.IGNORECASE | re.DOTALL
)
_PRINTABLE: Final = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f\ufffd]*")


def describe(data: bytes) -> str:
    """The kind of a file, from its first bytes (all of them for OLE files).

    Fits behind “看起来是”: a Latin name brings its own space.
    """
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data.startswith(OLE):
        streams = (name for stream, name in _STREAMS if stream.encode("utf-16-le") in data)
        return next(streams, "旧版 Office 或 WPS 文件")
    text = _text(data)
    return "未知格式的文件" if text is None else _describe_text(text)


def _describe_text(text: str) -> str:
    if "schemas-microsoft-com:office:spreadsheet" in text:
        return "“XML 电子表格 2003”文件"
    if _HTML.match(text):
        return "网页（HTML）文件"
    return " XML 文件" if text.lstrip().startswith("<?xml") else "文本或 CSV 文件"


def describe_zip(names: Collection[str]) -> str:
    """The kind of a zip that is no workbook, from the names of its parts."""
    for part, name in _ZIP_PARTS:
        if part in names:
            return name
    return "普通压缩包"


def _text(data: bytes) -> str | None:
    """The start of a text file in any encoding that offices use; None for binary data."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="ignore")
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
        # The last character may be cut in half where our look at the file ends.
        if _PRINTABLE.fullmatch(text.rstrip("\ufffd")):
            return text
    return None
