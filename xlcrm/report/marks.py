"""The mark in every file that a report has made: a run may replace such a file, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MARK: Final = "xlcrm report"
_COMMENT: Final = f"%{MARK}\n".encode()
_HEAD: Final = 2048
"""Bytes at a file's begin within which an HTML page and a picture hold the mark."""


def marked_pdf(content: bytes) -> bytes:
    """A PDF with the mark as its last line, a comment; a program that adds remarks to the file buries it."""
    return content.rstrip(b"\r\n") + b"\n" + _COMMENT


def is_ours(path: Path) -> bool:
    """Whether a file is a report as we have left it: nobody has written into it since, as far as it tells."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    if content.startswith(b"%PDF-"):
        return content.endswith(_COMMENT)
    return MARK.encode() in content[:_HEAD]
