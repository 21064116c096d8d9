"""Many workbooks on the terminal: what is running, and what came of each."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typer
from rich import box
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from xlcrm.entrypoints.errand import Errand
from xlcrm.entrypoints.many import INTERRUPTED, Done, run_all, workers_for
from xlcrm.entrypoints.named import workbooks
from xlcrm.entrypoints.terminal import CANNOT, FOUND_ERRORS, err, guarded, out, print_json
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlcrm.actions import RunParams

FINDINGS: Final = "录入问题"
_FIGURES: Final = {
    "refresh": (("逾期任务", "逾期"), ("已超时", "已超时"), (FINDINGS, FINDINGS)),
    "check": (("错误", "错误"), ("警告", "警告"), (FINDINGS, FINDINGS)),
    "analyse": (("分析表", "分析表"), ("明细行", "明细行")),
}
"""By action: labels of its counts, and their headings."""
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Manner:
    """How the user wants it.

    Attributes:
        jobs: workbooks at once; 0 for as many as there are processors.
        as_json: print a list instead of a table.
        strict: leave with 1 where a finding is an error.
        live: in an open workbook, which goes with one workbook only.
    """

    jobs: int = 0
    as_json: bool = False
    strict: bool = False
    live: bool = False


def leave_many(action: str, words: Sequence[Path], params: RunParams, manner: Manner) -> None:
    """Run an action on all workbooks that are named, tell what came of each, and end with the right code.

    Args:
        action: `refresh`, `check` or `analyse`.
        words: files, folders and patterns.
        params: of the action.
        manner: see there.

    Raises:
        typer.Exit: with 2 where one failed, with 1 where one has errors and `strict` was asked for.
        KeyboardInterrupt: the user stopped it; what was done by then is told.
    """
    paths = guarded(lambda: _asked(words, manner))
    started = time.perf_counter()
    with watching(len(paths), quiet=manner.as_json) as watcher:
        errand = Errand(action, params, in_full=manner.as_json)
        results, interrupted = run_all(errand, paths, workers_for(len(paths), manner.jobs), watcher)
    if manner.as_json:
        print_json([as_json(done) for done in results])
    else:
        _tell(action, results, time.perf_counter() - started)
        if params.dry_run:
            out.print("试运行：文件都没有改动")
    if interrupted:
        raise KeyboardInterrupt
    if any(done.failure for done in results):
        raise typer.Exit(CANNOT)
    if manner.strict and any(done.errors for done in results):
        raise typer.Exit(FOUND_ERRORS)


def _asked(words: Sequence[Path], manner: Manner) -> list[Path]:
    if manner.live:
        raise UsageError("--live 和 --pipe 一次只能用于一个工作簿")
    return workbooks(words)


class Running:
    """What is in hand, for a bar of progress."""

    def __init__(self, bar: Progress, count: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=count)
        self._in_hand: list[str] = []
        self._ended: set[Path] = set()

    def begun(self, path: Path) -> None:
        """A workbook is taken in hand."""
        self._in_hand.append(path.name)
        self._show()

    def ended(self, path: Path) -> None:
        """It is out of hand; one that has to be done again counts once."""
        self._in_hand.remove(path.name)
        self._ended.add(path)
        self._show()

    def _show(self) -> None:
        names = "、".join(self._in_hand[:_NAMED]) + ("……" if len(self._in_hand) > _NAMED else "")
        self._bar.update(self._task, completed=len(self._ended), description=escape(names))


class Silent:
    """Nobody looks on."""

    def begun(self, path: Path) -> None:
        """A workbook is taken in hand."""

    def ended(self, path: Path) -> None:
        """It is out of hand."""


@contextlib.contextmanager
def watching(count: int, *, quiet: bool) -> Iterator[Running | Silent]:
    """One bar of progress on a terminal: how many are done, and which are in hand."""
    if quiet or not err.is_terminal:
        yield Silent()
        return
    columns = (SpinnerColumn(), MofNCompleteColumn(), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=err, transient=True) as bar:
        yield Running(bar, count)


def _tell(action: str, results: Sequence[Done], seconds: float) -> None:
    out.print(table(action, results))
    failed = [done for done in results if done.failure]
    for done in failed:
        if done.failure == INTERRUPTED:  # said once, by the command's end
            continue
        err.print(f"不能完成“{done.path}”：{done.failure}", soft_wrap=True, markup=False, highlight=False)
    out.print(
        f"共 {len(results)} 个工作簿：完成 {len(results) - len(failed)} 个，"
        f"没有完成 {len(failed)} 个，用时 {seconds:.1f} 秒",
        soft_wrap=True,
        highlight=False,
    )


def table(action: str, results: Sequence[Done]) -> Table:
    """One workbook a row, in the order in which they were named."""
    figures = _FIGURES[action]
    shown = Table(header_style="bold", box=box.SIMPLE_HEAD)
    shown.add_column("工作簿", overflow="fold")
    for heading in ("行数", *(heading for _, heading in figures), "秒"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("结果", no_wrap=True)
    for done in results:
        name = escape(str(done.path))
        if done.failure:
            blanks = [""] * (len(figures) + 1)
            shown.add_row(name, *blanks, f"{done.seconds:.1f}", _outcome(done), style="red")
        else:
            counts = {**done.counts, FINDINGS: done.findings}
            numbers = (done.rows, *(counts.get(label, 0) for label, _ in figures))
            shown.add_row(name, *(f"{number:,}" for number in numbers), f"{done.seconds:.1f}", "完成")
    return shown


def _outcome(done: Done) -> str:
    return "已中断" if done.failure == INTERRUPTED else "没有完成，原因见下"


def as_json(done: Done) -> dict[str, Any]:
    """What --json prints of one workbook: as of one alone, its seconds, and why not where it failed."""
    return {
        "file": str(done.path),
        **done.report,
        "rows": done.rows,
        "seconds": round(done.seconds, 3),
        "error": done.failure or None,
    }
