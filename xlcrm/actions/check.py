"""检查录入: the entry checks alone, written to 校验结果."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from xlcrm.actions.base import Outcome
from xlcrm.actions.journal import Entry, journal_blocks
from xlcrm.actions.loading import load
from xlcrm.actions.refresh import (
    add_row_findings,
    check_input,
    finding_blocks,
    table_blocks,
    written,
)
from xlcrm.checks import run_checks
from xlcrm.workbook.port import Changes

if TYPE_CHECKING:
    from xlcrm.actions.base import Progress, RunParams
    from xlcrm.compute.columns import Columns
    from xlcrm.workbook.port import Door

LABEL = "检查录入"


def check(door: Door, params: RunParams, progress: Progress) -> Outcome:
    """Check every entry; write 校验结果, the 校验 columns and 操作日志. No entry cell is changed."""
    return written(door, _prepare(door, params, progress), params, progress)


def _prepare(door: Door, params: RunParams, progress: Progress) -> Outcome:
    started = time.monotonic()
    loaded = load(door, params.now, progress)
    progress("检查录入")
    found = run_checks(check_input(loaded))
    levels = found["level"].value_counts()
    counts = {name: int(levels.get(name, 0)) for name in ("错误", "警告", "提示")}
    columns: dict[str, Columns] = {}
    add_row_findings(loaded, found, columns)
    blocks, _ = table_blocks(loaded, columns)
    blocks += finding_blocks(loaded, found)
    entry = Entry(LABEL, len(found), time.monotonic() - started)
    blocks += journal_blocks(loaded, entry, blocks)
    changes = Changes(blocks)
    message = f"已检查 {loaded.rows} 行：" + "，".join(
        f"{name} {number} 处" for name, number in counts.items()
    )
    return Outcome(message, counts, findings=found, changes=changes, rows=loaded.rows)
