"""刷新到期清单: read, check, compute, analyse, write."""

from __future__ import annotations

import ctypes
import dataclasses
import sys
import time
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.actions.analysing import analysed, no_analysis
from xlcrm.actions.base import Outcome
from xlcrm.actions.blocks import appended, auto_blocks, beside_label, finding_links, list_blocks
from xlcrm.actions.journal import Entry, journal_blocks
from xlcrm.actions.loading import Loaded, load
from xlcrm.actions.month import usual_month
from xlcrm.analysis.scope import Scope
from xlcrm.checks import run_checks, summarise_rows
from xlcrm.checks.base import CheckInput
from xlcrm.compute.lists.open_cases import open_count
from xlcrm.compute.lists.reports import unkeepable
from xlcrm.compute.run import run
from xlcrm.rules.layout import sheet_columns
from xlcrm.tables import TABLES
from xlcrm.tables.base import Role
from xlcrm.tables.mailing import JOBS, RECIPIENTS, SENT_LOG
from xlcrm.tables.system import HOME, HOME_CARDS, REFRESHED_AT
from xlcrm.workbook.port import Block, Changes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from xlcrm.actions.base import Progress, RunParams
    from xlcrm.compute.columns import Columns
    from xlcrm.compute.lists.alerts import Alerts
    from xlcrm.compute.lists.due_list import DueList
    from xlcrm.compute.run import Run
    from xlcrm.workbook.port import Door

LABEL = "刷新到期清单"
_DETAILS = 30_000
"""Characters that 说明 of 操作日志 holds at most; a cell holds 32,767."""
_OF_MAIL: Final = frozenset({RECIPIENTS.name, JOBS.name, SENT_LOG.name})
"""Sheets that a refresh neither reads nor writes: who sends no mail does not miss them."""


def refresh(door: Door, params: RunParams, progress: Progress) -> Outcome:
    """Check every entry, rebuild the auto columns, the lists and the counts, and write them in one step."""
    return written(door, prepare(door, params, progress), params, progress)


def written(door: Door, outcome: Outcome, params: RunParams, progress: Progress) -> Outcome:
    """Apply an outcome's changes, unless it is a dry run; by now all that was read is out of memory."""
    if params.dry_run or outcome.changes is None:
        return outcome
    progress("写入工作簿")
    _give_memory_back()
    return dataclasses.replace(outcome, saved=door.apply(outcome.changes))


def _give_memory_back() -> None:
    """Ask the C library for what was freed after reading; it keeps it for the process otherwise."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def prepare(door: Door, params: RunParams, progress: Progress) -> Outcome:
    """All of a refresh but the writing."""
    started = time.monotonic()
    loaded = load(door, params.now, progress)
    progress("检查录入")
    found = run_checks(check_input(loaded))
    progress("计算截止和到期")
    computed = run(loaded.facts)
    columns, tasks, warnings = computed.columns, computed.shown, computed.alerts
    progress("更新分析")
    month, late = usual_month(loaded)
    figures = analysed(door, loaded, Scope(computed, month, found))
    progress("整理结果")
    add_row_findings(loaded, found, columns)
    blocks, absent = table_blocks(loaded, columns)
    counts = home_counts(loaded, found, tasks, warnings)
    blocks += report_blocks(loaded, found, computed)
    blocks += home_blocks(door, counts, loaded.facts.now)
    blocks += figures.blocks
    gone = (*computed.retired, *figures.retired)
    remarks = [*_remarks(loaded, absent, computed), *no_analysis(door, loaded), *([late] if late else [])]
    remarks += [*figures.remarks, *kept_remark(gone)]
    entry = Entry(LABEL, len(found), time.monotonic() - started, journal_details((*tasks.retired, *gone)))
    blocks += journal_blocks(loaded, entry, blocks)
    changes = Changes(blocks, figures.titles)
    message = (
        f"已处理 {loaded.rows} 行：逾期 {tasks.counts['逾期']} 项，今日到期 {tasks.counts['今日到期']} 项，"
        f"即将到期 {tasks.counts['即将到期']} 项；"
        f"已超时 {warnings.breached} 个，即将超时 {warnings.at_risk} 个；录入问题 {len(found)} 处"
    )
    return Outcome(message, counts, remarks, found, changes, rows=loaded.rows)


def journal_details(gone: Sequence[str]) -> str:
    """What 操作日志 says of the user's texts whose rows have gone."""
    return "；".join(f"已离开清单的备注 {note}" for note in gone)[:_DETAILS]


def kept_remark(gone: Sequence[str]) -> list[str]:
    """A sentence about them, or none."""
    return [f"{len(gone)} 处您填写的内容所在的行已不存在，内容记入操作日志"] if gone else []


def check_input(loaded: Loaded) -> CheckInput:
    """What the checks look at."""
    facts = loaded.facts
    return CheckInput(loaded.reading.tables, facts.rules, facts.parameters, facts.now)


def add_row_findings(loaded: Loaded, found: pd.DataFrame, columns: dict[str, Columns]) -> None:
    """The 校验 column of every table: the row's findings in short."""
    for table in TABLES:
        sheet = loaded.reading.tables.get(table.name)
        if sheet is not None and "findings" in table.by_key:
            texts = summarise_rows(found, table.name).reindex(sheet.frame.index)
            own = texts.astype(object).where(texts.notna(), None).to_numpy()
            columns.setdefault(table.name, {})["findings"] = own


