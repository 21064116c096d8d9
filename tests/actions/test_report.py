"""Reports as files: what they are called, what they may replace, and what happens without LibreOffice."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure as Sheet

from xlcrm.actions import AnalyseParams
from xlcrm.actions import report as making
from xlcrm.actions.analyse import analyse
from xlcrm.actions.base import silent
from xlcrm.actions.report import Asked, report
from xlcrm.actions.report_files import form_of
from xlcrm.errors import ProgramBusy, ProgramMissing, SaveFailed, UsageError, WorkbookMissing
from xlcrm.report.marks import is_ours
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions import Outcome

NOW = dt.datetime(2026, 11, 20, 10, 30)
OCTOBER = dt.date(2026, 10, 1)
COMPLAINTS = ("投诉分析月报",)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crm workbook with two complaints of October, its analysis written, and a text of the user's."""
    path = tmp_path_factory.mktemp("built") / "客户 甲.xlsx"
    rows = [
        {
            "complaint_id": f"T{number}",
            "received_at": dt.datetime(2026, 10, 5 + number, 9),
            "name": "<script>甲</script>",
            "content": "噪音",
            "issue": "<b>噪音</b>",
            "complaint_type": "产品问题",
            "level": "一般",
            "status": "处理中",
        }
        for number in range(2)
    ]
    build("crm", path, {"complaints": pd.DataFrame(rows)})
    with FileDoor(path, write=True) as door:
        analyse(door, AnalyseParams(now=NOW, month=OCTOBER), silent)
    with FileDoor(path, write=False) as door:
        grid = door.grid("投诉分析月报")
        heading = next(
            (row, column)
            for column, values in enumerate(grid.columns, start=1)
            for row, value in enumerate(values, start=1)
            if value == "改进措施" and grid.columns[column - 2][row - 1] == "责任部门"
        )
    cell = f"{chr(64 + heading[1])}{heading[0] + 1}"
    patch(path, path, {"投诉分析月报": {cell: "换静音风扇"}})
    return path


@pytest.fixture
def workbook(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / built.name))


def asked(form: str = "html", **more: Any) -> Asked:
    return Asked(**{"month": OCTOBER, "now": NOW, "form": form, "sheets": COMPLAINTS, **more})


