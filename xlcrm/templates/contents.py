"""What 首页 says of a pack: its areas and sheets, what each is for, and how to work with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.sheets import sheets_of
from xlcrm.tables import BY_NAME, FULL, SYSTEM_TABLES, tables_of
from xlcrm.tables.lists import ANALYSIS_DETAILS
from xlcrm.tables.mailing import JOBS, RECIPIENTS, SENT_LOG
from xlcrm.tables.system import (
    ALERTS,
    DUE_LIST,
    FINDINGS,
    HOLIDAYS,
    JOURNAL,
    OPTIONS,
    PARAMETERS,
    RULES,
)
from xlcrm.templates import palette

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.tables import Table


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents; one without a purpose is the heading of a group."""

    sheet: str
    purpose: str = ""
    color: str = palette.MUTED


@dataclass(frozen=True, slots=True)
class Area:
    """Tables of one business area, by name, and the colour of their tabs in the workbook of all packs."""

    name: str
    color: str
    tables: tuple[str, ...]


AREAS: Final = (
    Area("客户与交易", "#1F3A5F", ("customers", "lead_sources", "transactions")),
    Area(
        "跟进、回访与关怀",
        "#2E75B6",
        (
            "followup_plans",
            "followup_records",
            "care_records",
            "visit_plans",
            "service_log",
            "callback_records",
            "call_list",
        ),
    ),
    Area("满意度与改进", "#5B8C3E", ("satisfaction_surveys", "improvement_actions")),
    Area(
        "投诉与服务问题",
        "#A8442F",
        ("complaints", "complaint_steps", "service_issues", "status_changes", "meeting_list"),
    ),
    Area("关系恢复", "#7B4B94", ("recovery_cases", "recovery_assessments")),
    Area(
        "关系评估与维护",
        "#1F7A7A",
        (
            "account_profiles",
            "relationship_assessments",
            "relationship_strengthening",
            "grade_roster",
            "maintenance_plans",
            "maintenance_summaries",
        ),
    ),
    Area("售前、订单与增值服务", "#C07A2C", ("presales", "orders", "service_pushes", "tag_services")),
)

_PURPOSES: Final[Mapping[str, str]] = {
    "customers": "客户的基本资料，一行一个客户",
    "lead_sources": "展会、广告等来源和转化",
    "followup_plans": "每个客户多久跟进一次",
    "followup_records": "每次沟通和下一步行动",
    "care_records": "每次回访、关怀和提醒",
    "visit_plans": "每个客户多久回访一次",
    "satisfaction_surveys": "问卷评分和推荐值",
    "complaints": "投诉、等级和处理时间",
    "complaint_steps": "投诉处理的每个环节",
    "service_issues": "问题从接收到回访的处理",
    "recovery_cases": "从受理到复评的全过程",
    "recovery_assessments": "时效、满意度和复购是否达标",
    "account_profiles": "经营、往来和服务状况",
    "relationship_assessments": "按指标打分，得出等级和建议",
    "relationship_strengthening": "客户方关键人物和强化措施",
    "grade_roster": "每个客户最近一次评估的等级",
    "maintenance_plans": "维护措施、预算和审核",
    "maintenance_summaries": "客户经理每月的完成情况",
    "service_log": "每天的客服工作",
    "callback_records": "每次电话回访",
    "presales": "每次咨询和方案反馈",
    "orders": "订单节点、延迟和异常",
    "service_pushes": "向哪些标签推送了什么",
    "tag_services": "标签与匹配的服务",
    "improvement_actions": "改进措施和完成情况",
    "status_changes": "暂停计时的依据",
    "transactions": "每笔交易，用于 RFM 分析",
    "call_list": "按四种方法选出的客户",
    "meeting_list": "每周会议要看的复杂问题",
    ANALYSIS_DETAILS.name: "每个数字背后的记录",
    DUE_LIST.name: "今天和近期要做的事",
    ALERTS.name: "已超时和即将超时的时钟",
    FINDINGS.name: "填写中的错误和疑问",
    RULES.name: "期限、周期、节点和阈值",
    PARAMETERS.name: "提前天数、工作时间等设置",
    HOLIDAYS.name: "放假和调休上班",
    RECIPIENTS.name: "邮件发给谁，上级是谁",
    JOBS.name: "定时刷新和发邮件",
    SENT_LOG.name: "发过的邮件和提醒",
    JOURNAL.name: "每次操作的记录",
}

_ANALYSES: Final[Mapping[str, str]] = {
    "dashboard": "关键数字、环比和最严重的超时",
    "customers": "行业、等级、来源和终身价值",
    "rfm": "八类客户和各类的策略",
    "channels": "各渠道的客户、转化和成本",
    "complaints": "类型、部门、高频问题和改进措施",
    "satisfaction": "各维度得分、NPS 和低分项",
    "sla": "各时钟的达成率和用时",
    "followups": "联系、逾期和共性需求",
    "trends": "最近六个月的变化",
    "recovery": "时效、满意度和复购是否达标",
    "pushes": "打开、咨询、转化和应停的推送",
    "orders": "按时、延迟和异常的订单",
    "relationship": "得分、等级、方案和预算",
    "strategies": "发现的问题、负责人和期限",
}
"""What each analysis sheet is for."""
_COMPUTED: Final = "检查、期限、到期清单和预警由 xlcrm 计算。"
_SUBJECTS: Final[Mapping[str, str]] = {
    "service": "登记客户、回访关怀和服务问题；",
    "crm": "在表格里登记客户、跟进和投诉；",
    "recovery": "登记受损的客户关系，跟踪响应、方案、执行和复评；",
    "relationship": "登记客户状况、评估、维护方案和电话回访；",
    "support": "登记售前咨询、订单、售后问题、投诉和增值推送；",
    FULL: "一册管理客户全过程：建档、跟进、服务、投诉、恢复、维护和增值；",
}

