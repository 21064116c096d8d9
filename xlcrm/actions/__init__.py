"""The verbs; ACTIONS is the one registry that every door uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import (
    Action,
    AdoptParams,
    AnalyseParams,
    CopyParams,
    MailParams,
    NormaliseParams,
    Outcome,
    Params,
    RunParams,
    WhyParams,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS: Final[Mapping[str, Action]] = {
    action.name: action
    for action in (
        Action(
            "refresh",
            "刷新到期清单",
            "检查录入，计算截止和到期，重建到期清单、超时预警和校验结果",
            "xlcrm.actions.refresh:refresh",
            icon="RefreshAll",
            group="每天",
            sheets=("due_list", "alerts"),
        ),
        Action(
            "check",
            "检查录入",
            "检查所有录入，写入校验结果；不改动任何录入的单元格",
            "xlcrm.actions.check:check",
            icon="DataValidation",
            group="每天",
            sheets=("findings",),
        ),
        Action(
            "analyse",
            "刷新分析",
            "统计一个月的数字，重建分析表和分析明细；不改动其他工作表",
            "xlcrm.actions.analyse:analyse",
            icon="ChartTypeColumnInsertGallery",
            group="每天",
            sheets=("管理驾驶舱", "analysis_details"),
            params=AnalyseParams,
        ),
        Action(
            "copy",
            "生成管理层副本",
            "把到期清单、超时预警和分析表做成一份可以转发的工作簿：没有宏和公式，遮住个人信息，可以加密；工作簿不改动",
            "xlcrm.actions.copying:copy",
            icon="FileSaveAs",
            group="管理层",
            sheets=("due_list", "管理驾驶舱"),
            params=CopyParams,
            writes=False,
        ),
        Action(
            "mail",
            "发送邮件",
            "列出谁会收到什么邮件（给管理层的数字和副本，给每位负责人的清单），确认后发送；每封一天只发一次",
            "xlcrm.actions.mailing.verb:mail",
            icon="FileSendAsAttachment",
            group="管理层",
            sheets=("管理驾驶舱", "due_list"),
            params=MailParams,
            late=True,
            listing="--dry-run",
        ),
        Action(
            "normalise",
            "规范数据",
            "列出可以安全改写的录入（电话写法、选项叫法、文本日期、万元、缺少的编号等），确认后写入",
            "xlcrm.actions.normalise:normalise",
            icon="ReplaceDialog",
            group="录入",
            sheets=("findings",),
            params=NormaliseParams,
        ),
        Action(
            "undo",
            "撤销",
            "撤销最近一批对录入单元格的改写，恢复原值；之后又改过的单元格不动",
            "xlcrm.actions.undo:undo",
            icon="Undo",
            group="录入",
            sheets=("journal",),
        ),
        Action(
            "adopt",
            "登记建议",
            "列出建议的改进和关系恢复（由规则触发、尚未登记的），确认后登记到改进计划表和关系恢复表",
            "xlcrm.actions.adopt:adopt",
            icon="SheetRowsInsert",
            group="录入",
            sheets=("improvement_actions", "recovery_cases"),
            params=AdoptParams,
        ),
        Action(
            "why",
            "为什么",
            "说明某一行的每个截止是怎样算出来的",
            "xlcrm.actions.why:why",
            icon="Help",
            group="说明",
            sheets=(
                *("due_list", "alerts", "findings", "meeting_list", "customers"),
                *("complaints", "service_issues", "recovery_cases", "presales", "orders"),
            ),
            params=WhyParams,
            writes=False,
        ),
    )
}

__all__ = [
    "ACTIONS",
    "Action",
    "AdoptParams",
    "AnalyseParams",
    "CopyParams",
    "MailParams",
    "NormaliseParams",
    "Outcome",
    "Params",
    "RunParams",
    "WhyParams",
]
