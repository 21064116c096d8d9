"""分析明细: the rows behind the figures of the analysis sheets, and the links that lead to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.identity import first_known, links_to, of_register, own_cells
from xlcrm.compute.lists.due_list import OWNER_KEYS
from xlcrm.tables.lists import ANALYSIS_DETAILS
from xlcrm.workbook.port import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.compute.facts import Facts
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import BlockCell


@dataclass
class Details:
    """Gathers the rows behind the figures, panel after panel.

    Attributes:
        facts: of the run.
        target: 分析明细, None where the workbook has no such sheet: then figures have no links.
    """

    facts: Facts
    target: SheetData | None
    _behind: list[pd.DataFrame] = field(default_factory=list)
    _sheets: list[str] = field(default_factory=list)
    _figures: list[str] = field(default_factory=list)

    def cells(self, sheet: str, figures: Sequence[str], behind: pd.DataFrame) -> list[BlockCell]:
        """The 明细 column of a panel: how many rows stand behind each line, linked to the first of them.

        Args:
            sheet: the analysis sheet's name.
            figures: (n,) what each shown line is called.
            behind: a frame with `analysis.base.BEHIND_COLUMNS`; lines that are not shown are left out.
        """
        limit = self.facts.parameters.detail_rows if self.target is not None else 0
        lines = behind["line"].to_numpy()
        order = np.argsort(lines, kind="stable")
        order = order[lines[order] < len(figures)]
        counts = np.bincount(lines[order], minlength=len(figures))
        starts = np.cumsum(counts) - counts
        ranks = np.arange(len(order)) - starts[lines[order]]
        self._behind.append(behind.iloc[order[ranks < limit]])
        listed = np.minimum(counts, limit)
        first = len(self._sheets) + np.cumsum(listed) - listed
        self._sheets += [sheet] * int(listed.sum())
        self._figures += np.repeat(np.array(figures, dtype=object), listed).tolist()
        return [
            self._cell(count, limit, place)
            for count, place in zip(counts.tolist(), first.tolist(), strict=True)
        ]

    def _cell(self, count: int, limit: int, place: int) -> BlockCell:
        if not count:
            return None
        if self.target is None or not limit:
            return f"{count} 行"
        text = f"{count} 行" if count <= limit else f"前{limit}/共{count}行"
        return Link(text, self.target.sheet, f"A{self.target.heading_row + 1 + place}")

    def rows(self) -> pd.DataFrame:
        """What was gathered, with the keys of `tables.lists.ANALYSIS_DETAILS`; `source` is "sheet!row"."""
        if not self._sheets:
            return pd.DataFrame(columns=[item.key for item in ANALYSIS_DETAILS.columns])
        behind = pd.concat([part for part in self._behind if len(part)], ignore_index=True)
        count = len(behind)
        own = {key: np.full(count, None, dtype=object) for key in ("customer_id", "name", "owner", "source")}
        codes = np.full(count, -1, dtype=np.int64)
        numbers, tables = pd.factorize(behind["table"])
        for number, table in enumerate(tables):
            at = np.flatnonzero(numbers == number)
            places = behind["place"].to_numpy()[at]
            codes[at] = self.facts.codes(table)[places]
            for key in ("customer_id", "name"):
                own[key][at] = own_cells(self.facts, table, places, (key,))
            own["owner"][at] = own_cells(self.facts, table, places, OWNER_KEYS)
            own["source"][at] = links_to(self.facts, table, places)
        registered = {key: of_register(self.facts, codes, key) for key in ("customer_id", "name", "owner")}
        moments = behind["at"].to_numpy(dtype="datetime64[s]")
        return pd.DataFrame(
            {
                "sheet": self._sheets,
                "figure": self._figures,
                "customer_id": first_known(registered["customer_id"], own["customer_id"]),
                "name": first_known(registered["name"], own["name"]),
                "owner": first_known(own["owner"], registered["owner"]),
                "at": moments,
                "amount": behind["amount"],
                "content": behind["text"],
                "source": own["source"],
            }
        )
