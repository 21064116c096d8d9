"""What letters say: plain values, masked and put into words already, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.wording import BETTER, NO_FIGURE, WORSE, halves_up

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from xlcrm.mail.letter import Picture

PERCENT: Final = "%"
ESCALATED, LATE, NEARLY = "已升级", "已超时", "即将超时"
"""What a notice may be about, the gravest first."""


@dataclass(frozen=True)
class Origin:
    """Where a letter's figures come from.

    Attributes:
        workbook: name of its file.
        at: the moment of the run, in local time without a zone.
        masked: what is masked, as 脱敏内容 of 参数表 names it.
        sender: what subjects begin with.
    """

    workbook: str
    at: dt.datetime
    masked: tuple[str, ...]
    sender: str


@dataclass(frozen=True)
class Headline:
    """A figure and its change on the last letter.

    Attributes:
        label: what it is.
        number: None where there is no data; a percentage is 93.3, not 0.933.
        unit: what is counted, or `PERCENT`.
        before: the number in the last letter, None where it had none or there was none.
        more_is_good: None where a change is neither good nor bad.
        note: what it rests on.
    """

    label: str
    number: float | None
    unit: str
    before: float | None = None
    more_is_good: bool | None = False
    note: str = ""

    @property
    def value(self) -> str:
        """The number with its unit: 12项, 93.3%, —."""
        if self.number is None:
            return NO_FIGURE
        if self.unit == PERCENT:
            return f"{halves_up(self.number, 1):.1f}%"
        return f"{self.number:,.0f}{self.unit}"

    @property
    def change(self) -> str:
        """▲ 多3项（转差）, ▼ 降2.1个百分点（转差）, 与上次持平; "" where nothing can be compared."""
        more = self._more
        if more is None:
            return ""
        if not more:
            return "与上次持平"
        points = f"{halves_up(abs(more), 1):.1f}个百分点"
        size = points if self.unit == PERCENT else f"{abs(more):,.0f}{self.unit}"
        words = ("升", "降") if self.unit == PERCENT else ("多", "少")
        sign, word = ("▲", words[0]) if more > 0 else ("▼", words[1])
        judged = {None: "", True: f"（{BETTER}）", False: f"（{WORSE}）"}[self.good]
        return f"{sign} {word}{size}{judged}"

    @property
    def good(self) -> bool | None:
        """Whether the change is welcome; None where it is neither, or there is none."""
        more = self._more
        return None if not more or self.more_is_good is None else (more > 0) == self.more_is_good

    @property
    def _more(self) -> float | None:
        if self.number is None or self.before is None:
            return None
        return round(self.number - self.before, 1)


@dataclass(frozen=True)
class ClockLine:
    """A clock that is past its limit, or near it; every text may be "".

    Attributes:
        status: 已超时 or 即将超时, in notices also 已升级.
        overrun: 超时 3小时20分, 剩余 45分.
        due: 2026-11-18 10:00, or the day alone.
        clock: 投诉·响应.
        level: of the case.
        case_id: 单号.
        name: of the customer.
        owner: who is responsible.
        source: 客户投诉表 第12行.
        used: how much of the limit is used up: 120%.
    """

    status: str
    overrun: str
    due: str
    clock: str
    level: str
    case_id: str
    name: str
    owner: str
    source: str = ""
    used: str = ""


@dataclass(frozen=True)
class TaskLine:
    """A task of 到期清单; every text may be "".

    Attributes:
        task: what is to be done.
        name: the customer.
        due: 2026-11-18, with the time where it has one.
        overrun: 逾期 3天, 今天.
        hint: how and when it is best done.
        source: the row that it comes from.
        note: 处理备注, the user's own.
    """

    task: str
    name: str
    due: str
    overrun: str
    hint: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """What is in one state: all that are counted, and those that are listed."""

    state: str
    count: int
    lines: tuple[TaskLine, ...]

    @property
    def left_out(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True)
class ManagementFigures:
    """The letter to management.

    Attributes:
        origin: where the figures come from.
        month: the reported month: 2026年11月.
        headlines: the figures that matter.
        levels: clocks past their limit by level of the case, the gravest first.
        clocks: the same by clock, the most frequent first.
        worst: the longest overdue clocks, the worst first.
        numbers: every figure by the name that 发送记录 keeps it under.
        since: when the letter went out that changes are counted from; None where there was none.
        picture: stands in the text; None where there is nothing to draw, or nothing to draw it with.
        remarks: sentences on what is missing.
        attached: names of the files that come with it.
        encrypted: whether these need a password.
    """

    origin: Origin
    month: str
    headlines: tuple[Headline, ...]
    levels: tuple[Headline, ...]
    clocks: tuple[Headline, ...]
    worst: tuple[ClockLine, ...]
    numbers: Mapping[str, float]
    since: dt.datetime | None = None
    picture: Picture | None = None
    remarks: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    encrypted: bool = False


@dataclass(frozen=True)
class DigestContent:
    """What one person has to do.

    Attributes:
        origin: where it comes from.
        person: whose it is.
        groups: 逾期, 今日到期, 即将到期; those without a task are left out.
        clocks: their clocks past or near their limits, the worst first.
        clock_counts: status -> how many there are, listed or not.
    """

    origin: Origin
    person: str
    groups: tuple[Group, ...]
    clocks: tuple[ClockLine, ...]
    clock_counts: Mapping[str, int]


@dataclass(frozen=True)
class NoticesContent:
    """Clocks that one person is told about; the status of a line is `ESCALATED`, `LATE` or `NEARLY`."""

    origin: Origin
    person: str
    lines: tuple[ClockLine, ...]
