"""A refresh of a workbook that holds everything: nothing but our own cells may differ."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook

from tests.e2e import judges
from tests.e2e.survival import changed_parts, charts_of, differences, inflated, sheets, stored, without_data
from tests.workbooks import everything
from tests.workbooks.variants import VARIANTS
from xlcrm.analysis.sheets import SHEETS as ANALYSIS
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import faults
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.running import Ran

    Variant = Callable[[str], tuple[Path, Path, Ran]]


DIALECTS = [name for name in VARIANTS if name != "plain"]
LIST_SHEETS = ("到期清单", "超时预警", "校验结果")
AUTO_COLUMNS_OF_CUSTOMERS = ("最近互动日期", "下次联系日期", "建议阶段", "RFM类别", "校验")


def written_sheets(path: Path) -> set[str]:
    """The sheets that a refresh may write to: declared ones and 首页."""
    titles = {title for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles} | {"首页", "工作台"}
    return (titles | analysed_sheets()) & set(sheets(path))


def analysed_sheets() -> set[str]:
    """The sheets of the analysis."""
    return {sheet.title for sheet in ANALYSIS}


def may_change(path: Path) -> set[str]:
    """Parts that a refresh may rewrite."""
    found = sheets(path)
    own = {"xl/workbook.xml", "xl/styles.xml", "xl/calcChain.xml"}
    for name in written_sheets(path):
        own |= {found[name].part, *found[name].tables}
        if name in analysed_sheets():
            own |= charts_of(path, found[name].part)
    return own


def grids(path: Path) -> dict[str, Any]:
    """The values of every sheet that a refresh may write to, the journal's figures aside."""
    wanted = written_sheets(path) - {"操作日志", "首页", "工作台"}
    with FileDoor(path, write=False) as door:
        read = {name: door.grid(name) for name in door.sheets if name in wanted}
    return {name: (grid.columns, dict(grid.errors), grid.formulas) for name, grid in read.items()}


def test_the_workbook_really_holds_everything(everything_before: Path) -> None:
    names = set(inflated(everything_before))
    for part in (
        *("xl/vbaProject.bin", "xl/metadata.xml", "xl/calcChain.xml", "xl/theme/theme1.xml"),
        *(
            "xl/charts/chart1.xml",
            "xl/chartsheets/sheet1.xml",
            "xl/drawings/vmlDrawing1.vml",
            "xl/comments1.xml",
        ),
        *("xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml", "customXml/item1.xml"),
        *("xl/pivotTables/pivotTable1.xml", "xl/pivotCache/pivotCacheRecords1.xml", "xl/slicers/slicer1.xml"),
        *("xl/slicerCaches/slicerCache1.xml", "xl/externalLinks/externalLink1.xml", "docProps/custom.xml"),
        *("xl/printerSettings/printerSettings1.bin", "xl/richData/richValueRel.xml", "xl/media/image1.png"),
    ):
        assert part in names
    text = b"".join(
        data for name, data in inflated(everything_before).items() if name.endswith(".xml")
    ).decode()
    for mark in (
        *("<x14:sparklineGroup", "<x14:dataValidation ", "3Stars", "x14:dataBar", 'cm="1"', 'vm="1"'),
        *(
            't="shared"',
            't="array"',
            "<rPh ",
            "<legacyDrawingHF",
            "<picture ",
            "sheetProtection",
            "sle:slicer",
        ),
        *("workbookProtection", 'outlineLevel="1"', 'state="veryHidden"', "<filterColumn", 'prst="star5"'),
        *("calculatedColumnFormula", "<c:trendline>", "<hyperlink "),
    ):
        assert mark in text, mark


def test_the_command_says_what_it_did(everything_after: tuple[Path, Ran]) -> None:
    path, ran = everything_after
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"已处理 \d+ 行：逾期 \d+ 项，今日到期 \d+ 项", ran.out)
    assert f"已写入 {path.name}" in ran.out
    assert "没有自动列" not in ran.out


