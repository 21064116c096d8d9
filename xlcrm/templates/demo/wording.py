"""Canonical values in the words that a pack's own sheets use: VIP for A类 in the service workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def in_words(frames: Mapping[str, pd.DataFrame], pack: str) -> dict[str, pd.DataFrame]:
    """The frames as people of the pack's office would have typed them; other values stay as they are.

    Args:
        frames: table name -> frame keyed by column keys.
        pack: key of `PACKS`.
    """
    typed = dict(frames)
    for table in tables_of(pack):
        for item in table.columns:
            words = item.choice.labels.get(pack, {}) if item.choice else {}
            if words and item.key in typed.get(table.name, ()):
                frame = typed[table.name]
                typed[table.name] = frame.assign(**{item.key: frame[item.key].replace(words)})
    return typed
