"""The live door: an open workbook, read whole sheet by whole sheet and written in one step."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Self

from xlcrm.errors import (
    SheetMissing,
    SheetProtected,
    UsageError,
    WorkbookChanged,
    WorkbookError,
    XlcrmError,
)
from xlcrm.workbook.live import access, lists
from xlcrm.workbook.live.cells import changed_span, changing, checked
from xlcrm.workbook.live.charts import retitled
from xlcrm.workbook.live.filters import unfiltered
from xlcrm.workbook.live.merges import refuse_hidden
from xlcrm.workbook.live.patience import answering, ask, patiently
from xlcrm.workbook.live.program import (
    counts_from_1904,
    is_protected,
    is_read_only,
    local_path,
    said,
    saves_itself,
)
from xlcrm.workbook.live.quiet import quiet, uncalculated
from xlcrm.workbook.live.seen import Seen
from xlcrm.workbook.live.values import is_1904, is_formula, plain_column
from xlcrm.workbook.live.writing import SheetPlan, Writer
from xlcrm.workbook.locks import held as locked
from xlcrm.workbook.patch.plan import area_of, bands
from xlcrm.workbook.patch.ranges import Area
from xlcrm.workbook.port import Block, Changes, Grid, ListPlace, Saved
from xlcrm.workbook.saving import back_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw

    from xlcrm.workbook.live.access import Held
    from xlcrm.workbook.live.charts import Retitled


class LiveDoor:
    """One workbook that is open in a spreadsheet program, used as a context manager.

    While it is open the program neither repaints nor runs macros, and while it is written to it does not
    recalculate; all is as before afterwards. What is written is not saved: the user looks at it and saves. A
    workbook that is saved in a local folder is held against other xlcrm processes, and the file on disk is
    copied before the first write.

    Attributes:
        book: xlwings' workbook.
        write: it is opened for writing.
        saves_itself: AutoSave is on: Excel has saved already what was written. Known inside the context.
    """

    def __init__(self, book: xw.Book, *, write: bool) -> None:
        self.book = book
        self.write = write
        self.saves_itself = False
        self._stack = contextlib.ExitStack()
        self._seen: dict[str, Seen] = {}
        self._backup: Path | None = None
        self._date1904: bool | None = None

    def __enter__(self) -> Self:
        """Hold the program still.

        Raises:
            ProgramBusy: a cell is being edited, or a dialog is open.
            ProgramMissing: the program has gone.
            WorkbookInUse: for writing, another xlcrm works on the file.
            WorkbookError: for writing, the program has it open as read-only.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(answering())
            self._title = str(ask(self.book, "name"))
            self._path = local_path(self.book)
            self._sheets = patiently(lambda: {sheet.name: sheet for sheet in self.book.sheets})
            if self.write and is_read_only(self.book):
                raise WorkbookError(
                    f"“{self._title}”是以只读方式打开的（可能别人正在使用，或文件设成了只读），写入后无法保存，"
                    "请关闭后以可以编辑的方式重新打开，再试一次"
                )
            if self.write and self._path is not None:
                stack.enter_context(locked(self._path))
            self.saves_itself = saves_itself(self.book)
            self._app: xw.App = ask(self.book, "app")
            stack.enter_context(quiet(self._app))
            self._date1904 = counts_from_1904(self.book)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def title(self) -> str:
        return self._title

    @property
    def file(self) -> Path | None:
        """The workbook's file in a local folder; None where it was never saved or lives on a server."""
        return self._path

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the worksheets, in their order."""
        return tuple(self._sheets)

    def grid(self, sheet: str) -> Grid:
        """Read one sheet whole: one call for its values and one for its formulas.

        Raises:
            SheetMissing: no such worksheet.
            ProgramBusy, ProgramMissing: see `patiently`.
            WorkbookError: the program refused; the sentence says what it said.
        """
        with _plainly(sheet, "读不出来", "（有没有显示为 ##### 的单元格，例如日期列里的电话号码）"):
            return self._grid(sheet)

    def _grid(self, sheet: str) -> Grid:
        own = self._sheet(sheet)
        area = access.used_area(own)
        held = access.read(own, area)
        self._seen[sheet] = Seen.of(held)
        if self._date1904 is None:
            self._date1904 = is_1904(held.values, held.formulas)
        date1904 = bool(self._date1904)
        columns = [
            plain_column(values, formulas, partial(_formats, own, number), date1904=date1904)
            for number, (values, formulas) in enumerate(held.columns(area), start=1)
        ]
        return Grid(
            _trimmed(columns, held),
            access.read_errors(own, held),
            _formulas(held),
            epoch1904=date1904,
        )

    def lists(self, sheet: str) -> list[ListPlace]:
        """Where the table objects of a sheet stand that show their headings.

        Raises:
            SheetMissing: no such worksheet.
            ProgramBusy, ProgramMissing: see `patiently`.
        """
        return [
            ListPlace(area.top, area.bottom - table.totals, area.left, area.right, bool(table.totals))
            for table in lists.tables_of(self._sheet(sheet))
            if table.header
            for area in [table.area]
        ]

    def apply(self, changes: Changes) -> Saved:
        """Write all changes in one step, or put everything back and raise. Nothing is saved.

        Raises:
            UsageError: the door was opened for reading, or blocks overlap.
            WorkbookChanged: somebody has edited a sheet since it was read.
            SheetProtected: a sheet is protected.
            UnsafeToPatch: a value that fits in no cell, or a table that must not be touched.
            ProgramBusy, ProgramMissing: the program does not answer.
            WorkbookError: the program refused; the sentence says what it said.
        """
        if not self.write:
            raise UsageError(f"“{self.title}”是只读打开的，不能写入，请用可以写入的方式重新运行。")
        plans = []
        for name, blocks in _by_sheet(changes).items():
            with _writing(name):
                plans.append(self._plan(name, blocks))
        plans = [plan for plan in plans if not plan.empty]
        titles = retitled(self._sheets, changes.titles)
        if not plans and not titles:
            return Saved(0)
        if self._backup is None and self._path is not None:
            self._backup = back_up(self._path)
        self._seen.clear()
        with uncalculated(self._app):
            self._write(plans, titles)
        return Saved(sum(plan.cells for plan in plans), self._backup)

    def _write(self, plans: list[SheetPlan], titles: list[Retitled]) -> None:
        """Write sheet after sheet, then titles; when one fails, all of them are as before."""
        writer = Writer()
        steps = [(plan.name, partial(writer.write, plan)) for plan in plans]
        steps += [(title.sheet, partial(writer.retitle, title)) for title in titles]
        with contextlib.ExitStack() as stack:
            for plan in plans:
                stack.enter_context(unfiltered(plan.sheet, plan.name, plan.tables))
            for name, step in steps:
                try:
                    with _writing(name):
                        step()
                except BaseException as error:
                    whole = writer.take_back()
                    if whole or not isinstance(error, XlcrmError):
                        raise
                    raise _half_written(error) from error

    def _sheet(self, name: str) -> xw.Sheet:
        if name not in self._sheets:
            raise SheetMissing(f"“{self.title}”里没有工作表“{name}”，请检查工作表名称。")
        return self._sheets[name]

    def _plan(self, name: str, blocks: list[Block]) -> SheetPlan:
        """Everything that can be found out, and refused, before anything is written."""
        sheet = self._sheet(name)
        if is_protected(sheet):
            raise SheetProtected(
                f"工作表“{name}”受保护，请在“审阅”里撤销工作表保护后再试（写完可以重新保护）。"
            )
        bands(blocks)
        used = access.used_area(sheet)
        tables = lists.tables_of(sheet)
        whole = access.read(sheet, used) if any(block.resize for block in blocks) else None
        seen = self._seen.get(name)
        headings = {block.row - 1 for block in blocks if block.row > 1 and (block.resize or block.height > 1)}
        if seen is not None and not seen.still(sheet, used, headings, whole):
            raise WorkbookChanged(
                f"“{self.title}”的工作表“{name}”在处理期间被改动过（行或标题变了），"
                "为了不写错行，没有写入，请重新运行一次。"
            )
        plan = SheetPlan(sheet, name, tables)
        every = list(blocks)
        if whole is not None:
            resized = lists.resize(name, tables, whole, blocks)
            plan.resized, plan.growths = resized.tables, resized.growths
            every += resized.blocks
        for block in every:
            if block.height:
                self._add(plan, block, whole, used)
        return plan

    def _add(self, plan: SheetPlan, block: Block, whole: Held | None, used: Area) -> None:
        columns = checked(block, date1904=bool(self._date1904))
        area = area_of(block)
        held = whole
        if held is None:
            common = area.common(used)
            held = access.read(plan.sheet, common) if common is not None else access.NOTHING
        lists.check(plan.name, plan.tables, block, lambda part: access.within(plan.sheet, held, part))
        count, spans = changed_span(list(held.columns(area)), columns)
        plan.cells += count
        for piece in changing(area, columns, spans):
            refuse_hidden(plan.sheet, plan.name, piece)
            plan.work.append((piece, held.part(piece.area)))


@contextlib.contextmanager
def _plainly(name: str, what: str, look: str) -> Iterator[None]:
    """Turn what the program says about a sheet into a sentence: what is wrong, and what to look at."""
    try:
        yield
    except XlcrmError:
        raise
    except Exception as error:
        raise WorkbookError(
            f"工作表“{name}”{what}，表格程序报告“{said(error)}”；请检查该工作表{look}后重试"
        ) from error


def _writing(name: str) -> contextlib.AbstractContextManager[None]:
    return _plainly(name, "没有写成", "（保护、合并单元格、数据透视表）")


def _by_sheet(changes: Changes) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for block in changes.blocks:
        if block.columns:
            found.setdefault(block.sheet, []).append(block)
    return found


def _formats(sheet: xw.Sheet, column: int, first: int, last: int) -> list[tuple[int, int, str]]:
    area = Area(first + 1, column, last + 1, column)
    return [(part.top - 1, part.bottom - 1, code) for part, code in access.number_formats(sheet, area)]


def _half_written(error: XlcrmError) -> XlcrmError:
    """The same error, when what had been written could not be put back whole."""
    sentence = f"{error.message.removesuffix('。')}；有的单元格没能恢复原来的内容，请不要保存，关闭后重新打开"
    return type(error)(sentence)


def _trimmed(columns: list[list[object]], held: Held) -> list[list[object]]:
    """Columns without the blank rows and columns that are only formatted."""
    last = 0
    for row in range(len(held.values), 0, -1):
        if any(held.formulas[row - 1]) or any(column[row - 1] is not None for column in columns):
            last = row
            break
    found = [column[:last] for column in columns]
    while (
        found
        and all(value is None for value in found[-1])
        and not any(row[len(found) - 1] for row in held.formulas)
    ):
        found.pop()
    return found


def _formulas(held: Held) -> frozenset[tuple[int, int]]:
    return frozenset(
        (row, column)
        for row, (values, formulas) in enumerate(zip(held.values, held.formulas, strict=True), start=1)
        for column, (value, formula) in enumerate(zip(values, formulas, strict=True), start=1)
        if is_formula(value, formula)
    )
