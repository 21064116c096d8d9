"""规则表 as packaged and as the office changed it; each way in which a row can be wrong."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.checks.build import sheet
from xlcrm.errors import RuleError
from xlcrm.periods import STATUTORY_FESTIVALS
from xlcrm.rules.base import CalendarKind, Effect, LimitUnit, RuleKind
from xlcrm.rules.reading import default_book, default_rows, parse_rule, parse_warning, read_book
from xlcrm.tables import PACKS
from xlcrm.tables.system import RULES

if TYPE_CHECKING:
    from xlcrm.rules.reading import RuleBook, RuleProblem

KEYS = {item.heading: item.key for item in RULES.columns}


def row(rule_id: str, **changed: str) -> dict[str, str]:
    """A packaged row with some cells typed over."""
    pack = "crm" if rule_id[0] in "CX" else "full"
    found = next(dict(cells) for cells in default_rows(pack) if cells["规则编号"] == rule_id)
    return {**found, **changed}


def book(*rows: dict[str, str], whole: bool = True) -> RuleBook:
    """规则表 with these rows, in the place of the packaged ones of the same number."""
    typed = {cells["规则编号"]: cells for cells in rows}
    kept = [dict(cells) for cells in default_rows("crm") if cells["规则编号"] not in typed] if whole else []
    cells = [{KEYS[heading]: text or None for heading, text in one.items()} for one in (*rows, *kept)]
    return read_book(sheet("rules", cells), "crm")


def only_problem(*rows: dict[str, str]) -> RuleProblem:
    (problem,) = book(*rows).problems
    return problem


def test_the_packaged_book_is_whole_and_sound() -> None:
    packaged = default_book("crm")
    assert packaged.problems == ()
    assert [rule.rule_id for rule in packaged.rules] == [f"C{number:02d}" for number in range(1, 36)] + [
        "X01"
    ]
    assert {rule.rule_id for rule in packaged.rules if not rule.enabled} == {"C15", "C35"}


def test_the_full_book_switches_off_what_another_document_says_stricter() -> None:
    off = {cells["规则编号"] for cells in default_rows("full") if cells["启用"] == "否"}
    assert off == {"S14", "C02", "C03", "C15", "C22", "C27", "C35", "M04", "M06", "P32", "P33", "P46"}


def test_a_rule_reads_into_what_it_says() -> None:
    rule = parse_rule(row("C28"))
    assert (rule.kind, rule.table, rule.limit, rule.unit) == (
        RuleKind.CLOCK,
        "complaints",
        24,
        LimitUnit.HOUR,
    )
    assert (rule.calendar, rule.warning.share, rule.clock) == (CalendarKind.NATURAL, 0.25, "解决")
    assert rule.label == "C28 一般投诉解决（24小时）"


def test_a_workbook_without_the_sheet_has_the_packaged_rules() -> None:
    assert read_book(None, "crm") == default_book("crm")


def test_an_unchanged_sheet_gives_the_packaged_rules() -> None:
    assert book().rules == default_book("crm").rules
    assert book().missing == ()


def test_changes_of_the_user_are_respected() -> None:
    changed = book(
        row("C28", 时限="12", 时间口径="工作时间", 预警="2小时"),
        row("C29", 启用="否"),
        row("C05", 条件="客户阶段=潜在 且 客户等级=A类/B类"),
        row("C22", 时限="3、6、12"),
        row("C34", 上次完成="2026-11-28"),
    )
    assert changed.problems == ()
    twelve = changed.get("C28")
    assert twelve is not None
    assert (twelve.limit, twelve.calendar, twelve.warning.minutes) == (12, CalendarKind.WORKING, 120)
    assert "C29" not in [rule.rule_id for rule in changed.enabled]
    found = {rule.rule_id: rule for rule in changed.rules}
    assert found["C05"].when.text() == "客户阶段=潜在 且 客户等级=A类/B类"
    assert found["C22"].limits == (3, 6, 12)
    assert found["C34"].last_done_on == dt.date(2026, 11, 28)


def test_a_rule_of_the_users_own_is_read() -> None:
    own = row(
        "C28",
        规则编号="U01",
        任务="大客户投诉解决",
        条件="客户信息总表.客户等级=A类",
        时限="8",
        来源="",
        说明="",
    )
    rule = book(own).get("U01")
    assert rule is not None
    assert (rule.task, rule.limit, rule.when.terms[0].place.table) == ("大客户投诉解决", 8, "customers")


def test_missing_rules_are_read_and_reported() -> None:
    found = book(row("C28", 时限="12"), whole=False)
    assert len(found.missing) == len(default_rows("crm")) - 1
    assert {cells["规则编号"] for cells in found.missing} | {"C28"} == {rule.rule_id for rule in found.rules}
    assert found.missing[0] == default_rows("crm")[0]


@pytest.mark.parametrize(
    ("code", "heading", "changed", "reason"),
    [
        ("R01", "启用", {"启用": "开"}, "应为 是 或 否"),
        ("R01", "类型", {"类型": "闹钟"}, "看不懂“闹钟”"),
        ("R01", "时间口径", {"时间口径": "上班时间"}, "看不懂“上班时间”"),
        ("R01", "作用", {"作用": "提醒"}, "看不懂“提醒”"),
        ("R01", "作用", {"作用": "暂停周期"}, "只用于状态类规则"),
        ("R02", "对象表", {"对象表": "投诉表"}, "没有名为“投诉表”的表"),
        ("R02", "条件", {"条件": "投诉级别=一般"}, "没有“投诉级别”这一列"),
        ("R02", "条件", {"条件": "投诉等级=特大"}, "没有“特大”这个选项"),
        ("R02", "条件", {"条件": "投诉日期>3"}, "不能比较大小"),
        ("R02", "条件", {"条件": "客户跟进记录表.客户信号=消极"}, "只能引用本表或客户信息总表的列"),
        ("R02", "起点", {"起点": "投诉时间"}, "没有“投诉时间”这一列"),
        ("R02", "起点", {"起点": "投诉内容"}, "不是日期或时间"),
        ("R02", "起点", {"起点": ""}, "必须写明起点"),
        ("R02", "起点", {"起点": "客户跟进记录表.跟进日期"}, "一个客户有多行"),
        ("R02", "终点", {"终点": ""}, "必须写明终点"),
        ("R02", "终点", {"终点": "之后首次 投诉处理跟踪表.处理时间"}, "没有客户编号"),
        ("R02", "终点", {"终点": "之后首次 任意互动"}, "最近 任意互动"),
        ("R03", "时限", {"时限": "一天"}, "看不懂“一天”"),
        ("R03", "时限", {"时限": ""}, "时限为空"),
        ("R03", "时限", {"时限": "-1"}, "超出范围"),
        ("R03", "时限", {"时限": "nan"}, "超出范围"),
        ("R03", "时限", {"时限": "1.5", "单位": "个月"}, "应为整数"),
        ("R03", "时限", {"时限": "101", "单位": "年"}, "超过一百年"),
        ("R03", "单位", {"单位": "刻钟"}, "看不懂“刻钟”"),
        ("R03", "单位", {"单位": "分以下"}, "时钟类规则的单位应为"),
        ("R03", "预警", {"预警": "120%"}, "看不懂预警"),
        ("R03", "预警", {"预警": "早点"}, "看不懂预警"),
        ("R04", "条件", {"条件": ""}, "请写“全部”"),
    ],
)
def test_a_broken_row_is_off_and_says_why(
    code: str, heading: str, changed: dict[str, str], reason: str
) -> None:
    broken = book(row("C28", **changed))
    (problem,) = broken.problems
    assert (problem.code, problem.heading, problem.row, problem.blocks) == (code, heading, 4, True)
    assert problem.value == changed.get(heading, problem.value)
    assert problem.message.startswith(f"规则 C28 的{heading}不能使用，规则已停用：")
    assert reason in problem.message
    assert problem.fix
    assert broken.get("C28") is None


@pytest.mark.parametrize(
    ("rule_id", "changed", "reason"),
    [
        ("C05", {"时限": "0"}, "应大于 0"),
        ("C05", {"时限": "0.5"}, "应为整数"),
        ("C05", {"起点": ""}, "必须写明起点"),
        ("C05", {"单位": "小时"}, "周期类规则的单位应为"),
        (
            "C05",
            {"对象表": "客户来源登记表", "条件": "全部", "起点": "最近 客户跟进记录表.跟进日期"},
            "没有客户编号",
        ),
        ("C34", {"时限": "0"}, "应大于 0"),
        ("C33", {"时限": "0"}, "应大于 0"),
        ("C33", {"起点": "春节"}, "没有“春节”这一列"),
        ("C33", {"单位": "天"}, "单位应为 个月"),
        ("C11", {"单位": "次"}, "单位应为"),
        ("C11", {"对象表": "客户投诉登记表", "条件": "全部", "起点": "投诉日期"}, "只用于客户信息总表"),
        ("C14", {"起点": ""}, "自己的日期列"),
        ("C14", {"起点": "最近 任意互动"}, "自己的日期列"),
        ("C15", {"单位": "个月", "时限": "1"}, "单位应为 倍"),
        ("C24", {"起点": "改进建议"}, "不是数字"),
        ("C24", {"起点": "春节"}, "不是数字"),
        ("C24", {"起点": ""}, "起点为空"),
        ("C24", {"对象表": "客户信息总表", "条件": "全部", "起点": "预算"}, "不是记录表"),
        ("C24", {"对象表": "客户投诉登记表", "条件": "全部"}, "综合满意度由客户满意度调查表算出"),
        ("C24", {"起点": "十分制满意度"}, "十分制满意度的单位应为 分以下"),
        ("C24", {"作用": "连续出现"}, "只用于状态类规则"),
        ("C28", {"条件": "投诉等级 满3个月"}, "不是日期，不能写“满”"),
        ("C28", {"终点": "之后 客户信息总表.最后更新日期"}, "只用于客户投诉登记表自己的列"),
        ("M02", {"时限": "4"}, "窗口的时限应写成 从-到"),
        ("M02", {"时限": "6-4"}, "窗口的时限应写成 从-到"),
        ("M02", {"时限": "4、6"}, "看不懂“4、6”"),
        ("M08", {"时限": "80"}, "应写成两个分数"),
        ("M08", {"时限": "60、80"}, "高的在前"),
        ("P09", {"时限": "24、48"}, "只能有一个时限"),
        ("M07", {"对象表": "服务问题处理表", "终点": ""}, "超期说明只用于客户投诉登记表"),
        ("P37", {"条件": "咨询量 有值"}, "必须写明终点"),
        ("P43", {"时钟列": ""}, "必须写明作用或时钟列"),
        ("P43", {"单位": "元以上"}, "应以时间为单位"),
        ("R10", {"单位": "分以下"}, "首次响应用时的单位应为 小时以上"),
        ("S15", {"单位": "次"}, "阈值类规则的单位应为"),
        ("S15", {"作用": ""}, "各维度平均分不是一行的数，作用应为 改进计划"),
        ("S15", {"作用": "启动恢复"}, "各维度平均分不是一行的数，作用应为 改进计划"),
        ("R09", {"对象表": "客户投诉登记表"}, "启动恢复只用于客户信息总表"),
        ("C24", {"终点": "调查人"}, "不是日期或时间"),
        ("C26", {"起点": "春节、负责人"}, "不是节日，也不是日期列"),
        ("C26", {"起点": "综合满意度"}, "不是节日，也不是日期列"),
        ("C26", {"起点": "春节、情人节"}, "没有“情人节”这一列"),
        ("C12", {"条件": "客户投诉登记表.投诉等级=一般"}, "只能引用"),
        ("X01", {"条件": "客户信息总表.客户等级=A类"}, "没有客户编号"),
        ("X01", {"终点": "本行之后首次 客户跟进记录表.跟进日期"}, "没有客户编号"),
        ("C04", {"终点": "本行之后首次 客户跟进记录表.跟进日期"}, "不是记录表"),
        ("C14", {"对象表": "客户信息总表", "条件": "全部", "起点": "签约日期"}, "不是按客户记录的表"),
    ],
)
def test_what_no_workbook_can_answer_is_refused(rule_id: str, changed: dict[str, str], reason: str) -> None:
    problem = only_problem(row(rule_id, **changed))
    assert reason in problem.message


def test_a_row_without_a_number_is_off() -> None:
    problem = only_problem({**row("C28"), "规则编号": ""}, row("C28"))
    assert (problem.code, problem.heading) == ("R01", "规则编号")


def test_a_number_twice_counts_once() -> None:
    twice = read_book(
        sheet(
            "rules",
            [
                {KEYS[heading]: text or None for heading, text in cells.items()}
                for cells in (row("C28"), row("C28", 时限="8"))
            ],
        ),
        "crm",
    )
    (problem,) = twice.problems
    assert (problem.code, problem.row) == ("R06", 5)
    kept = twice.get("C28")
    assert kept is not None
    assert kept.limit == 24


def test_a_stop_that_comes_first_with_the_longer_limit_is_a_contradiction() -> None:
    slow = book(row("C27", 条件="全部", 时限="30"))
    assert {(problem.code, problem.row, problem.blocks) for problem in slow.problems} == {("R05", 4, False)}
    assert [problem.message.count("C28") for problem in slow.problems] == [1]
    assert slow.get("C27") is not None


def test_different_levels_do_not_contradict_each_other() -> None:
    assert book(row("C27", 条件="投诉等级=严重", 时限="30")).problems == ()


@pytest.mark.parametrize(
    ("text", "share", "minutes", "shown"),
    [
        ("", 0.25, None, "25%"),
        ("10%", 0.1, None, "10%"),
        ("１０％", 0.1, None, "10%"),
        ("30分钟", None, 30, "30分钟"),
        ("2小时", None, 120, "2小时"),
        ("1.5小时", None, 90, "90分钟"),
        ("1天", None, 1440, "1天"),
        ("1周", None, 10080, "7天"),
    ],
)
def test_warning_spans(text: str, share: float | None, minutes: int | None, shown: str) -> None:
    warning = parse_warning(text)
    assert (warning.share, warning.minutes, warning.text()) == (share, minutes, shown)


@pytest.mark.parametrize(
    ("typed", "name"), [("中秋节", "中秋"), ("新年", "元旦"), ("联系人生日", "联系人生日")]
)
def test_festivals_go_by_their_usual_name(typed: str, name: str) -> None:
    assert parse_rule(row("C26", 起点=typed)).occasions == (name,)


def test_a_rule_that_cannot_be_read_raises_with_the_reason() -> None:
    with pytest.raises(RuleError, match="时限为空"):
        parse_rule(row("C28", 时限=""))
    with pytest.raises(RuleError, match="看不懂“上周”"):
        parse_rule(row("C34", 上次完成="上周"))


def test_labels_leave_out_a_limit_of_nothing() -> None:
    assert parse_rule(row("C16")).label == "C16 下一步行动"
    assert parse_rule(row("C22")).limit_text == "6、12个月"
    assert parse_rule(row("C14")).effect is Effect.PAUSE


def test_an_occasion_is_a_column_of_the_rules_own_table() -> None:
    with pytest.raises(RuleError, match="不是客户投诉登记表自己的列"):
        parse_rule(row("C32", 起点="客户信息总表.签约日期"))


def test_windows_and_repeats_say_their_limits_as_people_do() -> None:
    rules = {rule.rule_id: rule for rule in default_book("full").rules}
    assert (rules["M02"].limits, rules["M02"].label) == ((4, 6), "M02 购买4~6个月回访（4-6个月）")
    assert (rules["R07"].limits, rules["R07"].limit_text) == ((1, 3), "每1个月，共3个月")
    assert rules["S11"].limit_text == "每24小时"


def test_statutory_holidays_are_one_word() -> None:
    assert parse_rule(row("M11", 起点="国家法定假日、元宵")).occasions == (*STATUTORY_FESTIVALS, "元宵")


@pytest.mark.parametrize("pack", PACKS)
def test_no_packaged_rule_contradicts_another(pack: str) -> None:
    assert default_book(pack).problems == ()


@pytest.mark.parametrize("pack", [pack for pack in PACKS if pack != "full"])
def test_a_packs_own_words_say_the_same_rules(pack: str) -> None:
    joined = {rule.rule_id: rule for rule in default_book("full").rules}
    for rule in default_book(pack).rules:
        own = joined[rule.rule_id]
        assert rule.model_copy(update={"enabled": own.enabled, "stop": own.stop, "when": own.when}) == own
        assert rule.when.text() == own.when.text()
        assert set(rule.stop.items) <= set(own.stop.items)


def test_rules_speak_a_packs_own_words() -> None:
    rows = {cells["规则编号"]: cells for cells in default_rows("service")}
    assert rows["S03"]["对象表"] == "客户信息登记表"
    assert rows["S03"]["条件"] == "客户阶段=合作 且 客户等级=VIP"
    assert "客户等级=VIP" in rows["S03"]["默认值"]
    assert rows["S03"]["起点"].startswith("最近 客户维护记录表[维护内容=回访].维护日期")


def test_sheets_that_a_pack_lacks_are_left_out_of_alternatives() -> None:
    stops = {
        pack: next(cells["终点"] for cells in default_rows(pack) if cells["规则编号"] == "C26")
        for pack in ("crm", "full")
    }
    assert stops["crm"] == "前7天内 客户跟进记录表.跟进日期"
    assert stops["full"] == f"{stops['crm']}，否则 前7天内 客户维护记录表.维护日期"
