"""Which workbooks the words of a command name."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from xlcrm.actions import copy_files
from xlcrm.entrypoints.named import names_one, workbooks
from xlcrm.errors import UsageError


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as offices have it, which is the current one."""
    for name in (
        "乙.xlsx",
        "甲.XLSX",
        "丙.xlsm",
        "客户[1].xlsx",
        "~$乙.xlsx",
        ".~xlcrm-1.xlsx",
        "说明.txt",
        ".xlcrm/backup/旧.xlsx",
        "分部/丁.xlsx",
        "分部/.xlcrm/backup/旧.xlsx",
        "空/说明.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*words: str) -> list[str]:
    return [path.as_posix() for path in workbooks([Path(word) for word in words])]


@pytest.mark.usefixtures("office")
def test_folder_gives_its_workbooks_by_name_and_no_others() -> None:
    assert names(".") == ["丙.xlsm", "乙.xlsx", "客户[1].xlsx", "甲.XLSX"]


@pytest.mark.usefixtures("office")
def test_patterns_are_expanded_where_no_shell_did() -> None:
    assert names("*.xlsx") == ["乙.xlsx", "客户[1].xlsx"]
    assert names("**/*.xlsx") == ["乙.xlsx", "分部/丁.xlsx", "客户[1].xlsx"]
    assert names("[乙丙].xls?") == ["丙.xlsm", "乙.xlsx"]


def test_pattern_may_be_absolute(office: Path) -> None:
    assert workbooks([office / "分部" / "*.xlsx"]) == [office / "分部" / "丁.xlsx"]


@pytest.mark.usefixtures("office")
def test_words_keep_their_order_and_what_a_shell_expanded_is_sifted_too() -> None:
    assert names("甲.XLSX", "~$乙.xlsx", "乙.xlsx", ".xlcrm/backup/旧.xlsx", "无.xlsx") == [
        "甲.XLSX",
        "乙.xlsx",
        "无.xlsx",
    ]


def test_one_file_named_in_many_ways_is_named_once(office: Path) -> None:
    (office / "链接.xlsx").symlink_to(office / "乙.xlsx")
    assert names("./乙.xlsx", "链接.xlsx", str(office / "乙.xlsx"), "分部/../乙.xlsx", "*乙.xlsx") == [
        "乙.xlsx"
    ]
    assert names("无.xlsx", str(office / "无.xlsx")) == ["无.xlsx"]


def test_two_names_of_one_content_are_two_workbooks(office: Path) -> None:
    """Saving puts another file in the place of one name only."""
    os.link(office / "乙.xlsx", office / "副本.xlsx")
    assert names("乙.xlsx", "副本.xlsx") == ["乙.xlsx", "副本.xlsx"]


def test_management_copies_are_named_only_alone(office: Path) -> None:
    copy = copy_files.named(Path("乙.xlsx"), dt.date(2026, 11, 22), None).name
    assert copy == "乙-管理层副本-2026-11-22.xlsx"
    (office / copy).touch()
    (office / "分部" / copy).touch()
    assert names(".") == ["丙.xlsm", "乙.xlsx", "客户[1].xlsx", "甲.XLSX"]
    assert names("**/乙*.xlsx") == ["乙.xlsx"]
    assert names("乙.xlsx", copy) == ["乙.xlsx"]
    assert names(copy) == [copy]


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("空", "“空”是文件夹，里面没有工作簿"),
        ("*.ods", "没有与“*.ods”相符的工作簿"),
        ("~$乙.xlsx", "不是工作簿"),
    ],
)
def test_words_that_name_nothing_are_told(word: str, says: str) -> None:
    with pytest.raises(UsageError) as told:
        names(word)
    assert says in told.value.message


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("words", "one"),
    [
        (["乙.xlsx"], True),
        (["客户[1].xlsx"], True),
        (["无.xlsx"], True),
        (["*.xlsx"], False),
        (["分部"], False),
        (["乙.xlsx", "甲.XLSX"], False),
        (["乙.xlsx", "乙.xlsx"], False),
    ],
)
def test_one_path_of_one_workbook_is_told_from_the_rest(words: list[str], one: bool) -> None:  # noqa: FBT001 - parametrised
    assert names_one([Path(word) for word in words]) is one
