"""How long 200,000 cells take through the engine, beside LibreOffice's own data arrays.

Run `python tests/bench/bench_calc.py [rows]`. 20 columns of text, digits that are text, dates, numbers and
blanks; the same program and cells in all measurements, three times each. A data array knows neither dates
nor errors nor what Excel makes of a string; the engine does.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcrm.calc import started

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 3
DAY = dt.datetime(2024, 1, 1)


def rows_of(count: int) -> list[list[Any]]:
    """Rows as the live door hands them over: an apostrophe before each text."""
    return [
        [f"'客户{row}", f"'{row:011d}", DAY + dt.timedelta(days=row % 900), row * 1.5, None] * 4
        for row in range(count)
    ]


def plain(rows: list[list[Any]]) -> tuple[tuple[str | float, ...], ...]:
    """The same cells as LibreOffice keeps them."""

    def kept(value: Any) -> str | float:
        if isinstance(value, dt.datetime):
            return (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        return value[1:] if isinstance(value, str) else value or ""

    return tuple(tuple(kept(value) for value in row) for row in rows)


def best(name: str, call: Callable[[], object]) -> None:
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    print(f"{name:<28} {min(taken):7.2f} s  (worst {max(taken):.2f} s)")


def main() -> None:
    """Measure reading and writing, each beside the bare call."""
    rows = rows_of(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    data = plain(rows)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder), pipe=f"xlcrm-bench-{os.getpid()}") as app,
    ):
        cells = app.books.add().sheets[0].range((1, 1), (len(rows), len(rows[0])))
        api = cells.api
        print(f"{len(rows) * len(rows[0]):,} cells")
        cells.value = rows  # formats are there from now on, as in a sheet that is refreshed
        best("write: setDataArray", lambda: api.setDataArray(data))
        best("write: engine", lambda: setattr(cells, "value", rows))
        best("read: getDataArray", api.getDataArray)
        best("read: engine, value", lambda: cells.value)
        best("read: engine, formula", lambda: cells.formula)


if __name__ == "__main__":
    main()
