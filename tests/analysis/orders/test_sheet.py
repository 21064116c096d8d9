"""订单履约: golden orders by hand, what happens at the edges, and a recomputation in plain Python."""

from __future__ import annotations

import datetime as dt
import statistics
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import customer, sheet
from tests.compute.build import NOW, book
from xlcrm.analysis.base import Figure
from xlcrm.analysis.orders.sheet import SHEET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.scope import Scope
    from xlcrm.rules.reading import RuleBook

Row = dict[str, Any]
RULES = book("P12", "P13", "P15")


def order(number: str, expected: str | None, completed: str | None = None, **cells_: Any) -> Row:
    return {
        "order_id": number,
        "name": "杭州云帆",
        "amount": 1000,
        "order_status": "已完成" if completed else "生产中",
        "expected_at": expected,
        "completed_at": completed,
        **cells_,
    }


WANG = ("杭州云帆", "王芳")
GOLDEN: list[Row] = [
    # A day early, 8 days after its confirmation.
    order(
        "DD1",
        "2026-11-10 12:00",
        "2026-11-09 12:00",
        confirmed_at="2026-11-01 12:00",
        owner="李明",
        product="X1",
        called_back_at="2026-11-10 09:00",
        satisfaction=5,
    ),
    # Two days late, 4 days after its confirmation; the anomaly was answered after 30 minutes, no plan yet.
    order(
        "DD2",
        "2026-11-10 12:00",
        "2026-11-12 12:00",
        confirmed_at="2026-11-08 12:00",
        owner="王芳",
        product="X2",
        satisfaction=3,
        anomaly_type="库存不足",
        anomaly="型号缺货",
        anomaly_found_at="2026-11-09 09:00",
        anomaly_responded_at="2026-11-09 09:30",
    ),
    # Open, 4 days and 22.5 hours past its moment.
    order("DD3", "2026-11-15 12:00", confirmed_at="2026-11-01 12:00", owner="王芳", product="X2"),
    # Not yet due; 无 is no anomaly.
    order("DD4", "2026-11-28", confirmed_at="2026-11-01 12:00", owner="李明", product="X1", anomaly="无"),
    # Of October, open for 23 days; its anomaly has no moment, so that of the confirmation counts.
    order("DD5", "2026-10-28", confirmed_at="2026-10-01", owner="李明", product="X1", anomaly="地址不清"),
    # Cancelled: not counted but for its anomaly, which was answered too late.
    order(
        "DD6",
        "2026-11-11 09:00",
        order_status="已取消",
        owner="李明",
        product="X1",
        anomaly_type="地址错误",
        anomaly_found_at="2026-11-03 09:00",
        anomaly_responded_at="2026-11-03 10:01",
        anomaly_proposed_at="2026-11-03 13:00",
    ),
    # Of October, in time, delivered in October after 10 whole days.
    order("DD7", "2026-10-20", "2026-10-11", confirmed_at="2026-10-01", owner="王芳", satisfaction=4),
]


def given(rows: Sequence[Row], rules: RuleBook = RULES, month: str | None = None, **more: Any) -> Scope:
    data = {"customers": [customer(name="杭州云帆")], "orders": rows}
    return scope(data, month, rules=rules, **more)


@cache
def golden() -> Scope:
    """The golden rows in the current month; nothing in it changes."""
    return given(GOLDEN)


def test_the_outcomes_by_hand() -> None:
    assert cells(SHEET, "outcome", golden()) == [
        ("按期完成", 1, 0.25),
        ("超时完成", 1, 0.25),
        ("超时未完成", 1, 0.25),
        ("未到期", 1, 0.25),
    ]
    assert filled(SHEET, "outcome", golden()).caption == (
        "2026年11月（截至20日） 应完成4单，按期完成率33.3%（n=3）"
    )
    assert behind_rows(SHEET, "outcome", golden()) == {
        0: [("orders", 0)],
        1: [("orders", 1)],
        2: [("orders", 2)],
        3: [("orders", 3)],
    }


def test_what_stands_in_the_list_of_rows_behind() -> None:
    rows = filled(SHEET, "outcome", golden()).behind
    late = rows[rows["place"] == 1].iloc[0]
    assert str(late["at"]) == "2026-11-10 12:00:00"
    assert (late["amount"], late["text"]) == (1000.0, "超时完成 型号缺货")


