"""The cases that the office can read (tests/cases/*.yaml), each run, and run again with its rule off."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml

from tests.checks.build import sheet
from tests.compute.build import run
from xlcrm.checks import CheckInput, run_checks
from xlcrm.compute.facts import Facts
from xlcrm.compute.lists.recovery import SWITCHED_OFF
from xlcrm.rules.measures import MEASURES
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import RuleBook, default_rows, parse_rule
from xlcrm.tables import BY_TITLE
from xlcrm.tables.system import ALERTS, DUE_LIST, FINDINGS
from xlcrm.worktime import Worktime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.compute.build import Run
    from xlcrm.rules.base import Rule
    from xlcrm.tables import Table
    from xlcrm.tables.frames import SheetData

pytestmark = pytest.mark.no_cover
"""Whole runs by the hundred: what they cover, the tests of the rooms cover too, in a third of the time."""
FOLDER = Path(__file__).parent.parent / "cases"
FILES = sorted(FOLDER.glob("*.yaml"))
Case = dict[str, Any]


LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Every value is text, as a person types it; eight times as quick where PyYAML was built with libyaml."""


def read(path: Path) -> Case:
    """One file."""
    found: Case = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - makes texts only
    return found


DOCUMENTS = [read(path) for path in FILES]
CASES = [(document, case) for document in DOCUMENTS for case in document["案例"]]
NAMES = [f"{document['规则']}-{case['名称']}" for document, case in CASES]
PACKAGED = {row["规则编号"]: dict(row) for row in default_rows("full")}
CHECKED = "V16"
"""The check that a case looks at unless it names others."""


@cache
def parsed(cells: tuple[tuple[str, str], ...]) -> Rule:
    """A rule of 规则表, each different one read once."""
    return parse_rule(dict(cells))


def rules_of(document: Case, case: Case, *, enabled: bool) -> RuleBook:
    """The case's rule and those that it needs besides."""
    own = document["规则"]
    switched = {**case.get("规则改动", {}), "启用": "是" if enabled else "否"}
    changed = {own: switched, **{other: {"启用": "是"} for other in case.get("同时启用", [])}}
    rows = [{**cells, **changed[rule_id]} for rule_id, cells in PACKAGED.items() if rule_id in changed]
    return RuleBook(tuple(parsed(tuple(row.items())) for row in rows))


@cache
def blank(table: str) -> SheetData:
    """A sheet that nobody has written in."""
    return sheet(table, [])


def written(case: Case) -> dict[str, SheetData]:
    """The sheets that the case fills, and those that it wants to see rebuilt."""
    data = {}
    for title, rows in case["表格"].items():
        table = BY_TITLE[title]
        cells = [{table.by_heading[name].key: text for name, text in row.items()} for row in rows]
        data[table.name] = sheet(table.name, cells)
    for title in case["应为"]:
        if BY_TITLE[title].report:
            data.setdefault(BY_TITLE[title].name, blank(BY_TITLE[title].name))
    return data


WRITTEN: dict[int, dict[str, SheetData]] = {}
"""Place of a case -> its sheets, for its run with the rule and the one without; no run changes them."""


def needed(rule: Rule) -> Iterator[str]:
    """The sheets that a rule names; it is at work only where the workbook has them, be they empty."""
    yield rule.table
    for source in (*rule.start.items, *rule.stop.items):
        if source.place is not None:
            yield source.place.table
    for term in rule.when.terms:
        yield term.place.table
    for name in rule.occasions:
        if name in MEASURES:
            yield from MEASURES[name].needs


@cache
def worktime(off: tuple[str, ...], made_up: tuple[str, ...]) -> Worktime:
    """The calendar with the days off and the working days of a case."""
    return Worktime.build(
        days_off=[dt.date.fromisoformat(day) for day in off],
        workdays=dict.fromkeys(dt.date.fromisoformat(day) for day in made_up),
    )


def given(document: Case, case: Case, *, enabled: bool) -> Facts:
    if id(case) not in WRITTEN:
        WRITTEN[id(case)] = written(case)
    rules = rules_of(document, case, enabled=enabled)
    data = {table: blank(table) for rule in rules.rules for table in needed(rule)} | WRITTEN[id(case)]
    calendar = worktime(tuple(case.get("休息日", ())), tuple(case.get("上班日", ())))
    now = dt.datetime.fromisoformat(str(case.get("现在", document["现在"])))
    parameters = Parameters.model_validate(case.get("参数", {}))
    return Facts(data, rules, parameters, calendar, now)


