"""What commands print of an outcome."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest.mock import patch

import pytest
import typer

from xlcrm.actions import Outcome
from xlcrm.entrypoints.boxes import NOT_SAVED, SAVES_ITSELF
from xlcrm.entrypoints.terminal import end_of, month_named, say
from xlcrm.workbook.port import Saved


@pytest.mark.parametrize(("by_itself", "told"), [(False, NOT_SAVED), (True, SAVES_ITSELF)])
def test_an_open_workbook_is_to_be_saved_unless_it_saves_itself(
    by_itself: bool,  # noqa: FBT001 - pytest passes parameters by name
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    saved = Saved(2, Path("备份.xlsx"), by_itself=by_itself)
    say(Outcome("已处理 2 行", saved=saved), Path("客户.xlsx"), dry_run=False, live=True)
    assert capsys.readouterr().out == f"已处理 2 行\n{told}写入前的文件备份在 备份.xlsx\n"


@pytest.mark.parametrize(
    "text", ["2026-10", " 2026年10月 ", "2026/10", "2026.10", "２０２６－10", "2026-10-31"]
)
def test_months_are_read_as_people_write_them(text: str) -> None:
    assert month_named(text) == dt.date(2026, 10, 1)


def test_no_month_is_none() -> None:
    assert month_named("") is None
    assert month_named(" ") is None


@pytest.mark.parametrize("text", ["10月", "2026", "2026.1", "2026-13", "2026-00", "0026-10", "十月"])
def test_other_texts_are_no_month(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        month_named(text)
    assert capsys.readouterr().err == f"不能完成：看不懂月份“{text}”；写法如 2026-10。\n"


class Clock(dt.datetime):
    """It is ten to five."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Clock:
        return cls(2026, 11, 20, 16, 50, tzinfo=tz)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-10-31", dt.datetime(2026, 10, 31, 23, 59, 59)),
        ("2026年11月19日", dt.datetime(2026, 11, 19, 23, 59, 59)),
        ("2026-11-20", dt.datetime(2026, 11, 20, 16, 50)),
    ],
)
def test_as_of_a_day_is_its_end_and_today_this_moment(day: str, end: dt.datetime) -> None:
    with patch("xlcrm.entrypoints.terminal.dt.datetime", Clock):
        assert end_of(day, None) == end


def test_without_a_day_now_is_as_given() -> None:
    assert end_of("", None) is None
    assert end_of(" ", dt.datetime(2026, 1, 1)) == dt.datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("day", "now", "told"),
    [
        ("2026-11-21", None, "2026-11-21 还没有到，不能按这一天统计；请用今天或更早的日期"),
        ("昨天", None, "看不懂日期“昨天”；写法如 2026-10-31"),
        ("2026-10-31", dt.datetime(2026, 1, 1), "--as-of 和 --now 只能用一个"),
    ],
)
def test_days_that_cannot_be_used(
    day: str, now: dt.datetime | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with patch("xlcrm.entrypoints.terminal.dt.datetime", Clock), pytest.raises(typer.Exit):
        end_of(day, now)
    assert capsys.readouterr().err == f"不能完成：{told}。\n"
