"""Boxes and the status bar, over programs that answer as xlwings' engines do."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from xlcrm.entrypoints.dialogs import Dialogs

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings as xw

TIMED_OUT, CANCELLED, NO_SUCH_THING = -1712, -128, -1728


class CommandError(Exception):
    """As appscript has it: the number of the Apple event's error."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.errornumber = number


class Mac:
    """Excel on macOS: one error for each box, and a status bar that is out of reach while a box stands."""

    def __init__(self, number: int, *, standing: int = 0) -> None:
        self.number = number
        self.standing = standing
        self.status: list[object] = []

    def alert(self, *_: str, **__: str) -> str:
        raise CommandError(self.number)

    def __setattr__(self, name: str, value: object) -> None:
        if name != "status_bar":
            super().__setattr__(name, value)
        elif self.standing:
            self.standing -= 1
            raise CommandError(TIMED_OUT)
        else:
            self.status.append(value)


def asked(app: Mac) -> bool:
    with Dialogs(cast("xw.App", app), "规范数据") as dialogs:
        return dialogs.ask("写入？")


@pytest.mark.parametrize("standing", [0, 3])
def test_a_question_that_nobody_answers_leaves_a_sentence(standing: int) -> None:
    app = Mac(TIMED_OUT, standing=standing)
    assert not asked(app)
    assert app.status == ["规范数据：一分钟内没有回答，没有写入；请再点一次"]


def test_the_sentence_outlives_the_end_of_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Mac(TIMED_OUT)
    at_exit: list[Callable[[], None]] = [lambda: app.status.append(False)]
    monkeypatch.setitem(sys.modules, "xlwings._xlmac", SimpleNamespace(cleanup=at_exit[0]))
    monkeypatch.setattr("atexit.unregister", at_exit.remove)
    asked(app)
    for handler in at_exit:
        handler()
    assert app.status[-1:] == ["规范数据：一分钟内没有回答，没有写入；请再点一次"]


def test_cancel_that_is_raised_is_no() -> None:
    app = Mac(CANCELLED)
    assert not asked(app)
    assert app.status == [False]


def test_a_box_that_is_left_with_escape_is_no_failure() -> None:
    app = Mac(CANCELLED)
    with Dialogs(cast("xw.App", app), "刷新") as dialogs:
        dialogs.tell("已处理")
    assert app.status == [False]


@pytest.mark.parametrize("number", [TIMED_OUT, CANCELLED])
def test_a_text_that_nobody_closes_leaves_nothing(number: int) -> None:
    app = Mac(number)
    with Dialogs(cast("xw.App", app), "刷新") as dialogs:
        dialogs.warn("不能完成")
    assert app.status == [False]


def test_another_failure_of_a_box_is_raised() -> None:
    app = Mac(NO_SUCH_THING)
    with pytest.raises(CommandError):
        asked(app)
    assert app.status == [False]
