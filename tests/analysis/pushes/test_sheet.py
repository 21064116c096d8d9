"""推送效果: golden pushes by hand, what happens at the edges, and a recomputation in SQL."""

from __future__ import annotations

import datetime as dt
import sqlite3
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import customer, sheet
from tests.compute.build import NOW, book
from xlcrm.analysis.base import Figure
from xlcrm.analysis.pushes.sheet import SHEET

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.rules.reading import RuleBook

Row = dict[str, Any]
RULES = book("P38", "P39")
PAIRS = [
    {"tag": "高活跃度", "service": "新功能教程"},
    {"tag": "有升级需求", "service": "套餐优惠"},
]
_KEYS = (
    "tags",
    "service",
    "channel",
    "pushed_at",
    "pushed",
    "open_rate",
    "click_rate",
    "inquiries",
    "conversions",
)
_CELLS: list[tuple[Any, ...]] = [
    # (20 + 15) / 100 = 35% answered; matches.
    ("高活跃度", "新功能教程", "短信", "2026-11-02 09:00", 100, 0.5, 0.2, 20, 15),
    # No counts: the click rate stands in, 5 of 50; matches by its second tag.
    ("高活跃度、有升级需求", "套餐优惠", "邮件", "2026-11-05 09:00", 50, None, 0.1, None, None),
    # 3 of 200; the service is not that of the tag.
    ("有升级需求", "免费检测服务", "邮件", "2026-11-06 09:00", 200, 0.3, 0.1, 2, 1),
    # 2 of 200 each, in October and September.
    ("有升级需求", "免费检测服务", "邮件", "2026-10-06 09:00", 200, 0.3, 0.1, 2, None),
    ("有升级需求", "免费检测服务", "邮件", "2026-09-06 09:00", 200, 0.3, 0.1, 2, None),
    # After now: does not exist.
    ("有升级需求", "免费检测服务", "邮件", "2026-12-06 09:00", 200, 0.3, 0.1, 2, None),
]
GOLDEN: list[Row] = [dict(zip(_KEYS, row, strict=True)) for row in _CELLS]


def given(
    rows: list[Row], rules: RuleBook = RULES, month: str | None = None, pairs: list[Row] | None = None
) -> Scope:
    tags = PAIRS if pairs is None else pairs
    data = {"customers": [customer()], "service_pushes": rows, "tag_services": tags}
    return scope(data, month, rules=rules)


@cache
def golden() -> Scope:
    """The golden rows in the current month; nothing in it changes."""
    return given(GOLDEN)


def test_the_funnel_by_hand() -> None:
    assert cells(SHEET, "funnel", golden()) == [
        ("推送", 350.0, 350.0, 1.0),
        # 50 + 60 of the 300 whose opening is known.
        ("打开", 110.0, 300.0, pytest.approx(110 / 300)),
        ("点击", 45.0, 350.0, pytest.approx(45 / 350)),
        ("咨询", 22.0, 300.0, pytest.approx(22 / 300)),
        ("转化", 16.0, 300.0, pytest.approx(16 / 300)),
    ]
    # 35, 5 and 3 of 350: 12.29%.
    assert filled(SHEET, "funnel", golden()).caption == (
        "2026年11月（截至20日） 推送3次共350人次，响应率12.3%"
    )
    # The lowest response first.
    assert behind_rows(SHEET, "funnel", golden()) == {
        0: [("service_pushes", 2), ("service_pushes", 1), ("service_pushes", 0)],
        1: [("service_pushes", 2), ("service_pushes", 0)],
        2: [("service_pushes", 2), ("service_pushes", 1), ("service_pushes", 0)],
        3: [("service_pushes", 2), ("service_pushes", 0)],
        4: [("service_pushes", 2), ("service_pushes", 0)],
    }


def test_what_stands_in_the_list_of_rows_behind() -> None:
    row = filled(SHEET, "funnel", golden()).behind.iloc[0]
    assert str(row["at"]) == "2026-11-06 09:00:00"
    assert (row["amount"], row["text"]) == (200.0, "有升级需求：免费检测服务")


NOVEMBER = (
    3,
    350.0,
    pytest.approx(110 / 300),
    pytest.approx(45 / 350),
    22.0,
    16.0,
    3,
    pytest.approx(43 / 350),
    0.3,
    3,
    pytest.approx(2 / 3),
)


