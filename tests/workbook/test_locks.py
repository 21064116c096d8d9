"""Locks: one xlcrm a workbook, and nobody who has it open."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.workbook.read_only import read_only_folder
from xlcrm.errors import SaveFailed, WorkbookInUse
from xlcrm.workbook.locks import held, refuse_if_open

if TYPE_CHECKING:
    from pathlib import Path


def owner_file(name: str, *, at: int = 55, code_page: str = "gb18030") -> bytes:
    """What Office writes beside an open file."""
    narrow = name.encode(code_page, errors="replace")
    head = bytes([len(narrow)]) + narrow
    return (head.ljust(at, b" ") + struct.pack("<H", len(name)) + name.encode("utf-16-le")).ljust(165, b"\0")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "客户投诉登记表2024.xlsx"
    path.write_bytes(b"x")
    return path


def test_nobody_has_it_open(book: Path) -> None:
    refuse_if_open(book)


@pytest.mark.parametrize("at", [54, 55])
@pytest.mark.parametrize("name", ["王小明", "Li Lei", "O'Neil 李"])
def test_excel_owner_is_named(book: Path, name: str, at: int) -> None:
    book.with_name(f"~${book.name}").write_bytes(owner_file(name, at=at))
    with pytest.raises(WorkbookInUse) as refused:
        refuse_if_open(book)
    assert str(refused.value) == (
        f"{name} 正用 Excel 或 WPS 打开着“{book.name}”，请先保存并关闭它；"
        f"如果确实没有人打开，请删除同一文件夹里的“~${book.name}”后再试。"
    )


def test_short_owner_file_with_the_name_in_the_code_page_only(book: Path) -> None:
    book.with_name(f"~${book.name}").write_bytes(owner_file("张三")[:20])
    with pytest.raises(WorkbookInUse, match=r"^张三 正用 Excel"):
        refuse_if_open(book)


@pytest.mark.parametrize("content", [b"", b"\0" * 165, b"\xff" * 165, b"\x05\x01\x02\x03\x04\x05"])
def test_unreadable_owner_file_still_counts(book: Path, content: bytes) -> None:
    book.with_name(f"~${book.name}").write_bytes(content)
    with pytest.raises(WorkbookInUse, match=r"^有人正用 Excel 或 WPS 打开着"):
        refuse_if_open(book)


def test_owner_file_that_cannot_be_read(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = book.with_name(f"~${book.name}")
    owner.write_bytes(owner_file("张三"))

    def denied(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(type(owner), "read_bytes", denied)
    with pytest.raises(WorkbookInUse, match=r"^有人正用"):
        refuse_if_open(book)


def test_owner_file_that_covers_the_first_letters(book: Path) -> None:
    book.with_name(f"~${book.name[2:]}").write_bytes(owner_file("张三"))
    with pytest.raises(WorkbookInUse, match=r"^张三"):
        refuse_if_open(book)


def test_owner_file_of_a_neighbour_is_not_ours(book: Path) -> None:
    book.with_name(book.name[2:]).write_bytes(b"x")
    book.with_name(f"~${book.name[2:]}").write_bytes(owner_file("张三"))
    refuse_if_open(book)


def test_short_names_are_never_cut(tmp_path: Path) -> None:
    (tmp_path / "~$表.xlsx").write_bytes(owner_file("张三"))
    refuse_if_open(tmp_path / "客户表.xlsx")


@pytest.mark.parametrize(
    ("content", "who"),
    [
        (",li,pc-7,21.11.2026 09:30,file:///home/li/.config/libreoffice/4;", "li（pc-7，21.11.2026 09:30）"),
        ("李雷,li,pc-7,21.11.2026 09:30,x;", "李雷（pc-7，21.11.2026 09:30）"),
        (r"Li\, Lei\;,li,pc,t,x;", "Li, Lei;（pc，t）"),
        ("李雷", "李雷"),
        ("", "有人"),
        ("\x01,,,", "有人"),
    ],
)
def test_libreoffice_owner_is_named(book: Path, content: str, who: str) -> None:
    book.with_name(f".~lock.{book.name}#").write_text(content, "utf-8")
    with pytest.raises(WorkbookInUse) as refused:
        refuse_if_open(book)
    assert str(refused.value).startswith(who)
    assert "正用 LibreOffice 打开着" in str(refused.value)
    assert f"“.~lock.{book.name}#”" in str(refused.value)


def test_libreoffice_lock_that_cannot_be_read(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = book.with_name(f".~lock.{book.name}#")
    lock.write_text("x", "utf-8")

    def denied(*_: object, **__: object) -> str:
        raise PermissionError

    monkeypatch.setattr(type(lock), "read_text", denied)
    with pytest.raises(WorkbookInUse, match=r"^有人正用 LibreOffice"):
        refuse_if_open(book)


def test_lock_beside_the_real_file_counts_for_a_link(book: Path, tmp_path: Path) -> None:
    link = tmp_path / "桌面" / "链接.xlsx"
    link.parent.mkdir()
    link.symlink_to(book)
    book.with_name(f"~${book.name}").write_bytes(owner_file("张三"))
    with pytest.raises(WorkbookInUse, match=r"^张三"):
        refuse_if_open(link)


def test_second_holder_is_refused_and_the_first_lets_go(book: Path) -> None:
    with held(book):
        with pytest.raises(WorkbookInUse, match="另一个 xlcrm 正在处理“客户投诉登记表2024"), held(book):
            pytest.fail("held twice")
        with held(book.with_name("别的.xlsx")):
            pass
    with held(book):
        pass


def test_error_inside_lets_go(book: Path) -> None:
    with pytest.raises(KeyError), held(book):
        raise KeyError
    with held(book):
        pass


def test_other_thread_is_refused(book: Path) -> None:
    refusals: list[WorkbookInUse] = []

    def other() -> None:
        try:
            with held(book):
                pass
        except WorkbookInUse as refused:
            refusals.append(refused)

    with held(book):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refusals) == 1


HOLDER = """
import sys, time
from pathlib import Path
from xlcrm.workbook.locks import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_lock_of_a_killed_process_is_gone(book: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(book)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(WorkbookInUse), held(book):
            pytest.fail("held twice")
        process.kill()
        process.wait()
    with held(book):
        pass


def test_folder_that_is_missing(tmp_path: Path) -> None:
    blocked = tmp_path / "文件"
    blocked.write_bytes(b"")
    with pytest.raises(SaveFailed, match="不能在“"), held(blocked / "客户.xlsx"):
        pytest.fail("held")


def test_folder_that_is_mistyped_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SaveFailed, match="文件夹不存在"), held(tmp_path / "打错" / "深" / "台账.xlsx"):
        pytest.fail("held")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows tells a lock that is taken by no error of its own"
)
def test_file_system_without_locks_is_not_taken_for_a_holder(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", unknown)
    with pytest.raises(SaveFailed, match="不支持文件锁"), held(book):
        pytest.fail("held")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no read-only folders")
def test_folder_that_is_read_only() -> None:
    with (
        read_only_folder() as folder,
        pytest.raises(SaveFailed, match="没有写入权限"),
        held(folder / "客户.xlsx"),
    ):
        pytest.fail("held")
