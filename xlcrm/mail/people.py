"""Whose names are hidden: the customers' people, found by what columns are declared to hold."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from xlcrm.checks.names import PERSON_MARKS
from xlcrm.mail.personal import fold
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.tables.frames import SheetData

CONTACTS: Final = frozenset(
    {
        ("customers", "contact"),
        ("complaints", "contact"),
        ("recovery_cases", "contact"),
        ("call_list", "contact"),
        ("care_records", "target"),
        ("service_issues", "signature"),
        ("account_profiles", "legal_person"),
        ("account_profiles", "general_manager"),
    }
)
"""Columns that hold names of a customer's people; every other column of kind PERSON holds staff."""
_POSITIONS: Final = ("customers", "position")

_JOINTS: Final = re.compile(r"[/\\、,，;；|()（）\[\]【】:：\n]+")
_BESIDE: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]*@\S+|[+(]?[0-9][0-9 ()+*\-]{4,}[0-9]")
"""An address or a number that somebody has typed beside a name."""
_TITLES: Final = re.compile(
    r"(?:先生|女士|小姐|老师|同学|师傅|医生|律师|教授|博士|工程师|工|总|总经理|副总|董事长|董|总监|经理|主任|主管|部长|科长|处长|"
    r"局长|院长|校长|厂长|店长|组长|书记|会计|出纳|秘书|助理|专员|顾问|代表|老板|老总)$"
)
_OFFICES: Final = re.compile(r"(?:部|处|科|室|组|中心|公司|集团|银行|厂|店|办|前台|热线|电话|邮箱|客服)$")
_WORDS: Final = frozenset(
    (
        *(
            "客户",
            "用户",
            "本人",
            "未知",
            "不详",
            "保密",
            "暂无",
            "没有",
            "无",
            "同上",
            "待定",
            "待补",
            "待核实",
            "联系人",
            "负责人",
            "老板",
        ),
        *(
            "前台",
            "采购",
            "财务",
            "销售",
            "市场",
            "人事",
            "行政",
            "技术",
            "生产",
            "运营",
            "商务",
            "法务",
            "项目",
            "区域",
            "大区",
            "产品",
            "品牌",
            "售后",
            "售前",
            "客服",
            "仓库",
            "物流",
            "后勤",
        ),
        *(
            "研发",
            "工程",
            "质量",
            "设备",
            "信息",
            "业务",
            "总务",
            "采购员",
            "业务员",
            "销售员",
            "客服员",
            "法人",
            "法人代表",
            "股东",
            "经办人",
            "家属",
            "代办人",
        ),
    )
)
"""What people type where no name is known, and departments."""
_SHORTEST: Final = 2


def contact_names(tables: Mapping[str, SheetData]) -> frozenset[str]:
    """Names of the customers' people as they are searched: folded, without blanks, in small letters."""
    positions = _values(tables, *_POSITIONS)
    unnamed = {key for text in positions for key in _parts(text)} | _words()
    found = {name for place in CONTACTS for text in _values(tables, *place) for name in _names_in(text)} | {
        name for text in _values(tables, "customers", "name") for name in _person(text)
    }
    return frozenset(name for name in found if name not in unnamed)


def staff_names(tables: Mapping[str, SheetData]) -> frozenset[str]:
    """Names of the office's own people, in the same form."""
    return frozenset(
        key
        for name, sheet in tables.items()
        for column in sheet.table.columns
        if column.kind is Kind.PERSON and (name, column.key) not in CONTACTS
        for text in _values(tables, name, column.key)
        for key in _parts(text)
    )


def key_of(text: str) -> str:
    """A name as it is compared."""
    return "".join(fold(text).text.casefold().split())


def split_names(text: str) -> list[str]:
    """The names of a cell that holds one or several, numbers and addresses beside them left out."""
    return [part for part in _JOINTS.split(_BESIDE.sub("/", fold(text).text)) if part.strip()]


def _values(tables: Mapping[str, SheetData], table: str, key: str) -> list[str]:
    sheet = tables.get(table)
    if sheet is None or key not in sheet.frame:
        return []
    return [str(text) for text in sheet.frame[key].dropna().unique()]


def _parts(text: str) -> list[str]:
    return [key_of(part) for part in split_names(text)]


def _person(text: str) -> Iterator[str]:
    """The name of a customer who is marked as a person."""
    for mark in PERSON_MARKS:
        if text.endswith(mark):
            yield from _names_in(text.removesuffix(mark))


def _names_in(text: str) -> Iterator[str]:
    """The names in a cell of contacts, each as typed and without a title behind it."""
    for part in split_names(text):
        # two names in Chinese letters with a blank between them are two; 王 芳 is one
        spaced = [key_of(word) for word in part.split()]
        several = len(spaced) > 1 and all(len(word) >= _SHORTEST and not word.isascii() for word in spaced)
        for key in (*(spaced if several else ()), key_of(part)):
            yield from _forms(key)


def _forms(key: str) -> Iterator[str]:
    if "*" in key or not any(letter.isalpha() for letter in key) or any(letter.isdecimal() for letter in key):
        return
    bare = _TITLES.sub("", key)
    if not bare or bare in _WORDS or _OFFICES.search(bare):
        return  # 采购经理: a position, nobody's name
    for form in dict.fromkeys((key, bare)):
        if len(form) >= _SHORTEST:
            yield form


@cache
def _words() -> frozenset[str]:
    """Words of the sheets themselves: whoever types one into a column of contacts means no person."""
    declared = (*TABLES, *SYSTEM_TABLES)
    titles = {title for table in declared for title in table.titles}
    headings = {name for table in declared for column in table.columns for name in column.headings}
    values = {
        value
        for table in declared
        for column in table.columns
        if column.choice
        for value in (*column.choice.values, *column.choice.aliases)
    }
    return frozenset(key_of(text) for text in titles | headings | values) | _WORDS