def test_the_months_by_hand() -> None:
    empty = (0, None, None, None, None, None, 0, None, 0.3, 0, None)
    autumn = (1, 200.0, pytest.approx(0.3), pytest.approx(0.1), 2.0, None, 1, 0.01, 0.3, 1, 0.0)
    assert cells(SHEET, "months", golden()) == [
        ("2026-06", *empty),
        ("2026-07", *empty),
        ("2026-08", *empty),
        ("2026-09", *autumn),
        ("2026-10", *autumn),
        ("2026-11", *NOVEMBER),
    ]
    assert filled(SHEET, "months", golden()).caption == (
        "2026年6月至2026年11月 推送5次，响应率最低的是2026-09（1%）"
    )


def test_a_push_to_two_tags_counts_under_both() -> None:
    assert cells(SHEET, "by_tags", golden()) == [
        # 35 and 5 of 150 answered.
        (
            "高活跃度",
            2,
            150.0,
            0.5,
            pytest.approx(25 / 150),
            20.0,
            15.0,
            2,
            pytest.approx(40 / 150),
            0.3,
            2,
            1.0,
        ),
        # 5 and 3 of 250 answered.
        ("有升级需求", 2, 250.0, 0.3, pytest.approx(0.1), 2.0, 1.0, 2, pytest.approx(0.032), 0.3, 2, 0.5),
    ]
    assert filled(SHEET, "by_tags", golden()).caption == (
        "2026年11月（截至20日） 高活跃度响应率最高（26.7%），2项响应率低于30%"
    )
    assert behind_rows(SHEET, "by_tags", golden()) == {
        0: [("service_pushes", 1), ("service_pushes", 0)],
        1: [("service_pushes", 2), ("service_pushes", 1)],
    }


def test_services_and_channels_by_hand() -> None:
    assert cells(SHEET, "by_service", golden()) == [
        ("新功能教程", 1, 100.0, 0.5, 0.2, 20.0, 15.0, 1, 0.35, 0.3, 1, 1.0),
        ("套餐优惠", 1, 50.0, None, 0.1, None, None, 1, 0.1, 0.3, 1, 1.0),
        ("免费检测服务", 1, 200.0, 0.3, 0.1, 2.0, 1.0, 1, 0.015, 0.3, 1, 0.0),
    ]
    assert filled(SHEET, "by_service", golden()).caption == (
        "2026年11月（截至20日） 新功能教程响应率最高（35%），2项响应率低于30%"
    )
    assert cells(SHEET, "by_channel", golden()) == [
        ("短信", 1, 100.0, 0.5, 0.2, 20.0, 15.0, 1, 0.35, 0.3, 1, 1.0),
        ("邮件", 2, 250.0, 0.3, 0.1, 2.0, 1.0, 2, pytest.approx(0.032), 0.3, 2, 0.5),
    ]
    assert filled(SHEET, "by_channel", golden()).caption == (
        "2026年11月（截至20日） 短信响应率最高（35%），1项响应率低于30%"
    )


def test_what_to_stop_by_hand() -> None:
    # Three pushes to 600 people, 7 of whom answered; the other pairs were pushed once each.
    rate = 7 / 600
    assert cells(SHEET, "stops", golden()) == [
        (
            "有升级需求 · 免费检测服务",
            3,
            600.0,
            pytest.approx(rate),
            0.3,
            pytest.approx(0.3 - rate),
            0.0,
            "改推套餐优惠",
        )
    ]
    assert filled(SHEET, "stops", golden()).caption == "2026年6月至2026年11月 1组中1组响应率低于30%"
    assert behind_rows(SHEET, "stops", golden()) == {
        0: [("service_pushes", 3), ("service_pushes", 4), ("service_pushes", 2)]
    }


def _thrice(answered: int, people: int, times: int = 3, **more: Any) -> list[Row]:
    return [
        {
            "tags": "高活跃度",
            "service": "新功能教程",
            "pushed_at": f"2026-1{month}-06 09:00",
            "pushed": people,
            "inquiries": answered,
            **more,
        }
        for month in (0, 1, 1, 0)[:times]
    ]


@pytest.mark.parametrize(
    ("rows", "advice"),
    [
        # 14% is below half of the standard, 15% is half of it.
        (_thrice(14, 100), ["停发"]),
        (_thrice(15, 100), ["优化内容后再推"]),
        # 30% is the standard.
        (_thrice(30, 100), []),
        (_thrice(0, 17), ["停发"]),
        (_thrice(0, 16), []),
        (_thrice(0, 100, times=2), []),
        (_thrice(1, 100, service="套餐优惠"), ["改推新功能教程"]),
        (_thrice(1, 100, tags="新客户"), ["停发"]),
        (_thrice(1, 100, tags=None), ["停发"]),
    ],
)
def test_a_pair_is_stopped_or_improved_only_with_enough_sendings(rows: list[Row], advice: list[str]) -> None:
    assert [row[-1] for row in cells(SHEET, "stops", given(rows))] == advice


