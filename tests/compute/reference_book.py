"""A workbook as plain rows: cells, conditions and customers, looked up one at a time."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.compute.reference_rfm import classes
from tests.reference_time import add_months, months_between
from xlcrm.periods import parse_length
from xlcrm.rules.conditions import Op, Place, Term, When
from xlcrm.tables import BY_NAME, TABLES
from xlcrm.tables.base import Kind
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.rules.parameters import Parameters
    from xlcrm.rules.sources import Sources
    from xlcrm.tables.frames import SheetData

Row = dict[str, Any]
OWN_TABLES = {table.name for table in TABLES}


def plain(value: Any) -> Any:
    """A cell of a frame as Python has it, None for blank."""
    if value is None or pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def tags_of(text: str | None) -> set[str]:
    """The tags of a cell, width and case aside."""
    half = unicodedata.normalize("NFKC", text or "").lower()
    return {tag for tag in re.split(r"[、,;/+|\s]+", half) if tag}


def can_work(rule: Rule, data: Mapping[str, SheetData]) -> bool:
    """Whether the workbook has the sheets that a rule needs; of several sources one is enough."""

    def found(sources: Sources) -> bool:
        places = [item.place for item in sources.items]
        return not places or any(place is None or place.table in data for place in places)

    terms = {term.place.table for term in rule.when.terms}
    return {rule.table, *terms} <= data.keys() and found(rule.start) and found(rule.stop)


def compare(term: Term, cell: Any, now: dt.datetime) -> bool:
    """Whether one cell is as a condition says; a blank is neither equal nor different, but 空 or 为空."""
    if cell is None and "空" in term.choices:
        return term.op is Op.IN
    if cell is None or term.op in (Op.FILLED, Op.BLANK):
        return (cell is None) is (term.op is Op.BLANK)
    if term.op is Op.AGED:
        return add_months(cell.date(), round(term.number)) <= now.date()
    if term.op in (Op.IN, Op.NOT_IN):
        among = cell in term.choices
        if BY_NAME[term.place.table].by_key[term.place.key].kind is Kind.TAGS:
            among = bool(tags_of(cell) & {choice.lower() for choice in term.choices})
        return among is (term.op is Op.IN)
    if term.op in (Op.LESS, Op.AT_MOST):
        return bool(cell < term.number) or (term.op is Op.AT_MOST and bool(cell == term.number))
    return bool(cell > term.number) or (term.op is Op.AT_LEAST and bool(cell == term.number))


class Book:
    """The tables of one workbook; stages, grades, ages are completed as the semantics say."""

    def __init__(
        self,
        data: Mapping[str, SheetData],
        rules: tuple[Rule, ...],
        parameters: Parameters,
        now: dt.datetime,
    ) -> None:
        self.parameters, self.now = parameters, now
        self._accounts: dict[int, str | None] = {}
        self._grouped: dict[str, dict[str | None, list[Row]]] = {}
        self.rules = [rule for rule in rules if rule.enabled and can_work(rule, data)]
        self.unreadable = {
            (name, row, key)
            for name, found in data.items()
            for row, key, remark in zip(
                found.notes["row"], found.notes["key"], found.notes["remark"], strict=True
            )
            if remark in (Remark.UNREADABLE, Remark.ERROR)
        }
        self.tables = {
            name: [
                {"row": number, **{str(key): plain(cell) for key, cell in cells.items()}}
                for number, cells in zip(found.frame.index, found.frame.to_dict("records"), strict=True)
            ]
            for name, found in data.items()
            if name in OWN_TABLES
        }
        self.register: dict[str, Row] = {}
        for row in self.rows("customers"):
            if row["customer_id"] is not None:
                self.register.setdefault(row["customer_id"], row)
        names = [row["name"] for row in self.register.values()]
        self.by_name = {
            row["name"]: number
            for number, row in self.register.items()
            if row["name"] is not None and names.count(row["name"]) == 1
        }
        self._complete()

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def _complete(self) -> None:
        for row in self.rows("customers"):
            plans = [
                p
                for p in self.rows("followup_plans")
                if p["customer_id"] and p["customer_id"] == row["customer_id"]
            ]
            for key in ("stage", "grade"):
                row[key] = row[key] or next((plan[key] for plan in plans if plan[key]), None)
            if row["stage"] is None and row["signed_on"] and row["signed_on"] <= self.now:
                row["stage"] = "合作"
        bought = classes(self)
        for row in self.rows("customers"):
            account = self.account("customers", row)
            row["rfm_class"] = (
                bought.get(account, "未成交") if self.rows("transactions") and account else None
            )
        for row in self.rows("visit_plans"):
            customer = self.customer("visit_plans", row) or {}
            row["grade"] = row["grade"] or customer.get("grade")
            signed = customer.get("signed_on")
            length = parse_length(row["age"]) if row["age"] else None
            if signed and signed <= self.now:
                row["age"] = float(months_between(signed.date(), self.now.date()))
            else:
                row["age"] = None if length is None else float(length.months)

    def touched(self, table: str) -> str:
        """The column of the moment that a row records, of tables whose rows record one."""
        return BY_NAME[table].touched

    def records_past(self, place: Place) -> bool:
        return BY_NAME[place.table].by_key[place.key].past

    def account(self, table: str, row: Row) -> str | None:
        """The customer on the register that a row belongs to."""
        if id(row) not in self._accounts:
            self._accounts[id(row)] = self._account(table, row)
        return self._accounts[id(row)]

    def of_account(self, table: str, account: str) -> list[Row]:
        """A customer's rows of a table, in order."""
        if table not in self._grouped:
            groups = self._grouped[table] = {}
            for row in self.rows(table):
                groups.setdefault(self.account(table, row), []).append(row)
        return self._grouped[table].get(account, [])

    def _account(self, table: str, row: Row) -> str | None:
        key = BY_NAME[table].account
        number = row[key] if key else None
        if number is not None:
            return number if number in self.register else None
        if table == "customers":
            return None
        return self.by_name.get(row.get("name"))

    def tags(self, table: str, row: Row) -> set[str]:
        """The subjects of a row: its own tags, or those of the customer that it belongs to."""
        key = BY_NAME[table].subject
        if key:
            return tags_of(row[key])
        customer = self.customer(table, row)
        return set() if customer is None else tags_of(customer["need_tags"])

    def customer(self, table: str, row: Row) -> Row | None:
        number = self.account(table, row)
        return None if number is None else self.register[number]

    def value(self, table: str, key: str, home: str, row: Row) -> Any:
        """A cell of the row, or of the customer that it belongs to."""
        if table == home:
            return row[key]
        customer = self.customer(home, row)
        return None if customer is None else customer[key]

    def matches(self, when: When, row: Row) -> bool:
        return any(all(self.holds(term, when.home, row) for term in terms) for terms in when.alternatives)

    def holds(self, term: Term, home: str, row: Row) -> bool:
        if term.op is Op.NEWEST:
            return self.newest(home, row)
        return compare(term, self.value(term.place.table, term.place.key, home, row), self.now)

    def newest(self, table: str, row: Row) -> bool:
        """Whether a row is its customer's newest one up to now; of two at one moment the lower one."""
        key, account = self.touched(table), self.account(table, row)
        if account is None or row[key] is None or row[key] > self.now:
            return False
        others = [other for other in self.of_account(table, account) if other[key] and other[key] <= self.now]
        return max(others, key=lambda other: (other[key], other["row"])) is row
