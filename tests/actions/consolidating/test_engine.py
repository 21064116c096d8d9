"""Engines of this machine; those of a cluster are tested in tests/e2e/test_consolidate_engines.py."""

from __future__ import annotations

import os
import sys
from unittest.mock import patch

import pytest

from tests.actions.consolidating.toys import DEADLY, REFUSING, WORK, join
from xlcrm.actions.base import silent
from xlcrm.actions.consolidating import engine
from xlcrm.actions.consolidating.engine import Cluster, Processes, Serial, joined, local_engine
from xlcrm.errors import ClusterError, UsageError

ITEMS = [str(number) for number in range(11)]


def test_one_after_the_other() -> None:
    told: list[str] = []
    assert Serial().run(WORK, ITEMS, told.append) == " ".join(ITEMS)
    assert told == [*(f"读取分部工作簿 {number}/11" for number in range(11)), "完成"]


@pytest.mark.parametrize("count", [1, 2, 8, 9, 64, 65])
def test_a_tree_keeps_the_order(count: int) -> None:
    parts = [[str(number)] for number in range(count)]
    assert joined(parts, join) == [str(number) for number in range(count)]


@pytest.mark.slow
def test_several_processes_give_the_same_and_outlive_a_deadly_item() -> None:
    told: list[str] = []
    assert Processes(2).run(WORK, ITEMS, told.append) == " ".join(ITEMS)
    assert told[0] == "读取分部工作簿 0/11"
    assert told[-2:] == ["读取分部工作簿 11/11", "完成"]
    few = ITEMS[2:5]
    assert Processes(2).run(DEADLY, few, silent) == "2 3!读取 4"


def test_what_the_end_refuses_is_raised() -> None:
    with pytest.raises(UsageError, match="11 行太多"):
        Serial().run(REFUSING, ITEMS, silent)


@pytest.mark.parametrize(
    ("files", "jobs", "cores", "expected"),
    [
        (200, None, 8, Processes(8)),
        (13, None, 8, Processes(2)),
        (5, None, 8, Serial()),
        (200, None, 1, Serial()),
        (3, 8, 2, Processes(3)),
        (200, 1, 8, Serial()),
    ],
)
def test_as_many_processes_as_pay(files: int, jobs: int | None, cores: int, expected: object) -> None:
    with patch.object(engine, "usable_cores", return_value=cores):
        assert local_engine(files, jobs) == expected


def test_this_machine_has_a_processor() -> None:
    assert engine.usable_cores() >= 1
    with patch.object(os, "sched_getaffinity", None, create=True):
        assert engine.usable_cores() >= 1


def test_without_the_library_the_sentence_says_how_to_get_it() -> None:
    with (
        patch.dict(sys.modules, {"distributed": None}),
        pytest.raises(ClusterError, match=r'pip install "xlcrm\[cluster\]"'),
    ):
        Cluster("tcp://127.0.0.1:1").run(WORK, ITEMS, silent)


@pytest.mark.parametrize("address", ["127.0.0.1:8786", "scheduler", "tcp://10.0.0.5"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ClusterError, match="不是 Dask 调度器的地址"):
        Cluster(address).run(WORK, ITEMS, silent)
