"""The lossless writer: rewrites only the XML of the sheets that change.

`patch` writes single cells by their A1 names into any workbook; `patch_blocks` writes the blocks of an
action. Only the sheets that change, and the few parts that must follow them (tables of resized lists, the
calculation chain, the workbook's calculation flag and local names, appended date styles), are new; every
other part keeps its compressed bytes. What cannot be proven safe is refused before anything is written.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.workbook.patch.faults import Fault, faults
from xlcrm.workbook.patch.plan import blocks_of
from xlcrm.workbook.patch.writing import patch_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.workbook.port import Cell, Saved

__all__ = ["Fault", "faults", "patch", "patch_blocks"]


def patch(source: Path | str, target: Path | str, values: Mapping[str, Mapping[str, Cell]]) -> Saved:
    """Write single cells into a copy of a workbook, or into the workbook itself.

    `values` maps sheet names to cells: `{"Sheet1": {"Z2": "done", "AA2": 3.5}}`. Text stays text even
    when it begins with `=`; None empties a cell and keeps its format. When `target` exists, a time-stamped
    backup of it is left beside it. When nothing would change and `target` is `source`, no file is touched.

    Returns:
        How many cells got another value, and where the backup is.

    Raises:
        UnsafeToPatch: the workbook has a shape that cannot be written without a risk; says where and why.
        SheetMissing, WorkbookMissing, NotAWorkbook, WorkbookDamaged, WorkbookHostile: see `xlcrm.errors`.
        WorkbookInUse, WorkbookChanged, SaveFailed: see `xlcrm.workbook.saving`.
    """
    blocks = chain.from_iterable(blocks_of(sheet, cells) for sheet, cells in values.items())
    return patch_blocks(Path(source), Path(target), list(blocks))
