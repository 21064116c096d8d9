"""What calls for an improvement and what deals with it. Now is 2026-11-20 10:30, a Friday."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.compute.build import book, computed
from xlcrm.compute.states.improvements import breaches

if TYPE_CHECKING:
    from tests.compute.build import Run

Cells = dict[str, Any]


def listed(run_: Run) -> list[tuple[str, str]]:
    """Day and text of each task."""
    rows = run_.shown.rows
    return [(f"{at:%m-%d}", task) for at, task in zip(rows["due_at"], rows["task"], strict=True)]


def at(rule_id: str, rows: Cells, *planned: Cells, **parameters: Any) -> Run:
    """A run of one rule beside 改进计划表."""
    return computed({**rows, "improvement_actions": list(planned)}, book(rule_id), **parameters)


def survey(day: str, score: float) -> Cells:
    return {"customer_id": "2023001", "surveyed_on": day, "tech_speed": score, "quality": 5}


LOW_FORMS = {
    "satisfaction_surveys": [survey("2026-08-03", 3), survey("2026-09-07", 2), survey("2026-11-02", 2)]
}
"""Below three from the second form on: 2.5, then 7/3."""


def test_low_score_is_a_task_of_the_team_with_its_figure() -> None:
    run_ = at("S15", LOW_FORMS)
    assert listed(run_) == [("09-14", "满意度低频项改进：技术响应速度 2.33 分（n=3）")]
    task = run_.shown.rows.iloc[0]
    assert (task["owner"], task["task_id"], task["slot"]) == ("团队", "S15|团队|技术响应速度 20260914", None)


def test_score_keeps_its_day_while_new_forms_stay_low() -> None:
    more = {"satisfaction_surveys": [*LOW_FORMS["satisfaction_surveys"], survey("2026-11-19", 1)]}
    assert listed(at("S15", more)) == [("09-14", "满意度低频项改进：技术响应速度 2 分（n=4）")]


def test_score_at_the_limit_is_none() -> None:
    even = {"satisfaction_surveys": [survey("2026-08-03", 4), survey("2026-09-07", 2)]}
    assert listed(at("S15", even)) == []


def test_forms_of_a_former_half_year_do_not_count() -> None:
    assert listed(at("S15", {"satisfaction_surveys": [survey("2026-05-20", 1)]})) == []


@pytest.mark.parametrize(
    "planned",
    [
        {"origin": "S15 技术响应速度"},
        {"problem": "见 s15  技术响应速度（低分）"},
        {"origin": "S15 技术响应速度", "done_on": "2026-11-25"},
    ],
    ids=["in 来源", "in 问题, however spaced", "done after now"],
)
def test_open_improvement_deals_with_a_score(planned: Cells) -> None:
    assert listed(at("S15", LOW_FORMS, planned)) == []


def test_after_an_improvement_only_later_forms_count() -> None:
    done = {"origin": "S15 技术响应速度", "done_on": "2026-09-07"}
    assert listed(at("S15", LOW_FORMS, done)) == [("11-09", "满意度低频项改进：技术响应速度 2 分（n=1）")]
    assert listed(at("S15", LOW_FORMS, {**done, "done_on": "2026-11-02"})) == []
    assert listed(at("S15", LOW_FORMS, done, {"origin": "S15 技术响应速度"})) == []


def test_forms_before_the_first_day_do_not_count() -> None:
    later = at("S15", LOW_FORMS, started_on=dt.date(2026, 11, 2))
    assert listed(later) == [("11-09", "满意度低频项改进：技术响应速度 2 分（n=1）")]


@pytest.mark.parametrize(
    "origin", ["S15 服务响应速度", "S150 技术响应速度", "XS15 技术响应速度", "满意度分析"]
)
def test_other_marks_deal_with_nothing(origin: str) -> None:
    assert len(listed(at("S15", LOW_FORMS, {"origin": origin}))) == 1


def push(**cells: Any) -> Cells:
    return {
        "tags": "高活跃度",
        "service": "新功能教程",
        "pushed_at": "2026-11-05 09:00",
        "pushed": 300,
        "owner": "王芳",
        **cells,
    }


def test_weak_push_is_its_own_task() -> None:
    run_ = at("P38", {"service_pushes": [push(inquiries=30, conversions=6), push(inquiries=90), push()]})
    assert listed(run_) == [("11-12", "推送优化：2026-11-05 高活跃度 新功能教程 12%（36/300）")]
    assert run_.shown.rows.iloc[0]["owner"] == "王芳"
    assert run_.shown.rows.iloc[0]["source"] == "增值服务推送记录表!4"


def test_suggestion_or_mark_deals_with_a_push() -> None:
    weak = {"service_pushes": [push(inquiries=30, suggestion="改在周二推送")]}
    assert listed(at("P38", weak)) == []
    weak = {"service_pushes": [push(click_rate=0.2)]}
    assert listed(at("P38", weak)) == [("11-12", "推送优化：2026-11-05 高活跃度 新功能教程 点击率 20%")]
    assert listed(at("P38", weak, {"origin": "P38 2026-11-05 高活跃度 新功能教程"})) == []


def test_tag_match_of_the_month() -> None:
    rows = {
        "tag_services": [{"tag": "高活跃度", "service": "新功能教程"}],
        "service_pushes": [push(pushed_at=f"2026-10-0{day}") for day in range(1, 5)]
        + [push(pushed_at="2026-10-09", service="礼品"), push(pushed_at="2026-10-10", service="礼品")],
    }
    assert listed(at("P39", rows)) == [("11-07", "推送匹配度：2026-10 66.6%（4/6）")]
    assert listed(at("P39", rows, {"origin": "P39 2026-10"})) == []
    assert len(listed(at("P39", rows, {"origin": "P39 2026-09"}))) == 1


def issue(number: int, **cells: Any) -> Cells:
    return {
        "issue_id": f"SH2026110{number}0001",
        "received_at": "2026-11-02 09:00",
        "resolved_at": "2026-11-03 09:00",
        "name": "云帆公司",
        "owner": "李明",
        **cells,
    }


def test_solved_issue_below_four_is_a_task_of_its_owner() -> None:
    rows = {
        "service_issues": [
            issue(1, satisfaction=3.5),
            issue(2, satisfaction=4),
            issue(3, satisfaction=1, resolved_at=None),
            issue(4, satisfaction=2, resolved_at=None, status="已关闭", called_back_at="2026-11-05 09:00"),
        ]
    }
    run_ = at("P40", rows)
    assert listed(run_) == [
        ("11-10", "改进流程：SH202611010001 3.5 分"),
        ("11-12", "改进流程：SH202611040001 2 分"),
    ]
    assert run_.shown.rows["owner"].tolist() == ["李明", "李明"]
    assert run_.shown.rows["name"].tolist() == ["云帆公司", "云帆公司"]
    kept = at("P40", rows, {"origin": "P40 SH202611010001"}, {"problem": "P40 SH20261104000，流程不清"})
    assert listed(kept) == [("11-12", "改进流程：SH202611040001 2 分")]


def test_finished_orders_are_judged_alike() -> None:
    def order(number: int, **cells: Any) -> Cells:
        return {
            "order_id": f"DD2026110{number}0001",
            "completed_at": "2026-11-06 09:00",
            "owner": "赵敏",
            **cells,
        }

    rows = {
        "service_issues": [issue(1, satisfaction=3)],
        "orders": [
            order(1, satisfaction=3),
            order(2, satisfaction=3, completed_at=None),
            order(3, satisfaction=2, completed_at=None, order_status="已完成", called_back_at="2026-11-09"),
            order(4, satisfaction=2, completed_at=None, order_status="已完成"),
        ],
    }
    run_ = at("P40", rows)
    assert listed(run_) == [
        ("11-10", "改进流程：SH202611010001 3 分"),
        ("11-13", "改进流程：DD202611010001 3 分"),
        ("11-16", "改进流程：DD202611030001 2 分"),
    ]
    assert run_.shown.rows["source"].tolist() == ["服务问题处理表!4", "售中订单跟进表!4", "售中订单跟进表!6"]
    assert run_.shown.rows["owner"].tolist() == ["李明", "赵敏", "赵敏"]


def complaint(number: int, **cells: Any) -> Cells:
    return {
        "complaint_id": f"202610{number:02d}-001",
        "received_at": f"2026-10-{number:02d} 09:00",
        "resolved_at": f"2026-10-{number:02d} 18:00",
        **cells,
    }


CONTENT = {
    "complaints": [complaint(number, satisfaction="满意") for number in range(1, 9)]
    + [
        complaint(9, satisfaction="一般", department="客服部"),
        complaint(10, satisfaction="不满意", department="技术部"),
        complaint(11, satisfaction="不满意", department="技术部"),
        complaint(12),
    ]
}
"""Eight of eleven rated complaints of October are content: 72.7%."""


def test_complaint_satisfaction_of_the_month() -> None:
    run_ = at("P41", CONTENT)
    assert listed(run_) == [("11-07", "投诉处理满意度：2026-10 72.7%（8/11）")]
    assert listed(at("P41", CONTENT, {"origin": "P41 2026-10"})) == []
    [breach] = breaches(run_.facts)
    assert (breach.mark, breach.department) == ("P41 2026-10", "技术部")
    assert breach.problem == "投诉满意率：2026-10 72.7%（8/11），低于 90%"


def test_month_that_ended_before_the_first_day_is_not_judged() -> None:
    assert listed(at("P41", CONTENT, started_on=dt.date(2026, 11, 1))) == []
    assert len(listed(at("P41", CONTENT, started_on=dt.date(2026, 10, 31)))) == 1


def test_month_in_which_nobody_was_asked_gives_nothing() -> None:
    assert listed(at("P41", {"complaints": [complaint(1)]})) == []
    assert listed(at("P42", {"complaints": [complaint(1, level="一般")]})) == []


def test_grave_complaints_are_all_called_back() -> None:
    called = complaint(1, level="重大", called_back_at="2026-10-03 09:00")
    assert listed(at("P42", {"complaints": [called]})) == []
    run_ = at("P42", {"complaints": [called, complaint(2, level="重大")]})
    assert listed(run_) == [("11-07", "重大投诉回访率：2026-10 50%（1/2）")]


def noise(*days: str, **cells: Any) -> Cells:
    return {"complaints": [{"received_at": day, "issue": "噪音", **cells} for day in days]}


THREE_MONTHS = ("2026-08-05", "2026-09-05", "2026-10-05")


def test_problem_returns_three_months_in_a_row() -> None:
    run_ = at("C33", noise(*THREE_MONTHS, "2026-10-06", department="产品部"))
    assert listed(run_) == [("10-31", "高频问题推动改进：噪音")]
    [breach] = breaches(run_.facts)
    assert breach.problem == "噪音：2026-08 至 2026-10 连续3个月出现，共 4 件"
    assert (breach.mark, breach.department) == ("C33 噪音", "产品部")


@pytest.mark.parametrize("planned", [{"problem": "机箱噪音大"}, {"origin": "C33 噪音"}], ids=["name", "mark"])
def test_old_improvement_hides_no_new_trouble(planned: Cells) -> None:
    months = [f"2026-{month:02d}-05" for month in range(3, 11)]
    assert listed(at("C33", noise(*months), planned)) == []
    assert listed(at("C33", noise(*months), {**planned, "done_on": "2026-08-05"})) == []
    returned = at("C33", noise(*months), {**planned, "done_on": "2026-08-04"})
    assert listed(returned) == [("10-31", "高频问题推动改进：噪音")]
    [breach] = breaches(returned.facts)
    assert breach.problem == "噪音：2026-08 至 2026-10 连续3个月出现，共 3 件"


def test_any_column_may_call_for_an_improvement() -> None:
    rules = book(C25={"作用": "改进计划", "终点": ""})
    rows = {"satisfaction_surveys": [{"customer_id": "2023001", "surveyed_on": "2026-11-13", "nps": 6}]}
    assert listed(computed(rows, rules)) == [("11-20", "高层介入沟通：2026-11-13 2023001 6 分")]
    planned = {"improvement_actions": [{"origin": "C25 2026-11-13 2023001"}]}
    assert listed(computed({**rows, **planned}, rules)) == []


def test_percent_of_a_form_may_call_for_an_improvement() -> None:
    rules = book(C24={"作用": "改进计划", "终点": ""})
    rows = {"satisfaction_surveys": [survey("2026-11-13", 1)]}
    assert listed(computed(rows, rules)) == [("11-20", "提升计划（销售主管）：2026-11-13 2023001 60%")]


def test_repurchases_are_looked_at_once_a_month() -> None:
    rules = book(R12={"作用": "改进计划"})
    cases = [{"customer_id": "2023001", "completed_at": "2026-05-01"} for _ in range(3)]
    cases.append({**cases[0], "repurchased_on": "2026-06-01"})
    assert listed(computed({"recovery_cases": cases}, rules)) == [
        ("11-07", "评估:3个月复购率：2026-10 25%（1/4）")
    ]
