"""Joined branches made one: every id means one thing, nothing stands twice that is one, nothing is lost.

An id that only one branch gives stays as it is. Of one that several give, branches that mean the same thing
form a group. One group alone is merged; several get the name of their first branch before the id, everywhere
within the group's branches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.actions.consolidating.beside import join_texts, rename_beside
from xlcrm.actions.consolidating.conflicts import DIFFERENT, SAME_CUSTOMER, SAME_ROWS, Conflict, listed
from xlcrm.actions.consolidating.customers import alike, merged_row
from xlcrm.actions.consolidating.desk import ORIGINS, Desk
from xlcrm.actions.consolidating.doubled import drop_doubled, values
from xlcrm.actions.consolidating.joining import AT
from xlcrm.actions.consolidating.spaces import CUSTOMERS, SPACES, users_of
from xlcrm.actions.consolidating.telling import tell_copies, tell_namesakes, tell_strangers
from xlcrm.tables import BY_NAME, FULL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from xlcrm.actions.consolidating.desk import Rename
    from xlcrm.actions.consolidating.joining import Joined
    from xlcrm.actions.consolidating.spaces import Space

Row = tuple[str, int]
"""Table and label of a row."""
Uses = dict[str, dict[int, list[Row]]]
"""Id -> place of a branch, in order -> its rows with the id."""
Groups = list[list[int]]
"""Places of branches that mean one thing, group by group."""


@dataclass(frozen=True)
class Settled:
    """The tables of the group.

    Attributes:
        frames: table name -> its rows, with `AT` and `ORIGINS`.
        names: what each branch is called, by its place; no two alike.
        conflicts: what the branches did not agree on.
        merged: table name -> rows that were another branch's, too, and went into one.
    """

    frames: Mapping[str, pd.DataFrame]
    names: Mapping[int, str]
    conflicts: tuple[Conflict, ...]
    merged: Mapping[str, int]


def settle(joined: Joined, pack: str = FULL) -> Settled:
    """Give every id one meaning and take out what stands twice.

    Args:
        joined: all branches.
        pack: of the group, whose titles the conflicts name.
    """
    names = unique_names(joined)
    frames = {
        name: frame.assign(**{ORIGINS: frame[AT].map(names)}).reset_index(drop=True)
        for name, frame in joined.frames.items()
    }
    desk = Desk(frames, names, pack)
    tell_copies(desk, {branch.place: branch.digest for branch in joined.branches if branch.digest})
    for space in SPACES:
        _settle_space(desk, space)
    _drop_shipped(desk)
    rename_beside(desk)
    join_texts(desk)
    for space in SPACES:
        tell_strangers(desk, space)
    tell_namesakes(desk)
    return Settled(desk.frames, names, tuple(desk.conflicts), dict(desk.merged))


def unique_names(joined: Joined) -> dict[int, str]:
    """Place of a branch -> what it is called; the second 北京 is 北京-2."""
    taken: set[str] = set()
    return {branch.place: _free(branch.name, taken) for branch in joined.branches}


def _free(text: str, taken: set[str]) -> str:
    """A text that is not taken, and is from now on."""
    found, number = text, 1
    while found in taken:
        number += 1
        found = f"{text}-{number}"
    taken.add(found)
    return found


def _settle_space(desk: Desk, space: Space) -> None:
    """Find the ids of one kind that several branches give, and settle each."""
    given = list(_given(desk, space))
    known = {(at, number) for _, number, at in given}
    desk.known[space], rename = known, desk.renamed.setdefault(space, {})
    counts = Counter(number for _, number in known)
    uses: Uses = {}
    for row, number, at in sorted(given, key=lambda each: each[2]):
        if counts[number] > 1:
            uses.setdefault(number, {}).setdefault(at, []).append(row)
    gone: list[Row] = []
    one: dict[tuple[int, str], list[int]] = {}
    taken = set(counts)
    alike_of, merge = (_customers_alike, _merge_customer) if space is CUSTOMERS else (_rows_alike, _merge)
    for number, groups in alike_of(desk, space, uses).items():
        for places in groups:
            if len(places) > 1:
                gone += merge(desk, number, {at: uses[number][at] for at in places})
                one |= dict.fromkeys(((at, number) for at in places), places)
        if len(groups) > 1:
            first = uses[number][groups[0][0]][0]
            rename |= _told_apart(desk, space.word, (first[0], number), groups, taken)
    for table, rows in _by_table(gone).items():
        desk.drop(table, rows)
    if one and space is not CUSTOMERS:  # of one customer each branch keeps its own records
        drop_doubled(desk, space, one)
    if rename:
        _rename_rows(desk, space, rename)


def _rename_rows(desk: Desk, space: Space, rename: Rename) -> None:
    for table, key in users_of(space):
        if desk.has(table, key):
            desk.frames[table] = _renamed(desk.frames[table], key, rename)


def _given(desk: Desk, space: Space) -> Iterator[tuple[Row, str, int]]:
    """Row, id and branch of every id."""
    for table, key in space.owners:
        if desk.has(table, key):
            cells = desk.frames[table][[key, AT]].dropna()
            for row, number, at in zip(cells.index, cells[key], cells[AT], strict=True):
                yield (table, row), number, at


def _by_table(rows: Iterable[Row]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for table, row in rows:
        found[table].append(row)
    return found


def _told_apart(desk: Desk, word: str, which: tuple[str, str], groups: Groups, taken: set[str]) -> Rename:
    """A new id for each group; `which` is the table and the id that they share."""
    table, number = which
    rename: Rename = {}
    for places in groups:
        new = _free(f"{desk.names[places[0]]}-{number}", taken)
        rename |= dict.fromkeys(((at, number) for at in places), new)
    everyone = sorted(at for places in groups for at in places)
    what = f"这个编号在这些分部指不同的{word}"
    done = f"改为 {listed(list(rename.values()))}，本分部引用它的地方一并修改"
    desk.say(DIFFERENT, table, number, everyone, what, done)
    return rename


def _renamed(frame: pd.DataFrame, key: str, rename: Rename) -> pd.DataFrame:
    old = {number for _, number in rename}
    rows = frame.index[frame[key].isin(old).to_numpy()]
    if not len(rows):
        return frame
    texts = frame[key].copy()
    pairs = zip(frame.loc[rows, AT], frame.loc[rows, key], strict=True)
    texts.loc[rows] = [rename.get(pair, pair[1]) for pair in pairs]
    return frame.assign(**{key: texts})


def _customers_alike(desk: Desk, space: Space, uses: Uses) -> dict[str, Groups]:
    """Id -> the branches that mean one customer by it."""
    del space
    if not uses:
        return {}
    rows = [found[0][1] for used in uses.values() for found in used.values()]
    told = desk.frames["customers"].loc[rows].reindex(columns=["name", "phone"]).astype(object)
    cells = dict(zip(rows, told.where(told.notna(), "").itertuples(index=False, name=None), strict=True))
    return {
        number: alike({at: cells[found[0][1]] for at, found in used.items()}) for number, used in uses.items()
    }


def _rows_alike(desk: Desk, space: Space, uses: Uses) -> dict[str, Groups]:
    """Id -> the branches whose rows with it are the same in every cell."""
    keys = dict(space.owners)
    cells: dict[Row, tuple[object, ...]] = {}
    everything = (row for used in uses.values() for found in used.values() for row in found)
    for table, rows in _by_table(everything).items():
        own = values(desk.frames[table].loc[rows].drop(columns=[keys[table], AT, ORIGINS]))
        cells |= zip(((table, row) for row in rows), own, strict=True)
    found: dict[str, Groups] = {}
    for number, used in uses.items():
        same: dict[tuple[object, ...], list[int]] = {}
        for at, own_rows in used.items():
            same.setdefault(tuple((row[0], cells[row]) for row in own_rows), []).append(at)
        found[number] = list(same.values())
    return found


def _merge(desk: Desk, number: str, same: Mapping[int, Sequence[Row]]) -> list[Row]:
    """Keep the first branch's rows; the others', which go."""
    first, *others = same.values()
    for table, row in first:
        desk.frames[table].loc[row, ORIGINS] = desk.called(same)
    desk.say(SAME_ROWS, first[0][0], number, same, "这些分部的记录完全相同", "合并为一份")
    return [row for rows in others for row in rows]


def _merge_customer(desk: Desk, number: str, same: Mapping[int, Sequence[Row]]) -> list[Row]:
    """Make one row of the first one of each branch; the others, which go."""
    frame = desk.frames["customers"]
    rows = [found[0][1] for found in same.values()]
    names = [desk.names[at] for at in same]
    headings = {item.key: item.heading for item in BY_NAME["customers"].in_pack(desk.pack).columns}
    keys = [key for key in frame.columns if key in headings and key != "customer_id"]
    whole = merged_row(frame.loc[rows, keys], names, headings)
    for key, value in whole.filled.items():
        frame.loc[whole.kept, key] = value
    frame.loc[whole.kept, ORIGINS] = listed(names)
    what = "名称相同，是同一个客户" + (f"；不一致：{whole.contradictions}" if whole.contradictions else "")
    done = f"合并为一行，以 {names[rows.index(whole.kept)]} 的为准，空白由其他分部补上；各分部的记录都保留"
    desk.say(SAME_CUSTOMER, "customers", number, same, what, done)
    return [("customers", row) for row in rows if row != whole.kept]


def _drop_shipped(desk: Desk) -> None:
    """Rows that every new workbook has stand once, however many branches kept them."""
    for name, frame in list(desk.frames.items()):
        if BY_NAME[name].default_rows:
            texts = values(frame.drop(columns=[AT, ORIGINS]))
            first: dict[tuple[object, ...], int] = {}
            owners = [first.setdefault(cells, at) for cells, at in zip(texts, frame[AT], strict=True)]
            desk.drop(name, frame.index[frame[AT].to_numpy() != owners].tolist())
