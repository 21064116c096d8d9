"""Letters as page and as plain text: every text is escaped, nothing is fetched, no script runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from xlcrm.mail import plain
from xlcrm.mail.contents import ESCALATED, LATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from xlcrm.mail.contents import DigestContent, ManagementFigures, NoticesContent

WIDTH: Final = 640
"""Pixels that a letter takes where there is room; less on a phone."""


def management_subject(figures: ManagementFigures) -> str:
    """【客户管理】2026-11-22 逾期12项、今日到期5项、已超时3个."""
    return f"{_begin(figures)}{figures.origin.at:%Y-%m-%d} {plain.management_summary(figures)}"


def digest_subject(content: DigestContent) -> str:
    """【客户管理】2026-11-22 王芳：逾期3项、今日到期2项."""
    return f"{_begin(content)}{content.origin.at:%Y-%m-%d} {content.person}：{plain.digest_summary(content)}"


def notices_subject(content: NoticesContent) -> str:
    """【客户管理】超时提醒：已升级1个、已超时2个; of a single one its clock and case, too."""
    return f"{_begin(content)}超时提醒：{plain.notices_summary(content)}"


def management_body(figures: ManagementFigures) -> tuple[str, str]:
    """The letter to management: plain text and HTML."""
    return plain.management_text(figures), _html(
        "management.html", figures, plain.management_summary(figures)
    )


def digest_body(content: DigestContent) -> tuple[str, str]:
    """A person's own list: plain text and HTML."""
    return plain.digest_text(content), _html("digest.html", content, plain.digest_summary(content))


def notices_body(content: NoticesContent) -> tuple[str, str]:
    """Clocks near their limits or past them: plain text and HTML."""
    return plain.notices_text(content), _html("notices.html", content, plain.notices_summary(content))


def _begin(content: ManagementFigures | DigestContent | NoticesContent) -> str:
    return f"【{content.origin.sender}】" if content.origin.sender else ""


def _html(name: str, content: ManagementFigures | DigestContent | NoticesContent, summary: str) -> str:
    return _environment().get_template(name).render(content=content, summary=summary)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - other commands start without it

    environment = Environment(
        loader=PackageLoader("xlcrm.mail"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "width": WIDTH,
        "grave": (ESCALATED, LATE),
        "source_lines": plain.source_lines,
        "joined": _joined,
        "how_to_record": plain.HOW_TO_RECORD,
        "comparison": plain.comparison,
        "breached_note": plain.breached_note,
        "clocks_note": plain.clocks_note,
    }
    return environment


def _joined(texts: Iterable[str]) -> str:
    """What is known of several texts, side by side."""
    return " · ".join(text for text in texts if text)
