"""A whole refresh beside openpyxl and the bare floor, each in its own process, measured in one run.

    python tests/bench/bench_refresh.py [--rows 100000] [--runs 3] [--growth] [--skip-openpyxl]

The workbook: 客户投诉登记表 with --rows rows and 20 columns (7 of them auto), 2,000 customers, and the lists
that a refresh rebuilds. Peak memory is the process's own maximum resident set.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter

NOW = dt.datetime(2026, 11, 20, 9, 0)
COLUMNS = (
    "投诉编号", "投诉日期", "客户编号", "客户名称", "联系人", "联系电话", "投诉渠道", "投诉内容", "投诉等级",
    "责任人", "首次响应时间", "解决时间", "回访时间", "响应截止", "响应状态", "解决截止", "解决状态",
    "回访截止", "回访状态", "最紧急状态",
)  # fmt: skip
CUSTOMERS = 2_000
LISTS = {
    "到期清单": ("优先级", "状态", "到期时间", "逾期或剩余", "任务", "客户编号", "客户名称", "负责人", "来源", "处理备注", "顺延至", "任务编号"),
    "超时预警": ("状态", "超时或剩余", "截止时间", "时钟", "单号", "客户名称", "负责人", "来源"),
    "校验结果": ("级别", "代码", "工作表", "行", "列", "问题", "处理办法", "定位"),
    "操作日志": ("时间", "操作人", "操作", "版本", "读取行数", "写入单元格", "发现问题", "用时(秒)", "说明"),
}  # fmt: skip

REFRESH = "from xlcrm.entrypoints.cli import main; main()"
OPENPYXL = "import sys, openpyxl; book = openpyxl.load_workbook(sys.argv[1]); book.save(sys.argv[2])"
FLOOR = """
import re, sys, zipfile, zlib
try:
    from isal import isal_zlib as z
except ImportError:
    z = zlib
path, reader = sys.argv[1], sys.argv[2]
if reader == "fastexcel":
    import fastexcel
    rows = fastexcel.read_excel(path).load_sheet("客户投诉登记表").height
else:
    from python_calamine import CalamineWorkbook
    rows = len(CalamineWorkbook.from_path(path).get_sheet_by_name("客户投诉登记表").to_python())
with zipfile.ZipFile(path) as book:
    xml = max((book.read(i) for i in book.infolist() if "/worksheets/" in i.filename), key=len)
found = sum(1 for _ in re.finditer(rb"<row [^>]*>", xml))
assert found >= rows - 5
z.compress(xml, 1)
"""


@dataclass(frozen=True)
class Figure:
    """Median seconds and the highest peak of several runs."""

    seconds: float
    megabytes: float


def build(path: Path, rows: int) -> None:
    """The workbook that is refreshed."""
    rng = np.random.default_rng(7)
    book = xlsxwriter.Workbook(path, {"remove_timezone": True})
    stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    customers = book.add_worksheet("客户信息总表")
    customers.write_row(0, 0, ("客户编号", "客户名称", "联系人", "联系电话", "建档日期", "负责人", "客户等级", "客户阶段"))
    names = [f"杭州第{number}机械设备有限公司" for number in range(CUSTOMERS)]
    for number in range(CUSTOMERS):
        cells = (f"{2024001 + number}", names[number], "王强", f"139{number:08d}")
        customers.write_row(number + 1, 0, cells)
        customers.write_datetime(number + 1, 4, dt.datetime(2026, 1, 5), stamp)
        customers.write_row(number + 1, 5, ("李明", "B类", "流失"))
    sheet = book.add_worksheet("客户投诉登记表")
    sheet.write_row(0, 0, COLUMNS)
    ages = rng.integers(5, 60 * 24 * 700, rows)
    who = rng.integers(0, CUSTOMERS, rows)
    late = rng.random(rows)
    for number in range(rows):
        at = NOW - dt.timedelta(minutes=int(ages[number]))
        customer = int(who[number])
        row = number + 1
        sheet.write_string(row, 0, f"{at:%Y%m%d}-{number % 1000:03d}{number // 1000:03d}"[:12])
        sheet.write_datetime(row, 1, at.replace(second=0, microsecond=0), stamp)
        texts = (f"{2024001 + customer}", names[customer], "王强", f"139{customer:08d}")
        for place, text in enumerate(texts, start=2):
            sheet.write_string(row, place, text)
        sheet.write_string(row, 6, ("电话", "邮件", "在线平台")[number % 3])
        sheet.write_string(row, 7, f"设备运行噪音大，客户要求尽快处理 {number % 500}")
        sheet.write_string(row, 8, ("一般", "严重", "重大")[number % 7 % 3])
        sheet.write_string(row, 9, ("李明", "陈静", "赵主管")[number % 3])
        solved = at + dt.timedelta(minutes=int(1_200 + 2_000 * late[number]))
        if solved < NOW:
            sheet.write_datetime(row, 10, at + dt.timedelta(minutes=40), stamp)
            sheet.write_datetime(row, 11, solved, stamp)
            sheet.write_datetime(row, 12, solved + dt.timedelta(days=2), stamp)
        for place in range(13, 20):
            sheet.write_blank(row, place, None, stamp if place % 2 else None)
    for name, headings in LISTS.items():
        book.add_worksheet(name).write_row(0, 0, headings)
    book.close()


def measure(arguments: list[str], runs: int) -> Figure:
    """Run a Python program several times; its children's accounts give its memory."""
    probe = (
        "import resource, subprocess, sys, time; begin = time.perf_counter(); "
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss; "
        "print(time.perf_counter() - begin, used / 1024, code)"
    )
    taken, peaks = [], []
    for _ in range(runs):
        command = [sys.executable, "-c", probe, sys.executable, *arguments]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        if int(output[-1]) != 0:
            raise SystemExit(f"failed: {arguments[:2]}")
        taken.append(float(output[-3]))
        peaks.append(float(output[-2]))
    return Figure(statistics.median(taken), max(peaks))


