"""发送邮件 in this process: what is sent, said and noted; the post is a stand-in."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from tests.actions.mailing.carriers import Carrier
from tests.e2e.reading import rows, type_in
from tests.mail_office import NOW, set_parameters
from xlcrm.actions.base import MailParams, Outcome, silent
from xlcrm.actions.loading import load
from xlcrm.actions.mailing import verb
from xlcrm.actions.mailing.desk import Desk
from xlcrm.actions.mailing.noting import lines_of, memory_of, missing, zone_of
from xlcrm.actions.mailing.rechecking import Recheck
from xlcrm.actions.mailing.sent import Memory
from xlcrm.actions.mailing.verb import closed_until, mail, outbox_file
from xlcrm.errors import MailError, ParameterError, ProgramBusy, UsageError, WorkbookInUse
from xlcrm.mail.delivery import Delivery, Reach, Status
from xlcrm.tables.mailing import DIGEST, NOTICES
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.locks import held

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.actions.loading import Loaded
    from xlcrm.workbook.port import Changes, Door, Grid, ListPlace, Saved

LI, WANG = "li@example.com", "wang@example.com"
LATER = Delivery(Status.DEFERRED, "服务器说稍后再试", reach=Reach.ROUND)


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    made = Carrier()
    monkeypatch.setattr(verb, "Post", made)
    monkeypatch.setenv("XLCRM_SMTP_PASSWORD", "secret")
    return made


@dataclasses.dataclass
class Opened:
    """A workbook as a program has it open: no `FileDoor`, and what is written is not saved."""

    door: FileDoor
    written: list[Changes] = dataclasses.field(default_factory=list)

    @property
    def title(self) -> str:
        return self.door.title

    @property
    def file(self) -> Path | None:
        return self.door.file

    @property
    def sheets(self) -> Sequence[str]:
        return self.door.sheets

    def grid(self, sheet: str) -> Grid:
        return self.door.grid(sheet)

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        return self.door.lists(sheet)

    def apply(self, changes: Changes) -> Saved:
        self.written.append(changes)
        return self.door.apply(changes, backup=False)


def send(path: Path, *, write: bool = False, **params: Any) -> Outcome:
    asked = MailParams(**{"now": NOW, "apply": True, "letters": (DIGEST,), **params})
    with FileDoor(path, write=write) as door:
        return mail(door, asked, silent)


def read(path: Path) -> Loaded:
    with FileDoor(path, write=False) as door:
        return load(door, NOW, silent)


def log(path: Path) -> list[tuple[str, str]]:
    return [(row["邮箱"], row["结果"]) for row in rows(path, "发送记录").values()]


def test_without_apply_it_is_only_shown(workbook: Path, carrier: Carrier) -> None:
    before = workbook.read_bytes()
    shown = send(workbook, apply=False)
    assert shown.message == "将发送 2 封邮件（个人清单 2 封），还没有发送"
    assert [(item["name"], item["result"]) for item in shown.data["letters"]] == [
        ("李明", None),
        ("王芳", None),
    ]
    assert send(workbook, dry_run=True).message == shown.message
    assert (carrier.taken, workbook.read_bytes()) == ([], before)
    assert not outbox_file(workbook).exists()


def test_what_stands_in_the_way_is_shown_before_anything_is_sent(workbook: Path, carrier: Carrier) -> None:
    set_parameters(workbook, {"邮箱账号": None, "只在工作时间发送": "是"})
    shown = send(workbook, apply=False, now=dt.datetime(2026, 11, 22, 8))
    assert any("邮箱账号" in remark for remark in shown.remarks)
    assert any("下次工作时间从 2026-11-23 09:00 开始" in remark for remark in shown.remarks)
    set_parameters(workbook, {"只在工作时间发送": "否"})
    with pytest.raises(ParameterError):
        send(workbook)
    assert carrier.taken == []


def test_without_a_password_nothing_is_sent(
    workbook: Path, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XLCRM_SMTP_PASSWORD")
    monkeypatch.setattr("xlcrm.mail.keychain.kept", lambda *_: None)
    with pytest.raises(MailError):
        send(workbook)
    assert (carrier.taken, log(workbook)) == ([], [])


def test_nobody_is_kept_from_saving_while_letters_are_sent(
    workbook: Path, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows replaces no file that somebody reads."""
    held_open: list[bool] = []
    doors: list[FileDoor] = []
    real = FileDoor.__enter__

    def entered(self: FileDoor) -> FileDoor:
        doors.append(self)
        return real(self)

    def look(_: object) -> None:
        held_open.append(any(door._reader._open is not None for door in doors))

    monkeypatch.setattr(FileDoor, "__enter__", entered)
    carrier.before = look
    send(workbook)
    assert held_open == [False, False]


