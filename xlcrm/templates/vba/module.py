"""A module of a VBA project, and its source as Office stores it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKBOOK: Final = "ThisWorkbook"
"""Name of the document module of the workbook; those of its sheets bear the sheets' code names."""

_PREAMBLE: Final = re.compile(r"VERSION [^\n]*\nBEGIN[^\n]*\n(?:.*\n)*?END[^\n]*\n", re.ASCII)
_ATTRIBUTE: Final = re.compile(r"Attribute (VB_\w+) = (.*)", re.ASCII)
_BASE: Final = {
    "class": '"0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"',
    "workbook": '"0{00020819-0000-0000-C000-000000000046}"',
    "sheet": '"0{00020820-0000-0000-C000-000000000046}"',
}
_LONGEST_LINE: Final = 1023
_MOST_CONTINUED: Final = 24  # continuations of one statement


class ModuleKind(StrEnum):
    """What a module is; the value is its word in the PROJECT stream."""

    STANDARD = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True)
class Module:
    """A module and its source, as exported (with its attributes) or typed (without)."""

    name: str
    source: str
    kind: ModuleKind = ModuleKind.STANDARD

    @property
    def text(self) -> str:
        """What is stored: every attribute that this kind of module needs, then the code; CRLF line ends.

        Attributes that the source gives itself are kept; a class's VERSION preamble is dropped.

        Raises:
            ValueError: source that VBA would refuse or garble; the message names module and line.
        """
        given, code = _split(self.source)
        attributes = {"VB_Name": f'"{self.name}"'} | _needed(self) | given
        if attributes["VB_Name"] != f'"{self.name}"':
            raise ValueError(f"module {self.name} calls itself {attributes['VB_Name']}")
        lines = [f"Attribute {name} = {value}" for name, value in attributes.items()] + code
        _refuse_bad_lines(self.name, lines)
        return "".join(f"{line}\r\n" for line in lines)


def document_modules(sheets: Iterable[str]) -> list[Module]:
    """Empty document modules of a workbook and its sheets, by the sheets' code names."""
    return [Module(name, "", ModuleKind.DOCUMENT) for name in (WORKBOOK, *sheets)]


def _split(source: str) -> tuple[dict[str, str], list[str]]:
    """The attributes at the head of a source, and its code in lines."""
    text = re.sub(r"\r\n?", "\n", source)
    lines = _PREAMBLE.sub("", text, count=1).split("\n") if text.startswith("VERSION ") else text.split("\n")
    given: dict[str, str] = {}
    while lines and (found := _ATTRIBUTE.fullmatch(lines[0])):
        given[found[1]] = found[2]
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return given, lines


def _needed(module: Module) -> dict[str, str]:
    """Attributes without which the editor does not take a class or a document for one."""
    if module.kind is ModuleKind.STANDARD:
        return {}
    document = module.kind is ModuleKind.DOCUMENT
    base = ("workbook" if module.name == WORKBOOK else "sheet") if document else "class"
    return {
        "VB_Base": _BASE[base],
        "VB_GlobalNameSpace": "False",
        "VB_Creatable": "False",
        "VB_PredeclaredId": str(document),
        "VB_Exposed": str(document),
        "VB_TemplateDerived": "False",
        "VB_Customizable": str(document),
    }


def _refuse_bad_lines(module: str, lines: list[str]) -> None:
    continued = 0
    for number, line in enumerate(lines, start=1):
        if not line.isascii() or re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", line):
            raise ValueError(
                f"module {module}, line {number}: only plain ASCII survives every code page: {line!r}"
            )
        if len(line) > _LONGEST_LINE:
            raise ValueError(
                f"module {module}, line {number}: {len(line)} characters, VBA reads {_LONGEST_LINE}"
            )
        continued = continued + 1 if line.endswith(" _") else 0
        if continued > _MOST_CONTINUED:
            raise ValueError(
                f"module {module}, line {number}: VBA continues a line {_MOST_CONTINUED} times at most"
            )
