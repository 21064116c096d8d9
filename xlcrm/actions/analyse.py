"""刷新分析: check, compute, and write the analysis sheets alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from xlcrm.actions.analysing import analysed, missing_sheets
from xlcrm.actions.base import Outcome
from xlcrm.actions.journal import Entry, journal_blocks
from xlcrm.actions.loading import load
from xlcrm.actions.month import asked_month
from xlcrm.actions.refresh import check_input, journal_details, kept_remark, written
from xlcrm.analysis.scope import Scope, month_text
from xlcrm.analysis.wording import figure_text, known
from xlcrm.checks import run_checks
from xlcrm.compute.run import run
from xlcrm.workbook.port import Changes

if TYPE_CHECKING:
    from xlcrm.actions.analysing import Analysed
    from xlcrm.actions.base import AnalyseParams, Progress
    from xlcrm.workbook.port import Door

LABEL = "刷新分析"
_SUMMED_UP = 6
"""How many figures of the first sheet the message names."""


def analyse(door: Door, params: AnalyseParams, progress: Progress) -> Outcome:
    """Rebuild the analysis sheets and 分析明细 for one month, and note it in 操作日志.

    Raises:
        UsageError, ParameterError: the month has not begun.
    """
    return written(door, _prepare(door, params, progress), params, progress)


def _prepare(door: Door, params: AnalyseParams, progress: Progress) -> Outcome:
    started = time.monotonic()
    loaded = load(door, params.now, progress)
    month = asked_month(loaded, params.month)
    progress("检查录入")
    found = run_checks(check_input(loaded))
    progress("计算截止和到期")
    computed = run(loaded.facts)
    progress("更新分析")
    result = analysed(door, loaded, Scope(computed, month, found))
    remarks = [*missing_sheets(door, loaded), *result.remarks, *kept_remark(result.retired)]
    data = {"month": str(month), "sheets": _shown(result)}
    if not result.made:
        return Outcome("没有可以更新的分析表，文件没有改动", remarks=remarks, data=data, rows=loaded.rows)
    progress("整理结果")
    entry = Entry(LABEL, len(found), time.monotonic() - started, journal_details(result.retired))
    blocks = [*result.blocks, *journal_blocks(loaded, entry, result.blocks)]
    counts = {"分析表": len(result.made), "分析块": result.panels, "明细行": result.details}
    message = f"已更新 {len(result.made)} 张分析表（{month_text(month)}）{_summary(result)}"
    changes = Changes(blocks, result.titles)
    return Outcome(message, counts, remarks, changes=changes, data=data, rows=loaded.rows)


def _summary(result: Analysed) -> str:
    """The figures of the first sheet that has cards: 客户总数 41，NPS 20."""
    made = next((made for made in result.made if made.figures), None)
    if made is None:
        return ""
    kinds = {card.label: card.kind for card in made.sheet.cards}
    texts = [
        f"{label} {figure_text(figure, kinds[label])}"
        for label, figure in list(made.figures.items())[:_SUMMED_UP]
    ]
    return f"：{'，'.join(texts)}"


def _shown(result: Analysed) -> list[dict[str, Any]]:
    """What --json prints of each sheet."""
    return [
        {
            "sheet": made.sheet.title,
            "cards": [
                {
                    "label": card.label,
                    "value": known(made.figures[card.label]),
                    "shown": figure_text(made.figures[card.label], card.kind),
                    "text": made.figures[card.label].text,
                }
                for card in made.sheet.cards
            ],
            "panels": [
                {
                    "title": panel.title,
                    "caption": made.panels[panel.name].caption,
                    "rows": len(made.panels[panel.name].rows),
                }
                for panel in made.sheet.panels
            ],
        }
        for made in result.made
    ]
