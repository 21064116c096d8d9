"""Seconds and peak memory of patching a large sheet.

python tests/bench/bench_patch.py [--rows 100000] [--with-openpyxl]

Each case runs in a fresh interpreter, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

OLD, NEW = 14, 6
WORDS = ("网络故障无法登录系统", "申请开通权限", "打印机卡纸", "咨询报价", "催办进度，客户很着急")
CASES = ("append", "refresh-same", "refresh-few", "refresh-all", "sparse", "one-cell")


def build(path: Path, rows: int, columns: int) -> None:
    """A sheet of texts, times and numbers, as XlsxWriter writes it."""
    import xlsxwriter  # noqa: PLC0415 - measured processes must not load it

    chance = random.Random(1)  # noqa: S311 - any values will do
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("问题单")
    time_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, [f"列{column}" for column in range(columns)])
    for row in range(1, rows + 1):
        for column in range(columns):
            match column % 5:
                case 0:
                    sheet.write_string(row, column, f"KH{row:06d}" if column == 0 else chance.choice(WORDS))
                case 1 | 4:
                    sheet.write_string(row, column, f"备注{chance.randrange(5000)}")
                case 2:
                    sheet.write_number(row, column, 45000 + chance.random() * 500, time_format)
                case _:
                    sheet.write_number(row, column, round(chance.random() * 1000, 2))
    book.close()


def values(rows: int, seed: int) -> list[list[Any]]:
    """Six computed columns: a state, two times, two numbers and a note."""
    chance = random.Random(seed)  # noqa: S311 - any values will do
    start = dt.datetime(2026, 1, 1)
    return [
        [chance.choice(("超时", "正常", "即将超时")) for _ in range(rows)],
        [start + dt.timedelta(minutes=chance.randrange(500_000)) for _ in range(rows)],
        [start + dt.timedelta(minutes=chance.randrange(500_000)) for _ in range(rows)],
        [chance.randrange(10_000) for _ in range(rows)],
        [round(chance.random() * 100, 2) for _ in range(rows)],
        [f"规则{chance.randrange(40)}" for _ in range(rows)],
    ]


def case_values(case: str, rows: int) -> list[list[Any]]:
    """What one case writes, given that seed 1 was written before (but in `append`)."""
    made = values(rows, 2 if case == "refresh-all" else 1)
    if case == "sparse":
        made[2] = [value if at % 3 else None for at, value in enumerate(made[2])]
        made[0] = [value if at % 2 else None for at, value in enumerate(made[0])]
    if case == "refresh-few":
        made[4][:: max(1, rows // 100)] = [123_456.5] * len(made[4][:: max(1, rows // 100)])
    return made


def peak_kilobytes() -> int:
    """This process's own peak; `ru_maxrss` also holds that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(case: str, path: Path, rows: int) -> None:
    """Patch once and print seconds and megabytes above the interpreter with its values."""
    from xlcrm.workbook.patch import patch_blocks  # noqa: PLC0415 - in the measured process only
    from xlcrm.workbook.port import Block  # noqa: PLC0415 - same

    columns: Sequence[Sequence[Any]] = [["改"]] if case == "one-cell" else case_values(case, rows)
    block = Block("问题单", 2, OLD + 1, columns)
    gc.collect()
    before = peak_kilobytes()
    start, spent = time.perf_counter(), time.process_time()
    saved = patch_blocks(path, path.with_suffix(".out.xlsx"), [block])
    seconds = time.perf_counter() - start
    cpu = time.process_time() - spent
    peak = (peak_kilobytes() - before) / 1024
    print(f"{case:14} {seconds:6.2f} s  {cpu:6.2f} s of processor  +{peak:4.0f} MB  {saved.cells} cells")


def openpyxl_case(path: Path, rows: int) -> None:
    """The same through openpyxl: load, set, save."""
    import openpyxl  # noqa: PLC0415 - in the measured process only

    columns = values(rows, 1)
    start = time.perf_counter()
    book = openpyxl.load_workbook(path)
    sheet = book["问题单"]
    for offset, column in enumerate(columns, OLD + 1):
        for row, value in enumerate(column, 2):
            sheet.cell(row, offset, value)
    book.save(path.with_suffix(".out.xlsx"))
    peak = peak_kilobytes() / 1024
    print(f"{'openpyxl':14} {time.perf_counter() - start:6.2f} s   {peak:5.0f} MB")


def main() -> None:
    """Build the workbook and run every case in its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--with-openpyxl", action="store_true")
    parser.add_argument("--case")
    parser.add_argument("--path", type=Path)
    options = parser.parse_args()
    if options.case == "openpyxl":
        openpyxl_case(options.path, options.rows)
        return
    if options.case:
        measure(options.case, options.path, options.rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        plain, patched = Path(folder, "plain.xlsx"), Path(folder, "patched.xlsx")
        build(plain, options.rows, OLD)
        from xlcrm.workbook.patch import patch_blocks  # noqa: PLC0415 - after the workbook is there
        from xlcrm.workbook.port import Block  # noqa: PLC0415 - same

        patch_blocks(plain, patched, [Block("问题单", 2, OLD + 1, values(options.rows, 1))])
        for case in (*CASES, *(["openpyxl"] if options.with_openpyxl else [])):
            path = plain if case in {"append", "sparse", "openpyxl"} else patched
            arguments = ["--case", case, "--path", str(path), "--rows", str(options.rows)]
            subprocess.run([sys.executable, __file__, *arguments], check=True)


if __name__ == "__main__":
    main()
