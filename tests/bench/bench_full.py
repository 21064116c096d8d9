"""One refresh of a whole 客户管理全册, stage by stage, and how each stage grows with the rows.

    python -m tests.bench.bench_full [--customers 20000] [--runs 2]

At full size: 20,000 customers, 100,000 records (follow-ups, care, callbacks, service log) and 20,000 cases
(complaints, issues, recoveries, enquiries, orders); before it a half and a quarter. Every auto cell is new.
The stages are timed inside one process; the figures are medians, in seconds. openpyxl loads and saves the
same file in the same run.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd

from tests.compute.build import NOW
from xlcrm.actions import refresh as refreshing
from xlcrm.actions.base import RunParams, silent
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STAGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "read": ("xlcrm.actions.refresh", ("load",)),
    "check": ("xlcrm.actions.refresh", ("run_checks",)),
    "compute: clocks": ("xlcrm.compute.run", ("prepared", "judge", "combine", "clock_tasks")),
    "compute: contacts and occasions": (
        "xlcrm.compute.run",
        ("cadences", "cadence_tasks", "milestone_tasks", "festival_tasks", "calendar_tasks"),
    ),
    "compute: states and thresholds": (
        "xlcrm.compute.run",
        ("quiet_since", "state_tasks", "threshold_tasks"),
    ),
    "compute: columns": ("xlcrm.compute.run", ("auto_columns",)),
    "compute: due list and alerts": ("xlcrm.compute.run", ("due_list", "alerts")),
}
"""Stage -> where its functions are called from, and their names there."""
NOW_AT = np.datetime64(NOW, "m")
GRADES, STAGE_WORDS = ("A类", "B类", "C类"), ("潜在", "合作", "合作", "沉睡")
PEOPLE = ("李明", "王芳", "赵敏", "陈静", "周强")


class Office:
    """Draws the tables of one office of a given size."""

    def __init__(self, customers: int) -> None:
        self.random = np.random.default_rng(11)
        self.ids = np.array([f"{202300000 + number}" for number in range(customers)])
        self.names = np.array([f"杭州第{number}机械设备有限公司" for number in range(customers)])

    def back(self, count: int, days: int, blank: float = 0.0) -> pd.Series:
        """Moments within the days before now, some of them blank."""
        minutes = self.random.integers(0, days * 1440, count).astype("timedelta64[m]")
        return pd.Series((NOW_AT - minutes).astype("datetime64[ns]")).mask(self.random.random(count) < blank)

    def after(self, starts: pd.Series, hours: float, blank: float) -> pd.Series:
        """Moments some hours after others, never after now."""
        later = starts + pd.to_timedelta(self.random.exponential(hours, len(starts)) * 60 // 1, unit="min")
        return later.mask((later > NOW) | (self.random.random(len(starts)) < blank))

    def pick(self, words: tuple[str, ...], count: int) -> Any:
        return self.random.choice(words, count)

    def whose(self, count: int) -> dict[str, Any]:
        """Customer id and name of random customers."""
        who = self.random.integers(0, len(self.ids), count)
        return {"customer_id": self.ids[who], "name": self.names[who]}

    def register(self) -> pd.DataFrame:
        count = len(self.ids)
        filed = self.back(count, 1_000).dt.normalize()
        return pd.DataFrame(
            {
                "customer_id": self.ids,
                "name": self.names,
                "contact": "王强",
                "phone": [f"139{number:08d}" for number in range(count)],
                "industry": "制造业",
                "grade": self.pick(GRADES, count),
                "need_tags": self.pick(("高活跃度", "有升级需求", "关注售后保障", "长期合作"), count),
                "filed_on": filed,
                "owner": self.pick(PEOPLE, count),
                "updated_on": (filed + pd.Timedelta(days=200)).clip(upper=pd.Timestamp(NOW).normalize()),
                "stage": self.pick(STAGE_WORDS, count),
                "signed_on": filed,
                "contract_ends_on": filed + pd.Timedelta(days=730),
                "founded_on": self.back(count, 9_000).dt.normalize(),
                "consent": "允许发送产品资料",
            }
        )

    def records(self, count: int) -> dict[str, pd.DataFrame]:
        """So many contacts, shared among the four record tables."""
        follow, care, calls, log = (round(count * share) for share in (0.4, 0.3, 0.2, 0.1))
        return {
            "followup_records": pd.DataFrame(
                {
                    "touched_at": self.back(follow, 400),
                    **self.whose(follow),
                    "way": self.pick(("电话", "邮件", "拜访"), follow),
                    "by": self.pick(PEOPLE, follow),
                    "summary": "沟通新订单的交付安排",
                    "next_action": "李明发送报价单",
                    "next_action_by": self.back(follow, 300).dt.normalize(),
                    "signal": self.pick(("积极", "中性", "中性", "消极"), follow),
                }
            ),
            "care_records": pd.DataFrame(
                {
                    "touched_at": self.back(care, 400),
                    "way": "电话",
                    "care": self.pick(("回访", "关怀", "提醒"), care),
                    **self.whose(care),
                }
            ),
            "callback_records": pd.DataFrame(
                {
                    "touched_at": self.back(calls, 400),
                    **self.whose(calls),
                    "callback_type": self.pick(("常规", "处理后回访", "超期说明"), calls),
                    "needs_service": self.pick(("是", "否"), calls),
                    "by": self.pick(PEOPLE, calls),
                }
            ),
            "service_log": pd.DataFrame(
                {
                    "touched_at": self.back(log, 400),
                    **self.whose(log),
                    "work": "客户接待",
                    "content": "来访接待",
                    "by": self.pick(PEOPLE, log),
                }
            ),
        }

    def cases(self, count: int) -> dict[str, pd.DataFrame]:
        """So many cases, shared among the five case tables."""
        shares = (0.4, 0.3, 0.15, 0.075, 0.075)
        complaints, issues, recoveries, enquiries, orders = (round(count * share) for share in shares)
        return {
            "complaints": self.case(complaints, "complaint_id", "TS{:08d}{:04d}")
            | {
                "level": self.pick(("一般", "严重", "重大"), complaints),
                "channel": "电话",
                "content": "设备噪音大",
            },
            "service_issues": self.case(issues, "issue_id", "SH{:08d}{:04d}")
            | {
                "issue_type": self.pick(("咨询", "投诉", "功能故障"), issues),
                "urgency": self.pick(("紧急", "普通"), issues),
                "complexity": self.pick(("普通", "复杂"), issues),
                "content": "无法启动",
            },
            "recovery_cases": self.recoveries(recoveries),
            "presales": self.enquiries(enquiries),
            "orders": self.orders(orders),
        }

    def case(self, count: int, key: str, form: str) -> Any:
        """What complaints and issues have in common."""
        received = self.back(count, 300).sort_values(ignore_index=True)
        numbers = [form.format(20260000 + place // 9_000, place % 9_000 + 1) for place in range(count)]
        resolved = self.after(received, 30, 0.1)
        return {
            key: numbers,
            "received_at": received,
            **self.whose(count),
            "owner": self.pick(PEOPLE, count),
            "responded_at": self.after(received, 1, 0.05),
            "updated_at": self.after(received, 20, 0.2),
            "resolved_at": resolved,
            "called_back_at": self.after(resolved, 60, 0.2),
            "status": np.where(resolved.isna(), "处理中", "已关闭"),
        }

    def recoveries(self, count: int) -> Any:
        received = self.back(count, 300).sort_values(ignore_index=True)
        done = self.after(received, 50, 0.1)
        whose = self.whose(count)
        return {
            "recovery_id": [
                f"HF{20260000 + place // 900:08d}{place % 900 + 1:03d}" for place in range(count)
            ],
            "customer_id": whose["customer_id"],
            "issue_type": "产品故障",
            "owner": self.pick(PEOPLE, count),
            "received_at": received,
            "urgency": self.pick(("紧急", "重要", "一般"), count),
            "responded_at": self.after(received, 4, 0.05),
            "proposed_at": self.after(received, 30, 0.05),
            "completed_at": done,
            "reassessed_at": self.after(done, 100, 0.2),
            "satisfaction": self.random.integers(5, 11, count).astype("float64"),
        }

    def enquiries(self, count: int) -> Any:
        received = self.back(count, 300)
        whose = self.whose(count)
        return {
            "name": whose["name"],
            "phone": "13912345678",
            "channel": self.pick(("在线客服", "电话", "邮件"), count),
            "content": "咨询报价",
            "owner": self.pick(PEOPLE, count),
            "received_at": received,
            "responded_at": self.after(received, 0.1, 0.05),
            "drafted_at": self.after(received, 12, 0.05),
            "proposed_at": self.after(received, 40, 0.1),
            "intent": self.pick(("高意向", "有意向", "暂无意向"), count),
        }

    def orders(self, count: int) -> Any:
        confirmed = self.back(count, 300)
        expected = confirmed + pd.Timedelta(days=20)
        done = self.after(expected - pd.Timedelta(days=2), 40, 0.2)
        return {
            "order_id": [
                f"DD{20260000 + place // 9_000:08d}{place % 9_000 + 1:04d}" for place in range(count)
            ],
            **self.whose(count),
            "amount": self.random.integers(1_000, 90_000, count).astype("float64"),
            "order_status": np.where(done.isna(), "生产中", "已完成"),
            "expected_at": expected,
            "completed_at": done,
            "owner": self.pick(PEOPLE, count),
            "confirmed_at": confirmed,
            "synced_at": self.after(confirmed, 1, 0.05),
        }


def write(path: Path, customers: int) -> int:
    """The workbook of one size; how many rows it has."""
    office = Office(customers)
    drawn: dict[str, Any] = {
        "customers": office.register(),
        **office.records(5 * customers),
        **office.cases(customers),
    }
    frames = {name: pd.DataFrame(columns) for name, columns in drawn.items()}
    build("full", path, frames)
    return sum(len(frame) for frame in frames.values())


class Timers:
    """Seconds by stage, taken around the functions where the refresh calls them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(STAGES, 0.0)
        for stage, (module, names) in STAGES.items():
            home = importlib.import_module(module)
            for name in names:
                setattr(home, name, self.timed(stage, getattr(home, name)))

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            begin = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[stage] += perf_counter() - begin

        return wrapper

    def take(self) -> dict[str, float]:
        taken, self.seconds = self.seconds, dict.fromkeys(STAGES, 0.0)
        return taken


