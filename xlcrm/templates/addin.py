"""An Excel add-in: macros, ribbon and their configuration, without a sheet for the user."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING, Final

from xlsxwriter import Workbook

from xlcrm.templates.ribbon import read_package, with_ribbon, write_package

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHEET: Final = "Sheet1"
"""Code name of the add-in's only sheet: its project needs document modules `ThisWorkbook` and this one."""
_WORKBOOK: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADDIN: Final = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_CREATED: Final = dt.datetime(2026, 1, 1)


def build_addin(
    path: Path, vba: bytes, ribbon: bytes, conf: Mapping[str, str], *, project: str = "xlcrm"
) -> None:
    """Write an `.xlam`: a workbook that Excel loads without a window.

    Its one sheet is the configuration that xlwings' module for add-ins looks for: keys in column A from
    the first row on, without a gap, values in column B, all of them text.

    Args:
        path: where to; an existing file is replaced in one step.
        vba: a project with document modules `ThisWorkbook` and `SHEET`.
        ribbon: customUI XML of the 2006 kind.
        conf: settings of xlwings, such as INTERPRETER_WIN.
        project: the `PROJECT_NAME` constant of the xlwings module in `vba`; the sheet is called after it.

    Raises:
        ValueError: the XML of the ribbon is not of the 2006 kind.
    """
    package = BytesIO()
    with Workbook(package, {"in_memory": True}) as book:
        book.set_properties({"title": project, "created": _CREATED})
        book.add_vba_project(BytesIO(vba), is_stream=True)
        sheet = book.add_worksheet(f"{project}.conf")
        sheet.set_vba_name(SHEET)
        sheet.set_column(0, 1, 30)
        for row, (key, value) in enumerate(conf.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, value)
    parts = with_ribbon(read_package(package), ribbon)
    parts[_CONTENT_TYPES] = parts[_CONTENT_TYPES].replace(_WORKBOOK, _ADDIN)
    write_package(path, parts)
