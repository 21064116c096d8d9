"""通讯录 and plans in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.checks.build import sheet
from tests.mail_office import NOW, PEOPLE
from xlcrm.actions.base import MailParams
from xlcrm.actions.mailing.directory import Directory, directory_of
from xlcrm.actions.mailing.planning import Material, Plan, plan
from xlcrm.actions.mailing.sent import Known
from xlcrm.compute.lists.notices import COLUMNS
from xlcrm.tables.mailing import DIGEST, MANAGEMENT_LETTER, NOTICES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOMAINS = frozenset({"example.com"})
ALL = (MANAGEMENT_LETTER, DIGEST, NOTICES)


def directory(*rows: Mapping[str, Any]) -> Directory:
    return directory_of(sheet("recipients", rows or PEOPLE), DOMAINS)


def told(
    audience: str, level: str, owner: str | None = "李明", case: str = "C1", **cells: Any
) -> dict[str, Any]:
    """A row of a notices frame; `higher` are further levels of the same audience."""
    base = f"complaints|{case}|解决|2026-11-18T09:00|{audience} "
    higher = cells.pop("higher", ())
    return {
        "audience": audience,
        "reached": f"{audience} {level}",
        "share": 100.0,
        "key": base + level,
        "known": tuple(base + item for item in (level, *higher)),
        "table": "complaints",
        "place": 0,
        "clock": "解决",
        "case_id": case,
        "overrun": "超时 2小时",
        "status": "已超时",
        "owner": owner,
        **cells,
    }


def planned(
    *rows: Mapping[str, Any],
    busy: Sequence[str] = (),
    people: Directory | None = None,
    known: Known | None = None,
    doubtful: Mapping[str, tuple[str, ...]] | None = None,
    **params: Any,
) -> Plan:
    """The plan of a run."""
    material = Material(
        NOW,
        people or directory(),
        known or Known(),
        busy,
        pd.DataFrame(list(rows), columns=list(COLUMNS)),
        doubtful or {},
    )
    return plan(material, MailParams(**{"letters": ALL, **params}))


def letters(found: Plan) -> list[tuple[str, str]]:
    """Kind and name of each letter."""
    return [(wish.kind, wish.to.name or wish.to.email) for wish in found.wishes]
