"""Lists behind the drop-downs."""

from __future__ import annotations

from xlcrm.tables import FULL, PACKS, TABLES, tables_of
from xlcrm.tables.cases import COMPLAINTS
from xlcrm.tables.customers import CUSTOMERS
from xlcrm.tables.options import OptionList, list_of_column, option_lists, pack_option_lists, with_additions

LISTS = option_lists(TABLES, "crm")


def name_of(table: str, key: str) -> str:
    return list_of_column(LISTS)[table, key].name


def test_columns_with_the_same_values_share_a_list() -> None:
    lists = list_of_column(LISTS)
    assert lists["customers", "grade"] is lists["followup_plans", "grade"]


def test_a_column_has_a_list_of_one_name_in_every_packs_workbook() -> None:
    whole = list_of_column(pack_option_lists(FULL))
    for pack in PACKS:
        for user, item in list_of_column(pack_option_lists(pack)).items():
            assert item.name == whole[user].name


def test_no_two_lists_of_a_workbook_have_one_name() -> None:
    for pack in PACKS:
        lists = pack_option_lists(pack)
        assert len({item.name for item in lists}) == len({item.defined_name for item in lists}) == len(lists)


def test_the_later_of_two_lists_with_one_heading_carries_its_sheet() -> None:
    assert name_of("followup_plans", "way") == "跟进方式"
    assert name_of("followup_records", "way") == "客户跟进记录表_跟进方式"


def test_what_a_pack_calls_a_value_is_no_addition() -> None:
    tables = tables_of("service")
    lists = option_lists(tables, FULL)
    added = with_additions(tables, lists, {"维护内容": ["回访", "赠礼"], "客户等级": ["VIP", "A类", "特级"]})
    found = {table.name: table for table in added}
    care = found["care_records"].by_key["care"].choice
    assert care is not None
    assert care.values == ("回访", "关怀", "提醒", "赠礼")
    assert found["customers"] in tables


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
