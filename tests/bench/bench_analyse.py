"""The analysis of a large crm workbook: the stage alone, the whole command, and pandas.read_excel beside it.

    python -m tests.bench.bench_analyse [--customers 20000] [--trades 200000] [--runs 3] [--skip-openpyxl]

The workbook has that many customers and transactions, and besides 40,000 contacts, 8,000 complaints, 10,000
surveys and 10,000 leads. Timed in one run, each program in a process of its own, median seconds and highest
peak of memory: `xlcrm analyse` whole; pandas.read_excel of all sheets with calamine and with openpyxl. Timed
inside one process: from a scope to the sheets worked out, the first time, in which nothing is remembered, and
the median of later ones; and sheet by sheet.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.bench.bench_full import PEOPLE, Office
from tests.bench.bench_refresh import measure
from tests.compute.build import NOW
from tests.e2e.running import COMMAND
from xlcrm.actions.base import silent
from xlcrm.actions.loading import load
from xlcrm.analysis import sheets
from xlcrm.analysis.scope import Scope
from xlcrm.checks import CheckInput, run_checks
from xlcrm.compute.run import run
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from tests.bench.bench_refresh import Figure

INDUSTRIES = ("制造业", "零售业", "信息技术", "医疗", "教育", "金融", "服务业", "物流", "建筑")
SOURCES = ("行业展会", "线上广告", "搜索引擎", "合作伙伴转介绍", "主动拜访")
AGAIN = 5
"""Times that the stage is measured after its first run in a process."""
READING = "import pandas as pd, sys; pd.read_excel(sys.argv[1], sheet_name=None, engine=sys.argv[2])"


def tables(customers: int, trades: int) -> dict[str, pd.DataFrame]:
    """The office's tables."""
    office = Office(customers)
    register = office.register().assign(
        industry=office.pick(INDUSTRIES, customers), channel=office.pick(SOURCES, customers)
    )
    records = office.records(5 * customers)["followup_records"]
    complaints = pd.DataFrame(office.cases(customers)["complaints"]).assign(
        complaint_type=lambda frame: office.pick(("产品质量", "服务态度", "物流延误", "售后"), len(frame))
    )
    return {
        "customers": register,
        "followup_records": records,
        "complaints": complaints,
        "transactions": sales(office, trades),
        "satisfaction_surveys": surveys(office, customers // 2),
        "lead_sources": leads(office, customers // 2),
    }


def sales(office: Office, count: int) -> pd.DataFrame:
    """Transactions of three years, one in fifty a refund."""
    refund = office.random.random(count) < 0.02
    amount = office.random.integers(100, 90_000, count).astype("float64")
    return pd.DataFrame(
        {
            "traded_on": office.back(count, 1_000).dt.normalize(),
            "customer_id": office.whose(count)["customer_id"],
            "product": np.where(refund, "退款", "服务器"),
            "amount": np.where(refund, -amount, amount),
        }
    )


def surveys(office: Office, count: int) -> pd.DataFrame:
    """Surveys with three scores, a willingness and a recommendation."""
    return pd.DataFrame(
        {
            "customer_id": office.whose(count)["customer_id"],
            "surveyed_on": office.back(count, 400).dt.normalize(),
            "quality": office.random.integers(1, 6, count).astype("float64"),
            "tech_speed": office.random.integers(2, 6, count).astype("float64"),
            "attitude": office.random.integers(3, 6, count).astype("float64"),
            "will_continue": office.pick(("是", "是", "否"), count),
            "nps": office.random.integers(0, 11, count).astype("float64"),
        }
    )


def leads(office: Office, count: int) -> pd.DataFrame:
    """Leads of the five channels."""
    return pd.DataFrame(
        {
            "channel": office.pick(SOURCES, count),
            "source": office.pick(("上海站", "深圳站", "官网"), count),
            "acquired_on": office.back(count, 400).dt.normalize(),
            "owner": office.pick(PEOPLE, count),
            "leads": office.random.integers(1, 60, count).astype("float64"),
            "effective": office.random.integers(0, 2, count).astype("float64"),
        }
    )


def inside(path: Path) -> None:
    """The stages of one process, and each sheet."""
    with FileDoor(path, write=False) as door:
        begin = perf_counter()
        loaded = load(door, NOW, silent)
        reading = perf_counter()
    facts = loaded.facts
    found = run_checks(CheckInput(facts.data, facts.rules, facts.parameters, facts.now))
    checked = perf_counter()
    computed = run(facts)
    done = perf_counter()
    print(f"read {reading - begin:.2f}, check {checked - reading:.2f}, compute {done - checked:.2f}")
    month = np.datetime64(NOW, "M")
    taken = []
    for _ in range(AGAIN + 1):
        begin, worked = perf_counter(), process_time()
        made = sheets.analyse(Scope(computed, month, found))
        taken.append((perf_counter() - begin, process_time() - worked))
    (first, _), *others = taken
    again, cpu = (statistics.median(part) for part in zip(*others, strict=True))
    stage = f"first {first:.2f} s, then {again:.2f} s ({cpu:.2f} s of a processor)"
    print(f"analysis stage, {len(made)} sheets: {stage}", flush=True)
    scope = Scope(computed, month, found)
    for sheet in sheets.sheets_with(facts.data):
        begin = perf_counter()
        sheets.analyse(scope, {sheet.name})
        print(f"  {sheet.title}: {perf_counter() - begin:.2f} s (what sheets share counts for the first)")


def told(figure: Figure) -> str:
    """Seconds, those of a processor, and memory; a busy machine stretches the first alone."""
    return f"{figure.seconds:.1f} s ({figure.worked:.1f} s of a processor), {figure.megabytes:.0f} MB"


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--trades", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--skip-openpyxl", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xlsx"
        frames = tables(options.customers, options.trades)
        build("crm", path, frames)
        rows = ", ".join(f"{len(frame):,} {name}" for name, frame in frames.items())
        print(f"{rows}; {path.stat().st_size / 1e6:.1f} MB", flush=True)
        inside(path)
        command = [*COMMAND[1:], "analyse", str(path), "--now", NOW.isoformat()]
        first, ours = measure(command, 1), measure(command, options.runs)
        print(f"xlcrm analyse, every figure new: {told(first)}", flush=True)
        print(f"xlcrm analyse, again: {told(ours)}", flush=True)
        for engine in ("calamine", *(() if options.skip_openpyxl else ("openpyxl",))):
            other = measure(["-c", READING, str(path), engine], 1 if engine == "openpyxl" else options.runs)
            ratio = f"xlcrm analyse takes {ours.worked / other.worked:.2f} of its processor's time"
            print(f"pandas.read_excel with {engine}: {told(other)}; {ratio}", flush=True)


if __name__ == "__main__":
    main()
