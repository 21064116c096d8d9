"""One workbook at several moments."""

from __future__ import annotations

import datetime as dt

from tests.compute.build import NOW, facts
from xlcrm.compute.run import run

THEN = dt.datetime(2026, 10, 31, 23, 59, 59)
ROWS = {
    "customers": [{"customer_id": "2023001", "name": "杭州云帆科技有限公司", "owner": "李明"}],
    "complaints": [
        {"complaint_id": "T1", "name": "杭州云帆科技有限公司", "received_at": "2026-10-20", "level": "一般"},
        {"complaint_id": "T2", "customer_id": "2023009", "received_at": "2026-11-19", "level": "重大"},
    ],
}


def test_another_moment_finds_what_a_fresh_start_finds() -> None:
    given = facts(ROWS)
    run(given)
    then, fresh = run(given.at(THEN)), run(facts(ROWS, now=THEN))
    assert then.facts.now == THEN
    assert then.shown.counts == fresh.shown.counts
    assert then.tasks.to_dict("list") == fresh.tasks.to_dict("list")
    assert then.facts.codes("complaints").tolist() == [0, -1]
    assert given.now == NOW


def test_whose_row_is_whose_is_found_out_once() -> None:
    given = facts(ROWS)
    found = given.codes("complaints")
    assert given.at(THEN).codes("complaints") is found
    assert given.at(THEN).account_ids is given.account_ids


def test_what_depends_on_the_moment_is_not_taken_along() -> None:
    given = facts(ROWS)
    run(given)
    then = given.at(THEN)
    assert str(then.today) == "2026-10-31"
    assert not any((then.derived, then.histories, then.newest))
