"""The Visual Basic of the cell functions: their wrappers, and their texts for Excel's function wizard.

Both modules are made from the declarations and stand in `macros/`; `python -m xlcrm.entrypoints.functions`
writes them anew. The source is ASCII: Chinese stands in it as code points, for a module's text has the code
page of whoever made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.entrypoints.functions.base import CellFunction

PYTHON_MODULE: Final = "xlcrm.entrypoints.udfs"
CATEGORY: Final = "xlcrm"
"""The functions' group in Excel's function wizard."""
WRAPPERS: Final = "xlwings_udfs"
"""xlwings' own name, so that its Import Functions replaces our module instead of adding a second one."""
HELP: Final = "XlcrmHelp"
LONGEST_DOC: Final = 255
"""What Excel takes as the description of a function or an argument."""
_CODES_A_LINE: Final = 200
"""Letters decoded in one line, four digits each: a line of VBA holds 1,023."""


def udf_module(*, addin: bool = False) -> str:
    """The wrappers, in structure those that xlwings would generate.

    The add-in's are the same with ActiveWorkbook in the place of ThisWorkbook; whoever builds the add-in
    may replace the one word by the other in the committed text.
    """
    book = "ActiveWorkbook" if addin else "ThisWorkbook"
    lines = [
        f'Attribute VB_Name = "{WRAPPERS}"',
        "'Generated from the declarations of xlcrm: changes will be lost",
        '#Const App = "Microsoft Excel" \'Adjust when using outside of Excel',
    ]
    for function in sorted(FUNCTIONS, key=lambda item: item.name):
        lines += _wrapper(function, book)
    return "\n".join(lines) + "\n"


def _wrapper(function: CellFunction, book: str) -> list[str]:
    name = function.name
    declared = ", ".join(
        f"Optional {item.name}" if item.optional else item.name for item in function.arguments
    )
    given = ", ".join(item.name for item in function.arguments)
    call = f'{name} = XLPy.CallUDF("{PYTHON_MODULE}", "{name}", Array({given})'
    return [
        f"Function {name}({declared})",
        '    #If App = "Microsoft Excel" Then',
        "        If TypeOf Application.Caller Is Range Then On Error GoTo failed",
        f"        {call}, {book}, Application.Caller)",
        "        Exit Function",
        "    #Else",
        f"        {call})",
        "        Exit Function",
        "    #End If",
        "failed:",
        f"    {name} = Err.Description",
        "End Function",
        "",
    ]


def help_module() -> str:
    """What registers the functions' texts when the workbook opens.

    xlwings registers them too, but only when it imports functions, which needs 信任对 VBA 工程对象模型的访问.
    Excel refuses texts for functions of hidden workbooks, so that an add-in's stay without: no error.
    """
    ordered = sorted(FUNCTIONS, key=lambda item: item.name)
    lines = [
        f'Attribute VB_Name = "{HELP}"',
        "'Generated from the declarations of xlcrm: changes will be lost",
        "Option Explicit",
        "",
        "Public Sub Auto_Open()",
        "    Dim unchanged As Boolean",
        "    On Error Resume Next",
        "    unchanged = ThisWorkbook.Saved",
        *(f"    Help_{item.name}" for item in ordered),
        "    If unchanged Then ThisWorkbook.Saved = True",
        "End Sub",
        "",
        "Private Function Decoded(ByVal codes As String) As String",
        "    Dim place As Long, text As String",
        "    For place = 1 To Len(codes) Step 4",
        '        text = text & ChrW(CLng("&H" & Mid(codes, place, 4)))',
        "    Next place",
        "    Decoded = text",
        "End Function",
    ]
    for item in ordered:
        lines += ["", *_help(item)]
    return "\n".join(lines) + "\n"


def _help(function: CellFunction) -> Iterator[str]:
    yield f"Private Sub Help_{function.name}()"
    yield "    Dim about As String"
    yield f"    Dim arguments(0 To {len(function.arguments) - 1}) As String"
    yield from _decoded("about", function.doc)
    for place, item in enumerate(function.arguments):
        yield from _decoded(f"arguments({place})", item.doc)
    macro = f'"\'" & ThisWorkbook.Name & "\'!{function.name}"'
    yield f"    Application.MacroOptions Macro:={macro}, _"
    yield f'        Description:=about, Category:="{CATEGORY}", ArgumentDescriptions:=arguments'
    yield "End Sub"


def _decoded(variable: str, text: str) -> Iterator[str]:
    """Lines that give a variable its text.

    Raises:
        ValueError: the text is longer than Excel takes, or needs letters outside the basic plane.
    """
    if len(text) > LONGEST_DOC or any(ord(letter) > 0xFFFF for letter in text):
        raise ValueError(f"no text for Excel's function wizard: {text}")
    for start in range(0, len(text), _CODES_A_LINE):
        codes = "".join(f"{ord(letter):04X}" for letter in text[start : start + _CODES_A_LINE])
        before = f"{variable} & " if start else ""
        yield f'    {variable} = {before}Decoded("{codes}")'
