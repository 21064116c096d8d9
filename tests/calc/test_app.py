"""The program: its settings, messages and state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import xlwings as xw

from xlcrm.errors import ProgramMissing


def test_what_it_is(app: Any) -> None:
    assert app.engine.name == "calc"
    assert app.pid in xw.apps.keys()  # noqa: SIM118  # xlwings' own method
    assert xw.apps[app.pid] == app
    assert app.version.major >= 7
    assert app.hwnd is None
    assert not app.visible


def test_settings_come_back(app: Any, book: Any) -> None:
    document = book.api
    with app.properties(
        screen_updating=False,
        calculation="manual",
        display_alerts=False,
        enable_events=False,
        interactive=False,
        status_bar="正在刷新…",
    ):
        assert document.hasControllersLocked()
        assert not document.isAutomaticCalculationEnabled()
        assert (app.screen_updating, app.calculation, app.status_bar) == (False, "manual", "正在刷新…")
        assert (app.display_alerts, app.enable_events, app.interactive) == (False, False, False)
    assert not document.hasControllersLocked()
    assert document.isAutomaticCalculationEnabled()
    assert (app.screen_updating, app.calculation, app.status_bar) == (True, "automatic", False)
    assert (app.display_alerts, app.enable_events, app.interactive) == (True, True, True)


def test_settings_come_back_after_an_error(app: Any, book: Any) -> None:
    with pytest.raises(ZeroDivisionError), app.properties(screen_updating=False):
        raise ZeroDivisionError
    assert not book.api.hasControllersLocked()


def test_locks_are_counted_once(app: Any, book: Any) -> None:
    app.screen_updating = False
    app.screen_updating = False
    later = app.books.add()
    app.screen_updating = True
    assert not book.api.hasControllersLocked()
    assert not later.api.hasControllersLocked()


def test_book_closed_while_locked(app: Any, book: Any) -> None:
    app.screen_updating = False
    book.close()
    app.screen_updating = True
    assert app.screen_updating


def test_manual_calculation(app: Any, sheet: Any) -> None:
    sheet["A1"].value = [1, "=A1*2"]
    with app.properties(calculation="manual"):
        sheet["A1"].value = 5
        app.calculate()
    assert sheet["B1"].value == 10.0


def test_messages_without_a_window_do_not_wait(app: Any) -> None:
    app.books.add()
    assert app.alert("已刷新 12 行。", "xlcrm") == "ok"
    assert app.impl.last_alert == "已刷新 12 行。"
    assert app.alert("要继续吗？", buttons="yes_no", mode="info") == "yes"
    assert app.alert("要继续吗？", buttons="ok_cancel") == "ok"


@pytest.mark.parametrize(
    ("buttons", "mode", "pressed", "answer", "kind"),
    [
        ("ok", "info", 1, "ok", "INFOBOX"),
        ("ok", None, 0, "ok", "MESSAGEBOX"),
        ("ok", "critical", 1, "ok", "ERRORBOX"),
        ("yes_no", "info", 3, "no", "QUERYBOX"),
        ("yes_no_cancel", None, 0, "cancel", "QUERYBOX"),
        ("ok_cancel", None, 1, "ok", "QUERYBOX"),
    ],
)
def test_messages_with_a_window(  # a table's columns
    app: Any, buttons: str, mode: str | None, pressed: int, answer: str, kind: str
) -> None:
    toolkit = Mock()
    toolkit.createMessageBox.return_value.execute.return_value = pressed
    window = SimpleNamespace(getToolkit=lambda: toolkit)
    controller = SimpleNamespace(Frame=SimpleNamespace(ContainerWindow=window))
    book: Any = SimpleNamespace(api=SimpleNamespace(CurrentController=controller))
    assert app.impl._asked(book, "正文", "标题", buttons, mode) == answer
    assert toolkit.createMessageBox.call_args.args[1].value == kind
    assert toolkit.createMessageBox.call_args.args[3:] == ("标题", "正文")


def test_nothing_open(app: Any) -> None:
    with pytest.raises(ProgramMissing, match="没有打开的工作簿"):
        _ = xw.books.active
    assert len(app.books) == 0
    assert app.selection is None
    assert app.alert("没有工作簿") == "ok"
    app.status_bar = "忙"
    app.status_bar = False
    app.activate()


def test_windows_can_be_hidden(app: Any, book: Any) -> None:
    window = book.api.CurrentController.Frame.ContainerWindow
    app.visible = False
    assert not window.isVisible()
    app.visible = True
    assert window.isVisible()