def test_the_months_by_hand() -> None:
    empty = (0, 0, 0, 0, None, 0, 0, None, None, 0, None)
    assert cells(SHEET, "months", golden()) == [
        ("2026-06", *empty),
        ("2026-07", *empty),
        ("2026-08", *empty),
        ("2026-09", *empty),
        ("2026-10", 2, 1, 0, 1, 0.5, 1, 1, 10.0, 10.0, 1, 4.0),
        # Delivered after 8 and 4 days: half way is 6, nine tenths of the way 7.6.
        ("2026-11", 4, 1, 1, 1, 1 / 3, 2, 2, 6.0, 7.6, 2, 4.0),
    ]
    assert filled(SHEET, "months", golden()).caption == (
        "2026年6月至2026年11月 应完成6单，按期完成率40%（n=5）"
    )
    # What is overdue comes first.
    assert behind_rows(SHEET, "months", golden()) == {
        4: [("orders", 4), ("orders", 6)],
        5: [("orders", 2), ("orders", 1), ("orders", 0), ("orders", 3)],
    }


def test_people_and_products_by_hand() -> None:
    assert cells(SHEET, "by_owner", golden()) == [
        ("李明", 2, 1, 0, 0, 1.0, 1, 1, 8.0, 8.0, 1, 5.0),
        ("王芳", 2, 0, 1, 1, 0.0, 1, 1, 4.0, 4.0, 1, 3.0),
    ]
    assert filled(SHEET, "by_owner", golden()).caption == ("2026年11月（截至20日） 超时2单，王芳最多（2单）")
    assert behind_rows(SHEET, "by_owner", golden()) == {
        0: [("orders", 0), ("orders", 3), ("orders", 5)],
        1: [("orders", 2), ("orders", 1)],
    }
    assert cells(SHEET, "by_product", golden()) == [
        ("X1", 2, 1, 0, 0, 1.0, 1, 1, 8.0, 8.0, 1, 5.0),
        ("X2", 2, 0, 1, 1, 0.0, 1, 1, 4.0, 4.0, 1, 3.0),
    ]


def test_anomalies_by_hand() -> None:
    # P12 gives an hour, P13 four: 09:30 and 10:01 for 09:00; the plan of DD2 is still missing.
    assert cells(SHEET, "anomalies", golden()) == [
        ("地址错误", 1, 0.5, 1, 0.0, 1, 1.0, 0, None),
        ("库存不足", 1, 0.5, 1, 1.0, 1, 0.0, 1, 0.0),
    ]
    assert filled(SHEET, "anomalies", golden()).caption == "2026年11月（截至20日） 异常订单2单"
    assert behind_rows(SHEET, "anomalies", golden()) == {0: [("orders", 5)], 1: [("orders", 1)]}
    october = given(GOLDEN, month="2026-10")
    assert cells(SHEET, "anomalies", october) == [("未填写", 1, 1.0, 0, None, 0, None, 1, 0.0)]


def test_spans_and_ratings_by_hand() -> None:
    assert cells(SHEET, "spans", golden()) == [
        ("3天内", 0, 0.0),
        ("4至7天", 1, 0.5),
        ("8至14天", 1, 0.5),
        ("15至30天", 0, 0.0),
        ("超过30天", 0, 0.0),
    ]
    assert filled(SHEET, "spans", golden()).caption == (
        "2026年11月（截至20日） 交付用时中位数6.0天，90分位7.6天（n=2）"
    )
    assert cells(SHEET, "ratings", golden()) == [
        ("5分", 1, 0.5),
        ("4分", 0, 0.0),
        ("3分", 1, 0.5),
        ("2分", 0, 0.0),
        ("1分", 0, 0.0),
    ]
    assert filled(SHEET, "ratings", golden()).caption == (
        "2026年11月（截至20日） 平均4.00分，4分及以上占50%（n=2）"
    )
    assert behind_rows(SHEET, "ratings", golden()) == {0: [("orders", 0)], 2: [("orders", 1)]}


