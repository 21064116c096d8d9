"""The report as a whole, on machines that are nowhere."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.running import call
from tests.entrypoints.doctor.stand_ins import LINUX, machine
from tests.workbooks.macros import aged
from xlcrm.actions import addin, create
from xlcrm.actions.renew import renew
from xlcrm.entrypoints import doctor
from xlcrm.entrypoints.doctor import Check, examine, first_step, worst_state

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.entrypoints.doctor.machine import Machine

NOW = dt.datetime.now()


def states(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.state for check in checks}


def test_a_sound_machine_and_workbook(demo: Path) -> None:
    checks = examine(machine(known_years=lambda: {NOW.year, NOW.year + 1}), demo, NOW)
    assert set(states(checks).values()) == {"正常"}
    assert first_step(checks) == "一切正常，可以使用。"
    assert worst_state(checks) == "正常"


def test_a_workbook_that_is_not_there_is_the_only_thing_said_of_it(tmp_path: Path) -> None:
    found = states(examine(LINUX, tmp_path / "没有.xlsx", NOW))
    assert found["工作簿"] == "故障"
    assert "文件夹和磁盘" not in found


def test_each_system_is_asked_what_applies_to_it() -> None:
    def names(platform: str) -> set[str]:
        return set(states(examine(machine(platform=platform), None, NOW)))

    assert names("win32") - names("linux") == {"宏的设置", "Windows 安全规则", "工作表函数"}
    assert names("darwin") - names("linux") == {"按钮的许可"}
    assert names("linux") <= names("win32")


def test_a_check_that_breaks_says_so_and_the_others_go_on() -> None:
    def broken() -> list[str]:
        raise RuntimeError("坏了")

    checks = examine(machine(processes=broken), None, NOW)
    failed = next(check for check in checks if check.name == "表格程序")
    assert failed.state == "注意"
    assert "RuntimeError：坏了" in failed.found
    assert states(checks)["Python"] == "正常"


@pytest.mark.parametrize(
    ("platform", "interpreter", "state"),
    [("win32", "{here}", "正常"), ("win32", "C:/gone/python.exe", "故障"), ("linux", "", None)],
)
def test_a_macro_workbook(tmp_path: Path, platform: str, interpreter: str, state: str | None) -> None:
    here = tmp_path / "python.exe"
    here.touch()
    path = tmp_path / "客户.xlsm"
    create.new(path, "crm", platform=platform, interpreter=interpreter.format(here=here))
    checks = examine(machine(platform=platform, executable=str(here), xlwings=own_version()), path, NOW)
    assert states(checks)["宏的版本"] == "正常"
    assert states(checks).get("按钮的 Python") == state


def test_a_workbook_of_another_machine_is_renewed_by_the_command_that_is_named(tmp_path: Path) -> None:
    here = tmp_path / "python.exe"
    here.touch()
    path = tmp_path / "客 户.xlsm"
    create.new(path, "crm", platform="win32", interpreter="C:/gone/python.exe")
    aged(path)
    system = machine(platform="win32", executable=str(here), xlwings=own_version())
    found = {check.name: check for check in examine(system, path, NOW)}
    for name in ("宏的版本", "按钮的 Python"):
        assert found[name].state == "故障"
        assert f'xlcrm renew "{path}"' in found[name].advice
    renew(path, "win32", str(here))
    after = states(examine(system, path, NOW))
    assert (after["宏的版本"], after["按钮的 Python"]) == ("正常", "正常")


def test_macros_of_a_file_that_must_not_be_opened_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsm"
    path.write_bytes(b"PK\x03\x04 cut short")
    found = states(examine(LINUX, path, NOW))
    assert found["工作簿"] == "故障"
    assert "宏的版本" not in found


def test_an_addin_is_looked_at_like_a_workbook(tmp_path: Path) -> None:
    here = tmp_path / "python.exe"
    here.touch()
    path = tmp_path / "客户管理.xlam"
    addin.addin(path, "win32", str(here))
    checks = examine(machine(platform="win32", executable=str(here), xlwings=own_version()), path, NOW)
    assert (states(checks)["宏的版本"], states(checks)["按钮的 Python"]) == ("正常", "正常")


def own_version() -> str:
    version = doctor.this_machine().xlwings
    assert version
    return version


def test_what_to_do_first_is_the_first_of_the_gravest() -> None:
    checks = [
        Check("a", "正常", "好"),
        Check("b", "注意", "有点", "看看。"),
        Check("c", "故障", "坏了", "修它。"),
        Check("d", "故障", "也坏了。"),
    ]
    assert first_step(checks) == "请先处理“c”：修它。（故障共 2 项）"
    assert first_step(checks[3:]) == "请先处理“d”：也坏了。"
    assert first_step(checks[:2]) == "可以使用；有空时看一下“b”：看看。"
    assert [worst_state(checks[:end]) for end in (0, 1, 2, 3)] == ["正常", "正常", "注意", "故障"]


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine on which all is well takes the place of this one."""
    found = machine(known_years=lambda: {NOW.year, NOW.year + 1})
    monkeypatch.setattr(doctor, "this_machine", lambda: found)
    return found


@pytest.mark.usefixtures("sound")
def test_command_shows_a_line_each_and_leaves_with_0(demo: Path) -> None:
    ran = call("doctor", demo)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("正常") >= 12
    assert ran.out.endswith("一切正常，可以使用。\n")


@pytest.mark.usefixtures("sound")
def test_command_as_json_leaves_with_2_where_anything_is_a_fault(tmp_path: Path) -> None:
    ran = call("doctor", tmp_path / "没有[1].xlsx", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["state"]) == (2, "故障")
    assert told["first"].startswith("请先处理“工作簿”")
    assert {"name", "state", "found", "advice"} == set(told["checks"][0])
    shown = call("doctor", tmp_path / "没有[1].xlsx")
    assert shown.code == 2
    assert "没有[1].xlsx" in re.sub(r"[\s│]", "", shown.out)
