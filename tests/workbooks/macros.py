"""Macro workbooks as time and their users leave them: an older xlwings, modules and sheets of their own."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from xlcrm.templates.macro_sources import book_modules
from xlcrm.templates.vba import Module, ModuleKind, vba_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PROJECT: Final = "xl/vbaProject.bin"
RIBBON: Final = "customUI/customUI.xml"
OLD_RIBBON: Final = (
    b'<customUI xmlns="http://schemas.microsoft.com/office/2006/01/customui"><ribbon><tabs>'
    b'<tab id="XlcrmTab" label="old"/></tabs></ribbon></customUI>'
)
OWN_SHEET: Final = "自己的表"
OWN_CODE_NAME: Final = "Sheet77"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET: Final = (
    f'<worksheet xmlns="{_MAIN}"><sheetPr codeName="{OWN_CODE_NAME}"/><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>mine</t></is></c></row></sheetData></worksheet>'
)


def edited(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a package anew with parts changed, added or taken out."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def older(modules: Sequence[Module], version: str = "0.30.1") -> list[Module]:
    """The same modules with another xlwings, which has a helper less, and no help for functions."""
    text = "Public Const XLWINGS_VERSION As String = "
    return [
        Module(
            module.name,
            re.sub(f'{text}"[^"]+"', f'{text}"{version}"', module.source).replace(
                "CheckConda", "LookAtConda"
            ),
            module.kind,
        )
        for module in modules
        if module.name != "XlcrmHelp"
    ]


def with_project(path: Path, modules: Sequence[Module]) -> None:
    """Give a macro workbook another project."""
    edited(path, lambda parts: parts.update({PROJECT: vba_project(modules)}))


def modules_of(path: Path) -> list[Module]:
    """All modules of a new workbook with as many sheets as this one."""
    with zipfile.ZipFile(path) as package:
        return book_modules(package.read("xl/workbook.xml").count(b"<sheet "))


def aged(path: Path) -> None:
    """What `older` says, and a ribbon of old."""
    with_project(path, older(modules_of(path)))
    edited(path, lambda parts: parts.update({RIBBON: OLD_RIBBON}))


def add_own_sheet(path: Path) -> None:
    """A sheet as Excel adds one: with a code name, and a document module that asks for declarations."""
    modules = [*modules_of(path), Module(OWN_CODE_NAME, "Option Explicit\r\n", ModuleKind.DOCUMENT)]

    def change(parts: dict[str, bytes]) -> None:
        _insert(
            parts,
            "[Content_Types].xml",
            '<Override PartName="/xl/worksheets/own.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        )
        _insert(
            parts,
            "xl/_rels/workbook.xml.rels",
            '<Relationship Id="rIdOwn" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/worksheet" Target="worksheets/own.xml"/></Relationships>',
        )
        _insert(parts, "xl/workbook.xml", f'<sheet name="{OWN_SHEET}" sheetId="777" r:id="rIdOwn"/></sheets>')
        parts["xl/worksheets/own.xml"] = _SHEET.encode()
        parts[PROJECT] = vba_project(older(modules))

    edited(path, change)


def _insert(parts: dict[str, bytes], name: str, xml: str) -> None:
    """Put XML in the place of the closing tag with which it ends."""
    closing = xml[xml.rindex("</") :].encode()
    assert parts[name].count(closing) == 1
    parts[name] = parts[name].replace(closing, xml.encode())
