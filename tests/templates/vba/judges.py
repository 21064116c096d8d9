"""Programs of others that read VBA projects."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pyopenvba

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oletools calls pyparsing by names that it deprecates
    from oletools import olevba

if TYPE_CHECKING:
    from pathlib import Path


def unpacked_by_olevba(packed: bytes) -> bytes:
    """A compressed container, opened by olevba."""
    return bytes(olevba.decompress_stream(bytearray(packed)))


def sources_by_olevba(path: Path) -> dict[str, str]:
    """File name of a module, as olevba would export it -> its source, of a workbook or a project."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = olevba.VBA_Parser(str(path))
        try:
            return {name: source for _, _, name, source in parser.extract_macros()}
        finally:
            parser.close()


def sources_by_pyopenvba(path: Path) -> dict[str, str]:
    """Module name -> its source as the package pyOpenVBA reads it from a workbook."""
    with pyopenvba.ExcelFile(path) as book:
        assert book.validate() == []
        return dict(book.vba_modules())


def complaints_of_pyopenvba(path: Path) -> list[str]:
    """What pyOpenVBA says against a workbook's package and project; it must have looked at all of it."""
    report = pyopenvba.check_file(path)
    assert report.complete, "pyOpenVBA did not look at every part"
    return [str(issue) for issue in report.issues]
