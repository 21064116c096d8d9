"""A thousand rows at a time: the same work as `FastRun.edit`, with loops that run inside C.

Three shapes are known: rows that all get new cells behind their last one; rows that hold already what they
should; and rows that end with the run, all of its cells filled. Anything else goes row by row.
"""

from __future__ import annotations

from itertools import accumulate, repeat
from operator import add, eq, sub
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlcrm.workbook.patch.fast import Tag
    from xlcrm.workbook.patch.fastcells import Row
    from xlcrm.workbook.patch.fastrun import Batch, FastRun, Kinds, Wanted
    from xlcrm.workbook.patch.markup import Edit


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
    kinds = batch.constant
    if batch.kept or kinds is False:
        return None
    lasts = list(map(bytes.rfind, chunk.rows, repeat(run.cell)))
    if min(lasts) < 0:
        return None
    mark = run.mark_before(chunk.rows[0], lasts[0], chunk.names[0])
    if mark:
        return _added(run, chunk, batch, tag, (mark, lasts))
    styles = run.styles_at_end(chunk.rows[0], chunk.names[0], tag.style, kinds)
    if styles is None or run.restyles(styles, kinds):
        return None
    texts = _texts(run, chunk.names, batch, batch.columns, styles)
    same = list(map(bytes.endswith, chunk.rows, texts))
    if same.count(False) * _FEW >= len(same):
        return None if batch.gaps else _replaced(run, chunk, batch, (styles, texts))
    sound = not batch.gaps or _is_sound(run, chunk, list(map(len, texts)))
    if sound:
        run.see(_seen(batch, styles))
        for at, wanted in enumerate(batch.rows() if not all(same) else ()):
            if not same[at]:
                odd(at, wanted)
    return [] if sound else None


def _added(
    run: FastRun, chunk: Chunk, batch: Batch, tag: Tag, last: tuple[bytes, list[int]]
) -> list[Edit] | None:
    """New cells behind the last cell of every row, which is in the same column everywhere."""
    mark, lasts = last
    marks = [mark + name + b'"' for name in chunk.names]
    if not all(map(bytes.startswith, chunk.rows, marks, lasts)):
        return None
    if not all(map(bytes.endswith, chunk.rows, repeat(run.cell_end))):
        return None
    filled = [at for at, column in enumerate(batch.columns) if column.count(None) < len(column)]
    if not filled:
        return []
    extent = run.left + filled[0], run.left + filled[-1]
    wider = tag.widened(*extent)
    bases = run.bases(tag.style)
    texts = _texts(run, chunk.names, batch, batch.columns, bases)
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


def _replaced(run: FastRun, chunk: Chunk, batch: Batch, wanted: tuple[Row, list[bytes]]) -> list[Edit] | None:
    """Cells that end every row, all filled, compared and written where they differ.

    `wanted` holds the styles that they must have, and the texts that the values would give.
    """
    styles, texts = wanted
    found = run.filled_cells(chunk.starts[0], chunk.end)
    if len(found) != len(chunk.rows):
        return None
    groups = list(zip(*found, strict=True))
    if any(column.count(style) != len(column) for column, style in zip(groups[::2], styles, strict=True)):
        return None
    olds = groups[1::2]
    old_texts = _texts(run, chunk.names, batch, olds, styles)
    if not all(map(bytes.endswith, chunk.rows, old_texts)):
        return None
    sizes = list(map(len, old_texts))
    if not _is_sound(run, chunk, sizes):
        return None
    finals = [run.compare.column_after(old, new) for old, new in zip(olds, batch.columns, strict=True)]
    columns = [final for final in finals if final is not None]
    if len(columns) < len(finals):
        return None
    if columns != batch.columns:  # some old spellings stay
        texts = _texts(run, chunk.names, batch, columns, styles)
    starts = map(sub, chunk.closes, sizes)
    both = zip(starts, chunk.closes, texts, old_texts, strict=True)
    edits = [(start, end, new) for start, end, new, old in both if new != old]
    if edits:
        differing = [name for name, new, old in zip(chunk.names, texts, old_texts, strict=True) if new != old]
        changed = sum(len(old) - sum(map(eq, old, new)) for old, new in zip(olds, columns, strict=True))
        extent = run.left, run.left + run.width - 1
        run.note_batch((differing[0], differing[-1]), changed, extent, styles)
    else:
        run.see(styles)
    return edits


def _is_sound(run: FastRun, chunk: Chunk, sizes: list[int]) -> bool:
    """Whether what stands before the last `size` bytes of each row ends with a cell left of the run."""
    ends = list(map(sub, map(len, chunk.rows), sizes))
    lasts = list(map(bytes.rfind, chunk.rows, repeat(run.cell), repeat(0), ends))
    if max(lasts) < 0:
        return ends == list(map(len, chunk.heads))
    mark = run.mark_before(chunk.rows[0], lasts[0], chunk.names[0])
    marks = [mark + name + b'"' for name in chunk.names]
    return bool(mark) and min(lasts) >= 0 and all(map(bytes.startswith, chunk.rows, marks, lasts))


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


def _texts(
    run: FastRun, names: list[bytes], batch: Batch, columns: Sequence[Sequence[bytes | None]], styles: Row
) -> list[bytes]:
    """The cells of every row."""
    rows = zip(*columns, strict=True)
    kinds = batch.constant or None
    if not batch.gaps:
        text = run.text(styles, kinds)
        return [text.replace(b"\0", name) % row for name, row in zip(names, rows, strict=True)]
    missing = zip(*[[value is None for value in column] for column in columns], strict=True)
    by_gaps = _ByGaps(run, styles, kinds)
    return [
        by_gaps[gaps].replace(b"\0", name) % tuple([value for value in row if value is not None])
        for gaps, name, row in zip(missing, names, rows, strict=True)
    ]
