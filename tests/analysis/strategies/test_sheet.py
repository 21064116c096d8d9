"""策略建议: every rule made to speak and kept silent, by hand."""

from __future__ import annotations

import datetime as dt
import string
from functools import cache
from typing import Any

import pytest

from tests.analysis.bad_office import (
    MONTH,
    RULES,
    bad_office,
    customers,
    forms,
    good_office,
    grievances,
    talks,
)
from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.compute.build import book, facts
from xlcrm.analysis.scope import Scope
from xlcrm.analysis.sheets import SHEETS, analyse
from xlcrm.analysis.strategies import sheet as strategies
from xlcrm.analysis.strategies.observed import Measure, Observed
from xlcrm.analysis.strategies.sheet import MEASURES, SHEET, StrategyRule, limit_of, sentences, strategy_rules
from xlcrm.rules.parameters import parameter_rows
from xlcrm.rules.reading import default_book

DAYS = {
    3: dt.date(2026, 11, 23),
    7: dt.date(2026, 11, 27),
    14: dt.date(2026, 12, 4),
    # 30 days after Friday 20 November is a Sunday.
    30: dt.date(2026, 12, 21),
}
SAID: list[tuple[str, str, str, int]] = [
    # Two next actions of October and three of November; the oldest was due on 15 October. Of the other 9
    # tasks one is to wake customer 4, two are plans, five are pushes below 30% and one is their match.
    ("A01 王芳", "王芳有5项任务逾期（全部14项），最久36天", "王芳", 3),
    # 3 of 6 complaints that can be judged, 3 of 5 orders, 3 of 5 next actions.
    ("A03 投诉·解决", "“投诉·解决”达成率50%（3/6），低于80%", "赵敏", 7),
    ("A03 订单·按期完成", "“订单·按期完成”达成率60%（3/5），低于80%", "陈静", 7),
    ("A03 跟进·下一步", "“跟进·下一步”达成率60%（3/5），低于80%", "王芳", 7),
    ("A09", "5份调查未达标，客户可能流失", "王芳", 7),
    ("A13 处理后满意度", "关系恢复的“处理后满意度”未达标：平均6分（标准8分及以上，n=1）", "客服主管", 7),
    ("A13 首次响应时间", "关系恢复的“首次响应时间”未达标：平均48小时（标准24小时内，n=1）", "客服主管", 7),
    ("A15", "10月到期订单5个，超期2个（40%）", "陈静", 7),
    ("A19", "重要挽留客户1位，近12个月共60,000元", "李明", 7),
    ("A04", "有1个时钟因时间填错或缺少而无法评判", "数据管理员", 3),
    ("A05", "录入检查发现2处错误，相关数字可能不准", "数据管理员", 3),
    # With 1 of 3 plans: 10 of 19.
    ("A02", "10月SLA达成率52.6%（10/19），低于90%", "客服主管", 7),
    ("A12", "10月投诉7件，比前一个月的2件多250%", "客服主管", 7),
    ("A20", "重要保持客户1位，近12个月共80,000元，近期没有购买", "李明", 7),
    # 38,000 of 92,000.
    ("A22", "10月销售额54,000元，比前一个月的92,000元下降41.3%", "销售主管", 7),
    ("A27 王芳", "王芳的下一步行动按时完成率60%（3/5），低于80%", "王芳", 7),
    ("A35", "10月维护费用1,200元，为预算900元的133.3%", "销售主管", 7),
    # 20 of 35 points a form.
    ("A06", "平均满意度57.1%（n=5），低于80%", "客服主管", 14),
    ("A07", "NPS为-40：贬损者3人，多于推荐者1人（n=5）", "客服主管", 14),
    ("A08 服务主动性", "“服务主动性”平均2分（n=5），低于3分", "客服主管", 14),
    ("A11 噪音", "“噪音”占10月投诉71.4%（5/7）", "产品部", 14),
    ("A14", "恢复后3个月复购率0%（n=3），低于30%", "销售主管", 14),
    ("A16", "沉睡客户占比30%（3/10），需制定唤醒计划", "李明", 14),
    ("A18", "10月流失客户1位（新增1位）", "销售主管", 14),
    ("A29", "10月推送响应率10%（5次有响应数据），低于30%", "市场负责人", 14),
    ("A32", "1位客户评估等级下降", "销售主管", 14),
    ("A34", "10月维护方案完成率33.3%（1/3），低于80%", "陈静", 14),
    ("A10 噪音", "“噪音”连续三个月出现（1、1、5件，共7件）", "产品部", 30),
    ("A17", "1位客户长期没有互动，建议转为沉睡", "李明", 14),
    ("A30", "10月推送匹配度0%（n=5），低于80%", "市场负责人", 14),
    (
        "A31 高活跃度 · 套餐优惠",
        "近6个月“高活跃度 · 套餐优惠”响应率10%（5次推送），低于30%",
        "市场负责人",
        14,
    ),
    ("A21", "重要发展客户1位，单笔大但次数少", "王芳", 30),
    # 4,000 of 54,000 after 2,000.
    ("A23 医疗", "医疗销售额占比7.4%，较上期增长100%，有潜力", "市场负责人", 30),
    ("A24 制造业", "制造业占销售额92.5%（50,000元），过于集中", "销售主管", 30),
    # 25 of 140 in all.
    ("A25 行业展会", "近6个月行业展会转化率5%（n=100），不到全部渠道17.8%的一半", "市场负责人", 30),
    ("A26 转介绍", "近6个月转介绍转化率50%（n=40），远高于全部渠道的17.8%", "市场负责人", 30),
    ("A28 远程支持", "3位客户提到“远程支持”", "产品负责人", 30),
    ("A33", "1位客户的评估建议为终止关系", "销售主管", 30),
]


