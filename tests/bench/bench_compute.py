"""How long the computations take, stage by stage, and how they grow from a tenth to the full size.

    python -m tests.bench.bench_compute [rows] [runs]

Two workbooks: `rows` complaints of 2,000 customers, and `rows` customers with three records each. One untimed
run first; the figures are the best of the runs, in seconds.
"""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.checks.build import sheet
from tests.compute.build import CALENDAR, NOW
from xlcrm.compute.accounts import derive
from xlcrm.compute.clocks.events import fill_from_steps
from xlcrm.compute.clocks.judging import combine, judge
from xlcrm.compute.columns import auto_columns
from xlcrm.compute.contacts.cadences import cadence_tasks, cadences
from xlcrm.compute.contacts.occasions import calendar_tasks, festival_tasks, milestone_tasks
from xlcrm.compute.facts import Facts
from xlcrm.compute.lists.alerts import alerts
from xlcrm.compute.lists.due_list import clock_tasks, due_list
from xlcrm.compute.states.signals import quiet_since, state_tasks, threshold_tasks
from xlcrm.compute.tasks import join
from xlcrm.compute.touches import Lookups
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import default_book
from xlcrm.tables.frames import SheetData, dtype_of

if TYPE_CHECKING:
    from collections.abc import Callable

NOW_AT = np.datetime64(NOW, "s")


def filled(title: str, count: int, **columns: Any) -> SheetData:
    """A sheet of so many rows with some columns filled."""
    empty = sheet(title, [])
    index = pd.RangeIndex(4, 4 + count)
    frame = pd.DataFrame(
        {
            item.key: pd.Series(columns.get(item.key), index=index, dtype=dtype_of(item.kind))
            for item in empty.table.columns
        }
    )
    return SheetData(empty.table, empty.sheet, 3, empty.places, empty.headings, frame)


def back(random: np.random.Generator, count: int, days: int, blank: float = 0.0) -> Any:
    """Times within the days before now, some of them blank."""
    minutes = random.integers(0, days * 1440, count).astype("timedelta64[m]")
    at: Any = (NOW_AT - minutes).astype("datetime64[ns]")
    at[random.random(count) < blank] = np.datetime64("NaT")
    return at


def register(random: np.random.Generator, count: int) -> SheetData:
    numbers = [f"{202300000 + number}" for number in range(count)]
    days = back(random, count, 1_000).astype("datetime64[D]").astype("datetime64[ns]")
    return filled(
        "customers",
        count,
        customer_id=numbers,
        name=[f"客户{number}" for number in numbers],
        grade=random.choice(["A类", "B类", "C类"], count),
        stage=random.choice(["潜在", "合作", "沉睡"], count),
        owner=random.choice(["李明", "王芳"], count),
        filed_on=days,
        signed_on=days,
        updated_on=days,
    )


def with_complaints(count: int) -> dict[str, SheetData]:
    """Complaints, nearly all of them solved, a status log for some."""
    random = np.random.default_rng(7)
    received = back(random, count, 365)
    spent = random.integers(0, 4_000, (3, count)).astype("timedelta64[m]")
    ids = [f"20260101-{number}" for number in range(count)]
    open_ = random.random(count) < 0.05
    times = [np.where(open_, np.datetime64("NaT", "ns"), received + one) for one in np.sort(spent, axis=0)]
    paused = count // 20
    return {
        "customers": register(random, 2_000),
        "followup_records": sheet("followup_records", []),
        "complaints": filled(
            "complaints",
            count,
            complaint_id=ids,
            received_at=received,
            customer_id=[f"{202300000 + number}" for number in random.integers(0, 2_000, count)],
            name="客户",
            channel=random.choice(["电话", "邮件"], count),
            level=random.choice(["一般", "严重", "重大"], count),
            owner="李明",
            responded_at=times[0],
            resolved_at=times[1],
            called_back_at=times[2],
            status="处理中",
        ),
        "status_changes": filled(
            "status_changes",
            2 * paused,
            case_id=np.repeat(ids[:paused], 2),
            changed_at=np.stack(
                [received[:paused] + np.timedelta64(1, "h"), received[:paused] + np.timedelta64(5, "h")],
                axis=1,
            ).ravel(),
            status=np.tile(["等待客户", "处理中"], paused),
        ),
    }


def with_records(count: int) -> dict[str, SheetData]:
    """Customers with three records each."""
    random = np.random.default_rng(8)
    whose = random.integers(0, count, 3 * count)
    touched = back(random, 3 * count, 300)
    return {
        "customers": register(random, count),
        "followup_records": filled(
            "followup_records",
            3 * count,
            touched_at=touched,
            customer_id=[f"{202300000 + number}" for number in whose],
            way="电话",
            next_action=[text or None for text in random.choice(["发送报价", "", ""], 3 * count).tolist()],
            next_action_by=(touched + np.timedelta64(3, "D"))
            .astype("datetime64[D]")
            .astype("datetime64[ns]"),
            signal=random.choice(["积极", "中性", "消极"], 3 * count),
        ),
        "satisfaction_surveys": sheet("satisfaction_surveys", []),
    }


def stages(data: dict[str, SheetData]) -> dict[str, float]:
    """Seconds of each stage of one run."""
    given = Facts(data, default_book("crm"), Parameters(), CALENDAR, NOW)
    found: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = perf_counter()
        result = work()
        found[name] = perf_counter() - start
        return result

    given.derived.update(timed("steps", lambda: fill_from_steps(given)))
    timed("derive", lambda: derive(given))
    lookups = Lookups(given)
    verdicts = timed("judge", lambda: judge(given, lookups))
    clocks = timed("combine", lambda: combine(verdicts, given))
    contacts = timed("cadences", lambda: cadences(given, lookups))
    quiet = timed("quiet", lambda: quiet_since(given, lookups))
    frames = [
        timed("clock tasks", lambda: clock_tasks(given, clocks)),
        timed("cadence tasks", lambda: cadence_tasks(given, contacts)),
        timed("milestones", lambda: milestone_tasks(given, lookups)),
        timed("festivals", lambda: festival_tasks(given, lookups)),
        timed("calendar", lambda: calendar_tasks(given)),
        timed("states", lambda: state_tasks(given, lookups, quiet, clocks, contacts)),
        timed("thresholds", lambda: threshold_tasks(given, lookups)),
    ]
    tasks = timed("join", lambda: join(frames))
    timed("columns", lambda: auto_columns(given, lookups, clocks, contacts, quiet))
    timed("due list", lambda: due_list(given, tasks))
    timed("alerts", lambda: alerts(given, clocks))
    return found


def best(make: Callable[[int], dict[str, SheetData]], count: int, runs: int) -> dict[str, float]:
    data = make(count)
    stages(data)
    measured = [stages(data) for _ in range(runs)]
    return {name: min(one[name] for one in measured) for name in measured[0]}


def main(count: int, runs: int) -> None:
    """Print both workbooks' figures."""
    for make in (with_complaints, with_records):
        small, full = best(make, count // 10, runs), best(make, count, runs)
        print(f"{make.__name__.replace('_', ' ')}: {count // 10} and {count}")
        for name, seconds in full.items():
            print(f"  {name:14} {small[name]:8.3f} {seconds:8.3f}  x{seconds / max(small[name], 1e-6):5.1f}")
        totals = sum(small.values()), sum(full.values())
        print(f"  {'all':14} {totals[0]:8.3f} {totals[1]:8.3f}  x{totals[1] / totals[0]:5.1f}")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [100_000, 3][len(arguments) :]))
