"""What stands on every analysis sheet besides its figures, and figures as texts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from xlcrm.analysis.base import Figure

PERIOD: Final = "统计期间"
"""Label of the cell left of the one that says which month the figures are of."""
NO_FIGURE: Final = "—"
"""What a card shows where there is no data."""
NO_DATA: Final = "本期没有数据"
"""What a panel without rows says."""
BETTER, WORSE = "好转", "转差"
"""What a card's comparison begins with where a change is welcome or not."""


def known(figure: Figure) -> float | None:
    """A card's value; None where there is no data."""
    value = figure.value
    return None if value is None or math.isnan(value) else float(value)


def card_text(figure: Figure) -> str:
    """What stands under a card's figure: the comparison, and whether it is welcome."""
    if figure.good is None or not figure.text:
        return figure.text
    return f"{BETTER if figure.good else WORSE}：{figure.text}"


def halves_up(number: float, digits: int) -> float:
    """To so many decimals, halves away from zero, as spreadsheet programs show a number: 6.25 is 6.3."""
    parts = 10**digits
    return math.copysign(math.floor(round(abs(number) * parts, 6) + 0.5) / parts, number)


def figure_text(figure: Figure, kind: Kind) -> str:
    """A card's value as its sheet shows it: 1,234, 85.0%, —."""
    value = known(figure)
    if value is None:
        return NO_FIGURE
    if kind is Kind.PERCENT:
        return f"{halves_up(value * 100, 1):.1f}%"
    digits = _DIGITS.get(kind, 0)
    return f"{halves_up(value, digits):,.{digits}f}"


_DIGITS: Final = {Kind.NUMBER: 1, Kind.SCORE5: 2, Kind.SCORE10: 1}
