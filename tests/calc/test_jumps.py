"""Ctrl and an arrow key."""

from __future__ import annotations

from typing import Any

import pytest

from xlcrm.calc.jumps import edge, merged


@pytest.mark.parametrize(
    ("start", "step", "found"),
    [
        (0, 1, 4),  # along a stretch to its end
        (2, 1, 4),
        (4, 1, 8),  # from its end over the gap
        (5, 1, 8),
        (9, 1, 99),  # nothing more: the sheet's edge
        (50, -1, 9),
        (9, -1, 8),
        (8, -1, 4),
        (4, -1, 0),
        (0, -1, 0),
    ],
)
def test_edge(start: int, step: int, found: int) -> None:
    assert edge([(0, 4), (8, 9)], start, step, 99 if step == 1 else 0) == found


def test_stretches_that_touch_are_one() -> None:
    assert merged([(3, 4), (0, 2), (6, 6), (3, 3)]) == [(0, 4), (6, 6)]


@pytest.mark.parametrize(
    ("start", "direction", "address"),
    [
        ("A1", "down", "$A$3"),
        ("A3", "down", "$A$5"),
        ("A5", "down", "$A$1048576"),
        ("A5", "up", "$A$3"),
        ("A2", "right", "$C$2"),
        ("C2", "left", "$A$2"),
        ("E2", "left", "$C$2"),
    ],
)
def test_end_as_in_excel(sheet: Any, start: str, direction: str, address: str) -> None:
    sheet["A1"].value = [
        ["标题", None, None],
        [1, 2, "=A2+B2"],
        [3, None, None],
        [None] * 3,
        ["完", None, None],
    ]
    assert sheet[start].end(direction).address == address


def test_no_such_direction(sheet: Any) -> None:
    with pytest.raises(ValueError, match="不认识的方向"):
        sheet["A1"].end("sideways")
