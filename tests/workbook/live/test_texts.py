"""Texts that must arrive as they are: guarded where a program would read them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.calc.typed import typed
from xlcrm.workbook.live.texts import guarded, may_be_read

READ = [
    "00123",
    "2023001",
    "1-2",
    "=1+1",
    "=",
    "＝1",
    "+86",
    "+86 138 0013 8000",
    "-甲",
    "@张三",
    "TRUE",
    " false ",
    "1e5",
    "1E+05",
    "2023年8月16日",
    "8月16日",
    "2023/8/16",
    "2023-08-16T09:30",
    "9:30 PM",
    "上午9时30分",
    "3 Mar",
    "Mar 2023",
    "12%",
    "¥12.50",
    "12元",
    "(12)",
    "1 1/2",
    "'x",
    "#N/A",
    "#REF!",
    "１２３",
    " 12",
    "二〇二三年五月",
    "三月",
    "十",
    "1,234",
    "5 A",
    ".5",
    "-",
]
NOT_READ = [
    "",
    "张三",
    "K-001",
    "A1",
    "上海市浦东新区 12 号",
    "12楼",
    "微信",
    "甲、乙",
    "N/A",
    "三丰公司",
    "一般客户",
    "TRUE值",
    "http://例子",
    "第3行",
    "客户资料表 第4行",
    "年月",
    "2026Q1计划",
    "甲=乙",
]


@pytest.mark.parametrize("text", READ)
def test_what_a_program_would_read_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", NOT_READ)
def test_what_no_program_reads_goes_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert not may_be_read(text)


ALPHABET = "0123456789 .,:;/-+*=@#'\"%()¥$￥eETRUFALSaprm年月日时分秒上午下元张甲一二三零１２\t"


@given(st.text(alphabet=ALPHABET, max_size=14) | st.text(max_size=20))
def test_a_guarded_text_is_typed_as_itself(text: str) -> None:
    """The reader that stands in for Excel's agrees, whatever the text."""
    assert typed(guarded(text), as_text=False, year=2026) == text
    assert typed(guarded(text), as_text=True, year=2026) == text
