"""Which letters there are to be: from a run, 通讯录 and what was sent to who gets what, pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xlcrm.compute.lists.notices import MANAGER, OWNER
from xlcrm.mail.letter import Notice, one_line
from xlcrm.tables.mailing import DIGEST, MANAGEMENT, MANAGEMENT_LETTER, NOTICES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from xlcrm.actions.base import MailParams
    from xlcrm.actions.mailing.directory import Directory, Member
    from xlcrm.actions.mailing.sent import Known
    from xlcrm.mail.letter import Person

_KINDS: Final = {MANAGEMENT_LETTER: "management", DIGEST: "digest", NOTICES: "notices"}
"""Kind of a letter -> what its key begins with."""
_NAMED: Final = 10
"""How many people a remark names before it only counts."""


@dataclass(frozen=True)
class Wish:
    """A letter that somebody is to get.

    Attributes:
        key: a letter of a key is sent once.
        kind: one of `tables.mailing.LETTER_KIND`.
        to: who gets it.
        owners: of a digest, the cells of 负责人 whose tasks it lists.
        rows: of notices, the rows of the notices frame that it tells.
        notices: of notices, each level of each clock that it tells.
    """

    key: str
    kind: str
    to: Person
    owners: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Material:
    """What letters are planned from.

    Attributes:
        at: the moment of the run.
        directory: 通讯录.
        known: what was sent and told.
        busy: the cells of 负责人 that have a task or a clock.
        found: a notices frame (see `compute.lists.notices`).
        doubtful: keys of letters that were begun and of which nobody knows whether they arrived.
    """

    at: dt.datetime
    directory: Directory
    known: Known
    busy: Sequence[str]
    found: pd.DataFrame
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The letters to be.

    Attributes:
        wishes: one a letter: management's first, then digests, then notices.
        done: letters that were sent already.
        remarks: sentences on who is left out, and why.
    """

    wishes: tuple[Wish, ...]
    done: int
    remarks: tuple[str, ...]

    def find(self, wish: Wish, taken: Collection[str]) -> Wish | None:
        """What a letter of an earlier plan has become; None where nobody needs it any more.

        Args:
            wish: of the earlier plan.
            taken: keys that other letters of the earlier plan have become.
        """
        same = [item for item in self.wishes if _of(item) == _of(wish) and item.key not in taken]
        return next((item for item in same if item.key == wish.key), same[0] if same else None)


def _of(wish: Wish) -> tuple[str, str]:
    return wish.kind, wish.to.email.lower()


def plan(material: Material, params: MailParams) -> Plan:
    """Who gets which letter now.

    Raises:
        UsageError: `to` names somebody who is not known, or who must not be written to.
    """
    wanted = material.directory.named(params.to)
    left_out = _LeftOut()
    wishes: list[Wish] = []
    if MANAGEMENT_LETTER in params.letters:
        wishes += _to_management(material, params, wanted, left_out)
    if DIGEST in params.letters:
        wishes += _digests(material, params, wanted, left_out)
    if NOTICES in params.letters:
        wishes += _notices(material, wanted, left_out, again=params.again)
    if params.again:
        moment = f"|again|{material.at:%Y-%m-%dT%H:%M:%S}"
        wishes = [_renamed(wish, wish.key + moment) for wish in wishes]
    fresh = tuple(wish for wish in wishes if wish.kind == NOTICES or wish.key not in material.known.sent)
    return Plan(fresh, len(wishes) - len(fresh), left_out.remarks())


def _renamed(wish: Wish, key: str) -> Wish:
    return Wish(key, wish.kind, wish.to, wish.owners, wish.rows, wish.notices)


def daily_key(kind: str, day: dt.date, email: str) -> str:
    """The key of a letter that is sent once a day."""
    return f"{_KINDS[kind]}|{day:%Y-%m-%d}|{email}"


def notices_key(keys: Iterable[str], email: str) -> str:
    """The key of a letter that tells notices: what it tells says which it is."""
    told = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()
    return f"{_KINDS[NOTICES]}|{told}|{email}"


def is_notices_key(key: str) -> bool:
    """Whether it is the key of a letter that tells notices."""
    return key.startswith(f"{_KINDS[NOTICES]}|")


class _LeftOut:
    """Who gets nothing, gathered for the remarks."""

    def __init__(self) -> None:
        self._unknown: dict[str, None] = {}
        self._barred: dict[str, str] = {}
        self._sentences: dict[str, None] = {}

    def unknown(self, name: str) -> None:
        self._unknown[one_line(name)] = None

    def barred(self, member: Member) -> None:
        self._barred[one_line(member.person.name or member.person.email)] = member.barred

    def say(self, sentence: str) -> None:
        self._sentences[sentence] = None

    def remarks(self) -> tuple[str, ...]:
        found = list(self._sentences)
        if self._unknown:
            names = few(self._unknown)
            found.append(f"通讯录里没有 {names}，没有给他们发送；请在通讯录补上姓名和邮箱")
        by_reason: defaultdict[str, list[str]] = defaultdict(list)
        for name, why in self._barred.items():
            by_reason[why].append(name)
        found += [f"没有给 {few(names)} 发送：{why}" for why, names in by_reason.items()]
        return tuple(found)


def few(names: Collection[str]) -> str:
    """Some names, and how many there are where these are not all."""
    shown = list(names)[:_NAMED]
    more = f"等 {len(names)} 人" if len(names) > _NAMED else ""
    return "、".join(shown) + more


