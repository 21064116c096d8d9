"""What a group workbook has besides the pack's own sheets: where its rows come from, what was done."""

from __future__ import annotations

from typing import Final

from xlcrm.tables.base import Column, Kind, Role, Row, Table, column
from xlcrm.tables.fields import Int, LongText, Moment, Text

ORIGIN: Final = Column(
    "origin_branch", "来源分部", Kind.TEXT, role=Role.EXTRA, note="这一行来自哪个分部；合并时填写"
)
"""Stands right of the others on every sheet that people type; 来源 alone is a heading of 改进计划表."""


class ConflictRow(Row):
    """One thing that the branches do not agree on, and what was done about it."""

    kind: Text = column("类型", role=Role.AUTO)
    sheet: Text = column("工作表", role=Role.AUTO)
    number: Text = column("编号", role=Role.AUTO)
    branches: Text = column("分部", role=Role.AUTO)
    what: LongText = column("情况", role=Role.AUTO)
    done: LongText = column("处理", role=Role.AUTO)


class SourceRow(Row):
    """One workbook that was to be joined."""

    branch: Text = column("分部", role=Role.AUTO)
    file: Text = column("文件", role=Role.AUTO)
    outcome: Text = column("结果", role=Role.AUTO)
    pack: Text = column("模板", role=Role.AUTO)
    saved_at: Moment = column("文件保存时间", role=Role.AUTO)
    rows: Int = column("行数", role=Role.AUTO)
    tables: LongText = column("各表行数", role=Role.AUTO)
    remark: LongText = column("说明", role=Role.AUTO)


CONFLICTS: Final = Table(
    name="branch_conflicts",
    title="合并冲突",
    row=ConflictRow,
    report=True,
    hint="合并时写入：各分部编号、内容和设置不一致的地方，以及怎样处理。请在分部的工作簿里改正后重新合并。",
)
SOURCES: Final = Table(
    name="branch_sources",
    title="合并来源",
    row=SourceRow,
    report=True,
    hint="合并时写入：一行一个分部。通讯录、任务计划、发送记录和操作日志不合并；再次合并会重建整个文件。",
)
