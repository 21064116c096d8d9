"""New workbooks: what is refused, and names that are free."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from xlcrm.actions.create import demo, new
from xlcrm.errors import SaveFailed, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "文件"
    blocked.write_text("")
    with pytest.raises(SaveFailed, match="请换一个可以写入的文件夹"):
        new(blocked / "客户.xlsx", "crm")


@pytest.mark.parametrize("rows", [0, -1, 200_001])
def test_the_number_of_invented_customers_has_limits(tmp_path: Path, rows: int) -> None:
    with pytest.raises(UsageError, match=f"现为 {rows}"):
        demo(tmp_path, rows, None)


def test_too_many_demo_workbooks_are_refused(tmp_path: Path) -> None:
    with (
        patch("pathlib.Path.exists", return_value=True),
        pytest.raises(UsageError, match="演示文件太多"),
    ):
        demo(tmp_path, 1, dt.datetime(2026, 3, 18))
