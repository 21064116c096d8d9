"""A program that neither recalculates, repaints, runs macros nor asks while we write."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import ProgramError
from xlcrm.workbook.live.patience import ask, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

_QUIET: Final[tuple[tuple[str, Any], ...]] = (
    ("screen_updating", False),
    ("enable_events", False),
    ("display_alerts", False),
)
_RESTORING: Final = 5.0
"""Seconds of patience for each setting on the way out; an error is on its way perhaps."""


@contextlib.contextmanager
def quiet(app: xw.App) -> Iterator[None]:
    """Keep the program from repainting, from running macros and from asking, while the block runs.

    Every setting is as before afterwards. A setting that a program does not have is left out. One that cannot
    be restored does not keep the others from being restored.
    """
    with contextlib.ExitStack() as stack:
        for name, value in _QUIET:
            _set(stack, app, name, value)
        yield


@contextlib.contextmanager
def uncalculated(app: xw.App) -> Iterator[None]:
    """Keep the program from recalculating and from filling in more than is written, while the block runs.

    Only for writing: LibreOffice leaves formulas of a fresh file to the first look at them, and does not work
    them out for a reader while it calculates by hand.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_typing_only(app))
        _set(stack, app, "calculation", "manual")
        yield


def _set(stack: contextlib.ExitStack, app: xw.App, name: str, value: Any) -> None:
    """Change a setting until the stack is left; a program that refuses works as it is."""
    try:
        before = ask(app, name)
        tell(app, name, value)
    except ProgramError:
        raise
    except Exception:  # noqa: BLE001 - each program raises its own kind
        return
    stack.callback(_restore, app, name, before)


def _restore(owner: Any, name: str, value: Any) -> None:
    with contextlib.suppress(Exception):
        tell(owner, name, value, seconds=_RESTORING)


@contextlib.contextmanager
def _typing_only(app: xw.App) -> Iterator[None]:
    """Keep Excel from filling a formula down its whole column, and tables from growing by themselves.

    With AutoFillFormulasInLists a link in one cell of a table becomes the column's formula, in all rows. The
    two switches are Excel's own (Windows); other programs have none.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Exception):
            switches = app.api.AutoCorrect
            for name in ("AutoFillFormulasInLists", "AutoExpandListRange"):
                before = getattr(switches, name)
                if isinstance(before, bool):
                    setattr(switches, name, False)
                    stack.callback(_restore, switches, name, before)
        yield
