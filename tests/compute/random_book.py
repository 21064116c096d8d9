"""Workbooks drawn at random: ordinary cells, odd ones, and times on every side of every edge."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tests.checks.build import sheet
from tests.compute.reference_calendar import PlainCalendar
from xlcrm.rules.base import CalendarKind, LimitUnit, RuleKind, Warning_
from xlcrm.rules.reading import RuleBook, default_book
from xlcrm.worktime import Segment, Worktime

if TYPE_CHECKING:
    from random import Random

    from xlcrm.rules.base import Rule
    from xlcrm.tables.frames import SheetData

NOW = dt.datetime(2026, 11, 20, 10, 30)
Cells = dict[str, Any]
HOURS = ([(540, 720), (810, 1080)], [(480, 1020)], [(0, 360), (1320, 1440)])
FREQUENCIES = (None, None, "每周1次", "每两周1次", "每月1次", "每季度1次", "每10天1次", "有空时")


def moment(random: Random, days: int = 20, ahead: int = 3) -> dt.datetime | None:
    """A time around now: often a date alone, at times blank, ahead of now, or on the hour."""
    if random.random() < 0.1:
        return None
    at = NOW + dt.timedelta(minutes=random.randrange(-days * 1440, ahead * 1440, random.choice((1, 30, 60))))
    kind = random.random()
    if kind < 0.25:
        return dt.datetime.combine(at.date(), dt.time())
    return at if kind < 0.9 else at.replace(second=random.randrange(60))


def day(random: Random, days: int = 400, ahead: int = 5, blank: float = 0.2) -> dt.datetime | None:
    """A date, or blank."""
    if random.random() < blank:
        return None
    return dt.datetime.combine(NOW.date() - dt.timedelta(days=random.randint(-ahead, days)), dt.time())


def after(random: Random, since: dt.datetime | None, hours: int = 96) -> dt.datetime | None:
    """A time mostly some hours after another one; round hours fall on deadlines exactly."""
    if since is None or random.random() < 0.35:
        return None
    if random.random() < 0.05:
        return since - dt.timedelta(hours=random.randint(1, 30))
    if random.random() < 0.4:
        return since + dt.timedelta(hours=random.choice((0, 2, 24, 48, 72)))
    at = since + dt.timedelta(minutes=random.randrange(hours * 60))
    return dt.datetime.combine(at.date(), dt.time()) if random.random() < 0.2 else at


def customers(random: Random, count: int) -> list[Cells]:
    rows = []
    for number in range(count):
        odd = random.random()
        rows.append(
            {
                "customer_id": None if odd < 0.03 else f"{2023001 + (0 if odd > 0.97 else number)}",
                "name": f"客户{number if odd < 0.9 else 0}",
                "grade": random.choice(("A类", "B类", "C类", None)),
                "stage": random.choice(("潜在", "合作", "沉睡", "流失", None, "合作", "潜在")),
                "filed_on": day(random, random.choice((4, 400)), blank=0.05),
                "updated_on": day(random, 30, 3),
                "signed_on": day(random),
                "contact_birthday": day(random, 12_000),
                "owner": random.choice(("李明", "王芳")),
            }
        )
    return rows


def whose(random: Random, count: int) -> Cells:
    """The customer of a row: known, unknown, or by name alone."""
    number = random.randrange(count)
    known = random.random()
    if known < 0.05:
        return {"customer_id": "9999999", "name": "不存在"}
    if known < 0.15:
        return {"customer_id": None, "name": f"客户{number}"}
    return {"customer_id": f"{2023001 + number}", "name": f"客户{number}"}


def record(random: Random, count: int) -> Cells:
    return {
        **whose(random, count),
        "touched_at": moment(random, random.choice((5, 40, 300))),
        "way": random.choice(("电话", "拜访", "邮件")),
        "by": "李明",
        "next_action": random.choice((None, "李明发送报价单")),
        "next_action_by": day(random, 20, 10, 0.3),
        "next_action_done_on": day(random, 20, 2, 0.6),
        "signal": random.choice((None, "积极", "中性", "消极")),
        "responded": random.choice((None, "是", "否")),
        "info_changed": random.choice((None, "是", "否")),
    }


def complaint(random: Random, count: int, number: int) -> Cells:
    received = moment(random, random.choice((3, 8)))
    resolved = after(random, received)
    return {
        **whose(random, count),
        "complaint_id": None if random.random() < 0.03 else f"20261101-{number:03d}",
        "received_at": received,
        "channel": random.choice(("电话", "邮件", "在线平台")),
        "level": random.choice(("一般", "严重", "重大", None)),
        "owner": "李明",
        "responded_at": after(random, received, 6),
        "emergency_at": after(random, received, 48),
        "resolved_at": resolved,
        "called_back_at": after(random, resolved, 120),
        "status": random.choice((None, "待处理", "处理中", "等待客户", "已解决", "已关闭")),
        "extended_to": after(random, received, 200) if random.random() < 0.2 else None,
        "issue": random.choice((None, "噪音", "漏水")),
    }


def log_of(random: Random, case: Cells) -> list[Cells]:
    """Changes of one case's status, some of unknown cases, some ahead of now."""
    at = case["received_at"]
    changes: list[Cells] = []
    while at is not None and random.random() < 0.65 and len(changes) < 6:
        at += dt.timedelta(minutes=random.randrange(30, 2_000, 30))
        changes.append(
            {
                "case_id": case["complaint_id"] if random.random() < 0.97 else "没有此单",
                "changed_at": at,
                "status": random.choice(("处理中", "等待客户", "等待客户", "已解决", "已关闭", "重新打开")),
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


def survey(random: Random, count: int) -> Cells:
    scores = {key: random.choice((None, 1, 2, 3, 4, 5)) for key in ("quality", "tech_speed", "attitude")}
    return {**whose(random, count), "surveyed_on": day(random, 300), "nps": random.randint(0, 10), **scores}


def plan(random: Random, number: int) -> Cells:
    return {
        "customer_id": f"{2023001 + number}",
        "stage": random.choice(("潜在", "合作", "沉睡")),
        "grade": random.choice(("A类", "B类", "C类")),
        "frequency": random.choice(FREQUENCIES),
    }


def visit(random: Random, number: int) -> Cells:
    return {
        "customer_id": f"{2023001 + number}",
        "age": random.choice((None, "2个月", "1年", "5个月", "很久")),
        "grade": random.choice((None, "A类", "B类", "C类")),
        "frequency": random.choice(FREQUENCIES),
    }


def improvement(random: Random) -> Cells:
    due = day(random, 20, 10, 0.1)
    return {
        "origin": "月报",
        "problem": random.choice(("噪音", "其他")),
        "due_on": due,
        "done_on": day(random, 20, 2, 0.5),
    }


def workbook(random: Random, size: int) -> dict[str, SheetData]:
    """About fifteen times `size` rows over all tables."""
    cases = [complaint(random, size, number) for number in range(size * 2)]
    rows: dict[str, list[Cells]] = {
        "customers": customers(random, size),
        "followup_plans": [plan(random, number) for number in range(0, size, 2)],
        "followup_records": [record(random, size) for _ in range(size * 4)],
        "visit_plans": [visit(random, number) for number in range(0, size, 3)],
        "satisfaction_surveys": [survey(random, size) for _ in range(size)],
        "complaints": cases,
        "complaint_steps": [step for case in cases for step in steps_of(random, case)],
        "status_changes": [change for case in cases for change in log_of(random, case)],
        "improvement_actions": [improvement(random) for _ in range(size // 2)],
        "transactions": [
            {
                **whose(random, size),
                "traded_on": day(random, 800),
                "amount": random.choice((-50, 100, 900)),
                "product": random.choice(("软件", "退款")),
            }
            for _ in range(size)
        ],
    }
    for name in ("status_changes", "complaint_steps", "followup_records"):
        random.shuffle(rows[name])
    return {name: sheet(name, own) for name, own in rows.items()}


def rules(random: Random) -> RuleBook:
    """The packaged rules with limits, calendars and warning spans drawn anew; all of them on."""
    return RuleBook(tuple(_changed(random, rule) for rule in default_book("crm").rules))


def _changed(random: Random, rule: Rule) -> Rule:
    update: dict[str, Any] = {"enabled": True}
    if rule.kind is RuleKind.CLOCK and rule.limit:
        unit = random.choice((rule.unit, LimitUnit.HOUR, LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH))
        limit = {LimitUnit.HOUR: (1, 2, 24, 48, 2.5), LimitUnit.DAY: (1, 2, 3)}.get(unit, (1,))
        update |= {"unit": unit, "limits": (random.choice(limit),)}
    if rule.kind is RuleKind.CADENCE and random.random() < 0.5:
        unit = random.choice((LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH))
        update |= {"unit": unit, "limits": (random.randint(1, 5),)}
    if random.random() < 0.5:
        update["calendar"] = CalendarKind.WORKING
    share = Warning_(share=random.choice((0.0, 0.25, 0.5, 1.0)))
    update["warning"] = random.choice(
        (rule.warning, share, Warning_(minutes=random.choice((60, 1440, 2 * 1440))))
    )
    return rule.model_copy(update=update)


def calendars(random: Random) -> tuple[Worktime, PlainCalendar]:
    """One calendar in both forms."""
    hours = random.choice(HOURS)
    weekdays = set(random.choice((range(5), range(6), (0, 2, 5))))
    around = [NOW.date() + dt.timedelta(days=offset) for offset in range(-20, 12)]
    off = set(random.sample(around, 4))
    own = {one: random.choice(([(540, 720)], hours)) for one in random.sample(around, 3)}
    worktime = Worktime.build(
        [Segment(*one) for one in hours],
        weekdays=weekdays,
        days_off=off,
        workdays={one: [Segment(*span) for span in spans] for one, spans in own.items()},
    )
    return worktime, PlainCalendar(hours, weekdays, off, own)
