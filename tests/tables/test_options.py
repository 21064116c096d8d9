"""The lists behind the drop-downs: sharing and naming."""

from __future__ import annotations

import pytest

from xlcrm.tables import BY_NAME, PACKS, SYSTEM_TABLES, tables_of
from xlcrm.tables.base import Choice, Kind, Role, Row, Table, column
from xlcrm.tables.fields import OneOf, Text, YesNo
from xlcrm.tables.options import OptionList, list_of_column, option_lists, pack_option_lists


class FirstRow(Row):
    """A sheet with a way, a grade and a flag."""

    way: OneOf = column("方式", choice=Choice(("电话", "邮件")))
    grade: OneOf = column("等级", choice=Choice(("甲", "乙")))
    flag: YesNo = column("已读", choice=Choice(("是", "否")))
    state: Text = column("状态", role=Role.AUTO, choice=Choice(("进行中",)))


class SecondRow(Row):
    """A sheet with another way and the same grade."""

    way: OneOf = column("方式", choice=Choice(("电话", "拜访")))
    rank: OneOf = column("级别", choice=Choice(("甲", "乙")))
    opened: OneOf = column("等级方式", choice=Choice(("甲", "乙"), open=True))


FIRST = Table(name="first", title="甲表", row=FirstRow, packs=("crm",))
SECOND = Table(name="second", title="乙表", row=SecondRow, packs=("crm",))


@pytest.fixture
def lists() -> dict[str, OptionList]:
    return {item.name: item for item in option_lists((FIRST, SECOND), "crm")}


def test_columns_with_identical_values_share_one_list(lists: dict[str, OptionList]) -> None:
    assert lists["等级"].users == (("first", "grade"), ("second", "rank"))


def test_one_heading_with_different_values_is_named_after_its_sheet(lists: dict[str, OptionList]) -> None:
    assert lists["甲表_方式"].values == ("电话", "邮件")
    assert lists["乙表_方式"].values == ("电话", "拜访")
    assert "方式" not in lists


def test_an_open_list_is_not_shared_with_a_closed_one(lists: dict[str, OptionList]) -> None:
    assert lists["等级方式"].open
    assert not lists["等级"].open


def test_yes_or_no_has_one_name_of_its_own(lists: dict[str, OptionList]) -> None:
    assert lists["是否"].users == (("first", "flag"),)


def test_auto_columns_have_no_list(lists: dict[str, OptionList]) -> None:
    assert all(("first", "state") not in item.users for item in lists.values())


def test_a_column_hidden_in_a_pack_has_no_list() -> None:
    users = list_of_column(pack_option_lists("crm"))
    assert ("complaints", "satisfaction") not in users
    assert BY_NAME["complaints"].by_key["satisfaction"].packs == ("support",)


@pytest.mark.parametrize("pack", PACKS)
def test_every_choice_of_a_pack_is_behind_exactly_one_list(pack: str) -> None:
    lists = pack_option_lists(pack)
    wanted = [
        (table.name, item.key)
        for table in (*tables_of(pack), *SYSTEM_TABLES)
        for item in table.shown_in(pack)
        if item.choice and item.role is not Role.AUTO
    ]
    assert sorted(user for item in lists for user in item.users) == sorted(wanted)
    for user, item in list_of_column(lists).items():
        choice = BY_NAME[user[0]].by_key[user[1]].choice
        assert choice
        assert (choice.values, choice.open) == (item.values, item.open)


@pytest.mark.parametrize("pack", PACKS)
def test_names_are_unique(pack: str) -> None:
    lists = pack_option_lists(pack)
    assert len({item.name for item in lists}) == len(lists)
    assert len({item.defined_name for item in lists}) == len(lists)


def test_a_defined_name_has_only_letters() -> None:
    item = OptionList("产品/服务(新)", ("甲",), open=True, users=())
    assert item.defined_name == "选项_产品_服务_新_"


def test_yes_no_kind_decides_not_the_heading() -> None:
    yes_no = next(item for item in pack_option_lists("crm") if item.name == "是否")
    headings = {BY_NAME[table].by_key[key].heading for table, key in yes_no.users}
    assert "启用" in headings
    assert all(BY_NAME[table].by_key[key].kind is Kind.YESNO for table, key in yes_no.users)
