"""通讯录 of the demo: everybody who is responsible for something can be written to, and goes nowhere."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from xlcrm.tables import PACKS
from xlcrm.tables.mailing import MAIL_ROLE
from xlcrm.templates.demo import clean_data
from xlcrm.templates.demo.staff import staff

NOW = dt.datetime(2026, 11, 20, 10, 30)


@pytest.mark.parametrize("pack", PACKS)
def test_every_responsible_person_has_an_address(pack: str) -> None:
    frames = clean_data(60, NOW, pack=pack).values()
    owners = pd.concat([frame["owner"] for frame in frames if "owner" in frame]).dropna()
    assert set(owners) <= set(staff()["name"])


def test_every_manager_is_listed_and_nobody_is_above_the_top() -> None:
    people = staff().set_index("name")
    assert people.index.is_unique
    assert people["email"].is_unique
    assert set(people["manager"].dropna()) <= set(people.index)
    assert set(people["role"]) == set(MAIL_ROLE.values)
    assert people.index[people["manager"].isna()].tolist() == ["顾明远"]


def test_addresses_are_of_a_domain_that_is_reserved_for_examples() -> None:
    assert staff()["email"].str.fullmatch(r"staff\d\d@example\.com").all()
