"""The cells of one run of neighbouring columns, in rows written the usual way.

A run is found with `rfind`, split with one expression, compared with fragments, and written with one format
string for each combination of styles.
"""

from __future__ import annotations

import re
from itertools import repeat
from operator import ne
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from xlcrm.workbook.patch.cells import PLAIN, BadValueError
from xlcrm.workbook.patch.fastcells import Comparer, Row, old_cell
from xlcrm.workbook.patch.ranges import Area, column_number, letters
from xlcrm.workbook.port import KEEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.cells import Fragment
    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.plan import Run
    from xlcrm.workbook.patch.rewriting import Rewriter

_BATCH: Final = 1024
"""Rows whose values are turned into XML at once."""
_MAX_TEMPLATES: Final = 4096
Kinds = tuple[int, ...] | None
"""One row's kinds; None when all are plain."""
Wanted = tuple[Row, Kinds, bool]
"""What one row shall hold: fragments, kinds, and whether some cells near it are kept or emptied."""


class Batch(NamedTuple):
    """Values of many rows as fragments.

    Attributes:
        columns: by column.
        kinds: of each column; a list where they differ from row to row.
        gaps: whether some cells are emptied or kept.
        kept: whether some are kept.
    """

    columns: list[list[Fragment]]
    kinds: list[list[int] | int]
    gaps: bool
    kept: bool

    @property
    def height(self) -> int:
        return len(self.columns[0])

    def head(self, count: int) -> Batch:
        """The first rows."""
        kinds = [kind if isinstance(kind, int) else kind[:count] for kind in self.kinds]
        return self._replace(columns=[column[:count] for column in self.columns], kinds=kinds)

    def combinations(self) -> list[tuple[int, ...]]:
        """Kinds of which each column's every kind is in one."""
        sets = [[kind] if isinstance(kind, int) else sorted(set(kind)) for kind in self.kinds]
        longest = max(map(len, sets))
        return [tuple([kinds[min(at, len(kinds) - 1)] for kinds in sets]) for at in range(longest)]

    @property
    def constant(self) -> Kinds | Literal[False]:
        """The kinds that every row has; False when they differ."""
        constant = tuple([kind for kind in self.kinds if isinstance(kind, int)])
        if len(constant) < len(self.kinds):
            return False
        return constant if any(constant) else None

    def rows(self) -> Iterator[Wanted]:
        """Row by row."""
        constant = self.constant
        kinds: Iterator[Kinds]
        if constant is False:
            lists = [[kind] * self.height if isinstance(kind, int) else kind for kind in self.kinds]
            kinds = zip(*lists, strict=True)
        else:
            kinds = repeat(constant)
        return zip(zip(*self.columns, strict=True), kinds, repeat(self.gaps), strict=False)


UNUSUAL: Final[Edit] = (-1, -1, b"")
"""Instead of an edit: the row needs the patient way."""

_KNOWN_COLUMNS: dict[bytes, int] = {}


class _Template(NamedTuple):
    """How the cells of one run are written for one combination of styles, kinds and gaps.

    Attributes:
        text: format string; NUL stands for the row number.
        bases: styles without a date format that was added for a value; None where there is no cell.
        styles: as written.
        first, last: outermost columns that are written.
        cells: how many are written.
        restyled: whether an old cell gets another style.
    """

    text: bytes
    bases: tuple[bytes | None, ...]
    styles: tuple[bytes | None, ...]
    first: int
    last: int
    cells: int
    restyled: bool


