"""Figures as texts: what a spreadsheet program shows."""

from __future__ import annotations

import math

import pytest

from xlcrm.analysis.base import Figure
from xlcrm.analysis.wording import figure_text, halves_up
from xlcrm.tables.base import Kind


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1 / 16, Kind.PERCENT, "6.3%"),
        (-1 / 16, Kind.PERCENT, "-6.3%"),
        (2 / 3, Kind.PERCENT, "66.7%"),
        (12.5, Kind.PERCENT, "1250.0%"),
        (1234.25, Kind.NUMBER, "1,234.3"),
        (2.125, Kind.SCORE5, "2.13"),
        (7.25, Kind.SCORE10, "7.3"),
        (12_345_678.0, Kind.INT, "12,345,678"),
        (1234.5, Kind.MONEY, "1,235"),
        (0.0, Kind.INT, "0"),
        (None, Kind.INT, "—"),
        (math.nan, Kind.PERCENT, "—"),
    ],
)
def test_a_card_reads_as_its_cell(value: float | None, kind: Kind, text: str) -> None:
    assert figure_text(Figure(value), kind) == text


def test_halves_go_away_from_zero_whatever_their_bits_say() -> None:
    assert [halves_up(number, 2) for number in (2.675, 1.005, -2.675, 2.674)] == [2.68, 1.01, -2.68, 2.67]
