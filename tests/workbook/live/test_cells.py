"""What is typed where, and what is left alone because it is there already."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.live.access import Held
from xlcrm.workbook.live.cells import (
    Formula,
    Piece,
    arrived,
    as_before,
    changed_span,
    changing,
    checked,
    pieces,
    same,
    typed,
)
from xlcrm.workbook.patch.ranges import Area
from xlcrm.workbook.port import KEEP, Block, Link, Undated

LINK = Link("客户 第3行", "客户's", "A3")
FORMULA = Formula("=HYPERLINK(\"#'客户''s'!A3\",\"客户 第3行\")", "客户 第3行")


class Text(str):
    """A text of another class, as numpy has one."""

    __slots__ = ()


def test_values_become_what_a_program_takes() -> None:
    moment = dt.datetime(2026, 3, 18, 9, 40)
    given: list[Any] = [
        1,
        np.int64(2),
        np.float64(2.5),
        np.bool_(1),
        "",
        Text("甲"),
        LINK,
        moment,
        Undated(3),
        KEEP,
        None,
    ]
    (found,) = checked(Block("表", 1, 1, [given]), date1904=False)
    assert found == [1.0, 2.0, 2.5, True, None, "甲", FORMULA, moment, Undated(3), KEEP, None]
    assert [type(value) for value in found[:6]] == [float, float, float, bool, type(None), str]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("长" * 32_768, "32768 个字"),
        (float("nan"), "NaN"),
        (10**400, "整数太大"),
        (dt.date(1899, 1, 1), "早于 Excel"),
        (dt.datetime(2026, 3, 18, tzinfo=dt.UTC), "时区"),
        (object(), "类型 object"),
    ],
)
def test_what_fits_in_no_cell_is_refused_by_name(value: Any, why: str) -> None:
    with pytest.raises(UnsafeToPatch, match=f"^工作表“表”的 C4 不能写入：.*{why}.*请改正后再试。$"):
        checked(Block("表", 2, 2, [[None] * 3, ["甲", 1, value]]), date1904=False)


@pytest.mark.parametrize(
    ("value", "formula", "wanted", "there"),
    [
        (None, "", None, True),
        (None, '=""', None, False),
        (None, "#N/A", None, False),
        ("甲", "甲", "甲", True),
        ("甲", "甲", "乙", False),
        ("=1+1", "=1+1", "=1+1", True),
        (2.0, "=1+1", 2.0, False),
        ("1", "1", 1.0, False),
        (1.0, "1", "1", False),
        (1.0, "1", 1.0, True),
        (1.0, "1", True, False),
        (True, "TRUE", True, True),
        (True, "TRUE", 1.0, False),
        (Decimal("1.5"), "1.5", 1.5, True),
        (dt.datetime(2026, 3, 18), "46099", dt.date(2026, 3, 18), True),
        (dt.datetime(2026, 3, 18, 9, 40, 0, 1000), "46099.4", dt.datetime(2026, 3, 18, 9, 40), True),
        (dt.datetime(2026, 3, 18, tzinfo=dt.UTC), "46099", dt.date(2026, 3, 19), False),
        (dt.datetime(2026, 3, 18), "46099", 46_099.0, True),
        (dt.datetime(2026, 3, 18), "46099", "2026-03-18", False),
        (46_099.0, "46099", dt.date(2026, 3, 18), False),
        ("客户 第3行", FORMULA.text, FORMULA, True),
        ("客户 第3行", "客户 第3行", FORMULA, False),
        (0.0, FORMULA.text, FORMULA, False),
        ("anything", "anything", KEEP, True),
    ],
)
def test_cells_that_hold_it_already(value: Any, formula: str, wanted: Any, there: bool) -> None:  # noqa: FBT001 - a case
    assert same(value, formula, wanted) is there


def test_what_was_read_back_may_have_other_line_ends() -> None:
    assert arrived("甲\n乙", "甲\r\n乙")
    assert not arrived("甲乙", "甲\n乙")
    assert not arrived(None, "甲")
    assert arrived(FORMULA.text, FORMULA)


def test_typed_values() -> None:
    moment = dt.datetime(2026, 3, 18, 9, 40)
    assert [
        typed(value) for value in ("1", "甲", True, None, moment, moment.date(), Undated(3), FORMULA)
    ] == [
        "'1",
        "甲",
        True,
        None,
        moment,
        dt.datetime(2026, 3, 18),
        3.0,
        FORMULA.text,
    ]


def test_a_block_is_one_rectangle() -> None:
    columns: list[list[Any]] = [["甲", "乙"], [1.0, None]]
    assert pieces(Area(3, 2, 4, 3), columns) == [Piece(Area(3, 2, 4, 3), tuple(columns), formulas=False)]


def test_kept_cells_are_cut_out() -> None:
    columns: list[list[Any]] = [[KEEP, KEEP, 1.0, 2.0], [KEEP, KEEP, 3.0, 4.0], [5.0, KEEP, 6.0, KEEP]]
    assert pieces(Area(1, 1, 4, 3), columns) == [
        Piece(Area(3, 1, 4, 2), ([1.0, 2.0], [3.0, 4.0]), formulas=False),
        Piece(Area(1, 3, 1, 3), ([5.0],), formulas=False),
        Piece(Area(3, 3, 3, 3), ([6.0],), formulas=False),
    ]


def test_formulas_are_written_apart() -> None:
    columns: list[list[Any]] = [[FORMULA, None, "甲", "乙", FORMULA], ["a", "b", "c", "d", "e"]]
    assert pieces(Area(1, 1, 5, 2), columns) == [
        Piece(Area(1, 1, 2, 1), ([FORMULA, None],), formulas=True),
        Piece(Area(3, 1, 4, 1), (["甲", "乙"],), formulas=False),
        Piece(Area(5, 1, 5, 1), ([FORMULA],), formulas=True),
        Piece(Area(1, 2, 5, 2), (["a", "b", "c", "d", "e"],), formulas=False),
    ]


def test_blanks_belong_to_either() -> None:
    columns: list[list[Any]] = [[None, FORMULA, None, KEEP, None]]
    assert pieces(Area(1, 1, 5, 1), columns) == [
        Piece(Area(1, 1, 3, 1), ([None, FORMULA, None],), formulas=True),
        Piece(Area(5, 1, 5, 1), ([None],), formulas=False),
    ]
    assert pieces(Area(1, 1, 0, 1), [[]]) == []


def test_only_what_changes_is_written() -> None:
    held: list[tuple[list[Any], list[str]]] = [
        (["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        ([1.0, 2.0, 3.0, 4.0], ["1", "2", "3", "4"]),
        ([None, None, None, None], ["", "", "", ""]),
        ([5.0, 5.0, 5.0, 5.0], ["5"] * 4),
    ]
    columns: list[list[Any]] = [
        ["a", "b", "c", "d"],
        [1.0, 9.0, 3.0, 4.0],
        [None, None, "x", None],
        [5.0, 5.0, 5.0, 5.0],
    ]
    count, spans = changed_span(held, columns)
    assert (count, spans) == (2, [None, (1, 1), (2, 2), None])
    assert changing(Area(11, 1, 14, 4), columns, spans) == [
        Piece(Area(12, 2, 13, 3), ([9.0, 3.0], [None, "x"]), formulas=False)
    ]
    assert changing(Area(11, 1, 14, 4), columns, [None] * 4) == []


def test_the_way_back() -> None:
    at = dt.datetime(2026, 3, 18, 9, 40)
    held = Held(
        Area(1, 1, 2, 4),
        [["=甲", 2.0, None, Decimal("0.1235")], [at, None, None, True]],
        [["=甲", "=1+1", "#N/A", "0.123456"], ["46099.4", "", '=""', "TRUE"]],
    )
    assert as_before(held) == [
        ["=甲", at],
        [Formula("=1+1"), None],
        [Formula("#N/A"), Formula('=""')],
        [0.123456, True],
    ]
