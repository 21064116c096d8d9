"""What an action is and what it gives back."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.workbook.port import Changes, Door, Saved

Progress = Callable[[str], None]
"""Called with a short Chinese phrase at the begin of each stage."""


def silent(stage: str) -> None:
    """A progress that shows nothing."""
    del stage


class Params(BaseModel):
    """What a caller may ask of an action. One model serves every door."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RunParams(Params):
    """Parameters of actions that work on an open workbook."""

    now: dt.datetime | None = None
    dry_run: bool = False


class NormaliseParams(RunParams):
    """Whether to write what can be corrected, or only to show it."""

    apply: bool = False


class AdoptParams(RunParams):
    """Whether to add the suggested rows, or only to show them."""

    apply: bool = False


class AnalyseParams(RunParams):
    """Which month to report: any day of it; None for 报表月份 of 参数表, else the current one."""

    month: dt.date | None = None


class MailParams(RunParams):
    """Which letters to send, or only to show.

    Attributes:
        apply: send them; otherwise it is only shown who would get what.
        letters: which kinds, see `xlcrm.tables.mailing.LETTER_KIND`.
        to: names of 通讯录, or addresses within 允许的收件域名; none for all whom the letters are for.
        month: which month management reads about; see `AnalyseParams`.
        draft: write drafts to look at and send by hand.
        again: send also what was sent today.
        day: whose letters these are, where they are late: a schedule catches up yesterday's without using up
            today's; None for the day of the run.
    """

    apply: bool = False
    letters: tuple[Literal["管理层邮件", "个人清单", "超时提醒"], ...] = ("管理层邮件", "个人清单")
    to: tuple[str, ...] = ()
    month: dt.date | None = None
    draft: bool = False
    again: bool = False
    day: dt.date | None = None


class CopyParams(RunParams):
    """What a management copy is to be.

    Attributes:
        month: any day of the month to report; None for 报表月份 of 参数表, else the current one.
        out: the file, or a folder for it; None for beside the workbook, under a name of its own.
        masked: what is hidden; None for 脱敏内容 of 参数表.
        encrypt: whether it needs a password even where 副本加密 of 参数表 does not ask for one.
        password: typed just now; None for the one of the environment or the keyring.
        force: whether a file that is no copy of ours may be replaced.
    """

    month: dt.date | None = None
    out: Path | None = None
    masked: frozenset[str] | None = None
    encrypt: bool = False
    password: SecretStr | None = None
    force: bool = False


class WhyParams(RunParams):
    """Which row to explain."""

    sheet: str
    row: int


@dataclass(frozen=True)
class Outcome:
    """What an action did.

    Attributes:
        message: one sentence for the user.
        counts: figures of a summary, label -> number.
        remarks: further sentences: what was left out, what is missing.
        findings: a findings frame (see `checks.base`), or None.
        changes: what was to be written.
        saved: what the door wrote; None for a dry run or an action that writes nothing.
        data: for actions that answer with data, what --json prints.
        rows: of the office's own tables; 0 where nobody counted.
        ok: whether anything of what was asked could be done.
        later: something is left that may succeed by itself soon; a schedule tries again.
        calm: nothing is wrong with that: it only was not the time for it.
    """

    message: str
    counts: Mapping[str, int] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    findings: pd.DataFrame | None = None
    changes: Changes | None = None
    saved: Saved | None = None
    data: Any = None
    rows: int = 0
    ok: bool = True
    later: bool = False
    calm: bool = False

    @property
    def errors(self) -> int:
        """Findings of level 错误."""
        return 0 if self.findings is None else int((self.findings["level"] == "错误").sum())


@dataclass(frozen=True, slots=True)
class Action:
    """A verb that works on an open workbook, the same through every door.

    Attributes:
        name: key and command.
        label: what buttons say.
        help: one Chinese sentence.
        function: `module:name` of its function, imported at the first run: a door can start to read
            the workbook while the heavy libraries load.
        icon: the name that Office gives to the picture of its button on the ribbon.
        group: the group of the ribbon that its button stands in.
        sheets: names of tables, and titles of analysis sheets, on whose sheets its button stands; it stands
            on 首页 too, unless it is about a row, which nobody can select there.
        params: what it may be asked.
        writes: whether it ever writes into the workbook.
        late: it needs the workbook for reading alone and opens the file itself to write what it has done.
        listing: what its command needs in order to do nothing but list.
    """

    name: str
    label: str
    help: str
    function: str
    icon: str
    group: str
    sheets: tuple[str, ...] = ()
    params: type[Params] = RunParams
    writes: bool = True
    late: bool = False
    listing: str = ""

    @property
    def macro(self) -> str:
        """The Sub that its button is bound to."""
        return f"Xlcrm{self.name.title()}"

    @property
    def about_a_row(self) -> bool:
        """Whether it asks for a row of a sheet."""
        return {"sheet", "row"}.issubset(self.params.model_fields)

    def run(self, door: Door, params: Params, progress: Progress) -> Outcome:
        """Do it; raises `XlcrmError` where it cannot go on."""
        module, _, name = self.function.partition(":")
        outcome: Outcome = getattr(importlib.import_module(module), name)(door, params, progress)
        return outcome
