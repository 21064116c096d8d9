"""Whatever the office types into 规则表: refused with a reason, or worked out as the plain reference does."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compute.agreement import check_clocks, check_tasks
from tests.compute.build import run
from tests.compute.random_book import NOW, calendars, workbook
from tests.compute.reference import Reference
from tests.compute.reference_book import Book
from xlcrm.compute.explain.rows import explain
from xlcrm.compute.facts import Facts
from xlcrm.errors import RuleError
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import RuleBook, default_rows, parse_rule
from xlcrm.tables import TABLES

ROWS = default_rows("full")
CELLS = {
    heading: sorted({row[heading] for row in ROWS})
    for heading in ("类型", "条件", "起点", "终点", "单位", "作用", "时间口径")
}
CELLS["对象表"] = [table.title for table in TABLES]
CELLS["条件"] += [
    "客户阶段≠流失",
    "预算>500",
    "合作时长≥1年",
    "最新记录",
    "客户信息总表.签约日期 有值",
    "客户等级=A类/空 或 需求标签=高端客户",
    "处理状态 为空 或 客户满意度<3 且 复杂度≠普通",
]
CELLS["起点"] += [
    "最近 任意互动",
    "客户信息总表.签约日期",
    "客户名称",
    "春节",
    "",
    "最近 交易记录表.交易日期",
]
CELLS["终点"] += [
    "",
    "之后 解决时间",
    "窗口内首次 客户跟进记录表.跟进日期",
    "首次 客户满意度调查表.调查日期",
    "之后第2次 客户跟进记录表.跟进日期",
    "负责人",
]
CELLS["时限"] = ["0", "1", "0.5", "3", "2、6", "1、3", "4-6", "100", "999999", "nan", "1e9"]
CELLS["预警"] = ["", "0%", "100%", "1天", "90分钟"]
CELLS["时钟列"] = ["", "解决", "自定"]
DATA = workbook(Random(4), 6)  # noqa: S311 - a draw, not a secret
WORKTIME, PLAIN = calendars(Random(4))  # noqa: S311 - a draw, not a secret


@st.composite
def changed_rows(draw: st.DrawFn) -> dict[str, str]:
    """A packaged row with some of its cells typed over by what stands in others."""
    row = dict(draw(st.sampled_from(ROWS)))
    for heading in draw(st.lists(st.sampled_from(sorted(CELLS)), max_size=3, unique=True)):
        row[heading] = draw(st.sampled_from(CELLS[heading]))
    return {**row, "启用": "是"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed_rows())
def test_any_rule_is_refused_or_worked_out(row: dict[str, str]) -> None:
    try:
        rule = parse_rule(row)
    except RuleError as error:
        assert error.message.startswith("规则")  # noqa: PT017 - most rows are not refused
        return
    done = run(Facts(DATA, RuleBook((rule,)), Parameters(), WORKTIME, NOW))
    assert len(done.shown.rows) == len(set(done.shown.rows["task_id"]))
    if len(done.facts.frame(rule.table)):
        row_number = done.facts.frame(rule.table).index[0]
        assert len(explain(done.facts, done.lookups, done.contacts, rule.table, row_number)) <= 1
    reference = Reference(Book(DATA, (rule,), Parameters(), NOW), PLAIN)
    check_clocks(done, reference)
    check_tasks(done, reference)
