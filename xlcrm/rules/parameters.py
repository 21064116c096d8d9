"""参数表: what the office may set, with defaults."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from xlcrm.errors import ParameterError
from xlcrm.rules.conditions import tidy

if TYPE_CHECKING:
    from xlcrm.tables.frames import SheetData

_WEEKDAYS = "一二三四五六日"


def _codes(value: object) -> object:
    if isinstance(value, str):
        return frozenset(part.upper() for part in _parts(value))
    return value


def parse_weekdays(typed: str) -> frozenset[int]:
    """The weekdays that a text names, Monday is 0: 周一至周五, 周一、周四, 每天.

    Raises:
        ValueError: it names none; says what to write.
    """
    text = tidy(typed).replace("星期", "周").replace("天", "日")
    if span := re.fullmatch(r"周([一二三四五六日])至周?([一二三四五六日])", text):
        first, last = (_WEEKDAYS.index(day) for day in span.groups())
        return frozenset(range(first, last + 1))
    if text == "每日":
        return frozenset(range(7))
    if not re.fullmatch(r"周?[一二三四五六日]([、,;和\s]*周?[一二三四五六日])*", text):
        raise ValueError("应写成 周一至周五 或 周一、周二、周六")
    return frozenset(_WEEKDAYS.index(day) for day in text if day in _WEEKDAYS)


def _weekdays(value: object) -> object:
    return parse_weekdays(value) if isinstance(value, str) else value


def _moment(value: object) -> object:
    if isinstance(value, str):
        parsed = pd.to_datetime(tidy(value).replace("/", "-"), errors="coerce")
        if pd.isna(parsed):
            raise ValueError("应写成日期，例如 2026-01-31 或 2026-01-31 09:00")
        return parsed.to_pydatetime()
    return value


def _day(value: object) -> object:
    moment = _moment(value)
    return moment.date() if isinstance(moment, dt.datetime) else moment


def parse_month(text: str) -> dt.date | None:
    """The first day of the month that a text names, or None: 2026-10, 2026年10月, 2026/10/01.

    2026.1 is none: a spreadsheet makes it of 2026.10.
    """
    found = re.fullmatch(r"([12]\d{3})[-/.年](\d{1,2})月?([-/.]\d{1,2}( 00:00(:00)?)?)?", tidy(text))
    if not found or not 1 <= int(found[2]) <= 12 or re.fullmatch(r"\d{4}\.\d", found[0]):
        return None
    return dt.date(int(found[1]), int(found[2]), 1)


def _month(value: object) -> object:
    if isinstance(value, str):
        month = parse_month(value)
        if month is None:
            raise ValueError("应写成年月，例如 2026-10")
        return month
    return value


MASKED: Final = ("电话", "邮箱", "联系人", "证件号")
"""What personal data may be hidden in copies and mail."""


def parse_masked(text: str) -> frozenset[str]:
    """The kinds that a text names; none for 无.

    Raises:
        ValueError: a word that is none of `MASKED`.
    """
    parts = _parts(text)
    if parts == ["无"]:
        return frozenset()
    if unknown := [part for part in parts if part not in MASKED]:
        raise ValueError(f"“{unknown[0]}”不认识，可写 {'、'.join(MASKED)} 或 无")
    return frozenset(parts)


def _masked(value: object) -> object:
    return parse_masked(value) if isinstance(value, str) else value


def _domains(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = [part.lower().removeprefix("@") for part in _parts(value)]
    if wrong := [part for part in found if not _DOMAIN.fullmatch(part)]:
        raise ValueError(f"“{wrong[0]}”不是域名，应写成 example.com，多个用顿号隔开")
    return frozenset(found)


_DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+")


def _shares(value: object) -> object:
    """75、100 or 75%、100%; a number under 10 is what a cell holds that is shown in per cent: 0.75, 1.5."""
    if not isinstance(value, str):
        return value
    parts = [part.removesuffix("%") for part in _parts(value)]
    if parts == ["无"]:
        return ()
    if any(not re.fullmatch(r"\d{1,4}(\.\d+)?", part) or float(part) <= 0 for part in parts):
        raise ValueError("应为百分比，多个用顿号隔开，例如 75、100；不需要则写 无")
    shares = (float(part) for part in parts)
    return tuple(sorted({share * 100 if share < 10 else share for share in shares}))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[、,;\s]+", tidy(text)) if part]


def _time_zone(value: object) -> object:
    if isinstance(value, str):
        try:
            zoneinfo.ZoneInfo(value.strip())
        except (KeyError, OSError, ValueError) as error:
            raise ValueError("不是已知的时区，应写成 Asia/Shanghai") from error
        return value.strip()
    return value


Answer = Literal["是", "否"]
Codes = Annotated[frozenset[str], BeforeValidator(_codes)]
Weekdays = Annotated[frozenset[int], BeforeValidator(_weekdays)]
MaybeMoment = Annotated[dt.datetime | None, BeforeValidator(_moment)]
MaybeDay = Annotated[dt.date | None, BeforeValidator(_day)]
Domains = Annotated[frozenset[str], BeforeValidator(_domains)]
Masked = Annotated[frozenset[str], BeforeValidator(_masked)]
Shares = Annotated[tuple[float, ...], BeforeValidator(_shares)]
TimeZone = Annotated[str, BeforeValidator(_time_zone)]
MaybeMonth = Annotated[dt.date | None, BeforeValidator(_month)]


def _parameter(name: str, default: Any, note: str, *, shown: str = "", unit: str = "", **limits: Any) -> Any:
    return Field(
        default=default,
        alias=name,
        description=note,
        json_schema_extra={"shown": shown, "unit": unit},
        **limits,
    )


class Parameters(BaseModel):
    """All parameters; the alias is the name in 参数表, the description its note there."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    horizon_days: int = _parameter("提前展示天数", 7, "到期清单提前多少天列出任务", unit="天", ge=0, le=366)
    working_hours: str = _parameter(
        "工作时间", "09:00-12:00，13:30-18:00", "工作时间口径的时钟只在这些时段内计时"
    )
    weekdays: Weekdays = _parameter("工作日", frozenset(range(5)), "每周的工作日", shown="周一至周五")
    started_on: MaybeDay = _parameter(
        "启用日期", None, "此日期之前的案件和节点只显示不评判，避免旧数据涌入清单"
    )
    reopened: Literal["续算", "重启", "保留原判"] = _parameter(
        "重新打开后", "续算", "案件解决后又重新打开时：续算、重启或保留原判"
    )
    clock_now: MaybeMoment = _parameter(
        "固定时钟", None, "演示和测试用：填写后所有计算都以此为当前时间；平时留空"
    )
    threshold_days: int = _parameter(
        "阈值任务期限", 7, "触发阈值后多少天内处理（假定）", unit="天", ge=0, le=366
    )
    stale_review_days: int = _parameter(
        "待核实跟进期限", 14, "待核实客户多少天内必须跟进（V24）", unit="天", ge=1, le=366
    )
    money_max: float = _parameter(
        "金额上限", 100_000_000, "超过此数的金额按可疑提示（V06）", unit="元", shown="100000000", gt=0
    )
    switched_off: Codes = _parameter("停用的检查", frozenset(), "不需要的检查代码，用顿号隔开，例如 V05、V12")
    finding_rows: int = _parameter(
        "校验结果最多行数", 20_000, "超出部分在最后一行说明", unit="行", ge=10, le=1_000_000
    )
    due_rows: int = _parameter(
        "到期清单最多行数", 20_000, "超出部分在最后一行说明", unit="行", ge=10, le=1_000_000
    )
    rfm_method: Literal["平均值", "中位数", "百分位", "固定值"] = _parameter(
        "RFM阈值方法", "平均值", "平均值、中位数、百分位（第60）或固定值"
    )
    rfm_days: float = _parameter("RFM固定值:最近天数", 90, "固定值方法：多少天内算近", unit="天", ge=0)
    rfm_count: float = _parameter("RFM固定值:次数", 4, "固定值方法：多少次算高", unit="次", ge=0)
    rfm_amount: float = _parameter("RFM固定值:金额", 50_000, "固定值方法：多少元算高", unit="元", ge=0)
    call_list_size: int = _parameter(
        "回访名单人数", 10, "回访名单中每种选择方法列出多少位客户", unit="位", ge=0, le=10_000
    )
    random_seed: int | None = _parameter(
        "随机种子", None, "随机选择法的种子，整数；留空则用当年当月，名单在一个月内不变", ge=0
    )
    report_month: MaybeMonth = _parameter(
        "报表月份", None, "分析表统计哪个月，写成 2026-10；留空则为当前月份"
    )
    detail_rows: int = _parameter(
        "明细最多行数", 30, "分析明细中每个数字最多列出多少行", unit="行", ge=0, le=1_000
    )
    expected_years: float = _parameter(
        "预期合作年数", 3, "客户终身价值按合作多少年估算（假定）", unit="年", gt=0, le=100
    )
    margin: float = _parameter(
        "毛利率", 100, "客户终身价值中利润占销售额的百分比（假定）", unit="%", gt=0, le=100
    )
    rising_share: float = _parameter(
        "潜力行业份额上限", 15, "销售额占比低于此数才算潜力行业（假定）", unit="%", ge=0, le=100
    )
    rising_growth: float = _parameter(
        "潜力行业增长下限", 20, "比上期增长达到此数才算潜力行业（假定）", unit="%", ge=0, le=10_000
    )
    common_need: int = _parameter(
        "共性需求客户数", 3, "多少位客户提到同一需求才算共性需求", unit="位", ge=2, le=10_000
    )
    time_zone: TimeZone = _parameter("时区", "Asia/Shanghai", "邮件和定时任务使用的时区")
    masked: Masked = _parameter(
        "脱敏内容",
        frozenset(MASKED),
        "管理层副本和邮件里遮住哪些内容，用顿号隔开；写 无 则不遮",
        shown="、".join(MASKED),
    )
    copy_encrypted: Answer = _parameter(
        "副本加密", "否", "是 = 管理层副本用密码加密；密码不写在工作簿里，见用户手册"
    )
    mail_server: str = _parameter("邮件服务器", "", "例如 smtp.example.com")
    mail_port: int = _parameter("邮件端口", 465, "SSL 一般为 465，STARTTLS 一般为 587", ge=1, le=65_535)
    mail_security: Literal["SSL", "STARTTLS"] = _parameter("邮件加密", "SSL", "SSL 或 STARTTLS")
    mail_user: str = _parameter("邮箱账号", "", "登录邮件服务器的账号；密码不写在工作簿里，见用户手册")
    mail_sender: str = _parameter("发件人邮箱", "", "留空则与邮箱账号相同")
    mail_sender_name: str = _parameter("发件人名称", "客户管理", "收件人看到的名称")
    mail_domains: Domains = _parameter(
        "允许的收件域名",
        frozenset(),
        "只发给这些域名的邮箱，用顿号隔开，例如 example.com；留空则不发邮件",
    )
    mail_size: float = _parameter("邮件大小上限", 20, "一封邮件连附件最多多大", unit="MB", gt=0, le=1_000)
    mail_in_hours: Answer = _parameter(
        "只在工作时间发送", "否", "是 = 工作时间以外不发，留到下次工作时间运行时发送"
    )
    notice_shares: Shares = _parameter(
        "提醒负责人", (75.0, 100.0), "时限用掉多少时提醒负责人，各提醒一次", unit="%", shown="75、100"
    )
    manager_shares: Shares = _parameter(
        "升级到上级", (100.0,), "时限用掉多少时通知负责人的上级", unit="%", shown="100"
    )
    management_shares: Shares = _parameter(
        "升级到管理层", (150.0,), "时限用掉多少时通知管理层", unit="%", shown="150"
    )
    grave_earlier: Answer = _parameter(
        "严重案件提前升级", "是", "是 = 紧急、严重和重大案件即将超时就通知上级，超时就通知管理层"
    )


