"""What message boxes say: outcomes as texts of a size that a box can show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from xlcrm.entrypoints.cell_text import bare, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.actions import Outcome
    from xlcrm.workbook.port import Saved

LIMIT: Final = 1000
"""Characters of a box; Office cuts a text near 1,024."""
LINES: Final = 32
"""Lines of a box, wrapped ones counted by their length; with more its buttons leave a small screen."""
_WIDTH: Final = 50
"""Characters, most of them Chinese, after which a box wraps a line."""
LISTED: Final = 10
_LINE: Final = 70
"""Characters of one listed row."""
_CHANGES, _ROWS, _LETTERS = "changes", "rows", "letters"
"""Under which keys the data of an outcome hold rewritten cells, new rows, and letters."""

NOT_SAVED: Final = (
    f"结果已写入打开的工作簿，尚未保存，请按 {'⌘S' if sys.platform == 'darwin' else 'Ctrl+S'} 保存。"
)
SAVES_ITSELF: Final = (
    "结果已写入打开的工作簿；“自动保存”开着，不用再保存。如要退回，请用“文件”里的“版本历史记录”。"
)
_MORE: Final = "……（内容较长，没有全部显示；请在命令行运行 xlcrm {command} 查看全部）"


def done(outcome: Outcome, command: str) -> str:
    """What an action did, and whether the workbook waits to be saved.

    Args:
        outcome: of the action.
        command: what to type after `xlcrm` to see it all.
    """
    reasons = outcome.data if isinstance(outcome.data, list) else []
    text = _lines(outcome.message, _remarks(outcome), *_reasons(reasons))
    written = outcome.saved is not None and outcome.saved.cells > 0
    return shortened(text, command, saving(outcome.saved) if outcome.saved and written else "")


def saving(saved: Saved) -> str:
    """Whether an open workbook that was written to waits to be saved."""
    return SAVES_ITSELF if saved.by_itself else NOT_SAVED


def offers(outcome: Outcome) -> bool:
    """Whether there is anything to agree to; an action that lists nothing asks all the same."""
    lists = _listed(outcome)
    return any(lists) if lists else True


def offer(outcome: Outcome, command: str) -> str:
    """What an action would do, and the question whether it shall."""
    lines = [line for listed in _listed(outcome) for line in _few(listed)]
    text = _lines(outcome.message, "\n".join(lines), _remarks(outcome))
    last = "按“确定”发送，按“取消”不发送。" if _is_mail(outcome) else "按“确定”写入，按“取消”不改动。"
    return shortened(text, command, last)


def _is_mail(outcome: Outcome) -> bool:
    return isinstance(outcome.data, dict) and _LETTERS in outcome.data


def shortened(text: str, command: str, last: str) -> str:
    """A text that fits into a box whole, its last sentence never cut off."""
    whole = _lines(text, last)
    if _fits(whole):
        return whole
    tail = _lines(_MORE.format(command=command), last)
    kept = ""
    for line in text.splitlines(keepends=True):
        if not _fits(_lines((kept + line).rstrip("\n"), tail)):
            break
        kept += line
    return _lines(kept.rstrip("\n") or text[: LIMIT - len(tail) - 2], tail)


def _fits(text: str) -> bool:
    return len(text) <= LIMIT and sum(1 + len(line) // _WIDTH for line in text.splitlines()) <= LINES


def _listed(outcome: Outcome) -> list[list[str]]:
    """The lines of each list that the outcome has; empty where it has none at all."""
    data: Mapping[str, Any] = outcome.data if isinstance(outcome.data, dict) else {}
    lists = []
    if _CHANGES in data:
        lists.append([_change(item) for item in data[_CHANGES]])
    if _ROWS in data:
        lists.append([_row(item) for item in data[_ROWS]])
    if _LETTERS in data:
        lists.append([_letter(item) for item in data[_LETTERS]])
    return lists


def _change(item: Mapping[str, Any]) -> str:
    place = f"{item['sheet']}!{item['cell']} {item.get('heading', '')}".strip()
    return f"{place}：{_cut(quoted(item['old']))} → {_cut(quoted(item['new']))}"


def _row(item: Mapping[str, Any]) -> str:
    cells = "；".join(f"{heading} {bare(value)}" for heading, value in item["cells"].items())
    return _cut(f"{item['sheet']}第{item['row']}行：{cells}", _LINE)


def _letter(item: Mapping[str, Any]) -> str:
    who = item["name"] or item["email"]
    return _cut(f"{who} {item['email']}：{item['kind']} {item['subject']}", _LINE)


def _cut(text: str, limit: int = _LINE // 2) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _few(lines: Sequence[str]) -> Iterable[str]:
    yield from lines[:LISTED]
    if len(lines) > LISTED:
        yield f"……等共 {len(lines)} 处"


def _remarks(outcome: Outcome) -> str:
    return "\n".join(f"· {remark}" for remark in outcome.remarks)


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rules that apply with all that was counted, then the others with a line each."""
    holding = [reason for reason in reasons if reason["matched"]]
    others = [f"{reason['rule']}：{reason['lines'][0]}" for reason in reasons if not reason["matched"]]
    return [*map(_reason, holding), "\n".join(others)]


def _reason(reason: Mapping[str, Any]) -> str:
    status = f" [{reason['status']}]" if reason["status"] else ""
    return "\n".join([f"{reason['rule']}{status}", *(f"   {line}" for line in reason["lines"])])


def _lines(*parts: str) -> str:
    """Paragraphs, empty ones left out."""
    return "\n\n".join(part for part in parts if part)
