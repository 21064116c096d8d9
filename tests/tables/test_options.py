"""Lists behind the drop-downs."""

from __future__ import annotations

from xlcrm.tables import TABLES
from xlcrm.tables.cases import COMPLAINTS
from xlcrm.tables.customers import CUSTOMERS
from xlcrm.tables.options import OptionList, list_of_column, option_lists, with_additions

LISTS = option_lists(TABLES, "crm")


def name_of(table: str, key: str) -> str:
    return list_of_column(LISTS)[table, key].name


def test_columns_with_the_same_values_share_a_list() -> None:
    lists = list_of_column(LISTS)
    assert lists["customers", "grade"] is lists["followup_plans", "grade"]


def test_defined_names_have_only_letters_that_excel_allows() -> None:
    odd = OptionList("行业/来源 (新)", ("甲",), open=True, users=())
    assert odd.defined_name == "选项_行业_来源__新_"


def test_a_value_added_to_an_open_list_becomes_a_choice_of_every_column_behind_it() -> None:
    tables = with_additions(TABLES, LISTS, {name_of("customers", "channel"): ["行业展会", "朋友介绍"]})
    found = {table.name: table for table in tables}
    for name in ("customers", "lead_sources"):
        choice = found[name].by_key["channel"].choice
        assert choice is not None
        assert choice.values[-1] == "朋友介绍"
        assert choice.values.count("行业展会") == 1


def test_a_value_added_to_a_closed_list_stays_outside_because_rules_use_that_list() -> None:
    tables = with_additions(TABLES, LISTS, {name_of("complaints", "level"): ["紧急"]})
    assert COMPLAINTS in tables


def test_tables_without_additions_are_the_declared_ones() -> None:
    assert with_additions(TABLES, LISTS, {}) == TABLES
    assert CUSTOMERS.more_choices == {}
