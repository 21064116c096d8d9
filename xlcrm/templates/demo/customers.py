"""Made-up customers, and what the other tables must know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlcrm.tables.customers import CUSTOMERS
from xlcrm.templates.demo import words
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    date_texts,
    frame_of,
    objects,
    pick,
    serial_in_group,
    some_tags,
    sometimes,
    text_where,
    weekday,
)

if TYPE_CHECKING:
    import pandas as pd

HISTORY_DAYS = 730
_STAGES, _STAGE_SHARES = ("潜在", "合作", "沉睡", "流失"), (0.34, 0.52, 0.10, 0.04)
_GRADES, _GRADE_SHARES = ("A类", "B类", "C类"), (0.12, 0.33, 0.55)
_DUPLICATES, _ABBREVIATED = 0.00125, 0.00125


@dataclass(frozen=True)
class Customers:
    """The customers with their frame; every array is (n,), in the frame's order.

    `first_day` and `last_day` enclose the customer's activity: a dormant one has none in the last months.
    """

    frame: pd.DataFrame
    ids: Array
    names: Array
    contacts: Array
    phones: Array
    owners: Array
    grades: Array
    stages: Array
    signed: Array
    first_day: Array
    last_day: Array

    def __len__(self) -> int:
        return len(self.ids)


def draw_customers(rng: Rng, size: int, today: np.datetime64) -> Customers:
    """Customers on file by today, oldest first.

    Args:
        rng: where chance comes from.
        size: how many.
        today: datetime64[D].
    """
    filed = weekday(np.sort(today - rng.integers(0, HISTORY_DAYS + 60, size)))
    filed.sort()
    stages, grades = pick(rng, _STAGES, size, _STAGE_SHARES), pick(rng, _GRADES, size, _GRADE_SHARES)
    age = (today - filed).astype(np.int64)
    stages[(age < 210) & np.isin(stages, ("沉睡", "流失"))] = "潜在"
    stages[(age < 25) & (stages == "合作")] = "潜在"
    quiet = np.isin(stages, ("沉睡", "流失"))
    signed_day = weekday(filed + np.minimum(rng.integers(5, 60, size), np.maximum(age - 10, 0)))
    signed = np.where(stages == "潜在", np.datetime64("NaT"), np.maximum(signed_day, filed))
    resting = np.minimum(rng.integers(190, 480, size), np.maximum(age - 5, 0))
    last_day = np.where(quiet, today - resting, today)
    signed = np.where(signed > last_day, filed, signed)

    names, cities, industries = _names(rng, size)
    people = _people(rng, size)
    phones, ids = _phones(rng, size), _ids(filed)
    owners = pick(rng, words.STAFF, size)
    _plant_twins(rng, names, people, phones)
    frame = frame_of(
        CUSTOMERS,
        {
            "customer_id": ids,
            "name": names,
            "contact": people[:, 0],
            "position": pick(rng, words.POSITIONS, size),
            "phone": phones,
            "email": sometimes(rng, people[:, 1] + objects([f".{one}@example.com" for one in ids]), 0.8),
            "industry": industries,
            "grade": grades,
            "need_tags": some_tags(rng, words.NEEDS, size, 2),
            "channel": pick(rng, words.CHANNELS, size),
            "filed_on": filed,
            "owner": owners,
            "updated_on": _updated(rng, filed, today),
            "products": text_where(stages != "潜在", pick(rng, words.PRODUCTS, size)),
            "contract_ends_on": signed + pick(rng, (365, 730), size).astype(np.int64),
            "history": text_where(stages != "潜在", sometimes(rng, pick(rng, words.HISTORY, size), 0.7)),
            "preferences": some_tags(rng, words.PREFERENCES, size, 2),
            "remark": sometimes(rng, pick(rng, words.REMARKS, size), 0.15),
            "stage": stages,
            "signed_on": signed,
            "founded_on": filed - rng.integers(400, 7000, size),
            "contact_birthday": np.datetime64("1968-01-01") + rng.integers(0, 11_000, size),
            "address": _addresses(rng, cities),
            "company_size": pick(rng, words.SIZES, size, (3, 4, 2, 1)),
            "budget": sometimes(rng, objects((rng.integers(2, 120, size) * 5000.0).tolist()), 0.7),
            "decision_chain": sometimes(
                rng, objects([f"采购提出，{name}审批" for name in people[:, 0]]), 0.3
            ),
            "consent": [
                f"允许发送产品资料（{day} 电话确认）" for day in np.datetime_as_string(filed, unit="D")
            ],
            "review_status": pick(rng, ("已审核", "待审核"), size, (0.93, 0.07)),
        },
    )
    return Customers(frame, ids, names, people[:, 0], phones, owners, grades, stages, signed, filed, last_day)


def _names(rng: Rng, size: int) -> tuple[Array, Array, Array]:
    """Names, places in CITIES, industries. As long as they last, no two share the part behind the city."""
    stems = objects([one + other for one in words.FIRST_CHARS for other in words.SECOND_CHARS])
    trades = np.repeat(np.arange(len(words.TRADES)), [weight for _, _, weight in words.TRADES])
    order = rng.permutation(len(stems))
    # Walking the stems round by round, each round with another trade, keeps alike names rare.
    turn, stem = np.divmod(np.arange(size), len(stems))
    trade = trades[(rng.integers(0, len(trades), len(stems))[stem] + 7 * turn) % len(trades)]
    cities = (rng.integers(0, len(words.CITIES), size) + turn) % len(words.CITIES)
    city_words = objects([city for city, _, _ in words.CITIES])
    trade_words = objects([word for word, _, _ in words.TRADES])
    names = city_words[cities] + stems[order[stem]] + trade_words[trade] + objects(["有限公司"] * size)
    shuffle = rng.permutation(size)
    industries = objects([industry for _, industry, _ in words.TRADES])[trade]
    return names[shuffle], cities[shuffle], industries[shuffle]


def _people(rng: Rng, size: int) -> Array:
    """(n, 2): the name and the surname's spelling in letters."""
    surnames = objects([name for name, _ in words.SURNAMES])
    letters = objects([spelt for _, spelt in words.SURNAMES])
    drawn = rng.integers(0, len(words.SURNAMES), size)
    return np.column_stack((surnames[drawn] + pick(rng, words.GIVEN, size), letters[drawn]))


