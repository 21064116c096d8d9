"""The Visual Basic of the cell functions: as committed, as xlwings would write it, as Excel takes it."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
import xlsxwriter
import xlwings as xw

from tests.templates.vba.in_libreoffice import macro_workbook
from xlcrm.entrypoints import udfs
from xlcrm.entrypoints.functions import FUNCTIONS
from xlcrm.entrypoints.functions.__main__ import FILES, main
from xlcrm.entrypoints.functions.base import Argument, CellFunction
from xlcrm.entrypoints.functions.vba import (
    CATEGORY,
    HELP,
    LONGEST_DOC,
    PYTHON_MODULE,
    WRAPPERS,
    _help,
    help_module,
    udf_module,
)
from xlcrm.templates.vba import Module, document_modules, vba_project

if TYPE_CHECKING:
    from collections.abc import Iterator

MACROS = Path(__file__).parents[2] / "macros"
RESERVED = frozenset(
    re.findall(
        r"\w+",
        """and as boolean byref byte byval call case cdbl cint clng const csng cstr currency date debug
        declare dim do double each else elseif empty end enum eqv erase error event exit false for friend
        function get global gosub goto if imp implements in input integer is let lib like long loop lset me
        mod name new next not nothing null object on open option optional or paramarray preserve print
        private property public raiseevent redim rem resume return rset select set single static step stop
        string sub then time to true type until variant wend while with withevents xor year month day now""",
    )
)
"""Words of the language, and functions that an argument had better not hide."""


class ComError(Exception):
    """Stands for `pywintypes.com_error`."""


@dataclass
class Book:
    """Stands for the workbook that xlwings imports functions into."""

    Name: str
    imported: str = ""
    options: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def VBProject(self) -> Any:  # noqa: N802 - Excel's own name
        class Components:
            def __call__(_, name: str) -> str:  # noqa: N805 - `self` is the workbook
                assert name == WRAPPERS
                return name

            def Remove(_, name: str) -> None:  # noqa: N802, N805 - Excel's own name
                raise ComError(name)

            def Import(_, path: str) -> None:  # noqa: N802, N805 - Excel's own name
                self.imported = Path(path).read_text(encoding="ascii")

        return SimpleNamespace(VBComponents=Components())

    @property
    def Application(self) -> Any:  # noqa: N802 - Excel's own name
        def note(macro: str, **options: Any) -> None:
            self.options[macro] = options

        return SimpleNamespace(Version="16.0", MacroOptions=note)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of xlwings that imports functions, on Windows alone, with stand-ins for COM."""
    stubs: dict[str, dict[str, Any]] = {
        "pythoncom": {"CoInitialize": None},
        "pywintypes": {"com_error": ComError},
        "win32com": {},
        "win32com.client": {"Dispatch": None},
        "xlwings.com_server": {"loop": None},
    }
    for name, members in stubs.items():
        stub = ModuleType(name)
        vars(stub).update(members)
        monkeypatch.setitem(sys.modules, name, stub)
    module = loaded("xlwings.udfs", Path(xw.__file__).with_name("udfs.py"))
    for name in ("func", "arg", "ret"):
        monkeypatch.setattr(xw, name, getattr(module, f"xl{name}"))
    yield module
    module.com_executor.shutdown()


def loaded(name: str, path: Path) -> ModuleType:
    """A module from its file, without a trace in `sys.modules`."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def imported(windows: ModuleType, book: str) -> Book:
    """What Import Functions of xlwings does with our module."""
    given = Book(book)
    module = loaded(PYTHON_MODULE, Path(udfs.__file__))
    windows.udf_modules[PYTHON_MODULE] = {"module": module, "filename": "", "filetime": None}
    windows.import_udfs(PYTHON_MODULE, given)
    return given


def code(source: str) -> list[str]:
    """The lines of a module but for whole-line comments and blank ones, each with single blanks."""
    lines = [" ".join(line.split()) for line in source.splitlines()]
    return [line for line in lines if line and not line.startswith("'")]


@pytest.mark.parametrize(("book", "addin"), [("客户.xlsm", False), ("xlcrm.xlam", True)])
def test_wrappers_are_those_of_xlwings(windows: ModuleType, book: str, *, addin: bool) -> None:
    assert code(imported(windows, book).imported) == code(udf_module(addin=addin))


def test_one_word_makes_the_wrappers_of_the_add_in() -> None:
    assert udf_module().replace("ThisWorkbook", "ActiveWorkbook") == udf_module(addin=True)
    assert "ThisWorkbook" in udf_module()


class Excel:
    """Stands for xlwings' Excel: values as COM hands them on, error cells as numbers."""

    name, type = "excel", "desktop"
    errors: Final = {-2146826246: "#N/A"}

    @staticmethod
    def clean_value_data(data: Any, _dates: Any, empty: Any, _numbers: Any, err_to_str: Any) -> Any:
        assert err_to_str
        return [[Excel.errors.get(cell, cell) if cell != "" else empty for cell in row] for row in data]

    @staticmethod
    def prepare_xl_data_element(cell: Any, _options: Any) -> Any:
        assert type(cell) in {str, float, int, dt.datetime}, "what COM takes"
        return cell


