"""Filters that are on: taken off while we write, and put on again.

Excel writes an array into a range with filtered rows wrongly: every visible cell gets the first value, hidden
ones get nothing (xlwings issues 679 and 747; rows hidden by hand do no harm).
"""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from xlcrm.workbook.live.access import quietly
from xlcrm.workbook.live.patience import ask, patiently

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlwings as xw

    from xlcrm.workbook.live.lists import Table


@contextlib.contextmanager
def unfiltered(sheet: xw.Sheet, tables: Sequence[Table]) -> Iterator[bool]:
    """Show all rows of a sheet while the block runs; the same criteria stand again afterwards.

    Gives False where a filter stays on, because xlwings cannot say by what it filters (colours, periods):
    what is written then has to be read back cell by cell. A program whose filters do no harm has none here.
    """
    taken: list[tuple[xw.main.AutoFilter, list[xw.main.AutoFilterCriteria]]] = []
    open_to_all = True
    try:
        for own in _filters(sheet, tables):
            criteria = quietly(partial(ask, own, "criteria"))
            active = [] if criteria is None else [item for item in criteria if item.type != "none"]
            if criteria is None or any(item.type == "unknown" for item in active):
                open_to_all = False
            elif active:
                taken.append((own, active))
                quietly(partial(patiently, own.clear))
        yield open_to_all
    finally:
        for own, active in taken:
            for criteria in active:
                with contextlib.suppress(Exception):  # what was written counts more than the view of it
                    patiently(partial(_apply, own, criteria))


def _filters(sheet: xw.Sheet, tables: Sequence[Table]) -> Iterator[xw.main.AutoFilter]:
    """The filters of a sheet that may hide rows."""
    for table in tables:
        handle: Any = table.handle
        found = quietly(partial(getattr, handle, "autofilter"))
        # xlwings asks column by column, so ask first whether anything is filtered at all.
        if found is not None and quietly(partial(_is_on, handle)) is not False:
            yield found
    address = _own_filter(sheet)
    if address:
        yield sheet.range(address).autofilter


def _is_on(handle: Any) -> Any:
    return handle.api.AutoFilter.FilterMode


def _own_filter(sheet: xw.Sheet) -> str:
    """Where the sheet itself (not a table) is filtered; "" for nowhere. xlwings offers it by address only."""
    own: Any = sheet.api
    if sys.platform == "win32":
        on = quietly(lambda: own.AutoFilterMode and own.FilterMode, default=False)
        return str(quietly(lambda: own.AutoFilter.Range.Address, default="")) if on is True else ""
    if sys.platform == "darwin":
        on = quietly(lambda: own.autofilter_mode.get(), default=False)  # noqa: PLW0108 - the name alone may fail
        place = quietly(lambda: own.autofilter_object.range_object.get_address(), default="")  # noqa: PLW0108 - same
        return place if on is True and isinstance(place, str) else ""
    return ""


def _apply(own: xw.main.AutoFilter, criteria: xw.main.AutoFilterCriteria) -> None:
    """Filter by the same criteria again."""
    if criteria.type == "values":
        own.apply_values(criteria.field, criteria.values or [])
    elif criteria.type == "comparison" and criteria.operator is not None:
        own.apply_comparison(criteria.field, criteria.operator, criteria.value1, criteria.value2)
    elif criteria.type == "top_items":
        own.apply_top_items(criteria.field, criteria.count or 0)
    elif criteria.type == "bottom_items":
        own.apply_bottom_items(criteria.field, criteria.count or 0)
    elif criteria.type == "top_percent":
        own.apply_top_percent(criteria.field, criteria.percent or 0)
    elif criteria.type == "bottom_percent":
        own.apply_bottom_percent(criteria.field, criteria.percent or 0)
