"""V11: next actions that name no action or have no deadline."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import WARNING, CheckInput, Code, filled, findings, gather, heading, noted_rows
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V11": Code(
        (WARNING,),
        "下一步行动不具体",
        "下一步行动没有写明做什么（后续联系、保持联系、再跟进、待定之类），或者没有完成时限",
    )
}

ACTION: Final = "next_action"
DEADLINE: Final = "next_action_by"
SHORTEST: Final = 3
"""Characters below which a text cannot say who does what."""
LONGEST: Final = 20
"""Characters above which a text says more than that one will be in touch."""

_NOTHING: Final = frozenset(
    {"无", "暂无", "没有", "不需要", "无需", "无需跟进", "已完成", "已完结", "完结", "结束"}
)
"""Says that there is no next action: nothing to be concrete about."""
_NOISE: Final = re.compile(r"[\s,，。.;；、!！?？:：~～…—\-/()（）的了吧]+")
_WHENS: Final = """
后续 后期 日后 以后 今后 之后 继续 持续 保持 维持 再次 再 下次 下回 下周 下月 稍后 适时 择机 择期
定期 不定期 随时 近期 尽快 有空 有机会 有时间 另行 及时 密切 长期 多 进一步 按时 按计划 到时 届时
过段时间 过几天 改天 与客户 跟客户 和客户 对客户
"""
_DOINGS: Final = """
联系 联络 跟进 跟踪 沟通 交流 关注 回访 维护 对接 观察 处理 再说 再议 再看 说 看 聊 等待 等 推进 进行 落实
"""
_FILLERS: Final = "中 一下 客户 情况 进展 进度 即可"
_SET_PHRASES: Final = """
待定 待议 待跟进 待联系 待沟通 待处理 待确认 待回复 待通知 待客户回复 待客户通知 待客户确认 待安排 待观察
看情况 视情况 视情况而定 看情况再定 看情况再说 等通知 等消息 等回复 等反馈 等联系 等客户通知 等客户消息
等客户回复 等客户反馈 等客户联系 再定 另定 另议 另约 再约 未定 不详 同上 如上 正常 正常跟进 正常维护
常规跟进 日常维护 日常跟进 暂缓 暂停 相关工作
"""


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_VAGUE: Final = re.compile(
    rf"(?:{_any_of(_WHENS)}*{_any_of(_DOINGS)}{_any_of(_FILLERS)}*)+|{_any_of(_WHENS)}+"
    rf"|{_any_of(_SET_PHRASES)}"
)
"""Only words of time, of contact in general and of waiting: nothing that anybody could see done."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V11."""
    return gather(
        part
        for sheet in given.sheets
        if ACTION in sheet.table.by_key and sheet.has(ACTION)
        for part in _next_actions(sheet)
    )


def _next_actions(sheet: SheetData) -> Iterator[pd.DataFrame]:
    actions = filled(sheet, ACTION)
    kinds = {text: _kind(text) for text in actions.unique()}
    kind = actions.map(kinds)
    vague = actions[kind == "vague"]
    name = heading(sheet, ACTION)
    yield findings(
        sheet,
        "V11",
        WARNING,
        vague.index,
        ACTION,
        message=[f"“{name}”的“{text}”没有写明具体做什么" for text in vague],
        fix="请写明谁、做什么、何时完成，例如 李明8月20日前发送报价单",
    )
    if DEADLINE in sheet.table.by_key and sheet.has(DEADLINE):
        wanted = actions.index[(kind != "nothing").to_numpy()]
        deadlines = sheet.frame[DEADLINE].reindex(wanted)
        open_ended = wanted[deadlines.isna().to_numpy()]
        open_ended = open_ended.difference(noted_rows(sheet, DEADLINE, Remark.UNREADABLE, Remark.ERROR))
        yield findings(
            sheet,
            "V11",
            WARNING,
            open_ended,
            DEADLINE,
            message=f"写了“{name}”，但“{heading(sheet, DEADLINE)}”是空的",
            fix="请填写完成时限",
        )


def _kind(text: str) -> str:
    """Vague, nothing or concrete."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    if not plain or plain in _NOTHING:
        return "nothing"
    vague = len(plain) < SHORTEST or (len(plain) <= LONGEST and _VAGUE.fullmatch(plain))
    return "vague" if vague else "concrete"
