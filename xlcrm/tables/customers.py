"""Customers and where they come from."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    CHANNEL,
    GRADE,
    INDUSTRY,
    STAGE,
    Day,
    Email,
    Id,
    Int,
    LongText,
    Moment,
    Money,
    Name,
    OneOf,
    Percent,
    Person,
    Phone,
    Ref,
    Tags,
    Text,
)


class CustomerRow(Row):
    """One customer of the master register."""

    customer_id: Id = column(
        "客户编号",
        is_key=True,
        also=("客户ID", "编号"),
        heading_in={"recovery": "客户ID"},
        form=r"\d{7}|\d{9}",
        example="2023001",
    )
    name: Name = column(
        "客户名称",
        required=True,
        also=("企业名称", "客户名称(个人/公司)", "客户名称/姓名", "公司名称"),
        heading_in={"support": "客户名称/姓名"},
        example="杭州云帆科技有限公司",
        note="请填营业执照上的全称；个人客户在姓名后加（个人）",
    )
    contact: Person = column("联系人", required=True)
    position: Text = column("职位", also=("职务",), heading_in={"service": "职务"})
    phone: Phone = column(
        "联系电话",
        required=True,
        also=("联系方式", "电话", "手机"),
        heading_in={"support": "联系方式"},
    )
    email: Email = column("邮箱", also=("电子邮箱", "email"))
    industry: OneOf = column("所属行业", choice=INDUSTRY, also=("行业类型", "行业"))
    grade: OneOf = column("客户等级", choice=GRADE)
    need_tags: Tags = column("需求标签", example="服务器采购、长期合作")
    channel: OneOf = column("来源渠道", choice=CHANNEL)
    filed_on: Day = column("建档日期", required=True, past=True)
    owner: Person = column(
        "负责人", required=True, also=("客户经理",), heading_in={"relationship": "客户经理"}
    )
    updated_on: Day = column("最后更新日期", also=("信息更新日期",), past=True)
    products: Text = column("合作产品/服务")
    contract_ends_on: Day = column("合同到期日")
    history: LongText = column("历史合作记录")
    preferences: Tags = column(
        "客户偏好标签", choice=Choice(("电话沟通", "邮件", "定期回访", "业务提醒"), open=True)
    )
    remark: LongText = column("备注", also=("备注(特殊需求等)",))
    stage: OneOf = column("客户阶段", choice=STAGE, role=Role.EXTRA, also=("跟进阶段",))
    signed_on: Day = column("签约日期", role=Role.EXTRA, also=("合作开始日期",), past=True)
    founded_on: Day = column(
        "成立日期", role=Role.EXTRA, also=("成立时间", "周年庆"), returns=True, note="用于周年庆关怀"
    )
    contact_birthday: Day = column(
        "联系人生日", role=Role.EXTRA, yearless=True, note="只看月和日，年份可以不准"
    )
    address: Text = column("地址", role=Role.EXTRA, note="写到省市、区县和街道门牌")
    company_size: Text = column("企业规模", role=Role.EXTRA)
    budget: Money = column("预算", role=Role.EXTRA, unit="元", also=("预算范围",))
    decision_chain: Text = column("决策链", role=Role.EXTRA, note="谁采购、谁决策")
    consent: Text = column("授权记录", role=Role.EXTRA, note="例如：允许发送产品资料（2026-03-01 电话确认）")
    review_status: OneOf = column("审核状态", choice=Choice(("已审核", "待审核", "待核实")), role=Role.EXTRA)
    last_touch_at: Moment = column("最近互动日期", role=Role.AUTO)
    next_contact_on: Day = column("下次联系日期", role=Role.AUTO)
    next_contact_rule: Text = column("下次联系依据", role=Role.AUTO)
    next_contact_way: Text = column("下次联系方式", role=Role.AUTO)
    suggested_stage: Text = column("建议阶段", role=Role.AUTO)
    rfm_class: Text = column("RFM类别", role=Role.AUTO, packs=("crm",))
    matched_services: Text = column("匹配服务", role=Role.AUTO, packs=("support",))
    findings: Text = column("校验", role=Role.AUTO)


class LeadSourceRow(Row):
    """What one source of leads brought."""

    channel: OneOf = column("来源渠道", required=True, choice=CHANNEL)
    source: Text = column("具体来源", also=("具体来源(如展会名称/广告关键词)",))
    acquired_on: Day = column("获取日期", required=True, past=True)
    owner: Person = column("负责人")
    leads: Int = column("客户数量")
    effective: Int = column("转化为有效客户数")
    conversion: Percent = column("转化率", role=Role.AUTO)
    remark: LongText = column("备注", note="展位、介绍人或成本，例如 成本:15元/次")
    findings: Text = column("校验", role=Role.AUTO)


class TransactionRow(Row):
    """One purchase; what revenue, RFM and churn are computed from."""

    customer_id: Ref = column("客户编号", required=True, references="customers")
    traded_on: Day = column("交易日期", required=True, past=True)
    product: Text = column("产品")
    amount: Money = column("金额", required=True, unit="元", note="退款填负数，并在产品中注明退款")
    findings: Text = column("校验", role=Role.AUTO)


CUSTOMERS = Table(
    name="customers",
    title="客户信息总表",
    also=("客户信息登记表", "客户资料管理档案"),
    title_in={"service": "客户信息登记表", "relationship": "客户资料管理档案"},
    row=CustomerRow,
    packs=("service", "crm", "recovery", "relationship", "support"),
    account="customer_id",
    hint="一行一个客户。深蓝列必须由人填写，青色列为补充信息，灰色列由 xlcrm 刷新时自动计算。",
)
LEAD_SOURCES = Table(
    name="lead_sources",
    title="客户来源登记表",
    row=LeadSourceRow,
    packs=("crm",),
    hint="一行一个来源。转化率 = 转化为有效客户数 ÷ 客户数量，由 xlcrm 计算。",
)
TRANSACTIONS = Table(
    name="transactions",
    title="交易记录表",
    row=TransactionRow,
    packs=("crm",),
    account="customer_id",
    touched="traded_on",
    hint="一行一笔交易。RFM 类别和最近互动日期由此计算。",
)
