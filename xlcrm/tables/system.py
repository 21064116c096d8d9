"""The sheets that every workbook has besides its tables (semantics: the workbook's own sheets)."""

from __future__ import annotations

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import (
    CLOCK_STATUS,
    YES_NO,
    Day,
    Int,
    LinkText,
    LongText,
    Moment,
    Number,
    OneOf,
    Person,
    Text,
    YesNo,
)

TASK_STATE = Choice(("逾期", "今日到期", "即将到期"))
LEVEL = Choice(("错误", "警告", "提示"))
CALENDAR = Choice(("自然时间", "工作时间"))
DAY_TYPE = Choice(("休息", "上班"))
LIMIT_UNITS = (
    "分钟",
    "小时",
    "天",
    "周",
    "个月",
    "年",
    "天前",
    "小时前",
    "倍",
    "次",
    "%以下",
    "分以下",
    "元以上",
    "小时以上",
)

HOME = "首页"
OPTIONS = "选项表"
HOME_CARDS = (
    "客户总数",
    "未结案件",
    "已超时",
    "即将超时",
    "逾期任务",
    "今日到期",
    "即将到期",
    "校验错误",
    "校验警告",
)
"""Labels on 首页, the same in every pack; the figure stands in the cell under its label.

未结案件 are the open complaints, service issues and recovery cases, whichever the pack has.
"""
REFRESHED_AT = "刷新时间"
"""Label on 首页 whose cell to the right holds the moment of the last refresh."""


class TaskRow(Row):
    """One task of the due list; 处理备注 and 顺延至 are the user's and stay with their task."""

    priority: Int = column("优先级", role=Role.AUTO)
    state: OneOf = column("状态", role=Role.AUTO, choice=TASK_STATE)
    due_at: Moment = column("到期时间", role=Role.AUTO)
    overrun: Text = column("逾期或剩余", role=Role.AUTO)
    task: Text = column("任务", role=Role.AUTO)
    customer_id: Text = column("客户编号", role=Role.AUTO)
    name: Text = column("客户名称", role=Role.AUTO)
    grade: Text = column("客户等级", role=Role.AUTO)
    owner: Person = column("负责人", role=Role.AUTO)
    way: Text = column("建议方式", role=Role.AUTO)
    slot: Text = column("建议时段", role=Role.AUTO)
    rule: Text = column("依据规则", role=Role.AUTO)
    source: LinkText = column("来源", role=Role.AUTO)
    note: LongText = column("处理备注")
    postponed_to: Day = column("顺延至")
    task_id: Text = column("任务编号", role=Role.AUTO)


class AlertRow(Row):
    """One open clock that is breached or in its warning span, worst first."""

    status: OneOf = column("状态", role=Role.AUTO, choice=CLOCK_STATUS)
    overrun: Text = column("超时或剩余", role=Role.AUTO)
    due_at: Moment = column("截止时间", role=Role.AUTO)
    clock: Text = column("时钟", role=Role.AUTO)
    level: Text = column("等级", role=Role.AUTO)
    case_id: Text = column("单号", role=Role.AUTO)
    customer_id: Text = column("客户编号", role=Role.AUTO)
    name: Text = column("客户名称", role=Role.AUTO)
    owner: Person = column("负责人", role=Role.AUTO)
    rule: Text = column("依据规则", role=Role.AUTO)
    source: LinkText = column("来源", role=Role.AUTO)


class FindingRow(Row):
    """One finding of the entry checks."""

    level: OneOf = column("级别", role=Role.AUTO, choice=LEVEL)
    code: Text = column("代码", role=Role.AUTO)
    sheet: Text = column("工作表", role=Role.AUTO)
    row: Int = column("行", role=Role.AUTO)
    heading: Text = column("列", role=Role.AUTO)
    value: Text = column("当前内容", role=Role.AUTO)
    message: LongText = column("问题", role=Role.AUTO)
    fix: LongText = column("处理办法", role=Role.AUTO)
    corrected: Text = column("建议值", role=Role.AUTO)
    link: LinkText = column("定位", role=Role.AUTO)


