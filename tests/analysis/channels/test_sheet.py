"""渠道分析: what each source of leads brought, and what it cost."""

from __future__ import annotations

import random
import sqlite3
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.compute.build import NOW
from xlcrm.analysis.channels.sheet import SHEET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.scope import Scope

Entry = tuple[str | None, str | None, str | None, float | None, float | None, str | None]
KEYS = ("channel", "source", "acquired_on", "leads", "effective", "remark")

OFFICE: list[Entry] = [
    ("行业展会", "上海展", "2026-11-03", 100, 20, "总成本2万元"),
    ("线上广告", "百度", "2026-11-05", 200, 10, "成本:15元/次"),
    ("线上广告", "抖音", "2026-11-06", 50, None, "成本待定"),
    ("线上广告", "百度", "2026-10-05", 100, 10, "成本:10元/次"),
    ("搜索引擎", None, "2026-10-06", 80, 8, None),
    (None, None, "2026-09-30", 0, 0, "由老客户介绍"),
    ("主动拜访", "王总", "2026-05-31", 7, 7, None),
    ("主动拜访", "王总", "2026-11-21", 5, 5, None),
    ("主动拜访", "王总", None, 5, 5, None),
    ("主动拜访", "王总", "2026-06-01", -3, 2, "费用：30元/人"),
]
"""November is reported; the 21st is after now."""


def given(entries: Sequence[Entry], month: str | None = None) -> Scope:
    rows = [dict(zip(KEYS, entry, strict=True)) for entry in entries]
    return scope({"customers": [], "lead_sources": rows}, month)


def test_channels_of_the_month_beside_the_month_before() -> None:
    case = given(OFFICE)
    # 350 customers; 抖音 tells no effective ones, so 线上广告 converts 10 of 200.
    assert cells(SHEET, "channels", case) == [
        ("线上广告", 250, pytest.approx(250 / 350), 100, 10, 0.05),
        ("行业展会", 100, pytest.approx(100 / 350), None, 20, 0.2),
        ("搜索引擎", None, None, 80, None, None),
    ]
    assert filled(SHEET, "channels", case).caption == (
        "2026年11月（截至20日） 线上广告带来客户最多，占71%（n=350）"
    )
    assert behind_rows(SHEET, "channels", case) == {
        0: [("lead_sources", 1), ("lead_sources", 2)],
        1: [("lead_sources", 0)],
    }


def test_places_of_the_month_with_their_costs() -> None:
    case = given(OFFICE)
    assert cells(SHEET, "places", case) == [
        ("线上广告 · 百度", 200, 10, 0.05, 3000, 300),
        ("行业展会 · 上海展", 100, 20, 0.2, 20_000, 1000),
        ("线上广告 · 抖音", 50, None, None, None, None),
    ]
    assert filled(SHEET, "places", case).caption == (
        "2026年11月（截至20日） 客户最多的是线上广告 · 百度；2条写明成本，1条无法识别"
    )
    assert behind_rows(SHEET, "places", case) == {
        0: [("lead_sources", 1)],
        1: [("lead_sources", 0)],
        2: [("lead_sources", 2)],
    }


def test_half_a_year_ranked_by_conversion() -> None:
    case = given(OFFICE)
    assert cells(SHEET, "half_year", case) == [
        ("行业展会", 100, 20, 0.2, 20_000, 1000),
        ("搜索引擎", 80, 8, 0.1, None, None),
        # 20 of 300 and 4000 yuan for 20; 抖音's 50 tell no effective ones.
        ("线上广告", 350, 20, pytest.approx(20 / 300), 4000, 200),
        ("主动拜访", None, 2, None, None, None),
        ("未填写", 0, 0, None, None, None),
    ]
    assert filled(SHEET, "half_year", case).caption == (
        "2026年6月至2026年11月 行业展会转化率最高，20%；3条写明成本，2条无法识别"
    )
    assert behind_rows(SHEET, "half_year", case)[2] == [
        ("lead_sources", 1),
        ("lead_sources", 3),
        ("lead_sources", 2),
    ]


