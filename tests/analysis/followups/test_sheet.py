"""跟进分析: what is overdue, what was promised and kept, and who fell silent."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import customer, record
from tests.compute.build import NOW, book
from tests.reference_time import add_months
from xlcrm.analysis.followups.sheet import SHEET
from xlcrm.tables import tables_of

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope


def promised(number: int, by: str | None, day: str, until: str | None, **cells_: Any) -> dict[str, Any]:
    """A record with a next action."""
    number_ = f"{number}"
    return dict(
        record(
            customer_id=number_,
            by=by,
            touched_at=day,
            next_action=f"事{number}",
            next_action_by=until,
            **cells_,
        )
    )


PROMISES = {
    "customers": [customer(customer_id=f"{number}", owner="赵敏") for number in range(1, 9)],
    "followup_records": [
        promised(1, "李明", "2026-11-01", "2026-11-05"),  # overdue for 15 days
        promised(2, "王芳", "2026-11-01", "2026-11-20"),  # due today
        promised(3, "王芳", "2026-11-01", "2026-11-18"),  # overdue for 2 days
        promised(4, "王芳", "2026-11-01", "2026-11-25"),  # to come
        promised(5, "李明", "2026-11-02", "2026-11-03", next_action_done_on="2026-11-03"),  # in time
        promised(6, "李明", "2026-11-02", "2026-11-03", next_action_done_on="2026-11-04"),  # late
        promised(7, None, "2026-10-02", "2026-11-04"),  # in time: the customer's next record
        record(customer_id="7", by="陈静", touched_at="2026-11-04 18:00"),
        promised(8, "王芳", "2026-10-02", "2026-10-30"),  # late, in October
        record(customer_id="8", by="王芳", touched_at="2026-11-01"),
        promised(8, "王芳", "2026-11-02", None),  # no day: nothing to judge
    ],
}


def test_overdue_tasks_by_person_the_most_first() -> None:
    case = scope(PROMISES, rules=book("C16"))
    assert cells(SHEET, "overdue", case) == [("王芳", 1, 2, 1, 1), ("李明", 1, 15, 0, 0)]
    # Of two with one each none has the most.
    assert filled(SHEET, "overdue", case).caption == "截至2026-11-20 逾期任务2项"
    assert behind_rows(SHEET, "overdue", case) == {
        0: [("followup_records", 2)],
        1: [("followup_records", 0)],
    }
    found = filled(SHEET, "overdue", case).behind
    assert found["text"].tolist() == ["下一步行动", "下一步行动"]
    assert found["at"].tolist() == [datetime(2026, 11, 5), datetime(2026, 11, 18)]
    card = figure(SHEET, "逾期任务", case)
    assert (card.value, card.text, card.good) == (2, "截至2026-11-20 任务共4项", None)


def test_who_was_never_contacted_is_overdue_without_days() -> None:
    case = scope(
        {
            "customers": [customer(stage="沉睡"), customer(customer_id="2", stage="沉睡")],
            "followup_records": [],
        },
        rules=book("C13"),
        due_rows=10,
    )
    assert cells(SHEET, "overdue", case) == [("李明", 2, None, 0, 0)]
    assert filled(SHEET, "overdue", case).caption == "截至2026-11-20 逾期任务2项，李明最多，2项"


def test_tasks_of_the_team_lead_to_no_row() -> None:
    case = scope({"customers": [], "complaints": []}, rules=book("C34"))
    rows = cells(SHEET, "overdue", case)
    assert [row[0] for row in rows] == ["团队"]
    assert filled(SHEET, "overdue", case).behind.empty


def test_what_the_list_leaves_out_is_told() -> None:
    rows = [customer(customer_id=f"{number}", stage="沉睡") for number in range(12)]
    case = scope({"customers": rows, "followup_records": []}, rules=book("C13"), due_rows=10)
    assert cells(SHEET, "overdue", case) == [("李明", 10, None, 0, 0)]
    assert filled(SHEET, "overdue", case).caption == (
        "截至2026-11-20 逾期任务12项，李明最多，10项；另有2项任务未列入清单"
    )
    assert figure(SHEET, "逾期任务", case).value == 12


def test_next_actions_of_the_month_kept_in_time() -> None:
    case = scope(PROMISES, rules=book("C16"))
    assert cells(SHEET, "kept", case) == [
        # The record of 7 names nobody, so its customer's 赵敏 answers for it.
        ("赵敏", 1, 1, 0, 0, 1, 0),
        ("李明", 3, 1, 1, 1, pytest.approx(1 / 3), 0),
        ("王芳", 1, 0, 0, 1, 0, 2),
    ]
    assert filled(SHEET, "kept", case).caption == ("2026年11月（截至20日） 下一步行动按时完成率40%（n=5）")
    assert behind_rows(SHEET, "kept", case) == {
        0: [("followup_records", 6)],
        1: [("followup_records", 5), ("followup_records", 0), ("followup_records", 4)],
        2: [("followup_records", 2), ("followup_records", 1), ("followup_records", 3)],
    }
    card = figure(SHEET, "下一步行动按时完成率", case)
    # October: 0 of 1.
    assert (card.value, card.text, card.good) == (0.4, "较上月 +40.0个百分点；n=5", True)


def test_next_actions_of_another_month() -> None:
    case = scope(PROMISES, "2026-10", rules=book("C16"))
    assert cells(SHEET, "kept", case) == [("王芳", 1, 0, 1, 0, 0, 0)]
    assert filled(SHEET, "kept", case).caption == "2026年10月 下一步行动按时完成率0%（n=1）"
    assert figure(SHEET, "下一步行动按时完成率", case).text == "n=1"


def test_what_is_not_due_yet_has_no_rate() -> None:
    rows = {**PROMISES, "followup_records": [promised(1, "李明", "2026-11-01", "2026-11-25")]}
    case = scope(rows, rules=book("C16"))
    assert cells(SHEET, "kept", case) == [("李明", 0, 0, 0, 0, None, 1)]
    assert filled(SHEET, "kept", case).caption == "2026年11月（截至20日） 下一步行动均未到完成时限"
    assert figure(SHEET, "下一步行动按时完成率", case).value is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [("C16", "没有要完成的下一步行动"), ("C13", "没有启用“下一步行动”的规则，无法统计")],
)
def test_without_next_actions_nothing_is_shown(rule: str, words: str) -> None:
    case = scope({"customers": [], "followup_records": []}, rules=book(rule))
    assert cells(SHEET, "kept", case) == []
    assert filled(SHEET, "kept", case).caption == f"2026年11月（截至20日） {words}"
    assert figure(SHEET, "下一步行动按时完成率", case).value is None


def sleepers() -> dict[str, Any]:
    """Last contacts long ago, of 1 with a later record; 5 is filed after October."""
    people = (
        ("1", "王芳", "合作", "2025-01-01"),
        ("2", "王芳", "沉睡", "2025-01-01"),
        ("3", "王芳", "潜在", "2026-01-01"),
        ("4", "李明", "沉睡", None),
        ("5", "李明", "合作", "2026-11-02"),
        ("6", "李明", "流失", "2025-01-01"),
        ("7", None, "沉睡", "2026-12-01"),
    )
    return {
        "customers": [
            customer(customer_id=number, owner=owner, stage=stage, filed_on=filed, signed_on=None)
            for number, owner, stage, filed in people
        ],
        "followup_records": [
            record(customer_id="1", touched_at="2026-10-01"),
            record(customer_id="2", touched_at="2026-03-01"),
            record(customer_id="4", touched_at="2026-02-01"),
        ],
    }


def test_dormant_customers_by_person_and_those_that_should_be() -> None:
    case = scope(sleepers())
    assert cells(SHEET, "dormant", case) == [
        ("王芳", 3, 1, pytest.approx(1 / 3), 1),
        ("李明", 3, 1, pytest.approx(1 / 3), 0),
    ]
    assert filled(SHEET, "dormant", case).caption == (
        "2026年11月（截至20日） 沉睡客户2位，占33%（n=6），另有1位建议转为沉睡"
    )
    # Asleep the longest first, then the suggested one.
    found = filled(SHEET, "dormant", case).behind
    assert found["line"].tolist() == [1, 0, 0]
    assert found["place"].tolist() == [3, 1, 2]
    assert found["at"].iloc[:2].tolist() == [datetime(2026, 2, 1), datetime(2026, 3, 1)]
    assert found["text"].tolist() == ["沉睡", "沉睡", "建议转为沉睡"]
    card = figure(SHEET, "沉睡客户占比", case)
    assert card.value == pytest.approx(2 / 6)
    assert card.text == "2位；n=6"


def test_who_was_not_on_file_in_the_month_is_left_out() -> None:
    case = scope(sleepers(), "2026-10")
    assert cells(SHEET, "dormant", case) == [
        ("王芳", 3, 1, pytest.approx(1 / 3), 1),
        ("李明", 2, 1, 0.5, 0),
    ]
    assert filled(SHEET, "dormant", case).caption.startswith("2026年10月 沉睡客户2位，占40%（n=5）")


def test_one_customer_and_none() -> None:
    case = scope({"customers": [customer(stage="沉睡", owner=None)]})
    assert cells(SHEET, "dormant", case) == [("未填写", 1, 1, 1, 0)]
    assert filled(SHEET, "dormant", case).caption == "2026年11月（截至20日） 沉睡客户1位，占100%（n=1）"
    empty = scope({"customers": []})
    assert cells(SHEET, "dormant", empty) == []
    assert filled(SHEET, "dormant", empty).caption == "2026年11月（截至20日） 没有登记客户"
    assert figure(SHEET, "沉睡客户占比", empty).value is None
    assert cells(SHEET, "overdue", empty) == []
    assert figure(SHEET, "逾期任务", empty).value == 0


@pytest.mark.parametrize("pack", ["service", "crm", "recovery", "relationship", "support", "full"])
def test_every_pack_shows_what_its_tables_allow(pack: str) -> None:
    found = SHEET.shown_with([table.name for table in tables_of(pack)])
    assert found is not None
    contacts = pack in ("service", "crm", "relationship", "full")
    promises = pack in ("crm", "full")
    assert [item.name for item in found.panels] == [
        *(["contacts", "contact_trend"] if contacts else []),
        "overdue",
        *(["kept"] if promises else []),
        "dormant",
        "needs",
    ]
    assert len(found.cards) == 2 + contacts + promises


def drawn(seed: int) -> tuple[dict[str, Any], random.Random]:
    """Customers of three people with records, some of which promise something."""
    draw = random.Random(seed)  # noqa: S311 - any numbers will do
    people = ["李明", "王芳", "陈静"]
    register = [
        customer(
            customer_id=f"{number}",
            owner=draw.choice(people),
            stage=draw.choice(["潜在", "合作", "沉睡", "流失", None]),
            filed_on=draw.choice([None, "2026-10-30", "2026-01-01", "2026-11-15", "2026-12-01"]),
            signed_on=draw.choice([None, "2026-02-01"]),
        )
        for number in range(10)
    ]
    records = []
    for _ in range(40):
        at = NOW - timedelta(minutes=draw.randint(-3000, 400_000))
        due = at.date() + timedelta(days=draw.randint(0, 30))
        done = due + timedelta(days=draw.randint(-3, 3))
        records.append(
            record(
                customer_id=f"{draw.randint(0, 9)}",
                by=draw.choice(people),
                touched_at=str(at),
                next_action=draw.choice([None, "发报价"]),
                next_action_by=draw.choice([None, str(due), str(due)]),
                next_action_done_on=draw.choice([None, None, str(max(done, at.date()))]),
            )
        )
    return {"customers": register, "followup_records": records}, draw


def course(records: list[dict[str, Any]], own: dict[str, Any]) -> str | None:
    """What became of one promise, by the words of the document."""
    at = datetime.fromisoformat(own["touched_at"])
    if at > NOW or not own["next_action"] or own["next_action_by"] is None:
        return None
    due = datetime.combine(date.fromisoformat(own["next_action_by"]), time(23, 59, 59))
    done = own["next_action_done_on"]
    if done and date.fromisoformat(done) <= NOW.date():
        return "met" if date.fromisoformat(done) <= due.date() else "late"
    touched = [
        datetime.fromisoformat(one["touched_at"])
        for one in records
        if one["customer_id"] == own["customer_id"]
    ]
    later = [moment for moment in touched if at < moment <= NOW]
    if later:
        return "met" if min(later) <= due else "late"
    return "breached" if due < NOW else "open"


@pytest.mark.parametrize("seed", range(8))
def test_another_way_of_counting_promises_agrees(seed: int) -> None:
    rows, _ = drawn(seed)
    case = scope(rows)
    counts: Counter[tuple[str, str]] = Counter()
    for own in rows["followup_records"]:
        outcome = course(rows["followup_records"], own)
        if outcome and own["next_action_by"].startswith("2026-11"):
            counts[own["by"], outcome] += 1
    people = {who for who, _ in counts}
    expected = {}
    for who in people:
        met, late, breached, open_ = (counts[who, name] for name in ("met", "late", "breached", "open"))
        n = met + late + breached
        expected[who] = (n, met, late, breached, pytest.approx(met / n) if n else None, open_)
    found = cells(SHEET, "kept", case)
    assert {row[0]: row[1:] for row in found} == expected
    rates = [row[5] for row in found if row[5] is not None]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("seed", range(8))
def test_another_way_of_counting_sleepers_agrees(seed: int) -> None:
    rows, _ = drawn(seed)
    case = scope(rows)
    counts: Counter[tuple[str, str]] = Counter()
    for own in rows["customers"]:
        if own["filed_on"] and own["filed_on"] > str(NOW.date()):
            continue
        counts[own["owner"], "all"] += 1
        stage = own["stage"] or ("合作" if own["signed_on"] else None)
        touched = [
            datetime.fromisoformat(one["touched_at"]).date()
            for one in rows["followup_records"]
            if one["customer_id"] == own["customer_id"] and datetime.fromisoformat(one["touched_at"]) <= NOW
        ]
        last = max(touched) if touched else own["signed_on"] or own["filed_on"]
        if isinstance(last, str):
            last = date.fromisoformat(last)
        if stage == "沉睡":
            counts[own["owner"], "asleep"] += 1
        elif stage in ("潜在", "合作") and last and add_months(last, 6) <= NOW.date():
            counts[own["owner"], "quiet"] += 1
    people = sorted(
        {who for who, _ in counts}, key=lambda who: (-counts[who, "asleep"], -counts[who, "quiet"], who)
    )
    assert cells(SHEET, "dormant", case) == [
        (
            who,
            counts[who, "all"],
            counts[who, "asleep"],
            pytest.approx(counts[who, "asleep"] / counts[who, "all"]),
            counts[who, "quiet"],
        )
        for who in people
    ]


@pytest.mark.parametrize("seed", range(4))
def test_another_way_of_counting_tasks_agrees(seed: int) -> None:
    rows, _ = drawn(seed)
    case = scope(rows)
    counts: Counter[tuple[str, str]] = Counter()
    longest: dict[str, int] = {}
    for one in listed(case):
        counts[one["owner"], one["state"]] += 1
        if one["state"] == "逾期" and one["due_at"] is not None:
            days = (NOW.date() - one["due_at"].date()).days
            longest[one["owner"]] = max(days, longest.get(one["owner"], days))
    people = {who for who, _ in counts}
    order = sorted(
        people,
        key=lambda who: (
            -counts[who, "逾期"],
            -sum(counts[who, s] for s in ("逾期", "今日到期", "即将到期")),
            who,
        ),
    )
    assert cells(SHEET, "overdue", case) == [
        (who, counts[who, "逾期"], longest.get(who), counts[who, "今日到期"], counts[who, "即将到期"])
        for who in order
    ]
    behind = behind_rows(SHEET, "overdue", case)
    for line, who in enumerate(order):
        assert len(behind.get(line, [])) == counts[who, "逾期"]


def listed(case: Scope) -> list[dict[str, Any]]:
    """到期清单 in plain Python; 未填写 where nobody is responsible."""
    rows = case.run.shown.rows
    due = rows["due_at"].to_numpy(dtype="datetime64[s]").tolist()
    owners = [owner or "未填写" for owner in rows["owner"]]
    return [
        {"owner": owner, "state": state, "due_at": at}
        for owner, state, at in zip(owners, rows["state"], due, strict=True)
    ]
