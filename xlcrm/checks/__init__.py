"""Entry checks: findings, never exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.checks import (
    actions,
    aftercare,
    choices,
    consent,
    contact,
    dates,
    duplicates,
    frequency,
    freshness,
    imports,
    keys,
    money,
    names,
    pushes,
    references,
    required,
    scores,
    secrets,
    sequence,
    structure,
    weights,
)
from xlcrm.checks.base import (
    ERROR,
    FINDING_COLUMNS,
    HINT,
    LEVELS,
    WARNING,
    CheckInput,
    Code,
    findings,
    no_findings,
)
from xlcrm.checks.report import arrange, summarise_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

FAMILIES: Final = (
    required,
    contact,
    names,
    money,
    choices,
    dates,
    keys,
    references,
    actions,
    consent,
    secrets,
    duplicates,
    frequency,
    weights,
    scores,
    aftercare,
    sequence,
    imports,
    freshness,
    pushes,
    structure,
)
"""Every family of checks: a module with its `CODES` and one `check`."""

CODES: Final[Mapping[str, Code]] = dict(
    sorted((code, line) for family in FAMILIES for code, line in family.CODES.items())
)
"""The catalogue: code -> its levels, title and description, in Chinese."""

CHECKS: Final[tuple[Callable[[CheckInput], pd.DataFrame], ...]] = tuple(family.check for family in FAMILIES)


def run_checks(given: CheckInput) -> pd.DataFrame:
    """All findings of a workbook, worst first, without the codes that 参数表 switches off.

    Returns:
        One row a finding with the columns FINDING_COLUMNS: 错误 before 警告 before 提示, then in the order of
        the sheets, rows and columns. `row` is the Excel row (0 where a sheet is missing).
    """
    return secrets.hide(arrange(given, [check(given) for check in CHECKS]))


__all__ = [
    "CHECKS",
    "CODES",
    "ERROR",
    "FAMILIES",
    "FINDING_COLUMNS",
    "HINT",
    "LEVELS",
    "WARNING",
    "CheckInput",
    "Code",
    "findings",
    "no_findings",
    "run_checks",
    "summarise_rows",
]
