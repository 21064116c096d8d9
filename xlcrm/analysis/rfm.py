"""RFM分析: the customers of each class, what they bought, and the thresholds that made the classes."""

from __future__ import annotations

from dataclasses import dataclass
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
from xlcrm.analysis.sales import TRADES, trades
from xlcrm.compute.facts import moments
from xlcrm.compute.rfm import (
    RFM_CLASSES,
    Thresholds,
    classes,
    in_last_year,
    newest,
    purchases,
    thresholds,
)

if TYPE_CHECKING:
    from collections.abc import Callable

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

_TOP: Final = 10
_WORDS: Final = ("低", "高")
_IMPORTANT: Final = "重要"


@dataclass(frozen=True)
class Standing:
    """Every buyer's figures and class as of now.

    Attributes:
        buyers: index the account's code; columns days, count, amount (see `compute.rfm.purchases`) and class.
        limits: what counts as near, often and large; None without a buyer.
        never_bought: how many customers on the register did not (未成交).
        left_out: trades up to now whose amount does not count: blank or doubtful (V06).
        ahead: trades that are dated after now.
    """

    buyers: pd.DataFrame
    limits: Thresholds | None
    never_bought: int
    left_out: int
    ahead: int

    @property
    def n(self) -> int:
        return len(self.buyers)


def standing(scope: Scope) -> Standing:
    """Who bought what; every buyer is in exactly one class."""
    facts = scope.facts
    summary = purchases(facts)
    limits = thresholds(summary, facts.parameters) if len(summary) else None
    named = classes(summary, limits) if limits else pd.Series(dtype="str")
    at = moments(facts.frame(TRADES)["traded_on"])
    return Standing(
        summary.assign(rfm_class=named),
        limits,
        len(facts.account_ids) - len(summary),
        int((at <= facts.now_at).sum()) - len(scope.once(trades)),
        int((at > facts.now_at).sum()),
    )


def _class_rows(scope: Scope) -> Filled:
    """分级结果: all eight classes in their order, whether somebody is in them or not."""
    given = scope.once(standing)
    if not given.n:
        return Filled(_no_rows(CLASSES_PANEL), f"{scope.as_of} 没有成交客户")
    names = list(RFM_CLASSES.values())
    lines = fixed(names, given.buyers["rfm_class"])
    customers = lines.count()
    sales = np.nan_to_num(lines.total(given.buyers["amount"].to_numpy())).round(2)
    total = _total(given.buyers)
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
        return Filled(_no_rows(THRESHOLDS_PANEL), caption)
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


def _top_customers(rfm_class: str) -> Callable[[Scope], Filled]:
    """The customers of one class with the largest amounts."""

    def rows(scope: Scope) -> Filled:
        facts, given = scope.facts, scope.once(standing)
        own = given.buyers[given.buyers["rfm_class"] == rfm_class]
        if own.empty:
            return Filled(_no_rows(WIN_BACK_PANEL), f"{scope.as_of} 没有{rfm_class}")
        order = np.lexsort((facts.account_ids[own.index].to_numpy(), -own["amount"].to_numpy()))
        top = own.iloc[order[:_TOP]]
        codes = top.index.to_numpy()
        found = pd.DataFrame(
            {
                "customer_id": facts.account_ids[codes].to_numpy(),
                "name": facts.of_accounts("name").to_numpy()[codes],
                "owner": facts.of_accounts("owner").to_numpy()[codes],
                "last": facts.today - top["days"].to_numpy().astype("timedelta64[D]"),
                "days": top["days"].to_numpy(),
                "count": top["count"].to_numpy(),
                "amount": top["amount"].to_numpy(),
            }
        )
        listed = f"，列出前{_TOP}位" if len(own) > _TOP else ""
        caption = f"{scope.as_of} {rfm_class}{len(own)}位，近12个月共{_total(own):,.0f}元{listed}"
        return Filled(found, caption, _trades_behind(scope, codes))

    return rows


