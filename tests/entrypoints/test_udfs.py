"""The functions as cells call them: values, columns, blanks, wrong input, and the sheets' own results."""

from __future__ import annotations

import datetime as dt
import inspect
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.build import customer, record, told
from tests.checks.build import run as checked
from tests.checks.build import sheet as sheet_of
from tests.compute.build import NOW, book, computed, facts
from tests.reference_time import ReferenceCalendar
from xlcrm.actions.loading import calendar as calendar_of_sheets
from xlcrm.compute.clocks.verdicts import STATUSES
from xlcrm.compute.rfm import purchases, rfm_classes
from xlcrm.entrypoints import udfs
from xlcrm.entrypoints.functions import FUNCTIONS
from xlcrm.entrypoints.functions.base import FAILED, CellFunction, answer
from xlcrm.rules.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.tables.frames import SheetData
    from xlcrm.worktime import Worktime

SHEETS_CALENDAR: Worktime = calendar_of_sheets(Parameters(), None, NOW)[0]
"""What a refresh counts in when 节假日 and 参数表 are as shipped."""
UNITS = {"分钟": 20_000, "小时": 400, "天": 20, "周": 4, "个月": 6, "年": 1}
"""Unit -> up to which limit tests draw."""


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def down(*cells: object) -> list[list[object]]:
    """A column of cells."""
    return [[cell] for cell in cells]


def flat(answered: Any) -> list[Any]:
    """The cells of a column."""
    assert all(len(row) == 1 for row in answered)
    return [row[0] for row in answered]


def moments(draw: random.Random, count: int, *, dates: bool) -> list[dt.datetime]:
    """Moments of the autumn before NOW, some of them dates."""
    found = [NOW - dt.timedelta(seconds=draw.randrange(80 * 86_400)) for _ in range(count)]
    return [
        moment.replace(hour=0, minute=0, second=0) if dates and draw.random() < 0.3 else moment
        for moment in found
    ]


# What holds for every function


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda item: item.name)
def test_every_function_is_there_by_its_name_without_any_type_hint(function: CellFunction) -> None:
    """A hint such as Optional[float] makes xlwings look for a converter that it does not have."""
    entry = getattr(udfs, function.name)
    signature = inspect.signature(entry)
    assert entry.__name__ == function.name
    assert entry.__doc__ == function.doc
    assert entry.__annotations__ == {}
    assert signature.return_annotation is inspect.Signature.empty
    assert list(signature.parameters) == [item.name for item in function.arguments]
    for parameter, item in zip(signature.parameters.values(), function.arguments, strict=True):
        assert parameter.annotation is inspect.Parameter.empty
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert parameter.default is (None if item.optional else inspect.Parameter.empty)


def test_no_other_function_of_the_module_reaches_excel() -> None:
    shown = {name for name in dir(udfs) if name.startswith("XLCRM_")}
    assert shown == {function.name for function in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda item: item.name)
def test_computations_take_what_is_declared(function: CellFunction) -> None:
    inspect.signature(function.compute).bind(*function.arguments)
    required = [item for item in function.arguments if not item.optional or item.stand_in]
    inspect.signature(function.compute).bind(*required)
    kinds = [item.optional for item in function.arguments]
    assert kinds == sorted(kinds), "optional arguments come last"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda item: item.name)
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (2, 2)], ids=str)
def test_blank_cells_give_blank_cells(function: CellFunction, shape: tuple[int, int]) -> None:
    for nothing in (None, "", " \u3000"):
        cells = [[nothing] * shape[1] for _ in range(shape[0])]
        required = sum(not item.optional for item in function.arguments)
        found = answer(function, [cells] * required)
        one = shape == (1, 1) or function.name == "XLCRM_NPS"
        assert found == ("" if one else [[""] * shape[1] for _ in range(shape[0])])


WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=12),
    st.datetimes(),
    st.sampled_from(["#N/A", "#VALUE!", "工作日", "每月1次", "春节", "电话", "25%", 46_000.5, -1.0, 1e300]),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FUNCTIONS), st.data())
