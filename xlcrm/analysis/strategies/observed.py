"""What a measure of 策略建议 finds: numbers for a rule to compare, with words and people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.analysis.base import is_possible, joined, nothing_behind
from xlcrm.analysis.lines import OTHERS, UNNAMED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlcrm.analysis.base import AnalysisSheet, Filled, Panel
    from xlcrm.analysis.scope import Scope

_REST: Final = "其余"
"""What the name of a line begins with that gathers what did not fit."""


@dataclass(frozen=True)
class Observed:
    """One thing that may be worth a sentence.

    Attributes:
        value: what a rule compares; shares are in percent.
        n: how many cases it rests on.
        figures: what stands in the sentence, by name.
        subject: what it is about, where a measure gives several ("" otherwise); short and stable.
        person: whose it is, or "".
        rows: gives the rows that it rests on (see `analysis.base.BEHIND_COLUMNS`), whatever their line is;
            asked only where something is said.
    """

    value: float
    n: int
    figures: Mapping[str, str]
    subject: str = ""
    person: str = ""
    rows: Callable[[], pd.DataFrame] = nothing_behind


@dataclass(frozen=True)
class Source:
    """The panel of an analysis sheet that a measure reads; the figures of both are the same."""

    sheet: AnalysisSheet
    panel: str

    @property
    def title(self) -> str:
        """投诉分析月报·连续三个月出现的问题."""
        return f"{self.sheet.title}·{self._spec.title}"

    @property
    def _spec(self) -> Panel:
        return next(item for item in self.sheet.panels if item.name == self.panel)

    def filled(self, scope: Scope) -> Filled | None:
        """The panel worked out, once for its sheet and all measures; None where the workbook lacks it."""
        spec = self._spec
        return scope.once(spec.make) if is_possible(spec, set(scope.facts.data)) else None

    def lines(self, scope: Scope) -> list[Line]:
        """The panel's lines, from top to bottom."""
        found = self.filled(scope)
        if found is None or found.rows.empty:
            return []
        return [Line(found, number, cells) for number, cells in enumerate(found.rows.to_dict("records"))]

    def of_month(self, scope: Scope, months_back: int = 0) -> Line | None:
        """The line of the reported month, or of one before it, of a panel with a line a month."""
        wanted = str(scope.month - months_back)
        return next((line for line in self.lines(scope) if line.text("month") == wanted), None)


@dataclass(frozen=True)
class Line:
    """One line of a panel."""

    filled: Filled
    number: int
    cells: Mapping[Any, Any]

    def number_of(self, key: str) -> float:
        """A cell as a number; NaN for a blank."""
        value = self.cells[key]
        return math.nan if value is None or value is pd.NA else float(value)

    def count(self, key: str) -> int:
        """A cell as a count; 0 for a blank."""
        value = self.number_of(key)
        return 0 if math.isnan(value) else round(value)

    def text(self, key: str) -> str:
        """A cell as text; "" for a blank."""
        value = self.cells[key]
        return value if isinstance(value, str) else ""

    def is_named(self, key: str) -> bool:
        """Whether the line stands for one thing that has a name."""
        name = self.text(key)
        return bool(name) and name not in (UNNAMED, OTHERS) and not name.startswith(_REST)

    def behind(self) -> pd.DataFrame:
        """The rows behind it."""
        every = self.filled.behind
        return every[every["line"] == self.number]


@dataclass(frozen=True)
class Measure:
    """One named measure.

    Attributes:
        name: what the rules call it.
        source: the panel that it reads; None where it reads the findings of the entry checks.
        figures: the names that its sentences may use.
        make: works it out from the scope and the source; gives nothing where there is no data.
    """

    name: str
    source: Source | None
    figures: tuple[str, ...]
    make: Callable[[Scope, Any], Sequence[Observed]]

    def observed(self, scope: Scope) -> Sequence[Observed]:
        """What it finds."""
        return self.make(scope, self.source)


def top_person(lines: Sequence[Line], name: str, number: Callable[[Line], float]) -> str:
    """Who has the largest number of a panel with a line a person; "" for nobody, of equals the first."""
    own = [line for line in lines if line.is_named(name) and number(line) > 0]
    return max(own, key=number).text(name) if own else ""


def is_over(scope: Scope) -> bool:
    """Whether the reported month is over: only then is it compared with the month before."""
    return bool(scope.facts.today.astype("datetime64[M]") > scope.month)


def behind_all(lines: Sequence[Line]) -> Callable[[], pd.DataFrame]:
    """Gives the rows behind several lines."""
    return lambda: joined(*(line.behind() for line in lines))
