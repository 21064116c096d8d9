"""The live door: a workbook that is open in Excel or LibreOffice, over xlwings' public interface.

`LiveDoor` reads and writes what the user sees, without saving. It knows no program: Excel on Windows and on
macOS answer through xlwings itself, LibreOffice through an engine that stands in for it.
"""

from __future__ import annotations

from xlcrm.workbook.live.door import LiveDoor
from xlcrm.workbook.live.patience import answering, patiently

__all__ = ["LiveDoor", "answering", "patiently"]
