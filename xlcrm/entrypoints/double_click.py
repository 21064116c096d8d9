"""What a shortcut runs: refresh a workbook, closed or open, tell how it went, and wait for a key."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.actions import RunParams
from xlcrm.entrypoints import faults
from xlcrm.entrypoints.running import Target, work
from xlcrm.entrypoints.show import summary_table
from xlcrm.entrypoints.terminal import CANNOT, err, in_utf8, out, say
from xlcrm.errors import ProgramBusy, SheetProtected, WorkbookOpen, XlcrmError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.actions import Outcome


def refresh(path: Path) -> tuple[Outcome, bool]:
    """Refresh the closed file; where a program has it open, the open workbook. And whether it was that.

    Raises:
        WorkbookOpen: somebody has it open where we cannot reach it: WPS, another computer.
        XlcrmError: it cannot go on.
    """
    try:
        return work("refresh", Target(path), RunParams(), quiet=False, write=True), False
    except WorkbookOpen as closed:
        try:
            return work("refresh", Target(path, live=True), RunParams(), quiet=False, write=True), True
        except (ProgramBusy, SheetProtected):
            raise
        except XlcrmError as error:
            raise closed from error


def main(arguments: Sequence[str]) -> int:
    """Refresh and tell; 0, or 2 where it could not be done. Never a traceback."""
    parser = argparse.ArgumentParser(prog="python -m xlcrm.entrypoints.double_click")
    parser.add_argument("path", type=Path)
    parser.add_argument("--wait", action="store_true", help="wait for Enter, so that the window stays")
    options = parser.parse_args(arguments)
    in_utf8()
    left = _told(options.path)
    if options.wait:
        out.print("\n按回车键关闭这个窗口……", end="")
        sys.stdin.readline()
    return left


def _told(path: Path) -> int:
    out.print(f"正在刷新“{path.name}”……", highlight=False, markup=False)
    try:
        outcome, live = refresh(path)
    except XlcrmError as error:
        err.print(f"不能完成：{error.message}", soft_wrap=True, markup=False, highlight=False)
    except KeyboardInterrupt:
        err.print("已中断。")
    except Exception as error:  # noqa: BLE001 - the last line before the user
        err.print(faults.sentence(error), soft_wrap=True, markup=False, highlight=False)
    else:
        out.print(summary_table(outcome.counts))
        say(outcome, path, dry_run=False, live=live)
        return 0
    return CANNOT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
