"""Cases drawn at random, with their logs: complaints, service issues, recoveries, leads and orders."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.compute.random_cells import Cells, after, day, moment, whose, yes_no

if TYPE_CHECKING:
    from random import Random

STATUSES = (None, "待处理", "处理中", "等待客户", "已解决", "已关闭")
LOGGED = ("处理中", "等待客户", "等待客户", "已解决", "已关闭", "重新打开")


def number(random: Random, prefix: str, count: int) -> str | None:
    """A case's number, at times blank, at times that of another case."""
    odd = random.random()
    return None if odd < 0.03 else f"{prefix}{1 if odd > 0.98 else count:03d}"


def complaint(random: Random, count: int, place: int) -> Cells:
    received = moment(random, random.choice((3, 8)))
    executed, investigated = after(random, received), after(random, received, 60)
    resolved = after(random, received)
    return {
        **whose(random, count),
        "complaint_id": number(random, "20261101-", place),
        "received_at": received,
        "channel": random.choice(("电话", "邮件", "在线平台")),
        "phone": random.choice((None, "13812345678")),
        "level": random.choice(("一般", "严重", "重大", None)),
        "owner": "李明",
        "contacted_at": after(random, received, 1),
        "responded_at": after(random, received, 6),
        "emergency_at": after(random, received, 48),
        "investigated_at": investigated,
        "proposed_at": after(random, investigated or received, 72),
        "executed_at": executed,
        "resolved_at": resolved,
        "notified_at": after(random, executed, 40),
        "called_back_at": after(random, resolved, 120),
        "status": random.choice(STATUSES),
        "extended_to": after(random, received, 200) if random.random() < 0.2 else None,
        "wished_by": after(random, received, 100) if random.random() < 0.3 else None,
        "satisfaction": random.choice((None, "满意", "不满意")),
        "compensation": random.choice((None, 100, 900)),
        "issue": random.choice((None, "噪音", "漏水")),
    }


def issue(random: Random, count: int, place: int) -> Cells:
    received = moment(random, random.choice((1, 5, 30)))
    dispatched, resolved = after(random, received, 1), after(random, received)
    called = after(random, resolved or received, 72)
    if random.random() < 0.2:
        resolved = after(random, called, 48)
    return {
        **whose(random, count),
        "issue_id": number(random, "WT", place),
        "received_at": received,
        "issue_type": random.choice((None, "咨询", "投诉", "技术支持")),
        "urgency": random.choice((None, "紧急", "普通")),
        "complexity": random.choice((None, "普通", "复杂")),
        "on_site": yes_no(random),
        "owner": "李明",
        "responded_at": after(random, received, 3),
        "dispatched_at": dispatched,
        "engineer_contacted_at": after(random, dispatched, 3),
        "proposed_at": after(random, received),
        "visited_at": after(random, received, 40),
        "updated_at": after(random, received, 120),
        "resolved_at": resolved,
        "called_back_at": called,
        "satisfaction": random.choice((None, 1, 2, 3, 4, 5)),
        "status": random.choice(STATUSES),
        "extended_to": after(random, received, 200) if random.random() < 0.2 else None,
        "wished_by": after(random, received, 100) if random.random() < 0.3 else None,
    }


def recovery(random: Random, count: int, place: int) -> Cells:
    received = moment(random, random.choice((5, 40, 130)))
    proposed = after(random, received, 60)
    completed = after(random, proposed or received, 60)
    return {
        "customer_id": whose(random, count)["customer_id"],
        "recovery_id": number(random, "HF20261101", place),
        "received_at": received,
        "issue_type": "产品故障",
        "owner": "李明",
        "urgency": random.choice((None, "紧急", "重要", "一般")),
        "relation": random.choice((None, "恢复中", "已恢复", "重点维护", "已流失")),
        "occurred_at": received,
        "responded_at": after(random, received, 30),
        "second_talk_at": after(random, received),
        "proposed_at": proposed,
        "executed_at": after(random, proposed, 20),
        "completed_at": completed,
        "reassessed_at": after(random, completed, 200),
        "repurchased_on": day(random, 40, 2, 0.7),
        "satisfaction": random.choice((None, 5, 7.5, 8, 10)),
    }


