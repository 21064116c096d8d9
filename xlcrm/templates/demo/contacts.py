"""Contacts with the customers: plans, records, surveys, and where leads came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.tables.customers import LEAD_SOURCES
from xlcrm.tables.followups import FOLLOWUP_PLANS, FOLLOWUP_RECORDS, SATISFACTION_SURVEYS, VISIT_PLANS
from xlcrm.templates.demo import words
from xlcrm.templates.demo.customers import HISTORY_DAYS, texts_of
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    blank_after,
    blank_unless,
    frame_of,
    objects,
    office_time,
    pick,
    some_tags,
    sometimes,
    text_where,
    weekday,
)

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.templates.demo.customers import Customers

WEAK_SCORE = "initiative"
"""The one score that customers have given little for lately, for the improvement that this asks for (S15)."""
_MOST_RECORDS = 9
_WAYS = ("电话", "邮件", "上门拜访", "线上")
_DAYS_BETWEEN = {"A类": 7, "B类": 14, "C类": 30}
_FREQUENCIES = {"A类": "每周1次", "B类": "每两周1次", "C类": "每月1次"}


def draw_records(rng: Rng, customers: Customers, now: np.datetime64) -> pd.DataFrame:
    """Follow-up records, oldest first: the first contact, then a rhythm by stage and grade.

    Args:
        rng: where chance comes from.
        customers: whose records.
        now: datetime64[m]; nothing lies after it.
    """
    who, days = _contact_days(rng, customers)
    woken, wake_days = _wake_days(rng, customers, now.astype("datetime64[D]"))
    who, days = np.concatenate((who, woken)), np.concatenate((days, wake_days))
    moments = office_time(rng, weekday(days))
    kept = np.flatnonzero((moments <= now) & (moments >= customers.first_day[who]))
    kept = kept[np.argsort(moments[kept], kind="stable")]
    wakes = kept >= len(who) - len(woken)
    who, moments = who[kept], moments[kept]
    size = len(who)
    talk = rng.integers(0, len(words.TALKS), size)
    summaries, feedback, actions = (objects([talk[part] for talk in words.TALKS]) for part in range(3))
    by = customers.owners[who]
    due = weekday(moments.astype("datetime64[D]") + rng.integers(3, 12, size))
    acts = (rng.random(size) < 0.35) & (due > moments)
    done = weekday(due - rng.integers(0, 3, size) + np.where(rng.random(size) < 0.1, 5, 0))
    done = np.maximum(done, moments.astype("datetime64[D]"))
    done = blank_unless(acts & (rng.random(size) < 0.93), blank_after(done, now.astype("datetime64[D]")))
    promised = objects(
        [
            f"{person}{day}前{action}"
            for person, day, action in zip(by, texts_of(due), actions[talk], strict=True)
        ]
    )
    return frame_of(
        FOLLOWUP_RECORDS,
        {
            "touched_at": moments,
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "way": pick(rng, ("电话", "邮件", "拜访", "线上"), size, (6, 2, 1, 2)),
            "by": by,
            "summary": summaries[talk],
            "feedback": sometimes(rng, feedback[talk], 0.8),
            "next_action": text_where(acts, promised),
            "next_action_by": blank_unless(acts, due),
            "next_action_done_on": done,
            "signal": pick(rng, (None, "积极", "中性", "消极"), size, (60, 14, 22, 4)),
            "responded": text_where(wakes, pick(rng, ("是", "否"), size, (4, 1))),
            "need_tags": sometimes(rng, some_tags(rng, words.NEEDS, size, 1), 0.3),
            "info_changed": pick(rng, (None, "否", "是"), size, (85, 12, 3)),
        },
    )


def _contact_days(rng: Rng, customers: Customers) -> tuple[Array, Array]:
    """Whose contact and on which day, before weekends and the future are taken out."""
    size = len(customers)
    usual = np.select(
        [customers.stages == "潜在", customers.stages == "合作"],
        [objects(list(_DAYS_BETWEEN.values()))[_grade_places(customers.grades)].astype(np.int64), 30],
        60,
    )
    rhythm = np.maximum(usual * rng.uniform(0.8, 1.15, size), 4)
    count = rng.integers(1, _MOST_RECORDS, size)
    who = np.repeat(np.arange(size), count)
    back = np.concatenate([np.arange(number) for number in count]) if size else np.zeros(0)
    # The newest contact lies up to one and a bit of the rhythm ago: most in time, some overdue.
    behind = rng.uniform(0.0, 1.1, size)[who] + back * rng.uniform(0.85, 1.15, len(who))
    days = customers.last_day[who] - (rhythm[who] * behind).astype(np.int64)
    first = np.flatnonzero(rng.random(size) < 0.94)
    first_days = customers.first_day[first] + np.where(
        rng.random(len(first)) < 0.9, rng.integers(0, 2, len(first)), rng.integers(3, 9, len(first))
    )
    return np.concatenate((who, first)), np.concatenate((days, first_days))


def _wake_days(rng: Rng, customers: Customers, today: np.datetime64) -> tuple[Array, Array]:
    """Dormant customers get a call a quarter; the newest one is up to three months and a bit ago."""
    who = np.flatnonzero((customers.stages == "沉睡") & (rng.random(len(customers)) < 0.92))
    days = today - rng.integers(2, 96, len(who))
    late = days > customers.last_day[who] + 60
    return who[late], days[late]


def _grade_places(grades: Array) -> Array:
    return np.searchsorted(np.array(["A类", "B类", "C类"]), grades.astype(str))


def keep_up_to_date(rng: Rng, customers: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The customers' rows after changed contacts were entered, most of them within the day."""
    changed = records[records["info_changed"].eq("是").fillna(value=False)]
    entered = changed[rng.random(len(changed)) < 0.85]
    newest = entered.groupby("customer_id")["touched_at"].max().dt.normalize()
    known = newest.reindex(customers["customer_id"]).set_axis(customers.index)
    later = known > customers["updated_on"]
    return customers.assign(updated_on=customers["updated_on"].mask(later, known))


