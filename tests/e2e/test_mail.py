"""Whole runs of `xlcrm mail` on a small workbook, against a real mail server with TLS and login."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.e2e.reading import row_of, rows, type_in
from tests.e2e.running import Ran, call
from tests.mail_office import CASES, NOW, office, set_parameters
from tests.mail_server import DROP, PASSWORD, MailServer, Stage
from xlcrm.actions.mailing import desk
from xlcrm.actions.mailing.verb import outbox_file
from xlcrm.analysis.sheets import analyse
from xlcrm.mail import delivering
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mail_server import Taken

LATER = "2026-11-20T11:00"
KEEN = ("--letters", "超时提醒")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in server.environ(tmp_path).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(delivering, "WAITS", (0.0, 0.0, 0.0))
        yield server


@pytest.fixture(autouse=True)
def one_sheet_in_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Management's copy has one analysis sheet, which is quicker; its own tests look at all of them."""
    monkeypatch.setattr(desk, "analyse", lambda scope: analyse(scope, ["dashboard"]))


@pytest.fixture
def path(server: MailServer, tmp_path: Path) -> Path:
    folder = tmp_path / "办公室"
    folder.mkdir()
    return office(folder / "客户.xlsx", server.port)


def mail(path: Path, *more: str, now: str = f"{NOW:%Y-%m-%dT%H:%M}") -> Ran:
    return call("mail", path, "--now", now, *more)


