"""Fragments of old cells compared with those of new values, in rows written the usual way."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

from xlcrm.workbook.port import KEEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.workbook.patch.rewriting import Rewriter

_FEW_DIGITS: Final = 18
"""Bytes before and in a number of at most 13 characters, which has but one usual spelling."""
_NUMBER: Final = ord(">")
"""How the fragment of a number begins."""

Row = tuple[Any, ...]
"""One row's fragments."""


class Comparer:
    """Knows when two differently spelt fragments are one value."""

    def __init__(self, rewriter: Rewriter) -> None:
        prefix = rewriter.xml.prefix
        self._rewriter = rewriter
        self._number = b"><" + prefix + b"v>"
        self._number_end = -len(b"</v></c>" + prefix * 2)
        self._short = _FEW_DIGITS - self._number_end
        self._string = b' t="inlineStr"><%bis><%bt>' % (prefix, prefix)

    def fragments(self, olds: tuple[bytes | None, ...], row: Row) -> tuple[Row, int] | None:
        """What the cells will hold, and how many of them change; None when a formula is overwritten."""
        wanted = list(row)
        changed = 0
        for at, old in enumerate(olds):
            new = row[at]
            if old == new:
                continue
            if old is None:
                if new is KEEP:
                    wanted[at] = None
                else:
                    changed += 1
                continue
            if new is KEEP or (new is None and old == b"/>"):
                wanted[at] = old
                continue
            if new is not None and self._may_be_alike(old, new) and self.alike(old, new):
                wanted[at] = old
                continue
            if b"f>" in old:
                return None
            changed += 1
            if new is None:
                wanted[at] = b"/>"
        return tuple(wanted), changed

    def _may_be_alike(self, old: bytes, new: bytes) -> bool:
        """A quick look, to spare `_alike` the clear cases.

        Numbers spelt otherwise are equal only when one has very many digits, and then their whole parts
        agree; inline texts only when one is escaped.
        """
        if old[0] == _NUMBER == new[0]:
            if b"E" in old:
                return True
            return len(old) >= self._short and old.partition(b".")[0] == new.partition(b".")[0]
        return not old.startswith(self._string) or b"&" in old

    def alike(self, old: bytes, new: bytes) -> bool:
        """Whether two different fragments hold the same value."""
        if old.startswith(self._number):
            return new.startswith(self._number) and _equal(
                old[len(self._number) : self._number_end], new[len(self._number) : self._number_end]
            )
        if old == b"/>":
            return False
        return self._slowly_alike(old, new)

    def _slowly_alike(self, old: bytes, new: bytes) -> bool:
        xml = self._rewriter.xml
        tag = b"<" + xml.prefix + b"c"
        return self._rewriter.same_contents(tag + old, tag + new)

    def column_after(self, olds: Sequence[bytes], news: Sequence[bytes]) -> Sequence[bytes] | None:
        """What a column's cells will hold: the old spelling of equal values; None when a formula is there."""
        if olds.count(b"/>") == len(olds):
            return news
        whole = b"".join(olds)
        if b"f>" in whole:
            return None
        if all(map(bytes.startswith, olds, repeat(self._number))) and b"E" not in whole:
            if max(map(len, olds)) < self._short:
                return news
            whole_parts = zip(olds, news, [n.partition(b".")[0] for n in news], strict=True)
            return [
                old if old == new or (old.startswith(part) and self.alike(old, new)) else new
                for old, new, part in whole_parts
            ]
        if all(map(bytes.startswith, olds, repeat(self._string))) and b"&" not in whole:
            return news
        return [
            old if old == new or self.alike(old, new) else new for old, new in zip(olds, news, strict=True)
        ]


def _equal(old: bytes, new: bytes) -> bool:
    """Whether two differently spelt numbers are one; Excel writes 17 digits where we write the shortest."""
    try:
        return float(old) == float(new)
    except ValueError:
        return False


def old_cell(prefix: bytes, name: bytes) -> bytes:
    """Expression for one cell that may be missing, empty or a link; groups: its style and all behind it."""
    value = b"<\0v>[^<]*+</\0v>"
    text = b'<\0is><\0t(?: xml:space="preserve")?+>[^<]*+</\0t></\0is>'
    content = b"(?:/>|>(?:%b|%b|<\0f>[^<]*+</\0f>%b)</\0c>)" % (value, text, value)
    cell = b'(?:<\0c r="%b[0-9]++"(?: s="([0-9]++)")?+((?: t="[A-Za-z]++")?+%b))?+' % (name, content)
    return cell.replace(b"\0", prefix)
