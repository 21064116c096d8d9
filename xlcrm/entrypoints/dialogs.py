"""How a button speaks: one status bar, one message box at a time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    import xlwings as xw

_TIMED_OUT: Final = -1712
"""Apple events: nobody has answered for a minute; the box stays and does no harm."""


class Dialogs:
    """The boxes and the status bar of one program, while one action runs.

    As a context it gives the status bar back at the end, however that comes.
    """

    def __init__(self, app: xw.App, title: str) -> None:
        self._app = app
        self._title = title

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        """Whether the user agrees."""
        return self._box(text, "ok_cancel", "info") == "ok"

    def _box(self, text: str, buttons: str, mode: Literal["info", "critical"]) -> str | None:
        try:
            return self._app.alert(text, title=self._title, buttons=buttons, mode=mode)
        except Exception as error:
            if getattr(error, "errornumber", None) == _TIMED_OUT:
                return None
            raise

    def _show(self, text: str | Literal[False]) -> None:
        with contextlib.suppress(Exception):
            self._app.status_bar = text
