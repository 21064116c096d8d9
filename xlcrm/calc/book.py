"""Workbooks that LibreOffice has open."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlwings import base_classes

from xlcrm.calc.bridge import guarded, properties, uno
from xlcrm.calc.dates import Formats
from xlcrm.calc.names import Names
from xlcrm.calc.sheets import Sheet, Sheets
from xlcrm.errors import ProgramMissing, SaveFailed, WorkbookDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.calc.app import App
    from xlcrm.calc.ranges import Range

_FILTERS: Final = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}
_NO_MACROS: Final = 0  # com.sun.star.document.MacroExecMode


@guarded
class Book(base_classes.Book):
    """One open workbook."""

    def __init__(self, app: App, document: Any) -> None:
        self._app = app
        self._document = document
        self._formats: Formats | None = None

    @property
    def api(self) -> Any:
        return self._document

    @property
    def document(self) -> Any:
        return self._document

    @property
    def app(self) -> App:
        return self._app

    @property
    def formats(self) -> Formats:
        if self._formats is None:
            self._formats = Formats(self._document)
        return self._formats

    @property
    def name(self) -> str:
        url = self._document.URL
        return Path(_path(url)).name if url else str(self._document.Title)

    @property
    def fullname(self) -> str:
        url = self._document.URL
        return _path(url) if url else str(self._document.Title)

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self, self._document.NamedRanges)

    def of(self, area: Any) -> Range:
        """The range at a UNO address, on whichever sheet."""
        return Sheet(self, self._document.Sheets.getByIndex(area.Sheet)).of(area)

    def activate(self) -> None:
        window = self._document.CurrentController.Frame.ContainerWindow
        self._document.CurrentController.Frame.activate()
        window.toFront()

    def close(self) -> None:
        """Close without saving."""
        self._document.close(True)  # noqa: FBT003  # UNO takes no names

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save, or save under another name; the ending decides the format.

        Raises:
            SaveFailed: an ending that we do not know, or LibreOffice cannot write there.
        """
        if path is None and self._document.hasLocation():
            with self._saving(self.fullname):
                self._document.store()
            return
        target = Path(path or f"{self.name}.xlsx").absolute()
        kind = _FILTERS.get(target.suffix.lower())
        if kind is None:
            raise SaveFailed(f"不能保存成“{target.suffix}”格式，请用 .xlsx、.xlsm、.xls 或 .ods")
        options: dict[str, Any] = {"FilterName": kind, "Overwrite": True}
        if password is not None and "2007 XML" in kind:
            options["EncryptionData"] = _office_key(password)
        elif password is not None:
            options["Password"] = password
        with self._saving(str(target)):
            self._document.storeAsURL(uno().systemPathToFileUrl(str(target)), properties(**options))

    @contextlib.contextmanager
    def _saving(self, path: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if type(error).__name__.endswith(("IOException", "ErrorCodeIOException")):
                raise SaveFailed(f"LibreOffice 不能写入“{path}”，请检查路径和权限") from error
            raise


def _path(url: str) -> str:
    return str(uno().fileUrlToSystemPath(url)) if url.startswith("file:") else url


def _office_key(password: str) -> Any:
    """The password in the form that the filters for Excel's own files heed."""
    parts = []
    for name, value in (("CryptoType", "Standard"), ("OOXPassword", password)):
        part = uno().createUnoStruct("com.sun.star.beans.NamedValue")
        part.Name, part.Value = name, value
        parts.append(part)
    return uno().Any("[]com.sun.star.beans.NamedValue", tuple(parts))


@guarded
class Books(base_classes.Books):
    """The workbooks that are open, oldest first."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        return self.app.api

    def _documents(self) -> list[Any]:
        walk = self.api.Components.createEnumeration()
        found = []
        while walk.hasMoreElements():
            component = walk.nextElement()
            if _is_workbook(component):
                found.append(component)
        return found

    @property
    def active(self) -> Book:
        """The workbook in front.

        Raises:
            ProgramMissing: none is open.
        """
        found = self.front()
        if found is None:  # None would make xlwings create one
            raise ProgramMissing("LibreOffice 里没有打开的工作簿，请先打开一个")
        return found

    def front(self) -> Book | None:
        """The workbook in front, else the one opened last, if any."""
        current = self.api.getCurrentComponent()
        if current is not None and _is_workbook(current):
            return Book(self.app, current)
        documents = self._documents()
        return Book(self.app, documents[-1]) if documents else None

    def __len__(self) -> int:
        return len(self._documents())

    def __iter__(self) -> Iterator[Book]:
        return iter([Book(self.app, document) for document in self._documents()])

    def __contains__(self, key: str) -> bool:
        return any(book.name.casefold() == key.casefold() for book in self)

    def __call__(self, key: int | str) -> Book:
        books = list(self)
        if isinstance(key, int):
            return books[key - 1]
        for book in books:
            if book.name.casefold() == key.casefold():
                return book
        raise KeyError(key)

    def add(self) -> Book:
        document = self.api.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        return Book(self.app, document)

    def open(
        self,
        fullname: str,
        update_links: Any = None,
        read_only: bool | None = None,  # noqa: FBT001  # xlwings calls it so
        format: Any = None,  # noqa: A002  # same
        password: str | None = None,
        *_: Any,
        **__: Any,
    ) -> Book:
        """Open a workbook without running its macros; xlwings has looked whether it is there, or open.

        Raises:
            WorkbookDamaged: LibreOffice cannot read it.
        """
        del update_links, format
        path = Path(fullname).absolute()
        options: dict[str, Any] = {"MacroExecutionMode": _NO_MACROS, "ReadOnly": bool(read_only)}
        if password is not None:
            options["Password"] = password
        document = self.api.loadComponentFromURL(
            uno().systemPathToFileUrl(str(path)), "_blank", 0, properties(**options)
        )
        if document is None or not _is_workbook(document):
            raise WorkbookDamaged(f"LibreOffice 打不开“{path.name}”，文件可能损坏、加密或不是工作簿")
        return Book(self.app, document)


def _is_workbook(component: Any) -> bool:
    return bool(component.supportsService("com.sun.star.sheet.SpreadsheetDocument"))