class RuleRow(Row):
    """One rule as the office may change it."""

    rule_id: Text = column("规则编号", required=True, is_key=True)
    enabled: YesNo = column("启用", required=True, choice=YES_NO)
    task: Text = column("任务", required=True)
    kind: OneOf = column(
        "类型",
        required=True,
        choice=Choice(("时钟", "循环时钟", "周期", "节点", "窗口", "节日", "周年", "日历", "状态", "阈值")),
    )
    table: Text = column("对象表", required=True)
    when: Text = column("条件", required=True, note="没有条件请写 全部；例如 客户阶段=合作 且 客户等级=A类")
    start: Text = column("起点")
    stop: Text = column("终点")
    limit: Text = column("时限", note="数字；多个节点用顿号隔开，例如 6、12")
    unit: Text = column("单位", choice=Choice(LIMIT_UNITS))
    calendar: OneOf = column("时间口径", choice=CALENDAR)
    warning: Text = column("预警", note="截止前多久开始预警：时限的百分比（25%）或时长（2小时）")
    clock: Text = column("时钟列", note="同名时钟在对象表上共用一对 截止/状态 列")
    effect: OneOf = column(
        "作用",
        choice=Choice(
            (
                "建议沉睡",
                "暂停周期",
                "加快周期",
                "连续出现",
                "超期说明",
                "启动恢复",
                "改进计划",
                "效果评估",
                "关系评级",
            )
        ),
        note="只用于状态类和阈值类规则",
    )
    last_done_on: Day = column("上次完成", note="日历类任务做完后在此填写日期")
    assumed: Text = column("假定", note="是 = 文件没有写明，数值由 xlcrm 假定，可自行修改")
    source: Text = column("来源")
    note: LongText = column("说明")
    default: Text = column("默认值", role=Role.AUTO)


class ParameterRow(Row):
    """One parameter."""

    name: Text = column("参数", required=True, is_key=True)
    value: Text = column("值")
    unit: Text = column("单位")
    default: Text = column("默认值", role=Role.AUTO)
    note: LongText = column("说明", role=Role.AUTO)


class HolidayRow(Row):
    """One day off or make-up working day."""

    day: Day = column("日期", required=True, is_key=True)
    day_type: OneOf = column("类型", required=True, choice=DAY_TYPE)
    name: Text = column("名称")
    hours: Text = column("工作时段", note="上班日的工作时段，留空则用参数表的工作时间", example="09:00-12:00")
    origin: Text = column("来源", note="法定 = 由 xlcrm 填入；自行增加或修改的行请写 用户")


class JournalRow(Row):
    """One action: when, who, what, how much; or one entry cell that an action has rewritten."""

    at: Moment = column("时间", role=Role.AUTO)
    by: Text = column("操作人", role=Role.AUTO)
    action: Text = column("操作", role=Role.AUTO)
    version: Text = column("版本", role=Role.AUTO)
    rows_read: Int = column("读取行数", role=Role.AUTO)
    cells_written: Int = column("写入单元格", role=Role.AUTO)
    findings: Int = column("发现问题", role=Role.AUTO)
    seconds: Number = column("用时(秒)", role=Role.AUTO)
    details: LongText = column("说明", role=Role.AUTO)
    batch: Text = column("批次", role=Role.AUTO)
    sheet: Text = column("工作表", role=Role.AUTO)
    cell: Text = column("单元格", role=Role.AUTO)
    row_key: Text = column("所在行", role=Role.AUTO)
    old: Text = column("原值", role=Role.AUTO)
    new: Text = column("新值", role=Role.AUTO)


BATCH_KEYS = ("batch", "sheet", "cell", "row_key", "old", "new")
"""Columns of 操作日志 that taking an action back rests on."""


DUE_LIST = Table(
    name="due_list",
    title="到期清单",
    row=TaskRow,
    hint="刷新时重建。处理备注 和 顺延至 可以填写，会随任务保留；处理完的任务下次刷新时离开清单。",
)
ALERTS = Table(
    name="alerts",
    title="超时预警",
    row=AlertRow,
    hint="刷新时重建。未完成且已超时或即将超时的时钟，最严重的在前。",
)
FINDINGS = Table(
    name="findings",
    title="校验结果",
    row=FindingRow,
    hint="检查或刷新时重建。点击 定位 跳到单元格。",
)
RULES = Table(
    name="rules",
    title="规则表",
    row=RuleRow,
    hint="启用、条件、时限、单位、时间口径和预警都可以修改；删掉的规则下次刷新时按默认值补回，不用的请把启用改为否。",
)
PARAMETERS = Table(
    name="parameters",
    title="参数表",
    row=ParameterRow,
    hint="只改 值 一列；留空则用默认值。",
)
HOLIDAYS = Table(
    name="holidays",
    title="节假日",
    row=HolidayRow,
    hint="法定放假和调休上班由刷新补入；您填写或修改的行优先。",
)
JOURNAL = Table(
    name="journal",
    title="操作日志",
    row=JournalRow,
    hint="每次操作一行，改写的录入单元格各一行（可用 撤销 恢复），保留最新 5000 行。",
)
