"""生成管理层副本: due list, alerts and analysis as a workbook to hand on; the user's own is only read."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Outcome
from xlcrm.actions.blocks import cells, plain, worded
from xlcrm.actions.copy_audit import audit
from xlcrm.actions.copy_files import LABEL, Target, named
from xlcrm.actions.copy_secret import check_password, encrypted, need_encryption, password_kept
from xlcrm.actions.loading import load
from xlcrm.actions.month import asked_month
from xlcrm.actions.own_texts import with_texts
from xlcrm.actions.refresh import check_input
from xlcrm.analysis.scope import Scope, month_text
from xlcrm.analysis.sheets import Made, analyse
from xlcrm.analysis.wording import PERIOD
from xlcrm.checks import run_checks
from xlcrm.compute.lists.open_cases import open_count
from xlcrm.compute.run import run
from xlcrm.errors import UsageError
from xlcrm.mail.masking import Masker
from xlcrm.rules.parameters import MASKED
from xlcrm.tables.system import ALERTS, DUE_LIST
from xlcrm.templates.management_book import Cover, Management, build_management
from xlcrm.templates.management_list import ManagementList

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pandas as pd

    from xlcrm.actions.base import CopyParams, Progress
    from xlcrm.actions.loading import Loaded
    from xlcrm.analysis.base import AnalysisSheet, Filled
    from xlcrm.compute.run import Run
    from xlcrm.tables.base import Table
    from xlcrm.workbook.port import Door

_DUE_COLUMNS: Final = (
    *("state", "due_at", "overrun", "task", "name", "grade", "owner"),
    *("way", "rule", "note", "postponed_to"),
)
_ALERT_COLUMNS: Final = (
    *("status", "overrun", "due_at", "clock", "level", "case_id", "name", "owner", "rule"),
)
_LOOKS: Final = {
    "电话": "只留前三位和后四位，例如 138****5678",
    "邮箱": "只留第一个字母和域名，例如 w***@example.com",
    "联系人": "客户一方的人名只留第一个字，例如 张*；本单位负责人的姓名照常显示",
    "证件号": "身份证号、银行卡号等全部去掉，显示为 ***",
}
_ELSEWHERE: Final = re.compile(r"填写|参数表|明细|定位|刷新|结果见")
"""Words of sentences that speak of what a copy does not have."""
_NOT_MASKED: Final = "没有脱敏"


@dataclass(frozen=True)
class CopyWanted:
    """What is wanted of a copy.

    Attributes:
        title: name of the workbook, without its ending.
        month: that the analysis reports.
        masked: which kinds are hidden; None for 脱敏内容 of 参数表.
        password: to open it with, "" for none.
    """

    title: str
    month: np.datetime64
    masked: frozenset[str] | None = None
    password: str = ""


def copy(door: Door, params: CopyParams, progress: Progress) -> Outcome:
    """Write the copy beside the workbook, or where it was asked for.

    A copy that an earlier run has made is replaced; any other file of that name stays unless `force`.

    Raises:
        UsageError: the workbook has no file, the month has not begun, no password, or a file is not ours.
        IncompleteInstall: a password is asked for, and what encrypts is not installed.
        CopyRefused: the finished copy holds what it must not.
        SaveFailed: the file cannot be written.
        XlcrmError: whatever a refresh may raise on reading the workbook.
    """
    if door.file is None:
        raise UsageError(
            f"“{door.title}”在这台电脑上没有文件（还没有保存过，或在网盘上），副本不知道放在哪里；"
            "请先把它保存到本机文件夹"
        )
    loaded = load(door, params.now, progress)
    month = asked_month(loaded, params.month)
    password = _password(loaded, params, door.file.name)
    day = loaded.facts.now.date()
    target = Target(named(door.file, day, params.out), password, params.force)
    target.refuse_others()
    progress("检查录入")
    found = run_checks(check_input(loaded))
    progress("计算截止和到期")
    computed = run(loaded.facts)
    progress("更新分析")
    made = with_texts(door, loaded, analyse(Scope(computed, month, found)))
    progress("生成管理层副本")
    wanted = CopyWanted(door.file.stem, month, params.masked, password)
    content = make_copy(loaded, computed, made, wanted)
    if not params.dry_run:
        target.write(content)
    return _outcome(loaded, made, wanted, target.path, params, len(content))


def make_copy(loaded: Loaded, computed: Run, made: Sequence[Made], wanted: CopyWanted) -> bytes:
    """The finished copy: masked, examined, and encrypted where there is a password.

    Args:
        loaded: the workbook.
        computed: what a refresh works out of it.
        made: the analysis sheets that are wanted, worked out.
        wanted: name, month, what is hidden, password.

    Returns:
        The bytes of an .xlsx; of an encrypted one where there is a password.

    Raises:
        CopyRefused: it holds what it must not.
        IncompleteInstall: what encrypts is not installed.
    """
    masker = Masker.of(loaded.reading.tables, masked_kinds(loaded, wanted.masked))
    content = _content(loaded, computed, made, wanted, masker)
    with tempfile.TemporaryDirectory(prefix="xlcrm-copy-") as folder:
        path = Path(folder, "copy.xlsx")
        build_management(path, content)
        written = path.read_bytes()
    audit(written, masker, set(_own_words(content)))
    return encrypted(written, wanted.password) if wanted.password else written


def masked_kinds(loaded: Loaded, asked: frozenset[str] | None) -> frozenset[str]:
    """What is to be hidden: as asked, else 脱敏内容 of 参数表."""
    return loaded.facts.parameters.masked if asked is None else asked


def _password(loaded: Loaded, params: CopyParams, workbook: str) -> str:
    """The password where the copy is to have one, else ""."""
    if not (params.encrypt or loaded.facts.parameters.copy_encrypted == "是"):
        return ""
    need_encryption()
    given = params.password.get_secret_value() if params.password else ""
    password = given or password_kept(workbook, os.environ)
    check_password(password, workbook)
    return password


def _content(
    loaded: Loaded, computed: Run, made: Sequence[Made], wanted: CopyWanted, masker: Masker
) -> Management:
    """What the copy shows, with everything hidden that is to be."""
    shown = [_masked(replace(item, sheet=_purpose(item.sheet)), masker) for item in made]
    lists = [
        _list(loaded, DUE_LIST, computed.shown.rows, _DUE_COLUMNS, _due_hint(computed), masker),
        _list(loaded, ALERTS, computed.alerts.rows, _ALERT_COLUMNS, _alert_hint(computed), masker),
    ]
    scope_of = Scope(computed, wanted.month, computed.shown.rows).period
    now = loaded.facts.now
    cover = Cover(
        title=masker.text(f"{wanted.title} {LABEL}"),
        as_of=f"数据截至 {now:%Y-%m-%d %H:%M}，分析统计 {scope_of}",
        cards=_cards(computed),
        masked=[(kind, _LOOKS[kind] if kind in masker.kinds else _NOT_MASKED) for kind in MASKED],
        notes=("本文件只有数值、格式和图表，没有公式、宏和隐藏的内容，不会随原工作簿更新。",),
    )
    return Management(cover, lists, shown, scope_of, now, loaded.pack)


def _cards(computed: Run) -> list[tuple[str, int]]:
    facts, tasks, warnings = computed.facts, computed.shown, computed.alerts
    return [
        ("客户总数", len(facts.account_ids)),
        ("未结案件", open_count(facts)),
        ("已超时", warnings.breached),
        ("即将超时", warnings.at_risk),
        *((f"{name}任务" if name == "逾期" else name, count) for name, count in tasks.counts.items()),
    ]


def _due_hint(computed: Run) -> str:
    tasks = computed.shown
    text = "，".join(f"{state} {count} 项" for state, count in tasks.counts.items()) + "。"
    return text + (f"另有 {tasks.left_out} 项没有列出。" if tasks.left_out else "")


def _alert_hint(computed: Run) -> str:
    warnings = computed.alerts
    text = f"没有完成的案件中，已超时 {warnings.breached} 个，即将超时 {warnings.at_risk} 个，最严重的在前。"
    return text + (f"另有 {warnings.left_out} 个没有列出。" if warnings.left_out else "")


def _list(
    loaded: Loaded, declared: Table, rows: pd.DataFrame, keys: Sequence[str], hint: str, masker: Masker
) -> ManagementList:
    """A list in the words of the workbook's pack; columns in which nothing stands at all are left out."""
    table = declared.in_pack(loaded.pack)
    columns = [table.by_key[key] for key in keys]
    held = {item.key: worded(item, cells(plain(rows[item.key]))) for item in columns if item.key in rows}
    columns = [
        item for item in columns if table.by_key[item.key].role.value == "auto" or any(held.get(item.key, ()))
    ]
    frame = type(rows)({item.key: masker.cells(held[item.key]) for item in columns}, dtype=object)
    return ManagementList(table, columns, frame, hint)


