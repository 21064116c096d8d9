"""What is to be written and run on a machine; nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

System: TypeAlias = Literal["windows", "macos", "systemd", "cron"]
SYSTEMS: Final[tuple[System, ...]] = ("windows", "macos", "systemd", "cron")

SIGNED: Final = "xlcrm schedule"
"""Who wrote it, for whoever finds it later."""

Command: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a task gets into a scheduler and out of it.

    Attributes:
        system: the scheduler.
        files: name -> content, in the order of writing; empty for cron, which has its own file.
        folder: where the scheduler wants them; None where it copies them itself.
        lines: what cron gets between its two marks.
        install: programs to run once the files are there; `{0}` in an argument is the first file.
        again: programs to run before, when the task may be there already; they may fail.
        remove: programs to run before the files are taken away.
        after: programs to run after that.
        asked: a program that succeeds where the task is known; empty where the files tell.
        by_hand: sentences for somebody who does it himself; `{0}` and `{1}` are the files.
        hints: sentences to know in any case.
    """

    system: System
    files: Mapping[str, bytes]
    folder: Path | None
    lines: tuple[str, ...] = ()
    install: tuple[Command, ...] = ()
    again: tuple[Command, ...] = ()
    remove: tuple[Command, ...] = ()
    after: tuple[Command, ...] = ()
    asked: Command = ()
    by_hand: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def filled(text: str, files: Sequence[Path]) -> str:
    """A text with its places for files filled in."""
    for at, file in enumerate(files):
        text = text.replace(f"{{{at}}}", str(file))
    return text
