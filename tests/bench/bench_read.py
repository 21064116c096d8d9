"""How long, and with how much memory, a large sheet becomes a typed table.

Run `python tests/bench/bench_read.py [rows]`. Every measurement is a process of its own; peaks are above
the interpreter with pandas and xlcrm imported.
"""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import python_calamine
import xlsxwriter

from xlcrm.tables import BY_NAME
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.reading import read_tables

TITLE = "客户投诉登记表"
HEADINGS = (
    *(
        "投诉编号",
        "投诉日期",
        "客户编号",
        "客户名称",
        "联系人",
        "联系电话",
        "投诉渠道",
        "投诉内容",
        "客户诉求",
    ),
    *(
        "投诉等级",
        "责任人",
        "预计解决日期",
        "赔偿金额",
        "首次联系时间",
        "首次响应时间",
        "解决时间",
        "处理状态",
    ),
    *("回访时间", "责任部门", "自用列"),
)


def build(path: Path, rows: int) -> None:
    """A register of complaints: 20 columns of text, dates and numbers."""
    pick = random.Random(1).choice  # noqa: S311 - any values will do
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(TITLE)
    sheet.write_row(0, 0, HEADINGS)
    start = dt.datetime(2026, 1, 1)
    for row in range(1, rows + 1):
        at = start + dt.timedelta(minutes=pick(range(400_000)))
        values = (
            *(f"{20260000 + row:08d}-{row % 1000:03d}", at, 2023000 + row % 5000),
            *(f"杭州云帆{row % 5000}科技有限公司", pick("张王李赵") + pick("伟芳娜"), f"138{row:08d}"),
            *(pick(("电话", "邮件", "在线平台")), f"服务器第{row}次噪音大，影响办公", "退款"),
            *(pick(("一般", "严重", "重大")), pick("甲乙丙丁") + "经理", at, row % 1000 / 2, at, at),
            *(at if row % 2 else None, pick(("待处理", "处理中", "已解决")), at, "客服部", row * 1.1),
        )
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value)
    book.close()


def read_typed(path: Path) -> None:
    """What an action does."""
    with FileDoor(path, write=False) as door:
        read_tables(door, [BY_NAME["complaints"]])


def read_grid(path: Path) -> None:
    """Raw values only."""
    with FileDoor(path, write=False) as door:
        door.grid(TITLE)


def read_bare(path: Path) -> None:
    """Calamine alone, as its documentation says."""
    python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(TITLE).to_python()


WAYS = {"typed": read_typed, "grid": read_grid, "calamine": read_bare}


def peak_megabytes() -> float:
    """Largest resident size of this process so far (POSIX only)."""
    import resource  # noqa: PLC0415 - Windows lacks it

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(way: str, path: Path) -> None:
    before = peak_megabytes()
    wall, busy = time.perf_counter(), time.process_time()
    WAYS[way](path)
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    print(f"{way:9} {wall:5.2f} s wall {busy:5.2f} s cpu {peak_megabytes() - before:5.0f} MB peak")


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xlsx"
        # Not in this process: a child's peak begins with its parent's size.
        subprocess.run([sys.executable, __file__, "build", str(path), str(rows)], check=True)
        print(f"{rows} rows, {path.stat().st_size / 1e6:.1f} MB")
        for way in list(WAYS) * 3:
            subprocess.run([sys.executable, __file__, way, str(path)], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        build(Path(sys.argv[2]), int(sys.argv[3]))
    elif len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