def test_the_worst_pairs_are_listed_first() -> None:
    rows = [row for number in range(25) for row in _thrice(25 - number, 100, service=f"服务{number:02}")]
    found = cells(SHEET, "stops", given(rows, pairs=[]))
    assert [row[0] for row in found] == [f"高活跃度 · 服务{number:02}" for number in range(24, 4, -1)]
    assert filled(SHEET, "stops", given(rows)).caption.endswith("25组中25组响应率低于30%，列出前20组")


def test_what_does_not_match_by_hand() -> None:
    assert cells(SHEET, "unmatched", golden()) == [
        (dt.datetime(2026, 11, 6, 9), "有升级需求", "免费检测服务", "邮件", 200.0, "套餐优惠")
    ]
    assert filled(SHEET, "unmatched", golden()).caption == (
        "2026年11月（截至20日） 1次不匹配，匹配度66.7%（n=3）"
    )
    assert behind_rows(SHEET, "unmatched", golden()) == {0: [("service_pushes", 2)]}
    many = [{**GOLDEN[2], "pushed": number, "tags": "新客户"} for number in range(1, 24)]
    rows = cells(SHEET, "unmatched", given(many))
    assert [row[4] for row in rows] == list(range(23, 3, -1))
    assert {row[5] for row in rows} == {None}
    assert filled(SHEET, "unmatched", given(many)).caption.endswith(
        "23次不匹配，匹配度0%（n=23），列出前20次"
    )


def test_the_cards_by_hand() -> None:
    assert [figure(SHEET, card.label, golden()) for card in SHEET.cards] == [
        Figure(3.0, "较上月 +2"),
        Figure(350.0, "较上月 +150"),
        Figure(round(43 / 350, 9), "较上月 +11.3个百分点；标准30%，未达标；n=3", good=True),
        Figure(2 / 3, "较上月 +66.7个百分点；标准80%，未达标；n=3", good=True),
        Figure(22.0, "较上月 +20", good=True),
        Figure(16.0, ""),
    ]
    good = figure(SHEET, "响应率", given(GOLDEN[:1]))
    assert good == Figure(0.35, "标准30%，达标；n=1")


@pytest.mark.parametrize(("rows", "month"), [([], None), (GOLDEN, "2026-04"), (GOLDEN[5:], None)])
def test_without_pushes_there_is_no_figure(rows: list[Row], month: str | None) -> None:
    empty = given(rows, month=month)
    for panel in SHEET.panels:
        assert cells(SHEET, panel.name, empty) == []
        assert "没有" in filled(SHEET, panel.name, empty).caption
    assert [figure(SHEET, card.label, empty).value for card in SHEET.cards] == [None] * 6
    assert figure(SHEET, "响应率", empty).text == "标准30%；n=0"


def test_rules_that_are_off_say_so() -> None:
    off = given(GOLDEN, book("P37"))
    assert filled(SHEET, "stops", off).caption == "响应率标准：规则已停用，不判断停发"
    assert cells(SHEET, "stops", off) == []
    assert {row[9] for row in cells(SHEET, "by_service", off)} == {None}
    assert filled(SHEET, "by_channel", off).caption.endswith("短信响应率最高（35%），响应率标准：规则已停用")
    assert figure(SHEET, "响应率", off).text == "较上月 +11.3个百分点；规则已停用；n=3"
    assert figure(SHEET, "匹配度", off).text == "较上月 +66.7个百分点；规则已停用；n=3"


def test_a_rule_s_condition_says_which_pushes_are_judged() -> None:
    only_mail = book(P38={"条件": "推送渠道=邮件"})
    assert [(row[0], row[7], row[8]) for row in cells(SHEET, "by_channel", given(GOLDEN, only_mail))] == [
        ("邮件", 2, pytest.approx(8 / 250)),
        ("短信", 0, None),
    ]


def test_nothing_is_said_of_responses_that_are_not_known() -> None:
    unknown = [{"tags": "高活跃度", "service": "新功能教程", "pushed_at": "2026-11-02 09:00", "pushed": 9}]
    assert filled(SHEET, "by_tags", given(unknown)).caption == "2026年11月（截至20日） 还没有响应数据"
    assert filled(SHEET, "funnel", given(unknown)).caption == "2026年11月（截至20日） 推送1次共9人次"
    assert filled(SHEET, "months", given(unknown)).caption == "2026年6月至2026年11月 推送1次"
    assert cells(SHEET, "stops", given(unknown)) == []
    assert cells(SHEET, "unmatched", given(unknown, pairs=[])) == []
    assert filled(SHEET, "unmatched", given(unknown, pairs=[])).caption.endswith("没有可判断匹配的推送")


