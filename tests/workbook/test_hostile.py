"""Hostile, broken and awkward files: refused in one sentence and left alone, or read and written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.workbooks.hostile import HOSTILE, Stage
from tests.workbooks.lists import COMPLAINTS
from xlcrm.errors import SheetMissing, WorkbookError
from xlcrm.tables import TABLES
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.locks import refuse_if_open
from xlcrm.workbook.patch import patch
from xlcrm.workbook.reading import read_tables
from xlcrm.workbook.safety import inspect
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = [name for name, hostile in HOSTILE.items() if hostile.stage is Stage.INSPECT]
IN_USE = [name for name, hostile in HOSTILE.items() if hostile.stage is Stage.LOCKS]
UNREADABLE = [name for name, hostile in HOSTILE.items() if hostile.stage is Stage.READ]
UNSAFE = [name for name, hostile in HOSTILE.items() if hostile.stage is Stage.WRITE]
FINE = [name for name, hostile in HOSTILE.items() if hostile.stage is Stage.FINE]
WITHOUT_TABLES = [
    name
    for name, hostile in HOSTILE.items()
    if hostile.stage is Stage.TABLES and hostile.error is not SheetMissing  # that one depends on the action
]
ACCEPTED = [name for name in HOSTILE if name not in REFUSED]

SLOW = {"every_row_formatted", "stray_value_in_the_last_row"}
"""Sheets of a million rows."""

KNOWN_LATIN = {
    *("Excel", "WPS", "Office", "LibreOffice", "Word", "PowerPoint", "OpenDocument", "Numbers", "Pages"),
    *("CSV", "PDF", "RTF", "HTML", "XML", "UTF", "GB", "GZ", "RAR", "ZIP", "IRM", "DTD", "MB"),
    *("xls", "xlsx", "xlsm", "xlsb", "et", "doc", "docx", "pptx", "ods"),
}
"""Latin words that an office knows. File and part names stand in quotes and do not count."""


def _marked(names: list[str]) -> list[object]:
    return [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in names]


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def assert_one_chinese_sentence(message: str) -> None:
    """One sentence that says where, what, and what to do, without a word of English or of Python."""
    assert message.endswith("。")
    assert message.count("。") == 1
    assert "\n" not in message
    assert "“" in message
    unquoted = re.sub("“[^”]*”|\\b[A-Z]{1,3}[0-9]+\\b", "", message)
    words = set(re.findall("[A-Za-z]+", unquoted))
    assert words <= KNOWN_LATIN
    assert re.search("请|勿", message)


def test_there_are_many() -> None:
    assert len(REFUSED) >= 45


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_it_is_read(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    path = tmp_path / "客户投诉.xlsx"
    hostile.build(path)
    before = content(path)
    with pytest.raises(WorkbookError) as refused:
        inspect(path)
    assert type(refused.value) is hostile.error
    assert hostile.says in str(refused.value)
    assert_one_chinese_sentence(str(refused.value))
    assert content(path) == before


@pytest.mark.parametrize("name", _marked(ACCEPTED))
def test_not_refused_too_early(name: str, tmp_path: Path) -> None:
    path = tmp_path / "客户投诉.xlsx"
    HOSTILE[name].build(path)
    before = content(path)
    inspect(path)
    assert content(path) == before


@pytest.mark.parametrize("name", IN_USE)
def test_refused_while_somebody_has_it_open(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    path = tmp_path / "客户投诉.xlsx"
    hostile.build(path)
    with pytest.raises(WorkbookError) as refused:
        refuse_if_open(path)
    assert type(refused.value) is hostile.error
    assert hostile.says in str(refused.value)
    assert_one_chinese_sentence(str(refused.value))


def _read_all(path: Path) -> None:
    with FileDoor(path, write=False) as door:
        for sheet in door.sheets:
            door.grid(sheet)


@pytest.mark.parametrize("name", UNREADABLE)
def test_refused_when_it_is_read(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    path = tmp_path / "客户投诉.xlsx"
    hostile.build(path)
    before = content(path)
    with pytest.raises(WorkbookError) as refused:
        _read_all(path)
    assert type(refused.value) is hostile.error
    assert hostile.says in str(refused.value)
    assert content(path) == before


@pytest.mark.parametrize("name", WITHOUT_TABLES)
def test_refused_when_tables_are_looked_for(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    path = tmp_path / "客户投诉.xlsx"
    hostile.build(path)
    before = content(path)
    with FileDoor(path, write=False) as door, pytest.raises(WorkbookError) as refused:
        read_tables(door, TABLES)
    assert type(refused.value) is hostile.error
    assert hostile.says in str(refused.value)
    assert_one_chinese_sentence(str(refused.value))
    assert content(path) == before


@pytest.mark.parametrize("name", UNSAFE)
def test_refused_when_it_is_written(name: str, tmp_path: Path) -> None:
    hostile = HOSTILE[name]
    path = tmp_path / "客户投诉.xlsx"
    hostile.build(path)
    before = content(path)
    with pytest.raises(WorkbookError) as refused:
        patch(path, path, {COMPLAINTS: {"H3": "韩梅梅"}})
    assert type(refused.value) is hostile.error
    assert hostile.says in str(refused.value)
    assert_one_chinese_sentence(str(refused.value))
    assert content(path) == before
    assert backups(path) == []


@pytest.mark.parametrize("name", _marked(FINE))
def test_awkward_but_fine(name: str, tmp_path: Path) -> None:
    path = tmp_path / "客户投诉.xlsx"
    HOSTILE[name].build(path)
    before = content(path)
    _read_all(path)
    assert content(path) == before
    with FileDoor(path, write=False) as door:
        if COMPLAINTS not in door.sheets:
            return
    patch(path, path, {COMPLAINTS: {"M20": "韩梅梅"}})
    inspect(path)
    with FileDoor(path, write=False) as door:
        assert door.grid(COMPLAINTS).columns[12][19] == "韩梅梅"
    (kept,) = backups(path)
    assert content(kept) == before
