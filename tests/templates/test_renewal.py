"""Whose macros they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlwings

from tests.workbooks.macros import older
from xlcrm.templates.macro_sources import book_modules, code_modules, own_modules
from xlcrm.templates.renewal import foreign, is_complete, renewed, xlwings_version
from xlcrm.templates.vba import Module, ModuleKind, document_modules, vba_project
from xlcrm.templates.vba.reading import read_project

BOOK = book_modules(2)


def with_code(name: str, code: str, modules: list[Module] = BOOK) -> list[Module]:
    """The modules with code added at the end of one of them."""
    return [
        Module(module.name, module.source + code, module.kind) if module.name == name else module
        for module in modules
    ]


def test_a_new_workbook_and_an_older_one_hold_nothing_foreign() -> None:
    assert foreign(BOOK) == []
    assert foreign(older(BOOK)) == []
    assert foreign(read_project(vba_project(BOOK)).modules) == []


@pytest.mark.parametrize("kind", [ModuleKind.STANDARD, ModuleKind.CLASS])
def test_a_module_of_the_user_is_foreign(kind: ModuleKind) -> None:
    assert foreign([*BOOK, Module("Module1", "' empty", kind), Module("UserForm1", "", kind)]) == [
        "Module1",
        "UserForm1",
    ]


def test_names_like_ours_do_not_make_a_users_module_ours() -> None:
    own = [
        Module("Auto_Open_Mine", "Sub Auto_Open_Mine()\r\nEnd Sub\r\n"),
        Module("XlcrmForm", "", ModuleKind.CLASS),
    ]
    assert foreign([*BOOK, *own]) == ["Auto_Open_Mine", "XlcrmForm"]


@pytest.mark.parametrize(
    "code",
    [
        "Private Sub Worksheet_Change(ByVal Target As Range)\r\nEnd Sub\r\n",
        "Dim x\r\n",
        "' a note\r\n",
        'Attribute VB_Control = "CommandButton1, 1, 0, MSForms, CommandButton"\r\n',
    ],
)
@pytest.mark.parametrize("name", ["ThisWorkbook", "Sheet2"])
def test_code_in_a_document_module_is_foreign(name: str, code: str) -> None:
    assert foreign(with_code(name, code)) == [name]


def test_what_excel_writes_into_document_modules_is_not() -> None:
    assert foreign(with_code("Sheet1", "\r\noption explicit \r\n\r\n")) == []


def test_a_document_module_with_a_name_that_we_cannot_write_is_foreign() -> None:
    assert foreign([*BOOK, Module("客户", "", ModuleKind.DOCUMENT)]) == ["客户"]


@pytest.mark.parametrize("name", ["XlcrmButtons", "xlwings_udfs", "xlwings"])
@pytest.mark.parametrize(
    "head", ["Sub Mine()", "public sub Mine ()", "Static Function Mine(x)", "Property Get Mine()"]
)
def test_a_procedure_of_the_user_in_a_module_of_ours_is_foreign(name: str, head: str) -> None:
    assert foreign(with_code(name, f"{head}\r\nEnd Sub\r\n")) == [name]


def test_procedures_of_other_versions_of_ours_are_not() -> None:
    modules = with_code("XlcrmButtons", "Sub XlcrmGone()\r\nEnd Sub\r\nPrivate Sub Serve()\r\nEnd Sub\r\n")
    assert foreign([*modules, Module("XlcrmOld", "Sub xlcrmOlder()\r\nEnd Sub")]) == []


def test_a_module_that_only_bears_a_name_of_ours_is_foreign() -> None:
    modules = [module for module in BOOK if module.name not in {"xlwings", "Dictionary"}]
    pretended = [Module("xlwings", "Sub Mine()\r\nEnd Sub"), Module("Dictionary", "", ModuleKind.STANDARD)]
    assert foreign([*modules, *pretended]) == ["xlwings", "Dictionary"]


def test_documents_stay_as_they_are_and_code_is_this_installations() -> None:
    old = read_project(vba_project(with_code("Sheet2", "Option Explicit\r\n", older(BOOK)))).modules
    new = read_project(renewed(old)).modules
    documents = [module for module in old if module.kind is ModuleKind.DOCUMENT]
    assert list(new[: len(documents)]) == documents
    assert [(module.name, module.source) for module in new[len(documents) :]] == [
        (module.name, module.text) for module in code_modules()
    ]


def test_what_excel_saved_is_told_apart() -> None:
    """In the quick start of xlwings: its modules are xlwings', Module1 stands for what users write."""
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart_standalone.xlsm") as package:
        modules = read_project(package.read("xl/vbaProject.bin")).modules
    assert foreign(modules) == ["Module1"]
    assert is_complete(modules)
    documents = [module for module in read_project(renewed(modules)).modules if module in modules[:4]]
    assert [module.name for module in documents] == ["ThisWorkbook", "Sheet1", "Sheet2"]


def test_version_and_completeness() -> None:
    assert xlwings_version(BOOK) == xlwings.__version__
    assert xlwings_version(older(BOOK, "0.28")) == "0.28"
    assert is_complete(BOOK)
    assert not is_complete(document_modules([]))
    assert not is_complete(code_modules())


def test_whatever_others_can_call_in_our_modules_begins_as_our_names_do() -> None:
    """A later version without a procedure must still know it in a workbook of today."""
    for module in own_modules():
        gone = [Module("XlcrmGone", module.source.replace(f'"{module.name}"', '"XlcrmGone"'))]
        assert foreign(gone) == []
