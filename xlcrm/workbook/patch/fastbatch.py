"""A thousand rows at a time: the same work as `FastRun.edit`, with loops that run inside C.

Three shapes are known: rows that all get new cells behind their last one; rows that hold already what they
should; and rows in which every cell of the run stands, blank or filled. Anything else goes row by row.
"""

from __future__ import annotations

from itertools import accumulate, repeat
from operator import add, eq, sub
from typing import TYPE_CHECKING, Final, NamedTuple

from xlcrm.workbook.patch.cells import PLAIN

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from xlcrm.workbook.patch.fast import Tag
    from xlcrm.workbook.patch.fastcells import Row
    from xlcrm.workbook.patch.fastrun import Batch, FastRun, Kinds, Wanted
    from xlcrm.workbook.patch.markup import Edit


BLANK: Final = b"/>"
"""The fragment of an empty cell."""
_SAMPLE: Final = 4
"""Rows that are looked at before all are compared with what they would be if nothing changed."""
_MARKS: Final = 32
"""Different columns that may stand next to the run in the rows of one batch."""
_FEW: Final = 8
"""When fewer than one row in so many changes, those rows are rewritten one by one."""


class Chunk(NamedTuple):
    """Neighbouring rows whose start tags differ in their numbers only.

    Attributes:
        names: their numbers.
        rows: each from `<` to before its end tag.
        heads: their start tags.
        starts: offsets of `<` in the part.
        closes: offsets of the end tags.
        end: offset behind the last row.
    """

    names: list[bytes]
    rows: list[bytes]
    heads: list[bytes]
    starts: list[int]
    closes: list[int]
    end: int


def cut(
    data: bytes, names: list[bytes], span: tuple[int, int], marks: tuple[bytes, bytes, bytes]
) -> Chunk | None:
    """Cut data[start:end] into the named rows, or None when they are not all written alike.

    Args:
        data: the part.
        names: the rows' numbers.
        span: from the first row's `<` to behind the last row.
        marks: `<row r="`, what stands in the first row's tag behind the number's quote, and `</row>`.
    """
    start, end = span
    opening, rest, closing = marks
    rows = data[start:end].split(closing)
    if rows.pop() or len(rows) != len(names):
        return None
    tail = b'"' + rest
    heads = [opening + name + tail for name in names]
    if not all(map(bytes.startswith, rows, heads)):
        return None
    sizes = list(map(len, rows))
    starts = list(accumulate(map(add, sizes, repeat(len(closing))), initial=start))[:-1]
    return Chunk(names, rows, heads, starts, list(map(add, starts, sizes)), end)


def batch_edits(
    run: FastRun, chunk: Chunk, batch: Batch, tag: Tag, odd: Callable[[int, Wanted], None]
) -> list[Edit] | None:
    """The edits of a batch of rows; None when they need the row-by-row way.

    `odd` rewrites the row at an index of the chunk by itself; it is called when few rows change.
    """
    if batch.kept:
        return None
    lasts = list(map(bytes.rfind, chunk.rows, repeat(run.cell)))
    if min(lasts) < 0:
        return None
    if run.mark_before(chunk.rows[0], lasts[0], chunk.names[0]):
        batch = _without_kinds(run, batch, run.bases(tag.style))
        return None if batch.constant is False else _added(run, chunk, batch, tag, lasts)
    styles = run.styles_at_end(chunk.rows[0], chunk.names[0], tag.style, batch.constant or None)
    if styles is not None:
        batch = _without_kinds(run, batch, styles)
    if styles is not None and batch.constant is not False and not run.restyles(styles, batch.constant):
        same = _same(run, chunk, batch, styles)
        if same.count(False) * _FEW < len(same) and _unchanged_is_sound(run, chunk, batch, styles):
            run.see(_seen(batch, styles))
            for at, wanted in enumerate(batch.rows() if not all(same) else ()):
                if not same[at]:
                    odd(at, wanted)
            return []
    return _settled(run, replaced(run, chunk, batch, tag.style))


def _without_kinds(run: FastRun, batch: Batch, styles: Row) -> Batch:
    """The batch without its kinds, where the styles suit all of them."""
    if any(run.restyles(styles, kinds) for kinds in batch.combinations()):
        return batch
    return batch._replace(kinds=[PLAIN] * len(batch.kinds))


def _same(run: FastRun, chunk: Chunk, batch: Batch, styles: Row) -> list[bool]:
    """Whether each row ends with what it should; nothing when the first few do not."""
    few = min(_SAMPLE, len(chunk.rows))
    if not all(map(bytes.endswith, chunk.rows, _texts(run, chunk.names[:few], batch.head(few), styles))):
        return [False]
    return list(map(bytes.endswith, chunk.rows, _texts(run, chunk.names, batch, styles)))


