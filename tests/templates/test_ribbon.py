"""A ribbon among the parts of a finished package."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from xlsxwriter import Workbook

from tests.e2e.judges import findings, validator
from tests.templates.vba.judges import complaints_of_pyopenvba
from xlcrm.templates import ribbon
from xlcrm.templates.ribbon import read_package, with_ribbon, write_package

if TYPE_CHECKING:
    from pathlib import Path

XML: Final = """<?xml version="1.0" encoding="UTF-8"?>
<customUI xmlns="http://schemas.microsoft.com/office/2006/01/customui"><ribbon><tabs>
<tab id="xlcrm" label="客户管理"><group id="daily" label="日常">
<button id="refresh" label="刷新" size="large" imageMso="Refresh" onAction="XlcrmRibbon" tag="refresh"/>
</group></tab></tabs></ribbon></customUI>
""".encode()
TYPES: Final = '<Types><Default Extension="rels" ContentType="r"/></Types>'
RELATIONS: Final = '<Relationships><Relationship Id="rId1"/><Relationship Id="rId3"/></Relationships>'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "客户.xlsm"
    with Workbook(str(path)) as book:
        book.add_worksheet("首页").write_string("A1", "客户")
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def add_ribbon(path: Path, xml: bytes) -> None:
    write_package(path, with_ribbon(read_package(path), xml))


def package(types: str = TYPES, relations: str = RELATIONS) -> dict[str, bytes]:
    return {"[Content_Types].xml": types.encode(), "_rels/.rels": relations.encode(), "a.xml": b"a"}


def test_the_ribbon_is_added_and_all_else_keeps_its_bytes(path: Path) -> None:
    before = parts(path)
    add_ribbon(path, XML)
    after = parts(path)
    assert after["customUI/customUI.xml"] == XML
    assert list(after) == [*before, "customUI/customUI.xml"]
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"_rels/.rels"}


def test_openpyxl_finds_the_ribbon_and_keeps_it(path: Path, tmp_path: Path) -> None:
    add_ribbon(path, XML)
    book = openpyxl.load_workbook(path, keep_vba=True)
    book.save(tmp_path / "again.xlsm")
    assert book.vba_archive is not None
    book.vba_archive.close()  # openpyxl never closes this copy, and its end would come at any moment
    assert parts(tmp_path / "again.xlsm")["customUI/customUI.xml"] == XML


@pytest.mark.slow
def test_the_open_xml_validator_has_nothing_to_say(path: Path) -> None:
    add_ribbon(path, XML)
    assert findings(validator(), path) == []


def test_pyopenvba_finds_every_relationship_whole(path: Path) -> None:
    before = complaints_of_pyopenvba(path)
    add_ribbon(path, XML)
    assert complaints_of_pyopenvba(path) == before


def test_the_same_package_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xlsm"
    other.write_bytes(path.read_bytes())
    add_ribbon(path, XML)
    add_ribbon(other, XML)
    assert other.read_bytes() == path.read_bytes()


def test_a_free_id_is_taken() -> None:
    relations = with_ribbon(package(), XML)["_rels/.rels"].decode()
    assert '<Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2006/' in relations
    assert relations.endswith('Target="customUI/customUI.xml"/></Relationships>')


def test_a_package_that_knows_no_xml_is_told_of_the_part() -> None:
    types = with_ribbon(package(), XML)["[Content_Types].xml"].decode()
    assert types.endswith(
        '<Override PartName="/customUI/customUI.xml" ContentType="application/xml"/></Types>'
    )


def test_a_package_that_knows_xml_is_not_told_again() -> None:
    types = TYPES.replace("</Types>", '<Default ContentType="application/xml" Extension="xml"/></Types>')
    assert with_ribbon(package(types), XML)["[Content_Types].xml"].decode() == types


def test_a_second_ribbon_is_refused_and_the_file_stays(path: Path) -> None:
    add_ribbon(path, XML)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="has a ribbon already"):
        add_ribbon(path, XML)
    assert path.read_bytes() == before


def test_a_ribbon_of_2009_is_refused() -> None:
    newer = XML.replace(b"2006/01", b"2009/07")
    with pytest.raises(ValueError, match=r"needs the namespace .*/2006/01/customui"):
        with_ribbon(package(), newer)


@pytest.mark.parametrize(
    ("types", "relations", "what"),
    [(TYPES.replace("Types>", "x:Types>"), RELATIONS, "Types"), (TYPES, "<Relationships/>", "Relationships")],
)
def test_a_package_written_otherwise_is_refused(types: str, relations: str, what: str) -> None:
    with pytest.raises(ValueError, match=f"keeps its {what} in a way"):
        with_ribbon(package(types, relations), XML)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(zipfile.ZipFile):
        def writestr(self, *_: object, **__: object) -> None:
            raise OSError("no space left on device")

    before = path.read_bytes()
    monkeypatch.setattr(ribbon, "ZipFile", lambda file, mode="r", *_: Full(file, mode))
    with pytest.raises(OSError, match="no space"):
        add_ribbon(path, XML)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
