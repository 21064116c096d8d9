"""Busy programs: tried again for a while, and told apart from other failures."""

from __future__ import annotations

import contextlib
import sys
from types import ModuleType
from typing import Any

import pytest

from xlcrm.errors import ProgramBusy, ProgramMissing
from xlcrm.workbook.live.patience import answering, ask, is_busy, is_gone, patiently, tell


class ComError(Exception):
    """Looks like pywintypes.com_error."""

    def __init__(self, hresult: int, scode: int | None = None) -> None:
        super().__init__(hresult, "message", None, None)
        self.hresult = hresult
        self.excepinfo = None if scode is None else (0, "Excel", "text", None, 0, scode)


class CommandError(Exception):
    """Looks like appscript's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.errornumber = number


class ExcelBusyError(Exception):
    """Looks like xlwings' own."""


DisposedException = type("com.sun.star.lang.DisposedException", (Exception,), {})
"""Looks like LibreOffice's: UNO gives the class its whole name."""


BUSY = [
    ComError(-2147418111),
    ComError(-2147417846),
    ComError(-2146777998),
    ComError(-2147352567, -2146777998),
    CommandError(-1712),
    CommandError(-609),
    ExcelBusyError(),
]
GONE = [ComError(-2147417848), ComError(-2147023174), CommandError(-600), DisposedException()]
OTHER = [
    ComError(-2147352567, -2146827284),
    ComError(-2147352567),
    CommandError(-50),
    ValueError("x"),
]


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def failing(error: Exception, times: int) -> Any:
    left = [times]

    def call() -> str:
        if left[0]:
            left[0] -= 1
            raise error
        return "answer"

    return call


@pytest.mark.parametrize("error", BUSY, ids=repr)
def test_a_program_that_answers_later_is_waited_for(error: Exception) -> None:
    clock = Clock()
    assert patiently(failing(error, 4), clock=clock, pause=clock.pause) == "answer"
    assert clock.waits == [0.05, 0.1, 0.2, 0.4]
    assert is_busy(error)


@pytest.mark.parametrize("error", BUSY, ids=repr)
def test_a_program_that_stays_busy_is_given_up_after_ten_seconds(error: Exception) -> None:
    clock = Clock()
    with pytest.raises(ProgramBusy, match=r"请按 Enter/Esc 后重试。$") as caught:
        patiently(failing(error, 10_000), clock=clock, pause=clock.pause)
    assert caught.value.__cause__ is error
    assert 10 <= clock.now < 11.1


@pytest.mark.parametrize("error", GONE, ids=repr)
def test_a_program_that_has_gone_is_not_waited_for(error: Exception) -> None:
    clock = Clock()
    with pytest.raises(ProgramMissing, match="已经关闭或失去连接"):
        patiently(failing(error, 1), clock=clock, pause=clock.pause)
    assert clock.waits == []
    assert is_gone(error)


@pytest.mark.parametrize("error", OTHER, ids=repr)
def test_other_failures_are_handed_on_at_once(error: Exception) -> None:
    clock = Clock()
    with pytest.raises(type(error)) as caught:
        patiently(failing(error, 1), clock=clock, pause=clock.pause)
    assert caught.value is error
    assert clock.waits == []
    assert not is_busy(error)
    assert not is_gone(error)


def test_attributes_are_asked_for_and_set() -> None:
    class Thing:
        value = 3

    thing = Thing()
    assert ask(thing, "value") == 3
    tell(thing, "value", 4)
    assert thing.value == 4


def test_xlwings_hands_rejected_calls_back_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = ModuleType("xlwings._xlwindows")
    engine.N_COM_ATTEMPTS = 0
    monkeypatch.setitem(sys.modules, "xlwings._xlwindows", engine)
    with contextlib.suppress(ValueError), answering():
        assert engine.N_COM_ATTEMPTS == 1
        raise ValueError
    assert engine.N_COM_ATTEMPTS == 0


def test_without_the_windows_engine_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "xlwings._xlwindows", raising=False)
    with answering():
        assert "xlwings._xlwindows" not in sys.modules
