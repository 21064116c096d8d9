"""Rewriting the rows of sheets written the usual way: `<row r="5" …><c r="A5" s="1" t="s">…</c>…</row>`.

Rows are found with `find`, a run of neighbouring cells with one expression, and written with one format
string. A row that is anything else goes to the patient `Rewriter`; a sheet whose rows are anything else does
so whole.
"""

from __future__ import annotations

import re
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xlcrm.workbook.patch.cells import PLAIN, BadValueError
from xlcrm.workbook.patch.markup import INSIDE_TAG
from xlcrm.workbook.patch.ranges import MAX_COLUMNS, MAX_ROWS, Area, column_number, letters
from xlcrm.workbook.patch.plan import Band
from xlcrm.workbook.patch.rewriting import widened_spans
from xlcrm.workbook.patch.sheet import OldRow
from xlcrm.workbook.port import KEEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.cells import Fragment
    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.plan import Run
    from xlcrm.workbook.patch.rewriting import Rewriter

_BATCH: Final = 1024
"""Rows whose values are turned into XML at once."""
_TAG_REST = re.compile(INSIDE_TAG + b">")
_SPANS = re.compile(rb"\sspans=\"([^\"]*)\"")
_ROW_STYLE = re.compile(rb"\ss=\"([0-9]+)\"")
_CUSTOM = re.compile(rb"\scustomFormat=\"(?:1|true)\"")

Row = tuple[Any, ...]
"""One row's fragments."""
Kinds = tuple[int, ...] | None
"""One row's kinds; None when all are plain."""
FoundRow = tuple[int, int, int, int, int, "_Tag"]
"""Number, start, body, close and end of a row as in OldRow, and its tag."""
_KNOWN_COLUMNS: dict[bytes, int] = {}


class UnusualRowsError(Exception):
    """The sheet's rows are not written the usual way."""


class _Template(NamedTuple):
    """How the cells of one run are written for one combination of styles, kinds and gaps.

    Attributes:
        text: format string; NUL stands for the row number.
        styles: of the cells as written; None where there is none.
        first, last: outermost columns that are written.
        cells: how many are written.
    """

    text: bytes
    styles: tuple[bytes | None, ...]
    first: int
    last: int
    cells: int


class _Tag:
    """What a row's start tag says behind its number."""

    def __init__(self, rest: bytes) -> None:
        if _TAG_REST.fullmatch(rest) is None:
            raise UnusualRowsError
        self.rest = rest
        self.closed = rest.endswith(b"/>")
        style = _ROW_STYLE.search(rest)
        self.style = style.group(1).decode() if style and _CUSTOM.search(rest) else ""
        self._spans = _SPANS.search(rest)
        self._known: dict[tuple[int, int], bytes | None] = {}

    def widened(self, first: int, last: int) -> bytes | None:
        """The same with `spans` that hold two columns; None when they do."""
        if self._spans is None:
            return None
        key = first, last
        if key not in self._known:
            old = self._spans.group(1).decode()
            new = widened_spans(old, first, last)
            start, end = self._spans.span(1)
            self._known[key] = None if new == old else self.rest[:start] + new.encode() + self.rest[end:]
        return self._known[key]