def test_nothing_that_a_cell_can_hold_raises(function: CellFunction, data: st.DataObject) -> None:
    height = data.draw(st.integers(1, 3))
    cells = [[[data.draw(WRONG)] for _ in range(height)] for _ in function.arguments]
    count = data.draw(st.integers(sum(not item.optional for item in function.arguments), len(cells)))
    found = answer(function, cells[:count])
    shown = found if isinstance(found, list) else [[found]]
    for row in shown:
        assert isinstance(row, list)
        for cell in row:
            assert isinstance(cell, str | int | float | dt.datetime)
            assert cell != FAILED
            assert not isinstance(cell, str) or len(cell) < 120


def test_what_a_sentence_repeats_of_a_cell_is_cut() -> None:
    for found in (
        udfs.XLCRM_CHECK(1e97, "1"),
        udfs.XLCRM_DEADLINE("2026-11-20", 1, "周" * 90),
        udfs.XLCRM_DEADLINE("2026-11-20", 1, "天", None, None, None, "周" * 90),
    ):
        assert isinstance(found, str)
        assert "…”" in found
        assert len(found) < 80


def test_a_mistake_of_ours_is_a_sentence_too(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError

    function = CellFunction("XLCRM_X", "", (), broken, "")
    assert answer(function, []) == FAILED
    assert "XLCRM_X failed" in caplog.text


def test_ranges_that_do_not_fit_are_told() -> None:
    found = udfs.XLCRM_CHECK(down("电话", "电话"), down("1", "2", "3"))
    assert found == "各参数的区域大小对不上（2行1列、3行1列），请选行数相同的区域"


def test_a_row_and_a_column_span_a_table_and_lists_are_columns() -> None:
    found = udfs.XLCRM_CHECK([["电话", "邮箱"]], ["13812345678", "a@example.com"])
    assert [row[0] == "正确" for row in found] == [True, False]
    assert [row[1] == "正确" for row in found] == [False, True]
    assert udfs.XLCRM_NPS(np.array([[10.0, 0.0]])) == 0


def test_ragged_lists_are_refused() -> None:
    assert udfs.XLCRM_NPS([[1, 2], [3]]) == "区域是空的，或各行的列数不同"


# XLCRM_DEADLINE


@pytest.mark.parametrize(
    ("limit", "unit", "expected"),
    [
        (2, "小时", "2026-11-20 19:30"),
        (2, "工作小时", "2026-11-23 10:30"),
        (90, "工作分钟", "2026-11-23 10:00"),
        (30, "分", "2026-11-20 18:00"),
        (3, "日", "2026-11-23 17:30"),
        (1, "工作日", "2026-11-23 17:30"),
        (2, "周", "2026-12-04 17:30"),
        (1, "月", "2026-12-20 17:30"),
        (2, "年", "2028-11-20 17:30"),
        (15, "天前", "2026-11-05 17:30"),
        (24, "小时前", "2026-11-19 17:30"),
        (0, "小时", "2026-11-20 17:30"),
        ("1.5", " 小时 ", "2026-11-20 19:00"),
    ],
)
def test_units_of_a_deadline(limit: object, unit: str, expected: str) -> None:
    assert udfs.XLCRM_DEADLINE(at("2026-11-20 17:30"), limit, unit) == at(expected)


def test_starts_as_excel_and_people_write_them() -> None:
    """A formula hands on numbers, a cell moments, and some cells are texts."""
    starts = down(46_346.5, at("2026-11-20 12:00"), "2026年11月20日 中午12点", "2026/11/20 12:00:00")
    assert flat(udfs.XLCRM_DEADLINE(starts, 1, "小时")) == [at("2026-11-20 13:00")] * 4


def test_a_start_without_a_time_is_due_on_a_day() -> None:
    assert udfs.XLCRM_DEADLINE(at("2026-11-20"), 3, "天") == at("2026-11-23")
    assert udfs.XLCRM_DEADLINE(at("2026-11-20"), 3, "天", "工作时间") == at("2026-11-25")


def test_each_row_has_its_own_limit() -> None:
    found = udfs.XLCRM_DEADLINE(
        down(*[at("2026-11-20 09:00")] * 3),
        down(1, 2, 3),
        down("小时", "天", "小时"),
        down("工作时间", None, ""),
    )
    assert flat(found) == [at("2026-11-20 10:00"), at("2026-11-22 09:00"), at("2026-11-20 12:00")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("昨天", 1, "天"), "起点“昨天”不是时间"),
        (("#REF!", 1, "天"), "起点引用的单元格有错误值 #REF!"),
        (("2026-11-20", None, "天"), "请填写时限"),
        (("2026-11-20", "很快", "天"), "时限“很快”不是数字"),
        (("2026-11-20", -1, "天"), "时限不能小于 0"),
        (("2026-11-20", 1.5, "月"), "应为整数"),
        (("2026-11-20", 200, "年"), "超过一百年"),
        (("2026-11-20", 1, ""), "请填写单位"),
        (("2026-11-20", 1, "世纪"), "单位“世纪”不认识"),
        (("2026-11-20", 1, "倍"), "单位“倍”不认识"),
        (("2026-11-20", 1, "天", "农历"), "口径应为 自然时间 或 工作时间"),
        (("2026-11-20", 1, "工作日", "自然时间"), "矛盾"),
        (("2026-11-20", 1, "天", None, "九点到晚"), "工作时间“九点到晚”"),
        (("2026-11-20", 1, "天", None, down("09:00-12:00", "13:00-18:00")), "工作时段只能是一个单元格"),
        (("2026-11-20", 1, "天", None, "#N/A"), "工作时段引用的单元格有错误值"),
        (("2026-11-20", 1, "天", None, None, "春节"), "节假日应为两列的区域"),
        (("2026-11-20", 1, "天", None, None, [["2026-11-23", "半天"]]), "节假日区域第1行看不懂"),
        (("2026-11-20", 1, "天", None, None, [["某天", "休息"]]), "节假日区域第1行看不懂"),
        (("2026-11-20", 1, "天", None, None, None, "看心情"), "工作日“看心情”看不懂"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_what_is_wrong_with_a_deadline_stands_in_the_cell(arguments: tuple[object, ...], words: str) -> None:
    assert words in udfs.XLCRM_DEADLINE(*arguments)


def test_a_wrong_row_leaves_the_others_alone() -> None:
    found = flat(udfs.XLCRM_DEADLINE(down("2026-11-20 09:00", "坏", None), down(1, 1, 1), "小时"))
    assert found[0] == at("2026-11-20 10:00")
    assert found[1].startswith("起点“坏”")
    assert found[2] == ""


def test_hours_holidays_and_weekdays_of_the_office() -> None:
    start = at("2026-11-20 17:00")
    assert udfs.XLCRM_DEADLINE(start, 1, "工作小时", None, "08:30-12:00,13:30-17:30") == at(
        "2026-11-23 09:00"
    )
    assert udfs.XLCRM_DEADLINE(start, 2, "工作小时", None, None, None, "周一至周六") == at("2026-11-21 10:00")
    own = [["日期", "类型"], [at("2026-11-23"), "休息"], [None, None], ["2026-11-22", "上班"]]
    assert udfs.XLCRM_DEADLINE(start, 2, "工作小时", None, None, own) == at("2026-11-22 10:00")
    assert udfs.XLCRM_DEADLINE(start, 9.5, "工作小时", None, None, own) == at("2026-11-24 10:00")
    sheet = [
        [at("2026-11-21"), "上班", "加班", "10:00-12:00"],
        [at("2026-11-21"), "上班", "加班", "14:00-16:00"],
    ]
    assert udfs.XLCRM_DEADLINE(start, 2, "工作小时", None, None, sheet) == at("2026-11-21 15:00")


def test_an_own_day_beats_the_statutory_one() -> None:
    saturday = at("2026-10-10 09:00")  # a make-up day
    assert udfs.XLCRM_DEADLINE(saturday, 1, "工作小时") == at("2026-10-10 10:00")
    own = [[at("2026-10-10"), "休息"], [at("2026-10-08"), "休息"]]
    assert udfs.XLCRM_DEADLINE(saturday, 1, "工作小时", None, None, own) == at("2026-10-12 10:00")


def test_days_of_the_law_stand_in_for_years_that_are_not_published() -> None:
    assert udfs.XLCRM_DEADLINE(at("2027-09-30 17:00"), 2, "工作小时") == at("2027-10-04 10:00")
    assert udfs.XLCRM_DEADLINE(at("2199-01-01 09:00"), 1, "工作小时") == at("2199-01-01 10:00")


@pytest.mark.parametrize("kind", ["自然时间", "工作时间"])
def test_deadlines_are_those_of_the_clock_columns(kind: str) -> None:
    draw = random.Random(kind)  # noqa: S311 - repeatable, not secret
    starts = moments(draw, 60, dates=True)
    for unit, most in UNITS.items():
        limit = draw.randint(1, most)
        rules = book(C28={"条件": "全部", "时限": str(limit), "单位": unit, "时间口径": kind})
        cases = [{"customer_id": "1", "received_at": start.isoformat()} for start in starts]
        run = computed({"complaints": cases}, rules, calendar=SHEETS_CALENDAR)
        expected = run.columns["complaints"]["解决截止"].astype("datetime64[s]").tolist()
        assert flat(udfs.XLCRM_DEADLINE(down(*starts), limit, unit, kind)) == expected


# XLCRM_STATUS


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        ("2026-11-20 10:31", None, "进行中"),
        ("2026-11-20 10:30", None, "即将超时"),
        ("2026-11-20 10:29:59", None, "已超时"),
        ("2026-11-20", None, "进行中"),
        ("2026-11-20 09:00", "2026-11-20 09:00", "按时完成"),
        ("2026-11-20 09:00", "2026-11-20 09:00:01", "超时完成"),
        ("2026-11-19", "2026-11-19", "按时完成"),
        ("2026-11-18", "2026-11-19", "超时完成"),
        (None, None, ""),
        (None, "2026-11-19", ""),
    ],
)
def test_status_by_deadline_and_end(due: str | None, done: str | None, expected: str) -> None:
    found = udfs.XLCRM_STATUS(due, done, NOW, "0%", down("2026-11-01"))
    assert found == expected
    assert udfs.XLCRM_STATUS(due, done, NOW) == expected


