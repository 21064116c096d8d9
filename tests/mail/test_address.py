"""What an address is, and where letters may go: one rule for whoever asks."""

from __future__ import annotations

import pytest

from tests.mail.letters import AT, SENDER, letter
from xlcrm.errors import UsageError
from xlcrm.mail.address import domain_of, is_address, is_allowed
from xlcrm.mail.letter import Person, compose

DOMAINS = frozenset({"example.com", "branch.example.net"})


@pytest.mark.parametrize(
    "email",
    [
        "王芳@example.com",
        "wang@例子.com",
        "ｗang@example.com",
        "wang.@example.com",
        ".wang@example.com",
        "wa..ng@example.com",
        "wang@example..com",
        "wang@-example.com",
        "wang\u202e@example.com",
        "<wang@example.com>",
        '"wang fang"@example.com',
        "w" * 65 + "@example.com",
        "wang@example.com\n",
        "wang",
        "",
    ],
)
def test_what_no_letter_can_be_addressed_to_is_no_address(email: str) -> None:
    assert not is_address(email)
    with pytest.raises(UsageError, match="不能使用"):
        compose(letter(to=Person("王芳", email)), SENDER, AT)


@pytest.mark.parametrize("email", ["wang@example.com", "Wang.F+crm_1@EXAMPLE.com", "w" * 64 + "@a-b.cn"])
def test_what_a_letter_can_be_addressed_to_is_an_address(email: str) -> None:
    assert is_address(email)
    assert email in compose(letter(to=Person("", email)), SENDER, AT)["To"]


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("wang@example.com", True),
        ("Wang@EXAMPLE.com", True),
        ("li@branch.example.net", True),
        ("li@example.net", False),
        ("li@sub.example.com", False),
        ("li@example.com.evil.org", False),
        ("li@evil.org,wang@example.com", False),
        ("li@evil.org>\r\nRCPT TO:<wang@example.com", False),
        ("a@b@example.com", False),
        ("example.com", False),
        ("@example.com", False),
        ("wang @example.com", False),
        ("wang@example.com\n", False),
        ("", False),
    ],
)
def test_letters_go_to_allowed_domains_only(email: str, expected: object) -> None:
    assert is_allowed(email, DOMAINS) is expected


def test_a_domain_is_compared_in_lower_case() -> None:
    assert domain_of("Wang@Mail.EXAMPLE.com") == "mail.example.com"
