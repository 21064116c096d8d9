"""Filters that are on: taken off while we write, and put on again.

Excel writes an array into a range with filtered rows wrongly: every visible cell gets the first value, hidden
ones get nothing (xlwings issues 679 and 747; rows hidden by hand do no harm). So nothing is written while a
filter hides rows that cannot be shown.
"""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import ProgramError, WorkbookError
from xlcrm.workbook.live.access import quietly
from xlcrm.workbook.live.patience import ask, patiently

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlwings as xw

    from xlcrm.workbook.live.lists import Table

_PATTERN: Final = frozenset("*?~")
"""What stands for any characters in a filter's text; xlwings puts such a text back as a literal one."""


@contextlib.contextmanager
def unfiltered(sheet: xw.Sheet, name: str, tables: Sequence[Table]) -> Iterator[None]:
    """Show all rows of a sheet while the block runs; the same criteria stand again afterwards.

    Criteria with a pattern (*张*) do not: filtering by them again would leave no row, so all rows stay shown.
    A program whose filters do no harm has none here.

    Raises:
        WorkbookError: a filter that could not be put on again (colours, periods), or that stays on.
    """
    taken: list[tuple[xw.main.AutoFilter, list[xw.main.AutoFilterCriteria]]] = []
    try:
        for own in _filters(sheet, tables):
            with _tellable(name):
                active = [item for item in ask(own, "criteria") if item.type != "none"]
                if any(item.type == "unknown" for item in active):
                    raise ValueError("unknown criteria")
                if active:
                    taken.append((own, active))
                    patiently(own.clear)
        yield
    finally:
        for own, active in taken:
            for criteria in active:
                with contextlib.suppress(Exception):  # what was written counts more than the view of it
                    patiently(partial(_apply, own, criteria))


@contextlib.contextmanager
def _tellable(name: str) -> Iterator[None]:
    """Turn whatever keeps a filter on into a sentence for the user."""
    try:
        yield
    except ProgramError:
        raise
    except Exception as error:
        raise WorkbookError(
            f"工作表“{name}”正在筛选（例如按颜色、按日期分组或两个条件），写入时会错行，所以没有写入，"
            "请先在“数据”里点“清除”显示全部行（还不行就点“筛选”去掉箭头），再试一次"
        ) from error


def _filters(sheet: xw.Sheet, tables: Sequence[Table]) -> Iterator[xw.main.AutoFilter]:
    """The filters of a sheet that may hide rows."""
    for table in tables:
        handle: Any = table.handle
        if quietly(partial(getattr, handle, "show_autofilter")) is False:
            continue  # nothing is filtered without arrows, and xlwings on macOS stumbles over its criteria
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
    texts = [*(criteria.values or ()), criteria.value1, criteria.value2]
    if any(isinstance(text, str) and _PATTERN & set(text) for text in texts):
        return
    if criteria.type == "values":
        own.apply_values(criteria.field, [value or "=" for value in criteria.values or ()])  # = for blanks
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
