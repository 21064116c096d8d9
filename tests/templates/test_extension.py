"""The LibreOffice extension as a package; tests/e2e/test_office_extension.py has LibreOffice use it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from defusedxml import ElementTree

from xlcrm.templates.extension import Entry, build_extension, script_url

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

ENTRIES = (Entry("refresh", "刷新到期清单", "XlcrmRefresh"), Entry("why", "为什么 <&>", "XlcrmWhy"))
INTERPRETER = '/opt/我的 "程序"/python & co/python3'
NAME = "{http://openoffice.org/2001/registry}name"


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, str]:
    """The texts of a built extension."""
    return read(built(tmp_path / "客户管理.oxt"))


def built(path: Path, pipe: str = "xlcrm") -> Path:
    build_extension(path, ENTRIES, interpreter=INTERPRETER, pipe=pipe, version="1.2.3")
    return path


def read(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


def node(root: Element, *names: str) -> Element:
    """The node at a path of configuration names."""
    for name in names:
        root = next(child for child in root if child.get(NAME) == name)
    return root


def value(root: Element, *names: str) -> str | None:
    return node(root, *names)[0].text


def test_every_part_is_well_formed_and_every_listed_part_is_there(parts: dict[str, str]) -> None:
    for text in parts.values():
        ElementTree.fromstring(text)
    listed = {
        str(item.get("{http://openoffice.org/2001/manifest}full-path"))
        for item in ElementTree.fromstring(parts["META-INF/manifest.xml"])
    }
    rest = {name.split("/")[0] + "/" if "/" in name else name for name in parts}
    assert listed == rest - {"META-INF/", "description.xml"}


@pytest.mark.parametrize(
    "place", [("OfficeMenuBar", "xlcrm.menu", "Submenu"), ("OfficeToolBar", "xlcrm.toolbar")]
)
def test_menu_and_toolbar_have_one_entry_an_action_in_order(
    parts: dict[str, str], place: tuple[str, ...]
) -> None:
    items = node(ElementTree.fromstring(parts["Addons.xcu"]), "AddonUI", *place)
    assert [value(item, "Title") for item in items] == ["刷新到期清单", "为什么 <&>"]
    assert [value(item, "URL") for item in items] == [script_url("XlcrmRefresh"), script_url("XlcrmWhy")]
    assert {value(item, "Context") for item in items} == {"com.sun.star.sheet.SpreadsheetDocument"}


def test_menu_and_toolbar_are_named(parts: dict[str, str]) -> None:
    assert (
        value(ElementTree.fromstring(parts["Addons.xcu"]), "AddonUI", "OfficeMenuBar", "xlcrm.menu", "Title")
        == "客户管理"
    )
    bar = ("UIElements", "States", "private:resource/toolbar/addon_xlcrm.toolbar")
    state = ElementTree.fromstring(parts["CalcWindowState.xcu"])
    assert (value(state, *bar, "UIName"), value(state, *bar, "Visible")) == ("客户管理", "true")


def test_office_is_told_to_listen_on_the_pipe_that_the_subs_name(tmp_path: Path) -> None:
    parts = read(built(tmp_path / "a.oxt", "other"))
    url = value(ElementTree.fromstring(parts["Setup.xcu"]), "Office", "ooSetupConnectionURL")
    assert url == "pipe,name=other;urp;"
    assert '" --pipe other", False' in str(ElementTree.fromstring(parts["Xlcrm/Buttons.xba"]).text)


def test_each_sub_starts_the_interpreter_and_does_not_wait(parts: dict[str, str]) -> None:
    source = str(ElementTree.fromstring(parts["Xlcrm/Buttons.xba"]).text)
    assert 'Const INTERPRETER = "/opt/我的 ""程序""/python & co/python3"' in source
    assert 'Sub XlcrmWhy\n  Press "why"\nEnd Sub' in source
    assert 'Shell ConvertToUrl(INTERPRETER), 0, "-E -m xlcrm.entrypoints.buttons " & Name' in source


def test_equal_arguments_give_equal_bytes_over_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.oxt"
    path.write_bytes(b"old")
    assert built(path).read_bytes() == built(tmp_path / "b.oxt").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.oxt", "b.oxt"]
