"""Who gets which letter, and which are not sent again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.actions.mailing.people import directory, letters, planned, told
from tests.mail_office import NOW, PEOPLE
from xlcrm.actions.base import MailParams
from xlcrm.actions.mailing.planning import Material, few, is_notices_key, notices_key, plan
from xlcrm.actions.mailing.sent import Known
from xlcrm.compute.lists.notices import COLUMNS
from xlcrm.errors import UsageError
from xlcrm.tables.mailing import DIGEST, MANAGEMENT_LETTER, NOTICES

OWNER, MANAGER, MANAGEMENT = "负责人", "上级", "管理层"


def test_management_and_everybody_who_has_something_to_do_get_one_letter_each() -> None:
    found = planned(busy=["李明", "王芳"])
    assert letters(found) == [(MANAGEMENT_LETTER, "张总"), (DIGEST, "李明"), (DIGEST, "王芳")]
    assert [wish.key for wish in found.wishes] == [
        "management|2026-11-20|zhang@example.com",
        "digest|2026-11-20|li@example.com",
        "digest|2026-11-20|wang@example.com",
    ]
    assert (found.done, found.remarks) == (0, ())


def test_what_was_sent_today_is_not_sent_again_unless_asked() -> None:
    known = Known(frozenset({"management|2026-11-20|zhang@example.com", "digest|2026-11-19|li@example.com"}))
    found = planned(busy=["李明"], known=known)
    assert letters(found) == [(DIGEST, "李明")]
    assert found.done == 1
    again = planned(busy=["李明"], known=known, again=True)
    assert [wish.key for wish in again.wishes] == [
        "management|2026-11-20|zhang@example.com|again|2026-11-20T10:30:00",
        "digest|2026-11-20|li@example.com|again|2026-11-20T10:30:00",
    ]


def test_only_the_kinds_that_are_asked_for() -> None:
    assert letters(planned(busy=["李明"], letters=(DIGEST,))) == [(DIGEST, "李明")]
    assert letters(planned(busy=["李明"], letters=())) == []


def test_several_names_in_one_cell_are_several_people_with_one_letter_each() -> None:
    found = planned(busy=["李明", "李明、王芳", "李 明"], letters=(DIGEST,))
    assert [(wish.to.name, wish.owners) for wish in found.wishes] == [
        ("李明", ("李明", "李明、王芳", "李 明")),
        ("王芳", ("李明、王芳",)),
    ]


def test_who_cannot_be_written_to_is_named() -> None:
    people = directory(
        {"name": "李明", "email": "li@evil.net"},
        {"name": "王芳", "email": "wang@example.com", "enabled": "否"},
        {"name": "赵敏"},
    )
    found = planned(busy=["钱多", "李明", "王芳", "赵敏"], people=people)
    assert found.wishes == ()
    assert found.remarks == (
        "通讯录里没有角色是 管理层 的人，管理层邮件没有人可发；请在通讯录填写角色",
        "通讯录里没有 钱多，没有给他们发送；请在通讯录补上姓名和邮箱",
        "没有给 李明 发送：域名 evil.net 不在参数表的“允许的收件域名”里",
        "没有给 王芳 发送：通讯录里“启用”填的是 否",
        "没有给 赵敏 发送：通讯录里没有填写邮箱",
    )


def test_who_is_asked_for_gets_the_letter_whatever_the_role() -> None:
    found = planned(busy=["李明", "王芳", "钱多"], to=("李明",))
    assert letters(found) == [(MANAGEMENT_LETTER, "李明"), (DIGEST, "李明")]
    assert found.remarks == ()
    assert letters(planned(busy=["李明"], to=("boss@example.com",))) == [
        (MANAGEMENT_LETTER, "boss@example.com")
    ]
    with pytest.raises(UsageError):
        planned(to=("钱多",))


def plan_of(**params: Any) -> list[tuple[str, str]]:
    """As the command asks: which kinds are left to the program."""
    material = Material(NOW, directory(), Known(), ["李明"], pd.DataFrame(columns=list(COLUMNS)), {})
    return letters(plan(material, MailParams(**params)))


def test_a_colleague_who_is_only_named_gets_no_letter_to_management() -> None:
    material = Material(NOW, directory(), Known(), ["李明"], pd.DataFrame(columns=list(COLUMNS)), {})
    found = plan(material, MailParams(to=("李明",)))
    assert letters(found) == [(DIGEST, "李明")]
    assert found.remarks == ("李明 的角色不是 管理层，没有发管理层邮件；要发请加 --letters 管理层邮件",)
    assert plan_of(to=("张总",)) == [(MANAGEMENT_LETTER, "张总")]
    assert plan_of(to=("boss@example.com",)) == [(MANAGEMENT_LETTER, "boss@example.com")]
    assert plan_of(to=("李明",), letters=(MANAGEMENT_LETTER,)) == [(MANAGEMENT_LETTER, "李明")]


def test_a_letter_of_another_month_is_another_letter() -> None:
    today = Known(frozenset({"management|2026-11-20|zhang@example.com"}))
    october = planned(known=today, month=dt.date(2026, 10, 1), letters=(MANAGEMENT_LETTER,))
    assert [wish.key for wish in october.wishes] == ["management|2026-11-20|zhang@example.com|2026-10"]
    asked = Known(frozenset({"management|2026-11-20|zhang@example.com|2026-10"}))
    assert letters(planned(known=asked, letters=(MANAGEMENT_LETTER,))) == [(MANAGEMENT_LETTER, "张总")]


def test_a_letter_that_is_caught_up_does_not_use_up_todays() -> None:
    late = planned(busy=["李明"], day=dt.date(2026, 11, 19), letters=(MANAGEMENT_LETTER, DIGEST))
    assert [wish.key.split("|")[1] for wish in late.wishes] == ["2026-11-19", "2026-11-19"]
    known = Known(frozenset(wish.key for wish in late.wishes))
    assert len(planned(busy=["李明"], known=known, letters=(MANAGEMENT_LETTER, DIGEST)).wishes) == 2


def test_a_notice_whose_row_was_deleted_is_told_again() -> None:
    rows = (told(OWNER, "100%"),)
    (first,) = planned(*rows, letters=(NOTICES,)).wishes
    known = Known(sent=frozenset({first.key}))
    assert [wish.key for wish in planned(*rows, known=known, letters=(NOTICES,)).wishes] == [first.key]
    assert is_notices_key(first.key)


def test_each_level_goes_to_its_audience() -> None:
    found = planned(told(OWNER, "100%"), told(MANAGER, "100%"), told(MANAGEMENT, "150%"), letters=(NOTICES,))
    assert letters(found) == [(NOTICES, "李明"), (NOTICES, "赵敏"), (NOTICES, "张总")]
    (own,) = found.wishes[0].notices
    assert (own.key, own.case_id, own.clock, own.level, own.text) == (
        "complaints|C1|解决|2026-11-18T09:00|负责人 100%",
        "C1",
        "解决",
        "负责人 100%",
        "超时 2小时",
    )
    assert found.wishes[0].key == notices_key([own.key], "li@example.com")


def test_without_a_manager_management_is_told_and_once() -> None:
    rows = (told(MANAGER, "100%", owner="赵敏"), told(MANAGEMENT, "150%", owner="赵敏"))
    found = planned(*rows, letters=(NOTICES,))
    assert letters(found) == [(NOTICES, "张总")]
    assert [notice.level for notice in found.wishes[0].notices] == ["上级 100%", "管理层 150%"]
    assert found.wishes[0].rows == (0, 1)


def test_a_manager_who_is_not_known_is_named_and_management_is_told() -> None:
    people = directory(PEOPLE[0], {"name": "李明", "email": "li@example.com", "manager": "钱多"})
    found = planned(told(MANAGER, "100%"), people=people, letters=(NOTICES,))
    assert letters(found) == [(NOTICES, "张总")]
    assert found.remarks == ("通讯录里没有 钱多，没有给他们发送；请在通讯录补上姓名和邮箱",)


def test_nobody_to_tell_is_said() -> None:
    people = directory({"name": "甲", "email": "a@example.com"})
    found = planned(told(OWNER, "75%", owner=None), told(MANAGER, "100%"), people=people, letters=(NOTICES,))
    assert found.wishes == ()
    assert found.remarks[0].startswith("2 条超时提醒没有人可以通知")


def test_a_level_is_told_once_to_each_person() -> None:
    rows = (told(OWNER, "100%"), told(MANAGEMENT, "150%"))
    first = planned(*rows, letters=(NOTICES,))
    known = Known(
        told=frozenset((notice.key, wish.to.email) for wish in first.wishes for notice in wish.notices)
    )
    assert planned(*rows, known=known, letters=(NOTICES,)).wishes == ()
    handed_over = planned(told(OWNER, "100%", owner="王芳"), known=known, letters=(NOTICES,))
    assert letters(handed_over) == [(NOTICES, "王芳")]
    again = planned(*rows, known=known, letters=(NOTICES,), again=True)
    assert letters(again) == letters(first)


def test_a_lower_level_counts_as_told_once_a_higher_one_was() -> None:
    higher = "complaints|C1|解决|2026-11-18T09:00|负责人 100%"
    row = told(OWNER, "75%", higher=("100%",))
    assert row["known"][1] == higher
    assert (
        planned(row, known=Known(told=frozenset({(higher, "li@example.com")})), letters=(NOTICES,)).wishes
        == ()
    )
    other = Known(told=frozenset({(higher, "other@example.com")}))
    assert letters(planned(row, known=other, letters=(NOTICES,))) == [(NOTICES, "李明")]


def test_addresses_are_the_same_in_any_letters() -> None:
    people = directory({"name": "李明", "email": "Li@Example.com"})
    key = told(OWNER, "100%")["key"]
    known = Known(told=frozenset({(key, "li@example.com")}))
    assert planned(told(OWNER, "100%"), people=people, known=known, letters=(NOTICES,)).wishes == ()


def test_a_letter_that_may_have_arrived_is_repeated_as_it_was() -> None:
    old, new = told(OWNER, "100%", case="C1"), told(OWNER, "100%", case="C2")
    first = planned(old, letters=(NOTICES,)).wishes[0]
    doubtful = {"li@example.com": (old["key"],)}
    found = planned(old, new, doubtful=doubtful, letters=(NOTICES,))
    assert [[notice.case_id for notice in wish.notices] for wish in found.wishes] == [["C1"], ["C2"]]
    assert found.wishes[0].key == first.key
    gone = planned(new, doubtful=doubtful, letters=(NOTICES,))
    assert [[notice.case_id for notice in wish.notices] for wish in gone.wishes] == [["C2"]]


def test_only_who_is_asked_for_is_told() -> None:
    rows = (told(OWNER, "100%"), told(MANAGER, "100%"), told(MANAGEMENT, "150%"))
    assert letters(planned(*rows, letters=(NOTICES,), to=("赵敏",))) == [(NOTICES, "赵敏")]


def test_a_letter_is_found_again_in_a_later_plan() -> None:
    first = planned(told(OWNER, "75%"), busy=["李明"])
    later = planned(told(OWNER, "75%"), told(OWNER, "75%", case="C2"))
    management, digest, notices = first.wishes
    assert later.find(management, set()) == later.wishes[0]
    assert later.find(digest, set()) is None
    grown = later.find(notices, set())
    assert grown is not None
    assert len(grown.notices) == 2
    assert later.find(notices, {grown.key}) is None


def test_many_names_are_counted() -> None:
    assert few([f"员工{number}" for number in range(12)]).endswith("员工9等 12 人")
