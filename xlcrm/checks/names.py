"""V04: customer names that look abbreviated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import HINT, CheckInput, Code, filled, findings, gather, heading
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V04": Code(
        (HINT,),
        "客户名称像简称",
        "名称没有公司、集团、厂、店、中心、银行、学校、医院等结尾；个人客户请在姓名后加（个人）",
    )
}

_ENDINGS: Final = """
公司 集团 厂 店 中心 银行 支行 分行 学校 医院 大学 学院 中学 小学 幼儿园 研究院
研究所 设计院 事务所 诊所 药房 卫生院 卫生室 门诊部 酒店 宾馆 饭店 餐厅 超市 商场
商城 市场 商行 商社 经营部 营业部 服务部 门市部 批发部 工作室 工作站 服务站 加油站
车站 合作社 联合社 供销社 信用社 农场 林场 牧场 农庄 基地 园区 管委会 委员会
居委会 村委会 协会 学会 商会 基金会 联合会 工会 合伙企业 有限合伙 企业 实业 总部
分部 办事处 局 处 所 院 部 社 馆 站 政府 法院 检察院 电视台 报社 出版社 杂志社
俱乐部 养老院 福利院 图书馆 博物馆 个体户 个体工商户
"""
ENDINGS: Final = tuple(_ENDINGS.split())
PERSON_MARKS: Final = ("(个人)", "（个人）", "(个人）", "（个人)")
_COMPANY_END: Final = (
    *ENDINGS,
    *(f"{ending}{mark}" for ending in ("公司", "有限合伙") for mark in (")", "）")),
)


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V04; a row that names its customer by id is checked by V10 instead."""
    return gather(_short(sheet, column) for sheet, column in given.columns({Kind.NAME}))


def _short(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = filled(sheet, column.key)
    account = sheet.table.by_key.get(sheet.table.account)
    if account is not None and account.references:
        cells = cells[sheet.frame.loc[cells.index, account.key].isna().to_numpy()]
    whole = cells.str.endswith((*_COMPANY_END, *PERSON_MARKS))
    short = cells[~whole]
    # 某某有限公司(杭州) ends in brackets; what stands before them counts
    bare = short.str.replace(r"\s*[（(][^（()）]*[)）]\s*$", "", regex=True)
    short = short[~bare.str.endswith(ENDINGS)]
    return findings(
        sheet,
        "V04",
        HINT,
        short.index,
        column.key,
        message=[
            f"“{heading(sheet, column.key)}”里的“{name}”像是简称，应为营业执照上的全称" for name in short
        ],
        fix="请填全称；个人客户在姓名后加（个人）",
    )