def test_late_and_abnormal_orders_by_hand() -> None:
    day, at = dt.date, dt.datetime
    due = at(2026, 11, 10, 12)
    assert cells(SHEET, "late", golden()) == [
        ("DD5", "杭州云帆", "李明", "X1", day(2026, 10, 28), None, "超时未完成", 23.0, 1000.0, None),
        ("DD3", "杭州云帆", "王芳", "X2", at(2026, 11, 15, 12), None, "超时未完成", 4.9, 1000.0, None),
        ("DD2", "杭州云帆", "王芳", "X2", due, at(2026, 11, 12, 12), "超时完成", 2.0, 1000.0, "库存不足"),
    ]
    assert filled(SHEET, "late", golden()).caption == (
        "2026年11月（截至20日） 期末超期未完成2单，当月超时完成1单"
    )
    assert behind_rows(SHEET, "late", golden()) == {
        0: [("orders", 4)],
        1: [("orders", 2)],
        2: [("orders", 1)],
    }
    found = at(2026, 11, 9, 9)
    assert cells(SHEET, "abnormal", golden()) == [
        ("DD6", "杭州云帆", "李明", "地址错误", None, at(2026, 11, 3, 9), "超时", "按时", "已取消", None),
        (
            "DD2",
            "杭州云帆",
            "王芳",
            "库存不足",
            "型号缺货",
            found,
            "按时",
            "超时未处理",
            "已完成",
            "超时完成",
        ),
    ]
    assert filled(SHEET, "abnormal", golden()).caption == (
        "2026年11月（截至20日） 异常2单，其中1单还没有完成"
    )


def test_the_cards_by_hand() -> None:
    assert [figure(SHEET, card.label, golden()) for card in SHEET.cards] == [
        Figure(4.0, "较上月 +2"),
        Figure(1 / 3, "较上月 -16.7个百分点；n=3", good=False),
        # DD5 stood open at the end of October, too.
        Figure(2.0, "较上月 +1", good=False),
        Figure(2.0, "较上月 +1", good=False),
        Figure(6.0, "较上月 -4.0；n=2", good=True),
        Figure(4.0, "与上月持平；n=2"),
    ]


def test_what_stood_open_at_the_end_of_a_past_month() -> None:
    rows = [
        order("DD1", "2026-10-10 12:00", "2026-11-05 12:00"),
        order("DD2", "2026-10-10 12:00", "2026-10-31 12:00"),
        order("DD3", "2026-10-31"),
    ]
    past = given(rows, month="2026-10")
    # DD3 is due up to the end of the 31st.
    assert figure(SHEET, "超期未完成", past) == Figure(1.0, "较上月 +1", good=False)
    assert [(row[0], row[7]) for row in cells(SHEET, "late", past)] == [("DD1", 26.0), ("DD2", 21.0)]
    assert [row[1] for row in cells(SHEET, "outcome", past)] == [0, 2, 1, 0]


@pytest.mark.parametrize(("rows", "month"), [([], None), (GOLDEN, "2025-11")])
def test_without_orders_there_is_no_figure(rows: list[Row], month: str | None) -> None:
    empty = given(rows, month=month)
    for panel in SHEET.panels:
        assert cells(SHEET, panel.name, empty) == []
        assert "没有" in filled(SHEET, panel.name, empty).caption
    values = [figure(SHEET, card.label, empty).value for card in SHEET.cards]
    assert values == [None, None, None if not rows else 0.0, None if not rows else 0.0, None, None]


def test_rules_that_are_off_say_so() -> None:
    off = given(GOLDEN, book("P12"))
    assert cells(SHEET, "outcome", off) == cells(SHEET, "late", off) == []
    for panel in ("outcome", "late", "by_owner"):
        assert filled(SHEET, panel, off).caption.endswith("按期完成规则已停用")
    # The orders are counted all the same.
    assert [row[:6] for row in cells(SHEET, "by_owner", off)] == [
        ("李明", 2, None, None, None, None),
        ("王芳", 2, None, None, None, None),
    ]
    assert cells(SHEET, "months", off)[-1][:7] == ("2026-11", 4, None, None, None, None, 2)
    assert filled(SHEET, "months", off).caption == "2026年6月至2026年11月 应完成6单"
    assert [row[6:8] for row in cells(SHEET, "abnormal", off)] == [
        ("超时", "规则已停用"),
        ("按时", "规则已停用"),
    ]
    assert figure(SHEET, "按期完成率", off) == Figure(None, "规则已停用")
    assert figure(SHEET, "超期未完成", off) == Figure(None, "规则已停用")


def test_orders_from_before_the_start_are_not_judged() -> None:
    found = given(GOLDEN, started_on=dt.date(2026, 11, 11))
    assert [row[1] for row in cells(SHEET, "outcome", found)] == [0, 0, 1, 1]
    assert [row[0] for row in cells(SHEET, "late", found)] == ["DD3"]


