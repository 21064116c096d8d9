"""What the tests of mail share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.keyrings import drawer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["drawer"]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before
