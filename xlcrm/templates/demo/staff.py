"""The staff of the invented office, as 通讯录 lists them; their addresses lead nowhere."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlcrm.tables.mailing import MAIL_ROLE, MANAGEMENT
from xlcrm.templates.demo.words import STAFF, SUPERVISORS

DOMAIN: Final = "example.com"
"""Reserved for examples (RFC 2606): no mail arrives there."""
_MANAGER: Final = "顾明远"


def staff() -> pd.DataFrame:
    """通讯录: one manager, the supervisors under him, and the others under the supervisors in turn."""
    _, supervisor, other = MAIL_ROLE.values
    rows: list[tuple[str, str, str | None]] = [(_MANAGER, MANAGEMENT, None)]
    rows += [(name, supervisor, _MANAGER) for name in SUPERVISORS]
    others = [name for name in STAFF if name not in SUPERVISORS]
    rows += [(name, other, SUPERVISORS[at % len(SUPERVISORS)]) for at, name in enumerate(others)]
    frame = pd.DataFrame(rows, columns=["name", "role", "manager"], dtype=object)
    frame["email"] = [f"staff{number:02}@{DOMAIN}" for number in range(1, len(frame) + 1)]
    return frame.assign(enabled="是")
