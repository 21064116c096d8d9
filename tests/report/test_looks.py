"""Widths of texts, and fills that can be told apart."""

from __future__ import annotations

import itertools

import pytest

from xlcrm.report.looks import SERIES, cut, em, is_dark, wrapped


def test_a_chinese_letter_is_as_wide_as_it_is_high() -> None:
    assert em("甲乙") == 2
    assert em("，") == em("“") == 1
    assert em("ab") == pytest.approx(1.12)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("制造业", 3, "制造业"), ("制造业甲", 3, "制造…"), ("一\n二", 9, "一 二"), ("甲", 0.5, "…")],
)
def test_a_long_name_is_cut_to_one_line(text: str, width: float, expected: str) -> None:
    assert cut(text, width) == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", [""]), ("一二三四", ["一二", "三四"]), ("一\n\n二", ["一", "", "二"]), ("一二三", ["一二", "三"])],
)
def test_a_long_text_takes_several_lines(text: str, lines: list[str]) -> None:
    assert wrapped(text, 2) == lines


def test_a_letter_wider_than_the_line_still_gets_one() -> None:
    assert wrapped("甲乙", 0.5) == ["甲", "乙"]


def test_neighbouring_fills_differ_in_lightness() -> None:
    def lightness(colour: str) -> float:
        return sum(
            weight * int(colour[at : at + 2], 16) for weight, at in ((0.299, 1), (0.587, 3), (0.114, 5))
        )

    assert all(abs(lightness(a) - lightness(b)) > 25 for a, b in itertools.pairwise(SERIES))
    assert is_dark("#1F3A5F")
    assert not is_dark("#CBD6E2")