def data(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def sent(server: MailServer) -> list[tuple[str, str]]:
    """To whom and about what, of every letter that the server took."""
    return [(letter.to[0], str(letter.message["Subject"])) for letter in server.taken]


def text_of(letter: Taken) -> str:
    body = letter.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def log(path: Path) -> list[tuple[str, str, str, str | None]]:
    """Kind, address, result and level of each row of 发送记录."""
    return [
        (row["类型"], row["邮箱"], row["结果"], row["提醒级别"]) for row in rows(path, "发送记录").values()
    ]


def test_each_person_gets_their_own_letter_once(server: MailServer, path: Path) -> None:
    before = path.read_bytes()
    shown = data(mail(path, "--dry-run", "--json"))
    assert (path.read_bytes(), server.connections) == (before, 0)
    first = mail(path)
    assert first.code == 0, first.err
    assert "已发送 3 封邮件（管理层邮件 1 封，个人清单 2 封）" in first.out
    assert sent(server) == [(item["email"], item["subject"]) for item in shown["letters"]]
    management, own, other = server.taken
    assert [letter.to for letter in server.taken] == [
        ("zhang@example.com",),
        ("li@example.com",),
        ("wang@example.com",),
    ]
    (copy,) = management.message.iter_attachments()
    assert copy.get_filename() == "客户-管理层副本-2026-11-20.xlsx"
    titles = openpyxl.load_workbook(io.BytesIO(copy.get_content())).sheetnames
    assert "到期清单" in titles
    assert "参数表" not in titles
    assert "20261101-001" in text_of(own)
    assert "20261101-002" not in text_of(own)
    assert "20261101-002" in text_of(other)
    assert "20261101-001" not in text_of(other)
    whole = "".join(part for letter in server.taken for part in (text_of(letter), str(letter.message)))
    assert "13812345678" not in whole
    assert PASSWORD not in first.out + first.err + whole
    assert log(path) == [
        ("管理层邮件", "zhang@example.com", "已发送", None),
        ("个人清单", "li@example.com", "已发送", None),
        ("个人清单", "wang@example.com", "已发送", None),
    ]
    (line,) = rows(path, "操作日志").values()
    assert (line["操作"], line["说明"]) == ("发送邮件", "管理层邮件 1 封，个人清单 2 封")
    assert outbox_file(path).read_bytes() == b""
    assert backups(path) == []
    second = mail(path, now=LATER)
    assert "该发的 3 封邮件今天已经发过" in second.out
    assert len(server.taken) == 3
    assert len(rows(path, "操作日志")) == 1
    again = mail(path, "--again", "--to", "王芳", "--letters", "个人清单", now=LATER)
    assert "已发送 1 封邮件" in again.out
    assert server.taken[3].message_id != other.message_id


def test_change_on_the_last_letter_to_management(server: MailServer, path: Path) -> None:
    assert mail(path, "--letters", "管理层邮件", now="2026-11-19T16:00").code == 0
    assert mail(path, "--letters", "管理层邮件").code == 0
    first, second = (text_of(letter) for letter in server.taken)
    assert "这是第一封" in first
    assert "这是第一封" not in second
    assert "▲ 多" in second


def test_a_level_is_told_once(server: MailServer, path: Path) -> None:
    ran = mail(path, *KEEN)
    assert ran.code == 0, ran.err
    told = [
        ("超时提醒", "li@example.com", "已提醒", "负责人 100%"),
        ("超时提醒", "zhao@example.com", "已提醒", "上级 100%"),
        ("超时提醒", "zhang@example.com", "已提醒", "管理层 150%"),
        ("超时提醒", "wang@example.com", "已提醒", "负责人 75%"),
    ]
    assert [row for row in log(path) if row[2] == "已提醒"] == told
    assert "没有需要发送的邮件" in mail(path, *KEEN, now="2026-11-20T14:59").out
    assert len(server.taken) == 4
    # Its 24 hours are over: its owner hears of the next level, and the manager of the first.
    assert mail(path, *KEEN, now="2026-11-20T15:01").code == 0
    assert [letter.to[0] for letter in server.taken[4:]] == ["wang@example.com", "zhao@example.com"]
    assert [row[3] for row in log(path) if row[2] == "已提醒"][4:] == ["负责人 100%", "上级 100%"]


def test_after_downtime_the_highest_level_is_told_once(server: MailServer, path: Path) -> None:
    assert mail(path, *KEEN, now="2026-11-19T04:00").code == 0  # the first case at 79 %
    assert [row[3] for row in log(path) if row[2] == "已提醒"] == ["负责人 75%"]
    assert mail(path, *KEEN, now="2026-11-25T09:00").code == 0
    assert mail(path, *KEEN, now="2026-11-25T09:30").code == 0
    levels = [row[1:] for row in log(path) if row[2] == "已提醒"]
    assert sorted(levels[1:]) == sorted(
        [
            ("li@example.com", "已提醒", "负责人 100%"),
            ("wang@example.com", "已提醒", "负责人 100%"),
            *[("zhao@example.com", "已提醒", "上级 100%")] * 2,
            *[("zhang@example.com", "已提醒", "管理层 150%")] * 2,
        ]
    )
    assert len(server.taken) == 1 + 4


def test_a_case_that_is_solved_between_planning_and_sending_is_not_told(
    server: MailServer, path: Path
) -> None:
    """王芳's only case is solved while the letters before hers are on their way, and one is new."""

    def solve(stage: Stage) -> None:
        if stage is Stage.MAIL and not server.taken:
            row = row_of(path, "客户投诉登记表", "投诉编号", CASES[1]["complaint_id"])
            type_in(path, "客户投诉登记表", row, 解决时间=dt.datetime(2026, 11, 20, 10), 处理状态="已解决")

    server.watch = solve
    ran = mail(path, *KEEN)
    assert ran.code == 0, ran.err
    assert [letter.to[0] for letter in server.taken] == [
        "li@example.com",
        "zhao@example.com",
        "zhang@example.com",
    ]
    assert "1 封邮件在发送前情况有变" in ran.out
    assert not any(row[1] == "wang@example.com" for row in log(path))
    assert rows(path, "客户投诉登记表")[5]["处理状态"] == "已解决", "what was typed meanwhile is kept"


def test_an_open_workbook_is_noted_the_next_time(server: MailServer, path: Path) -> None:
    owner = ".~lock.客户.xlsx#"
    before = path.read_bytes()
    path.with_name(owner).write_text("")
    ran = mail(path, "--letters", "个人清单")
    assert ran.code == 0, ran.err
    assert "已发送 2 封邮件" in ran.out
    assert "没能写入发送记录" in ran.out
    assert path.read_bytes() == before
    assert outbox_file(path).read_bytes().count(b"\n") == 4
    assert "今天已经发过" in mail(path, "--letters", "个人清单").out
    assert "今天已经发过" in mail(path, "--letters", "个人清单", "--dry-run").out
    path.with_name(owner).unlink()
    assert "今天已经发过" in mail(path, "--letters", "个人清单", now=LATER).out
    assert len(server.taken) == 2
    assert [row[:3] for row in log(path)] == [
        ("个人清单", "li@example.com", "已发送"),
        ("个人清单", "wang@example.com", "已发送"),
    ]
    assert outbox_file(path).read_bytes() == b""
    assert mail(path, "--letters", "个人清单", now=LATER).code == 0
    assert len(log(path)) == 2


def test_what_is_refused_is_said_and_noted_once(server: MailServer, path: Path) -> None:
    server.refused["li@example.com"] = "550 5.1.1 no such user"
    first = mail(path, "--letters", "个人清单")
    assert first.code == 0
    assert "已发送 1 封邮件（个人清单 1 封），1 封没有发出" in first.out
    assert "李明（个人清单）" in first.out
    nothing = mail(path, "--letters", "个人清单", now=LATER)
    assert nothing.code == 2
    assert "1 封邮件都没有发出" in nothing.out
    assert [row[1:3] for row in log(path)] == [("wang@example.com", "已发送"), ("li@example.com", "被拒收")]
    server.refused.clear()
    assert mail(path, "--letters", "个人清单", now="2026-11-20T12:00").code == 0
    assert [row[1:3] for row in log(path)] == [("wang@example.com", "已发送"), ("li@example.com", "已发送")]


def test_a_wrong_password_is_told_and_nothing_is_lost(
    server: MailServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLCRM_SMTP_PASSWORD", "wrong horse")
    ran = mail(path, "--letters", "个人清单")
    assert ran.code == 2
    assert "2 封邮件都没有发出" in ran.out
    assert "wrong horse" not in ran.out + ran.err + outbox_file(path).read_text("utf-8")
    assert len(server.logins) == 1
    monkeypatch.setenv("XLCRM_SMTP_PASSWORD", PASSWORD)
    assert mail(path, "--letters", "个人清单").code == 0
    assert len(server.taken) == 2


def test_the_server_goes_away_in_the_middle(server: MailServer, path: Path) -> None:
    server.script[Stage.DATA] += [DROP]
    server.script[Stage.DOT] += [DROP]
    server.greylisted = 1
    ran = mail(path)
    assert ran.code == 0, ran.err
    assert "可能已经送达，也可能没有，下次会再发" in ran.out
    assert {row[2] for row in log(path)} == {"已发送", "待重发"}
    assert len(server.taken) < 3
    assert mail(path).code == 0
    assert len({letter.message_id for letter in server.taken}) == len(server.taken) == 3


def test_a_letter_that_is_too_large_says_so_and_the_others_go(server: MailServer, path: Path) -> None:
    set_parameters(path, {"邮件大小上限": 0.05})
    ran = mail(path)
    assert ran.code == 0
    assert "邮件大小上限" in ran.out
    assert [letter.to[0] for letter in server.taken] == ["li@example.com", "wang@example.com"]


def test_an_older_workbook_is_told_what_it_lacks(server: MailServer, path: Path) -> None:
    """Sheets can be added by hand: a title and headings are enough."""
    book = openpyxl.load_workbook(path)
    headings = {title: [cell.value for cell in book[title][3]] for title in ("通讯录", "发送记录")}
    for title in headings:
        del book[title]
    book.save(path)
    ran = mail(path)
    assert ran.code == 2
    assert "没有“通讯录”这张表" in ran.err
    assert "姓名、邮箱、角色、上级、启用、说明" in ran.err
    assert "没有“通讯录”这张表" in mail(path, "--dry-run").out
    for title, names in headings.items():
        ran = mail(path)
        assert (ran.code, f"没有“{title}”这张表" in ran.err) == (2, True)
        sheet = book.create_sheet(title)
        sheet.append([name for name in names if name])
        if title == "通讯录":
            sheet.append(["李明", "li@example.com"])
        book.save(path)
    ran = mail(path, "--letters", "个人清单")
    assert ran.code == 0, ran.err
    noted = [cell.value for cell in openpyxl.load_workbook(path)["发送记录"][2]]
    assert noted[1:5] == ["个人清单", "李明", "li@example.com", "已发送"]
    assert "今天已经发过" in mail(path, "--letters", "个人清单").out
    assert len(server.taken) == 1