def table_blocks(loaded: Loaded, columns: Mapping[str, Columns]) -> tuple[list[Block], dict[str, list[str]]]:
    """Blocks of all auto columns, and by sheet the auto headings that it lacks."""
    blocks: list[Block] = []
    absent: dict[str, list[str]] = {}
    names = {table.name for table in TABLES}
    for name, own in columns.items():
        if name in names:
            sheet = loaded.reading.tables[name]
            new, lacking = auto_blocks(sheet, _expected(loaded, name, own))
            blocks += new
            if lacking:
                absent[sheet.sheet] = lacking
    return blocks, absent


def _expected(loaded: Loaded, name: str, columns: Columns) -> Columns:
    """Leave out the worst-of columns where the rules give a sheet fewer than two clocks."""
    table = loaded.reading.tables[name].table
    keys = {
        item.key
        for item in sheet_columns(table, loaded.facts.rules.rules, loaded.pack)
        if item.role is Role.AUTO
    }
    return {key: values for key, values in columns.items() if key in keys}


def report_blocks(loaded: Loaded, found: pd.DataFrame, computed: Run) -> list[Block]:
    """The list sheets, and the rows that 规则表 and 节假日 lack."""
    sheets = loaded.reading.tables
    lists = {"due_list": computed.shown.rows, "alerts": computed.alerts.rows, **computed.sheets}
    blocks: list[Block] = []
    for name, shown in lists.items():
        if name in sheets:
            blocks += list_blocks(sheets[name], shown, sheets)
    blocks += finding_blocks(loaded, found)
    if "rules" in sheets:
        by_heading = sheets["rules"].table.by_heading
        blocks += appended(
            sheets["rules"],
            [
                {by_heading[heading].key: text or None for heading, text in row.items()}
                for row in loaded.facts.rules.missing
            ],
        )
    if "holidays" in sheets:
        days = loaded.new_holidays.assign(day=loaded.new_holidays["day"].dt.date)
        rows = [{str(key): value for key, value in row.items()} for row in days.to_dict("records")]
        blocks += appended(sheets["holidays"], rows)
    return blocks


def finding_blocks(loaded: Loaded, found: pd.DataFrame) -> list[Block]:
    """校验结果: the gravest findings first, and a last line that says what was left out."""
    sheets = loaded.reading.tables
    if "findings" not in sheets:
        return []
    limit = loaded.facts.parameters.finding_rows
    shown = found.head(limit)
    rows = shown.assign(link=finding_links(shown, sheets))
    if len(found) > limit:
        more = {
            "level": "提示",
            "message": f"另有 {len(found) - limit} 条未列出，可在参数表调大 校验结果最多行数",
        }
        rows = pd.concat([rows, pd.DataFrame([more])], ignore_index=True)
    return list_blocks(sheets["findings"], rows, sheets)


def home_counts(
    loaded: Loaded,
    found: pd.DataFrame,
    tasks: DueList,
    warnings: Alerts,
) -> dict[str, int]:
    """The figures of 首页, in the order of its cards."""
    facts = loaded.facts
    levels = found["level"].value_counts()
    figures = {
        "客户总数": len(facts.account_ids),
        "未结案件": open_count(facts),
        "已超时": warnings.breached,
        "即将超时": warnings.at_risk,
        **{f"{name}任务" if name == "逾期" else name: number for name, number in tasks.counts.items()},
        "校验错误": int(levels.get("错误", 0)),
        "校验警告": int(levels.get("警告", 0)),
    }
    return {name: figures[name] for name in HOME_CARDS}


def home_blocks(door: Door, counts: Mapping[str, int], now: dt.datetime) -> list[Block]:
    """The cards of 首页 and the moment of the refresh, beside the cells that hold their labels."""
    if HOME not in door.sheets:
        return []
    grid = door.grid(HOME)
    # A workbook from before 未结案件 has complaints alone, under another label.
    cards = {**counts, "开放投诉": counts["未结案件"]}
    found = [beside_label(HOME, grid, label, figure, below=True) for label, figure in cards.items()]
    found.append(beside_label(HOME, grid, REFRESHED_AT, now, below=False))
    return [block for block in found if block is not None]


def _remarks(loaded: Loaded, absent: Mapping[str, Sequence[str]], computed: Run) -> list[str]:
    remarks = [
        f"{sheet}没有自动列 {'、'.join(headings)}，未写入；在表头行加上这些列名后再刷新即可"
        for sheet, headings in absent.items()
    ]
    sheets = loaded.reading.tables
    remarks += [
        f"{sheets[table.name].sheet}没有 {'、'.join(headings)} 列，无法保留您填写的内容，没有重建；"
        "请恢复这些列名后再刷新"
        for table in TABLES
        if table.name in sheets and (headings := unkeepable(loaded.facts, table.name))
    ]
    lacking = [
        table.title for table in loaded.reading.missing if not table.packs and table.name not in _OF_MAIL
    ]
    if lacking:
        remarks.append(f"工作簿中没有 {'、'.join(lacking)}，相应内容未写出；可用 xlcrm new 建立完整的工作簿")
    tasks, warnings = computed.shown, computed.alerts
    if tasks.left_out:
        remarks.append(f"到期清单另有 {tasks.left_out} 项未列出，可在参数表调大 到期清单最多行数")
    if warnings.left_out:
        remarks.append(f"超时预警另有 {warnings.left_out} 项未列出，可在参数表调大 到期清单最多行数")
    if tasks.retired:
        remarks.append(f"{len(tasks.retired)} 项带备注的任务已离开清单，备注记入操作日志")
    return remarks