def _unchanged_is_sound(run: FastRun, chunk: Chunk, batch: Batch, styles: Row) -> bool:
    if not batch.gaps:
        return True
    sizes = map(len, _texts(run, chunk.names, batch, styles))
    return _is_sound(run, chunk, list(map(sub, map(len, chunk.rows), sizes)))


def _settled(run: FastRun, found: Replaced | None) -> list[Edit] | None:
    if found is None:
        return None
    found.note(run)
    return found.edits


def _added(run: FastRun, chunk: Chunk, batch: Batch, tag: Tag, lasts: list[int]) -> list[Edit] | None:
    """New cells behind the last cell of every row, which stands left of the run everywhere."""
    if not _all_marked(chunk, lasts, list(range(len(lasts))), run.mark_before):
        return None
    if not all(map(bytes.endswith, chunk.rows, repeat((run.cell_end, BLANK)))):
        return None
    filled = [at for at, column in enumerate(batch.columns) if column.count(None) < len(column)]
    if not filled:
        return []
    extent = run.left + filled[0], run.left + filled[-1]
    wider = tag.widened(*extent)
    bases = run.bases(tag.style)
    texts = _texts(run, chunk.names, batch, bases)
    written = [name for name, text in zip(chunk.names, texts, strict=True) if text]
    cells = sum(len(column) - column.count(None) for column in batch.columns)
    run.note_batch((written[0], written[-1]), cells, extent, _seen(batch, bases))
    if wider is None:
        edits = zip(chunk.closes, chunk.closes, texts, strict=True)
        return [edit for edit in edits if edit[2]] if batch.gaps else list(edits)
    rest = len(tag.rest)
    found: list[Edit] = []
    for start, head, close, text in zip(chunk.starts, chunk.heads, chunk.closes, texts, strict=True):
        if text:
            body = start + len(head)
            found += ((body - rest, body, wider), (close, close, text))
    return found


class Replaced(NamedTuple):
    """Edits of cells that were there, and what the run has to remember of them.

    Attributes:
        edits: in the order of their places.
        names: numbers of the first and the last changed row.
        changed: how many cells get another value.
        styles: the cells' styles.
    """

    edits: list[Edit]
    names: tuple[bytes, bytes]
    changed: int
    styles: Row

    def note(self, run: FastRun) -> None:
        """Count the changes."""
        if self.edits:
            extent = run.left, run.left + run.width - 1
            run.note_batch(self.names, self.changed, extent, self.styles)
        else:
            run.see(self.styles)


def replaced(run: FastRun, chunk: Chunk, batch: Batch, style: str) -> Replaced | None:
    """Cells of the run that stand in every row, blank or filled, compared and written where they differ.

    A column may also be missing from every row. None where a cell is missing from some rows, holds a formula,
    or would need another style.

    Args:
        run: the run.
        chunk: the rows.
        batch: their values.
        style: the rows' own style.
    """
    places = None if batch.kept else _places(run, chunk)
    if places is None:
        return None
    matches, starts, ends = places
    groups = list(zip(*[match.groups() for match in matches], strict=True))
    olds = groups[1::2]
    there = [column.count(None) == 0 for column in olds]
    styles = _styles(groups[::2], there, run.bases(style))
    if styles is None or any(not here and any(column) for here, column in zip(there, olds, strict=True)):
        return None
    if any(run.restyles(styles, kinds) for kinds in batch.combinations()):
        return None
    finals = [
        run.compare.column_after(old, _blanked(new)) if here else new
        for here, old, new in zip(there, olds, batch.columns, strict=True)
    ]
    columns = [final for final in finals if final is not None]
    return (
        None
        if len(columns) < len(finals)
        else _differences(run, chunk, (styles, olds, columns), (starts, ends))
    )


def _blanked(column: list[bytes | None]) -> list[bytes]:
    """With the fragment of an empty cell for None."""
    return [BLANK if value is None else value for value in column]


def _places(run: FastRun, chunk: Chunk) -> tuple[list[re.Match[bytes]], list[int], list[int]] | None:
    """The run's cells in every row, where they begin and end; None when a row is written otherwise."""
    for mark in run.marks:
        starts = list(map(bytes.find, chunk.rows, [mark + name + b'"' for name in chunk.names]))
        if max(starts) >= 0:
            break
    if min(starts) < 0:
        return None
    matches = [match for match in map(run.old_run.match, chunk.rows, starts) if match is not None]
    ends = [match.end() for match in matches]
    if len(ends) < len(starts) or not (_is_sound(run, chunk, starts) and _ends_soundly(run, chunk, ends)):
        return None
    return matches, starts, ends


