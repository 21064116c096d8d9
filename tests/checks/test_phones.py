"""Reading telephone numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.checks.phones import TIDY, PhoneKind, read_phone, read_phones


@pytest.mark.parametrize(
    ("typed", "kind", "tidied"),
    [
        ("13812345678", PhoneKind.MOBILE, "13812345678"),
        ("138 1234 5678", PhoneKind.MOBILE, "13812345678"),
        ("138-1234-5678", PhoneKind.MOBILE, "13812345678"),
        ("１３８１２３４５６７８", PhoneKind.MOBILE, "13812345678"),
        ("+86 138 1234 5678", PhoneKind.MOBILE, "13812345678"),
        ("0086-13812345678", PhoneKind.MOBILE, "13812345678"),
        ("8613812345678", PhoneKind.MOBILE, "13812345678"),
        ("0571-88888888", PhoneKind.LANDLINE, "0571-88888888"),
        ("(0571)8888 8888", PhoneKind.LANDLINE, "0571-88888888"),
        ("（010）88888888", PhoneKind.LANDLINE, "010-88888888"),
        ("021.6234567", PhoneKind.LANDLINE, "021-6234567"),
        ("+86 571 8888 8888", PhoneKind.LANDLINE, "0571-88888888"),
        ("0571-88888888-123", PhoneKind.LANDLINE, "0571-88888888-123"),
        ("0571-88888888转123", PhoneKind.LANDLINE, "0571-88888888-123"),
        ("0571 88888888 ext.9", PhoneKind.LANDLINE, "0571-88888888-9"),
        ("4001234567", PhoneKind.SERVICE, "400-123-4567"),
        ("800 123 4567", PhoneKind.SERVICE, "800-123-4567"),
        ("+852 9123 4567", PhoneKind.FOREIGN, "+85291234567"),
        ("001 650 253 0000", PhoneKind.FOREIGN, "+16502530000"),
        ("138****5678", PhoneKind.MASKED, ""),
        ("138xxxx5678", PhoneKind.MASKED, ""),
        ("12812345678", PhoneKind.UNKNOWN, ""),
        ("1381234567", PhoneKind.UNKNOWN, ""),
        ("138123456789", PhoneKind.UNKNOWN, ""),
        ("88888888", PhoneKind.UNKNOWN, ""),
        ("13812345678转8", PhoneKind.UNKNOWN, ""),
        ("微信同号", PhoneKind.UNKNOWN, ""),
        ("****", PhoneKind.UNKNOWN, ""),
        ("+8612345", PhoneKind.UNKNOWN, ""),
    ],
)
def test_number(typed: str, kind: PhoneKind, tidied: str) -> None:
    assert read_phone(typed) == (kind, tidied)


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("13812345678/0571-88888888", "13812345678/0571-88888888"),
        ("13812345678、139 1234 5678", "13812345678、13912345678"),
        ("13812345678 ; 13912345678", "13812345678;13912345678"),
        ("13812345678 13912345678", "13812345678、13912345678"),
        ("13812345678/", "13812345678"),
        ("13812345678/12", ""),
        ("13812345678/138****5678", ""),
        ("/", ""),
    ],
)
def test_several_numbers(typed: str, tidied: str) -> None:
    assert read_phones(typed)[1] == tidied


@given(st.text(alphabet="0123456789+-()（） 转/、;.*１８０x", max_size=30))
def test_tidying_twice_changes_nothing(typed: str) -> None:
    tidied = read_phones(typed)[1]
    if tidied:
        assert read_phones(tidied)[1] == tidied


@given(st.from_regex(TIDY, fullmatch=True))
def test_tidy_numbers_stay(number: str) -> None:
    assert read_phones(number)[1] == number
    assert re.fullmatch(TIDY, number)
