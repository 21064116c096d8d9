"""Service and after-sales issues."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    CASE_STATUS,
    YES_NO,
    Id,
    LongText,
    Moment,
    Name,
    OneOf,
    Person,
    Phone,
    Ref,
    Score5,
    Text,
    YesNo,
)

_OF_SERVICE = ("咨询", "投诉", "技术支持", "业务办理")
_OF_SUPPORT = ("功能故障", "操作咨询", "需求优化")


class ServiceIssueRow(Row):
    """One issue and the moments of its handling."""

    issue_id: Id = column("问题编号", is_key=True, form=r"SH\d{11,12}", example="SH202310200001")
    name: Name = column(
        "客户名称", required=True, also=("客户名称/姓名",), heading_in={"support": "客户名称/姓名"}
    )
    received_at: Moment = column("接收时间", required=True, past=True, note="请写到时分，各项截止由此算起")
    content: LongText = column("问题描述", required=True, also=("问题描述(含客户诉求)",))
    issue_type: OneOf = column(
        "问题类型",
        required=True,
        choice=Choice(
            (*_OF_SERVICE, *_OF_SUPPORT), shown_in={"service": _OF_SERVICE, "support": _OF_SUPPORT}
        ),
    )
    owner: Person = column("处理负责人", required=True, also=("责任人",), heading_in={"support": "责任人"})
    steps: LongText = column(
        "处理步骤", also=("处理步骤(含时间节点)",), heading_in={"service": "处理步骤(含时间节点)"}
    )
    outcome: LongText = column("解决结果")
    satisfaction: Score5 = column(
        "客户满意度", also=("满意度(1-5分)",), heading_in={"service": "满意度(1-5分)"}
    )
    phone: Phone = column("联系方式", packs=("support",))
    urgency: OneOf = column("紧急度", choice=Choice(("紧急", "普通")), packs=("support",))
    solution: LongText = column("处理方案", packs=("support",))
    # The contract gives it to support alone, but rules S11 and S12 of service wait for it as well.
    resolved_at: Moment = column("解决时间", past=True)
    signature: Text = column("客户确认签字", packs=("support",))
    complexity: OneOf = column("复杂度", choice=Choice(("普通", "复杂")), role=Role.EXTRA)
    on_site: YesNo = column("需上门", choice=YES_NO, role=Role.EXTRA)
    responded_at: Moment = column("首次响应时间", role=Role.EXTRA, past=True)
    dispatched_at: Moment = column("派单时间", role=Role.EXTRA, past=True)
    engineer_contacted_at: Moment = column("技术联系时间", role=Role.EXTRA, past=True)
    proposed_at: Moment = column("方案反馈时间", role=Role.EXTRA, past=True)
    visited_at: Moment = column("上门时间", role=Role.EXTRA, past=True)
    updated_at: Moment = column("最近反馈时间", role=Role.EXTRA, past=True)
    called_back_at: Moment = column("回访时间", role=Role.EXTRA, past=True)
    cause: OneOf = column(
        "根本原因", choice=Choice(("操作失误", "系统故障", "流程缺陷"), open=True), role=Role.EXTRA
    )
    channel: OneOf = column(
        "需求来源",
        choice=Choice(("客服", "在线客服", "邮件", "客户经理", "工单系统"), open=True),
        role=Role.EXTRA,
    )
    customer_id: Ref = column("客户编号", role=Role.EXTRA, references="customers")
    status: OneOf = column("处理状态", choice=CASE_STATUS, role=Role.EXTRA)
    extended_to: Moment = column("延期至", role=Role.EXTRA, note="经批准的解决截止时间")
    extension_reason: Text = column("延期原因", role=Role.EXTRA, note="须在原截止时间之前告知客户")
    wished_by: Moment = column("客户期望解决时间", role=Role.EXTRA)
    findings: Text = column("校验", role=Role.AUTO)


SERVICE_ISSUES = Table(
    name="service_issues",
    title="服务问题处理表",
    also=("售后问题处理表",),
    title_in={"support": "售后问题处理表"},
    row=ServiceIssueRow,
    packs=("service", "support"),
    account="customer_id",
    touched="received_at",
    hint="一行一个问题。接收时间请写到时分，响应、解决、回访的截止和状态由 xlcrm 计算。",
)
