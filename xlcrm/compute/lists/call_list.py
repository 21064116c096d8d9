"""回访名单: whom to call back, by the document's four methods of selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.accounts import LOST
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, moments, nothing
from xlcrm.compute.lists.open_cases import CASE_TABLES, open_cases
from xlcrm.compute.lists.satisfaction import newest_satisfaction
from xlcrm.compute.matching import newest
from xlcrm.tables.care import CALLBACK_METHOD
from xlcrm.tables.lists import CALL_LIST

if TYPE_CHECKING:
    from xlcrm.compute.touches import Lookups

AT_RANDOM, BY_SATISFACTION, BY_SERVICE, BY_FEELING = CALLBACK_METHOD.values
CALLBACKS: Final = "callback_records"
_NAMES: Final = {"complaints": "投诉", "service_issues": "服务问题", "recovery_cases": "关系恢复"}

Picked = tuple[Integers, list[str]]
"""(k,) account codes in order, and why each one was picked."""


def call_list(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """So many customers a method as 回访名单人数 says, the methods in the document's order.

    A customer may stand under several methods. 流失 customers are called no more.
    """
    eligible = _eligible(facts)
    satisfaction = newest_satisfaction(facts)
    last = lookups.any_touches().last(np.arange(len(facts.account_ids)))
    limit = facts.parameters.call_list_size
    picked: dict[str, Picked] = {
        AT_RANDOM: at_random(facts, eligible, limit),
        BY_SATISFACTION: by_satisfaction(facts, eligible, limit, satisfaction),
        BY_SERVICE: by_service(facts, eligible, limit),
        BY_FEELING: by_feeling(facts, eligible, limit, last),
    }
    frames = [_worded(facts, method, found, satisfaction, last) for method, found in picked.items()]
    return pd.concat(frames, ignore_index=True)


def _eligible(facts: Facts) -> Flags:
    flags: Flags = ~(facts.of_accounts("stage") == LOST).to_numpy(dtype=bool, na_value=False)
    return flags


def _ranks(facts: Facts) -> Integers:
    """(accounts,) each customer's place in the order of their ids."""
    order = facts.account_ids.argsort()
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _first(
    facts: Facts, keys: Integers | np.ndarray[tuple[int], np.dtype[np.float64]], among: Flags
) -> Integers:
    """Codes among those flagged, by key from low to high, then by id."""
    codes = np.flatnonzero(among)
    order: Integers = codes[np.lexsort((_ranks(facts)[codes], keys[codes]))]
    return order


def at_random(facts: Facts, eligible: Flags, limit: int) -> Picked:
    """随机选择法: the same customers all month.

    Every id of the register, in order, draws one raw number of PCG64, whose stream numpy keeps for good; the
    lowest numbers are picked. Who is lost keeps the number, so that nobody else's changes.
    """
    seed = facts.parameters.random_seed
    if seed is None:
        seed = facts.now.year * 100 + facts.now.month
    drawn = np.random.PCG64(seed).random_raw(len(eligible)) >> np.uint64(1)
    numbers = np.empty(len(eligible), dtype=np.int64)
    numbers[facts.account_ids.argsort()] = drawn.astype(np.int64)
    codes = _first(facts, numbers, eligible)[:limit]
    return codes, [f"随机抽取第{place}位（种子 {seed}）" for place in range(1, len(codes) + 1)]


def by_satisfaction(facts: Facts, eligible: Flags, limit: int, percent: pd.Series) -> Picked:
    """客户满意度选择法: the lowest newest satisfaction; who was never asked is not picked."""
    values = percent.reindex(np.arange(len(eligible))).to_numpy(dtype="float64")
    codes = _first(facts, values, eligible & ~np.isnan(values))[:limit]
    return codes, [f"最近满意度 {round(value, 1):g}%" for value in values[codes].tolist()]


def by_service(facts: Facts, eligible: Flags, limit: int) -> Picked:
    """服务选择法: who still needs a service, the longest waiting first.

    That is a newest callback that says 需后续服务, or open complaints, service issues or recovery cases.
    """
    count = len(eligible)
    wanted = _needing_service(facts, count)
    oldest = wanted.copy()
    parts: list[tuple[str, Integers, Moments]] = []
    for table in CASE_TABLES:
        rows = np.flatnonzero(open_cases(facts, table) & (facts.codes(table) >= 0))
        codes, since = facts.codes(table)[rows], moments(facts.frame(table)["received_at"])[rows]
        first = nothing(count)
        np.fmin.at(first, codes, since)
        parts.append((_NAMES[table], np.bincount(codes, minlength=count), first))
        oldest = np.fmin(oldest, first)
    needs = ~np.isnat(wanted) | np.any([number > 0 for _, number, _ in parts], axis=0)
    late = np.where(np.isnat(oldest), facts.now_at, oldest).astype(np.int64)
    codes = _first(facts, late, eligible & needs)[:limit]
    return codes, [_service_reason(code, wanted, parts) for code in codes.tolist()]


def _needing_service(facts: Facts, count: int) -> Moments:
    """(accounts,) when the newest callback said 需后续服务, NaT where it did not."""
    records = facts.frame(CALLBACKS)
    rows = np.flatnonzero(newest(CALLBACKS, facts) & (records["needs_service"] == "是").to_numpy())
    result = nothing(count)
    result[facts.codes(CALLBACKS)[rows]] = moments(records["touched_at"])[rows]
    return result


def _service_reason(code: int, wanted: Moments, parts: list[tuple[str, Integers, Moments]]) -> str:
    reasons = [] if np.isnat(wanted[code]) else [f"{_day(wanted[code])} 回访时需后续服务"]
    for name, number, first in parts:
        if number[code]:
            since = "" if np.isnat(first[code]) else f"，最早 {_day(first[code])}"
            reasons.append(f"未结{name} {number[code]}件{since}")
    return "；".join(reasons)


def _day(at: np.datetime64) -> str:
    return str(at.astype("datetime64[D]"))


def by_feeling(facts: Facts, eligible: Flags, limit: int, last: Moments) -> Picked:
    """情感选择法: who was not heard of for longest; who never was comes first."""
    never = np.isnat(last)
    keys = np.where(never, np.iinfo(np.int64).min, last.astype(np.int64))
    codes = _first(facts, keys, eligible)[:limit]
    days = (facts.today - last.astype("datetime64[D]")).astype(np.int64)
    return codes, [
        "从未联系" if never[code] else f"已 {days[code]} 天未联系（最近 {_day(last[code])}）"
        for code in codes.tolist()
    ]


def _worded(
    facts: Facts, method: str, picked: Picked, satisfaction: pd.Series, last: Moments
) -> pd.DataFrame:
    codes, reasons = picked
    of_register = {
        key: facts.of_accounts(key).iloc[codes].to_numpy() for key in ("name", "contact", "phone", "grade")
    }
    rows = {
        "method": method,
        "place": np.arange(1, len(codes) + 1),
        "customer_id": facts.account_ids[codes].to_numpy(),
        **of_register,
        "last_touch_at": last[codes],
        "satisfaction": satisfaction.reindex(codes).round(1).to_numpy(),
        "reason": reasons,
    }
    return pd.DataFrame(rows, columns=[item.key for item in CALL_LIST.columns])