def _styles(groups: Sequence[Sequence[bytes | None]], there: Sequence[bool], bases: Row) -> Row | None:
    """One style a column, that of new cells where there are none; None where rows differ."""
    styles = []
    for column, here, base in zip(groups, there, bases, strict=True):
        if here and column.count(column[0]) < len(column):
            return None
        styles.append(column[0] or b"" if here else base)
    return tuple(styles)


def _differences(
    run: FastRun,
    chunk: Chunk,
    cells: tuple[Row, Sequence[Sequence[bytes | None]], Sequence[Sequence[bytes | None]]],
    places: tuple[list[int], list[int]],
) -> Replaced:
    styles, olds, news = cells
    by_gaps = _ByGaps(run, styles, None)
    rows = zip(
        chunk.names, chunk.starts, *places, zip(*olds, strict=True), zip(*news, strict=True), strict=True
    )
    differing = [row for row in rows if row[4] != row[5]]
    if not differing:
        return Replaced([], (b"", b""), 0, styles)
    if any(None in column for column in news):
        texts = [_gapped(by_gaps, name, new) for name, *_, new in differing]
    else:
        text = run.text(styles, None)
        texts = [text.replace(b"\0", name) % new for name, *_, new in differing]
    edits = [
        (at + start, at + end, text) for (_, at, start, end, _, _), text in zip(differing, texts, strict=True)
    ]
    changed = sum(len(old) - sum(map(eq, old, new)) for old, new in zip(olds, news, strict=True))
    return Replaced(edits, (differing[0][0], differing[-1][0]), changed, styles)


def _gapped(by_gaps: _ByGaps, name: bytes, row: Row) -> bytes:
    """The cells of a row in which some are missing."""
    text = by_gaps[tuple([value is None for value in row])]
    return text.replace(b"\0", name) % tuple([value for value in row if value is not None])


def _ends_soundly(run: FastRun, chunk: Chunk, ends: list[int]) -> bool:
    """Whether each row ends with the run, or goes on with a cell right of it."""
    more = [at for at, (row, end) in enumerate(zip(chunk.rows, ends, strict=True)) if end < len(row)]
    return _all_marked(chunk, ends, more, run.mark_after)


def _is_sound(run: FastRun, chunk: Chunk, ends: list[int]) -> bool:
    """Whether what stands before an offset of each row ends with a cell left of the run, or is no cell."""
    lasts = list(map(bytes.rfind, chunk.rows, repeat(run.cell), repeat(0), ends))
    bare = [at for at, last in enumerate(lasts) if last < 0]
    if any(ends[at] != len(chunk.heads[at]) for at in bare):
        return False
    return _all_marked(chunk, lasts, [at for at, last in enumerate(lasts) if last >= 0], run.mark_before)


def _all_marked(
    chunk: Chunk, places: list[int], rows: list[int], mark_at: Callable[[bytes, int, bytes], bytes]
) -> bool:
    """Whether a cell that `mark_at` accepts begins at a place of each row, in few different columns."""
    for _ in range(_MARKS):
        if not rows:
            return True
        first = rows[0]
        mark = mark_at(chunk.rows[first], places[first], chunk.names[first])
        if not mark:
            return False
        rows = [at for at in rows if not chunk.rows[at].startswith(mark + chunk.names[at] + b'"', places[at])]
    return not rows


def _seen(batch: Batch, styles: Row) -> Row:
    """The styles of columns in which a cell was met."""
    pairs = zip(batch.columns, styles, strict=True)
    return tuple([None if column.count(None) == len(column) else style for column, style in pairs])


class _ByGaps(dict[tuple[bool, ...], bytes]):
    """Format strings by which cells are missing."""

    def __init__(self, run: FastRun, styles: Row, kinds: Kinds) -> None:
        super().__init__()
        self._made = run, styles, kinds

    def __missing__(self, gaps: tuple[bool, ...]) -> bytes:
        run, styles, kinds = self._made
        present = [None if gap else style for gap, style in zip(gaps, styles, strict=True)]
        self[gaps] = text = run.text(present, kinds)
        return text


def _texts(run: FastRun, names: list[bytes], batch: Batch, styles: Row) -> list[bytes]:
    """The cells of every row."""
    rows = zip(*batch.columns, strict=True)
    kinds = batch.constant or None
    if not batch.gaps:
        text = run.text(styles, kinds)
        return [text.replace(b"\0", name) % row for name, row in zip(names, rows, strict=True)]
    missing = zip(*[[value is None for value in column] for column in batch.columns], strict=True)
    by_gaps = _ByGaps(run, styles, kinds)
    return [
        by_gaps[gaps].replace(b"\0", name) % tuple([value for value in row if value is not None])
        for gaps, name, row in zip(missing, names, rows, strict=True)
    ]
