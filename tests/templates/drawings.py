"""Reading the buttons of a VML drawing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

_V: Final = "{urn:schemas-microsoft-com:vml}"
_X: Final = "{urn:schemas-microsoft-com:office:excel}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One button; `left` and `right` are a column and the pixels into it."""

    caption: str
    macro: str
    help: str
    left: tuple[int, int]
    right: tuple[int, int]
    rows: tuple[int, int]
    width: float


def drawn(drawing: bytes) -> list[Drawn]:
    """The buttons of a drawing in their order."""
    root = ET.fromstring(drawing)  # noqa: S314  # our own file
    return [_button(shape) for shape in root.iter(f"{_V}shape")]


def _button(shape: ET.Element) -> Drawn:
    data = shape.find(f"{_X}ClientData")
    assert data is not None
    assert data.attrib == {"ObjectType": "Button"}
    place = [int(text) for text in (data.findtext(f"{_X}Anchor") or "").split(",")]
    width = re.search(r"\bwidth:([\d.]+)pt", shape.attrib["style"])
    assert width
    return Drawn(
        caption="".join(font.text or "" for font in shape.iter("font")),
        macro=data.findtext(f"{_X}FmlaMacro") or "",
        help=shape.attrib["alt"],
        left=(place[0], place[1]),
        right=(place[4], place[5]),
        rows=(place[2], place[6]),
        width=float(width[1]) * 96 / 72,
    )
