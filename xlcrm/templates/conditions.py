"""Conditional looks: states, levels and grades get their colour from the cell's own word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xlcrm.tables.base import Kind, Role
from xlcrm.tables.fields import CLOCK_STATUS, GRADE
from xlcrm.templates import palette

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.tables.base import Column, Table

Look = dict[str, Any]

_RED: Final[Look] = {"font_color": palette.RED, "bg_color": palette.RED_FILL}
_AMBER: Final[Look] = {"font_color": palette.AMBER, "bg_color": palette.AMBER_FILL}
_GREEN: Final[Look] = {"font_color": palette.GREEN, "bg_color": palette.GREEN_FILL}

STATUS_LOOKS: Final[Mapping[str, Look]] = {
    "已超时": _RED | {"bold": True},
    "超时完成": {"font_color": palette.RED},
    "即将超时": _AMBER,
    "按时完成": _GREEN,
    "暂停": {"font_color": palette.SLATE, "bg_color": palette.SLATE_FILL},
    "数据异常": {"font_color": palette.WHITE, "bg_color": palette.SLATE},
}
_TASK_LOOKS: Final[Mapping[str, Look]] = {"逾期": _RED | {"bold": True}, "今日到期": _AMBER}
_LEVEL_LOOKS: Final[Mapping[str, Look]] = {
    "错误": _RED | {"bold": True},
    "警告": _AMBER,
    "提示": {"font_color": palette.SLATE},
}
_BLANKLESS: Final[Look] = {"font_color": palette.AMBER}


def conditions(table: Table, column: Column, first: str) -> Iterator[tuple[dict[str, Any], Look]]:
    """(XlsxWriter's criterion, look) of a column's cells; the caller adds the format.

    Args:
        table: the column's table.
        column: whose cells.
        first: the first of them, such as C4.
    """
    if column.key == "findings" and table.name != "journal":
        yield {"type": "no_blanks"}, _BLANKLESS
    elif (table.name, column.key) == ("due_list", "priority"):
        yield (
            {"type": "cell", "criteria": "==", "value": 1},
            {"bold": True, "font_color": palette.RED},
        )
    elif column.role is Role.AUTO and column.kind is Kind.DATETIME:
        # A deadline at the end of a day is held as the day: no hour must be read into it.
        yield {"type": "formula", "criteria": f"=MOD({first},1)=0"}, {"num_format": palette.DATE_FORMAT}
    else:
        for word, look in _words(table, column).items():
            yield {"type": "cell", "criteria": "==", "value": f'"{word}"'}, look


def row_conditions(table: Table, letters: Mapping[str, str], row: int) -> Iterator[tuple[str, Look]]:
    """(formula, look) for whole rows; `letters` maps a column key to its letter, `row` is the first row."""
    if table.name == "rules":
        yield f'=${letters["enabled"]}{row}="否"', {"font_color": "#8A94A3"}
        yield f'=${letters["assumed"]}{row}<>""', {"bg_color": "#FFF7E0"}


def _words(table: Table, column: Column) -> Mapping[str, Look]:
    if table.name == "due_list" and column.key == "state":
        return _TASK_LOOKS
    if table.name == "findings" and column.key == "level":
        return _LEVEL_LOOKS
    if column.choice is CLOCK_STATUS:
        return STATUS_LOOKS
    if column.choice is GRADE or (column.heading == "客户等级"):
        return {"A类": {"bold": True, "font_color": palette.ENTRY}}
    return {}
