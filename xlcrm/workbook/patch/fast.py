"""Rewriting the rows of sheets written the usual way: `<row r="5" …><c r="A5" s="1" t="s">…</c>…</row>`.

Rows are found with `find`, and the cells of a run are compared and written by `FastRun`. A row that is
anything else goes to the patient `Rewriter`; a sheet whose rows are anything else does so whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlcrm.workbook.patch.fastrun import UNUSUAL, FastRun
from xlcrm.workbook.patch.markup import INSIDE_TAG
from xlcrm.workbook.patch.plan import Band
from xlcrm.workbook.patch.ranges import MAX_COLUMNS, MAX_ROWS
from xlcrm.workbook.patch.rewriting import widened_spans
from xlcrm.workbook.patch.sheet import OldRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.fastrun import Wanted
    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.rewriting import Rewriter

_TAG_REST = re.compile(INSIDE_TAG + b">")
_SPANS = re.compile(rb"\sspans=\"([^\"]*)\"")
_ROW_STYLE = re.compile(rb"\ss=\"([0-9]+)\"")
_CUSTOM = re.compile(rb"\scustomFormat=\"(?:1|true)\"")
_NEAR: Final = 8192
"""Bytes in which a row usually ends; `find` is far quicker when it knows that it need not look further."""

FoundRow = tuple[int, int, int, int, int, "_Tag"]
"""Number, start, body, close and end of a row as in OldRow, and its tag."""


class UnusualRowsError(Exception):
    """The sheet's rows are not written the usual way."""


class _Tag:
    """What a row's start tag says behind its number."""

    def __init__(self, rest: bytes) -> None:
        if _TAG_REST.fullmatch(rest) is None:
            raise UnusualRowsError
        self.rest = rest
        self.closed = rest.endswith(b"/>")
        style = _ROW_STYLE.search(rest)
        self.style = style.group(1).decode() if style and _CUSTOM.search(rest) else ""
        self.spans = _SPANS.search(rest)
        self._known: dict[tuple[int, int], bytes | None] = {}

    def widened(self, first: int, last: int) -> bytes | None:
        """The same with `spans` that hold two columns; None when they do."""
        if self.spans is None:
            return None
        key = first, last
        if key not in self._known:
            old = self.spans.group(1).decode()
            new = widened_spans(old, first, last)
            start, end = self.spans.span(1)
            self._known[key] = None if new == old else self.rest[:start] + new.encode() + self.rest[end:]
        return self._known[key]


def write(rewriter: Rewriter, bands: Sequence[Band]) -> None:
    """Rewrite every row of the bands.

    Raises:
        UnusualRowsError: the sheet is not written the usual way; the rewriter is spoilt.
        UnsafeToPatch: rows out of order or twice, or a value that fits in no cell.
    """
    xml = rewriter.xml
    if not xml.tidy:
        raise UnusualRowsError
    rows = _rows(rewriter)
    row = next(rows, None)
    added: list[bytes] = []
    append = rewriter.edits.append
    for band in bands:
        states = [FastRun(rewriter, run) for run in band.runs]
        values = zip(*(state.rows(band.bottom - band.top + 1, band.top) for state in states), strict=True)
        only = states[0] if len(states) == 1 else None
        for number, wanted in enumerate(values, band.top):
            while row is not None and row[0] < number:
                row = next(rows, None)
            if row is None or row[0] > number:
                new = _new_row(xml.prefix, number, states, wanted)
                if new and xml.self_closed:
                    added.append(new)
                elif new:
                    at = row[1] if row is not None else xml.high
                    append((at, at, new))
            elif only is None or row[5].closed:
                _edit_row(rewriter, (band, states), row, wanted)
            else:
                edit = only.edit(b"%d" % number, row[2:4], wanted[0], row[5].style)
                if edit is UNUSUAL:
                    _edit_row(rewriter, (band, states), row, wanted)
                elif edit is not None:
                    rest = row[5].widened(*only.extent)
                    if rest is not None:
                        append((row[2] - len(row[5].rest), row[2], rest))
                    append(edit)
        for state in states:
            state.store()
            rewriter.note(state.changed, state.area)
    for _ in rows:
        pass  # their order is checked on the way
    if added:
        rewriter.edits.append(xml.opened(b"".join(added)))


