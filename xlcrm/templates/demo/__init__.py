"""Demo data: an invented office's two years, for trying things out and for measuring them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.templates.demo.complaints import draw_complaints
from xlcrm.templates.demo.contacts import (
    draw_followup_plans,
    draw_lead_sources,
    draw_records,
    draw_surveys,
    draw_visit_plans,
    keep_up_to_date,
)
from xlcrm.templates.demo.customers import draw_customers
from xlcrm.templates.demo.mistakes import with_mistakes
from xlcrm.templates.demo.sales import draw_improvements, draw_transactions

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

DEFAULT_ROWS = 300


def demo_data(rows: int, now: dt.datetime, seed: int = 7) -> dict[str, pd.DataFrame]:
    """Tables of the crm pack with a sprinkle of entry errors; the same arguments give the same frames.

    Args:
        rows: number of customers, at least 1.
        now: the moment up to which things have happened.
        seed: another one gives another office.

    Returns:
        Table name -> frame keyed by column keys, entry and extra columns only. Types as in
        `xlcrm.tables.frames`, except that a column with a slip of the keyboard in it is `object`.
    """
    return with_mistakes(_stream(seed, 99), clean_data(rows, now, seed))


def clean_data(rows: int, now: dt.datetime, seed: int = 7) -> dict[str, pd.DataFrame]:
    """As `demo_data`, before the errors."""
    moment = np.datetime64(now, "m")
    today = moment.astype("datetime64[D]")
    customers = draw_customers(_stream(seed, 0), rows, today)
    records = draw_records(_stream(seed, 1), customers, moment)
    complaints, steps, changes = draw_complaints(_stream(seed, 2), customers, moment)
    return {
        "customers": keep_up_to_date(_stream(seed, 3), customers.frame, records),
        "lead_sources": draw_lead_sources(_stream(seed, 4), today),
        "followup_plans": draw_followup_plans(_stream(seed, 5), customers),
        "followup_records": records,
        "visit_plans": draw_visit_plans(_stream(seed, 6), customers),
        "satisfaction_surveys": draw_surveys(_stream(seed, 7), customers),
        "complaints": complaints,
        "complaint_steps": steps,
        "improvement_actions": draw_improvements(_stream(seed, 8), today),
        "status_changes": changes,
        "transactions": draw_transactions(_stream(seed, 9), customers),
    }


def _stream(seed: int, number: int) -> np.random.Generator:
    """A table's own chance, so that a change in one leaves the others alone."""
    return np.random.default_rng([seed, number])
