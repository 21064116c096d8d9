"""What letters are handed to in tests: nothing leaves the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from xlcrm.mail.delivery import SENT, Delivery
from xlcrm.mail.letter import Person

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage


def _nothing(_to: str) -> None:
    """Between two letters nothing happens."""


@dataclass
class Carrier:
    """Takes letters as `xlcrm.mail.post.Post` does.

    Attributes:
        outcomes: address -> what becomes of letters to it; others are sent.
        before: called with the address before each letter is taken.
        taken: (address, subject) of each letter.
    """

    outcomes: dict[str, Delivery] = field(default_factory=dict)
    before: Callable[[str], object] = _nothing
    taken: list[tuple[str, str]] = field(default_factory=list)
    sender: Person = Person("客户管理", "crm@example.com")  # noqa: RUF009 - it is frozen

    def __call__(self, *_: Any) -> Self:
        """Stand where the class stood."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def pause(self, seconds: float) -> None:
        """No time passes."""

    def send(self, message: EmailMessage, to: str) -> Delivery:
        self.before(to)
        outcome = self.outcomes.get(to, SENT)
        if outcome is SENT:
            self.taken.append((to, str(message["Subject"])))
        return outcome
