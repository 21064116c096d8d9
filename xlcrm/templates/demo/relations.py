"""Relations with the accounts worth keeping: profiles, assessments, measures and maintenance plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.tables.relationship import (
    ACCOUNT_PROFILES,
    MAINTENANCE_PLANS,
    RELATIONSHIP_ASSESSMENTS,
    RELATIONSHIP_STRENGTHENING,
)
from xlcrm.templates.demo import account_words, words
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    blank_after,
    blank_unless,
    frame_of,
    objects,
    pick,
    serial_in_group,
    sometimes,
    text_where,
    weekday,
)

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.templates.demo.customers import Customers

_MEAN_SCORES = {"A类": 87.0, "B类": 72.0, "C类": 60.0}
_DAYS_BETWEEN = {"A类": 60, "B类": 120, "C类": 240}
"""How often a customer of each grade has a maintenance plan."""


def _by_grade(grades: Array, values: dict[str, float]) -> Array:
    return np.select([grades == grade for grade in values], list(values.values()))


def _partners(customers: Customers) -> Array:
    """Positions of the customers with whom there is a relation to keep."""
    found = np.flatnonzero(customers.stages == "合作")
    return found if len(found) else np.arange(len(customers))


def draw_profiles(rng: Rng, customers: Customers) -> pd.DataFrame:
    """What is known of four partners in five: business, banks, service."""
    who = _partners(customers)
    who = who[(rng.random(len(who)) < 0.8) | (who == who[0])]
    size = len(who)
    people = np.column_stack([_person(rng, size) for _ in range(2)])
    frame = customers.frame.iloc[who]
    return frame_of(
        ACCOUNT_PROFILES,
        {
            "name": customers.names[who],
            "address": frame["address"].to_numpy(dtype=object),
            "legal_person": people[:, 0],
            "general_manager": people[:, 1],
            "phone": customers.phones[who],
            "business": frame["industry"].to_numpy(dtype=object),
            "employees": np.round(rng.lognormal(4.3, 0.9, size)),
            "condition": pick(rng, account_words.CONDITIONS, size),
            "banks": pick(rng, account_words.BANKS, size),
            "deposits": pick(rng, account_words.DEPOSITS, size),
            "loans": pick(rng, account_words.LOANS, size),
            "other_products": pick(rng, account_words.OTHERS, size),
            "daily_deposit": np.round(rng.lognormal(12.2, 0.8, size), -3),
            "daily_loan": np.where(rng.random(size) < 0.6, np.round(rng.lognormal(12.8, 0.7, size), -4), 0.0),
            "settlement_products": pick(rng, account_words.SETTLEMENTS, size),
            "wealth_products": pick(rng, account_words.WEALTH, size),
            "service_way": pick(rng, account_words.SERVICE_WAYS, size),
            "service_frequency": objects([account_words.FREQUENCIES[g] for g in customers.grades[who]]),
            "potential": pick(rng, account_words.POTENTIALS, size),
            "satisfaction": pick(rng, (10.0, 9.0, 8.0, 7.0, 6.0), size, (2, 5, 5, 2, 1)).astype(float),
            "customer_id": customers.ids[who],
        },
    )


def _person(rng: Rng, size: int) -> Array:
    return pick(rng, [name for name, _ in words.SURNAMES], size) + pick(rng, words.GIVEN, size)


def draw_assessments(rng: Rng, customers: Customers, today: np.datetime64) -> pd.DataFrame:
    """One row an indicator: two partners in three were assessed, some of them a second time lately."""
    who = _partners(customers)
    who = who[(rng.random(len(who)) < 0.67) | (who == who[0])]
    again = who[rng.random(len(who)) < 0.5]
    who = np.concatenate((who, again))
    back = np.concatenate((rng.integers(150, 400, len(who) - len(again)), rng.integers(3, 140, len(again))))
    room = np.maximum((today - customers.first_day[who]).astype(np.int64), 0)
    day = weekday(today - np.minimum(back, room))
    order = np.argsort(day, kind="stable")
    who, day = who[order], day[order]
    level = _by_grade(customers.grades[who], _MEAN_SCORES) + rng.normal(0, 6, len(who))
    count = len(account_words.INDICATORS)
    indicator, weight, basis = (
        np.tile(objects([row[part] for row in account_words.INDICATORS]), len(who)) for part in range(3)
    )
    score = np.clip(np.repeat(level, count) + rng.normal(0, 7, len(who) * count), 20, 100)
    each = np.repeat(who, count)
    return frame_of(
        RELATIONSHIP_ASSESSMENTS,
        {
            "name": customers.names[each],
            "assessment_id": np.repeat(_yearly_ids("PG", day), count),
            "indicator": indicator,
            "weight": weight.astype(float),
            "score": np.rint(score),
            "basis": basis,
            "remark": sometimes(rng, objects(["与业务部门共同评定"] * len(each)), 0.1),
            "customer_id": customers.ids[each],
            "assessed_on": np.repeat(day, count),
        },
    )


def _yearly_ids(head: str, days: Array) -> Array:
    """PG2026001: head, year and the number in it; the days are sorted."""
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    serial = serial_in_group(years)
    digits = max(3, len(str(serial.max(initial=0))))
    return objects([f"{head}{year}{number:0{digits}d}" for year, number in zip(years, serial, strict=True)])


def draw_strengthening(rng: Rng, customers: Customers, today: np.datetime64) -> pd.DataFrame:
    """One to three people at each of the best partners, and what brings us closer to them."""
    partners = _partners(customers)
    best = partners[customers.grades[partners] == "A类"]
    best = best if len(best) else partners[:1]
    who = np.repeat(best, rng.integers(1, 4, len(best)))
    size = len(who)
    due = weekday(today + rng.integers(-300, 60, size))
    due[: min(2, size)] = weekday(today + np.array([2, 5])[: min(2, size)])
    done = blank_after(
        weekday(due - rng.integers(0, 20, size) + np.where(rng.random(size) < 0.1, 25, 0)), today
    )
    return frame_of(
        RELATIONSHIP_STRENGTHENING,
        {
            "customer_id": customers.ids[who],
            "position": objects(account_words.POSITIONS)[_nth(who) % 4],
            "influence": pick(rng, account_words.INFLUENCES, size),
            "rival_relation": pick(rng, account_words.RIVALS, size),
            "owner": customers.owners[who],
            "measure": pick(rng, account_words.STRENGTHENING, size),
            "due_on": due,
            "remark": sometimes(rng, pick(rng, account_words.EFFECTS, size), 0.15),
            "done_on": blank_unless((rng.random(size) < 0.95) & (due < today), done),
        },
    )


def _nth(who: Array) -> Array:
    """0, 1, 2 … of each customer's rows; rows of one customer stand together."""
    return serial_in_group(who) - 1


