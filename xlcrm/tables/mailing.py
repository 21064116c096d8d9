"""The sheets of mail and schedule: who is written to, what was sent, and what runs when."""

from __future__ import annotations

from typing import Final

from xlcrm.tables.base import Choice, Role, Row, Table, column
from xlcrm.tables.fields import YES_NO, Email, LongText, Moment, OneOf, Person, Text, YesNo

MANAGEMENT: Final = "管理层"
MAIL_ROLE: Final = Choice((MANAGEMENT, "主管", "负责人"))
MANAGEMENT_LETTER: Final = "管理层邮件"
DIGEST: Final = "个人清单"
NOTICES: Final = "超时提醒"
LETTER_KIND: Final = Choice((MANAGEMENT_LETTER, DIGEST, NOTICES))
SENT: Final = "已发送"
REFUSED: Final = "被拒收"
DEFERRED: Final = "待重发"
TOLD: Final = "已提醒"
SENT_RESULT: Final = Choice((SENT, REFUSED, DEFERRED, TOLD))
JOB_ACTION: Final = Choice(
    (
        "刷新到期清单",
        "检查录入",
        "刷新分析",
        "管理层邮件",
        "个人清单",
        "超时提醒",
        "生成管理层副本",
    )
)


class RecipientRow(Row):
    """One person who may be written to; responsible persons are found by the name that tables use."""

    name: Person = column(
        "姓名", required=True, is_key=True, note="与各表的 负责人 写法一致，个人清单和超时提醒才能找到邮箱"
    )
    email: Email = column("邮箱", required=True, example="wang@example.com")
    role: OneOf = column("角色", choice=MAIL_ROLE, note="角色是 管理层 的人收到管理层邮件")
    manager: Text = column("上级", note="姓名；超时升级时先通知上级，没有填写则直接通知管理层")
    enabled: YesNo = column("启用", choice=YES_NO, note="填 否 则不给此人发邮件；留空按 是")
    note: LongText = column("说明")


class JobRow(Row):
    """One job of `xlcrm watch`."""

    name: Text = column("任务", required=True, is_key=True)
    enabled: YesNo = column("启用", required=True, choice=YES_NO)
    action: OneOf = column("操作", required=True, choice=JOB_ACTION)
    at: Text = column(
        "时间", required=True, example="08:30", note="如 08:30，多个用顿号隔开；或 每30分钟、每2小时"
    )
    days: Text = column("星期", example="周一至周五", note="如 周一至周五 或 周一、周四；留空为每天")
    working_days: YesNo = column(
        "仅工作日", choice=YES_NO, note="填 是 则法定节假日不运行，调休上班的周末照常运行"
    )
    recipients: Text = column("收件人", note="姓名或邮箱，用顿号隔开；留空按 通讯录")
    note: LongText = column("说明")
    last_run: Moment = column("上次运行", role=Role.AUTO)
    last_result: LongText = column("上次结果", role=Role.AUTO)
    next_run: Moment = column("下次运行", role=Role.AUTO)


class SentRow(Row):
    """One letter, or one notice that a letter told; the newest are kept."""

    at: Moment = column("时间", role=Role.AUTO)
    kind: OneOf = column("类型", role=Role.AUTO, choice=LETTER_KIND)
    recipient: Text = column("收件人", role=Role.AUTO)
    email: Text = column("邮箱", role=Role.AUTO)
    result: OneOf = column("结果", role=Role.AUTO, choice=SENT_RESULT)
    subject: Text = column("主题", role=Role.AUTO)
    case_id: Text = column("单号", role=Role.AUTO)
    clock: Text = column("时钟", role=Role.AUTO)
    level: Text = column("提醒级别", role=Role.AUTO)
    details: LongText = column("说明", role=Role.AUTO)
    key: Text = column("编号", role=Role.AUTO, note="同一编号只发送一次")
    message_id: Text = column("邮件编号", role=Role.AUTO)


RECIPIENTS: Final = Table(
    name="recipients",
    title="通讯录",
    row=RecipientRow,
    hint="邮件发给谁：管理层邮件给角色为 管理层 的人，个人清单按 姓名 找负责人。邮箱域名须在参数表允许之内。",
)
JOBS: Final = Table(
    name="jobs",
    title="任务计划",
    row=JobRow,
    hint="xlcrm watch 按此表定时运行；启用 填 是 才运行。后三列由 xlcrm 填写。",
    default_rows=(
        ("每日刷新", "是", "刷新到期清单", "08:00", None, "是"),
        ("管理层邮件", "否", "管理层邮件", "08:30", None, "是"),
        ("个人清单", "否", "个人清单", "08:30", None, "是"),
        ("超时提醒", "否", "超时提醒", "每30分钟", None, None),
    ),
)
SENT_LOG: Final = Table(
    name="sent_log",
    title="发送记录",
    row=SentRow,
    hint="由 xlcrm 填写：每封邮件一行，每条超时提醒一行；编号相同的不再发送。删掉一行等于允许再发一次。",
)
