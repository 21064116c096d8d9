"""Workbooks for the lossless writer: made by libraries, and by hand where no library writes such XML."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any, Protocol

import openpyxl
import pytest
import xlsxwriter

from tests.workbooks.charted import MARK, listed, series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/>'
    '</fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="2" fontId=\'0\'><alignment horizontal="center"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class HandMade(Protocol):
    """Builds a package around sheet XML."""

    def __call__(
        self,
        sheet: str | bytes,
        *,
        name: str = "手.xlsx",
        parts: Mapping[str, str | bytes] | None = None,
        sheet_rels: str = "",
        workbook: str = "",
        strict: bool = False,
        strings: tuple[str, ...] = (),
    ) -> Path:
        """Write the file and return its path."""


def relationships(rows: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


@pytest.fixture
def by_hand(tmp_path: Path) -> HandMade:
    """A package with one sheet 表 (xl/worksheets/sheet1.xml), styles, and whatever else is asked for."""

    def build(
        sheet: str | bytes,
        *,
        name: str = "手.xlsx",
        parts: Mapping[str, str | bytes] | None = None,
        sheet_rels: str = "",
        workbook: str = "",
        strict: bool = False,
        strings: tuple[str, ...] = (),
    ) -> Path:
        office = STRICT_OFFICE if strict else OFFICE
        main = STRICT if strict else MAIN
        default = (
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="表" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>"
        )
        shared = "".join(f"<si>{text}</si>" for text in strings)
        chained = "calcChain" in "".join(parts or ())
        content: dict[str, str | bytes] = {
            "[Content_Types].xml": (
                f'<Types xmlns="{PACKAGE}/content-types"><Default '
                'Extension="xml" ContentType="application/xml"/>'
                '<Default Extension="rels" ContentType='
                '"application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Override PartName="/xl/workbook.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
                '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
                '<Override PartName="/xl/styles.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
                '<Override PartName="/xl/sharedStrings.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
                '<Override PartName="/xl/calcChain.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>'
            ),
            "_rels/.rels": relationships(
                f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            ),
            "xl/workbook.xml": workbook or default,
            "xl/_rels/workbook.xml.rels": relationships(
                f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="rId2" Type="{office}/styles" Target="/xl/styles.xml"/>'
                f'<Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
                + (f'<Relationship Id="rId4" Type="{office}/calcChain" Target="calcChain.xml"/>' * chained)
            ),
            "xl/worksheets/sheet1.xml": sheet,
            "xl/styles.xml": STYLES.replace(MAIN, main),
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{shared}</sst>',
        }
        if sheet_rels:
            content["xl/worksheets/_rels/sheet1.xml.rels"] = relationships(sheet_rels)
        content |= parts or {}
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, text in content.items():
                archive.writestr(part, text)
        return path

    return build


@pytest.fixture
def sheet_of() -> Callable[..., str]:
    """A worksheet's XML around rows: `sheet_of('<row r="1">…', before='…', after='…')`."""

    def build(rows: str, *, before: str = "", after: str = "") -> str:
        return (
            f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}'
            f"<sheetData>{rows}</sheetData>{after}</worksheet>"
        )

    return build


@pytest.fixture
def ordinary(tmp_path: Path) -> Path:
    """客户: a list of 5 rows as XlsxWriter writes it (shared strings); 其他: empty."""
    path = tmp_path / "客户.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("客户")
    time_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, ["编号", "姓名", "金额", "时间"])
    for row in range(1, 6):
        sheet.write_row(row, 0, [f"K{row}", "张三", row * 1.5])
        sheet.write_datetime(row, 3, dt.datetime(2026, 1, row, 9, 30), time_format)
    book.add_worksheet("其他")
    book.close()
    return path


class Reader(Protocol):
    """Reads a sheet's values."""

    def __call__(self, path: Path, sheet: str = "表") -> dict[str, Any]:
        """Values by cell name, empty cells left out."""


@pytest.fixture
def read() -> Reader:
    """What openpyxl reads."""

    def values(path: Path, sheet: str = "表") -> dict[str, Any]:
        book = openpyxl.load_workbook(path)
        found = {c.coordinate: c.value for row in book[sheet].iter_rows() for c in row if c.value is not None}
        book.close()
        return found

    return values


@pytest.fixture
def part() -> Callable[[Path, str], str]:
    """One part's text."""

    def text(path: Path, name: str = "xl/worksheets/sheet1.xml") -> str:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name).decode()

    return text


@pytest.fixture
def raw_parts() -> Callable[[Path], dict[str, bytes]]:
    """Compressed bytes of every part."""

    def raw(path: Path) -> dict[str, bytes]:
        data = path.read_bytes()
        found = {}
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                at = info.header_offset
                skip = 30 + int.from_bytes(data[at + 26 : at + 28], "little")
                skip += int.from_bytes(data[at + 28 : at + 30], "little")
                found[info.filename] = data[at + skip : at + skip + info.compress_size]
        return found

    return raw


@pytest.fixture
def charted(tmp_path: Path) -> Path:
    """A list, and a chart of it on another sheet, its title bound to A2."""
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    listed(book)
    chart = series(book, {"type": "column"}, fill={"color": "#1F4E78"}, trendline={"type": "linear"})
    chart.set_title({"name": f"={MARK}$A$2", "name_font": {"size": 11, "color": "#C00000"}})
    book.add_worksheet("图表").insert_chart("B2", chart)
    book.close()
    return path
