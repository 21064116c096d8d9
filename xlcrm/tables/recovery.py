"""Recovery of damaged customer relations: the cases and how well they went."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    INDUSTRY,
    Day,
    Id,
    LongText,
    Moment,
    OneOf,
    Person,
    Phone,
    Ref,
    Score10,
    Tags,
    Text,
)

_CUSTOMER, _PROBLEM, _PLAN, _TALKS, _RESULT = (
    "客户基本信息",
    "问题描述",
    "处理方案",
    "沟通记录",
    "跟进结果",
)
"""The five blocks of the document's form."""


class RecoveryCaseRow(Row):
    """One relation that went wrong, from the problem to the customer's return."""

    recovery_id: Id = column(
        "问题编号", role=Role.EXTRA, is_key=True, form=r"HF\d{11}", example="HF20231020001"
    )
    customer_id: Ref = column(
        "客户编号",
        required=True,
        also=("客户ID",),
        heading_in={"recovery": "客户ID"},
        references="customers",
        group=_CUSTOMER,
    )
    contact: Person = column("联系人", group=_CUSTOMER)
    phone: Phone = column("联系方式", group=_CUSTOMER)
    industry: OneOf = column("所属行业", choice=INDUSTRY, group=_CUSTOMER)
    issue_type: OneOf = column(
        "问题类型",
        required=True,
        choice=Choice(("产品故障", "产品质量", "服务失误", "服务态度", "物流时效"), open=True),
        group=_PROBLEM,
    )
    occurred_at: Moment = column("发生时间", past=True, group=_PROBLEM)
    content: LongText = column("具体经过", group=_PROBLEM)
    demand: Tags = column(
        "客户诉求",
        choice=Choice(("退款", "换货", "道歉", "补偿"), open=True),
        group=_PROBLEM,
        example="换货、道歉",
    )
    owner: Person = column("责任人", required=True, group=_PLAN)
    solution: LongText = column("方案内容", group=_PLAN)
    executed_at: Moment = column("执行时间", past=True, group=_PLAN)
    remedy: Text = column("补偿措施", group=_PLAN)
    responded_at: Moment = column("首次沟通", past=True, group=_TALKS, note="首次联系客户的时间，请写到时分")
    feedback: LongText = column("客户反馈", group=_TALKS)
    second_talk_at: Moment = column("二次沟通", past=True, group=_TALKS)
    mood: Text = column("客户情绪", group=_TALKS, example="从愤怒→满意")
    satisfaction: Score10 = column("满意度评分", group=_RESULT)
    repurchase_intent: Text = column("复购意向", group=_RESULT)
    relation: OneOf = column(
        "关系状态", choice=Choice(("恢复中", "已恢复", "重点维护", "已流失")), group=_RESULT
    )
    remark: LongText = column("备注", group=_RESULT)
    received_at: Moment = column(
        "受理时间", required=True, role=Role.EXTRA, past=True, note="请写到时分，各项截止由此算起"
    )
    trigger: OneOf = column(
        "触发条件",
        choice=Choice(("正式投诉", "满意度低于阈值", "连续未复购或互动", "负面舆情", "重要客户改进需求")),
        role=Role.EXTRA,
    )
    urgency: OneOf = column(
        "紧急程度", required=True, choice=Choice(("紧急", "重要", "一般")), role=Role.EXTRA
    )
    impact: Text = column("影响范围", role=Role.EXTRA)
    proposed_at: Moment = column("方案确认时间", role=Role.EXTRA, past=True)
    completed_at: Moment = column("执行完成时间", role=Role.EXTRA, past=True)
    reassessed_at: Moment = column("复评时间", role=Role.EXTRA, past=True)
    repurchased_on: Day = column("复购日期", role=Role.EXTRA, past=True)
    findings: Text = column("校验", role=Role.AUTO)


class RecoveryAssessmentRow(Row):
    """One measure of a case's recovery, or of all cases; the improvement is the user's."""

    dimension: Text = column(
        "评估维度", role=Role.AUTO, choice=Choice(("问题解决效率", "客户满意度", "关系恢复稳定性"))
    )
    indicator: Text = column("评估指标", role=Role.AUTO)
    standard: Text = column("达标标准", role=Role.AUTO)
    outcome: Text = column("实际结果", role=Role.AUTO)
    improvement: LongText = column("改进方向", note="刷新后仍保留在这一行")


RECOVERY_CASES = Table(
    name="recovery_cases",
    title="售后服务问题处理与客户关系跟踪表",
    row=RecoveryCaseRow,
    packs=("recovery",),
    account="customer_id",
    touched="received_at",
    hint="一行一件关系恢复。受理时间请写到时分，响应、方案、执行、复评的截止由 xlcrm 计算。",
)
RECOVERY_ASSESSMENTS = Table(
    name="recovery_assessments",
    title="客户关系恢复效果评估表",
    row=RecoveryAssessmentRow,
    packs=("recovery",),
    report=True,
    hint="刷新时重建：先列总体，再逐件列出。改进方向由您填写，会随所在行保留。",
)
