"""Defined names of a workbook or a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.bridge import guarded, uno
from xlcrm.calc.formulas import to_calc, to_excel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.calc.book import Book
    from xlcrm.calc.ranges import Range


@guarded
class Name(base_classes.Name):
    """One name and what it stands for."""

    def __init__(self, book: Book, owner: Any, name: str) -> None:
        self._book = book
        self._owner = owner
        self._name = name

    @property
    def document(self) -> Any:
        return self._book.api

    @property
    def api(self) -> Any:
        return self._owner.getByName(self._name)

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.api.setName(value)
        self._name = value

    @property
    def refers_to(self) -> str:
        return f"={to_excel(self.api.Content)}"

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.api.setContent(to_calc(value.removeprefix("=")))

    @property
    def refers_to_range(self) -> Range:
        cells = self.api.ReferredCells
        if cells is None:
            raise ValueError(f"名称“{self._name}”指的不是单元格区域")
        return self._book.of(cells.RangeAddress)

    def delete(self) -> None:
        self._owner.removeByName(self._name)


@guarded
class Names(base_classes.Names):
    """The names that one workbook or one sheet defines."""

    def __init__(self, book: Book, api: Any) -> None:
        self._book = book
        self.api = api

    def __len__(self) -> int:
        return int(self.api.Count)

    def __iter__(self) -> Iterator[Name]:
        return iter([Name(self._book, self.api, name) for name in self.api.ElementNames])

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(name.name, name) for name in self]

    def contains(self, name_or_index: int | str) -> bool:
        return self._found(name_or_index) is not None

    def _found(self, key: int | str) -> str | None:
        names = list(self.api.ElementNames)
        if isinstance(key, int):
            return names[key - 1] if 1 <= key <= len(names) else None
        return next((name for name in names if name.casefold() == key.casefold()), None)

    def __call__(self, name_or_index: int | str) -> Name:
        found = self._found(name_or_index)
        if found is None:
            raise KeyError(name_or_index)
        return Name(self._book, self.api, found)

    def add(self, name: str, refers_to: str) -> Name:
        position = uno().createUnoStruct("com.sun.star.table.CellAddress")
        self.api.addNewByName(name, to_calc(refers_to.removeprefix("=")), position, 0)
        return Name(self._book, self.api, name)
