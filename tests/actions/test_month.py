"""Which month is reported: the one asked for, that of 参数表, or the current one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.compute.build import facts
from xlcrm.actions.loading import Loaded
from xlcrm.actions.month import asked_month, usual_month
from xlcrm.errors import ParameterError, UsageError
from xlcrm.workbook.reading import Reading

NOW = dt.datetime(2026, 11, 20, 10, 30)


def loaded(**parameters: Any) -> Loaded:
    given = facts({"customers": []}, now=NOW, **parameters)
    return Loaded(given, Reading(given.data), "full", pd.DataFrame())


def month(text: str) -> np.datetime64:
    return np.datetime64(text, "M")


def test_the_current_month_unless_somebody_says_so() -> None:
    assert asked_month(loaded(), None) == month("2026-11")
    assert usual_month(loaded()) == (month("2026-11"), "")


def test_the_month_of_the_parameters() -> None:
    given = loaded(report_month="2026-09")
    assert asked_month(given, None) == month("2026-09")
    assert usual_month(given) == (month("2026-09"), "")


def test_the_month_that_is_asked_for_goes_before_it() -> None:
    assert asked_month(loaded(report_month="2026-09"), dt.date(2026, 11, 20)) == month("2026-11")
    assert asked_month(loaded(report_month="2027-01"), dt.date(2025, 1, 1)) == month("2025-01")


def test_a_month_that_has_not_begun_is_refused() -> None:
    told = "2026年12月还没有到，不能统计；请用 2026年11月 或更早的月份"
    with pytest.raises(UsageError, match=told):
        asked_month(loaded(), dt.date(2026, 12, 1))


def test_a_parameter_that_has_not_begun_is_refused_or_told() -> None:
    given = loaded(report_month="2026-12")
    usual, told = usual_month(given)
    assert usual == month("2026-11")
    assert told.startswith("参数表的“报表月份”（2026-12）还没有到，分析表只能统计到 2026年11月；")
    with pytest.raises(ParameterError, match=re.escape(told)):
        asked_month(given, None)
