"""Many workbooks refreshed by one process and by several, side by side in one run.

    python -m tests.bench.bench_many [--books 24] [--customers 300] [--runs 3]

Each round refreshes fresh copies of one demo workbook: first one process a workbook after the other by the
command itself, then `--jobs 1`, then as many as there are processors. Printed are the median wall seconds,
the ratio to one worker, and the highest sum of memory of a command's processes (where /proc tells it).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from tests.e2e.running import COMMAND
from tests.workbooks.everything import NOW
from xlcrm.entrypoints.many import workers_for
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data


def copies(book: Path, folder: Path, count: int) -> list[Path]:
    """Fresh copies of a workbook in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return [Path(shutil.copy(book, folder / f"分部{number:03}.xlsx")) for number in range(count)]


def resident(parent: int) -> int:
    """Bytes of memory of a process and of all below it."""
    below: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text("utf-8").rpartition(")")[2].split()
            below.setdefault(int(fields[1]), []).append(int(process.name))
            pages[int(process.name)] = int(fields[21])
        except OSError:  # it has ended meanwhile
            continue
    family, reached = [parent], 0
    while family:
        one = family.pop()
        reached += pages.get(one, 0)
        family += below.get(one, [])
    return reached * os.sysconf("SC_PAGE_SIZE")


def measured(*words: str) -> tuple[float, int]:
    """Wall seconds of a command, and its peak of memory as seen every tenth of a second."""
    started, peak = time.perf_counter(), 0
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.1)
    assert process.returncode == 0, words
    return time.perf_counter() - started, peak


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--books", type=int, default=24)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    now = f"{NOW:%Y-%m-%dT%H:%M}"
    with tempfile.TemporaryDirectory() as place:
        book, folder = Path(place, "样本.xlsx"), Path(place, "分部")
        build("crm", book, demo_data(options.customers, NOW))
        workers = workers_for(options.books)
        print(f"{options.books} workbooks of {book.stat().st_size:,} bytes, {workers} processors")
        seconds: dict[str, list[float]] = {}
        peaks: dict[str, int] = {}
        for _ in range(options.runs):
            taken = [
                measured("refresh", str(path), "--now", now) for path in copies(book, folder, options.books)
            ]
            seconds.setdefault("one command a workbook", []).append(sum(part for part, _ in taken))
            peaks["one command a workbook"] = max(peak for _, peak in taken)
            for jobs in dict.fromkeys((1, workers)):
                copies(book, folder, options.books)
                part, peak = measured("refresh", str(folder), "--now", now, "--jobs", str(jobs))
                seconds.setdefault(f"--jobs {jobs}", []).append(part)
                peaks[f"--jobs {jobs}"] = max(peak, peaks.get(f"--jobs {jobs}", 0))
    base = statistics.median(seconds["--jobs 1"])
    for name, parts in seconds.items():
        middle = statistics.median(parts)
        print(
            f"{name:24} {middle:7.1f} s  {middle / options.books:5.2f} s a workbook  "
            f"{base / middle:4.2f} x  {peaks[name] / 2**20:5.0f} MB"
        )


if __name__ == "__main__":
    main()
