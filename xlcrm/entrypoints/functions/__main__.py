"""Write the Visual Basic of the cell functions: `python -m xlcrm.entrypoints.functions [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.functions.vba import help_module, udf_module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILES: Final[Mapping[str, Callable[[], str]]] = {
    "xlwings_udfs.bas": udf_module,
    "xlcrm_help.bas": help_module,
}
"""File in `macros/` -> what makes its text."""


def main(folder: Path) -> None:
    """Write both modules into a folder."""
    for name, text in FILES.items():
        (folder / name).write_text(text(), encoding="ascii", newline="\r\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "macros"))
