"""A refresh of an open workbook beside one of the closed file, measured in one run.

    python -m tests.bench.bench_live [--rows 20000] [--runs 2]

The workbook of `bench_refresh`, opened in a LibreOffice of its own. Each door refreshes a fresh copy (every
auto cell is new), and then the same one again (nothing but the journal changes); the file door's seconds
include opening the file, the live door's not: the user has done that. Median seconds inside one process.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench_refresh import NOW, build
from xlcrm.actions import ACTIONS
from xlcrm.calc import started
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.live import LiveDoor

if TYPE_CHECKING:
    import datetime as dt

    import xlwings as xw

    from xlcrm.workbook.port import Door

Seconds = dict[str, list[float]]


def refresh(door: Door, now: dt.datetime) -> tuple[dict[str, float], int]:
    """Refresh; seconds by stage, and how many cells got another value."""
    action = ACTIONS["refresh"]
    stages: list[tuple[str, float]] = []
    outcome = action.run(
        door,
        action.params.model_validate({"now": now}),
        lambda name: stages.append((name, time.perf_counter())),
    )
    stages.append(("", time.perf_counter()))
    found = {name: end - start for (name, start), (_, end) in pairwise(stages)}
    return found, outcome.saved.cells if outcome.saved else 0


def closed(path: Path, found: Seconds, name: str) -> None:
    """One refresh through the file door."""
    start = time.perf_counter()
    with FileDoor(path, write=True) as door:
        stages, cells = refresh(door, NOW)
    note(found, f"closed, {name}", time.perf_counter() - start, stages, cells)


def opened(book: xw.Book, found: Seconds, name: str) -> None:
    """One refresh through the live door."""
    start = time.perf_counter()
    with LiveDoor(book, write=True) as door:
        stages, cells = refresh(door, NOW)
    note(found, f"open,   {name}", time.perf_counter() - start, stages, cells)


def note(found: Seconds, name: str, whole: float, stages: dict[str, float], cells: int) -> None:
    """Keep the figures of one run."""
    found[name].append(whole)
    found[f"    {name}, read"].append(stages.get("读取工作簿", 0.0))
    found[f"    {name}, write {cells:,} cells"].append(stages.get("写入工作簿", 0.0))


def main() -> None:
    """Parse, build, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    found: Seconds = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "bench.xlsx"
        build(source, options.rows)
        closed(Path(shutil.copy(source, folder / "warm.xlsx")), defaultdict(list), "")  # imports
        with started(folder, pipe="xlcrm-bench-live") as app:
            for number in range(options.runs):
                path = Path(shutil.copy(source, folder / f"closed{number}.xlsx"))
                closed(path, found, "all new")
                closed(path, found, "again")
                book = app.books.open(str(shutil.copy(source, folder / f"open{number}.xlsx")))
                opened(book, found, "all new")
                opened(book, found, "again")
                book.close()
    print(f"{options.rows:,} rows, {options.runs} runs")
    for label, seconds in found.items():
        print(f"{label:<48} {statistics.median(seconds):7.2f} s")
    for label in ("all new", "again"):
        ratio = statistics.median(found[f"open,   {label}"]) / statistics.median(found[f"closed, {label}"])
        print(f"{label}: open takes {ratio:.2f} times as long as closed")


if __name__ == "__main__":
    main()