def draw_plans(rng: Rng, customers: Customers, today: np.datetime64) -> pd.DataFrame:
    """Maintenance plans by grade's rhythm up to a quarter ahead: carried out, late, due, or in review."""
    partners = _partners(customers)
    every = _by_grade(customers.grades[partners], {key: float(days) for key, days in _DAYS_BETWEEN.items()})
    room = (today - np.maximum(customers.signed[partners], today - 700)).astype(np.int64)
    count = np.maximum((room / every).astype(np.int64), 1)
    who, step = np.repeat(partners, count), np.repeat(every, count)
    ahead = rng.integers(-20, 90, len(partners))
    due = weekday(today + np.repeat(ahead, count) - (_nth(who) * step).astype(np.int64))
    order = np.argsort(due, kind="stable")
    who, due = who[order], due[order]
    size = len(who)
    review = np.where(
        due > today + 5, pick(rng, ("已通过", "待审核", "草稿", "退回修改"), size, (6, 3, 2, 1)), "已通过"
    )
    review[-4:] = ["已通过", "退回修改", "草稿", "待审核"][-min(4, size) :]
    approved = review == "已通过"
    done = weekday(due - rng.integers(0, 9, size) + np.where(rng.random(size) < 0.08, 14, 0))
    done = blank_unless(approved & (due < today + 2) & (rng.random(size) < 0.97), blank_after(done, today))
    finished = ~np.isnat(done)
    measure = rng.integers(0, len(account_words.MAINTENANCE), size)
    way, text = (objects([row[part] for row in account_words.MAINTENANCE])[measure] for part in range(2))
    cost = np.array([row[2] for row in account_words.MAINTENANCE], dtype=float)[measure]
    budget = np.round(cost * rng.uniform(0.8, 1.5, size), -1)
    returned = review == "退回修改"
    return frame_of(
        MAINTENANCE_PLANS,
        {
            "plan_id": _yearly_ids("WH", due),
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "way": way,
            "measure": text,
            "owner": customers.owners[who],
            "budget": budget,
            "due_on": due,
            "review_status": review,
            "review_note": np.where(
                returned, pick(rng, account_words.REVIEWS, size), text_where(approved, "同意")
            ),
            "actual_cost": np.where(finished, np.round(budget * rng.uniform(0.7, 1.15, size)), np.nan),
            "done_on": done,
            "effect": text_where(finished, sometimes(rng, pick(rng, account_words.EFFECTS, size), 0.7)),
        },
    )