def test_the_clock_stands_in_for_a_now_that_is_left_out() -> None:
    today = dt.datetime.now().replace(microsecond=0)
    dues = down(today - dt.timedelta(hours=1), today + dt.timedelta(hours=1))
    for now in ((), (None,), ("",), ([[None]],)):
        assert flat(udfs.XLCRM_STATUS(dues, None, *now)) == ["已超时", "进行中"]


@pytest.mark.parametrize("warning", ["2小时", "120分钟", " 2 小时"])
def test_a_fixed_span_warns_without_a_start(warning: str) -> None:
    dues = down("2026-11-20 12:30", "2026-11-20 12:31")
    assert flat(udfs.XLCRM_STATUS(dues, None, NOW, warning)) == ["即将超时", "进行中"]


@pytest.mark.parametrize("warning", ["50%", 0.5, "50％"])
def test_a_share_warns_from_a_start(warning: object) -> None:
    dues = down("2026-11-20 12:30", "2026-11-20 12:32")
    found = udfs.XLCRM_STATUS(dues, None, NOW, warning, "2026-11-20 08:30")
    assert flat(found) == ["即将超时", "进行中"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2026-11-20", None, down(NOW, NOW)), "现在只能是一个单元格"),
        (("2026-11-20", None, "很快"), "现在“很快”不是时间"),
        (("2026-11-20", None, NOW, "一会儿"), "看不懂预警“一会儿”"),
        (("2026-11-20", None, NOW, "25%"), "请在“开始”里给出开始时间"),
        (("2026-11-20", None, NOW, 2.0), "看不懂预警“2”"),
        (("2026-11-20", "差不多了", NOW), "完成时间“差不多了”不是时间"),
        (
            ("很久以后再来看看这个截止时间可以不可以", None, NOW),
            "截止“很久以后再来看看这个截止时间可以不可以”",
        ),
        (("2026-11-20", None, NOW, None, "早"), "开始“早”不是时间"),
        (("2026-11-20", None, NOW, None, None, "农历"), "口径应为"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_what_is_wrong_with_a_status_stands_in_the_cell(arguments: tuple[object, ...], words: str) -> None:
    assert words in udfs.XLCRM_STATUS(*arguments)


@pytest.mark.parametrize(
    ("limit", "unit", "kind", "warning", "dates"),
    [
        (30, "小时", "自然时间", "25%", False),
        (20, "小时", "工作时间", "40%", False),
        (7, "天", "自然时间", "25%", True),
        (5, "天", "工作时间", "50%", True),
        (5, "天", "工作时间", "1天", True),
        (2, "周", "自然时间", "2天", True),
        (1, "个月", "自然时间", "30%", True),
        (300, "分钟", "工作时间", "90分钟", False),
    ],
)
def test_statuses_are_those_of_the_clock_columns(
    limit: int, unit: str, kind: str, warning: str, *, dates: bool
) -> None:
    draw = random.Random(limit)  # noqa: S311 - repeatable, not secret
    starts: list[Any] = [*moments(draw, 80, dates=dates), None, NOW + dt.timedelta(hours=3)]
    ends: list[Any] = []
    for start in starts:
        end = start and start + dt.timedelta(minutes=draw.randint(-300, 30_000))
        ends.append(end if draw.random() < 0.6 else None)
    rules = book(C28={"条件": "全部", "时限": str(limit), "单位": unit, "时间口径": kind, "预警": warning})
    cases = [
        {
            "customer_id": "1",
            "received_at": start and start.isoformat(),
            "resolved_at": end and end.isoformat(),
        }
        for start, end in zip(starts, ends, strict=True)
    ]
    run = computed({"complaints": cases}, rules, calendar=SHEETS_CALENDAR)
    due = udfs.XLCRM_DEADLINE(down(*starts), limit, unit, kind)
    found = flat(udfs.XLCRM_STATUS(due, down(*ends), NOW, warning, down(*starts), kind))
    expected = run.columns["complaints"]["解决状态"].tolist()
    assert found[:-1] == expected[:-1]
    assert (found[-1], expected[-1]) == ("未开始", "未开始")
    assert len(set(found)) >= 5


def test_status_words_are_the_sheets_own() -> None:
    found = {
        udfs.XLCRM_STATUS("2026-11-20 12:00", done, NOW, warning, start)
        for done in (None, "2026-11-20 10:00", "2026-11-01")
        for warning in ("0%", "100%")
        for start in ("", "2026-11-20 09:00")
    }
    assert found <= set(STATUSES)
    assert found == {"未开始", "进行中", "即将超时", "按时完成", "数据异常"}


# XLCRM_NEXT_DUE


@pytest.mark.parametrize(
    ("last", "frequency", "expected"),
    [
        ("2026-11-02", "每两周1次", "2026-11-16"),
        ("2026-11-02 15:00", "每周1次", "2026-11-09"),
        ("2026-10-31", "每月1次", "2026-11-30"),
        ("2026-11-16", "每季度", "2027-02-16"),
        ("2026-11-15", "每周1次", "2026-11-23"),
        ("2026-11-20 15:00", "每4小时1次", "2026-11-20 19:00"),
    ],
)
def test_next_contacts(last: str, frequency: str, expected: str) -> None:
    assert udfs.XLCRM_NEXT_DUE(last, frequency) == at(expected)


def test_a_day_off_may_stand() -> None:
    assert udfs.XLCRM_NEXT_DUE("2026-11-15", "每周1次", "不顺延") == at("2026-11-22")
    assert udfs.XLCRM_NEXT_DUE("2026-11-15", "每周1次", "顺延", [["2026-11-22", "上班"]]) == at("2026-11-22")
    assert udfs.XLCRM_NEXT_DUE("2026-11-14", "每周1次", None, None, "周一至周六") == at("2026-11-21")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2026-11-15", "有空就去"), "频率“有空就去”看不懂"),
        (("2026-11-15", None), "请填写频率"),
        (("上周", "每月1次"), "上次日期“上周”不是时间"),
        (("2026-11-15", "每月1次", "提前"), "遇休息日应为 顺延 或 不顺延"),
    ],
)
def test_what_is_wrong_with_a_next_contact_stands_in_the_cell(
    arguments: tuple[object, ...], words: str
) -> None:
    assert words in udfs.XLCRM_NEXT_DUE(*arguments)


