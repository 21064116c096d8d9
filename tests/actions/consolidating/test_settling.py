"""What several branches call by one id, worked out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.consolidating.branches import CLOUD, HILL, SEA, branch, cells, joined
from xlcrm.actions.consolidating.settling import Settled, settle, unique_names
from xlcrm.rules.reading import default_book


def _kinds(settled: Settled) -> list[tuple[str, str, str, str]]:
    return [(each.kind, each.sheet, each.number, each.branches) for each in settled.conflicts]


def customer(number: str | None, name: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": number, "name": name, **more}


def test_ids_of_one_branch_stay_as_they_are() -> None:
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD)], transactions=[{"customer_id": "1"}]),
            branch(1, "上海", customers=[customer("2", SEA), customer(None, HILL)]),
        )
    )
    assert cells(settled, "customers", "customer_id") == [("1", "北京"), ("2", "上海"), (None, "上海")]
    assert cells(settled, "transactions", "customer_id") == [("1", "北京")]
    assert not settled.conflicts
    assert not settled.merged


def test_one_id_for_two_customers_gets_the_branch_before_it_wherever_it_stands() -> None:
    settled = settle(
        joined(
            branch(
                0,
                "北京",
                customers=[customer("KH001", CLOUD), customer("KH002", HILL)],
                transactions=[
                    {"customer_id": "KH001", "amount": 1.0},
                    {"customer_id": "KH002", "amount": 2.0},
                ],
                complaints=[{"complaint_id": "T1", "customer_id": "KH001"}],
            ),
            branch(1, "上海", customers=[customer("KH001", SEA)], transactions=[{"customer_id": "KH001"}]),
        ),
        "crm",
    )
    assert cells(settled, "customers", "customer_id") == [
        ("北京-KH001", "北京"),
        ("KH002", "北京"),
        ("上海-KH001", "上海"),
    ]
    assert cells(settled, "transactions", "customer_id") == [
        ("北京-KH001", "北京"),
        ("KH002", "北京"),
        ("上海-KH001", "上海"),
    ]
    assert cells(settled, "complaints", "complaint_id", "customer_id") == [("T1", "北京-KH001", "北京")]
    assert [each._asdict() for each in settled.conflicts] == [
        {
            "kind": "编号冲突",
            "sheet": "客户信息总表",
            "number": "KH001",
            "branches": "北京、上海",
            "what": "这个编号在这些分部指不同的客户",
            "done": "改为 北京-KH001、上海-KH001，本分部引用它的地方一并修改",
        }
    ]


def test_one_customer_of_two_branches_stands_once_and_keeps_all_records() -> None:
    settled = settle(
        joined(
            branch(
                0,
                "北京",
                customers=[customer("KH001", CLOUD, contact="李明", filed_on=dt.date(2026, 1, 5))],
                transactions=[{"customer_id": "KH001", "amount": 1.0}],
            ),
            branch(
                1,
                "上海",
                customers=[
                    customer("KH001", CLOUD, contact="王芳", phone="13812345678", grade="A类"),
                ],
                transactions=[{"customer_id": "KH001", "amount": 2.0}],
            ),
        )
    )
    assert cells(settled, "customers", "customer_id", "contact", "phone", "filed_on") == [
        ("KH001", "王芳", "13812345678", pd.Timestamp(2026, 1, 5), "北京、上海")
    ]
    assert cells(settled, "transactions", "customer_id", "amount") == [
        ("KH001", 1.0, "北京"),
        ("KH001", 2.0, "上海"),
    ]
    assert settled.merged == {"customers": 1}
    (conflict,) = settled.conflicts
    assert conflict.kind == "同一客户"
    assert conflict.what == "名称相同，是同一个客户；不一致：联系人（北京“李明”、上海“王芳”，采用 上海）"


def test_groups_of_branches_share_the_name_of_their_first() -> None:
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD)]),
            branch(1, "上海", customers=[customer("1", SEA)], transactions=[{"customer_id": "1"}]),
            branch(2, "广州", customers=[customer("1", CLOUD)], transactions=[{"customer_id": "1"}]),
        )
    )
    assert cells(settled, "customers", "customer_id", "name") == [
        ("北京-1", CLOUD, "北京、广州"),
        ("上海-1", SEA, "上海"),
    ]
    assert cells(settled, "transactions", "customer_id") == [("上海-1", "上海"), ("北京-1", "广州")]
    assert [each.kind for each in settled.conflicts] == ["同一客户", "编号冲突"]


def test_a_new_id_that_somebody_has_already_gets_a_number() -> None:
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD), customer("北京-1", HILL)]),
            branch(1, "上海", customers=[customer("1", SEA)]),
        )
    )
    assert [row[0] for row in cells(settled, "customers", "customer_id")] == ["北京-1-2", "北京-1", "上海-1"]


def test_an_id_twice_in_one_branch_stays_for_the_checks() -> None:
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD), customer("1", HILL)]),
            branch(1, "上海", customers=[customer("1", CLOUD)]),
        )
    )
    assert cells(settled, "customers", "customer_id", "name") == [
        ("1", CLOUD, "北京、上海"),
        ("1", HILL, "北京"),
    ]
    assert settled.merged == {"customers": 1}


def test_cases_are_one_where_every_cell_is_the_same() -> None:
    at = dt.datetime(2026, 1, 5, 9, 30)
    case = {"complaint_id": "T1", "received_at": at, "name": CLOUD, "content": "噪音"}
    settled = settle(
        joined(
            branch(0, "北京", complaints=[case], complaint_steps=[{"complaint_id": "T1", "step": "调查"}]),
            branch(1, "上海", complaints=[case], complaint_steps=[{"complaint_id": "T1", "step": "回访"}]),
        ),
        "crm",
    )
    assert cells(settled, "complaints", "complaint_id") == [("T1", "北京、上海")]
    assert cells(settled, "complaint_steps", "complaint_id", "step") == [
        ("T1", "调查", "北京"),
        ("T1", "回访", "上海"),
    ]
    assert _kinds(settled) == [("相同记录", "客户投诉登记表", "T1", "北京、上海")]
    assert settled.merged == {"complaints": 1}


def test_rows_under_a_case_of_two_branches_stand_as_often_as_in_one() -> None:
    """But those under another case, or of a branch that does not have the case, stay."""
    case = {"complaint_id": "T1", "content": "噪音"}
    step, visit = ({"complaint_id": "T1", "step": text} for text in ("调查", "回访"))
    log = [{"case_id": "T1", "status": "等待客户"}]
    other = {"complaint_id": "T2", "step": "调查"}
    whole = joined(
        branch(0, "甲", complaints=[case], complaint_steps=[step, visit], status_changes=log),
        branch(1, "乙", complaints=[case], complaint_steps=[step, step, other], status_changes=log),
        branch(2, "丙", complaint_steps=[step, other]),
        branch(3, "丁", complaints=[{"complaint_id": "T1", "content": "漏水"}], complaint_steps=[step]),
    )
    settled = settle(whole, "crm")
    assert cells(settled, "complaint_steps", "complaint_id", "step") == [
        ("甲-T1", "调查", "甲、乙"),
        ("甲-T1", "回访", "甲"),
        ("甲-T1", "调查", "乙"),
        ("T2", "调查", "乙"),
        ("T1", "调查", "丙"),
        ("T2", "调查", "丙"),
        ("丁-T1", "调查", "丁"),
    ]
    assert cells(settled, "status_changes", "case_id") == [("甲-T1", "甲、乙")]
    assert settled.merged == {"complaints": 1, "complaint_steps": 1, "status_changes": 1}
    for table, rows in whole.frames.items():
        assert len(rows) == len(settled.frames[table]) + settled.merged[table]
    assert [(each.sheet, each.what) for each in settled.conflicts if each.kind == "相同记录"] == [
        ("客户投诉登记表", "这些分部的记录完全相同"),
        ("投诉处理跟踪表", "相同记录下的 1 行在几个分部完全相同"),
        ("状态变更表", "相同记录下的 1 行在几个分部完全相同"),
    ]


def test_different_cases_are_told_apart_in_logs_and_steps_and_beside_tasks() -> None:
    def of(text: str) -> dict[str, Any]:
        return {
            "complaints": [{"complaint_id": "T1", "content": text}],
            "complaint_steps": [{"complaint_id": "T1", "step": "调查"}],
            "status_changes": [{"case_id": "T1", "status": "等待客户"}],
            "due_list": [{"task_id": "P20|T1|20260105", "note": text}, {"note": "没有编号"}],
        }

    settled = settle(joined(branch(0, "北京", **of("噪音")), branch(1, "上海", **of("漏水"))))
    for table, key in (
        ("complaints", "complaint_id"),
        ("complaint_steps", "complaint_id"),
        ("status_changes", "case_id"),
    ):
        assert cells(settled, table, key) == [("北京-T1", "北京"), ("上海-T1", "上海")]
    assert [row[0] for row in cells(settled, "due_list", "task_id")] == [
        "P20|北京-T1|20260105",
        None,
        "P20|上海-T1|20260105",
        None,
    ]


def test_cases_of_two_tables_share_the_log_and_so_are_told_apart() -> None:
    settled = settle(
        joined(
            branch(
                0,
                "北京",
                complaints=[{"complaint_id": "1", "content": "噪音"}],
                status_changes=[{"case_id": "1", "status": "等待客户"}],
            ),
            branch(1, "上海", pack="support", orders=[{"order_id": "1", "name": SEA}]),
        )
    )
    assert cells(settled, "complaints", "complaint_id") == [("北京-1", "北京")]
    assert cells(settled, "orders", "order_id") == [("上海-1", "上海")]
    assert cells(settled, "status_changes", "case_id") == [("北京-1", "北京")]


def test_cases_of_two_customers_with_one_id_are_two_cases() -> None:
    case = {"complaint_id": "T1", "customer_id": "1", "content": "噪音"}
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD)], complaints=[case]),
            branch(1, "上海", customers=[customer("1", SEA)], complaints=[case]),
        )
    )
    assert cells(settled, "complaints", "complaint_id", "customer_id") == [
        ("北京-T1", "北京-1", "北京"),
        ("上海-T1", "上海-1", "上海"),
    ]


def test_assessments_of_several_rows_are_compared_whole() -> None:
    rows = [{"assessment_id": "P1", "indicator": "年限"}, {"assessment_id": "P1", "indicator": "规模"}]
    settled = settle(
        joined(
            branch(0, "北京", relationship_assessments=rows),
            branch(1, "上海", relationship_assessments=rows),
            branch(2, "广州", relationship_assessments=rows[:1]),
        ),
        "relationship",
    )
    assert cells(settled, "relationship_assessments", "assessment_id", "indicator") == [
        ("北京-P1", "年限", "北京、上海"),
        ("北京-P1", "规模", "北京、上海"),
        ("广州-P1", "年限", "广州"),
    ]
    assert settled.merged == {"relationship_assessments": 2}


def test_rows_that_every_workbook_ships_with_stand_once() -> None:
    shipped = [{"tag": "高活跃度", "service": "新功能教程"}]
    settled = settle(
        joined(
            branch(0, "北京", pack="support", tag_services=[*shipped, *shipped]),
            branch(1, "上海", pack="support", tag_services=[*shipped, {"tag": "新客户", "service": "培训"}]),
        )
    )
    assert cells(settled, "tag_services", "tag") == [
        ("高活跃度", "北京"),
        ("高活跃度", "北京"),
        ("新客户", "上海"),
    ]
    assert settled.merged == {"tag_services": 1}


def test_an_id_that_only_another_branch_has_is_told() -> None:
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD)]),
            branch(1, "上海", customers=[customer("2", SEA)], transactions=[{"customer_id": "1"}] * 2),
            branch(2, "广州", transactions=[{"customer_id": "9"}]),
        ),
        "crm",
    )
    assert _kinds(settled) == [("引用别的分部", "交易记录表", "1", "上海")]
    assert settled.conflicts[0].what == "2 行引用这个编号，本分部没有登记，别的分部登记了"


def test_an_id_that_other_branches_had_to_change_is_told() -> None:
    settled = settle(
        joined(
            branch(
                0,
                "甲",
                customers=[customer("C1", CLOUD)],
                complaints=[{"complaint_id": "T1", "content": "a"}],
            ),
            branch(
                1, "乙", customers=[customer("C1", SEA)], complaints=[{"complaint_id": "T1", "content": "b"}]
            ),
            branch(
                2,
                "丙",
                transactions=[{"customer_id": "C1"}],
                status_changes=[{"case_id": "T1", "status": "处理中"}],
            ),
        ),
        "crm",
    )
    assert cells(settled, "transactions", "customer_id") == [("C1", "丙")]
    assert cells(settled, "status_changes", "case_id") == [("T1", "丙")]
    assert [(each.sheet, each.number, each.branches, each.done) for each in settled.conflicts[2:]] == [
        (
            "交易记录表",
            "C1",
            "丙",
            (
                "保持原样：别的分部登记的已改为 甲-C1、乙-C1，无法判断是哪一个；"
                "请在本分部登记 C1，或改成正确的编号，再重新合并"
            ),
        ),
        (
            "状态变更表",
            "T1",
            "丙",
            (
                "保持原样：别的分部登记的已改为 甲-T1、乙-T1，无法判断是哪一个；"
                "请在本分部登记 T1，或改成正确的编号，再重新合并"
            ),
        ),
    ]


def test_one_name_under_two_ids_is_told_and_stays() -> None:
    settled = settle(
        joined(
            branch(0, "北京", customers=[customer("1", CLOUD)]),
            branch(1, "上海", customers=[customer("2", f" {CLOUD}"), customer("3", SEA)]),
        ),
        "crm",
    )
    assert _kinds(settled) == [("同名客户", "客户信息总表", "1、2", "北京、上海")]
    assert len(settled.frames["customers"]) == 3


def test_one_name_whose_telephones_differ_is_told_as_what_it_is() -> None:
    settled = settle(
        joined(
            branch(0, "甲", customers=[customer("1", CLOUD)]),
            branch(1, "乙", customers=[customer("1", CLOUD, phone="13812345678")]),
            branch(2, "丙", customers=[customer("1", CLOUD, phone="13987654321")]),
        ),
        "crm",
    )
    assert [row[0] for row in cells(settled, "customers", "customer_id")] == ["甲-1", "乙-1", "丙-1"]
    assert _kinds(settled)[1:] == [("同名客户", "客户信息总表", "甲-1、乙-1、丙-1", "甲、乙、丙")]
    assert settled.conflicts[1].what.startswith(f"“{CLOUD}”在这些分部原来的编号相同，但联系电话不同")


def test_branches_of_one_name_are_numbered_and_copies_told() -> None:
    one, other = (
        dataclasses.replace(branch(place, "北京", customers=[customer("1", CLOUD)]), digest="abc")
        for place in (0, 1)
    )
    whole = joined(one, other, branch(2, "北京-2"))
    assert unique_names(whole) == {0: "北京", 1: "北京-2", 2: "北京-2-2"}
    settled = settle(whole)
    assert [(each.kind, each.branches) for each in settled.conflicts] == [
        ("内容相同的文件", "北京、北京-2"),
        ("同一客户", "北京、北京-2"),
    ]


def test_many_branches_are_counted_not_listed() -> None:
    settled = settle(joined(*(branch(at, f"分部{at}", customers=[customer("1", CLOUD)]) for at in range(12))))
    (conflict,) = settled.conflicts
    assert conflict.branches == "分部0、分部1、分部2、分部3、分部4、分部5、分部6、分部7 等 12 个"


def test_a_note_stays_with_its_record_where_a_customer_has_the_same_number() -> None:
    def of(name: str, text: str) -> dict[str, Any]:
        return {
            "customers": [customer("1", name)],
            "complaints": [{"complaint_id": "1", "content": text}],
            "due_list": [
                {"task_id": f"{rule}|1|20261122", "note": text}
                for rule in (customers_rule, complaints_rule, "X9")
            ],
        }

    homes = {rule.table: rule.rule_id for rule in default_book("crm").rules}
    customers_rule, complaints_rule = homes["customers"], homes["complaints"]
    settled = settle(
        joined(branch(0, "甲", **of(CLOUD, "噪音")), branch(1, "乙", **of(CLOUD, "漏水"))), "crm"
    )
    assert cells(settled, "customers", "customer_id") == [("1", "甲、乙")]
    assert cells(settled, "complaints", "complaint_id") == [("甲-1", "甲"), ("乙-1", "乙")]
    assert cells(settled, "due_list", "task_id", "note") == [
        (f"{customers_rule}|1|20261122", "甲：噪音；乙：漏水", "甲、乙"),
        (f"{complaints_rule}|甲-1|20261122", "噪音", "甲"),
        ("X9|1|20261122", "甲：噪音；乙：漏水", "甲、乙"),
        (f"{complaints_rule}|乙-1|20261122", "漏水", "乙"),
    ]
    told = [each for each in settled.conflicts if "无法判断" in each.what]
    assert [(each.kind, each.number, each.branches) for each in told] == [
        ("任务备注", "X9|1|20261122", "甲"),
        ("任务备注", "X9|1|20261122", "乙"),
    ]


def test_texts_beside_a_case_of_the_recovery_report_stay_with_it() -> None:
    def of(name: str) -> dict[str, Any]:
        return {
            "customers": [customer("K1", name)],
            "recovery_cases": [{"recovery_id": "A 1", "customer_id": "K1", "name": name}],
            "recovery_assessments": [
                {"dimension": "响应", "indicator": f"首次响应（{about} {name}）", "improvement": name}
                for about in ("A1", "K1/2026-11-20", "A10")
            ],
        }

    settled = settle(joined(branch(0, "甲（北）", **of(CLOUD)), branch(1, "乙", **of(SEA))), "recovery")
    assert [row[0] for row in cells(settled, "recovery_assessments", "indicator")] == [
        f"首次响应（甲北-A1 {CLOUD}）",
        f"首次响应（甲北-K1/2026-11-20 {CLOUD}）",
        f"首次响应（A10 {CLOUD}）",
        f"首次响应（乙-A1 {SEA}）",
        f"首次响应（乙-K1/2026-11-20 {SEA}）",
        f"首次响应（A10 {SEA}）",
    ]


def test_notes_of_several_branches_beside_one_task_become_one() -> None:
    task, team = "S01|KH001|20261122", "P30|团队|20261122"
    settled = settle(
        joined(
            branch(
                0,
                "甲",
                customers=[customer("KH001", CLOUD)],
                due_list=[
                    {"task_id": task, "note": "已约周三", "postponed_to": dt.date(2026, 11, 25)},
                    {"task_id": team, "note": "已开会"},
                ],
            ),
            branch(
                1, "乙", customers=[customer("KH001", CLOUD)], due_list=[{"task_id": "S02|9|1", "note": "x"}]
            ),
            branch(
                2,
                "丙",
                customers=[customer("KH001", CLOUD)],
                due_list=[
                    {"task_id": task, "note": "对方出差", "postponed_to": dt.date(2026, 11, 28)},
                    {"task_id": team, "note": "已开会", "postponed_to": dt.date(2026, 11, 30)},
                ],
            ),
        ),
        "crm",
    )
    assert cells(settled, "due_list", "task_id", "note", "postponed_to") == [
        (task, "甲：已约周三；丙：对方出差", pd.Timestamp(2026, 11, 25), "甲、丙"),
        (team, "已开会", pd.Timestamp(2026, 11, 30), "甲、丙"),
        ("S02|9|1", "x", None, "乙"),
    ]
    assert settled.merged == {"customers": 2, "due_list": 2}
    assert [(each.number, each.branches, each.done) for each in settled.conflicts[1:]] == [
        (
            task,
            "甲、丙",
            (
                "合并为一行；处理备注都保留，注明分部；顺延至不一致"
                "（甲“2026-11-25”、丙“2026-11-28”），采用 甲 的"
            ),
        ),
        (team, "甲、丙", "合并为一行"),
    ]
    assert {each.kind for each in settled.conflicts[1:]} == {"任务备注"}


def test_texts_beside_one_row_of_a_report_become_one_and_long_ones_are_told() -> None:
    row = {"month": "2026-10", "owner": "李明"}
    settled = settle(
        joined(
            branch(0, "甲", maintenance_summaries=[row | {"problem": "人" * 20_000, "measure": "招人"}]),
            branch(1, "乙", maintenance_summaries=[row | {"problem": "钱" * 20_000}]),
        )
    )
    ((problem, measure, origins),) = cells(settled, "maintenance_summaries", "problem", "measure")
    assert (problem[:3], len(problem), measure, origins) == ("甲：人", 32_000, "招人", "甲、乙")
    (conflict,) = settled.conflicts
    assert conflict.number == "2026-10 李明"
    assert "存在问题太长，只保留前 32,000 个字" in conflict.done


def test_a_task_twice_in_one_branch_is_left_to_its_refresh() -> None:
    rows = [{"task_id": "S01|1|1", "note": "一"}, {"task_id": "S01|1|1", "note": "二"}]
    settled = settle(joined(branch(0, "甲", due_list=rows), branch(1, "乙")))
    assert len(settled.frames["due_list"]) == 2
    assert not settled.conflicts


_ID = st.none() | st.sampled_from(["1", "2", "3"])
_NAME = st.sampled_from([CLOUD, SEA])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(_ID, _NAME), max_size=4),
            st.lists(st.tuples(_ID, _ID), max_size=4),
            st.lists(_ID, max_size=3),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_nothing_is_lost_and_every_record_still_finds_its_customer(
    offices: list[tuple[list[tuple[str | None, str]], list[tuple[str | None, str | None]], list[str | None]]],
) -> None:
    branches = [
        branch(
            at,
            f"分部{at}",
            customers=[customer(number, name) for number, name in customers],
            complaints=[{"complaint_id": case, "customer_id": number, "name": "x"} for case, number in cases],
            complaint_steps=[{"complaint_id": case, "step": "调查"} for case, _ in cases],
            transactions=[{"customer_id": number, "product": "p"} for number in deals],
        )
        for at, (customers, cases, deals) in enumerate(offices)
    ]
    whole = joined(*branches)
    settled = settle(whole)
    for table, rows in whole.frames.items():
        assert len(rows) == len(settled.frames[table]) + settled.merged.get(table, 0)
    deals = settled.frames.get("transactions")
    if deals is None or "customer_id" not in deals:
        return
    register = settled.frames.get("customers")
    names = {
        at: {number: name for number, name in reversed(customers) if number is not None}
        for at, (customers, _, _) in enumerate(offices)
    }
    for at in range(len(offices)):
        numbers = deals.loc[deals["_branch"] == at, "customer_id"].tolist()
        for typed, number in zip(offices[at][2], numbers, strict=True):
            if typed in names[at]:
                assert register is not None
                assert (
                    names[at][str(typed)] in register.loc[register["customer_id"] == number, "name"].tolist()
                )


@pytest.mark.parametrize("count", [0, 1])
def test_a_branch_alone_is_left_alone(count: int) -> None:
    settled = settle(joined(branch(0, "北京", customers=[customer("1", CLOUD)] * count)))
    assert not settled.conflicts
