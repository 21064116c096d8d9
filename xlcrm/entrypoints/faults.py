"""Faults of our own: logged with masked data, told in one sentence."""

from __future__ import annotations

import datetime as dt
import os
import re
import traceback
from pathlib import Path
from typing import Final

from xlcrm import __version__

_NUMBERS = re.compile(r"\d{7,}")
_ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


UNTOUCHED: Final = "工作簿没有改动"
UNCERTAIN: Final = "打开的工作簿可能只写入了一部分，请不要保存，关闭后重新打开"
WRITTEN: Final = "结果已写入打开的工作簿，尚未保存"
UNCERTAIN_AND_SAVED: Final = (
    "打开的工作簿可能只写入了一部分，而“自动保存”开着，请用“文件”里的“版本历史记录”恢复"
)
WRITTEN_AND_SAVED: Final = "结果已写入打开的工作簿，“自动保存”开着，不用再保存"
_STATES: Final = frozenset({UNTOUCHED, UNCERTAIN, WRITTEN, UNCERTAIN_AND_SAVED, WRITTEN_AND_SAVED})


def sentence(error: Exception) -> str:
    """Write the fault to the log and say where; with XLCRM_DEBUG=1 it is raised instead.

    What has become of the workbook is told by the error's note, if it has one of these.
    """
    notes = [note for note in getattr(error, "__notes__", ()) if note in _STATES]
    state = notes[-1] if notes else UNTOUCHED
    if os.environ.get("XLCRM_DEBUG") == "1":
        raise error
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(_entry(error))
    except OSError:
        return f"程序内部出错（{type(error).__name__}），{state}；日志也无法写入 {path}"
    return f"程序内部出错（{type(error).__name__}），{state}；请把日志发给维护人员：{path}"


def log_path() -> Path:
    """Where faults are logged: XLCRM_HOME, else .xlcrm in the user's home."""
    return Path(os.environ.get("XLCRM_HOME") or Path.home() / ".xlcrm") / "error.log"


def _entry(error: Exception) -> str:
    text = "".join(traceback.format_exception(error))
    return f"{dt.datetime.now():%Y-%m-%d %H:%M:%S} xlcrm {__version__}\n{mask(text)}\n"


def mask(text: str) -> str:
    """Hide long numbers (phones, ids, cards) and e-mail addresses; the log may leave the office."""
    hidden = _NUMBERS.sub(lambda found: found[0][:3] + "*" * (len(found[0]) - 5) + found[0][-2:], text)
    return _ADDRESSES.sub("***@***", hidden)
