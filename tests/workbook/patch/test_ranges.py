"""A1 arithmetic."""

from __future__ import annotations

import pytest

from xlcrm.workbook.patch.ranges import address, column_number, letters


@pytest.mark.parametrize(
    ("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA"), (16_384, "XFD")]
)
def test_column_letters_and_numbers_are_inverse(number: int, name: str) -> None:
    assert letters(number) == name
    assert column_number(name) == number


def test_an_address_is_column_then_row() -> None:
    assert address(12, 28) == "AB12"
