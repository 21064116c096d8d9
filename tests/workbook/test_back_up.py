"""A copy of a workbook that a program has open, before anything is written into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workbook.read_only import read_only_folder
from xlcrm.errors import SaveFailed
from xlcrm.workbook import saving
from xlcrm.workbook.saving import back_up, backups

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(b"old content")
    return path


def test_a_copy_that_later_writing_does_not_reach(book: Path) -> None:
    kept = back_up(book)
    with book.open("r+b") as file:  # as LibreOffice saves: into the same file
        file.write(b"new")
    assert kept.read_bytes() == b"old content"
    assert kept.parent == book.parent / ".xlcrm" / "backup"
    assert backups(book) == [kept]
    assert list(kept.parent.iterdir()) == [kept]


def test_the_newest_ten_are_kept(book: Path) -> None:
    made = [back_up(book) for _ in range(12)]
    assert len(set(made)) == 12
    assert backups(book) == made[2:]


def test_two_in_one_moment_have_two_names(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["客户-20260318-100000-000000.xlsx"] * 2 + ["客户-20260318-100000-000001.xlsx"])
    monkeypatch.setattr(saving, "_stamped", lambda _: next(names))
    assert back_up(book) != back_up(book)


def test_no_permission_is_said_in_plain_words() -> None:
    with (
        read_only_folder() as folder,
        pytest.raises(SaveFailed, match=r"无法保存“客户\.xlsx”：没有写入文件夹“.*”的权限"),
    ):
        back_up(folder / "客户.xlsx")
