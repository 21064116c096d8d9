"""From an open workbook to the facts of one run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from xlcrm.compute.facts import Facts
from xlcrm.errors import CalendarError, SheetMissing
from xlcrm.rules.parameters import Parameters, read_parameters
from xlcrm.rules.reading import read_book
from xlcrm.tables import FULL, PACKS, SYSTEM_TABLES, TABLES, tables_of
from xlcrm.tables.options import option_lists, with_additions
from xlcrm.tables.system import OPTIONS
from xlcrm.workbook.headings import same_title
from xlcrm.workbook.reading import Reading, find_sheets, read_tables
from xlcrm.worktime import Worktime, parse_hours, statutory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlcrm.actions.base import Progress
    from xlcrm.tables.base import Table
    from xlcrm.tables.frames import SheetData
    from xlcrm.tables.options import OptionList
    from xlcrm.workbook.port import Door
    from xlcrm.worktime import Segment, Statutory

_HOME = "crm"
USER = "用户"
STATUTORY = "法定"


@dataclass(frozen=True)
class Loaded:
    """One workbook, read.

    Attributes:
        facts: what computations start from.
        reading: what was found and what is missing.
        pack: the pack that the workbook is.
        new_holidays: rows that 节假日 lacks, in the order of its columns' keys.
    """

    facts: Facts
    reading: Reading
    pack: str
    new_holidays: pd.DataFrame

    @property
    def rows(self) -> int:
        """Rows of the office's own tables; lists that a refresh builds from them are not counted."""
        names = {table.name for table in TABLES if not table.report}
        return sum(len(sheet.frame) for name, sheet in self.reading.tables.items() if name in names)


def load(door: Door, now: dt.datetime | None, progress: Progress) -> Loaded:
    """Read every known sheet once.

    Raises:
        WorkbookError: no known table, or a heading that we cannot do without.
        ParameterError: 参数表 holds a value that cannot be used.
        CalendarError: working hours or 节假日 cannot be used.
    """
    progress("读取工作簿")
    pack = pack_of(door)
    reading = read_tables(door, _tables(door, pack))
    parameters = read_parameters(reading.tables.get("parameters"))
    moment = (now or parameters.clock_now or dt.datetime.now()).replace(microsecond=0)
    worktime, added = calendar(parameters, reading.tables.get("holidays"), moment)
    book = read_book(reading.tables.get("rules"), pack)
    facts = Facts(reading.tables, book, parameters, worktime, moment, pack)
    return Loaded(facts, reading, pack, added)


def pack_of(door: Door) -> str:
    """The pack that a workbook is, by its sheets: one that has all of them, else `full`.

    Of several, the one whose own titles most sheets carry (客户信息登记表 is service's); then crm, the
    register's home; then the one with the fewest sheets.

    Raises:
        SheetMissing: no known table.
        SheetAmbiguous: two sheets answer to one table.
    """
    found = find_sheets(door, TABLES)
    if not found:
        titles = "、".join(table.title for table in TABLES[:4])
        raise SheetMissing(
            f"{door.title} 中没有任何已知的客户表（例如 {titles}），没有可以刷新的内容；"
            "请检查工作表名称，或用 xlcrm new 建立新的工作簿"
        )

    def strangeness(pack: str) -> tuple[int, bool, int]:
        foreign = sum(
            same_title(sheet) != same_title(table.in_pack(pack).title) for table, sheet in found.values()
        )
        return foreign, pack != _HOME, len(tables_of(pack))

    whole = [pack for pack in PACKS if all(pack in table.packs for table, _ in found.values())]
    return min(whole, key=strangeness, default=FULL)


def _tables(door: Door, pack: str) -> tuple[Table, ...]:
    """Every known table as the pack has it, open lists completed with what the office added to 选项表."""
    tables = tuple(table.in_pack(pack) for table in (*TABLES, *SYSTEM_TABLES))
    lists = option_lists(tables, FULL)
    return with_additions(tables, lists, filled_lists(door, lists))


def filled_lists(door: Door, lists: Iterable[OptionList]) -> dict[str, list[str]]:
    """Name of a list -> the values that stand under it in 选项表; nothing where the sheet is missing."""
    filled: dict[str, list[str]] = {}
    if OPTIONS not in door.sheets:
        return filled
    names = {item.name for item in lists}
    for column in door.grid(OPTIONS).columns:
        texts = [value.strip() if isinstance(value, str) else None for value in column]
        heading = next((at for at, text in enumerate(texts) if text in names), None)
        if heading is not None:
            filled[str(texts[heading])] = [text for text in texts[heading + 1 :] if text]
    return filled


def calendar(
    parameters: Parameters, sheet: SheetData | None, now: dt.datetime
) -> tuple[Worktime, pd.DataFrame]:
    """The working-time calendar, and the statutory rows that 节假日 lacks.

    The office's rows win; a year without any 法定 row is filled from the published arrangement.
    """
    years = range(now.year - 2, now.year + 2)
    known = statutory(years)
    rows = _holiday_rows(known)
    own = _own_days(sheet)
    present = set(pd.to_datetime(own.loc[own["origin"] == STATUTORY, "day"]).dt.year)
    filled = rows[rows["day"].dt.year.isin(known.known_years) & ~rows["day"].dt.year.isin(present)]
    missing = filled[~filled["day"].isin(own["day"])]
    fallback = rows[~rows["day"].dt.year.isin(known.known_years)]
    merged = pd.concat([own, missing, fallback[~fallback["day"].isin(own["day"])]], ignore_index=True)
    worktime = Worktime.build(
        _office_hours(parameters),
        weekdays=parameters.weekdays,
        days_off=_days_off(merged),
        workdays={
            day.date(): parse_hours(hours) if isinstance(hours, str) else None
            for day, hours in _of_type(merged, "上班")[["day", "hours"]].itertuples(index=False)
        },
        known_years=known.known_years | present,
    )
    return worktime, missing if sheet is not None else missing.iloc[:0]


def _office_hours(parameters: Parameters) -> tuple[Segment, ...]:
    try:
        return parse_hours(parameters.working_hours)
    except CalendarError as error:
        raise CalendarError(f"参数表的“工作时间”（{parameters.working_hours}）：{error.message}") from error


def _holiday_rows(known: Statutory) -> pd.DataFrame:
    off = [(day, "休息", name) for day, name in known.days_off.items()]
    work = [(day, "上班", name) for day, name in known.workdays.items()]
    rows = pd.DataFrame(sorted([*off, *work]), columns=["day", "day_type", "name"])
    rows["day"] = pd.to_datetime(rows["day"]).astype("datetime64[ns]")
    return rows.assign(hours=None, origin=STATUTORY)


def _own_days(sheet: SheetData | None) -> pd.DataFrame:
    if sheet is None:
        return pd.DataFrame(
            {
                "day": pd.Series(dtype="datetime64[ns]"),
                "day_type": None,
                "name": None,
                "hours": None,
                "origin": None,
            }
        )
    own = sheet.frame.dropna(subset=["day", "day_type"]).drop_duplicates("day", keep="last")
    for row, hours in own["hours"].dropna().items():
        try:
            parse_hours(hours)
        except CalendarError as error:
            raise CalendarError(f"{sheet.sheet}第{row}行：{error.message}") from error
    return own


def _of_type(days: pd.DataFrame, name: str) -> pd.DataFrame:
    return days[days["day_type"] == name]


def _days_off(days: pd.DataFrame) -> Mapping[dt.date, str]:
    off = _of_type(days, "休息")
    return {
        day.date(): name if isinstance(name, str) else ""
        for day, name in zip(off["day"], off["name"], strict=True)
    }