def draw_followup_plans(rng: Rng, customers: Customers) -> pd.DataFrame:
    """A plan for most customers that are not lost; few name a frequency of their own."""
    who = np.flatnonzero((customers.stages != "流失") & (rng.random(len(customers)) < 0.9))
    size = len(who)
    usual = objects(list(_FREQUENCIES.values()))[_grade_places(customers.grades[who])]
    own = np.where(rng.random(size) < 0.85, usual, pick(rng, ("每周1次", "每10天1次", "每季度1次"), size))
    prospect = customers.stages[who] == "潜在"
    return frame_of(
        FOLLOWUP_PLANS,
        {
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "stage": customers.stages[who],
            "grade": customers.grades[who],
            "frequency": text_where(prospect & (rng.random(size) < 0.2), own),
            "way": _ways(rng, size),
            "focus": sometimes(rng, pick(rng, words.FOCUS, size), 0.8),
            "owner": customers.owners[who],
        },
    )


def draw_visit_plans(rng: Rng, customers: Customers) -> pd.DataFrame:
    """A plan to call back for most customers under contract."""
    who = np.flatnonzero((customers.stages == "合作") & (rng.random(len(customers)) < 0.9))
    size = len(who)
    young = (customers.last_day[who] - customers.signed[who]).astype(np.int64) < 183
    usual = np.where(young | (customers.grades[who] == "A类"), "每月1次", "每季度1次").astype(object)
    own = np.where(rng.random(size) < 0.75, usual, "每半年1次")
    return frame_of(
        VISIT_PLANS,
        {
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "grade": customers.grades[who],
            "frequency": sometimes(rng, own, 0.1),
            "way": _ways(rng, size),
            "focus": sometimes(rng, pick(rng, words.FOCUS, size), 0.7),
            "owner": customers.owners[who],
        },
    )


