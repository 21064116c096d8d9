"""Demo data: true to the declared tables, realistic, repeatable, with a sprinkle of slips."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from xlcrm.tables import BY_NAME, tables_of
from xlcrm.tables.base import Kind, Role, Table
from xlcrm.tables.frames import dtype_of
from xlcrm.templates.demo import clean_data, demo_data

NOW = dt.datetime(2026, 11, 20, 10, 30)
TABLES = [table for table in tables_of("crm") if not table.report]
IDS = [table.title for table in TABLES]


@pytest.fixture(scope="module")
def clean() -> dict[str, pd.DataFrame]:
    return clean_data(300, NOW)


@pytest.fixture(scope="module")
def demo() -> dict[str, pd.DataFrame]:
    return demo_data(300, NOW)


def test_every_table_of_the_pack_has_rows(demo: dict[str, pd.DataFrame]) -> None:
    assert set(demo) == {table.name for table in TABLES}
    assert all(len(frame) for frame in demo.values())
    assert len(demo["customers"]) == 300
    assert len(demo["complaints"]) == 100


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_columns_are_declared_entry_columns_of_the_pack(demo: dict[str, pd.DataFrame], table: Table) -> None:
    shown = [item.key for item in table.shown_in("crm") if item.role is not Role.AUTO]
    assert [key for key in shown if key in demo[table.name]] == list(demo[table.name])
    assert set(shown) == set(demo[table.name])


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_values_have_the_declared_types_and_choices(clean: dict[str, pd.DataFrame], table: Table) -> None:
    frame = clean[table.name]
    for key, values in frame.items():
        item = table.by_key[str(key)]
        assert str(values.dtype) == dtype_of(item.kind), item.heading
        filled = values.dropna()
        if item.required:
            assert len(filled) == len(values), item.heading
        if item.choice and not item.choice.open and item.kind is not Kind.TAGS:
            assert set(filled) <= set(item.choice.values), item.heading
        if item.choice and item.kind is Kind.TAGS:
            used = {tag for text in filled for tag in re.split("[、+]", text)}
            assert used <= set(item.choice.values), item.heading
        if item.form:
            assert filled.str.fullmatch(item.form).all(), item.heading


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_references_lead_to_rows_and_names_fit_them(clean: dict[str, pd.DataFrame], table: Table) -> None:
    frame = clean[table.name]
    for item in table.columns:
        if item.kind is Kind.REF and item.key in frame:
            other = BY_NAME[item.references]
            assert frame[item.key].isin(clean[other.name][other.key]).all()
    if table.name != "customers" and {"customer_id", "name"} <= set(frame):
        names = clean["customers"].set_index("customer_id")["name"]
        assert (frame["customer_id"].map(names) == frame["name"]).all()


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_nothing_past_lies_after_now(clean: dict[str, pd.DataFrame], table: Table) -> None:
    for item in table.columns:
        if item.past and item.key in clean[table.name]:
            assert not (clean[table.name][item.key] > NOW).any(), item.heading


def test_keys_are_unique(clean: dict[str, pd.DataFrame]) -> None:
    assert clean["customers"]["customer_id"].is_unique
    assert clean["complaints"]["complaint_id"].is_unique


def test_phones_and_mails_cannot_reach_anybody(clean: dict[str, pd.DataFrame]) -> None:
    assert clean["customers"]["phone"].str.fullmatch(r"1[3-9]\d0000\d{4}").all()
    mails = clean["customers"]["email"].dropna()
    assert mails.str.fullmatch(r"[a-z]+\.\d+@example\.com").all()


def test_times_of_a_complaint_follow_each_other(clean: dict[str, pd.DataFrame]) -> None:
    complaints = clean["complaints"]
    order = ["received_at", "responded_at", "investigated_at", "proposed_at", "resolved_at", "called_back_at"]
    for first, second in pairwise(order):
        both = complaints[[first, second]].dropna()
        assert (both[first] <= both[second]).all(), (first, second)


def test_complaints_are_in_time_late_open_and_waiting(clean: dict[str, pd.DataFrame]) -> None:
    big = clean_data(3000, NOW)["complaints"]
    plain = big[(big["level"] == "一般") & big["resolved_at"].notna()]
    hours = (plain["resolved_at"] - plain["received_at"]).dt.total_seconds() / 3600
    assert 0.75 < (hours <= 24).mean() < 0.95
    assert {"待处理", "处理中", "等待客户", "已解决", "已关闭"} == set(big["status"])
    still = big[big["status"].isin(["待处理", "处理中"])]
    assert (still["received_at"] < NOW - dt.timedelta(days=3)).any()
    assert set(clean["complaints"]["level"]) == {"一般", "严重", "重大"}


def test_steps_supply_times_that_the_rows_lack(clean: dict[str, pd.DataFrame]) -> None:
    complaints = clean["complaints"].set_index("complaint_id")
    solved = clean["complaint_steps"].query("step == '处理完成'").set_index("complaint_id")["handled_at"]
    lacking = complaints.loc[solved.index, "resolved_at"].isna()
    assert lacking.any()
    assert not lacking.all()
    own = complaints.loc[solved.index, "resolved_at"].dropna()
    assert (own == solved[own.index]).all()


def test_waits_are_in_the_status_log(clean: dict[str, pd.DataFrame]) -> None:
    changes, complaints = clean["status_changes"], clean["complaints"]
    assert changes["case_id"].isin(complaints["complaint_id"]).all()
    assert (changes["status"] == "等待客户").any()
    newest = changes.groupby("case_id")["status"].last()
    waiting = set(complaints.loc[complaints["status"] == "等待客户", "complaint_id"])
    assert waiting == set(newest.index[newest == "等待客户"])


def test_one_issue_comes_up_three_months_in_a_row() -> None:
    complaints = clean_data(300, NOW)["complaints"]
    months = complaints["received_at"].dt.to_period("M")
    noisy = complaints["content"].str.contains("噪音") & complaints["issue"].eq("服务器噪音大").fillna(
        value=False
    )
    last_three = set(pd.period_range(end=pd.Period(NOW, "M"), periods=3, freq="M"))
    assert last_three <= set(months[noisy])


def test_compensation_over_the_limit_has_an_approver(clean: dict[str, pd.DataFrame]) -> None:
    over = clean["complaints"].query("compensation > 500")
    assert len(over)
    assert over["approver"].notna().all()


def test_dormant_customers_do_nothing_but_are_called(clean: dict[str, pd.DataFrame]) -> None:
    customers = clean["customers"]
    dormant = set(customers.loc[customers["stage"] == "沉睡", "customer_id"])
    assert dormant
    touches = pd.concat(
        [
            clean[name].set_index("customer_id")[key]
            for name, key in (
                ("transactions", "traded_on"),
                ("satisfaction_surveys", "surveyed_on"),
                ("complaints", "received_at"),
            )
        ]
    )
    newest = touches[touches.index.isin(dormant)].groupby(level=0).max()
    assert (newest < NOW - dt.timedelta(days=180)).all()
    calls = clean["followup_records"].dropna(subset=["responded"])
    assert set(calls["responded"]) == {"是", "否"}
    assert set(calls["customer_id"]) <= dormant


def test_sales_are_skewed(clean: dict[str, pd.DataFrame]) -> None:
    sums = clean["transactions"].groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert sums.head(len(sums) // 5).sum() > sums.sum() / 2


def test_the_same_arguments_give_the_same_data() -> None:
    first, second = demo_data(60, NOW, 3), demo_data(60, NOW, 3)
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])
    assert not demo_data(60, NOW, 4)["customers"]["name"].equals(first["customers"]["name"])


@pytest.mark.parametrize("rows", [1, 2, 5, 25])
def test_a_small_office_works_too(rows: int) -> None:
    data = demo_data(rows, NOW)
    assert len(data["customers"]) == rows
    assert len(data["complaints"]) >= 4


def test_many_customers_keep_their_keys_apart() -> None:
    customers = clean_data(5000, NOW)["customers"]
    assert customers["customer_id"].is_unique
    assert customers["customer_id"].str.fullmatch(r"\d{9}").all()


def test_slips_are_few_and_of_every_kind(
    clean: dict[str, pd.DataFrame], demo: dict[str, pd.DataFrame]
) -> None:
    changed = {
        (name, str(key)): int((~_same(frame[key], clean[name][key])).sum())
        for name, frame in demo.items()
        for key in frame
    }
    slips = {place: count for place, count in changed.items() if count}
    assert set(slips) == {
        ("customers", "phone"),
        ("customers", "consent"),
        ("customers", "grade"),
        ("customers", "updated_on"),
        ("customers", "budget"),
        ("customers", "email"),
        ("followup_records", "next_action"),
        ("complaints", "owner"),
    }
    assert all(count <= 3 for count in slips.values())
    customers = demo["customers"]
    assert customers["phone"].str.contains(r"\*{4}").sum() == 1
    assert (customers["grade"] == "VIP").sum() == 1
    assert customers["budget"].map(lambda value: isinstance(value, str) and value.endswith("万")).sum() == 1
    assert customers["updated_on"].map(lambda value: isinstance(value, str) and "年" in value).sum() == 1
    assert (demo["followup_records"]["next_action"] == "后续联系").any()


def test_somebody_is_on_file_twice_and_somebody_is_abbreviated(clean: dict[str, pd.DataFrame]) -> None:
    customers = clean["customers"]
    assert customers.duplicated(["name", "phone"]).sum() == 1
    assert (~customers["name"].str.endswith("有限公司")).sum() == 1


def _same(one: pd.Series, other: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    return np.array([(pd.isna(a) and pd.isna(b)) or a == b for a, b in pairs])


def test_reopened_cases_are_solved_twice(clean: dict[str, pd.DataFrame]) -> None:
    changes = clean["status_changes"]
    reopened = changes[changes["status"] == "重新打开"]
    assert len(reopened)
    for case, at in zip(reopened["case_id"], reopened["changed_at"], strict=True):
        solved = changes[(changes["case_id"] == case) & (changes["status"] == "已解决")]["changed_at"]
        assert (solved < at).sum() == 1
        assert (solved > at).sum() == 1
