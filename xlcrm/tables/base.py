"""What a sheet is: a declared table with declared columns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping


FULL: Final = "full"
"""The pack that holds every table under its own title and headings."""


class Kind(StrEnum):
    """What a column's cells hold; decides how they are read, checked, formatted and validated."""

    TEXT = "text"
    LONG = "long"
    NAME = "name"
    PERSON = "person"
    PHONE = "phone"
    EMAIL = "email"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    INT = "int"
    CHOICE = "choice"
    TAGS = "tags"
    ID = "id"
    REF = "ref"
    YESNO = "yesno"
    SCORE5 = "score5"
    SCORE10 = "score10"
    NPS = "nps"
    LINK = "link"


TIMES = frozenset({Kind.DATE, Kind.DATETIME})
NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT, Kind.INT, Kind.SCORE5, Kind.SCORE10, Kind.NPS})


class Role(StrEnum):
    """Who owns the cells of a column."""

    ENTRY = "entry"
    """The user's; a document has it."""
    EXTRA = "extra"
    """The user's; no document has it but a rule needs it (marked 补充)."""
    AUTO = "auto"
    """xlcrm's; rewritten by every refresh."""


class Row(BaseModel):
    """One row of a sheet. Subclasses only declare columns; they have no behaviour."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """A closed or open list of values.

    Attributes:
        values: the canonical values, which frames hold in every pack.
        open: other values may be typed, too.
        aliases: another spelling -> the canonical value.
        labels: pack -> canonical value -> the word that the pack's own document uses.
        shown_in: pack -> the canonical values that its drop-down offers, where these are not all.
        pack: whose words are at home here: they are read without a remark (see `in_pack`).
    """

    values: tuple[str, ...]
    open: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    shown_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    pack: str = FULL

    def in_pack(self, pack: str) -> Choice:
        """The same list as a pack's workbook has it."""
        return replace(self, pack=pack) if self.labels or self.shown_in else self

    def word(self, value: str, pack: str) -> str:
        """A canonical value as a pack writes it; any other text as it is."""
        return self.labels.get(pack, {}).get(value, value)

    @property
    def words(self) -> tuple[str, ...]:
        """What the drop-down offers in this list's pack, in the pack's words."""
        return tuple(self.word(value, self.pack) for value in self.shown_in.get(self.pack, self.values))

    @property
    def own(self) -> Mapping[str, str]:
        """The pack's own words -> the canonical values."""
        return {word: value for value, word in self.labels.get(self.pack, {}).items()}


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column.

    Attributes:
        key: name in frames and code.
        heading: the document's heading, used for finding and showing.
        also: other headings of the same column.
        kind: what its cells hold.
        choice: the list behind it, for CHOICE and TAGS (and AUTO columns that show one of a few words).
        references: name of the table whose key it holds, for REF.
        form: regular expression of a well-formed id.
        example: what a user may type, shown in the input message.
        past: it records something that has happened, so it cannot lie after now.
        yearless: a date typed as month and day alone is one (birthdays); its year is then 2000.
        returns: its month and day come back every year although its year counts, too (founding days).
        group: the heading above it where a document prints blocks.
        packs: packs that show it; empty means all that have the table.
        heading_in: pack -> the heading that its own document uses, one of `also`.
        note: what the input message says besides the rule of its kind.
    """

    key: str
    heading: str
    kind: Kind
    also: tuple[str, ...] = ()
    required: bool = False
    role: Role = Role.ENTRY
    choice: Choice | None = None
    references: str = ""
    is_key: bool = False
    form: str = ""
    example: str = ""
    past: bool = False
    yearless: bool = False
    returns: bool = False
    unit: str = ""
    group: str = ""
    packs: tuple[str, ...] = ()
    heading_in: Mapping[str, str] = field(default_factory=dict, hash=False)
    note: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.heading, *self.also)

    @property
    def yearly(self) -> bool:
        """Whether an anniversary of its date is meant; a date that lies ahead (合同到期日) comes once."""
        return self.returns or self.yearless or self.past

    def in_pack(self, pack: str) -> Column:
        """The column as a pack's workbook has it: heading and words; the other headings stay known."""
        heading = self.heading_in.get(pack, self.heading)
        return replace(
            self,
            heading=heading,
            also=_others(self.headings, heading),
            choice=self.choice and self.choice.in_pack(pack),
        )


