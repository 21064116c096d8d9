"""The loop: what runs when, what is caught up, and what no failure may do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from tests.entrypoints.watching.stand_ins import Clock, Office, chinese_worktime, job, raising, set_zone
from xlcrm.entrypoints.watching.doing import Done
from xlcrm.entrypoints.watching.jobs import Job, RowFault
from xlcrm.entrypoints.watching.ledger import Ledger, Run
from xlcrm.entrypoints.watching.status import Status
from xlcrm.errors import ParameterError, SheetMissing, WorkbookMissing, WorkbookOpen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlcrm.entrypoints.watching.plan import Plan

WORKTIME = chinese_worktime(2026)
IN_USE = WorkbookOpen("张三 正用 Excel 打开着“客户.xlsx”，请先保存并关闭它")


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A Monday morning before work."""
    clock = Clock("2026-03-02T07:00:00")
    with clock.ruling():
        yield clock


@pytest.fixture(autouse=True)
def _own_log(tmp_path: Path) -> Iterator[None]:
    with mock.patch.dict(os.environ, {"XLCRM_HOME": str(tmp_path / "home")}):
        yield


def office(clock: Clock, tmp_path: Path, *jobs: Job) -> Office:
    return Office(clock, tmp_path / "w.jsonl", WORKTIME, *(jobs or (job(),)))


def hours(place: Office) -> list[str]:
    return [f"{name} {at:%d %H:%M}" for name, at in place.ran]


def test_a_run_is_one_line_with_time_job_result_and_seconds(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)

    def slow(one: Job) -> str:
        clock.sleep(3.25)
        return f"{one.name}：12 项到期。"

    place.doing = slow
    place.watch_until("2026-03-02T09:00")
    begun, line = place.lines
    assert begun == "开始看守：1 个任务，下一个 03-02 08:30 每日刷新。按 Ctrl-C 停止。"
    assert line == "03-02 08:30:00  每日刷新  成功  3.2 秒  每日刷新：12 项到期。"
    assert place.asked == [dt.datetime(2026, 3, 2, 8, 30)]


