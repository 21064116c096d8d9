"""From a job to an action of the registry."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from tests.entrypoints.watching.stand_ins import job
from xlcrm.actions import ACTIONS
from xlcrm.actions.base import Outcome, silent
from xlcrm.entrypoints.boxes import NOT_SAVED
from xlcrm.entrypoints.watching import doing
from xlcrm.entrypoints.watching.doing import DOINGS, Done, do
from xlcrm.errors import ProgramMissing, UsageError, WorkbookOpen
from xlcrm.tables.mailing import JOB_ACTION
from xlcrm.workbook.port import Saved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlcrm.actions.base import Action, Params, Progress
    from xlcrm.workbook.port import Door

NOW = dt.datetime(2026, 3, 2, 8, 30)
DAY = dt.date(2026, 2, 27)


class Seen:
    """An action that only looks at what it is asked."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome = outcome or Outcome("完成")
        self.action: Action
        self.params: Any = None
        self.door: Any = None

    def run(self, action: Action, door: Door, params: Params, progress: Progress) -> Outcome:
        del progress
        self.action, self.door, self.params = action, door, params
        return self.outcome


@contextlib.contextmanager
def seen(outcome: Outcome | None = None) -> Iterator[Seen]:
    found = Seen(outcome)

    def run(*arguments: Any) -> Outcome:  # a plain function, so that it is told whose method it is
        return found.run(*arguments)

    with mock.patch("xlcrm.actions.base.Action.run", run):
        yield found


@pytest.mark.parametrize("action", JOB_ACTION.values)
def test_every_job_is_an_action_that_takes_what_it_is_asked(demo: Path, action: str) -> None:
    with seen() as found:
        done = do(demo, job(action=action, recipients=("张三",)), NOW, silent, DAY)
    assert done == Done("成功", "完成。")
    assert found.action is ACTIONS[DOINGS[action].action]
    assert found.params.now == NOW
    if found.action.name == "mail":
        assert found.params.letters == (action,)
        assert found.params.to == ("张三",)
        assert found.params.apply
        assert found.params.day == DAY
    assert found.door.write is (found.action.writes and not found.action.late)


def test_without_recipients_and_now_the_action_decides(demo: Path) -> None:
    with seen() as found:
        do(demo, job(action="个人清单"), None, silent)
    assert found.params.now is None
    assert found.params.to == ()


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome("已处理 3 行。", remarks=["没有这列；", "那列"]), ("成功", "已处理 3 行；没有这列；那列。")),
        (Outcome("1 封邮件都没有发出", ok=False), ("失败", "1 封邮件都没有发出。")),
        (Outcome("1 封邮件都没有发出", ok=False, later=True), ("等待", "1 封邮件都没有发出。")),
        (Outcome("现在不是工作时间", later=True, calm=True), ("等待", "现在不是工作时间。")),
        (Outcome("已发送 1 封，1 封待重发", later=True), ("等待", "已发送 1 封，1 封待重发。")),
        (Outcome("好", saved=Saved(3)), ("成功", "好。")),
    ],
)
def test_an_outcome_is_a_result_and_a_line(demo: Path, outcome: Outcome, told: tuple[str, str]) -> None:
    with seen(outcome):
        done = do(demo, job(), NOW, silent)
    assert (done.result, done.detail) == told
    assert (done.left, done.calm) == (outcome.later, outcome.calm)


def test_an_action_that_this_version_lacks_is_told(demo: Path) -> None:
    with (
        mock.patch.object(doing, "ACTIONS", {}),
        pytest.raises(UsageError, match="任务“每日刷新”的操作“刷新到期清单”在这个版本的 xlcrm 里没有"),
    ):
        do(demo, job(), NOW, silent)


def test_an_open_workbook_is_written_where_it_is_open(demo: Path) -> None:
    _open(demo)
    book = mock.sentinel.book

    @contextlib.contextmanager
    def live(given: Any, *, write: bool) -> Iterator[Any]:
        assert given is book
        assert write
        yield mock.sentinel.door

    with (
        seen(Outcome("好", saved=Saved(3))) as found,
        mock.patch("xlcrm.entrypoints.attach.open_book", return_value=book),
        mock.patch.object(doing, "live_door", live),
    ):
        done = do(demo, job(), NOW, silent)
    assert found.door is mock.sentinel.door
    assert done.detail == f"好；{NOT_SAVED}"


@pytest.mark.parametrize("error", [ProgramMissing("没有"), UsageError("没有打开")])
def test_an_open_workbook_that_no_program_here_has_is_in_use(demo: Path, error: Exception) -> None:
    _open(demo)
    with (
        seen(),
        mock.patch("xlcrm.entrypoints.attach.open_book", side_effect=error),
        pytest.raises(WorkbookOpen, match="Wang 正用 Excel"),
    ):
        do(demo, job(), NOW, silent)


def test_what_only_reads_does_not_mind_an_open_workbook(demo: Path) -> None:
    _open(demo)
    with seen() as found:
        do(demo, job(action="管理层邮件"), NOW, silent)
    assert found.door.write is False


def _open(path: Path) -> None:
    path.with_name(f"~${path.name}").write_bytes(b"\x04Wang".ljust(165, b" "))
