"""The Visual Basic of a macro workbook or an add-in, and where it comes from.

Ours stands in `macros/`, xlwings' in the installed package: both sides of every call are of one version.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from xlcrm.errors import IncompleteInstall
from xlcrm.templates.vba import Module, ModuleKind, document_modules

STANDALONE: Final = "xlwings.bas"
"""xlwings for one workbook: it works on the workbook that holds it."""
FOR_ADDIN: Final = "xlwings_custom_addin.bas"
"""xlwings for an add-in: it works on the workbook in front."""
_DICTIONARY: Final = "addin/Dictionary.cls"
"""What the two need on macOS, which has no Scripting.Dictionary."""
FUNCTIONS: Final = "xlwings_udfs"
"""Our module of functions for cells, named as xlwings names it."""
RIBBON: Final = "ribbon.xml"

_NAME: Final = re.compile(r'^Attribute VB_Name = "(\w+)"', re.MULTILINE)
_PROJECT: Final = re.compile(r'^(Public Const PROJECT_NAME As String = )"\w+"', re.MULTILINE)


def macros_folder(package: Path | None = None) -> Path:
    """Where our own sources are: inside an installed package, beside the package in a checkout.

    Args:
        package: the folder of the package xlcrm; where this file is by default.

    Raises:
        IncompleteInstall: they are in neither place.
    """
    package = package or Path(__file__).parents[1]
    for folder in (package / "macros", package.parent / "macros"):
        if (folder / RIBBON).is_file():
            return folder
    raise IncompleteInstall(f"{package} 里没有宏的源文件，xlcrm 没有装完整；请重新安装 xlcrm")


def ribbon() -> bytes:
    """The ribbon's tab, the same for workbooks and the add-in."""
    return (macros_folder() / RIBBON).read_bytes()


def book_modules(sheets: int) -> list[Module]:
    """All modules of a macro workbook.

    Args:
        sheets: how many worksheets it has; each has a module, called as `code_names` says.

    Raises:
        IncompleteInstall: sources are missing.
    """
    return [*document_modules(code_names(sheets)), *code_modules()]


def code_modules() -> list[Module]:
    """The modules of a macro workbook that do not belong to a sheet.

    Raises:
        IncompleteInstall: sources are missing.
    """
    return [_module(_of_xlwings(STANDALONE)), _dictionary(), *own_modules()]


def addin_modules(project: str) -> list[Module]:
    """All modules of an add-in with one hidden sheet.

    Args:
        project: what the sheet with its settings is called before the ending `.conf`.

    Raises:
        IncompleteInstall: sources are missing.
    """
    xlwings, count = _PROJECT.subn(rf'\1"{project}"', _of_xlwings(FOR_ADDIN))
    if count != 1:
        raise IncompleteInstall(f"已安装的 xlwings 的 {FOR_ADDIN} 与预期不同；请用 pip 升级 xlcrm 和 xlwings")
    ours = [_for_addin(module) if module.name == FUNCTIONS else module for module in own_modules()]
    return [*document_modules(code_names(1)), _module(xlwings), _dictionary(), *ours]


def _for_addin(functions: Module) -> Module:
    """The functions' module as xlwings itself writes it for an add-in."""
    return Module(functions.name, functions.source.replace("ThisWorkbook", "ActiveWorkbook"), functions.kind)


def own_modules() -> list[Module]:
    """Our own modules: every .bas file of the folder, by file name."""
    return [_module(_text(path)) for path in sorted(macros_folder().glob("*.bas"))]


def code_names(sheets: int) -> list[str]:
    """What Visual Basic calls the worksheets, in their order; XlsxWriter gives them the same names."""
    return [f"Sheet{number}" for number in range(1, sheets + 1)]


def _of_xlwings(name: str) -> str:
    """One of xlwings' own sources; xlwings is found and not imported, which would look for Excel."""
    found = find_spec("xlwings")
    path = (
        Path(found.submodule_search_locations[0]) / name
        if found and found.submodule_search_locations
        else None
    )
    if path is None or not path.is_file():
        raise IncompleteInstall(f"找不到 xlwings 的 {name}；请用 pip 重新安装 xlwings")
    return _text(path)


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii")


def _module(source: str) -> Module:
    return Module(_name(source), source, ModuleKind.STANDARD)


def _dictionary() -> Module:
    source = _of_xlwings(_DICTIONARY)
    return Module(_name(source), source, ModuleKind.CLASS)


def _name(source: str) -> str:
    found = _NAME.search(source)
    if not found:
        raise IncompleteInstall("宏的源文件没有写明模块名称；请重新安装 xlcrm 和 xlwings")
    return found[1]
