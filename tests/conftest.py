"""What all tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.spreadsheet import program

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["program"]


settings.register_profile(
    "xlcrm", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("xlcrm")
"""A busy machine fails no test, and every run draws examples of its own."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With XLCRM_NO_SKIP=1 (continuous integration) a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("XLCRM_NO_SKIP") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where no test may be skipped: {report.longrepr}"
    return report
