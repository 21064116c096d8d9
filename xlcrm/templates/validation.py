"""What Excel itself asks and refuses while the user types: drop-downs, limits and input messages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from xlcrm.tables import BY_NAME
from xlcrm.tables.base import FULL, Kind, Role

if TYPE_CHECKING:
    from xlcrm.tables.base import Column, Table
    from xlcrm.tables.options import OptionList

TITLE_LIMIT: Final = 32
MESSAGE_LIMIT: Final = 255
"""Excel's own limits, in characters."""

FIRST_DAY: Final = dt.date(1990, 1, 1)
"""Earlier dates are refused (V08)."""
_AMOUNT: Final = 1_000_000_000_000

_STOP, _WARN, _TELL = "stop", "warning", "information"

_KIND_SENTENCES: Final = {
    Kind.ID: "编号，不能重复。",
    Kind.NAME: "填写全称。",
    Kind.PHONE: "手机 11 位，或带区号的座机、400/800 电话；不要用 * 遮盖。",
    Kind.EMAIL: "完整的邮箱地址。",
    Kind.DATE: "日期，写法如 2026-01-31。",
    Kind.DATETIME: "日期和时间，写法如 2026-01-31 09:30。",
    Kind.NUMBER: "只写数字。",
    Kind.PERCENT: "百分比，写法如 35%。",
    Kind.INT: "不小于 0 的整数。",
    Kind.YESNO: "选 是 或 否。",
    Kind.SCORE5: "1 至 5 分，5 分最好。",
    Kind.SCORE10: "1 至 10 分，10 分最好。",
    Kind.NPS: "0 至 10 的整数，10 表示非常愿意推荐。",
}


def validation(table: Table, column: Column, options: OptionList | None) -> dict[str, Any] | None:
    """XlsxWriter's options for a column's cells, or None where there is nothing to say.

    Args:
        table: the column's table.
        column: an entry column, or an auto column of an entry table (then it only says so).
        options: the list behind the column.
    """
    message = input_message(column, table.pack)
    limit = {} if column.role is Role.AUTO else _limit(table, column, options)
    if not message and not limit:
        return None
    if limit and "show_error" not in limit:
        limit |= {"error_title": _short(f"{column.heading}：请检查", TITLE_LIMIT)}
        limit["error_message"] = _short(f"{table.title}“{column.heading}”：{limit['error_message']}", 220)
    shown = {"input_title": _short(column.heading, TITLE_LIMIT), "input_message": message} if message else {}
    return {"validate": "any"} | limit | shown


def input_message(column: Column, pack: str = FULL) -> str:
    """What the user reads when the cell is chosen: required or not, the kind's rule, note, example.

    Args:
        column: as the pack has it.
        pack: whose titles and headings name another sheet.
    """
    if column.role is Role.AUTO:
        return "由 xlcrm 刷新时计算，请勿填写。"
    parts = [
        _kind_sentence(column, pack),
        f"{column.note}。" if column.note else "",
        f"例如：{column.example}" if column.example else "",
    ]
    said = "\n".join(part for part in parts if part)
    return _short(f"【必填】{said}" if column.required else said, MESSAGE_LIMIT)


def _kind_sentence(column: Column, pack: str) -> str:
    if column.kind is Kind.ID and not column.is_key:
        return "编号。"
    if column.kind is Kind.REF:
        other = BY_NAME[column.references].in_pack(pack)
        return f"{other.title}中已有的{other.by_key[other.key].heading}。"
    if column.kind is Kind.MONEY:
        return f"金额，单位{column.unit or '元'}，只写数字，不写“万”。"
    if column.kind is Kind.TAGS:
        listed = f"常用：{'、'.join(column.choice.words)}。" if column.choice else ""
        return f"可填多个，用顿号或加号隔开。{listed}"
    if column.choice and column.kind is not Kind.YESNO:
        return (
            "从列表中选；列表中没有时可直接填写，常用的请加到选项表。"
            if column.choice.open
            else "从列表中选。"
        )
    return _KIND_SENTENCES.get(column.kind, "")


def _limit(table: Table, column: Column, options: OptionList | None) -> dict[str, Any]:
    if options is not None:
        return _list(column, options)
    return dict(_OWN_LIMITS.get((table.name, column.key)) or _LIMITS.get(column.kind, {}))


def _list(column: Column, options: OptionList) -> dict[str, Any]:
    source = {"validate": "list", "source": f"={options.defined_name}"}
    if column.kind is Kind.TAGS:
        # Several tags in one cell are the rule, so that a box at each of them would only be in the way.
        return source | {"show_error": False}
    if options.open:
        return source | {
            "error_type": _TELL,
            "error_message": "列表中没有这一项；确认无误可以保留，常用的请加到选项表。",
        }
    return source | {"error_type": _STOP, "error_message": "请从列表中选择，选项见选项表。"}


def _rule(kind: str, criteria: str, value: object, message: str) -> dict[str, Any]:
    return {
        "validate": kind,
        "criteria": criteria,
        "value": value,
        "error_type": _STOP,
        "error_message": message,
    }


def _between(kind: str, low: int, high: int, message: str, style: str = _STOP) -> dict[str, Any]:
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_type": style,
        "error_message": message,
    }


def _score(top: int) -> dict[str, Any]:
    return _between("decimal", 1, top, f"应为 1 至 {top} 的分数。")


_DAYS: Final = _rule("date", ">=", FIRST_DAY, "应为 1990 年以后的日期，写法如 2026-01-31；不要写成文字。")
_MOMENTS: Final = _rule(
    "date", ">=", FIRST_DAY, "应为 1990 年以后的日期和时间，写法如 2026-01-31 09:30；不要写成文字。"
)
_AMOUNTS: Final = _between(
    "decimal", -_AMOUNT, _AMOUNT, "应只写数字，例如 500000，不要写成 50万；确认无误可以保留。", _WARN
)
_LIMITS: Final = {
    Kind.DATE: _DAYS,
    Kind.DATETIME: _MOMENTS,
    Kind.SCORE5: _score(5),
    Kind.SCORE10: _score(10),
    Kind.NPS: _between("integer", 0, 10, "应为 0 至 10 的整数。"),
    Kind.INT: _rule("integer", ">=", 0, "应为不小于 0 的整数。"),
    Kind.PERCENT: _between("decimal", 0, 1, "应为 0% 至 100%；确认无误可以保留。", _WARN),
    Kind.MONEY: _AMOUNTS,
    Kind.NUMBER: _AMOUNTS,
}
_OWN_LIMITS: Final = {
    ("relationship_assessments", "score"): _between("decimal", 0, 100, "应为 0 至 100 的得分。"),
}
"""Columns whose own scale is narrower than their kind's."""


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
