"""Writing frames into a sheet: typed cells only, so that no text ever turns into a formula or a link."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlcrm.tables.base import NUMBERS, TIMES
from xlcrm.templates.palette import TEXT_CELLS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlcrm.tables.base import Column

_EPOCH = np.datetime64("1899-12-30")
_DAY = np.timedelta64(1, "D")


def write_values(
    sheet: Worksheet, row: int, place: int, values: pd.Series, column: Column, mistyped: Format
) -> None:
    """Write one column downwards; blanks write nothing, so the column's own look shows.

    Args:
        sheet: where to.
        row: first row, counted from 0.
        place: column, counted from 0.
        values: datetime64, numbers, or anything mixed; text stays text.
        column: what the column holds.
        mistyped: look of a text in a date or number column, which would else be shown like a value.
    """
    if values.dtype.kind == "M":
        serials = (values.to_numpy().astype("datetime64[s]") - _EPOCH.astype("datetime64[s]")) / _DAY
        for offset in np.flatnonzero(values.notna().to_numpy()).tolist():
            sheet.write_number(row + offset, place, float(serials[offset]))
    elif values.dtype.kind in "fiu" and column.kind not in TEXT_CELLS:
        numbers = values.to_numpy(dtype="float64")
        for offset in np.flatnonzero(~np.isnan(numbers)).tolist():
            sheet.write_number(row + offset, place, _plain(float(numbers[offset])))
    elif isinstance(values.dtype, pd.StringDtype) and column.kind not in (NUMBERS | TIMES):
        filled = np.flatnonzero(values.notna().to_numpy())
        texts = values.to_numpy(dtype=object)[filled].tolist()
        for line, text in zip((filled + row).tolist(), texts, strict=True):
            sheet.write_string(line, place, text)
    else:
        numeric = column.kind in (NUMBERS | TIMES)
        for line, value in enumerate(values.tolist(), start=row):
            _write(sheet, (line, place), value, column, mistyped if numeric else None)


def write_cell(sheet: Worksheet, place: tuple[int, int], value: Any, look: Format) -> None:
    """Write one value in its look, a blank where there is none."""
    if is_blank(value):
        sheet.write_blank(*place, None, look)
    elif isinstance(value, dt.datetime | dt.date):
        sheet.write_datetime(*place, value, look)
    elif isinstance(value, int | float | np.number):
        sheet.write_number(*place, value, look)
    else:
        sheet.write_string(*place, str(value), look)


def is_blank(value: Any) -> bool:
    """Whether a cell of a frame holds nothing."""
    return value is None or value is pd.NA or value is pd.NaT or value == "" or value != value  # noqa: PLR0124 - NaN is the value that differs from itself


def _write(
    sheet: Worksheet, place: tuple[int, int], value: Any, column: Column, mistyped: Format | None
) -> None:
    if is_blank(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, dt.datetime | dt.date):
        sheet.write_datetime(*place, value)
    elif isinstance(value, int | float) and column.kind not in TEXT_CELLS:
        sheet.write_number(*place, value)
    else:
        sheet.write_string(*place, str(value), mistyped)


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number
