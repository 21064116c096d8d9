"""Whose names are hidden: the customers' people, found by what columns are declared to hold."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from xlcrm.checks.names import PERSON_MARKS
from xlcrm.mail.personal import fold
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.tables.frames import SheetData

CONTACTS: Final = frozenset(
    {
        ("customers", "contact"),
        ("complaints", "contact"),
        ("recovery_cases", "contact"),
        ("call_list", "contact"),
        ("care_records", "target"),
        ("service_issues", "signature"),
        ("account_profiles", "legal_person"),
        ("account_profiles", "general_manager"),
    }
)
"""Columns that hold names of a customer's people; every other column of kind PERSON holds staff."""
_POSITIONS: Final = ("customers", "position")

_JOINTS: Final = re.compile(r"[/\\、,，;；|()（）\[\]【】:：\n&+。~]+")
_LETTER: Final = "[\u4e00-\u9fff]"
_LOOSE_JOINTS: Final = re.compile(
    rf"(?<={_LETTER}{{2}})(?:和|及|与)(?={_LETTER}{{2}})|(?<={_LETTER})\s*[-·•]\s*(?={_LETTER})"
)
"""What joins two names or stands in one: 张三和李四, 约翰·史密斯."""
_GLUED: Final = re.compile(r"[A-Za-z]*[0-9][A-Za-z0-9_.\-]*")
"""A number or an account beside a name: 张三 8001, 王芳wx123, 1.张三."""
_AFTER: Final = "\0"
"""Stands for it before what follows."""
_SCRIPTS: Final = re.compile(rf"{_LETTER}[\u4e00-\u9fff\s·]*|[A-Za-z][A-Za-z.'\s]*")
_LED: Final = re.compile(
    rf"^{_LETTER}{{0,8}}?(?:部|处|科|中心|公司|集团|组|室|店)(?P<name>{_LETTER}{{2,4}})$"
)
"""A department and whoever is there: 采购部王芳."""
_BESIDE: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]*@\S+|[+(]?[0-9][0-9 ()+*\-]{4,}[0-9]")
"""An address or a number that somebody has typed beside a name."""
_TITLES: Final = re.compile(
    r"(?:先生|女士|小姐|老师|同学|师傅|医生|律师|教授|博士|工程师|工|总|总经理|副总|董事长|董|总监|经理|主任|主管|部长|科长|处长|"
    r"局长|院长|校长|厂长|店长|组长|书记|会计|出纳|秘书|助理|专员|顾问|代表|老板|老总)$"
)
_SMALL_OFFICE: Final = frozenset("科店厂组室")
_OFFICES: Final = re.compile(r"(?:部|处|科|室|组|中心|公司|集团|银行|厂|店|办|前台|热线|电话|邮箱|客服)$")
_WORDS: Final = frozenset(
    (
        *(
            "客户",
            "用户",
            "本人",
            "未知",
            "不详",
            "保密",
            "暂无",
            "没有",
            "无",
            "同上",
            "待定",
            "待补",
            "待核实",
            "联系人",
            "负责人",
            "老板",
        ),
        *(
            "前台",
            "采购",
            "财务",
            "销售",
            "市场",
            "人事",
            "行政",
            "技术",
            "生产",
            "运营",
            "商务",
            "法务",
            "项目",
            "区域",
            "大区",
            "产品",
            "品牌",
            "售后",
            "售前",
            "客服",
            "仓库",
            "物流",
            "后勤",
        ),
        *(
            "研发",
            "工程",
            "质量",
            "设备",
            "信息",
            "业务",
            "总务",
            "采购员",
            "业务员",
            "销售员",
            "客服员",
            "法人",
            "法人代表",
            "股东",
            "经办人",
            "家属",
            "代办人",
        ),
    )
)
"""What people type where no name is known, and departments."""
_BESIDE_WORDS: Final = frozenset({
    *("分机", "内线", "短号", "座机", "手机", "手机号",
    "号码", "微信", "微信号", "传真", "工号", "编号", "单元", "小区", "房间", "号楼", "月份"),
    *("支持", "施工", "安全", "管理", "方案", "计划", "维护"),
    *("tel", "phone", "mobile", "fax", "ext", "email", "mail", "wechat", "weixin"),
    *("whatsapp", "line", "qq", "vip", "ceo", "cfo", "cto", "hr", "it", "wx"),
})  # fmt: skip
"""What stands beside names, numbers and departments and is no name."""
_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪"
    "廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤常温康施牛樊葛邢路岳齐庄殷文翟"
    "申聂焦鲁俞欧裴祝左柯耿倪章涂翁辛柳尤甘童霍梅冉费靳鲍游祁盛穆霞洪詹颜华安小老阿"
)
"""First letters of most names, and of 小李, 老王, 阿芳."""
_SHORTEST: Final = 2
_LONGEST_LED: Final = 4


