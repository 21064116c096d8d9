"""Which month the analysis sheets report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.analysis.scope import month_of, month_text
from xlcrm.errors import ParameterError, UsageError

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np

    from xlcrm.actions.loading import Loaded


def asked_month(loaded: Loaded, asked: dt.date | None) -> np.datetime64:
    """The month that was asked for, else 报表月份 of 参数表, else the current one; datetime64[M].

    Raises:
        UsageError: the month that was asked for has not begun.
        ParameterError: 报表月份 has not begun.
    """
    current = month_of(loaded.facts.now)
    if asked is not None:
        if month_of(asked) > current:
            raise UsageError(
                f"{month_text(month_of(asked))}还没有到，不能统计；请用 {month_text(current)} 或更早的月份"
            )
        return month_of(asked)
    month, late = usual_month(loaded)
    if late:
        raise ParameterError(late)
    return month


def usual_month(loaded: Loaded) -> tuple[np.datetime64, str]:
    """报表月份 of 参数表; the current month where it is blank or, with a sentence, has not begun."""
    current, wanted = month_of(loaded.facts.now), loaded.facts.parameters.report_month
    if wanted is None:
        return current, ""
    if month_of(wanted) > current:
        return current, (
            f"参数表的“报表月份”（{wanted:%Y-%m}）还没有到，分析表只能统计到 {month_text(current)}；"
            "请改正，或清空此格以统计当前月份"
        )
    return month_of(wanted), ""
