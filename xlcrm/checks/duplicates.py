"""V14: customers that are probably the same."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from xlcrm.checks.base import ROWS_NAMED, WARNING, CheckInput, Code, filled, findings, gather, heading
from xlcrm.checks.contact import tidy_email
from xlcrm.checks.likeness import near_pairs, reduce_names
from xlcrm.checks.names import PERSON_MARKS
from xlcrm.checks.phones import read_phones

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V14": Code(
        (WARNING,),
        "疑似重复客户",
        "两个客户的电话或邮箱相同，或去掉有限公司、股份、集团、括号和地区后名称相同或相近（标明（个人）的不比名称）",
    )
}


_SINGLE_EMAIL: Final = re.compile(r"[!-+\-.0-:<-?A-~]+@[!-+\-.0-:<-?A-~]+")


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V14: one a row and reason, so that a number used by 5,000 rows gives 5,000 findings."""
    sheet = given.data.get("customers")
    if sheet is None:
        return gather([])
    return gather([_same(sheet, "phone", _phones), _same(sheet, "email", _emails), *_named_alike(sheet)])


class _Split(NamedTuple):
    """The values of a column's cells."""

    single: list[str]
    """One a cell; "" where the cell holds none or several."""
    others: list[tuple[int, str]]
    """Place and value of the rest."""


def _phones(cells: Sequence[str]) -> _Split:
    """Numbers in their one form."""
    single = [text if len(text) == 11 and text.isdigit() and text[0] == "1" else "" for text in cells]
    odd = [place for place, text in enumerate(single) if not text]
    known = {text: read_phones(text)[0] for text in {cells[place] for place in odd}}
    return _Split(
        single, [(place, phone.text) for place in odd for phone in known[cells[place]] if phone.text]
    )


def _emails(cells: Sequence[str]) -> _Split:
    """Addresses in small letters."""
    single = [text.lower() if _SINGLE_EMAIL.fullmatch(text) else "" for text in cells]
    odd = [place for place, text in enumerate(single) if not text]
    known = {text: tidy_email(text).lower().split(";") for text in {cells[place] for place in odd}}
    return _Split(single, [(place, address) for place in odd for address in known[cells[place]] if address])


def _same(sheet: SheetData, key: str, split: Callable[[Sequence[str]], _Split]) -> pd.DataFrame:
    if not sheet.has(key):
        return gather([])
    cells = filled(sheet, key)
    single, others = split(cells.tolist())
    if not others and len(set(single)) == len(single):
        return gather([])
    whole = [(place, value) for place, value in enumerate(single) if value]
    parts = dict.fromkeys([*whole, *others])
    times = Counter(value for _, value in parts)
    groups: dict[str, list[int]] = {value: [] for value, count in times.items() if count > 1}
    if not groups:
        return gather([])
    rows = cells.index.tolist()
    for place, value in parts:
        if value in groups:
            groups[value].append(rows[place])
    shared = [(row, value) for value, group in groups.items() for row in group]
    name = heading(sheet, key)
    return findings(
        sheet,
        "V14",
        WARNING,
        [row for row, _ in shared],
        key,
        message=[f"“{name}”{value} 与{_others(sheet, groups[value], row)}相同" for row, value in shared],
        fix="请核对是否为同一客户；是则合并到一行",
    )


def _named_alike(sheet: SheetData) -> list[pd.DataFrame]:
    if not sheet.has("name"):
        return []
    cells = filled(sheet, "name")
    cells = cells[[not name.endswith(PERSON_MARKS) for name in cells.tolist()]]
    if cells.empty:
        return []
    reduced = np.array(reduce_names(cells.tolist()), dtype=object)
    codes, names = pd.factorize(reduced)
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    ends = np.cumsum(sizes)
    sorted_rows = cells.index.to_numpy()[order]

    def rows_of(code: int) -> list[int]:
        return [int(row) for row in sorted_rows[ends[code] - sizes[code] : ends[code]]]

    shared = [rows_of(code) for code in np.flatnonzero(sizes > 1).tolist()]
    equal = {row: group for group in shared for row in group}
    near: dict[int, int] = {}
    scores: dict[int, float] = {}
    for pair in near_pairs(names.tolist()):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if pair.score > scores.get(one, 0.0):
                scores[one], near[one] = pair.score, other
    alike = {row: rows_of(other) for one, other in near.items() for row in rows_of(one) if row not in equal}
    return [
        _names(sheet, equal, "去掉公司类型和地区后相同"),
        _names(sheet, alike, "相近"),
    ]


def _names(sheet: SheetData, alike: Mapping[int, Sequence[int]], how: str) -> pd.DataFrame:
    name = heading(sheet, "name")
    names = sheet.frame["name"]
    return findings(
        sheet,
        "V14",
        WARNING,
        list(alike),
        "name",
        message=[
            f"“{name}”“{names[row]}”与{_others(sheet, group, row)}{how}" for row, group in alike.items()
        ],
        fix="请核对是否为同一客户；是则合并到一行",
    )


def _others(sheet: SheetData, rows: Sequence[int], row: int) -> str:
    """The other rows of a group as a sentence names them; a big group is counted, never listed."""
    others = [other for other in rows[: ROWS_NAMED + 1] if other != row][:ROWS_NAMED]
    count = len(rows) - (row in rows[: ROWS_NAMED + 1] or len(rows) > ROWS_NAMED + 1)
    if count == 1:
        known = sheet.frame["name"].get(others[0])
        return f"第{others[0]}行" + (f"“{known}”" if isinstance(known, str) else "")
    named = "、".join(f"第{other}行" for other in others)
    return named if count <= ROWS_NAMED else f"{named}等 {count} 行"
