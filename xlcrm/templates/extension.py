"""The LibreOffice extension: a menu and a toolbar whose entries start Python, and the pipe it comes back by.

LibreOffice cannot wait for the outside process, which needs its main loop, so each Sub starts it and returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from xlcrm.templates.ribbon import write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

TITLE: Final = "客户管理"
"""Of the menu and of the toolbar."""

LIBRARY: Final = "Xlcrm"
MODULE: Final = "Buttons"
IDENTIFIER: Final = "xlcrm.buttons"
"""What LibreOffice knows the extension by; an extension of the same one replaces the older."""

_TOOLBAR: Final = "xlcrm.toolbar"
_CALC: Final = "com.sun.star.sheet.SpreadsheetDocument"
_STARTED: Final = "xlcrm.entrypoints.buttons"
_OLDEST: Final = "7.0"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_REGISTRY: Final = (
    'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu and the toolbar.

    Attributes:
        name: what the started process is asked to do.
        label: what the user reads.
        macro: the Sub's name.
    """

    name: str
    label: str
    macro: str


def build_extension(
    path: Path, entries: Sequence[Entry], *, interpreter: str, pipe: str, version: str
) -> None:
    """Write the extension; equal arguments give equal bytes.

    Args:
        path: the `.oxt` to write; an older one is replaced.
        entries: in the order of the menu.
        interpreter: absolute path of the Python that has xlcrm; blanks and Chinese are allowed.
        pipe: name of the pipe that LibreOffice is to listen on, letters and digits.
        version: of the extension, `1.2.3`.

    Raises:
        OSError: the system refused to write.
    """
    parts = _parts(entries, interpreter, pipe, version)
    write_package(path, {name: text.encode("utf-8") for name, text in parts.items()})


def _parts(entries: Sequence[Entry], interpreter: str, pipe: str, version: str) -> dict[str, str]:
    kinds = {
        "Addons.xcu": "application/vnd.sun.star.configuration-data",
        "CalcWindowState.xcu": "application/vnd.sun.star.configuration-data",
        "Setup.xcu": "application/vnd.sun.star.configuration-data",
        f"{LIBRARY}/": "application/vnd.sun.star.basic-library",
    }
    return {
        "META-INF/manifest.xml": _manifest(kinds),
        "description.xml": _description(version),
        "Addons.xcu": _addons(entries),
        "CalcWindowState.xcu": _window_state(),
        "Setup.xcu": _setup(pipe),
        f"{LIBRARY}/script.xlb": _library(f'<library:element library:name="{MODULE}"/>\n'),
        f"{LIBRARY}/dialog.xlb": _library(""),  # without it LibreOffice shows an error when it opens a window
        f"{LIBRARY}/{MODULE}.xba": _module(_basic(entries, interpreter, pipe)),
    }


def _manifest(kinds: Mapping[str, str]) -> str:
    space = "http://openoffice.org/2001/manifest"
    files = "".join(
        f"<manifest:file-entry manifest:media-type={quoteattr(kind)} manifest:full-path={quoteattr(name)}/>\n"
        for name, kind in kinds.items()
    )
    return f'{_HEAD}<manifest:manifest xmlns:manifest="{space}">\n{files}</manifest:manifest>\n'


def _description(version: str) -> str:
    return (
        f'{_HEAD}<description xmlns="http://openoffice.org/extensions/description/2006" '
        'xmlns:d="http://openoffice.org/extensions/description/2006">\n'
        f"<identifier value={quoteattr(IDENTIFIER)}/>\n"
        f"<version value={quoteattr(version)}/>\n"
        f'<display-name><name lang="zh-CN">{TITLE}（xlcrm）</name></display-name>\n'
        '<platform value="all"/>\n'
        '<dependencies xmlns:l="http://libreoffice.org/extensions/description/2011">'
        f'<l:LibreOffice-minimal-version value="{_OLDEST}" d:name="LibreOffice {_OLDEST}"/></dependencies>\n'
        "</description>\n"
    )


def _component(package: str, name: str, content: str) -> str:
    return (
        f"{_HEAD}<oor:component-data {_REGISTRY} "
        f"oor:package={quoteattr(package)} oor:name={quoteattr(name)}>\n{content}</oor:component-data>\n"
    )