def _phones(rng: Rng, size: int) -> Array:
    """Eleven digits with 0000 in the middle, as no subscriber has them; each once."""
    drawn = rng.choice(70 * 10_000, size, replace=False)
    return objects([f"{130 + one // 10_000}0000{one % 10_000:04d}" for one in drawn.tolist()])


def _ids(filed: Array) -> Array:
    """YYYYNNN, or YYYYNNNNN where a year has more than 999 customers."""
    years = filed.astype("datetime64[Y]").astype(np.int64) + 1970
    serial = serial_in_group(years)
    digits = 3 if serial.max(initial=0) <= 999 else 5
    return objects([f"{year}{number:0{digits}d}" for year, number in zip(years, serial, strict=True)])


def _updated(rng: Rng, filed: Array, today: np.datetime64) -> Array:
    """Most rows were looked at in the last quarter, a few not for over a year."""
    back = np.where(
        rng.random(len(filed)) < 0.95, rng.integers(0, 80, len(filed)), rng.integers(80, 420, len(filed))
    )
    return np.maximum(weekday(today - back), filed)


def _addresses(rng: Rng, cities: Array) -> Array:
    districts = [f"{place}{district}" for _, place, three in words.CITIES for district in three]
    chosen = objects(districts)[cities * 3 + rng.integers(0, 3, len(cities))]
    numbers = objects([f"{number}号" for number in rng.integers(1, 900, len(cities))])
    return chosen + pick(rng, words.STREETS, len(cities)) + numbers


def _plant_twins(rng: Rng, names: Array, people: Array, phones: Array) -> None:
    """The newest few are somebody who is on file already, others carry a short name (V14, V04)."""
    size = len(names)
    if size < 20:
        return
    twins, short = max(1, round(size * _DUPLICATES)), max(1, round(size * _ABBREVIATED))
    originals = rng.choice(size // 2, twins, replace=False)
    for field in (names, people, phones):
        field[size - twins :] = field[originals]
    cut = size // 2 + rng.choice(size // 4, short, replace=False)
    names[cut] = objects([str(name).removesuffix("有限公司")[2:] for name in names[cut]])


def texts_of(days: Array) -> list[str]:
    """Days as the office writes them: 8月20日."""
    return date_texts(days, "{m}月{d}日")
