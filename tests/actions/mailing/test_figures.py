"""From a run to what letters say: golden figures worked out by hand, and plain recomputations."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given as given_
from hypothesis import settings
from hypothesis import strategies as st

from tests.analysis.build import scope
from tests.analysis.random_office import Office
from tests.compute.build import NOW, book
from xlcrm.actions.mailing.figures import (
    LISTED,
    WORST,
    Last,
    details_text,
    digest_contents,
    management_figures,
    notices_content,
    origin_of,
)
from xlcrm.actions.mailing.headlines import NO_LEVEL, NOT_LISTED, figures_of
from xlcrm.actions.mailing.picture import Overview
from xlcrm.actions.mailing.wording import due_text, source_text
from xlcrm.mail.body import digest_body, management_body, management_subject, notices_body
from xlcrm.mail.contents import PERCENT, ClockLine, Headline, ManagementFigures, Origin
from xlcrm.mail.letter import Picture
from xlcrm.mail.masking import Masker
from xlcrm.rules.parameters import MASKED

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.mail.contents import DigestContent

SINCE = dt.datetime(2026, 11, 19, 8, 30)
ORIGIN = Origin("客户.xlsx", NOW, MASKED, "客户管理")
OPEN = Masker.of({}, frozenset())
"""Masks nothing."""


def complaint(received: str, **given: Any) -> dict[str, Any]:
    return {"complaint_id": received, "received_at": received, "level": "一般", "name": "甲公司", **given}


def figures(given: Scope, last: str | None = None) -> ManagementFigures:
    before = None if last is None else Last(SINCE, last)
    return management_figures(given, OPEN, ORIGIN, last=before)


def numbers(headlines: tuple[Headline, ...]) -> dict[str, tuple[str, str]]:
    """Label -> value and change as they are read."""
    return {item.label: (item.value, item.change) for item in headlines}


def digests(given: Scope) -> dict[str, DigestContent]:
    return digest_contents(given.run, OPEN, ORIGIN)


# It is Friday, 20 November, 10:30. Within 24 hours: 一般 solved (C28), 重大 begun (C30); 严重 in 48 (C29).
ROWS: dict[str, Any] = {
    "customers": [{"customer_id": "1", "name": "乙公司", "owner": "赵敏", "filed_on": "2026-01-05"}],
    "complaints": [
        complaint("2026-11-10 09:00", complaint_id="早", owner="李明"),
        complaint("2026-11-19 09:00", complaint_id="晚", owner="王芳"),
        complaint("2026-11-19 12:00", complaint_id="近", owner="王芳"),
        complaint("2026-11-20 09:00", complaint_id="未到"),
        complaint("2026-11-01 09:00", complaint_id="准", resolved_at="2026-11-01 20:00"),
        complaint("2026-11-02 09:00", complaint_id="迟", resolved_at="2026-11-09 09:00"),
        complaint("2026-10-02 09:00", complaint_id="旧", resolved_at="2026-10-02 10:00"),
        complaint("2026-11-01 10:00", complaint_id="重", customer_id="1", name=None, level="严重"),
        complaint("2026-11-04 10:00", complaint_id="无", level="重大", owner="李明"),
    ],
}
"""Overdue: 早, 晚, 重, 无. Today: 近 (at 12:00). Soon: 未到 (tomorrow). November: 准 in time of 6 judged."""
RULES = ("C28", "C29", "C30")


def test_the_figures_that_matter() -> None:
    found = figures(scope(ROWS, rules=book(*RULES)))
    assert numbers(found.headlines) == {
        "逾期": ("4项", ""),
        "今日到期": ("1项", ""),
        "即将到期": ("1项", ""),
        "已超时": ("4个", ""),
        "即将超时": ("1个", ""),
        "11月达成率": ("16.7%", ""),
    }
    assert found.headlines[-1].note == "按时1/判定6；上月100.0%（1/1）"
    assert management_subject(found) == "【客户管理】2026-11-20 逾期4项、今日到期1项、已超时4个"
    assert found.month == "2026年11月"
    assert found.since is None


def test_breached_clocks_by_level_and_by_clock() -> None:
    found = figures(scope(ROWS, rules=book(*RULES)))
    assert [(item.label, item.value) for item in found.levels] == [
        ("重大", "1个"),
        ("严重", "1个"),
        ("一般", "2个"),
    ]
    assert [(item.label, item.value) for item in found.clocks] == [
        ("投诉·解决", "3个"),
        ("投诉·应急启动", "1个"),
    ]


def test_the_worst_five_are_the_longest_overdue() -> None:
    rows = [complaint(f"2026-11-0{day} 09:00", complaint_id=str(day), owner="李明") for day in range(1, 8)]
    found = figures(scope({"complaints": rows}, rules=book("C28")))
    assert [line.case_id for line in found.worst] == ["1", "2", "3", "4", "5"]
    assert len(found.worst) == WORST
    # Due on 2 November, 09:00; 18 days and 90 minutes ago.
    assert found.worst[0] == ClockLine(
        "已超时", "超时 18天1小时", "2026-11-02 09:00", "投诉·解决", "一般", "1", "甲公司", "李明"
    )


def test_changes_on_the_last_letter() -> None:
    last = (
        "月份=202611；逾期=3；今日到期=1；即将到期=3；已超时=5；达成率=10；"
        "等级·严重=3；等级·紧急=2；时钟·投诉·解决=5"
    )
    found = figures(scope(ROWS, rules=book(*RULES)), last)
    assert found.since == SINCE
    assert numbers(found.headlines) == {
        "逾期": ("4项", "▲ 多1项（转差）"),
        "今日到期": ("1项", "与上次持平"),
        "即将到期": ("1项", "▼ 少2项"),
        "已超时": ("4个", "▼ 少1个（好转）"),
        "即将超时": ("1个", ""),
        "11月达成率": ("16.7%", "▲ 升6.7个百分点（好转）"),
    }
    assert numbers(found.levels) == {
        "重大": ("1个", "▲ 多1个（转差）"),
        "紧急": ("0个", "▼ 少2个（好转）"),
        "严重": ("1个", "▼ 少2个（好转）"),
        "一般": ("2个", "▲ 多2个（转差）"),
    }
    assert [item.label for item in found.levels] == ["重大", "紧急", "严重", "一般"]
    assert numbers(found.clocks) == {
        "投诉·解决": ("3个", "▼ 少2个（好转）"),
        "投诉·应急启动": ("1个", "▲ 多1个（转差）"),
    }


def test_attainment_is_not_compared_with_another_months() -> None:
    found = figures(scope(ROWS, rules=book(*RULES)), "月份=202610；逾期=3；达成率=99")
    assert found.headlines[-1].change == ""
    assert found.headlines[0].change == "▲ 多1项（转差）"


def test_what_a_last_letter_does_not_tell_is_not_compared() -> None:
    found = figures(scope(ROWS, rules=book(*RULES)), "由旧版本发送")
    assert {item.change for item in (*found.headlines, *found.levels, *found.clocks)} == {""}


def test_the_letter_written_back_is_level_with_itself() -> None:
    given = scope(ROWS, rules=book(*RULES))
    again = figures(given, details_text(figures(given)))
    changes = {item.change for item in (*again.headlines, *again.levels, *again.clocks)}
    assert changes == {"与上次持平"}


def test_details_are_the_figures_in_words() -> None:
    assert details_text(figures(scope(ROWS, rules=book(*RULES)))) == (
        "月份=202611；逾期=4；今日到期=1；即将到期=1；已超时=4；即将超时=1；达成率=16.7；"
        "等级·重大=1；等级·严重=1；等级·一般=2；时钟·投诉·解决=3；时钟·投诉·应急启动=1"
    )


LABELS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="=；"), min_size=1).map(
    str.strip
)


@settings(max_examples=40)
@given_(st.dictionaries(LABELS.filter(bool), st.integers(-(10**9), 10**9).map(lambda tenths: tenths / 10)))
def test_figures_come_back_from_details_as_they_were(told: dict[str, float]) -> None:
    found = ManagementFigures(ORIGIN, "", (), (), (), (), told)
    assert figures_of(details_text(found)) == told


@given_(st.text())
def test_any_text_is_read_for_figures(text: str) -> None:
    assert all("=" not in label and "；" not in label for label in figures_of(text))


def test_other_words_between_figures_are_passed_over() -> None:
    assert figures_of("逾期=3；附件 12KB；今日到期=x；=4；达成率=93.5； 已超时=-1") == {
        "逾期": 3.0,
        "达成率": 93.5,
        "已超时": -1.0,
    }


NOBODY = scope({"customers": [], "complaints": []}, rules=book("C28"))


def test_a_workbook_without_data() -> None:
    found = figures(NOBODY)
    assert numbers(found.headlines) == {
        "逾期": ("0项", ""),
        "今日到期": ("0项", ""),
        "即将到期": ("0项", ""),
        "已超时": ("0个", ""),
        "即将超时": ("0个", ""),
        "11月达成率": ("—", ""),
    }
    assert found.headlines[-1].note == "尚无可判定的"
    assert (found.levels, found.clocks, found.worst, found.remarks) == ((), (), (), ())
    assert "达成率" not in found.numbers
    assert digests(NOBODY) == {}
    assert "没有已超时未完成的时钟" in management_body(found)[0]


def test_a_month_without_data_shows_that_of_the_month_before() -> None:
    rows = [complaint("2026-10-02 09:00", resolved_at="2026-10-02 10:00")]
    found = figures(scope({"complaints": rows}, rules=book("C28")))
    assert found.headlines[-1].value == "—"
    assert found.headlines[-1].note == "尚无可判定的；上月100.0%（1/1）"


def test_the_reported_month_may_be_a_past_one() -> None:
    found = figures(scope(ROWS, "2026-10", rules=book(*RULES)))
    assert found.headlines[-1] == Headline(
        "10月达成率", 100.0, PERCENT, None, more_is_good=True, note="按时1/判定1"
    )
    assert found.headlines[0].value == "4项"  # tasks are those of now


def test_clocks_without_a_level_are_told_last() -> None:
    rows = {
        "complaints": ROWS["complaints"],
        "improvement_actions": [{"problem": "噪音", "owner": "李明", "due_on": "2026-11-17"}],
    }
    found = figures(scope(rows, rules=book(*RULES, "X01")))
    assert [(item.label, item.value) for item in found.levels] == [
        ("重大", "1个"),
        ("严重", "1个"),
        ("一般", "2个"),
        (NO_LEVEL, "1个"),
    ]
    assert [item.label for item in found.clocks] == ["投诉·解决", "投诉·应急启动", "改进计划·完成"]
    assert "2026-11-17" in {line.due for line in found.worst}  # a date has no time


def test_clocks_beyond_the_list_are_counted() -> None:
    rows = [complaint(f"2026-11-{day:02d} 09:00", owner="李明") for day in range(1, 15)]
    found = figures(scope({"complaints": rows}, rules=book("C28"), due_rows=10))
    assert [(item.label, item.value) for item in found.levels] == [("一般", "10个"), (NOT_LISTED, "4个")]
    assert [(item.label, item.value) for item in found.clocks] == [("投诉·解决", "10个"), (NOT_LISTED, "4个")]


def test_tasks_that_nobody_is_responsible_for_are_told() -> None:
    given = scope(
        {"complaints": [complaint("2026-11-10 09:00"), complaint("2026-11-11 09:00")]}, rules=book("C28")
    )
    assert figures(given).remarks == (
        "2项任务没有负责人，不会进任何人的个人清单；请在来源行或客户表补上负责人",
    )
    assert digests(given) == {}


def test_the_picture_or_the_reason_for_none_comes_along() -> None:
    picture = Picture("overview", b"", "")
    with_one = management_figures(NOBODY, OPEN, ORIGIN, overview=Overview(picture))
    assert (with_one.picture, with_one.remarks) == (picture, ())
    without = management_figures(NOBODY, OPEN, ORIGIN, overview=Overview(None, "没有字体"))
    assert (without.picture, without.remarks) == (None, ("没有字体",))


@pytest.mark.parametrize("seed", range(3))
def test_figures_agree_with_plain_python(seed: int) -> None:
    office = Office(seed)
    given = scope(office.tables, "2026-10", rules=book("C28", "C29"))
    found = figures(given)
    tasks, clocks = given.run.shown.rows, given.run.alerts.rows
    states, statuses = Counter(tasks["state"]), Counter(clocks["status"])
    for label in ("逾期", "今日到期", "即将到期"):
        assert found.numbers[label] == states[label]
    for label in ("已超时", "即将超时"):
        assert found.numbers[label] == statuses[label]
    late = [row for row in clocks.to_dict("records") if row["status"] == "已超时"]
    levels = Counter(row["level"] for row in late)
    assert {item.label: item.number for item in found.levels} == levels
    expected = office.expected("2026-10")["attainment"]
    assert expected is not None
    assert found.numbers["达成率"] == round(expected * 100, 1)
    assert sum(item.number or 0 for item in found.clocks) == len(late)
    assert [line.case_id for line in found.worst] == [row["case_id"] for row in late][:WORST]


def test_a_digest_has_only_its_persons_own() -> None:
    given = scope(ROWS, rules=book(*RULES))
    found = digests(given)
    assert sorted(found) == ["李明", "王芳", "赵敏"]
    wang = found["王芳"]
    assert [(group.state, group.count) for group in wang.groups] == [("逾期", 1), ("今日到期", 1)]
    late = wang.groups[0].lines[0]
    assert (late.task, late.name, late.due, late.overrun) == (
        "一般投诉解决",
        "甲公司",
        "2026-11-20 09:00",
        "逾期 1小时30分",
    )
    assert late.source == f"客户投诉登记表 第{given.facts.frame('complaints').index[1]}行"
    assert [(line.status, line.case_id) for line in wang.clocks] == [("已超时", "晚"), ("即将超时", "近")]
    assert wang.clock_counts == {"已超时": 1, "即将超时": 1}
    assert [line.case_id for line in found["赵敏"].clocks] == ["重"]  # responsible for the customer


def test_one_person_may_have_everything() -> None:
    rows = [complaint("2026-11-10 09:00", owner="李明"), complaint("2026-11-20 10:00", owner="李明")]
    found = digests(scope({"complaints": rows}, rules=book("C28")))
    assert list(found) == ["李明"]
    assert [group.state for group in found["李明"].groups] == ["逾期", "即将到期"]


def test_a_person_may_have_clocks_without_a_listed_task() -> None:
    given = scope({"complaints": [complaint("2026-11-10 09:00", owner="李明")]}, rules=book("C28"))
    shown = dataclasses.replace(given.run.shown, rows=given.run.shown.rows.iloc[:0])
    own = digest_contents(dataclasses.replace(given.run, shown=shown), OPEN, ORIGIN)["李明"]
    assert (own.groups, len(own.clocks)) == ((), 1)


def test_a_digest_lists_thirty_and_counts_the_rest() -> None:
    rows = [
        complaint(f"2026-10-{day:02d} {hour:02d}:00", owner="李明")
        for day in range(1, 21)
        for hour in (9, 10)
    ]
    own = digests(scope({"complaints": rows}, rules=book("C28")))["李明"]
    assert len(own.groups) == 1
    assert (own.groups[0].count, len(own.groups[0].lines), own.groups[0].left_out) == (40, LISTED, 10)
    assert own.groups[0].lines[0].due == "2026-10-02 09:00"
    assert (len(own.clocks), own.clock_counts) == (LISTED, {"已超时": 40})


def test_the_teams_tasks_are_nobodys() -> None:
    row = {"customer_id": "1", "filed_on": "2026-09-01", "owner": "李明"}
    given = scope({"customers": [row], "complaints": []})
    assert "团队" in set(given.run.shown.rows["owner"])
    assert "团队" not in digests(given)


@pytest.mark.parametrize("seed", range(3))
def test_digests_have_every_task_of_somebody_once(seed: int) -> None:
    office = Office(seed)
    people = ["李明", "王芳", None]
    for number, row in enumerate(office.complaints):
        row["owner"] = people[number % 3]
    given = scope(office.tables, rules=book(*RULES))
    found = digests(given)
    tasks = given.run.shown.rows
    plain = Counter(
        (row["owner"], row["state"]) for row in tasks.to_dict("records") if row["owner"] in people[:2]
    )
    assert {
        (person, group.state): group.count for person, own in found.items() for group in own.groups
    } == plain


def notice(status: str, case: str, **given: Any) -> ClockLine:
    texts = {"clock": "投诉·解决", "level": "一般", "name": "甲公司", "owner": "李明", **given}
    return ClockLine(status, "超时 1小时", "2026-11-20 09:00", case_id=case, used="110%", **texts)


def test_notices_are_told_gravest_first_and_else_in_their_order() -> None:
    lines = [notice("即将超时", "1"), notice("已超时", "2"), notice("已升级", "3"), notice("已超时", "4")]
    found = notices_content("李明", lines, OPEN, ORIGIN)
    assert [line.case_id for line in found.lines] == ["3", "2", "4", "1"]


PHONE, EMAIL, CONTACT = "13812345678", "chen@example.org", "陈大文"


def test_nothing_personal_is_in_any_letter() -> None:
    rows: dict[str, Any] = {
        "customers": [
            {
                "customer_id": "1",
                "name": f"甲公司{PHONE}",
                "contact": CONTACT,
                "phone": PHONE,
                "email": EMAIL,
                "owner": "李明",
            }
        ],
        "complaints": [
            complaint(
                "2026-11-10 09:00", complaint_id=f"{CONTACT}{EMAIL}", customer_id="1", name=None, owner="李明"
            )
        ],
    }
    given = scope(rows, rules=book("C28"))
    masker = Masker.of(given.facts.data, frozenset(MASKED))
    letters = [
        management_body(management_figures(given, masker, ORIGIN)),
        digest_body(digest_contents(given.run, masker, ORIGIN)["李明"]),
        notices_body(
            notices_content(
                "李明",
                [notice("已超时", f"{PHONE} {EMAIL}", name=f"138\n1234\t5678 {CONTACT}")],
                masker,
                ORIGIN,
            )
        ),
    ]
    for text, html in letters:
        assert "李明" in text
        assert "138****5678" in text
        for secret in (PHONE, "138 1234 5678", EMAIL, CONTACT):
            assert secret not in text
            assert secret not in html


def test_texts_of_several_lines_are_one() -> None:
    given = scope(
        {"complaints": [complaint("2026-11-10 09:00", name="甲\r\n公司\t\x00 ", owner="李明")]},
        rules=book("C28"),
    )
    assert digests(given)["李明"].groups[0].lines[0].name == "甲 公司"


def test_where_letters_come_from() -> None:
    given = scope({"customers": []}, masked=frozenset({"证件号", "电话"}), mail_sender_name="华东客服")
    assert origin_of(given.facts, "客户.xlsx") == Origin("客户.xlsx", NOW, ("电话", "证件号"), "华东客服")


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (np.datetime64("2026-11-18T10:00:59"), "2026-11-18 10:00"),
        (np.datetime64("2026-11-18T00:00:00"), "2026-11-18"),
        (np.datetime64("2026-11-18T23:59:59"), "2026-11-18"),
        (np.datetime64("NaT"), ""),
        (None, ""),
        (dt.datetime(2026, 11, 18, 23, 59), "2026-11-18 23:59"),
    ],
)
def test_deadlines_in_words(at: Any, text: str) -> None:
    assert due_text(at) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [("投诉!表!12", "投诉!表 第12行"), (None, ""), (float("nan"), ""), ("", "")],
)
def test_sources_in_words(source: Any, text: str) -> None:
    assert source_text(source) == text