class _FastRun:
    """One run of columns of one band."""

    def __init__(self, rewriter: Rewriter, run: Run) -> None:
        p = re.escape(rewriter.xml.prefix)
        self._rewriter = rewriter
        self._data = rewriter.xml.data
        self._prefix = rewriter.xml.prefix
        self._run = run
        self.width = len(run.columns)
        self._letters = [letters(column).encode() for column in range(run.left, run.right + 1)]
        mark = b"<" + rewriter.xml.prefix + b'c r="'
        self._cell = mark
        self._marks = [mark + name for name in self._letters]
        self._names = re.compile(b"<" + p + rb'c r="([A-Z]{1,3})[0-9]')
        self._number = b"><" + rewriter.xml.prefix + b"v>"
        self._number_end = -len(b"</v></c>" + rewriter.xml.prefix * 2)
        self._string = b' t="inlineStr"><%bis><%bt>' % (rewriter.xml.prefix, rewriter.xml.prefix)
        self._old_run = re.compile(b"".join(_old_cell(p, name) for name in self._letters))
        self._cell_end = b"</" + rewriter.xml.prefix + b"c>"
        self._default = [rewriter.xml.column_style(column) for column in range(run.left, run.right + 1)]
        self._templates: dict[Any, _Template] = {}
        self._above: tuple[bytes | None, ...] = (None,) * self.width
        self._guess: _Template | None = None
        self._guessed_kinds: Kinds = None
        self._adding = False
        self._first = self._last = b""
        self.extent = 0, 0
        self._extents: set[tuple[int, int]] = set()
        self.changed = 0
        self.load()

    @property
    def area(self) -> Area | None:
        """Around the changed cells."""
        if not self._first:
            return None
        left = min(first for first, _ in self._extents)
        right = max(last for _, last in self._extents)
        return Area(int(self._first), left, int(self._last), right)

    # The style above, shared with the patient way

    def load(self) -> None:
        """Take over the styles above from the patient way."""
        above = self._run.above
        columns = range(self._run.left, self._run.right + 1)
        self._above = tuple(above[c].encode() if c in above else None for c in columns)

    def store(self) -> None:
        """Hand the styles above to the patient way."""
        for column, style in enumerate(self._above, self._run.left):
            if style is not None:
                self._run.above[column] = style.decode()

    # Values

    def rows(self, height: int, top: int) -> Iterator[tuple[Row, Kinds, bool]]:
        """Fragments and kinds by row, and whether some cells of the batch are kept or emptied."""
        for start in range(0, height, _BATCH):
            stop = min(height, start + _BATCH)
            made = [self._column(at, start, stop, top) for at in range(self.width)]
            columns = [fragments for fragments, _ in made]
            gaps = any(None in fragments or KEEP in fragments for fragments in columns)
            kinds: Iterator[Kinds]
            if all(isinstance(kind, int) for _, kind in made):
                constant = tuple(kind for _, kind in made if isinstance(kind, int))
                kinds = repeat(constant if any(constant) else None)
            else:
                lists = [[kind] * (stop - start) if isinstance(kind, int) else kind for _, kind in made]
                kinds = zip(*lists, strict=True)
            yield from zip(zip(*columns, strict=True), kinds, repeat(gaps), strict=False)

    def _column(self, at: int, start: int, stop: int, top: int) -> tuple[list[Fragment], list[int] | int]:
        offset = self._run.offset
        values = self._run.columns[at][offset + start : offset + stop]
        encoder = self._rewriter.encoder
        try:
            return encoder.column(values)
        except BadValueError:
            for row, value in enumerate(values, top + start):
                try:
                    encoder.one(value)
                except BadValueError as error:
                    raise self._rewriter.refused(row, self._run.left + at, str(error)) from error
            raise

    # Rows

    def fresh(self, name: bytes, wanted: tuple[Row, Kinds, bool], style: str) -> bytes:
        """Cells of the run for a row that has none of them; `style` is the row's own."""
        row, kinds, gaps = wanted
        template = self._appending(row, kinds, style, gaps=gaps)
        if not template.cells:
            return b""
        if gaps:
            row = tuple(f for f in row if f is not None and f is not KEEP)
        self._note(name, template, template.cells)
        return template.text.replace(b"\0", name) % row

    def edit(
        self, name: bytes, place: tuple[int, int], wanted: tuple[Row, Kinds, bool], style: str
    ) -> Edit | None | bool:
        """The edit of the run in one row; None when nothing changes, False when the row is unusual.

        Args:
            name: the row's number.
            place: where its cells begin and end.
            wanted: what `rows` gave for it.
            style: the row's own style.
        """
        body, close = place
        start = self._start(name, body, close)
        if start < 0:
            at = self._place(body, close)
            if at < 0:
                return False
            self._adding = True
            new = self.fresh(name, wanted, style)
            return (at, at, new) if new else None
        self._adding = False
        row, kinds, gaps = wanted
        guess = self._guess
        if guess is not None and not gaps and kinds == self._guessed_kinds:
            text = guess.text.replace(b"\0", name) % row
            if self._data.startswith(text, start) and self._ends(start + len(text), close):
                return None
        return self._compare(name, (start, close), wanted, style)

    def _start(self, name: bytes, body: int, close: int) -> int:
        """Where the first cell of the run is, or -1."""
        data = self._data
        if self._adding:  # the rows above had none: look at the last cell first
            last = data.rfind(self._cell, body, close)
            if last < 0 or self._column_at(last) < self._run.left:
                return -1
        tail = name + b'"'
        for mark in self._marks:
            at = data.find(mark + tail, body, close)
            if at >= 0:
                return at
        return -1

    def _column_at(self, at: int) -> int:
        """Column of the cell at an offset; 0 when it is not named the usual way."""
        match = self._names.match(self._data, at)
        if match is None:
            return 0
        text = match.group(1)
        column = _KNOWN_COLUMNS.get(text)
        if column is None:
            column = _KNOWN_COLUMNS[text] = column_number(text.decode())
        return column

    def _place(self, body: int, close: int) -> int:
        """Where cells of the run belong in a row that has none of them; -1 when the row is unusual."""
        data = self._data
        if body == close:
            return close
        last = data.rfind(self._cell, body, close)
        column = self._column_at(last) if last >= 0 else 0
        if not column:
            return -1
        if column < self._run.left:
            ends = data.endswith(self._cell_end, last, close) or data.find(b">", last, close) == close - 1
            return close if ends else -1
        for match in self._names.finditer(data, body, close):
            if self._column_at(match.start()) > self._run.right:
                return match.start()
        return -1

    def _ends(self, at: int, close: int) -> bool:
        """Whether the run ends here: at the end of the row or before a cell further right."""
        return at == close or self._column_at(at) > self._run.right

    def _compare(
        self, name: bytes, place: tuple[int, int], wanted: tuple[Row, Kinds, bool], style: str
    ) -> Edit | None | bool:
        start, close = place
        row, kinds, gaps = wanted
        match = self._old_run.match(self._data, start, close)
        if match is None or not self._ends(match.end(), close):
            return False
        groups = match.groups()
        styles, olds = groups[::2], groups[1::2]
        merged = (olds, 0) if olds == row else self._fragments(olds, row)
        if merged is None:
            return False  # a formula is overwritten: the patient way keeps the books on those
        fragments, changed = merged
        if gaps and kinds is not None:  # kept and emptied cells keep their style
            kinds = tuple(
                PLAIN if new is None or new is KEEP else kind for new, kind in zip(row, kinds, strict=True)
            )
        template = self._template(styles, olds, fragments, kinds, style)
        full = None not in fragments
        values = fragments if full else tuple(f for f in fragments if f is not None)
        text = template.text.replace(b"\0", name) % values
        end = match.end()
        if len(text) == end - start and self._data.startswith(text, start):
            self._above = self._merged(template.styles)
            self._guess = template if full else None
            self._guessed_kinds = kinds
            return None
        if kinds is not None:
            changed += sum(
                old is not None and old == new and (before or b"") != after
                for old, new, before, after in zip(olds, fragments, styles, template.styles, strict=True)
            )
        self._guess = None
        self._note(name, template, changed)
        return start, end, text

    def _fragments(self, olds: tuple[bytes | None, ...], row: Row) -> tuple[Row, int] | None:
        """What the cells will hold, and how many of them change; None when a formula is overwritten."""
        wanted: list[Fragment] = []
        changed = 0
        for old, new in zip(olds, row, strict=True):
            if old == new or new is KEEP:
                wanted.append(old)
            elif old is None:
                changed += 1
                wanted.append(new)
            elif new is None and old == b"/>":
                wanted.append(old)
            elif new is not None and self._alike(old, new):
                wanted.append(old)
            elif b"f>" in old:
                return None
            else:
                changed += 1
                wanted.append(b"/>" if new is None else new)
        return tuple(wanted), changed

    def _merged(self, styles: tuple[bytes | None, ...]) -> tuple[bytes | None, ...]:
        if None not in styles:
            return styles
        return tuple(
            before if now is None else now for before, now in zip(self._above, styles, strict=True)
        )

    def _note(self, name: bytes, template: _Template, changed: int) -> None:
        self.changed += changed
        self._first = self._first or name
        self._last = name
        self.extent = template.first, template.last
        self._extents.add(self.extent)
        self._above = self._merged(template.styles)

    def _alike(self, old: bytes, new: bytes) -> bool:
        """Whether two different fragments hold the same value."""
        if old.startswith(self._number):
            if not new.startswith(self._number):
                return False
            try:
                return float(old[len(self._number) : self._number_end]) == float(
                    new[len(self._number) : self._number_end]
                )
            except ValueError:
                return False
        if old.startswith(self._string) and new.startswith(self._string):
            return b"&" in old and self._slowly_alike(old, new)
        if old == b"/>":
            return False
        return self._slowly_alike(old, new)

    def _slowly_alike(self, old: bytes, new: bytes) -> bool:
        xml = self._rewriter.xml
        tag = b"<" + xml.prefix + b"c"
        return self._rewriter.same_contents(tag + old, tag + new)

    # Templates

    def _appending(self, row: Row, kinds: Kinds, style: str, *, gaps: bool) -> _Template:
        missing = tuple([f is None or f is KEEP for f in row]) if gaps else None
        key = (self._above, kinds, missing, style)
        template = self._templates.get(key)
        if template is None:
            bases = [
                None
                if missing is not None and missing[at]
                else self._dated(self._base(at, style), kinds[at] if kinds else PLAIN)
                for at in range(self.width)
            ]
            template = self._templates[key] = self._made(bases)
        return template

    def _base(self, at: int, style: str) -> bytes:
        above = self._above[at]
        return above if above is not None else (style or self._default[at]).encode()

    def _dated(self, style: bytes, kind: int) -> bytes:
        return self._rewriter.dated(style.decode(), kind).encode() if kind != PLAIN else style

    def _template(
        self,
        old_styles: tuple[bytes | None, ...],
        olds: tuple[bytes | None, ...],
        wanted: Row,
        kinds: Kinds,
        style: str,
    ) -> _Template:
        key: Any = (old_styles, kinds)
        if None in olds:
            gaps = tuple([(old is None) + (new is None) for old, new in zip(olds, wanted, strict=True)])
            key = (old_styles, kinds, gaps, self._above, style)
        template = self._templates.get(key)
        if template is None:
            bases = [
                None
                if wanted[at] is None
                else self._dated(
                    self._base(at, style) if olds[at] is None else old_styles[at] or b"",
                    kinds[at] if kinds else PLAIN,
                )
                for at in range(self.width)
            ]
            template = self._templates[key] = self._made(bases)
        return template

    def _made(self, styles: Sequence[bytes | None]) -> _Template:
        if len(self._templates) > 4096:
            self._templates.clear()
        pieces = [
            self._marks[at] + b'\0"' + (b' s="%b"' % style if style else b"") + b"%b"
            for at, style in enumerate(styles)
            if style is not None
        ]
        present = [at for at, style in enumerate(styles) if style is not None]
        first, last = (self._run.left + present[0], self._run.left + present[-1]) if present else (0, 0)
        return _Template(b"".join(pieces), tuple(styles), first, last, len(present))


