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
_BEST: Final[Look] = {"bold": True, "font_color": palette.ENTRY}
_QUIET: Final[Look] = {"font_color": palette.MUTED}
_GRADE_LOOKS: Final[Mapping[str, Look]] = dict.fromkeys(
    ("A类", *(words["A类"] for words in GRADE.labels.values())), _BEST
)
"""The best grade in every pack's word: lists of ours name it without a list behind."""
_WORD_LOOKS: Final[Mapping[str, Look]] = {
    **dict.fromkeys(("逾期", "重大", "紧急", "高", "紧急高价值"), _RED | {"bold": True}),
    **dict.fromkeys(("错误", "已流失", "终止关系", "非常不满意"), _RED | {"bold": True}),
    **dict.fromkeys(("流失", "消极", "不满意", "退回修改", "重新打开", "未付款"), _RED),
    **dict.fromkeys(("今日到期", "警告", "严重", "重要", "紧急普通", "复杂"), _AMBER),
    **dict.fromkeys(("沉睡", "等待客户", "待审核", "待核实", "恢复中", "重点维护", "改善关系"), _AMBER),
    **dict.fromkeys(("部分付款", "待签收"), _AMBER),
    **dict.fromkeys(("已解决", "已恢复", "维持关系", "已通过", "已审核", "已付清", "已完成"), _GREEN),
    **dict.fromkeys(("积极", "高意向", "非常满意"), _GREEN),
    **dict.fromkeys(("提示", "已关闭", "已取消", "草稿", "暂无意向"), _QUIET),
    **_GRADE_LOOKS,
}
"""Words of closed lists that carry a judgement; one word looks the same in every sheet of every pack."""
_ANSWERS: Final[Mapping[tuple[str, str], Mapping[str, Look]]] = {
    ("followup_records", "responded"): {"否": _AMBER},
    ("followup_records", "info_changed"): {"是": _AMBER},
    ("satisfaction_surveys", "will_continue"): {"否": _RED},
    ("callback_records", "needs_service"): {"是": _AMBER},
    ("orders", "delay_expected"): {"是": _AMBER},
    ("service_pushes", "matched"): {"是": _GREEN, "否": _RED},
}
"""Questions of which one answer calls for something."""
_OUTCOMES: Final = (
    ("begins with", "否", _RED),
    ("begins with", "未达标", _RED),
    ("containing", "(未达标)", _RED),
    ("begins with", "待", _AMBER),
    ("begins with", "是", _GREEN),
    ("begins with", "达标", _GREEN),
    ("containing", "(达标)", _GREEN),
)
"""What 实际结果 says of the standard: not met, not known yet, met."""
_VERDICTS: Final[Mapping[str, Look]] = {
    **STATUS_LOOKS,
    **dict.fromkeys(("未达标", "逾期", "超时", "超时未完成", "降级", "退回修改", "已流失"), _RED),
    **dict.fromkeys(("重大", "紧急"), _RED | {"bold": True}),
    **dict.fromkeys(("严重", "重要", "沉睡"), _AMBER),
    **dict.fromkeys(("达标", "优势行业"), _GREEN),
}
"""Words of analysis sheets, whose columns have no list behind them."""
MISSED: Final = ("(未达标)", "否(")
"""What a text of an analysis sheet contains where a case missed the standard: 6分(未达标), 否(26小时)."""
MISSED_LOOK: Final = _RED
_REMARKS: Final = frozenset({"findings", "suggested_stage"})
"""Columns that are blank while all is well."""
_BLANKLESS: Final[Look] = {"font_color": palette.AMBER}


def conditions(table: Table, column: Column, first: str) -> Iterator[tuple[dict[str, Any], Look]]:
    """(XlsxWriter's criterion, look) of a column's cells; the caller adds the format.

    Args:
        table: the column's table.
        column: whose cells.
        first: the first of them, such as C4.
    """
    if column.key in _REMARKS and table.name != "journal":
        yield {"type": "no_blanks"}, _BLANKLESS
    elif (table.name, column.key) == ("recovery_assessments", "outcome"):
        for criteria, words, look in _OUTCOMES:
            yield {"type": "text", "criteria": criteria, "value": words}, look
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


def panel_looks(column: Column) -> dict[str, Look]:
    """Word -> look, for a column of an analysis sheet."""
    if column.role is not Role.AUTO or column.kind not in (Kind.TEXT, Kind.CHOICE):
        return {}
    if column.choice is CLOCK_STATUS:
        return dict(STATUS_LOOKS)
    if column.choice:
        return {word: _WORD_LOOKS[word] for word in column.choice.words if word in _WORD_LOOKS}
    return dict(_VERDICTS)


def _words(table: Table, column: Column) -> Mapping[str, Look]:
    if column.choice is CLOCK_STATUS:
        return STATUS_LOOKS
    if column.choice is None:
        return _GRADE_LOOKS if column.heading == "客户等级" else {}
    if column.kind is Kind.YESNO:
        return _ANSWERS.get((table.name, column.key), {})
    if column.choice.open or column.kind is Kind.TAGS:
        return {}
    return {word: _WORD_LOOKS[word] for word in column.choice.words if word in _WORD_LOOKS}
