"""The team's periods: weeks, months, quarters, years."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.checks.build import complaint
from tests.compute.build import book, computed
from xlcrm.compute.occasions import period_ends
from xlcrm.rules.reading import default_rows, parse_rule


@pytest.mark.parametrize(
    ("limit", "unit", "last", "before"),
    [
        ("1", "周", "2026-11-22", "2026-11-15"),
        ("2", "周", "2026-11-22", "2026-11-08"),
        ("1", "个月", "2026-11-30", "2026-10-31"),
        ("3", "个月", "2026-12-31", "2026-09-30"),
        ("6", "个月", "2026-12-31", "2026-06-30"),
        ("1", "年", "2026-12-31", "2025-12-31"),
    ],
)
def test_the_ends_of_this_period_and_the_one_before(limit: str, unit: str, last: str, before: str) -> None:
    cells = next(dict(row) for row in default_rows("crm") if row["规则编号"] == "C34")
    rule = parse_rule({**cells, "时限": limit, "单位": unit})
    assert [str(day) for day in period_ends(np.datetime64("2026-11-20"), rule)] == [last, before]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (dt.datetime(2026, 11, 18, 9), "2026-11-15"),
        (dt.datetime(2026, 11, 19, 9), "2026-11-22"),
        (dt.datetime(2026, 11, 22, 9), "2026-11-22"),
    ],
)
def test_a_weekly_task_gives_way_to_the_next_in_mid_week(now: dt.datetime, due: str) -> None:
    found = computed({"complaints": [complaint()]}, book(C34={"单位": "周"}), now=now).shown.rows
    assert [str(day)[:10] for day in found["due_at"]] == [due]
