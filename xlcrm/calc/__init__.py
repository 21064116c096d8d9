"""LibreOffice Calc as an xlwings engine: attach to a running program, or start a private one."""

from xlcrm.calc.bridge import PIPE, calc_available
from xlcrm.calc.engine import attach, spare_excel, started

__all__ = ["PIPE", "attach", "calc_available", "spare_excel", "started"]
