"""Complaints and the log of what happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    CASE_STATUS,
    Day,
    Id,
    LongText,
    Moment,
    Money,
    Name,
    OneOf,
    Person,
    Phone,
    Ref,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP_TIMES: Final[Mapping[str, str]] = {
    "responded_at": "接收安抚",
    "investigated_at": "调查",
    "proposed_at": "方案制定",
    "resolved_at": "处理完成",
    "called_back_at": "回访",
}
"""Times of a complaint -> the step of 投诉处理跟踪表 that supplies it when the cell is blank."""

STEPS = ("接收安抚", "分类定级", "调查", "方案制定", "处理完成", "进度反馈", "回访", "关闭")


class ComplaintRow(Row):
    """One complaint and the moments of its handling."""

    complaint_id: Id = column(
        "投诉编号",
        is_key=True,
        also=("投诉单号",),
        heading_in={"support": "投诉单号"},
        form=r"\d{8}-\d{3}|TS\d{11,12}",
        example="20230816-001",
    )
    received_at: Moment = column(
        "投诉日期",
        required=True,
        also=("接收时间",),
        heading_in={"support": "接收时间"},
        past=True,
        note="请写到时分；只写日期时，截止时间为到期日当天结束",
    )
    customer_id: Ref = column("客户编号", references="customers")
    name: Name = column(
        "客户名称", required=True, also=("客户名称/姓名",), heading_in={"support": "客户名称/姓名"}
    )
    contact: Person = column("联系人")
    phone: Phone = column("联系电话", also=("联系方式",), heading_in={"support": "联系方式"})
    channel: OneOf = column(
        "投诉渠道", choice=Choice(("电话", "邮件", "在线平台", "工单", "上级转交"), open=True)
    )
    content: LongText = column(
        "投诉内容",
        required=True,
        also=("投诉内容(问题描述)",),
        heading_in={"support": "投诉内容(问题描述)"},
    )
    demand: LongText = column("客户诉求")
    level: OneOf = column("投诉等级", required=True, choice=Choice(("一般", "严重", "重大")))
    owner: Person = column("责任人", required=True)
    resolution_expected_by: Moment = column("预计解决日期", role=Role.AUTO)
    finding: LongText = column("调查结果", packs=("support",))
    solution: LongText = column("处理方案", packs=("support",))
    executed_at: Moment = column("执行时间", packs=("support",), past=True)
    satisfaction: OneOf = column(
        "客户满意度", choice=Choice(("非常满意", "满意", "一般", "不满意", "非常不满意")), packs=("support",)
    )
    callback_note: LongText = column("回访记录", packs=("support",))
    complaint_type: OneOf = column(
        "投诉类型", choice=Choice(("产品问题", "服务问题", "沟通问题"), open=True), role=Role.EXTRA
    )
    issue: Text = column("高频问题", role=Role.EXTRA, note="问题的简短名称，例如 服务器噪音大")
    department: OneOf = column(
        "责任部门", choice=Choice(("产品部", "客服部", "销售部", "技术部"), open=True), role=Role.EXTRA
    )
    compensation: Money = column("赔偿金额", role=Role.EXTRA, unit="元")
    approver: Person = column("审批人", role=Role.EXTRA)
    contacted_at: Moment = column("首次联系时间", role=Role.EXTRA, past=True)
    responded_at: Moment = column("首次响应时间", role=Role.EXTRA, past=True)
    emergency_at: Moment = column("应急启动时间", role=Role.EXTRA, past=True)
    investigated_at: Moment = column("调查完成时间", role=Role.EXTRA, past=True)
    proposed_at: Moment = column("方案反馈时间", role=Role.EXTRA, past=True)
    updated_at: Moment = column("最近反馈时间", role=Role.EXTRA, past=True)
    resolved_at: Moment = column("解决时间", role=Role.EXTRA, past=True)
    notified_at: Moment = column("结果通知时间", role=Role.EXTRA, past=True)
    called_back_at: Moment = column("回访时间", role=Role.EXTRA, past=True)
    status: OneOf = column("处理状态", choice=CASE_STATUS, role=Role.EXTRA)
    extended_to: Moment = column("延期至", role=Role.EXTRA, note="经批准的解决截止时间")
    extension_reason: Text = column("延期原因", role=Role.EXTRA, note="须在原截止时间之前告知客户")
    wished_by: Moment = column("客户期望解决时间", role=Role.EXTRA)
    findings: Text = column("校验", role=Role.AUTO)


class ComplaintStepRow(Row):
    """One step of a complaint's handling."""

    complaint_id: Ref = column("投诉编号", required=True, references="complaints")
    step: OneOf = column("处理环节", required=True, choice=Choice(STEPS))
    handled_at: Moment = column("处理时间", required=True, past=True)
    by: Person = column("处理人", required=True)
    description: LongText = column("处理内容描述")
    feedback: LongText = column("客户反馈")
    next_action: LongText = column("下一步行动")
    next_action_by: Day = column("完成时限")
    findings: Text = column("校验", role=Role.AUTO)


class StatusChangeRow(Row):
    """One change of a case's status; pauses are replayed from these."""

    case_id: Text = column("单号", required=True, note="投诉编号、问题编号、订单编号等")
    changed_at: Moment = column("变更时间", required=True, past=True)
    status: OneOf = column("处理状态", required=True, choice=Choice((*CASE_STATUS.values, "重新打开")))
    by: Person = column("变更人")
    reason: LongText = column("原因")
    findings: Text = column("校验", role=Role.AUTO)


COMPLAINTS = Table(
    name="complaints",
    title="客户投诉登记表",
    also=("客户投诉处理跟踪表",),
    title_in={"support": "客户投诉处理跟踪表"},
    row=ComplaintRow,
    packs=("crm", "support", "relationship"),
    account="customer_id",
    touched="received_at",
    hint="一行一个投诉。投诉日期请写到时分，响应、解决、回访的截止和状态由 xlcrm 计算。",
)
COMPLAINT_STEPS = Table(
    name="complaint_steps",
    title="投诉处理跟踪表",
    row=ComplaintStepRow,
    packs=("crm",),
    hint="一行一个处理环节。登记表中对应的时间留空时，由这里的处理时间补上。",
)
STATUS_CHANGES = Table(
    name="status_changes",
    title="状态变更表",
    row=StatusChangeRow,
    packs=("service", "crm", "recovery", "support"),
    hint="一行一次状态变化。等待客户期间不计时，由这里推算。",
)
