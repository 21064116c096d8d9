"""A whole refresh beside openpyxl and the bare floor, each in its own process, measured in one run.

    python tests/bench/bench_refresh.py [--rows 100000] [--runs 3] [--growth] [--skip-openpyxl]

The workbook: 客户投诉登记表 with --rows rows, 20 entry columns and 8 auto columns that are still blank, 2,000
customers, and the lists that a refresh rebuilds. Peak memory is the process's own maximum resident set.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter

NOW = dt.datetime(2026, 11, 20, 9, 0)
ENTRY = (
    "投诉编号", "投诉日期", "客户编号", "客户名称", "联系人", "联系电话", "投诉渠道", "投诉内容", "客户诉求",
    "投诉等级", "责任人", "投诉类型", "责任部门", "首次响应时间", "调查完成时间", "方案反馈时间",
    "最近反馈时间", "解决时间", "回访时间", "处理状态",
)  # fmt: skip
AUTO = ("响应截止", "响应状态", "解决截止", "解决状态", "回访截止", "回访状态", "最紧急状态", "校验")
CUSTOMERS = 2_000
LISTS = {
    "到期清单": "优先级 状态 到期时间 逾期或剩余 任务 客户编号 客户名称 负责人 来源 处理备注 顺延至 任务编号",
    "超时预警": "状态 超时或剩余 截止时间 时钟 单号 客户名称 负责人 来源",
    "校验结果": "级别 代码 工作表 行 列 问题 处理办法 定位",
    "操作日志": "时间 操作人 操作 版本 读取行数 写入单元格 发现问题 用时(秒) 说明",
}

REFRESH = "from xlcrm.entrypoints.cli import console; console()"
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
    """Median seconds and the highest peak of several runs, and the median of a processor's seconds."""

    seconds: float
    megabytes: float
    worked: float


def build(path: Path, rows: int) -> None:
    """The workbook that is refreshed."""
    rng = np.random.default_rng(7)
    book = xlsxwriter.Workbook(path, {"remove_timezone": True})
    stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    customers = book.add_worksheet("客户信息总表")
    customers.write_row(
        0, 0, ("客户编号", "客户名称", "联系人", "联系电话", "建档日期", "负责人", "客户等级", "客户阶段")
    )
    names = [f"杭州第{number}机械设备有限公司" for number in range(CUSTOMERS)]
    for number in range(CUSTOMERS):
        cells = (f"{2024001 + number}", names[number], "王强", f"139{number:08d}")
        customers.write_row(number + 1, 0, cells)
        customers.write_datetime(number + 1, 4, dt.datetime(2026, 1, 5), stamp)
        customers.write_row(number + 1, 5, ("李明", "B类", "流失"))
    sheet = book.add_worksheet("客户投诉登记表")
    sheet.write_row(0, 0, (*ENTRY, *AUTO))
    sheet.set_column(len(ENTRY), len(ENTRY) + len(AUTO) - 1, 18, stamp)
    ages = rng.integers(5, 60 * 24 * 700, rows).tolist()
    who = rng.integers(0, CUSTOMERS, rows).tolist()
    late = rng.random(rows).tolist()
    seen: dict[dt.date, int] = {}
    for number in range(rows):
        at = (NOW - dt.timedelta(minutes=ages[number])).replace(second=0, microsecond=0)
        customer, row = who[number], number + 1
        seen[at.date()] = seen.get(at.date(), 0) + 1
        sheet.write_string(row, 0, f"{at:%Y%m%d}-{seen[at.date()]:03d}")
        sheet.write_datetime(row, 1, at, stamp)
        texts = (
            f"{2024001 + customer}",
            names[customer],
            "王强",
            f"139{customer:08d}",
            ("电话", "邮件", "在线平台")[number % 3],
            f"设备运行噪音大，客户要求尽快处理 {number % 500}",
            ("更换", "维修", "道歉")[number % 3],
            ("一般", "严重")[number % 5 // 4],
            ("李明", "陈静", "赵主管")[number % 3],
            ("产品问题", "服务问题")[number % 2],
            ("产品部", "客服部")[number % 2],
        )
        for place, text in enumerate(texts, start=2):
            sheet.write_string(row, place, text)
        solved = 1_000 + 2_000 * late[number]
        moments = (40, 300, 600, 700, solved, solved + 2_880)
        for place, minutes in enumerate(moments, start=13):
            if (moment := at + dt.timedelta(minutes=round(minutes))) < NOW:
                sheet.write_datetime(row, place, moment, stamp)
        open_ = at + dt.timedelta(minutes=solved) >= NOW
        sheet.write_string(row, 19, "处理中" if open_ else "已关闭")
    for name, headings in LISTS.items():
        book.add_worksheet(name).write_row(0, 0, headings.split())
    book.close()


def measure(arguments: list[str], runs: int) -> Figure:
    """Run a Python program several times; its children's accounts give its memory."""
    probe = (
        "import resource, subprocess, sys, time; begin = time.perf_counter(); "
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code)"
    )
    taken, worked, peaks = [], [], []
    for _ in range(runs):
        command = [sys.executable, "-c", probe, sys.executable, *arguments]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        if int(output[-1]) != 0:
            raise SystemExit(f"failed: {arguments[:2]}")
        taken.append(float(output[-4]))
        worked.append(float(output[-3]))
        peaks.append(float(output[-2]))
    return Figure(statistics.median(taken), max(peaks), statistics.median(worked))


