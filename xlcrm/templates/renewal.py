"""The macros of an older workbook made new: whose they are, and what takes their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlcrm.templates.macro_sources import code_modules
from xlcrm.templates.vba import WORKBOOK, ModuleKind, vba_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.templates.vba import Module

XLWINGS: Final = "xlwings"
_OURS: Final = ("xlcrm", "help_xlcrm", "auto_open")
"""How names of our procedures begin, in all versions."""
_OUR_MODULES: Final = "xlcrm"
"""How names of our modules begin that this installation has no more."""
_VERSION: Final = re.compile(r'\bXLWINGS_VERSION As String = "([^"]+)"')
_PROCEDURE: Final = re.compile(
    r"^\s*(?:(?:Public|Friend|Static)\s+)*(?:Sub|Function|Property\s+\w+)\s+([^\s(]+)",
    re.MULTILINE | re.IGNORECASE,
)
"""Those that others can call; private ones serve these."""
_NO_CODE: Final = re.compile(r"\s*|Attribute VB_(?!Control).*|Option Explicit\s*", re.IGNORECASE)
"""Lines of a document module that Excel writes on its own."""
_PLAIN_NAME: Final = re.compile(r"[A-Za-z]\w{0,30}", re.ASCII)


def xlwings_version(modules: Sequence[Module]) -> str | None:
    """The version that the xlwings module among them names; None where there is none."""
    return next((found[1] for module in modules if (found := _VERSION.search(module.source))), None)


def foreign(modules: Sequence[Module]) -> list[str]:
    """Names of the modules that hold something that neither xlcrm nor xlwings nor Excel wrote.

    In modules of ours it is callable procedures that tell, by their names: Excel's editor respells the
    text, and older versions had other text. In an xlwings module of another version nothing tells.

    Raises:
        IncompleteInstall: sources are missing.
    """
    present = {module.name.lower(): module for module in code_modules()}
    same = xlwings_version(modules) == xlwings_version(list(present.values()))
    return [module.name for module in modules if not _is_ours(module, present, same_xlwings=same)]


def renewed(modules: Sequence[Module]) -> bytes:
    """A project with the document modules among these, as they are, and this installation's code.

    Args:
        modules: of the old project, none of them foreign.

    Raises:
        IncompleteInstall: sources are missing.
    """
    documents = [module for module in modules if module.kind is ModuleKind.DOCUMENT]
    return vba_project([*documents, *code_modules()])


def is_complete(modules: Sequence[Module]) -> bool:
    """Whether they are those of a macro workbook: the workbook's own module and xlwings'."""
    names = {module.name for module in modules if module.kind is ModuleKind.DOCUMENT}
    return WORKBOOK in names and xlwings_version(modules) is not None


def _is_ours(module: Module, present: dict[str, Module], *, same_xlwings: bool) -> bool:
    if module.kind is ModuleKind.DOCUMENT:
        lines = module.source.splitlines()
        return _PLAIN_NAME.fullmatch(module.name) is not None and all(map(_NO_CODE.fullmatch, lines))
    name = module.name.lower()
    counterpart = present.get(name)
    if counterpart is None and (not name.startswith(_OUR_MODULES) or module.kind is not ModuleKind.STANDARD):
        return False
    if counterpart is not None and counterpart.kind is not module.kind:
        return False
    if name == XLWINGS and not same_xlwings:
        return xlwings_version([module]) is not None
    known = _procedures(counterpart.source) if counterpart is not None else set()
    return all(each in known or each.startswith(_OURS) for each in _procedures(module.source))


def _procedures(source: str) -> set[str]:
    return {name.lower() for name in _PROCEDURE.findall(source)}