def column(heading: str, *, role: Role = Role.ENTRY, **spec: Any) -> Any:
    """Declare a column of a `Row`; the annotation's metadata says its kind.

    Args:
        heading: the Chinese heading; becomes the field's alias.
        role: who owns the cells.
        **spec: other fields of `Column`.
    """
    extra = {"role": role, **spec}
    if spec.get("required"):
        return Field(alias=heading, json_schema_extra=extra)
    return Field(default=None, alias=heading, json_schema_extra=extra)


@dataclass(frozen=True)
class Table:
    """One sheet: its title, its packs and its columns in order.

    Attributes:
        name: key in code and in rules, such as `complaints`.
        title: the sheet's name.
        also: other titles of the same sheet.
        row: the `Row` class that declares the columns.
        packs: packs that have the sheet; empty for system sheets, which all workbooks have.
        account: column key that holds the customer's id, or "".
        touched: column key of the moment at which a row of this table was a contact with the customer
            (feeds dormancy and 最近互动日期), or "".
        subject: key of the column that says what a row is about where that is no customer, or "".
        report: its rows are rebuilt by every refresh; what the user typed into one stays with it.
        title_in: pack -> the title that its own document uses, one of `also`.
        pack: whose title, headings and words these are (see `in_pack`).
        hint: one line shown under the sheet's title.
        default_rows: rows that a new workbook ships with.
        more_choices: column key -> values that the office has added to an open list in 选项表.
    """

    name: str
    title: str
    row: type[Row]
    packs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    account: str = ""
    touched: str = ""
    subject: str = ""
    report: bool = False
    hint: str = ""
    title_in: Mapping[str, str] = field(default_factory=dict, hash=False)
    pack: str = FULL
    default_rows: tuple[tuple[str | None, ...], ...] = ()
    more_choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Columns in sheet order; auto clock columns come from the rules and are not here."""
        return tuple(
            _with_more(item.in_pack(self.pack), self.more_choices.get(item.key, ()))
            for item in _columns(self.row)
        )

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        return {item.key: item for item in self.columns}

    @cached_property
    def by_heading(self) -> Mapping[str, Column]:
        return {name: item for item in self.columns for name in item.headings}

    @cached_property
    def key(self) -> str:
        return next((item.key for item in self.columns if item.is_key), "")

    @property
    def titles(self) -> tuple[str, ...]:
        return (self.title, *self.also)

    def shown_in(self, pack: str) -> tuple[Column, ...]:
        """The columns that one pack's workbook shows; `full` shows all."""
        return tuple(item for item in self.columns if pack == FULL or not item.packs or pack in item.packs)

    def in_pack(self, pack: str) -> Table:
        """The table as a pack's own document has it: title, headings, words of its lists.

        Other titles and headings, the declared ones among them, stay known. A pack that does not have the
        table has it as declared, as `full` does.
        """
        pack = pack if pack in self.packs else FULL
        return self if pack == self.pack else _in_pack(self, pack)


@cache
def _in_pack(table: Table, pack: str) -> Table:
    declared = table.also[0] if table.pack in table.title_in else table.title
    title = table.title_in.get(pack, declared)
    others = _others((declared, *_others(table.titles, declared)), title)
    return replace(table, title=title, also=others, pack=pack)


def _others(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each for each in names if each != name)


def _with_more(item: Column, values: tuple[str, ...]) -> Column:
    if item.choice is None:
        return item
    added = tuple(value for value in values if value not in item.choice.values)
    return replace(item, choice=replace(item.choice, values=(*item.choice.values, *added))) if added else item


def _columns(row: type[Row]) -> list[Column]:
    found = []
    for key, info in row.model_fields.items():
        kind = next(item for item in info.metadata if isinstance(item, Kind))
        extra = info.json_schema_extra
        assert isinstance(extra, dict)  # noqa: S101 - `column` always sets it
        found.append(Column(key=key, heading=str(info.alias), kind=kind, **extra))  # type: ignore[arg-type] # `column` takes Column's own fields
    return found
