"""Patience with a spreadsheet program that is busy: a cell is being edited, a dialog is open."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from xlcrm.errors import ProgramBusy, ProgramMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = TypeVar("Answer")

PATIENCE: Final = 10.0
"""Seconds that a call is tried again before we say that the program is busy."""

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0
_BUSY_RESULTS: Final = frozenset(
    {
        -2147418111,  # 0x80010001 RPC_E_CALL_REJECTED: a modal state, a cell in edit mode
        -2147417846,  # 0x8001010A RPC_E_SERVERCALL_RETRYLATER
        -2146777998,  # 0x800AC472 VBA_E_IGNORE: Excel ignores automation for the moment
    }
)
_GONE_RESULTS: Final = frozenset(
    {
        -2147417848,  # 0x80010108 RPC_E_DISCONNECTED
        -2147023174,  # 0x800706BA RPC_S_SERVER_UNAVAILABLE
        -2147023170,  # 0x800706BE RPC_S_CALL_FAILED
    }
)
_BUSY_NUMBERS: Final = frozenset({-1712, -609})
"""Apple events: timed out; connection invalid (Excel sits in a dialog of its own)."""
_GONE_NUMBERS: Final = frozenset({-600})
"""Apple events: the application is not running."""
_GONE_NAMES: Final = frozenset({"DisposedException"})
"""LibreOffice's bridge was cut; UNO names its exceptions with their modules."""
_SCODE: Final = 5
"""Where a COM exception's own error number stands in its details."""
_WINDOWS_ENGINE: Final = "xlwings._xlwindows"


def patiently(
    call: Callable[[], Answer],
    *,
    seconds: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Answer:
    """Ask the program, again and again while it is busy.

    Args:
        call: asks once; asking twice must do no harm.
        seconds: how long to try.
        clock: a steady clock in seconds.
        pause: waits for some seconds.

    Raises:
        ProgramBusy: it was busy all the time.
        ProgramMissing: it has gone.
        Exception: whatever else the call raises.
    """
    deadline = clock() + seconds
    wait = _FIRST_PAUSE
    while True:
        try:
            return call()
        except Exception as error:
            if is_gone(error):
                raise ProgramMissing(
                    "表格程序已经关闭或失去连接，请重新打开工作簿后再试；没有保存的改动以程序恢复的内容为准"
                ) from error
            if not is_busy(error):
                raise
            if clock() >= deadline:
                raise ProgramBusy(
                    "Excel 正忙，可能有单元格正在编辑或对话框未关闭，请按 Enter/Esc 后重试"
                ) from error
        pause(wait)
        wait = min(2 * wait, _LONGEST_PAUSE)


def ask(owner: Any, name: str) -> Any:
    """One attribute of something that the program owns, asked for patiently."""
    return patiently(lambda: getattr(owner, name))


def tell(owner: Any, name: str, value: Any, *, seconds: float = PATIENCE) -> None:
    """Set one attribute of something that the program owns, patiently."""
    patiently(lambda: setattr(owner, name, value), seconds=seconds)


def is_busy(error: BaseException) -> bool:
    """Whether the program only refuses for the moment.

    The exceptions of pywin32 and appscript are told by their looks: neither is installed everywhere.
    """
    if type(error).__name__ == "ExcelBusyError":  # xlwings' own, when it gave up on a rejected call
        return True
    return bool(_results(error) & _BUSY_RESULTS) or _number(error) in _BUSY_NUMBERS


def is_gone(error: BaseException) -> bool:
    """Whether the program, or the connection to it, has ended."""
    return (
        bool(_results(error) & _GONE_RESULTS)
        or _number(error) in _GONE_NUMBERS
        or type(error).__name__.rpartition(".")[2] in _GONE_NAMES
    )


def _results(error: BaseException) -> set[int]:
    """What a COM error says: its result, and the number of the exception inside it."""
    details = getattr(error, "excepinfo", None)
    inner = details[_SCODE] if isinstance(details, tuple) and len(details) > _SCODE else None
    return {value for value in (getattr(error, "hresult", None), inner) if isinstance(value, int)}


def _number(error: BaseException) -> int | None:
    number = getattr(error, "errornumber", None)
    return number if isinstance(number, int) else None


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Let xlwings hand back calls that Excel rejects on Windows, while the block runs.

    By default it tries a rejected call for ever, at full speed: with a cell in edit mode nobody would ever
    hear from us.
    """
    engine = sys.modules.get(_WINDOWS_ENGINE)
    before = getattr(engine, "N_COM_ATTEMPTS", None)
    if before is None:
        yield
        return
    engine.N_COM_ATTEMPTS = 1  # type: ignore[union-attr]  # there, as `before` tells
    try:
        yield
    finally:
        engine.N_COM_ATTEMPTS = before  # type: ignore[union-attr]  # same
