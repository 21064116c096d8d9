"""What letters look like: short, whole in plain text, and nothing in them that is not text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from html.parser import HTMLParser

import pytest

from xlcrm.mail.body import (
    digest_body,
    digest_subject,
    management_body,
    management_subject,
    notices_body,
    notices_subject,
)
from xlcrm.mail.contents import (
    PERCENT,
    ClockLine,
    DigestContent,
    Group,
    Headline,
    ManagementFigures,
    NoticesContent,
    Origin,
    TaskLine,
)
from xlcrm.mail.letter import Picture

ORIGIN = Origin("客户.xlsx", dt.datetime(2026, 11, 22, 8, 30), ("电话", "邮箱"), "客户管理")
LATE = ClockLine(
    "已超时", "超时 3小时20分", "2026-11-20 10:00", "投诉·响应", "重大", "C001", "甲公司", "王芳"
)
SOON = ClockLine(
    "即将超时", "剩余 45分", "2026-11-22 09:15", "投诉·解决", "", "C002", "", "王芳", "投诉表 第3行", "78%"
)
FIGURES = ManagementFigures(
    ORIGIN,
    "2026年11月",
    (
        Headline("逾期", 12.0, "项", 9.0),
        Headline("今日到期", 5.0, "项", 5.0, None),
        Headline("即将到期", 1234.0, "项", 1235.0, None),
        Headline("已超时", 3.0, "个", 4.0),
        Headline("即将超时", 1.0, "个", None, None),
        Headline("11月达成率", 93.3, PERCENT, 95.4, more_is_good=True, note="按时42/判定45"),
    ),
    (Headline("重大", 1.0, "个", 0.0), Headline("未分级", 2.0, "个", 4.0)),
    (Headline("投诉·响应", 3.0, "个", 3.0),),
    (LATE,),
    {"逾期": 12.0},
    dt.datetime(2026, 11, 21, 8, 30),
    Picture("overview", b"", "逾期任务：王芳 5"),
    ("2项任务没有负责人",),
    ("副本_2026-11-22.xlsx",),
    encrypted=True,
)
TASK = TaskLine("合作客户跟进", "甲公司", "2026-11-19", "逾期 3天", "电话", "客户表 第5行", "已约")
DIGEST = DigestContent(
    ORIGIN,
    "王芳",
    (Group("逾期", 31, (TASK,) * 30), Group("今日到期", 1, (TaskLine("例会", "", "", "今天"),))),
    (LATE, SOON),
    {"已超时": 1, "即将超时": 1},
)
NOTICES = NoticesContent(
    ORIGIN, "李主管", (dataclasses.replace(LATE, status="已升级", used="160%"), LATE, SOON)
)
EMPTY = ManagementFigures(
    ORIGIN, "2026年11月", (Headline("逾期", 0.0, "项"), Headline("已超时", 0.0, "个")), (), (), (), {}
)
_VOID = {"meta", "br", "img"}
_STRAY = {"script", "link", "iframe", "object", "embed", "form", "svg", "base", "video"}


class Page(HTMLParser):
    """Tags and texts of a page; it is well formed or the test fails."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs] or [(tag, "", "")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)


BODIES = [
    pytest.param(management_body(FIGURES), id="management"),
    pytest.param(management_body(EMPTY), id="nothing"),
    pytest.param(digest_body(DIGEST), id="digest"),
    pytest.param(notices_body(NOTICES), id="notices"),
]


@pytest.mark.parametrize("body", BODIES)
def test_a_page_fetches_nothing_and_runs_nothing(body: tuple[str, str]) -> None:
    page = Page(body[1])
    assert not {tag for tag, _, _ in page.attributes} & _STRAY
    for _, name, value in page.attributes:
        assert not name.startswith("on")
        assert name != "href"
        assert name != "src" or value == "cid:overview"
        assert "url(" not in value
    assert "http" not in body[1].split("</head>")[1]
    assert "@import" not in body[1]


