"""One running LibreOffice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xlwings import base_classes

from xlcrm.calc.book import Book, Books
from xlcrm.calc.bridge import guarded, properties, uno
from xlcrm.calc.charts import embedded
from xlcrm.calc.heights import measure

if TYPE_CHECKING:
    from xlcrm.calc.engine import Engine
    from xlcrm.calc.looks import Looks
    from xlcrm.calc.ranges import Range

_BUTTONS: Final = {
    "ok": 1,
    "ok_cancel": 2,
    "yes_no": 3,
    "yes_no_cancel": 4,
}  # com.sun.star.awt.MessageBoxButtons
_ANSWERS: Final = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}  # com.sun.star.awt.MessageBoxResults


@guarded
class App(base_classes.App):
    """One LibreOffice program and what we have asked of it.

    Attributes:
        last_alert: the text of the latest message box, kept because a program without a window shows none.
    """

    def __init__(self, engine: Engine, context: Any, *, pid: int, headless: bool) -> None:
        self._engine = engine
        self._context = context
        self._pid = pid
        self._headless = headless
        self._locked: list[Any] = []
        self._changed: list[Looks] = []
        self._charts: dict[str, list[Any]] = {}
        self._updating = True
        self._status: str | bool = False
        self._indicator: Any = None
        self._flags = {"display_alerts": True, "enable_events": True, "interactive": True}
        self._desktop = self._service("com.sun.star.frame.Desktop")
        self.clipboard: Range | None = None
        self.last_alert = ""

    def _service(self, name: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def api(self) -> Any:
        """The UNO desktop."""
        return self._desktop

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def hwnd(self) -> None:
        return None

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def version(self) -> str:
        provider = self._service("com.sun.star.configuration.ConfigurationProvider")
        product = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess",
            properties(nodepath="/org.openoffice.Setup/Product"),
        )
        return str(product.getByName("ooSetupVersion"))

    def _documents(self) -> list[Any]:
        return [book.api for book in self.books]

    @property
    def visible(self) -> bool:
        """Whether a person can see a workbook; nobody sees a headless program."""
        return not self._headless and any(
            document.CurrentController.Frame.ContainerWindow.isVisible() for document in self._documents()
        )

    @visible.setter
    def visible(self, visible: bool) -> None:
        for document in self._documents():
            document.CurrentController.Frame.ContainerWindow.setVisible(bool(visible))

    @property
    def screen_updating(self) -> bool:
        return self._updating

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        """Lock the views of all open workbooks once, and unlock those that are still there."""
        if bool(value) == self._updating:
            return
        self._updating = bool(value)
        self._charts.clear()
        if value:
            changed, self._changed = self._changed, []
            measure(changed)
            locked, self._locked = self._locked, []
            open_now = self._documents()
            for document in locked:
                if document in open_now and document.hasControllersLocked():
                    document.unlockControllers()
        else:
            self._locked = self._documents()
            for document in self._locked:
                document.lockControllers()

    def measure(self, cells: Looks) -> None:
        """Have the rows of changed cells measured: now, or all at once when the screen is updated again."""
        if self._updating:
            measure([cells])
        else:
            self._changed.append(cells)

    def charts_of(self, document: Any) -> list[Any]:
        """The documents of a workbook's charts; looked for but once while the screen is not updated."""
        if self._updating:
            return embedded(document)
        key = str(document.RuntimeUID)
        if key not in self._charts:
            self._charts[key] = embedded(document)
        return self._charts[key]

    def mend(self) -> None:
        """Undo what a process that was killed has left: views that are locked, rows that are not measured."""
        for document in self._documents():
            while document.hasControllersLocked():
                document.unlockControllers()
            document.IsAdjustHeightEnabled = True

    @property
    def display_alerts(self) -> bool:
        return self._flags["display_alerts"]

    @display_alerts.setter
    def display_alerts(self, value: bool) -> None:
        self._flags["display_alerts"] = bool(value)

    @property
    def enable_events(self) -> bool:
        return self._flags["enable_events"]

    @enable_events.setter
    def enable_events(self, value: bool) -> None:
        self._flags["enable_events"] = bool(value)

    @property
    def interactive(self) -> bool:
        return self._flags["interactive"]

    @interactive.setter
    def interactive(self, value: bool) -> None:
        self._flags["interactive"] = bool(value)

    @property
    def cut_copy_mode(self) -> str | None:
        return "copy" if self.clipboard else None

    @cut_copy_mode.setter
    def cut_copy_mode(self, value: bool) -> None:
        if not value:
            self.clipboard = None

    @property
    def calculation(self) -> str:
        automatic = all(document.isAutomaticCalculationEnabled() for document in self._documents())
        return "automatic" if automatic else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        for document in self._documents():
            document.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        for document in self._documents():
            document.calculate()

    @property
    def status_bar(self) -> str | bool:
        """The text that we put there, or False."""
        return self._status

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        if self._indicator is not None:
            self._indicator.end()
            self._indicator = None
        self._status = value or False
        book = self.books.front()
        if value and book is not None:
            self._indicator = book.api.CurrentController.Frame.createStatusIndicator()
            self._indicator.start(str(value), 0)

    @property
    def selection(self) -> Range | None:
        book = self.books.front()
        if book is None:
            return None
        chosen = book.api.CurrentSelection
        address = getattr(chosen, "RangeAddress", None)
        return None if address is None else book.of(address)

    def activate(self, steal_focus: bool = False) -> None:  # noqa: FBT001, FBT002  # xlwings calls it so
        del steal_focus
        self._engine.apps.prefer(self)
        book = self.books.front()
        if book is not None:
            book.activate()

    def alert(
        self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: Any = None
    ) -> str:
        """Show a message box and say which button was pressed.

        Without a window nobody could press one: the first button answers at once, and `last_alert`
        keeps the text.
        """
        del callback
        buttons = buttons or "ok"
        self.last_alert = str(prompt)
        first = buttons.split("_", maxsplit=1)[0]
        book = self.books.front()
        if book is None or not self.visible:
            return first
        return self._asked(book, str(prompt), title or "", buttons, mode) or first

    def _asked(self, book: Book, prompt: str, title: str, buttons: str, mode: str | None) -> str:
        window = book.api.CurrentController.Frame.ContainerWindow
        kind = {"critical": "ERRORBOX", "info": "INFOBOX"}.get(mode or "", "MESSAGEBOX")
        if buttons != "ok":
            kind = "QUERYBOX"  # LibreOffice's information box has no other button
        box = window.getToolkit().createMessageBox(
            window, uno().Enum("com.sun.star.awt.MessageBoxType", kind), _BUTTONS[buttons], title, prompt
        )
        answer = _ANSWERS.get(int(box.execute()), "")
        return "ok" if buttons == "ok" else answer

    def quit(self) -> None:
        """End the program without saving."""
        for document in self._documents():
            document.close(True)  # noqa: FBT003  # UNO takes no names
        self._desktop.terminate()

    def kill(self) -> None:
        self.quit()
