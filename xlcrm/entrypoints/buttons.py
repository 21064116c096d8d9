"""Buttons: what a click in the workbook runs, and what the user is told.

    RunPython "from xlcrm.entrypoints.buttons import press;press('refresh')"

xlwings pops up its log where Python leaves with an error. So everything ends in one message box and a
normal return; only where not even a box can be shown, one sentence goes to the log.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NoReturn

import xlwings as xw

from xlcrm.actions import ACTIONS
from xlcrm.entrypoints import boxes, faults
from xlcrm.entrypoints.dialogs import Dialogs
from xlcrm.entrypoints.live import live_door
from xlcrm.errors import ProgramMissing, UsageError, XlcrmError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.actions import Action, Params


def press(name: str, book: xw.Book | None = None) -> None:
    """Run an action on the workbook whose button was clicked, and show what came of it.

    Args:
        name: of the action.
        book: the workbook; by default the one that called Python.

    Raises:
        SystemExit: with 1, and a sentence on the standard error, where no box can be shown.
    """
    try:
        _spare_excel()
        book = book or _caller()
        action = ACTIONS.get(name)
        with Dialogs(book.app, action.label if action else "xlcrm") as dialogs:
            if action is None:
                dialogs.warn(f"没有名为“{name}”的操作；这个按钮可能来自更新的版本，请升级 xlcrm。")
            else:
                _press(action, book, dialogs)
    except Exception as error:  # noqa: BLE001 - the last line before the user
        _last_words(error)


def _spare_excel() -> None:
    from xlcrm.calc import spare_excel  # noqa: PLC0415 - a faulty installation is told in a sentence too

    spare_excel()


def _caller() -> xw.Book:
    from xlcrm.workbook.live import patiently  # noqa: PLC0415 - a faulty installation is told in a sentence too

    try:
        return patiently(_calling)
    except XlcrmError:
        raise
    except Exception as error:
        raise ProgramMissing(
            "找不到按钮所在的工作簿；请在打开的工作簿里点按钮，或在命令行运行 xlcrm"
        ) from error


def _calling() -> xw.Book:
    """The workbook named on the command line; xlwings itself reads a name only as far as its first "="."""
    name = _argument("--wb=")
    if "=" not in name:
        return xw.Book.caller()
    window = _argument("--hwnd=")
    found = [
        (str(app.hwnd) == window, book)
        for app in xw.apps
        for book in app.books
        if book.name.casefold() == name.casefold()
    ]
    if len(found) > 1:  # open in several programs: the one whose window is named
        found = [(own, book) for own, book in found if own]
    if len(found) != 1:
        raise KeyError(name)
    return found[0][1]


def _argument(start: str) -> str:
    return next((text.removeprefix(start).strip() for text in sys.argv if text.startswith(start)), "")


def _press(action: Action, book: xw.Book, dialogs: Dialogs) -> None:
    """Run it; what goes wrong is told in a box."""
    try:
        dialogs.stage("启动")
        text = _run(action, book, dialogs)
    except UsageError as error:
        dialogs.tell(error.message)
    except XlcrmError as error:
        dialogs.warn(f"不能完成：{error.message}")
    except Exception as error:  # noqa: BLE001 - a fault of ours is a sentence and a log
        dialogs.warn(faults.sentence(error))
    else:
        if text:
            dialogs.tell(text)


def _run(action: Action, book: xw.Book, dialogs: Dialogs) -> str:
    """Run it, after its listing where it has one; what to tell, empty where the user said no."""
    params = params_for(action, book)
    command = command_for(action, book, params)
    lists = "apply" in action.params.model_fields
    with live_door(book, write=action.writes and not lists) as door:
        outcome = action.run(door, params, dialogs.stage)
    if lists and boxes.offers(outcome):
        # Asked outside of any door: within one the program neither repaints nor runs the user's macros.
        dialogs.stage("等待确认")
        if not dialogs.ask(boxes.offer(outcome, command)):
            return ""
        with live_door(book, write=action.writes) as door:
            outcome = action.run(door, params.model_copy(update={"apply": True}), dialogs.stage)
    return boxes.done(outcome, command)


def params_for(action: Action, book: xw.Book) -> Params:
    """What a click asks of an action: the selected row where it is about one.

    Raises:
        UsageError: it is about a row, and no cell is selected.
    """
    if not action.about_a_row:
        return action.params()
    selected = _selected(book)
    if selected is None:
        raise UsageError(f"请先选中那一行的任意一个单元格，再点“{action.label}”")
    return action.params.model_validate({"sheet": selected.sheet.name, "row": selected.row})


def _selected(book: xw.Book) -> xw.Range | None:
    """The selected cells; None for none, and for so many that Excel cannot count them (the whole sheet)."""
    from xlcrm.workbook.live import patiently  # noqa: PLC0415 - a faulty installation is told in a sentence too

    try:
        return patiently(lambda: book.selection)
    except XlcrmError:
        raise
    except Exception:  # noqa: BLE001 - each program raises its own kind
        return None


def command_for(action: Action, book: xw.Book, params: Params) -> str:
    """The command that shows the same, and shows it whole."""
    words = [action.name, book.name, "--live", *([action.listing] if action.listing else [])]
    for key, value in params.model_dump(include={"sheet", "row"}).items():
        words += [f"--{key}", str(value)]
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def main(arguments: Sequence[str]) -> None:
    """Press a button from outside, for the workbook in front of a running LibreOffice.

    Raises:
        SystemExit: see `press`; with 1, too, where no LibreOffice answers.
    """
    parser = argparse.ArgumentParser(prog="python -m xlcrm.entrypoints.buttons")
    parser.add_argument("name", choices=ACTIONS)
    parser.add_argument("--pipe", help="name of LibreOffice's pipe")
    options = parser.parse_args(arguments)
    try:
        book = _front(options.pipe)
    except Exception as error:  # noqa: BLE001 - the last line before the user
        _last_words(error)
    press(options.name, book)


def _front(pipe: str | None) -> xw.Book:
    from xlcrm.calc import attach  # noqa: PLC0415 - a faulty installation is told in a sentence too

    return attach(pipe).books.active


def _last_words(error: Exception) -> NoReturn:
    text = error.message if isinstance(error, XlcrmError) else faults.sentence(error)
    sys.stderr.write(f"xlcrm: {text}\n")
    raise SystemExit(1) from None


if __name__ == "__main__":
    main(sys.argv[1:])
