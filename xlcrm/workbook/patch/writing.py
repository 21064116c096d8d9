"""From blocks to a saved file: plan every part first, then write and verify in one step."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.patch import fast
from xlcrm.workbook.patch.charts import Sheet, charts
from xlcrm.workbook.patch.lists import Lists, grown_dimension
from xlcrm.workbook.patch.package import Package, rewrite
from xlcrm.workbook.patch.parts import Book, without_formulas, without_part
from xlcrm.workbook.patch.plan import area_of, bands
from xlcrm.workbook.patch.points import Points
from xlcrm.workbook.patch.rewriting import Rewriter
from xlcrm.workbook.patch.sheet import SheetXml
from xlcrm.workbook.patch.verifying import Pieces, Sample, samples, verify
from xlcrm.workbook.port import Block, Saved
from xlcrm.workbook.saving import fingerprint, save

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlcrm.workbook.patch.parts import SheetPart
    from xlcrm.workbook.patch.plan import Band


@dataclass(slots=True)
class _Follow:
    """What the sheets of one patch leave to the parts around them.

    Attributes:
        gone: by `sheetId`, the cells that hold no formula any more.
        sheets: those that change, by name, for charts.
    """

    gone: dict[int, set[str]] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)


@dataclass(slots=True)
class Patch:
    """The new parts of one package.

    Attributes:
        replaced: by part name; sheets as pieces, all others whole.
        removed: names of parts that go.
        samples: cells to read back, by part name.
        charts: names of the parts that are charts.
        cells: how many got another value.
    """

    replaced: dict[str, bytes | Pieces] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    charts: set[str] = field(default_factory=set)
    cells: int = 0


def patch_blocks(
    source: Path,
    target: Path,
    blocks: Sequence[Block],
    *,
    backup: bool = True,
    parts: Mapping[str, bytes] = MappingProxyType({}),
) -> Saved:
    """Write blocks into a copy of a workbook, or into the workbook itself, in one step.

    Cells that hold exactly the wanted value already stay as they are; when nothing would change and
    `target` is `source`, no file is touched.

    Args:
        source: the workbook to read.
        target: where the result goes; may be `source`.
        blocks: what to write; two blocks must not write one cell.
        backup: keep the old content of `target`, if it exists (see `xlcrm.workbook.saving`).
        parts: whole parts that are replaced or added, such as the macros; none that the blocks change.

    Returns:
        How many cells got another value, and where the backup is.

    Raises:
        UnsafeToPatch: a shape that cannot be written without a risk, or a value that fits in no cell.
        SheetMissing: a block names a sheet that is not there.
        UsageError: blocks that overlap or are not rectangular.
        WorkbookMissing, NotAWorkbook, WorkbookDamaged, WorkbookHostile, WorkbookInUse, WorkbookChanged,
            SaveFailed: see `xlcrm.errors`.
    """
    before = fingerprint(source)
    with Package.open(source) as package:
        patch = plan(package, source.name, blocks)
        _add_parts(patch, package, parts)
        if not patch.replaced and _one_file(source, target):
            return Saved(0)

        def write(stream: BinaryIO) -> None:
            rewrite(package, stream, patch.replaced, patch.removed)

        def check(path: Path) -> None:
            verify(path, package, patch.replaced, patch.removed, patch.samples, patch.charts)

        kept = save(source, target, write, verify=check, backup=backup, unchanged=before)
    return Saved(patch.cells, kept)


def _add_parts(patch: Patch, package: Package, parts: Mapping[str, bytes]) -> None:
    """Add whole parts that differ from what is there."""
    for name, content in parts.items():
        if name in patch.replaced or name in patch.removed:
            raise UnsafeToPatch(
                f"“{package.title}”的部件“{name}”要改两次，没有写入，请用 Excel 打开后另存一份再试。"
            )
        if name not in package or package.read(name) != content:
            patch.replaced[name] = content


def _one_file(source: Path, target: Path) -> bool:
    return target.exists() and source.samefile(target)


def plan(package: Package, title: str, blocks: Sequence[Block]) -> Patch:
    """Work out every new part; writes nothing."""
    patch = Patch()
    book = Book(package, title)
    by_sheet: dict[str, tuple[SheetPart, list[Block]]] = {}
    for block in blocks:
        if block.columns:
            area_of(block)
            sheet = book.sheet(block.sheet)
            by_sheet.setdefault(sheet.name, (sheet, []))[1].append(block)
    follow = _Follow()
    formulas = False
    for sheet, wanted in by_sheet.values():
        formulas |= _plan_sheet(patch, book, sheet, wanted, follow)
    changed = charts(book, follow.sheets)
    patch.replaced.update(changed)
    patch.charts.update(changed)
    if patch.cells:
        if formulas or book.has_formulas({sheet.part for sheet, _ in by_sheet.values()}):
            book.recalculate_on_open()
        _shorten_chain(patch, book, follow.gone)
    styles = book.related("styles")
    if patch.cells and styles and book.styles is not None and book.styles.changed:
        patch.replaced[book.stored(styles)] = book.styles.result()
    if book.workbook.edits:
        patch.replaced[book.stored(book.part)] = book.workbook.result()
    return patch


def _plan_sheet(patch: Patch, book: Book, sheet: SheetPart, blocks: list[Block], follow: _Follow) -> bool:
    """Plan one sheet and its tables; whether it holds formulas."""
    xml = SheetXml(book.read(sheet.part), sheet.part, sheet.name)
    lists = Lists(book, sheet, xml)
    resized = lists.resize(blocks)
    every = [*blocks, *resized.blocks]
    lists.check(every)
    rewriter, cut = _rewritten(book, xml, every)
    if rewriter.area is not None:
        grown_dimension(xml.frame, rewriter.area)
    book.grow_names(sheet, tuple(resized.growths), resized.filters)
    for table in lists.tables:
        if table.markup.edits:
            patch.replaced[table.part] = table.markup.result()
    edits = [*rewriter.edits, *xml.outside(xml.frame.edits)]
    if edits:
        pieces = Pieces(xml.data, sorted(edits, key=itemgetter(0)))
        patch.replaced[sheet.part] = pieces
        patch.samples[sheet.part] = samples(pieces, rewriter, cut)
    patch.cells += rewriter.changed
    if edits or resized.moved:
        follow.sheets[sheet.name] = Sheet(Points(book, xml, every), resized.moved)
    if rewriter.gone:
        follow.gone[sheet.sheet_id] = set(rewriter.gone)
    return xml.has_formulas


def _rewritten(book: Book, xml: SheetXml, blocks: Sequence[Block]) -> tuple[Rewriter, list[Band]]:
    rewriter = Rewriter(book, xml)
    rewriter.check_formulas(blocks)
    cut = bands(blocks)
    collecting = gc.isenabled()
    gc.disable()  # hundreds of thousands of tuples would set off full collections that find nothing
    try:
        fast.write(rewriter, cut)
    except fast.UnusualRowsError:
        rewriter = Rewriter(book, xml)
        cut = bands(blocks)  # anew: bands remember the styles that were met
        rewriter.write(cut)
    finally:
        if collecting:
            gc.enable()
    rewriter.check_shared()
    return rewriter, cut


def _shorten_chain(patch: Patch, book: Book, gone: dict[int, set[str]]) -> None:
    """Take overwritten formulas out of the calculation chain; Excel repairs a book that lists them."""
    part = book.related("calcChain")
    if not gone or not part:
        return
    stored = book.stored(part)
    old = book.read(part)
    left = without_formulas(old, gone)
    if left is None:
        patch.removed.add(stored)
        patch.replaced.update(without_part(book, part))
    elif left != old:
        patch.replaced[stored] = left
