"""The grammar of 起点 and 终点."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlcrm.errors import RuleError
from xlcrm.rules.conditions import Op, Place
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.rules.sources import Pick, parse_sources
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.rules.base import Rule

RECORD = Place("followup_records", "touched_at")


def test_a_cell_of_the_row() -> None:
    (source,) = parse_sources("投诉日期", BY_NAME["complaints"]).items
    assert (source.pick, source.place, source.day_end) == (
        Pick.OWN,
        Place("complaints", "received_at"),
        False,
    )


@pytest.mark.parametrize("text", ["完成时限（当日末）", "完成时限(当日末)", "完成时限 （当日末）"])
def test_the_end_of_a_day(text: str) -> None:
    (source,) = parse_sources(text, BY_NAME["followup_records"]).items
    assert source.day_end
    assert source.place == Place("followup_records", "next_action_by")


@pytest.mark.parametrize("pick", [pick for pick in Pick if pick not in (Pick.OWN, Pick.LATER)])
def test_every_pick(pick: Pick) -> None:
    (source,) = parse_sources(f"{pick.value} 客户跟进记录表.跟进日期", BY_NAME["customers"]).items
    assert (source.pick, source.place) == (pick, RECORD)
    assert source.text("customers") == f"{pick.value} 客户跟进记录表.跟进日期"


def test_a_filter_on_the_contact() -> None:
    (source,) = parse_sources(
        "最近 客户跟进记录表[跟进方式=拜访 且 客户响应=是].跟进日期", BY_NAME["customers"]
    ).items
    assert source.when is not None
    assert [term.op for term in source.when.terms] == [Op.IN, Op.IN]
    assert source.when.home == "followup_records"


@pytest.mark.parametrize(
    "text", ["最近 任意互动，否则 签约日期，否则 建档日期", "最近 任意互动,否则签约日期 否则 建档日期"]
)
def test_alternatives_in_order(text: str) -> None:
    sources = parse_sources(text, BY_NAME["customers"])
    assert [source.place and source.place.key for source in sources.items] == [None, "signed_on", "filed_on"]
    assert sources.text() == "最近 任意互动，否则 签约日期，否则 建档日期"


def test_blank_is_no_source() -> None:
    assert parse_sources(" ", BY_NAME["customers"]).items == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("签约日", "没有“签约日”这一列"),
        ("最近 没有此表.跟进日期", "没有名为“没有此表”的表"),
        ("最近 跟进日期", "看不懂“最近 跟进日期”"),
        ("最近 客户跟进记录表[跟进途径=拜访].跟进日期", "没有“跟进途径”这一列"),
        ("最近 客户跟进记录表.日期", "客户跟进记录表没有“日期”这一列"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(RuleError, match=reason):
        parse_sources(text, BY_NAME["customers"])


def test_a_cell_that_counts_when_it_is_later_than_the_start() -> None:
    (source,) = parse_sources("之后 最近跟进时间", BY_NAME["presales"]).items
    assert (source.pick, source.place) == (Pick.LATER, Place("presales", "followed_up_at"))
    assert source.text("presales") == "之后 最近跟进时间"


@pytest.mark.parametrize("rule", default_book("full").rules, ids=lambda rule: rule.rule_id)
def test_packaged_sources_read_and_write_themselves(rule: Rule) -> None:
    cells = next(row for row in default_rows("full") if row["规则编号"] == rule.rule_id)
    if not rule.occasions:
        assert rule.start.text() == cells["起点"]
    assert rule.stop.text() == cells["终点"]
