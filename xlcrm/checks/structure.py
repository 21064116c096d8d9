"""R01-R06: rules that cannot be used; S01, S02: columns and sheets that enabled rules miss."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, HINT, WARNING, CheckInput, Code, gather
from xlcrm.rules.needs import lacks
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Role
from xlcrm.tables.system import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.tables.base import Table
    from xlcrm.tables.frames import SheetData

_BOTH: Final = (ERROR, WARNING)
CODES: Final[Mapping[str, Code]] = {
    "R01": Code(_BOTH, "规则填写有误", "规则表里的编号、类型、启用、口径等填写有误，这条规则不起作用"),
    "R02": Code(
        _BOTH, "规则引用有误", "规则的对象表、条件、起点或终点引用了没有的表、列或选项，这条规则不起作用"
    ),
    "R03": Code(_BOTH, "规则时限有误", "规则的时限、单位或预警看不懂，这条规则不起作用"),
    "R04": Code(_BOTH, "规则条件为空", "条件为空的规则不会套用到所有行；没有条件请写 全部"),
    "R05": Code(_BOTH, "规则互相矛盾", "先完成的一步时限长于后完成的一步"),
    "R06": Code(_BOTH, "规则编号重复", "同一规则编号出现两次，只有第一条生效"),
    "S01": Code((WARNING, HINT), "缺少列", "工作表缺少某列，需要它的规则不起作用；补充列为提示，其余为警告"),
    "S02": Code((WARNING,), "缺少工作表", "工作簿缺少某张表，需要它的规则不起作用"),
}

RULES_NAMED: Final = 8
"""How many rules a message names before it only counts."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of R01 to R06, S01 and S02."""
    return gather([_problems(given), _missing(given)])


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return gather([pd.DataFrame(rows)] if rows else [])


def _problems(given: CheckInput) -> pd.DataFrame:
    sheet = given.data.get(RULES.name)
    return _frame(
        [
            {
                "level": ERROR if problem.blocks else WARNING,
                "code": problem.code,
                "table": RULES.name,
                "sheet": sheet.sheet if sheet else RULES.title,
                "row": problem.row,
                "key": RULES.by_heading[problem.heading].key if problem.heading in RULES.by_heading else "",
                "heading": problem.heading,
                "value": problem.value,
                "message": problem.message,
                "fix": problem.fix,
                "corrected": "",
            }
            for problem in given.rules.problems
        ]
    )


def _missing(given: CheckInput) -> pd.DataFrame:
    idle: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in given.rules.enabled:
        for table, key in dict.fromkeys(lacks(rule, given.data)):
            idle[table, key].append(rule)
    return _frame(
        [
            _missing_column(given.data[table], key, rules)
            if table in given.data
            else _missing_sheet(BY_NAME[table].in_pack(given.pack), rules)
            for (table, key), rules in idle.items()
        ]
    )


def _missing_column(sheet: SheetData, key: str, rules: list[Rule]) -> dict[str, object]:
    column = sheet.table.by_key[key]
    return {
        "level": WARNING if column.role is Role.ENTRY else HINT,
        "code": "S01",
        "table": sheet.table.name,
        "sheet": sheet.sheet,
        "row": sheet.heading_row,
        "key": key,
        "heading": column.heading,
        "value": "",
        "message": f"缺少“{column.heading}”一列，规则 {_named(rules)} 不起作用",
        "fix": f"请在标题行加上“{column.heading}”；不需要这些规则的，请在规则表停用",
        "corrected": "",
    }


def _missing_sheet(table: Table, rules: list[Rule]) -> dict[str, object]:
    title = table.title
    return {
        "level": WARNING,
        "code": "S02",
        "table": table.name,
        "sheet": title,
        "row": 0,
        "key": "",
        "heading": "",
        "value": "",
        "message": f"没有“{title}”这张表，规则 {_named(rules)} 不起作用",
        "fix": f"请加上“{title}”；不需要这些规则的，请在规则表停用",
        "corrected": "",
    }


def _named(rules: list[Rule]) -> str:
    names = "、".join(rule.rule_id for rule in rules[:RULES_NAMED])
    return names if len(rules) <= RULES_NAMED else f"{names} 等 {len(rules)} 条"