def test_next_contacts_are_those_of_the_plans() -> None:
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    lasts = moments(draw, 60, dates=True)
    frequencies = [
        draw.choice(("每周1次", "每两周1次", "每10天1次", "每月1次", "每季度1次", "每半年1次")) for _ in lasts
    ]
    ids = [str(number) for number in range(60)]
    run = computed(
        {
            "customers": [customer(customer_id=one, name=f"客户{one}") for one in ids],
            "followup_plans": [
                {"customer_id": one, "frequency": text} for one, text in zip(ids, frequencies, strict=True)
            ],
            "followup_records": [
                record(customer_id=one, name=f"客户{one}", touched_at=last.isoformat())
                for one, last in zip(ids, lasts, strict=True)
            ],
        },
        book("C08"),
        calendar=SHEETS_CALENDAR,
    )
    expected = run.columns["followup_plans"]["next_on"].astype("datetime64[s]").tolist()
    assert flat(udfs.XLCRM_NEXT_DUE(down(*lasts), down(*frequencies))) == expected


# XLCRM_WORKMINUTES


def test_working_minutes_leave_out_nights_weekends_and_holidays() -> None:
    friday, monday = at("2026-11-20 17:00"), at("2026-11-23 10:00")
    assert udfs.XLCRM_WORKMINUTES(friday, monday) == 120
    assert udfs.XLCRM_WORKMINUTES(monday, friday) == -120
    assert udfs.XLCRM_WORKMINUTES("2026-09-30 17:00", "2026-10-08 10:00") == 120
    assert udfs.XLCRM_WORKMINUTES(friday, monday, "00:00-24:00", None, "每日") == 65 * 60
    assert udfs.XLCRM_WORKMINUTES(friday, "迟早").startswith("结束“迟早”不是时间")
    assert flat(udfs.XLCRM_WORKMINUTES(down(friday, friday, None), down(monday, None, monday))) == [
        120,
        "",
        "",
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 12_000)), min_size=1, max_size=4))
def test_working_minutes_counted_one_by_one(pairs: list[tuple[int, int]]) -> None:
    plain = ReferenceCalendar([(510, 720), (810, 1050)], {0, 1, 2, 3, 4, 5}, off={dt.date(2026, 11, 11)})
    monday = at("2026-11-09")
    starts, ends = ([monday + dt.timedelta(minutes=pair[side]) for pair in pairs] for side in (0, 1))
    found = udfs.XLCRM_WORKMINUTES(
        down(*starts), down(*ends), "08:30-12:00,13:30-17:30", [["2026-11-11", "休息"]], "周一至周六"
    )
    expected = [plain.elapsed(start, end) for start, end in zip(starts, ends, strict=True)]
    assert (flat(found) if len(pairs) > 1 else [found]) == expected


