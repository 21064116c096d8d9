"""Whatever gets into a finished copy that does not belong there is found."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from xlcrm.actions.copy_audit import audit
from xlcrm.errors import CopyRefused
from xlcrm.mail.masking import Masker
from xlcrm.rules.parameters import MASKED

if TYPE_CHECKING:
    from collections.abc import Callable

MASKER = Masker(frozenset(MASKED), names=frozenset({"张伟"}), staff=frozenset({"李明"}))
NUMBER = "请打 13812345678"


def clean() -> Workbook:
    book = Workbook()
    book.properties.creator = "xlcrm"
    sheet = book.worksheets[0]
    sheet.title = "首页"
    sheet["A1"] = "数量 138****5678"
    sheet["A2"] = 13812345678
    sheet["A3"] = "李明"
    sheet["A4"] = "到期清单"
    sheet["A4"].hyperlink = Hyperlink(ref="A4", location="'到期清单'!A1")
    book.create_sheet("到期清单")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "C1")
    sheet.print_area = "A1:B4"
    return book


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _formula(book: Workbook) -> None:
    book["首页"]["B1"] = "=1+1"


def _comment(book: Workbook) -> None:
    book["首页"]["B1"].comment = Comment("记", "王芳")


def _hidden_sheet(book: Workbook) -> None:
    book["到期清单"].sheet_state = "hidden"


def _very_hidden_sheet(book: Workbook) -> None:
    book["到期清单"].sheet_state = "veryHidden"


def _hidden_row(book: Workbook) -> None:
    book["首页"].row_dimensions[3].hidden = True


def _hidden_column(book: Workbook) -> None:
    book["首页"].column_dimensions["B"].hidden = True


def _name(book: Workbook) -> None:
    book.defined_names["密"] = DefinedName("密", attr_text="首页!$A$1")


def _sheet_name(book: Workbook) -> None:
    book["首页"].defined_names["密"] = DefinedName("密", attr_text="首页!$A$1")


def _validation(book: Workbook) -> None:
    rule = DataValidation(type="list", formula1='"甲,乙"')
    rule.add("B1")
    book["首页"].add_data_validation(rule)


def _web_link(book: Workbook) -> None:
    book["首页"]["B1"].hyperlink = "https://example.com"


def _lost_link(book: Workbook) -> None:
    book["首页"]["B1"].hyperlink = Hyperlink(ref="B1", location="'规则表'!A1")


def _author(book: Workbook) -> None:
    book.properties.lastModifiedBy = "王芳"


def _phone(book: Workbook) -> None:
    book["到期清单"]["Z99"] = NUMBER


def _contact(book: Workbook) -> None:
    book["到期清单"]["B2"] = "张 伟"


def _title(book: Workbook) -> None:
    book.properties.title = "张伟"


def _footer(book: Workbook) -> None:
    book.worksheets[1].oddFooter.center.text = NUMBER  # type: ignore[union-attr] # openpyxl makes it


def _chart_title(book: Workbook) -> None:
    chart = BarChart()
    chart.title = NUMBER
    book.worksheets[0].add_chart(chart, "C20")


def _chart_sheet(book: Workbook) -> None:
    book.create_chartsheet("图")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_formula, "首页”B1 是公式"),
        (_comment, "不该有的部分 .*comment"),
        (_hidden_sheet, "到期清单”是隐藏的"),
        (_very_hidden_sheet, "到期清单”是隐藏的"),
        (_hidden_row, "首页”有隐藏的行或列"),
        (_hidden_column, "首页”有隐藏的行或列"),
        (_name, "含有名称 密"),
        (_sheet_name, "首页”有名称 密"),
        (_validation, "首页”有录入限制"),
        (_web_link, "里有通向外部的链接"),
        (_lost_link, "首页”B1 的链接通向文件以外"),
        (_author, "文件属性里有作者姓名"),
        (_phone, "没有遮住的个人信息"),
        (_contact, "没有遮住的个人信息"),
        (_title, "docProps/core.xml 里有没有遮住的个人信息"),
        (_footer, "到期清单”的页眉或页脚有没有遮住的个人信息"),
        (_chart_title, "xl/charts/chart2.xml 里有没有遮住的个人信息"),
        (_chart_sheet, "不该有的部分 xl/chartsheets"),
    ],
)
def test_what_does_not_belong_is_found(spoil: Callable[[Workbook], None], said: str) -> None:
    audit(saved(clean()), MASKER)
    book = clean()
    spoil(book)
    with pytest.raises(CopyRefused, match=said) as refused:
        audit(saved(book), MASKER)
    assert "13812345678" not in refused.value.message
    assert "没有写出文件" in refused.value.message


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "customXml/item1.xml"]
)
def test_a_part_that_no_copy_has_is_found(part: str) -> None:
    written = io.BytesIO(saved(clean()))
    with zipfile.ZipFile(written, "a") as package:
        package.writestr(part, b"<a/>")
    with pytest.raises(CopyRefused, match=f"不该有的部分 {part}"):
        audit(written.getvalue(), MASKER)


def test_a_name_in_a_chart_is_found() -> None:
    """Charts keep copies of the cells that they draw."""
    cache = b'<cat><strRef><f>A1</f><strCache><pt idx="0"><v>%s</v></pt></strCache></strRef></cat><val>'
    for text, fits in ("张*".encode(), True), ("张伟".encode(), False), (b"13812345678", False):
        written = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(saved(clean()))) as old, zipfile.ZipFile(written, "w") as new:
            for name in old.namelist():
                part = old.read(name)
                if name == "xl/charts/chart1.xml":
                    part = part.replace(b"<val>", cache % text)
                    assert text in part
                new.writestr(name, part)
        if fits:
            audit(written.getvalue(), MASKER)
        else:
            with pytest.raises(CopyRefused, match=r"chart1\.xml 里有没有遮住的个人信息"):
                audit(written.getvalue(), MASKER)


def test_our_own_words_are_no_contact() -> None:
    book = clean()
    book["首页"]["B1"] = "张伟大"
    audit(saved(book), MASKER, {"张伟大"})
    with pytest.raises(CopyRefused):
        audit(saved(book), MASKER)


def test_what_is_not_to_be_hidden_may_stand_there() -> None:
    book = clean()
    book["首页"]["B1"] = f"张伟 {NUMBER}"
    audit(saved(book), Masker(frozenset()))


def test_the_sample_itself_is_a_workbook() -> None:
    assert load_workbook(io.BytesIO(saved(clean()))).sheetnames == ["首页", "到期清单"]
