"""Columns that the rules put on a sheet."""

from __future__ import annotations

from tests.checks.build import sheet
from xlcrm.rules.layout import clock_columns, clock_names, due_key, sheet_columns, status_key
from xlcrm.rules.needs import lacks
from xlcrm.rules.reading import default_book, default_rows, parse_rule
from xlcrm.tables import BY_NAME, TABLES
from xlcrm.tables.base import Role

RULES = default_book("crm").rules


def test_rules_of_one_name_share_a_pair() -> None:
    assert clock_names(BY_NAME["complaints"], RULES) == ("响应", "解决", "应急启动", "回访")


def test_several_clocks_have_a_worst_one() -> None:
    keys = [item.key for item in clock_columns(BY_NAME["complaints"], RULES)]
    assert keys[:2] == [due_key("响应"), status_key("响应")]
    assert keys[-2:] == ["worst_status", "worst_rule"]


def test_a_single_clock_has_none() -> None:
    keys = [item.key for item in clock_columns(BY_NAME["customers"], RULES)]
    assert keys == [due_key("首次跟进"), status_key("首次跟进")]


def test_a_rule_that_is_off_keeps_its_columns() -> None:
    off = [rule.model_copy(update={"enabled": False}) for rule in RULES]
    assert clock_names(BY_NAME["complaints"], off) == clock_names(BY_NAME["complaints"], RULES)


def test_the_findings_stay_last_and_all_clock_columns_are_ours() -> None:
    for table in TABLES:
        shown = sheet_columns(table, RULES, "crm")
        added = [item for item in shown if item not in table.columns]
        assert all(item.role is Role.AUTO for item in added)
        if "findings" in table.by_key:
            assert shown[-1].key == "findings"


def test_a_rule_needs_its_sheets_and_columns() -> None:
    rule = parse_rule(next(row for row in default_rows("crm") if row["规则编号"] == "C12"))
    data = {"followup_records": sheet("followup_records", [], lacks=["responded"])}
    assert set(lacks(rule, data)) == {
        ("customers", ""),
        ("followup_records", "responded"),
    }
    data = {"followup_records": sheet("followup_records", []), "customers": sheet("customers", [])}
    assert list(lacks(rule, data)) == []
