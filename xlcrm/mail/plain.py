"""Letters as plain text: short, aligned by blanks, and the sentences that pages say as well."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from xlcrm.mail.contents import ESCALATED, LATE, NEARLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlcrm.mail.contents import (
        ClockLine,
        DigestContent,
        Group,
        Headline,
        ManagementFigures,
        NoticesContent,
        Origin,
        TaskLine,
    )

_SUBJECT: Final = ("逾期", "今日到期", "已超时")
HOW_TO_RECORD: Final = (
    "怎样登记：在来源所指的行，或在跟进、维护等记录表里写下做了什么和时间，刷新后任务自动离开清单。"
    "要改期，在到期清单的“顺延至”填日期；要说明，写“处理备注”。"
)
_RULE: Final = "－" * 24


def management_summary(figures: ManagementFigures) -> str:
    """逾期12项、今日到期5项、已超时3个."""
    return "、".join(f"{item.label}{item.value}" for item in figures.headlines if item.label in _SUBJECT)


def digest_summary(content: DigestContent) -> str:
    """逾期3项、今日到期2项、已超时1个; what there is none of is left out."""
    tasks = [f"{group.state}{group.count}项" for group in content.groups]
    clocks = [f"{status}{count}个" for status, count in content.clock_counts.items() if count]
    return "、".join([*tasks, *clocks]) or "没有待办"


def notices_summary(content: NoticesContent) -> str:
    """已升级1个、已超时2个; of a single one its clock and case, too."""
    if len(content.lines) == 1:
        line = content.lines[0]
        return " ".join(filter(None, [line.status, line.clock, line.case_id]))
    states = [line.status for line in content.lines]
    return "、".join(
        f"{state}{states.count(state)}个" for state in (ESCALATED, LATE, NEARLY) if state in states
    )


def comparison(figures: ManagementFigures) -> str:
    """What changes are counted from."""
    if figures.since is None:
        return "这是第一封，下次起显示与上次相比的变化"
    return f"变化与 {figures.since:%Y-%m-%d %H:%M} 的邮件相比"


def breached_note(figures: ManagementFigures) -> str:
    """The heading of what is past its limit."""
    late = next((item for item in figures.headlines if item.label == LATE), None)
    return f"已超时未完成的时钟：{late.value}" if late and late.number else "没有已超时未完成的时钟"


def clocks_note(content: DigestContent) -> str:
    """The heading of a person's clocks."""
    counts = [f"{status}{count}个" for status, count in content.clock_counts.items() if count]
    return f"时钟：{'、'.join(counts)}"


def source_lines(origin: Origin) -> list[str]:
    """Where the figures come from, and what was done to them."""
    masked = f"已遮住：{'、'.join(origin.masked)}" if origin.masked else "没有遮住任何内容"
    return [
        f"数据来自 {origin.workbook}，截至 {origin.at:%Y-%m-%d %H:%M}；{masked}。",
        "此邮件由 xlcrm 自动发出，请勿回复。",
    ]


def management_text(figures: ManagementFigures) -> str:
    """The letter to management."""
    lines = [management_summary(figures), comparison(figures), "", *_table(figures.headlines)]
    lines += [f"（{item.label}：{item.note}）" for item in figures.headlines if item.note]
    lines += ["", f"【{breached_note(figures)}】"]
    if figures.levels:
        lines += ["按等级", *_table(figures.levels), "按时钟", *_table(figures.clocks)]
    if figures.worst:
        lines += ["", f"【超时最久的{len(figures.worst)}个】", *_clocks(figures.worst)]
    if figures.attached:
        locked = "（已加密，密码另行告知）" if figures.encrypted else ""
        lines += ["", f"附件：{'、'.join(figures.attached)}{locked}"]
    lines += [f"说明：{remark}。" for remark in figures.remarks]
    return _letter(lines, figures.origin)


def digest_text(content: DigestContent) -> str:
    """A person's own list."""
    lines = [f"{content.person}：{digest_summary(content)}"]
    for group in content.groups:
        lines += ["", f"【{group.state} {group.count}项】", *_tasks(group)]
    if content.clocks:
        lines += ["", f"【{clocks_note(content)}】", *_clocks(content.clocks, own=True)]
        if left_out := sum(content.clock_counts.values()) - len(content.clocks):
            lines.append(f"    另有 {left_out} 个，见超时预警")
    lines += ["", HOW_TO_RECORD]
    return _letter(lines, content.origin)


def notices_text(content: NoticesContent) -> str:
    """Clocks near their limits or past them."""
    lines = [
        f"{content.person}：超时提醒 {notices_summary(content)}",
        "",
        *_clocks(content.lines, status=True),
    ]
    return _letter(lines, content.origin)


def _letter(lines: Sequence[str], origin: Origin) -> str:
    return "\n".join([*lines, "", _RULE, *source_lines(origin)]) + "\n"


def _table(items: Sequence[Headline]) -> list[str]:
    """A figure a line: label, value to the right, change."""
    labels = max(_width(item.label) for item in items)
    values = max(_width(item.value) for item in items)
    return [
        f"  {item.label}{' ' * (labels - _width(item.label))}  "
        f"{' ' * (values - _width(item.value))}{item.value}  {item.change}".rstrip()
        for item in items
    ]


def _clocks(lines: Iterable[ClockLine], *, own: bool = False, status: bool = False) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        begin = line.status if status else ""
        more = (
            line.case_id,
            line.level,
            f"已用 {line.used}" if line.used else "",
            "" if own or not line.owner else f"负责人 {line.owner}",
            f"截止 {line.due}" if line.due else "",
            line.source,
        )
        yield from _entry(number, (begin, line.name, line.clock, line.overrun), more)


def _tasks(group: Group) -> Iterator[str]:
    for number, line in enumerate(group.lines, 1):
        yield from _entry(number, (line.name, line.task, line.overrun), _more(line))
    if group.left_out:
        yield f"    另有 {group.left_out} 项，见到期清单"


def _entry(number: int, first: Iterable[str], more: Iterable[str]) -> Iterator[str]:
    """A numbered line, and another one where there is more to say."""
    yield f"{number:>2}. {_joined(first)}"
    if under := _joined(more):
        yield f"    {under}"


def _more(line: TaskLine) -> Iterator[str]:
    yield f"到期 {line.due}" if line.due else ""
    yield f"建议 {line.hint}" if line.hint else ""
    yield line.source
    yield f"备注 {line.note}" if line.note else ""


def _joined(texts: Iterable[str]) -> str:
    return "  ".join(text for text in texts if text)


def _width(text: str) -> int:
    """Columns that a text takes where Chinese letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
