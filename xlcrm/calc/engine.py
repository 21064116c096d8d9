"""The engine "calc": LibreOffice programs as xlwings apps."""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import math
import sys
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xlwings as xw
from xlwings import base_classes

from xlcrm.calc.app import App
from xlcrm.calc.bridge import PIPE, connect
from xlcrm.calc.errors_in_cells import TEXTS
from xlcrm.calc.launch import is_headless, launched, pid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAME: Final = "calc"
_START_SECONDS: Final = 60.0


class Engine:
    """What xlwings asks of an engine."""

    name = NAME
    type = "desktop"

    def __init__(self) -> None:
        self.apps = Apps()

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any = None) -> Any:
        """One value on its way into a cell: numbers as float, dates as naive datetime, None for empty.

        Raises:
            TypeError: a value that Excel refuses as well, such as a bare time or a timedelta.
        """
        del options
        if x is None or isinstance(x, (str, bool)):
            return x
        if type(x) is dt.datetime:
            return x.replace(tzinfo=None)
        if isinstance(x, np.bool_):
            return bool(x)
        if isinstance(x, (float, int, np.number)):
            number = float(x)
            return None if math.isnan(number) else number
        if isinstance(x, (dt.date, np.datetime64)):
            moment = pd.Timestamp(x)
            return None if pd.isna(moment) else moment.to_pydatetime().replace(tzinfo=None)
        if pd.isna(x):
            return None
        raise TypeError(f"单元格不能放 {type(x).__name__} 类型的值")

    @staticmethod
    def clean_value_data(
        data: Any,
        datetime_builder: Callable[..., Any],
        empty_as: Any,
        number_builder: Callable[[float], Any] | None,
        err_to_str: bool,  # noqa: FBT001  # xlwings calls it so
    ) -> list[list[Any]]:
        """Raw values as the user asked for them."""

        def clean(value: Any) -> Any:
            if value is None or value == "":
                return empty_as
            if isinstance(value, dt.datetime):
                return datetime_builder(
                    year=value.year,
                    month=value.month,
                    day=value.day,
                    hour=value.hour,
                    minute=value.minute,
                    second=value.second,
                    microsecond=value.microsecond,
                    tzinfo=None,
                )
            if type(value) is float:
                return value if number_builder is None else number_builder(value)
            if type(value) is int:
                return TEXTS.get(value) if err_to_str else None
            return value

        rows = data if isinstance(data, (list, tuple)) else ((data,),)
        return [[clean(value) for value in row] for row in rows]


class Apps(base_classes.Apps):
    """The programs that we are connected to, the newest first."""

    def __init__(self) -> None:
        self._apps: list[App] = []

    def keys(self) -> list[int]:
        return [app.pid for app in self._apps]

    def add(self, spec: Any = None, add_book: Any = None, xl: Any = None, visible: Any = None) -> App:
        """The running program: LibreOffice runs once a user, so nothing new is started.

        Raises:
            ProgramMissing: none answers.
        """
        del spec, xl, visible
        app = self._apps[0] if self._apps else self.join(PIPE)
        if add_book:
            app.books.add()
        return app

    def join(self, pipe: str) -> App:
        """Connect to the program behind a pipe."""
        context = connect(pipe)
        pid = pid_of(pipe)
        app = App(ENGINE, context, pid=pid, headless=is_headless(pid))
        app.mend()
        self._apps = [app, *(other for other in self._apps if other.pid != app.pid)]
        return app

    def leave(self, app: App) -> None:
        self._apps = [other for other in self._apps if other.pid != app.pid]

    def prefer(self, app: App) -> None:
        """Make an app the active one."""
        self._apps.sort(key=lambda other: other.pid != app.pid)

    @staticmethod
    def cleanup() -> None:
        """Nothing to sweep: a program that has ended leaves no object behind."""

    def __iter__(self) -> Iterator[App]:
        return iter(list(self._apps))

    def __len__(self) -> int:
        return len(self._apps)

    def __getitem__(self, pid: int) -> App:
        for app in self._apps:
            if app.pid == pid:
                return app
        raise KeyError(pid)


ENGINE: Final = Engine()


def spare_excel() -> None:
    """Keep xlwings from ending programs when this process ends.

    On Windows it forces every Excel to quit that its active engine does not list, unsaved work and all: with
    this engine active that is each one, and otherwise those without a window, on a shared server other
    people's. On macOS its handler only shows the log.
    """
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        atexit.unregister(windows.cleanup)


def _activated() -> None:
    spare_excel()
    if NAME not in xw.engines.engines_by_name:
        xw.engines.add(xw.main.Engine(impl=ENGINE))
    xw.engines[NAME].activate()


@contextlib.contextmanager
def _engines_kept() -> Iterator[None]:
    """Leave xlwings' engines as they were found."""
    active, known = xw.engines.active, list(xw.engines.engines)
    try:
        yield
    finally:
        xw.engines.active = active
        xw.engines.engines[:] = known
        if all(engine.name != NAME for engine in known):
            xw.engines.engines_by_name.pop(NAME, None)


def attach(pipe: str | None = None) -> xw.App:
    """Connect to the LibreOffice that a user has open, and make it xlwings' active engine.

    Args:
        pipe: the pipe's name; the xlcrm extension's own one when left out.

    Raises:
        ProgramMissing: nothing answers, with what to do.
        ProgramBusy: it is there, but does not answer now.
    """
    impl = ENGINE.apps.join(PIPE if pipe is None else pipe)
    _activated()
    return xw.App(impl=impl)


@contextlib.contextmanager
def started(folder: Path, *, pipe: str, headless: bool = True) -> Iterator[xw.App]:
    """A private LibreOffice with a profile of its own, ended when the block is left.

    Args:
        folder: where its profile may live; it is swept afterwards.
        pipe: a name that no other program uses.
        headless: without a window.

    Raises:
        ProgramMissing: LibreOffice is not installed, or does not start within a minute.
    """
    with _engines_kept(), launched(folder, pipe, headless=headless) as alive:
        connect(pipe, deadline=_START_SECONDS, alive=alive)
        impl = ENGINE.apps.join(pipe)
        _activated()
        try:
            yield xw.App(impl=impl)
        finally:
            ENGINE.apps.leave(impl)
            with contextlib.suppress(Exception):  # it may be gone, or refuse: the launcher ends it
                impl.quit()
