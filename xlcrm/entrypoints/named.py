"""Which workbooks the words of a command name: files, folders, and patterns that no shell has expanded."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.errors import UsageError
from xlcrm.workbook.saving import PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
_LEFT_BEHIND: Final = ("~$", ".")
"""How names begin that no workbook of the office has: owner files of Excel, hidden and temporary files."""
_COPY: Final = re.compile(r".+-管理层副本-\d{4}-\d{2}-\d{2}\.xlsx", re.IGNORECASE)
"""How a management copy is called beside its workbook: it repeats what the workbook holds."""


def names_one(words: Sequence[Path]) -> bool:
    """Whether they are the one path of one workbook, which may be missing; not a folder, not a pattern."""
    return len(words) == 1 and not words[0].is_dir() and not _is_pattern(words[0])


def workbooks(words: Sequence[Path]) -> list[Path]:
    """The workbooks that are named, each once, in the order of the words; those of a folder by name.

    Owner files and what lies in `.xlcrm` are left out; a path that leads to no file stays, to be told.
    Management copies are left out, too, unless one is all that is named: a shell may have expanded a pattern.

    Raises:
        UsageError: a folder or pattern names none, or nothing is left.
    """
    found: dict[object, Path] = {}
    lone = names_one(words)
    for word in words:
        for path in _of_word(word, lone=lone):
            found.setdefault(_identity(path), path)
    if not found:
        raise UsageError(f"“{words[0]}”不是工作簿，请写出工作簿、文件夹或通配符，例如 分公司/*.xlsx")
    return list(found.values())


def _of_word(word: Path, *, lone: bool) -> list[Path]:
    if word.is_dir():
        inside = _wanted(path for path in sorted(word.iterdir()) if path.suffix.lower() in WORKBOOKS)
        if not inside:
            raise UsageError(f"“{word}”是文件夹，里面没有工作簿（.xlsx 或 .xlsm），请检查路径")
        return inside
    if _is_pattern(word):
        matching = sorted(Path(name) for name in glob.glob(str(word), recursive=True))  # noqa: PTH207 - ** and absolute patterns
        inside = _wanted(path for path in matching if path.is_file())
        if not inside:
            raise UsageError(f"没有与“{word}”相符的工作簿，请检查路径和通配符")
        return inside
    return _wanted([word], copies=lone)


def _is_pattern(word: Path) -> bool:
    """Whether it stands for other names; a file may well be called 客户[1].xlsx."""
    return glob.has_magic(str(word)) and not word.exists()


def _wanted(paths: Iterable[Path], *, copies: bool = False) -> list[Path]:
    return [
        path
        for path in paths
        if not path.name.startswith(_LEFT_BEHIND)
        and PRIVATE_FOLDER not in path.parts
        and (copies or not _COPY.fullmatch(path.name))
    ]


def _identity(path: Path) -> object:
    """Equal for two ways to write the path of one file: links, relative paths, letters of either case."""
    real = os.path.realpath(path)
    try:
        status = Path(real).stat()
    except OSError:
        return os.path.normcase(real)
    return status.st_dev, status.st_ino, real.casefold()
