"""The edge: files are written, and the system's programs run and asked what they say."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from xlcrm.entrypoints.installing import cron
from xlcrm.entrypoints.installing.plan import filled
from xlcrm.errors import ProgramError, ProgramMissing, SaveFailed
from xlcrm.workbook.saving import PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlcrm.entrypoints.installing.plan import Command, Plan

_PATIENCE: Final = 60
_NO_CRONTAB: Final = "no crontab for"
_FOLDER: Final = "schedule"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d(?=T)")
_ENVIRONMENT: Final = re.compile(
    rb"^Environment=[^\n]*\n|<key>EnvironmentVariables</key>\s*<dict>.*?</dict>", re.MULTILINE | re.DOTALL
)
"""What a unit of systemd and an agent of launchd say of the user's variables."""
_LANGUAGE: Final = re.compile(r" LANG='[^']*'")


class Said(NamedTuple):
    """How a program ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return "；".join(filter(None, (part.strip() for part in (self.out, self.err))))


def written(plan: Plan, workbook: Path, mark: str) -> list[Path]:
    """Write the files beside the workbook, for somebody who installs them himself.

    Raises:
        SaveFailed: they cannot be written there.
    """
    contents = plan.files or {f"{mark}.crontab": _text(plan.lines).encode("utf-8")}
    return _write(kept_in(workbook), contents)


def install(plan: Plan, workbook: Path, mark: str) -> list[str]:
    """Put a task into the scheduler, in place of what was there; what the programs said.

    Raises:
        ProgramMissing: the scheduler's program is not there.
        ProgramError: it refused; files that were not there before are gone again.
        SaveFailed: a file cannot be written.
    """
    if plan.system == "cron":
        return _change_crontab(mark, plan.lines)
    folder = plan.folder or kept_in(workbook)
    old = _installed(folder, plan)
    files = _write(folder, plan.files)
    said: list[str] = []
    try:
        _try(plan.again)
        for command in plan.install:
            said += _insist(tuple(filled(word, files) for word in command))
    except ProgramError:
        _undo(folder, plan, files, old)
        raise
    if plan.folder is None:
        _write(folder, {_as_installed(plan, name): content for name, content in plan.files.items()})
    return said


def remove(plan: Plan, workbook: Path, mark: str) -> list[str] | None:
    """Take a task out of the scheduler, and the files that were made for it; None where it was not there.

    Raises:
        ProgramMissing: the scheduler's program is not there.
        ProgramError: it refused; the files stay.
    """
    if not standing(plan, workbook, mark):
        return None
    if plan.system == "cron":
        return _change_crontab(mark, ())
    said = [text for command in plan.remove for text in _insist(command)]
    folder = plan.folder or kept_in(workbook)
    for name in plan.files:
        (folder / name).unlink(missing_ok=True)
        (folder / _as_installed(plan, name)).unlink(missing_ok=True)
    return said + [text for command in plan.after for text in _insist(command)]


def standing(plan: Plan, workbook: Path, mark: str) -> bool:
    """Whether the scheduler has a task of this workbook.

    Raises:
        ProgramMissing, ProgramError: the scheduler does not answer.
    """
    if plan.system == "cron":
        return bool(cron.block_of(_crontab(), mark))
    if plan.asked:
        return _run(plan.asked).code == 0
    return bool(_installed(plan.folder or kept_in(workbook), plan))


def up_to_date(plan: Plan, workbook: Path, mark: str) -> bool:
    """Whether what stands there is what would be written now, but for what the shell's variables say.

    Raises:
        ProgramMissing, ProgramError: the scheduler does not answer.
    """
    if plan.system == "cron":
        return [*map(_bare_line, cron.block_of(_crontab(), mark))] == [*map(_bare_line, plan.lines)]
    old = _installed(plan.folder or kept_in(workbook), plan)
    return all(_bare(old.get(name, b"")) == _bare(content) for name, content in plan.files.items())


def kept_in(workbook: Path) -> Path:
    """The folder beside a workbook for files that the scheduler copies, or the user."""
    return workbook.resolve().parent / PRIVATE_FOLDER / _FOLDER


def _bare(content: bytes) -> bytes:
    """A file without the day of its making (Windows), and without PATH and LANG, which each shell sets."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _ENVIRONMENT.sub(b"", content)
    return _DAY.sub("", content.decode("utf-16")).encode("utf-8")


