"""Many letters, each sent once: what is noted, when it is asked again, and who waits for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from xlcrm.errors import UsageError
from xlcrm.mail.delivery import Delivery, Reach, Status
from xlcrm.mail.letter import compose

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence
    from email.message import EmailMessage

    from xlcrm.mail.letter import Letter, Person
    from xlcrm.mail.outbox import Outbox

WAITS: Final = (2.0, 10.0, 30.0)
"""Seconds between the rounds of one run; what is still deferred after the last is for the next run."""


class Carrier(Protocol):
    """What letters are handed to; `post.Post` is the real one."""

    @property
    def sender(self) -> Person: ...

    def send(self, message: EmailMessage, to: str) -> Delivery: ...

    def pause(self, seconds: float) -> None: ...


def deliver(
    letters: Sequence[Letter],
    post: Carrier,
    outbox: Outbox,
    *,
    fresh: Callable[[Letter], Letter | None],
    at: dt.datetime,
    sent: Collection[str] = (),
) -> list[tuple[Letter, Delivery]]:
    """Send letters; each is noted before and after, and none whose sending is noted is sent again.

    Every letter has its turn before any has a second one: those that are deferred are tried again after 2, 10
    and 30 seconds, all together. What may have arrived is left to the next run. A server that is away, or
    refuses the account, is not asked for each.

    Args:
        letters: in the order in which they are sent; of letters with the same key the first.
        post: how.
        outbox: where it is noted.
        fresh: the letter as it is now, right before it is sent; None where it is no longer true.
        at: the moment of the run, with a zone.
        sent: keys of letters that 发送记录 has.

    Returns:
        What came of each letter that was tried, as it was sent; without those that were sent before or are
        no longer true.

    Raises:
        MailError: nothing can be noted any more, so nothing more is sent.
    """
    run = _Run(post, outbox, fresh, at, frozenset(sent))
    first: dict[str, Letter] = {}
    for letter in letters:
        if not run.is_sent(letter.key):
            first.setdefault(letter.key, letter)
    waiting = list(first.values())
    for wait in (0.0, *WAITS):
        if wait:
            post.pause(wait)
        waiting, reach = run.round(waiting)
        if not waiting or reach is Reach.RUN:
            break
    return [run.outcomes[key] for key in first if key in run.outcomes]


class _Run:
    """The letters of one call; `outcomes` are by the key that a letter was asked for with."""

    def __init__(
        self,
        post: Carrier,
        outbox: Outbox,
        fresh: Callable[[Letter], Letter | None],
        at: dt.datetime,
        sent: frozenset[str],
    ) -> None:
        self.outcomes: dict[str, tuple[Letter, Delivery]] = {}
        self._post, self._outbox, self._fresh, self._at, self._sent = post, outbox, fresh, at, sent

    def is_sent(self, key: str) -> bool:
        """Whether the letter of a key needs no sending any more."""
        return key in self._sent or self._outbox.is_sent(key)

    def round(self, letters: Sequence[Letter]) -> tuple[list[Letter], Reach]:
        """Give each letter its turn.

        Returns:
            Those to try again, the ones that had no turn first; and how far the last fault reaches.
        """
        deferred: list[Letter] = []
        for order, letter in enumerate(letters):
            delivery = self._send(letter)
            if delivery is None or delivery.status is not Status.DEFERRED:
                continue
            if not delivery.doubt:  # else it may have arrived: only the next run sends it once more
                deferred.append(letter)
            if delivery.reach is not Reach.LETTER:
                untried = letters[order + 1 :]
                same = replace(delivery, doubt=False)
                self.outcomes |= {other.key: (other, same) for other in untried}
                return [*untried, *deferred], delivery.reach
        return deferred, Reach.LETTER

    def _send(self, letter: Letter) -> Delivery | None:
        """What became of a letter in this round; None where there was nothing to send."""
        now = self._fresh(letter)
        self.outcomes.pop(letter.key, None)
        if now is None or self.is_sent(now.key):
            return None
        try:
            message = compose(now, self._post.sender, self._at)
        except UsageError as error:
            delivery = Delivery(Status.REFUSED, error.message)
        else:
            self._outbox.intend(now, self._post.sender, self._at)
            delivery = self._post.send(message, now.to.email)
            self._outbox.settle(now, delivery)
        self.outcomes[letter.key] = (now, delivery)
        return delivery
