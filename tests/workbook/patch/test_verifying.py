"""A finished file that is not what was meant never takes the place of the old one."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.workbooks.charted import CHART, list_block, many
from xlcrm.errors import SaveFailed, WorkbookDamaged
from xlcrm.workbook.patch import patch_blocks, writing
from xlcrm.workbook.patch.charts import charts
from xlcrm.workbook.patch.package import rewrite
from xlcrm.workbook.patch.verifying import Pieces
from xlcrm.workbook.port import Block

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"


def spoil(change: Callable[[dict[str, bytes]], None]) -> Callable[..., None]:
    """A `rewrite` that changes parts behind the writer's back."""

    def rewritten(package: Any, target: Any, replaced: Any, removed: Any = ()) -> None:
        rewrite(package, target, replaced, removed)
        target.seek(0)
        with zipfile.ZipFile(target) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        change(parts)
        target.seek(0)
        target.truncate()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return rewritten


def swapped(parts: dict[str, bytes]) -> None:
    parts[SHEET] = parts[SHEET].replace("新".encode(), "旧".encode())


def lengthened(parts: dict[str, bytes]) -> None:
    parts[SHEET] += b"\n"


def styled(parts: dict[str, bytes]) -> None:
    parts["xl/styles.xml"] += b"\n"


def dropped(parts: dict[str, bytes]) -> None:
    del parts["docProps/app.xml"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (swapped, "E2 读回的值不符"),
        (lengthened, "sheet1.xml”内容不符"),
        (styled, "styles.xml”本不该变"),
        (dropped, "部件清单不符"),
    ],
)
def test_difference_is_found_and_the_old_file_stays(
    ordinary: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, bytes]], None],
    why: str,
) -> None:
    before = ordinary.read_bytes()
    if change in {swapped, lengthened}:  # keep the untouched parts' bytes, so that only the sheet differs
        monkeypatch.setattr("xlcrm.workbook.patch.verifying.raw_bytes", lambda *_: b"")
    monkeypatch.setattr(writing, "rewrite", spoil(change))
    with pytest.raises(SaveFailed, match=why):
        patch_blocks(ordinary, ordinary, [Block("客户", 2, 5, [["新", "新"]])])
    assert ordinary.read_bytes() == before
    assert [path.name for path in ordinary.parent.iterdir() if path.is_file()] == [ordinary.name]


def test_half_a_file_is_found(ordinary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(package: Any, target: Any, replaced: Any, removed: Any = ()) -> None:
        rewrite(package, target, replaced, removed)
        target.truncate(target.tell() // 2)

    before = ordinary.read_bytes()
    monkeypatch.setattr(writing, "rewrite", half)
    with pytest.raises(WorkbookDamaged):
        patch_blocks(ordinary, ordinary, [Block("客户", 2, 5, [["新"]])])
    assert ordinary.read_bytes() == before


def test_pieces_are_the_edited_part() -> None:
    data = bytes(range(256)) * 20_000
    edits = [
        (0, 0, b"a"),
        (5, 7, b""),
        (7, 9, b"bc"),
        (3_000_000, 3_000_001, b"d"),
        (len(data), len(data), b"e"),
    ]
    whole = b"a" + data[:5] + b"bc" + data[9:3_000_000] + b"d" + data[3_000_001:] + b"e"
    pieces = Pieces(data, edits)
    assert b"".join(pieces) == whole
    assert max(map(len, pieces)) <= 1 << 20
    assert pieces.size == len(whole)
    assert b"".join(Pieces(data, edits[:3])) == b"a" + data[:5] + b"bc" + data[9:]


def test_a_chart_that_changed_elsewhere_is_found(charted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any) -> dict[str, bytes]:
        return {name: text.replace(b"1F4E78", b"000000") for name, text in charts(*arguments).items()}

    before = charted.read_bytes()
    monkeypatch.setattr(writing, "charts", careless)
    with pytest.raises(SaveFailed, match=r"图表“xl/charts/chart1\.xml”里不该变的内容变了"):
        patch_blocks(charted, charted, [list_block(many(4))])
    assert charted.read_bytes() == before


def test_a_chart_that_moved_to_another_column_is_found(
    charted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*arguments: Any) -> dict[str, bytes]:
        return {name: text.replace(b":$B$", b":$C$") for name, text in charts(*arguments).items()}

    monkeypatch.setattr(writing, "charts", careless)
    with pytest.raises(SaveFailed, match="不该变的内容变了"):
        patch_blocks(charted, charted, [list_block(many(4))])


def test_a_chart_that_is_not_what_was_meant_is_found(charted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(package: Any, target: Any, replaced: Any, removed: Any = ()) -> None:
        rewrite(package, target, {**replaced, CHART: replaced[CHART] + b"\n"}, removed)

    monkeypatch.setattr(writing, "rewrite", spoilt)
    with pytest.raises(SaveFailed, match=r"chart1\.xml”内容不符"):
        patch_blocks(charted, charted, [list_block(many(4))])
