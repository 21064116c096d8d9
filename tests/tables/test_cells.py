"""Typing one column of raw cells."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.tables.base import NUMBERS, TIMES, Choice, Column, Kind
from xlcrm.tables.cells import cell_text, has_tag, read_column, split_tags
from xlcrm.tables.fields import CHANNEL, GRADE
from xlcrm.tables.frames import Remark, dtype_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.tables.cells import Note

NOON = dt.datetime(2023, 8, 16, 12)
TEXTS = [kind for kind in Kind if kind not in TIMES | NUMBERS]


def of(kind: Kind, choice: Choice | None = None, *, yearless: bool = False) -> Column:
    return Column("key", "标题", kind, choice=choice, yearless=yearless)


def read(
    values: Sequence[object], column: Column, *, epoch1904: bool = False
) -> tuple[list[object], list[Note]]:
    """Values as Python objects, blanks as None."""
    series, notes = read_column(values, column, epoch1904=epoch1904)
    assert series.dtype == dtype_of(column.kind)
    assert list(series.index) == list(range(len(values)))
    return [None if pd.isna(value) else value for value in series.tolist()], notes


def test_clean_dates_pass_unchanged() -> None:
    values = [NOON, None, dt.date(2023, 8, 16), dt.datetime(2023, 8, 16, 9, 30)]
    assert read(values, of(Kind.DATETIME)) == (
        [NOON, None, dt.datetime(2023, 8, 16), dt.datetime(2023, 8, 16, 9, 30)],
        [],
    )


def test_times_are_rounded_to_the_second() -> None:
    values = [dt.datetime(2023, 8, 16, 11, 59, 59, 991_000), dt.datetime(1950, 1, 1, 0, 0, 0, 400_000)]
    assert read(values, of(Kind.DATETIME)) == ([NOON, dt.datetime(1950, 1, 1)], [])


def test_a_date_column_keeps_the_day_only() -> None:
    assert read([NOON, 45154.75], of(Kind.DATE)) == ([dt.datetime(2023, 8, 16)] * 2, [])


@pytest.mark.parametrize(("epoch1904", "serial"), [(False, 45154.5), (True, 45154.5 - 1462)])
def test_serials_that_lost_their_date_format(serial: float, *, epoch1904: bool) -> None:
    column = of(Kind.DATETIME)
    assert read([serial, None, int(serial)], column, epoch1904=epoch1904) == (
        [NOON, None, dt.datetime(2023, 8, 16)],
        [],
    )


def test_a_moment_in_an_hours_format_is_a_serial() -> None:
    assert read([dt.timedelta(days=45154, hours=12)], of(Kind.DATETIME)) == ([NOON], [])


def test_text_dates_are_parsed_and_noted() -> None:
    values = ["2023年8月16日 １２：００", NOON, 20230816.0, "  "]
    assert read(values, of(Kind.DATETIME)) == (
        [NOON, NOON, dt.datetime(2023, 8, 16), None],
        [(0, Remark.TEXT_DATE, "2023年8月16日 １２：００"), (2, Remark.TEXT_DATE, "20230816")],
    )


def test_what_is_no_date_is_blank_and_noted() -> None:
    values = ["待定", 2023.0, True, dt.time(9, 30), dt.datetime(9999, 12, 31), math.inf, 20231399.0]
    series, notes = read(values, of(Kind.DATETIME))
    assert series == [None] * 7
    assert [(at, raw) for at, remark, raw in notes if remark is Remark.UNREADABLE] == [
        (0, "待定"),
        (1, "2023"),
        (2, "TRUE"),
        (3, "09:30"),
        (4, "9999-12-31"),
        (5, "inf"),
        (6, "20231399"),
    ]


def test_only_a_yearless_column_takes_month_and_day() -> None:
    assert read(["2月29日"], of(Kind.DATE, yearless=True))[0] == [dt.datetime(2000, 2, 29)]
    assert read(["2月29日"], of(Kind.DATE)) == ([None], [(0, Remark.UNREADABLE, "2月29日")])


def test_clean_numbers_pass_unchanged() -> None:
    assert read([1.5, None, 2], of(Kind.NUMBER)) == ([1.5, None, 2.0], [])


def test_text_numbers_and_ten_thousands() -> None:
    assert read(["￥1,200", "50万", 3.0, "", "面议", math.inf, True, "9" * 400], of(Kind.MONEY)) == (
        [1200.0, 500_000.0, 3.0, None, None, None, None, None],
        [
            (0, Remark.TEXT_NUMBER, "￥1,200"),
            (1, Remark.TEN_THOUSANDS, "50万"),
            (4, Remark.UNREADABLE, "面议"),
            (5, Remark.UNREADABLE, "inf"),
            (6, Remark.UNREADABLE, "TRUE"),
            (7, Remark.UNREADABLE, "9" * 400),
        ],
    )


def test_a_percent_sign_is_for_percents() -> None:
    values: list[object] = ["35%", 0.35, 35.0, "35"]
    assert read(values, of(Kind.PERCENT))[0] == [0.35, 0.35, 35.0, 35.0]
    assert read(["35%"], of(Kind.MONEY)) == ([None], [(0, Remark.UNREADABLE, "35%")])


def test_scores_may_be_typed_with_their_unit() -> None:
    assert read(["4分", 5.0], of(Kind.SCORE5)) == ([4.0, 5.0], [(0, Remark.TEXT_NUMBER, "4分")])


def test_numbers_in_date_format_are_numbers_again() -> None:
    values = [dt.date(1900, 1, 4), dt.datetime(2023, 8, 16, 12), dt.time(12), dt.timedelta(days=1.5)]
    assert read(values, of(Kind.NUMBER)) == ([4.0, 45154.5, 0.5, 1.5], [])
    assert read([dt.date(1904, 1, 5)], of(Kind.NUMBER), epoch1904=True) == ([4.0], [])


@pytest.mark.parametrize("kind", [Kind.ID, Kind.REF, Kind.PHONE])
def test_ids_and_phones_typed_as_numbers(kind: Kind) -> None:
    values = [2023001.0, 13800138000.0, "２０２３００１", " 2023001\u3000", 2.5, 7]
    expected = ["2023001", "13800138000", "2023001", "2023001", "2.5", "7"]
    assert read(values, of(kind)) == (expected, [])


def test_text_keeps_its_inside_and_loses_its_blanks() -> None:
    values = ["\u3000张　三\xa0", "a\r\nb\rc", "", " \u200b", None, "ＡＢ"]
    assert read(values, of(Kind.LONG)) == (["张　三", "a\nb\nc", None, None, None, "ＡＢ"], [])


def test_other_values_become_the_text_that_excel_shows() -> None:
    values = [True, 1.0, 0.5, NOON, dt.date(2023, 8, 16), dt.time(9, 30), dt.timedelta(hours=26, seconds=5)]
    assert read(values, of(Kind.TEXT))[0] == [
        "TRUE",
        "1",
        "0.5",
        "2023-08-16 12:00",
        "2023-08-16",
        "09:30",
        "26:00:05",
    ]


def test_choices_by_their_other_names() -> None:
    values = ["A类", " A类", "VIP", "Ａ 类", "b", None, "D类", "D类"]
    assert read(values, of(Kind.CHOICE, GRADE)) == (
        ["A类", "A类", "A类", "A类", "B类", None, "D类", "D类"],
        [
            (2, Remark.ALIAS, "VIP"),
            (3, Remark.ALIAS, "Ａ 类"),
            (4, Remark.ALIAS, "b"),
            (6, Remark.UNKNOWN_CHOICE, "D类"),
            (7, Remark.UNKNOWN_CHOICE, "D类"),
        ],
    )


def test_an_open_list_keeps_any_value_and_notes_it() -> None:
    noted = (["朋友介绍"], [(0, Remark.UNKNOWN_CHOICE, "朋友介绍")])
    assert read(["朋友介绍"], of(Kind.CHOICE, CHANNEL)) == noted


def test_a_choice_without_a_list_is_text() -> None:
    assert read(["随便", 1.0], of(Kind.CHOICE)) == (["随便", "1"], [])


def test_yes_and_no() -> None:
    values = ["是", True, 1.0, 0.0, False, "√", "无", "也许"]
    series, notes = read(values, of(Kind.YESNO))
    assert series == ["是", "是", "是", "否", "否", "是", "否", "也许"]
    assert [(at, remark) for at, remark, _ in notes] == [
        *((at, Remark.ALIAS) for at in range(1, 7)),
        (7, Remark.UNKNOWN_CHOICE),
    ]


def test_tags_keep_their_text_and_a_closed_list_is_checked() -> None:
    ways = Choice(("电话", "邮件"))
    assert read(["电话+邮件", "电话、飞鸽"], of(Kind.TAGS, ways)) == (
        ["电话+邮件", "电话、飞鸽"],
        [(1, Remark.UNKNOWN_CHOICE, "电话、飞鸽")],
    )
    assert read(["电话、飞鸽"], of(Kind.TAGS, Choice(("电话",), open=True))) == (["电话、飞鸽"], [])


def test_tags_are_split_at_any_usual_mark() -> None:
    texts, _ = read_column(["急购、长期合作,VIP；价格敏感/a|b c", None, "急购"], of(Kind.TAGS))
    assert split_tags(texts).tolist() == [
        ["急购", "长期合作", "VIP", "价格敏感", "a", "b", "c"],
        [],
        ["急购"],
    ]
    assert has_tag(texts, "ｖｉｐ").tolist() == [True, False, False]


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_column(kind: Kind) -> None:
    assert read([], of(kind)) == ([], [])
    assert read([None, None], of(kind)) == ([None, None], [])


CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(["2023-8-16", "50万", "35%", "是", "A类", " ", "8月16日", "24:00"]),
    st.floats(),
    st.integers(-(10**15), 10**15),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


@given(st.lists(CELLS, max_size=8), st.sampled_from(list(Kind)), st.booleans())
def test_typing_never_raises_and_keeps_positions(values: list[object], kind: Kind, epoch1904: bool) -> None:  # noqa: FBT001 - hypothesis passes it by position
    choice = GRADE if kind in {Kind.CHOICE, Kind.TAGS} else None
    series, notes = read_column(values, of(kind, choice), epoch1904=epoch1904)
    assert len(series) == len(values)
    assert series.dtype == dtype_of(kind)
    assert [at for at, _, _ in notes] == sorted({at for at, _, _ in notes})
    for at, remark, _ in notes:
        assert series.isna()[at] == (remark is Remark.UNREADABLE)


@given(
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)), st.sampled_from(sorted(NUMBERS))
)
def test_clean_numbers_survive(values: list[object], kind: Kind) -> None:
    assert read(values, of(kind)) == (values, [])


@given(st.lists(st.none() | st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 1, 1))))
def test_clean_moments_survive(values: list[dt.datetime | None]) -> None:
    whole: list[object] = [value and value.replace(microsecond=0) for value in values]
    assert read(whole, of(Kind.DATETIME)) == (whole, [])


@given(st.lists(st.text(st.characters(categories=("L", "N", "P")), min_size=1)), st.sampled_from(TEXTS))
def test_clean_texts_survive(values: list[object], kind: Kind) -> None:
    if kind not in {Kind.YESNO, Kind.ID, Kind.REF, Kind.PHONE, Kind.EMAIL}:
        assert read(values, of(kind)) == (values, [])


def test_text_of_a_blank_cell_is_empty() -> None:
    assert cell_text(None) == ""
