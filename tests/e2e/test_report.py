"""The real command makes real reports of a demo workbook."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from tests.e2e.running import Ran, call, run
from xlcrm.calc.bridge import program
from xlcrm.tables import PACKS

NOW = "2026-03-18T10:00"
ARGUMENTS = ("--now", NOW, "--month", "2026-02")

pytestmark = pytest.mark.slow
needs_libreoffice = pytest.mark.skipif(program() is None, reason="needs LibreOffice")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("报告")
    assert call("demo", folder, "--pack", "support", "--rows", "40", "--now", NOW).code == 0
    [path] = folder.glob("*.xlsx")
    return path


@pytest.fixture
def workbook(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo, tmp_path / demo.name))


def made(ran: Ran) -> list[Path]:
    assert ran.code == 0, ran.err
    return [Path(item) for item in json.loads(ran.out)["files"]]


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


@needs_libreoffice
def test_the_pdf_has_every_sheet_and_the_workbook_keeps_its_bytes(workbook: Path) -> None:
    before = workbook.read_bytes()
    ran = run("report", workbook, *ARGUMENTS, "--json")
    [path] = made(ran)
    assert path.name == f"{PACKS['support']}-演示-分析报告-2026-02.pdf"
    found = texts(path)
    for title in json.loads(ran.out)["sheets"]:
        assert any(title in text for text in found), title
    assert any("2026年2月" in text for text in found)
    assert workbook.read_bytes() == before
    assert sorted(item.name for item in workbook.parent.iterdir()) == sorted([workbook.name, path.name])


@needs_libreoffice
def test_charts_of_the_pdf_show_data(workbook: Path) -> None:
    """A chart's frame alone leaves the page nearly white; bars of the brand's blue do not."""
    [path] = made(run("report", workbook, *ARGUMENTS, "--sheets", "投诉分析月报", "--json"))
    document = pypdfium2.PdfDocument(path)
    pictures = [page.render(scale=1).to_pil().convert("RGB") for page in document]
    document.close()
    dark = sum(
        count
        for picture in pictures
        for count, colour in picture.getcolors(picture.size[0] * picture.size[1]) or []
        if isinstance(colour, tuple) and colour[2] > colour[0] + 40 and sum(colour) < 330
    )
    assert dark > 3_000


@needs_libreoffice
def test_pictures_are_the_pages_of_the_pdf(workbook: Path) -> None:
    options = (*ARGUMENTS, "--sheets", "订单履约,推送效果", "--json")
    [pdf] = made(run("report", workbook, *options))
    pictures = made(run("report", workbook, *options, "--format", "png"))
    assert len(pictures) == len(texts(pdf))
    for path in pictures:
        with Image.open(io.BytesIO(path.read_bytes())) as picture:
            assert picture.size[0] > 1000


def test_the_page_says_the_same_figures_as_the_workbook(workbook: Path) -> None:
    shown = json.loads(call("analyse", workbook, *ARGUMENTS, "--dry-run", "--json").out)["sheets"]
    [path] = made(call("report", workbook, *ARGUMENTS, "--format", "html", "--json"))
    text = path.read_text(encoding="utf-8")
    for sheet in shown:
        assert f">{sheet['sheet']}</h2>" in text
        for card in sheet["cards"]:
            assert f'<span>{card["label"]}</span> <span class="value">{card["shown"]}</span>' in text
        for panel in sheet["panels"]:
            assert f">{panel['title']}</h3>" in text
            assert panel["caption"].replace("&", "&amp;").replace("'", "&#39;") in text


def test_what_is_said_on_a_terminal(workbook: Path) -> None:
    options = (*ARGUMENTS, "--sheets", "订单履约", "-o", workbook.with_name("会议.html"))
    ran = call("report", workbook, *options)
    assert ran.code == 0
    assert "已生成2026年2月的分析报告（1 张分析表）" in ran.out
    assert workbook.with_name("会议.html").is_file()
    workbook.with_name("会议.html").write_text("我的", encoding="utf-8")
    ran = call("report", workbook, *options)
    assert ran.code == 2
    assert "已经存在，不是 xlcrm 生成的报告" in ran.err
    ran = call("report", workbook, *ARGUMENTS, "--as-of", "2026-03-01")
    assert ran.code == 2
    assert "--as-of 和 --now 只能用一个" in ran.err
