"""A tab in Excel's ribbon, put into a finished workbook or add-in; every other part keeps its content."""

from __future__ import annotations

import contextlib
import re
import secrets
from typing import TYPE_CHECKING, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PART: Final = "customUI/customUI.xml"
_NAMESPACE: Final = b"http://schemas.microsoft.com/office/2006/01/customui"
_RELATIONSHIP: Final = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
_ROOT_RELATIONS: Final = "_rels/.rels"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the same input gives the same bytes


def with_ribbon(parts: Mapping[str, bytes], xml: bytes) -> dict[str, bytes]:
    """The parts of a package with a ribbon of the 2006 kind, which Excel reads since 2007 and openpyxl keeps.

    Raises:
        ValueError: the XML is not of the 2006 kind, or the package has a ribbon.
    """
    if _NAMESPACE not in xml:
        raise ValueError(f"a ribbon needs the namespace {_NAMESPACE.decode()}")
    relations = parts[_ROOT_RELATIONS].decode()
    if PART in parts or _RELATIONSHIP in relations:
        raise ValueError("the package has a ribbon already")
    link = f'<Relationship Id="{_free_id(relations)}" Type="{_RELATIONSHIP}" Target="{PART}"/>'
    types = parts[_CONTENT_TYPES].decode()
    if not re.search(r'<Default\b[^>]*\bExtension="xml"', types):
        types = _appended(types, "Types", f'<Override PartName="/{PART}" ContentType="application/xml"/>')
    changed = {
        _CONTENT_TYPES: types.encode(),
        _ROOT_RELATIONS: _appended(relations, "Relationships", link).encode(),
        PART: xml,
    }
    return dict(parts) | changed


def _appended(xml: str, root: str, child: str) -> str:
    head, end, tail = xml.rpartition(f"</{root}>")
    if not end:
        raise ValueError(f"the package keeps its {root} in a way that we do not write")
    return f"{head}{child}{end}{tail}"


def _free_id(relations: str) -> str:
    taken = set(re.findall(r'\bId="([^"]*)"', relations))
    return next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)


def read_package(path: Path | BinaryIO) -> dict[str, bytes]:
    """The parts of a package by name, in their order."""
    with ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def write_package(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a package in one step, always the same bytes for the same parts.

    The file is the old one or the new one, never half of each.
    """
    temporary = path.with_name(f".~xlcrm-{secrets.token_hex(8)}{path.suffix}")
    try:
        with ZipFile(temporary, "w", ZIP_DEFLATED) as package:
            for name, content in parts.items():
                info = ZipInfo(name, _EPOCH)
                info.compress_type = ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                package.writestr(info, content)
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):  # a scanner may hold it
            temporary.unlink(missing_ok=True)
