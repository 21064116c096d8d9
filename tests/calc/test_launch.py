"""Starting and ending a process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from xlcrm.calc import launch
from xlcrm.calc.launch import is_headless, launched, pid_of
from xlcrm.errors import ProgramMissing


def test_no_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(launch, "program", lambda: None)
    with pytest.raises(ProgramMissing, match="请先安装"), launched(tmp_path, "x", headless=True):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="假程序是一个 shell 脚本")
def test_a_program_that_will_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stubborn = tmp_path / "soffice"
    stubborn.write_text(
        '#!/bin/sh\necho "$@" > "$0.said"\nsleep 300 & echo $! > "$0.child"\nwait\n', encoding="utf-8"
    )
    stubborn.chmod(0o755)
    monkeypatch.setattr(launch, "program", lambda: stubborn)
    monkeypatch.setattr(launch, "_QUIT_SECONDS", 0.1)
    child = tmp_path / "soffice.child"
    with launched(tmp_path / "home", "x", headless=False) as alive:
        assert alive()
        until = time.monotonic() + 30
        while not (child.exists() and child.read_text(encoding="utf-8").strip()):
            assert time.monotonic() < until
            time.sleep(0.02)
    assert not alive()
    said = (tmp_path / "soffice.said").read_text(encoding="utf-8")
    assert "--accept=pipe,name=x;urp;" in said
    assert "--headless" not in said
    assert list((tmp_path / "home").iterdir()) == []
    status = Path(f"/proc/{child.read_text(encoding='utf-8').strip()}/stat")
    assert not status.exists() or status.read_text(encoding="utf-8").split()[2] == "Z"


def test_pipes_without_a_process_have_numbers_of_their_own() -> None:
    assert pid_of("nobody") != pid_of("somebody")


def test_windows_are_assumed_where_nothing_is_known() -> None:
    assert not is_headless(os.getpid())
    assert not is_headless(2**31 - 2)
