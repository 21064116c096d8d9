"""Before and during a sale, and what is offered after it."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    YES_NO,
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
    Score5,
    Tags,
    Text,
    YesNo,
)


class PresalesRow(Row):
    """One enquiry before a sale."""

    name: Name = column("客户名称/姓名", required=True, also=("客户名称",))
    phone: Phone = column("联系方式", required=True, also=("联系电话",))
    channel: OneOf = column("咨询渠道", required=True, choice=Choice(("在线客服", "电话", "邮件"), open=True))
    product: Text = column("咨询产品/服务")
    content: LongText = column("核心需求描述", required=True)
    priority: OneOf = column("需求优先级", choice=Choice(("高", "中", "低")))
    owner: Person = column("负责人", required=True)
    proposed_at: Moment = column("方案反馈时间", past=True)
    intent: OneOf = column("客户意向", choice=Choice(("高意向", "有意向", "暂无意向")))
    followup_plan: LongText = column("后续跟进计划")
    received_at: Moment = column(
        "咨询时间", required=True, role=Role.EXTRA, past=True, note="请写到时分，各项截止由此算起"
    )
    responded_at: Moment = column("首次响应时间", role=Role.EXTRA, past=True)
    drafted_at: Moment = column("初步方案时间", role=Role.EXTRA, past=True)
    need_class: OneOf = column(
        "需求分级",
        choice=Choice(("紧急高价值", "紧急普通", "非紧急高价值", "非紧急普通")),
        role=Role.EXTRA,
    )
    is_complex: YesNo = column("复杂需求", choice=YES_NO, role=Role.EXTRA, note="是 = 方案反馈时限为72小时")
    followed_up_at: Moment = column("最近跟进时间", role=Role.EXTRA, past=True)
    budget: Money = column("预算", role=Role.EXTRA, unit="元")
    findings: Text = column("校验", role=Role.AUTO)


class OrderRow(Row):
    """One order until it is with the customer."""

    order_id: Id = column("订单编号", is_key=True, form=r"DD\d{11,12}", example="DD202310200001")
    name: Name = column("客户名称/姓名", required=True, also=("客户名称",))
    amount: Money = column("订单金额", required=True, unit="元")
    product: Text = column("产品型号")
    payment: OneOf = column("付款状态", choice=Choice(("未付款", "部分付款", "已付清")))
    order_status: OneOf = column(
        "订单状态",
        required=True,
        choice=Choice(("待生产", "生产中", "已发货", "待签收", "已完成", "已取消")),
    )
    node: OneOf = column("关键节点", choice=Choice(("生产", "发货", "安装", "签收提醒"), open=True))
    expected_at: Moment = column("预计完成时间", required=True)
    completed_at: Moment = column("实际完成时间", past=True)
    owner: Person = column("责任人", required=True)
    anomaly: LongText = column("异常记录(如有)", also=("异常记录",))
    confirmed_at: Moment = column(
        "确认时间", role=Role.EXTRA, past=True, note="订单在内部确认的时间，同步客户的时限由此算起"
    )
    synced_at: Moment = column("同步客户时间", role=Role.EXTRA, past=True)
    node_notified_at: Moment = column("节点通知时间", role=Role.EXTRA, past=True)
    delay_warned_at: Moment = column("延迟预警时间", role=Role.EXTRA, past=True)
    delay_expected: YesNo = column("预计延迟", choice=YES_NO, role=Role.EXTRA)
    anomaly_type: OneOf = column(
        "异常类型", choice=Choice(("库存不足", "地址错误", "客户信息变更", "其他")), role=Role.EXTRA
    )
    anomaly_found_at: Moment = column("异常发现时间", role=Role.EXTRA, past=True)
    anomaly_responded_at: Moment = column("异常响应时间", role=Role.EXTRA, past=True)
    anomaly_proposed_at: Moment = column("异常方案时间", role=Role.EXTRA, past=True)
    question_raised_at: Moment = column("疑问提出时间", role=Role.EXTRA, past=True)
    question_answered_at: Moment = column("疑问确认时间", role=Role.EXTRA, past=True)
    called_back_at: Moment = column("满意度回访时间", role=Role.EXTRA, past=True)
    satisfaction: Score5 = column("满意度", role=Role.EXTRA)
    customer_id: Ref = column("客户编号", role=Role.EXTRA, references="customers")
    findings: Text = column("校验", role=Role.AUTO)


class ServicePushRow(Row):
    """One offer that was sent to all customers with a tag."""

    tags: Tags = column("客户标签", required=True, example="高活跃度、有升级需求、关注售后保障")
    service: Text = column("推送服务内容", required=True, example="新功能教程")
    channel: OneOf = column(
        "推送渠道", required=True, choice=Choice(("短信", "邮件", "APP推送", "公众号消息"))
    )
    pushed_at: Moment = column("推送时间", required=True, past=True)
    pushed: Int = column("推送数量", required=True)
    open_rate: Percent = column("打开率")
    click_rate: Percent = column("点击率")
    inquiries: Int = column("咨询量")
    conversions: Int = column("转化量")
    owner: Person = column("负责人")
    suggestion: LongText = column("优化建议")
    matched: YesNo = column("标签匹配", choice=YES_NO, role=Role.AUTO)
    response_rate: Percent = column("响应率", role=Role.AUTO)
    findings: Text = column("校验", role=Role.AUTO)


class TagServiceRow(Row):
    """Which service fits which tag."""

    tag: Text = column("客户标签", required=True)
    service: Text = column("匹配服务", required=True)
    basis: LongText = column("打标依据", note="什么样的客户打上这个标签")
    findings: Text = column("校验", role=Role.AUTO)


PRESALES = Table(
    name="presales",
    title="售前咨询记录表",
    row=PresalesRow,
    packs=("support",),
    touched="received_at",
    hint="一行一次咨询。咨询时间请写到时分，响应和方案的截止和状态由 xlcrm 计算。",
)
ORDERS = Table(
    name="orders",
    title="售中订单跟进表",
    row=OrderRow,
    packs=("support",),
    account="customer_id",
    hint="一行一个订单。节点通知、延迟预警、异常处理和按期完成的截止由 xlcrm 计算。",
)
SERVICE_PUSHES = Table(
    name="service_pushes",
    title="增值服务推送记录表",
    row=ServicePushRow,
    packs=("support",),
    touched="pushed_at",
    subject="tags",
    hint="一行一次推送。标签匹配与响应率由 xlcrm 计算；同一标签一个月内重复推送会提示。",
)
TAG_SERVICES = Table(
    name="tag_services",
    title="客户标签体系表",
    row=TagServiceRow,
    packs=("support",),
    hint="一行一个标签与它匹配的服务，可自行增加。",
    default_rows=(("高活跃度", "新功能教程"), ("有升级需求", "套餐优惠"), ("关注售后保障", "免费检测服务")),
)
