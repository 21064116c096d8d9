"""Where the macros' sources come from: our folder in a checkout or a wheel, and the installed xlwings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from unittest.mock import patch

import pytest
import xlwings

from xlcrm.entrypoints.functions.vba import udf_module
from xlcrm.errors import IncompleteInstall
from xlcrm.templates import macro_sources
from xlcrm.templates.macro_sources import (
    FUNCTIONS,
    addin_modules,
    book_modules,
    code_names,
    macros_folder,
    own_modules,
    ribbon,
)
from xlcrm.templates.vba import Module, ModuleKind

ROOT = Path(__file__).parents[2]
XLWINGS = Path(xlwings.__file__).parent


def by_name(modules: list[Module]) -> dict[str, Module]:
    found = {module.name: module for module in modules}
    assert len(found) == len(modules)
    return found


def test_a_checkout_has_its_sources_beside_the_package() -> None:
    assert macros_folder() == ROOT / "macros"


def test_an_installed_package_has_them_inside(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "xlcrm"
    for folder in (package / "macros", package.parent / "macros"):
        folder.mkdir(parents=True)
        (folder / "ribbon.xml").write_text("")
    assert macros_folder(package) == package / "macros"


def test_a_wheel_takes_them_along() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert settings["targets"]["wheel"]["force-include"] == {"macros": "xlcrm/macros"}
    assert "macros" in settings["targets"]["sdist"]["include"]


def test_a_package_without_sources_says_so(tmp_path: Path) -> None:
    (tmp_path / "macros").mkdir()  # a folder of that name that is not ours
    with pytest.raises(IncompleteInstall, match="请重新安装 xlcrm"):
        macros_folder(tmp_path / "xlcrm")


def test_every_file_of_the_folder_is_a_module() -> None:
    names = set(by_name(own_modules()))
    assert len(names) == len(list((ROOT / "macros").glob("*.bas"))) >= 3
    assert "xlwings_udfs" in names


def test_the_ribbon_is_the_one_of_the_folder() -> None:
    assert ribbon() == (ROOT / "macros" / "ribbon.xml").read_bytes()


def test_a_workbook_has_a_module_for_itself_and_each_sheet() -> None:
    found = by_name(book_modules(3))
    documents = [name for name, module in found.items() if module.kind is ModuleKind.DOCUMENT]
    assert documents == ["ThisWorkbook", *code_names(3)] == ["ThisWorkbook", "Sheet1", "Sheet2", "Sheet3"]


def test_xlwings_modules_are_those_of_the_installed_package() -> None:
    found = by_name(book_modules(1))
    assert found["xlwings"].source.encode() == (XLWINGS / "xlwings.bas").read_bytes().replace(b"\r\n", b"\n")
    assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in found["xlwings"].source
    assert found["Dictionary"].kind is ModuleKind.CLASS


def test_the_addin_works_on_the_workbook_in_front_under_its_own_name() -> None:
    source = by_name(addin_modules("xlcrm"))["xlwings"].source
    assert re.findall(r'PROJECT_NAME As String = "(\w+)"', source) == ["xlcrm"]
    assert "ActiveWorkbook" in source


def test_workbook_and_addin_hold_the_same_modules_of_ours_but_for_whose_functions_they_are() -> None:
    own = by_name(own_modules())
    assert {name: by_name(book_modules(1))[name] for name in own} == own
    in_addin = by_name(addin_modules("xlcrm"))
    assert {name for name in own if in_addin[name] != own[name]} == {FUNCTIONS}
    assert in_addin[FUNCTIONS].source == udf_module(addin=True)


def test_a_missing_xlwings_is_told() -> None:
    with (
        patch.object(macro_sources, "find_spec", return_value=None),
        pytest.raises(IncompleteInstall, match="重新安装 xlwings"),
    ):
        book_modules(1)


def test_an_xlwings_without_the_name_to_change_is_told() -> None:
    with (
        patch.object(macro_sources, "FOR_ADDIN", "addin/Dictionary.cls"),
        pytest.raises(IncompleteInstall, match="升级 xlcrm 和 xlwings"),
    ):
        addin_modules("xlcrm")


def test_a_source_without_a_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.bas").write_text("Sub X()\nEnd Sub\n")
    with (
        patch.object(macro_sources, "macros_folder", return_value=tmp_path),
        pytest.raises(IncompleteInstall, match="没有写明模块名称"),
    ):
        own_modules()
