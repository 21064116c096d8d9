"""Runs `xlcrm mail` in child processes that die where they are told.

Reads lines of JSON from its input, `{"path": …, "step": n}`, and answers each with two: the child's process
number at once, then its wait status and how many steps it counted. Step 0 goes through; whoever reads the
number may kill the child from outside. Forked children skip the seconds that the imports take.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.e2e.killed_refresh import Steps
from xlcrm.actions.base import MailParams, silent
from xlcrm.actions.mailing import desk
from xlcrm.actions.mailing.verb import mail
from xlcrm.analysis.sheets import analyse
from xlcrm.entrypoints.cli import main as command
from xlcrm.mail.outbox import Outbox
from xlcrm.tables.mailing import LETTER_KIND
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlcrm.analysis.scope import Scope
    from xlcrm.analysis.sheets import Made

NOW = "2026-11-20T10:30"


def child(path: str, step: int, answer: int) -> None:
    """Be the command; never returns."""
    steps = Steps(step)
    for name in ("intend", "settle", "forget", "__enter__"):
        steps.watch(Outbox, name)
    steps.watch(FileDoor, "apply")
    for name in ("fsync", "replace"):
        steps.watch(os, name)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.argv = ["xlcrm", "mail", path, "--now", NOW, "--letters", "全部"]
    code = 1
    try:
        command()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    os.write(answer, str(steps.count).encode())
    os._exit(code)


def warm_up(path: str) -> None:
    """Do once what every child would do first: fonts, templates of letters, modules that load late."""
    params = MailParams(now=dt.datetime.fromisoformat(NOW), letters=LETTER_KIND.values)
    with FileDoor(Path(path), write=False) as door:
        mail(door, params, silent)


def dashboard_alone(scope: Scope, names: Collection[str] | None = None) -> list[Made]:
    """The copy has one analysis sheet, which is quicker."""
    return analyse(scope, ["dashboard"] if names is None else names)


def tell(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def run(path: str, step: int) -> None:
    """One child, from its number to its end."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        child(path, step, writer)
    os.close(writer)
    tell(pid)
    _, status = os.waitpid(pid, 0)
    counted = os.read(reader, 100)
    os.close(reader)
    tell([status, int(counted or 0)])


def main() -> None:
    patch.object(desk, "analyse", dashboard_alone).start()
    warm = False
    for line in sys.stdin:
        wish = json.loads(line)
        if not warm:
            warm_up(wish["path"])
            warm = True
        run(wish["path"], wish["step"])


if __name__ == "__main__":
    main()
