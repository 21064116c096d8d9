"""A module's source as Office stores it: attributes, line ends, and what VBA would refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import xlwings

from tests.templates.vba.reading import stored_source
from xlcrm.templates.vba import WORKBOOK, Module, ModuleKind, document_modules

XLWINGS: Final = Path(xlwings.__file__).parent


def source(name: str) -> str:
    return (XLWINGS / name).read_bytes().decode("ascii")


def attributes(module: Module) -> dict[str, str]:
    lines = [line for line in module.text.split("\r\n") if line.startswith("Attribute VB_")]
    return dict(line.removeprefix("Attribute ").split(" = ", 1) for line in lines)


def test_a_typed_module_is_given_its_name() -> None:
    assert (
        Module("Buttons", "Sub Go()\nEnd Sub").text
        == 'Attribute VB_Name = "Buttons"\r\nSub Go()\r\nEnd Sub\r\n'
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends_become_those_of_vba(end: str) -> None:
    typed = Module("A", end.join(["Option Explicit", "", "Sub Go()", "End Sub", "", ""]))
    assert typed.text == 'Attribute VB_Name = "A"\r\nOption Explicit\r\n\r\nSub Go()\r\nEnd Sub\r\n'


@pytest.mark.parametrize("name", ["xlwings.bas", "xlwings_custom_addin.bas"])
def test_an_exported_module_is_stored_as_it_is(name: str) -> None:
    assert Module("xlwings", source(name)).text.rstrip() == source(name).rstrip()


def test_a_class_is_stored_as_excel_stores_it() -> None:
    shipped = stored_source(XLWINGS / "quickstart_standalone.xlsm", "Dictionary")
    module = Module("Dictionary", source("addin/Dictionary.cls"), ModuleKind.CLASS)
    stored = shipped.decode("ascii")
    assert module.text.split("\r\n")[:10] == stored.split("\r\n")[:10]
    assert module.text.lower() == stored.lower()  # Excel's editor changed the capitals of some words


def test_a_typed_class_is_given_all_that_makes_it_one() -> None:
    assert attributes(Module("Thing", "Public A As Long\n", ModuleKind.CLASS)) == {
        "VB_Name": '"Thing"',
        "VB_Base": '"0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"',
        "VB_GlobalNameSpace": "False",
        "VB_Creatable": "False",
        "VB_PredeclaredId": "False",
        "VB_Exposed": "False",
        "VB_TemplateDerived": "False",
        "VB_Customizable": "False",
    }


def test_what_a_class_says_of_itself_stands() -> None:
    head = 'Attribute VB_Name = "Thing"\nAttribute VB_Exposed = True\nAttribute VB_Description = "a b"\n'
    found = attributes(Module("Thing", head + "Public A As Long\n", ModuleKind.CLASS))
    assert found["VB_Exposed"] == "True"
    assert list(found)[-1] == "VB_Description"


def test_attributes_of_procedures_stay_in_their_place() -> None:
    lines = ["Function F()", 'Attribute F.VB_Description = "what"', "End Function"]
    assert Module("A", "\n".join(lines)).text.split("\r\n")[1:4] == lines


def test_a_preamble_is_dropped_and_a_version_elsewhere_is_not() -> None:
    preamble = "VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  'True\nEND\n"
    code = "' VERSION 1.0 CLASS\nSub A()\nEnd Sub\n"
    assert Module("T", preamble + code, ModuleKind.CLASS).text == Module("T", code, ModuleKind.CLASS).text
    assert "' VERSION 1.0 CLASS" in Module("T", code, ModuleKind.CLASS).text


def test_documents_are_those_that_excel_writes() -> None:
    book, sheet = document_modules(["Sheet1"])
    shipped = XLWINGS / "quickstart_standalone.xlsm"
    assert book.name == WORKBOOK
    assert book.text == stored_source(shipped, "ThisWorkbook").decode("ascii")
    assert sheet.text == stored_source(shipped, "Sheet1").decode("ascii")


def test_source_that_calls_itself_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match='module Main calls itself "xlwings"'):
        _ = Module("Main", source("xlwings.bas")).text


@pytest.mark.parametrize("text", ["客户", "caf\u00e9", "a\0b", "a\x0bb", "a\x1ab"])
def test_other_characters_than_plain_ones_are_refused_with_their_line(text: str) -> None:
    with pytest.raises(ValueError, match="module A, line 3: only plain ASCII"):
        _ = Module("A", f"Sub X()\n' {text}\nEnd Sub\n").text


def test_tabs_are_plain() -> None:
    assert "\tBeep" in Module("A", "Sub X()\n\tBeep\nEnd Sub\n").text


def test_a_line_of_1023_characters_is_the_longest() -> None:
    assert "x" * 1022 in Module("A", "'" + "x" * 1022).text
    with pytest.raises(ValueError, match="module A, line 2: 1024 characters"):
        _ = Module("A", "'" + "x" * 1023).text


def test_a_statement_continues_24_times_at_most() -> None:
    statement = ["a = 1 _", *["+ 1 _"] * 23, "+ 1"]
    assert "+ 1 _" in Module("A", "\n".join(statement)).text
    with pytest.raises(ValueError, match="module A, line 26: VBA continues a line 24 times"):
        _ = Module("A", "\n".join(["a = 1 _", *["+ 1 _"] * 24, "+ 1"])).text
