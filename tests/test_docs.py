"""What is registered is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from xlcrm.actions import ACTIONS
from xlcrm.actions.reference import rules_page, tables_page
from xlcrm.analysis.sheets import SHEETS
from xlcrm.checks import CODES
from xlcrm.entrypoints.cli import app
from xlcrm.entrypoints.functions import FUNCTIONS
from xlcrm.rules.parameters import parameter_rows
from xlcrm.rules.reading import default_book
from xlcrm.tables import FULL, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "user-guide.zh-CN.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text of one numbered section of the guide."""
    return GUIDE.split(f"、{title}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(text: str) -> set[str]:
    """First cells of the tables' body rows."""
    rows = re.findall(r"^\| *([^|]+?) *\|", text, flags=re.MULTILINE)
    return {row for row in rows if not set(row) <= {"-", " "}}


def commands() -> set[str]:
    """Every command of the program."""
    root = get_command(app)
    return set(root.commands)  # type: ignore[attr-defined] # the app has commands, so typer makes a group


def test_guide_lists_every_check_code_and_no_other() -> None:
    assert first_cells(section("校验代码")) - {"代码"} == set(CODES)


def test_guide_titles_of_check_codes_are_the_declared_ones() -> None:
    text = section("校验代码")
    for code, item in CODES.items():
        assert f"| {code} | {'/'.join(item.levels)} | {item.title} | {item.description} |" in text


def test_guide_lists_every_parameter_with_its_default() -> None:
    text = section("参数表")
    assert first_cells(text) - {"参数"} == {name for name, *_ in parameter_rows()}
    for name, unit, default, note in parameter_rows():
        assert f"| {name} | {default + unit if default else '（空）'} | {note} |" in text


def test_guide_lists_every_command_and_no_other() -> None:
    found = set(re.findall(r"^\| `xlcrm (\w+)", section("命令"), flags=re.MULTILINE))
    assert found == commands()


def test_guide_names_every_action_as_its_buttons_will() -> None:
    for action in ACTIONS.values():
        assert action.label in GUIDE


def test_guide_lists_every_cell_function_as_declared_and_no_other() -> None:
    text = section("单元格函数")
    assert set(re.findall(r"^\| `(XLCRM_\w+)", text, flags=re.MULTILINE)) == {item.name for item in FUNCTIONS}
    for item in FUNCTIONS:
        assert f"| `{item.usage}` | {item.doc} | `{item.example}` |" in text


def test_readme_uses_every_command_and_no_other() -> None:
    assert set(re.findall(r"`xlcrm (\w+)", README)) == commands()


def test_readme_counts_what_there_is() -> None:
    checks = sum(code.startswith("V") for code in CODES)
    counts = f"{len(TABLES)} sheets, {len(default_book(FULL).rules)} rules and {checks} entry checks"
    assert counts in README
    assert f"{len(SHEETS)} analysis sheets" in README


def test_guide_tells_what_every_analysis_sheet_answers() -> None:
    told = {name for cell in first_cells(section("分析表里有什么，怎样算")) for name in cell.split("、")}
    assert {sheet.title for sheet in SHEETS} < told


@pytest.mark.parametrize(("name", "page"), [("tables.zh-CN.md", tables_page), ("rules.zh-CN.md", rules_page)])
def test_reference_pages_are_what_the_program_prints(name: str, page: Callable[[], str]) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page()


def test_readme_and_guide_point_at_files_that_exist() -> None:
    for base, text in ((ROOT, README), (ROOT / "docs", GUIDE)):
        targets = re.findall(r"\]\(((?!http)[^)#]+)\)", text)
        assert targets
        assert [target for target in targets if not (base / target).exists()] == []


def test_glossary_gives_each_term_once() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| ([^|]+?) \|", glossary, flags=re.MULTILINE)
    assert len(terms) == len(set(terms))
