"""A folder that even an administrator's tests cannot write to."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOBODY = 65534


@contextlib.contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder that may only be read, with one writable file `客户.xlsx` (b"old content") in it.

    Root may write anywhere, so root's tests act as nobody inside the block; the folder therefore stands
    outside pytest's private one.
    """
    folder = Path(tempfile.mkdtemp(prefix="xlcrm-read-only-"))
    (folder / "客户.xlsx").write_bytes(b"old content")
    (folder / "客户.xlsx").chmod(0o666)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(_NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)
