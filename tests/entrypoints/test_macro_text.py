"""The files of `macros/` say what ACTIONS says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml.ElementTree import fromstring

from xlcrm.actions import ACTIONS
from xlcrm.entrypoints.macro_text import (
    BUTTONS,
    CALLBACK,
    RIBBON,
    buttons_module,
    main,
    ribbon,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pytest

MACROS = Path(__file__).parents[2] / "macros"
TAG = '" & control.Tag & "'
NAMESPACE = "{http://schemas.microsoft.com/office/2006/01/customui}"


def test_the_files_are_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("\n") == 2
    for name in (BUTTONS, RIBBON):
        assert (MACROS / name).read_text("utf-8") == (tmp_path / name).read_text("utf-8")


def test_the_module_is_written_with_the_line_ends_of_visual_basic(tmp_path: Path) -> None:
    main([str(tmp_path)])
    written = (tmp_path / BUTTONS).read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n") == buttons_module().count("\n")


def test_each_macro_is_a_name_that_visual_basic_takes() -> None:
    names = [action.macro for action in ACTIONS.values()]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z]\w{0,30}", name, re.ASCII)


def test_each_command_passes_through_cmd_and_is_python() -> None:
    commands = re.findall(r"Sub (\w+)\(\)\n    RunPython \"(.*)\"\nEnd Sub", buttons_module())
    assert [macro for macro, _ in commands] == [action.macro for action in ACTIONS.values()]
    for _, command in commands:
        assert command.isascii()
        assert not set(command) & set('"|%&<>^')
        compile(command, "button", "exec")


def test_the_ribbon_calls_what_the_subs_call() -> None:
    found = re.search(rf'Sub {CALLBACK}\(control As Object\)\n.*\n.*\n +RunPython "(.*)"\n', buttons_module())
    assert found
    for action in ACTIONS.values():
        assert (
            f'Sub {action.macro}()\n    RunPython "{found[1].replace(TAG, action.name)}"' in buttons_module()
        )


def _buttons() -> list[Element]:
    found: list[Element] = fromstring(ribbon()).findall(f".//{NAMESPACE}button")
    return found


def test_each_button_of_the_ribbon_carries_its_action() -> None:
    assert sorted(item.get("tag", "") for item in _buttons()) == sorted(ACTIONS)
    for item in _buttons():
        action = ACTIONS[item.get("tag", "")]
        assert item.get("id") == action.macro
        assert (item.get("label"), item.get("imageMso")) == (action.label, action.icon)
        assert item.get("supertip") == action.help
        assert item.get("onAction") == CALLBACK


def test_each_group_of_the_ribbon_holds_its_own() -> None:
    for group in fromstring(ribbon()).iter(f"{NAMESPACE}group"):
        assert {ACTIONS[item.get("tag", "")].group for item in group} == {group.get("label")}


def test_ids_of_the_ribbon_are_its_own_and_texts_fit() -> None:
    ids = [item.get("id") for item in fromstring(ribbon()).iter() if item.get("id")]
    assert len(set(ids)) == len(ids) > len(ACTIONS)
    for item in _buttons():
        assert all(len(value) <= 1024 for value in item.attrib.values())  # ST_String of the customUI schema