# XLCRM_FESTIVAL


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-02-17", "春节（休息）"),
        ("2026-02-16", "除夕（春节休息）"),
        ("2026-02-20", "春节休息"),
        ("2026-02-14", "春节调休上班"),
        ("2026-10-02", "国庆休息"),
        ("2026-09-10", "教师节"),
        ("2026-11-20", ""),
        ("2026-11-21", ""),
        ("2028-10-01", "国庆（休息，放假安排未发布）"),
        ("2020-10-01", "国庆、中秋（休息）"),
        ("2015-09-03", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日休息"),
        ("2150-01-01", "只能查1901年至2100年的日期"),
        ("某天", "日期“某天”不是时间，请写成 2026-01-31 09:00"),
    ],
)
def test_what_a_day_is_called(day: str, name: str) -> None:
    assert udfs.XLCRM_FESTIVAL(day) == name


def test_festivals_of_a_year() -> None:
    assert udfs.XLCRM_FESTIVAL("春节", 2027) == at("2027-02-06")
    assert flat(udfs.XLCRM_FESTIVAL(down("中秋节", "端午", None), 2026)) == [
        at("2026-09-25"),
        at("2026-06-19"),
        "",
    ]
    assert "不认识节日“愚人节”" in udfs.XLCRM_FESTIVAL("愚人节", 2027)
    assert "年份应为" in udfs.XLCRM_FESTIVAL("春节", 2027.5)
    assert "年份应为" in udfs.XLCRM_FESTIVAL("春节", 27)
    assert udfs.XLCRM_FESTIVAL("春节", "明年") == "年份“明年”不是数字"
    assert udfs.XLCRM_FESTIVAL("春节", [[None]]) == "请填写年份"


