"""Rewriting the rows of sheets written the usual way: `<row r="5" …><c r="A5" s="1" t="s">…</c>…</row>`.

Rows are found with `find`, and the cells of a run are compared and written by `FastRun`. A row that is
anything else goes to the patient `Rewriter`; a sheet whose rows are anything else does so whole.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from xlcrm.workbook.patch.fastbatch import batch_edits, cut, replaced
from xlcrm.workbook.patch.fastrun import UNUSUAL, FastRun
from xlcrm.workbook.patch.markup import INSIDE_TAG
from xlcrm.workbook.patch.plan import Band
from xlcrm.workbook.patch.ranges import MAX_COLUMNS, MAX_ROWS
from xlcrm.workbook.patch.rewriting import widened_spans
from xlcrm.workbook.patch.sheet import OldRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.fastbatch import Chunk
    from xlcrm.workbook.patch.fastrun import Batch, Wanted
    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.rewriting import Rewriter
    from xlcrm.workbook.patch.sheet import SheetXml

_TAG_REST = re.compile(INSIDE_TAG + b">")
_SPANS = re.compile(rb"\sspans=\"([^\"]*)\"")
_ROW_STYLE = re.compile(rb"\ss=\"([0-9]+)\"")
_CUSTOM = re.compile(rb"\scustomFormat=\"(?:1|true)\"")
_NEAR: Final = 8192
"""Bytes in which a row usually ends; `find` is far quicker when it knows that it need not look further."""

_MIN_BATCH: Final = 2
_PATIENCE: Final = 2
"""Batches in a row that may turn out unsuitable before no more are tried."""

FoundRow = tuple[int, int, int, int, int, "Tag"]
"""Number, start, body, close and end of a row as in OldRow, and its tag."""


class UnusualRowsError(Exception):
    """The sheet's rows are not written the usual way."""


class Tag:
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
    if not rewriter.xml.tidy:
        raise UnusualRowsError
    writer = _Writer(rewriter)
    for band in bands:
        writer.write(band)
    writer.finish()


def rows_from(xml: SheetXml, number: int) -> Iterator[OldRow]:
    """The rows from a number on, without a look at those above where that one is there.

    Raises:
        UnusualRowsError: the sheet is not written the usual way.
        UnsafeToPatch: rows out of order or twice.
    """
    if not xml.tidy:
        raise UnusualRowsError
    rows = _Rows(xml)
    start = xml.data.find(b'<%brow r="%d"' % (xml.prefix, number), xml.low, xml.high)
    if start >= 0:
        rows.skip_to(number - 1, start)
    while (row := rows.next()) is not None:
        if row[0] >= number:
            yield OldRow(*row[:5])


class _Writer:
    """Goes down the rows of a sheet once, band by band."""

    def __init__(self, rewriter: Rewriter) -> None:
        self._rewriter = rewriter
        self._xml = rewriter.xml
        self._rows = _Rows(rewriter.xml)
        self._row = self._rows.next()
        self._added: list[bytes] = []

    def write(self, band: Band) -> None:
        """Rewrite the rows of one band."""
        runs = [FastRun(self._rewriter, run) for run in band.runs]
        height = band.bottom - band.top + 1
        if len(runs) == 1:
            number = band.top
            failures = 0
            for batch in runs[0].batches(height, band.top):
                self._advance(number)
                if failures < _PATIENCE and self._write_batch(band, runs, number, batch):
                    failures = 0
                else:
                    failures += 1
                    for at, wanted in enumerate(batch.rows(), number):
                        self._write_row(band, runs, at, (wanted,))
                number += batch.height
        else:
            number = band.top
            for batches in zip(*(run.batches(height, band.top) for run in runs), strict=True):
                self._advance(number)
                if not self._write_batches(runs, number, batches):
                    rows = zip(*(batch.rows() for batch in batches), strict=True)
                    for at, wanteds in enumerate(rows, number):
                        self._write_row(band, runs, at, wanteds)
                number += batches[0].height
        for run in runs:
            run.store()
            self._rewriter.note(run.changed, run.area)

    def finish(self) -> None:
        """Check the order of the rows that follow, and put new rows into an empty sheet."""
        while self._row is not None:
            self._row = self._rows.next()
        if self._added:
            self._rewriter.edits.append(self._xml.opened(b"".join(self._added)))

    def _advance(self, number: int) -> None:
        while self._row is not None and self._row[0] < number:
            self._row = self._rows.next()

    def _write_batches(self, runs: list[FastRun], number: int, batches: tuple[Batch, ...]) -> bool:
        """Rewrite many rows of several runs at once, if all their cells are there."""
        row = self._row
        if row is None or row[0] != number or batches[0].height < _MIN_BATCH:
            return False
        chunk = self._rows.chunk(row, batches[0].height)
        if chunk is None:
            return False
        found = [replaced(run, chunk, batch, row[5].style) for run, batch in zip(runs, batches, strict=True)]
        done = [item for item in found if item is not None]
        if len(done) < len(found):
            return False
        for run, item in zip(runs, done, strict=True):
            item.note(run)
        self._rewriter.edits += sorted(chain.from_iterable(item.edits for item in done))
        self._rows.skip_to(number + batches[0].height - 1, chunk.end)
        self._row = self._rows.next()
        return True

    def _write_batch(self, band: Band, runs: list[FastRun], number: int, batch: Batch) -> bool:
        """Rewrite many rows at once, if they are all there and written alike."""
        row = self._row
        chunk = None
        if row is not None and row[0] == number and batch.height >= _MIN_BATCH:
            chunk = self._rows.chunk(row, batch.height)
        if row is None or chunk is None:
            return False
        tag = row[5]
        ends = [*chunk.starts[1:], chunk.end]

        def odd(at: int, wanted: Wanted) -> None:
            start, close = chunk.starts[at], chunk.closes[at]
            found = number + at, start, start + len(chunk.heads[at]), close, ends[at], tag
            _edit_row(self._rewriter, (band, runs), found, (wanted,))

        edits = batch_edits(runs[0], chunk, batch, tag, odd)
        if edits is None:
            return False
        self._rewriter.edits += edits
        self._rows.skip_to(number + batch.height - 1, chunk.end)
        self._row = self._rows.next()
        return True

    def _write_row(self, band: Band, runs: list[FastRun], number: int, wanted: tuple[Wanted, ...]) -> None:
        self._advance(number)
        row = self._row
        if row is None or row[0] > number:
            new = _new_row(self._xml.prefix, number, runs, wanted)
            if new and self._xml.self_closed:
                self._added.append(new)
            elif new:
                at = row[1] if row is not None else self._xml.high
                self._rewriter.edits.append((at, at, new))
            return
        tag = row[5]
        if len(runs) > 1 or tag.closed:
            _edit_row(self._rewriter, (band, runs), row, wanted)
            return
        edit = runs[0].edit(b"%d" % number, row[2:4], wanted[0], tag.style)
        if edit is UNUSUAL:
            _edit_row(self._rewriter, (band, runs), row, wanted)
        elif edit is not None:
            rest = tag.widened(*runs[0].extent)
            if rest is not None:
                self._rewriter.edits.append((row[2] - len(tag.rest), row[2], rest))
            self._rewriter.edits.append(edit)


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


