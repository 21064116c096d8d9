"""The texts of `macros/` that follow from ACTIONS; `python -m xlcrm.entrypoints.macro_text` writes them.

Templates build workbooks from these files and may not know the actions, so the files are kept in the
repository, and a test compares them with what stands here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from xlcrm.actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.actions import Action

BUTTONS: Final = "xlcrm_buttons.bas"
RIBBON: Final = "ribbon.xml"
FOLDER: Final = Path("macros")

TAB: Final = "客户管理"
CALLBACK: Final = "XlcrmRibbon"
"""The Sub that all buttons of the ribbon share; it reads the action's name from the button's tag.

The button's own id is the name of the action's Sub."""

_HEAD: Final = f"""\
Attribute VB_Name = "XlcrmButtons"
' The buttons of xlcrm: one Sub an action, and {CALLBACK} for the ribbon.
' Written by: python -m xlcrm.entrypoints.macro_text
Option Explicit
"""
# Late binding: IRibbonControl would need a reference to Office's type library. Of several open workbooks
# Excel may call any one's callback, so it goes on to the workbook in front, which has the same Sub.
_CALLBACK: Final = f"""
Public Sub {CALLBACK}(control As Object)
    If ActiveWorkbook Is Nothing Then Exit Sub
    If ActiveWorkbook.Name = ThisWorkbook.Name Or LCase(Right(ThisWorkbook.Name, 5)) = ".xlam" Then
        RunPython "from xlcrm.entrypoints.buttons import press;press('" & control.Tag & "')"
    Else
        Application.Run "'" & Replace(ActiveWorkbook.Name, "'", "''") & "'!" & control.ID
    End If
End Sub
"""
_2006: Final = "http://schemas.microsoft.com/office/2006/01/customui"


def buttons_module() -> str:
    """The Visual Basic module with a Sub for every action.

    On Windows the command goes through cmd.exe, so it holds no quote, pipe, percent sign or ampersand.
    """
    subs = (
        f"""
Public Sub {action.macro}()
    RunPython "from xlcrm.entrypoints.buttons import press;press('{action.name}')"
End Sub
"""
        for action in ACTIONS.values()
    )
    return _HEAD + "".join(subs) + _CALLBACK


def ribbon() -> str:
    """The ribbon's tab as the customUI of Office 2007 has it, which every later one reads."""
    names = dict.fromkeys(action.group for action in ACTIONS.values())
    groups = (
        _group(number, name, [action for action in ACTIONS.values() if action.group == name])
        for number, name in enumerate(names, start=1)
    )
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<customUI xmlns="{_2006}">
  <ribbon>
    <tabs>
      <tab id="XlcrmTab" label="{TAB}">
{"".join(groups)}\
      </tab>
    </tabs>
  </ribbon>
</customUI>
"""


def _group(number: int, name: str, actions: Sequence[Action]) -> str:
    return f"""\
        <group id="XlcrmGroup{number}" label={quoteattr(name)}>
{"".join(map(_button, actions))}\
        </group>
"""


def _button(action: Action) -> str:
    return f"""\
          <button id="{action.macro}" tag="{action.name}" onAction="{CALLBACK}"
                  label={quoteattr(action.label)} imageMso="{action.icon}" size="large"
                  screentip={quoteattr(action.label)} supertip={quoteattr(action.help)} />
"""


def main(arguments: Sequence[str]) -> int:
    """Write both files into the first argument, or into `macros` under the current folder."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # Visual Basic's editor imports a module right only with its own line ends.
    (folder / BUTTONS).write_text(buttons_module(), encoding="ascii", newline="\r\n")
    (folder / RIBBON).write_text(ribbon(), encoding="utf-8", newline="\n")
    for name in (BUTTONS, RIBBON):
        sys.stdout.write(f"{folder / name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
