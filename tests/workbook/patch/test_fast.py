"""The quick way and the patient way must agree, on any sheet and any blocks."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.patch import fast, faults, patch_blocks
from xlcrm.workbook.patch.package import Package
from xlcrm.workbook.patch.parts import Book
from xlcrm.workbook.patch.plan import bands
from xlcrm.workbook.patch.rewriting import Rewriter
from xlcrm.workbook.patch.sheet import SheetXml
from xlcrm.workbook.patch.verifying import Pieces
from xlcrm.workbook.port import KEEP, Block

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workbook.patch.conftest import HandMade, Reader

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="_"),
    min_size=1,
    max_size=8,
)
numbers = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12, allow_subnormal=False)
dates = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)).map(
    lambda d: d.replace(microsecond=0, second=0)
)
cells = st.none() | texts | numbers | st.booleans()
wanted = cells | st.just(KEEP)
dated = st.none() | st.just(KEEP) | dates
ROWS, COLUMNS = 8, 7


@st.composite
def sheets(draw: st.DrawFn) -> dict[tuple[int, int], Any]:
    """Some filled cells."""
    places = st.tuples(st.integers(1, ROWS), st.integers(1, COLUMNS))
    return draw(st.dictionaries(places, cells, max_size=40))


@st.composite
def blocks(draw: st.DrawFn, row: int = 0) -> Block:
    """One block, somewhere over and beside the filled cells."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    kinds = [draw(st.sampled_from((wanted, wanted, dated))) for _ in range(width)]
    columns = [draw(st.lists(kind, min_size=height, max_size=height)) for kind in kinds]
    return Block("表", row or draw(st.integers(1, ROWS + 2)), draw(st.integers(1, COLUMNS + 2)), columns)


def build(path: Path, filled: dict[tuple[int, int], Any]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for (row, column), value in filled.items():
        cell = sheet.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # text that begins with = is no formula here
    book.save(path)


def values(path: Path) -> dict[tuple[int, int], Any]:
    book = openpyxl.load_workbook(path)
    return {(c.row, c.column): c.value for row in book["表"].iter_rows() for c in row if c.value is not None}


def expected(filled: dict[tuple[int, int], Any], block: Block) -> dict[tuple[int, int], Any]:
    overlaid = {place: value for place, value in filled.items() if value is not None}
    for column, items in enumerate(block.columns, block.column):
        for row, value in enumerate(items, block.row):
            if value is None:
                overlaid.pop((row, column), None)
            elif value is not KEEP:
                overlaid[row, column] = value
    return overlaid


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, dt.datetime) and isinstance(other, dt.datetime):
        return abs(one - other) < dt.timedelta(milliseconds=1)
    return bool(one == other) and isinstance(one, str) == isinstance(other, str)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets(), blocks())
def test_old_values_overlaid_with_new_ones_are_read(filled: dict[tuple[int, int], Any], block: Block) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        build(path, filled)
        hoped = expected(values(path), block)  # openpyxl rounds some numbers when it writes
        patch_blocks(path, path, [block], backup=False)
        found = values(path)
        assert found.keys() == hoped.keys()
        assert all(alike(found[place], hoped[place]) for place in hoped)
        assert not faults(path)
        before = path.read_bytes()
        assert patch_blocks(path, path, [block], backup=False).cells == 0
        assert path.read_bytes() == before


