"""What is told and left as it is: copies of a file, ids of another branch, one customer under two ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from xlcrm.actions.consolidating.conflicts import COPY, NAMESAKE, STRANGER, listed
from xlcrm.actions.consolidating.joining import AT
from xlcrm.actions.consolidating.spaces import CUSTOMERS, users_of
from xlcrm.checks.references import plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.actions.consolidating.desk import Desk
    from xlcrm.actions.consolidating.spaces import Space

_TWO_IDS: Final = (
    "“{}”在这些分部的编号不同，可能是同一个客户",
    "没有合并；是同一个客户请统一编号后重新合并",
)
_TOLD_APART: Final = (
    "“{}”在这些分部原来的编号相同，但联系电话不同，或没有电话、看不出是哪一个",
    "按不同的客户分开编号；是同一个客户请在各分部填上相同的联系电话后重新合并",
)
"""What is said of customers of one name, and what was done."""


def tell_copies(desk: Desk, digests: Mapping[int, str]) -> None:
    """Files with the same bytes under several names."""
    same = defaultdict(list)
    for place, digest in digests.items():
        same[digest].append(place)
    for places in same.values():
        if len(places) > 1:
            what = "这些文件的内容完全相同，可能是同一个文件的副本"
            done = "都已合并；没有编号的记录（例如交易）会重复，请删去多余的文件后重新合并"
            desk.say(COPY, "", "", places, what, done)


def tell_strangers(desk: Desk, space: Space) -> None:
    """Rows that name what their own branch does not have, and another one has or had."""
    own = desk.known[space] | {(at, new) for (at, _), new in desk.renamed[space].items()}
    there = {
        number
        for table, key in space.owners
        if desk.has(table, key)
        for number in desk.frames[table][key].dropna()
    }
    became = defaultdict(list)
    for (_, old), new in desk.renamed[space].items():
        became[old].append(new)
    for table, key in users_of(space):
        if (table, key) in space.owners or not desk.has(table, key):
            continue
        named = desk.frames[table]
        named = named[named[key].isin(there | set(became)).to_numpy()]
        for (at, number), count in Counter(zip(named[AT], named[key], strict=True)).items():
            if (at, number) not in own:
                what = f"{count} 行引用这个编号，本分部没有登记，别的分部登记了"
                desk.say(STRANGER, table, number, [at], what, _left(number, became.get(number, ())))


def _left(number: str, became: Sequence[str]) -> str:
    """What was done with rows that name another branch's id."""
    if not became:
        return "保持原样，归到别的分部登记的那一个；请核对"
    return (
        f"保持原样：别的分部登记的已改为 {listed(became)}，无法判断是哪一个；"
        f"请在本分部登记 {number}，或改成正确的编号，再重新合并"
    )


def tell_namesakes(desk: Desk) -> None:
    """Customers of one name that have several ids in the group."""
    if not (desk.has("customers", "customer_id") and desk.has("customers", "name")):
        return
    typed = {(at, new): old for (at, old), new in desk.renamed[CUSTOMERS].items()}
    named = desk.frames["customers"].dropna(subset=["customer_id", "name"])
    plain = named["name"].map({text: plain_name(text) for text in named["name"].unique()})
    for _, rows in named[plain.duplicated(keep=False).to_numpy()].groupby(plain, sort=False):
        numbers, places = rows["customer_id"].unique().tolist(), rows[AT].unique().tolist()
        if len(numbers) > 1 and len(places) > 1:
            pairs = zip(rows[AT], rows["customer_id"], strict=True)
            one = len({typed.get(pair, pair[1]) for pair in pairs}) == 1
            what, done = _TOLD_APART if one else _TWO_IDS
            name = rows["name"].iloc[0]
            desk.say(NAMESAKE, "customers", listed(numbers), places, what.format(name), done)
