"""A machine that is nowhere: what the checks would be told by Windows, macOS or Linux."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

from xlcrm.entrypoints.doctor.machine import Machine

LINUX = Machine(
    platform="linux",
    version=(3, 12, 1),
    executable="/opt/xlcrm/bin/python",
    virtual=True,
    wide=True,
    home=Path("/home/user"),
    environment={},
    offset=dt.timedelta(hours=8),
    xlwings="0.37.8",
    registry=lambda *_: None,
    processes=lambda: ["bash"],
    fonts=lambda: ["Noto Sans CJK SC"],
    mark=lambda _: None,
    remote=lambda _: False,
    free=lambda _: 1 << 40,
    office=lambda: "LibreOffice 7.4",
    office_gap=lambda: "",
    office_answer=lambda: "",
    known_years=lambda: {2026, 2027},
    scheduled=lambda _: None,
)
"""All is well on it."""


def machine(**changes: Any) -> Machine:
    """The same with something else about it."""
    return dataclasses.replace(LINUX, **changes)
