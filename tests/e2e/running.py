"""Running the real command, in a process of its own or in this one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from xlcrm.entrypoints.cli import main

if TYPE_CHECKING:
    from pathlib import Path

COMMAND: Final = (sys.executable, "-c", "from xlcrm.entrypoints.cli import main; main()")
PATIENCE: Final = 240
"""Seconds; the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str


def run(*arguments: str | Path, home: Path | None = None) -> Ran:
    """The command in a process of its own; `home` is where its log goes."""
    environment = os.environ | ({"XLCRM_HOME": str(home)} if home else {})
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment,
        timeout=PATIENCE,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def call(*arguments: str | Path) -> Ran:
    """The same entry point in this process: quicker, and coverage sees it."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        patch.object(sys, "argv", ["xlcrm", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
    return Ran(code, out.getvalue(), err.getvalue())
