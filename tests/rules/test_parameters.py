"""参数表: defaults, what the office types, and the sentence for what cannot be used."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.checks.build import sheet
from xlcrm.errors import ParameterError
from xlcrm.rules.parameters import Parameters, parameter_rows, read_parameters


def read(**values: Any) -> Parameters:
    return read_parameters(
        sheet("parameters", [{"name": name, "value": value} for name, value in values.items()])
    )


def test_a_workbook_without_the_sheet_has_the_defaults() -> None:
    assert read_parameters(None) == Parameters()
    assert read() == Parameters()


def test_the_sheet_as_shipped_means_the_defaults() -> None:
    shipped = {name: default or None for name, _, default, _ in parameter_rows()}
    assert read(**shipped) == Parameters()
    assert all(note for *_, note in parameter_rows())


def test_blank_values_and_unknown_names_are_left_out() -> None:
    assert read(提前展示天数=None, 没有此参数="1") == Parameters()


@pytest.mark.parametrize(
    ("name", "typed", "key", "value"),
    [
        ("提前展示天数", "14", "horizon_days", 14),
        ("工作日", "周一至周六", "weekdays", frozenset(range(6))),
        ("工作日", "周一、周三、周五", "weekdays", frozenset({0, 2, 4})),
        ("工作日", "星期一至星期天", "weekdays", frozenset(range(7))),
        ("工作日", "每天", "weekdays", frozenset(range(7))),
        ("工作日", "周一二三", "weekdays", frozenset(range(3))),
        ("启用日期", "2026-01-31", "started_on", dt.date(2026, 1, 31)),
        ("启用日期", "2026/1/31", "started_on", dt.date(2026, 1, 31)),
        ("固定时钟", "2026-01-31 09:00", "clock_now", dt.datetime(2026, 1, 31, 9)),
        ("停用的检查", "v05、V12", "switched_off", frozenset({"V05", "V12"})),
        ("停用的检查", "V05,V12 V13", "switched_off", frozenset({"V05", "V12", "V13"})),
        ("重新打开后", "重启", "reopened", "重启"),
        ("RFM阈值方法", "百分位", "rfm_method", "百分位"),
        ("金额上限", "5000000", "money_max", 5_000_000),
        ("回访名单人数", "25", "call_list_size", 25),
        ("随机种子", "7", "random_seed", 7),
        ("报表月份", "2026-10", "report_month", dt.date(2026, 10, 1)),
        ("报表月份", "2026年3月", "report_month", dt.date(2026, 3, 1)),
        ("报表月份", "2026-10-01", "report_month", dt.date(2026, 10, 1)),
        ("报表月份", "2026.12", "report_month", dt.date(2026, 12, 1)),
        ("明细最多行数", "0", "detail_rows", 0),
        ("预期合作年数", "2.5", "expected_years", 2.5),
        ("毛利率", "40", "margin", 40),
        ("潜力行业份额上限", "10", "rising_share", 10),
        ("潜力行业增长下限", "0", "rising_growth", 0),
        ("共性需求客户数", "2", "common_need", 2),
    ],
)
def test_what_the_office_types(name: str, typed: str, key: str, value: Any) -> None:
    assert getattr(read(**{name: typed}), key) == value


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("提前展示天数", "-1", "不能小于 0"),
        ("提前展示天数", "400", "不能大于 366"),
        ("提前展示天数", "七天", "应为数字"),
        ("金额上限", "0", "应大于 0"),
        ("回访名单人数", "-1", "不能小于 0"),
        ("随机种子", "十一", "应为数字"),
        ("重新打开后", "重来", "应为 续算、重启、保留原判 之一"),
        ("工作日", "休息日", "应写成 周一至周五"),
        ("启用日期", "去年", "应写成日期"),
        ("固定时钟", "现在", "应写成日期"),
        ("报表月份", "10月", "应写成年月，例如 2026-10"),
        ("报表月份", "2026-13", "应写成年月，例如 2026-10"),
        ("报表月份", "2026.1", "应写成年月，例如 2026-10"),
        ("明细最多行数", "1001", "不能大于 1000"),
        ("毛利率", "0", "应大于 0"),
        ("毛利率", "101", "不能大于 100"),
        ("预期合作年数", "0", "应大于 0"),
        ("共性需求客户数", "1", "不能小于 2"),
    ],
)
def test_the_sentence_names_row_value_and_expectation(name: str, typed: str, expected: str) -> None:
    given = sheet("parameters", [{"name": "时区", "value": "Asia/Shanghai"}, {"name": name, "value": typed}])
    with pytest.raises(ParameterError) as caught:
        read_parameters(given)
    message = str(caught.value)
    assert message.startswith(f"参数表第5行：参数“{name}”的值“{typed}”不能使用，")
    assert expected in message
    assert message.count("。") <= 1
    assert "\n" not in message
