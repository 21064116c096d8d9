"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

State: TypeAlias = Literal["正常", "注意", "故障"]
FINE: Final = "正常"
NOTICE: Final = "注意"
"""Works, or may work, with something to know."""
FAULT: Final = "故障"
"""Does not work until something is done."""


class Verdict(NamedTuple):
    """What one look found; no name, for whoever asked knows what about."""

    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report.

    Attributes:
        name: what was looked at.
        state: 正常, 注意 or 故障.
        found: what was found.
        advice: what to do, or what to know; may be empty where `found` says it.
    """

    name: str
    state: State
    found: str
    advice: str = ""


def checked(name: str, look: Callable[[], Verdict | None]) -> list[Check]:
    """The line of one look; none where it does not apply here. A look that breaks says so itself."""
    try:
        verdict = look()
    except Exception as error:  # noqa: BLE001 - one broken look must not hide the others
        return [
            Check(name, NOTICE, f"这一项没有检查成（{type(error).__name__}：{error}）", "其余各项不受影响。")
        ]
    return [] if verdict is None else [Check(name, *verdict)]