MISSING = -2147352572
"""What VBA hands on for an argument that the formula leaves out."""


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("XLCRM_DEADLINE", (46346.5, 2.0, "小时", *[MISSING] * 4), [[dt.datetime(2026, 11, 20, 14)]]),
        (
            "XLCRM_DEADLINE",
            (((dt.datetime(2026, 11, 20),), ("",), (-2146826246,)), 2.0, "天", *[MISSING] * 4),
            [[dt.datetime(2026, 11, 22)], [""], ["起点引用的单元格有错误值 #N/A"]],
        ),
        ("XLCRM_STATUS", (46346.0, MISSING, 46348.5, *[MISSING] * 6), [["已超时"]]),
        ("XLCRM_NPS", (((10.0, 3.0, 9.0, 8.0),),), [[25.0]]),
        ("XLCRM_FESTIVAL", ("春节", 2027.0), [[dt.datetime(2027, 2, 6)]]),
    ],
)
def test_calls_go_through_xlwings(
    windows: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, given: tuple[Any, ...], shown: object
) -> None:
    monkeypatch.setitem(xw.engines.engines_by_name, "excel", xw.main.Engine(impl=Excel()))
    stand_in = SimpleNamespace(is_range_instance=lambda _: False, Range=lambda xl: xl)
    monkeypatch.setattr(xw, "_xlwindows", stand_in, raising=False)
    module = loaded(PYTHON_MODULE, Path(udfs.__file__))
    windows.udf_modules[PYTHON_MODULE] = {"module": module, "filename": "", "filetime": None}
    found = windows.call_udf(PYTHON_MODULE, name, given, None, SimpleNamespace())
    assert found == shown


def test_help_texts_are_those_that_xlwings_would_register(windows: ModuleType) -> None:
    registered = imported(windows, "客户.xlsm").options
    assert len(registered) == len(FUNCTIONS)
    source = help_module()
    for function in FUNCTIONS:
        options = registered[f"'客户.xlsm'!{function.name}"]
        assert options["Category"] == CATEGORY
        texts = decoded(source, function.name)
        assert texts.pop("about") == options["Description"] == function.doc
        assert (
            list(texts.values())
            == options["ArgumentDescriptions"]
            == [item.doc for item in function.arguments]
        )


def decoded(source: str, name: str) -> dict[str, str]:
    """Variable -> the text that the help Sub of a function gives it."""
    body = source.split(f"Private Sub Help_{name}()\n")[1].split("End Sub", maxsplit=1)[0]
    assert f"'!{name}\"" in body
    found: dict[str, str] = {}
    for variable, digits in re.findall(r'(\w+(?:\(\d+\))?) = .*Decoded\("([0-9A-F]+)"\)', body):
        letters = [chr(int(digits[place : place + 4], 16)) for place in range(0, len(digits), 4)]
        found[variable] = found.get(variable, "") + "".join(letters)
    assert list(found) == ["about", *(f"arguments({place})" for place in range(len(found) - 1))]
    assert f"Dim arguments(0 To {len(found) - 2}) As String" in body
    return found


@pytest.mark.parametrize("name", FILES)
def test_committed_modules_are_what_the_declarations_give(name: str) -> None:
    """Otherwise run: python -m xlcrm.entrypoints.functions."""
    assert (MACROS / name).read_text(encoding="ascii") == FILES[name]()


def test_the_command_writes_both_modules(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xlcrm.entrypoints.functions", str(tmp_path)]
    subprocess.run(command, check=True, cwd=MACROS.parent)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    main(tmp_path)
    assert (tmp_path / "xlcrm_help.bas").read_bytes() == help_module().replace("\n", "\r\n").encode("ascii")


@pytest.mark.parametrize(("name", "source"), [(WRAPPERS, udf_module()), (HELP, help_module())])
def test_modules_are_what_office_takes(name: str, source: str) -> None:
    """Module refuses letters beyond ASCII, long lines and many continuations."""
    text = Module(name, source).text
    assert text.startswith(f'Attribute VB_Name = "{name}"\r\n')


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda item: item.name)
def test_names_and_texts_fit_excel(function: CellFunction) -> None:
    assert 0 < len(function.doc) <= LONGEST_DOC
    names = [item.name for item in function.arguments]
    assert len(set(names)) == len(names)
    for item in function.arguments:
        assert re.fullmatch(r"[a-z][a-z_]*", item.name)
        assert item.name not in RESERVED
        assert 0 < len(item.doc) <= LONGEST_DOC
    joined = ",".join(names)
    assert len(joined) < 255


def test_a_long_text_is_told_in_several_lines_and_one_too_long_is_refused() -> None:
    def declared(doc: str) -> CellFunction:
        return CellFunction("XLCRM_X", doc, (Argument("a", "甲", "乙"),), lambda _: "", "")

    long = "".join(chr(0x4E00 + place) for place in range(LONGEST_DOC))
    source = "\n".join(_help(declared(long)))
    assert decoded(source + "\n", "XLCRM_X") == {"about": long, "arguments(0)": "乙"}
    assert max(map(len, source.splitlines())) < 1023
    for wrong in (long + "一", "𠀀"):
        with pytest.raises(ValueError, match="function wizard"):
            list(_help(declared(wrong)))


@pytest.mark.slow
def test_libreoffice_compiles_both_modules_and_decodes_the_texts(tmp_path: Path) -> None:
    binary, path = tmp_path / "vbaProject.bin", tmp_path / "functions.xlsm"
    modules = [Module(HELP, help_module()), Module(WRAPPERS, udf_module())]
    binary.write_bytes(vba_project([*document_modules(["Sheet1"]), *modules]))
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().set_vba_name("Sheet1")
        book.set_vba_name("ThisWorkbook")
        book.add_vba_project(str(binary))
    text = "截止时间：龙 A1"
    with macro_workbook(path, tmp_path) as opened:
        digits = "".join(f"{ord(letter):04X}" for letter in text)
        assert opened.run(f"{HELP}.Decoded", digits) == text
        opened.run(f"{HELP}.Auto_Open")