def as_text(value: Any) -> str:
    """A cell as the case writes it; a moment at midnight is a date."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def of_table(run_: Run, table: Table, expected: list[dict[str, str]]) -> list[dict[str, str]]:
    """The auto cells that the case names, row by row."""
    columns = run_.columns[table.name]
    shown = []
    for place, row in enumerate(expected):
        cells = {}
        for heading in row:
            key = table.by_heading[heading].key if heading in table.by_heading else heading
            values = columns.get(key)
            value = None if values is None else values[place]
            is_time = values is not None and values.dtype.kind == "M"
            cells[heading] = as_text(
                pd.Timestamp(value).to_pydatetime()
                if is_time and not pd.isna(value)
                else None
                if is_time
                else value
            )
        shown.append(cells)
    return shown


def of_list(table: Table, rows: pd.DataFrame, expected: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of a list, cut to the columns that the case names."""
    named = [list(row) for row in expected] or [[]]
    keys = [named[min(place, len(named) - 1)] for place in range(len(rows))]
    return [
        {heading: as_text(row[table.by_heading[heading].key]) for heading in headings}
        for headings, (_, row) in zip(keys, rows.iterrows(), strict=True)
    ]


def of_sheet(table: Table, rows: pd.DataFrame, expected: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of a sheet that is rebuilt, but those that only say that their rule is off."""
    if "standard" in rows:
        rows = rows[rows["standard"] != SWITCHED_OFF]
    return of_list(table, rows, expected)


def answers(document: Case, case: Case, *, enabled: bool = True) -> dict[str, Any]:
    """What the computation says in the places that the case names."""
    facts = given(document, case, enabled=enabled)
    run_ = run(facts)
    own = [rule.label for rule in facts.rules.rules if rule.rule_id == document["规则"]]
    lists = {
        "到期清单": (DUE_LIST, run_.shown.rows[run_.shown.rows["rule"].isin(own)]),
        "超时预警": (ALERTS, run_.alerts.rows[run_.alerts.rows["rule"].isin(own)]),
    }
    found: dict[str, Any] = {}
    for title, expected in case["应为"].items():
        table = BY_TITLE[title]
        if title == "校验结果":
            checked = run_checks(CheckInput(facts.data, facts.rules, facts.parameters, facts.now))
            looked_at = case.get("检查", CHECKED).split("、")
            found[title] = of_list(FINDINGS, checked[checked["code"].isin(looked_at)], expected)
        elif title in lists:
            found[title] = of_list(*lists[title], expected)
        elif table.report:
            found[title] = of_sheet(table, run_.sheets[table.name], expected)
        else:
            found[title] = of_table(run_, table, expected)
    return found


@pytest.mark.parametrize(("document", "case"), CASES, ids=NAMES)
def test_case(document: Case, case: Case) -> None:
    assert answers(document, case) == case["应为"]


def is_list(title: str) -> bool:
    """Whether a sheet has the rows that a run gives it, not those that people typed."""
    return title in ("到期清单", "超时预警", "校验结果") or BY_TITLE[title].report


def expects_something(case: Case) -> bool:
    """Whether a case claims more than that the rule leaves its rows alone."""
    filled = [title for title, rows in case["应为"].items() if is_list(title) and rows]
    cells = [
        text
        for title, rows in case["应为"].items()
        if not is_list(title)
        for row in rows
        for heading, text in row.items()
        if text and heading not in ("RFM类别", "合作时长", "最近互动日期")
    ]
    return bool(filled or cells) and "不依赖规则" not in case


def needing(document: Case) -> list[Case]:
    """The first cases of a file that must fail without its rule; three say it as well as all of them."""
    return [case for case in document["案例"] if expects_something(case)][:3]


NEEDING = [(document, case) for document in DOCUMENTS for case in needing(document)]


@pytest.mark.parametrize(
    ("document", "case"), NEEDING, ids=[f"{document['规则']}-{case['名称']}" for document, case in NEEDING]
)
def test_case_fails_without_its_rule(document: Case, case: Case) -> None:
    assert answers(document, case, enabled=False) != case["应为"]


def test_every_packaged_rule_has_its_file() -> None:
    assert [document["规则"] for document in DOCUMENTS] == [path.stem for path in FILES]
    assert {path.stem for path in FILES} == {row["规则编号"] for row in default_rows("full")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document["规则"] for document in DOCUMENTS])
def test_every_file_has_cases_that_need_the_rule_and_cases_that_do_not_list_it(document: Case) -> None:
    assert sum(expects_something(case) for case in document["案例"]) >= 2
    assert len(document["案例"]) >= 3
