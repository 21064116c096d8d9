"""Damaged relations on their way back: cases, the surveys that set them off and those that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlcrm.tables.base import Kind
from xlcrm.tables.followups import SATISFACTION_SURVEYS
from xlcrm.tables.recovery import RECOVERY_CASES
from xlcrm.templates.demo import case_words
from xlcrm.templates.demo.cases import Case, arrivals, course_of
from xlcrm.templates.demo.contacts import WEAK_SCORE
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    blank_after,
    blank_unless,
    dated_ids,
    frame_of,
    minutes_within,
    objects,
    office_time,
    pick,
    sometimes,
    text_where,
    weekday,
    weekday_after,
)
from xlcrm.templates.demo.status_log import status_log

if TYPE_CHECKING:
    from xlcrm.templates.demo.customers import Customers

_HOUR, _DAY = 60, 1440
_LOW = 3.5
"""Mean of a survey's scores below which a relation is to be recovered: 7 of 10 (R08)."""
_LIMIT_HOURS = {"紧急": 2, "重要": 4, "一般": 24}


def draw_recoveries(
    rng: Rng, customers: Customers, surveys: pd.DataFrame, now: np.datetime64
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Recovery cases and the status changes of those that waited for the customer.

    Args:
        rng: where chance comes from.
        customers: whose relations.
        surveys: the forms; most of the bad ones set off a case.
        now: datetime64[m]; nothing lies after it.
    """
    who, received, by_survey = _who_and_when(rng, customers, surveys, now)
    size = len(who)
    urgency = pick(rng, tuple(_LIMIT_HOURS), size, (2, 4, 4))
    limit = np.select([urgency == word for word in _LIMIT_HOURS], list(_LIMIT_HOURS.values())) * _HOUR
    case = course_of(
        rng,
        received,
        minutes_within(rng, 72 * _HOUR, size, 0.1),
        minutes_within(rng, limit, size, 0.08),
        rng.integers(3 * _DAY, 7 * _DAY, size) + np.where(rng.random(size) < 0.08, 3 * _DAY, 0),
        now,
    )
    told = [objects([row[part] for row in case_words.TROUBLES]) for part in range(5)]
    trouble = rng.integers(0, len(case_words.TROUBLES), size)
    kind, content, solution, demand, remedy = (texts[trouble] for texts in told)
    ids, owners = dated_ids(received, "HF", ""), customers.owners[who]
    planned = blank_after(received + np.minimum(minutes_within(rng, 48 * _HOUR, size), case.span // 2), now)
    planned = np.where(case.open | (planned <= case.resolved), planned, case.resolved)
    begun = blank_after(planned + np.maximum(case.span // 6, 1), now)
    begun = np.where(case.resolved < begun, case.resolved, begun)
    values: dict[str, Any] = {
        "recovery_id": ids,
        "customer_id": customers.ids[who],
        "contact": customers.contacts[who],
        "phone": customers.phones[who],
        "industry": customers.frame["industry"].to_numpy(dtype=object)[who],
        "issue_type": kind,
        "occurred_at": received - rng.integers(2 * _HOUR, 4 * _DAY, size),
        "content": content,
        "demand": demand,
        "owner": owners,
        "solution": text_where(~np.isnat(planned), solution),
        "executed_at": begun,
        "remedy": text_where(~np.isnat(planned), sometimes(rng, remedy, 0.6)),
        "responded_at": case.responded,
        "remark": sometimes(rng, pick(rng, case_words.REMARKS, size), 0.15),
        "received_at": received,
        "trigger": np.where(
            by_survey,
            "满意度低于阈值",
            pick(rng, list(case_words.TRIGGERS), size, list(case_words.TRIGGERS.values())),
        ),
        "urgency": urgency,
        "impact": sometimes(rng, pick(rng, case_words.IMPACTS, size), 0.7),
        "proposed_at": planned,
        "completed_at": case.resolved,
        "reassessed_at": case.called_back,
    } | _results(rng, case, customers.stages[who], now)
    return frame_of(RECOVERY_CASES, values), status_log(ids, owners, case)


def _who_and_when(
    rng: Rng, customers: Customers, surveys: pd.DataFrame, now: np.datetime64
) -> tuple[Array, Array, Array]:
    """Whose relation, when its recovery began, and whether a bad survey set it off."""
    size = max(8, len(customers) // 10)
    who, received = arrivals(rng, customers, now, size, max(3, size // 10), ~np.isnat(customers.signed))
    bad = surveys[surveys[_scores(surveys)].mean(axis=1) < _LOW]
    bad = bad[rng.random(len(bad)) < 0.85]
    place = pd.Series(np.arange(len(customers)), index=pd.Index(customers.ids))
    days = weekday_after(bad["surveyed_on"].to_numpy(dtype="datetime64[D]") + rng.integers(1, 4, len(bad)))
    begun = office_time(rng, days)
    known = begun <= now
    who = np.concatenate((who, place[bad["customer_id"]].to_numpy(dtype=np.int64)[known]))
    received = np.concatenate((received, begun[known]))
    by_survey = np.arange(len(who)) >= size
    order = np.argsort(received, kind="stable")
    return who[order], received[order], by_survey[order]


def _scores(surveys: pd.DataFrame) -> list[str]:
    return [
        item.key for item in SATISFACTION_SURVEYS.columns if item.kind is Kind.SCORE5 and item.key in surveys
    ]


def _results(rng: Rng, case: Case, stages: Array, now: np.datetime64) -> dict[str, Any]:
    """What became of it: talks, moods, score, relation and the next purchase."""
    size = len(case.received)
    judged = ~np.isnat(case.called_back)
    score = pick(rng, (10.0, 9.0, 8.0, 7.0, 6.0, 4.0), size, (3, 5, 5, 1, 1, 1)).astype(float)
    lost = judged & (stages == "流失")
    relation = np.select(
        [lost, judged & (score >= 8), judged, ~np.isnat(case.responded)],
        ["已流失", "已恢复", "重点维护", "恢复中"],
        "",
    )
    bought = case.resolved.astype("datetime64[D]") + rng.integers(4, 100, size)
    bought = blank_unless((rng.random(size) < 0.48) & ~lost, weekday(bought))
    bought = blank_after(bought, now.astype("datetime64[D]"))
    second = np.where(case.open, case.responded + rng.integers(8, 30, size) * _HOUR, case.resolved)
    second = np.maximum(second, case.responded)
    return {
        "feedback": text_where(judged, np.where(score >= 8, "认可处理结果", "仍希望改进")),
        "second_talk_at": blank_after(second, now),
        "mood": text_where(judged, pick(rng, case_words.MOODS, size)),
        "satisfaction": np.where(judged, score, np.nan),
        "repurchase_intent": text_where(judged & ~lost, pick(rng, case_words.INTENTS, size)),
        "relation": text_where(relation != "", relation),
        "repurchased_on": bought,
    }


def after_recoveries(
    rng: Rng, customers: Customers, surveys: pd.DataFrame, cases: pd.DataFrame, now: np.datetime64
) -> pd.DataFrame:
    """The surveys with those by which a recovered customer was asked once a month for three months."""
    done = cases.dropna(subset=["completed_at"])
    done = done[done["relation"] != "已流失"]
    place = pd.Series(np.arange(len(customers)), index=pd.Index(customers.ids))
    who = np.repeat(place[done["customer_id"]].to_numpy(dtype=np.int64), 3)
    end = np.repeat(done["completed_at"].to_numpy(dtype="datetime64[D]"), 3)
    days = weekday(end + np.tile([27, 55, 83], len(done)) - rng.integers(0, 4, len(who)))
    keep = (days <= now.astype("datetime64[D]")) & (days <= customers.last_day[who])
    keep &= rng.random(len(who)) < 0.9
    who, days = who[keep], days[keep]
    size = len(who)
    scores = {
        key: pick(rng, (3.0, 2.0) if key == WEAK_SCORE else (5.0, 4.0), size).astype(float)
        for key in _scores(surveys)
    }
    extra = frame_of(
        SATISFACTION_SURVEYS,
        {
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "surveyed_on": days,
            "by": customers.owners[who],
            "will_continue": ["是"] * size,
            "nps": pick(rng, (10.0, 9.0, 8.0), size).astype(float),
            "suggestion": [None] * size,
            **scores,
        },
    )[list(surveys.columns)]
    whole = pd.concat([surveys, extra], ignore_index=True)
    return whole.sort_values("surveyed_on", kind="stable", ignore_index=True)