class _Rows:
    """The rows of a sheet that is written the usual way, one after another."""

    def __init__(self, xml: SheetXml) -> None:
        p = xml.prefix
        self._xml = xml
        self._mark = b"<" + p + b'row r="'
        self._following = self._mark + b'%d"'
        self._closing = b"</" + p + b"row>"
        self._begin = re.compile(rb"\s*(<" + re.escape(p) + rb'row r="([1-9][0-9]{0,6})")')
        self._tags: dict[bytes, Tag] = {}
        self._number = 0
        self._position = xml.low

    def next(self) -> FoundRow | None:
        """The next row, or None behind the last one.

        Raises:
            UnusualRowsError: it is written otherwise.
            UnsafeToPatch: it stands in the wrong place.
        """
        data, high, position = self._xml.data, self._xml.high, self._position
        find = data.find
        if position >= high:
            return None
        head = self._following % (self._number + 1)
        if data.startswith(head, position):
            self._number += 1
            start, behind = position, position + len(head)
        else:
            match = self._begin.match(data, position, high)
            if match is None:
                if data[position:high].isspace():
                    return None
                raise UnusualRowsError
            before, self._number = self._number, int(match.group(2))
            start, behind = match.span(1)
            if self._number <= before or self._number > MAX_ROWS:
                raise self._xml.unsafe(f"的第 {self._number} 行排在第 {before} 行之后，行序是乱的")
        body = find(b">", behind, behind + _NEAR) + 1 or find(b">", behind, high) + 1
        rest = data[behind:body]
        tag = self._tags.get(rest)
        if tag is None:
            tag = self._tags[rest] = Tag(rest)
        if tag.closed:
            self._position = body
            return self._number, start, body, body, body, tag
        close = find(self._closing, body, body + _NEAR)
        if close < 0 and (close := find(self._closing, body, high)) < 0:
            raise UnusualRowsError
        self._position = close + len(self._closing)
        return self._number, start, body, close, self._position, tag

    def chunk(self, first: FoundRow, count: int) -> Chunk | None:
        """The rows from `first` on, when they are all there and their tags are alike."""
        number, start, _, _, _, tag = first
        names = [b"%d" % name for name in range(number, number + count)]
        head = self._mark + names[-1] + b'"'
        last = start if count == 1 else self._xml.data.find(head, start, self._xml.high)
        close = self._xml.data.find(self._closing, last, self._xml.high) if last >= 0 else -1
        if close < 0 or tag.closed:
            return None
        span = start, close + len(self._closing)
        return cut(self._xml.data, names, span, (self._mark, tag.rest, self._closing))

    def skip_to(self, number: int, position: int) -> None:
        """Go on behind a row."""
        self._number, self._position = number, position
