"""Named measures, with figures worked out by hand. Now is 2026-11-20 10:30, a Friday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.compute.build import book, facts
from xlcrm.compute.run import prepared
from xlcrm.compute.states import measures
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts
    from xlcrm.rules.base import Rule


def of(rule_id: str, rows: dict[str, Any], **changed: str) -> tuple[Facts, Rule]:
    """Facts with one rule, prepared as a run prepares them."""
    given = facts(rows, book(**{rule_id: changed}))
    prepared(given)
    return given, given.rules.rules[0]


def survey(day: str, **scores: float) -> dict[str, Any]:
    return {"customer_id": "2023001", "surveyed_on": day, **scores}


def test_form_counts_in_percent_and_on_ten() -> None:
    rows = {
        "satisfaction_surveys": [
            survey("2026-11-13", quality=4, tech_speed=4, attitude=3),
            survey("2026-11-13"),
        ]
    }
    assert measures.of_rows(*of("C24", rows)) == pytest.approx([220 / 3, np.nan], nan_ok=True)
    assert measures.of_rows(*of("R08", rows)) == pytest.approx([22 / 3, np.nan], nan_ok=True)


def test_score_outside_the_scale_does_not_count() -> None:
    rows = {"satisfaction_surveys": [survey("2026-11-13", quality=50, tech_speed=4)]}
    assert measures.of_rows(*of("C24", rows)).tolist() == [80.0]
    assert np.isnan(measures.scores(facts(rows).frame("satisfaction_surveys")["quality"])).all()


def test_plain_column_is_its_own_measure() -> None:
    rows = {"satisfaction_surveys": [survey("2026-11-13", nps=6), survey("2026-11-13")]}
    assert measures.of_rows(*of("C25", rows)) == pytest.approx([6, np.nan], nan_ok=True)


def test_dimension_means_are_of_the_last_half_year() -> None:
    rows = {
        "satisfaction_surveys": [
            survey("2026-05-20", tech_speed=1),
            survey("2026-05-21", tech_speed=2, quality=5),
            survey("2026-11-20", tech_speed=3),
            survey("2026-11-19", tech_speed=3),
            survey("2026-11-21", tech_speed=1),
        ]
    }
    given, rule = of("S15", rows)
    quality, tech = measures.dimension_means(given, rule, {})
    assert (quality.name, quality.text) == ("产品质量稳定性", "5 分（n=1）")
    assert (tech.name, tech.value, tech.text) == ("技术响应速度", 8 / 3, "2.66 分（n=3）")


def test_forms_up_to_a_day_may_be_left_out() -> None:
    rows = {"satisfaction_surveys": [survey("2026-10-01", tech_speed=2), survey("2026-10-02", tech_speed=4)]}
    given, rule = of("S15", rows)
    since = {"技术响应速度": np.datetime64("2026-10-01")}
    assert [figure.text for figure in measures.dimension_means(given, rule, since)] == ["4 分（n=1）"]
    since = {"技术响应速度": np.datetime64("2026-10-02")}
    assert measures.dimension_means(given, rule, since) == []


def test_response_rate_takes_the_click_rate_when_neither_count_is_known() -> None:
    rows = {
        "service_pushes": [
            {"pushed": 300, "inquiries": 30, "conversions": 6},
            {"pushed": 300, "inquiries": 30},
            {"pushed": 300, "click_rate": 0.125},
            {"pushed": 0, "inquiries": 3},
            {"inquiries": 3},
            {"pushed": 300},
        ]
    }
    given, rule = of("P38", rows)
    assert measures.of_rows(given, rule) == pytest.approx([12, 10, 12.5, *[np.nan] * 3], nan_ok=True)
    assert [measures.response_text(given, place) for place in range(3)] == [
        "12%（36/300）",
        "10%（30/300）",
        "点击率 12.5%",
    ]


TAGS = [{"tag": "高活跃度", "service": "新功能教程、操作手册"}, {"tag": "有升级需求", "service": "套餐优惠"}]


def test_push_matches_by_any_tag_and_by_the_service_named_in_it() -> None:
    rows = {
        "tag_services": TAGS,
        "service_pushes": [
            {"tags": "高活跃度", "service": "新功能教程（第3期）"},
            {"tags": "关注售后保障、有升级需求", "service": "套餐优惠"},
            {"tags": "高活跃度", "service": "套餐优惠"},
            {"tags": "未知标签", "service": "套餐优惠"},
            {"service": "套餐优惠"},
        ],
    }
    given, _ = of("P39", rows)
    assert measures.tag_matches(given).tolist()[:4] == [True, True, False, False]
    assert measures.tag_matches(given).isna().tolist() == [False] * 4 + [True]


def test_nothing_is_said_of_matches_without_a_tag_table() -> None:
    given, rule = of(
        "P39", {"service_pushes": [{"tags": "高活跃度", "service": "套餐优惠", "pushed_at": "2026-10-05"}]}
    )
    assert measures.tag_matches(given).isna().all()
    figure = measures.month_share(given, rule)
    assert np.isnan(figure.value)
    assert figure.text == ""


def test_match_share_is_of_the_last_full_month() -> None:
    def push(day: str, service: str) -> dict[str, Any]:
        return {"tags": "有升级需求", "service": service, "pushed_at": day}

    rows = {
        "tag_services": TAGS,
        "service_pushes": [
            push("2026-09-30 23:59", "礼品"),
            push("2026-10-01", "礼品"),
            push("2026-10-15 09:00", "套餐优惠"),
            push("2026-10-31 23:59", "套餐优惠"),
            push("2026-11-01", "礼品"),
        ],
    }
    figure = measures.month_share(*of("P39", rows))
    assert (figure.name, figure.text) == ("2026-10", "66.6%（2/3）")


def complaint(resolved: str | None, **cells: Any) -> dict[str, Any]:
    return {"received_at": "2026-09-20 09:00", "resolved_at": resolved, **cells}


def test_complaint_satisfaction_leaves_out_what_was_not_rated() -> None:
    rows = {
        "complaints": [
            complaint("2026-10-05 09:00", satisfaction="满意"),
            complaint("2026-10-05 09:00", satisfaction="非常满意"),
            complaint("2026-10-05 09:00", satisfaction="一般"),
            complaint("2026-10-05 09:00"),
            complaint("2026-09-30 09:00", satisfaction="不满意"),
            complaint(None, satisfaction="不满意"),
        ]
    }
    figure = measures.month_share(*of("P41", rows))
    assert (figure.name, figure.value, figure.text) == ("2026-10", 200 / 3, "66.6%（2/3）")


def test_callbacks_are_of_the_rows_of_the_condition() -> None:
    rows = {
        "complaints": [
            complaint("2026-10-05 09:00", level="重大", called_back_at="2026-10-07 09:00"),
            complaint("2026-10-05 09:00", level="重大"),
            complaint("2026-10-05 09:00", level="一般"),
        ]
    }
    assert measures.month_share(*of("P42", rows)).text == "50%（1/2）"


def test_share_of_nobody_is_not_zero() -> None:
    share = measures.Share(0, 0)
    assert np.isnan(share.percent)
    assert share.text == ""
    assert measures.Share(8999, 10_000).text == "89.9%（8999/10000）"


def case(received: str, responded: str | None) -> dict[str, Any]:
    return {"customer_id": "2023001", "received_at": received, "responded_at": responded}


def test_first_response_is_counted_in_hours() -> None:
    rows = {
        "recovery_cases": [
            case("2026-11-02 09:00", "2026-11-03 03:00"),
            case("2026-11-02 09:00", "2026-11-03 09:00:36"),
            case("2026-11-02 09:00", None),
            case("2026-11-02 09:00", "2026-11-02 08:00"),
            case("2026-11-02", "2026-11-03 15:00"),
            case("2026-11-20 09:00", "2026-11-20 11:00"),
        ]
    }
    hours = measures.of_rows(*of("R10", rows))
    assert hours == pytest.approx([18, 24.01, np.nan, np.nan, 24, np.nan], nan_ok=True)


def test_first_response_may_be_counted_in_working_time() -> None:
    rows = {"recovery_cases": [case("2026-11-06 17:00", "2026-11-09 10:30")]}
    assert measures.of_rows(*of("R10", rows, 时间口径="工作时间")).tolist() == [2.5]


def test_repurchase_within_three_months_of_completion() -> None:
    def row(completed: str | None, bought: str | None) -> dict[str, Any]:
        return {"customer_id": "2023001", "completed_at": completed, "repurchased_on": bought}

    rows = {
        "recovery_cases": [
            row("2026-08-20 18:00", "2026-11-20"),
            row("2026-05-01 09:00", "2026-08-02"),
            row("2026-05-01 09:00", "2026-04-30"),
            row("2026-05-01 09:00", None),
            row("2026-08-21 09:00", "2026-09-01"),
            row(None, None),
        ]
    }
    given, rule = of("R12", rows)
    found = measures.repurchases(given, rule)
    assert found.bought.tolist() == [True, False, False, False, True, False]
    assert found.judged.tolist() == [True, True, True, True, False, False]
    assert found.waiting.tolist() == [False, False, False, False, True, False]
    assert found.share.text == "25%（1/4）"


def test_service_satisfaction_is_the_issue_s_own_score() -> None:
    rows = {"service_issues": [{"satisfaction": 3}, {"satisfaction": 0}, {}]}
    assert measures.of_rows(*of("P40", rows)) == pytest.approx([3, np.nan, np.nan], nan_ok=True)


def test_every_five_point_score_is_a_dimension() -> None:
    declared = {item.heading for item in BY_NAME["satisfaction_surveys"].columns if item.kind == "score5"}
    assert {"产品质量稳定性", "技术响应速度", "服务主动性"} <= declared
    assert len(measures.score_keys("satisfaction_surveys")) == len(declared) == 7
