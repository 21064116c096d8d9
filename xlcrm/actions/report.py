"""分析报告: the analysis of one month as a file to hand out; the workbook is only read."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Outcome, silent
from xlcrm.actions.loading import load
from xlcrm.actions.month import asked_month
from xlcrm.actions.own_texts import with_texts
from xlcrm.actions.refresh import check_input
from xlcrm.actions.report_files import LABEL, Target, named
from xlcrm.analysis.scope import Scope, month_text
from xlcrm.analysis.sheets import analyse, sheets_with
from xlcrm.calc.pdf import to_pdf
from xlcrm.checks import run_checks
from xlcrm.compute.run import run
from xlcrm.errors import ProgramError, ProgramMissing, UsageError
from xlcrm.report.charts import chinese_fonts
from xlcrm.report.document import document
from xlcrm.report.marks import marked_pdf
from xlcrm.report.page import page
from xlcrm.report.pictures import drawn, pages_of
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.templates import build_report
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    import numpy as np

    from xlcrm.actions.base import Progress
    from xlcrm.actions.loading import Loaded
    from xlcrm.analysis.sheets import Made

FORMATS: Final = ("pdf", "html", "png")
_INSTEAD: Final = "已改为生成网页；用浏览器打开后按 Ctrl+P（Mac 上是 ⌘P）可以打印，或另存为 PDF"


@dataclass(frozen=True)
class Asked:
    """What is wanted of a report.

    Attributes:
        month: any day of it; None for 报表月份 of 参数表, else the current one.
        now: the moment up to which things have happened; the clock's by default.
        form: one of `FORMATS`.
        out: the file, or a folder for it; None for beside the workbook, under a name of its own.
        sheets: titles of the analysis sheets that are wanted; none for all.
        force: whether a file that no report has made may be replaced.
    """

    month: dt.date | None = None
    now: dt.datetime | None = None
    form: str = "pdf"
    out: Path | None = None
    sheets: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True)
class _Content:
    """The analysis of one month: the sheets, and what the report is called."""

    made: Sequence[Made]
    title: str
    period: str
    pack: str

    def html(self) -> bytes:
        return page(document(self.title, self.period, self.made, self.pack)).encode()

    def pdf(self) -> bytes:
        """Raises `ProgramError` where LibreOffice cannot make one."""
        with tempfile.TemporaryDirectory(prefix="xlcrm-report-") as folder:
            workbook, made = Path(folder, "report.xlsx"), Path(folder, "report.pdf")
            build_report(workbook, self.made, self.title, period=self.period, pack=self.pack)
            to_pdf(workbook, made)
            return made.read_bytes()

    def pictures(self) -> list[bytes]:
        """Drawn without LibreOffice.

        Raises:
            ProgramMissing: no font that has Chinese letters.
        """
        if not chinese_fonts():
            raise ProgramMissing(
                "没有 LibreOffice，也没有找到中文字体，画不出图片；请安装其中之一，或改用 --format html"
            )
        return drawn(document(self.title, self.period, self.made, self.pack))


def report(path: Path, asked: Asked, progress: Progress = silent) -> Outcome:
    """Write the report of a workbook as one file, or as one picture a page.

    A report that an earlier run has made is replaced, so that running it again gives the new one; any other
    file of that name stays unless `force` says otherwise.

    Args:
        path: the workbook, closed or open; it is read as last saved and never written.
        asked: what is wanted.
        progress: hears of each stage.

    Returns:
        An outcome whose data has `files`, `month`, `sheets` and `format`.

    Raises:
        UsageError: an unknown format or sheet, a month that has not begun, or a file that is not ours.
        ProgramMissing: pictures need LibreOffice or a Chinese font.
        SaveFailed: the file cannot be written.
        XlcrmError: whatever a refresh may raise on reading the workbook.
    """
    if asked.form not in FORMATS:
        raise UsageError(f"没有“{asked.form}”这种格式；可选：{'、'.join(FORMATS)}")
    with FileDoor(path, write=False) as door:
        door.prefetch([title for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles])
        loaded = load(door, asked.now, progress)
        month = asked_month(loaded, asked.month)
        target = Target(named(path, str(month), asked.form, asked.out), asked.force)
        if asked.form != "png":
            target.refuse_others()
        names = _wanted(loaded, asked.sheets)
        scope = _scope(loaded, month, progress)
        progress("更新分析")
        made = with_texts(door, loaded, analyse(scope, names))
    content = _Content(made, f"{path.stem} {LABEL}", f"{scope.period}，{scope.as_of}", loaded.pack)
    progress("生成报告")
    files, remarks = _write(content, target, asked.form)
    where = (
        f"：{files[0]}" if len(files) == 1 else f"，共 {len(files)} 张图片：{files[0]} 至 {files[-1].name}"
    )
    data = {
        "month": str(month),
        "format": files[0].suffix[1:].lower(),
        "files": [str(item) for item in files],
        "sheets": [item.sheet.title for item in made],
    }
    message = f"已生成{month_text(month)}的分析报告（{len(made)} 张分析表）{where}"
    return Outcome(message, remarks=remarks, data=data)


def _scope(loaded: Loaded, month: np.datetime64, progress: Progress) -> Scope:
    progress("检查录入")
    found = run_checks(check_input(loaded))
    progress("计算截止和到期")
    return Scope(run(loaded.facts), month, found)


def _wanted(loaded: Loaded, titles: Collection[str]) -> list[str]:
    """Names of the analysis sheets of these titles, all that the workbook's tables allow for none.

    Raises:
        UsageError: there is no such sheet.
    """
    known = {sheet.title: sheet.name for sheet in sheets_with(loaded.reading.tables)}
    for title in titles:
        if title not in known:
            raise UsageError(f"没有“{title}”这张分析表；可选：{'、'.join(known)}")
    return [known[title] for title in titles] or list(known.values())


def _write(content: _Content, target: Target, form: str) -> tuple[list[Path], list[str]]:
    """The files that were written, and what had to be done in another way."""
    if form == "html":
        return [target.write(content.html())], []
    try:
        pdf = content.pdf()
    except ProgramError as error:
        why = error.message.removesuffix("。")
        if form == "pdf":
            return [target.write(content.html(), target.path.with_suffix(".html"))], [f"{why}；{_INSTEAD}"]
        return target.write_pages(content.pictures()), [f"{why}；图片按每张分析表一张画出"]
    if form == "pdf":
        return [target.write(marked_pdf(pdf))], []
    return target.write_pages(pages_of(pdf)), []