def parameter_rows() -> list[tuple[str, str, str, str]]:
    """参数表 as shipped: name, unit, default as shown, note."""
    rows = []
    for info in Parameters.model_fields.values():
        extra = info.json_schema_extra
        assert isinstance(extra, dict)  # noqa: S101 - `_parameter` always sets it
        default = extra["shown"] or (
            "" if info.default is None or info.default == frozenset() else info.default
        )
        rows.append((str(info.alias), str(extra["unit"]), str(default), str(info.description)))
    return rows


def read_parameters(sheet: SheetData | None) -> Parameters:
    """The parameters of a workbook; a blank or missing one takes its default.

    Raises:
        ParameterError: a value cannot be used; says which cell and what is expected.
    """
    if sheet is None:
        return Parameters()
    known = {info.alias for info in Parameters.model_fields.values()}
    frame = sheet.frame.dropna(subset=["name", "value"])
    values = {name: value for name, value in zip(frame["name"], frame["value"], strict=True) if name in known}
    try:
        return Parameters.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        row = frame.index[frame["name"] == name][0]
        raise ParameterError(
            f"{sheet.sheet}第{row}行：参数“{name}”的值“{values[name]}”不能使用，{_expected(first)}；"
            "请改正，或清空此格以使用默认值"
        ) from error


def _expected(error: Any) -> str:
    context = error.get("ctx", {})
    if "gt" in context:
        return f"应大于 {context['gt']:g}"
    if "ge" in context:
        return f"不能小于 {context['ge']:g}"
    if "le" in context:
        return f"不能大于 {context['le']}"
    if error["type"] == "literal_error":
        return (
            f"应为 {context['expected'].replace(' or ', ', ').replace(chr(39), '').replace(', ', '、')} 之一"
        )
    if error["type"] == "value_error":
        return str(context["error"])
    return "应为数字"