def _trades_behind(scope: Scope, codes: Integers) -> pd.DataFrame:
    """The counted trades of the last 12 months of some customers, the newest first.

    A customer who bought nothing in them is led to by the last purchase.
    """
    counted = scope.once(trades)
    line = np.full(len(scope.facts.account_ids) + 1, -1, dtype=np.int64)
    line[codes] = np.arange(len(codes))
    own = counted[line[counted["code"].to_numpy()] >= 0]
    own = own.sort_values("traded_on", ascending=False, kind="stable")
    of, at = line[own["code"].to_numpy()], own["traded_on"].to_numpy(dtype="datetime64[s]")
    recent = in_last_year(at, scope.facts)
    bought = (own["amount"] > 0).to_numpy() & ~np.isin(of, of[recent])
    last = newest(of[bought], at[bought], len(codes))
    keep = recent | (bought & (at == last[of]))
    texts = scope.facts.frame(TRADES)["product"].iloc[own["place"][keep]]
    return behind(TRADES, of[keep], own["place"][keep], at=at[keep], amount=own["amount"][keep], text=texts)


def _total(buyers: pd.DataFrame) -> float:
    return round(float(buyers["amount"].sum()), 2)


def _no_rows(panel: Panel) -> pd.DataFrame:
    return pd.DataFrame(columns=[item.key for item in panel.columns if item.kind is not Kind.LINK])


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
    total = _total(buyers)
    if total <= 0:
        return Figure(None)
    own = buyers[buyers["rfm_class"].str.startswith(_IMPORTANT)]
    return Figure(_total(own) / total, f"四类重要客户共{len(own)}位")


def _to_win_back(scope: Scope) -> Figure:
    given = scope.once(standing)
    count = int((given.buyers["rfm_class"] == "重要挽留客户").sum())
    return Figure(count if given.n else None, f"n={given.n}" if given.n else "")


_NEEDS: Final = ("customers", TRADES)

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
    needs=_NEEDS,
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
    needs=_NEEDS,
    note="方法在参数表“RFM阈值方法”中选择；百分位取第60百分位，最近购买以天数少为好",
)
_TOP_COLUMNS: Final = (
    shown("customer_id", "客户编号", Kind.REF, references="customers"),
    shown("name", "客户名称", Kind.NAME),
    shown("owner", "负责人", Kind.PERSON),
    shown("last", "最近购买日期", Kind.DATE),
    shown("days", "R 距今天数"),
    shown("count", "F 购买次数"),
    shown("amount", "M 购买金额", Kind.MONEY, unit="元"),
    detail(),
)
WIN_BACK_PANEL: Final = Panel(
    name="win_back",
    title="重要挽留客户前10名",
    columns=_TOP_COLUMNS,
    rows=_TOP,
    make=_top_customers("重要挽留客户"),
    needs=_NEEDS,
    chart=Chart(ChartKind.BARS, "name", ("amount",)),
    note="次数和金额为近12个月",
)
KEEP_PANEL: Final = Panel(
    name="keep",
    title="重要价值客户前10名",
    columns=_TOP_COLUMNS,
    rows=_TOP,
    make=_top_customers("重要价值客户"),
    needs=_NEEDS,
    chart=Chart(ChartKind.BARS, "name", ("amount",)),
    note="次数和金额为近12个月",
)

SHEET: Final = AnalysisSheet(
    name="rfm",
    title="RFM分析",
    hint="按最近购买（R）、购买次数（F）、购买金额（M）把成交客户分为八类；以当前时间计算，不随报表月份变化。",
    panels=(CLASSES_PANEL, THRESHOLDS_PANEL, WIN_BACK_PANEL, KEEP_PANEL),
    cards=(
        Card("成交客户", Kind.INT, _buyers, _NEEDS),
        Card("未成交客户", Kind.INT, _never_bought, _NEEDS),
        Card("重要客户销售额占比", Kind.PERCENT, _important_sales, _NEEDS),
        Card("重要挽留客户", Kind.INT, _to_win_back, _NEEDS),
    ),
)
