"""XML that is read with positions and changed by splicing bytes, never written anew."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn
from xml.parsers import expat

from xlcrm.errors import UnsafeToPatch, WorkbookDamaged, WorkbookHostile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME: Final = rb"[^\s<>/=\"'!?&]+"
"""A name as it is written, its prefix included."""
INSIDE_TAG: Final = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*"
"""What stands between a tag's name and its closing bracket."""

_TAG_END = re.compile(rb"<" + NAME + INSIDE_TAG + rb">")
_ATTRIBUTE = re.compile(rb"(\s+)(" + NAME + rb")\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_DECLARED = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARED_TEXT = re.compile(r"""(<\?xml[^>]*?\bencoding\s*=\s*["'])[A-Za-z0-9._-]+(["'])""")
_QUOTES = {'"': "&quot;"}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}  # the ampersand last
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")

Edit = tuple[int, int, bytes]
"""Replace data[start:end] by these bytes."""


def utf8(data: bytes, part: str) -> bytes:
    """The same XML in UTF-8, unchanged when it is UTF-8 already.

    Raises:
        UnsafeToPatch: another encoding than UTF-8 or UTF-16; OPC knows no others.
        WorkbookDamaged: the bytes are not what they claim to be.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    elif data[:2] == b"<\0":
        encoding = "utf-16-le"
    elif data[:2] == b"\0<":
        encoding = "utf-16-be"
    else:
        declared = _DECLARED.match(data[:200].removeprefix(b"\xef\xbb\xbf"))
        name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
        if name not in {"utf-8", "utf8", "us-ascii", "ascii"}:
            raise UnsafeToPatch(
                f"部件“{part}”用的是 {name} 编码，不是 UTF-8，请用 Excel 打开后另存一份再试。"
            )
        return data
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise WorkbookDamaged(f"部件“{part}”的编码已损坏，请用 Excel 打开并修复后另存。") from error
    return _DECLARED_TEXT.sub(r"\1UTF-8\2", text, count=1).encode("utf-8")


def quoted(text: str) -> bytes:
    """Text as it may stand between double quotes."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&quot;").encode()


def unquoted(raw: bytes) -> str:
    """Attribute or element text, with the five named and the numeric references resolved."""
    text = raw.decode("utf-8")
    if "&" not in text:
        return text
    text = _REFERENCE.sub(lambda m: chr(int(m[1], 16) if m[1] else int(m[2])), text)
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text


@dataclass(slots=True)
class Element:
    """One element and where it stands.

    Attributes:
        name: local name.
        space: namespace.
        attributes: by name; those of a namespace as "namespace name".
        start, body, close, end: offsets of `<`, behind the start tag, of the end tag, behind it; when the
            element closes itself, the last three are one.
    """

    name: str
    space: str
    attributes: dict[str, str]
    start: int
    body: int = 0
    close: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def number(self, name: str, default: int = 0) -> int:
        """An attribute that should be a whole number."""
        text = self.attributes.get(name, "")
        return int(text) if text.isascii() and text.isdigit() else default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """An xsd:boolean attribute."""
        text = self.attributes.get(name, "").strip()
        return text in {"1", "true"} if text else default

    def all(self, name: str) -> list[Element]:
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Element | None:
        return next((child for child in self.children if child.name == name), None)

    def walk(self) -> Iterator[Element]:
        """The element and everything in it."""
        yield self
        for child in self.children:
            yield from child.walk()


class Markup:
    """One small part: its bytes, its tree, and the edits so far."""

    def __init__(self, data: bytes, part: str) -> None:
        """Parse `data` (UTF-8).

        Raises:
            WorkbookHostile: it declares a document type or entities.
            WorkbookDamaged: it is no well-formed XML.
        """
        self.data = data
        self.part = part
        self.edits: list[Edit] = []
        self.root = _parse(data, part)

    def raw(self, element: Element) -> bytes:
        """The element as it is written."""
        return self.data[element.start : element.end]

    def text(self, element: Element) -> str:
        """What stands between the tags of an element without children."""
        return unquoted(self.data[element.body : element.close])

    def prefix(self, element: Element) -> bytes:
        """The prefix as written, with its colon."""
        return prefix_of(self.data, element.start)

    def set_text(self, element: Element, text: str) -> None:
        self.edits.append((element.body, element.close, quoted(text)))

    def set_attribute(self, element: Element, name: str, value: str) -> None:
        """Change or add one plain attribute."""
        self.edits.append(attribute_edit(self.data, element.start, name, value))

    def insert(self, offset: int, content: bytes) -> None:
        self.edits.append((offset, offset, content))

    def append(self, element: Element, content: bytes) -> None:
        """Add children behind the last child."""
        if element.close == element.end:  # <fonts/>: open it up
            tag = self.data[element.start : element.end]
            name = re.match(rb"<(" + NAME + rb")", tag)
            opened = tag.removesuffix(b"/>").rstrip() + b">"
            closing = b"</" + (name.group(1) if name else b"") + b">"
            self.edits.append((element.start, element.end, opened + content + closing))
        else:
            self.insert(element.close, content)

    def remove(self, element: Element) -> None:
        self.edits.append((element.start, element.end, b""))

    def result(self) -> bytes:
        return spliced(self.data, self.edits)


def spliced(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Apply edits that do not overlap; those at one offset keep their order."""
    pieces: list[bytes] = []
    position = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        pieces += (data[position:start], new)
        position = end
    pieces.append(data[position:])
    return b"".join(pieces)


def prefix_of(data: bytes, start: int) -> bytes:
    """Prefix with its colon of the tag that begins at `start`, or nothing."""
    match = re.compile(rb"</?(" + NAME + rb")").match(data, start)
    head, colon, _ = match.group(1).partition(b":") if match else (b"", b"", b"")
    return head + colon if colon else b""


def tag_end(data: bytes, start: int) -> int:
    """Offset behind the start tag at `start`."""
    match = _TAG_END.match(data, start)
    return match.end() if match else -1


def attributes_of(data: bytes, start: int) -> dict[str, str]:
    """Attributes of the tag at `start`, by their names as written."""
    return {
        match.group(2).decode(): unquoted(match.group(3) if match.group(3) is not None else match.group(4))
        for match in _ATTRIBUTE.finditer(data, start, tag_end(data, start))
    }


def attribute_edit(data: bytes, start: int, name: str, value: str) -> Edit:
    """The edit that gives the start tag at `start` an attribute."""
    end = tag_end(data, start)
    wanted = name.encode()
    for match in _ATTRIBUTE.finditer(data, start, end):
        if match.group(2) == wanted:
            group = 3 if match.group(3) is not None else 4
            return match.start(group) - 1, match.end(group) + 1, b'"' + quoted(value) + b'"'
    at = end - 2 if data[end - 2 : end] == b"/>" else end - 1
    at = len(data[:at].rstrip()) if data[at - 1 : at].isspace() else at
    return at, at, b" " + wanted + b'="' + quoted(value) + b'"'


def _parse(data: bytes, part: str) -> Element:
    roots: list[Element] = []
    stack: list[Element] = []
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def hostile(*_: object) -> NoReturn:
        raise WorkbookHostile(f"部件“{part}”带有 XML 实体声明，正常的工作簿没有，文件可能有害，已拒绝处理。")

    def opened(qualified: str, attributes: dict[str, str]) -> None:
        space, _, name = qualified.rpartition(" ")
        element = Element(name, space, attributes, parser.CurrentByteIndex)
        element.body = tag_end(data, element.start)
        if stack:
            stack[-1].children.append(element)
        else:
            roots.append(element)
        stack.append(element)

    def closed(_: str) -> None:
        element = stack.pop()
        if data[element.body - 2 : element.body] == b"/>":
            element.close = element.end = element.body
        else:
            element.close = parser.CurrentByteIndex
            element.end = data.index(b">", element.close) + 1

    parser.StartDoctypeDeclHandler = hostile
    parser.EntityDeclHandler = hostile
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as error:
        raise WorkbookDamaged(
            f"部件“{part}”的 XML 已损坏（第 {error.lineno} 行），请用 Excel 打开并修复后另存，或取回备份。"
        ) from error
    return roots[0]