def refresh_arguments(path: Path) -> list[str]:
    return ["-c", REFRESH, "refresh", str(path), "--now", f"{NOW:%Y-%m-%dT%H:%M}"]


def first_refresh(source: Path, runs: int) -> Figure:
    """Each run gets a fresh copy, so that every auto cell is new."""
    figures = []
    for number in range(runs):
        copy = source.with_name(f"run{number}.xlsx")
        copy.write_bytes(source.read_bytes())
        figures.append(measure(refresh_arguments(copy), 1))
    return Figure(
        statistics.median(item.seconds for item in figures),
        max(item.megabytes for item in figures),
        statistics.median(item.worked for item in figures),
    )


def show(name: str, figure: Figure, against: Figure | None = None) -> None:
    """One line; with a peer, how many times faster, and the share of its memory."""
    line = f"{name:<48} {figure.seconds:7.2f} s {figure.megabytes:6.0f} MB"
    if against is not None:
        faster, share = against.seconds / figure.seconds, figure.megabytes / against.megabytes
        line += f"   {faster:5.1f} times faster, {share:.2f} of the memory"
    print(line, flush=True)


def installed(module: str) -> bool:
    """Whether a reader for the floor is there."""
    return importlib.util.find_spec(module) is not None


def compare(path: Path, options: argparse.Namespace) -> None:
    """Floor, peer and refresh of one file."""
    again = path.with_name("again.xlsx")
    again.write_bytes(path.read_bytes())
    mine = first_refresh(path, options.runs)
    measure(refresh_arguments(again), 1)
    second = measure(refresh_arguments(again), options.runs)
    show("import of the program alone", measure(["-c", "import xlcrm.entrypoints.cli"], options.runs))
    for reader, module in (("calamine", "python_calamine"), ("fastexcel", "fastexcel")):
        for file, figure in ((path, mine), (again, second)):
            if installed(module):
                floor = measure(["-c", FLOOR, str(file), reader], options.runs)
                name = "refreshed file" if file == again else "blank file"
                show(f"floor, {name}: {reader}, inflate, scan, deflate", floor)
                print(f"    refresh is {figure.seconds / floor.seconds:.2f} times that")
    peers: list[Figure | None] = [None, None]
    if not options.skip_openpyxl:
        for place, file in enumerate((path, again)):
            peer = measure(["-c", OPENPYXL, str(file), str(path.with_name("peer.xlsx"))], 1)
            show(f"openpyxl load + save{', refreshed file' if place else ''}", peer)
            peers[place] = peer
    show("refresh, every auto cell new", mine, peers[0])
    show("refresh again, nothing changed", second, peers[1])


def growth(path: Path, options: argparse.Namespace) -> None:
    """Seconds by rows."""
    start = measure(["-c", "import xlcrm.actions.refresh, xlcrm.entrypoints.cli"], options.runs).seconds
    for rows in (1_000, 10_000, 30_000, options.rows):
        build(path, rows)
        figure = first_refresh(path, options.runs)
        each = (figure.seconds - start) / rows * 1e6
        print(f"{rows:>8,} rows {figure.seconds:6.2f} s, {each:6.1f} µs a row beyond the imports", flush=True)


def main() -> None:
    """Parse, build, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="also 1,000 to --rows rows")
    parser.add_argument("--skip-openpyxl", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xlsx"
        build(path, options.rows)
        size = path.stat().st_size / 1e6
        print(f"{options.rows:,} rows x {len(ENTRY)} + {len(AUTO)} columns, {size:.1f} MB", flush=True)
        compare(path, options)
        if options.growth:
            growth(path, options)


if __name__ == "__main__":
    main()
