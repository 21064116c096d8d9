"""Hand-made parts in a workbook: what XlsxWriter cannot write but users have in their files."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from tests.workbooks.packages import CONTENT_TYPES, WORKBOOK, WORKBOOK_RELATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

Parts = dict[str, bytes]

OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM: Final = "http://schemas.microsoft.com/office/excel/2006/main"
_EMPTY: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


def relations_of(owner: str) -> str:
    folder, name = posixpath.split(owner)
    return f"{folder}/_rels/{name}.rels"


def relate(parts: Parts, owner: str, kind: str, target: str, mode: str = "") -> str:
    """Add a relationship; returns its id. `kind` is a full type, or the last word of Office's own."""
    rels = relations_of(owner)
    old = parts.setdefault(rels, _EMPTY)
    number = old.count(b"<Relationship ") + 1
    full = kind if "://" in kind else f"{OFFICE}/{kind}"
    mark = f' TargetMode="{mode}"' if mode else ""
    new = f'<Relationship Id="rId{number}" Type="{full}" Target="{target}"{mark}/></Relationships>'
    parts[rels] = old.replace(b"</Relationships>", new.encode())
    return f"rId{number}"


def add(parts: Parts, name: str, data: str | bytes, content_type: str) -> None:
    """Add a part with its content type."""
    parts[name] = data if isinstance(data, bytes) else xml(data)
    override = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
    parts[CONTENT_TYPES] = parts[CONTENT_TYPES].replace(b"</Types>", override.encode())


def xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{body}'.encode()


def put(parts: Parts, name: str, before: str, new: str) -> None:
    """Insert text before the first of a mark in a part; fails when the mark is not there."""
    head, found, tail = parts[name].partition(before.encode())
    assert found, f"{before} is not in {name}"
    parts[name] = head + new.encode() + found + tail


def swap(parts: Parts, name: str, pattern: str, new: str | Callable[[re.Match[str]], str]) -> None:
    """Replace the first match of a pattern in a part; fails when there is none."""
    text, count = re.subn(pattern, new, parts[name].decode(), count=1, flags=re.DOTALL)
    assert count, f"{pattern} is not in {name}"
    parts[name] = text.encode()


def sheet_part(parts: Parts, name: str) -> str:
    """The part of a sheet, by its name."""
    found = re.search(rf'<sheet name="{re.escape(name)}"[^>]* r:id="(\w+)"', parts[WORKBOOK].decode())
    assert found, f"no sheet {name}"
    target = re.search(
        rf'<Relationship Id="{found[1]}"[^>]* Target="([^"]+)"', parts[WORKBOOK_RELATIONS].decode()
    )
    assert target
    return f"xl/{target[1]}"


def sheet_id(parts: Parts, name: str) -> str:
    found = re.search(rf'<sheet name="{re.escape(name)}" sheetId="(\d+)"', parts[WORKBOOK].decode())
    assert found
    return found[1]


def related_part(parts: Parts, owner: str, kind: str) -> str:
    """The first part that another one refers to with a relationship of a kind."""
    found = re.search(rf'Type="[^"]*/{kind}" Target="([^"]+)"', parts[relations_of(owner)].decode())
    assert found, f"{owner} has no {kind}"
    return posixpath.normpath(posixpath.join(posixpath.dirname(owner), found[1]))


def extend(parts: Parts, name: str, uri: str, body: str) -> None:
    """Add an extension to the end of a sheet or workbook."""
    extension = f'<ext uri="{uri}" xmlns:x14="{X14}" xmlns:xm="{XM}">{body}</ext>'
    root = "workbook" if name == WORKBOOK else "worksheet"
    if b"</extLst></" in parts[name]:
        put(parts, name, f"</extLst></{root}>", extension)
    else:
        put(parts, name, f"</{root}>", f"<extLst>{extension}</extLst>")
