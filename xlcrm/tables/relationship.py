"""Relations with the accounts that are worth it: profiles, assessments, plans and their summaries."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    GRADE,
    Day,
    Id,
    Int,
    LongText,
    Money,
    Name,
    Number,
    OneOf,
    Percent,
    Person,
    Phone,
    Ref,
    Score10,
    Text,
)

_CUSTOMER, _BUSINESS, _OTHER_BANKS, _OUR_BANK, _SERVICE = (
    "客户基本信息",
    "营业状况",
    "与他行往来状况",
    "与本行业务往来",
    "客户服务",
)
"""The five blocks of the document's profile."""

ADVICE = Choice(("改善关系", "维持关系", "终止关系"))
_COMPUTED = "刷新后仍保留在这一行"


class AccountProfileRow(Row):
    """What is known of one customer's business and banks."""

    name: Name = column("客户名称", required=True, group=_CUSTOMER)
    address: Text = column("地址", group=_CUSTOMER, note="写到省市、区县和街道门牌")
    legal_person: Person = column("法人", group=_CUSTOMER)
    general_manager: Person = column("总经理", group=_CUSTOMER)
    phone: Phone = column("联络方式", group=_CUSTOMER)
    business: Text = column("主营业务", group=_BUSINESS)
    employees: Int = column("员工人数", group=_BUSINESS)
    condition: Text = column("经营状况", group=_BUSINESS)
    banks: Text = column("往来银行", group=_OTHER_BANKS)
    deposits: Text = column("存款状况", group=_OTHER_BANKS)
    loans: Text = column("贷款状况", group=_OTHER_BANKS)
    other_products: Text = column("其他产品状况", group=_OTHER_BANKS)
    daily_deposit: Money = column("日均存款", group=_OUR_BANK)
    daily_loan: Money = column("日均贷款", group=_OUR_BANK)
    settlement_products: Text = column("结算产品使用状况", group=_OUR_BANK)
    wealth_products: Text = column("理财产品使用状况", group=_OUR_BANK)
    service_way: Text = column("客户服务沟通方式", group=_SERVICE)
    service_frequency: Text = column("客户服务沟通频率", group=_SERVICE, example="每月1次")
    potential: Text = column("客户关系发展潜力", group=_SERVICE)
    satisfaction: Score10 = column("客户满意度", group=_SERVICE)
    customer_id: Ref = column("客户编号", required=True, role=Role.EXTRA, references="customers")
    findings: Text = column("校验", role=Role.AUTO)


class RelationshipAssessmentRow(Row):
    """One indicator of one customer's assessment; rows with one 编号 belong together."""

    name: Name = column("客户名称", required=True)
    assessment_id: Id = column("编号", required=True, note="同一次评估的各行写同一编号")
    indicator: Text = column("分析指标", required=True, example="合作年限")
    weight: Percent = column("指标权重", required=True, note="同一编号各行的权重合计为 100%")
    score: Number = column("指标得分", required=True, note="0 至 100 分")
    grade: OneOf = column("客户等级", choice=GRADE, role=Role.AUTO)
    basis: LongText = column("得分依据")
    remark: LongText = column("备注")
    final_score: Number = column("最终得分", role=Role.AUTO)
    advice: OneOf = column("建议", choice=ADVICE, role=Role.AUTO)
    customer_id: Ref = column("客户编号", role=Role.EXTRA, references="customers")
    assessed_on: Day = column("评估日期", role=Role.EXTRA, past=True, note="留空则不能判断哪一次最新")
    findings: Text = column("校验", role=Role.AUTO)


class StrengtheningRow(Row):
    """What is done to come closer to one person at a customer."""

    customer_id: Ref = column("客户编号", required=True, role=Role.EXTRA, references="customers")
    position: OneOf = column(
        "项目",
        required=True,
        choice=Choice(("总经理", "副总经理", "部门经理", "部门主管")),
        note="客户方的职位",
    )
    influence: Text = column("影响力")
    rival_relation: Text = column("同关键竞争对手关系")
    owner: Person = column("本单位有关负责人员")
    measure: LongText = column("客户关系强化措施")
    due_on: Day = column("时间安排", note="措施应完成的日期")
    remark: LongText = column("备注")
    done_on: Day = column("完成日期", role=Role.EXTRA, past=True)
    findings: Text = column("校验", role=Role.AUTO)


