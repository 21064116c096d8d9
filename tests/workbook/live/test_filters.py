"""Filters are off while rows are written, and on again afterwards; told with stand-ins for Excel's."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from xlcrm.errors import ProgramBusy, WorkbookError
from xlcrm.workbook.live.filters import unfiltered
from xlcrm.workbook.live.lists import Table
from xlcrm.workbook.patch.ranges import Area


def criteria(type_: str = "none", number: int = 1, **details: Any) -> Any:
    blank = dict.fromkeys(("values", "operator", "value1", "value2", "count", "percent"))
    return SimpleNamespace(**{**blank, "type": type_, "field": number, **details})


@dataclass
class Filter:
    """Remembers what is done to it."""

    criteria: list[Any]
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        if name == "clear" or name.startswith("apply_"):
            return lambda *arguments: self.done.append((name, *arguments))
        raise AttributeError(name)


def table(own: Any, *, on: bool = True) -> Table:
    api = SimpleNamespace(AutoFilter=SimpleNamespace(FilterMode=on))
    handle: Any = SimpleNamespace(autofilter=own, api=api)
    return Table(handle, "客户", Area(1, 1, 6, 4), header=True, totals=0)


SHEET: Any = SimpleNamespace(api=SimpleNamespace())


def test_every_kind_of_criteria_comes_back() -> None:
    own = Filter(
        [
            criteria(),
            criteria("values", 2, values=["甲", "乙"]),
            criteria("comparison", 3, operator="between", value1="1", value2="9"),
            criteria("top_items", 4, count=10),
            criteria("bottom_items", 5, count=3),
            criteria("top_percent", 6, percent=20.0),
            criteria("bottom_percent", 7, percent=5.0),
        ]
    )
    with unfiltered(SHEET, "清单", [table(own)]):
        assert own.done == [("clear",)]
    assert own.done[1:] == [
        ("apply_values", 2, ["甲", "乙"]),
        ("apply_comparison", 3, "between", "1", "9"),
        ("apply_top_items", 4, 10),
        ("apply_bottom_items", 5, 3),
        ("apply_top_percent", 6, 20.0),
        ("apply_bottom_percent", 7, 5.0),
    ]


def test_they_come_back_after_an_error_too() -> None:
    own = Filter([criteria("values", values=["甲"])])
    context = unfiltered(SHEET, "清单", [table(own)])
    context.__enter__()
    assert not context.__exit__(ValueError, ValueError("x"), None)
    assert own.done == [("clear",), ("apply_values", 1, ["甲"])]


def refused(*tables: Table) -> None:
    with pytest.raises(WorkbookError, match=r"^工作表“清单”正在筛选（.*清除.*再试一次。$"):
        unfiltered(SHEET, "清单", tables).__enter__()


def test_criteria_that_xlwings_cannot_tell_stop_the_writing() -> None:
    first = Filter([criteria("values", values=["甲"])])
    own = Filter([criteria("values", values=["甲"]), criteria("unknown", 2)])
    refused(table(first), table(own))
    assert own.done == []
    assert first.done == [("clear",), ("apply_values", 1, ["甲"])]


def test_a_filter_that_does_not_come_off_stops_the_writing() -> None:
    class Stuck(Filter):
        def clear(self) -> None:
            raise ValueError("x")

    own = Stuck([criteria("values", values=["甲"])])
    refused(table(own))
    assert own.done == [("apply_values", 1, ["甲"])]  # some of its columns may have come off


def test_a_busy_program_is_said_to_be_busy() -> None:
    class Busy(Filter):
        def clear(self) -> None:
            raise ProgramBusy("Excel 正忙")

    with pytest.raises(ProgramBusy):
        unfiltered(SHEET, "清单", [table(Busy([criteria("values", values=["甲"])]))]).__enter__()


def test_a_table_without_arrows_is_not_asked_for_criteria() -> None:
    """There is no filter object, and xlwings on macOS raises."""

    class Broken:
        @property
        def criteria(self) -> list[Any]:
            raise AttributeError("filters")

    own = table(Broken())
    refused(own)
    handle: Any = own.handle
    handle.show_autofilter = False
    with unfiltered(SHEET, "清单", [own]):
        pass


@pytest.mark.parametrize(
    "pattern",
    [
        criteria("comparison", operator="equal_to", value1="*张*"),
        criteria("comparison", operator="between", value1="a", value2="b?"),
        criteria("values", values=["甲", "~乙"]),
    ],
)
def test_patterns_do_not_come_back_as_literal_texts(pattern: Any) -> None:
    own = Filter([pattern, criteria("values", 2, values=["甲"])])
    with unfiltered(SHEET, "清单", [table(own)]):
        pass
    assert own.done == [("clear",), ("apply_values", 2, ["甲"])]


def test_blanks_among_the_values_come_back_as_such() -> None:
    own = Filter([criteria("values", values=["甲", ""])])
    with unfiltered(SHEET, "清单", [table(own)]):
        pass
    assert own.done[1:] == [("apply_values", 1, ["甲", "="])]


def test_a_filter_that_is_not_on_is_left_alone() -> None:
    for own in (table(Filter([criteria("unknown")]), on=False), table(Filter([criteria()])), table(None)):
        with unfiltered(SHEET, "清单", [own]):
            pass
        assert getattr(own.handle.autofilter, "done", []) == []


def test_a_program_without_such_filters_has_none() -> None:
    handle: Any = SimpleNamespace()
    entered = False
    with unfiltered(SHEET, "清单", [Table(handle, "客户", Area(1, 1, 2, 2), header=True, totals=0)]):
        entered = True
    assert entered


def test_the_sheets_own_filter_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    own = Filter([criteria("values", values=["甲"])])
    where = SimpleNamespace(Range=SimpleNamespace(Address="$A$1:$D$6"))
    for mode, wanted in ((True, 2), (False, 0)):
        own.done.clear()
        api = SimpleNamespace(AutoFilterMode=True, FilterMode=mode, AutoFilter=where)
        sheet: Any = SimpleNamespace(
            api=api, range={"$A$1:$D$6": SimpleNamespace(autofilter=own)}.__getitem__
        )
        with unfiltered(sheet, "清单", []):
            pass
        assert len(own.done) == wanted


def test_the_sheets_own_filter_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    own = Filter([criteria("values", values=["甲"])])
    where = SimpleNamespace(range_object=SimpleNamespace(get_address=lambda: "$A$1:$D$6"))
    for mode, wanted in ((True, 2), (False, 0)):
        own.done.clear()
        api = SimpleNamespace(
            autofilter_mode=SimpleNamespace(get=lambda mode=mode: mode), autofilter_object=where
        )
        sheet: Any = SimpleNamespace(
            api=api, range={"$A$1:$D$6": SimpleNamespace(autofilter=own)}.__getitem__
        )
        with unfiltered(sheet, "清单", []):
            pass
        assert len(own.done) == wanted
