"""Many branch workbooks joined and analysed: one process, all cores, and a local Dask cluster, side by side.

    python -m tests.bench.bench_consolidate [--branches 200] [--customers 60] [--folder DIR]

The branches are demo workbooks of 客户关系管理 with ids of their own; three customers are in all of them, and
complaints of one day share their numbers. They have one analysis sheet (nothing is read from those), the
group's has all. The cluster is up before its time begins: as many workers as processors, each a process. All
three must give the same cells; seconds to the last branch read, and to the end. The load is other people's.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import distributed

from tests.spreadsheet import few_analysis_sheets
from xlcrm.actions.consolidating.engine import usable_cores
from xlcrm.actions.consolidating.verb import ConsolidateParams, consolidate
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

NOW = dt.datetime(2026, 11, 20, 10, 30)
SHARED = 3
"""Customers that every branch has."""


@cache
def everywhere(customers: int) -> pd.DataFrame:
    """The register of the first branch, whose first customers all others have, too."""
    return demo_data(customers, NOW, seed=1)["customers"].head(SHARED)


def office(number: int, customers: int) -> Mapping[str, pd.DataFrame]:
    """One branch's tables; its own customers' ids hold its number."""
    frames = demo_data(customers, NOW, seed=number + 1)
    register = frames["customers"]
    typed = [text for text in register["customer_id"].tolist() if isinstance(text, str)]
    numbers = {text: f"{text[:4]}{number:03d}{text[-2:]}" for text in typed}
    shared = everywhere(customers)
    numbers |= dict(zip(register["customer_id"].head(SHARED), shared["customer_id"], strict=True))
    found = {
        name: frame.assign(customer_id=frame["customer_id"].replace(numbers))
        if "customer_id" in frame
        else frame
        for name, frame in frames.items()
    }
    keys = ["customer_id", "name", "phone"]
    register = found["customers"].astype(dict.fromkeys(keys, object))
    register.loc[register.index[:SHARED], keys] = shared[keys].to_numpy(dtype=object)
    return found | {"customers": register}


def write(folder: Path, customers: int, number: int) -> Path:
    path = folder / f"分部{number + 1:03d}.xlsx"
    with few_analysis_sheets():
        build("crm", path, office(number, customers))
    return path


def cells(path: Path) -> dict[str, Any]:
    """All that stands in the workbook but the log, which says how long it took."""
    with FileDoor(path, write=False) as door:
        return {title: door.grid(title).columns for title in door.sheets if title != "操作日志"}


def timed(files: Sequence[Path], out: Path, params: ConsolidateParams) -> tuple[float, float, str]:
    """Seconds until all was read, seconds until it was written, and what was said."""
    begin = perf_counter()
    read = [begin]

    def hear(stage: str) -> None:
        if stage.startswith("读取分部"):
            read[0] = perf_counter()

    outcome = consolidate(files, out, params, hear, at=NOW)
    return read[0] - begin, perf_counter() - begin, outcome.message


def made(folder: Path, branches: int, customers: int, cores: int) -> list[Path]:
    """The branches, those of an earlier run where they are all there."""
    files = sorted(folder.glob("*.xlsx"))
    begin = perf_counter()
    if len(files) != branches:
        with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
            files = list(pool.map(partial(write, folder, customers), range(branches)))
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(files)} workbooks, {size:.0f} MB, at hand after {perf_counter() - begin:.0f} s", flush=True)
    return files


def main() -> None:
    """Print one line an engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branches", type=int, default=200)
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--folder", type=Path, help="where the branches are kept for another run")
    options = parser.parse_args()
    cores = usable_cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = made(options.folder or folder, options.branches, options.customers, cores)
        found: dict[str, tuple[float, float, str]] = {}
        with distributed.LocalCluster(  # type: ignore[no-untyped-call] # ships no types
            n_workers=cores, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster:
            for engine, params in (
                ("one process", {"jobs": 1}),
                (f"{cores} processes", {"jobs": cores}),
                (f"Dask, {cores} workers", {"scheduler": cluster.scheduler_address}),
            ):
                load = os.getloadavg()[0]
                asked = ConsolidateParams.model_validate({"now": NOW, **params})
                found[engine] = timed(files, folder / f"{engine}.xlsx", asked)
                read, whole, _ = found[engine]
                first_read, alone, _ = found["one process"]
                print(
                    f"{engine:<18} read {read:6.1f} s (x{first_read / read:.2f})"
                    f"   all {whole:6.1f} s (x{alone / whole:.2f})   load before {load:.1f}",
                    flush=True,
                )
        said = {message.split("：", 1)[1] for _, _, message in found.values()}
        first, *others = (cells(folder / f"{engine}.xlsx") for engine in found)
        assert all(other == first for other in others), "the engines do not agree"
        assert len(said) == 1, said
        print(f"the same cells in {len(first)} sheets; {said.pop()}")


if __name__ == "__main__":
    main()
