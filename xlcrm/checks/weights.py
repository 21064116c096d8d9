"""V18: weights of one assessment that do not sum to 100%."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, CheckInput, Code, findings, gather, heading, named_rows, number_text
from xlcrm.tables.weights import TOLERANCE, settled_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_ROUNDING: Final = 1e-9
"""What adding binary fractions may be off."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V18: one an assessment, at its first row."""
    sheet = given.data.get(TABLE)
    if sheet is None or not (sheet.has("weight") and sheet.has("assessment_id")):
        return gather([])
    frame = sheet.frame
    # the id names the customer better than the name does, but only some rows may have it
    ids = _ids_by_name(frame)
    who = [
        known if isinstance(known, str) else ids.get(name, name)
        for known, name in zip(frame["customer_id"], frame["name"], strict=True)
    ]
    parts = frame.assign(
        who=pd.Series(who, index=frame.index, dtype="str"), settled=settled_weights(frame)
    ).dropna(subset=["assessment_id"])
    groups = parts.groupby(["who", "assessment_id"], sort=False, dropna=False)
    told = {rows[0]: message for rows, message in (_message(sheet, part) for _, part in groups) if message}
    return findings(
        sheet,
        "V18",
        ERROR,
        list(told),
        "weight",
        message=list(told.values()),
        fix="请调整各行的权重，使合计为 100%；属于另一次评估的行请换一个编号",
    )


def _ids_by_name(frame: pd.DataFrame) -> dict[str, str]:
    known = frame[["name", "customer_id"]].dropna().drop_duplicates()
    return dict(known[~known["name"].duplicated(keep=False)].itertuples(index=False, name=None))


def _message(sheet: SheetData, part: pd.DataFrame) -> tuple[list[int], str]:
    """The rows of one assessment and what is wrong with its weights, "" for nothing."""
    rows = part.index.tolist()
    if part["settled"].notna().all():  # weights typed as 30 and 70 are 100%, too
        return rows, ""
    total = float(part["weight"].sum())
    short = total < 1 - TOLERANCE - _ROUNDING and bool(part["weight"].notna().all())
    if not short and total <= 1 + TOLERANCE + _ROUNDING:
        return rows, ""
    known = part["name"].dropna()
    who = f"“{known.iloc[0]}”的" if len(known) else ""
    return rows, (
        f"{who}评估 {part['assessment_id'].iloc[0]} 的“{heading(sheet, 'weight')}”"
        f"（{named_rows(rows)}）合计为 {number_text(round(total * 100, 2))}%，应为 100%"
    )