_OWN_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "service": (
        "在 {customers} 建档，客户等级选 VIP、潜力 或 普通。",
        "回访、关怀、提醒写入 {care_records}，一次一行。",
        "问题写入 {service_issues}，接收时间和处理时间写到时分。",
    ),
    "crm": (
        "在 {customers} 建档，沟通写入 {followup_records}。",
        "投诉写入 {complaints}，投诉日期和处理时间写到时分。",
    ),
    "recovery": (
        "建档后，受损的关系写入 {recovery_cases}。",
        "受理时间写到时分，紧急程度决定几小时内响应。",
        "在 {recovery_assessments} 写改进方向，刷新后仍保留。",
    ),
    "relationship": (
        "在 {relationship_assessments} 逐项打分，等级和建议由刷新得出。",
        "维护措施写入 {maintenance_plans}，审核通过后开始计时。",
        "按 {call_list} 打电话，结果写入 {callback_records}。",
    ),
    "support": (
        "咨询写入 {presales}，订单写入 {orders}。",
        "问题写入 {service_issues}，投诉写入 {complaints}。",
        "推送写入 {service_pushes}，标签见 {tag_services}。",
    ),
    FULL: (
        "先在 {customers} 建档，再到各业务区的表里登记，一行一条。",
        "同色标签的表属于同一业务区，不用的表可以隐藏。",
    ),
}
_BY_COMMAND: Final = "保存并关闭工作簿，运行命令 xlcrm refresh 加文件名。"
_BY_BUTTON: Final = "点上方的 刷新到期清单，不用关闭工作簿。"
_STEPS: Final = (
    "点单元格会提示写法；单号、编号不要重复。",
    "{refresh}",
    "打开 到期清单，从上往下处理；可写处理备注或顺延至。",
    "看 超时预警 和 校验结果，点 来源 或 定位 跳到那一格。",
    "分析表按月统计，月份在 参数表 的 报表月份 修改。",
    "期限和周期在 规则表 修改，提前天数等在 参数表 修改。",
    "下拉列表的选项在 选项表 增加，放假安排看 节假日。",
    "发邮件先填 通讯录 和 参数表，定时运行看 任务计划。",
)


def subtitle(pack: str) -> str:
    """What the workbook is for, in one sentence."""
    return _SUBJECTS[pack] + _COMPUTED


def steps(pack: str, *, buttons: bool = False) -> list[str]:
    """How to work with the workbook, in order, naming the pack's own sheets.

    Args:
        pack: whose workbook.
        buttons: whether it has them, and a refresh needs no command.
    """
    names = {table.name: table.title for table in tables_of(pack)}
    names["refresh"] = _BY_BUTTON if buttons else _BY_COMMAND
    return [text.format_map(names) for text in (*_OWN_STEPS[pack], *_STEPS)]


def contents(pack: str) -> list[Entry]:
    """Every sheet of the workbook besides 首页, under the heading of its group.

    One pack's sheets stand by what is done with them, those of all packs by business area.
    """
    return [
        Entry("每天看"),
        *_entries(DUE_LIST, ALERTS, FINDINGS),
        Entry("分析"),
        *(Entry(sheet.title, _ANALYSES[sheet.name]) for sheet in sheets_of(pack)),
        *_entries(ANALYSIS_DETAILS),
        *(_by_area() if pack == FULL else _by_use(pack)),
        Entry("设置和记录"),
        *_entries(RULES, PARAMETERS),
        Entry(OPTIONS, "下拉列表的选项"),
        *_entries(HOLIDAYS, RECIPIENTS, JOBS, SENT_LOG, JOURNAL),
    ]


def tab_color(table: Table) -> str:
    """Lists that a refresh writes stand out; the tables of all packs together are told apart by area."""
    if table.name == ANALYSIS_DETAILS.name:
        return palette.TAB_ANALYSIS
    if table.report or table in (DUE_LIST, ALERTS, FINDINGS):
        return palette.TAB_LISTS
    if table in SYSTEM_TABLES:
        return palette.TAB_SETTINGS
    if table.pack != FULL:
        return palette.TAB_TABLES
    return next(area.color for area in AREAS if table.name in area.tables)


def _by_use(pack: str) -> list[Entry]:
    typed = [table for table in tables_of(pack) if not table.report]
    built = [table for table in tables_of(pack) if table.report and table.name != ANALYSIS_DETAILS.name]
    return [
        Entry("填写"),
        *_entries(*typed),
        *([Entry("刷新时生成"), *_entries(*built)] if built else []),
    ]


def _by_area() -> list[Entry]:
    found: list[Entry] = []
    for area in AREAS:
        tables = [BY_NAME[name] for name in area.tables]
        found += [Entry(area.name, color=area.color), *_entries(*tables)]
    return found


def _entries(*tables: Table) -> list[Entry]:
    return [Entry(table.title, _PURPOSES[table.name]) for table in tables]
