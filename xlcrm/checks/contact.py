"""V02 telephone numbers, V03 e-mail addresses, V05 postal addresses."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, HINT, CheckInput, Code, filled, findings, gather, heading
from xlcrm.checks.phones import TIDY, Phone, PhoneKind, read_phones
from xlcrm.checks.regions import HAS_REGION
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V02": Code(
        (ERROR, HINT),
        "电话号码",
        "手机（1 开头 11 位）、带区号的固定电话、400/800 和国际号码都可以；写法不统一为提示并给出建议值，"
        "打码的号码（138****5678）为提示，其余为错误。一格多个号码用 / 、；隔开",
    ),
    "V03": Code((ERROR, HINT), "邮箱", "不是邮箱地址为错误；只是全角字符或多余空格为提示并给出建议值"),
    "V05": Code((HINT,), "地址不完整", "地址里缺少省市、区县或街道门牌"),
}

_ADDRESS: Final = r"[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
_TIDY_EMAIL: Final = rf"{_ADDRESS}(?:;{_ADDRESS})*"
_EMAIL_JOINTS: Final = re.compile(r"\s*[;,、/\s]\s*")
_DISTRICT: Final = re.compile(r"[区县旗]|市.*市|(?:自治州|盟).*市")
_IN_ORDER: Final = r"[省市州盟][^区县旗]*[区县旗][^路街道巷弄号村镇乡]*[路街道巷弄号村镇乡]"
"""What most whole addresses show at once."""
_STREET: Final = re.compile(r"[路街道巷弄号村镇乡里]|胡同|大厦|广场|中心|园|栋|幢|座|室|楼")


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V02, V03 and V05."""
    return gather(
        [
            *(_phones(sheet, column) for sheet, column in given.columns({Kind.PHONE})),
            *(_emails(sheet, column) for sheet, column in given.columns({Kind.EMAIL})),
            *(
                _addresses(sheet)
                for sheet in given.sheets
                if "address" in sheet.table.by_key and sheet.has("address")
            ),
        ]
    )


def _phones(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = filled(sheet, column.key)
    odd = cells[~cells.str.fullmatch(TIDY)]
    read = {text: read_phones(text) for text in odd.unique()}
    judged = [_judge(text, *read[text], name=heading(sheet, column.key)) for text in odd]
    told = pd.DataFrame(
        judged, index=odd.index, columns=["level", "message", "fix", "corrected"], dtype="str"
    )
    return gather(
        findings(
            sheet,
            "V02",
            level,
            part.index,
            column.key,
            message=part["message"],
            fix=part["fix"],
            corrected=part["corrected"],
        )
        for level in (ERROR, HINT)
        if len(part := told[told["level"] == level])
    )


def _judge(text: str, phones: tuple[Phone, ...], tidied: str, *, name: str) -> tuple[str, str, str, str]:
    """Level ("" for none), message, fix and corrected value of one cell."""
    kinds = {phone.kind for phone in phones}
    if PhoneKind.UNKNOWN in kinds or not phones:
        return (
            ERROR,
            (
                f"“{name}”里的“{text}”不是电话号码，应为 11 位手机、带区号的固定电话、"
                "400/800 或 + 开头的国际号码"
            ),
            "请核对号码；多个号码用 / 隔开，说明文字写到备注",
            "",
        )
    if PhoneKind.MASKED in kinds:
        return (
            HINT,
            f"“{name}”里的“{text}”是打码的号码，无法联系，客户应标为待核实",
            "请取得完整号码后填写，并把审核状态改为 待核实",
            "",
        )
    if tidied == text:
        return "", "", "", ""
    return HINT, f"“{name}”里的“{text}”可以统一写成“{tidied}”", "可用规范数据自动改写", tidied


def _emails(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = filled(sheet, column.key)
    odd = cells[~cells.str.fullmatch(_TIDY_EMAIL)]
    name = heading(sheet, column.key)
    tidied = odd.map({text: tidy_email(text) for text in odd.unique()}).astype("str")
    wrong, untidy = odd[tidied == ""], odd[tidied != ""]
    return gather(
        [
            findings(
                sheet,
                "V03",
                ERROR,
                wrong.index,
                column.key,
                message=[f"“{name}”里的“{text}”不是邮箱地址，应写成 name@example.com" for text in wrong],
                fix="请核对邮箱；多个邮箱用 ; 隔开",
            ),
            findings(
                sheet,
                "V03",
                HINT,
                untidy.index,
                column.key,
                message=[
                    f"“{name}”里的“{text}”可以统一写成“{better}”"
                    for text, better in zip(untidy, tidied[untidy.index], strict=True)
                ],
                fix="请核对后照建议值改写",
                corrected=tidied[untidy.index],
            ),
        ]
    )


def tidy_email(text: str) -> str:
    """One or more addresses with ASCII signs, separated by ; , or "" where one of them is no address."""
    folded = unicodedata.normalize("NFKC", text).replace("。", ".").strip().removeprefix("mailto:")
    parts = [part for part in _EMAIL_JOINTS.split(folded) if part]
    joined = ";".join(parts)
    return joined if re.fullmatch(_TIDY_EMAIL, joined) else ""


def _addresses(sheet: SheetData) -> pd.DataFrame:
    cells = filled(sheet, "address")
    cells = cells[~cells.str.contains(_IN_ORDER)]
    short = {
        row: lacking for row, text in zip(cells.index, cells, strict=True) if (lacking := _lacking(text))
    }
    name = heading(sheet, "address")
    return findings(
        sheet,
        "V05",
        HINT,
        list(short),
        "address",
        message=[f"“{name}”不完整，缺少{'、'.join(lacking)}" for lacking in short.values()],
        fix="请写到省市、区县和街道门牌，例如 浙江省杭州市西湖区文三路1号",
    )


def _lacking(text: str) -> tuple[str, ...]:
    found = []
    if not HAS_REGION.search(text):
        found.append("省市")
    if not _DISTRICT.search(text):
        found.append("区县")
    if not _STREET.search(text):
        found.append("街道门牌")
    return tuple(found)
