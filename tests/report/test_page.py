"""The HTML page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd

from tests.report.build import COLUMNS, HOSTILE, every_chart, made, panel, rows
from xlcrm.analysis.base import Figure, Filled
from xlcrm.analysis.wording import NO_DATA
from xlcrm.report.document import Document, Page, document
from xlcrm.report.marks import MARK
from xlcrm.report.page import page

_VOID = {"meta", "path", "use", "rect"}


class Reader(HTMLParser):
    """Every element with its attributes, and what is open where the text ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def report() -> Document:
    figures = {"客户总数": Figure(12, HOSTILE, good=True), "NPS": Figure(None)}
    empty = Filled(pd.DataFrame({item.key: [] for item in COLUMNS}), "2026年10月没有数据")
    sheets = [
        made(*every_chart(), figures=figures),
        made((panel(None, "empty"), empty), (panel(None, "plain"), Filled(rows(), "")), title="空&的"),
    ]
    return document(f"报告{HOSTILE}", "2026年10月（截至22日）", sheets)


def test_the_page_is_whole_and_well_formed() -> None:
    found = Reader(page(report()))
    assert found.open == []
    assert found.seen[0] == ("html", {"lang": "zh-CN"})
    assert {"charset": "utf-8"} in found.all("meta")
    assert len(found.all("svg")) == 5
    assert [item["href"] for item in found.all("a")] == ["#s1", "#s2"]


def test_every_name_is_used_once_and_every_mention_has_one() -> None:
    found = Reader(page(report()))
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    mentions = {item["aria-labelledby"] for _, item in found.seen if "aria-labelledby" in item}
    assert mentions <= set(ids)


def test_texts_of_the_workbook_are_shown_and_never_run() -> None:
    text = page(report())
    found = Reader(text)
    assert found.all("script") == []
    assert HOSTILE in found.words
    assert f"好转：{HOSTILE}" in found.words
    assert "&lt;script&gt;" in text
    assert not [name for _, item in found.seen for name in item if name.startswith("on")]


def test_nothing_is_fetched() -> None:
    found = Reader(page(report()))
    assert [name for name, _ in found.seen if name in {"link", "img", "iframe", "object", "embed"}] == []
    assert not [item for _, item in found.seen if "src" in item]
    assert "default-src 'none'" in str(found.all("meta"))
    assert "@import" not in page(report())
    assert not re.search(r"url\((?!#)", page(report()))


def test_tables_have_headings_that_repeat_on_paper_and_rows_that_are_not_cut() -> None:
    text = page(report())
    found = Reader(text)
    assert len(found.all("thead")) == len(found.all("table")) == 6
    assert {item.get("scope") for item in found.all("th")} == {"col", "row"}
    assert "display: table-header-group" in text
    assert re.search(r"figure, tr, [^{]*\{ break-inside: avoid", text)
    assert "size: A4" in text
    assert "main > section + section { break-before: page; }" in text


def test_charts_say_in_words_what_they_show() -> None:
    labels = [item["aria-label"] for item in Reader(page(report())).all("figure")]
    assert labels[0] == "图表：按行业：bars。2026年10月 制造业占75%（bars）"
    assert all(item["aria-hidden"] == "true" for item in Reader(page(report())).all("svg"))


def test_a_panel_without_rows_says_so() -> None:
    words = Reader(page(report())).words
    assert words.count(NO_DATA) == 1
    assert "2026年10月没有数据" in words


def test_cards_show_value_change_and_mood() -> None:
    found = Reader(page(report()))
    assert [item.get("class") for item in found.all("li")][-2:] == ["good", ""]
    assert "—" in found.words


def test_line_breaks_of_a_text_are_kept() -> None:
    filled = Filled(rows().assign(measure=["一\n二", "", ""]), "")
    text = page(document("", "", [made((panel(None), filled))]))
    assert "一\n二" in text
    assert "white-space: pre-line" in text


def test_the_same_report_gives_the_same_page_with_our_mark() -> None:
    text = page(report())
    assert text == page(report())
    assert f'<meta name="generator" content="{MARK}">' in text


def shape(columns: int, cell: str, rows_: int, *, chart: bool = True) -> str:
    """How a table of so many columns and rows with this cell in each stands."""
    found = document("", "", [made(every_chart()[0])]).pages[0].blocks[0]
    block = replace(
        found,
        headings=("列",) * columns,
        rows=((cell,) * columns,) * rows_,
        numeric=(False,) * columns,
        whole=(True,) * columns,
        typed=(False,) * columns,
        drawing=found.drawing if chart else None,
    )
    text = page(Document("", "", (Page("", "", (), (block,)),)))
    return str(Reader(text).all("div")[0]["class"])


def test_small_tables_stand_beside_their_charts_and_wide_ones_in_small_letters() -> None:
    # A column of five letters takes 6.2 of 29 across half a page, 58 across all of it, 72 in small letters.
    assert shape(4, "一二三四五", 15) == "pair short"
    assert shape(4, "一二三四五", 15, chart=False) == "short"
    assert shape(4, "一二三四五", 16) == ""
    assert shape(5, "一二三四五", 2) == "short"
    assert shape(10, "一二三四五", 16) == "wide"
    assert shape(12, "一二三四五", 2) == "wide tight short"


def test_columns_for_the_user_s_texts_keep_room_to_write_on_paper() -> None:
    filled = Filled(rows(), "")
    text = page(document("", "", [made((panel(None), filled))]))
    assert '<th scope="col" class="typed">改进措施</th>' in text
    assert "thead .typed { min-width" in text
