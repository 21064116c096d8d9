"""The files of a report: what they are called, which of them may be replaced, and writing them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from xlcrm.errors import UsageError
from xlcrm.report.marks import is_ours
from xlcrm.workbook.saving import save

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LABEL: Final = "分析报告"


def named(workbook: Path, month: str, form: str, out: Path | None) -> Path:
    """The file of a report: 客户管理全册-分析报告-2026-10.pdf beside its workbook, or as asked for.

    Args:
        workbook: what it reports on.
        month: of the report, 2026-10.
        form: pdf, html or png.
        out: a file, a folder, or None.

    Raises:
        UsageError: a file whose ending says something else.
    """
    own = f"{workbook.stem}-{LABEL}-{month}.{form}"
    if out is None:
        return workbook.with_name(own)
    if out.is_dir():
        return out / own
    if out.suffix.lower() not in ENDINGS[form]:
        raise UsageError(f"{form} 格式的文件名应以 .{form} 结尾，现为“{out.name}”")
    return out


def form_of(out: Path | None) -> str:
    """The format that the ending of a file's name asks for; pdf where it says nothing."""
    ending = "" if out is None else out.suffix.lower()
    return next((form for form, endings in ENDINGS.items() if ending in endings), "pdf")


ENDINGS: Final = {"pdf": (".pdf",), "html": (".html", ".htm"), "png": (".png",)}


@dataclass(frozen=True)
class Target:
    """Where a report goes.

    Attributes:
        path: the file; pictures are numbered after its name.
        force: whether a file that no report has made may be replaced; a copy of it is kept then.
    """

    path: Path
    force: bool

    def refuse_others(self, files: Sequence[Path] | None = None) -> None:
        """Stop before anything is replaced that is not ours.

        Raises:
            UsageError: one of the files, `path` if not said, is there and no report has made it.
        """
        for path in (self.path,) if files is None else files:
            if path.exists() and not self.force and not is_ours(path):
                raise UsageError(
                    f"{path} 已经存在，不是 xlcrm 生成的报告（或生成后有人改过），没有改动；"
                    "请用 -o 换一个文件名，或加 --force 覆盖"
                )

    def write(self, content: bytes, path: Path | None = None) -> Path:
        """Write the report as one file, `path` if not said; it appears whole or not at all.

        Raises:
            UsageError: see `refuse_others`.
            SaveFailed: the system said no.
        """
        where = path or self.path
        self.refuse_others([where])

        def fill(file: BinaryIO) -> None:
            file.write(content)

        save(where, where, fill, backup=where.exists() and not is_ours(where))
        return where

    def write_pages(self, pictures: Sequence[bytes]) -> list[Path]:
        """Write one picture a page, numbered from 01; those that an earlier, longer report left are removed.

        Raises:
            UsageError, SaveFailed: see `write`.
        """
        stem, ending = self.path.stem, self.path.suffix
        digits = max(2, len(str(len(pictures))))
        files = [
            self.path.with_name(f"{stem}-{number:0{digits}}{ending}")
            for number in range(1, len(pictures) + 1)
        ]
        self.refuse_others(files)
        earlier = [
            path
            for path in self.path.parent.iterdir()
            if path not in files
            and re.fullmatch(rf"{re.escape(stem)}-\d{{2,}}{re.escape(ending)}", path.name)
            and is_ours(path)
        ]
        for path, content in zip(files, pictures, strict=True):
            self.write(content, path)
        for path in earlier:
            path.unlink(missing_ok=True)
        return files
