"""From the analysis worked out to blocks of cells: each panel goes where its title stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from xlcrm.actions.blocks import beside_label, list_blocks, runs
from xlcrm.actions.details import Details
from xlcrm.actions.panel_rows import Site, panel_cells
from xlcrm.actions.panels import Board, find_cards, find_panels
from xlcrm.analysis.sheets import analyse, sheets_with
from xlcrm.analysis.wording import NO_FIGURE, PERIOD, card_text, known
from xlcrm.tables.lists import ANALYSIS_DETAILS
from xlcrm.workbook.headings import same_title
from xlcrm.workbook.patch.ranges import address
from xlcrm.workbook.port import Block, ChartTitle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.actions.loading import Loaded
    from xlcrm.actions.panels import Spot
    from xlcrm.analysis.base import AnalysisSheet, Figure, Panel
    from xlcrm.analysis.scope import Scope
    from xlcrm.analysis.sheets import Made
    from xlcrm.workbook.port import BlockCell, Door

_NAMED: Final = 5
"""How many names a remark lists before it says 等."""


@dataclass
class Analysed:
    """What an analysis asks to be written.

    Attributes:
        made: the sheets that the workbook has, worked out.
        blocks: their panels, cards and periods, and 分析明细.
        titles: what their charts say.
        remarks: what was left out, and what to do.
        retired: texts of the user's whose rows have gone, for 操作日志.
        panels: how many were written.
        details: how many rows 分析明细 has.
    """

    made: Sequence[Made] = ()
    blocks: list[Block] = field(default_factory=list)
    titles: list[ChartTitle] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    panels: int = 0
    details: int = 0


def analysis_sheets(door: Door, loaded: Loaded) -> dict[str, tuple[AnalysisSheet, str]]:
    """Name of an analysis sheet -> it, and what its sheet is called in this workbook, where it has one."""
    names = {same_title(name): name for name in reversed(door.sheets)}
    return {
        sheet.name: (sheet, name)
        for sheet in sheets_with(loaded.reading.tables)
        if (name := names.get(same_title(sheet.title))) is not None
    }


def no_analysis(door: Door, loaded: Loaded) -> list[str]:
    """A sentence for a workbook without any analysis sheet, from before there were some."""
    if analysis_sheets(door, loaded) or not sheets_with(loaded.reading.tables):
        return []
    return ["工作簿中没有分析表，没有写出分析；可用 xlcrm new 建立完整的工作簿"]


def missing_sheets(door: Door, loaded: Loaded) -> list[str]:
    """A sentence about the analysis sheets that the workbook lacks, or none."""
    found = analysis_sheets(door, loaded)
    lacking = [sheet.title for sheet in sheets_with(loaded.reading.tables) if sheet.name not in found]
    if not found or not lacking:
        return no_analysis(door, loaded)
    return [f"工作簿中没有 {'、'.join(lacking)}，没有写出；可用 xlcrm new 建立完整的工作簿"]


def analysed(door: Door, loaded: Loaded, scope: Scope) -> Analysed:
    """Work out the analysis sheets that the workbook has, and lay each out where its sheet has room."""
    sheets = analysis_sheets(door, loaded)
    result = Analysed(made=analyse(scope, sheets))
    target = loaded.reading.tables.get(ANALYSIS_DETAILS.name)
    details = Details(scope.facts, target)
    for made in result.made:
        name = sheets[made.sheet.name][1]
        board = Board(door.grid(name), door.lists(name))
        _Sheet(board, name, made, scope, details, result).lay_out()
    if target is not None and sheets:
        rows = details.rows()
        result.details = len(rows)
        result.blocks += list_blocks(target, rows, loaded.reading.tables)
    return result


@dataclass(frozen=True)
class _Sheet:
    """One analysis sheet on its way to the workbook.

    Attributes:
        board: the sheet as it stands.
        name: what it is called in this workbook.
        made: the figures.
        scope: what they rest on.
        details: gathers the rows behind them.
        result: gathers what is to be written.
    """

    board: Board
    name: str
    made: Made
    scope: Scope
    details: Details
    result: Analysed

    def lay_out(self) -> None:
        """Write cards, period and panels, and say what could not be found."""
        spots = find_panels(self.board, self.made.sheet.panels)
        self._cards()
        period = beside_label(self.name, self.board.grid, PERIOD, self.scope.period, below=False)
        self.result.blocks += [period] if period else []
        for panel in self.made.sheet.panels:
            spot = spots.get(panel.name)
            if spot is not None:
                self._panel(panel, spot)
        self._remark_missing(spots)

    def _cards(self) -> None:
        places = find_cards(self.board, list(self.made.figures))
        for label, (row, column) in places.items():
            shown = _under(self.made.figures[label])
            self.result.blocks.append(Block(self.name, row + 1, column, [shown]))
        lost = [label for label in self.made.figures if label not in places]
        if lost:
            self._remark(f"里找不到 {_list(lost)}，没有写入这些数字；请恢复这些标签单元格后再刷新")

    def _panel(self, panel: Panel, spot: Spot) -> None:
        """Write one panel; where the user's texts could not be kept, or nothing has room, leave it."""
        columns = tuple(item.in_pack(self.scope.facts.pack) for item in panel.columns)
        lost = [item.heading for item in columns if item.key not in spot.places]
        filled = self.made.panels[panel.name]
        if panel.typed and not spot.places.keys() >= set(panel.keys):
            why = "无法保留您填写的内容，没有更新；请恢复这些列名后再刷新"
            self._remark(f"的“{panel.title}”没有 {_list(lost)} 列，{why}")
            return
        if lost:
            where = f"在表头行（第 {spot.heading} 行）加上这些列名后再刷新即可"
            self._remark(f"的“{panel.title}”没有 {_list(lost)} 列，未写入；{where}")
        if spot.room < max(len(filled.rows), 1):
            self._remark_cut(panel, spot, len(filled.rows))
            if spot.room < 1:
                return
        site = Site(self.made.sheet.title, panel, columns, self.board, spot)
        detail = partial(self.details.cells, self.name, behind=filled.behind)
        body, retired = panel_cells(site, filled, self.scope.facts.data, detail)
        placed = {place: body[key] for key, place in spot.places.items()}
        body_blocks = runs(self.name, spot.heading + 1, placed, resize=True)
        self.result.blocks += [replace(block, prepared=True) for block in body_blocks]
        if spot.caption:
            self.result.blocks.append(Block(self.name, spot.caption, spot.column, [[filled.caption]]))
        if panel.chart is not None:
            self.result.titles.append(ChartTitle(self.name, panel.title, filled.caption))
        self.result.retired += retired
        self.result.panels += 1

    def _remark(self, text: str) -> None:
        self.result.remarks.append(f"{self.name}{text}")

    def _remark_cut(self, panel: Panel, spot: Spot, wanted: int) -> None:
        where = address(spot.end + 1, min(spot.places.values()))
        self._remark(
            f"的“{panel.title}”只写了 {spot.room} 行（共 {wanted} 行），因为 {where} 那一行起已有别的内容；"
            "请把它移开后再刷新"
        )

    def _remark_missing(self, spots: Mapping[str, Spot | None]) -> None:
        panels = self.made.sheet.panels
        untitled = [panel.title for panel in panels if panel.name not in spots]
        if untitled:
            self._remark(f"里找不到 {_list(untitled)} 的标题，没有更新；请在原来的位置恢复这些标题后再刷新")
        unheaded = [panel.title for panel in panels if panel.name in spots and spots[panel.name] is None]
        if unheaded:
            self._remark(f"的 {_list(unheaded)} 下面找不到表头行，没有更新；请恢复表头后再刷新")


def _under(figure: Figure) -> list[BlockCell]:
    """The two cells under a card's label."""
    value = known(figure)
    return [NO_FIGURE if value is None else value, card_text(figure)]


def _list(names: Sequence[str]) -> str:
    return "、".join(names[:_NAMED]) + "等" * (len(names) > _NAMED)
