"""Lists that a refresh builds from the tables: whom to call back, what the weekly meeting looks at."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.care import CALLBACK_METHOD
from xlcrm.tables.fields import (
    CASE_STATUS,
    CLOCK_STATUS,
    GRADE,
    Int,
    LinkText,
    LongText,
    Moment,
    Name,
    Number,
    OneOf,
    Person,
    Phone,
    Ref,
    Text,
)


class CallListRow(Row):
    """One customer that one method of selection names for a callback."""

    method: OneOf = column("选择方法", choice=CALLBACK_METHOD, role=Role.AUTO)
    place: Int = column("序号", role=Role.AUTO)
    customer_id: Ref = column("客户编号", role=Role.AUTO, references="customers")
    name: Name = column("客户名称", role=Role.AUTO)
    contact: Person = column("联系人", role=Role.AUTO)
    phone: Phone = column("联系电话", role=Role.AUTO)
    grade: OneOf = column("客户等级", choice=GRADE, role=Role.AUTO)
    last_touch_at: Moment = column("最近互动日期", role=Role.AUTO)
    satisfaction: Number = column("最近满意度", role=Role.AUTO, unit="%")
    reason: LongText = column("入选理由", role=Role.AUTO)


class MeetingListRow(Row):
    """One complex case that is still open."""

    case_id: Text = column("单号", role=Role.AUTO)
    name: Name = column("客户名称", role=Role.AUTO)
    issue_type: Text = column("问题类型", role=Role.AUTO)
    content: LongText = column("问题描述", role=Role.AUTO)
    complexity: OneOf = column("复杂度", choice=Choice(("普通", "复杂")), role=Role.AUTO)
    received_at: Moment = column("接收时间", role=Role.AUTO)
    elapsed: Text = column("已用时", role=Role.AUTO)
    owner: Person = column("责任人", role=Role.AUTO)
    status: OneOf = column("处理状态", choice=CASE_STATUS, role=Role.AUTO)
    worst_status: OneOf = column("最紧急状态", choice=CLOCK_STATUS, role=Role.AUTO)
    source: LinkText = column("来源", role=Role.AUTO)


class AnalysisDetailRow(Row):
    """One row behind a figure of an analysis sheet."""

    sheet: Text = column("分析表", role=Role.AUTO)
    figure: Text = column("分析项", role=Role.AUTO)
    customer_id: Ref = column("客户编号", role=Role.AUTO, references="customers")
    name: Name = column("客户名称", role=Role.AUTO)
    owner: Person = column("负责人", role=Role.AUTO)
    at: Moment = column("时间", role=Role.AUTO)
    amount: Number = column("数值", role=Role.AUTO)
    content: LongText = column("内容", role=Role.AUTO)
    source: LinkText = column("来源", role=Role.AUTO)


CALL_LIST = Table(
    name="call_list",
    title="回访名单",
    row=CallListRow,
    packs=("relationship",),
    account="customer_id",
    report=True,
    hint="刷新时重建。按四种选择方法各列出应回访的客户；回访后请登记电话回访记录表。",
)
MEETING_LIST = Table(
    name="meeting_list",
    title="联席会议清单",
    row=MeetingListRow,
    packs=("support", "service"),
    report=True,
    hint="刷新时重建。列出未解决的复杂问题，供每周联席会议使用。",
)
ANALYSIS_DETAILS = Table(
    name="analysis_details",
    title="分析明细",
    row=AnalysisDetailRow,
    packs=("service", "crm", "recovery", "relationship", "support"),
    account="customer_id",
    report=True,
    hint="刷新时重建。分析表里每个数字背后的记录，从分析表点 明细 跳到这里，点 来源 跳到原始记录。",
)
