"""Values to cell XML: what stands behind the `r` and `s` of a cell."""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
from typing import TYPE_CHECKING, Any, Final

from xlcrm.workbook.port import KEEP, Link, Undated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_TEXT: Final = 32_767
"""Characters (UTF-16 units) that Excel keeps in one cell."""
_MAX_LITERAL: Final = 255
_MAX_FORMULA: Final = 8_192
_REMEMBERED: Final = 1 << 15

PLAIN: Final = 0
DATE: Final = 1
MOMENT: Final = 2
UNDATED: Final = 3

Fragment = Any
"""bytes for a value, None for an emptied cell, KEEP for one that stays."""

_SPECIAL = re.compile(
    "[&<>\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)",
)
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SPACE = " \t\n\r"
_EPOCH_1904: Final = dt.datetime(1904, 1, 1)
_EPOCH_1900: Final = dt.datetime(1899, 12, 30)
_DAY: Final = dt.timedelta(days=1)
_LEAP_BUG: Final = 61
"""1900-03-01; Excel believes in 1900-02-29, so earlier days count one less."""
_MANY: Final = 16
_LONG: Final = 27
"""Characters of the longest float with a comma and a blank; longer text means a very large integer."""
_COUNTED: Final = frozenset({int, float, dt.date, dt.datetime})


class BadValueError(Exception):
    """A value that no cell can hold; `str(error)` says why, for the sentence that names the cell."""


