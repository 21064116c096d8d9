"""One reading of a workbook, and the letters that it gives."""

from __future__ import annotations

import dataclasses
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.actions.copy_files import named
from xlcrm.actions.copy_secret import check_password, need_encryption, password_kept
from xlcrm.actions.copying import CopyWanted, make_copy
from xlcrm.actions.mailing.directory import directory_of
from xlcrm.actions.mailing.figures import (
    clock_lines,
    clock_names,
    details_text,
    digest_contents,
    management_figures,
    notices_content,
    origin_of,
)
from xlcrm.actions.mailing.merging import merged
from xlcrm.actions.mailing.picture import overview
from xlcrm.actions.mailing.planning import Material, Plan, Wish, is_notices_key, plan
from xlcrm.actions.mailing.sent import known
from xlcrm.actions.mailing.wording import shown_by
from xlcrm.actions.month import asked_month
from xlcrm.actions.own_texts import with_texts
from xlcrm.actions.refresh import check_input
from xlcrm.analysis.scope import Scope
from xlcrm.analysis.sheets import analyse
from xlcrm.checks import run_checks
from xlcrm.compute.clocks.verdicts import BREACHED, STATUSES
from xlcrm.compute.lists.notices import OWNER, notices
from xlcrm.compute.run import run
from xlcrm.mail.body import (
    digest_body,
    digest_subject,
    management_body,
    management_subject,
    notices_body,
    notices_subject,
)
from xlcrm.mail.contents import ESCALATED, LATE, NEARLY
from xlcrm.mail.letter import Attachment, Letter, Person
from xlcrm.mail.masking import Masker
from xlcrm.tables.mailing import DIGEST, MANAGEMENT_LETTER, NOTICES, RECIPIENTS, SENT_LOG
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from xlcrm.actions.base import MailParams, Progress
    from xlcrm.actions.loading import Loaded
    from xlcrm.actions.mailing.sent import Memory
    from xlcrm.mail.contents import ClockLine, DigestContent
    from xlcrm.workbook.port import Door

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOBODY: Final = Person("", "")
_AS_IT_IS: Final = shown_by(Masker(frozenset()))
"""Cells as texts, not masked yet."""


