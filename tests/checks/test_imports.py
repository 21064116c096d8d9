"""V22."""

from __future__ import annotations

import pytest

from tests.checks.build import customer, run, sheet, told


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "=", "-备注"][:5]
)
def test_text_like_a_formula_is_an_error(text: str) -> None:
    assert told(run(sheet("customers", [customer(remark=text)])), "V22") == [("错误", 4, "remark")]


@pytest.mark.parametrize(
    "text",
    [
        "-500",
        "+3.5%",
        "-1,200元",
        "+86 138 1234 5678",
        "+86-571-88888888/+8613812345678",
        "-",
        "--",
        "a=b",
        None,
    ],
)
def test_number_phone_or_lone_sign_is_fine(text: str | None) -> None:
    assert told(run(sheet("customers", [customer(remark=text)])), "V22") == []


def test_a_sign_after_a_line_break_is_fine() -> None:
    assert told(run(sheet("customers", [customer(remark="第一点\n-第二点")])), "V22") == []