@pytest.mark.parametrize("body", BODIES)
def test_a_page_needs_no_layout_that_old_programs_lack(body: tuple[str, str]) -> None:
    styles = " ".join(value for _, name, value in Page(body[1]).attributes if name == "style")
    assert not any(word in styles for word in ("flex", "grid", "float", "position:", "var(", "calc("))
    assert "max-width:640px" in styles
    assert 'width="640"' in body[1]  # for Outlook, in a condition
    assert "prefers-color-scheme: dark" in body[1]
    assert "width=device-width" in body[1]


@pytest.mark.parametrize("body", BODIES)
def test_the_plain_text_is_a_letter_of_its_own(body: tuple[str, str]) -> None:
    text = body[0]
    assert "<" not in text
    assert "\t" not in text
    assert text.endswith("此邮件由 xlcrm 自动发出，请勿回复。\n")
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_the_letter_to_management_in_plain_text() -> None:
    assert management_body(FIGURES)[0] == (
        "逾期12项、今日到期5项、已超时3个\n"
        "变化与 2026-11-21 08:30 的邮件相比\n"
        "\n"
        "  逾期           12项  ▲ 多3项（转差）\n"
        "  今日到期        5项  与上次持平\n"
        "  即将到期    1,234项  ▼ 少1项\n"
        "  已超时          3个  ▼ 少1个（好转）\n"
        "  即将超时        1个\n"
        "  11月达成率    93.3%  ▼ 降2.1个百分点（转差）\n"
        "（11月达成率：按时42/判定45）\n"
        "\n"
        "【已超时未完成的时钟：3个】\n"
        "按等级\n"
        "  重大    1个  ▲ 多1个（转差）\n"
        "  未分级  2个  ▼ 少2个（好转）\n"
        "按时钟\n"
        "  投诉·响应  3个  与上次持平\n"
        "\n"
        "【超时最久的1个】\n"
        " 1. 甲公司  投诉·响应  超时 3小时20分\n"
        "    C001  重大  负责人 王芳  截止 2026-11-20 10:00\n"
        "\n"
        "附件：副本_2026-11-22.xlsx（已加密，密码另行告知）\n"
        "说明：2项任务没有负责人。\n"
        "\n"
        "－－－－－－－－－－－－－－－－－－－－－－－－\n"
        "数据来自 客户.xlsx，截至 2026-11-22 08:30；已遮住：电话、邮箱。\n"
        "此邮件由 xlcrm 自动发出，请勿回复。\n"
    )


def test_the_page_says_what_the_plain_text_says() -> None:
    text, html = management_body(FIGURES)
    words = "".join(Page(html).text.split())
    for line in text.splitlines():
        for part in re.split(r"  +|[：【】（）]|^ \d+\.", line):
            assert "".join(part.split()).strip("－") in words, part


def test_a_first_letter_compares_nothing() -> None:
    text, html = management_body(EMPTY)
    assert "这是第一封" in text
    assert "这是第一封" in html
    assert not any(sign in text + html for sign in "▲▼")
    assert "没有已超时未完成的时钟" in text
    assert "没有已超时未完成的时钟" in Page(html).text
    assert "附件" not in text + html


def test_a_figure_without_data_is_a_dash() -> None:
    found = Headline("达成率", None, PERCENT, 90.0, more_is_good=True)
    assert (found.value, found.change, found.good) == ("—", "", None)


def test_nothing_masked_is_told() -> None:
    bare = dataclasses.replace(FIGURES, origin=dataclasses.replace(ORIGIN, masked=()))
    assert "没有遮住任何内容" in management_body(bare)[0]


def test_the_picture_stands_in_the_page_only_if_there_is_one() -> None:
    assert '<img src="cid:overview"' in management_body(FIGURES)[1]
    assert "<img" not in management_body(dataclasses.replace(FIGURES, picture=None))[1]


