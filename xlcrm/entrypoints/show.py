"""How outcomes look on a terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from xlcrm.entrypoints.cell_text import bare, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from xlcrm.actions import Outcome

SHOWN = 40
_ALARMS = {"已超时": "red", "逾期任务": "red", "校验错误": "red", "即将超时": "yellow", "今日到期": "yellow"}
_STYLES = {"错误": "red", "警告": "yellow", "提示": "cyan"}


def summary_table(counts: Mapping[str, int]) -> Table:
    """One label and its figure a row; figures that ask for action are coloured."""
    table = Table(show_header=False, box=box.SIMPLE_HEAD)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for label, number in counts.items():
        table.add_row(label, f"{number:,}", style=_ALARMS.get(label) if number else None)
    return table


def cards_table(title: str, cards: Sequence[Mapping[str, Any]]) -> Table:
    """One figure of an analysis sheet a row: label, figure, what it is compared with."""
    table = Table(title=title, title_justify="left", show_header=False, box=box.SIMPLE_HEAD)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    for card in cards:
        table.add_row(*(escape(card[key]) for key in ("label", "shown", "text")))
    return table


def findings_table(found: pd.DataFrame) -> Table:
    """The gravest findings."""
    table = Table(header_style="bold", caption=_caption(len(found)))
    for heading in ("级别", "代码", "位置", "问题", "处理办法"):
        table.add_column(heading, overflow="fold")
    for row in found.head(SHOWN).to_dict("records"):
        place = f"{row['sheet']} 第{row['row']}行 {row['heading']}" if row["row"] else str(row["sheet"])
        texts = (row["level"], row["code"], place, row["message"], row["fix"])
        table.add_row(*(escape(str(text)) for text in texts), style=_STYLES.get(row["level"]))
    return table


def _caption(count: int) -> str | None:
    return f"共 {count} 条，此处列出前 {SHOWN} 条，全部见 校验结果 工作表" if count > SHOWN else None


def changes_table(changes: Sequence[Mapping[str, Any]]) -> Table:
    """One rewritten cell a row: where, what it held, what it will hold, why."""
    more = len(changes) - SHOWN
    table = Table(
        header_style="bold",
        caption=f"共 {len(changes)} 处，此处列出前 {SHOWN} 处，全部用 --json 列出" if more > 0 else None,
    )
    for heading in ("单元格", "原值", "新值", "原因"):
        table.add_column(heading, overflow="fold")
    for change in changes[:SHOWN]:
        place = f"{change['sheet']}!{change['cell']} {change.get('heading', '')}"
        texts = (place.strip(), quoted(change["old"]), quoted(change["new"]), change["why"])
        table.add_row(*(escape(text) for text in texts))
    return table


def rows_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """One new row of a sheet a row: where it goes, and its cells under their headings."""
    more = len(rows) - SHOWN
    table = Table(
        header_style="bold",
        caption=f"共 {len(rows)} 条，此处列出前 {SHOWN} 条，全部用 --json 列出" if more > 0 else None,
    )
    for heading in ("位置", "内容"):
        table.add_column(heading, overflow="fold")
    for row in rows[:SHOWN]:
        cells = "；".join(f"{heading}：{bare(value)}" for heading, value in row["cells"].items())
        table.add_row(escape(f"{row['sheet']} 第{row['row']}行"), escape(cells))
    return table


def letters_table(letters: Sequence[Mapping[str, Any]]) -> Table:
    """One letter a row: to whom, what it is and says, and what became of it."""
    more = len(letters) - SHOWN
    table = Table(
        header_style="bold",
        caption=f"共 {len(letters)} 封，此处列出前 {SHOWN} 封，全部用 --json 列出" if more > 0 else None,
    )
    tried = any(letter["result"] for letter in letters)
    for heading in ("收件人", "邮箱", "邮件", "主题", "附件", *(["结果"] if tried else [])):
        table.add_column(heading, overflow="fold")
    for letter in letters[:SHOWN]:
        size = f"{letter['bytes'] / 2**20:.1f} MB" if letter["attachments"] else ""
        texts = [letter["name"], letter["email"], letter["kind"], letter["subject"], size]
        table.add_row(*(escape(text) for text in [*texts, *([letter["result"] or ""] if tried else [])]))
    return table


def reasons_tree(reasons: Sequence[Mapping[str, Any]]) -> Tree:
    """One branch a rule, one leaf a fact."""
    tree = Tree("规则")
    for reason in reasons:
        status = f"  [{reason['status']}]" if reason["status"] else ""
        style = "bold" if reason["matched"] else "dim"
        branch = tree.add(escape(f"{reason['rule']}{status}"), style=style)
        for line in reason["lines"]:
            branch.add(escape(str(line)), style="not bold")
    return tree


def rules_table(rules: Sequence[Mapping[str, str]]) -> Table:
    """The rules as 规则表 shows them, in short."""
    headings = ("规则编号", "启用", "任务", "类型", "对象表", "条件", "时限", "单位")
    table = Table(header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for rule in rules:
        table.add_row(*(rule[heading] for heading in headings))
    return table


def outcome_json(outcome: Outcome, path: Path) -> dict[str, Any]:
    """What --json prints of a refresh or a check."""
    found = outcome.findings
    return {
        "file": str(path),
        "message": outcome.message,
        "counts": dict(outcome.counts),
        "remarks": list(outcome.remarks),
        "cells": outcome.changes.cells if outcome.changes else 0,
        "written": outcome.saved is not None,
        "backup": str(outcome.saved.backup) if outcome.saved and outcome.saved.backup else None,
        "findings": [] if found is None else found.drop(columns=["table", "key"]).to_dict("records"),
    }
