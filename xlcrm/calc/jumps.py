"""Where Ctrl and an arrow key lead."""

from __future__ import annotations

from typing import Any

_CONTENTS = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: numbers, dates, text, formulas


def next_edge(sheet: Any, row: int, column: int, direction: str) -> tuple[int, int]:
    """Row and column, from 1, of the edge that Excel's `Range.End` finds.

    Args:
        sheet: the UNO sheet.
        row: start, from 1.
        column: start, from 1.
        direction: up, down, left or right.
    """
    rows, columns = sheet.Rows.Count, sheet.Columns.Count
    at_row, at_column = row - 1, column - 1
    match direction:
        case "down":
            line, step, last = (at_column, at_row, at_column, rows - 1), 1, rows - 1
        case "up":
            line, step, last = (at_column, 0, at_column, at_row), -1, 0
        case "right":
            line, step, last = (at_column, at_row, columns - 1, at_row), 1, columns - 1
        case "left":
            line, step, last = (0, at_row, at_column, at_row), -1, 0
        case _:
            raise ValueError(f"不认识的方向“{direction}”，请用 up、down、left 或 right")
    upright = direction in ("up", "down")
    areas = sheet.getCellRangeByPosition(*line).queryContentCells(_CONTENTS).RangeAddresses
    filled = [
        (area.StartRow, area.EndRow) if upright else (area.StartColumn, area.EndColumn) for area in areas
    ]
    found = edge(filled, at_row if upright else at_column, step, last) + 1
    return (found, column) if upright else (row, found)


def edge(filled: list[tuple[int, int]], start: int, step: int, last: int) -> int:
    """The edge along one line, positions from 0.

    Args:
        filled: stretches of filled cells, first and last position each.
        start: where to begin.
        step: 1 forward, -1 back.
        last: the line's end in that direction.
    """
    stretches = merged(filled) if step == 1 else [(-b, -a) for a, b in reversed(merged(filled))]
    at, end = start * step, last * step
    for first, final in stretches:
        if final <= at:
            continue
        if first <= at:  # inside a stretch that goes on
            return final * step
        return first * step
    return end * step


def merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that touch made one."""
    made: list[tuple[int, int]] = []
    for first, final in sorted(stretches):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(final, made[-1][1]))
        else:
            made.append((first, final))
    return made