def _purpose(sheet: AnalysisSheet) -> AnalysisSheet:
    """The sheet with what its hint says of the figures, and nothing about the workbook that they are from."""
    sentences = [part for part in re.split(r"[。；]", sheet.hint) if part and not _ELSEWHERE.search(part)]
    return replace(sheet, hint="；".join(sentences) + "。" if sentences else "")


def _masked(made: Made, masker: Masker) -> Made:
    figures = {
        label: replace(figure, text=masker.text(figure.text)) for label, figure in made.figures.items()
    }
    return Made(
        made.sheet, figures, {name: _masked_panel(panel, masker) for name, panel in made.panels.items()}
    )


def _masked_panel(panel: Filled, masker: Masker) -> Filled:
    rows = panel.rows.copy()
    for key in rows:
        if rows[key].dtype.kind not in "fiubM":
            rows[key] = type(rows[key])(masker.cells(rows[key].tolist()), index=rows.index, dtype=object)
    return replace(panel, rows=rows, caption=masker.text(panel.caption))


def _own_words(content: Management) -> Iterator[str]:
    """Texts that stand on every copy, whoever the customers are."""
    yield content.cover.as_of
    yield from (PERIOD, content.period)
    yield from (text for line in content.cover.masked for text in line)
    yield from content.cover.notes
    yield from (label for label, _ in content.cover.cards)
    for item in content.lists:
        yield from (item.table.title, item.hint, *(column.heading for column in item.columns))
    for made in content.sheets:
        yield from (made.sheet.title, made.sheet.hint, *(card.label for card in made.sheet.cards))
        for panel in made.sheet.panels:
            yield from (panel.title, panel.note, *(column.heading for column in panel.columns))


def _outcome(
    loaded: Loaded, made: Sequence[Made], wanted: CopyWanted, path: Path, params: CopyParams, size: int
) -> Outcome:
    kinds = masked_kinds(loaded, wanted.masked)
    hidden = [kind for kind in MASKED if kind in kinds]
    told = f"已遮住 {'、'.join(hidden)}" if hidden else "没有脱敏"
    locked = "，需要密码才能打开" if wanted.password else ""
    begin = "试运行：将生成管理层副本" if params.dry_run else "已生成管理层副本"
    what = f"到期清单、超时预警和 {len(made)} 张分析表，{month_text(wanted.month)}"
    shown = [kind for kind in MASKED if kind not in kinds]
    remarks = [f"副本里 {'、'.join(shown)} 照原样显示；请确认收件人可以看到这些内容"] if shown else []
    data = {
        "copy": str(path),
        "month": str(wanted.month),
        "masked": hidden,
        "encrypted": bool(wanted.password),
        "bytes": size,
        "sheets": [item.sheet.title for item in made],
    }
    return Outcome(f"{begin}（{what}；{told}{locked}）：{path}", remarks=remarks, data=data)
