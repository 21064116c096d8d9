"""V18: weights of one assessment that do not sum to 100%."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import ERROR, CheckInput, Code, findings, gather, heading, named_rows, number_text
from xlcrm.tables.weights import TOLERANCE, assessment_keys, settled_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V18": Code(
        (ERROR,),
        "权重合计不是 100%",
        "同一客户同一编号的评估，各行指标权重合计不是 100%（允许相差 0.1 个百分点）；有权重未填时，"
        "只判断超过 100% 的",
    )
}

TABLE: Final = "relationship_assessments"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V18: one an assessment, at its first row."""
    sheet = given.data.get(TABLE)
    if sheet is None or not (sheet.has("weight") and sheet.has("assessment_id")):
        return gather([])
    frame = sheet.frame
    shares = frame["weight"].where(_in_shares(frame), frame["weight"] / 100)
    keys = assessment_keys(frame)
    blank = frame["weight"].isna().groupby(keys).transform("max").astype(bool)
    total = shares.groupby(keys).transform("sum")
    # a negative weight unsettles an assessment that adds up, too: that is V19's
    off = (total > 1 + TOLERANCE) | ((total < 1 - TOLERANCE) & ~blank)
    wrong = keys.notna() & settled_weights(frame).isna() & off
    told = {
        int(rows[0]): _message(sheet, rows, float(shares[rows].sum()))
        for rows in keys[wrong].groupby(keys[wrong], sort=False).groups.values()
    }
    return findings(
        sheet,
        "V18",
        ERROR,
        list(told),
        "weight",
        message=list(told.values()),
        fix="请调整各行的权重，使合计为 100%；属于另一次评估的行请换一个编号",
    )


def _in_shares(frame: pd.DataFrame) -> pd.Series:
    """Which weights are typed as 30% and not as 30: all of an assessment where these make less than 200%."""
    total = frame["weight"].groupby(assessment_keys(frame)).transform("sum")
    return (frame["weight"] <= 1) | (total < 2)


def _message(sheet: SheetData, rows: pd.Index, total: float) -> str:
    first = sheet.frame.loc[rows[0]]
    who = f"“{first['name']}”的" if isinstance(first["name"], str) else ""
    return (
        f"{who}评估 {first['assessment_id']} 的“{heading(sheet, 'weight')}”（{named_rows(rows.tolist())}）"
        f"合计为 {number_text(round(total * 100, 2))}%，应为 100%"
    )
