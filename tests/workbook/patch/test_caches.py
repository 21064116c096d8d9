"""What the caches in a chart's part say after a write."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from tests.workbooks.charted import (
    CHART,
    DATA,
    MARK,
    cache_of,
    caches,
    chart_of,
    counts,
    edited,
    list_block,
    many,
    references,
    with_chart,
)
from xlcrm.workbook.patch import patch, patch_blocks
from xlcrm.workbook.port import Block, Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.workbook.patch.conftest import HandMade


def test_without_caches_only_a_bound_title_gets_one(charted: Path, part: Callable[..., str]) -> None:
    edited(charted, lambda text: re.sub(r"<c:(str|num)Cache>.*?</c:\1Cache>", "", text))
    patch_blocks(
        charted, charted, [list_block(many(4)), Block(DATA, 2, 1, [[Link("看 明细", "图表", "A1")]])]
    )
    text = part(charted, CHART)
    assert caches(text) == [["看 明细"]]
    assert references(text)[2] == "$A$4:$A$7"
    edited(charted, lambda text: re.sub(r"<c:(str|num)Cache>.*?</c:\1Cache>", "", text))
    patch(charted, charted, {DATA: {"A2": None}})
    assert '<c:strCache><c:ptCount val="1"/></c:strCache>' in part(charted, CHART)


def test_numbers_dates_and_blanks_in_a_cache_of_numbers(charted: Path, part: Callable[..., str]) -> None:
    values = [
        dt.date(2026, 10, 1),
        dt.datetime(2026, 10, 1, 12),
        None,
        "文",
        True,
        0.1 + 0.2,
        Link("a", "图表", "A1"),
    ]
    patch_blocks(charted, charted, [list_block([["类", value, 1] for value in values])])
    assert cache_of(charted, part) == [
        ("0", "46296"),
        ("1", "46296.5"),
        ("4", "1"),
        ("5", "0.30000000000000004"),
    ]
    assert counts(part(charted, CHART))[3] == "7"


def test_what_is_no_text_in_a_cache_of_texts(charted: Path, part: Callable[..., str]) -> None:
    values = [
        dt.date(2026, 10, 1),
        None,
        12.5,
        True,
        False,
        Link("去 <看>", "图表", "A1"),
        "_x0041_",
        0.1 + 0.2,
    ]
    patch_blocks(charted, charted, [list_block([[value, 1, 1] for value in values])])
    assert cache_of(charted, part, column="A") == [
        ("0", "46296"),
        ("2", "12.5"),
        ("3", "TRUE"),
        ("4", "FALSE"),
        ("5", "去 &lt;看&gt;"),
        ("6", "_x005F_x0041_"),
        ("7", "0.3"),
    ]


def test_days_of_a_workbook_that_counts_from_1904(charted: Path, part: Callable[..., str]) -> None:
    edited(charted, lambda text: text.replace("<workbookPr ", '<workbookPr date1904="1" '), "xl/workbook.xml")
    patch_blocks(charted, charted, [list_block([["类", dt.date(2026, 10, 1), 1]])])
    assert cache_of(charted, part) == [("0", "44834")]


def test_format_of_the_cache_and_of_single_points_is_kept(charted: Path, part: Callable[..., str]) -> None:
    def formatted(text: str) -> str:
        text = text.replace("<c:v>5<", "<c:v>#N/A<").replace("General", "0.0&quot;万&quot;")
        return text.replace('<c:pt idx="1"><c:v>3<', '<c:pt idx="1" formatCode="0&quot;个&quot;"><c:v>3.0<')

    edited(charted, formatted)
    patch_blocks(charted, charted, [list_block([["制造", 9, 1], ["医疗", 3, 2], ["教育", 7, 3]])])
    text = part(charted, CHART)
    assert "<c:formatCode>0.0&quot;万&quot;</c:formatCode>" in text
    assert '<c:pt idx="1" formatCode="0&quot;个&quot;"><c:v>3.0</c:v></c:pt>' in text
    assert cache_of(charted, part) == [("0", "9"), ("1", "3.0"), ("2", "7")]


def test_a_number_that_stays_is_shown_as_its_program_showed_it(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    point = '<c:ptCount val="2"/><c:pt idx="0"><c:v>2026年10月</c:v></c:pt><c:pt idx="1"><c:v>旧</c:v></c:pt>'
    rows = '<row r="4"><c r="A4" s="1"><v>46296</v></c></row><row r="5"><c r="A5"><v>1</v></c></row>'
    path = with_chart(by_hand(sheet_of(rows)), chart_of("表!$A$4:$A$5", "表!$B$4", more=point))
    patch(path, path, {"表": {"A5": 3}})
    assert cache_of(path, part, column="A") == [("0", "2026年10月"), ("1", "3")]


def test_points_that_are_strangely_ordered_are_left(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    point = '<c:pt idx="0"><c:v>旧</c:v></c:pt>'
    odd = f'{point}<c:ptCount val="1"/>{point.replace("0", "1")}'
    path = with_chart(by_hand(sheet_of("")), chart_of("表!$A$4:$A$5", "表!$B$4", more=odd))
    patch(path, path, {"表": {"A4": "新"}})
    assert "<c:v>旧</c:v>" in part(path, CHART)
    assert '<c:ptCount val="2"/>' in part(path, CHART)


def levels(count: int, *columns: list[str]) -> str:
    made = "".join(
        "<c:lvl>"
        + "".join(f'<c:pt idx="{at}"><c:v>{text}</c:v></c:pt>' for at, text in enumerate(column) if text)
        + "</c:lvl>"
        for column in columns
    )
    return f'<c:multiLvlStrCache><c:ptCount val="{count}"/>{made}</c:multiLvlStrCache>'


def test_categories_of_two_columns(charted: Path, part: Callable[..., str]) -> None:
    """The level next to the axis comes first; Excel leaves out what repeats."""

    def doubled(text: str) -> str:
        whole = re.compile(r"<c:cat>.*?</c:cat>")
        cache = levels(3, ["5", "3", "2"], ["制造", "医疗", "教育"])
        new = f"<c:cat><c:multiLvlStrRef><c:f>{MARK}$A$4:$B$6</c:f>{cache}</c:multiLvlStrRef></c:cat>"
        return whole.sub(new, text)

    edited(charted, doubled)
    patch_blocks(
        charted, charted, [list_block([["东", "甲", 1], [None, "乙", 2], ["西", "丙", 3], [None, "丁", 4]])]
    )
    text = part(charted, CHART)
    assert levels(4, ["甲", "乙", "丙", "丁"], ["东", "", "西", ""]) in text
    assert references(text)[2] == "$A$4:$B$7"
    other = levels(2, ["甲", "乙"], ["丙", "丁"])
    edited(charted, lambda text: re.sub("<c:multiLvlStrCache>.*?</c:multiLvlStrCache>", other, text))
    patch_blocks(charted, charted, [list_block([["东", "甲", 1]])])
    assert other in part(charted, CHART)
