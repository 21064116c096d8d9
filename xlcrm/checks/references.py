"""V10: references to customers and cases that do not exist, and names that do not match their id."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, WARNING, CheckInput, Code, filled, findings, gather, heading, is_known
from xlcrm.checks.courses import COURSES
from xlcrm.tables import tables_of
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V10": Code(
        (ERROR, WARNING),
        "引用不到或名称不符",
        "引用的客户编号或单号在登记表里不存在为错误；客户名称与编号对应的名称不同为警告并给出建议值",
    )
}

_PERSON_MARK: Final = re.compile(r"[(]个人[)]$")
_BLANKS: Final = re.compile(r"[\s·•.,'\"]+")


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V10. A register that the workbook lacks, or that has no ids, cannot be judged against."""
    parts: list[pd.DataFrame] = []
    for sheet, column in given.columns({Kind.REF}):
        register = given.data.get(column.references)
        if register is None or not register.table.key:
            continue
        ids = filled(register, register.table.key)
        if len(ids):
            parts += [_unknown(sheet, column.key, ids, register.sheet), *_misnamed(sheet, column, register)]
    return gather([*parts, *_cases(given)])


def _unknown(sheet: SheetData, key: str, ids: pd.Series, register: str) -> pd.DataFrame:
    cells = filled(sheet, key)
    lost = cells[~is_known(cells, ids)]
    return findings(
        sheet,
        "V10",
        ERROR,
        lost.index,
        key,
        message=[f"“{heading(sheet, key)}”里的“{value}”在{register}里找不到" for value in lost],
        fix=f"请核对编号，或先在{register}登记",
    )


def _misnamed(sheet: SheetData, column: Column, register: SheetData) -> Iterator[pd.DataFrame]:
    own, known = _name_key(sheet), _name_key(register)
    if not own or not known or column.key != sheet.table.account:
        return
    names = register.frame.dropna(subset=[register.table.key, known]).drop_duplicates(register.table.key)
    both = sheet.frame[[column.key, own]].dropna()
    expected = (
        names.set_index(register.table.key)[known]
        .reindex(pd.Index(both[column.key]))
        .set_axis(both.index)
        .dropna()
    )
    typed = both.loc[expected.index, own]
    unlike = typed.index[(typed != expected).to_numpy()]
    unlike = pd.Index(
        [row for row in unlike if plain_name(typed[row]) != plain_name(expected[row])], dtype="int64"
    )
    label = heading(sheet, own)
    yield findings(
        sheet,
        "V10",
        WARNING,
        unlike,
        own,
        message=[
            f"“{label}”写的是“{typed[row]}”，但编号 {both[column.key][row]} 在{register.sheet}里"
            f"是“{expected[row]}”"
            for row in unlike
        ],
        fix="请核对编号和名称哪一个写错了；名称有误的照建议值改写",
        corrected=expected[unlike],
    )


def _name_key(sheet: SheetData) -> str:
    return next(
        (item.key for item in sheet.table.columns if item.kind is Kind.NAME and sheet.has(item.key)), ""
    )


def plain_name(name: str) -> str:
    """A name without what does not tell two names apart: widths, spaces, case, a （个人） mark."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _BLANKS.sub("", _PERSON_MARK.sub("", folded.strip()))


def _cases(given: CheckInput) -> Iterator[pd.DataFrame]:
    """状态变更表 names cases of several registers; a number of one that the workbook lacks is not judged."""
    sheet = given.data.get("status_changes")
    if sheet is None or not sheet.has("case_id"):
        return
    expected = [table for table in tables_of(given.pack) if table.name in COURSES]
    here = [table for table in expected if table.name in given.data and given.data[table.name].has(table.key)]
    registers = [given.data[table.name] for table in here]
    if not registers:
        return
    elsewhere = "|".join(table.by_key[table.key].form for table in expected if table not in here)
    cells = filled(sheet, "case_id")
    foreign = cells[cells.str.fullmatch(elsewhere)] if elsewhere else cells.iloc[:0]
    ids = pd.concat([foreign, *(filled(register, register.table.key) for register in registers)])
    yield _unknown(sheet, "case_id", ids, "、".join(register.sheet for register in registers))
