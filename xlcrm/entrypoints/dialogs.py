"""How a button speaks: one status bar, one message box at a time."""

from __future__ import annotations

import atexit
import contextlib
import sys
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    import xlwings as xw

_TIMED_OUT: Final = -1712
"""Apple events: nobody has answered for a minute; the box stays and does no harm."""
_CANCELLED: Final = -128
"""AppleScript: the user has pressed Cancel, or Escape."""
_LEAVING: Final = 600.0
"""Seconds of patience for a text that is left: Excel may not answer while its box stands."""


class Dialogs:
    """The boxes and the status bar of one program, while one action runs.

    As a context it gives the status bar back at the end, however that comes; after a question that nobody
    has answered a sentence about it stays there.
    """

    def __init__(self, app: xw.App, title: str) -> None:
        self._app = app
        self._title = title
        self._unanswered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._unanswered:
            self._leave(f"{self._title}：一分钟内没有回答，没有写入；请再点一次")
        else:
            self._show(text=False)  # not what stood there: on macOS that is the "Running..." of xlwings

    def stage(self, stage: str) -> None:
        """Say on the status bar what is being done; where that fails the work goes on."""
        self._show(f"{self._title}：{stage}……")

    def tell(self, text: str) -> None:
        """Show a text."""
        self._box(text, "ok", "info")

    def warn(self, text: str) -> None:
        """Show what could not be done."""
        self._box(text, "ok", "critical")

    def ask(self, text: str) -> bool:
        """Whether the user agrees; not to answer in time is no."""
        answer = self._box(text, "ok_cancel", "info")
        self._unanswered = answer is None
        return answer == "ok"

    def _box(self, text: str, buttons: str, mode: Literal["info", "critical"]) -> str | None:
        """The button that was pressed; None where nobody has pressed one in time."""
        try:
            return self._app.alert(text, title=self._title, buttons=buttons, mode=mode) or ""
        except Exception as error:
            number = getattr(error, "errornumber", None)
            if number == _TIMED_OUT:
                return None
            if number == _CANCELLED:
                return "cancel"
            raise

    def _leave(self, text: str) -> None:
        """Put a text on the status bar that stays when Python has ended.

        On macOS xlwings clears the status bar at the end of Python (and shows its log, which is empty then).
        """
        from xlcrm.workbook.live import patiently  # noqa: PLC0415 - most clicks leave nothing

        engine = sys.modules.get("xlwings._xlmac")
        if engine is not None:
            atexit.unregister(engine.cleanup)
        with contextlib.suppress(Exception):
            patiently(lambda: setattr(self._app, "status_bar", text), seconds=_LEAVING)

    def _show(self, text: str | Literal[False]) -> None:
        with contextlib.suppress(Exception):
            self._app.status_bar = text
