"""What a cell function is: one declaration, from which decorators, VBA, help and documents are made."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.functions.cells import Answer, Block, all_blank, block
from xlcrm.errors import XlcrmError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOG: Final = logging.getLogger(__name__)
FAILED: Final = "这个函数出错了，请运行 xlcrm doctor 并把结果发给维护人员"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function.

    Attributes:
        name: its ASCII name in VBA and Python.
        title: its Chinese name, in sentences and documents.
        doc: the line of Excel's function wizard, at most 255 letters.
        optional: it may be left out.
        stand_in: what stands in for one that is left out or blank, such as the clock's now.
    """

    name: str
    title: str
    doc: str
    optional: bool = False
    stand_in: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class CellFunction:
    """One function that a cell may call.

    Attributes:
        name: what one types after the equals sign.
        doc: what Excel's function wizard says of it, at most 255 letters.
        arguments: in order, optional ones last.
        compute: blocks of cells in, in the order of `arguments` (None for one left out), the answer out.
        example: a formula as the guide shows it.
    """

    name: str
    doc: str
    arguments: tuple[Argument, ...]
    compute: Callable[..., Answer]
    example: str

    @property
    def usage(self) -> str:
        """XLCRM_X(起点, 时限, [口径])."""
        titles = (f"[{item.title}]" if item.optional else item.title for item in self.arguments)
        return f"{self.name}({', '.join(titles)})"


def answer(function: CellFunction, given: Sequence[object]) -> Answer:
    """Call a function as a cell does: whatever is wrong becomes a sentence in the cell, never an exception.

    Args:
        function: the function.
        given: values, lists or lists of rows in the order of its arguments; None or nothing for one left out.
    """
    try:
        padded = [*given, *[None] * (len(function.arguments) - len(given))]
        cells = [_block(item, value) for item, value in zip(function.arguments, padded, strict=True)]
        return function.compute(*cells)
    except XlcrmError as error:
        return error.message.removesuffix("。")
    except Exception:
        LOG.exception("%s failed", function.name)
        return FAILED


def _block(argument: Argument, value: object) -> Block | None:
    cells = None if value is None and argument.optional else block(value)
    if argument.stand_in is not None and all_blank(cells):
        return [[argument.stand_in()]]
    return cells
