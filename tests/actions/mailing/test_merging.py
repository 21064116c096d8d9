"""One digest of what several cells of 负责人 give."""

from __future__ import annotations

import datetime as dt

from xlcrm.actions.mailing.figures import LISTED
from xlcrm.actions.mailing.merging import merged
from xlcrm.mail.contents import ClockLine, DigestContent, Group, Origin, TaskLine

ORIGIN = Origin("客户.xlsx", dt.datetime(2026, 11, 20), (), "客户管理")


def content(person: str, *groups: Group, clocks: int = 0) -> DigestContent:
    lines = tuple(
        ClockLine("已超时", "", "", "", "", f"{person}{number}", "", "") for number in range(clocks)
    )
    return DigestContent(ORIGIN, person, groups, lines, {"已超时": clocks} if clocks else {})


def group(state: str, *tasks: str, count: int = 0) -> Group:
    return Group(state, count or len(tasks), tuple(TaskLine(task, "", "", "") for task in tasks))


def test_one_cell_stays_as_it_is_under_the_name_of_the_directory() -> None:
    found = merged([content("李 明", group("逾期", "回访"))], "李明")
    assert found == content("李明", group("逾期", "回访"))


def test_several_cells_are_put_together_in_the_order_of_urgency() -> None:
    found = merged(
        [
            content("李明", group("今日到期", "甲"), clocks=2),
            content("李明、王芳", group("逾期", "乙"), group("今日到期", "丙"), clocks=1),
        ],
        "李明",
    )
    assert [(item.state, item.count, [line.task for line in item.lines]) for item in found.groups] == [
        ("逾期", 1, ["乙"]),
        ("今日到期", 2, ["甲", "丙"]),
    ]
    assert [line.case_id for line in found.clocks] == ["李明0", "李明1", "李明、王芳0"]
    assert (found.person, dict(found.clock_counts)) == ("李明", {"已超时": 3})


def test_what_is_not_listed_is_counted() -> None:
    many = [str(number) for number in range(LISTED)]
    found = merged(
        [content("甲", group("逾期", *many, count=50)), content("乙", group("逾期", "x"), clocks=LISTED + 1)],
        "甲",
    )
    (own,) = found.groups
    assert (own.count, len(own.lines), own.left_out) == (51, LISTED, 51 - LISTED)
    assert len(found.clocks) == LISTED