def _node(name: str, content: str, *, new: bool = False) -> str:
    operation = ' oor:op="replace"' if new else ""
    return f"<node oor:name={quoteattr(name)}{operation}>\n{content}</node>\n"


def _prop(name: str, value: str, kind: str = "string") -> str:
    return f'<prop oor:name="{name}" oor:type="xs:{kind}"><value>{escape(value)}</value></prop>\n'


def _addons(entries: Sequence[Entry]) -> str:
    menu = _node(
        "xlcrm.menu",
        _prop("Title", TITLE) + _prop("Context", _CALC) + _node("Submenu", _items(entries)),
        new=True,
    )
    bars = _node("OfficeMenuBar", menu) + _node("OfficeToolBar", _node(_TOOLBAR, _items(entries), new=True))
    return _component("org.openoffice.Office", "Addons", _node("AddonUI", bars))


def _items(entries: Sequence[Entry]) -> str:
    return "".join(
        _node(
            f"m{place:02}",
            _prop("URL", script_url(entry.macro))
            + _prop("Title", entry.label)
            + _prop("Target", "_self")
            + _prop("Context", _CALC),
            new=True,
        )
        for place, entry in enumerate(entries, start=1)
    )


def script_url(macro: str) -> str:
    """By what LibreOffice calls a Sub of the extension."""
    return f"vnd.sun.star.script:{LIBRARY}.{MODULE}.{macro}?language=Basic&location=application"


def _window_state() -> str:
    """What the toolbar is called in 视图 > 工具栏, and that it is shown at first."""
    state = _prop("UIName", TITLE) + _prop("Visible", "true", "boolean") + _prop("Docked", "true", "boolean")
    bar = _node(f"private:resource/toolbar/addon_{_TOOLBAR}", state, new=True)
    return _component(
        "org.openoffice.Office.UI", "CalcWindowState", _node("UIElements", _node("States", bar))
    )


def _setup(pipe: str) -> str:
    """LibreOffice listens on the pipe from its next start on, as with `--accept` on its command line."""
    return _component(
        "org.openoffice", "Setup", _node("Office", _prop("ooSetupConnectionURL", f"pipe,name={pipe};urp;"))
    )


def _library(elements: str) -> str:
    return (
        f"{_HEAD}<!DOCTYPE library:library PUBLIC "
        '"-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">\n'
        f'<library:library xmlns:library="http://openoffice.org/2000/library" library:name="{LIBRARY}" '
        'library:readonly="false" library:passwordprotected="false">\n'
        f"{elements}</library:library>\n"
    )


def _module(source: str) -> str:
    return (
        f"{_HEAD}<!DOCTYPE script:module PUBLIC "
        '"-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n'
        f'<script:module xmlns:script="http://openoffice.org/2000/script" script:name="{MODULE}" '
        f'script:language="StarBasic">{escape(source)}</script:module>\n'
    )


def _basic(entries: Iterable[Entry], interpreter: str, pipe: str) -> str:
    subs = "".join(f"\nSub {entry.macro}\n  Press {_quoted(entry.name)}\nEnd Sub\n" for entry in entries)
    # -E: LibreOffice's own PYTHONHOME and PYTHONPATH, where it brings a Python, are not for ours.
    return (
        "Option Explicit\n\n"
        f"Const INTERPRETER = {_quoted(interpreter)}\n"
        f"{subs}\n"
        "Private Sub Press(Name As String)\n"
        "  On Error Goto Failed\n"
        f'  Shell ConvertToUrl(INTERPRETER), 0, "-E -m {_STARTED} " & Name & " --pipe {pipe}", False\n'
        "  Exit Sub\n"
        "Failed:\n"
        f'  MsgBox "不能启动 Python：" & INTERPRETER & Chr(10) & "{_REMEDY}", 48, "{TITLE}"\n'
        "End Sub\n"
    )


_REMEDY: Final = "请在装有 xlcrm 的电脑上重新运行 xlcrm addin 客户管理.oxt，再安装一次扩展。"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