def escaped(text: str) -> str:
    """Text for XML, with what XML or Excel would read otherwise as `_xHHHH_`."""
    return _SPECIAL.sub(lambda m: _NAMED.get(m[0]) or f"_x{ord(m[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Undo `_xHHHH_`."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def serial(value: dt.date, *, date1904: bool) -> float:
    """Days since the epoch of the workbook's date system, as Excel counts them.

    Raises:
        BadValueError: before the epoch, or with a time zone.
    """
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if value.tzinfo is not None:
        raise BadValueError("时间带有时区，单元格只能存当地时间")
    days = (value - (_EPOCH_1904 if date1904 else _EPOCH_1900)) / _DAY
    if not date1904 and days < _LEAP_BUG:
        days -= 1
    if days < (0 if date1904 else 1):
        raise BadValueError(f"日期 {value:%Y-%m-%d} 早于 Excel 能表示的最早日期")
    return days


def serials(values: Sequence[dt.date], *, date1904: bool) -> list[float]:
    """`serial` of many dates or times."""
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    days: list[float] = []
    try:
        if isinstance(values[0], dt.datetime):
            days = [(value - epoch) / _DAY for value in values]
        else:
            days = [float(value.toordinal() - epoch.toordinal()) for value in values]
    except TypeError:
        pass  # a time zone: refused below
    if not days or min(days) < _LEAP_BUG:
        return [serial(value, date1904=date1904) for value in values]
    return days


class _Memory(dict[Any, Fragment]):
    """Fragments by value, made once."""

    def __init__(self, make: Callable[[Any], Fragment]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Fragment:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = fragment = self._make(value)
        return fragment


class Encoder:
    """Writes values for one sheet.

    A fragment is everything of a cell behind its style: ` t="inlineStr"><is>…</is></c>`.
    """

    def __init__(self, prefix: bytes, *, date1904: bool) -> None:
        self._p = prefix.decode()
        self._date1904 = date1904
        self.empty = b"/>"
        self._memories: dict[type, dict[Any, Fragment]] = {
            str: _Memory(self._text),
            float: _Memory(self._float),
            int: _Memory(self._int),
            bool: _Memory(self._bool),
            dt.date: _Memory(self._date),
            dt.datetime: _Memory(self._date),
            Link: _Memory(self._link),
            type(None): {None: None},
            type(KEEP): {KEEP: KEEP},
        }

    def column(self, values: Sequence[Any]) -> tuple[list[Fragment], list[int] | int]:
        """Fragments of a column, and the kind of each value, or of all: PLAIN, DATE, MOMENT or UNDATED.

        The kind of an emptied or kept cell has no meaning.

        Raises:
            BadValueError: one of the values fits in no cell.
        """
        types = set(map(type, values))
        memories = self._memories
        for found in types - memories.keys():
            self._learn(found, values)
        real = types - {type(None), type(KEEP)}
        kinds = {kind: _kind(kind) for kind in types}
        kind = kinds[next(iter(real))] if real else PLAIN
        same = len(set(map(kinds.get, real))) < 2
        kinds_of = kind if same else [kinds[type(value)] for value in values]
        many = real & _COUNTED if len(values) >= _MANY else set()
        if not many:
            return [memories[type(value)][value] for value in values], kinds_of
        if len(types) == 1:
            return self._numbers(values, next(iter(many))), kinds_of
        made = {
            found: iter(self._numbers([value for value in values if type(value) is found], found))
            for found in many
        }
        return [
            next(made[type(value)]) if type(value) in made else memories[type(value)][value]
            for value in values
        ], kinds_of

    def _numbers(self, values: Sequence[Any], kind: type) -> list[Fragment]:
        """Fragments of many numbers, dates or times at once."""
        if issubclass(kind, dt.date):
            values = serials(values, date1904=self._date1904)
        text = f"{list(values)!r}"[1:-1]
        if "n" in text or len(text) > _LONG * len(values):  # nan, inf, or integers that need a closer look
            memory = self._memories[kind]
            return [memory[value] for value in values]
        text = f"{text}, ".replace(".0, ", ", ").replace("-0, ", "0, ")
        p = self._p
        joined = text.replace(", ", f"</{p}v></{p}c>\n><{p}v>").encode()
        return (f"><{p}v>".encode() + joined).split(b"\n")[:-1]

    def one(self, value: Any) -> tuple[Fragment, int]:
        """One value's fragment and kind."""
        fragments, kind = self.column((value,))
        return fragments[0], kind if isinstance(kind, int) else kind[0]

    def _learn(self, kind: type, values: Sequence[Any]) -> None:
        """Subclasses and the numbers of numpy pass as what they mean."""
        value = next(value for value in values if type(value) is kind)
        if isinstance(value, dt.datetime) and value == value:  # noqa: PLR0124 - NaT is a datetime too
            make: Callable[[Any], Fragment] = self._date
        elif isinstance(value, str):
            make = self._text
        elif kind.__name__ in {"bool_", "bool"}:
            make = self._bool
        elif isinstance(value, numbers.Integral):
            make = self._int
        elif isinstance(value, numbers.Real):
            make = self._float
        else:
            raise BadValueError(f"值的类型 {kind.__name__} 不能写入单元格")
        self._memories[kind] = _Memory(make)

    def _text(self, value: str) -> Fragment:
        if not value:
            return None
        if len(value) > MAX_TEXT // 2 and len(value.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT:
            raise BadValueError(f"文字有 {len(value)} 个字，超过一格最多的 {MAX_TEXT} 个字")
        space = ' xml:space="preserve"' if needs_space(value) else ""
        p = self._p
        return f' t="inlineStr"><{p}is><{p}t{space}>{escaped(value)}</{p}t></{p}is></{p}c>'.encode()

    def _float(self, value: float) -> Fragment:
        number = float(value)
        if not math.isfinite(number):
            raise BadValueError("数值不是有限的数（NaN 或无穷大）")
        return self._number(float.__repr__(number))

    def _int(self, value: int) -> Fragment:
        number = int(value)
        try:
            float(number)
        except OverflowError:
            raise BadValueError("整数太大，Excel 存不下") from None
        return self._number(str(number))

    def _number(self, text: str) -> Fragment:
        text = text.removesuffix(".0")
        p = self._p
        return f"><{p}v>{'0' if text == '-0' else text}</{p}v></{p}c>".encode()

    def _bool(self, value: bool) -> Fragment:  # noqa: FBT001 - it is the value
        p = self._p
        return f' t="b"><{p}v>{int(value)}</{p}v></{p}c>'.encode()

    def _date(self, value: dt.date) -> Fragment:
        return self._number(repr(serial(value, date1904=self._date1904)))

    def _link(self, value: Link) -> Fragment:
        p = self._p
        formula = link_formula(value)
        return (f' t="str"><{p}f>{escaped(formula)}</{p}f><{p}v>{escaped(value.text)}</{p}v></{p}c>').encode()


def link_formula(link: Link) -> str:
    """HYPERLINK formula of a link.

    Raises:
        BadValueError: longer than Excel takes.
    """
    sheet = link.sheet.replace("'", "''")
    place = f"#'{sheet}'!{link.cell}"
    formula = f"HYPERLINK({_literal(place)},{_literal(link.text)})"
    if len(formula) > _MAX_FORMULA:
        raise BadValueError(f"链接文字太长（{len(link.text)} 个字）")
    return formula


def _literal(text: str) -> str:
    """A formula's text constant; Excel takes 255 characters in one, so longer ones are joined."""
    pieces = [text[at : at + _MAX_LITERAL] for at in range(0, len(text), _MAX_LITERAL)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def needs_space(text: str) -> bool:
    """Whether XML readers may strip or fold blanks of this text."""
    return text[0] in _SPACE or text[-1] in _SPACE or "\n" in text or "\t" in text or "  " in text


def _kind(kind: type) -> int:
    if issubclass(kind, dt.datetime):
        return MOMENT
    if issubclass(kind, Undated):
        return UNDATED
    return DATE if issubclass(kind, dt.date) else PLAIN
