"""Column types shared by all tables: a concept is typed once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

from xlcrm.tables.base import Choice, Kind

Text: TypeAlias = Annotated[str | None, Kind.TEXT]
LongText: TypeAlias = Annotated[str | None, Kind.LONG]
Name: TypeAlias = Annotated[str | None, Kind.NAME]
Person: TypeAlias = Annotated[str | None, Kind.PERSON]
Phone: TypeAlias = Annotated[str | None, Kind.PHONE]
Email: TypeAlias = Annotated[str | None, Kind.EMAIL]
Day: TypeAlias = Annotated[dt.date | None, Kind.DATE]
Moment: TypeAlias = Annotated[dt.datetime | None, Kind.DATETIME]
Number: TypeAlias = Annotated[float | None, Kind.NUMBER]
Money: TypeAlias = Annotated[float | None, Kind.MONEY]
Percent: TypeAlias = Annotated[float | None, Kind.PERCENT]
Int: TypeAlias = Annotated[int | None, Kind.INT]
OneOf: TypeAlias = Annotated[str | None, Kind.CHOICE]
Tags: TypeAlias = Annotated[str | None, Kind.TAGS]
Id: TypeAlias = Annotated[str | None, Kind.ID]
Ref: TypeAlias = Annotated[str | None, Kind.REF]
YesNo: TypeAlias = Annotated[str | None, Kind.YESNO]
Score5: TypeAlias = Annotated[float | None, Kind.SCORE5]
Score10: TypeAlias = Annotated[float | None, Kind.SCORE10]
Nps: TypeAlias = Annotated[float | None, Kind.NPS]
LinkText: TypeAlias = Annotated[str | None, Kind.LINK]

YES_NO = Choice(
    ("是", "否"),
    aliases={"有": "是", "Y": "是", "y": "是", "√": "是", "无": "否", "N": "否", "n": "否", "×": "否"},
)
GRADE = Choice(
    ("A类", "B类", "C类"),
    aliases={
        "VIP": "A类", "VIP客户": "A类", "A类高价值客户": "A类", "A": "A类", "A级": "A类",
        "潜力": "B类", "潜力客户": "B类", "B类潜力客户": "B类", "B": "B类", "B级": "B类",
        "普通": "C类", "普通客户": "C类", "C类普通客户": "C类", "C": "C类", "C级": "C类",
    },
    labels={"service": {"A类": "VIP", "B类": "潜力", "C类": "普通"}},
)  # fmt: skip
STAGE = Choice(("潜在", "合作", "沉睡", "流失"))
CASE_STATUS = Choice(("待处理", "处理中", "等待客户", "已解决", "已关闭"))
CONTACT_WAY = Choice(
    ("电话", "邮件", "上门拜访", "线上"), aliases={"拜访": "上门拜访", "上门": "上门拜访", "email": "邮件"}
)
INDUSTRY = Choice(("制造业", "零售业", "服务业", "信息技术", "教育", "医疗", "金融", "未知"), open=True)
CHANNEL = Choice(("行业展会", "合作伙伴转介绍", "线上广告", "搜索引擎", "主动拜访"), open=True)
CLOCK_STATUS = Choice(("未开始", "进行中", "即将超时", "已超时", "按时完成", "超时完成", "暂停", "数据异常"))