def test_a_fixed_clock_says_the_time_itself(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.fixed_clock = True
    place.watch_until("2026-03-02T09:00")
    assert place.asked == [None]


def test_the_sheet_is_told_after_each_job(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job(), job("检查", "08:40", action="检查录入"))
    place.watch_until("2026-03-02T09:00")
    ran = Status(dt.datetime(2026, 3, 2, 8, 30), "成功：每日刷新完成。", dt.datetime(2026, 3, 3, 8, 30))
    first, second = place.told
    assert first == {"每日刷新": ran, "检查": Status(next_run=dt.datetime(2026, 3, 2, 8, 40))}
    assert second["检查"].last_run == dt.datetime(2026, 3, 2, 8, 40)


@pytest.mark.parametrize("error", [IN_USE, ValueError("x")])
def test_a_sheet_that_cannot_be_told_stops_nothing(clock: Clock, tmp_path: Path, error: Exception) -> None:
    place = office(clock, tmp_path)
    place.untellable = error
    place.watch_until("2026-03-04T07:00")
    assert hours(place) == ["每日刷新 02 08:30", "每日刷新 03 08:30"]
    said = [line for line in place.lines if "运行情况没有写入" in line]
    assert len(said) == (2 if isinstance(error, ValueError) else 0), "each day once"


def test_jobs_of_one_minute_run_refreshes_first(clock: Clock, tmp_path: Path) -> None:
    place = office(
        clock,
        tmp_path,
        job("邮件", action="管理层邮件", row=3),
        job("副本", action="生成管理层副本", row=4),
        job("刷新二", row=6),
        job("刷新一", row=5),
    )
    place.watch_until("2026-03-02T09:00")
    assert [name for name, _ in place.ran] == ["刷新一", "刷新二", "副本", "邮件"]


def test_a_job_of_several_times_and_one_with_an_interval(clock: Clock, tmp_path: Path) -> None:
    half_hours = tuple(f"{at // 60:02}:{at % 60:02}" for at in range(0, 1440, 30))
    place = office(clock, tmp_path, job("两次", "09:00", "14:00"), job("常常", *half_hours, interval=True))
    place.watch_until("2026-03-03T07:10")
    assert [at for at in hours(place) if "两次" in at] == ["两次 02 09:00", "两次 02 14:00"]
    often = [at for name, at in place.ran if name == "常常"]
    assert len(often) == 49, "07:00 to 07:00"
    assert {at.minute for at in often} == {0, 30}


@pytest.mark.parametrize(
    "error",
    [
        ValueError("坏了"),
        ParameterError("参数表第8行：不能使用"),
        SystemExit(3),
        MemoryError(),
        OSError(errno.EIO, "I/O"),
    ],
)
def test_one_failing_job_stops_neither_the_others_nor_its_next_run(
    clock: Clock, tmp_path: Path, error: BaseException
) -> None:
    place = office(clock, tmp_path, job("坏的", row=3), job("好的", row=4))
    tries = 0

    def fail(one: Job) -> str:
        nonlocal tries
        if one.name == "坏的":
            tries += 1
            raise error
        return "完成。"

    place.doing = fail
    place.watch_until("2026-03-04T07:00")
    assert hours(place) == ["好的 02 08:30", "好的 03 08:30"]
    assert tries == 2, "once a day"
    failures = [line for line in place.lines if "坏的  失败" in line]
    assert len(failures) == 2
    assert place.told[-1]["坏的"].last_result.startswith("失败：")
    last = Ledger(place.file).last("坏的")
    assert last is not None
    assert last.result == "失败"
    assert last.detail.rstrip("。")[-1] not in "，："
    assert min(clock.naps) >= 1


def test_a_fault_of_ours_is_logged(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.doing = raising(ZeroDivisionError())
    place.watch_until("2026-03-02T09:00")
    assert "程序内部出错（ZeroDivisionError）" in place.lines[-1]
    assert "ZeroDivisionError" in (tmp_path / "home" / "error.log").read_text("utf-8")


def test_a_fault_of_ours_leaves_the_loop_not_even_for_developers(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.doing = raising(ZeroDivisionError())
    with mock.patch.dict(os.environ, {"XLCRM_DEBUG": "1"}):
        place.watch_until("2026-03-02T09:00")
    assert "ZeroDivisionError" in place.lines[-1]


def test_a_weekend_asleep_is_one_catch_up(clock: Clock, tmp_path: Path) -> None:
    half_hours = tuple(f"{at // 60:02}:{at % 60:02}" for at in range(0, 1440, 30))
    place = office(
        clock,
        tmp_path,
        job("每天", "18:00"),
        job("工作日", "17:00", working_days=True),
        job("常常", *half_hours, interval=True),
    )
    place.watch_until("2026-03-06T16:00")
    del place.ran[:], place.lines[:]
    clock.go_to("2026-03-09T07:10")
    place.watch_until("2026-03-09T07:20")
    assert hours(place) == ["每天 09 07:10", "工作日 09 07:10", "常常 09 07:10"]
    assert "（补 03-08 18:00）" in place.lines[1]
    assert "（补 03-06 17:00）" in place.lines[2]
    assert place.days[-3:-1] == [dt.date(2026, 3, 8), dt.date(2026, 3, 6)]


def test_asleep_in_the_middle_of_a_nap_is_the_same(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("每天", "18:00"))
    naps: list[float] = []

    def lid_closed(seconds: float) -> None:
        naps.append(seconds)
        clock.seconds += seconds
        if len(naps) == 3:
            clock.go_to("2026-03-09T07:10")

    with mock.patch.object(clock, "sleep", lid_closed):
        place.watch_until("2026-03-09T07:20", poll=30)
    assert hours(place) == ["每天 09 07:10"]


def test_what_is_too_old_is_told_and_not_caught_up(clock: Clock, tmp_path: Path) -> None:
    weekly = job("周报", "17:00", weekdays=frozenset({0}))
    place = office(clock, tmp_path, weekly)
    place.watch_until("2026-03-02T08:00")
    clock.go_to("2026-03-05T08:00")
    place.watch_until("2026-03-09T18:00")
    assert hours(place) == ["周报 09 17:00"]
    missed = [line for line in place.lines if "错过" in line]
    assert len(missed) == 1
    assert "03-02 17:00 没有运行" in missed[0]


def test_a_new_job_has_missed_nothing(clock: Clock, tmp_path: Path) -> None:
    clock.go_to("2026-03-02T10:00")
    place = office(clock, tmp_path)
    place.watch_until("2026-03-02T20:00")
    assert place.ran == []
    place.jobs = (job(), job("新的", "19:00"))
    place.watch_until("2026-03-02T23:00")
    assert place.ran == []


def test_a_job_that_fell_due_minutes_before_the_first_start_runs(clock: Clock, tmp_path: Path) -> None:
    clock.go_to("2026-03-02T08:45")
    place = office(clock, tmp_path)
    assert place.watcher().run_once()
    assert hours(place) == ["每日刷新 02 08:45"]


def test_an_edited_job_is_picked_up(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("a", "08:30"), job("b", "12:00"))
    done = place.doing

    def edit(one: Job) -> str | Done:
        place.jobs = (job("a", "11:00"), job("b", "08:00"), job("c", "12:30"))
        place.mark = 1
        return done(one)

    place.doing = edit
    place.watch_until("2026-03-03T07:00", poll=30)
    assert hours(place) == ["a 02 08:30", "a 02 11:00", "c 02 12:30"]


def test_a_job_switched_off_and_on_again_has_missed_nothing(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.watch_until("2026-03-02T08:00")
    place.jobs = ()
    place.watch_until("2026-03-02T09:00")
    assert "没有要运行的任务" in place.lines[-1]
    place.jobs = (job(),)
    place.watch_until("2026-03-02T10:00")
    assert place.ran == []


def test_a_plan_that_cannot_be_read_for_a_while_goes_on_as_known(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("a", "08:30"), job("b", "09:30"))
    done = place.doing

    def spoil(one: Job) -> str | Done:
        place.mark = object()
        place.broken = WorkbookMissing("找不到工作簿") if one.name == "a" else None
        return done(one)

    place.doing = spoil
    place.watch_until("2026-03-02T12:00", poll=30)
    assert hours(place) == ["a 02 08:30", "b 02 09:30"]
    assert sum("任务计划暂时读不出来" in line for line in place.lines) == 1


def test_without_a_plan_there_is_nothing_to_begin_with(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.broken = SheetMissing("没有任务计划")
    with pytest.raises(SheetMissing):
        place.watch_until("2026-03-02T12:00")


def test_wrong_rows_and_remarks_are_said_once_until_they_change(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    read = place._read

    def with_faults(now: dt.datetime) -> Plan:
        fault = RowFault(4, f"第4行不对（{clock.wall:%m}月）。")
        return dataclasses.replace(read(now), faults=(fault,), remarks=("还没有放假安排",))

    with mock.patch.object(place, "_read", with_faults):
        place.watch_until("2026-04-02T07:00")
    assert [line for line in place.lines if "第4行" in line] == ["第4行不对（03月）。", "第4行不对（04月）。"]
    assert place.lines.count("还没有放假安排") == 1


def test_a_workbook_in_use_is_tried_again_and_said_once(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    tried: list[str] = []

    def busy(one: Job) -> str:
        del one
        tried.append(f"{clock.wall:%H:%M}")
        if clock.wall.hour < 10:
            raise IN_USE
        return "完成。"

    place.doing = busy
    place.watch_until("2026-03-02T12:00", poll=30)
    assert tried[:6] == ["08:30", "08:30", "08:31", "08:33", "08:38", "08:48"]
    assert tried[-1] == "10:08"
    assert len(tried) == 14
    assert [line.split("  ")[2] for line in place.lines[1:]] == ["等待", "成功"]
    assert "稍后自动重试" in place.lines[1]
    assert "（补 03-02 08:30）" in place.lines[2]
    assert Ledger(place.file).settled("每日刷新", clock.wall) == dt.datetime(2026, 3, 2, 8, 30)


def test_what_is_left_for_later_is_tried_again_and_what_failed_is_not(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("邮件", action="管理层邮件"), job("清单", action="个人清单"))

    def deferred(one: Job) -> Done:
        if one.name == "清单":
            return Done("失败", "密码不对。")
        waits = clock.wall.minute < 40 and clock.wall.hour < 9
        return Done("等待", "1 封待重发。", left=True) if waits else Done("成功", "已发送 1 封。")

    place.doing = deferred
    place.watch_until("2026-03-02T12:00", poll=30)
    assert [line.split("  ")[1:3] for line in place.lines[1:]] == [
        ["邮件", "等待"],
        ["清单", "失败"],
        ["邮件", "成功"],
    ]
    assert [at for at in hours(place) if "邮件" in at] == ["邮件 02 08:30", "邮件 02 08:35", "邮件 02 08:45"]
    assert [name for name, _ in place.ran].count("清单") == 1


def test_the_next_due_time_takes_the_place_of_one_that_waits(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("刷新", "08:30", "09:00", "09:30"))

    def busy(one: Job) -> str:
        if clock.wall < dt.datetime(2026, 3, 2, 9, 30):
            raise IN_USE
        return one.name

    place.doing = busy
    place.watch_until("2026-03-02T12:00", poll=30)
    assert hours(place) == ["刷新 02 09:30"]
    assert sum("等待" in line for line in place.lines) == 1


def test_a_workbook_in_use_for_days_is_given_up_in_the_end(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("周报", "08:30", weekdays=frozenset({0})))

    place.doing = raising(IN_USE)
    place.watch_until("2026-03-06T12:00")
    assert [line.split("  ")[2] for line in place.lines[1:]] == ["等待", "错过"]


def test_a_waiting_job_that_is_taken_out_is_dropped(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)

    def taken_out(one: Job) -> str:
        place.jobs, place.mark = tuple(job for job in place.jobs if job != one), 1
        raise IN_USE

    place.doing = taken_out
    watcher = place.watch_until("2026-03-02T12:00", poll=30)
    assert not watcher._retries
    assert Ledger(place.file).watched == {}


def test_once_runs_what_is_owed_and_leaves(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("a", "08:30"), job("b", "12:00"))
    assert place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")
    assert place.watcher().run_once()
    assert place.watcher().run_once()
    clock.go_to("2026-03-03T13:00")
    assert place.watcher().run_once()
    assert hours(place) == ["a 02 08:30", "a 03 13:00", "b 03 13:00"]
    assert not clock.naps


def test_once_says_that_something_failed(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")
    place.doing = raising(ZeroDivisionError())
    assert not place.watcher().run_once()
    assert place.watcher().run_once(), "it is not tried again before it is due again"


def test_once_waits_half_an_hour_for_a_workbook_in_use(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")

    place.doing = raising(IN_USE)
    assert not place.watcher(poll=30).run_once()
    assert dt.timedelta(minutes=30) <= clock.wall - dt.datetime(2026, 3, 2, 8, 30) < dt.timedelta(minutes=31)
    place.doing = lambda one: one.name
    assert place.watcher().run_once()
    assert hours(place) == ["每日刷新 02 09:00"]


def test_once_leaves_what_only_has_to_wait_for_its_time(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("提醒", action="超时提醒"))
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")
    place.doing = lambda one: Done("等待", f"{one.name}：不是工作时间。", left=True, calm=True)
    assert place.watcher().run_once()
    assert not clock.naps
    assert place.lines[-1].endswith("提醒：不是工作时间。下次启动时再试。")
    clock.go_to("2026-03-02T09:00")
    place.doing = lambda one: one.name
    assert place.watcher().run_once()
    assert hours(place) == ["提醒 02 08:30", "提醒 02 09:00"]


def test_once_goes_on_until_what_was_deferred_has_gone_out(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("邮件", action="管理层邮件"))
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")

    def deferred(one: Job) -> Done:
        del one
        if clock.wall < dt.datetime(2026, 3, 2, 8, 40):
            return Done("等待", "已发送 1 封，1 封待重发。", left=True)
        return Done("成功", "已发送 1 封。")

    place.doing = deferred
    assert place.watcher(poll=30).run_once()
    assert hours(place) == ["邮件 02 08:30", "邮件 02 08:35", "邮件 02 08:45"]
    clock.go_to("2026-03-03T08:30")
    place.doing = lambda _: Done("等待", "已发送 0 封，1 封待重发。", left=True)
    assert not place.watcher(poll=30).run_once()


def test_once_runs_what_falls_due_while_it_waits(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("a", "08:30"), job("b", "08:40", action="检查录入"))
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")

    def busy(one: Job) -> str:
        if clock.wall < dt.datetime(2026, 3, 2, 8, 39):
            raise IN_USE
        return one.name

    place.doing = busy
    assert place.watcher(poll=30).run_once()
    assert hours(place) == ["b 02 08:40", "a 02 08:48"]
    assert min(clock.naps) >= 30, "times that have passed are no reason to hurry"


def test_once_waits_for_a_workbook_that_cannot_be_read_now(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")
    place.broken = IN_USE
    sleep = clock.sleep

    def freed(seconds: float) -> None:
        sleep(seconds)
        if clock.wall >= dt.datetime(2026, 3, 2, 8, 50):
            place.broken = None

    with mock.patch.object(clock, "sleep", freed):
        assert place.watcher(poll=30).run_once()
    assert hours(place) == ["每日刷新 02 08:50"]
    assert set(clock.naps) == {30}
    assert sum("张三 正用 Excel" in line for line in place.lines) == 1


def test_once_gives_up_a_workbook_that_cannot_be_read(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.broken = IN_USE
    with pytest.raises(WorkbookOpen):
        place.watcher(poll=30).run_once()
    assert clock.wall == dt.datetime(2026, 3, 2, 7, 30)
    place.broken = WorkbookMissing("找不到工作簿")
    with pytest.raises(WorkbookMissing):
        place.watcher(poll=30).run_once()
    assert clock.wall == dt.datetime(2026, 3, 2, 7, 30), "a path that is wrong is told at once"


def test_once_looks_again_after_its_jobs(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("b", "08:02", row=1), job("a", "08:00", row=2))
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:00")

    def slow(one: Job) -> str:
        clock.sleep(180)
        return one.name

    place.doing = slow
    assert place.watcher().run_once()
    assert hours(place) == ["a 02 08:03", "b 02 08:06"]
    assert clock.naps == [180, 180], "it leaves without waiting"


def test_once_leaves_in_the_end_though_something_is_always_due(clock: Clock, tmp_path: Path) -> None:
    times = tuple(f"{at // 60:02}:{at % 60:02}" for at in range(0, 1440, 5))
    place = office(clock, tmp_path, job("常常", *times, interval=True))

    def slow(one: Job) -> str:
        clock.sleep(360)
        return one.name

    place.doing = slow
    assert place.watcher().run_once()
    assert hours(place)[-1] == "常常 02 07:30"


def test_a_stop_lets_the_running_job_end_and_begins_no_other(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("a", row=1), job("b", row=2))
    watcher = place.watcher()

    def stopped(one: Job) -> str:
        watcher.stopping = True
        return one.name

    place.doing = stopped
    watcher.run()
    assert hours(place) == ["a 02 08:30"]
    assert Ledger(place.file).settled("a", clock.wall) is not None
    place.doing = lambda one: one.name
    place.watch_until("2026-03-02T09:00")
    assert hours(place) == ["a 02 08:30", "b 02 08:30"]


def test_a_job_that_was_broken_off_is_caught_up(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)

    place.doing = raising(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        place.watch_until("2026-03-02T09:00")
    assert '"result": "中断"' in place.file.read_text("utf-8")
    place.doing = lambda one: one.name
    place.watch_until("2026-03-02T09:00")
    assert len(place.ran) == 1


def test_a_job_that_kills_the_program_is_begun_twice_at_most(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    place.watcher().run_once()
    clock.go_to("2026-03-02T08:30")
    killed = Run("每日刷新", dt.datetime(2026, 3, 2, 8, 30), clock.now())
    Ledger(place.file).note(killed)
    assert place.watcher().run_once()
    assert len(place.ran) == 1, "after the first time it is tried again"
    for day in range(2):
        due = dt.datetime(2026, 3, 3, 8, 30)
        Ledger(place.file).note(dataclasses.replace(killed, due=due, started=clock.now() + dt.timedelta(day)))
    clock.go_to("2026-03-03T08:31")
    assert not place.watcher().run_once()
    assert len(place.ran) == 1
    assert "运行到一半程序就停了" in place.lines[-1]
    clock.go_to("2026-03-04T08:31")
    assert place.watcher().run_once()
    assert len(place.ran) == 2, "the next due time is another matter"


def test_a_clock_that_is_set_back_blocks_nothing(clock: Clock, tmp_path: Path) -> None:
    clock.go_to("2027-03-02T07:00")
    place = office(clock, tmp_path)
    place.watch_until("2027-03-03T09:00")
    clock.go_to("2026-03-02T07:00")
    del place.ran[:]
    place.watch_until("2026-03-04T07:00")
    assert hours(place) == ["每日刷新 02 08:30", "每日刷新 03 08:30"]


def test_a_clock_that_is_set_back_while_it_watches(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)

    def set_back(one: Job) -> str:
        if clock.wall.month == 3 and clock.wall.day == 3:
            clock.go_to("2026-02-02T07:00")
        return one.name

    place.doing = set_back
    place.end = float("inf")
    watcher = place.watcher(poll=30)
    sleep = clock.sleep

    def until_the_fifth(seconds: float) -> None:
        sleep(seconds)
        watcher.stopping = clock.wall > dt.datetime(2026, 2, 5) and clock.wall.month == 2

    with mock.patch.object(clock, "sleep", until_the_fifth):
        watcher.run()
    assert [f"{at:%m-%d}" for _, at in place.ran] == ["03-02", "02-02", "02-02", "02-03", "02-04"]


def test_a_machine_on_a_journey_is_late_by_an_hour_at_most(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path, job("刷新", "12:20"))
    with clock.ruling("Asia/Tokyo"):
        watcher = place.watcher(poll=30)
        sleep = clock.sleep

        def fly(seconds: float) -> None:
            sleep(seconds)
            watcher.stopping = clock.wall >= dt.datetime(2026, 3, 2, 14)
            if clock.wall.hour == 12 and clock.wall.minute == 10:
                os.environ["TZ"] = "America/New_York"
                set_zone()

        with mock.patch.object(clock, "sleep", fly):
            watcher.run()
    assert hours(place) == ["刷新 02 13:00"]


def test_a_disk_that_is_full_is_said_once_and_stops_nothing(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    with mock.patch.object(os, "fsync", side_effect=OSError(errno.ENOSPC, "no space")):
        place.watch_until("2026-03-05T07:00")
    assert len(place.ran) == 3
    assert sum("写不进去" in line for line in place.lines) == 1


def test_a_zone_that_only_the_system_knows_is_watched_by_the_minute(clock: Clock, tmp_path: Path) -> None:
    place = office(clock, tmp_path)
    with mock.patch("pytz.timezone", side_effect=KeyError("Asia/Shanghai")):
        place.watch_until("2026-03-02T09:00", poll=600)
    assert hours(place) == ["每日刷新 02 08:30"]