def _old_cell(prefix: bytes, name: bytes) -> bytes:
    """Expression for one optional cell; groups: its style, and all behind the style."""
    value = b"<pv>[^<]*</pv>"
    text = b'<pis><pt(?: xml:space="preserve")?>[^<]*</pt></pis>'
    content = b"(?:%b|%b|<pf>[^<]*</pf>%b)" % (value, text, value)
    cell = b'(?:<pc r="%b[0-9]+"(?: s="([0-9]+)")?((?: t="[A-Za-z]+")?(?:/>|>%b</pc>)))?' % (name, content)
    return re.sub(rb"<(/?)p(?=[a-z])", lambda m: b"<" + m.group(1) + prefix, cell)


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
    for band in bands:
        states = [_FastRun(rewriter, run) for run in band.runs]
        values = zip(*(state.rows(band.bottom - band.top + 1, band.top) for state in states), strict=True)
        for number, wanted in enumerate(values, band.top):
            while row is not None and row[0] < number:
                row = next(rows, None)
            if row is not None and row[0] == number:
                _edit_row(rewriter, (band, states), row, wanted)
                continue
            name = b"%d" % number
            cells = b"".join(
                [state.fresh(name, one, "") for state, one in zip(states, wanted, strict=True)]
            )
            if cells:
                added.append(b"<%brow r=\"%b\">%b</%brow>" % (xml.prefix, name, cells, xml.prefix))
                if not xml.self_closed:
                    at = row[1] if row is not None else xml.high
                    rewriter.edits.append((at, at, added.pop()))
        for state in states:
            state.store()
            rewriter.note(state.changed, state.area)
    for _ in rows:
        pass  # their order is checked on the way
    if added:
        rewriter.edits.append(xml.opened(b"".join(added)))


def _edit_row(
    rewriter: Rewriter,
    plan: tuple[Band, list[_FastRun]],
    row: FoundRow,
    wanted: tuple[tuple[Row, Kinds, bool], ...],
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
        if isinstance(edit, tuple):
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
        body = find(b">", behind, high) + 1
        rest = data[behind:body]
        tag = tags.get(rest)
        if tag is None:
            tag = tags[rest] = _Tag(rest)
        if tag.closed:
            yield number, start, body, body, body, tag
            position = body
            continue
        close = find(closing, body, high)
        if close < 0:
            raise UnusualRowsError
        position = close + skip
        yield number, start, body, close, position, tag
