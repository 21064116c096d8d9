"""Every sheet and column of the five documents is declared, and nothing else but what is listed here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from xlcrm.tables import BY_NAME, SYSTEM_TABLES, TABLES
from xlcrm.tables.base import Kind, Role, Table
from xlcrm.tables.system import HOME, OPTIONS
from xlcrm.workbook.headings import same_heading, same_title

CONTRACT: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "contract" / "tables.yaml").read_text(encoding="utf-8")
)
COLUMNS: Final = [
    pytest.param(name, spec, id=f"{name}-{spec['name']}")
    for name, sheet in CONTRACT.items()
    for spec in sheet["columns"]
]
LISTS: Final = ("call_list", "meeting_list", "analysis_details")
"""Sheets that no document has: a refresh builds them from the documents' own."""

COMPUTED: Final = {
    "customers": {
        "最近互动日期",
        "下次联系日期",
        "下次联系依据",
        "下次联系方式",
        "建议阶段",
        "RFM类别",
        "匹配服务",
    },
    "service_pushes": {"标签匹配", "响应率"},
}
"""Auto columns besides 校验."""
MORE_HEADINGS: Final = {
    ("complaints", "联系电话"): {"联系方式"},
    ("presales", "客户名称/姓名"): {"客户名称"},
    ("presales", "联系方式"): {"联系电话"},
    ("orders", "客户名称/姓名"): {"客户名称"},
}
"""Further headings that the declarations know."""
MORE_CHOICES: Final = {("followup_plans", "跟进频率"), ("visit_plans", "回访频率"), ("grade_roster", "建议")}
"""Columns of free text with suggestions."""
SHOWN_FURTHER: Final = {("service_issues", "解决时间")}
"""Shown in every pack of the sheet: rules S11 and S12 of service wait for it as well."""

REPORTS: Final = {
    "recovery_assessments",
    "grade_roster",
    "maintenance_summaries",
    "call_list",
    "meeting_list",
    "analysis_details",
}


def declared(name: str) -> Table:
    return BY_NAME[name]


def test_the_sheets_are_those_of_the_contract_in_its_order_then_the_lists() -> None:
    assert [table.name for table in TABLES] == [*CONTRACT, *LISTS]


@pytest.mark.parametrize("name", CONTRACT)
def test_a_sheet_has_its_title_its_other_titles_its_packs_and_its_key(name: str) -> None:
    spec, table = CONTRACT[name], declared(name)
    assert table.title == spec["title"]
    assert set(table.also) == set(spec.get("also", ()))
    assert set(table.packs) == set(spec["packs"])
    assert (table.by_key[table.key].heading if table.key else None) == spec.get("key")


@pytest.mark.parametrize(("name", "spec"), COLUMNS)
def test_a_column_is_declared_as_the_contract_says(name: str, spec: dict[str, Any]) -> None:
    item = next(item for item in declared(name).columns if item.heading == spec["name"])
    kind, _, other = spec["type"].partition(":")
    assert (item.kind.value, item.references) == (kind, other)
    assert item.required == spec.get("required", False)
    assert item.role.value == spec.get("role", "entry")
    assert set(item.also) - MORE_HEADINGS.get((name, item.heading), set()) == set(spec.get("also", ()))
    assert item.group == spec.get("group", "")
    assert item.unit == spec.get("unit", "")
    if (name, item.heading) not in SHOWN_FURTHER:
        assert set(item.packs) == set(spec.get("packs", ()))


@pytest.mark.parametrize(("name", "spec"), COLUMNS)
def test_a_column_has_the_values_of_the_contract(name: str, spec: dict[str, Any]) -> None:
    item = next(item for item in declared(name).columns if item.heading == spec["name"])
    if item.choice is None:
        assert "choices" not in spec
        assert spec["type"] != "choice"
        return
    assert (
        spec["type"] in {"choice", "tags", "yesno"}
        or "choices" in spec
        or (name, item.heading) in MORE_CHOICES
    )
    if "choices" in spec:
        assert list(item.choice.values) == spec["choices"]
        assert item.choice.open == spec.get("open", False) or item.kind is Kind.TAGS
    for value, spellings in spec.get("also_values", {}).items():
        assert {item.choice.aliases[spelling] for spelling in spellings} == {value}


