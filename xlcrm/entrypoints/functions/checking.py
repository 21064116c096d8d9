"""XLCRM_CHECK: one telephone number, mail address or identity number, judged as V02, V03 and V13 do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.checks.contact import tidy_email
from xlcrm.checks.phones import PhoneKind, read_phones
from xlcrm.checks.secrets import identity_fault
from xlcrm.entrypoints.functions.base import Argument, CellFunction
from xlcrm.entrypoints.functions.cells import Answer, Block, Rows, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RIGHT: Final = "正确"
_LONGEST_NUMBER: Final = 10**15
"""A number above has lost its last digits in the cell."""


def check(kind: Block, value: Block) -> Answer:
    """正确, or what is wrong with each value in a short sentence; identity numbers are never repeated."""
    rows = Rows(kind=kind, value=value)
    rows.demand("kind", "类型")
    kinds, texts = rows.texts("kind", "类型"), rows.texts("value", "值")
    known: dict[tuple[str, str], str] = {}
    found: list[Answer] = []
    for at, (name, text, typed) in enumerate(zip(kinds, texts, rows.values("value"), strict=True)):
        judge = _JUDGES.get(name)
        if judge is None:
            rows.blame(at, f"类型“{short(name)}”不认识，应为 电话、邮箱 或 身份证")
        elif isinstance(typed, float) and abs(typed) >= _LONGEST_NUMBER:
            rows.blame(at, "存成了数字，末几位已丢失，请先把单元格设为文本格式再重新填写")
        elif (name, text) not in known:
            known[name, text] = judge(text) or RIGHT
        found.append(known.get((name, text), ""))
    return rows.answer(found, rows.blanks("value"))


def _phone(text: str) -> str:
    phones, tidied = read_phones(text)
    kinds = {phone.kind for phone in phones}
    if PhoneKind.UNKNOWN in kinds or not phones:
        return "不是电话号码，应为11位手机、带区号的固定电话、400/800或+开头的国际号码"
    if PhoneKind.MASKED in kinds:
        return "号码已打码，无法联系"
    return "" if tidied == text else f"可统一写成 {tidied}"


def _email(text: str) -> str:
    tidied = tidy_email(text)
    if not tidied:
        return "不是邮箱地址，应写成 name@example.com"
    return "" if tidied == text else f"可统一写成 {tidied}"


_JUDGES: Final[Mapping[str, Callable[[str], str]]] = {
    "电话": _phone,
    "手机": _phone,
    "联系电话": _phone,
    "邮箱": _email,
    "邮件": _email,
    "身份证": identity_fault,
    "身份证号": identity_fault,
}

CHECK: Final = CellFunction(
    "XLCRM_CHECK",
    "检查一个电话、邮箱或身份证号：没有问题为 正确，否则是问题所在。身份证号只核对格式、出生日期和校验码。",
    (
        Argument("kind", "类型", "电话、邮箱 或 身份证"),
        Argument("cell", "值", "要检查的内容，一个单元格或一列；身份证号须为文本"),
    ),
    check,
    '=XLCRM_CHECK("电话", [@联系电话])',
)
