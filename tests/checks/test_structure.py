"""R01 to R06, S01, S02."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.checks.build import complaint, customer, given, record, sheet, told
from xlcrm.checks import run_checks
from xlcrm.rules.reading import RuleProblem, default_book
from xlcrm.tables import tables_of

if TYPE_CHECKING:
    import pandas as pd

WHOLE = [sheet(table, []) for table in tables_of("crm")]


@pytest.mark.parametrize("code", ["R01", "R02", "R03", "R04", "R05", "R06"])
@pytest.mark.parametrize(("blocks", "level"), [(True, "错误"), (False, "警告")])
def test_problem_of_a_rule_is_a_finding_on_its_cell(code: str, level: str, *, blocks: bool) -> None:
    problem = RuleProblem(code, 7, "时限", "abc", "时限“abc”不是数字", "请填数字", blocks=blocks)
    book = replace(default_book("crm"), problems=(problem,))
    found = run_checks(given(*WHOLE, rules=book))
    assert told(found, code) == [(level, 7, "limit")]
    assert tuple(found.loc[0, ["sheet", "heading", "value"]]) == ("规则表", "时限", "abc")


def test_whole_workbook_lacks_nothing() -> None:
    assert run_checks(given(*WHOLE)).empty


def without(table: str, key: str) -> pd.DataFrame:
    sheets = [sheet(item, [], lacks=[key] if item.name == table else []) for item in tables_of("crm")]
    return run_checks(given(*sheets))


def test_missing_entry_column_names_the_idle_rules() -> None:
    found = without("complaints", "level")
    assert told(found, "S01") == [("警告", 3, "level")]
    assert "C28、C29、C30" in found.iloc[0]["message"]


def test_missing_extra_column_is_a_hint() -> None:
    found = without("complaints", "emergency_at")
    assert told(found, "S01") == [("提示", 3, "emergency_at")]
    assert "C30" in found.iloc[0]["message"]


def test_column_with_an_alternative_may_be_missing() -> None:
    assert without("customers", "updated_on")["message"].str.contains("C02").sum() == 0


def test_time_that_a_step_supplies_may_be_missing() -> None:
    assert without("complaints", "responded_at").empty
    sheets = [
        sheet(item, [], lacks=["responded_at"] if item.name == "complaints" else [])
        for item in tables_of("crm")
        if item.name != "complaint_steps"
    ]
    assert told(run_checks(given(*sheets)), "S01") == [("提示", 3, "responded_at")]


def test_column_that_no_rule_needs_may_be_missing() -> None:
    assert without("customers", "remark").empty


def test_measure_of_a_threshold_is_needed() -> None:
    found = without("satisfaction_surveys", "nps")
    assert "C25" in found.iloc[0]["message"]


def test_missing_sheet_names_the_idle_rules() -> None:
    found = run_checks(given(sheet("customers", [customer()]), sheet("followup_records", [record()])))
    assert ("警告", 0, "") in told(found, "S02")
    lost = found[found["code"] == "S02"].set_index("table")["message"]
    assert "C28" in lost["complaints"]
    assert set(lost.index) == {"complaints", "visit_plans", "satisfaction_surveys", "improvement_actions"}


def test_many_idle_rules_are_counted() -> None:
    found = run_checks(given(sheet("complaints", [complaint()])))
    lost = found[found["code"] == "S02"].set_index("table")["message"]
    assert " 等 " in lost["customers"]


def test_missing_sheet_is_called_by_the_packs_own_title() -> None:
    own = {table.name: table for table in tables_of("support")}
    here = [sheet(table, []) for name, table in own.items() if name != "service_issues"]
    found = run_checks(given(*here, rules=default_book("support")))
    assert told(found, "S02") == [("警告", 0, "")]
    assert found.loc[0, "sheet"] == "售后问题处理表"
