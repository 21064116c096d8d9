"""V06: amounts and numbers; V16: compensation over the authority limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import (
    ERROR,
    HINT,
    TEXTS,
    WARNING,
    CheckInput,
    Code,
    cell_text,
    entry_columns,
    filled,
    findings,
    gather,
    heading,
    number_text,
    remarks,
)
from xlcrm.checks.matching import matches
from xlcrm.rules.base import LimitUnit, RuleKind
from xlcrm.tables.base import NUMBERS, Kind
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V06": Code(
        (ERROR, WARNING, HINT),
        "金额与数字",
        "金额为负（未注明退款）或超过参数表的金额上限、数量为负为警告；万元写法（50万）和文本数字为提示并给出建议值；"
        "读不出数字为错误",
    ),
    "V16": Code((ERROR,), "赔偿超权限未审批", "赔偿金额超过规则（C32）的权限而审批人为空"),
}

REFUND: Final = "退款"
_SCORES: Final = frozenset({Kind.SCORE5, Kind.SCORE10, Kind.NPS})


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V06 and V16."""
    return gather([*_numbers(given), *_amounts(given), *_counts(given), *_unapproved(given)])


def _numbers(given: CheckInput) -> Iterator[pd.DataFrame]:
    for sheet, column in given.columns(NUMBERS):
        if sheet.notes.empty:
            continue
        name = heading(sheet, column.key)
        for remark, words in (
            (Remark.TEN_THOUSANDS, "是万元写法，应以元为单位"),
            (Remark.TEXT_NUMBER, "是文本，不是数字"),
        ):
            notes = remarks(sheet, column.key, remark)
            numbers = sheet.frame[column.key].reindex(notes["row"])
            shown = [cell_text(value) for value in numbers]
            yield findings(
                sheet,
                "V06",
                HINT,
                pd.Index(notes["row"]),
                column.key,
                message=[
                    f"“{name}”里的“{raw}”{words}，按 {number} 计算"
                    for raw, number in zip(notes["raw"], shown, strict=True)
                ],
                fix="可用规范数据自动改写",
                value=notes["raw"],
                corrected=shown,
            )
        if column.kind not in _SCORES:
            notes = remarks(sheet, column.key, Remark.UNREADABLE)
            yield findings(
                sheet,
                "V06",
                ERROR,
                pd.Index(notes["row"]),
                column.key,
                message=[f"“{name}”里的“{raw}”不是数字" for raw in notes["raw"]],
                fix="请只填数字，单位和说明写到备注",
                value=notes["raw"],
            )


def _amounts(given: CheckInput) -> Iterator[pd.DataFrame]:
    limit = given.parameters.money_max
    for sheet, column in given.columns({Kind.MONEY}):
        cells = filled(sheet, column.key)
        name = heading(sheet, column.key)
        negative = cells[cells < 0]
        negative = negative[~_refunds(sheet, negative.index)]
        yield findings(
            sheet,
            "V06",
            WARNING,
            negative.index,
            column.key,
            message=[f"“{name}”为负数 {number_text(value)}，这一行没有注明退款" for value in negative],
            fix="请改为正数；确是退款的，请在文字列中注明 退款",
        )
        huge = cells[cells > limit]
        yield findings(
            sheet,
            "V06",
            WARNING,
            huge.index,
            column.key,
            message=[
                f"“{name}”的 {number_text(value)} 元超过参数表的金额上限 {number_text(limit)} 元"
                for value in huge
            ],
            fix="请核对是否多写了零或单位有误；金额无误时请调高参数表的金额上限",
        )


def _counts(given: CheckInput) -> Iterator[pd.DataFrame]:
    for sheet, column in given.columns({Kind.INT}):
        cells = filled(sheet, column.key)
        negative = cells[cells < 0]
        yield findings(
            sheet,
            "V06",
            WARNING,
            negative.index,
            column.key,
            message=[f"“{heading(sheet, column.key)}”为负数 {number_text(value)}" for value in negative],
            fix="请改为正数；没有数据的请留空",
        )


def _refunds(sheet: SheetData, rows: pd.Index) -> pd.Series:
    """Which rows note a refund in any of their texts."""
    found = pd.Series(data=False, index=rows)
    for column in entry_columns(sheet):
        if column.kind in TEXTS:
            found |= sheet.frame.loc[rows, column.key].str.contains(REFUND, regex=False, na=False)
    return found


def _unapproved(given: CheckInput) -> Iterator[pd.DataFrame]:
    for rule in given.rules.enabled:
        sheet = given.data.get(rule.table)
        if rule.kind is not RuleKind.THRESHOLD or rule.unit is not LimitUnit.YUAN_ABOVE or sheet is None:
            continue
        amount, approver = _amount_of(rule, sheet), _approver_of(rule, sheet)
        if amount and approver:
            yield _over(given, rule, sheet, amount, approver)


def _amount_of(rule: Rule, sheet: SheetData) -> Column | None:
    named = (sheet.table.by_heading.get(name) for name in rule.occasions)
    return next((column for column in named if column and column.kind is Kind.MONEY), None)


def _approver_of(rule: Rule, sheet: SheetData) -> Column | None:
    places = (item.place for item in rule.stop.items if item.place and item.place.table == rule.table)
    columns = (sheet.table.by_key[place.key] for place in places)
    return next((column for column in columns if column.kind in TEXTS), None)


def _over(given: CheckInput, rule: Rule, sheet: SheetData, amount: Column, approver: Column) -> pd.DataFrame:
    frame = sheet.frame
    over = frame[(frame[amount.key] > rule.limit) & frame[approver.key].isna() & matches(rule.when, given)]
    who = heading(sheet, approver.key)
    return findings(
        sheet,
        "V16",
        ERROR,
        over.index,
        amount.key,
        message=[
            f"“{heading(sheet, amount.key)}” {number_text(value)} 元超过规则 {rule.rule_id} 的权限"
            f" {number_text(rule.limit)} 元，但“{who}”是空的"
            for value in over[amount.key]
        ],
        fix=f"请经有权限的人批准，并填写“{who}”",
    )
