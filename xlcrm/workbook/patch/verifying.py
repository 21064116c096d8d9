"""Proof that a written file is what it should be, before it takes the place of the old one."""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import SaveFailed
from xlcrm.workbook.patch.markup import INSIDE_TAG, attributes_of, utf8
from xlcrm.workbook.patch.package import Package, raw_bytes
from xlcrm.workbook.patch.ranges import Area
from xlcrm.workbook.patch.sheet import read_content
from xlcrm.workbook.port import KEEP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.plan import Band
    from xlcrm.workbook.patch.rewriting import Rewriter

_fast: Any = zlib
try:
    from isal import isal_zlib
except ImportError:  # it is optional, and has no wheel for some machines
    pass
else:
    _fast = isal_zlib

_CHUNK: Final = 1 << 20
_PACKED: Final = 1 << 16
_EDITS: Final = 512
_SAMPLES: Final = 100
"""Edits of one sheet that are read back; all of them when there are no more."""
_CACHE = re.compile(rb"<((?:[^\s<>/:]+:)?(?:str|num|multiLvlStr)Cache)\s*(?:/>|>.*?</\1\s*>)", re.DOTALL)
_AREA_END = re.compile(rb"(!\$?([A-Za-z]{1,3})\$?[0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?[0-9]{1,7})?(?=\s*</)")


class Pieces:
    """A sheet's part after its edits, produced piece by piece; never whole in memory.

    Attributes:
        crc, size: checksum and length of what the last full iteration produced.
    """

    def __init__(self, data: bytes, edits: Sequence[Edit]) -> None:
        self.edits = edits
        self.crc = self.size = 0
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        self.crc = self.size = 0
        position = 0
        for at in range(0, len(self.edits), _EDITS):
            edits = self.edits[at : at + _EDITS]
            starts, ends, news = zip(*edits, strict=True)
            if ends[-1] - position > _CHUNK:
                yield from self._apart(position, edits)
            else:
                cuts = map(slice, (position, *ends[:-1]), starts)
                olds = map(self._data.__getitem__, cuts)
                yield self._counted(b"".join(chain.from_iterable(zip(olds, news, strict=True))))
            position = ends[-1]
        for start in range(position, len(self._data), _CHUNK):
            yield self._counted(self._data[start : start + _CHUNK])

    def _apart(self, position: int, edits: Sequence[Edit]) -> Iterator[bytes]:
        """Edits that lie far apart: what is between them is passed on in large slices."""
        for start, end, new in edits:
            for at in range(position, start, _CHUNK):
                yield self._counted(self._data[at : min(start, at + _CHUNK)])
            yield self._counted(new)
            position = end

    def _counted(self, piece: bytes) -> bytes:
        self.crc = _fast.crc32(piece, self.crc)
        self.size += len(piece)
        return piece


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes to find in the new part, and what the cells in them must hold."""

    offset: int
    size: int
    rewriter: Rewriter
    bands: Sequence[Band]


def samples(pieces: Pieces, rewriter: Rewriter, bands: Sequence[Band]) -> list[Sample]:
    """Edits to read back, spread over the sheet."""
    step = max(1, len(pieces.edits) // _SAMPLES)
    found: list[Sample] = []
    shift = 0
    for at in range(0, len(pieces.edits), step):
        starts, ends, news = zip(*pieces.edits[at : at + step], strict=True)
        if news[0]:
            found.append(Sample(starts[0] + shift, len(news[0]), rewriter, bands))
        shift += sum(map(len, news)) + sum(starts) - sum(ends)
    return found


def verify(
    path: Path,
    old: Package,
    replaced: Mapping[str, bytes | Pieces],
    removed: Collection[str],
    sampled: Mapping[str, Sequence[Sample]],
    charts: Collection[str] = (),
) -> None:
    """Compare a finished file with what was meant.

    The list of parts; every untouched part's compressed bytes and checksum; every new part's content;
    the values of changed cells as they are read back; and what of charts must not change.

    Raises:
        SaveFailed: anything differs. The caller must not use the file.
    """
    with Package.open(path) as new:
        expected = [name for name in old.names if name not in removed]
        expected += [name for name in replaced if name not in old]
        if list(new.names) != expected:
            raise _wrong("部件清单不符")
        sums = {info.orig_filename: info.CRC for info in old.infos}
        for info in new.infos:
            name = info.orig_filename
            content = replaced.get(name)
            if content is None:
                if sums[name] != info.CRC or raw_bytes(new, name) != raw_bytes(old, name):
                    raise _wrong(f"部件“{name}”本不该变")
            elif isinstance(content, bytes):
                written = new.read(name)
                if written != content:
                    raise _wrong(f"部件“{name}”内容不符")
                if name in charts and _unbound(written) != _unbound(utf8(old.read(name), name)):
                    raise _wrong(f"图表“{name}”里不该变的内容变了")
            else:
                _verify_sheet(new, name, content, sampled.get(name, ()))


def _unbound(chart: bytes) -> bytes:
    """All of a chart's part that does not follow its cells: no caches, and of areas not their last rows."""
    return _AREA_END.sub(lambda m: m[1] + b":" + (m[3] or m[2]), _CACHE.sub(b"", chart))


