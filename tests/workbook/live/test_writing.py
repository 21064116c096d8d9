"""What only real Excel has, told with stand-ins: hyperlinks that sit on cells."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from xlcrm.workbook.live.writing import _clear_links
from xlcrm.workbook.patch.ranges import Area


@pytest.mark.parametrize(
    ("platform", "links", "wanted"),
    [("win32", 2, ["windows"]), ("win32", 0, []), ("darwin", 0, ["macos"]), ("linux", None, [])],
)
def test_old_hyperlinks_make_room_for_formulas(
    platform: str, links: int | None, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    api = SimpleNamespace(
        ClearHyperlinks=lambda: done.append("windows"), clear_hyperlinks=lambda: done.append("macos")
    )
    if links is not None:
        api.Hyperlinks = SimpleNamespace(Count=links)
    sheet: Any = SimpleNamespace(range=lambda *_: SimpleNamespace(api=api))
    monkeypatch.setattr(sys, "platform", platform)
    _clear_links(sheet, Area(2, 3, 9, 3))
    assert done == wanted