def test_one_order_that_is_not_due_has_no_rate() -> None:
    one = given([order("DD1", "2026-11-28 12:00")])
    assert filled(SHEET, "outcome", one).caption == "2026年11月（截至20日） 应完成1单"
    assert filled(SHEET, "months", one).caption == "2026年6月至2026年11月 应完成1单"
    assert figure(SHEET, "按期完成率", one) == Figure(None, "n=0")
    assert filled(SHEET, "by_owner", one).caption == "2026年11月（截至20日） 超时0单（应完成1单）"


def test_moments_after_now_do_not_exist_and_a_delivery_before_its_confirmation_has_no_length() -> None:
    rows = [
        order("DD1", "2026-11-10 12:00", "2026-11-25 12:00", satisfaction=5),
        order("DD2", "2026-11-10 12:00", "2026-11-08 12:00", confirmed_at="2026-11-09 12:00", satisfaction=9),
        order("DD3", "2026-11-10 12:00", anomaly_type="其他", anomaly_found_at="2026-11-21"),
    ]
    found = given(rows)
    assert [row[1] for row in cells(SHEET, "outcome", found)] == [1, 0, 2, 0]
    for panel in ("spans", "ratings", "anomalies"):
        assert cells(SHEET, panel, found) == []
    assert cells(SHEET, "months", found)[-1][6:] == (0, 0, None, None, 0, None)


def test_an_anomaly_without_any_moment_but_the_planned_one() -> None:
    rows = [
        order("DD1", "2026-11-10 12:00", anomaly="缺货"),
        order("DD2", "2026-11-10 12:00", anomaly=" - "),
        order("DD3", "2026-11-28 12:00", anomaly="缺货"),
    ]
    assert [row[0] for row in cells(SHEET, "abnormal", given(rows))] == ["DD1"]


def test_long_lists_show_the_worst_and_say_so() -> None:
    rows = [
        order(f"DD{day:02}", f"2026-11-{day % 15 + 1:02} 12:00", owner=f"人{day:02}", anomaly="缺货")
        for day in range(35)
    ]
    found = cells(SHEET, "late", given(rows))
    assert len(found) == 30
    assert [row[0] for row in found[:4]] == ["DD00", "DD15", "DD30", "DD01"]
    assert filled(SHEET, "late", given(rows)).caption.endswith(
        "期末超期未完成35单，当月超时完成0单，列出前30单"
    )
    assert filled(SHEET, "abnormal", given(rows)).caption.endswith("其中35单还没有完成，列出前30单")
    people = cells(SHEET, "by_owner", given(rows))
    assert [row[:2] for row in people[-2:]] == [("人13", 1), ("其余21项", 21)]


def test_a_sheet_without_the_columns_has_blanks() -> None:
    lacking = sheet(
        "orders",
        [order("DD1", "2026-11-10 12:00", "2026-11-09 12:00")],
        lacks=["confirmed_at", "satisfaction", "anomaly", "anomaly_type", "anomaly_found_at", "product"],
    )
    found = scope({"customers": [customer()], "orders": lacking}, rules=RULES)
    assert cells(SHEET, "by_product", found) == [
        ("未填写", 1, 1, 0, 0, 1.0, 0, 0, None, None, 0, None),
    ]


# Two independent ways ------------------------------------------------------------------------------------


def _drawn(seed: int) -> list[Row]:
    """Orders of the last seven months and the next weeks; a fifth of the times are dates."""
    random = np.random.default_rng(seed)

    def now_and_then(share: float) -> bool:
        return bool(random.random() < share)

    def moved(at: dt.datetime, least: int, most: int) -> dt.datetime:
        later = at + dt.timedelta(minutes=int(random.integers(least, most)))
        return dt.datetime.combine(later.date(), dt.time()) if now_and_then(0.2) else later

    rows: list[Row] = []
    for number in range(50):
        expected = moved(NOW, -200 * 1440, 20 * 1440)
        row = order(f"DD{number}", None, expected_at=expected, owner=str(random.choice(["李明", "王芳"])))
        if now_and_then(0.7):
            done = moved(expected, -9 * 1440, 6 * 1440)
            row |= {"completed_at": done, "order_status": "已完成"}
            row |= {"called_back_at": moved(done, 60, 3600)} if now_and_then(0.6) else {}
            row |= {"satisfaction": float(random.integers(0, 7))} if now_and_then(0.8) else {}
        row |= {"confirmed_at": moved(expected, -30 * 1440, 1)} if now_and_then(0.9) else {}
        row |= {"order_status": "已取消"} if now_and_then(0.1) else {}
        if now_and_then(0.3):
            row["anomaly_type"] = str(random.choice(["库存不足", "地址错误"]))
            row |= {"anomaly_found_at": moved(expected, -12_000, 1)} if now_and_then(0.7) else {}
        rows.append(row)
    return rows


