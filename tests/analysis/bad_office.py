"""An office in which everything goes wrong in October 2026, and one in which nothing does; small, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.analysis.build import scope
from tests.checks.build import complaint, customer, record
from tests.compute.build import book
from xlcrm.checks.base import no_findings

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope

Row = dict[str, Any]
MONTH: Final = "2026-10"
RULES: Final = book("C11", "C16", "C28", "M08", "M09", "P15", "P38", "P39", "R10", "R11", "R12")
"""唤醒 after 6 months; next actions; 一般 complaints within 24 h; grades from 80 and 60; plans; orders;
响应率 30%; 匹配度 80%; first response within 24 h, 8 points, 30% 复购."""
DIMENSIONS: Final = (
    *("quality", "tech_speed", "attitude", "service_speed", "problem_solving", "expertise", "initiative"),
)


def customers() -> list[Row]:
    """Ten: 1 to 3 sleep; 4 last heard from us in April; 李明 has 1 to 4, 王芳 the others."""
    owners = {number: "李明" if number <= 4 else "王芳" for number in range(1, 11)}
    industries = {5: "制造业", 6: "医疗", 7: "制造业"}
    return [
        dict(
            customer(
                customer_id=f"{number}",
                name=f"客户{number}",
                owner=owners[number],
                stage="沉睡" if number <= 3 else "合作",
                industry=industries.get(number, "教育"),
                need_tags="远程支持" if number in (8, 9, 10) else None,
                **dict.fromkeys(("filed_on", "signed_on"), "2026-10-05" if number == 10 else "2026-03-01"),
            )
        )
        for number in range(1, 11)
    ]


def sales() -> list[Row]:
    """October 54,000 (制造业 50,000, 医疗 4,000) after 92,000 (医疗 2,000) in September; three old buyers."""
    cells = [
        ("5", "2026-09-10", 90_000),
        ("6", "2026-09-11", 2_000),
        ("5", "2026-10-10", 40_000),
        ("6", "2026-10-11", 4_000),
        ("7", "2026-10-12", 10_000),
        # 1 bought once for much long ago, 2 four times for much.
        ("1", "2026-06-20", 60_000),
        *(("2", f"2026-06-{day}", 20_000) for day in (16, 17, 18, 19)),
    ]
    return [{"customer_id": who, "traded_on": on, "amount": amount} for who, on, amount in cells]


def talks() -> list[Row]:
    """Next actions of 王芳: of five due in October three were done in time, none of five due in November.

    Each is of another customer, so that no talk stands in for a done one; 4 had a talk in April alone.
    """
    rows = [
        record(
            customer_id=f"{number}",
            touched_at="2026-10-06 09:00",
            by="王芳",
            next_action="报价",
            next_action_by="2026-10-15",
            next_action_done_on="2026-10-14" if number <= 7 else None,
        )
        for number in (5, 6, 7, 8, 9)
    ]
    more = [
        record(
            customer_id=None,
            name=f"新客{number}",
            touched_at="2026-11-02 09:00",
            by="王芳",
            next_action="报价",
            next_action_by="2026-11-10",
        )
        for number in range(3)
    ]
    return [*map(dict, rows), *map(dict, more), dict(record(customer_id="4", touched_at="2026-04-15 09:00"))]


def grievances() -> list[Row]:
    """October: seven, five of them 噪音; three solved within a day, three not, one before it came in."""
    cells = [
        ("2026-08-05 09:00", "噪音", "2026-08-05 19:00"),
        ("2026-09-05 09:00", "噪音", "2026-09-05 19:00"),
        ("2026-09-06 09:00", "漏水", "2026-09-06 19:00"),
        ("2026-10-05 09:00", "噪音", "2026-10-05 19:00"),
        ("2026-10-06 09:00", "噪音", "2026-10-06 19:00"),
        ("2026-10-07 09:00", "噪音", "2026-10-07 19:00"),
        ("2026-10-08 09:00", "噪音", "2026-10-10 19:00"),
        ("2026-10-09 09:00", "噪音", "2026-10-12 19:00"),
        ("2026-10-12 09:00", "漏水", "2026-10-15 19:00"),
        ("2026-10-13 09:00", "漏水", "2026-10-12 19:00"),
    ]
    return [
        {
            **complaint(complaint_id=f"T{number}", customer_id=None, name="路人", owner="赵敏"),
            "received_at": at,
            "issue": issue,
            "resolved_at": solved,
            "status": "已关闭",
            "department": "产品部",
        }
        for number, (at, issue, solved) in enumerate(cells)
    ]


def forms() -> list[Row]:
    """Five: 3 of 5 in all dimensions but 服务主动性 (2); one would recommend us, three would not."""
    return [
        {
            "customer_id": "5",
            "surveyed_on": f"2026-10-{10 + number}",
            **dict.fromkeys(DIMENSIONS, 3),
            "initiative": 2,
            "nps": nps,
        }
        for number, nps in enumerate((9, 8, 5, 4, 3))
    ]


def repairs() -> list[Row]:
    """October: answered after 48 h, rated 6. Three were done in July, and nobody bought again."""
    old = [
        {
            "recovery_id": f"HF{number}",
            "customer_id": "5",
            "received_at": f"2026-07-0{number} 09:00",
            "responded_at": f"2026-07-0{number} 10:00",
            "completed_at": f"2026-07-0{number} 12:00",
            "satisfaction": 9,
            "relation": "已恢复",
        }
        for number in (1, 2, 3)
    ]
    new = {
        "recovery_id": "HF4",
        "customer_id": "6",
        "received_at": "2026-10-12 09:00",
        "responded_at": "2026-10-14 09:00",
        "satisfaction": 6,
        "relation": "恢复中",
    }
    return [*old, new]


def deliveries() -> list[Row]:
    """Five due in October, two of them late, both of 陈静."""
    return [
        {
            "order_id": f"DD{number}",
            "name": "客户5",
            "owner": "陈静" if number >= 3 else "李明",
            "amount": 1000,
            "order_status": "已完成",
            "confirmed_at": "2026-10-01 09:00",
            "expected_at": "2026-10-20 12:00",
            "completed_at": "2026-10-22 12:00" if number >= 3 else "2026-10-19 12:00",
        }
        for number in range(5)
    ]


def mailings() -> list[Row]:
    """Five in October, 10 of 100 answered, none with a service of its tag."""
    return [
        {
            "tags": "高活跃度",
            "service": "套餐优惠",
            "channel": "短信",
            "pushed_at": f"2026-10-{10 + number} 09:00",
            "pushed": 100,
            "inquiries": 10,
            "conversions": 0,
        }
        for number in range(5)
    ]


def assessed(who: str, day: str, score: float) -> Row:
    return {
        "assessment_id": f"P{who}{day}",
        "customer_id": who,
        "name": f"客户{who}",
        "indicator": "合作年限",
        "weight": 1,
        "score": score,
        "assessed_on": day,
    }


def plans() -> list[Row]:
    """Three due in October, one done in time; 1,200 spent of 900."""
    return [
        {
            "plan_id": f"WH{number}",
            "customer_id": "5",
            "measure": "拜访",
            "owner": "陈静" if number else "李明",
            "due_on": "2026-10-20",
            "done_on": None if number else "2026-10-19",
            "review_status": "已通过",
            "budget": 300,
            "actual_cost": 1200 if not number else 0,
        }
        for number in range(3)
    ]


def bad_office(**changed: Any) -> Scope:
    """Everything above at Friday 2026-11-20 10:30, with two errors in the entries; tables may be changed."""
    rows = {
        "customers": customers(),
        "transactions": sales(),
        "followup_records": talks(),
        "complaints": grievances(),
        "satisfaction_surveys": forms(),
        "recovery_cases": repairs(),
        "orders": deliveries(),
        "service_pushes": mailings(),
        "tag_services": [{"tag": "高活跃度", "service": "新功能教程"}],
        "relationship_assessments": [
            assessed("8", "2026-03-01", 90),
            assessed("8", "2026-10-01", 70),
            assessed("9", "2026-10-01", 50),
        ],
        "maintenance_plans": plans(),
        "lead_sources": [
            {
                "channel": "行业展会",
                "source": "展会",
                "acquired_on": "2026-10-02",
                "leads": 100,
                "effective": 5,
            },
            {
                "channel": "转介绍",
                "source": "老客户",
                "acquired_on": "2026-09-02",
                "leads": 40,
                "effective": 20,
            },
        ],
        **changed,
    }
    errors = no_findings().reindex(range(3)).assign(level=["错误", "警告", "错误"])
    limits = {"rfm_method": "固定值", "rfm_days": 90, "rfm_count": 4, "rfm_amount": 50_000}
    return scope(rows, MONTH, errors, rules=RULES, **limits)


def good_office() -> Scope:
    """The same tables of an office where nothing is to be said."""
    names = [row["customer_id"] for row in customers()]
    content = {**forms()[0], **dict.fromkeys(DIMENSIONS, 5), "nps": 10}
    rows = {
        "customers": [{**row, "stage": "合作", "need_tags": None, "industry": None} for row in customers()],
        "transactions": [
            {"customer_id": who, "traded_on": f"2026-{month}-10", "amount": 1_000}
            for month in ("09", "10", "11")
            for who in names[:4]
        ],
        "followup_records": [
            dict(
                record(
                    customer_id=who,
                    touched_at="2026-10-06 09:00",
                    next_action="报价",
                    next_action_by="2026-10-15",
                    next_action_done_on="2026-10-14",
                )
            )
            for who in names
        ],
        "complaints": [
            {**row, "resolved_at": row["received_at"], "issue": f"问题{place}"}
            for place, row in enumerate(grievances()[:4])
        ],
        "satisfaction_surveys": [content] * 5,
        "recovery_cases": [{**row, "repurchased_on": "2026-08-01"} for row in repairs()[:3]],
        "orders": [{**row, "completed_at": "2026-10-19 12:00"} for row in deliveries()],
        "service_pushes": [{**row, "service": "新功能教程", "inquiries": 50} for row in mailings()],
        "tag_services": [{"tag": "高活跃度", "service": "新功能教程"}],
        "relationship_assessments": [assessed("8", "2026-03-01", 90), assessed("8", "2026-10-01", 95)],
        "maintenance_plans": [{**row, "done_on": "2026-10-19", "actual_cost": 300} for row in plans()],
        "lead_sources": [
            {
                "channel": "行业展会",
                "source": "展会",
                "acquired_on": "2026-10-02",
                "leads": 40,
                "effective": 20,
            },
            {
                "channel": "转介绍",
                "source": "老客户",
                "acquired_on": "2026-09-02",
                "leads": 40,
                "effective": 21,
            },
        ],
    }
    return scope(rows, MONTH, rules=RULES)