def pages(number: int) -> bytes:
    """A small PDF."""
    written = io.BytesIO()
    with PdfPages(written) as file:
        for _ in range(number):
            file.savefig(Sheet(figsize=(2, 1)))
    return written.getvalue()


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Stands in for LibreOffice: every workbook becomes so many pages."""

    def set_up(number: int) -> None:
        def to_pdf(workbook: Path, target: Path) -> None:
            assert workbook.stat().st_size > 0
            target.write_bytes(pages(number))

        monkeypatch.setattr(making, "to_pdf", to_pdf)

    return set_up


def without_program(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(making, "to_pdf", refuse)


def written(outcome: Outcome) -> list[Path]:
    return [Path(item) for item in outcome.data["files"]]


def test_a_page_stands_beside_the_workbook_and_the_workbook_is_not_touched(workbook: Path) -> None:
    before = workbook.read_bytes()
    outcome = report(workbook, asked())
    [made] = written(outcome)
    assert made == workbook.with_name("客户 甲-分析报告-2026-10.html")
    assert outcome.message == f"已生成2026年10月的分析报告（1 张分析表）：{made}"
    assert outcome.data | {"files": []} == {
        "month": "2026-10",
        "format": "html",
        "files": [],
        "sheets": ["投诉分析月报"],
    }
    text = made.read_text(encoding="utf-8")
    assert "<h1>客户 甲 分析报告</h1>" in text
    assert "2026年10月，截至2026-11-20" in text
    assert workbook.read_bytes() == before
    assert sorted(item.name for item in workbook.parent.iterdir()) == [made.name, workbook.name]


def test_what_the_user_typed_is_in_it_and_nothing_of_the_workbook_runs(workbook: Path) -> None:
    text = written(report(workbook, asked()))[0].read_text(encoding="utf-8")
    assert "换静音风扇" in text
    assert "&lt;b&gt;噪音&lt;/b&gt;" in text
    assert "<b>噪音" not in text
    assert "<script" not in text


def test_an_older_workbook_without_analysis_sheets_has_a_report_too(tmp_path: Path) -> None:
    path = tmp_path / "旧.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        frame = pd.DataFrame({"投诉编号": ["T1"], "投诉日期": ["2026-10-05"], "客户名称": ["甲"]})
        frame.to_excel(writer, sheet_name="客户投诉登记表", index=False)
    outcome = report(path, asked())
    assert "投诉1件" in written(outcome)[0].read_text(encoding="utf-8")


def test_all_sheets_are_reported_by_default_and_the_current_month(workbook: Path) -> None:
    outcome = report(workbook, asked(sheets=(), month=None))
    assert written(outcome)[0].name.endswith("2026-11.html")
    assert outcome.data["sheets"][0] == "管理驾驶舱"
    assert outcome.data["sheets"][-1] == "策略建议"


def test_running_it_again_gives_the_new_one(workbook: Path) -> None:
    [first] = written(report(workbook, asked()))
    old = first.read_bytes()
    [second] = written(report(workbook, asked(sheets=("渠道分析",))))
    assert second == first
    assert second.read_bytes() != old
    assert not (workbook.parent / ".xlcrm").exists()


def test_a_file_of_somebody_else_stays(workbook: Path) -> None:
    theirs = workbook.with_name("客户 甲-分析报告-2026-10.html")
    theirs.write_text("<p>我的总结</p>", encoding="utf-8")
    with pytest.raises(UsageError, match="已经存在，不是 xlcrm 生成的报告"):
        report(workbook, asked())
    assert theirs.read_text(encoding="utf-8") == "<p>我的总结</p>"


def test_force_replaces_it_and_keeps_a_copy(workbook: Path) -> None:
    theirs = workbook.with_name("客户 甲-分析报告-2026-10.html")
    theirs.write_text("<p>我的总结</p>", encoding="utf-8")
    assert written(report(workbook, asked(force=True))) == [theirs]
    [kept] = (workbook.parent / ".xlcrm" / "backup").iterdir()
    assert kept.read_text(encoding="utf-8") == "<p>我的总结</p>"


def test_another_place(workbook: Path, tmp_path: Path) -> None:
    folder = tmp_path / "会议"
    folder.mkdir()
    assert written(report(workbook, asked(out=folder))) == [folder / "客户 甲-分析报告-2026-10.html"]
    assert written(report(workbook, asked(out=folder / "十月.HTM"))) == [folder / "十月.HTM"]
    with pytest.raises(SaveFailed, match="文件夹"):
        report(workbook, asked(out=tmp_path / "没有" / "a.html"))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"form": "docx"}, "没有“docx”这种格式；可选：pdf、html、png"),
        ({"out": Path("十月.pdf")}, "html 格式的文件名应以 .html 结尾，现为“十月.pdf”"),
        ({"sheets": ("销售分析",)}, "没有“销售分析”这张分析表；可选：管理驾驶舱、"),
        ({"month": dt.date(2026, 12, 1)}, "2026年12月还没有到"),
    ],
)
def test_requests_that_make_no_sense(workbook: Path, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        report(workbook, asked(**more))
    assert list(workbook.parent.iterdir()) == [workbook]


def test_the_workbook_itself_is_never_the_target(workbook: Path) -> None:
    before = workbook.read_bytes()
    with pytest.raises(UsageError, match="文件名应以"):
        report(workbook, asked(out=workbook, force=True))
    assert workbook.read_bytes() == before


def test_a_workbook_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkbookMissing):
        report(tmp_path / "没有.xlsx", asked())


def test_a_pdf_carries_our_mark(workbook: Path, printer: Callable[[int], None]) -> None:
    printer(2)
    outcome = report(workbook, asked("pdf"))
    [made] = written(outcome)
    assert made.name == "客户 甲-分析报告-2026-10.pdf"
    assert made.read_bytes().startswith(b"%PDF-")
    assert is_ours(made)
    assert outcome.remarks == []
    assert written(report(workbook, asked("pdf"))) == [made]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ProgramMissing("没有找到 LibreOffice，不能生成 PDF，请先安装"), "没有找到 LibreOffice"),
        (ProgramBusy("LibreOffice 在 180 秒内没有生成 PDF"), "180 秒内"),
    ],
)
def test_without_libreoffice_a_page_takes_the_pdf_s_place(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    without_program(monkeypatch, error)
    outcome = report(workbook, asked("pdf"))
    assert [item.name for item in written(outcome)] == ["客户 甲-分析报告-2026-10.html"]
    [remark] = outcome.remarks
    assert reason in remark
    assert "已改为生成网页；用浏览器打开后按 Ctrl+P" in remark
    assert outcome.data["format"] == "html"


def test_one_picture_a_page(workbook: Path, printer: Callable[[int], None]) -> None:
    printer(3)
    outcome = report(workbook, asked("png"))
    names = [f"客户 甲-分析报告-2026-10-0{number}.png" for number in (1, 2, 3)]
    assert [item.name for item in written(outcome)] == names
    assert outcome.message.endswith(f"，共 3 张图片：{written(outcome)[0]} 至 {names[-1]}")
    assert all(is_ours(item) for item in written(outcome))


def test_pictures_that_an_earlier_longer_report_left_go(
    workbook: Path, printer: Callable[[int], None]
) -> None:
    printer(3)
    report(workbook, asked("png"))
    theirs = workbook.with_name("客户 甲-分析报告-2026-10-09.png")
    theirs.write_bytes(b"photo")
    printer(1)
    outcome = report(workbook, asked("png"))
    pictures = sorted(item.name for item in workbook.parent.glob("*.png"))
    assert pictures == ["客户 甲-分析报告-2026-10-01.png", theirs.name]
    assert outcome.message.endswith("：" + str(workbook.with_name(pictures[0])))


def test_a_picture_of_somebody_else_stops_all(workbook: Path, printer: Callable[[int], None]) -> None:
    printer(2)
    theirs = workbook.with_name("客户 甲-分析报告-2026-10-02.png")
    theirs.write_bytes(b"photo")
    with pytest.raises(UsageError, match=r"02\.png 已经存在"):
        report(workbook, asked("png"))
    assert sorted(workbook.parent.iterdir()) == sorted([workbook, theirs])


def test_pictures_without_libreoffice_are_one_a_sheet(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_program(monkeypatch, ProgramMissing("没有找到 LibreOffice"))
    monkeypatch.setattr(making, "chinese_fonts", lambda: ["SimHei"])
    outcome = report(workbook, asked("png", sheets=("投诉分析月报", "渠道分析")))
    assert len(written(outcome)) == 2
    assert outcome.remarks == ["没有找到 LibreOffice；图片按每张分析表一张画出"]


def test_pictures_need_a_program_or_a_font(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_program(monkeypatch, ProgramMissing("没有找到 LibreOffice"))
    monkeypatch.setattr(making, "chinese_fonts", list)
    with pytest.raises(ProgramMissing, match="没有 LibreOffice，也没有找到中文字体"):
        report(workbook, asked("png"))
    assert list(workbook.parent.iterdir()) == [workbook]


def test_a_text_of_the_user_s_is_shown_though_its_problem_has_left_the_month(workbook: Path) -> None:
    text = written(report(workbook, asked(month=dt.date(2026, 11, 1))))[0].read_text(encoding="utf-8")
    assert "换静音风扇" in text
    assert "2026-10" in text


def test_a_panel_whose_title_has_gone_is_shown_without_texts(workbook: Path) -> None:
    with FileDoor(workbook, write=False) as door:
        titles = [
            row for row, value in enumerate(door.grid("投诉分析月报").columns[0], 1) if value == "改进措施"
        ]
    patch(workbook, workbook, {"投诉分析月报": {f"A{row}": "别的" for row in titles}})
    text = written(report(workbook, asked()))[0].read_text(encoding="utf-8")
    assert "换静音风扇" not in text
    assert "改进措施" in text


@pytest.mark.parametrize(
    ("out", "form"),
    [
        (None, "pdf"),
        (Path("a.HTML"), "html"),
        (Path("a.htm"), "html"),
        (Path("a.png"), "png"),
        (Path("a"), "pdf"),
    ],
)
def test_the_ending_says_the_format(out: Path | None, form: str) -> None:
    assert form_of(out) == form
