"""RFM分析: the customers of each class, what they bought, and the thresholds that made the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Figure,
    Filled,
    Kind,
    Panel,
    behind,
    detail,
    shown,
)
from xlcrm.analysis.lines import fixed, ratio, share_text
from xlcrm.analysis.rfm.buyers import KEEP_PANEL, NEEDS, WIN_BACK_PANEL, standing, total_of
from xlcrm.compute.rfm import RFM_CLASSES

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers

STRATEGIES: Final = {
    "重要价值客户": "专人维护，优先供货和服务，请其转介绍，每月至少沟通一次",
    "重要发展客户": "单笔大但次数少：推荐配套产品和年度框架合同，提高购买次数",
    "重要保持客户": "曾经常买、近期没买：负责人本周内主动联系，问清原因并约下一单",
    "重要挽留客户": "贡献大但已疏远：主管带队拜访，给出专属方案，防止流失",
    "一般价值客户": "常买但金额小：推荐升级型号和组合套餐，提高每单金额",
    "一般发展客户": "新近才买：一个月内回访使用情况，培养第二次购买",
    "一般保持客户": "近期没买、金额小：用邮件和短信推送优惠，提醒再次购买",
    "一般挽留客户": "低成本维持：节日问候和群发活动，不占用人力",
}
"""Class -> what to do with its customers; every class has one."""

_WORDS: Final = ("低", "高")
_IMPORTANT: Final = "重要"


def _class_rows(scope: Scope) -> Filled:
    """分级结果: all eight classes in their order, whether somebody is in them or not."""
    given = scope.once(standing)
    if not given.n:
        return CLASSES_PANEL.without_rows(f"{scope.as_of} 没有成交客户")
    names = list(RFM_CLASSES.values())
    lines = fixed(names, given.buyers["rfm_class"])
    customers = lines.count()
    sales = np.nan_to_num(lines.total(given.buyers["amount"].to_numpy())).round(2)
    total = total_of(given.buyers)
    words = [[_WORDS[high] for high in key] for key in RFM_CLASSES]
    rows = pd.DataFrame(
        {
            "rfm_class": names,
            "r": [word[0] for word in words],
            "f": [word[1] for word in words],
            "m": [word[2] for word in words],
            "customers": customers,
            "share": customers / given.n,
            "sales": sales,
            "sales_share": ratio(sales, np.full(len(names), total)),
            "strategy": [STRATEGIES[name] for name in names],
        }
    )
    most = int(np.argmax(customers))
    caption = f"{scope.as_of} {names[most]}占成交客户{share_text(customers[most], given.n)}"
    if total > 0:
        top = int(np.argmax(sales))
        caption += f"，{names[top]}占销售额{share_text(sales[top], total)}"
    return Filled(rows, f"{caption}（n={given.n}）", _customers_behind(scope, lines.of))


def _customers_behind(scope: Scope, line: Integers) -> pd.DataFrame:
    """The customers of each class, the largest amount first."""
    facts, buyers = scope.facts, scope.once(standing).buyers
    order = np.lexsort((buyers.index.to_numpy(), -buyers["amount"].to_numpy()))
    listed = buyers.iloc[order]
    last = facts.today - listed["days"].to_numpy().astype("timedelta64[D]")
    texts = [
        f"最近购买{days}天前，近12个月购买{times}次"
        for days, times in zip(listed["days"].tolist(), listed["count"].tolist(), strict=True)
    ]
    places = facts.account_rows[listed.index.to_numpy()]
    return behind("customers", line[order], places, at=last, amount=listed["amount"], text=texts)


def _threshold_rows(scope: Scope) -> Filled:
    """阈值: what made R, F and M high, and how many customers it made so."""
    given = scope.once(standing)
    apart = f"未成交{given.never_bought}位不分级"
    left_out = [f"未计可疑或空白金额{given.left_out}笔"] if given.left_out else []
    left_out += [f"未来日期{given.ahead}笔"] if given.ahead else []
    caption = "，".join([f"{scope.as_of} 成交客户{given.n}位", apart, *left_out])
    if given.limits is None:
        return THRESHOLDS_PANEL.without_rows(caption)
    buyers, limits = given.buyers, given.limits
    rows = pd.DataFrame(
        {
            "measure": ["R 最近购买", "F 购买次数", "M 购买金额"],
            "method": scope.facts.parameters.rfm_method,
            "threshold": [round(limit, 2) for limit in limits],
            "unit": ["天前", "次", "元"],
            "meaning": ["等于或少于阈值为高", "等于或多于阈值为高", "等于或多于阈值为高"],
            "high": [
                int((buyers["days"] <= limits.days).sum()),
                int((buyers["count"] >= limits.times).sum()),
                int((buyers["amount"] >= limits.amount).sum()),
            ],
            "buyers": given.n,
        }
    )
    return Filled(rows, caption)


def _buyers(scope: Scope) -> Figure:
    given = scope.once(standing)
    known = given.n + given.never_bought
    return Figure(given.n if known else None, f"{scope.as_of}；登记客户{known}位")


def _never_bought(scope: Scope) -> Figure:
    given = scope.once(standing)
    known = given.n + given.never_bought
    text = f"占登记客户{share_text(given.never_bought, known)}" if known else ""
    return Figure(given.never_bought if known else None, text)


def _important_sales(scope: Scope) -> Figure:
    buyers = scope.once(standing).buyers
    total = total_of(buyers)
    if total <= 0:
        return Figure(None)
    own = buyers[buyers["rfm_class"].str.startswith(_IMPORTANT)]
    return Figure(total_of(own) / total, f"四类重要客户共{len(own)}位")


def _to_win_back(scope: Scope) -> Figure:
    given = scope.once(standing)
    count = int((given.buyers["rfm_class"] == "重要挽留客户").sum())
    return Figure(count if given.n else None, f"n={given.n}" if given.n else "")


CLASSES_PANEL: Final = Panel(
    name="classes",
    title="分级结果",
    columns=(
        shown("rfm_class", "RFM类别", Kind.TEXT),
        shown("r", "R 最近购买", Kind.TEXT),
        shown("f", "F 购买次数", Kind.TEXT),
        shown("m", "M 购买金额", Kind.TEXT),
        shown("customers", "客户数"),
        shown("share", "客户占比", Kind.PERCENT),
        shown("sales", "近12个月销售额", Kind.MONEY, unit="元"),
        shown("sales_share", "销售额占比", Kind.PERCENT),
        shown("strategy", "建议策略", Kind.LONG),
        detail(),
    ),
    rows=len(RFM_CLASSES),
    make=_class_rows,
    needs=NEEDS,
    chart=Chart(ChartKind.BARS, "rfm_class", ("share", "sales_share")),
    note="R高表示最近买过。占比以成交客户为底；退款已冲减，可疑金额（V06）不计；从未购买的为未成交，不分级",
)
THRESHOLDS_PANEL: Final = Panel(
    name="thresholds",
    title="阈值",
    columns=(
        shown("measure", "指标", Kind.TEXT),
        shown("method", "方法", Kind.TEXT),
        shown("threshold", "阈值", Kind.NUMBER),
        shown("unit", "单位", Kind.TEXT),
        shown("meaning", "判定", Kind.TEXT),
        shown("high", "判为高的客户数"),
        shown("buyers", "成交客户数"),
    ),
    rows=3,
    make=_threshold_rows,
    needs=NEEDS,
    note="方法在参数表“RFM阈值方法”中选择；百分位取第60百分位，最近购买以天数少为好",
)
SHEET: Final = AnalysisSheet(
    name="rfm",
    title="RFM分析",
    hint="按最近购买（R）、购买次数（F）、购买金额（M）把成交客户分为八类；以当前时间计算，不随报表月份变化。",
    panels=(CLASSES_PANEL, THRESHOLDS_PANEL, WIN_BACK_PANEL, KEEP_PANEL),
    cards=(
        Card("成交客户", Kind.INT, _buyers, NEEDS),
        Card("未成交客户", Kind.INT, _never_bought, NEEDS),
        Card("重要客户销售额占比", Kind.PERCENT, _important_sales, NEEDS),
        Card("重要挽留客户", Kind.INT, _to_win_back, NEEDS),
    ),
)
