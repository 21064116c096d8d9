"""A program is held still, and is as before afterwards whatever happens."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import pytest

from xlcrm.errors import ProgramBusy
from xlcrm.workbook.live import quiet as room
from xlcrm.workbook.live.quiet import quiet, uncalculated


class Program:
    """Settings that can refuse to be set."""

    def __init__(self, **settings: Any) -> None:
        self.__dict__["settings"] = settings
        self.__dict__["refusing"] = set()

    def __getattr__(self, name: str) -> Any:
        if name not in self.settings:
            raise NotImplementedError(name)
        return self.settings[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.refusing:
            raise ValueError(name)
        self.settings[name] = value


def program(**more: Any) -> Any:
    return Program(
        screen_updating=True, enable_events=False, display_alerts=True, calculation="automatic", **more
    )


def test_quiet_and_back() -> None:
    app = program()
    before = dict(app.settings)
    with contextlib.suppress(ZeroDivisionError), quiet(app):
        assert app.settings == before | {"screen_updating": False, "display_alerts": False}
        raise ZeroDivisionError
    assert app.settings == before


def test_what_a_program_does_not_have_is_left_out() -> None:
    app: Any = Program(display_alerts=True)
    with quiet(app), uncalculated(app):
        assert app.settings == {"display_alerts": False}
    assert app.settings == {"display_alerts": True}


def test_a_setting_that_is_refused_stays_and_a_busy_program_is_said() -> None:
    app = program()
    app.refusing.add("screen_updating")
    with quiet(app):
        assert app.settings["screen_updating"] is True
        assert app.settings["display_alerts"] is False

    class Busy:
        @property
        def screen_updating(self) -> bool:
            raise ProgramBusy("Excel 正忙")

    busy: Any = Busy()
    with pytest.raises(ProgramBusy), quiet(busy):
        pass


def test_one_setting_that_stays_keeps_no_other_from_coming_back() -> None:
    app = program()
    with quiet(app):
        app.refusing.add("display_alerts")
    assert app.settings["screen_updating"] is True
    assert app.settings["display_alerts"] is False


def test_no_calculation_while_it_is_written() -> None:
    app = program()
    with uncalculated(app):
        assert app.calculation == "manual"
    assert app.calculation == "automatic"


def test_excel_neither_fills_columns_nor_grows_tables_meanwhile() -> None:
    switches = SimpleNamespace(AutoFillFormulasInLists=True, AutoExpandListRange=False)
    app = program(api=SimpleNamespace(AutoCorrect=switches))
    with uncalculated(app):
        assert vars(switches) == {"AutoFillFormulasInLists": False, "AutoExpandListRange": False}
    assert vars(switches) == {"AutoFillFormulasInLists": True, "AutoExpandListRange": False}


def test_restoring_waits_less_long_than_asking() -> None:
    assert 0 < room._RESTORING < 10
