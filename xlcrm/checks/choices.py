"""V07: values outside their list; V15: a blank industry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import (
    ERROR,
    HINT,
    CheckInput,
    Code,
    filled,
    findings,
    gather,
    heading,
    noted_rows,
    remarks,
)
from xlcrm.tables.base import Choice, Kind
from xlcrm.tables.cells import split_tags
from xlcrm.tables.fields import YES_NO
from xlcrm.tables.frames import Remark
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V07": Code(
        (ERROR, HINT),
        "不在选项之内",
        "封闭选项列里出现别的内容为错误；已知的别名（VIP 即 A类）和开放选项列里的新内容为提示",
    ),
    "V15": Code((HINT,), "行业为空", "所属行业没有填写，应标为 未知"),
}

CHOSEN: Final = frozenset({Kind.CHOICE, Kind.TAGS, Kind.YESNO})
UNKNOWN: Final = "未知"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V07 and V15."""
    return gather(part for sheet, column in given.columns(CHOSEN) for part in _column(sheet, column))


def _column(sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    if len(sheet.notes):
        yield from _noted(sheet, column)
    if column.kind is Kind.TAGS and column.choice:
        yield from _tags(sheet, column, column.choice)
    if not column.required and column.choice and UNKNOWN in column.choice.values:  # noqa: PD011 - a tuple
        yield _unmarked(sheet, column)


def _noted(sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    name = heading(sheet, column.key)
    choice = column.choice or (YES_NO if column.kind is Kind.YESNO else Choice(()))
    choices = "、".join(choice.words)
    aliases = remarks(sheet, column.key, Remark.ALIAS)
    known = [choice.word(value, choice.pack) for value in sheet.frame[column.key].reindex(aliases["row"])]
    yield findings(
        sheet,
        "V07",
        HINT,
        pd.Index(aliases["row"]),
        column.key,
        message=[
            f"“{name}”里的“{raw}”就是“{value}”" for raw, value in zip(aliases["raw"], known, strict=True)
        ],
        fix="可用规范数据自动改写",
        value=aliases["raw"],
        corrected=known,
    )
    strange = remarks(sheet, column.key, Remark.UNKNOWN_CHOICE, Remark.UNREADABLE)
    loose = column.choice is not None and column.choice.open
    yield findings(
        sheet,
        "V07",
        HINT if loose else ERROR,
        pd.Index(strange["row"]),
        column.key,
        message=[
            f"“{name}”里的“{raw}”不在现有选项（{choices}）之内"
            if loose
            else f"“{name}”里的“{raw}”不是可选的内容，应为 {choices}"
            for raw in strange["raw"]
        ],
        fix="请核对写法；确是新的选项时可加入选项表" if loose else "请从下拉列表中选择",
        value=strange["raw"],
    )
    broken = remarks(sheet, column.key, Remark.ERROR)
    yield findings(
        sheet,
        "V07",
        ERROR,
        pd.Index(broken["row"]),
        column.key,
        message=[f"“{name}”里是 Excel 错误值 {raw}，应为 {choices}" for raw in broken["raw"]],
        fix="请从下拉列表中选择",
        value=broken["raw"],
    )


def _tags(sheet: SheetData, column: Column, choice: Choice) -> Iterator[pd.DataFrame]:
    """Other names among the tags of a cell, and new tags of an open list; reading keeps the cell as typed."""
    cells = filled(sheet, column.key)
    listed = {folded(word) for word in (*choice.words, *choice.values)}  # noqa: PD011 - a list of words
    aliases = {folded(word): choice.word(value, choice.pack) for word, value in choice.aliases.items()}
    texts = pd.Series(cells.unique(), dtype="str")
    known = dict(zip(texts, split_tags(texts), strict=True))
    better = {text: _replaced(text, tags, listed, aliases) for text, tags in known.items()}
    renamed = cells[[better[text] != text for text in cells]]
    name = heading(sheet, column.key)
    yield findings(
        sheet,
        "V07",
        HINT,
        renamed.index,
        column.key,
        message=[f"“{name}”里的“{text}”就是“{better[text]}”" for text in renamed],
        fix="可用规范数据自动改写",
        corrected=[better[text] for text in renamed],
    )
    if not choice.open:
        return
    strange = {
        text: "、".join(tag for tag in tags if folded(tag) not in listed | set(aliases))
        for text, tags in known.items()
    }
    new = cells[[bool(strange[text]) for text in cells]]
    yield findings(
        sheet,
        "V07",
        HINT,
        new.index,
        column.key,
        message=[
            f"“{name}”里的“{strange[text]}”不在现有选项（{'、'.join(choice.words)}）之内" for text in new
        ],
        fix="请核对写法；确是新的选项时可加入选项表",
    )


def _replaced(text: str, tags: Sequence[str], listed: AbstractSet[str], aliases: Mapping[str, str]) -> str:
    """The text with the other names among its tags replaced, what stands between them kept."""
    parts, at = [], 0
    for tag in tags:
        start = text.index(tag, at)
        plain = folded(tag)
        parts += [text[at:start], tag if plain in listed else aliases.get(plain, tag)]
        at = start + len(tag)
    return "".join(parts) + text[at:]


def _unmarked(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = sheet.frame[column.key]
    blank = cells.index[cells.isna().to_numpy()]
    if len(blank):
        blank = blank.difference(noted_rows(sheet, column.key, Remark.ERROR, Remark.UNREADABLE))
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V15",
        HINT,
        blank,
        column.key,
        message=f"“{name}”是空的，暂不清楚时应标为 {UNKNOWN}",
        fix=f"请填写“{name}”，或填 {UNKNOWN}",
        corrected=[UNKNOWN] * len(blank),
    )