def test_parts_that_are_not_ours_keep_their_compressed_bytes(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    path, _ = everything_after
    changed = changed_parts(everything_before, path)
    assert changed <= may_change(everything_before)
    found = sheets(everything_before)
    assert {found[name].part for name in ("到期清单", "客户信息总表", "操作日志", "首页")} <= changed
    assert not changed & {found[name].part for name in everything.USER_SHEETS}
    assert list(stored(path)) == [name for name in stored(everything_before) if name in stored(path)]


def test_only_our_cells_differ_inside_the_sheets(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    assert list(differences(everything_before, everything_after[0])) == []


def test_charts_of_the_analysis_keep_all_but_their_data(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    path, _ = everything_after
    changed = {name for name in changed_parts(everything_before, path) if name.startswith("xl/charts/")}
    assert len(changed) > 20
    old, new = inflated(everything_before), inflated(path)
    for name in changed:
        assert old[name] != new[name]
        assert without_data(new[name]) == without_data(old[name]), name


def test_the_workbook_part_only_asks_for_a_calculation(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    old, new = (
        inflated(path)["xl/workbook.xml"].decode() for path in (everything_before, everything_after[0])
    )
    assert "fullCalcOnLoad" in new
    assert re.sub(r"<calcPr[^>]*/>", "", new) == re.sub(r"<calcPr[^>]*/>", "", old)


def test_the_styles_are_only_added_to(everything_before: Path, everything_after: tuple[Path, Ran]) -> None:
    old, new = (inflated(path)["xl/styles.xml"].decode() for path in (everything_before, everything_after[0]))

    def formats(text: str) -> list[str]:
        return re.findall(
            r"<xf [^>]*?(?:/>|>.*?</xf>)", text.partition("<cellXfs")[2].partition("</cellXfs>")[0]
        )

    assert formats(new)[: len(formats(old))] == formats(old)


def test_the_users_formulas_and_columns_are_untouched(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    old, new = (sheets(path)[everything.CUSTOMERS] for path in (everything_before, everything_after[0]))
    own = {
        column
        for (row, column), text in old.texts.items()
        if row == 3 and text in {everything.SCORE, everything.TAG, everything.TAG_FORMULA, "距下次联系（天）"}
    }
    assert len(own) == 4
    cells = {place for place in old.cells if place[1] in own}
    assert len(cells) == 4 * (everything.ROWS + 1)
    assert {place: new.cells[place] for place in cells} == {place: old.cells[place] for place in cells}


def test_a_formula_in_our_column_gives_way_and_leaves_the_chain(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    old, new = (
        inflated(path)["xl/calcChain.xml"].decode() for path in (everything_before, everything_after[0])
    )
    with FileDoor(everything_after[0], write=False) as door:
        assert (5, 31) not in door.grid(everything.CUSTOMERS).formulas
    gone = set(re.findall(r"<c [^>]*>", old)) - set(re.findall(r"<c [^>]*>", new))
    assert [re.search(r'r="(\w+)"', cell)[1] for cell in gone] == [everything.OVERWRITTEN]  # type: ignore[index]  # each has one


def test_the_moved_card_on_the_home_sheet_is_filled(everything_after: tuple[Path, Ran]) -> None:
    with FileDoor(everything_after[0], write=False) as door:
        home = door.grid("首页")
    assert home.columns[4][40] == "客户总数"
    assert home.columns[4][41] == everything.ROWS
    assert [home.columns[1][row] for row in (4, 5)] == ["本月目标", "三百万"]


def test_the_backup_is_the_old_file(everything_before: Path, everything_after: tuple[Path, Ran]) -> None:
    (kept,) = backups(everything_after[0])
    assert kept.read_bytes() == everything_before.read_bytes()


def test_our_own_faults_check_finds_nothing(everything_after: tuple[Path, Ran]) -> None:
    assert faults(everything_after[0]) == []


@pytest.mark.slow
def test_the_validator_has_nothing_to_say(
    everything_before: Path, everything_after: tuple[Path, Ran]
) -> None:
    program = judges.validator()
    assert judges.findings(program, everything_before) == []
    assert judges.findings(program, everything_after[0]) == []


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_are_written_not_refused(name: str, variant: Variant) -> None:
    before, after, ran = variant(name)
    assert (ran.code, ran.err) == (0, "")
    assert changed_parts(before, after) <= may_change(before)
    assert list(differences(before, after)) == []
    assert faults(after) == []


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_give_the_same_values(name: str, variant: Variant) -> None:
    plain, other = grids(variant("plain")[1]), grids(variant(name)[1])
    assert other.keys() == plain.keys()
    for sheet, values in plain.items():
        assert other[sheet] == values, sheet


@pytest.mark.slow
@pytest.mark.parametrize("name", DIALECTS)
def test_the_validator_finds_nothing_new_in_dialects(name: str, variant: Variant) -> None:
    program = judges.validator()
    before, after, _ = variant(name)
    assert set(judges.findings(program, after)) <= set(judges.findings(program, before))


@pytest.mark.slow
def test_libreoffice_shows_our_values(everything_after: tuple[Path, Ran], tmp_path: Path) -> None:
    path, _ = everything_after
    shown = judges.shown_in_libreoffice(judges.office(), [path], tmp_path)[path.stem]
    with FileDoor(path, write=False) as door:
        due = door.grid("到期清单")
        customers = door.grid(everything.CUSTOMERS)
    headings = shown["到期清单"][2]
    for heading in ("状态", "逾期或剩余", "任务", "客户名称", "依据规则", "来源"):
        column = headings.index(heading)
        wanted = [value or "" for value in due.columns[column][3:]]
        assert [row[column] for row in shown["到期清单"][3 : 3 + len(wanted)]] == wanted
    headings = shown[everything.CUSTOMERS][2]
    for heading in AUTO_COLUMNS_OF_CUSTOMERS:
        column = headings.index(heading)
        wanted = ["" if value is None else _day(str(value)) for value in customers.columns[column][3:15]]
        assert [_day(row[column]) for row in shown[everything.CUSTOMERS][3:15]] == wanted


def _day(text: str) -> str:
    """A midnight as the date that it stands for."""
    return text.removesuffix(" 00:00:00")


@pytest.mark.slow
def test_libreoffice_reads_the_same_from_dialects(variant: Variant, tmp_path: Path) -> None:
    names = ("plain", "prefixed", "unnamed", "inline_strings", "since_1904")
    for name in names:
        shutil.copy(variant(name)[1], tmp_path / f"{name}.xlsm")
    judges.convert(judges.office(), [tmp_path / f"{name}.xlsm" for name in names], "xlsx", tmp_path)
    values = {}
    for name in names:
        book = CalamineWorkbook.from_path(str(tmp_path / f"{name}.xlsx"))
        values[name] = [book.get_sheet_by_name(title).to_python() for title in LIST_SHEETS]
    assert all(len(rows) > 4 for rows in values["plain"])
    for name in names[1:]:
        assert values[name] == values["plain"], name