@cache
def bad() -> Scope:
    return bad_office()


def keys(given: Scope) -> set[str]:
    return {row[1] for row in cells(SHEET, "strategies", given)}


def rules_of(given: Scope) -> set[str]:
    return {key.split()[0] for key in keys(given)}


def test_every_rule_speaks_with_figures_person_and_day() -> None:
    rows = cells(SHEET, "strategies", bad())
    assert [(key, finding, who, due) for _, key, _, _, finding, _, who, due, _ in rows] == [
        (key, finding, who, DAYS[days]) for key, finding, who, days in SAID
    ]
    assert [row[0] for row in rows] == list(range(1, len(SAID) + 1))
    assert rules_of(bad()) == {rule.rule_id for rule in strategy_rules()}


def test_every_rule_is_silent_in_an_office_where_all_is_well() -> None:
    given = good_office()
    assert cells(SHEET, "strategies", given) == []
    assert filled(SHEET, "strategies", given).caption == "2026年10月 没有需要处理的发现"
    assert figure(SHEET, "建议条数", given).value == 0


def test_the_most_urgent_come_first_then_the_soonest() -> None:
    rows = cells(SHEET, "strategies", bad())
    order = [(strategies.URGENCIES.index(row[2]), row[7]) for row in rows]
    assert order == sorted(order)
    assert filled(SHEET, "strategies", bad()).caption == "2026年10月 共38条建议，其中紧急9条"
    assert figure(SHEET, "建议条数", bad()).value == 38
    assert figure(SHEET, "紧急建议", bad()).value == 9


def test_advice_category_and_source_stand_beside() -> None:
    rows = {row[1]: row for row in cells(SHEET, "strategies", bad())}
    assert rows["A10 噪音"][3] == "投诉"
    assert rows["A10 噪音"][5] == "立项解决根本原因，推动产品或流程改进"
    assert rows["A10 噪音"][8] == "投诉分析月报·连续三个月出现的问题"
    assert rows["A05"][8] == "校验结果"
    assert rows["A31 高活跃度 · 套餐优惠"][5] == "改推新功能教程"