def _known(row: Row, key: str) -> dt.datetime | None:
    at: dt.datetime | None = row.get(key)
    return at if at is not None and at <= NOW else None


def _is_day(at: dt.datetime) -> bool:
    return at.time() == dt.time()


def _outcome(row: Row) -> str:
    due, done = row["expected_at"], _known(row, "completed_at")
    if _is_day(due):
        due = due + dt.timedelta(days=1, seconds=-1)
    if done is None:
        return "超时未完成" if due < NOW else "未到期"
    in_time = done.date() <= due.date() if _is_day(done) else done <= due
    return "按期完成" if in_time else "超时完成"


def _days(row: Row) -> float | None:
    start, end = _known(row, "confirmed_at"), _known(row, "completed_at")
    if start is None or end is None:
        return None
    spent = (end - start).total_seconds() / 86_400
    if _is_day(start) or _is_day(end):
        spent = (end.date() - start.date()).days
    return spent if spent >= 0 else None


def _counted(rows: list[Row], month: str) -> list[Any]:
    """What the sheet's counted columns should say of these orders in a month."""

    def inside(at: dt.datetime | None) -> bool:
        return at is not None and f"{at:%Y-%m}" == month

    alive = [row for row in rows if row["order_status"] != "已取消"]
    due = [_outcome(row) for row in alive if inside(row["expected_at"])]
    decided = len(due) - due.count("未到期")
    found = [
        row.get("anomaly_found_at") or row.get("confirmed_at") or row["expected_at"]
        for row in rows
        if "anomaly_type" in row
    ]
    odd = [at for at in found if at <= NOW and inside(at)]
    done = [row for row in alive if inside(_known(row, "completed_at"))]
    days = sorted(spent for row in done if (spent := _days(row)) is not None)
    slow = None
    if days:
        place = 0.9 * (len(days) - 1)
        low = int(place)
        slow = days[low] + (days[min(low + 1, len(days) - 1)] - days[low]) * (place - low)
    asked = [
        row["satisfaction"]
        for row in rows
        if 1 <= row.get("satisfaction", 0) <= 5
        and inside(
            _known(row, "called_back_at")
            or (_known(row, "completed_at") if row["order_status"] != "已取消" else None)
        )
    ]
    rate = due.count("按期完成") / decided if decided else None
    return [
        len(due),
        due.count("按期完成"),
        due.count("超时完成"),
        due.count("超时未完成"),
        rate if rate is None else pytest.approx(rate),
        len(odd),
        len(days),
        pytest.approx(statistics.median(days), abs=0.006) if days else None,
        None if slow is None else pytest.approx(slow, abs=0.006),
        len(asked),
        pytest.approx(statistics.fmean(asked)) if asked else None,
    ]


@pytest.mark.parametrize("seed", range(8))
def test_plain_python_finds_the_same(seed: int) -> None:
    rows = _drawn(seed)
    found = given(rows)
    for row in cells(SHEET, "months", found):
        assert list(row[1:]) == _counted(rows, row[0])
    for row in cells(SHEET, "by_owner", found):
        assert list(row[1:]) == _counted([each for each in rows if each["owner"] == row[0]], "2026-11")
    alive = [row for row in rows if row["order_status"] != "已取消"]
    overdue = [row["order_id"] for row in alive if _outcome(row) == "超时未完成"]
    assert figure(SHEET, "超期未完成", found).value == len(overdue)
    late = [
        row["order_id"]
        for row in alive
        if f"{row['expected_at']:%Y-%m}" == "2026-11" and _outcome(row) == "超时完成"
    ]
    listed = cells(SHEET, "late", found)
    assert sorted(row[0] for row in listed) == sorted([*overdue, *late])
    days = [(row[6], -row[7]) for row in listed]
    assert days == sorted(days, key=lambda pair: (pair[0] != "超时未完成", pair[1]))
