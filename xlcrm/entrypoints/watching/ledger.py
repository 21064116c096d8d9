"""What has run: one line of JSON an event, on the disk before the next thing happens."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from xlcrm.errors import SaveFailed
from xlcrm.workbook.saving import PRIVATE_FOLDER, save

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

Result: TypeAlias = Literal["成功", "失败", "等待", "中断", "错过"]
DONE: Final[Result] = "成功"
FAILED: Final[Result] = "失败"
WAITING: Final[Result] = "等待"
"""The workbook could not be written; it is tried again."""
STOPPED: Final[Result] = "中断"
"""The user stopped it at once; it is caught up."""
MISSED: Final[Result] = "错过"
"""Too old to be caught up."""
_FINAL: Final = frozenset({DONE, FAILED, MISSED})

AHEAD: Final = dt.timedelta(hours=2)
"""How far ahead of the clock an entry may be, for summer time; a later one is from a clock that was wrong."""
_KEPT: Final = 100
_FULL: Final = 2_000


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at one due time of a job.

    Attributes:
        job: its name.
        due: wall clock of 时区.
        started: with the zone.
        ended: with the zone; None while it runs, or when the program was killed.
        result: None as long as `ended` is.
        detail: the sentence for the user.
    """

    job: str
    due: dt.datetime
    started: dt.datetime
    ended: dt.datetime | None = None
    result: Result | None = None
    detail: str = ""

    @property
    def seconds(self) -> float:
        return (self.ended - self.started).total_seconds() if self.ended else 0.0


@dataclass(frozen=True, slots=True)
class Watched:
    """Since when a job is watched with its present timetable, on the wall clock of 时区."""

    timetable: str
    since: dt.datetime


class Ledger:
    """The runs of a workbook's jobs, in `.xlcrm/watch/<workbook>.jsonl` beside it.

    A line that was cut short, or that somebody has spoilt, is passed over. What cannot be written to the disk
    is kept in memory, and `trouble` says so.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.trouble = ""
        self._runs: dict[str, list[Run]] = {}
        self._watched: dict[str, Watched] = {}
        self._lines = 0
        self._limit = _FULL
        try:
            self._read(file.read_bytes())
        except FileNotFoundError:
            pass
        except OSError as error:
            self.trouble = f"运行记录“{file}”读不出来（{error.strerror}），请检查权限。"

    @property
    def watched(self) -> dict[str, Watched]:
        """Job name -> since when it is watched."""
        return dict(self._watched)

    def watch(self, job: str, timetable: str, since: dt.datetime) -> None:
        """A job is there, or has another timetable."""
        self._watched[job] = Watched(timetable, since)
        self._append({"job": job, "timetable": timetable, "since": _text(since)})

    def forget(self, job: str) -> None:
        """A job is no longer in the sheet, or switched off."""
        del self._watched[job]
        self._append({"job": job, "gone": True})

    def note(self, run: Run) -> None:
        """A run has begun (it has no end yet) or ended."""
        self._take(run)
        self._append(_line(run))

    def last(self, job: str) -> Run | None:
        """The newest run of a job that was more than waiting; None if there is none."""
        return next((run for run in reversed(self._runs.get(job, ())) if run.result in {DONE, FAILED}), None)

    def settled(self, job: str, now: dt.datetime) -> dt.datetime | None:
        """The latest due time of a job that needs no run any more; None if there is none."""
        return max(
            (run.due for run in self._runs.get(job, ()) if run.result in _FINAL and run.due <= now + AHEAD),
            default=None,
        )

    def broken_off(self, job: str, due: dt.datetime) -> int:
        """How often a run for this due time began and the program was gone before it ended."""
        return sum(run.due == due and run.ended is None for run in self._runs.get(job, ()))

    def _take(self, run: Run) -> None:
        runs = self._runs.setdefault(run.job, [])
        if runs and (
            (runs[-1].ended is None and runs[-1].started == run.started)
            or (runs[-1].result == WAITING and runs[-1].due <= run.due)
        ):
            runs.pop()  # its end is what counts, and of many waits the last
        runs.append(run)
        del runs[:-_KEPT]

    def _read(self, content: bytes) -> None:
        for raw in content.splitlines():
            self._lines += 1
            try:
                self._understand(json.loads(raw))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue

    def _understand(self, entry: dict[str, Any]) -> None:
        job = str(entry["job"])
        if "since" in entry:
            self._watched[job] = Watched(str(entry["timetable"]), _wall(entry["since"]))
        elif "gone" in entry:
            self._watched.pop(job, None)
        else:
            ended = entry.get("ended")
            self._take(
                Run(
                    job,
                    _wall(entry["due"]),
                    _zoned(entry["started"]),
                    _zoned(ended) if ended else None,
                    entry.get("result"),
                    str(entry.get("detail", "")),
                )
            )

    def _append(self, entry: dict[str, Any]) -> None:
        self._lines += 1
        try:
            if self._lines > self._limit:
                self._compact()
            else:
                self._write(_encoded(entry))
        except SaveFailed as error:
            self.trouble = error.message
        except OSError as error:
            self.trouble = f"运行记录“{self.file}”写不进去（{error.strerror}），请检查磁盘空间和权限。"
        else:
            self.trouble = ""

    def _write(self, line: bytes) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab+") as file:
            if file.tell():  # a line cut short by a power cut must not swallow this one
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _compact(self) -> None:
        """Write anew what is in memory, in one step."""
        entries: list[dict[str, Any]] = [
            {"job": job, "timetable": item.timetable, "since": _text(item.since)}
            for job, item in self._watched.items()
        ]
        entries += [_line(run) for runs in self._runs.values() for run in runs]

        def write(file: BinaryIO) -> None:
            file.writelines(map(_encoded, entries))

        save(self.file, self.file, write, backup=False)
        self._lines = len(entries)
        self._limit = len(entries) + _FULL


def ledger_file(path: Path) -> Path:
    """Where a workbook's ledger stands; it need not exist."""
    real = path.resolve()
    return real.parent / PRIVATE_FOLDER / "watch" / f"{real.name}.jsonl"


def _line(run: Run) -> dict[str, Any]:
    entry: dict[str, Any] = {"job": run.job, "due": _text(run.due), "started": _text(run.started)}
    if run.ended is not None:
        entry |= {"ended": _text(run.ended), "result": run.result, "detail": run.detail}
    return entry


def _encoded(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _text(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _wall(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)


def _zoned(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.astimezone()
