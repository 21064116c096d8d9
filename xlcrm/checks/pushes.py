"""V25: a second push to the same tag in one month without an occasion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import WARNING, CheckInput, Code, cell_text, findings, gather, heading
from xlcrm.tables.cells import split_tags
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES: Final[Mapping[str, Code]] = {
    "V25": Code(
        (WARNING,),
        "同一标签一月内重复推送",
        "同一客户标签在一个自然月内第二次推送，而当月没有该标签客户的生日或合同到期续约",
    )
}

TABLE: Final = "service_pushes"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V25: one a row, whatever number of its tags are pushed again."""
    sheet = given.data.get(TABLE)
    if sheet is None or not (sheet.has("tags") and sheet.has("pushed_at")):
        return gather([])
    pushes = _by_tag(sheet.frame, "tags", "pushed_at").sort_values("at", kind="stable")
    birthdays, renewals = _occasions(given)
    first: dict[tuple[str, int], tuple[int, pd.Timestamp]] = {}
    told: dict[int, str] = {}
    for row, tag, at, name, month in pushes.itertuples(index=False, name=None):
        earlier = first.setdefault((name, month), (row, at))
        if earlier[0] == row or (name, month % 12) in birthdays or (name, month) in renewals:
            continue
        told.setdefault(
            row,
            f"标签“{tag}”在{at.year}年{at.month}月已经推送过（第{earlier[0]}行，{cell_text(earlier[1])}），"
            "每个标签每月集中推送1次",
        )
    rows = sorted(told)
    return findings(
        sheet,
        "V25",
        WARNING,
        rows,
        "tags",
        message=[told[row] for row in rows],
        fix=f"请与当月其他推送合并，或改到下个月；只有该标签客户当月过生日或合同到期时才另行推送；"
        f"“{heading(sheet, 'pushed_at')}”写错的请改正",
    )


def _by_tag(frame: pd.DataFrame, tags: str, moment: str) -> pd.DataFrame:
    """One row a cell and tag: row, tag as typed, at, name without width and case, month since year 0."""
    own = frame[[tags, moment]].dropna()
    long = pd.DataFrame(
        {"row": own.index, "tag": split_tags(own[tags]).to_numpy(), "at": own[moment].to_numpy()}
    )
    long = long.explode("tag", ignore_index=True).dropna(subset=["tag"])
    names = [folded(tag) for tag in long["tag"]]
    months = long["at"].dt.year * 12 + long["at"].dt.month - 1
    return long.assign(name=names, month=months).drop_duplicates(["row", "name"])


def _occasions(given: CheckInput) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """(tag, month from 0) of birthdays, and (tag, month since year 0) of contracts that end."""
    register = given.data.get("customers")
    if register is None:
        return set(), set()
    born = _by_tag(register.frame, "need_tags", "contact_birthday")
    ends = _by_tag(register.frame, "need_tags", "contract_ends_on")
    return (
        set(zip(born["name"], (born["month"] % 12).tolist(), strict=True)),
        set(zip(ends["name"], ends["month"].tolist(), strict=True)),
    )
