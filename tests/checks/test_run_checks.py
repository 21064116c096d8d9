"""All checks together: order, switches, summaries, and the catalogue both ways."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.checks.build import complaint, customer, given, record, run, sheet
from xlcrm.checks import CODES, FAMILIES, FINDING_COLUMNS, LEVELS, run_checks, summarise_rows
from xlcrm.rules.reading import RuleProblem, default_book
from xlcrm.tables import tables_of
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    import pandas as pd


def faulty() -> pd.DataFrame:
    """A workbook with at least one finding of every code."""
    problems = tuple(RuleProblem(f"R0{n}", 4 + n, "时限", "x", "有误", "请改正") for n in range(1, 7))
    customers = [
        customer(contact=None, phone="138 1234 5678", email="x", name="云帆", address="文三路", consent=None),
        customer(phone="13812345678", industry=None, budget=-1.0, filed_on="2024-01-01", updated_on=None),
        customer(
            customer_id="2023002", review_status="待核实", updated_on="2026-10-01", remark="=1+1", grade="D"
        ),
        customer(customer_id="2023003", phone="13912345678", remark="卡号 4111111111111111", email="c@d.com"),
    ]
    complaints = [
        complaint(received_at="2026-11-10", compensation=900.0, customer_id="2099999"),
        complaint(status="已关闭", resolved_at="2026-11-11 09:00", responded_at="2026-11-09 09:00"),
    ]
    plans = [{"customer_id": "2023001", "stage": "潜在", "grade": "A类", "frequency": "每年1次"}]
    surveys = [{"customer_id": "2023001", "surveyed_on": "2027-11-01", "quality": 6.0}]
    assessments = [{"name": "杭州云帆科技有限公司", "assessment_id": "P1", "weight": 0.9, "score": 80.0}]
    push = {"tags": "高活跃度", "service": "新功能教程", "channel": "短信", "pushed": 10.0}
    pushes = [{**push, "pushed_at": f"2026-11-{day} 09:00"} for day in ("02", "12")]
    return run_checks(
        given(
            sheet("customers", customers, notes=[(6, "grade", Remark.UNKNOWN_CHOICE, "D")]),
            sheet("followup_records", [record(next_action="保持联系")]),
            sheet("complaints", complaints, lacks=["level"]),
            sheet("followup_plans", plans),
            sheet("satisfaction_surveys", surveys),
            sheet("relationship_assessments", assessments),
            sheet("service_pushes", pushes),
            rules=replace(default_book("crm"), problems=problems),
        )
    )


def test_every_code_of_the_catalogue_is_produced_and_every_produced_one_is_there() -> None:
    assert set(faulty()["code"]) == set(CODES)


def test_levels_are_those_of_the_catalogue() -> None:
    found = faulty()
    for code, level in zip(found["code"], found["level"], strict=True):
        assert level in CODES[code].levels
    assert all(set(code.levels) <= set(LEVELS) and code.title and code.description for code in CODES.values())


def test_each_code_belongs_to_one_family_and_its_test_names_it() -> None:
    codes = [code for family in FAMILIES for code in family.CODES]
    assert len(codes) == len(set(codes))
    for family in FAMILIES:
        text = (Path(__file__).parent / f"test_{family.__name__.rpartition('.')[2]}.py").read_text(
            encoding="utf-8"
        )
        assert set(family.CODES) <= set(re.findall(r"[VRS]\d{2}", text)), family.__name__


def test_every_family_is_registered() -> None:
    folder = Path(str(FAMILIES[0].__file__)).parent
    declared = {
        path.stem
        for path in folder.glob("*.py")
        if "CODES: Final[Mapping" in path.read_text(encoding="utf-8")
    }
    assert declared - {"__init__"} == {family.__name__.rpartition(".")[2] for family in FAMILIES}


def test_every_finding_says_what_and_what_to_do() -> None:
    found = faulty()
    assert tuple(found.columns) == FINDING_COLUMNS
    assert found["row"].dtype == "int64"
    assert (found["message"].str.len() > 0).all()
    assert (found["fix"].str.len() > 0).all()
    assert not found.isna().to_numpy().any()
    assert not found["message"].str.contains("nan|NaT|None").any()


def test_worst_first_then_sheet_row_and_column() -> None:
    found = faulty()
    ranks = [LEVELS.index(level) for level in found["level"]]
    assert ranks == sorted(ranks)
    errors = found[(found["level"] == "错误") & (found["table"] == "customers")]
    places = [(row, int(CUSTOMER_ORDER[key])) for row, key in zip(errors["row"], errors["key"], strict=True)]
    assert places == sorted(places)
    tables = found.loc[found["level"] == "错误", "table"].drop_duplicates().tolist()
    assert (
        tables
        == ["customers", "followup_records", "complaints", "satisfaction_surveys", "rules"][:1] + tables[1:]
    )


CUSTOMER_ORDER = {column.key: place for place, column in enumerate(tables_of("crm")[0].columns)}


def test_switched_off_codes_are_left_out() -> None:
    rows = [customer(consent=None, address="文三路")]
    assert set(run(sheet("customers", rows))["code"]) == {"V05", "V12"}
    assert set(run(sheet("customers", rows), switched_off="V05、v12")["code"]) == set()


def test_clean_workbook_has_no_finding() -> None:
    sheets = [sheet(table, []) for table in tables_of("crm")]
    assert run_checks(given(*sheets)).empty
    whole = run(
        sheet("customers", [customer()]),
        sheet("followup_records", [record()]),
        sheet("complaints", [complaint()]),
    )
    assert whole.empty
    assert tuple(whole.columns) == FINDING_COLUMNS


def test_no_sheet_at_all_is_no_crash() -> None:
    assert set(run_checks(given())["code"]) == {"S02"}


def test_lack_of_every_column_is_no_crash() -> None:
    sheets = [sheet(table, [{}], lacks=[item.key for item in table.columns]) for table in tables_of("crm")]
    found = run_checks(given(*sheets))
    assert set(found["code"]) <= {"S01", "V21"}


def test_summary_of_a_row() -> None:
    found = run(
        sheet(
            "customers",
            [
                customer(),
                customer(
                    customer_id="2023002", name="西湖机械厂", phone=None, owner=None, email=None, consent=None
                ),
            ],
        )
    )
    assert summarise_rows(found, "customers").to_dict() == {5: "错误 V01 联系电话、负责人；警告 V12 授权记录"}
    assert summarise_rows(found, "complaints").empty


def test_summary_leaves_out_what_belongs_to_no_row() -> None:
    found = run_checks(given(sheet("customers", [])))
    assert summarise_rows(found, "complaints").empty
