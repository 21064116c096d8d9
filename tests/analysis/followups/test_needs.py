"""共性需求: needs that several customers named."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta

import pytest

from tests.analysis.build import behind_rows, cells, filled, scope
from tests.checks.build import customer, record
from tests.compute.build import NOW
from xlcrm.analysis.followups.sheet import SHEET

OFFICE = {
    "customers": [
        customer(customer_id="1", name="甲", need_tags="价格敏感、急购"),
        customer(customer_id="2", name=None, need_tags="ＡＰＩ对接"),
        customer(customer_id="3", name="丙", need_tags="价格敏感，价格敏感"),
        customer(customer_id="4", name="丁"),
        customer(customer_id="5", name="戊", need_tags="急购"),
    ],
    "followup_records": [
        record(customer_id="2", touched_at="2026-10-31", need_tags="价格敏感/定制"),
        record(customer_id="1", touched_at="2026-11-02", need_tags="api对接 价格敏感"),
        record(customer_id="3", touched_at="2026-11-03", need_tags="API对接"),
        record(customer_id="4", touched_at="2026-11-04", need_tags="API对接"),
        record(customer_id="4", touched_at="2026-11-21", need_tags="急购"),
        record(customer_id="9", touched_at="2026-11-05", need_tags="急购、定制"),
        record(customer_id="5", touched_at="2026-11-05"),
    ],
}
"""急购 is named by two known customers up to now, 定制 by one, the others by three and four."""


def test_needs_of_three_customers_or_more_and_who_named_them() -> None:
    case = scope(OFFICE)
    assert cells(SHEET, "needs", case) == [
        ("ＡＰＩ对接", 4, 0.8, 3, "甲、2、丙、丁"),
        ("价格敏感", 3, 0.6, 1, "甲、2、丙"),
    ]
    assert filled(SHEET, "needs", case).caption == (
        "截至2026-11-20 2项需求有3位以上客户提到，ＡＰＩ对接最多，4位"
    )
    assert behind_rows(SHEET, "needs", case) == {
        0: [("followup_records", 3), ("followup_records", 2), ("followup_records", 1), ("customers", 1)],
        1: [("followup_records", 1), ("followup_records", 0), ("customers", 0), ("customers", 2)],
    }


def test_the_office_says_how_many_customers_make_a_common_need() -> None:
    case = scope(OFFICE, common_need=2)
    assert [(row[0], row[1]) for row in cells(SHEET, "needs", case)] == [
        ("ＡＰＩ对接", 4),
        ("价格敏感", 3),
        ("急购", 2),
    ]
    assert filled(SHEET, "needs", scope(OFFICE, common_need=5)).caption == (
        "截至2026-11-20 没有5位以上客户提到的同一需求"
    )


def test_equals_have_no_leader_and_without_talks_the_month_is_blank() -> None:
    rows = [customer(customer_id=str(n), name=f"客{n}", need_tags="急购、定制") for n in range(1, 8)]
    case = scope({"customers": rows})
    assert cells(SHEET, "needs", case) == [
        ("定制", 7, 1, None, "客1、客2、客3、客4、客5等7位"),
        ("急购", 7, 1, None, "客1、客2、客3、客4、客5等7位"),
    ]
    assert filled(SHEET, "needs", case).caption == "截至2026-11-20 2项需求有3位以上客户提到"


def test_without_needs_nothing_is_shown() -> None:
    for rows in ([], [customer(customer_id="1")]):
        case = scope({"customers": rows, "followup_records": []})
        assert cells(SHEET, "needs", case) == []
        assert filled(SHEET, "needs", case).caption == "截至2026-11-20 没有3位以上客户提到的同一需求"


@pytest.mark.parametrize("seed", range(5))
def test_another_way_of_counting_agrees(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - any numbers will do
    words = [f"需求{number:02}" for number in range(30)]
    named: dict[str, set[str]] = defaultdict(set)
    lately: dict[str, set[str]] = defaultdict(set)
    ids = [f"{number}" for number in range(1, 9)]
    register, talks = [], []
    for number in ids:
        tags = draw.sample(words, draw.randint(0, 8))
        register.append(customer(customer_id=number, name=f"客{number}", need_tags="、".join(tags) or None))
        for tag in tags:
            named[tag].add(number)
    for _ in range(40):
        who, at = draw.choice([*ids, "99"]), NOW + timedelta(hours=draw.randint(-2400, 48))
        tags = draw.sample(words, draw.randint(0, 3))
        talks.append(record(customer_id=who, touched_at=str(at), need_tags=";".join(tags) or None))
        if who != "99" and at <= NOW:
            for tag in tags:
                named[tag].add(who)
                if f"{at:%Y-%m}" == "2026-11":
                    lately[tag].add(who)
    common = sorted((tag for tag in named if len(named[tag]) >= 3), key=lambda tag: (-len(named[tag]), tag))
    expected = [
        (
            tag,
            len(named[tag]),
            len(named[tag]) / 8,
            len(lately[tag]),
            "、".join(f"客{number}" for number in sorted(named[tag])[:5])
            + (f"等{len(named[tag])}位" if len(named[tag]) > 5 else ""),
        )
        for tag in common
    ]
    found = cells(SHEET, "needs", scope({"customers": register, "followup_records": talks}))
    if len(common) <= 20:
        assert found == expected
    else:
        assert found[:19] == expected[:19]
        assert found[19][0] == f"其余{len(common) - 19}项"
        assert found[19][1] == len(set().union(*(named[tag] for tag in common[19:])))