def _ways(rng: Rng, size: int) -> Array:
    return pick(rng, (*_WAYS, "电话+邮件", "电话+上门拜访"), size, (5, 2, 2, 1, 3, 2))


def draw_surveys(rng: Rng, customers: Customers, days_of_two: int) -> pd.DataFrame:
    """Answered forms of customers under contract at an interval, few left out; most are content.

    Args:
        rng: where chance comes from.
        customers: who is asked.
        days_of_two: days in two intervals.
    """
    signed = np.flatnonzero(~np.isnat(customers.signed))
    quarters = (customers.last_day[signed] - customers.signed[signed]).astype(np.int64) * 2 // days_of_two
    who = np.repeat(signed, quarters)
    number = np.arange(len(who)) - np.repeat(np.cumsum(quarters) - quarters, quarters) + 1
    days = weekday(customers.signed[who] + number * days_of_two // 2 + rng.integers(0, 7, len(who)))
    keep = (days <= customers.last_day[who]) & (rng.random(len(who)) < 0.94)
    who, days = who[keep], days[keep]
    size = len(who)
    mood = rng.normal(4.3, 0.55, size)
    quality, tech, attitude = (np.clip(np.rint(mood + rng.normal(0, 0.5, size)), 1, 5) for _ in range(3))
    nps = np.clip(np.rint(mood * 2 + rng.normal(0, 0.9, size)), 0, 10)
    frame = frame_of(
        SATISFACTION_SURVEYS,
        {
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "surveyed_on": days,
            "by": customers.owners[who],
            "quality": quality,
            "tech_speed": tech,
            "attitude": attitude,
            "will_continue": np.where(mood > 3.4, "是", "否"),
            "nps": nps,
            "suggestion": sometimes(rng, pick(rng, words.SUGGESTIONS, size), 0.25),
        },
    )
    return frame.sort_values("surveyed_on", kind="stable", ignore_index=True)


def rated_in_full(rng: Rng, surveys: pd.DataFrame, today: np.datetime64) -> pd.DataFrame:
    """The forms with the service document's four further scores; one of them has gone down lately.

    Args:
        rng: where chance comes from.
        surveys: forms with the first three scores.
        today: datetime64[D].
    """
    size = len(surveys)
    mood = surveys[["quality", "tech_speed", "attitude"]].mean(axis=1).to_numpy()
    late = surveys["surveyed_on"].to_numpy(dtype="datetime64[D]") > today - 200
    lower = {WEAK_SCORE: np.where(late, 1.6, 0.3)}
    scores = {
        key: np.clip(np.rint(mood - lower.get(key, -0.2) + rng.normal(0, 0.4, size)), 1, 5)
        for key in ("service_speed", "problem_solving", "expertise", "initiative")
    }
    return frame_of(SATISFACTION_SURVEYS, {str(key): surveys[key].to_numpy() for key in surveys} | scores)


def draw_lead_sources(rng: Rng, today: np.datetime64) -> pd.DataFrame:
    """One row a channel and month over the history."""
    months = np.arange(0, HISTORY_DAYS, 30)
    days = np.sort(np.repeat(today - months, len(words.CHANNELS)) - rng.integers(0, 25, len(months) * 5))
    size = len(days)
    channels = np.tile(objects(words.CHANNELS), len(months))
    sources = objects(
        [
            words.SOURCES[channel][number]
            for channel, number in zip(channels, rng.integers(0, 3, size), strict=True)
        ]
    )
    leads = rng.integers(4, 60, size)
    paid = np.isin(channels, ("线上广告", "搜索引擎"))
    return frame_of(
        LEAD_SOURCES,
        {
            "channel": channels,
            "source": sources,
            "acquired_on": weekday(days),
            "owner": pick(rng, words.STAFF, size),
            "leads": leads,
            "effective": rng.binomial(leads, rng.uniform(0.1, 0.5, size)),
            "remark": text_where(paid, objects([f"成本:{cost}元/次" for cost in rng.integers(5, 40, size)])),
        },
    )
