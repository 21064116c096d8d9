"""The ready workbooks of `workbook_templates/`, one a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.tables import PACKS
from xlcrm.templates.book import build

if TYPE_CHECKING:
    from pathlib import Path


def packaged_name(pack: str) -> str:
    """File name of a pack's workbook."""
    return f"{PACKS[pack]}.xlsx"


def rebuild(folder: Path) -> list[Path]:
    """Build every pack's empty workbook into the folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / packaged_name(pack) for pack in PACKS]
    for pack, path in zip(PACKS, paths, strict=True):
        build(pack, path)
    return paths
