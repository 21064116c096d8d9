"""The engine between xlwings and LibreOffice, and its own programs."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import xlwings as xw

from tests.spreadsheet import engines_kept
from xlcrm.calc import attach, calc_available, started
from xlcrm.calc.engine import ENGINE, Engine
from xlcrm.errors import ProgramMissing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (None, None),
        ("甲", "甲"),
        (True, True),
        (np.bool_(1), True),
        (3, 3.0),
        (np.int64(3), 3.0),
        (float("nan"), None),
        (np.float64("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (np.datetime64("NaT"), None),
        (dt.date(2024, 3, 5), dt.datetime(2024, 3, 5)),
        (pd.Timestamp(2024, 3, 5, 10), dt.datetime(2024, 3, 5, 10)),
        (np.datetime64("2024-03-05T10:00"), dt.datetime(2024, 3, 5, 10)),
        (dt.datetime(2024, 3, 5, tzinfo=dt.UTC), dt.datetime(2024, 3, 5)),
    ],
)
def test_values_on_their_way_in(given: object, value: object) -> None:
    found = Engine.prepare_xl_data_element(given, {})
    assert found == value
    assert type(found) is type(value)


def test_values_on_their_way_out() -> None:
    raw = ((1.0, "", None, "甲", True), (-2146826246, dt.datetime(2024, 3, 5, 10), 2.6, 3.0, False))
    clean = Engine.clean_value_data(raw, dt.datetime, "空", int, True)  # noqa: FBT003  # as xlwings calls it
    assert clean == [[1, "空", "空", "甲", True], ["#N/A", dt.datetime(2024, 3, 5, 10), 2, 3, False]]
    assert Engine.clean_value_data(5.0, dt.datetime, None, None, False) == [[5.0]]  # noqa: FBT003  # same


def test_engine_is_a_desktop_engine(app: Any) -> None:
    engine: Any = xw.engines.active
    assert (engine.name, engine.type) == ("calc", "desktop")
    assert len(xw.apps) == 1
    assert xw.apps.active == app
    with pytest.raises(KeyError):
        ENGINE.apps[-1]
    ENGINE.apps.cleanup()


def test_app_of_the_running_program(app: Any) -> None:
    assert xw.App(add_book=True, visible=False) == app
    assert len(app.books) == 1


def test_nothing_listens() -> None:
    if reason := calc_available():
        pytest.skip(reason)
    with engines_kept():
        active = xw.engines.active
        with pytest.raises(ProgramMissing, match=r"没有连上 LibreOffice.*xlcrm 扩展.*。$"):
            attach(f"xlcrm-nobody-{os.getpid()}")
        assert xw.engines.active is active


@pytest.fixture
def second(tmp_path: Path) -> Iterator[tuple[Any, str, Path]]:
    """A program of the test's own, its pipe, and the folder of its profile."""
    if reason := calc_available():
        pytest.skip(reason)
    pipe = f"xlcrm-second-{os.getpid()}"
    with started(tmp_path, pipe=pipe) as app:
        yield app, pipe, tmp_path


def ended(pid: int, seconds: float = 20) -> bool:
    """Whether a process ends in time."""
    until = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.slow
def test_attach_to_a_second_program(program: Any, second: tuple[Any, str, Path]) -> None:
    own, pipe, _ = second
    with engines_kept():
        found = attach(pipe)
        assert found == own
        assert found != program
        assert xw.engines.active is xw.engines["calc"]
        assert {found.pid, program.pid} <= set(xw.apps.keys())
        book = found.books.add()
        assert book not in list(program.books)


@pytest.mark.slow
def test_attach_mends_what_a_killed_process_left(second: tuple[Any, str, Path]) -> None:
    own, pipe, _ = second
    document = own.books.add().api
    document.lockControllers()
    document.lockControllers()
    document.IsAdjustHeightEnabled = False
    with engines_kept():
        attach(pipe)
    assert not document.hasControllersLocked()
    assert document.IsAdjustHeightEnabled


@pytest.mark.slow
def test_program_in_chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There the plain format is called 常规; a code in English stays one."""
    if reason := calc_available():
        pytest.skip(reason)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with started(tmp_path, pipe=f"xlcrm-chinese-{os.getpid()}") as app:
        book = app.books.add()
        assert book.api.NumberFormats.getByKey(0).FormatString == "常规"
        cells = book.sheets[0]["A1:D1"]
        cells.value = [dt.datetime(2024, 3, 5), True, "=SUM(1,2)", "'007"]
        assert cells.value == [dt.datetime(2024, 3, 5), True, 3.0, "007"]
        assert [cell.number_format for cell in cells] == ["YYYY-MM-DD", "BOOLEAN", "General", "General"]


@pytest.mark.slow
def test_program_that_dies(second: tuple[Any, str, Path]) -> None:
    own, pipe, _ = second
    cell = own.books.add().sheets[0]["A1"]
    os.kill(own.pid, 9)
    assert ended(own.pid)
    with pytest.raises(ProgramMissing, match=r"^LibreOffice 已经关闭，.*。$"):
        cell.value = 1
    with pytest.raises(ProgramMissing):
        attach(pipe)


@pytest.mark.slow
def test_started_leaves_nothing_behind(tmp_path: Path) -> None:
    if reason := calc_available():
        pytest.skip(reason)
    active, known = xw.engines.active, list(xw.engines)
    pids = []

    def fail() -> None:
        with started(tmp_path, pipe=f"xlcrm-third-{os.getpid()}") as app:
            pids.append(app.pid)
            app.books.add().sheets[0]["A1"].value = "未保存"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    (pid,) = pids
    assert ended(pid)
    assert list(tmp_path.iterdir()) == []
    assert (xw.engines.active, list(xw.engines)) == (active, known)
    assert pid not in ENGINE.apps.keys()  # noqa: SIM118  # xlwings' own method
