"""通讯录: who may be written to, and what stands in the way of the others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from xlcrm.errors import ParameterError, UsageError
from xlcrm.mail.address import domain_of, is_address, is_allowed
from xlcrm.mail.letter import Person, one_line
from xlcrm.mail.people import key_of
from xlcrm.tables.mailing import MANAGEMENT, RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from xlcrm.tables.frames import SheetData

_OFF: Final = "否"


@dataclass(frozen=True)
class Member:
    """A row of 通讯录.

    Attributes:
        person: name and address, as typed.
        row: where it stands, counted from 1.
        role: as typed; "" for none.
        managers: names of 上级.
        barred: why nothing can be sent to this address, "" where it can.
        off: 启用 says no.
    """

    person: Person
    row: int
    role: str = ""
    managers: tuple[str, ...] = ()
    barred: str = ""
    off: bool = False


@dataclass(frozen=True)
class Directory:
    """Everybody of 通讯录, by name as it is compared."""

    members: Mapping[str, Member] = field(default_factory=dict)
    domains: frozenset[str] = frozenset()

    def find(self, name: str) -> Member | None:
        """Who has this name."""
        return self.members.get(key_of(name))

    def responsible(self, cell: str) -> list[tuple[str, Member | None]]:
        """The names in a cell of 负责人 with who that is; a cell is one name where somebody has it whole."""
        whole = self.find(cell)
        if whole is not None:
            return [(cell, whole)]
        return [(name, self.find(name)) for name in names_in(cell)]

    @property
    def management(self) -> list[Member]:
        """Those whose role is 管理层."""
        return [member for member in self.members.values() if member.role == MANAGEMENT]

    def named(self, wishes: Iterable[str]) -> list[Member]:
        """The people of these names or addresses, each once.

        Raises:
            UsageError: somebody is not known, or must not be written to.
        """
        found: dict[str, Member] = {}
        for wish in (part for text in wishes for part in names_in(text)):
            member = self._one(wish)
            if member.barred:
                raise UsageError(f"不能发给“{one_line(wish)}”：{member.barred}")
            found.setdefault(member.person.email.lower(), member)
        return list(found.values())

    def _one(self, wish: str) -> Member:
        if "@" in wish:
            own = [item for item in self.members.values() if item.person.email.lower() == wish.lower()]
            return own[0] if own else Member(Person("", wish), 0, barred=_bar(wish, self.domains))
        member = self.find(wish)
        if member is None:
            raise UsageError(f"通讯录里没有“{one_line(wish)}”，请检查姓名，或直接写邮箱")
        return member


def directory_of(sheet: SheetData | None, domains: frozenset[str]) -> Directory:
    """Read 通讯录.

    Args:
        sheet: it; None where the workbook has none.
        domains: 允许的收件域名.

    Raises:
        ParameterError: a name or an address stands in two rows, so that a letter could reach the wrong one.
    """
    if sheet is None:
        return Directory({}, domains)
    members: dict[str, Member] = {}
    addresses: dict[str, Member] = {}
    every = [_member(row, cells, domains) for row, cells in _rows(sheet) if cells["name"]]
    for member in (item for item in every if not item.off):
        person = member.person
        email = person.email.lower()
        _refuse_twice(sheet.sheet, f"姓名“{person.name}”", member, members.get(key_of(person.name)))
        _refuse_twice(sheet.sheet, f"邮箱“{person.email}”", member, addresses.get(email))
        members[key_of(person.name)] = member
        if email:
            addresses[email] = member
    for member in (item for item in every if item.off):
        members.setdefault(key_of(member.person.name), member)
    return Directory(members, domains)


def _rows(sheet: SheetData) -> Iterable[tuple[int, Mapping[str, Any]]]:
    keys = [item.key for item in RECIPIENTS.columns]
    frame = sheet.frame[keys].astype(object)
    frame = frame.where(sheet.frame[keys].notna(), "")
    for number, cells in zip(frame.index.tolist(), frame.to_dict("records"), strict=True):
        yield number, {str(key): one_line(str(value)).strip() for key, value in cells.items()}


def _member(row: int, cells: Mapping[str, str], domains: frozenset[str]) -> Member:
    person, off = Person(cells["name"], cells["email"]), cells["enabled"] == _OFF
    barred = "通讯录里“启用”填的是 否" if off else _bar(person.email, domains)
    return Member(person, row, cells["role"], tuple(names_in(cells["manager"])), barred, off)


def _bar(email: str, domains: frozenset[str]) -> str:
    """Why nothing may be sent to an address; "" where it may."""
    if not email:
        return "通讯录里没有填写邮箱"
    if not is_address(email):
        return f"邮箱“{one_line(email)}”写得不对"
    if is_allowed(email, domains):
        return ""
    return f"域名 {domain_of(email)} 不在参数表的“允许的收件域名”里"


def _refuse_twice(title: str, what: str, member: Member, other: Member | None) -> None:
    if other is not None:
        raise ParameterError(
            f"{title}第 {other.row} 行和第 {member.row} 行是同一个{what}，分不清发给谁，"
            "请改成不同的，或删去一行，或把一行的“启用”填为 否"
        )


def names_in(text: str) -> list[str]:
    """The names of a cell, or the addresses of a request, that holds one or several."""
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


_BETWEEN: Final = re.compile(r"[、,，;；/\n]+")
