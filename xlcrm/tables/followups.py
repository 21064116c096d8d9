"""Follow-up plans and records, visits, surveys and what is improved after them."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    CONTACT_WAY,
    GRADE,
    YES_NO,
    Day,
    LongText,
    Moment,
    Name,
    Nps,
    OneOf,
    Person,
    Ref,
    Score5,
    Tags,
    Text,
    YesNo,
)

RECORD_WAY = Choice(
    ("电话", "邮件", "拜访", "线上"), aliases={"上门拜访": "拜访", "上门": "拜访", "email": "邮件"}
)
FREQUENCIES = Choice(("每周1次", "每两周1次", "每月1次", "每季度1次", "每半年1次", "每年1次"), open=True)


class FollowupPlanRow(Row):
    """How one customer is to be followed up."""

    customer_id: Ref = column("客户编号", required=True, references="customers")
    name: Name = column("客户名称")
    stage: OneOf = column("跟进阶段", required=True, choice=Choice(("潜在", "合作", "沉睡")))
    grade: OneOf = column("客户等级", required=True, choice=GRADE)
    frequency: Text = column(
        "跟进频率", choice=FREQUENCIES, note="填写后优先于规则；可写 每周1次、每两周1次、每10天1次 等"
    )
    next_on: Day = column("下次跟进日期", role=Role.AUTO)
    way: Tags = column("跟进方式", choice=CONTACT_WAY, example="电话+邮件")
    focus: LongText = column("跟进重点")
    owner: Person = column("负责人")
    findings: Text = column("校验", role=Role.AUTO)


class FollowupRecordRow(Row):
    """One contact with a customer."""

    touched_at: Moment = column("跟进日期", required=True, past=True)
    customer_id: Ref = column("客户编号", required=True, references="customers")
    name: Name = column("客户名称")
    way: OneOf = column("跟进方式", required=True, choice=RECORD_WAY)
    by: Person = column("跟进人", required=True)
    summary: LongText = column("沟通内容摘要", required=True)
    feedback: LongText = column("客户反馈/需求")
    next_action: LongText = column(
        "下一步行动",
        note="写明谁、做什么、何时完成；不要写 后续联系、保持联系",
        example="李明8月20日前发送报价单",
    )
    next_action_by: Day = column("完成时限")
    next_action_done_on: Day = column("完成日期", role=Role.EXTRA, past=True)
    signal: OneOf = column(
        "客户信号",
        choice=Choice(("积极", "中性", "消极")),
        role=Role.EXTRA,
        note="积极：索要报价或样品；消极：多次联系不上或表示暂时不需要",
    )
    responded: YesNo = column("客户响应", choice=YES_NO, role=Role.EXTRA, note="唤醒或去电后客户是否回应")
    need_tags: Tags = column("需求标签", role=Role.EXTRA, example="价格敏感")
    info_changed: YesNo = column(
        "信息变更", choice=YES_NO, role=Role.EXTRA, note="填 是 后须在24小时内更新客户信息总表"
    )
    findings: Text = column("校验", role=Role.AUTO)


class VisitPlanRow(Row):
    """How one customer is to be called back."""

    customer_id: Ref = column("客户编号", required=True, references="customers")
    name: Name = column("客户名称")
    age: Text = column("合作时长", role=Role.AUTO)
    grade: OneOf = column("客户等级", choice=GRADE)
    frequency: Text = column("回访频率", choice=FREQUENCIES, note="填写后优先于规则；写法同跟进频率")
    way: Tags = column("回访方式", choice=CONTACT_WAY, example="电话+邮件")
    focus: LongText = column("回访重点")
    owner: Person = column("负责人")
    planned_on: Day = column("计划执行日期", role=Role.AUTO)
    findings: Text = column("校验", role=Role.AUTO)


class SurveyRow(Row):
    """One answered satisfaction form."""

    customer_id: Ref = column("客户编号", required=True, references="customers")
    name: Name = column("调查对象", also=("客户名称",))
    surveyed_on: Day = column("调查日期", required=True, past=True)
    by: Person = column("调查人")
    quality: Score5 = column("产品质量稳定性")
    tech_speed: Score5 = column("技术响应速度")
    attitude: Score5 = column("服务人员态度")
    service_speed: Score5 = column("服务响应速度", packs=("service",))
    problem_solving: Score5 = column("问题解决能力", packs=("service",))
    expertise: Score5 = column("人员专业度", packs=("service",))
    initiative: Score5 = column("服务主动性", packs=("service",))
    will_continue: YesNo = column("是否愿意继续合作", choice=YES_NO)
    nps: Nps = column("推荐值", also=("您是否愿意推荐给同行",))
    suggestion: LongText = column("改进建议")
    findings: Text = column("校验", role=Role.AUTO)


class ImprovementRow(Row):
    """One improvement that somebody promised."""

    origin: Text = column("来源", required=True, example="投诉分析报告 2026-10")
    problem: LongText = column("问题", required=True)
    measure: LongText = column("改进措施", required=True)
    department: Text = column("责任部门", required=True)
    owner: Person = column("负责人")
    due_on: Day = column("完成时限", required=True)
    done_on: Day = column("完成日期", past=True)
    effect: LongText = column("效果验证")
    told_on: Day = column("反馈客户日期", role=Role.EXTRA, past=True, note="把建议的处理结果告诉客户的日期")
    findings: Text = column("校验", role=Role.AUTO)


FOLLOWUP_PLANS = Table(
    name="followup_plans",
    title="客户跟进计划表",
    row=FollowupPlanRow,
    packs=("crm",),
    account="customer_id",
    hint="一行一个客户。跟进频率留空时按规则表计算下次跟进日期，填写后以填写的为准。",
)
FOLLOWUP_RECORDS = Table(
    name="followup_records",
    title="客户跟进记录表",
    row=FollowupRecordRow,
    packs=("crm",),
    account="customer_id",
    touched="touched_at",
    hint="一行一次沟通。下一步行动要写明谁、做什么、何时完成。",
)
VISIT_PLANS = Table(
    name="visit_plans",
    title="客户回访计划表",
    row=VisitPlanRow,
    packs=("crm",),
    account="customer_id",
    hint="一行一个客户。合作时长由签约日期算出，计划执行日期由规则或回访频率算出。",
)
SATISFACTION_SURVEYS = Table(
    name="satisfaction_surveys",
    title="客户满意度调查表",
    row=SurveyRow,
    packs=("service", "crm", "recovery"),
    account="customer_id",
    touched="surveyed_on",
    hint="一行一份问卷。评分 1-5 分，推荐值 0-10 分。",
)
IMPROVEMENT_ACTIONS = Table(
    name="improvement_actions",
    title="改进计划表",
    row=ImprovementRow,
    packs=("service", "crm", "relationship", "support"),
    hint="一行一项改进。到期未完成的会出现在到期清单。",
)