def refresh_arguments(path: Path) -> list[str]:
    return ["-c", REFRESH, "refresh", str(path), "--now", f"{NOW:%Y-%m-%dT%H:%M}"]


def first_refresh(source: Path, runs: int) -> Figure:
    """Each run gets a fresh copy, so that every auto cell is new."""
    figures = []
    for number in range(runs):
        copy = source.with_name(f"run{number}.xlsx")
        copy.write_bytes(source.read_bytes())
        figures.append(measure(refresh_arguments(copy), 1))
    return Figure(statistics.median(item.seconds for item in figures), max(item.megabytes for item in figures))


def show(name: str, figure: Figure, against: Figure | None = None) -> None:
    ratio = "" if against is None else f"  {against.seconds / figure.seconds:6.2f}x  memory {figure.megabytes / against.megabytes:5.2f}"
    print(f"{name:<46} {figure.seconds:7.2f} s {figure.megabytes:7.0f} MB{ratio}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="also 1,000 to --rows rows")
    parser.add_argument("--skip-openpyxl", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xlsx"
        build(path, options.rows)
        print(f"{options.rows:,} rows x {len(COLUMNS)} columns, {os.path.getsize(path) / 1e6:.1f} MB; ratio = that / this")
        mine = first_refresh(path, options.runs)
        again = path.with_name("run0.xlsx")
        second = measure(refresh_arguments(again), options.runs)
        start = measure(["-c", "import xlcrm.entrypoints.cli"], options.runs)
        for reader in ("calamine", "fastexcel"):
            if subprocess.run([sys.executable, "-c", f"import {'python_' if reader == 'calamine' else ''}{reader}"], check=False, capture_output=True).returncode == 0:
                floor = measure(["-c", FLOOR, str(path), reader], options.runs)
                show(f"floor ({reader}: read, inflate, scan, deflate)", floor)
                print(f"  refresh / floor: {mine.seconds / floor.seconds:.2f} (second: {second.seconds / floor.seconds:.2f})")
        show("import of the program alone", start)
        if options.skip_openpyxl:
            show("refresh, every auto cell new", mine)
            show("refresh again, nothing changed", second)
        else:
            peer = measure(["-c", OPENPYXL, str(path), str(path.with_name("peer.xlsx"))], 1)
            show("openpyxl load + save", peer)
            show("refresh, every auto cell new", mine, peer)
            show("refresh again, nothing changed", second, peer)
        if options.growth:
            for rows in (1_000, 10_000, 30_000, options.rows):
                build(path, rows)
                figure = first_refresh(path, options.runs)
                per = (figure.seconds - start.seconds) / rows * 1e6
                print(f"{rows:>8,} rows {figure.seconds:6.2f} s, {per:6.1f} µs a row beyond the start")


if __name__ == "__main__":
    main()
