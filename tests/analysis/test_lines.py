"""The lines of a panel: order, equals, the rest, and what they come to."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.analysis.build import scope
from xlcrm.analysis.base import Figure
from xlcrm.analysis.lines import (
    Lines,
    by_month,
    compared,
    fixed,
    half_year,
    leader,
    mean_text,
    ranked,
    rate_text,
    ratio,
    share_text,
)

LABELS = pd.Series(["乙", "甲", None, "乙", "甲", "丙"])


def test_the_most_come_first_and_equals_by_name() -> None:
    lines = ranked(LABELS, 9)
    assert lines.names == ("乙", "甲", "丙", "未填写")
    assert lines.of.tolist() == [0, 1, 3, 0, 1, 2]
    assert lines.count().tolist() == [2, 2, 1, 1]
    assert lines.rest == -1


def test_what_does_not_fit_is_one_line_at_the_end() -> None:
    lines = ranked(LABELS, 3)
    assert lines.names == ("乙", "甲", "其余2项")
    assert lines.of.tolist() == [0, 1, 2, 0, 1, 2]
    assert lines.rest == 2


def test_as_many_labels_as_fit_leave_no_rest() -> None:
    assert ranked(LABELS, 4).names == ("乙", "甲", "丙", "未填写")


def test_one_number_says_which_fit_and_another_in_which_order() -> None:
    values = np.array([1.0, 5.0, 9.0, 1.0, 5.0, 2.0])
    lines = ranked(LABELS, 3, lambda found: found.mean(values), size=Lines.count)
    assert lines.names == ("甲", "乙", "其余2项")
    assert lines.mean(values).tolist() == [5.0, 1.0, 5.5]


def test_lines_without_a_number_stand_last() -> None:
    values = np.array([1.0, math.nan, math.nan, 1.0, math.nan, 2.0])
    names = ranked(LABELS, 9, lambda found: found.total(values)).names
    # 丙 and 乙 have 2 each and stand by name, 未填写 and 甲 have nothing.
    assert names == ("丙", "乙", "未填写", "甲")


def test_rows_that_do_not_count_add_to_no_line() -> None:
    lines = ranked(LABELS, 9, counted=np.array([True, False, False, True, False, False]))
    assert lines.names == ("乙",)
    assert lines.of.tolist() == [0, -1, -1, 0, -1, -1]
    assert len(ranked(LABELS, 9, counted=np.zeros(6, dtype=bool))) == 0


def test_fixed_lines_leave_others_out_or_show_them_in_a_line_of_their_own() -> None:
    assert fixed(("甲", "乙"), LABELS).of.tolist() == [1, 0, -1, 1, 0, -1]
    assert fixed(("未填写",), LABELS).of.tolist() == [-1, -1, 0, -1, -1, -1]
    shown = fixed(("甲", "乙"), LABELS, np.array([True] * 5 + [False]), others=True)
    assert shown.names == ("甲", "乙", "其他或未填写")
    assert shown.of.tolist() == [1, 0, 2, 1, 0, -1]


def test_sums_means_and_quantiles_of_nothing_are_blank() -> None:
    lines = Lines(("甲", "乙"), np.array([0, 0, 0, -1, 1]))
    values = np.array([1.0, 2.0, 9.0, 100.0, math.nan])
    assert lines.total(values).tolist()[0] == 12.0
    assert lines.mean(values).tolist()[0] == 4.0
    assert lines.quantile(values, 0.5).tolist()[0] == 2.0
    # Between 2 and 9, 0.8 of the way: 2 + 0.8 * 7.
    assert lines.quantile(values, 0.9).tolist()[0] == pytest.approx(7.6)
    for found in (lines.total(values), lines.mean(values), lines.quantile(values, 0.5)):
        assert math.isnan(found[1])
    assert lines.count(values > 1).tolist() == [2, 0]


def test_months_end_with_the_reported_one_and_with_now() -> None:
    given = scope({"customers": []}, "2026-11")
    at = np.array(
        ["2026-05-31", "2026-06-01", "2026-11-20T10:30", "2026-11-20T10:31", "NaT"], dtype="datetime64[s]"
    )
    lines = by_month(given, at)
    assert lines.names == ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
    assert lines.of.tolist() == [-1, 0, 5, -1, -1]
    assert by_month(given, at, np.array([True, False, True, True, True])).of.tolist() == [-1, -1, 5, -1, -1]
    assert half_year(given) == "2026年6月至2026年11月"
    assert by_month(scope({"customers": []}, "2026-09"), at).of.tolist() == [1, 2, -1, -1, -1]


def test_only_one_line_can_lead() -> None:
    lines = ranked(LABELS, 9)
    assert leader(lines, [3, 2, 1, 0]) == 0
    assert leader(lines, [3, 3, 1, 0]) is None
    assert leader(lines, [0, 0, 0, 0]) is None
    assert leader(lines, [1, 1, 2, math.nan]) == 2
    assert leader(lines, [1, 2, 0, 9]) is None, "what is blank leads nothing"
    assert leader(ranked(LABELS, 3), [1, 1, 4]) is None, "nor does the rest"
    assert leader(ranked(LABELS[:0], 3), []) is None


def test_a_part_of_nothing_is_blank() -> None:
    assert ratio([1, 0], [4, 0]).tolist()[0] == 0.25
    assert math.isnan(ratio(0, 0))
    assert (share_text(1, 4), share_text(0, 0)) == ("25%", "")


@pytest.mark.parametrize(
    ("share", "limit", "text"),
    [
        (2 / 3, math.nan, "66.7%"),
        (0.5, math.nan, "50%"),
        (0.1225, math.nan, "12.3%"),
        (0.2996, math.nan, "30%"),
        # Below the limit it must not read as the limit.
        (0.2996, 0.3, "29.9%"),
        (0.3, 0.3, "30%"),
        (0.2994, 0.3, "29.9%"),
        (1.0, 0.3, "100%"),
    ],
)
def test_a_share_reads_as_its_cell(share: float, limit: float, text: str) -> None:
    assert rate_text(share, limit) == text


def test_a_mean_reads_as_its_cell() -> None:
    assert [mean_text(mean) for mean in (8 / 3, 1.5, 4.0, 2.665, 2.664)] == [
        "2.67",
        "1.5",
        "4",
        "2.67",
        "2.66",
    ]


@pytest.mark.parametrize(
    ("value", "before", "good", "expected"),
    [
        (5, 3, True, Figure(5.0, "较上月 +2；n=9", good=True)),
        (5, 3, False, Figure(5.0, "较上月 +2；n=9", good=False)),
        (3, 5, False, Figure(3.0, "较上月 -2；n=9", good=True)),
        (3, 5, None, Figure(3.0, "较上月 -2；n=9")),
        (3, 3, True, Figure(3.0, "与上月持平；n=9")),
        (3, None, True, Figure(3.0, "n=9")),
        (3, math.nan, True, Figure(3.0, "n=9")),
        (None, 3, True, Figure(None, "n=9")),
        (12_345_678.0, 1.0, None, Figure(12_345_678.0, "较上月 +12,345,677；n=9")),
    ],
)
def test_a_card_is_compared_with_the_month_before(
    value: float | None,
    before: float | None,
    good: bool | None,  # noqa: FBT001 - a parameter of the test
    expected: Figure,
) -> None:
    assert compared(value, before, more_is_good=good, rests="n=9") == expected


def test_shares_change_by_points_and_others_by_so_many_decimals() -> None:
    assert compared(0.5, 0.45, more_is_good=True, points=True) == Figure(
        0.5, "较上月 +5.0个百分点", good=True
    )
    assert compared(4.5, 4.25, more_is_good=True, digits=1).text == "较上月 +0.2"
    assert compared(4.5, 4.49, more_is_good=True, digits=1) == Figure(4.5, "与上月持平")