def presale(random: Random, count: int) -> Cells:
    received = moment(random, random.choice((2, 6, 60)))
    proposed = after(random, received)
    return {
        "name": whose(random, count)["name"],
        "received_at": received,
        "channel": random.choice((None, "在线客服", "电话", "邮件", "展会")),
        "owner": "李明",
        "is_complex": yes_no(random),
        "intent": random.choice((None, "高意向", "有意向", "暂无意向", "暂无意向")),
        "responded_at": after(random, received, 3),
        "drafted_at": after(random, received, 40),
        "proposed_at": proposed,
        "followed_up_at": after(random, proposed or received, 120),
    }


def order(random: Random, count: int, place: int) -> Cells:
    confirmed, expected = moment(random, 10), moment(random, 6, 6)
    found, asked, done = moment(random, 5), moment(random, 3), after(random, expected, 30)
    return {
        **whose(random, count),
        "order_id": number(random, "DD", place),
        "order_status": random.choice((None, "待生产", "生产中", "已完成", "已取消")),
        "expected_at": expected,
        "completed_at": random.choice((done, after(random, confirmed, 90))),
        "owner": "李明",
        "confirmed_at": confirmed,
        "synced_at": after(random, confirmed, 4),
        "node_notified_at": before(random, expected),
        "delay_expected": yes_no(random),
        "delay_warned_at": before(random, expected),
        "anomaly_found_at": found,
        "anomaly_responded_at": after(random, found, 2),
        "anomaly_proposed_at": after(random, found, 6),
        "question_raised_at": asked,
        "question_answered_at": after(random, asked, 1),
        "called_back_at": after(random, done, 40),
        "satisfaction": random.choice((None, 2, 5)),
    }


def before(random: Random, at: dt.datetime | None) -> dt.datetime | None:
    """A time mostly some hours before a planned one; round hours fall on deadlines exactly."""
    if at is None or random.random() < 0.35:
        return None
    hours = random.choice((24, 48, -2, random.randrange(100)))
    told = at - dt.timedelta(hours=hours, minutes=random.choice((0, 0, 1)))
    return dt.datetime.combine(told.date(), dt.time()) if random.random() < 0.2 else told


def log_of(random: Random, case: object, since: dt.datetime | None) -> list[Cells]:
    """Changes of one case's status, some of unknown cases, some ahead of now."""
    at = since
    changes: list[Cells] = []
    while at is not None and random.random() < 0.6 and len(changes) < 6:
        at += dt.timedelta(minutes=random.randrange(30, 2_000, 30))
        changes.append(
            {
                "case_id": case if random.random() < 0.97 else "没有此单",
                "changed_at": at,
                "status": random.choice(LOGGED),
                "by": "李明",
            }
        )
    return changes


def steps_of(random: Random, case: Cells) -> list[Cells]:
    names = ("接收安抚", "调查", "方案制定", "处理完成", "进度反馈", "回访", "关闭")
    return [
        {
            "complaint_id": case["complaint_id"],
            "step": random.choice(names),
            "handled_at": after(random, case["received_at"], 120),
            "by": "李明",
        }
        for _ in range(random.choice((0, 0, 0, 1, 2)))
    ]


def cases(random: Random, size: int) -> dict[str, list[Cells]]:
    """Tables of cases with their steps and logs; about twelve times `size` rows."""
    tables = {
        "complaints": [complaint(random, size, place) for place in range(size * 2)],
        "service_issues": [issue(random, size, place) for place in range(size * 2)],
        "recovery_cases": [recovery(random, size, place) for place in range(size)],
        "orders": [order(random, size, place) for place in range(size * 2)],
    }
    logs = [
        change
        for rows, number_of, since in (
            (tables["complaints"], "complaint_id", "received_at"),
            (tables["service_issues"], "issue_id", "received_at"),
            (tables["recovery_cases"], "recovery_id", "received_at"),
            (tables["orders"], "order_id", "confirmed_at"),
        )
        for row in rows
        for change in log_of(random, row[number_of], row[since])
    ]
    steps = [step for case in tables["complaints"] for step in steps_of(random, case)]
    random.shuffle(logs)
    random.shuffle(steps)
    return {
        **tables,
        "presales": [presale(random, size) for _ in range(size * 2)],
        "complaint_steps": steps,
        "status_changes": logs,
    }
