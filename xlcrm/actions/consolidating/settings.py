"""What a branch has set in 规则表, 参数表, 节假日 and 选项表: read, compared, and put into the group's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.actions.consolidating.conflicts import SETTING, Conflict, listed
from xlcrm.actions.loading import STATUTORY, USER, filled_lists
from xlcrm.rules.parameters import Parameters, parameter_rows
from xlcrm.rules.reading import default_rows
from xlcrm.tables import FULL, SYSTEM_TABLES, TABLES
from xlcrm.tables.base import Role
from xlcrm.tables.options import option_lists
from xlcrm.tables.system import HOLIDAYS, PARAMETERS, RULES
from xlcrm.templates import default_frames, parameters_frame
from xlcrm.templates.book import number_if_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.tables.frames import SheetData
    from xlcrm.tables.options import OptionList
    from xlcrm.workbook.port import Door

Cells = dict[str, str]
"""Column key of 规则表 -> text, blank ones left out."""

_DECISIVE: Final = (
    *("enabled", "task", "table", "kind", "when", "start", "stop", "limit", "unit", "calendar", "warning"),
    *("clock", "effect", "last_done_on"),
)
"""What makes a rule another one; its note and where it comes from do not."""
_TYPED: Final = tuple(item for item in RULES.columns if item.role is not Role.AUTO)
_OF_MAIL: Final = frozenset(
    str(info.alias) for name, info in Parameters.model_fields.items() if name.startswith("mail_")
)
"""Parameters that no group takes over: whom and through what a branch sends mail."""
MONTH: Final = str(Parameters.model_fields["report_month"].alias)
CLOCK: Final = str(Parameters.model_fields["clock_now"].alias)
NAME: Final = "分部名称"
"""A row that a branch may add to 参数表."""


@dataclass(frozen=True)
class Settings:
    """What one workbook sets otherwise than its pack.

    Attributes:
        rules: rule id -> its row, for rules that differ from the packaged one or that the office added.
        known: ids of the rules that its pack has.
        parameters: name -> value as typed.
        holidays: day -> type, name and hours, for the rows that the office typed.
        options: name of a list in 选项表 -> values that the office added.
    """

    rules: Mapping[str, Cells] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)
    holidays: Mapping[pd.Timestamp, tuple[str, str, str]] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_settings(door: Door, sheets: Mapping[str, SheetData], pack: str) -> Settings:
    """What a workbook sets.

    Args:
        door: the workbook.
        sheets: its tables as read; 规则表, 参数表 and 节假日 count.
        pack: which one it is.
    """
    packaged = {row["规则编号"]: _of_headings(row) for row in default_rows(pack)}
    return Settings(
        _own_rules(sheets.get(RULES.name), packaged),
        frozenset(packaged),
        _parameters(sheets.get(PARAMETERS.name)),
        _own_days(sheets.get(HOLIDAYS.name)),
        _own_options(door, pack),
    )


def _of_headings(row: Mapping[str, str]) -> Cells:
    return {item.key: text for item in _TYPED if (text := row[item.heading])}


def _own_rules(sheet: SheetData | None, packaged: Mapping[str, Cells]) -> dict[str, Cells]:
    if sheet is None:
        return {}
    own: dict[str, Cells] = {}
    for row in sheet.frame.to_dict("records"):
        cells = {item.key: text for item in _TYPED if (text := _text(row[item.key]))}
        number = cells.get("rule_id", "")
        if number and number not in own and _decisive(cells) != _decisive(packaged.get(number)):
            own[number] = cells
    return own


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return value.strip() if isinstance(value, str) else ""


def _parameters(sheet: SheetData | None) -> dict[str, str]:
    if sheet is None:
        return {}
    frame = sheet.frame.dropna(subset=["name", "value"])
    return dict(zip(frame["name"].tolist(), frame["value"].tolist(), strict=True))


def _own_days(sheet: SheetData | None) -> dict[pd.Timestamp, tuple[str, str, str]]:
    if sheet is None:
        return {}
    frame = sheet.frame.dropna(subset=["day", "day_type"]).drop_duplicates("day", keep="last")
    own = frame[(frame["origin"] != STATUTORY).to_numpy(dtype=bool, na_value=True)]
    cells = own[["day_type", "name", "hours"]].astype(object).where(own.notna(), "")
    return dict(zip(own["day"], cells.itertuples(index=False, name=None), strict=True))


def _own_options(door: Door, pack: str) -> dict[str, tuple[str, ...]]:
    lists = option_lists(tuple(table.in_pack(pack) for table in (*TABLES, *SYSTEM_TABLES)), FULL)
    filled = filled_lists(door, lists)
    own = {
        item.name: tuple(
            dict.fromkeys(text for text in filled.get(item.name, ()) if text not in _shipped(item))
        )
        for item in lists
        if item.open
    }
    return {name: texts for name, texts in own.items() if texts}


def _shipped(item: OptionList) -> tuple[str, ...]:
    return item.values  # noqa: PD011 - a list of words, no frame


def group_frames(pack: str, chosen: Settings, everyone: Sequence[Settings]) -> dict[str, pd.DataFrame]:
    """规则表, 参数表 and 节假日 of the group's workbook.

    Args:
        pack: of the group.
        chosen: whose rules and parameters count.
        everyone: all branches, whose days off are joined; the chosen one's and then earlier ones' go first.
    """
    shipped = default_frames(pack)
    values = {name: text for name, text in chosen.parameters.items() if name not in _OF_MAIL | {NAME}}
    parameters = parameters_frame(values)
    return {
        RULES.name: _group_rules(shipped[RULES.name], chosen),
        PARAMETERS.name: parameters.assign(value=parameters["value"].map(number_if_one, na_action="ignore")),
        HOLIDAYS.name: _group_days(shipped[HOLIDAYS.name], _all_days([chosen, *everyone])),
    }


def _group_rules(shipped: pd.DataFrame, chosen: Settings) -> pd.DataFrame:
    rows = [
        {**dict.fromkeys(keys), **chosen.rules[row["rule_id"]], "default": row["default"]}
        if row["rule_id"] in chosen.rules
        else row
        for keys in [[item.key for item in RULES.columns]]
        for row in shipped.to_dict("records")
    ]
    present = set(shipped["rule_id"])
    rows += [dict(cells) for number, cells in chosen.rules.items() if number not in present | chosen.known]
    frame = pd.DataFrame(rows, dtype=object)
    return frame.assign(limit=frame["limit"].map(_limit))


def _limit(cell: object) -> object:
    return number_if_one(cell) if isinstance(cell, str) else cell


def _all_days(everyone: Sequence[Settings]) -> dict[pd.Timestamp, tuple[str, str, str]]:
    days: dict[pd.Timestamp, tuple[str, str, str]] = {}
    for settings in everyone:
        for day, cells in settings.holidays.items():
            days.setdefault(day, cells)
    return days


def _group_days(shipped: pd.DataFrame, own: Mapping[pd.Timestamp, tuple[str, str, str]]) -> pd.DataFrame:
    rows = [(day, *cells, USER) for day, cells in own.items()]
    typed = pd.DataFrame(rows, columns=["day", "day_type", "name", "hours", "origin"]).astype(
        {"day": "datetime64[ns]"}
    )
    kept = shipped[~shipped["day"].isin(typed["day"])]
    return pd.concat([kept, typed], ignore_index=True).sort_values("day", ignore_index=True)


def all_options(everyone: Sequence[Settings]) -> dict[str, tuple[str, ...]]:
    """Name of a list in 选项表 -> what any branch has added to it."""
    added: dict[str, dict[str, None]] = defaultdict(dict)
    for settings in everyone:
        for name, texts in settings.options.items():
            added[name] |= dict.fromkeys(texts)
    return {name: tuple(texts) for name, texts in added.items()}


def differences(chosen: str, settings: Settings, branches: Sequence[tuple[str, Settings]]) -> list[Conflict]:
    """Where branches set something otherwise than the one whose settings count.

    Args:
        chosen: what that one is called.
        settings: its settings.
        branches: name and settings of every branch.
    """
    return [
        *_other_rules(chosen, settings, branches),
        *_other_parameters(chosen, settings, branches),
        *_other_days(chosen, settings, branches),
    ]


def _other_rules(chosen: str, settings: Settings, branches: Sequence[tuple[str, Settings]]) -> list[Conflict]:
    numbers = sorted({number for _, own in [(chosen, settings), *branches] for number in own.rules})
    found = []
    for number in numbers:
        ours = _decisive(settings.rules.get(number))
        others = [
            name
            for name, own in branches
            if (number in own.known or number in own.rules)
            and (number in settings.known or number not in own.known)
            and _decisive(own.rules.get(number)) != ours
        ]
        if others:
            what = f"规则 {number} 与 {chosen} 的不同"
            found.append(
                Conflict(SETTING, RULES.title, number, listed(others), what, f"采用 {chosen} 的规则")
            )
    return found


def _decisive(cells: Cells | None) -> tuple[str, ...] | None:
    return None if cells is None else tuple(cells.get(key, "") for key in _DECISIVE)


def _other_parameters(
    chosen: str, settings: Settings, branches: Sequence[tuple[str, Settings]]
) -> list[Conflict]:
    found = []
    for name, _, default, _ in parameter_rows():
        ours = settings.parameters.get(name, default)
        others = [
            f"{branch}（{value}）"
            for branch, own in branches
            if (value := own.parameters.get(name, default)) != ours
        ]
        if others and name not in _OF_MAIL:
            what = f"{chosen} 为“{ours}”，别的分部不同"
            found.append(
                Conflict(SETTING, PARAMETERS.title, name, listed(others), what, f"采用 {chosen} 的值")
            )
    return found


def _other_days(chosen: str, settings: Settings, branches: Sequence[tuple[str, Settings]]) -> list[Conflict]:
    everyone = [(chosen, settings), *branches]
    whole = _all_days([own for _, own in everyone])
    found = []
    for day, cells in sorted(whole.items()):
        having = [name for name, own in branches if own.holidays.get(day) == cells]
        others = [name for name, own in branches if own.holidays.get(day) != cells]
        if others:
            what = f"{cells[0]}（{cells[1] or '未写名称'}）只有 {listed(having) or chosen} 这样写"
            where = f"{day:%Y-%m-%d}"
            found.append(
                Conflict(SETTING, HOLIDAYS.title, where, listed(others), what, "并入，对所有分部有效")
            )
    return found
