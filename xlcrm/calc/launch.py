"""Starting and ending a private LibreOffice process."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.calc.bridge import program
from xlcrm.errors import ProgramMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_QUIT_SECONDS: Final = 10


@contextlib.contextmanager
def launched(folder: Path, pipe: str, *, headless: bool) -> Iterator[Callable[[], bool]]:
    """Run LibreOffice with its own profile under `folder`; the value says whether it still runs.

    The process is ended by its id, with the ones that it started, and its profile is swept.

    Raises:
        ProgramMissing: LibreOffice is not installed.
    """
    path = program()
    if path is None:
        raise ProgramMissing("没有找到 LibreOffice，请先安装")
    folder.mkdir(parents=True, exist_ok=True)
    profile = Path(tempfile.mkdtemp(prefix="profile-", dir=folder))
    command = [
        str(path),
        f"-env:UserInstallation={profile.absolute().as_uri()}",
        f"--accept=pipe,name={pipe};urp;",
        *(["--headless"] if headless else []),
        "--norestore",
        "--nologo",
        "--nodefault",
    ]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # so that it can be ended with its children
    )
    try:
        yield lambda: process.poll() is None
    finally:
        end_process(process, _QUIT_SECONDS)
        shutil.rmtree(profile, ignore_errors=True)


def end_process(process: subprocess.Popen[bytes], patience: float) -> None:
    """See a process off, with the ones that it started; one that stays longer than `patience` s is killed."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        if sys.platform == "win32":
            subprocess.run(  # noqa: S603  # our own process
                ["taskkill", "/T", "/F", "/PID", str(process.pid)],  # noqa: S607  # Windows' own program
                check=False,
                capture_output=True,
            )
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_headless(pid: int) -> bool:
    """Whether a program was started without a window, where the system tells it; else it has one."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"--headless" in words or b"-headless" in words
    return False


def pid_of(pipe: str) -> int:
    """The process behind a pipe where the system tells it, else a number that stands for the pipe."""
    if sys.platform == "linux":
        for folder in (Path("/tmp"), Path("/var/tmp")):  # noqa: S108  # where LibreOffice puts its pipes
            where = folder / f"OSL_PIPE_{os.getuid()}_{pipe}"
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as knock:
                knock.connect(str(where))
                peer = knock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
                return int(struct.unpack("3i", peer)[0])
    return zlib.crc32(pipe.encode())
