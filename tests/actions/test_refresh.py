"""A whole refresh of each pack's workbook: rebuilt lists, the user's words in them, the pack's own words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.e2e.reading import rows, type_in
from tests.workbook.sheets import written
from xlcrm.actions.base import Outcome, RunParams, silent
from xlcrm.actions.refresh import refresh
from xlcrm.tables import BY_NAME, PACKS, tables_of
from xlcrm.tables.system import HOME, HOME_CARDS
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 11, 20, 10, 30)

CUSTOMER = {
    "customer_id": "2023001",
    "name": "杭州云帆科技有限公司",
    "contact": "张伟",
    "phone": "13812345678",
    "grade": "A类",
    "filed_on": "2026-03-01",
    "owner": "李明",
    "stage": "合作",
    "signed_on": "2026-11-14",
    "need_tags": "高活跃度",
}


def made(path: Path, pack: str, **tables: list[dict[str, Any]]) -> Path:
    """A workbook of a pack with these rows."""
    build(pack, path, {name: typed(name, own) for name, own in tables.items()})
    return path


def typed(name: str, own: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(own)
    for key in frame:
        if BY_NAME[name].by_key[str(key)].kind.value in ("date", "datetime"):
            frame[key] = pd.to_datetime(frame[key], format="ISO8601")
    return frame


def refreshed(path: Path, now: dt.datetime = NOW) -> Outcome:
    with FileDoor(path, write=True) as door:
        return refresh(door, RunParams(now=now), silent)


def column(path: Path, sheet: str, heading: str) -> list[Any]:
    return [row[heading] for row in rows(path, sheet).values()]


def cards(path: Path) -> dict[str, Any]:
    """The figures of 首页 by their label."""
    with FileDoor(path, write=False) as door:
        columns = door.grid(HOME).columns
    return {
        text: cells[place + 1]
        for cells in columns
        for place, text in enumerate(cells)
        if text in HOME_CARDS and isinstance(cells[place + 1], (int, float))
    }


@pytest.mark.slow
@pytest.mark.parametrize("pack", PACKS)
def test_an_empty_workbook_of_every_pack(tmp_path: Path, pack: str) -> None:
    path = made(tmp_path / "客户.xlsx", pack)
    outcome = refreshed(path)
    assert outcome.remarks == []
    assert list(outcome.counts) == list(HOME_CARDS)
    assert cards(path) == dict(outcome.counts)
    lists = [table.title for table in tables_of(pack) if table.report]
    # 客户关系恢复效果评估表 has its three totals even without a case.
    assert {title for title in lists if rows(path, title)} <= {"客户关系恢复效果评估表"}
    again = refreshed(path)
    assert again.counts == outcome.counts


def assessments(score: float) -> list[dict[str, Any]]:
    common = {"name": CUSTOMER["name"], "customer_id": "2023001", "assessment_id": "PG1"}
    return [
        {**common, "indicator": "合作年限", "weight": 0.4, "score": score},
        {**common, "indicator": "结算量", "weight": 0.6, "score": 90},
    ]


def test_the_relationship_pack(tmp_path: Path) -> None:
    path = made(
        tmp_path / "客户.xlsx",
        "relationship",
        customers=[CUSTOMER],
        relationship_assessments=assessments(70),
        maintenance_plans=[
            {
                "plan_id": "WH1",
                "customer_id": "2023001",
                "measure": "拜访",
                "owner": "李明",
                "budget": 500,
                "due_on": "2026-11-10",
                "done_on": "2026-11-09",
                "review_status": "已通过",
            },
        ],
        callback_records=[
            {"touched_at": "2026-11-18 09:00", "customer_id": "2023001", "callback_type": "常规",
             "by": "王芳", "needs_service": "是"},
        ],
    )  # fmt: skip
    outcome = refreshed(path)
    assert outcome.remarks == []
    # 0.4 * 70 + 0.6 * 90 = 82
    assert column(path, "客户关系评估表", "最终得分") == [82, 82]
    assert column(path, "客户关系评估表", "建议") == ["维持关系", "维持关系"]
    (entry,) = rows(path, "客户分级名册").values()
    assert list(entry.values()) == ["2023001", CUSTOMER["name"], "A类", 82, None, "维持关系"]
    (month,) = rows(path, "客户维护总结表").values()
    assert list(month.values())[:7] == ["2026-11", "李明", 1, 1, 1, 500, None]
    assert column(path, "回访名单", "选择方法") == ["随机选择法", "服务选择法", "情感选择法"]
    assert column(path, "回访名单", "入选理由") == [
        "随机抽取第1位（种子 202611）",
        "2026-11-18 回访时需后续服务",
        "已 2 天未联系（最近 2026-11-18）",
    ]
    # Rows of the lists that it builds itself are no rows of the office's.
    assert refreshed(path).message == outcome.message


def test_words_in_the_summary_stay_until_their_row_is_gone_and_then_go_to_the_journal(tmp_path: Path) -> None:
    plan = {
        "plan_id": "WH1",
        "customer_id": "2023001",
        "measure": "拜访",
        "owner": "李明",
        "due_on": "2026-11-10",
    }
    path = made(
        tmp_path / "客户.xlsx",
        "relationship",
        customers=[CUSTOMER],
        maintenance_plans=[{**plan, "review_status": "已通过"}],
    )
    refreshed(path)
    (row,) = rows(path, "客户维护总结表")
    type_in(path, "客户维护总结表", row, 存在问题="客户出差", 改进措施="改期")
    assert refreshed(path).remarks == []
    assert column(path, "客户维护总结表", "存在问题") == ["客户出差"]
    (plan_row,) = rows(path, "客户关系维护方案")
    type_in(path, "客户关系维护方案", plan_row, 维护人员="王芳")
    outcome = refreshed(path)
    assert outcome.remarks == ["2 处您填写的内容所在的行已不存在，内容记入操作日志"]
    assert column(path, "客户维护总结表", "存在问题") == [None]
    assert column(path, "操作日志", "说明")[-1] == (
        "已离开清单的备注 客户维护总结表 2026-11 李明 存在问题：客户出差；"
        "已离开清单的备注 客户维护总结表 2026-11 李明 改进措施：改期"
    )


def test_a_list_whose_words_could_not_be_kept_is_left_alone(tmp_path: Path) -> None:
    plans: list[list[object]] = [
        ["客户编号", "维护措施", "维护人员", "完成期限", "审核状态"],
        ["2023001", "拜访", "李明", dt.datetime(2026, 11, 10), "已通过"],
    ]
    summary: list[list[object]] = [["月份", "计划项数", "存在问题"], ["2026-11", 7, "客户出差"]]
    path = written(tmp_path / "客户.xlsx", {"客户关系维护方案": plans, "客户维护总结表": summary})
    outcome = refreshed(path)
    told = "客户维护总结表没有 客户经理 列，无法保留您填写的内容，没有重建；请恢复这些列名后再刷新"
    assert told in outcome.remarks
    with FileDoor(path, write=False) as door:
        assert [list(cells) for cells in door.grid("客户维护总结表").columns] == [
            ["月份", "2026-11"],
            ["计划项数", 7],
            ["存在问题", "客户出差"],
        ]


def test_the_recovery_pack(tmp_path: Path) -> None:
    case = {
        "recovery_id": "HF20261101001",
        "customer_id": "2023001",
        "issue_type": "产品故障",
        "owner": "李明",
        "received_at": "2026-11-01 09:00",
        "responded_at": "2026-11-02 03:00",
        "urgency": "一般",
        "satisfaction": 8,
    }
    path = made(tmp_path / "客户.xlsx", "recovery", customers=[CUSTOMER], recovery_cases=[case])
    assert refreshed(path).counts["未结案件"] == 1
    sheet = "客户关系恢复效果评估表"
    assert column(path, sheet, "实际结果") == [
        "100%（1/1）",
        "100%（1/1）",
        "1件待跟踪",
        "是(18小时)",
        "8分(达标)",
        "待跟踪(尚未执行完成)",
    ]
    row = max(rows(path, sheet))
    type_in(path, sheet, row, 改进方向="一个月后回访")
    refreshed(path)
    assert column(path, sheet, "改进方向") == [None] * 5 + ["一个月后回访"]


def test_the_support_pack(tmp_path: Path) -> None:
    issue = {
        "issue_id": "SH202611180001",
        "name": CUSTOMER["name"],
        "received_at": "2026-11-18 08:30",
        "content": "无法登录",
        "issue_type": "功能故障",
        "owner": "王芳",
        "urgency": "普通",
        "complexity": "复杂",
    }
    path = made(
        tmp_path / "客户.xlsx",
        "support",
        customers=[CUSTOMER],
        service_issues=[issue],
        tag_services=[{"tag": "高活跃度", "service": "新功能教程"}],
        service_pushes=[
            {"tags": "高活跃度", "service": "新功能教程", "channel": "短信", "pushed_at": "2026-11-10 09:00",
             "pushed": 200, "inquiries": 30, "conversions": 20},
            {"tags": "高活跃度", "service": "套餐优惠", "channel": "短信", "pushed_at": "2026-11-10 09:00",
             "pushed": 200},
        ],
    )  # fmt: skip
    assert refreshed(path).counts["未结案件"] == 1
    (listed,) = rows(path, "联席会议清单").values()
    assert {key: listed[key] for key in ("单号", "已用时", "最紧急状态", "来源")} == {
        "单号": "SH202611180001",
        "已用时": "2天2小时",
        "最紧急状态": "已超时",
        "来源": "售后问题处理表 第4行",
    }
    assert column(path, "增值服务推送记录表", "标签匹配") == ["是", "否"]
    assert column(path, "增值服务推送记录表", "响应率") == [0.25, None]
    assert column(path, "客户信息总表", "匹配服务") == ["新功能教程"]


def test_the_service_pack_speaks_its_own_words(tmp_path: Path) -> None:
    path = made(tmp_path / "客户.xlsx", "service", customers=[{**CUSTOMER, "grade": "VIP"}])
    outcome = refreshed(path)
    assert outcome.remarks == []
    assert set(column(path, "到期清单", "客户等级")) <= {"VIP", None}
    assert "VIP" in column(path, "到期清单", "客户等级")
