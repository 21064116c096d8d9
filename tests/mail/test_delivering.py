"""Many letters: each once, whatever the server, the network or a kill does."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mail.letters import AT, SENDER, letter, post_to
from tests.mail_server import DROP, MailServer, Stage
from xlcrm.errors import MailError
from xlcrm.mail import delivering
from xlcrm.mail.delivering import deliver
from xlcrm.mail.delivery import SENT, Delivery, Reach, Status
from xlcrm.mail.letter import Letter, Person, message_id
from xlcrm.mail.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

LATER = Delivery(Status.DEFERRED, "稍后再发")
REFUSED = Delivery(Status.REFUSED, "被拒收")
AWAY = Delivery(Status.DEFERRED, "连不上", reach=Reach.ROUND)
WRONG = Delivery(Status.DEFERRED, "密码不对", reach=Reach.RUN)
LOST = Delivery(Status.DEFERRED, "中断了连接", doubt=True)


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Bag:
    """A post that does as it is told: `script` has for each address what becomes of its letter in turn."""

    script: dict[str, list[Delivery]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    pauses: list[float] = field(default_factory=list)
    watch: Callable[[str], object] = bool
    sender: Person = SENDER

    def send(self, message: EmailMessage, to: str) -> Delivery:
        self.asked.append(to)
        self.watch(to)
        outcomes = self.script.get(to, [])
        outcome = outcomes.pop(0) if outcomes else SENT
        if outcome is SENT or outcome.doubt:
            self.taken[str(message["Message-ID"])] += 1
        return outcome

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "x.jsonl", contextlib.nullcontext()) as made:
        yield made


def as_it_is(one: Letter) -> Letter:
    return one


def numbers(bag: Bag) -> list[int]:
    """Which letters were asked for, in order."""
    return [int(to.removeprefix("wang").partition("@")[0]) for to in bag.asked]


def given_to(bag: Bag, outbox: Outbox, count: int = 3, sent: Collection[str] = ()) -> list[Delivery]:
    letters = [letter(number) for number in range(1, count + 1)]
    results = deliver(letters, bag, outbox, fresh=as_it_is, at=AT, sent=sent)
    assert [one.key for one, _ in results] == [one.key for one in letters if one.key not in sent]
    return [delivery for _, delivery in results]


def told(script: dict[int, list[Delivery]]) -> Bag:
    return Bag({f"wang{number}@example.com": outcomes for number, outcomes in script.items()})


def test_each_letter_is_sent_and_noted(outbox: Outbox) -> None:
    bag = Bag()
    assert given_to(bag, outbox) == [SENT] * 3
    assert numbers(bag) == [1, 2, 3]
    assert bag.pauses == []
    assert [event.status for event in outbox.events()] == [Status.SENT] * 3


def test_the_intent_is_noted_before_and_the_outcome_after(outbox: Outbox) -> None:
    bag = Bag()
    seen: list[list[Status | None]] = []
    bag.watch = lambda _: seen.append([event.status for event in outbox.events()])
    given_to(bag, outbox, 2)
    assert seen == [[None], [Status.SENT, None]]


def test_what_the_outbox_has_as_sent_is_not_sent_again(outbox: Outbox) -> None:
    given_to(Bag(), outbox, 2)
    bag = Bag()
    results = deliver([letter(1), letter(2), letter(3)], bag, outbox, fresh=as_it_is, at=AT)
    assert numbers(bag) == [3]
    assert [one.key for one, _ in results] == [letter(3).key]


def test_what_the_sheet_has_as_sent_is_not_sent_again(outbox: Outbox) -> None:
    bag = Bag()
    given_to(bag, outbox, 3, sent={letter(2).key})
    assert numbers(bag) == [1, 3]


def test_letters_of_one_key_are_one_letter(outbox: Outbox) -> None:
    bag = Bag()
    twice = [letter(1), letter(2), letter(1, subject="又一封")]
    results = deliver(twice, bag, outbox, fresh=as_it_is, at=AT)
    assert numbers(bag) == [1, 2]
    assert [one.subject for one, _ in results] == [letter(1).subject, letter(2).subject]


def test_deferred_letters_wait_for_the_others_and_all_together(outbox: Outbox) -> None:
    bag = told({1: [LATER, LATER], 3: [LATER]})
    assert given_to(bag, outbox) == [SENT] * 3
    assert numbers(bag) == [1, 2, 3, 1, 3, 1]
    assert bag.pauses == [2.0, 10.0]


def test_what_is_deferred_to_the_end_is_for_the_next_run(outbox: Outbox) -> None:
    bag = told({2: [LATER] * 9})
    assert given_to(bag, outbox) == [SENT, LATER, SENT]
    assert bag.pauses == [2.0, 10.0, 30.0]
    assert given_to(Bag(), outbox, 3, sent={letter(1).key, letter(3).key}) == [SENT]


def test_what_may_have_arrived_is_sent_once_a_run(outbox: Outbox) -> None:
    bag = told({2: [LOST] * 9, 3: [LATER]})
    assert given_to(bag, outbox) == [SENT, LOST, SENT]
    assert numbers(bag) == [1, 2, 3, 3]
    assert [event.in_doubt for event in outbox.events()] == [False, True, False]
    bag.script.clear()
    results = deliver([letter(2)], bag, outbox, fresh=as_it_is, at=AT)
    assert [delivery for _, delivery in results] == [SENT]
    assert bag.taken == {message_id(letter(number).key, SENDER): number % 2 or 2 for number in (1, 2, 3)}


def test_a_doubt_that_stops_a_round_holds_up_the_others_only_for_that(outbox: Outbox) -> None:
    bag = told({1: [replace(LOST, reach=Reach.ROUND)]})
    assert [delivery.doubt for delivery in given_to(bag, outbox)] == [True, False, False]
    assert numbers(bag) == [1, 2, 3]
    assert bag.pauses == [2.0]


def test_a_refused_letter_is_asked_about_once(outbox: Outbox) -> None:
    bag = told({2: [REFUSED]})
    assert given_to(bag, outbox) == [SENT, REFUSED, SENT]
    assert numbers(bag) == [1, 2, 3]


def test_a_fault_of_the_account_is_met_once_and_told_for_all(outbox: Outbox) -> None:
    bag = told({2: [WRONG]})
    assert given_to(bag, outbox, 4) == [SENT, WRONG, WRONG, WRONG]
    assert numbers(bag) == [1, 2]
    assert bag.pauses == []
    assert [event.key for event in outbox.events()] == [letter(1).key, letter(2).key]


def test_a_server_that_is_away_is_asked_once_a_round(outbox: Outbox) -> None:
    bag = told({number: [AWAY] * 9 for number in (1, 2, 3)})
    assert given_to(bag, outbox) == [AWAY] * 3
    assert len(bag.asked) == 4
    assert bag.pauses == [2.0, 10.0, 30.0]


def test_a_letter_that_brings_the_server_down_does_not_hold_up_the_others(outbox: Outbox) -> None:
    bag = told({1: [AWAY] * 9})
    assert given_to(bag, outbox) == [AWAY, SENT, SENT]
    assert numbers(bag)[:4] == [1, 2, 3, 1]


def test_a_doubt_of_one_letter_is_no_doubt_of_the_others(outbox: Outbox) -> None:
    bag = told({1: [replace(LOST, reach=Reach.RUN)]})
    assert [delivery.doubt for delivery in given_to(bag, outbox)] == [True, False, False]


def test_what_is_no_longer_true_is_not_sent(outbox: Outbox) -> None:
    bag = Bag()
    results = deliver(
        [letter(1), letter(2)], bag, outbox, fresh=lambda one: None if "wang1" in one.key else one, at=AT
    )
    assert numbers(bag) == [2]
    assert [one.key for one, _ in results] == [letter(2).key]
    assert [event.key for event in outbox.events()] == [letter(2).key]


def test_what_ceases_to_be_true_between_two_rounds_is_not_sent(outbox: Outbox) -> None:
    bag = told({1: [LATER]})
    results = deliver([letter(1)], bag, outbox, fresh=lambda one: None if bag.pauses else one, at=AT)
    assert results == []
    assert numbers(bag) == [1]


def test_a_letter_goes_as_it_is_now_and_is_told_so(outbox: Outbox) -> None:
    now = letter(1, key="notices|two", subject="剩下 2 项")
    ((told_of, delivery),) = deliver([letter(1)], Bag(), outbox, fresh=lambda _: now, at=AT)
    assert (told_of, delivery) == (now, SENT)
    assert [event.key for event in outbox.events()] == ["notices|two"]
    bag = Bag()
    assert deliver([letter(1)], bag, outbox, fresh=lambda _: now, at=AT) == []
    assert bag.asked == []


def test_an_address_that_cannot_be_written_to_is_refused_and_the_others_go(outbox: Outbox) -> None:
    bag = Bag()
    letters = [letter(1, to=Person("王", "wang@example.com\nBcc: x@example.org")), letter(2)]
    (_, first), (_, second) = deliver(letters, bag, outbox, fresh=as_it_is, at=AT)
    assert (first.status, second.status) == (Status.REFUSED, Status.SENT)
    assert "不能使用" in first.detail
    assert numbers(bag) == [2]


def test_what_cannot_be_noted_is_not_sent(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    bag = Bag()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MailError):
        given_to(bag, outbox)
    assert bag.asked == []


@contextlib.contextmanager
def at_speed() -> Iterator[None]:
    """Runs by the thousand: nobody pulls the plug, and a mail is its Message-ID."""

    def brief(one: Letter, sender: Person, _at: object) -> EmailMessage:
        message = EmailMessage()
        message["Message-ID"] = message_id(one.key, sender)
        return message

    with mock.patch.object(os, "fsync", bool), mock.patch.object(delivering, "compose", brief):
        yield


@dataclass
class Watched:
    """A post that remembers how long the outbox's file was when it was given a letter."""

    post: Bag
    path: Path
    sender: Person = SENDER
    handed: list[tuple[int, str, Delivery]] = field(default_factory=list)

    def send(self, message: EmailMessage, to: str) -> Delivery:
        outcome = self.post.send(message, to)
        self.handed.append((self.path.stat().st_size, str(message["Message-ID"]), outcome))
        return outcome

    def pause(self, seconds: float) -> None:
        self.post.pause(seconds)


