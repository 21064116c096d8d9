"""What a macro workbook carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlcrm.entrypoints.doctor.macros import module_version, renewal, settings_interpreter
from xlcrm.templates.vba import Module, ModuleKind, vba_project

if TYPE_CHECKING:
    from pathlib import Path


def project(source: str) -> bytes:
    return vba_project(
        [
            Module("ThisWorkbook", "", ModuleKind.DOCUMENT),
            Module("xlwings", source, ModuleKind.STANDARD),
        ]
    )


OLD = project('Public Const XLWINGS_VERSION As String = "0.30.1"\r\n')
NONE = project("Sub Hello()\r\nEnd Sub\r\n")


@pytest.mark.parametrize(
    ("carried", "state", "says"),
    [
        (None, "注意", "没有宏"),
        (NONE, "注意", "没有 xlwings 的模块"),
        (OLD, "故障", "0.30.1，本机装的是 0.37.8"),
    ],
)
def test_module_against_the_installed_xlwings(carried: bytes | None, state: str, says: str) -> None:
    verdict = module_version(carried, "0.37.8", "xlcrm renew")
    assert verdict.state == state
    assert says in verdict.found
    assert module_version(OLD, "0.30.1", "xlcrm renew").state == "正常"


@pytest.mark.parametrize(
    ("name", "command"), [("客户.xlsm", "renew"), ("客户 二.XLSM", "renew"), ("客户管理.XLAM", "addin")]
)
def test_advice_names_the_command_for_this_file(tmp_path: Path, name: str, command: str) -> None:
    path = tmp_path / name
    renew = renewal(path)
    assert renew == f'xlcrm {command} "{path}"'
    assert renew in module_version(OLD, "0.37.8", renew).advice
    for named in ("", str(tmp_path / "gone")):
        verdict = settings_interpreter({"INTERPRETER_WIN": named}, "win32", "C:/python.exe", renew)
        assert verdict is not None
        assert renew in verdict.advice


def test_interpreter_of_the_settings(tmp_path: Path) -> None:
    here, other = tmp_path / "env" / "python.exe", tmp_path / "other" / "python.exe"
    for file in (here, other):
        file.parent.mkdir()
        file.touch()

    def state(named: str, platform: str = "win32") -> str | None:
        key = "INTERPRETER_WIN" if platform == "win32" else "INTERPRETER_MAC"
        verdict = settings_interpreter({key: named}, platform, str(here), "xlcrm renew")
        return verdict and verdict.state

    assert state(str(here)) == "正常"
    assert state(str(here.with_name("pythonw.exe"))) == "故障"
    assert state(str(here), "darwin") == "正常"
    assert state(str(other)) == "注意"
    assert state("") == "故障"
    assert state("anything", "linux") is None
