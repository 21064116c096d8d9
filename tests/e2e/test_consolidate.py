"""A group's workbook says what one workbook with all rows says, whatever did the work."""

from __future__ import annotations

import datetime as dt
import json
import logging
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.actions.consolidating.branches import write
from tests.actions.consolidating.toys import DEADLY, FAILING, REFUSING, WORK
from tests.e2e.running import call
from tests.spreadsheet import few_analysis_sheets
from xlcrm.actions.base import RunParams, silent
from xlcrm.actions.consolidating.engine import Cluster
from xlcrm.actions.refresh import refresh
from xlcrm.errors import ClusterError, UsageError
from xlcrm.templates import build
from xlcrm.templates.demo import clean_data
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

NOW = dt.datetime(2026, 11, 20, 10, 30)
NAMES = ("北京", "上海", "广州")
Cells = dict[str, list[list[object]]]


def _shared_out(frames: Mapping[str, pd.DataFrame], count: int) -> list[dict[str, pd.DataFrame]]:
    """One office's tables as so many branches: a customer with all that names it, other rows in turn."""
    customers = frames["customers"]["customer_id"].tolist()
    homes = {number: place * count // len(customers) for place, number in enumerate(customers)}
    cases: dict[object, int] = {}
    shared: list[dict[str, pd.DataFrame]] = [{} for _ in range(count)]
    for name, frame in frames.items():
        turn = pd.Series([place % count for place in range(len(frame))], index=frame.index)
        own = frame["customer_id"].map(homes) if "customer_id" in frame else turn
        for key in ("complaint_id", "case_id"):
            if key in frame and name != "complaints":
                own = frame[key].map(cases)
        own = own.fillna(turn).astype(int)
        if name == "complaints":
            cases = dict(zip(frame["complaint_id"], own, strict=True))
        for place in range(count):
            shared[place][name] = frame[own == place]
    return shared


def cells(path: Path) -> Cells:
    """Sheet -> its columns from A1 on; without the log, what a group adds, and blank cells at the ends."""
    with FileDoor(path, write=False) as door:
        found: Cells = {}
        for title in door.sheets:
            if title in {"操作日志", "合并冲突", "合并来源"}:
                continue
            columns = [list(column) for column in door.grid(title).columns]
            columns = [column for column in columns if "来源分部" not in column[:3]]
            for column in columns:  # the legend over a table may name one colour more because of it
                column[1:2] = [None] if "■" in str(column[1:2]) else column[1:2]
            for column in columns:
                while column and column[-1] is None:
                    column.pop()
            while columns and not columns[-1]:
                columns.pop()
            found[title] = columns
    return found


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, pd.DataFrame]]]:
    """A folder with three branches that share nothing."""
    folder = tmp_path_factory.mktemp("branches")
    shared = _shared_out(clean_data(24, NOW, seed=3), len(NAMES))
    for place, (name, frames) in enumerate(zip(NAMES, shared, strict=True)):
        write(folder / f"{place + 1}-{name}.xlsx", "crm", **frames)
    return folder, shared


@pytest.fixture(scope="module")
def group(branches: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """They as a group, by the command, in one process."""
    out = tmp_path_factory.mktemp("group") / "集团.xlsx"
    folder = branches[0]
    ran = call(
        "consolidate", folder / "*.xlsx", "-o", out, "--now", NOW.isoformat(), "--jobs", "1", "--strict"
    )
    assert (ran.code, ran.err) == (0, "")
    assert "1-北京" in ran.out
    assert "已合并 3 个分部，写入 集团.xlsx（客户关系管理）" in ran.out
    return out


def test_a_group_says_what_one_workbook_with_all_rows_says(
    branches: tuple[Path, list[dict[str, pd.DataFrame]]], group: Path, tmp_path: Path
) -> None:
    _, shared = branches
    whole = {name: pd.concat([frames[name] for frames in shared], ignore_index=True) for name in shared[0]}
    path = tmp_path / "集团.xlsx"
    build("crm", path, whole)
    with FileDoor(path, write=True) as door:
        refresh(door, RunParams(now=NOW), silent)
    expected, found = cells(path), cells(group)
    assert list(found) == list(expected)
    for title, columns in expected.items():
        assert found[title] == columns, title
    assert len(expected["到期清单"][4]) > 10
    with FileDoor(group, write=False) as door:
        kinds = set(door.grid("合并冲突").columns[0][3:])
        assert kinds <= {None, "同名客户"}  # invented names repeat
        register = next(column for column in door.grid("客户信息总表").columns if "来源分部" in column)
    assert set(register[3:]) == {"1-北京", "2-上海", "3-广州"}


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A real cluster of two worker processes on loopback; its address."""
    distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a killed worker is what a test asks for
    cluster: Any = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )
    cluster.scheduler.allowed_failures = 0  # one dead worker is enough to see
    with cluster:
        assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
        yield cluster.scheduler_address


def test_several_processes_make_the_same_group(
    branches: tuple[Path, object], group: Path, tmp_path: Path
) -> None:
    out = tmp_path / "集团.xlsx"
    with few_analysis_sheets():
        ran = call("consolidate", branches[0], "-o", out, "--now", NOW.isoformat(), "--jobs", "2", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["rows"]["merged"] == 0
    found, expected = cells(out), cells(group)
    assert "管理驾驶舱" in found
    for title in set(found) - {"分析明细"}:  # the rows behind all analysis sheets
        assert found[title] == expected[title], title


def test_a_cluster_makes_the_same_group_and_lists_what_is_damaged(
    branches: tuple[Path, object], group: Path, scheduler: str, tmp_path: Path
) -> None:
    folder = tmp_path / "branches"
    shutil.copytree(branches[0], folder)
    (folder / "4-坏.xlsx").write_bytes(b"PK\x03\x04 half a file")
    out = tmp_path / "集团.xlsx"
    ran = call(
        *("consolidate", folder, "-o", out, "--now", NOW.isoformat(), "--scheduler", scheduler, "--strict")
    )
    assert ran.code == 2, ran.err
    assert "4-坏.xlsx 未读入：" in ran.out
    assert cells(out) == cells(group)


def test_workers_do_the_work_in_order_and_say_why_they_cannot(scheduler: str) -> None:
    items = [str(number) for number in range(20)]
    told: list[str] = []
    assert Cluster(scheduler).run(WORK, items, told.append) == " ".join(items)
    assert told[-2:] == ["读取分部工作簿 20/20", "在集群上合并和计算"]
    with pytest.raises(UsageError, match="20 行太多"):
        Cluster(scheduler).run(REFUSING, items, silent)
    with pytest.raises(ClusterError, match=r"没有完成合并（ZeroDivisionError：20）；请查看 worker 的日志"):
        Cluster(scheduler).run(FAILING, items, silent)


def test_an_item_that_kills_its_workers_is_listed(scheduler: str) -> None:
    assert Cluster(scheduler).run(DEADLY, ["3"], silent) == "3!读取"


def test_a_cluster_that_is_not_there_is_a_sentence() -> None:
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    with pytest.raises(ClusterError, match=r"连不上 Dask 调度器 tcp://127.0.0.1:9（"):
        Cluster("tcp://127.0.0.1:9", patience=0.5).run(WORK, ["1"], silent)