def test_a_digest_lists_and_counts_the_rest() -> None:
    text, html = digest_body(DIGEST)
    words = Page(html).text
    assert text.startswith(
        "王芳：逾期31项、今日到期1项、已超时1个、即将超时1个\n\n【逾期 31项】\n 1. 甲公司  合作"
    )
    assert "\n    到期 2026-11-19  建议 电话  客户表 第5行  备注 已约\n" in text
    assert "\n30. 甲公司" in text
    for found in (text, words):
        assert "另有 1 项，见到期清单" in found
        assert "怎样登记" in found
        assert found.count("合作客户跟进") == 30
    assert "负责人" not in text  # they are all the reader's own


def test_the_longest_digest_is_not_cut_off() -> None:
    # Some readers show no more than 102 KB of a page.
    task = TaskLine(
        "半年满意度调查（满12个月）",
        "西安睿岳物流股份有限公司",
        "2026-11-19 10:00",
        "逾期 424天",
        "电话+上门拜访，11-23 周一 15:00-16:00",
        "客户满意度调查表 第142行",
        "已约下周再打",
    )
    groups = tuple(Group(state, 99, (task,) * 30) for state in ("逾期", "今日到期", "即将到期"))
    longest = DigestContent(ORIGIN, "王芳", groups, (SOON,) * 30, {"即将超时": 99})
    assert len(digest_body(longest)[1].encode()) < 102_000


def test_a_digest_counts_clocks_that_it_does_not_list() -> None:
    more = dataclasses.replace(DIGEST, clock_counts={"已超时": 4})
    assert all("另有 2 个，见超时预警" in found for found in digest_body(more))


def test_notices_in_plain_text() -> None:
    assert notices_body(NOTICES)[0].splitlines()[:8] == [
        "李主管：超时提醒 已升级1个、已超时1个、即将超时1个",
        "",
        " 1. 已升级  甲公司  投诉·响应  超时 3小时20分",
        "    C001  重大  已用 160%  负责人 王芳  截止 2026-11-20 10:00",
        " 2. 已超时  甲公司  投诉·响应  超时 3小时20分",
        "    C001  重大  负责人 王芳  截止 2026-11-20 10:00",
        " 3. 即将超时  投诉·解决  剩余 45分",
        "    C002  已用 78%  负责人 王芳  截止 2026-11-22 09:15  投诉表 第3行",
    ]


def test_subjects() -> None:
    assert management_subject(FIGURES) == "【客户管理】2026-11-22 逾期12项、今日到期5项、已超时3个"
    assert (
        digest_subject(DIGEST) == "【客户管理】2026-11-22 王芳：逾期31项、今日到期1项、已超时1个、即将超时1个"
    )
    assert notices_subject(NOTICES) == "【客户管理】超时提醒：已升级1个、已超时1个、即将超时1个"
    one = NoticesContent(ORIGIN, "王芳", (SOON,))
    assert notices_subject(one) == "【客户管理】超时提醒：即将超时 投诉·解决 C002"
    nameless = dataclasses.replace(ORIGIN, sender="")
    assert notices_subject(dataclasses.replace(one, origin=nameless)).startswith("超时提醒")
    nothing = DigestContent(ORIGIN, "王芳", (), (), {})
    assert digest_subject(nothing).endswith("王芳：没有待办")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "+1",
        "@SUM(A1)",
        '"><img src=x onerror=1>',
        "{{ 7*7 }}",
    ],
)
def test_whatever_a_cell_holds_is_only_text(name: str) -> None:
    clock = dataclasses.replace(LATE, name=name, owner=name, case_id=name, level=name, clock=name)
    task = TaskLine(name, name, name, name, name, name, name)
    bodies = [
        management_body(dataclasses.replace(FIGURES, worst=(clock,), attached=(name,), remarks=(name,))),
        digest_body(DigestContent(ORIGIN, name, (Group("逾期", 1, (task,)),), (clock,), {"已超时": 1})),
        notices_body(NoticesContent(ORIGIN, name, (clock,))),
    ]
    for text, html in bodies:
        page = Page(html)
        assert name in page.text
        assert name in text
        assert not {tag for tag, _, _ in page.attributes} & _STRAY
        assert all(value == "cid:overview" for _, attribute, value in page.attributes if attribute == "src")
