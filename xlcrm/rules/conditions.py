"""Structured conditions of rules: a column and its values, read from one readable cell, never evaluated.

全部
客户阶段=合作 且 客户等级=A类/B类
客户信息总表.客户阶段=沉睡 且 客户响应≠是
解决时间 有值 且 赔偿金额>500
合作时长<3个月
签约日期 满1年
客户信号=消极 且 最新记录
紧急度=紧急 或 复杂度=复杂
复杂度=普通/空

且 binds closer than 或. A blank cell matches no comparison but 为空 and the value 空.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from xlcrm.errors import RuleError
from xlcrm.tables import BY_NAME, BY_TITLE, Table
from xlcrm.tables.base import FULL

ALL = "全部"
NEWEST = "最新记录"
EMPTY = "空"
"""Among the values of = and ≠ it stands for a blank cell."""


class Op(StrEnum):
    """How a cell is compared."""

    IN = "="
    NOT_IN = "≠"
    FILLED = "有值"
    BLANK = "为空"
    LESS = "<"
    AT_LEAST = "≥"
    MORE = ">"
    AT_MOST = "≤"
    AGED = "满"
    """A date that lies at least so many months back."""
    NEWEST = "最新记录"


@dataclass(frozen=True, slots=True)
class Place:
    """A declared column of a declared table."""

    table: str
    key: str

    def text(self, home: str, pack: str = FULL) -> str:
        """As written in a rule of the table `home`: other tables' columns carry their sheet's title.

        Args:
            home: name of the rule's table.
            pack: whose titles and headings are used.
        """
        heading = self.heading(pack)
        return heading if self.table == home else f"{BY_NAME[self.table].in_pack(pack).title}.{heading}"

    def heading(self, pack: str) -> str:
        """The column as the pack calls it; a heading with a remark in brackets goes by its plain name."""
        own = BY_NAME[self.table].in_pack(pack).by_key[self.key].heading
        return BY_NAME[self.table].by_key[self.key].heading if "(" in own else own


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison. `choices` are texts for = and ≠; `number` serves < ≥ > ≤ 满 (months for durations)."""

    place: Place
    op: Op
    choices: tuple[str, ...] = ()
    number: float = 0.0

    def text(self, home: str, pack: str = FULL) -> str:
        """The comparison as a user of the pack reads and types it."""
        name = self.place.text(home, pack)
        if self.op is Op.NEWEST:
            return NEWEST
        if self.op in (Op.FILLED, Op.BLANK):
            return f"{name} {self.op.value}"
        if self.op in (Op.IN, Op.NOT_IN):
            choice = BY_NAME[self.place.table].by_key[self.place.key].choice
            words = [choice.word(value, pack) if choice else value for value in self.choices]
            return f"{name}{self.op.value}{'/'.join(words)}"
        return f"{name}{' ' if self.op is Op.AGED else ''}{self.op.value}{self.choices[0]}"


@dataclass(frozen=True, slots=True)
class When:
    """All terms of one alternative must hold; no terms is the explicit 全部."""

    home: str
    alternatives: tuple[tuple[Term, ...], ...] = ((),)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every comparison that the condition makes, whatever the alternative."""
        return tuple(term for terms in self.alternatives for term in terms)

    def text(self, pack: str = FULL) -> str:
        """The condition as a user of the pack reads and types it."""
        parts = (" 且 ".join(term.text(self.home, pack) for term in terms) for terms in self.alternatives)
        return " 或 ".join(parts) or ALL


_COMPARISON = re.compile(r"^(?P<name>.+?)\s*(?P<op>=|≠|!=|<>|<=|>=|≤|≥|<|>)\s*(?P<value>.+)$")
_PRESENCE = re.compile(r"^(?P<name>.+?)\s*(?P<op>有值|为空)$")
_AGED = re.compile(r"^(?P<name>.+?)\s*满\s*(?P<value>\d+\s*(?:个月|月|年))$")
_AMOUNT = re.compile(r"^(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>个月|月|年|元|分|%)?$")
_SPELLINGS = {"!=": Op.NOT_IN, "<>": Op.NOT_IN, "<=": Op.AT_MOST, ">=": Op.AT_LEAST}
_ORDERED = frozenset({Op.LESS, Op.AT_LEAST, Op.MORE, Op.AT_MOST})


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """Fold full-width forms and odd spaces, so that what looks alike reads alike."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def find_place(name: str, table: Table) -> Place:
    """Resolve 列 or 表.列 to a declared column.

    Raises:
        RuleError: no such sheet or column.
    """
    title, dot, heading = name.strip().rpartition(".")
    owner = table
    if dot:
        owner = _find_table(title.strip())
    wanted = tidy(heading)
    for candidate, item in owner.by_heading.items():
        if tidy(candidate) == wanted:
            return Place(owner.name, item.key)
    raise RuleError(f"{owner.title}没有“{heading.strip()}”这一列")


def _find_table(title: str) -> Table:
    if title in BY_TITLE:
        return BY_TITLE[title]
    raise RuleError(f"没有名为“{title}”的表")


def parse_when(text: str, table: Table) -> When:
    """Read a condition cell of a rule on `table`.

    Raises:
        RuleError: blank, an unknown column, or a comparison that cannot be read.
    """
    whole = tidy(text)
    if not whole:
        raise RuleError("条件为空；没有条件的规则请写“全部”")
    if whole == ALL:
        return When(table.name)
    return When(
        table.name,
        tuple(
            tuple(_term(part.strip(), table) for part in re.split(r"\s*且\s*|\s*&\s*", alternative))
            for alternative in re.split(r"\s+或\s+", whole)
        ),
    )


def _term(text: str, table: Table) -> Term:
    if text == NEWEST:
        if not (table.touched and table.account):
            raise RuleError(f"{table.title}不是按客户记录的表，不能使用“{NEWEST}”")
        return Term(Place(table.name, table.touched), Op.NEWEST)
    if match := _PRESENCE.match(text):
        return Term(find_place(match["name"], table), Op(match["op"]))
    if match := _AGED.match(text):
        return Term(find_place(match["name"], table), Op.AGED, (match["value"],), _amount(match["value"]))
    match = _COMPARISON.match(text)
    if not match:
        raise RuleError(f"看不懂条件“{text}”；写法如 客户等级=A类/B类、解决时间 有值、合作时长<3个月")
    op = _SPELLINGS.get(match["op"]) or Op(match["op"])
    place = find_place(match["name"], table)
    if op in _ORDERED:
        return Term(place, op, (match["value"].strip(),), _amount(match["value"].strip()))
    values = tuple(value.strip() for value in re.split(r"[/、|]", match["value"]) if value.strip())
    if not values:
        raise RuleError(f"条件“{text}”没有写要比较的内容")
    return Term(place, op, _canonical(values, place))


def _amount(text: str) -> float:
    match = _AMOUNT.match(text)
    if not match:
        raise RuleError(f"看不懂数值“{text}”；写法如 500、3个月、1年")
    return float(match["number"]) * (12 if match["unit"] == "年" else 1)


def _canonical(values: tuple[str, ...], place: Place) -> tuple[str, ...]:
    column = BY_NAME[place.table].by_key[place.key]
    if column.choice is None:
        return values
    known = {tidy(value): value for value in column.choice.values}
    aliases = column.choice.aliases
    found = tuple(known.get(value) or aliases.get(value, value) for value in values)
    strange = [value for value in found if value not in (*column.choice.values, EMPTY)]
    if strange and not column.choice.open:
        choices = "、".join(column.choice.values)
        raise RuleError(f"“{column.heading}”没有“{strange[0]}”这个选项；可选：{choices}")
    return found