class GradeRosterRow(Row):
    """One customer's grade by the newest assessment."""

    customer_id: Ref = column("客户编号", role=Role.AUTO, references="customers")
    name: Name = column("客户名称", role=Role.AUTO)
    grade: OneOf = column("客户等级", choice=GRADE, role=Role.AUTO)
    final_score: Number = column("最终得分", role=Role.AUTO)
    assessed_on: Day = column("评估日期", role=Role.AUTO)
    advice: Text = column("建议", choice=ADVICE, role=Role.AUTO)


class MaintenancePlanRow(Row):
    """One planned act of maintenance, its budget, its review and its end."""

    plan_id: Id = column("方案编号", role=Role.EXTRA, is_key=True, example="WH2023001")
    customer_id: Ref = column("客户编号", required=True, references="customers")
    name: Name = column("客户名称")
    way: OneOf = column(
        "维护方式",
        choice=Choice(("定期拜访", "电话", "邮件", "短信", "活动邀请", "节日祝愿"), open=True),
    )
    measure: LongText = column("维护措施", required=True)
    owner: Person = column("维护人员", required=True)
    budget: Money = column("维护费用预算", unit="元")
    due_on: Day = column("完成期限", required=True)
    review_status: OneOf = column(
        "审核状态",
        required=True,
        choice=Choice(("草稿", "待审核", "已通过", "退回修改")),
        note="已通过 后开始按完成期限计时",
    )
    review_note: LongText = column("审核意见")
    actual_cost: Money = column("实际费用", role=Role.EXTRA, unit="元")
    done_on: Day = column("完成日期", role=Role.EXTRA, past=True)
    effect: LongText = column("效果评估", role=Role.EXTRA)
    findings: Text = column("校验", role=Role.AUTO)


class MaintenanceSummaryRow(Row):
    """One manager's month; the words are the user's."""

    month: Text = column("月份", role=Role.AUTO)
    owner: Person = column("客户经理", role=Role.AUTO)
    planned: Int = column("计划项数", role=Role.AUTO)
    done_in_time: Int = column("按期完成数", role=Role.AUTO)
    completion_rate: Percent = column("完成率", role=Role.AUTO)
    budget: Money = column("预算合计", role=Role.AUTO)
    actual_cost: Money = column("实际费用合计", role=Role.AUTO)
    problem: LongText = column("存在问题", note=_COMPUTED)
    measure: LongText = column("改进措施", note=_COMPUTED)


ACCOUNT_PROFILES = Table(
    name="account_profiles",
    title="客户状况登记表",
    row=AccountProfileRow,
    packs=("relationship",),
    account="customer_id",
    hint="一行一个客户的经营、往来和服务状况。",
)
RELATIONSHIP_ASSESSMENTS = Table(
    name="relationship_assessments",
    title="客户关系评估表",
    row=RelationshipAssessmentRow,
    packs=("relationship",),
    account="customer_id",
    hint="一行一项指标。同一编号的权重合计为 100%，最终得分、等级和建议由 xlcrm 计算。",
)
RELATIONSHIP_STRENGTHENING = Table(
    name="relationship_strengthening",
    title="客户关系强化表",
    row=StrengtheningRow,
    packs=("relationship",),
    account="customer_id",
    hint="一行一个客户方的关键人物。时间安排到期未完成的会出现在到期清单。",
)
GRADE_ROSTER = Table(
    name="grade_roster",
    title="客户分级名册",
    also=("客户分级目录",),
    row=GradeRosterRow,
    packs=("relationship",),
    account="customer_id",
    report=True,
    hint="刷新时重建。每个客户取最近一次评估，按等级和得分排列。",
)
MAINTENANCE_PLANS = Table(
    name="maintenance_plans",
    title="客户关系维护方案",
    row=MaintenancePlanRow,
    packs=("relationship",),
    account="customer_id",
    hint="一行一项维护措施。审核通过后按完成期限计时。",
)
MAINTENANCE_SUMMARIES = Table(
    name="maintenance_summaries",
    title="客户维护总结表",
    also=("客户关系维护汇报",),
    row=MaintenanceSummaryRow,
    packs=("relationship",),
    report=True,
    hint="刷新时重建，一行一位客户经理的一个月。存在问题和改进措施由您填写，会随所在行保留。",
)
