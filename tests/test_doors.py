"""One registry, every door: an action that is registered is reached everywhere, and nothing else is."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from defusedxml.ElementTree import fromstring
from typer.main import get_command

from xlcrm.actions import ACTIONS, addin, create
from xlcrm.analysis.sheets import SHEETS
from xlcrm.entrypoints.cli import app
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions import Action

ROOT: Final = Path(__file__).parents[1]
MACHINE: Final = ("win32", r"C:\Python\python.exe")


@dataclass(frozen=True)
class Door:
    """A place where actions are offered.

    Attributes:
        name: what it is called here.
        offers: what it offers, as it stands there; `Path` is a folder to work in.
        wants: how an action is to stand there.
        only: whether actions are all that it offers.
    """

    name: str
    offers: Callable[[Path], set[str]]
    wants: Callable[[Action], str]
    only: bool = True


def _subs(_: Path) -> set[str]:
    text = (ROOT / "macros" / "xlcrm_buttons.bas").read_text("ascii")
    return set(re.findall(r"^Public Sub (\w+)\(\)$", text, re.MULTILINE))


def _ribbon(_: Path) -> set[str]:
    buttons = fromstring((ROOT / "macros" / "ribbon.xml").read_text("utf-8")).iter()
    return {f"{item.get('tag')} {item.get('label')}" for item in buttons if item.tag.endswith("}button")}


def _commands(_: Path) -> set[str]:
    root = get_command(app)
    return set(root.commands)  # type: ignore[attr-defined] # the app has commands, so typer makes a group


def _live_commands(_: Path) -> set[str]:
    commands = get_command(app).commands  # type: ignore[attr-defined] # same
    return {
        name
        for name, command in commands.items()
        if any("--live" in option.opts for option in command.params)
    }


def _commands_in_the_guide(_: Path) -> set[str]:
    return set(re.findall(r"^\| `xlcrm (\w+) 文件", _guide("命令"), re.MULTILINE))


def _buttons_in_the_guide(_: Path) -> set[str]:
    return set(re.findall(r"^\| ([^|` ]+) \|", _guide("在 Excel 里点按钮"), re.MULTILINE)) - {"按钮"}


def _guide(title: str) -> str:
    text = (ROOT / "docs" / "user-guide.zh-CN.md").read_text("utf-8")
    return text.split(f"、{title}\n", 1)[1].split("\n## ", 1)[0]


def _menu_of_libreoffice(folder: Path) -> set[str]:
    path = folder / "客户管理.oxt"
    addin.addin(path, *MACHINE)
    with zipfile.ZipFile(path) as package:
        texts = [package.read(name).decode("utf-8") for name in package.namelist()]
    return {
        f"{sub} {name}"
        for text in texts
        for sub, name in re.findall(r"^Sub (\w+)\n  Press (?:&quot;|\")(\w+)", text, re.MULTILINE)
    }


DOORS: Final = (
    Door("Visual Basic", _subs, lambda action: action.macro),
    Door("ribbon", _ribbon, lambda action: f"{action.name} {action.label}"),
    Door("menu of LibreOffice", _menu_of_libreoffice, lambda action: f"{action.macro} {action.name}"),
    Door("command", _commands, lambda action: action.name, only=False),
    Door("command on an open workbook", _live_commands, lambda action: action.name),
    Door("commands of the guide", _commands_in_the_guide, lambda action: action.name, only=False),
    Door("buttons of the guide", _buttons_in_the_guide, lambda action: action.label),
)
"""The scheduler joins here when it comes."""


def _macro_workbook(folder: Path) -> Path:
    path = folder / "客户.xlsm"
    create.new(path, "full", platform=MACHINE[0], interpreter=MACHINE[1])
    return path


def buttons_of(path: Path, title: str) -> set[str]:
    """The macros that the buttons of a sheet call."""
    with zipfile.ZipFile(path) as package:
        book = fromstring(package.read("xl/workbook.xml"))
        names = [item.get("name") for item in book.iter() if item.tag.endswith("}sheet")]
        relations = f"xl/worksheets/_rels/sheet{names.index(title) + 1}.xml.rels"
        if relations not in package.namelist():
            return set()
        targets = [item.get("Target", "") for item in fromstring(package.read(relations))]
        drawings = [package.read(f"xl/{target.removeprefix('../')}") for target in targets if "vml" in target]
    return {
        macro
        for drawing in drawings
        for macro in re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", drawing.decode("utf-8"))
    }


@pytest.mark.parametrize("door", DOORS, ids=lambda door: str(door.name))
def test_every_action_is_offered(door: Door, tmp_path: Path) -> None:
    wanted = {door.wants(action) for action in ACTIONS.values()}
    offered = door.offers(tmp_path)
    assert wanted - offered == set()
    if door.only:
        assert offered - wanted == set()


def test_each_button_stands_on_the_sheets_that_its_action_names(tmp_path: Path) -> None:
    path = _macro_workbook(tmp_path)
    assert buttons_of(path, "首页") == {action.macro for action in ACTIONS.values() if not action.about_a_row}
    for action in ACTIONS.values():
        assert action.sheets or not action.about_a_row
    for table in BY_NAME.values():
        named = {action.macro for action in ACTIONS.values() if table.name in action.sheets}
        assert buttons_of(path, table.in_pack("full").title) == named
    for sheet in SHEETS:
        named = {action.macro for action in ACTIONS.values() if sheet.title in action.sheets}
        assert buttons_of(path, sheet.title) == named
    known = {*BY_NAME, *(sheet.title for sheet in SHEETS)}
    assert {name for action in ACTIONS.values() for name in action.sheets} <= known


def test_names_of_actions_tell_them_apart() -> None:
    assert [name for name, action in ACTIONS.items() if action.name != name] == []
    for told in ("label", "macro", "function"):
        assert len({getattr(action, told) for action in ACTIONS.values()}) == len(ACTIONS)


def test_a_click_can_ask_whatever_an_action_needs() -> None:
    """A button knows the selected row; anything else must have a default."""
    for action in ACTIONS.values():
        needed = {key for key, item in action.params.model_fields.items() if item.is_required()}
        assert needed <= {"sheet", "row"}