@pytest.mark.slow
def test_a_kill_at_any_byte_loses_nothing_and_repeats_only_what_is_in_doubt(tmp_path: Path) -> None:
    """A run is killed when its file has so many bytes, and run again.

    The file grows by an intent, then the letter is handed over, then the file grows by an outcome: as long as
    the outcome is not whole, the file does not tell.
    """
    path = tmp_path / "x.jsonl"
    letters = [letter(number) for number in (1, 2, 3)]
    keys = [message_id(one.key, SENDER) for one in letters]

    def run(post: delivering.Carrier) -> None:
        with Outbox(path, contextlib.nullcontext()) as outbox:
            deliver(letters, post, outbox, fresh=as_it_is, at=AT)

    with at_speed():
        first = Watched(told({2: [LATER], 3: [REFUSED]}), path)
        run(first)
        whole = path.read_bytes()
        begun = {size for size, _, _ in first.handed}
        outcome_ends = {size: whole.index(b"\n", size) for size in begun}
        for cut in range(len(whole) + 1):
            for handed_over in (True, False) if cut in begun else (True,):
                before = [
                    (size, key)
                    for size, key, outcome in first.handed
                    if outcome is SENT and (size < cut or (size == cut and handed_over))
                ]
                doubtful = {key for size, key in before if cut < outcome_ends[size]}
                path.write_bytes(whole[:cut])
                again = Bag()
                run(again)
                times = Counter(key for _, key in before) + again.taken
                assert set(times) == set(keys), cut
                assert {key for key in keys if times[key] > 1} == doubtful, cut


