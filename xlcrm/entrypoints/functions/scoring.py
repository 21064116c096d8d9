"""XLCRM_RFM and XLCRM_NPS: classes and figures over a whole column."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.nps import HIGHEST
from xlcrm.analysis.nps import nps as counted
from xlcrm.compute.rfm import NO_PURCHASE, classes, thresholds
from xlcrm.entrypoints.functions.base import Argument, CellFunction
from xlcrm.entrypoints.functions.cells import Answer, Block, Rows, short, single_number, single_text
from xlcrm.errors import UsageError
from xlcrm.rules.parameters import Parameters

METHODS: Final = ("平均值", "中位数", "百分位", "固定值")
_DEFAULTS: Final = Parameters()


def rfm(
    days: Block,
    times: Block,
    amount: Block,
    method: Block | None = None,
    *fixed: Block | None,
) -> Answer:
    """The class of each row as RFM类别 has it; thresholds are taken over the rows that could be read."""
    parameters = _parameters(method, fixed)
    rows = Rows(days=days, times=times, amount=amount)
    read = {
        "days": rows.numbers("days", "距今天数"),
        "count": rows.numbers("times", "次数"),
        "amount": rows.numbers("amount", "金额"),
    }
    summary = pd.DataFrame(read).round(2)
    nothing = {name: rows.blanks(name) for name in ("days", "times", "amount")}
    blank = nothing["days"] & nothing["times"] & nothing["amount"]
    unsold = nothing["days"] & ~((summary["count"] != 0) & ~nothing["times"]).to_numpy()
    unsold &= ~((summary["amount"] != 0) & ~nothing["amount"]).to_numpy()
    for name, title in (("days", "距今天数"), ("times", "次数"), ("amount", "金额")):
        for at in np.flatnonzero(nothing[name] & ~unsold).tolist():
            rows.blame(at, f"缺{title}")
    for name, title in (("days", "距今天数"), ("count", "次数")):
        for at in np.flatnonzero((summary[name] < 0).to_numpy()).tolist():
            rows.blame(at, f"{title}不能小于0")
    fine = np.array([not fault for fault in rows.faults], dtype=np.bool_) & ~unsold
    found: list[Answer] = [NO_PURCHASE] * rows.count
    bought = summary[fine]
    if len(bought):
        named = classes(bought, thresholds(bought, parameters))
        for at, name in zip(np.flatnonzero(fine).tolist(), named, strict=True):
            found[at] = name
    return rows.answer(found, blank)


def _parameters(method: Block | None, fixed: tuple[Block | None, ...]) -> Parameters:
    """RFM阈值方法 and the fixed values, those of a new 参数表 where they are left out."""
    days, times, amount = (*fixed, None, None, None)[:3]
    name = single_text(method, "口径") or _DEFAULTS.rfm_method
    if name not in METHODS:
        raise UsageError(f"口径应为 {'、'.join(METHODS)} 之一，现为“{short(name)}”")
    changed: dict[str, Any] = {
        "rfm_method": name,
        "rfm_days": single_number(days, "固定天数", _DEFAULTS.rfm_days),
        "rfm_count": single_number(times, "固定次数", _DEFAULTS.rfm_count),
        "rfm_amount": single_number(amount, "固定金额", _DEFAULTS.rfm_amount),
    }
    return _DEFAULTS.model_copy(update=changed)


def nps(scores: Block) -> Answer:
    """%(9-10) less %(0-6) of all scores in the range, from -100 to 100; "" without any."""
    rows = Rows(scores=scores)
    given = rows.numbers("scores", "分数")
    outside = np.flatnonzero((given < 0) | (given > HIGHEST)).tolist()
    for at in outside:
        rows.blame(at, f"分数 {given[at]:g} 不在0至{HIGHEST}之间")
    wrong = next(((at, fault) for at, fault in enumerate(rows.faults) if fault), None)
    if wrong is not None:
        where = f"区域第{wrong[0] // rows.shape[1] + 1}行：" if rows.count > 1 else ""
        raise UsageError(f"{where}{wrong[1]}")
    points = counted(given).points
    return "" if points is None else points


RFM: Final = CellFunction(
    "XLCRM_RFM",
    "RFM 类别：八类之一，没有买过为 未成交。请一次选整列：阈值由整列算出，等于阈值算高（天数算近）。",
    (
        Argument("recency", "距今天数", "最近一次购买距今天数，例如 TODAY()-最近购买日；没有买过留空"),
        Argument("purchases", "次数", "一段时间内的购买次数"),
        Argument("amount", "金额", "同一段时间内的购买金额，扣除退款"),
        Argument("method", "口径", "平均值（省略时）、中位数、百分位（第60）或 固定值", optional=True),
        Argument("fixed_days", "固定天数", "口径为 固定值 时，多少天以内算近；省略为 90", optional=True),
        Argument("fixed_count", "固定次数", "口径为 固定值 时，多少次起算高；省略为 4", optional=True),
        Argument("fixed_amount", "固定金额", "口径为 固定值 时，多少元起算高；省略为 50000", optional=True),
    ),
    rfm,
    "=XLCRM_RFM(A2:A200, B2:B200, C2:C200)",
)
NPS: Final = CellFunction(
    "XLCRM_NPS",
    "净推荐值：9、10 分的百分比减去 0 至 6 分的百分比，-100 至 100；空格不计，一个分数也没有时为空。",
    (Argument("scores", "分数", "推荐值所在的区域，0 至 10"),),
    nps,
    "=XLCRM_NPS(A2:A200)",
)