def test_each_sentence_leads_to_the_rows_that_it_rests_on() -> None:
    found = behind_rows(SHEET, "strategies", bad())
    line = {row[1]: row[0] - 1 for row in cells(SHEET, "strategies", bad())}
    assert found[line["A10 噪音"]] == [("complaints", place) for place in (7, 6, 5, 4, 3, 1, 0)]
    assert sorted(found[line["A16"]]) == [("customers", place) for place in (0, 1, 2)]
    assert found[line["A17"]] == [("customers", 3)]
    assert found[line["A19"]] == [("customers", 0)]
    assert sorted(found[line["A27 王芳"]]) == [("followup_records", place) for place in range(5)]
    assert found[line["A32"]] == [("relationship_assessments", 1)]
    # What stands in 校验结果 leads nowhere from here.
    assert line["A05"] not in found


@cache
def empty() -> Scope:
    return scope({"customers": []})


@cache
def rule_of(rule_id: str) -> StrategyRule:
    return next(rule for rule in strategy_rules() if rule.rule_id == rule_id)


@pytest.mark.parametrize("rule_id", [rule.rule_id for rule in strategy_rules()])
def test_a_rule_speaks_from_its_threshold_on_and_needs_enough_cases(
    monkeypatch: pytest.MonkeyPatch, rule_id: str
) -> None:
    rule = rule_of(rule_id)
    given = empty()
    limit = limit_of(rule, given.facts)
    assert limit is not None
    step = 0.001 if rule.comparison.startswith(">") else -0.001
    at_limit = len(rule.comparison) == 2

    def said(value: float, n: int) -> int:
        own = Observed(value, n, dict.fromkeys(MEASURES[rule.measure].figures, "7"))
        fake = Measure(rule.measure, None, (), lambda *_: [own])
        monkeypatch.setattr(strategies, "MEASURES", {rule.measure: fake})
        monkeypatch.setattr(strategies, "strategy_rules", lambda: (rule,))
        found = filled(SHEET, "strategies", Scope(given.run, given.month, given.findings))
        assert not found.rows["finding"].str.contains("[{}]").any()
        return len(found.rows)

    assert said(limit + step, rule.least) == 1
    assert said(limit, rule.least) == at_limit
    assert said(limit + 1e-9, rule.least) == at_limit
    assert said(limit - step, rule.least) == 0
    assert said(limit + step, rule.least - 1) == 0
    assert said(float("nan"), rule.least) == 0


def test_rules_name_known_measures_and_figures_and_every_measure_is_used() -> None:
    for rule in strategy_rules():
        assert rule.measure in MEASURES
        known = {*MEASURES[rule.measure].figures, "limit", "month"}
        for text in (rule.finding, rule.advice):
            assert {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} <= known
    assert {rule.measure for rule in strategy_rules()} == set(MEASURES)


def test_rules_have_ids_in_order_and_thresholds_that_exist() -> None:
    ids = [rule.rule_id for rule in strategy_rules()]
    assert ids == sorted(set(ids))
    parameters = {name for name, *_ in parameter_rows()}
    known = {rule.rule_id for rule in default_book("full").rules}
    for rule in strategy_rules():
        first, _, otherwise = rule.threshold.partition("，否则 ")
        if otherwise:
            assert first in known
            float(otherwise)
        elif first not in parameters:
            float(first)


def test_measures_give_the_figures_that_they_declare() -> None:
    given = bad()
    for measure in MEASURES.values():
        found = measure.observed(given)
        assert found, measure.name
        for item in found:
            assert set(item.figures) == set(measure.figures)


def test_every_source_is_a_panel_of_a_sheet_that_comes_before() -> None:
    before = SHEETS[: SHEETS.index(SHEET)]
    assert SHEETS[-1] is SHEET
    for measure in MEASURES.values():
        assert measure.source is None or measure.source.sheet in before


