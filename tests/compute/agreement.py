"""Whether a run says of every clock, contact and task what the plain reference says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tests.compute.build import clock_words
from tests.compute.reference_calendar import end_of_day, midnight
from tests.compute.reference_contacts import Contacts
from tests.compute.reference_occasions import Occasions
from tests.compute.reference_states import States
from tests.compute.reference_tasks import Desk
from xlcrm.rules.base import Effect, LimitUnit

if TYPE_CHECKING:
    from tests.compute.build import Run
    from tests.compute.reference import Reference

UNCOVERED = (Effect.IMPROVE, Effect.START_RECOVERY)
"""What calls for improvements and recoveries looks at months and all tables; tests of its own judge it, as
they do how many hours a first response took."""


def check_clocks(computed: Run, reference: Reference) -> None:
    words = clock_words(computed)
    expected = reference.clocks()
    assert words.keys() == expected.keys()
    for key, rows in expected.items():
        breaches = computed.clocks[key].breaches.tolist()
        for place, (found, missed, wanted) in enumerate(zip(words[key], breaches, rows, strict=True)):
            assert (*found, missed) == wanted, (key, place, reference.book.rows(key[0])[place])


def check_tasks(computed: Run, reference: Reference) -> None:
    desk = Desk(reference)
    contacts = Contacts(desk)
    shown = computed.columns["customers"]
    labels = {rule.label: rule.rule_id for rule in computed.facts.rules.rules} | {None: ""}
    days = shown["next_contact_on"].astype("datetime64[D]").tolist()
    found = list(zip(days, [labels[label] for label in shown["next_contact_rule"]], strict=True))
    assert found == contacts.next_contacts()
    rows = computed.shown.rows
    others = {
        rule.rule_id
        for rule in computed.facts.rules.rules
        if rule.effect in UNCOVERED or rule.unit is LimitUnit.HOURS_ABOVE
    }
    found_tasks = {
        number: (state, priority, None if at is pd.NaT else at)
        for number, state, priority, at in zip(
            rows["task_id"], rows["state"], rows["priority"], rows["due_at"], strict=True
        )
        if number.split("|")[0] not in others
    }
    assert rows["task_id"].is_unique
    expected = [*desk.clocks(), *contacts.tasks(), *Occasions(desk).tasks(), *States(desk, contacts).tasks()]
    wanted = {
        number: (
            state,
            priority,
            None if due is None else midnight(due.date()) if due == end_of_day(due) else due,
        )
        for number, (state, priority, due) in desk.listed(expected).items()
    }
    assert found_tasks == wanted