@pytest.mark.parametrize("name", CONTRACT)
def test_the_columns_stand_in_the_order_of_the_contract_and_the_computed_ones_behind(name: str) -> None:
    wanted = [spec["name"] for spec in CONTRACT[name]["columns"]]
    found = [item.heading for item in declared(name).columns]
    assert found[: len(wanted)] == wanted


@pytest.mark.parametrize("name", CONTRACT)
def test_nothing_is_declared_that_the_contract_does_not_have(name: str) -> None:
    added = declared(name).columns[len(CONTRACT[name]["columns"]) :]
    checked = {"校验"} if name not in REPORTS else set()
    assert {item.heading for item in added} == COMPUTED.get(name, set()) | checked
    assert all(item.role is Role.AUTO for item in added)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_row_check_is_the_last_column_of_every_table_that_is_typed_in(table: Table) -> None:
    keys = [item.key for item in table.columns]
    assert table.report == (table.name in REPORTS)
    assert ("findings" in keys) != table.report
    assert table.report or keys[-1] == "findings"


def test_the_lists_are_all_computed() -> None:
    assert [(item.role, item.required) for name in LISTS for item in declared(name).columns] == [
        (Role.AUTO, False)
    ] * sum(len(declared(name).columns) for name in LISTS)


def test_the_three_pairs_of_tag_and_service_ship_as_data() -> None:
    tags = declared("tag_services")
    assert [list(row) for row in tags.default_rows] == CONTRACT["tag_services"]["rows"]
    assert [item.heading for item in tags.columns][:2] == ["客户标签", "匹配服务"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_a_table_points_to_is_one_of_its_columns(table: Table) -> None:
    for key in (table.account, table.touched, table.subject):
        assert not key or key in table.by_key
    assert table.account == ("customer_id" if "customer_id" in table.by_key else "")
    if table.touched:
        assert table.by_key[table.touched].kind in {Kind.DATE, Kind.DATETIME}
        assert table.by_key[table.touched].past
        assert table.by_key[table.touched].required


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_reference_leads_to_a_key(table: Table) -> None:
    for item in table.columns:
        assert (item.kind is Kind.REF) == bool(item.references)
        assert not item.references or declared(item.references).key == item.key


def test_no_two_tables_answer_to_one_title() -> None:
    titles = [same_title(title) for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles]
    titles += [HOME, OPTIONS]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_two_columns_of_a_table_answer_to_one_heading(table: Table) -> None:
    headings = [same_heading(heading) for item in table.columns for heading in item.headings]
    assert len(headings) == len(set(headings))


def test_one_heading_is_one_key_wherever_it_stands() -> None:
    keys: dict[str, set[str]] = {}
    for table in TABLES:
        for item in table.columns:
            keys.setdefault(item.heading, set()).add(item.key)
    assert {heading: found for heading, found in keys.items() if len(found) > 1} == {
        "匹配服务": {"matched_services", "service"},
        "完成时限": {"next_action_by", "due_on"},
        "完成日期": {"next_action_done_on", "done_on"},
        "回访时间": {"called_back_at", "touched_at"},
        "问题编号": {"issue_id", "recovery_id"},
        "客户标签": {"tags", "tag"},
        "来源": {"origin", "source"},
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("customers", "2023001"),
        ("customers", "202305001"),
        ("complaints", "20230816-001"),
        ("complaints", "TS20231020001"),
        ("complaints", "TS202310200001"),
        ("service_issues", "SH20231020001"),
        ("service_issues", "SH202310200001"),
        ("orders", "DD20231020001"),
        ("orders", "DD202310200001"),
        ("recovery_cases", "HF20231020001"),
    ],
)
def test_the_documents_own_numbers_are_well_formed(name: str, text: str) -> None:
    key = declared(name).by_key[declared(name).key]
    assert re.fullmatch(key.form, text)
    assert re.fullmatch(key.form, key.example)
    assert not re.fullmatch(key.form, f"{text}999")
