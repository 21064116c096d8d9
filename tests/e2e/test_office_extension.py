"""The extension in a real LibreOffice: installed, started anew, and its Sub brings the outside process in."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.judges import PATIENCE, office
from tests.e2e.reading import HEADING_ROW, row_of, type_in
from tests.e2e.running import call
from xlcrm.actions import ACTIONS
from xlcrm.calc import calc_available
from xlcrm.calc.bridge import connect, uno
from xlcrm.templates.extension import IDENTIFIER, Entry, build_extension, script_url
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(calc_available()), reason=calc_available() or "LibreOffice answers"),
    pytest.mark.skipif(sys.platform == "win32", reason="starts LibreOffice as Unix does"),
]
NOW = "2026-03-18T10:00"
DUE = "到期清单"


@contextlib.contextmanager
def running(profile: Path, pipe: str, *arguments: str) -> Iterator[Any]:
    """A LibreOffice without a window, and its component context once it answers on the pipe."""
    command = [office(), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", *arguments]
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            context = connect(pipe, deadline=PATIENCE, alive=lambda: process.poll() is None)
            yield context
            with contextlib.suppress(Exception):  # it may hang up before it answers
                service(context, "com.sun.star.frame.Desktop").terminate()
            process.wait(PATIENCE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def service(context: Any, name: str) -> Any:
    return context.ServiceManager.createInstanceWithContext(name, context)


class Agreeing:
    """Says yes where LibreOffice asks, as a person would who double-clicked the extension."""

    def getTypes(self) -> tuple[Any, ...]:  # noqa: N802 - UNO's name
        names = ("ucb.XCommandEnvironment", "task.XInteractionHandler")
        return tuple(uno().getTypeByName(f"com.sun.star.{name}") for name in names)

    def getImplementationId(self) -> Any:  # noqa: N802 - UNO's name
        return uno().ByteSequence(b"")

    def getInteractionHandler(self) -> Agreeing:  # noqa: N802 - UNO's name
        return self

    def getProgressHandler(self) -> None:  # noqa: N802 - UNO's name
        return None

    def handle(self, request: Any) -> None:
        approve = uno().getTypeByName("com.sun.star.task.XInteractionApprove")
        answers = (answer.queryInterface(approve) for answer in request.getContinuations())
        next(answer for answer in answers if answer).select()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile whose LibreOffice has the extension of this interpreter and a pipe of its own."""
    entries = [Entry(action.name, action.label, action.macro) for action in ACTIONS.values()]
    extension = tmp_path / "客户 管理.oxt"
    build_extension(extension, entries, interpreter=sys.executable, pipe=pipe(), version="1.0.0")
    folder = tmp_path / "用户 profile"
    before = f"{pipe()}before"
    with running(folder, before, f"--accept=pipe,name={before};urp;") as context:
        manager = context.getByName("/singletons/com.sun.star.deployment.ExtensionManager")
        manager.addExtension(extension.as_uri(), (), "user", manager.createAbortChannel(), Agreeing())
    return folder


def pipe() -> str:
    return f"xlcrmtest{os.getpid()}"


def test_button_of_the_extension_refreshes_the_open_workbook(
    profile: Path, demo: Path, tmp_path: Path
) -> None:
    """LibreOffice is started without --accept: that it listens is the extension's doing."""
    clock = row_of(demo, "参数表", "参数", "固定时钟")
    type_in(demo, "参数表", clock, 值=NOW)
    closed = tmp_path / "关闭.xlsx"
    shutil.copy(demo, closed)
    assert call("refresh", closed).code == 0
    expected = texts(closed)
    assert len(expected) > 50
    with running(profile, pipe()) as context:
        desktop = service(context, "com.sun.star.frame.Desktop")
        book = desktop.loadComponentFromURL(demo.as_uri(), "_blank", 0, ())
        factory = context.getByName("/singletons/com.sun.star.script.provider.theMasterScriptProviderFactory")
        script = factory.createScriptProvider("").getScript(script_url(ACTIONS["refresh"].macro))
        script.invoke((), (), ())
        assert shown(book.Sheets.getByName(DUE), expected) == expected
        book.close(True)  # noqa: FBT003 - UNO takes no names


def texts(path: Path) -> dict[tuple[int, int], str]:
    """The texts of the due list by column and row from 0; dates and numbers are shown in many ways."""
    with FileDoor(path, write=False) as door:
        columns = door.grid(DUE).columns
    return {
        (column, row): value
        for column, values in enumerate(columns)
        for row, value in enumerate(values)
        if row >= HEADING_ROW and value and isinstance(value, str)
    }


def shown(sheet: Any, wanted: dict[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """What LibreOffice shows there once the other process is through, or has had its time."""
    until = time.monotonic() + PATIENCE
    found: dict[tuple[int, int], str] = {}
    while time.monotonic() < until and found != wanted:
        time.sleep(0.5)
        found = {place: sheet.getCellByPosition(*place).String for place in wanted}
    return found


def test_office_lists_the_extension_by_its_chinese_name(profile: Path) -> None:
    with running(profile, pipe()) as context:
        manager = context.getByName("/singletons/com.sun.star.deployment.ExtensionManager")
        found = manager.getDeployedExtension("user", IDENTIFIER, "客户 管理.oxt", Agreeing())
        assert (found.getDisplayName(), found.getVersion()) == ("客户管理（xlcrm）", "1.0.0")
