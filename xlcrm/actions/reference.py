"""The reference pages of all sheets and rules, in Chinese, from the declarations alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.strategies.sheet import source_of, strategy_rules
from xlcrm.rules.layout import clock_names
from xlcrm.rules.measures import MEASURES
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import FULL, PACKS, SYSTEM_TABLES, TABLES, tables_of
from xlcrm.tables.base import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlcrm.tables.base import Column, Table

KINDS: Final = {
    Kind.TEXT: "文字",
    Kind.LONG: "长文字",
    Kind.NAME: "名称",
    Kind.PERSON: "人名",
    Kind.PHONE: "电话",
    Kind.EMAIL: "邮箱",
    Kind.DATE: "日期",
    Kind.DATETIME: "日期时间",
    Kind.NUMBER: "数字",
    Kind.MONEY: "金额",
    Kind.PERCENT: "百分比",
    Kind.INT: "整数",
    Kind.CHOICE: "单选",
    Kind.TAGS: "多选",
    Kind.ID: "编号",
    Kind.REF: "引用",
    Kind.YESNO: "是否",
    Kind.SCORE5: "1-5 分",
    Kind.SCORE10: "1-10 分",
    Kind.NPS: "0-10 分",
    Kind.LINK: "链接",
}
ROLES: Final = {Role.ENTRY: "填写", Role.EXTRA: "补充", Role.AUTO: "自动"}
_COMMAND = "本页由 `xlcrm {} --markdown` 生成，与程序一致。"


def tables_page() -> str:
    """Every sheet with its columns, as Markdown."""
    lines = [
        "# 工作表和列",
        "",
        _COMMAND.format("schema"),
        "",
        "填写：文件原有的列；补充：文件没有、规则需要的列；自动：由 xlcrm 刷新时写入。带 * 的列必须填写。",
        "",
        *_table_lines(
            ("工作簿", "键", "工作表"),
            ((name, key, "、".join(table.title for table in tables_of(key))) for key, name in PACKS.items()),
        ),
    ]
    for table in (*TABLES, *SYSTEM_TABLES):
        lines += ["", f"## {table.title}", "", *_about(table), "", *_table_lines(_HEADINGS, _columns(table))]
    return "\n".join(lines) + "\n"


_HEADINGS = ("列", "类型", "谁填", "选项或格式", "其他写法", "说明")


def _about(table: Table) -> list[str]:
    packs = "、".join(PACKS[pack] for pack in table.packs) or "所有工作簿"
    found = [f"所在工作簿：{packs}。{table.hint}"]
    if table.also:
        found.append(f"其他名称：{'、'.join(table.also)}。")
    clocks = clock_names(table, default_book(FULL).rules)
    if clocks:
        found.append(f"时钟列（各一对 截止/状态）：{'、'.join(clocks)}。")
    return ["  \n".join(found)]


def _columns(table: Table) -> Iterator[tuple[str, ...]]:
    for item in table.columns:
        marked = f"{item.heading}{' *' if item.required else ''}"
        yield (marked, KINDS[item.kind], ROLES[item.role], _choices(item), "、".join(item.also), _note(item))


def _choices(item: Column) -> str:
    if item.references:
        owner = next(table for table in TABLES if table.name == item.references)
        return f"{owner.title}的编号"
    if item.choice is None:
        return f"例如 {item.example}" if item.example else ""
    return "、".join(item.choice.values) + ("（可增加）" if item.choice.open else "")


def _note(item: Column) -> str:
    parts = [
        item.note,
        f"单位：{item.unit}" if item.unit else "",
        f"栏目：{item.group}" if item.group else "",
    ]
    if item.packs:
        parts.append(f"只在{'、'.join(PACKS[pack] for pack in item.packs)}")
    return "；".join(part for part in parts if part)


def rules_page() -> str:
    """Every packaged rule, document by document, as Markdown."""
    joined = {row["规则编号"]: row for row in default_rows(FULL)}
    lines = [
        "# 默认规则",
        "",
        _COMMAND.format("rules"),
        "",
        "本册：该文件自己的工作簿；合册：客户管理全册，两个文件不一致时较严的启用。",
        "假定：文件没有写明、由 xlcrm 补上的部分。",
    ]
    for pack, name in PACKS.items():
        if pack == FULL:
            continue
        rows = (
            (
                row["规则编号"],
                row["任务"],
                row["类型"],
                row["对象表"],
                row["条件"],
                row["起点"],
                row["终点"],
                f"{row['时限']}{row['单位']}",
                row["时钟列"] or row["作用"],
                f"{row['启用']}/{joined[row['规则编号']]['启用']}",
                row["假定"],
                row["来源"],
                row["说明"],
            )
            for row in default_rows(pack)
        )
        lines += ["", f"## {name}", "", *_table_lines(_RULE_HEADINGS, rows)]
    measures = (
        (item.name, next(t.title for t in TABLES if t.name == item.table), item.span.value, item.text)
        for item in MEASURES.values()
    )
    lines += ["", "## 阈值的指标", "", *_table_lines(("指标", "工作表", "范围", "算法"), measures)]
    advice = (
        (
            rule.rule_id,
            rule.category,
            source_of(rule),
            re.sub(r"\{\w+\}", "…", rule.finding),
            f"{rule.comparison} {rule.threshold}",
            f"{rule.least}",
            rule.urgency,
            rule.who,
            f"{rule.days}天",
        )
        for rule in strategy_rules()
    )
    lines += ["", "## 策略建议", "", _ADVICE, "", *_table_lines(_ADVICE_HEADINGS, advice)]
    return "\n".join(lines) + "\n"


_ADVICE = (
    "分析表“策略建议”按这些规则说话，…处为当时的数字；占比的门槛为百分数，样本少于最少样本时不说。"
    "门槛写成规则编号或参数名称的，以规则表、参数表为准（规则停用则不说）；其余门槛和天数为假定。"
)
_ADVICE_HEADINGS = ("编号", "类别", "来源", "发现", "门槛", "最少样本", "紧急程度", "负责人", "完成")
_RULE_HEADINGS = (
    *("编号", "任务", "类型", "对象表", "条件", "起点", "终点", "时限", "时钟列/作用"),
    *("启用（本册/合册）", "假定", "来源", "说明"),
)


def _table_lines(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = ["| " + " | ".join(cell.replace("|", "／") for cell in row) + " |" for row in rows]
    return ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings), *body]
