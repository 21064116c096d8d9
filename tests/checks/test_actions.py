"""V11."""

from __future__ import annotations

import pytest

from tests.checks.build import record, run, sheet, told
from xlcrm.tables.frames import Remark

BY = "2026-12-01"


@pytest.mark.parametrize(
    "action",
    [
        "后续联系",
        "保持联系",
        "再跟进",
        "待定",
        "继续跟进",
        "下次再说",
        "持续关注客户情况",
        "等客户通知",
        "后续再联系。",
        "报价",
    ],
)
def test_vague_action_is_a_warning(action: str) -> None:
    found = run(sheet("followup_records", [record(next_action=action, next_action_by=BY)]))
    assert told(found, "V11") == [("警告", 4, "next_action")]


@pytest.mark.parametrize(
    "action", ["李明8月20日前发送报价单", "寄样品", "电话确认合同条款", "安排工程师上门检测服务器"]
)
def test_concrete_action_with_a_deadline_is_fine(action: str) -> None:
    assert told(run(sheet("followup_records", [record(next_action=action, next_action_by=BY)])), "V11") == []


def test_action_without_a_deadline_is_a_warning() -> None:
    found = run(sheet("followup_records", [record(next_action="李明发送报价单")]))
    assert told(found, "V11") == [("警告", 4, "next_action_by")]


@pytest.mark.parametrize("action", [None, "无", "无需跟进", "-"])
def test_no_action_needs_no_deadline(action: str | None) -> None:
    assert told(run(sheet("followup_records", [record(next_action=action)])), "V11") == []


def test_unreadable_deadline_is_left_to_v08() -> None:
    notes = [(4, "next_action_by", Remark.UNREADABLE, "下周")]
    found = run(sheet("followup_records", [record(next_action="李明发送报价单")], notes=notes))
    assert told(found, "V11") == []
    assert told(found, "V08") == [("错误", 4, "next_action_by")]


def test_deadline_is_not_asked_for_where_the_sheet_has_no_column() -> None:
    found = run(sheet("followup_records", [record(next_action="李明发送报价单")], lacks=["next_action_by"]))
    assert told(found, "V11") == []


def test_a_long_text_of_vague_words_takes_no_time() -> None:
    found = run(sheet("followup_records", [record(next_action="再说" * 5000 + "!", next_action_by=BY)]))
    assert told(found, "V11") == []