def _wrong(what: str) -> SaveFailed:
    return SaveFailed(f"写入后的复查没有通过（{what}），原文件没有改动，请重试；再次出现请检查磁盘。")


def _verify_sheet(package: Package, name: str, pieces: Pieces, sampled: Sequence[Sample]) -> None:
    crc = size = 0
    waiting = list(reversed(sampled))
    last = b""
    for chunk in _inflated(package.raw(name)):
        window = last + chunk
        start = size - len(last)
        crc = _fast.crc32(chunk, crc)
        size += len(chunk)
        while waiting and waiting[-1].offset + waiting[-1].size <= size:
            sample = waiting.pop()
            _verify_cells(window[sample.offset - start :][: sample.size], sample)
        last = window[waiting[-1].offset - start :] if waiting and waiting[-1].offset < size else b""
    if waiting or (crc, size) != (pieces.crc, pieces.size):
        raise _wrong(f"部件“{name}”内容不符")


def _inflated(raw: memoryview) -> Iterator[bytes]:
    stream = _fast.decompressobj(-15)
    for at in range(0, len(raw), _PACKED):
        yield stream.decompress(raw[at : at + _PACKED])
    yield stream.flush()


def _verify_cells(found: bytes, sample: Sample) -> None:
    """Read the named cells in some XML back and compare them with what was asked."""
    rewriter = sample.rewriter
    prefix = re.escape(rewriter.xml.prefix)
    cell_tag = re.compile(b"<" + prefix + rb"c(?=[\s/>])" + INSIDE_TAG + b">")
    for match in cell_tag.finditer(found):
        area = Area.parse(attributes_of(found, match.start()).get("r", ""))
        closing = b"</" + rewriter.xml.prefix + b"c>"
        closed = found[match.end() - 2 : match.end()] == b"/>"
        end = match.end() if closed else found.find(closing, match.end()) + len(closing)
        wanted = _asked(sample.bands, area) if area is not None else KEEP
        if wanted is KEEP:
            continue
        content = read_content(found[match.start() : end], rewriter.xml.name)
        if not rewriter.same(content, None if wanted == "" else wanted):
            raise _wrong(f"单元格 {area} 读回的值不符")


def _asked(bands: Sequence[Band], area: Area) -> Any:
    """What was to be written into a cell."""
    at = bisect_right(bands, area.top, key=lambda band: band.top) - 1
    if at < 0 or area.top > bands[at].bottom:
        return KEEP
    for run in bands[at].runs:
        if run.left <= area.left <= run.right:
            return run.columns[area.left - run.left][area.top - bands[at].top + run.offset]
    return KEEP
