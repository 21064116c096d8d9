"""刷新分析 as an action: what it says, what it notes, and what it leaves alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.actions.desk import CARD, TITLE, Desk, body, desk, filled, grades
from xlcrm.actions import ACTIONS, AnalyseParams
from xlcrm.actions.base import silent
from xlcrm.analysis import sheets
from xlcrm.analysis.base import AnalysisSheet, Card, Figure, Kind
from xlcrm.errors import UsageError
from xlcrm.tables.system import JOURNAL

if TYPE_CHECKING:
    from xlcrm.actions import Outcome

NOW = dt.datetime(2026, 11, 20, 10, 30)


def office() -> Desk:
    """A register of one customer, the sample sheet and 操作日志."""
    door = desk("等级", "客户数")
    door.rows["客户信息总表"] = [["客户编号", "客户名称"], ["2023001", "杭州云帆科技有限公司"]]
    door.rows["操作日志"] = [[item.heading for item in JOURNAL.columns]]
    return door


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stages that were told; the workbook's one analysis sheet is the sample."""
    made = filled({"grade": ["A类"], "count": [1]}, "只有一位")
    share = Card("占比", Kind.PERCENT, lambda _: Figure(None, "没有数据"))
    monkeypatch.setattr(sheets, "SHEETS", (AnalysisSheet("one", TITLE, "", (grades(made),), (CARD, share)),))
    return []


def act(door: Desk, stages: list[str], **params: Any) -> Outcome:
    return ACTIONS["analyse"].run(door, AnalyseParams(now=NOW, **params), stages.append)


def test_it_sums_up_and_notes_what_it_did(stages: list[str]) -> None:
    door = office()
    door.rows[TITLE][4] = ["总数", "占比"]
    outcome = act(door, stages, month=dt.date(2026, 10, 5))
    assert outcome.message == "已更新 1 张分析表（2026年10月）：总数 2，占比 —"
    assert dict(outcome.counts) == {"分析表": 1, "分析块": 1, "明细行": 0}
    assert outcome.remarks == []
    assert body(door) == [["A类", 1]]
    assert door.rows["操作日志"][1][2] == "刷新分析"
    assert door.rows["客户信息总表"] == [["客户编号", "客户名称"], ["2023001", "杭州云帆科技有限公司"]]
    assert stages == ["读取工作簿", "检查录入", "计算截止和到期", "更新分析", "整理结果", "写入工作簿"]


def test_its_data_are_the_figures(stages: list[str]) -> None:
    outcome = act(office(), stages, dry_run=True)
    (sheet,) = outcome.data["sheets"]
    assert (outcome.data["month"], sheet["sheet"]) == ("2026-11", TITLE)
    assert sheet["cards"] == [
        {"label": "总数", "value": 2.0, "shown": "2", "text": "较上月 +1"},
        {"label": "占比", "value": None, "shown": "—", "text": "没有数据"},
    ]
    assert sheet["panels"] == [{"title": "按等级", "caption": "只有一位", "rows": 1}]


def test_a_dry_run_writes_nothing(stages: list[str]) -> None:
    door = office()
    outcome = act(door, stages, dry_run=True)
    assert outcome.saved is None
    assert outcome.changes is not None
    assert body(door) == []


def test_without_cards_there_is_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = AnalysisSheet("one", TITLE, "", (grades(filled({"grade": [], "count": []})),))
    monkeypatch.setattr(sheets, "SHEETS", (plain,))
    assert act(office(), []).message == "已更新 1 张分析表（2026年11月）"


def test_a_workbook_without_analysis_sheets(stages: list[str]) -> None:
    door = office()
    del door.rows[TITLE]
    outcome = act(door, stages)
    assert outcome.message == "没有可以更新的分析表，文件没有改动"
    assert outcome.remarks == ["工作簿中没有分析表，没有写出分析；可用 xlcrm new 建立完整的工作簿"]
    assert len(door.rows["操作日志"]) == 1


def test_a_month_that_has_not_begun_is_refused_before_anything_is_worked_out(stages: list[str]) -> None:
    with pytest.raises(UsageError, match="2026年12月还没有到"):
        act(office(), stages, month=dt.date(2026, 12, 1))
    assert stages == ["读取工作簿"]


def test_a_refresh_does_it_too(stages: list[str]) -> None:
    del stages
    door = office()
    action = ACTIONS["refresh"]
    outcome = action.run(door, action.params.model_validate({"now": NOW}), silent)
    assert outcome.changes is not None
    assert [title.text for title in outcome.changes.titles] == ["只有一位"]
    assert body(door) == [["A类", 1]]