def test_a_threshold_follows_the_rule_of_the_workbook() -> None:
    low = [{**row, "initiative": 3} for row in forms()]  # 60%
    tables = {"customers": customers(), "satisfaction_surveys": low}
    rule = rule_of("A06")
    assert limit_of(rule, facts(tables, book("C24"))) == 80
    assert limit_of(rule, facts(tables, book("C24", C24={"时限": "60"}))) == 60
    assert limit_of(rule, facts(tables, book("C25"))) == 80
    assert limit_of(rule, facts(tables, book(C24={"启用": "否"}))) is None
    assert "A06" in rules_of(scope(tables, MONTH, rules=book("C24")))
    assert "A06" not in rules_of(scope(tables, MONTH, rules=book("C24", C24={"时限": "60"})))
    assert "A06" not in rules_of(scope(tables, MONTH, rules=book(C24={"启用": "否"})))


def test_a_threshold_follows_the_parameters() -> None:
    tables = {"customers": customers()}
    assert "A28 远程支持" in keys(scope(tables, MONTH, rules=RULES))
    assert "A28 远程支持" not in keys(scope(tables, MONTH, rules=RULES, common_need=4))


def test_a_month_that_is_not_over_is_not_compared() -> None:
    early = bad_office().facts
    current = scope(early, "2026-11")
    assert not rules_of(current) & {"A12", "A22"}


def test_a_month_before_without_data_is_not_compared() -> None:
    october = [row for row in grievances() if row["received_at"].startswith("2026-10")]
    sold = [{"customer_id": "5", "traded_on": f"2026-10-1{day}", "amount": 5} for day in range(6)]
    given = bad_office(complaints=october, transactions=sold)
    assert not rules_of(given) & {"A10", "A12", "A22", "A23"}


def test_only_so_many_sentences_of_one_rule_and_the_worst_of_them() -> None:
    needs = [[{**row, "need_tags": "甲、乙、丙、丁"} for row in customers()]][0]
    needs[0]["need_tags"] = "甲、乙、丙"
    found = keys(scope({"customers": needs}, MONTH))
    assert {key for key in found if key.startswith("A28")} == {"A28 丙", "A28 乙", "A28 甲"}


def test_the_person_with_the_most_is_named_and_a_role_where_there_is_none() -> None:
    nobody = [{**row, "owner": None} for row in customers()]
    rows = {row[1]: row for row in cells(SHEET, "strategies", bad_office(customers=nobody))}
    assert rows["A16"][6] == "销售主管"
    assert rows["A09"][6] == "销售主管"
    assert rows["A19"][6] == "销售主管"
    assert rows["A15"][6] == "陈静"


def test_next_actions_of_nobody_blame_nobody() -> None:
    unsigned = [{**row, "by": None} for row in talks()]
    nobody = [{**row, "owner": None} for row in customers()]
    given = bad_office(customers=nobody, followup_records=unsigned)
    assert not any(key.startswith("A27") for key in keys(given))
    rows = {row[1]: row for row in cells(SHEET, "strategies", given)}
    assert rows["A03 跟进·下一步"][6] == "客服主管"


def test_a_list_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategies, "_MOST", 3)
    found = filled(SHEET, "strategies", bad_office())
    assert found.caption == "2026年10月 共38条建议，其中紧急9条；另有35条未列出"
    assert found.rows["number"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("tables", [{}, {"customers": []}, {"orders": []}, {"service_pushes": []}])
def test_workbooks_without_tables_or_rows_have_nothing_to_say(tables: dict[str, Any]) -> None:
    given = scope(tables)
    assert cells(SHEET, "strategies", given) == []
    assert analyse(given, ["strategies"])[0].sheet.panels == SHEET.panels


def test_the_other_sheets_are_worked_out_once() -> None:
    given = bad_office()
    made = {item.sheet.name: item for item in analyse(given)}
    source = MEASURES["repeated_problem"].source
    assert source is not None
    assert source.filled(given) is made["complaints"].panels["repeated"]
    assert len(sentences(given)) == len(SAID)
