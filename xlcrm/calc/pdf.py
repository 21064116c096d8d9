"""A workbook file as a PDF file, made by a LibreOffice that is started for it and ended again."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from xlcrm.calc.bridge import program
from xlcrm.calc.launch import end_process
from xlcrm.errors import ProgramBusy, ProgramError, ProgramMissing

PATIENCE: Final = 180.0
"""Seconds after which a conversion is given up; a report of all sheets takes five to fifteen."""


def to_pdf(workbook: Path, target: Path, *, patience: float = PATIENCE) -> None:
    """Print a workbook into a PDF, page settings and charts as the workbook has them.

    LibreOffice gets a profile of its own, so that a window that the user has open does not matter.

    Args:
        workbook: the file to print; it is only read.
        target: where to; an existing file is replaced.
        patience: seconds until the conversion is given up and its process ended.

    Raises:
        ProgramMissing: LibreOffice is not installed.
        ProgramBusy: it did not finish in time.
        ProgramError: it finished without a PDF.
    """
    path = program()
    if path is None:
        raise ProgramMissing("没有找到 LibreOffice，不能生成 PDF，请先安装")
    with tempfile.TemporaryDirectory(prefix="xlcrm-pdf-", ignore_cleanup_errors=True) as folder:
        made = Path(folder, "out", workbook.with_suffix(".pdf").name)
        command = [
            str(path),
            f"-env:UserInstallation={Path(folder, 'profile').absolute().as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "--convert-to",
            "pdf:calc_pdf_Export",
            "--outdir",
            str(made.parent),
            str(workbook.absolute()),
        ]
        code = _run(command, patience)
        if not made.is_file() or not made.stat().st_size:
            raise ProgramError(
                f"LibreOffice 没有生成 PDF（退出码 {code}），请用 LibreOffice 打开一次看是否正常，"
                "或改用 --format html"
            )
        shutil.copyfile(made, target)


def _run(command: list[str], patience: float) -> int:
    """The exit code of a command; its process and the ones that it started are gone afterwards."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # so that it can be ended with its children
    )
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        raise ProgramBusy(
            f"LibreOffice 在 {patience:g} 秒内没有生成 PDF，已停止等待；请稍后再试，或改用 --format html"
        ) from None
    finally:
        end_process(process, 0)