def _to_management(
    material: Material, params: MailParams, wanted: list[Member], left_out: _LeftOut
) -> list[Wish]:
    """To the named ones, else to all of management; a colleague who is only named is not meant to get it."""
    if wanted and "letters" not in params.model_fields_set:
        colleagues = [member for member in wanted if member.row and member.role != MANAGEMENT]
        if colleagues:
            names = few([one_line(member.person.name) for member in colleagues])
            left_out.say(f"{names} 的角色不是 管理层，没有发管理层邮件；要发请加 --letters 管理层邮件")
        wanted = [member for member in wanted if member not in colleagues]
        if not wanted:
            return []
    day = params.day or material.at.date()
    month = f"|{params.month:%Y-%m}" if params.month else ""
    members = wanted or _reachable(material.directory.management, left_out)
    if not members and not material.directory.management:
        left_out.say("通讯录里没有角色是 管理层 的人，管理层邮件没有人可发；请在通讯录填写角色")
    return [
        Wish(daily_key(MANAGEMENT_LETTER, day, person.email) + month, MANAGEMENT_LETTER, person)
        for person in (member.person for member in members)
    ]


def _digests(material: Material, params: MailParams, wanted: list[Member], left_out: _LeftOut) -> list[Wish]:
    cells: dict[str, list[str]] = {}
    people: dict[str, Person] = {}
    chosen = _emails(wanted)
    for cell in material.busy:
        for member in _found(material.directory.responsible(cell), left_out, chosen):
            email = member.person.email
            people[email] = member.person
            cells.setdefault(email, []).append(cell)
    day = params.day or material.at.date()
    return [
        Wish(daily_key(DIGEST, day, email), DIGEST, people[email], tuple(own))
        for email, own in sorted(cells.items(), key=lambda item: people[item[0]].name)
    ]


def _notices(material: Material, wanted: list[Member], left_out: _LeftOut, *, again: bool) -> list[Wish]:
    """One letter a person; one that may have arrived is repeated as it was, apart from what is new."""
    chosen = _emails(wanted)
    told = frozenset() if again else material.known.told
    own: dict[str, list[tuple[int, Notice]]] = {}
    people: dict[str, Person] = {}
    unheard = 0
    for number, row in enumerate(material.found.to_dict("records")):
        audience = _audience(material.directory, row, left_out, chosen)
        unheard += not audience and not chosen
        for member in audience:
            email = member.person.email
            if any((key, email.lower()) in told for key in row["known"]):
                continue
            people[email] = member.person
            own.setdefault(email, []).append((number, _notice(row)))
    if unheard:
        left_out.say(f"{unheard} 条超时提醒没有人可以通知；请在来源行填写负责人，并在通讯录补上他们或管理层")
    return [
        _telling(people[email], part)
        for email, lines in own.items()
        for part in _apart(lines, material.doubtful.get(email.lower(), ()))
        if part
    ]


def _apart(
    lines: list[tuple[int, Notice]], doubtful: Collection[str]
) -> tuple[list[tuple[int, Notice]], list[tuple[int, Notice]]]:
    """What a letter told that may have arrived, where all of it is to be told still; and the rest."""
    keys = {notice.key for _, notice in lines}
    if not keys.issuperset(doubtful):
        return [], lines
    return (
        [line for line in lines if line[1].key in doubtful],
        [line for line in lines if line[1].key not in doubtful],
    )


def _telling(person: Person, lines: list[tuple[int, Notice]]) -> Wish:
    notices = tuple(notice for _, notice in lines)
    key = notices_key((notice.key for notice in notices), person.email)
    return Wish(key, NOTICES, person, rows=tuple(number for number, _ in lines), notices=notices)


def _notice(row: Mapping[Any, Any]) -> Notice:
    case_id = row["case_id"] if isinstance(row["case_id"], str) else ""
    return Notice(row["key"], case_id, str(row["clock"]), row["reached"], str(row["overrun"]))


def _audience(
    directory: Directory, row: Mapping[Any, Any], left_out: _LeftOut, chosen: Collection[str]
) -> list[Member]:
    """Who is told of a row: where a manager is not known, or nobody is responsible, management."""
    cell = row["owner"] if isinstance(row["owner"], str) else ""
    if row["audience"] == MANAGEMENT:
        return _picked(_reachable(directory.management, left_out), chosen)
    if row["audience"] == OWNER:
        return _found(directory.responsible(cell), left_out, chosen)
    assert row["audience"] == MANAGER  # noqa: S101 - there are three audiences
    managers: dict[str, Member] = {}
    for _, owner in directory.responsible(cell) or [("", None)]:
        named = [(name, directory.find(name)) for name in (owner.managers if owner else ())]
        found = _found(named, left_out, ()) or _reachable(directory.management, left_out)
        managers |= {member.person.email: member for member in found}
    return _picked(list(managers.values()), chosen)


def _found(
    named: Iterable[tuple[str, Member | None]], left_out: _LeftOut, chosen: Collection[str]
) -> list[Member]:
    """The people of names who can be written to; the others are noted."""
    members: dict[str, Member] = {}
    for name, member in named:
        if member is None:
            if not chosen:
                left_out.unknown(name)
        elif member.person.email.lower() in chosen or not chosen:
            members[member.person.email] = member
    return _reachable(members.values(), left_out)


def _reachable(members: Iterable[Member], left_out: _LeftOut) -> list[Member]:
    found = []
    for member in members:
        if member.barred:
            left_out.barred(member)
        else:
            found.append(member)
    return found


def _picked(members: list[Member], chosen: Collection[str]) -> list[Member]:
    return [member for member in members if not chosen or member.person.email.lower() in chosen]


def _emails(members: Iterable[Member]) -> frozenset[str]:
    return frozenset(member.person.email.lower() for member in members)