def _new_row(prefix: bytes, number: int, states: Sequence[FastRun], wanted: tuple[Wanted, ...]) -> bytes:
    """A row that was not there; nothing when it would hold no value."""
    name = b"%d" % number
    cells = b"".join([state.fresh(name, one, "") for state, one in zip(states, wanted, strict=True)])
    return b'<%brow r="%b">%b</%brow>' % (prefix, name, cells, prefix) if cells else b""


def _edit_row(
    rewriter: Rewriter,
    plan: tuple[Band, list[FastRun]],
    row: FoundRow,
    wanted: tuple[Wanted, ...],
) -> None:
    """Note the edits of one row."""
    number, start, body, close, end, tag = row
    band, states = plan
    if tag.closed:
        for state in states:
            state.store()
        rewriter.edits += rewriter.rewrite(OldRow(number, start, body, body, body), band)
        for state in states:
            state.load()
        return
    name = b"%d" % number
    edits: list[Edit] = []
    first, last = MAX_COLUMNS, 0
    for state, run, one in zip(states, band.runs, wanted, strict=True):
        edit = state.edit(name, (body, close), one, tag.style)
        if edit is None:
            continue
        if edit is not UNUSUAL:
            edits.append(edit)
            low, high = state.extent
        else:
            state.store()
            old = OldRow(number, start, body, close, end)
            more, columns = rewriter.cell_edits(old, Band(band.top, band.bottom, (run,)))
            edits += more
            low, high = min(columns, default=MAX_COLUMNS), max(columns, default=0)
            state.load()
        first, last = min(first, low), max(last, high)
    if edits:
        rest = tag.widened(first, last) if last else None
        if rest is not None:
            rewriter.edits.append((body - len(tag.rest), body, rest))
        rewriter.edits += edits


def _rows(rewriter: Rewriter) -> Iterator[FoundRow]:
    """All rows of a sheet that is written the usual way."""
    xml = rewriter.xml
    data, high = xml.data, xml.high
    find, startswith = data.find, data.startswith
    mark = b"<" + xml.prefix + b'row r="'
    following = mark + b'%d"'
    closing = b"</" + xml.prefix + b"row>"
    skip = len(closing)
    begin = re.compile(rb"\s*(<" + re.escape(xml.prefix) + rb'row r="([1-9][0-9]{0,6})")')
    blank = re.compile(rb"\s*")
    tags: dict[bytes, _Tag] = {}
    number = 0
    position = xml.low
    while position < high:
        head = following % (number + 1)
        if startswith(head, position):
            number += 1
            start, behind = position, position + len(head)
        else:
            match = begin.match(data, position, high)
            if match is None:
                if (match := blank.match(data, position, high)) and match.end() == high:
                    return
                raise UnusualRowsError
            before, number = number, int(match.group(2))
            start, behind = match.span(1)
            if number <= before or number > MAX_ROWS:
                raise xml.unsafe(f"的第 {number} 行排在第 {before} 行之后，行序是乱的")
        body = find(b">", behind, behind + _NEAR) + 1 or find(b">", behind, high) + 1
        rest = data[behind:body]
        tag = tags.get(rest)
        if tag is None:
            tag = tags[rest] = _Tag(rest)
        if tag.closed:
            yield number, start, body, body, body, tag
            position = body
            continue
        close = find(closing, body, body + _NEAR)
        if close < 0 and (close := find(closing, body, high)) < 0:
            raise UnusualRowsError
        position = close + skip
        yield number, start, body, close, position, tag
