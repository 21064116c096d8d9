"""`xlcrm addin`, and `xlcrm new` with buttons: what the commands make and say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.running import call
from xlcrm.actions.macros import machine_remarks

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["xlcrm.xlam", "客户管理.oxt"])
def test_addin_makes_the_file_and_says_how_to_install_it(tmp_path: Path, name: str) -> None:
    ran = call("addin", tmp_path / name)
    assert (ran.code, ran.err) == (0, "")
    assert f"已生成 {tmp_path / name}" in ran.out
    assert "· 安装：" in ran.out
    assert (tmp_path / name).is_file()


def test_addin_refuses_another_ending(tmp_path: Path) -> None:
    ran = call("addin", tmp_path / "xlcrm.xlsx")
    assert ran.code == 2
    assert "现为“xlcrm.xlsx”" in ran.err


def test_new_with_buttons_says_what_to_do_next(tmp_path: Path) -> None:
    ran = call("new", tmp_path / "客户.xlsm")
    assert (ran.code, ran.err) == (0, "")
    assert "（客户关系管理，带按钮）" in ran.out
    assert ran.out.count("\n· ") == len(machine_remarks(sys.platform, sys.executable))
    for remark in machine_remarks(sys.platform, sys.executable):
        assert f"· {remark}" in ran.out


def test_new_without_buttons_says_nothing_about_them(tmp_path: Path) -> None:
    assert call("new", tmp_path / "客户.xlsx").out.count("\n") == 1
