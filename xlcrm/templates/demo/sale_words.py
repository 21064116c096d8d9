"""What is asked before a sale, ordered, and offered by tag in the demo office. All invented."""

from __future__ import annotations

from typing import Final

NEEDS: Final = (
    ("服务器", "新建机房，需要八台服务器的配置和报价"),
    ("备份软件", "希望每天自动备份财务数据"),
    ("网络设备", "办公区搬迁，需要重新布网"),
    ("运维服务", "想把夜间值守外包出去"),
    ("安全网关", "上级检查要求加装安全网关"),
    ("存储设备", "影像资料增长快，需要扩容方案"),
    ("办公终端", "新增三十个工位的终端采购"),
)
"""Product, what the customer needs."""
PLANS: Final = ("周五前电话确认预算", "下周安排产品演示", "提交修改后的报价", "邀请参观样板机房")
MODELS: Final = ("SR-2208", "SR-4416", "NT-S24", "NT-S48", "BK-Pro", "SG-100", "ST-12T", "PC-A5")
ANOMALIES: Final = (
    ("库存不足", "型号缺货，改发同级型号"),
    ("地址错误", "收货地址有误，已与客户核对"),
    ("客户信息变更", "收货人变更，已更新"),
    ("其他", "运输途中外包装破损"),
)
"""Kind, what happened."""

TAG_SERVICES: Final = (
    ("价格敏感", "限时优惠", "多次询价或要求折扣"),
    ("批量采购", "阶梯报价", "单次采购超过十台"),
    ("数据备份", "备份健康检查", "购买过备份产品"),
    ("培训支持", "线上培训课", "新增使用人员较多"),
)
"""Tag, service and why a customer gets the tag: what the office added to the shipped rows."""
BASES: Final = ("每周登录五次以上", "用量接近套餐上限", "保修期不足三个月")
"""Why a customer gets each of the shipped tags, in their order."""
UNFIT: Final = "新品发布通知"
"""A push that fits no tag."""
IDEAS: Final = ("改在工作日上午推送", "缩短文案并突出优惠", "按行业分组后再推送", "增加案例链接")
