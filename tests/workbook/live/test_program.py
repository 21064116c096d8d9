"""What only the program's own interface tells; each program answers in its own words or not at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from xlcrm.workbook.live.program import (
    counts_from_1904,
    is_protected,
    is_read_only,
    local_path,
    said,
    saves_itself,
)

if TYPE_CHECKING:
    from pathlib import Path


def answering(value: Any) -> Any:
    return SimpleNamespace(get=lambda: value)


@pytest.mark.parametrize(
    ("api", "wanted"),
    [
        ({"Date1904": True}, True),
        ({"Date1904": False}, False),
        ({"date_1904": answering(value=True)}, True),
        ({"NullDate": SimpleNamespace(Year=1904)}, True),
        ({"NullDate": SimpleNamespace(Year=1899)}, False),
        ({}, None),
    ],
)
def test_the_date_system(api: dict[str, Any], wanted: bool | None) -> None:  # noqa: FBT001 - a case
    book: Any = SimpleNamespace(api=SimpleNamespace(**api))
    assert counts_from_1904(book) is wanted


@pytest.mark.parametrize(
    ("api", "wanted"),
    [
        ({"ReadOnly": True}, True),
        ({"ReadOnly": False}, False),
        ({"read_only": answering(value=True)}, True),
        ({"isReadonly": lambda: True}, True),
        ({"isReadonly": lambda: False}, False),
        ({}, False),
    ],
)
def test_read_only_workbooks(api: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001 - a case
    book: Any = SimpleNamespace(api=SimpleNamespace(**api))
    assert is_read_only(book) is wanted


@pytest.mark.parametrize(
    ("api", "wanted"), [({"AutoSaveOn": True}, True), ({"AutoSaveOn": False}, False), ({}, False)]
)
def test_workbooks_that_save_themselves(api: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001 - a case
    book: Any = SimpleNamespace(api=SimpleNamespace(**api))
    assert saves_itself(book) is wanted


@pytest.mark.parametrize(
    ("api", "wanted"),
    [
        ({"ProtectContents": True, "ProtectionMode": False}, True),
        ({"ProtectContents": True, "ProtectionMode": True}, False),  # only against the user
        ({"ProtectContents": False, "ProtectionMode": False}, False),
        ({"protect_contents": answering(value=True)}, True),
        ({"isProtected": lambda: True}, True),
        ({}, False),
    ],
)
def test_protection(api: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001 - a case
    sheet: Any = SimpleNamespace(api=SimpleNamespace(**api))
    assert is_protected(sheet) is wanted


def test_only_a_local_file_has_a_path(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(b"x")

    class Cloud:
        @property
        def fullname(self) -> str:
            raise ValueError("no local path for a SharePoint file")

    def found(name: Any) -> Path | None:
        book: Any = SimpleNamespace(fullname=name)
        return local_path(book)

    assert found(str(path)) == path
    for name in (
        "",
        "工作簿1",
        str(tmp_path / "没有.xlsx"),
        "https://d.docs.live.net/x/客户.xlsx",
        str(tmp_path),
        None,
    ):
        assert found(name) is None
    cloud: Any = Cloud()
    assert local_path(cloud) is None


def test_what_a_program_says_is_one_short_line() -> None:
    com: Any = ValueError("outer")
    com.excepinfo = (0, "Microsoft Excel", "类 Range 的 Value\r\n属性无效。", None, 0, -1)
    apple: Any = ValueError("outer")
    apple.errormessage = "Parameter error."
    office: Any = ValueError()
    office.Message = "列号 太大"
    assert said(com) == "类 Range 的 Value 属性无效"
    assert said(apple) == "Parameter error"
    assert said(office) == "列号 太大"
    assert said(ValueError("长" * 500)) == "长" * 120
    assert said(ValueError()) == "ValueError"