# XLCRM_CHECK


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("电话", "13812345678", "正确"),
        ("电话", 13812345678.0, "正确"),
        ("手机", "138 1234 5678", "可统一写成 13812345678"),
        ("电话", "138****5678", "号码已打码"),
        ("电话", "12345", "不是电话号码"),
        ("邮箱", "zhangwei@example.com", "正确"),
        ("邮箱", "zhangwei＠example.com", "可统一写成 zhangwei@example.com"),
        ("邮箱", "zhangwei", "不是邮箱地址"),
        ("身份证", "11010519491231002X", "正确"),
        ("身份证号", "110105194912310021", "末位校验码不对"),
        ("身份证", 1.1010519491231e17, "存成了数字"),
        ("车牌", "浙A12345", "类型“车牌”不认识"),
        (None, "浙A12345", "请填写类型"),
        ("电话", "#N/A", "值引用的单元格有错误值 #N/A"),
        ("电话", "", ""),
    ],
)
def test_checks_of_one_value(kind: str | None, value: object, words: str) -> None:
    found = udfs.XLCRM_CHECK(kind, value)
    assert found == "" if not words else words in found


def test_an_identity_number_is_never_shown() -> None:
    for wrong in ("110105194912310021", "11010519491331002X", "990105194912310021"):
        assert wrong[2:] not in udfs.XLCRM_CHECK("身份证", wrong)


