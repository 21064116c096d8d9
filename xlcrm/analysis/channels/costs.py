"""What a note says of a cost: 成本:15元/次 is one for each customer, 总成本2万元 is one for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from xlcrm.tables.typed_text import folded, parse_money

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.analysis.lines import Floats
    from xlcrm.compute.facts import Flags

_EACH: Final = "次|个|位|名|人|家|户|条|客户|客|点击|线索"
"""What 客户数量 counts; a cost a day or a month is for none of these."""
_COST_WORD: Final = "(?:成本|费用|花费|投入)"
_COST: Final = re.compile(
    r"(?P<total>总计?|合计|共计?)?的?"
    rf"(?P<each>每(?:{_EACH})|单(?:{_EACH})|人均|平均|点击|获客)?的?(?:平均|点击|获客|线索|客户)?{_COST_WORD}"
    r"(?:总额|总计|合计|共计|[约为是共])*[\s:=]*(?:约|共|人民币)?\s*"
    r"(?P<money>(?:rmb|cny|¥)?\s*(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s*(?:万|w|亿)?\s*"
    r"(?:元整?|块|圆|rmb|人民币)?)钱?(?:左右|上下)?\s*"
    rf"(?:(?:/|每|一|per)\s*一?\s*(?P<by>{_EACH})|(?P<unusable>(?:/|每|一|per)\s*\w|[-~至到–—]\s*\d|[千百k%\d.]))?"
)
"""One cost; `by` is behind the amount what `each` is before it; 元/天, 15-20元 and 3千 cannot be used."""
_BY_TIME: Final = re.compile(rf"(?:每[天日周月季年场期]|[日周月年]均)的?{_COST_WORD}")
_SPEAKS: Final = re.compile(_COST_WORD)
_NONE: Final = re.compile(
    rf"(?:无|没有|未产生|不产生|零)\s*(?:任何)?{_COST_WORD}|{_COST_WORD}[\s:=]*(?:无|免|零)"
)


class Cost(NamedTuple):
    """A cost that a note gives.

    Attributes:
        yuan: how much.
        each: whether it is for each customer.
    """

    yuan: float
    each: bool


def parse_cost(note: str) -> Cost | None:
    """The one cost of a note, or None where there is none, or several of which none is the total.

    Width, case and blanks do not matter: 成本：１５元／次, 总成本 ¥3,000, 成本2万, 单次成本 15 元.
    """
    plain = folded(note)
    found = [_cost(match) for match in _COST.finditer(plain)]
    usable = [cost for cost in found if cost]
    if len(usable) < len(found) or _BY_TIME.search(plain):
        return None
    wanted = [cost for cost, total in usable if total] or [cost for cost, _ in usable]
    return wanted[0] if len(wanted) == 1 else None


def _cost(match: re.Match[str]) -> tuple[Cost, bool] | None:
    """The cost, and whether it says that it is the total; None where it cannot be used."""
    each, total = bool(match["by"] or match["each"]), bool(match["total"])
    amount = parse_money(match["money"])
    if match["unusable"] or (total and match["by"]) or amount is None:
        return None
    return Cost(amount.value, each and not total), total


def costs(notes: pd.Series, counts: Floats) -> tuple[Floats, Flags]:
    """What each entry cost in yuan, and whether its note speaks of a cost that could not be worked out.

    Args:
        notes: (n,) texts, blanks among them.
        counts: (n,) how many customers each entry brought; a cost for each is times these.
    """
    yuan, unread = np.full(len(notes), np.nan), np.zeros(len(notes), dtype=bool)
    read: dict[str, tuple[Cost | None, bool]] = {}
    for row, note in enumerate(notes.array):
        if not isinstance(note, str):
            continue
        if note not in read:
            read[note] = parse_cost(note), _speaks_of_cost(note)
        cost, spoken = read[note]
        if cost is not None:
            yuan[row] = cost.yuan * counts[row] if cost.each else cost.yuan
        unread[row] = spoken and np.isnan(yuan[row])
    return yuan.round(2), unread


def _speaks_of_cost(note: str) -> bool:
    plain = folded(note)
    return bool(_SPEAKS.search(plain)) and not _NONE.search(plain)
