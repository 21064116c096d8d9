"""Contacts that the service, relationship and recovery documents keep records of."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import YES_NO, LongText, Moment, Name, OneOf, Person, Ref, Text, YesNo

CALLBACK_METHOD = Choice(("随机选择法", "客户满意度选择法", "服务选择法", "情感选择法"))


class CareRecordRow(Row):
    """One act of care: a callback, a greeting or a reminder."""

    touched_at: Moment = column("维护日期", required=True, past=True)
    way: OneOf = column(
        "维护方式",
        required=True,
        choice=Choice(
            ("电话", "邮件", "拜访", "线上", "短信"),
            aliases={"上门拜访": "拜访", "上门": "拜访", "email": "邮件"},
        ),
    )
    target: Text = column(
        "维护对象",
        also=("维护对象(联系人/职务)",),
        heading_in={"service": "维护对象(联系人/职务)"},
        example="王芳/采购经理",
        note="联系人和职务",
    )
    care: OneOf = column(
        "维护内容",
        choice=Choice(("回访", "关怀", "提醒"), open=True),
        also=("维护内容(如回访、关怀、提醒)",),
        heading_in={"service": "维护内容(如回访、关怀、提醒)"},
        note="回访、关怀、提醒 三项由规则使用",
    )
    feedback: LongText = column("客户反馈")
    next_action: LongText = column(
        "后续行动", note="写明谁、做什么、何时完成", example="李明8月20日前寄出新版操作手册"
    )
    owner: Person = column("负责人")
    customer_id: Ref = column("客户编号", required=True, role=Role.EXTRA, references="customers")
    name: Name = column("客户名称", role=Role.EXTRA)
    findings: Text = column("校验", role=Role.AUTO)


class ServiceLogRow(Row):
    """One entry of the customer service's day book."""

    touched_at: Moment = column("日期", required=True, past=True)
    customer_id: Ref = column("客户编号", references="customers")
    name: Name = column("客户名称")
    work: OneOf = column(
        "工作类别",
        required=True,
        choice=Choice(("客户回访", "客户接待", "客户投诉", "咨询培训", "其他")),
    )
    content: LongText = column("内容", required=True)
    outcome: LongText = column("处理结果")
    by: Person = column("经办人", required=True)
    findings: Text = column("校验", role=Role.AUTO)


class CallbackRecordRow(Row):
    """One callback by telephone."""

    touched_at: Moment = column("回访时间", required=True, past=True)
    customer_id: Ref = column("客户编号", required=True, references="customers")
    name: Name = column("客户名称")
    method: OneOf = column("选择方法", choice=CALLBACK_METHOD, note="这位客户是用哪种方法选入回访名单的")
    callback_type: OneOf = column(
        "回访类型",
        required=True,
        choice=Choice(("常规", "投诉确认", "意见致谢", "处理后回访", "超期说明")),
        note="投诉确认、处理后回访、超期说明 会使对应的投诉时钟停止",
    )
    topic: OneOf = column(
        "回访内容",
        choice=Choice(("解释回访", "宣传回访", "情感回访", "调解回访", "建议回访", "指导回访")),
    )
    callback_note: LongText = column("回访记录")
    needs_service: YesNo = column("需后续服务", choice=YES_NO)
    by: Person = column("回访人", required=True)
    findings: Text = column("校验", role=Role.AUTO)


CARE_RECORDS = Table(
    name="care_records",
    title="客户维护记录表",
    row=CareRecordRow,
    packs=("service",),
    account="customer_id",
    touched="touched_at",
    hint="一行一次维护。维护内容选 回访、关怀 或 提醒，对应的到期任务随之完成。",
)
SERVICE_LOG = Table(
    name="service_log",
    title="客服工作登记表",
    row=ServiceLogRow,
    packs=("relationship",),
    account="customer_id",
    touched="touched_at",
    hint="一行一项客服工作。填写客户编号的，计入该客户的最近互动日期。",
)
CALLBACK_RECORDS = Table(
    name="callback_records",
    title="电话回访记录表",
    also=("顾客跟踪服务卡",),
    row=CallbackRecordRow,
    packs=("relationship",),
    account="customer_id",
    touched="touched_at",
    hint="一行一次电话回访。回访类型决定它完成哪一项任务。",
)
