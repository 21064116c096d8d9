"""通讯录: who may be written to, who must not, and who is asked for."""

from __future__ import annotations

import pytest

from tests.actions.mailing.people import DOMAINS, directory
from tests.checks.build import sheet
from xlcrm.actions.mailing.directory import directory_of, names_in
from xlcrm.errors import ParameterError, UsageError


def barred(email: str | None, **cells: str) -> str:
    found = directory({"name": "王芳", "email": email, **cells}).find("王芳")
    assert found is not None
    return found.barred


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("wang@example.com", ""),
        ("Wang@EXAMPLE.com", ""),
        (None, "通讯录里没有填写邮箱"),
        ("wang", "邮箱“wang”写得不对"),
        ("王芳@example.com", "邮箱“王芳@example.com”写得不对"),
        ("wang.@example.com", "邮箱“wang.@example.com”写得不对"),
        ("a@example.com, b@example.com", "邮箱“a@example.com, b@example.com”写得不对"),
        ("wang@example.com\nBcc: x@example.com", "邮箱“wang@example.com Bcc: x@example.com”写得不对"),
        ("wang@sub.example.com", "域名 sub.example.com 不在参数表的“允许的收件域名”里"),
        ("wang@example.com.evil.net", "域名 example.com.evil.net 不在参数表的“允许的收件域名”里"),
    ],
)
def test_only_addresses_of_the_allowed_domains_are_written_to(email: str | None, why: str) -> None:
    assert barred(email) == why


def test_who_is_switched_off_gets_nothing() -> None:
    assert barred("wang@example.com", enabled="否") == "通讯录里“启用”填的是 否"
    assert barred("wang@example.com", enabled="是") == ""


def test_names_are_found_however_they_are_spaced() -> None:
    own = directory({"name": "王 芳", "email": "wang@example.com", "manager": "张总、赵敏"})
    found = own.find("王芳")
    assert found is not None
    assert found.managers == ("张总", "赵敏")
    assert own.find("王方") is None


def test_a_workbook_without_the_sheet_knows_nobody() -> None:
    assert directory_of(None, DOMAINS).members == {}


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ({"name": "王 芳", "email": "other@example.com"}, "姓名“王 芳”"),
        ({"name": "李明", "email": "WANG@example.com"}, "邮箱“WANG@example.com”"),
    ],
)
def test_what_stands_twice_is_refused(second: dict[str, str], what: str) -> None:
    rows = [{"name": "王芳", "email": "wang@example.com"}, second]
    with pytest.raises(ParameterError) as caught:
        directory(*rows)
    assert f"第 4 行和第 5 行是同一个{what}" in caught.value.message
    for off in (0, 1):
        switched = [{**row, "enabled": "否"} if place == off else row for place, row in enumerate(rows)]
        found = directory(*switched)
        assert [member.off for member in found.members.values()].count(False) == 1
        active = next(member for member in found.members.values() if not member.off)
        assert active.person.email == rows[1 - off]["email"]


def test_people_without_an_address_are_not_the_same() -> None:
    assert len(directory({"name": "甲"}, {"name": "乙"}, {"email": "x@example.com"}).members) == 2


def test_people_are_asked_for_by_name_or_address() -> None:
    own = directory()
    assert [member.person.name for member in own.named(["张总", "li@example.com"])] == ["张总", "李明"]
    assert [member.person.name for member in own.named(["张总、李明", " 张 总 "])] == ["张总", "李明"]
    (stranger,) = own.named(["Boss@Example.com"])
    assert (stranger.person.name, stranger.person.email) == ("", "Boss@Example.com")


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("钱多", "通讯录里没有“钱多”"),
        ("x@evil.net", "域名 evil.net 不在"),
        ("x@", "写得不对"),
    ],
)
def test_who_is_not_known_or_not_allowed_is_refused(wish: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        directory().named([wish])
    assert why in caught.value.message


def test_several_people_may_be_responsible() -> None:
    own = directory({"name": "王芳", "email": "w@example.com"}, {"name": "李明/组", "email": "l@example.com"})
    assert [name for name, member in own.responsible("李明/组") if member] == ["李明/组"]
    assert [(name, member is not None) for name, member in own.responsible("王芳、钱多")] == [
        ("王芳", True),
        ("钱多", False),
    ]
    assert names_in("王芳，李明；\n赵敏") == ["王芳", "李明", "赵敏"]


def test_the_sheet_may_lack_columns() -> None:
    given = sheet("recipients", [{"name": "王芳", "email": "w@example.com"}], lacks=("enabled", "manager"))
    found = directory_of(given, DOMAINS).find("王芳")
    assert found is not None
    assert not found.barred
