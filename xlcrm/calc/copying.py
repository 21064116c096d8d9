"""Copy and paste special: all, values, formats or validation, as Excel parts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.calc.ranges import Range

_ATTRIBUTES: Final = (
    "CellStyle",
    "NumberFormat",
    "CellBackColor",
    "CellProtection",
    "HoriJustify",
    "HoriJustifyMethod",
    "VertJustify",
    "VertJustifyMethod",
    "Orientation",
    "RotateAngle",
    "RotateReference",
    "IsTextWrapped",
    "ShrinkToFit",
    "ParaIndent",
    "TopBorder2",
    "BottomBorder2",
    "LeftBorder2",
    "RightBorder2",
    "DiagonalTLBR2",
    "DiagonalBLTR2",
    "CharColor",
    "CharContoured",
    "CharCrossedOut",
    "CharEmphasis",
    "CharFontName",
    "CharFontNameAsian",
    "CharHeight",
    "CharHeightAsian",
    "CharPosture",
    "CharPostureAsian",
    "CharShadowed",
    "CharStrikeout",
    "CharUnderline",
    "CharUnderlineColor",
    "CharUnderlineHasColor",
    "CharWeight",
    "CharWeightAsian",
)
"""What Excel calls the format of a cell, in the order in which it must be set.

Conditional formats come extra."""


def copy_to(source: Range, target: Range) -> None:
    """Copy everything to the place that begins at the target's first cell, repeated to fill the target."""
    _same_book(source, target)
    height, width = _filled(source, target)
    move = (
        source.sheet.api.copyRange if source.sheet.index == target.sheet.index else target.sheet.api.copyRange
    )
    move(target(1, 1).api.getCellByPosition(0, 0).CellAddress, source.api.RangeAddress)
    rows, columns = source.shape
    while rows < height:  # double what is there: few calls for many rows
        part = target.sheet.range((target.row, target.column, min(rows, height - rows), columns))
        move(target(rows + 1, 1).api.getCellByPosition(0, 0).CellAddress, part.api.RangeAddress)
        rows += part.shape[0]
    while columns < width:
        part = target.sheet.range((target.row, target.column, rows, min(columns, width - columns)))
        move(target(1, columns + 1).api.getCellByPosition(0, 0).CellAddress, part.api.RangeAddress)
        columns += part.shape[1]


def paste_formats(source: Range, target: Range) -> None:
    """Give the target the source's formats and conditional formats; contents and validation stay."""
    _same_book(source, target)
    conditions = _conditions(source, target)
    for cell, cells in _pairs(source, target):
        names = tuple(_ATTRIBUTES)
        states = [state.value for state in cell.getPropertyStates(names)]
        values = dict(zip(names, cell.getPropertyValues(names), strict=True))
        own = [name for name, state in zip(names, states, strict=True) if state == "DIRECT_VALUE"]
        cells.CellStyle = values["CellStyle"]
        others = [state.value for state in cells.getPropertyStates(names)]
        for name, state in zip(names, others, strict=True):
            if name == "CellStyle":
                continue
            if name in own:
                cells.setPropertyValue(name, values[name])
            elif state != "DEFAULT_VALUE":
                cells.setPropertyToDefault(name)
        _extend_conditions(conditions, cell, cells, target.sheet.book.api)


def paste_validation(source: Range, target: Range) -> None:
    """Give the target the source's validation and nothing else."""
    for cell, cells in _pairs(source, target):
        cells.Validation = cell.Validation


def paste_values(source: Range, target: Range) -> None:
    """Give the target what the source's cells show, without formulas."""
    data = [list(row) for row in source.api.getDataArray()]
    height, width = _filled(source, target)
    rows, columns = source.shape
    target.sheet.range((target.row, target.column, height, width)).api.setDataArray(
        tuple(
            tuple(
                "" if (value := data[row % rows][column % columns]) is None else value
                for column in range(width)
            )
            for row in range(height)
        )
    )


PASTES: Final[dict[str | None, Callable[[Range, Range], None]]] = {
    None: copy_to,
    "all": copy_to,
    "formats": paste_formats,
    "validation": paste_validation,
    "values": paste_values,
}


def _same_book(source: Range, target: Range) -> None:
    if source.sheet.book.fullname != target.sheet.book.fullname:
        raise ValueError("LibreOffice 不能把单元格直接复制到另一个工作簿，请先保存再打开目标工作簿处理")


def _filled(source: Range, target: Range) -> tuple[int, int]:
    """The shape that a paste fills: the target's where the source repeats evenly in it, else the source's."""
    rows, columns = source.shape
    height, width = target.shape
    return (height if height % rows == 0 else rows, width if width % columns == 0 else columns)


def _pairs(source: Range, target: Range) -> list[tuple[Any, Any]]:
    """Each source cell with the target cells that take after it; one row is spread down in one go."""
    height, width = _filled(source, target)
    rows, columns = source.shape
    own, api = source.api, target.sheet.range((target.row, target.column, height, width)).api
    pairs = []
    for column in range(width):
        if rows == 1:
            pairs.append(
                (
                    own.getCellByPosition(column % columns, 0),
                    api.getCellRangeByPosition(column, 0, column, height - 1),
                )
            )
        else:
            pairs += [
                (
                    own.getCellByPosition(column % columns, row % rows),
                    api.getCellRangeByPosition(column, row, column, row),
                )
                for row in range(height)
            ]
    return pairs


def _conditions(source: Range, target: Range) -> list[tuple[Any, tuple[Any, ...]]]:
    """The conditional formats of the target's sheet and where they reach; none if the source is elsewhere."""
    if source.sheet.index != target.sheet.index:
        return []
    found = target.sheet.api.ConditionalFormats.ConditionalFormats
    return [(condition, condition.Range.RangeAddresses) for condition in found]


def _extend_conditions(
    conditions: list[tuple[Any, tuple[Any, ...]]], cell: Any, cells: Any, document: Any
) -> None:
    """Let the conditional formats of a source cell reach over other cells; others there stay."""
    at = cell.CellAddress
    for place, (condition, areas) in enumerate(conditions):
        if any(
            area.StartRow <= at.Row <= area.EndRow and area.StartColumn <= at.Column <= area.EndColumn
            for area in areas
        ):
            grown = document.createInstance("com.sun.star.sheet.SheetCellRanges")
            grown.addRangeAddresses(areas, True)  # noqa: FBT003  # UNO takes no names
            grown.addRangeAddress(cells.RangeAddress, True)  # noqa: FBT003  # same
            condition.Range = grown
            conditions[place] = condition, grown.RangeAddresses