def _bare_line(line: str) -> str:
    """The same for a line of a crontab; its PATH is always the same."""
    return _LANGUAGE.sub("", line, count=1)


def _installed(folder: Path, plan: Plan) -> dict[str, bytes]:
    """Name of a file -> the content that the scheduler was given, where it is known."""
    places = {name: folder / _as_installed(plan, name) for name in plan.files}
    return {name: place.read_bytes() for name, place in places.items() if place.is_file()}


def _as_installed(plan: Plan, name: str) -> str:
    """Where a file stands as it was installed.

    Of one that the scheduler copies there is a second one: the first is written anew for who only looks.
    """
    stem, dot, suffix = name.rpartition(".")
    return name if plan.folder is not None else f"{stem}.installed{dot}{suffix}"


def _undo(folder: Path, plan: Plan, files: Sequence[Path], old: Mapping[str, bytes]) -> None:
    """After a refusal: the older task as it was, or nothing; as far as the system lets us."""
    back = [tuple(filled(word, files) for word in command) for command in plan.install] if old else []
    before = [] if old else plan.remove
    _try(before)
    for name in plan.files:
        with contextlib.suppress(OSError):
            if name in old:
                (folder / name).write_bytes(old[name])
            else:
                (folder / name).unlink(missing_ok=True)
    _try((*plan.after, *back))


def _try(commands: Sequence[Command]) -> None:
    for command in commands:
        with contextlib.suppress(ProgramError):
            _run(command)


def _write(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    files = [folder / name for name in contents]
    with _plain_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in zip(files, contents.values(), strict=True):
            file.write_bytes(content)
    return files


@contextlib.contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SaveFailed(f"不能在“{folder}”里写入文件，请检查权限和磁盘空间") from error


def _change_crontab(mark: str, block: tuple[str, ...]) -> list[str]:
    text = cron.merged(_crontab(), mark, block)
    return _insist(("crontab", "-"), text)


def _crontab() -> str:
    said = _run(("crontab", "-l"))
    if said.code == 0:
        return said.out
    if _NO_CRONTAB in said.err.lower():
        return ""
    raise ProgramError(f"读不到现有的 crontab，没有改动；系统的回答：{said.text or '（没有）'}")


def _insist(command: Command, fed: str | None = None) -> list[str]:
    said = _run(command, fed)
    if said.code:
        raise ProgramError(
            f"{command[0]} 没有接受，定时运行没有改动；系统的回答：{said.text or f'（退出码 {said.code}）'}"
        )
    return [said.text] if said.text else []


def _run(command: Command, fed: str | None = None) -> Said:
    """A program of the system, with English words where it has several languages."""
    try:
        done = subprocess.run(  # noqa: S603 - programs of the system; paths are arguments of their own
            command,
            input=None if fed is None else fed.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            timeout=_PATIENCE,
        )
    except FileNotFoundError as error:
        raise ProgramMissing(
            f"这台电脑上没有 {command[0]}，不能自动安装；请检查 --system，或照说明手工安装"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramError(f"{command[0]} 没有回答（{type(error).__name__}），请稍后再试") from error
    return Said(done.returncode, _decoded(done.stdout), _decoded(done.stderr))


def _decoded(printed: bytes) -> str:
    """What a program printed; lines of a crontab that are no UTF-8 come back as they were."""
    if sys.platform == "win32":
        return printed.decode("oem", "replace")
    return printed.decode("utf-8", "surrogateescape")


def _text(lines: tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in lines)
