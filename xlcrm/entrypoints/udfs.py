"""The cell functions as Excel for Windows finds them, through xlwings (setting UDF MODULES).

Elsewhere the decorators of xlwings do nothing, so that this module imports everywhere. A function here
carries its declared signature and no type hint: xlwings looks for a converter of each hint, and has few.
"""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

import xlwings as xw

from xlcrm.calc import spare_excel
from xlcrm.entrypoints.functions import (
    CHECK,
    DEADLINE,
    FESTIVAL,
    NEXT_DUE,
    NPS,
    RFM,
    STATUS,
    WORKMINUTES,
)
from xlcrm.entrypoints.functions.base import answer
from xlcrm.entrypoints.functions.vba import CATEGORY

if TYPE_CHECKING:
    from xlcrm.entrypoints.functions.base import Argument, CellFunction

spare_excel()  # the server of the functions ends with the last workbook


def exposed(function: CellFunction) -> Any:
    """A function as xlwings calls it: positional cells in, as blocks with error cells as text."""

    def entry(*cells: Any) -> Any:
        return answer(function, cells)

    entry.__name__ = entry.__qualname__ = function.name
    entry.__doc__ = function.doc
    entry.__annotations__ = {}
    entry.__signature__ = Signature([_parameter(item) for item in function.arguments])  # type: ignore[attr-defined] # `inspect` documents it
    found: Any = entry
    for item in function.arguments:
        found = xw.arg(item.name, ndim=2, err_to_str=True, doc=item.doc)(found)
    return xw.func(category=CATEGORY)(found)


def _parameter(item: Argument) -> Parameter:
    default = None if item.optional else Parameter.empty
    return Parameter(item.name, Parameter.POSITIONAL_OR_KEYWORD, default=default)


XLCRM_CHECK = exposed(CHECK)
XLCRM_DEADLINE = exposed(DEADLINE)
XLCRM_FESTIVAL = exposed(FESTIVAL)
XLCRM_NEXT_DUE = exposed(NEXT_DUE)
XLCRM_NPS = exposed(NPS)
XLCRM_RFM = exposed(RFM)
XLCRM_STATUS = exposed(STATUS)
XLCRM_WORKMINUTES = exposed(WORKMINUTES)
