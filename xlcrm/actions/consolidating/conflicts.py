"""What the branches do not agree on, as rows of 合并冲突."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMED: Final = 8
"""How many names a cell lists before it only counts."""

DIFFERENT: Final = "编号冲突"
SAME_CUSTOMER: Final = "同一客户"
SAME_ROWS: Final = "相同记录"
STRANGER: Final = "引用别的分部"
BESIDE: Final = "任务备注"
NAMESAKE: Final = "同名客户"
SETTING: Final = "设置不同"
COPY: Final = "内容相同的文件"


class Conflict(NamedTuple):
    """One row of 合并冲突, in the order of its columns."""

    kind: str
    sheet: str
    number: str
    branches: str
    what: str
    done: str


def listed(names: Sequence[str]) -> str:
    """Names as a cell lists them, each once."""
    each = list(dict.fromkeys(names))
    shown = "、".join(each[:_NAMED])
    return shown if len(each) <= _NAMED else f"{shown} 等 {len(each)} 个"