def test_a_door_that_writes_is_used_itself(workbook: Path, carrier: Carrier) -> None:
    outcome = send(workbook, write=True)
    assert outcome.saved is not None
    assert log(workbook) == [(LI, "已发送"), (WANG, "已发送")]
    assert len(carrier.taken) == 2


def test_while_another_xlcrm_holds_the_workbook_the_outbox_remembers(
    workbook: Path, carrier: Carrier
) -> None:
    with held(workbook):
        outcome = send(workbook)
    assert "没能写入发送记录" in outcome.remarks[-1]
    assert outcome.ok
    assert log(workbook) == []
    assert send(workbook).message.startswith("该发的 2 封邮件今天已经发过")
    assert log(workbook) == [(LI, "已发送"), (WANG, "已发送")]
    assert len(carrier.taken) == 2


@pytest.mark.usefixtures("carrier")
def test_a_program_that_does_not_answer_hides_no_letters(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody types into a cell while the letters go."""

    def busy(*_: object) -> None:
        raise ProgramBusy("Excel 正忙")

    monkeypatch.setattr(Opened, "apply", busy)
    with FileDoor(workbook, write=True) as door:
        outcome = mail(Opened(door), MailParams(now=NOW, apply=True, letters=(DIGEST,)), silent)
    assert outcome.message.startswith("已发送 2 封邮件")
    assert "没能写入发送记录（Excel 正忙）" in outcome.remarks[-1]


@pytest.mark.usefixtures("carrier")
def test_what_cannot_be_forgotten_is_noted_all_the_same(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MailError("磁盘已满")

    monkeypatch.setattr("xlcrm.mail.outbox.Outbox.forget", full)
    outcome = send(workbook)
    assert outcome.ok
    assert outcome.remarks[-1] == "发送记录已写好，邮件日志没能整理，不影响使用（磁盘已满）"
    assert log(workbook) == [(LI, "已发送"), (WANG, "已发送")]


def test_letters_that_are_held_back_are_no_success(workbook: Path, carrier: Carrier) -> None:
    whole = workbook.read_bytes()

    class Spoilt(FileDoor):
        def release(self) -> None:
            super().release()
            workbook.write_bytes(whole[:1000])

    with Spoilt(workbook, write=False) as door:
        outcome = mail(door, MailParams(now=NOW, apply=True, letters=(DIGEST,)), silent)
    assert (outcome.ok, outcome.later, outcome.calm) == (False, True, False)
    assert outcome.message == "2 封邮件都没有发出"
    assert carrier.taken == []


@pytest.mark.usefixtures("carrier")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_day_of_letters_is_that_of_the_offices_zone(workbook: Path, zone: str) -> None:
    """At least one of the two has another day than this machine."""
    set_parameters(workbook, {"时区": zone})
    shown = send(workbook, apply=False, now=None)
    day = dt.datetime.now(ZoneInfo(zone)).date()
    assert {item["key"].split("|")[1] for item in shown.data["letters"]} == {str(day)}


def test_an_open_workbook_is_remembered_until_its_file_has_it(workbook: Path, carrier: Carrier) -> None:
    """What is noted there may never be saved."""
    asked = MailParams(now=NOW, apply=True, letters=(DIGEST,))
    with FileDoor(workbook, write=True) as door:
        opened = Opened(door)
        mail(opened, asked, silent)
        kept = outbox_file(workbook).read_bytes()
        assert kept.count(b"\n") == 4
        assert mail(opened, asked, silent).message.startswith("该发的 2 封")
        assert len(opened.written) == 1, "what it holds is not noted twice"
    assert outbox_file(workbook).read_bytes() == kept
    send(workbook)
    assert outbox_file(workbook).read_bytes() == b""
    assert log(workbook) == [(LI, "已发送"), (WANG, "已发送")]
    assert len(carrier.taken) == 2


def test_a_workbook_without_a_file_sends_nothing(workbook: Path, carrier: Carrier) -> None:
    class Unsaved(Opened):
        @property
        def file(self) -> Path | None:
            return None

    with FileDoor(workbook, write=False) as door:
        for asked in ({"apply": True}, {"draft": True}):
            with pytest.raises(UsageError):
                mail(Unsaved(door), MailParams(now=NOW, letters=(DIGEST,), **asked), silent)
        assert mail(Unsaved(door), MailParams(now=NOW, letters=(DIGEST,)), silent).data["letters"]
    assert carrier.taken == []


def test_what_cannot_be_sent_is_grouped_by_its_reason(workbook: Path, carrier: Carrier) -> None:
    carrier.outcomes |= {LI: LATER, WANG: LATER}
    outcome = send(workbook)
    assert (outcome.ok, outcome.later) == (False, True)
    assert outcome.message == "2 封邮件都没有发出"
    assert outcome.remarks == ["没有发出：李明（个人清单）、王芳（个人清单）；服务器说稍后再试"]
    assert log(workbook) == [(LI, "待重发"), (WANG, "待重发")]
    carrier.outcomes = {LI: Delivery(Status.DEFERRED, "密码不对", reach=Reach.RUN)}
    again = send(workbook, now=NOW + dt.timedelta(minutes=5))
    assert (again.ok, again.later) == (False, False)
    carrier.outcomes = {}
    assert send(workbook, now=NOW + dt.timedelta(minutes=9)).ok
    assert log(workbook) == [(LI, "已发送"), (WANG, "已发送")]


def test_a_letter_in_doubt_stays_in_the_outbox(workbook: Path, carrier: Carrier) -> None:
    carrier.outcomes[LI] = Delivery(Status.DEFERRED, "", doubt=True, reach=Reach.LETTER)
    send(workbook, letters=(NOTICES,))
    (doubtful,) = [row for row in rows(workbook, "发送记录").values() if row["邮箱"] == LI]
    assert doubtful["结果"] == "待重发"
    assert "不知道对方有没有收到" in doubtful["说明"]
    assert outbox_file(workbook).read_bytes().count(b"\n") == 1
    carrier.outcomes.clear()
    send(workbook, letters=(NOTICES,), now=NOW + dt.timedelta(minutes=5))
    (known,) = [row for row in rows(workbook, "发送记录").values() if row["编号"] == doubtful["编号"]]
    assert (known["结果"], known["邮件编号"]) == ("已发送", doubtful["邮件编号"])
    assert outbox_file(workbook).read_bytes() == b""


def test_a_doubt_is_forgotten_after_a_week(workbook: Path, carrier: Carrier) -> None:
    carrier.outcomes[LI] = Delivery(Status.DEFERRED, "", doubt=True, reach=Reach.LETTER)
    send(workbook)
    assert outbox_file(workbook).read_bytes() != b""
    carrier.outcomes.clear()
    send(workbook, now=NOW + dt.timedelta(days=8))
    assert outbox_file(workbook).read_bytes() == b""


def test_one_run_at_a_time(workbook: Path, carrier: Carrier) -> None:
    caught: list[str] = []

    def second(_: str) -> None:
        with pytest.raises(WorkbookInUse) as refused:
            send(workbook)
        caught.append(refused.value.message)

    carrier.before = second
    send(workbook)
    assert caught == ["另一个 xlcrm 正在发送“客户.xlsx”的邮件，请等它结束后再试。"] * 2


def test_a_workbook_that_becomes_unreadable_holds_letters_back(workbook: Path, carrier: Carrier) -> None:
    whole = workbook.read_bytes()
    carrier.before = lambda to: workbook.write_bytes(whole[:1000]) if to == LI else None
    outcome = send(workbook)
    assert (
        carrier.taken == [(LI, "【客户管理】2026-11-20 李明：逾期1项、已超时1个")] or len(carrier.taken) == 1
    )
    assert outcome.later
    assert "1 封邮件没有发送，下次运行时再发" in " ".join(outcome.remarks)
    assert "没能写入发送记录" in outcome.remarks[-1]
    workbook.write_bytes(whole)
    carrier.before = lambda _: None
    assert send(workbook).ok
    assert [to for to, _ in carrier.taken] == [LI, WANG]
    assert log(workbook) == [(LI, "已发送"), (WANG, "已发送")]


def test_an_open_workbook_is_read_again_when_that_was_long_ago(workbook: Path) -> None:
    params = MailParams(now=NOW, letters=(DIGEST,))
    readings: list[Desk] = []
    seconds = [0.0]

    def again(door: Door) -> Desk:
        desk = Desk(door, load(door, NOW, silent), params, Memory(), silent)
        readings.append(desk)
        return desk

    with FileDoor(workbook, write=False) as door:
        opened = Opened(door)
        first = again(opened)
        recheck = Recheck(first, again, opened, lambda: seconds[0])
        letters = [first.letter(wish) for wish in first.plan.wishes]
        assert recheck(letters[0]) is letters[0]
        seconds[0] = 31.0
        anew = recheck(letters[0])
        assert anew == letters[0]
        assert len(readings) == 2
        recheck(letters[1])
        assert len(readings) == 2


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-20T08:59", "2026-11-20 09:00"),
        ("2026-11-20T09:00", ""),
        ("2026-11-20T12:00", "2026-11-20 13:30"),
        ("2026-11-20T17:59", ""),
        ("2026-11-20T18:00", "2026-11-23 09:00"),
        ("2026-10-01T10:00", "2026-10-08 09:00"),
    ],
)
def test_office_hours_are_those_of_the_calendar(workbook: Path, now: str, opens: str) -> None:
    loaded = read(workbook)
    assert closed_until(loaded) == ""
    facts = loaded.facts
    parameters = facts.parameters.model_copy(update={"mail_in_hours": "是"})
    at = dataclasses.replace(facts, now=dt.datetime.fromisoformat(now), parameters=parameters)
    sentence = closed_until(dataclasses.replace(loaded, facts=at))
    assert (opens in sentence) if opens else sentence == ""


@pytest.mark.usefixtures("carrier")
def test_rows_are_missing_until_the_sheet_has_them(workbook: Path) -> None:
    with held(workbook):
        send(workbook, letters=(NOTICES,))
    with FileDoor(workbook, write=False) as door:
        events = verb._left(door)
    before = read(workbook)
    lines = memory_of(events, before).lines
    assert missing(before, lines) == list(lines)
    assert {line.result for line in lines} == {"已发送", "已提醒"}
    zone = zone_of(before)
    assert [lines_of(event, zone)[0].at for event in events] == [NOW] * len(events)
    send(workbook, letters=(NOTICES,))
    assert missing(read(workbook), lines) == []


@pytest.mark.usefixtures("carrier")
def test_what_is_typed_into_the_log_by_hand_does_no_harm(workbook: Path) -> None:
    type_in(workbook, "发送记录", 4, 时间="昨天", 说明="请勿删除")
    send(workbook)
    assert log(workbook)[1:] == [(LI, "已发送"), (WANG, "已发送")]


def test_letters_are_made_anew_where_the_file_has_changed(workbook: Path, carrier: Carrier) -> None:
    """王芳 hands her only case to 李明 while his letter is on its way; then nobody owes her a letter."""

    def hand_over(to: str) -> None:
        if to == LI:
            type_in(workbook, "客户投诉登记表", 5, 责任人="赵敏")

    carrier.before = hand_over
    outcome = send(workbook)
    assert [to for to, _ in carrier.taken] == [LI]
    assert outcome.remarks == ["1 封邮件在发送前情况有变（已处理），没有发送"]
    carrier.before = lambda _: None
    send(workbook)
    assert [to for to, _ in carrier.taken] == [LI, "zhao@example.com"]


def test_what_open_clocks_have_told_is_asked_for_when_the_log_is_full(
    workbook: Path, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(workbook, letters=(NOTICES,))
    told = [row["编号"] for row in rows(workbook, "发送记录").values() if row["结果"] == "已提醒"]
    monkeypatch.setattr("xlcrm.actions.mailing.sent.SENT_ROWS", 2)
    send(workbook)
    left = rows(workbook, "发送记录").values()
    assert [row["编号"] for row in left if row["结果"] == "已提醒"] == told
    assert len(left) == len(told) + 2
    assert len(carrier.taken) == len(told) + 2


def test_a_doubt_is_noted_once_however_many_runs_follow(workbook: Path, carrier: Carrier) -> None:
    carrier.outcomes[LI] = Delivery(Status.DEFERRED, "", doubt=True, reach=Reach.LETTER)
    send(workbook, letters=(NOTICES,))
    carrier.outcomes.clear()
    send(workbook)
    before = workbook.read_bytes()
    assert outbox_file(workbook).read_bytes() != b""
    send(workbook)
    assert workbook.read_bytes() == before
