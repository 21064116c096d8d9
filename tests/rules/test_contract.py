"""The 122 rules of the five documents (tests/contract/rules.csv), held in both directions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from xlcrm.rules.base import LimitUnit, RuleKind
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import PACKS

CONTRACT = {
    row["rule_id"]: row
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "contract" / "rules.csv").read_text(encoding="utf-8").splitlines()
    )
}
OWN = {"X01"}
"""Rules of our own, marked 假定."""
KINDS = {
    "clock": RuleKind.CLOCK,
    "repeat": RuleKind.REPEAT,
    "cadence": RuleKind.CADENCE,
    "milestone": RuleKind.MILESTONE,
    "window": RuleKind.WINDOW,
    "festival": RuleKind.FESTIVAL,
    "anniversary": RuleKind.ANNIVERSARY,
    "calendar": RuleKind.CALENDAR,
    "state": RuleKind.STATE,
    "threshold": RuleKind.THRESHOLD,
}
UNITS = {
    "min": LimitUnit.MINUTE,
    "h": LimitUnit.HOUR,
    "d": LimitUnit.DAY,
    "w": LimitUnit.WEEK,
    "mo": LimitUnit.MONTH,
    "y": LimitUnit.YEAR,
    "d before": LimitUnit.DAYS_BEFORE,
    "h before": LimitUnit.HOURS_BEFORE,
    "of the interval": LimitUnit.FACTOR,
    "times": LimitUnit.TIMES,
    "percent below": LimitUnit.PERCENT_BELOW,
    "score5 below": LimitUnit.SCORE_BELOW,
    "score10 below": LimitUnit.SCORE_BELOW,
    "nps below": LimitUnit.SCORE_BELOW,
    "score": LimitUnit.SCORE_BELOW,
    "元 above": LimitUnit.YUAN_ABOVE,
    "h above": LimitUnit.HOURS_ABOVE,
}
DECIDED: dict[str, dict[str, Any]] = {
    "S08": {"unit": LimitUnit.DAYS_BEFORE},
    "C22": {"limits": (6, 12)},
    "R07": {"limits": (1, 3)},
    "P45": {"table": "service_issues"},
    "P46": {"kind": RuleKind.ANNIVERSARY, "unit": LimitUnit.DAYS_BEFORE},
}
"""Where the declared rule says more than the contract's columns can, or the contract leaves a blank.

S08 reminds before the contract ends; C22 is also due at one year; R07 runs for three months; P45 names no
table; P46 is about a birthday, which returns every year.
"""
FULL = {rule.rule_id: rule for rule in default_book("full").rules}


def test_every_rule_is_declared_and_no_other() -> None:
    assert len(CONTRACT) == 122
    assert set(FULL) == set(CONTRACT) | OWN
    assert {row["规则编号"] for row in default_rows("full") if row["规则编号"] in OWN and row["假定"]} == OWN


@pytest.mark.parametrize("rule_id", CONTRACT)
def test_a_rule_is_as_its_document_says(rule_id: str) -> None:
    said, rule = CONTRACT[rule_id], FULL[rule_id]
    limits = tuple(float(part) for part in said["limit"].replace("/", "-").split("-"))
    expected: dict[str, Any] = {
        "kind": KINDS[said["kind"]],
        "table": said["table"],
        "limits": limits,
        "unit": UNITS[said["unit"]],
        "clock": said["clock"],
        **DECIDED.get(rule_id, {}),
    }
    assert {name: getattr(rule, name) for name in expected} == expected
    assert rule.task.replace("（", "(").replace("）", ")") == said["task"]
    assert bool(rule.assumed) == bool(said["assumed"])


@pytest.mark.parametrize("pack", [pack for pack in PACKS if pack != "full"])
def test_a_pack_has_its_own_documents_rules_on_or_off_as_they_say(pack: str) -> None:
    own = {row["规则编号"]: row["启用"] for row in default_rows(pack) if row["规则编号"] not in OWN}
    words = {"yes": "是", "no": "否"}
    assert own == {
        rule_id: words[said["on_in_pack"]] for rule_id, said in CONTRACT.items() if said["pack"] == pack
    }


def test_the_joined_book_keeps_the_stricter_rule() -> None:
    assert {rule_id for rule_id, rule in FULL.items() if rule.enabled} - OWN == {
        rule_id for rule_id, said in CONTRACT.items() if said["on_in_full"] == "yes"
    }
    for rule_id, said in CONTRACT.items():
        if said["on_in_pack"] == "yes" and said["on_in_full"] == "no":
            assert "合册中由" in FULL[rule_id].note, f"{rule_id} is off in full without a reason"
