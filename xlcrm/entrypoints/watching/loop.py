"""The watch itself: `schedule` says when to look, `due` what is owed, the ledger what was done."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import schedule

from xlcrm.entrypoints import faults
from xlcrm.entrypoints.watching.doing import ORDER, Done
from xlcrm.entrypoints.watching.due import next_due
from xlcrm.entrypoints.watching.ledger import DONE, FAILED, MISSED, STOPPED, WAITING, Run
from xlcrm.entrypoints.watching.status import GRACE, note_timetables, owed, statuses
from xlcrm.errors import ProgramBusy, SaveFailed, WorkbookChanged, WorkbookInUse, WorkbookMissing, XlcrmError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.entrypoints.watching.edges import Edges
    from xlcrm.entrypoints.watching.jobs import Job
    from xlcrm.entrypoints.watching.ledger import Ledger
    from xlcrm.entrypoints.watching.plan import Plan
    from xlcrm.entrypoints.watching.status import Status

POLL: Final = 30.0
"""Seconds between two looks at the file and the clock, at most."""
PATIENCE: Final = dt.timedelta(minutes=30)
"""How long `--once` waits for a workbook that is in use."""
_SHORTEST: Final = 1.0
"""Seconds between two looks, at least: whatever goes wrong, the loop does not run hot."""
_IN_USE: Final = (30, 60, 120, 300, 600)
"""Seconds until a workbook in use is tried again; the last one goes on."""
_LEFT: Final = (300, 600, 1800)
"""Seconds until an action that has left something for later is run again."""
_TRIES: Final = 2
"""How often a job that takes the program down with it is begun for one due time."""
_NOT_NOW: Final = (WorkbookInUse, WorkbookChanged, WorkbookMissing, SaveFailed, ProgramBusy)


@dataclass(frozen=True, slots=True)
class _Retry:
    """A run that is to be tried again: which, how often it was tried, when it will be, and why."""

    due: dt.datetime
    tries: int
    at: dt.datetime
    done: Done


class Watcher:
    """Runs the jobs of one workbook."""

    def __init__(self, edges: Edges, ledger: Ledger, *, poll: float = POLL) -> None:
        self.stopping = False
        self._edges = edges
        self._ledger = ledger
        self._poll = poll
        self._scheduler = schedule.Scheduler()
        self._plan: Plan
        self._mark: object = None
        self._looked = edges.now()
        self._woken: set[str] = set()
        self._retries: dict[str, _Retry] = {}
        self._said: set[str] = set()
        self._failed = 0
        self._leaving = False

    def run(self) -> None:
        """Watch until `stopping` is set; the job that runs then still ends.

        Raises:
            XlcrmError: there is no plan to begin with.
        """
        self._load(self._edges.now())
        self._greet()
        while not self.stopping:
            self._look()
            self._scheduler.run_pending()
            self._wake_waiting()
            self._run_woken()
            if not self.stopping:
                self._edges.sleep(self._pause())

    def run_once(self) -> bool:
        """Run what is owed now, wait a while for what is hindered, and leave; whether all went well.

        Raises:
            XlcrmError: there is no plan to begin with.
        """
        self._leaving = True
        self._load_patiently()
        begun, ran = self._edges.now(), True
        while (ran or self._hindered()) and not self.stopping and self._edges.now() - begun < PATIENCE:
            if not ran:
                self._edges.sleep(self._pause())
            self._woken = {job.name for job in self._plan.jobs}  # what fell due meanwhile is ours too
            ran = self._run_woken()
        return not self._failed and not self._hindered()

    def _hindered(self) -> bool:
        """Whether a job waits because something is wrong, not only because it is not the time."""
        return any(not retry.done.calm for retry in self._retries.values())

    def _look(self) -> None:
        """Take up what has changed: the workbook, the day, or a clock that was set back."""
        now = self._edges.now()
        wall, before = self._plan.wall(now), self._plan.wall(self._looked)
        if now >= self._looked and wall.date() == before.date() and self._edges.mark() == self._mark:
            self._looked = now
            if (
                wall.hour != before.hour
            ):  # a machine on a journey has another zone than `schedule` reckoned with
                self._register_all()
            return
        try:
            self._load(now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the file now, the known plan goes on
            self._mark = None  # so that the next look tries again
            self._looked = now
            self._say_once(f"任务计划暂时读不出来，按原来的计划继续：{_sentence(error)}")

    def _load_patiently(self) -> None:
        """Load, and wait a while for a workbook that cannot be read now; one that is not there is not."""
        begun = self._edges.now()
        while True:
            now = self._edges.now()
            try:
                self._load(now)
            except WorkbookMissing:
                raise
            except _NOT_NOW as error:
                if self.stopping or now - begun >= PATIENCE:
                    raise
                self._say_once(f"{error.message}稍后自动重试。")
                self._edges.sleep(self._poll)
            else:
                return

    def _load(self, now: dt.datetime) -> None:
        mark = self._edges.mark()  # before reading: what is saved meanwhile is read again
        plan = self._edges.read(now)
        self._plan, self._mark, self._looked = plan, mark, now
        note_timetables(plan.jobs, self._ledger, plan.wall(now))
        self._register_all()
        self._retries = {name: retry for name, retry in self._retries.items() if name in self._woken}
        trouble = filter(None, [self._ledger.trouble])
        self._say_all([*(fault.message for fault in plan.faults), *plan.remarks, *trouble])

    def _register_all(self) -> None:
        """Let `schedule` begin anew, and look at every job once."""
        self._scheduler.clear()
        for job in self._plan.jobs:
            self._register(job)
        self._woken = {job.name for job in self._plan.jobs}

    def _register(self, job: Job) -> None:
        """Let `schedule` wake the job; that it is owed a run is for `due` and the ledger to say."""
        zone = self._plan.zone.key
        try:
            if job.interval:
                for minute in sorted({at.minute for at in job.times}):
                    self._scheduler.every().hour.at(f"{minute:02}:00", zone).do(self._woken_by_time, job.name)
            else:
                for at in job.times:
                    self._scheduler.every().day.at(f"{at:%H:%M}", zone).do(self._woken_by_time, job.name)
        except KeyError:  # a zone that pytz does not know, only the system
            self._scheduler.every().minute.at(":00").do(self._woken_by_time, job.name)

    def _woken_by_time(self, name: str) -> None:
        self._woken.add(name)

    def _wake_waiting(self) -> None:
        now = self._edges.now()
        self._woken |= {name for name, retry in self._retries.items() if retry.at <= now}

    def _run_woken(self) -> bool:
        """Run what is owed of the jobs that were woken: refreshes, then what is made of fresh sheets.

        Whether there was anything to run.
        """
        woken, self._woken = self._woken, set()
        ran = False
        for job in sorted(self._plan.jobs, key=lambda job: (ORDER[job.action], job.row)):
            if self.stopping:
                break
            if job.name in woken:
                ran = self._run_if_owed(job) or ran
        return ran

    def _run_if_owed(self, job: Job) -> bool:
        now = self._edges.now()
        owing = owed(job, self._plan.wall(now), self._plan.worktime, self._ledger)
        if owing is None:
            self._retries.pop(job.name, None)
            return False
        run = Run(job.name, owing.due, now)
        retry = self._retries.get(job.name)
        if owing.too_old:
            late = f"{run.due:%m-%d %H:%M} 没有运行（当时没有开机，或工作簿用不了），时间太久，不再补"
            self._end(run, Done(MISSED, late))
        elif self._ledger.broken_off(job.name, run.due) >= _TRIES:
            broken = f"连续 {_TRIES} 次运行到一半程序就停了，这一次不再重试，请把日志发给维护人员"
            self._end(run, Done(FAILED, f"{broken}：{faults.log_path()}"))
        elif retry is None or retry.due != run.due or retry.at <= now:
            self._ledger.note(run)
            self._end(run, self._attempt(job, run))
        else:
            return False
        return True

    def _attempt(self, job: Job, run: Run) -> Done:
        """Run a job; whatever it raises becomes a sentence, only the user's second signal goes through."""
        fixed = self._plan.fixed_clock
        try:
            return self._edges.do(job, None if fixed else self._plan.wall(run.started), run.due.date())
        except _NOT_NOW as error:
            return Done(WAITING, error.message)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - one job's failure never stops the others
            return Done(FAILED, _sentence(error))
        except BaseException:
            self._ledger.note(
                dataclasses.replace(run, ended=self._edges.now(), result=STOPPED, detail="用户中断")
            )
            raise

    def _end(self, run: Run, done: Done) -> None:
        result, detail = done.result, done.detail
        ended = dataclasses.replace(run, ended=self._edges.now(), result=result, detail=detail)
        self._ledger.note(ended)
        if self._ledger.trouble:
            self._say_once(self._ledger.trouble)
        if result == WAITING:
            self._wait(ended, done)
            return
        self._retries.pop(run.job, None)
        self._failed += result == FAILED
        late = f"（补 {run.due:%m-%d %H:%M}）" if self._is_late(run) and result != MISSED else ""
        self._line(ended, f"{detail}{late}")
        if result != MISSED:
            self._tell()

    def _wait(self, run: Run, done: Done) -> None:
        assert run.ended is not None  # noqa: S101 - `_end` has just set it
        before = self._retries.get(run.job)
        tries = before.tries + 1 if before and before.due == run.due else 1
        pauses = _LEFT if done.left else _IN_USE
        pause = dt.timedelta(seconds=pauses[min(tries, len(pauses)) - 1])
        self._retries[run.job] = _Retry(run.due, tries, run.ended + pause, done)
        if before is None:  # said once, however long it takes
            again = "下次启动时再试。" if self._leaving and done.calm else "稍后自动重试。"
            self._line(run, f"{run.detail}{again}")

    def _is_late(self, run: Run) -> bool:
        return self._plan.wall(run.started) - run.due > GRACE

    def _line(self, run: Run, detail: str) -> None:
        started = self._plan.wall(run.started)
        seconds = f"{run.seconds:.1f} 秒" if run.result in {DONE, FAILED} else ""
        parts = [f"{started:%m-%d %H:%M:%S}", run.job, run.result or "", seconds, detail]
        self._edges.say("  ".join(part for part in parts if part))

    def _tell(self) -> None:
        """Fill the columns of the sheet; where that cannot be now, they are filled after the next job."""
        try:
            self._edges.tell(self._statuses())
        except XlcrmError:
            return
        except Exception as error:  # noqa: BLE001 - the ledger is what counts
            self._say_once(f"任务计划的运行情况没有写入：{_sentence(error)}")

    def _statuses(self) -> Mapping[str, Status]:
        plan = self._plan
        return statuses(plan.jobs, plan.worktime, self._ledger, plan.wall(self._edges.now()), plan.zone)

    def _pause(self) -> float:
        """Seconds until there is something to look at."""
        now = self._edges.now()
        waits = [(retry.at - now).total_seconds() for retry in self._retries.values()]
        idle = None if self._leaving else self._scheduler.idle_seconds
        return max(_SHORTEST, min([self._poll, *waits, *([] if idle is None else [idle])]))

    def _greet(self) -> None:
        now = self._plan.wall(self._edges.now())
        coming = [
            (at, job.name) for job in self._plan.jobs if (at := next_due(job, now, self._plan.worktime))
        ]
        if coming:
            at, name = min(coming)
            self._edges.say(
                f"开始看守：{len(self._plan.jobs)} 个任务，下一个 {at:%m-%d %H:%M} {name}。按 Ctrl-C 停止。"
            )
        else:
            self._edges.say(
                "任务计划里没有要运行的任务；把 启用 填成 是 并保存，会自动开始。按 Ctrl-C 停止。"
            )

    def _say_all(self, sentences: list[str]) -> None:
        """Say what is new; what is no longer so may be said again later."""
        for sentence in sentences:
            if sentence not in self._said:
                self._edges.say(sentence)
        self._said = set(sentences)

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._edges.say(sentence)


def _sentence(error: BaseException) -> str:
    """What went wrong; a fault of ours goes to the log."""
    if isinstance(error, XlcrmError):
        return error.message
    if not isinstance(error, Exception):
        return f"操作要求退出程序（{error}）"
    try:
        return faults.sentence(error)
    except Exception:  # noqa: BLE001 - XLCRM_DEBUG raises it again, but no error may leave the loop
        return f"程序内部出错（{type(error).__name__}：{error}）"
