"""What an address is, and where letters may go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
)


def is_address(email: str) -> bool:
    """Whether a text is one address in ASCII and nothing else (dot-atom of RFC 5321, 4.1.2; no quotes)."""
    return _ADDRESS.fullmatch(email) is not None


def domain_of(email: str) -> str:
    """What follows the @ of an address, in lower case."""
    return email.rpartition("@")[2].lower()


def is_allowed(email: str, domains: Collection[str]) -> bool:
    """Whether letters may go to an address: its domain, not one above it, is in 允许的收件域名.

    Args:
        email: the address.
        domains: 允许的收件域名, lower case.
    """
    return is_address(email) and domain_of(email) in domains
