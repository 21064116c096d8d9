"""Workbooks drawn at random: ordinary cells, odd ones, and times on every side of every edge."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.checks.build import FIRST_ROW, sheet
from tests.compute.random_cases import cases
from tests.compute.random_cells import NOW, TAGS, Cells, day, moment, whose, yes_no
from tests.compute.reference_calendar import PlainCalendar
from xlcrm.rules.base import CalendarKind, LimitUnit, RuleKind, Warning_
from xlcrm.rules.reading import RuleBook, default_book
from xlcrm.tables import BY_NAME, tables_of
from xlcrm.tables.frames import Remark
from xlcrm.worktime import Segment, Worktime

if TYPE_CHECKING:
    from random import Random

    from xlcrm.rules.base import Rule
    from xlcrm.tables.frames import SheetData

__all__ = ["NOW", "calendars", "moved", "rules", "workbook"]

HOURS = ([(540, 720), (810, 1080)], [(480, 1020)], [(0, 360), (1320, 1440)])
FREQUENCIES = (None, None, "每周1次", "每两周1次", "每月1次", "每季度1次", "每10天1次", "有空时")
SCORES = ("quality", "tech_speed", "attitude")


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
                "signed_on": day(random, random.choice((40, 400, 800))),
                "contract_ends_on": day(random, 30, 30, 0.5),
                "founded_on": day(random, 9_000, 0, 0.5),
                "contact_birthday": day(random, 12_000),
                "need_tags": random.choice(TAGS),
                "owner": random.choice(("李明", "王芳")),
            }
        )
    return rows


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
        "responded": yes_no(random),
        "info_changed": yes_no(random),
    }


def contact(random: Random, count: int, **words: tuple[str, ...]) -> Cells:
    """A record of any other contact; `words` are the choices of its columns."""
    drawn = {key: random.choice((None, *values)) for key, values in words.items()}
    return {**whose(random, count), "touched_at": moment(random, random.choice((5, 40, 300))), **drawn}


def survey(random: Random, count: int) -> Cells:
    scores = {key: random.choice((None, 1, 2, 3, 4, 5)) for key in SCORES}
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


def planned(random: Random, **cells: object) -> Cells:
    """Something with a day by which it is to be done."""
    return {**cells, "due_on": day(random, 20, 10, 0.1), "done_on": day(random, 20, 2, 0.5)}


def push(random: Random) -> Cells:
    return {
        "tags": random.choice(TAGS),
        "service": "新品速递",
        "pushed_at": moment(random, random.choice((4, 60))),
        "pushed": random.choice((None, 100)),
        "inquiries": random.choice((None, 0, 20)),
        "conversions": random.choice((None, 0, 30)),
        "click_rate": random.choice((None, 0.1, 0.6)),
    }


def trade(random: Random, count: int) -> Cells:
    return {
        **whose(random, count),
        "traded_on": day(random, 800),
        "amount": random.choice((-50, 100, 900)),
        "product": random.choice(("软件", "退款")),
    }


def workbook(random: Random, size: int, pack: str = "full") -> dict[str, SheetData]:
    """About thirty times `size` rows over the tables of a pack."""
    half = range(size // 2)
    records = [record(random, size) for _ in range(size * 4)]
    random.shuffle(records)
    care = {"care": ("回访", "关怀", "提醒"), "way": ("电话", "拜访")}
    talks = {"callback_type": ("常规", "投诉确认", "处理后回访", "超期说明")}
    reviews = ("草稿", "已通过", "已通过")
    rows: dict[str, list[Cells]] = {
        "customers": customers(random, size),
        "followup_plans": [plan(random, number) for number in range(0, size, 2)],
        "followup_records": records,
        "care_records": [contact(random, size, **care) for _ in range(size * 2)],
        "visit_plans": [visit(random, number) for number in range(0, size, 3)],
        "satisfaction_surveys": [survey(random, size) for _ in range(size)],
        **cases(random, size),
        "relationship_strengthening": [
            planned(random, customer_id=whose(random, size)["customer_id"], measure="拜访") for _ in half
        ],
        "maintenance_plans": [
            planned(
                random,
                **whose(random, size),
                plan_id=random.choice((None, f"FA{number}")),
                review_status=random.choice(reviews),
            )
            for number in range(size)
        ],
        "service_log": [contact(random, size, work=("客户回访", "其他")) for _ in half],
        "callback_records": [contact(random, size, **talks) for _ in range(size * 2)],
        "service_pushes": [push(random) for _ in range(size)],
        "improvement_actions": [
            planned(random, origin="月报", problem=random.choice(("噪音", "其他"))) for _ in half
        ],
        "transactions": [trade(random, size) for _ in range(size)],
    }
    own = {table.name for table in tables_of(pack)}
    return {name: smudged(random, name, cells) for name, cells in rows.items() if name in own}


def smudged(random: Random, name: str, rows: list[Cells]) -> SheetData:
    """A sheet; a few of its times are texts that cannot be read, and a few were read from texts."""
    moments = [item.key for item in BY_NAME[name].columns if item.past and item.key != BY_NAME[name].touched]
    notes: list[tuple[int, str, str, str]] = []
    for number, cells in enumerate(rows, start=FIRST_ROW):
        if moments and random.random() < 0.03:
            key = random.choice(moments)
            remark = random.choice((Remark.UNREADABLE, Remark.ERROR, Remark.TEXT_DATE))
            if remark is not Remark.TEXT_DATE:
                cells[key] = None
            notes.append((number, key, remark, "昨天下午"))
    return sheet(name, rows, notes=notes)


def rules(random: Random, pack: str = "full") -> RuleBook:
    """The packaged rules with limits, calendars and warning spans drawn anew; all of them on."""
    return RuleBook(tuple(_changed(random, rule) for rule in default_book(pack).rules))


_HOURS = (LimitUnit.HOUR, LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH)
_BEFORE = (LimitUnit.HOURS_BEFORE, LimitUnit.DAYS_BEFORE)
_LIMITS = {
    LimitUnit.MINUTE: (5, 30),
    LimitUnit.HOUR: (1, 2, 24, 48, 2.5),
    LimitUnit.HOURS_BEFORE: (1, 24, 48),
    LimitUnit.DAY: (1, 2, 3),
    LimitUnit.DAYS_BEFORE: (1, 2, 5),
}


def _changed(random: Random, rule: Rule) -> Rule:
    update: dict[str, Any] = {"enabled": True}
    clocked = rule.clock and rule.kind in (RuleKind.CLOCK, RuleKind.STATE, RuleKind.MILESTONE)
    if clocked and rule.limit:
        unit = random.choice(_BEFORE if rule.unit in _BEFORE else (rule.unit, *_HOURS))
        limits = [one for one in _LIMITS.get(unit, (1,)) if rule.kind is RuleKind.CLOCK or one % 1 == 0]
        update |= {"unit": unit, "limits": (random.choice(limits),)}
    if rule.kind is RuleKind.REPEAT:
        unit = random.choice((LimitUnit.HOUR, LimitUnit.DAY, LimitUnit.MONTH))
        amount = {LimitUnit.HOUR: random.choice((4, 24)), LimitUnit.DAY: random.choice((1, 3))}.get(unit, 1)
        update |= {"unit": unit, "limits": random.choice(((amount,), (amount, amount * 3), (amount, amount)))}
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


def moved(data: dict[str, SheetData], days: int) -> dict[str, SheetData]:
    """The same workbook some days later: every date and moment in it."""
    later = {}
    for name, one in data.items():
        frame = one.frame.copy()
        for key in frame.select_dtypes("datetime"):
            frame[key] += dt.timedelta(days=days)
        later[name] = replace(one, frame=frame)
    return later


def calendars(random: Random, now: dt.datetime = NOW) -> tuple[Worktime, PlainCalendar]:
    """One calendar in both forms."""
    hours = random.choice(HOURS)
    weekdays = set(random.choice((range(5), range(6), (0, 2, 5))))
    around = [now.date() + dt.timedelta(days=offset) for offset in range(-20, 12)]
    off = set(random.sample(around, 4))
    own = {one: random.choice(([(540, 720)], hours)) for one in random.sample(around, 3)}
    worktime = Worktime.build(
        [Segment(*one) for one in hours],
        weekdays=weekdays,
        days_off=off,
        workdays={one: [Segment(*span) for span in spans] for one, spans in own.items()},
    )
    return worktime, PlainCalendar(hours, weekdays, off, own)