@settings(max_examples=60)
@given(kills=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=4))
def test_runs_that_are_killed_again_and_again_send_everything(
    tmp_path_factory: pytest.TempPathFactory, kills: list[tuple[int, bool]]
) -> None:
    path = tmp_path_factory.mktemp("killed") / "x.jsonl"
    letters = [letter(number) for number in range(1, 5)]
    keys = {one.to.email: message_id(one.key, SENDER) for one in letters}
    taken: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    for after, too_late in [*kills, (len(letters), False)]:
        bag = Bag(taken=taken)

        def kill(to: str, bag: Bag = bag, after: int = after, too_late: object = too_late) -> None:
            if len(bag.asked) > after:
                if too_late:  # the server has it, we do not know
                    taken[keys[to]] += 1
                    doubtful[keys[to]] += 1
                raise Killed

        bag.watch = kill
        with at_speed(), contextlib.suppress(Killed), Outbox(path, contextlib.nullcontext()) as outbox:
            deliver(letters, bag, outbox, fresh=as_it_is, at=AT)
    for key in keys.values():
        assert 1 <= taken[key] <= 1 + doubtful[key]


def arrived(server: MailServer) -> Counter[str]:
    return Counter(to for taken in server.taken for to in taken.to)


def run(server: MailServer, path: Path, count: int) -> Iterable[Status]:
    with post_to(server) as post, Outbox(path, contextlib.nullcontext()) as outbox:
        results = deliver([letter(number) for number in range(count)], post, outbox, fresh=as_it_is, at=AT)
    return [delivery.status for _, delivery in results]