class Desk:
    """Everything that letters need of one state of a workbook; what is costly is worked out when asked for.

    Attributes:
        loaded: the workbook as it was read.
        seen: what the file was then; None for an open workbook.
        plan: the letters to be.
    """

    def __init__(
        self,
        door: Door,
        loaded: Loaded,
        params: MailParams,
        memory: Memory,
        progress: Progress,
    ) -> None:
        """Compute, and plan.

        Args:
            door: it was read through; analysis sheets are read again for the copy.
            loaded: the workbook.
            params: what is asked.
            memory: what happened that 发送记录 does not know.
            progress: hears of each stage.

        Raises:
            ParameterError: 通讯录 names somebody twice.
            UsageError: somebody is asked for who must not be written to, or the month has not begun.
        """
        self.loaded = loaded
        self.seen = door.seen if isinstance(door, FileDoor) else None
        self._door, self._params, self._progress = door, params, progress
        progress("计算截止和到期")
        tables, facts = loaded.reading.tables, loaded.facts
        self.computed = run(facts)
        parameters = facts.parameters
        self._masker = Masker.of(tables, parameters.masked)
        self._origin = origin_of(facts, door.title)
        self._known = known(tables.get(SENT_LOG.name), memory.lines, facts.now.date())
        self._found = notices(facts, self.computed.clocks) if NOTICES in params.letters else pd.DataFrame()
        self.plan: Plan = plan(
            Material(
                facts.now,
                directory_of(tables.get(RECIPIENTS.name), parameters.mail_domains),
                self._known,
                list(self._digests) if DIGEST in params.letters else [],
                self._found,
                memory.doubtful,
            ),
            params,
        )

    @property
    def sent(self) -> frozenset[str]:
        """Keys of letters that were sent and are due once a day; of notices, what was told decides."""
        return frozenset(key for key in self._known.sent if not is_notices_key(key))

    def prepare(self) -> None:
        """Read all that letters need of the door, which may be closed then; may raise as `letter` does."""
        if any(wish.kind == MANAGEMENT_LETTER for wish in self.plan.wishes):
            _ = self._to_management

    def letter(self, wish: Wish) -> Letter:
        """The letter of a wish of this plan.

        Raises:
            UsageError: the month has not begun.
            MailError, IncompleteInstall: the copy is to be encrypted, and cannot be.
            CopyRefused: the copy holds what it must not.
        """
        if wish.kind == MANAGEMENT_LETTER:
            return dataclasses.replace(self._to_management, key=wish.key, to=wish.to)
        if wish.kind == DIGEST:
            content = merged([self._digests[cell] for cell in wish.owners], wish.to.name)
            subject, (text, html) = digest_subject(content), digest_body(content)
            return Letter(wish.key, wish.kind, wish.to, subject, text, html)
        told = notices_content(wish.to.name, self._lines(wish), self._masker, self._origin)
        subject, (text, html) = notices_subject(told), notices_body(told)
        return Letter(wish.key, wish.kind, wish.to, subject, text, html, notices=wish.notices)

    @cached_property
    def _digests(self) -> dict[str, DigestContent]:
        return digest_contents(self.computed, self._masker, self._origin)

    def _lines(self, wish: Wish) -> list[ClockLine]:
        """One line a clock, however many of its levels somebody is told."""
        rows = self._found.iloc[list(wish.rows)]
        own = set(rows.loc[rows["audience"] == OWNER, "key"])
        rows = rows.assign(escalated=~rows["key"].isin(own))
        rows = rows.sort_values("escalated", ascending=False, kind="stable")
        rows = rows.drop_duplicates(["table", "place", "clock"])
        late = (rows["status"] == STATUSES[BREACHED]).tolist()
        states = [
            ESCALATED if up else LATE if over else NEARLY
            for up, over in zip(rows["escalated"].tolist(), late, strict=True)
        ]
        lines = clock_lines(rows, clock_names(self.computed), _AS_IT_IS)
        return [
            dataclasses.replace(line, status=state, used=f"{share:.0f}%")
            for line, state, share in zip(lines, states, rows["share"].tolist(), strict=True)
        ]

    @cached_property
    def _to_management(self) -> Letter:
        """The letter to management, to nobody in particular, with the copy."""
        self._progress("检查录入")
        month = asked_month(self.loaded, self._params.month)
        scope = Scope(self.computed, month, run_checks(check_input(self.loaded)))
        self._progress("生成管理层副本")
        made = with_texts(self._door, self.loaded, analyse(scope))
        workbook = self._door.file or Path(self._door.title)
        password = self._copy_password(workbook.name)
        wanted = CopyWanted(workbook.stem, month, None, password)
        copy = make_copy(self.loaded, self.computed, made, wanted)
        name = named(workbook, self.loaded.facts.now.date(), None).name
        self._progress("写邮件")
        figures = dataclasses.replace(
            management_figures(
                scope,
                self._masker,
                self._origin,
                last=self._known.last,
                overview=overview(scope, self._masker),
            ),
            attached=(name,),
            encrypted=bool(password),
        )
        text, html = management_body(figures)
        return Letter(
            "",
            MANAGEMENT_LETTER,
            _NOBODY,
            management_subject(figures),
            text,
            html,
            (figures.picture,) if figures.picture else (),
            (Attachment(name, copy, _XLSX),),
            details=details_text(figures),
        )

    def _copy_password(self, workbook: str) -> str:
        """The password of the copy, "" where it needs none.

        Raises:
            IncompleteInstall: what encrypts is not installed.
            UsageError: there is no password.
        """
        if self.loaded.facts.parameters.copy_encrypted != "是":
            return ""
        need_encryption()
        password = password_kept(workbook, os.environ)
        check_password(password, workbook)
        return password
