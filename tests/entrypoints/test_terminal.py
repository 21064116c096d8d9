"""What commands print of an outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlcrm.actions import Outcome
from xlcrm.entrypoints.boxes import NOT_SAVED, SAVES_ITSELF
from xlcrm.entrypoints.terminal import say
from xlcrm.workbook.port import Saved


@pytest.mark.parametrize(("by_itself", "told"), [(False, NOT_SAVED), (True, SAVES_ITSELF)])
def test_an_open_workbook_is_to_be_saved_unless_it_saves_itself(
    by_itself: bool,  # noqa: FBT001 - pytest passes parameters by name
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    saved = Saved(2, Path("备份.xlsx"), by_itself=by_itself)
    say(Outcome("已处理 2 行", saved=saved), Path("客户.xlsx"), dry_run=False, live=True)
    assert capsys.readouterr().out == f"已处理 2 行\n{told}写入前的文件备份在 备份.xlsx\n"
