"""Values as cell XML: what is escaped, what is counted, what fits in no cell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.workbook.patch.cells import (
    DATE,
    MOMENT,
    PLAIN,
    BadValueError,
    Encoder,
    escaped,
    link_formula,
    serial,
    serials,
    unescaped,
)
from xlcrm.workbook.port import KEEP, Link


def one(value: Any, prefix: bytes = b"") -> bytes | None:
    fragment: bytes | None = Encoder(prefix, date1904=False).one(value)[0]
    return fragment


@pytest.mark.parametrize(
    ("text", "xml"),
    [
        ("a<b>&", "a&lt;b&gt;&amp;"),
        ("_x0041_", "_x005F_x0041_"),
        ("_x41_", "_x41_"),
        ("a\x01\r\ufffe\ud800", "a_x0001__x000D__xFFFE__xD800_"),
        ("行\n\t", "行\n\t"),
    ],
)
def test_text_is_escaped_as_excel_does(text: str, xml: str) -> None:
    assert escaped(text) == xml
    assert unescaped(xml.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) == text


@given(st.text())
def test_escaping_is_undone_by_reading(text: str) -> None:
    xml = escaped(text)
    assert unescaped(xml.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) == text


@pytest.mark.parametrize(
    ("value", "fragment"),
    [
        (5, b"><v>5</v></c>"),
        (5.0, b"><v>5</v></c>"),
        (-0.0, b"><v>0</v></c>"),
        (0.1 + 0.2, b"><v>0.30000000000000004</v></c>"),
        (1e300, b"><v>1e+300</v></c>"),
        (True, b' t="b"><v>1</v></c>'),
        (" 空", b' t="inlineStr"><is><t xml:space="preserve"> \xe7\xa9\xba</t></is></c>'),
        ("", None),
        (None, None),
        (np.float64(1.5), b"><v>1.5</v></c>"),
        (np.int64(7), b"><v>7</v></c>"),
        (np.True_, b' t="b"><v>1</v></c>'),
        (np.str_("x"), b' t="inlineStr"><is><t>x</t></is></c>'),
        (pd.Timestamp(2026, 1, 1), b"><v>46023</v></c>"),
    ],
)
def test_fragment_of_a_value(value: Any, fragment: bytes | None) -> None:
    assert one(value) == fragment


@pytest.mark.parametrize(
    "value", [pd.NaT, dt.time(1, 2), dt.timedelta(1), object(), [1], float("nan"), np.nan]
)
def test_what_is_no_cell_value_is_refused(value: Any) -> None:
    with pytest.raises(BadValueError):
        one(value)


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.one_of(st.lists(numbers, min_size=20), st.lists(st.integers(-(10**15), 10**15), min_size=20)))
def test_many_numbers_at_once_are_the_same_as_one_by_one(values: list[float]) -> None:
    fragments, kinds = Encoder(b"x:", date1904=False).column(values)
    assert kinds == PLAIN
    assert fragments == [one(value, b"x:") for value in values]


def test_very_large_integers_are_looked_at_one_by_one() -> None:
    fragments, _ = Encoder(b"", date1904=False).column([10**40] * 20)
    assert fragments == [b"><v>1" + b"0" * 40 + b"</v></c>"] * 20
    with pytest.raises(BadValueError, match="太大"):
        Encoder(b"", date1904=False).column([10**400] * 20)
    with pytest.raises(BadValueError, match="NaN"):
        Encoder(b"", date1904=False).column([1.0] * 20 + [float("nan")])


moments = st.datetimes(dt.datetime(1904, 1, 2), dt.datetime(2999, 1, 1))


@given(st.lists(moments, min_size=20), st.booleans())
def test_many_dates_at_once_are_the_same_as_one_by_one(values: list[dt.datetime], date1904: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    encoder = Encoder(b"", date1904=date1904)
    fragments, kinds = encoder.column([*values, None, KEEP])
    assert kinds == MOMENT
    assert fragments == [*[encoder.one(value)[0] for value in values], None, KEEP]
    days = [value.date() for value in values]
    assert encoder.column(days) == ([encoder.one(day)[0] for day in days], DATE)


def test_serials_follow_both_date_systems() -> None:
    assert serial(dt.date(1900, 1, 1), date1904=False) == 1
    assert serial(dt.date(1900, 2, 28), date1904=False) == 59
    assert serial(dt.date(1900, 3, 1), date1904=False) == 61
    assert serial(dt.datetime(1904, 1, 1, 12), date1904=True) == 0.5
    assert serials([dt.date(1900, 1, 1), dt.date(2026, 1, 1)], date1904=False) == [1, 46023]
    with pytest.raises(BadValueError, match="时区"):
        serials([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)], date1904=False)


def test_mixed_columns_say_the_kind_of_every_value() -> None:
    values = [dt.date(2026, 1, 1), "x", dt.datetime(2026, 1, 1, 1), None]
    assert Encoder(b"", date1904=False).column(values)[1] == [DATE, PLAIN, MOMENT, PLAIN]


def test_long_link_texts_are_joined() -> None:
    formula = link_formula(Link("长" * 300, "表", "B2"))
    assert formula == f'HYPERLINK("#\'表\'!B2","{"长" * 255}"&"{"长" * 45}")'
    assert link_formula(Link("", "表", "B2")) == 'HYPERLINK("#\'表\'!B2","")'


def test_memory_of_values_is_bounded() -> None:
    encoder = Encoder(b"", date1904=False)
    encoder.column([f"文{at}" for at in range(50_000)])
    assert encoder.one("文1")[0] == encoder.one("文1")[0]
    assert max(map(len, encoder._memories.values())) <= 1 << 15