def test_the_trend_leaves_months_without_entries_blank() -> None:
    case = given(OFFICE)
    assert cells(SHEET, "trend", case) == [
        ("2026-06", None, 2, None, None, None),
        ("2026-07", None, None, None, None, None),
        ("2026-08", None, None, None, None, None),
        ("2026-09", 0, 0, None, None, None),
        ("2026-10", 180, 18, 0.1, 1000, 100),
        ("2026-11", 350, 30, 0.1, 23_000, pytest.approx(23_000 / 30, abs=0.0051)),
    ]
    assert filled(SHEET, "trend", case).caption == (
        "2026年6月至2026年11月 新增客源530位，有效50位；1条无日期、1条日期在未来未计"
    )
    assert behind_rows(SHEET, "trend", case)[5] == [("lead_sources", place) for place in (1, 0, 2)]


def test_cards_of_the_month_with_their_changes() -> None:
    case = given(OFFICE)
    found = [(card.label, card.make(case)) for card in SHEET.cards]
    assert [(label, one.value, one.text, one.good) for label, one in found] == [
        ("新增客源", 350, "较上月 +170", True),
        ("有效客户", 30, "较上月 +12", True),
        ("转化率", 0.1, "与上月持平；n=300", None),
        ("每位有效客户成本（元）", 766.67, "较上月 +666.67；2条写明成本", False),
    ]


@pytest.mark.parametrize("month", ["2026-08", "2026-11"])
def test_a_month_without_entries_is_blank(month: str) -> None:
    case = given([entry for entry in OFFICE if month == "2026-08" or entry[2] == "2026-05-31"], month)
    for panel in ("channels", "places"):
        assert cells(SHEET, panel, case) == []
        assert filled(SHEET, panel, case).caption.endswith(" 没有来源登记")
    assert [card.make(case).value for card in SHEET.cards] == [None] * 4


def test_without_any_entry_every_panel_is_empty() -> None:
    case = given([])
    for panel in SHEET.panels:
        assert cells(SHEET, panel.name, case) == []
        assert filled(SHEET, panel.name, case).caption.endswith(" 没有来源登记")
    assert [card.make(case).value for card in SHEET.cards] == [None] * 4


def test_no_single_leader_is_named_among_equals() -> None:
    case = given([("甲", "x", "2026-11-01", 5, 1, None), ("乙", "y", "2026-11-01", 5, 1, None)])
    assert [row[0] for row in cells(SHEET, "channels", case)] == ["乙", "甲"]
    assert filled(SHEET, "channels", case).caption == "2026年11月（截至20日） 新增客源10位"
    assert filled(SHEET, "places", case).caption.startswith("2026年11月（截至20日） 具体来源的成本和转化；")
    assert filled(SHEET, "half_year", case).caption == "2026年6月至2026年11月 各渠道的转化率；0条写明成本"
    assert filled(SHEET, "trend", case).caption == "2026年6月至2026年11月 新增客源10位，有效2位"


def test_long_names_do_not_burst_a_caption() -> None:
    case = given([("某某大型国际工业装备博览会组委会推荐", "x", "2026-11-01", 5, 1, None)])
    caption = filled(SHEET, "channels", case).caption
    assert caption == "2026年11月（截至20日） 某某大型国际工业装备博…带来客户最多，占100%（n=5）"


def test_what_does_not_fit_is_one_line() -> None:
    entries: list[Entry] = [(f"渠道{n:02}", None, "2026-11-01", n, 1, None) for n in range(1, 18)]
    case = given([*entries, ("渠道01", None, "2026-10-01", 40, 1, None)])
    rows = cells(SHEET, "channels", case)
    assert len(rows) == 15
    # 1 + 2 + 3 of 153, and last month's 40 of one of them.
    assert rows[-1] == ("其余3项", 6, pytest.approx(6 / 153), 40, 3, 0.5)
    half = cells(SHEET, "half_year", case)
    # By size 渠道01 fits with 41 now; the least of the others do not.
    assert half[-1][:3] == ("其余3项", 9, 3)
    assert [row[0] for row in half[:2]] == ["渠道05", "渠道06"]


def test_missing_optional_columns_leave_their_figures_blank() -> None:
    case = given([("甲", None, "2026-11-01", 5, None, None)])
    assert cells(SHEET, "places", case) == [("甲 · 未填写", 5, None, None, None, None)]
    assert figure(SHEET, "转化率", case).value is None
    assert figure(SHEET, "转化率", case).text == ""


