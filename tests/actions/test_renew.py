"""Renewing a macro workbook: what becomes new, what stays, what is refused."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.e2e.survival import changed_parts, inflated
from tests.workbooks.macros import (
    OLD_RIBBON,
    OWN_CODE_NAME,
    OWN_SHEET,
    PROJECT,
    RIBBON,
    add_own_sheet,
    aged,
    edited,
    modules_of,
    with_project,
)
from xlcrm.actions.create import new
from xlcrm.actions.renew import renew
from xlcrm.errors import UnsafeToPatch, UsageError, WorkbookDamaged, WorkbookInUse, XlcrmError
from xlcrm.templates.macro_sources import code_modules, ribbon
from xlcrm.templates.vba import Module, ModuleKind
from xlcrm.templates.vba.reading import read_project
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Block, Changes
from xlcrm.workbook.saving import backups

OLD_PYTHON, NEW_PYTHON = r"C:\old\python.exe", r"D:\新 Python\python.exe"
SETTINGS = "xlwings.conf"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "客户.xlsm"
    new(path, "crm", platform="win32", interpreter=OLD_PYTHON)
    return path


@pytest.fixture
def book(made: Path, tmp_path: Path) -> Path:
    """A macro workbook of this installation."""
    return Path(shutil.copy(made, tmp_path / "客户.xlsm"))


@pytest.fixture
def old(book: Path) -> Path:
    aged(book)
    return book


def settings(path: Path) -> dict[object, object]:
    with FileDoor(path, write=False) as door:
        names, values, *_ = door.grid(SETTINGS).columns
    return dict(zip(names, values, strict=True))


def code(path: Path) -> dict[str, str]:
    modules = read_project(inflated(path)[PROJECT]).modules
    return {m.name: m.source for m in modules if m.kind is not ModuleKind.DOCUMENT}


def test_macros_ribbon_and_interpreter_become_this_installations(old: Path) -> None:
    before = old.read_bytes()
    outcome = renew(old, "win32", NEW_PYTHON)
    assert code(old) == {module.name: module.text for module in code_modules()}
    assert inflated(old)[RIBBON] == ribbon()
    assert settings(old)["INTERPRETER_WIN"] == NEW_PYTHON
    (kept,) = backups(old)
    assert kept.read_bytes() == before
    assert NEW_PYTHON in outcome.message
    assert str(kept) in outcome.remarks[0]


def test_every_other_part_keeps_its_bytes(old: Path, tmp_path: Path) -> None:
    before = Path(shutil.copy(old, tmp_path / "before.xlsm"))
    with FileDoor(old, write=False) as door:
        sheet = door._book.sheet(SETTINGS).part
    renew(old, "win32", NEW_PYTHON)
    assert changed_parts(before, old) == {PROJECT, RIBBON, sheet}


def test_the_other_system_keeps_its_row(old: Path) -> None:
    renew(old, "darwin", "/opt/py/bin/python")
    found = settings(old)
    assert (found["INTERPRETER_WIN"], found["INTERPRETER_MAC"]) == (OLD_PYTHON, "/opt/py/bin/python")
    renew(old, "win32", NEW_PYTHON)
    assert settings(old) == found | {"INTERPRETER_WIN": NEW_PYTHON}


def test_a_new_row_looks_like_those_above_and_leaves_no_gap(old: Path) -> None:
    rows = len(settings(old))
    renew(old, "darwin", "/opt/py/bin/python")
    with FileDoor(old, write=False) as door:
        names, _, _, notes = door.grid(SETTINGS).columns
        part = door.part(door._book.sheet(SETTINGS).part).decode()
    assert names[rows] == "INTERPRETER_MAC"
    assert str(notes[rows]).startswith("macOS")
    assert all(names)
    for column in "ABD":
        style = part.split(f'<c r="{column}{rows}" ', 1)[1].split(" ", 1)[0]
        assert f'<c r="{column}{rows + 1}" {style} ' in part


def test_settings_of_the_user_stay_and_lacking_ones_are_added(old: Path) -> None:
    with FileDoor(old, write=True) as door:
        door.apply(Changes([Block(SETTINGS, 1, 1, [["interpreter_win", "MINE", None], ["x", "y", None]])]))
        there = [name for name in door.grid(SETTINGS).columns[0] if name]
    renew(old, "win32", NEW_PYTHON)
    found = settings(old)
    assert (found["interpreter_win"], found["MINE"]) == (NEW_PYTHON, "y")
    assert {"interpreter_win", "MINE", "ADD_WORKBOOK_TO_PYTHONPATH", "UDF MODULES"} <= set(found)
    assert len(there) >= 2


def test_where_excel_does_not_run_the_interpreter_stays(old: Path) -> None:
    outcome = renew(old, "linux", "/usr/bin/python3")
    assert settings(old)["INTERPRETER_WIN"] == OLD_PYTHON
    assert "python3" not in outcome.message
    assert any("没有 Excel" in remark for remark in outcome.remarks)
    assert code(old) == {module.name: module.text for module in code_modules()}


def test_a_workbook_that_is_up_to_date_is_not_touched(book: Path) -> None:
    before = book.read_bytes()
    outcome = renew(book, "win32", OLD_PYTHON)
    assert "没有改动" in outcome.message
    assert book.read_bytes() == before
    assert backups(book) == []


def test_a_sheet_of_the_user_keeps_its_module(book: Path) -> None:
    add_own_sheet(book)
    before = read_project(inflated(book)[PROJECT]).modules
    renew(book, "win32", NEW_PYTHON)
    after = read_project(inflated(book)[PROJECT]).modules
    documents = [module for module in before if module.kind is ModuleKind.DOCUMENT]
    assert [module for module in after if module.kind is ModuleKind.DOCUMENT] == documents
    assert documents[-1].name == OWN_CODE_NAME
    assert documents[-1].source.endswith("Option Explicit\r\n")
    with FileDoor(book, write=False) as door:
        assert OWN_SHEET in door.sheets


def test_a_ribbon_that_was_lost_is_put_back(old: Path) -> None:
    def lose(parts: dict[str, bytes]) -> None:
        del parts[RIBBON]
        text = parts["_rels/.rels"].decode()
        start = text.rindex("<Relationship ", 0, text.index(RIBBON))
        parts["_rels/.rels"] = (text[:start] + text[text.index("/>", start) + 2 :]).encode()

    edited(old, lose)
    renew(old, "win32", NEW_PYTHON)
    assert inflated(old)[RIBBON] == ribbon()
    assert RIBBON.encode() in inflated(old)["_rels/.rels"]


def test_a_ribbon_of_somebody_else_stays(old: Path) -> None:
    theirs = OLD_RIBBON.replace(b"Xlcrm", b"Their")
    edited(old, lambda parts: parts.update({RIBBON: theirs}))
    renew(old, "win32", NEW_PYTHON)
    assert inflated(old)[RIBBON] == theirs


def refused(path: Path, error: type[XlcrmError]) -> str:
    """The sentence of a refusal that left the file as it was."""
    before = path.read_bytes()
    with pytest.raises(error) as caught:
        renew(path, "win32", NEW_PYTHON)
    assert path.read_bytes() == before
    assert backups(path) == []
    message = caught.value.message
    assert message.count("。") == 1
    return message


@pytest.mark.parametrize("name", ["客户.xlsx", "客户管理.xlam", "客户"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"只有 \.xlsm .*xlcrm addin"):
        renew(tmp_path / name, "win32", NEW_PYTHON)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_excel_has_open_is_refused(old: Path) -> None:
    old.with_name(f"~${old.name}").write_bytes(b"\x02me")
    assert "打开着" in refused(old, WorkbookInUse)


def test_a_module_of_the_user_is_named_and_nothing_changed(old: Path) -> None:
    mine = [
        *(Module("Module1", "Sub Mine()\r\nEnd Sub"), Module("Helper", "", ModuleKind.CLASS)),
        *modules_of(old),
    ]
    with_project(old, mine)
    message = refused(old, UnsafeToPatch)
    assert "（模块 Module1、Helper）" in message
    assert "没有改动" in message
    assert "xlcrm addin" in message


def test_code_behind_a_sheet_is_named(old: Path) -> None:
    modules = {module.name: module for module in modules_of(old)}
    modules["Sheet2"] = Module("Sheet2", "Private Sub Worksheet_Activate()\r\nEnd Sub", ModuleKind.DOCUMENT)
    with_project(old, list(modules.values()))
    assert "（模块 Sheet2）" in refused(old, UnsafeToPatch)


@pytest.mark.parametrize("name", ["vbaProjectSignature.bin", "vbaProjectSignatureAgile.bin"])
def test_a_signature_is_not_broken(old: Path, name: str) -> None:
    edited(old, lambda parts: parts.update({f"xl/{name}": b"signature"}))
    assert "数字签名" in refused(old, UnsafeToPatch)


def test_a_password_is_not_taken_away(old: Path) -> None:
    def lock(parts: dict[str, bytes]) -> None:
        data = parts[PROJECT]
        start = data.index(b'DPB="')
        # As long as a field with a password, out of what follows it in the stream.
        parts[PROJECT] = data[: start + 5] + b"0" * 72 + b'"' + data[start + 5 + 73 :]

    edited(old, lock)
    assert "密码" in refused(old, UnsafeToPatch)


def test_a_project_that_cannot_be_read_is_said(old: Path) -> None:
    edited(old, lambda parts: parts.update({PROJECT: b"broken"}))
    assert "读不出来" in refused(old, WorkbookDamaged)


def test_macros_that_are_not_ours_are_pointed_to_the_addin(old: Path) -> None:
    with_project(old, [module for module in modules_of(old) if module.kind is ModuleKind.DOCUMENT])
    assert "xlcrm addin" in refused(old, UsageError)


def test_a_workbook_without_settings_or_macros_is_pointed_to_the_addin(old: Path, tmp_path: Path) -> None:
    edited(
        old,
        lambda parts: parts.update({"xl/workbook.xml": parts["xl/workbook.xml"].replace(b"xlwings.", b"x.")}),
    )
    assert "没有 xlwings 的宏或工作表 xlwings.conf" in refused(old, UsageError)
    plain = tmp_path / "新" / "客户.xlsx"
    new(plain, "crm")
    renamed = plain.rename(plain.with_suffix(".xlsm"))
    assert zipfile.is_zipfile(renamed)
    assert "xlcrm addin" in refused(renamed, UsageError)
