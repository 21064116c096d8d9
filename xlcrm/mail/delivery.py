"""What became of a letter."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from xlcrm.tables import mailing


class Status(enum.StrEnum):
    """As 结果 of 发送记录 says it."""

    SENT = mailing.SENT
    """A server has taken it."""
    REFUSED = mailing.REFUSED
    """It will never be taken as it is."""
    DEFERRED = mailing.DEFERRED
    """Not taken; it may be another time."""


class Reach(enum.Enum):
    """Which letters a fault concerns."""

    LETTER = enum.auto()
    ROUND = enum.auto()
    """All for now: the server is away."""
    RUN = enum.auto()
    """All until somebody changes something, such as the password."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of a letter.

    Attributes:
        status: what became of it.
        detail: a sentence for the user; empty when it was sent.
        doubt: the connection was lost while the server had the whole letter and had not answered, so it may
            have been taken all the same.
        reach: which other letters need not be tried.
    """

    status: Status
    detail: str = ""
    doubt: bool = False
    reach: Reach = Reach.LETTER


SENT = Delivery(Status.SENT)