def both_ways(path: Path, wanted: list[Block]) -> list[tuple[bytes, int, Any]]:
    """The part, the count and the area of changed cells: the quick way's, then the patient way's."""
    results = []
    with Package.open(path) as package:
        for way in (fast.write, Rewriter.write):
            book = Book(package, "a.xlsx")
            sheet = book.sheet("表")
            xml = SheetXml(book.read(sheet.part), sheet.part, "表")
            rewriter = Rewriter(book, xml)
            way(rewriter, bands(wanted))
            edits = sorted(rewriter.edits, key=lambda edit: edit[0])
            results.append((b"".join(Pieces(xml.data, edits)), rewriter.changed, rewriter.area))
    return results


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets(), st.lists(blocks(), min_size=1, max_size=3))
def test_both_ways_write_the_same(filled: dict[tuple[int, int], Any], several: list[Block]) -> None:
    taken: set[tuple[int, int]] = set()
    apart = []
    for block in several:
        places = {
            (block.row + y, block.column + x) for x, c in enumerate(block.columns) for y in range(len(c))
        }
        if not places & taken:
            apart.append(block)
            taken |= places
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        build(path, filled)
        (quick, changed, area), (patient, changed_too, area_too) = both_ways(path, apart)
    assert quick == patient
    assert changed == changed_too
    if changed:
        assert area.union(area_too) == area  # the quick way may name a wider area, never a smaller one


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[Any]], list[list[Any]], int]:
    """Full columns, as lists have them, new columns with few or many changes, and how many are old."""
    height, old = draw(st.integers(2, 24)), draw(st.integers(1, 3))
    kinds = [draw(st.sampled_from((texts, numbers, dates))) for _ in range(draw(st.integers(1, 3)))]
    full = [draw(st.lists(texts | numbers, min_size=height, max_size=height)) for _ in range(old)]
    new: list[list[Any]] = [draw(st.lists(kind, min_size=height, max_size=height)) for kind in kinds]
    for column in new:
        for at in draw(st.lists(st.integers(0, height - 1), max_size=3)):
            column[at] = draw(st.sampled_from((None, column[0])))
    return full, new, old


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), tables(), st.booleans())
def test_both_ways_fill_and_refresh_lists_alike(
    table: tuple[list[list[Any]], list[list[Any]], int],
    other: tuple[list[list[Any]], list[list[Any]], int],
    few: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    full, new, old = table
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        build(path, {(row, column): v for column, c in enumerate(full, 1) for row, v in enumerate(c, 1)})
        block = Block("表", 1, old + 1, new)
        results = both_ways(path, [block])
        assert results[0][:2] == results[1][:2]
        patch_blocks(path, path, [block], backup=False)
        refreshed = [list(column) for column in new]
        for column, values_ in zip(refreshed, other[1], strict=False):
            height = min(len(column), len(values_), 2 if few else len(column))
            column[:height] = values_[:height]
        results = both_ways(path, [Block("表", 1, old + 1, refreshed)])
        assert results[0][:2] == results[1][:2]


def test_large_list_in_batches(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "a.xlsx"
    build(path, {(row, 1): f"K{row}" for row in range(1, 3001)})
    days = [row * 0.1 for row in range(2999)]
    states: list[Any] = ["超时" if row % 3 else None for row in range(2999)]
    due: list[Any] = [
        dt.datetime(2026, 1, 1) + dt.timedelta(minutes=row) if row % 7 else None for row in range(2999)
    ]
    block = Block("表", 2, 2, [days, states, due])
    assert patch_blocks(path, path, [block], backup=False).cells == sum(
        v is not None for c in block.columns for v in c
    )
    found = read(path)
    assert [found.get(f"B{row}") for row in range(2, 3001)] == days
    assert [found.get(f"C{row}") for row in range(2, 3001)] == states
    assert patch_blocks(path, path, [block], backup=False).cells == 0
    days[1500] = -1
    states[10] = "新"
    assert patch_blocks(path, path, [Block("表", 2, 2, [days, states, due])], backup=False).cells == 2
    plain = Block("表", 2, 6, [days, ["甲"] * 2999])
    assert patch_blocks(path, path, [plain], backup=False).cells == 2 * 2999
    assert patch_blocks(path, path, [plain], backup=False).cells == 0
    days[7], days[2990] = 0.25, 0.75
    assert patch_blocks(path, path, [plain], backup=False).cells == 2
    assert [read(path).get(f"F{row}") for row in (9, 2992)] == [0.25, 0.75]
    days[2000] = float("nan")
    with pytest.raises(UnsafeToPatch, match="B2002 "):
        patch_blocks(path, path, [Block("表", 2, 2, [days, states, due])], backup=False)


def test_number_under_a_date_is_no_date(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "a.xlsx"
    build(path, {})
    patch_blocks(
        path, path, [Block("表", 1, 1, [[dt.date(2026, 1, 1), 5, "无", dt.date(2026, 1, 1)]])], backup=False
    )
    assert read(path) == {"A1": dt.datetime(2026, 1, 1), "A2": 5, "A3": "无", "A4": dt.datetime(2026, 1, 1)}


def test_cells_in_the_middle_of_a_row(
    by_hand: HandMade, sheet_of: Callable[..., str], read: Reader, part: Callable[..., str]
) -> None:
    rows = "".join(
        f'<row r="{r}" spans="1:9"><c r="A{r}"><v>1</v></c><c r="I{r}"><v>9</v></c></row>'
        for r in range(1, 5)
    )
    path = by_hand(sheet_of(rows))
    patch_blocks(
        path, path, [Block("表", 1, 3, [[3] * 4, [None, 4, KEEP, "四"]]), Block("表", 2, 8, [[8, 8]])]
    )
    assert (
        part(path).count('<c r="C2"><v>3</v></c><c r="D2"><v>4</v></c><c r="H2"><v>8</v></c><c r="I2">') == 1
    )
    assert {c: v for c, v in read(path).items() if c[0] in "DH"} == {"D2": 4, "D4": "四", "H2": 8, "H3": 8}


def test_tag_with_a_bracket_in_an_attribute_goes_the_patient_way(
    by_hand: HandMade, sheet_of: Callable[..., str], read: Reader
) -> None:
    path = by_hand(sheet_of('<row r="1" dyDescent="a>b"><c r="A1"><v>1</v></c></row>'))
    patch_blocks(path, path, [Block("表", 1, 2, [[2]])])
    assert read(path) == {"A1": 1, "B1": 2}
