"""One action on one closed workbook, for a process that has many of them to do one after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints import faults, running
from xlcrm.entrypoints.many import Done
from xlcrm.entrypoints.running import Target
from xlcrm.entrypoints.show import outcome_json
from xlcrm.errors import XlcrmError

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.actions import Outcome, RunParams

NO_MEMORY: Final = "内存不足，文件没有改动；请关闭别的程序，单独再运行一次"


@dataclass(frozen=True, slots=True)
class Errand:
    """What is done with each workbook; it travels to other processes.

    Attributes:
        action: name of an action.
        params: of the action.
        in_full: whether the report is wanted, which may be long.
    """

    action: str
    params: RunParams
    in_full: bool = False

    def __call__(self, path: Path) -> Done:
        """Run the action on a closed workbook; whatever stands in the way is a sentence, never raised."""
        started = time.perf_counter()
        try:
            outcome = self._outcome(Target(path))
        except XlcrmError as error:
            return Done(path, time.perf_counter() - started, error.message)
        except MemoryError:
            return Done(path, time.perf_counter() - started, NO_MEMORY)
        except Exception as error:  # noqa: BLE001 - one bad workbook never stops the others
            return Done(path, time.perf_counter() - started, faults.sentence(error))
        return Done(
            path,
            time.perf_counter() - started,
            rows=outcome.rows,
            counts=dict(outcome.counts),
            findings=0 if outcome.findings is None else len(outcome.findings),
            errors=outcome.errors,
            report=outcome_json(outcome, path) | (outcome.data or {}) if self.in_full else {},
        )

    def _outcome(self, target: Target) -> Outcome:
        if self.action == "check":
            return running.check(target, self.params, quiet=True)
        return running.work(self.action, target, self.params, quiet=True, write=not self.params.dry_run)
