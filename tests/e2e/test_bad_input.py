"""Every hostile, broken or awkward file through the command: refused in one sentence, or it works."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.e2e.running import Ran, call, run
from tests.workbooks import lists
from tests.workbooks.hostile import HOSTILE, Stage
from tests.workbooks.packages import STRINGS, parts, zipped
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = "2026-03-18T10:00"
NAME: Final = "客户投诉.xlsx"
SLOW: Final = {"every_row_formatted", "stray_value_in_the_last_row", "zip_bomb_in_pieces", "too_many_parts"}
REFUSED: Final = [
    name for name, hostile in HOSTILE.items() if hostile.error and hostile.stage is not Stage.WRITE
]
WHOLE_ARRAY: Final = "array_formula_in_column_h"
"""All of its cells would be overwritten, which breaks nothing."""
UNSAFE: Final = [
    name for name, hostile in HOSTILE.items() if hostile.stage is Stage.WRITE and name != WHOLE_ARRAY
]
FINE: Final = [name for name, hostile in HOSTILE.items() if not hostile.error]
SAME_DATA: Final = [
    *("formats_to_the_last_corner", "without_dimension", "title_above_headings", "merged_headings"),
    *("untidy_headings", "dates_of_1904", "formulas_in_our_columns", "hidden_and_filtered", "prefixed_sheet"),
    *("stored_without_compression", "parts_in_another_order", "data_descriptors", "comment_before_the_root"),
    *("byte_order_mark", "folder_entries", "svg_with_a_document_type"),
]
REAL: Final = ["encrypted", "zip_bomb", "truncated_to_half", "csv_gbk", "missing_file", "open_in_excel"]
"""A few that also go through a process of their own."""


def _marked(names: list[str]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in names]


def made(name: str, folder: Path) -> Path:
    path = folder / NAME
    HOSTILE[name].build(path)
    return path


def state(folder: Path) -> dict[str, bytes | None]:
    """Everything beside and in the workbook, our private folder's locks aside."""
    return {
        str(file.relative_to(folder)): file.read_bytes() if file.is_file() else None
        for file in sorted(folder.rglob("*"))
        if ".xlcrm" not in file.relative_to(folder).parts or "backup" in file.parts
    }


def assert_refused(ran: Ran, says: str) -> None:
    """Exit 2 and one Chinese sentence, without a trace of Python."""
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("不能完成：")
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert not re.search(r"Traceback|[A-Za-z]*(?:Error|Exception|Warning)\b|\bNone\b|xlcrm\.", ran.err)


def test_the_registry_is_long() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", _marked(REFUSED))
def test_refused_in_one_sentence_and_left_alone(name: str, tmp_path: Path) -> None:
    path = made(name, tmp_path)
    before = state(tmp_path)
    assert_refused(call("refresh", path, "--now", NOW), HOSTILE[name].says)
    assert state(tmp_path) == before


@pytest.mark.parametrize("name", UNSAFE)
def test_refused_where_our_column_cannot_be_written(name: str, tmp_path: Path) -> None:
    path = trapped(name, tmp_path)
    before = state(tmp_path)
    assert_refused(call("refresh", path, "--now", NOW), HOSTILE[name].says)
    assert state(tmp_path) == before


def test_an_array_formula_that_lies_wholly_in_our_column_gives_way(tmp_path: Path) -> None:
    path = trapped(WHOLE_ARRAY, tmp_path)
    assert call("refresh", path, "--now", NOW).code == 0
    with FileDoor(path, write=False) as door:
        grid = door.grid(lists.COMPLAINTS)
    assert not grid.formulas
    deadlines = [value for value in grid.columns[7][1:13] if value is not None]
    assert len(deadlines) >= 6
    assert all(isinstance(value, dt.datetime) for value in deadlines)


def trapped(name: str, folder: Path) -> Path:
    """The file with a column of ours where its trap is, so that a refresh has to write there."""
    path = made(name, folder)
    mode = path.stat().st_mode
    path.chmod(0o644)
    content = parts(path)
    old = content[STRINGS]
    content[STRINGS] = old.replace("<t>责任人</t>".encode(), "<t>预计解决日期</t>".encode())
    assert content[STRINGS] != old
    path.write_bytes(zipped(content))
    path.chmod(mode)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_the_real_process_says_the_same(name: str, tmp_path: Path) -> None:
    path = made(name, tmp_path)
    before = state(tmp_path)
    ran = run("refresh", path, "--now", NOW, home=tmp_path / "home")
    assert_refused(ran, HOSTILE[name].says)
    assert state(tmp_path) == before
    assert call("refresh", path, "--now", NOW) == ran


@pytest.mark.parametrize("name", _marked(FINE))
def test_awkward_files_work(name: str, tmp_path: Path) -> None:
    path = made(name, tmp_path)
    ran = call("refresh", path, "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"已处理 \d+ 行", ran.out)


def found(path: Path) -> Counter[tuple[str, ...]]:
    """Findings as (code, sheet, heading, value, message), counted; where they stand does not matter."""
    ran = call("check", path, "--now", NOW, "--json")
    assert ran.code == 0
    keys = ("code", "sheet", "heading", "value", "message")
    listed = json.loads(ran.out)["findings"]
    return Counter(
        tuple(re.sub(r"第 ?\d+ ?行", "第?行", "".join(str(item[key]).split())) for key in keys)
        for item in listed
    )


@pytest.mark.parametrize("name", SAME_DATA)
def test_the_same_data_in_another_dress_gives_the_same_findings(name: str, tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    assert found(made(name, tmp_path)) == found(made("good", tmp_path / "good"))


@pytest.mark.parametrize(
    ("name", "heading", "value"),
    [
        ("text_in_date_column", "投诉日期", r"\D"),
        ("error_cells", "", r"#"),
        ("text_that_looks_like_a_formula", "", r"="),
    ],
)
def test_wrong_data_is_found_and_told(name: str, heading: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    new = found(made(name, tmp_path)) - found(made("good", tmp_path / "good"))
    told = [item for item in new if item[1] == lists.COMPLAINTS and re.search(value, item[3])]
    assert told
    assert not heading or heading in {item[2] for item in told}