PHONES = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"\+?[0-9]{3,4}[- ]?[0-9]{7,8}", fullmatch=True),
    st.text(alphabet="0123456789-+ /*转", min_size=1, max_size=14),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(PHONES.map(str.strip).filter(bool), min_size=1, max_size=6))
def test_phones_are_right_where_v02_says_nothing(phones: list[str]) -> None:
    wrong = {row for _, row, _ in told(checked(build_customers(phones)), "V02")}
    found = udfs.XLCRM_CHECK("电话", down(*phones))
    texts = flat(found) if len(phones) > 1 else [found]
    assert [text == "正确" for text in texts] == [row not in wrong for row in range(4, 4 + len(phones))]


def build_customers(phones: Sequence[str]) -> SheetData:
    return sheet_of(
        "customers", [customer(customer_id=str(place), phone=phone) for place, phone in enumerate(phones)]
    )


# XLCRM_RFM and XLCRM_NPS


@pytest.mark.parametrize("method", ["平均值", "中位数", "百分位", "固定值"])
def test_classes_are_those_of_the_register(method: str) -> None:
    draw = random.Random(method)  # noqa: S311 - repeatable, not secret
    ids = [str(number) for number in range(40)]
    trades = [
        {
            "customer_id": draw.choice(ids[:-3]),
            "traded_on": (NOW - dt.timedelta(days=draw.randrange(500))).date().isoformat(),
            "amount": draw.choice((100.0, 2_500.0, 0.1, 30_000.0, -50.0)),
            "product": draw.choice((None, "退款")),
        }
        for _ in range(150)
    ]
    parameters: dict[str, Any] = {"rfm_method": method, "rfm_days": 60, "rfm_count": 3, "rfm_amount": 3000}
    case = facts(
        {"customers": [customer(customer_id=one) for one in ids], "transactions": trades}, **parameters
    )
    summary = purchases(case).reindex(range(40))
    columns = [
        down(*(None if pd.isna(cell) else float(cell) for cell in summary[name]))
        for name in ("days", "count", "amount")
    ]
    columns[1:] = [down(*(cell or 0.0 for (cell,) in column)) for column in columns[1:]]
    found = flat(udfs.XLCRM_RFM(*columns, method, 60, 3, 3000))
    assert found == rfm_classes(case).tolist()
    assert "未成交" in found
    assert len(set(found)) > 4


