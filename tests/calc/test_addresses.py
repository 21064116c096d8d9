"""A1 addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.calc import addresses


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("A1", (1, 1, 1, 1)),
        ("$B$2", (2, 2, 1, 1)),
        ("b2:D5", (2, 2, 4, 3)),
        ("D5:B2", (2, 2, 4, 3)),
        ("A:C", (1, 1, 1000, 3)),
        ("$2:$5", (2, 1, 4, 100)),
        ("tbl_cases", None),
        ("A0", None),
        ("", None),
    ],
)
def test_parse(text: str, box: addresses.Box | None) -> None:
    assert addresses.parse(text, rows=1000, columns=100) == box


@given(
    st.tuples(st.integers(1, 900_000), st.integers(1, 16_000), st.integers(1, 100_000), st.integers(1, 300))
)
def test_an_address_names_its_box(box: addresses.Box) -> None:
    assert addresses.parse(addresses.address(box), rows=1_048_576, columns=16_384) == box


@given(st.integers(1, 16_384))
def test_letters_count_columns(column: int) -> None:
    assert addresses.number(addresses.letters(column)) == column


def test_last_column_of_excel() -> None:
    assert addresses.letters(16_384) == "XFD"


def test_relative_address() -> None:
    box = (2, 3, 2, 1)
    assert addresses.address(box, row_absolute=False, column_absolute=False) == "C2:C3"