def test_the_sheet_needs_its_table() -> None:
    assert SHEET.shown_with(["customers", "transactions"]) is None
    assert SHEET.shown_with(["lead_sources"]) == SHEET


def drawn(seed: int) -> list[Entry]:
    draw = random.Random(seed)  # noqa: S311 - any numbers will do
    notes = [None, "展位A1", "成本:3元/次", "成本：２万元", "成本不详"]

    def maybe(value: Any) -> Any:
        return None if draw.random() < 0.15 else value

    return [
        (
            maybe(draw.choice(["行业展会", "线上广告", "搜索引擎"])),
            maybe(draw.choice(["甲", "乙"])),
            maybe(str(NOW.date() - timedelta(days=draw.randint(-9, 230)))),
            maybe(draw.randint(0, 40)),
            maybe(draw.randint(0, 9)),
            draw.choice(notes),
        )
        for _ in range(draw.randint(5, 60))
    ]


QUERY = """
    with priced as (
        select *, case remark when '成本:3元/次' then 3 * leads when '成本：２万元' then 20000 end as cost
        from entries where day <= '2026-11-20'
    )
    select {label} as label, sum(leads), sum(effective),
        sum(case when leads is not null then effective end) * 1.0
            / nullif(sum(case when effective is not null then leads end), 0),
        sum(cost),
        sum(case when effective is not null then cost end) * 1.0
            / nullif(sum(case when cost is not null then effective end), 0)
    from priced where {when} group by label
"""


@pytest.mark.parametrize("seed", range(12))
def test_another_way_of_counting_agrees(seed: int) -> None:
    entries = drawn(seed)
    case = given(entries)
    base = sqlite3.connect(":memory:")
    base.execute("create table entries (channel, source, day, leads, effective, remark)")
    base.executemany("insert into entries values (?, ?, ?, ?, ?, ?)", entries)

    def asked(label: str, when: str) -> dict[str, tuple[Any, ...]]:
        return {row[0]: row[1:] for row in base.execute(QUERY.format(label=label, when=when))}

    channel = "coalesce(channel, '未填写')"
    month, half = "substr(day, 1, 7) = '2026-11'", "day >= '2026-06-01'"
    place = f"{channel} || ' · ' || coalesce(source, '未填写')"
    for panel, label, when in (("places", place, month), ("half_year", channel, half)):
        expected, rows = asked(label, when), cells(SHEET, panel, case)
        assert {row[0] for row in rows} == set(expected)
        for row in rows:
            assert row[1:] == pytest.approx(expected[row[0]], abs=0.0051)
        ranks = [row[3] if panel == "half_year" else row[1] or 0 for row in rows]
        known = [rank for rank in ranks if rank is not None]
        assert known == sorted(known, reverse=True)
        assert ranks[: len(known)] == known
    expected, now, before = (
        asked("substr(day, 1, 7)", half),
        asked(channel, month),
        asked(channel, "substr(day, 1, 7) = '2026-10'"),
    )
    for row in cells(SHEET, "trend", case):
        assert row[1:] == pytest.approx(expected.get(row[0], (None,) * 5), abs=0.0051)
    rows = cells(SHEET, "channels", case)
    total = sum(one[0] or 0 for one in now.values())
    assert {row[0] for row in rows} == (set(now) | set(before) if now else set())
    for name, leads, share, was, effective, conversion in rows:
        assert (leads, effective, conversion) == pytest.approx(now.get(name, (None,) * 3)[:3])
        assert share == (None if leads is None or not total else pytest.approx(leads / total))
        assert was == before.get(name, (None,))[0]
    base.close()


def test_days_are_months_of_the_office() -> None:
    case = given([("甲", None, "2026-10-31", 1, 1, None), ("甲", None, "2026-11-01", 2, 1, None)], "2026-10")
    assert [row[:2] for row in cells(SHEET, "channels", case)] == [("甲", 1)]
    assert filled(SHEET, "channels", case).behind["at"].dt.date.tolist() == [date(2026, 10, 31)]