def contact_names(tables: Mapping[str, SheetData]) -> frozenset[str]:
    """Names of the customers' people as they are searched: folded, without blanks, in small letters."""
    positions = _values(tables, *_POSITIONS)
    unnamed = {key for text in positions for key in _parts(text)} | _words()
    found = {name for place in CONTACTS for text in _values(tables, *place) for name in _names_in(text)} | {
        name for text in _values(tables, "customers", "name") for name in _person(text)
    }
    return frozenset(name for name in found if name not in unnamed)


def staff_names(tables: Mapping[str, SheetData]) -> frozenset[str]:
    """Names of the office's own people, in the same form."""
    return frozenset(
        key
        for name, sheet in tables.items()
        for column in sheet.table.columns
        if column.kind is Kind.PERSON and (name, column.key) not in CONTACTS
        for text in _values(tables, name, column.key)
        for key in _parts(text)
    )


def key_of(text: str) -> str:
    """A name as it is compared."""
    return "".join(fold(text).text.casefold().split())


def split_names(text: str) -> list[str]:
    """The names of a cell that holds one or several, numbers and addresses beside them left out."""
    whole = [part for part in _JOINTS.split(_BESIDE.sub("/", fold(text).text)) if part.strip()]
    return [part for one in whole for part in _LOOSE_JOINTS.split(one)]


def _values(tables: Mapping[str, SheetData], table: str, key: str) -> list[str]:
    sheet = tables.get(table)
    if sheet is None or key not in sheet.frame:
        return []
    return [str(text) for text in sheet.frame[key].dropna().unique()]


def _parts(text: str) -> list[str]:
    return [key_of(part) for part in split_names(text)]


def _person(text: str) -> Iterator[str]:
    """The name of a customer who is marked as a person."""
    for mark in PERSON_MARKS:
        if text.endswith(mark):
            yield from _names_in(text.removesuffix(mark))


def _names_in(text: str) -> Iterator[str]:
    """The names in a cell of contacts, each as typed and without what stands beside it."""
    # 1. counts, and anything may stand behind other numbers: 8楼, 3月份
    beside = _GLUED.sub(
        lambda found: "/" if found[0].endswith(".") else f"/{_AFTER}", _BESIDE.sub("/", fold(text).text)
    )
    for whole in _JOINTS.split(beside):
        parts = _LOOSE_JOINTS.split(whole)
        for part in (*parts, whole) if len(parts) > 1 else parts:
            name = part.removeprefix(_AFTER)
            if name and (name == part or name[0].isspace() or name[0] in _SURNAMES):
                yield from _part_names(name.strip())


def _part_names(part: str) -> Iterator[str]:
    # two names in Chinese letters with a blank between them are two; 王 芳 is one
    spaced = [key_of(word) for word in part.split()]
    several = len(spaced) > 1 and all(len(word) >= _SHORTEST and not word.isascii() for word in spaced)
    scripts = [key_of(found[0]) for found in _SCRIPTS.finditer(part)]
    mixed = [key for key in scripts if not key.isascii() or len(key) > _SHORTEST] if len(scripts) > 1 else []
    for key in (*(spaced if several else ()), *mixed, key_of(part)):
        yield from _forms(key)
        yield from _led(key)


def _led(key: str) -> Iterator[str]:
    """Whom a department or a word before the name leads to: 采购部王芳, 联系人张三."""
    office = _LED.match(key)
    if office:
        yield from _forms(office["name"])
    for size in range(_SHORTEST, len(key) - 1):
        name = key[size:]
        if key[:size] in _WORDS and name[0] in _SURNAMES and len(name) <= _LONGEST_LED:
            yield from _forms(name)


def _forms(key: str) -> Iterator[str]:
    if "*" in key or not any(letter.isalpha() for letter in key) or any(letter.isdecimal() for letter in key):
        return
    bare = _TITLES.sub("", key)
    if not bare or bare in _WORDS or bare in _BESIDE_WORDS or (_OFFICES.search(bare) and not _is_small(bare)):
        return  # 采购经理: a position, nobody's name
    for form in dict.fromkeys((key, bare)):
        if len(form) >= _SHORTEST:
            yield form


def _is_small(bare: str) -> bool:
    """李科, 王店: whose office it is, which names somebody; 二科 and 分店 name nobody."""
    return len(bare) == _SHORTEST and bare[-1] in _SMALL_OFFICE and bare[0] in _SURNAMES


@cache
def _words() -> frozenset[str]:
    """Words of the sheets themselves: whoever types one into a column of contacts means no person."""
    declared = (*TABLES, *SYSTEM_TABLES)
    titles = {title for table in declared for title in table.titles}
    headings = {name for table in declared for column in table.columns for name in column.headings}
    values = {
        value
        for table in declared
        for column in table.columns
        if column.choice
        for value in (*column.choice.values, *column.choice.aliases)
    }
    return frozenset(key_of(text) for text in titles | headings | values) | _WORDS
