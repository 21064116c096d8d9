"""Working hours of one day: segments, and reading them as people type them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from xlcrm.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A stretch of working time inside one day, half-open, in minutes of the day; 1440 is the next midnight.

    Raises:
        CalendarError: it does not end after its start, or leaves the day.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens <= 1440 and 0 <= self.closes <= 1440):
            raise CalendarError(f"工作时段 {self.text()} 超出一天，请填写 00:00 至 24:00 之间的时间。")
        if self.closes <= self.opens:
            raise CalendarError(
                f"工作时段 {self.text()} 的结束不晚于开始，请改正；"
                "跨零点的班次请拆成两段，如 22:00-24:00 和 00:00-06:00。"
            )

    def text(self) -> str:
        """As people write it: 09:00-12:00."""
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


DEFAULT_HOURS: Final = (Segment(9 * 60, 12 * 60), Segment(13 * 60 + 30, 18 * 60))

_SAME: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "至": "-", "到": "-", "~": "-", "〜": "-", "∶": ":"}
    | {"、": ",", ";": ",", "。": ",", "和": ",", "及": ","}
)
"""What people type for - : and , once full-width forms are folded."""
_CLOCK_WORDS: Final = re.compile(r"(\d{1,2})[点时](?:(\d{1,2})分?|(半))?")
_RANGE: Final = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")


def parse_hours(text: str) -> tuple[Segment, ...]:
    """Working hours as people type them: 09:00-12:00, 13:30-18:00, also full-width, or 9点至17点半.

    Returns:
        The segments in order of time.

    Raises:
        CalendarError: something is not a range of times, or the ranges overlap.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _CLOCK_WORDS.sub(_digits, plain).translate(_SAME)
    plain = re.sub(r"\s*([-:])\s*", r"\1", re.sub(r"-+", "-", plain))
    segments = []
    for part in filter(None, re.split(r"[,\s]+", plain)):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise CalendarError(
                f"工作时间“{text}”中的“{part}”读不懂，请写成 09:00-12:00, 13:30-18:00 这样的时段。"
            )
        opens, opens_minute, closes, closes_minute = map(int, found.groups())
        segments.append(Segment(opens * 60 + opens_minute, closes * 60 + closes_minute))
    if not segments:
        raise CalendarError("工作时间是空的，请填写时段，例如 09:00-12:00, 13:30-18:00。")
    return in_order(segments, "工作时间")


def hours_text(hours: Sequence[Segment]) -> str:
    """Segments as `parse_hours` reads them: 09:00-12:00, 13:30-18:00."""
    return ", ".join(segment.text() for segment in hours)


def in_order(segments: Sequence[Segment], where: str) -> tuple[Segment, ...]:
    """The segments in order of time; touching ones are fine.

    Raises:
        CalendarError: two overlap. `where` names the place for the user.
    """
    ordered = tuple(sorted(segments))
    for one, other in pairwise(ordered):
        if other.opens < one.closes:
            raise CalendarError(f"{where}的 {one.text()} 与 {other.text()} 重叠，请改成互不重叠的时段。")
    return ordered


def _digits(found: re.Match[str]) -> str:
    """9点 is 9:00, 9点5分 is 9:05, 9点半 is 9:30."""
    minute = 30 if found[3] else int(found[2] or 0)
    return f"{found[1]}:{minute:02d}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