@pytest.mark.slow
def test_a_thousand_letters_arrive_once_each_over_one_connection(tmp_path: Path) -> None:
    count = 1_000
    with MailServer() as server:
        assert set(run(server, tmp_path / "x.jsonl", count)) == {Status.SENT}
        assert not run(server, tmp_path / "x.jsonl", count)
    assert arrived(server) == Counter(f"wang{number}@example.com" for number in range(count))
    assert server.connections == 1


def test_a_greylisting_server_gets_every_letter_in_the_end(tmp_path: Path) -> None:
    with MailServer() as server:
        server.greylisted = 2
        assert set(run(server, tmp_path / "x.jsonl", 20)) == {Status.SENT}
    assert set(arrived(server).values()) == {1}
    assert len(server.taken) == 20
    assert server.connections == 3


def test_a_server_that_drops_connections_gets_every_letter_in_the_end(tmp_path: Path) -> None:
    drops = (
        Stage.MAIL,
        Stage.TAKEN,
        Stage.RCPT,
        Stage.DOT,
        Stage.AUTH,
        Stage.DATA,
        Stage.TAKEN,
        Stage.GREETING,
    )
    with MailServer() as server:
        left = list(drops)

        def script(stage: Stage) -> None:
            if stage is Stage.MAIL and left:
                server.script[left.pop()].append(DROP)

        server.watch = script
        path = tmp_path / "x.jsonl"
        in_doubt = sum(stage in {Stage.DATA, Stage.DOT, Stage.TAKEN} for stage in drops)  # small ones in DATA
        assert Counter(run(server, path, 20)) == {Status.SENT: 20 - in_doubt, Status.DEFERRED: in_doubt}
        assert list(run(server, path, 20)) == [Status.SENT] * in_doubt
    assert not left
    times = arrived(server)
    assert len(times) == 20
    assert sum(times.values()) == 20 + drops.count(Stage.TAKEN)
    assert len({taken.message_id for taken in server.taken}) == 20
