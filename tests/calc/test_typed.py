"""Strings that are read as if typed."""

from __future__ import annotations

import datetime as dt

import pytest

from xlcrm.calc.typed import TEXT_LIMIT, Formula, Typed, typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2023001", 2023001.0),
        ("007", 7.0),
        (" 5 ", 5.0),
        ("-1.5", -1.5),
        ("+3", 3.0),
        ("1,234.5", 1234.5),
        ("1e5", 100_000.0),
        ("50%", 0.5),
        ("￥12", 12.0),
        (".5", 0.5),
        ("true", True),
        ("FALSE", False),
        ("2024-03-05", dt.datetime(2024, 3, 5)),
        ("2024/3/5", dt.datetime(2024, 3, 5)),
        ("2024年3月5日", dt.datetime(2024, 3, 5)),
        ("2024年3月", dt.datetime(2024, 3, 1)),
        ("2024-03-05 10:20", dt.datetime(2024, 3, 5, 10, 20)),
        ("2024-03-05 10:20:30", dt.datetime(2024, 3, 5, 10, 20, 30)),
        ("3月5日", dt.datetime(2026, 3, 5)),
        ("1-2", dt.datetime(2026, 1, 2)),
        ("12:30", dt.time(12, 30)),
        ("36:00", 1.5),
        ("=A1+1", Formula("=A1+1")),
        ("#N/A", Formula("=#N/A")),
        ("'007", "007"),
        ("'=A1", "=A1"),
        ("''a", "'a"),
        ("'", ""),
        ("", ""),
        ("=", "="),
        ("客户甲", "客户甲"),
        ("A1", "A1"),
        ("1,23", "1,23"),
        ("2024-02-30", "2024-02-30"),
        ("2024-03-05 10:99", "2024-03-05 10:99"),
        ("1800-01-01", "1800-01-01"),
        ("10:75", "10:75"),
        ("138 0013 8000", "138 0013 8000"),
        ("13-45", "13-45"),
    ],
)
def test_read_as_if_typed(text: str, value: Typed) -> None:
    found = typed(text, as_text=False, year=2026)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"), [("007", "007"), ("=1", "=1"), ("'x", "x"), ("2024-03-05", "2024-03-05")]
)
def test_text_cells_keep_text_and_take_the_apostrophe(text: str, value: str) -> None:
    assert typed(text, as_text=True, year=2026) == value


def test_more_than_a_cell_holds() -> None:
    assert typed("x" * TEXT_LIMIT, as_text=False, year=2026) == "x" * TEXT_LIMIT
    with pytest.raises(ValueError, match="最多放 32767 个字"):
        typed("x" * (TEXT_LIMIT + 1), as_text=False, year=2026)
