"""`python -m xlcrm.templates [folder]`: rebuild the ready workbooks."""

from __future__ import annotations

import sys
from pathlib import Path

from xlcrm.templates.packaged import rebuild

DEFAULT_FOLDER = Path("workbook_templates")


def main(arguments: list[str]) -> int:
    """Rebuild into the first argument, or into workbook_templates under the current folder."""
    folder = Path(arguments[0]) if arguments else DEFAULT_FOLDER
    for path in rebuild(folder):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
