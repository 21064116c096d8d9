"""What is said of letters: how many of which kind, and each as data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from xlcrm.tables.mailing import LETTER_KIND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.actions.mailing.desk import Desk
    from xlcrm.mail.delivery import Delivery
    from xlcrm.mail.letter import Letter


def counts(letters: Sequence[Letter]) -> dict[str, int]:
    """Kind -> how many; kinds without any are left out."""
    kinds = Counter(letter.kind for letter in letters)
    return {kind: kinds[kind] for kind in LETTER_KIND.values if kinds[kind]}


def counted(letters: Sequence[Letter]) -> str:
    """5 封邮件（管理层邮件 1 封，个人清单 4 封）."""
    kinds = "，".join(f"{kind} {count} 封" for kind, count in counts(letters).items())
    return f"{len(letters)} 封邮件（{kinds}）"


def nothing(desk: Desk) -> str:
    """Why there is nothing to send."""
    if desk.plan.done:
        return f"该发的 {desk.plan.done} 封邮件今天已经发过，没有重复发送；要再发一次请加 --again"
    return "没有需要发送的邮件"


def data_of(
    letters: Sequence[Letter], results: Sequence[tuple[Letter, Delivery]], *, sent: int
) -> dict[str, Any]:
    """What --json prints: planned letters, or those that were tried with what came of them."""
    shown = [_shown(letter, None) for letter in letters] + [_shown(*result) for result in results]
    return {"sent": sent, "letters": shown}


def _shown(letter: Letter, delivery: Delivery | None) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "name": letter.to.name,
        "email": letter.to.email,
        "subject": letter.subject,
        "attachments": [item.name for item in letter.attachments],
        "bytes": sum(len(item.content) for item in letter.attachments),
        "notices": [notice.key for notice in letter.notices],
        "key": letter.key,
        "result": str(delivery.status) if delivery else None,
        "detail": delivery.detail if delivery else "",
    }