def refresh_once(source: Path, timers: Timers) -> dict[str, float]:
    """Stage -> seconds of a refresh of a fresh copy; what no timer saw is blocks and wording."""
    copy = source.with_name("copy.xlsx")
    copy.write_bytes(source.read_bytes())
    begin = perf_counter()
    params = RunParams(now=NOW)
    with FileDoor(copy, write=True) as door:
        prepared = refreshing.prepare(door, params, silent)
        ready = perf_counter()
        refreshing.written(door, prepared, params, silent)
    done = perf_counter()
    taken = timers.take()
    taken["blocks and wording"] = ready - begin - sum(taken.values())
    taken["write"] = done - ready
    taken["all"] = done - begin
    return taken


def peer(path: Path) -> float:
    """Seconds that openpyxl takes to load and save the workbook."""
    begin = perf_counter()
    openpyxl.load_workbook(path).save(path.with_name("peer.xlsx"))
    return perf_counter() - begin


def main() -> None:
    """Print one line a stage: its seconds at each size, and how it grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    sizes = [options.customers // 4, options.customers // 2, options.customers]
    timers = Timers()
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for size in sizes:
            path = Path(folder) / f"{size}.xlsx"
            rows.append(write(path, size))
            refresh_once(path, timers)
            runs = [refresh_once(path, timers) for _ in range(options.runs)]
            found.append({stage: statistics.median(run[stage] for run in runs) for stage in runs[0]})
        other = peer(path)
    print(f"{'rows':<34}" + "".join(f"{count:>10,}" for count in rows) + "   last / first (rows: x4)")
    for stage in found[0]:
        figures = [one[stage] for one in found]
        line = f"{stage:<34}" + "".join(f"{figure:10.2f}" for figure in figures)
        print(f"{line}   x{figures[-1] / figures[0]:.1f}", flush=True)
    times = other / found[-1]["all"]
    print(f"openpyxl load + save of the last file: {other:.1f} s, {times:.1f} times the refresh")


if __name__ == "__main__":
    main()
