"""What a cell asks and refuses, kind by kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Choice, Column, Kind, Role
from xlcrm.tables.options import OptionList
from xlcrm.templates.validation import MESSAGE_LIMIT, TITLE_LIMIT, input_message, validation

CUSTOMERS = BY_NAME["customers"]
CLOSED = OptionList("等级", ("甲", "乙"), open=False, users=())
OPEN = OptionList("行业", ("甲", "乙"), open=True, users=())


def rule(kind: Kind, options: OptionList | None = None, **more: Any) -> dict[str, Any]:
    made = validation(CUSTOMERS, Column("key", "某列", kind, **more), options)
    assert made is not None
    return made


def test_a_closed_list_stops() -> None:
    made = rule(Kind.CHOICE, CLOSED, choice=Choice(("甲", "乙")))
    assert (made["validate"], made["source"], made["error_type"]) == ("list", "=选项_等级", "stop")
    assert made["error_message"].startswith("客户信息总表“某列”：")


def test_an_open_list_only_informs() -> None:
    made = rule(Kind.CHOICE, OPEN, choice=Choice(("甲", "乙"), open=True))
    assert made["error_type"] == "information"
    assert "选项表" in made["input_message"]


def test_tags_may_be_combined_without_a_box() -> None:
    made = rule(Kind.TAGS, CLOSED, choice=Choice(("甲", "乙")))
    assert made["show_error"] is False
    assert "error_message" not in made
    assert made["input_message"] == "可填多个，用顿号或加号隔开。常用：甲、乙。"


def test_tags_name_the_words_that_the_pack_shows() -> None:
    choice = Choice(("甲", "乙"), labels={"service": {"甲": "贵宾"}}).in_pack("service")
    assert input_message(Column("key", "某列", Kind.TAGS, choice=choice), "service").endswith(
        "常用：贵宾、乙。"
    )


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.DATETIME])
def test_dates_before_1990_are_refused(kind: Kind) -> None:
    made = rule(kind)
    assert (made["validate"], made["criteria"], made["value"]) == ("date", ">=", dt.date(1990, 1, 1))
    assert made["error_type"] == "stop"


@pytest.mark.parametrize(
    ("kind", "low", "high"), [(Kind.SCORE5, 1, 5), (Kind.SCORE10, 1, 10), (Kind.NPS, 0, 10)]
)
def test_scores_keep_to_their_scale(kind: Kind, low: int, high: int) -> None:
    made = rule(kind)
    assert (made["minimum"], made["maximum"], made["error_type"]) == (low, high, "stop")


def test_money_that_is_no_number_is_a_warning() -> None:
    made = rule(Kind.MONEY, unit="元")
    assert (made["validate"], made["error_type"]) == ("decimal", "warning")
    assert "50万" in made["error_message"]


def test_an_auto_column_only_says_who_fills_it() -> None:
    made = rule(Kind.DATE, role=Role.AUTO)
    assert made == {
        "validate": "any",
        "input_title": "某列",
        "input_message": "由 xlcrm 刷新时计算，请勿填写。",
    }


def test_plain_text_without_a_note_says_nothing() -> None:
    assert validation(CUSTOMERS, Column("key", "某列", Kind.TEXT), None) is None


def test_a_message_says_required_rule_note_and_example() -> None:
    assert input_message(CUSTOMERS.by_key["name"]) == (
        "【必填】填写全称。\n请填营业执照上的全称；个人客户在姓名后加（个人）。\n例如：杭州云帆科技有限公司"
    )


def test_a_reference_names_the_sheet_and_the_column() -> None:
    message = input_message(BY_NAME["followup_records"].by_key["customer_id"])
    assert message == "【必填】客户信息总表中已有的客户编号。"


@pytest.mark.parametrize(
    ("table", "pack", "named"),
    [
        ("care_records", "service", "客户信息登记表中已有的客户编号"),
        ("recovery_cases", "recovery", "客户信息总表中已有的客户ID"),
        ("service_log", "relationship", "客户资料管理档案中已有的客户编号"),
    ],
)
def test_a_reference_speaks_the_packs_own_language(table: str, pack: str, named: str) -> None:
    shown = BY_NAME[table].in_pack(pack)
    made = validation(shown, shown.by_key["customer_id"], None)
    assert made is not None
    assert named in made["input_message"]


def test_an_id_that_comes_on_several_rows_is_not_called_unique() -> None:
    table = BY_NAME["relationship_assessments"]
    assert input_message(table.by_key["assessment_id"]) == "【必填】编号。\n同一次评估的各行写同一编号。"
    assert input_message(CUSTOMERS.by_key["customer_id"]).startswith("编号，不能重复。")


def test_a_score_out_of_a_hundred_has_its_own_limits() -> None:
    table = BY_NAME["relationship_assessments"]
    made = validation(table, table.by_key["score"], None)
    assert made is not None
    assert (made["minimum"], made["maximum"], made["error_type"]) == (0, 100, "stop")


def test_what_is_typed_into_a_rebuilt_row_stays() -> None:
    table = BY_NAME["maintenance_summaries"]
    assert "刷新后仍保留" in input_message(table.by_key["problem"])


@pytest.mark.parametrize(
    ("kind", "limits"),
    [(Kind.PERCENT, ("decimal", 0, 1, "warning")), (Kind.NPS, ("integer", 0, 10, "stop"))],
)
def test_shares_and_recommendations_have_their_range(kind: Kind, limits: tuple[object, ...]) -> None:
    made = rule(kind)
    assert (made["validate"], made["minimum"], made["maximum"], made["error_type"]) == limits


def test_counts_are_whole_and_not_negative() -> None:
    made = rule(Kind.INT)
    assert (made["validate"], made["criteria"], made["value"]) == ("integer", ">=", 0)


def test_the_limits_of_excel_are_kept() -> None:
    made = validation(CUSTOMERS, Column("key", "列" * 60, Kind.DATE, note="注" * 400), None)
    assert made is not None
    assert len(made["input_title"]) == len(made["error_title"]) == TITLE_LIMIT
    assert len(made["input_message"]) == MESSAGE_LIMIT
    assert made["input_message"].endswith("…")
    assert len(made["error_message"]) <= MESSAGE_LIMIT


def test_every_kind_that_needs_a_form_explains_it() -> None:
    silent = {Kind.TEXT, Kind.LONG, Kind.PERSON, Kind.CHOICE, Kind.LINK, Kind.REF}
    for kind in set(Kind) - silent:
        assert input_message(Column("key", "某列", kind)), kind
