"""Pictures of reports."""

from __future__ import annotations

import io

import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure as Sheet
from PIL import Image

from tests.report.build import COLUMNS, every_chart, made, panel, rows
from xlcrm.analysis.base import Figure, Filled
from xlcrm.report.document import Document, document
from xlcrm.report.marks import MARK
from xlcrm.report.pictures import drawn, pages_of


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def simple(filled: Filled, **cards: Figure) -> Document:
    return document("报告", "2026年10月", [made((panel(None), filled), figures=cards)])


def test_the_pages_of_a_pdf_become_pictures_with_our_mark() -> None:
    written = io.BytesIO()
    with PdfPages(written) as pages:
        for colour in ("red", "blue"):
            pages.savefig(Sheet(figsize=(4, 2), facecolor=colour))
    found = [opened(item) for item in pages_of(written.getvalue(), 100)]
    assert [item.size for item in found] == [(400, 200), (400, 200)]
    assert [item.convert("RGB").getpixel((50, 50)) for item in found] == [(255, 0, 0), (0, 0, 255)]
    assert all(item.info["Software"] == MARK for item in found)


def test_each_sheet_is_one_picture_as_long_as_it_needs() -> None:
    sheets = [made((panel(None), Filled(rows(), "一句"))), made(*every_chart(), title="图")]
    short, long = (opened(item) for item in drawn(document("报告", "2026年10月", sheets)))
    assert short.size[0] == long.size[0] == 992
    assert long.size[1] > 3 * short.size[1]
    assert short.info["Software"] == MARK


def test_nothing_is_drawn_up_to_the_edge() -> None:
    wide = Filled(rows().assign(measure=["很长的改进措施" * 30, "", ""]), "很长的说明" * 40)
    figures = {f"卡片{n}": Figure(n, "较上月 +3；n=41，比平时多很多" * 2, good=bool(n % 2)) for n in range(7)}
    [picture] = (opened(item).convert("L") for item in drawn(simple(wide, **figures)))
    width, high = picture.size
    for box in (
        (0, 0, 50, high),
        (width - 50, 0, width, high),
        (0, 0, width, 50),
        (0, high - 40, width, high),
    ):
        assert picture.crop(box).getextrema() == (255, 255)


def test_a_long_cell_makes_its_row_higher() -> None:
    plain = drawn(simple(Filled(rows(), "")))
    long = drawn(simple(Filled(rows().assign(measure=["很长的改进措施" * 30, "", ""]), "")))
    assert opened(long[0]).size[1] > opened(plain[0]).size[1] + 50


def test_no_rows_are_a_sentence() -> None:
    empty = pd.DataFrame({item.key: [] for item in COLUMNS})
    assert opened(drawn(simple(Filled(empty, "没有数据")))[0]).size[1] > 100
