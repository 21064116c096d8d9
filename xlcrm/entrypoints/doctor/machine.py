"""This machine as the checks see it: everything that they do not work out themselves."""

from __future__ import annotations

import csv
import ctypes
import datetime as dt
import importlib.metadata
import io
import os
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.calc import PIPE, calc_available
from xlcrm.calc.bridge import connect, program
from xlcrm.entrypoints.installing.telling import state_here
from xlcrm.errors import ProgramError
from xlcrm.festivals import published_years

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_PATIENCE: Final = 20
_REMOTE_DRIVE: Final = 4  # GetDriveTypeW
_REMOTE_SYSTEMS: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "9p"})


@dataclass(frozen=True, slots=True)
class Machine:
    """What the checks are told; functions are asked only where the check applies.

    Attributes:
        platform: as `sys.platform`.
        version: of Python.
        executable: of Python.
        virtual: whether it is a virtual environment.
        wide: whether it has 64 bits.
        home: the user's folder.
        environment: variables.
        offset: of local time from world time.
        xlwings: its version, None where it is not installed.
        registry: (HKCU or HKLM, key, name) -> value, None where there is none.
        processes: names of the running programs.
        fonts: names of fonts, or of their files.
        mark: what the system noted of a file's origin, None for nothing.
        remote: whether a file is on a network drive.
        free: free bytes of a folder's disk.
        office: LibreOffice and its version, None where it is not installed.
        office_gap: why LibreOffice cannot be reached from this Python, empty where it can.
        office_answer: why a running LibreOffice does not answer, empty where it does.
        known_years: years whose days off are known.
        scheduled: whether the scheduler starts xlcrm for a workbook (see `installing.telling`), None where
            there is no scheduler or nothing to start.
    """

    platform: str
    version: tuple[int, ...]
    executable: str
    virtual: bool
    wide: bool
    home: Path
    environment: Mapping[str, str]
    offset: dt.timedelta | None
    xlwings: str | None
    registry: Callable[[str, str, str], object]
    processes: Callable[[], Sequence[str]]
    fonts: Callable[[], Collection[str]]
    mark: Callable[[Path], str | None]
    remote: Callable[[Path], bool]
    free: Callable[[Path], int]
    office: Callable[[], str | None]
    office_gap: Callable[[], str]
    office_answer: Callable[[], str]
    known_years: Callable[[], Collection[int]]
    scheduled: Callable[[Path], str | None]


def this_machine() -> Machine:
    """The machine that runs this."""
    return Machine(
        platform=sys.platform,
        version=tuple(sys.version_info[:3]),
        executable=sys.executable,
        virtual=sys.prefix != sys.base_prefix,
        wide=struct.calcsize("P") == 8,
        home=Path.home(),
        environment=dict(os.environ),
        offset=dt.datetime.now().astimezone().utcoffset(),
        xlwings=_version("xlwings"),
        registry=_registry,
        processes=_processes,
        fonts=_fonts,
        mark=_mark,
        remote=_remote,
        free=lambda folder: shutil.disk_usage(folder).free,
        office=_office,
        office_gap=calc_available,
        office_answer=_office_answer,
        known_years=published_years,
        scheduled=lambda path: state_here(path, sys.executable, dt.datetime.now()),
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _registry(hive: str, key: str, name: str) -> object:
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415 - Windows only

    root = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}[hive]
    try:
        with winreg.OpenKey(root, key) as opened:
            return winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None


def _processes() -> list[str]:
    if sys.platform == "win32":
        return first_cells(_output("tasklist", "/fo", "csv", "/nh"))
    if sys.platform == "linux":
        return [_name_of(process) for process in Path("/proc").glob("[0-9]*")]
    return [line.rpartition("/")[2] for line in _output("ps", "-axo", "comm=").splitlines()]


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", errors="replace").strip()
    except OSError:  # it has ended meanwhile
        return ""


def first_cells(table: str) -> list[str]:
    """The first cell of each row of a CSV text: the programs, where tasklist printed it."""
    return [row[0] for row in csv.reader(io.StringIO(table)) if row]


def _fonts() -> list[str]:
    folders = font_folders(sys.platform, os.environ, Path.home())
    if not folders:
        listed = _output("fc-list", ":", "family")
        return sorted({name for line in listed.splitlines() for name in line.split(",")})
    return [file.name for folder in folders if folder.is_dir() for file in sorted(folder.rglob("*.[to]t?"))]


def font_folders(platform: str, environment: Mapping[str, str], home: Path) -> list[Path]:
    """Where a system keeps fonts as files; nowhere where a program lists them."""
    if platform == "win32":
        return [
            Path(environment.get("SYSTEMROOT", r"C:\Windows"), "Fonts"),
            Path(environment.get("LOCALAPPDATA", str(home)), "Microsoft", "Windows", "Fonts"),
        ]
    if platform == "darwin":
        return [root / "Library" / "Fonts" for root in (Path("/System"), Path("/"), home)]
    return []


def _mark(path: Path) -> str | None:
    if sys.platform == "win32":
        try:
            return Path(f"{path}:Zone.Identifier").read_text("utf-8", errors="replace")
        except OSError:
            return None
    if sys.platform == "darwin":
        return _output("xattr", "-p", "com.apple.quarantine", str(path)).strip() or None
    return None


def _remote(path: Path) -> bool:
    if sys.platform == "win32":
        return ctypes.windll.kernel32.GetDriveTypeW(path.absolute().anchor) == _REMOTE_DRIVE
    text = Path("/proc/mounts").read_text("utf-8") if sys.platform == "linux" else _output("mount")
    return mounted(text, path.resolve()) in _REMOTE_SYSTEMS


def mounted(table: str, path: Path) -> str:
    """The kind of file system that holds a path, by Linux' table of mounts or what macOS' `mount` prints."""
    best, kind = "", ""
    for line in table.splitlines():
        on_macos = re.match(r"\S+ on (.+) \((\w+)", line)
        fields = on_macos.groups() if on_macos else tuple(line.split()[1:3])
        if len(fields) == 2:
            place = fields[0].replace("\\040", " ")
            if len(place) >= len(best) and path.is_relative_to(place):
                best, kind = place, fields[1]
    return kind


def _office() -> str | None:
    """Told by a file beside the program: starting it would take seconds, and opens a window on Windows."""
    found = program()
    return None if found is None else office_version([found.parent, found.parent.parent / "Resources"])


def office_version(folders: Sequence[Path]) -> str:
    """LibreOffice and its version, by the file in one of its folders that names them."""
    for file in (folder / name for folder in folders for name in ("bootstraprc", "bootstrap.ini")):
        if file.is_file():
            named = re.search(r"^ProductKey=(.+)$", file.read_text("utf-8", errors="replace"), re.MULTILINE)
            if named:
                return named[1].strip()
    return "LibreOffice（版本不明）"


def _office_answer() -> str:
    try:
        connect(PIPE)
    except ProgramError as error:
        return error.message
    return ""


def _output(*command: str) -> str:
    """What a program of the system prints; nothing where it is missing or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands of the system
            command, capture_output=True, check=False, errors="replace", timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
