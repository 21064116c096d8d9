"""Formulas in both dialects."""

from __future__ import annotations

import pytest

from xlcrm.calc.formulas import to_calc, to_excel

PAIRS = [
    ("=SUM(A1,B2)", "=SUM(A1;B2)"),
    ('=IF(A2="a;b,c",1,2)', '=IF(A2="a;b,c";1;2)'),
    ("='表 二'!A1+表三!$B$2", "=$'表 二'.A1+$表三.$B$2"),
    ("=SUM({1,2;3,4})", "=SUM({1;2|3;4})"),
    ("=VLOOKUP(A1,'It''s'!A:C,2,FALSE)", "=VLOOKUP(A1;$'It''s'.A:C;2;FALSE)"),
    ('=HYPERLINK("#\'表一\'!A1","去")', '=HYPERLINK("#\'表一\'!A1";"去")'),
    ('="说""好"",行"&A1', '="说""好"",行"&A1'),
    ("=1.5*A1", "=1.5*A1"),
    ("=IFERROR(#REF!,#N/A)", "=IFERROR(#REF!;#N/A)"),
    ("=#DIV/0!+#NAME?", "=#DIV/0!+#NAME?"),
]


@pytest.mark.parametrize(("excel", "calc"), PAIRS)
def test_from_excel(excel: str, calc: str) -> None:
    assert to_calc(excel) == calc


@pytest.mark.parametrize(("excel", "calc"), PAIRS)
def test_to_excel(excel: str, calc: str) -> None:
    assert to_excel(calc) == excel
