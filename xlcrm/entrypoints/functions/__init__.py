"""Functions for cells: what `=XLCRM_…` gives. Cells in, cells out; `udfs.py` hands them to Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.functions.checking import CHECK
from xlcrm.entrypoints.functions.scoring import NPS, RFM
from xlcrm.entrypoints.functions.times import DEADLINE, FESTIVAL, NEXT_DUE, STATUS, WORKMINUTES

if TYPE_CHECKING:
    from xlcrm.entrypoints.functions.base import CellFunction

__all__ = [
    "CHECK",
    "DEADLINE",
    "FESTIVAL",
    "FUNCTIONS",
    "NEXT_DUE",
    "NPS",
    "RFM",
    "STATUS",
    "WORKMINUTES",
]

FUNCTIONS: Final[tuple[CellFunction, ...]] = (
    DEADLINE,
    STATUS,
    NEXT_DUE,
    WORKMINUTES,
    FESTIVAL,
    CHECK,
    RFM,
    NPS,
)
"""Every function, in the order of the guide."""
