"""LibreOffice as a judge of macros: it lists a workbook's modules and runs their procedures."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.e2e.judges import PATIENCE, office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlcrm.templates.vba import Module

ADDED_HEAD: Final = re.compile(
    r"Rem Attribute VBA_ModuleType=\w+\nOption VBASupport 1\n(Option ClassModule\n)?"
)
"""Lines that LibreOffice puts before the code that it read."""
STUB: Final = (
    'Sub RunPython(command As String)\n    ThisWorkbook.Sheets(1).Range("A1").Value = command\nEnd Sub\n'
)
"""Stands for xlwings' module: what would go to Python goes into the first sheet's A1."""

_SYSTEM_PACKAGES: Final = "/usr/lib/python3/dist-packages"  # where Debian keeps `uno`, outside every venv
_ALWAYS_RUN: Final = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN
_FILTER: Final = "Calc MS Excel 2007 VBA XML"  # LibreOffice knows no .xlam by its name
_PAUSE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Opened:
    """A macro workbook that LibreOffice has open."""

    document: Any

    def project(self) -> str:
        """Name of the library that holds the workbook's VBA project."""
        names = [name for name in self.document.BasicLibraries.ElementNames if name != "Standard"]
        assert len(names) == 1, names
        return str(names[0])

    def sources(self) -> dict[str, str]:
        """Module name -> its code as LibreOffice read it: LF line ends, without attributes."""
        library = self._library()
        return {name: _code(library.getByName(name)) for name in library.ElementNames}

    def stub_python(self) -> None:
        """Put `STUB` in the place of xlwings' modules, before anything runs.

        LibreOffice compiles the whole project at once, understands neither xlwings' module nor its class,
        and then runs nothing at all without a word.
        """
        self.replace("xlwings", STUB)
        if "Dictionary" in self._library().ElementNames:
            self.replace("Dictionary", "")

    def replace(self, module: str, code: str) -> None:
        """Put other code into a module; nothing of the project may have run yet."""
        library = self._library()
        head = ADDED_HEAD.match(library.getByName(module))
        assert head, f"{module} is no module of a VBA project"
        library.replaceByName(module, head[0] + code)

    def run(self, macro: str, *arguments: object) -> object:
        """Call a procedure, written `Module.Procedure`, and return its result."""
        uri = f"vnd.sun.star.script:{self.project()}.{macro}?language=Basic&location=document"
        result, _, _ = self.document.ScriptProvider.getScript(uri).invoke(arguments, (), ())
        return result

    def cell(self, address: str, sheet: str | int = 0) -> str:
        """The text of a cell; the first sheet by default."""
        sheets = self.document.Sheets
        found = sheets.getByName(sheet) if isinstance(sheet, str) else sheets.getByIndex(sheet)
        return str(found.getCellRangeByName(address).String)

    def _library(self) -> Any:
        libraries = self.document.BasicLibraries
        libraries.loadLibrary(self.project())
        return libraries.getByName(self.project())


def as_libreoffice_shows(module: Module) -> str:
    """A module's code as `Opened.sources` gives it."""
    lines = module.text.split("\r\n")
    return "\n".join(line for line in lines if not line.startswith("Attribute "))


def _code(shown: str) -> str:
    head = ADDED_HEAD.match(shown)
    assert head, shown[:200]
    return shown[head.end() :].removesuffix("\n")


@contextlib.contextmanager
def macro_workbook(path: Path, folder: Path) -> Iterator[Opened]:
    """Open a workbook, macros allowed, in a LibreOffice of its own whose profile lives in `folder`.

    Skips the test where LibreOffice or its Python bridge is missing.
    """
    program, uno = office(), _bridge()
    pipe = f"xlcrm-{secrets.token_hex(6)}"
    command = [
        *(program, "--headless", "--norestore", "--nologo", "--nodefault"),
        f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}",
        f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
    ]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True) as process:
        try:
            desktop = _desktop(uno, pipe, process)
            options = {"Hidden": True, "MacroExecutionMode": _ALWAYS_RUN, "FilterName": _FILTER}
            asked = tuple(_property(uno, name, value=value) for name, value in options.items())
            document = desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, asked)
            assert document is not None, f"LibreOffice does not open {path.name}"
            yield Opened(document)
            document.close(True)  # noqa: FBT003  # a call into LibreOffice takes no names
            with contextlib.suppress(Exception):  # it may be gone before it answers
                desktop.terminate()
            process.wait(PATIENCE)
        finally:
            with contextlib.suppress(ProcessLookupError):  # it ended as told
                os.killpg(process.pid, signal.SIGKILL)  # the program that was started starts another


def _bridge() -> Any:
    """The `uno` module, from wherever the system keeps it."""
    sys.path.append(_SYSTEM_PACKAGES)
    try:
        return pytest.importorskip("uno", reason="needs LibreOffice's Python bridge (python3-uno)")
    finally:
        sys.path.remove(_SYSTEM_PACKAGES)


def _property(uno: Any, name: str, *, value: object) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


def _desktop(uno: Any, pipe: str, process: subprocess.Popen[bytes]) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:  # noqa: BLE001  # the bridge's own classes exist only once it is loaded
            assert process.poll() is None, "LibreOffice ended before it answered"
            assert time.monotonic() < deadline, "LibreOffice does not answer"
            time.sleep(_PAUSE)
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