class FastRun:
    """One run of columns of one band."""

    def __init__(self, rewriter: Rewriter, run: Run) -> None:
        p = re.escape(rewriter.xml.prefix)
        self._rewriter = rewriter
        self._data = rewriter.xml.data
        self._prefix = rewriter.xml.prefix
        self._run = run
        self.compare = Comparer(rewriter)
        self.left = run.left
        self.width = len(run.columns)
        self._letters = [letters(column).encode() for column in range(run.left, run.right + 1)]
        mark = b"<" + rewriter.xml.prefix + b'c r="'
        self.cell = mark
        self.marks = [mark + name for name in self._letters]
        self._names = re.compile(b"<" + p + rb'c r="([A-Z]{1,3})([0-9]+)"')
        self.first_mark = mark + self._letters[0]
        self.old_run = re.compile(b"".join(old_cell(p, name) for name in self._letters))
        self.cell_end = b"</" + rewriter.xml.prefix + b"c>"
        self._default = [rewriter.xml.column_style(column) for column in range(run.left, run.right + 1)]
        self._templates: dict[Any, _Template] = {}
        self._above: tuple[bytes | None, ...] = (None,) * self.width
        self._guess: _Template | None = None
        self._guessed_kinds: Kinds = None
        self._adding = False
        self._row_style = ""
        self._last_mark = b""
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

    def batches(self, height: int, top: int) -> Iterator[Batch]:
        """The run's values, many rows at once."""
        for start in range(0, height, _BATCH):
            stop = min(height, start + _BATCH)
            made = [self._column(at, start, stop, top) for at in range(self.width)]
            columns = [fragments for fragments, _ in made]
            kept = any(KEEP in fragments for fragments in columns)
            gaps = kept or any(None in fragments for fragments in columns)
            yield Batch(columns, [kind for _, kind in made], gaps, kept)

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

    def fresh(self, name: bytes, wanted: Wanted, style: str) -> bytes:
        """Cells of the run for a row that has none of them; `style` is the row's own."""
        row, kinds, gaps = wanted
        template = self._appending(row, kinds, style, gaps=gaps)
        if not template.cells:
            return b""
        if gaps:
            row = tuple(f for f in row if f is not None and f is not KEEP)
        self._note(name, template, template.cells)
        return template.text.replace(b"\0", name) % row

    def edit(self, name: bytes, place: tuple[int, int], wanted: Wanted, style: str) -> Edit | None:
        """The edit of the run in one row; None when nothing changes, UNUSUAL when the row is.

        Args:
            name: the row's number.
            place: where its cells begin and end.
            wanted: what `rows` gave for it.
            style: the row's own style.
        """
        body, close = place
        data = self._data
        row, kinds, gaps = wanted
        guess = self._guess
        if self._adding:
            # As in the row above: the last cell is the same one, left of the run.
            last = data.rfind(self.cell, body, close)
            if data.startswith(self._last_mark + name + b'"', last) and data.endswith(
                self.cell_end, last, close
            ):
                if guess is None or gaps or kinds != self._guessed_kinds or style != self._row_style:
                    new = self.fresh(name, wanted, style)
                    return (close, close, new) if new else None
                self.changed += self.width
                self._last = name
                return close, close, guess.text.replace(b"\0", name) % row
            guess = None
        start = data.rfind(self.first_mark + name + b'"', body, close)
        if start < 0:
            start = self._start(name, body, close)
        if start < 0:
            return self._add(name, place, wanted, style)
        if guess is not None and not gaps and kinds == self._guessed_kinds:
            text = guess.text.replace(b"\0", name) % row
            end = start + len(text)
            if data.startswith(text, start) and (end == close or self._ends(end, close, name)):
                return None
        self._adding = False
        before = data.rfind(self.cell, body, start)
        if before < 0 or 0 < self._column_at(before, name) < self._run.left:
            return self._compare(name, (start, close), wanted, style)
        return UNUSUAL

    def _add(self, name: bytes, place: tuple[int, int], wanted: Wanted, style: str) -> Edit | None:
        """The edit that puts the run into a row that has none of it."""
        body, close = place
        at = self._place(name, body, close)
        if at < 0:
            return UNUSUAL
        new = self.fresh(name, wanted, style)
        self._adding, self._guess = False, None
        match = self._names.match(self._data, self._data.rfind(self.cell, body, close)) if body < at else None
        if at == close and match is not None:
            self._adding = True
            self._last_mark = self.cell + match.group(1)
            row, self._guessed_kinds, gaps = wanted
            self._row_style = style
            if not gaps:
                guess = self._appending(row, self._guessed_kinds, style, gaps=False)
                self._guess = guess if guess.bases == self._above else None
        return (at, at, new) if new else None

    def _start(self, name: bytes, body: int, close: int) -> int:
        """Where the first cell of the run is, or -1."""
        data = self._data
        last = data.rfind(self.cell, body, close)
        if last < 0 or 0 < self._column_at(last, name) < self._run.left:
            return -1
        tail = name + b'"'
        for mark in self.marks:
            at = data.find(mark + tail, body, close)
            if at >= 0:
                return at
        return -1

    def _column_at(self, at: int, name: bytes) -> int:
        """Column of the cell at an offset; 0 when it is not named the usual way."""
        match = self._names.match(self._data, at)
        if match is None or match.group(2) != name:
            return 0
        text = match.group(1)
        column = _KNOWN_COLUMNS.get(text)
        if column is None:
            column = _KNOWN_COLUMNS[text] = column_number(text.decode())
        return column

    def _place(self, name: bytes, body: int, close: int) -> int:
        """Where cells of the run belong in a row that has none of them; -1 when the row is unusual."""
        data = self._data
        if body == close:
            return close
        last = data.rfind(self.cell, body, close)
        column = self._column_at(last, name) if last >= 0 else 0
        if not column:
            return -1
        if column < self._run.left:
            ends = data.endswith(self.cell_end, last, close) or data.find(b">", last, close) == close - 1
            return close if ends else -1
        for match in self._names.finditer(data, body, close):
            if self._column_at(match.start(), name) > self._run.right:
                return match.start()
        return -1

    def _ends(self, at: int, close: int, name: bytes) -> bool:
        """Whether the run ends here: at the end of the row or before a cell further right."""
        return at == close or self._column_at(at, name) > self._run.right

    def _compare(self, name: bytes, place: tuple[int, int], wanted: Wanted, style: str) -> Edit | None:
        start, close = place
        row, kinds, gaps = wanted
        match = self.old_run.match(self._data, start, close)
        if match is None or not self._ends(match.end(), close, name):
            return UNUSUAL
        groups = match.groups()
        styles, olds = groups[::2], groups[1::2]
        merged = (olds, 0) if olds == row else self.compare.fragments(olds, row)
        if merged is None:
            return UNUSUAL  # a formula is overwritten: the patient way keeps the books on those
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
            self._above = self._merged(template.bases)
            self._guess = template if full else None
            self._guessed_kinds = kinds
            return None
        if template.restyled:
            changed += sum(
                old is not None and old == new and (before or b"") != after
                for old, new, before, after in zip(olds, fragments, styles, template.styles, strict=True)
            )
        self._guess = None
        self._note(name, template, changed)
        return start, end, text

    def _merged(self, styles: tuple[bytes | None, ...]) -> tuple[bytes | None, ...]:
        if None not in styles:
            return styles
        return tuple(before if now is None else now for before, now in zip(self._above, styles, strict=True))

    def _note(self, name: bytes, template: _Template, changed: int) -> None:
        self.changed += changed
        self._first = self._first or name
        self._last = name
        self.extent = template.first, template.last
        self._extents.add(self.extent)
        self._above = self._merged(template.bases)

    # Batches

    def mark_before(self, row: bytes, at: int, name: bytes) -> bytes:
        """How the cell at an offset of a row begins, up to its number; nothing when it is not left of us."""
        match = self._names.match(row, at)
        if match is None or match.group(2) != name or column_number(match.group(1).decode()) >= self.left:
            return b""
        return self.cell + match.group(1)

    def mark_after(self, row: bytes, at: int, name: bytes) -> bytes:
        """How the cell at an offset of a row begins, up to its number; nothing when it is not right of us."""
        match = self._names.match(row, at)
        right = self.left + self.width - 1
        if match is None or match.group(2) != name or column_number(match.group(1).decode()) <= right:
            return b""
        return self.cell + match.group(1)

    def styles_at_end(self, row: bytes, name: bytes, style: str, kinds: Kinds) -> tuple[bytes, ...] | None:
        """Styles of the run at the end of a row, guessed for missing cells; None when it is elsewhere."""
        starts = [row.rfind(mark + name + b'"') for mark in self.marks]
        start = min((at for at in starts if at >= 0), default=-1)
        match = self.old_run.match(row, start) if start >= 0 else None
        if match is None or match.end() != len(row):
            return None
        groups = match.groups()
        return tuple(
            [
                self._dated(self._base(at, style), kinds[at] if kinds else PLAIN)
                if old is None
                else old_style or b""
                for at, (old_style, old) in enumerate(zip(groups[::2], groups[1::2], strict=True))
            ]
        )

    def bases(self, style: str) -> tuple[bytes, ...]:
        """Styles of new cells in a row whose own style is given."""
        return tuple([self._base(at, style) for at in range(self.width)])

    def restyles(self, styles: Row, kinds: Kinds | Literal[False]) -> bool:
        """Whether values of these kinds need other styles."""
        return bool(kinds) and any(map(ne, styles, map(self._dated, styles, kinds or ())))

    def text(self, styles: Sequence[bytes | None], kinds: Kinds) -> bytes:
        """Format string for a row's cells; None where there is none."""
        return self._made(styles, kinds).text

    def see(self, styles: Row) -> None:
        """Remember the styles of the last cells."""
        self._above = self._merged(styles)
        self._adding, self._guess = False, None

    def note_batch(
        self, names: tuple[bytes, bytes], changed: int, extent: tuple[int, int], styles: Row
    ) -> None:
        """Count the changes of many rows."""
        self.changed += changed
        self._first = self._first or names[0]
        self._last = names[1]
        self.extent = extent
        self._extents.add(extent)
        self.see(styles)

    # Templates

    def _appending(self, row: Row, kinds: Kinds, style: str, *, gaps: bool) -> _Template:
        missing = tuple([f is None or f is KEEP for f in row]) if gaps else None
        key = (self._above, kinds, missing, style)
        template = self._templates.get(key)
        if template is None:
            bases = [
                None if missing is not None and missing[at] else self._base(at, style)
                for at in range(self.width)
            ]
            template = self._templates[key] = self._made(bases, kinds)
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
                else self._base(at, style)
                if olds[at] is None
                else old_styles[at] or b""
                for at in range(self.width)
            ]
            template = self._made(bases, kinds)
            restyled = any(
                old is not None and before != after
                for old, before, after in zip(olds, bases, template.styles, strict=True)
            )
            template = self._templates[key] = template._replace(restyled=restyled)
        return template

    def _made(self, bases: Sequence[bytes | None], kinds: Kinds) -> _Template:
        if len(self._templates) > _MAX_TEMPLATES:
            self._templates.clear()
        styles = [
            base if base is None or not kinds else self._dated(base, kinds[at])
            for at, base in enumerate(bases)
        ]
        pieces = [
            self.marks[at] + b'\0"' + (b' s="%b"' % style if style else b"") + b"%b"
            for at, style in enumerate(styles)
            if style is not None
        ]
        present = [at for at, style in enumerate(styles) if style is not None]
        first, last = (self._run.left + present[0], self._run.left + present[-1]) if present else (0, 0)
        text = b"".join(pieces)
        return _Template(text, tuple(bases), tuple(styles), first, last, len(present), restyled=False)