def test_equally_good_channels_have_no_best() -> None:
    rows = [{**GOLDEN[0], "channel": channel} for channel in ("邮件", "短信")]
    assert [row[0] for row in cells(SHEET, "by_channel", given(rows))] == ["短信", "邮件"]
    assert filled(SHEET, "by_channel", given(rows)).caption == "2026年11月（截至20日） 0项响应率低于30%"


def test_impossible_counts_and_rates_are_left_out() -> None:
    odd = [{**GOLDEN[0], "pushed": 0}, {**GOLDEN[0], "open_rate": 1.5, "click_rate": -0.1}]
    row = cells(SHEET, "by_channel", given(odd))[0]
    assert row[:5] == ("短信", 2, 100.0, None, None)


def test_a_sheet_without_the_columns_has_blanks() -> None:
    lacking = sheet("service_pushes", GOLDEN, lacks=["open_rate", "click_rate", "channel"])
    lacking.frame[["open_rate", "click_rate"]] = np.nan
    lacking.frame["channel"] = None
    found = scope({"customers": [customer()], "service_pushes": lacking, "tag_services": []}, rules=RULES)
    assert cells(SHEET, "by_channel", found)[0][:5] == ("未填写", 3, 350.0, None, None)


# Two independent ways ------------------------------------------------------------------------------------


def _drawn(seed: int) -> list[Row]:
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    for _ in range(60):
        at = NOW + dt.timedelta(minutes=int(random.integers(-200 * 1440, 5 * 1440)))
        row: Row = {
            "pushed_at": at.replace(second=0, microsecond=0),
            "tags": str(random.choice(["高活跃度", "有升级需求", "新客户"])),
            "service": str(random.choice(["新功能教程", "套餐优惠", "别的"])),
            "channel": str(random.choice(["短信", "邮件"])),
            "pushed": int(random.integers(0, 200)),
        }
        for key, most in (("open_rate", 100), ("click_rate", 60)):
            if random.random() < 0.8:
                row[key] = int(random.integers(0, most)) / 100
        for key in ("inquiries", "conversions"):
            if random.random() < 0.7:
                row[key] = int(random.integers(0, 40))
        rows.append(row)
    return rows


_SQL = """
select count(*),
       sum(case when pushed > 0 then pushed end),
       sum(open_rate * pushed) * 1.0 / sum(case when open_rate is not null then pushed end),
       sum(click_rate * pushed) * 1.0 / sum(case when click_rate is not null then pushed end),
       sum(inquiries), sum(conversions),
       count(rate),
       sum(rate * pushed) * 1.0 / sum(case when rate is not null then pushed end),
       count(*),
       avg(tags = '高活跃度' and service = '新功能教程' or tags = '有升级需求' and service = '套餐优惠')
from (select *, case when pushed <= 0 then null
                     when inquiries is null and conversions is null then click_rate
                     else (coalesce(inquiries, 0) + coalesce(conversions, 0)) * 1.0 / pushed end as rate
      from pushes)
where pushed_at <= ? and strftime('%Y-%m', pushed_at) = ? and ({})
"""


@pytest.mark.parametrize("seed", range(6))
def test_sql_finds_the_same(seed: int) -> None:
    rows = _drawn(seed)
    found = given(rows)
    base = sqlite3.connect(":memory:")
    base.execute(f"create table pushes ({', '.join(_KEYS)})")
    base.executemany(
        f"insert into pushes values ({', '.join('?' * len(_KEYS))})",  # noqa: S608 - question marks
        [[str(row[key]) if key == "pushed_at" else row.get(key) for key in _KEYS] for row in rows],
    )

    def asked(month: str, where: str = "1", *words: str) -> list[Any]:
        answer = base.execute(_SQL.format(where), [str(NOW), month, *words]).fetchone()
        return [value if value is None else pytest.approx(value) for value in answer]

    def without_limit(row: tuple[Any, ...]) -> list[Any]:
        assert row[9] == 0.3
        return [*row[1:9], *row[10:]]

    for row in cells(SHEET, "months", found):
        assert without_limit(row) == asked(row[0])
    for panel, key in (("by_tags", "tags"), ("by_service", "service"), ("by_channel", "channel")):
        shown = cells(SHEET, panel, found)
        for row in shown:
            assert without_limit(row) == asked("2026-11", f"{key} = ?", row[0])
        rates = [-1.0 if row[8] is None else row[8] for row in shown]
        assert rates == sorted(rates, reverse=True)
        names = base.execute(
            f"select count(distinct {key}) from pushes"  # noqa: S608 - one of three keys
            " where pushed_at <= ? and pushed_at >= '2026-11'",
            [str(NOW)],
        ).fetchone()
        assert len(shown) == names[0]
    base.close()
