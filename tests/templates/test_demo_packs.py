"""Demo data of every pack: true to the declared tables, in agreement with each other, and repeatable."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from xlcrm.tables import BY_NAME, PACKS, tables_of
from xlcrm.tables.base import Kind, Role, Table
from xlcrm.tables.frames import dtype_of
from xlcrm.tables.moments import ORDERS
from xlcrm.tables.sales import TAG_SERVICES
from xlcrm.templates.demo import clean_data, demo_data
from xlcrm.templates.demo.wording import in_words

NOW = dt.datetime(2026, 11, 20, 10, 30)
TABLES = [(pack, table) for pack in PACKS for table in tables_of(pack) if not table.report]
IDS = [f"{pack}-{table.title}" for pack, table in TABLES]
CASES = {
    "complaints": "complaint_id",
    "service_issues": "issue_id",
    "recovery_cases": "recovery_id",
    "orders": "order_id",
}


@cache
def clean(pack: str) -> dict[str, pd.DataFrame]:
    return clean_data(300, NOW, pack=pack)


@pytest.mark.parametrize("pack", PACKS)
def test_every_table_that_people_type_has_rows_and_no_other(pack: str) -> None:
    data = demo_data(300, NOW, pack=pack)
    assert list(data) == [table.name for table in tables_of(pack) if not table.report]
    assert all(len(frame) for frame in data.values())


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_columns_are_those_that_the_pack_shows(pack: str, table: Table) -> None:
    shown = [item.key for item in table.shown_in(pack) if item.role is not Role.AUTO]
    assert list(clean(pack)[table.name]) == shown


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_values_have_the_declared_types_and_the_packs_choices(pack: str, table: Table) -> None:
    for key, values in clean(pack)[table.name].items():
        item = table.by_key[str(key)]
        assert str(values.dtype) == dtype_of(item.kind), item.heading
        filled = values.dropna()
        if item.required:
            assert len(filled) == len(values), item.heading
        if item.choice and item.kind is not Kind.TAGS and not item.choice.open:
            words = {item.choice.word(value, pack) for value in filled}
            assert words <= set(item.choice.words), item.heading
        if item.choice and item.kind is Kind.TAGS and not item.choice.open:
            assert {tag for text in filled for tag in re.split("[、+]", text)} <= set(item.choice.words)
        if item.form:
            assert filled.str.fullmatch(item.form).all(), item.heading


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_every_column_is_filled_somewhere(pack: str, table: Table) -> None:
    frame = clean(pack)[table.name]
    rare = {"extended_to", "extension_reason"} if (pack, table.name) == ("crm", "complaints") else set()
    assert {str(key) for key in frame if frame[key].isna().all()} <= rare


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_references_lead_to_rows_and_names_fit_them(pack: str, table: Table) -> None:
    data = clean(pack)
    frame = data[table.name]
    for item in table.columns:
        if item.kind is Kind.REF and item.key in frame:
            assert frame[item.key].isin(data[item.references][BY_NAME[item.references].key]).all()
    names = data["customers"].set_index("customer_id")["name"]
    if table.name != "customers" and {"customer_id", "name"} <= set(frame):
        assert (frame["customer_id"].map(names) == frame["name"]).all()
    elif table.name != "customers" and "name" in frame:
        assert frame["name"].isin(names).all()


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_nothing_past_lies_after_now(pack: str, table: Table) -> None:
    frame = clean(pack)[table.name]
    for item in table.columns:
        if item.past and item.key in frame:
            assert not (frame[item.key] > NOW).any(), item.heading


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_moments_of_a_row_follow_each_other(pack: str, table: Table) -> None:
    frame = clean(pack)[table.name]
    for first, second in ORDERS.get(table.name, ()):
        if first in frame and second in frame:
            both = frame[[first, second]].dropna()
            bare = both[second] == both[second].dt.normalize()
            start = both[first].mask(bare, both[first].dt.normalize())
            assert (start <= both[second]).all(), (first, second)


@pytest.mark.parametrize(("pack", "table"), TABLES, ids=IDS)
def test_keys_are_unique(pack: str, table: Table) -> None:
    if table.key:
        assert clean(pack)[table.name][table.key].is_unique


@pytest.mark.parametrize("pack", [pack for pack in PACKS if "status_changes" in clean(pack)])
def test_status_changes_are_of_known_cases_and_end_as_the_case_says(pack: str) -> None:
    data = clean(pack)
    changes = data["status_changes"]
    known = {key: frame for name, key in CASES.items() if (frame := data.get(name)) is not None}
    ids = pd.concat([frame[key] for key, frame in known.items()])
    assert changes["case_id"].isin(ids).all()
    assert {"等待客户", "重新打开", "已解决"} <= set(changes["status"])
    newest = changes.groupby("case_id")["status"].last()
    for key, frame in known.items():
        if "status" in frame:
            logged = frame[frame[key].isin(newest.index)].set_index(key)["status"]
            assert (newest[logged.index] == logged).all()


@pytest.mark.parametrize("pack", PACKS)
def test_the_same_arguments_give_the_same_data(pack: str) -> None:
    first, second = demo_data(40, NOW, 3, pack), demo_data(40, NOW, 3, pack)
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])
    other = demo_data(40, NOW, 4, pack)
    alike = {name for name in first if first[name].equals(other[name])}
    assert alike <= {"tag_services", "status_changes"}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("now", [NOW, dt.datetime(2026, 1, 1, 0, 5), dt.datetime(2028, 2, 29, 23, 59)])
def test_a_small_office_works_on_any_day(pack: str, rows: int, now: dt.datetime) -> None:
    data = demo_data(rows, now, pack=pack)
    assert len(data["customers"]) == rows


@pytest.mark.parametrize("pack", PACKS)
def test_all_packs_know_the_same_people(pack: str) -> None:
    own, crm = clean(pack)["customers"], clean("crm")["customers"]
    told = [key for key in crm if key not in ("updated_on", "need_tags")]
    pd.testing.assert_frame_equal(own[told], crm[told])


def test_one_office_gives_the_full_workbook_what_it_gives_each_pack() -> None:
    data = clean("full")
    for pack, name in (
        ("crm", "followup_records"),
        ("crm", "transactions"),
        ("service", "care_records"),
        ("relationship", "maintenance_plans"),
        ("support", "orders"),
    ):
        pd.testing.assert_frame_equal(data[name], clean(pack)[name])


@pytest.mark.parametrize("pack", ["service", "relationship", "full"])
def test_lost_customers_are_left_in_peace(pack: str) -> None:
    data = clean(pack)
    customers = data["customers"]
    lost = set(customers.loc[customers["stage"] == "流失", "customer_id"])
    assert lost
    for table in tables_of(pack):
        if table.account and table.touched and not table.report:
            frame = data[table.name]
            newest = frame.loc[frame[table.account].isin(lost), table.touched]
            assert not (newest > NOW - dt.timedelta(days=150)).any(), table.title


def test_the_service_workbook_gets_the_words_of_its_document() -> None:
    words = in_words(clean("service"), "service")["customers"]["grade"]
    assert set(words) == {"VIP", "潜力", "普通"}
    canonical = clean("service")["customers"]["grade"]
    assert ((words == "VIP") == (canonical == "A类")).all()
    assert set(in_words(clean("support"), "support")["customers"]["grade"]) == {"A类", "B类", "C类"}


def test_forms_of_the_service_pack_have_all_seven_scores_and_one_has_gone_down() -> None:
    forms = clean("service")["satisfaction_surveys"]
    scores = [item.key for item in BY_NAME["satisfaction_surveys"].columns if item.kind is Kind.SCORE5]
    assert len(scores) == 7
    assert forms[scores].notna().all(axis=None)
    lately = forms[forms["surveyed_on"] > NOW - dt.timedelta(days=180)]
    assert lately["initiative"].mean() < 3 < lately[scores].drop(columns="initiative").mean().min()


def test_issues_are_in_time_late_open_waiting_and_extended() -> None:
    issues = clean_data(3000, NOW, pack="support")["service_issues"]
    assert set(issues["status"]) == {"待处理", "处理中", "等待客户", "已解决", "已关闭"}
    plain = issues[issues["complexity"].ne("复杂").fillna(value=True) & issues["resolved_at"].notna()]
    hours = (plain["resolved_at"] - plain["received_at"]).dt.total_seconds() / 3600
    assert 0.75 < (hours <= 24).mean() < 0.97
    assert issues["extended_to"].notna().any()
    assert (issues["complexity"].eq("复杂") & issues["resolved_at"].isna()).any()
    urgent = issues[issues["urgency"] == "紧急"].dropna(subset=["responded_at"])
    minutes = (urgent["responded_at"] - urgent["received_at"]).dt.total_seconds() / 60
    assert 0.85 < (minutes <= 30).mean() < 1


@pytest.mark.parametrize("pack", ["service", "support"])
def test_issues_are_of_the_types_that_the_pack_offers(pack: str) -> None:
    choice = BY_NAME["service_issues"].in_pack(pack).by_key["issue_type"].choice
    assert choice is not None
    assert set(clean(pack)["service_issues"]["issue_type"]) == set(choice.words)


def test_an_unhappy_customers_issue_is_settled_again_after_the_callback() -> None:
    issues = clean_data(3000, NOW, pack="support")["service_issues"]
    unhappy = issues[issues["satisfaction"] < 4].dropna(subset=["called_back_at"])
    again = unhappy["resolved_at"] > unhappy["called_back_at"]
    assert again.any()
    assert not again.all()


def test_relations_come_back_are_cared_for_or_lost() -> None:
    data = clean_data(3000, NOW, pack="recovery")
    cases = data["recovery_cases"]
    assert set(cases["relation"].dropna()) == {"恢复中", "已恢复", "重点维护", "已流失"}
    assert cases["relation"].isna().any()
    done = cases.dropna(subset=["reassessed_at"])
    days = (done["reassessed_at"] - done["completed_at"]).dt.total_seconds() / 86_400
    assert (days >= 3).all()
    assert 0.85 < (days <= 7).mean() < 1
    assert 0.2 < cases["repurchased_on"].notna().mean() < 0.6
    assert (cases["satisfaction"] < 8).any()


def test_most_bad_forms_set_off_a_recovery() -> None:
    data = clean("recovery")
    forms = data["satisfaction_surveys"]
    bad = forms[forms[["quality", "tech_speed", "attitude"]].mean(axis=1) < 3.5]
    begun = data["recovery_cases"].groupby("customer_id")["received_at"].max()
    answered = bad["customer_id"].map(begun) > bad["surveyed_on"]
    assert 0.6 < answered.mean() < 1


def test_weights_of_each_assessment_are_one_whole() -> None:
    rows = clean("relationship")["relationship_assessments"]
    sums = rows.groupby("assessment_id")["weight"].sum()
    assert np.allclose(sums, 1)
    assert rows["score"].between(0, 100).all()
    assert rows.groupby("assessment_id")["customer_id"].nunique().eq(1).all()


def test_plans_are_in_every_state_of_review_and_only_approved_ones_are_carried_out() -> None:
    plans = clean("relationship")["maintenance_plans"]
    assert set(plans["review_status"]) == {"草稿", "待审核", "已通过", "退回修改"}
    assert (plans.loc[plans["done_on"].notna(), "review_status"] == "已通过").all()
    assert plans.loc[plans["review_status"] == "退回修改", "review_note"].notna().all()
    done = plans.dropna(subset=["done_on"])
    assert 0.8 < (done["done_on"] <= done["due_on"]).mean() < 1
    assert (plans["due_on"] > NOW).any()
    late = plans["done_on"].isna() & (plans["due_on"] < NOW) & (plans["review_status"] == "已通过")
    assert late.any()


def test_callbacks_are_of_every_kind_and_method() -> None:
    calls = clean_data(3000, NOW, pack="relationship")["callback_records"]
    assert set(calls["callback_type"]) == {"常规", "投诉确认", "意见致谢", "处理后回访", "超期说明"}
    assert set(calls["method"]) == {"随机选择法", "客户满意度选择法", "服务选择法", "情感选择法"}
    assert {"是", "否"} == set(calls["needs_service"])


def test_late_cases_were_explained_by_telephone() -> None:
    data = clean("full")
    issues = data["service_issues"]
    plain = issues[issues["complexity"].ne("复杂").fillna(value=True) & issues["extended_to"].isna()]
    due = plain["received_at"] + pd.Timedelta(hours=24)
    late = plain[(plain["resolved_at"] > due) & (due < NOW - dt.timedelta(days=60))]
    calls = data["callback_records"]
    told = calls[calls["callback_type"] == "超期说明"].groupby("customer_id")["touched_at"].max()
    assert len(late)
    assert (late["customer_id"].map(told) > late["received_at"]).all()


def test_enquiries_are_answered_in_minutes_and_some_go_to_the_pool() -> None:
    rows = clean_data(3000, NOW, pack="support")["presales"]
    called = rows[rows["channel"] != "邮件"].dropna(subset=["responded_at"])
    minutes = (called["responded_at"] - called["received_at"]).dt.total_seconds() / 60
    assert 0.85 < (minutes <= 5).mean() < 1
    assert set(rows["intent"].dropna()) == {"高意向", "有意向", "暂无意向"}
    assert (rows["proposed_at"].isna() & (rows["received_at"] < NOW - dt.timedelta(days=3))).any()


def test_orders_have_every_status_and_their_troubles() -> None:
    orders = clean_data(3000, NOW, pack="support")["orders"]
    choice = BY_NAME["orders"].by_key["order_status"].choice
    assert choice is not None
    assert set(orders["order_status"]) == set(choice.values)
    assert (orders["order_status"] == "已完成").equals(orders["completed_at"].notna())
    assert set(orders["anomaly_type"].dropna()) == {"库存不足", "地址错误", "客户信息变更", "其他"}
    assert (orders["anomaly"].notna() == orders["anomaly_found_at"].notna()).all()
    done = orders.dropna(subset=["completed_at"])
    assert 0.75 < (done["completed_at"] <= done["expected_at"]).mean() < 0.97
    assert (orders["completed_at"].isna() & (orders["expected_at"] < NOW)).any()


def test_each_tag_is_pushed_once_a_month_and_the_shipped_pairs_are_there() -> None:
    data = clean("support")
    services, pushes = data["tag_services"], data["service_pushes"]
    assert list(zip(services["tag"], services["service"], strict=True))[:3] == list(TAG_SERVICES.default_rows)
    assert not pushes.assign(month=pushes["pushed_at"].dt.to_period("M")).duplicated(["tags", "month"]).any()
    fits = pushes.merge(services, left_on="tags", right_on="tag", suffixes=("", "_fitting"))
    matched = fits["service"] == fits["service_fitting"]
    assert 0.8 < matched.mean() < 1
    rates = (pushes["inquiries"] + pushes["conversions"]) / pushes["pushed"]
    assert (rates < 0.3).any()
    assert (rates >= 0.3).mean() > 0.6
    tags = data["customers"]["need_tags"].dropna()
    assert all(tags.str.contains(tag, regex=False).any() for tag in services["tag"])


def test_many_customers_of_all_packs_keep_their_keys_apart() -> None:
    data = clean_data(5000, NOW, pack="full")
    for table in tables_of("full"):
        if table.key and not table.report:
            assert data[table.name][table.key].is_unique, table.title