def test_rows_that_cannot_be_read_move_no_threshold() -> None:
    days, times, amounts = (
        (10, 20, None, None, -1, "坏"),
        (5, 1, None, 0, 1, 1),
        (500, 100, None, 0, 100, 100),
    )
    found = flat(udfs.XLCRM_RFM(down(*days), down(*times), down(*amounts)))
    assert found[:4] == ["重要价值客户", "一般挽留客户", "", "未成交"]
    assert found[4] == "距今天数不能小于0"
    assert found[5] == "距今天数“坏”不是数字"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((None, 2, 100), "缺距今天数"),
        ((10, None, 100), "缺次数"),
        ((10, 2, None), "缺金额"),
        ((10, -2, 100), "次数不能小于0"),
        ((None, 0, None), "未成交"),
    ],
)
def test_rows_that_lack_a_figure(row: tuple[object, ...], words: str) -> None:
    assert udfs.XLCRM_RFM(*row) == words


def test_methods_of_thresholds_are_those_of_the_parameters() -> None:
    assert udfs.XLCRM_RFM(10, 2, 100, "众数") == "口径应为 平均值、中位数、百分位、固定值 之一，现为“众数”"
    assert udfs.XLCRM_RFM(90, 4, 50_000, "固定值") == "重要价值客户"
    assert udfs.XLCRM_RFM(91, 3, 49_999, "固定值") == "一般挽留客户"
    assert udfs.XLCRM_RFM(91, 3, 49_999, "固定值", 100, 3, 40_000) == "重要价值客户"
    assert udfs.XLCRM_RFM(91, 3, 49_999, "固定值", "许多") == "固定天数“许多”不是数字"


def test_net_promoters_of_a_range() -> None:
    assert udfs.XLCRM_NPS([[10, 9], [3, None]]) == pytest.approx(100 / 3)
    assert udfs.XLCRM_NPS([["9分", "0"]]) == 0
    assert udfs.XLCRM_NPS(7) == 0
    assert udfs.XLCRM_NPS(down(9, 11)) == "区域第2行：分数 11 不在0至10之间"
    assert udfs.XLCRM_NPS(12) == "分数 12 不在0至10之间"
    assert udfs.XLCRM_NPS(down(9, "很高")) == "区域第2行：分数“很高”不是数字"
