"""What leaves the office shows nobody's number, address or name. All data here is made up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.build import sheet
from xlcrm.mail.masking import Masker
from xlcrm.mail.people import CONTACTS, contact_names
from xlcrm.rules.parameters import MASKED
from xlcrm.tables import BY_NAME, SYSTEM_TABLES, TABLES
from xlcrm.tables.base import Kind

ALL = frozenset(MASKED)
STAFF = {"owner", "by", "approver"}
BY_FORM = Masker(ALL)


def learned(masked: frozenset[str] = ALL) -> Masker:
    customers = sheet(
        "customers",
        [
            {"customer_id": "2023001", "contact": "张伟", "position": "采购经理", "phone": "88881234",
             "email": "wang#example.com", "owner": "何涛", "name": "王小明（个人）"},
            {"customer_id": "2023002", "contact": "何涛", "phone": "2023001", "email": "li@office",
             "owner": "李明", "name": "杭州云帆科技有限公司"},
            {"customer_id": "2023003", "contact": "John Smith", "phone": "20261122", "owner": "李明"},
        ],
    )  # fmt: skip
    care = sheet("care_records", [{"target": "王芳/采购经理", "owner": "李明"}])
    return Masker.of({"customers": customers, "care_records": care}, masked)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("１３８　１２３４　５６７８", "138****5678"),
        ("138\u200b1234\u200b5678", "138****5678"),
        ("138.1234.5678", "138****5678"),
        ("13812345678/13912345678", "138****5678/139****5678"),
        ("0571-88888888", "0571-****8888"),
        ("(0571) 8888 8888", "0571-****8888"),
        ("（０５７１）８８８８８８８８", "0571-****8888"),
        ("0571-88888888-123", "0571-****8888"),
        ("+86 571 8888 8888", "0571-****8888"),
        ("010—66668888转12", "010-****8888"),
        ("400-123-4567", "400-****567"),
        ("+852 9123 4567", "+85****567"),
        ("请打13812345678。", "请打138****5678。"),
    ],
)
def test_phone_is_masked_however_it_is_typed(typed: str, shown: str) -> None:
    assert BY_FORM.text(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("wang@example.com", "w***@example.com"),
        ("w@example.com", "***@example.com"),
        ("WANG＠example.com", "W***@example.com"),
        ("wang @ example.com", "w***@example.com"),
        ("13812345678@example.com", "1***@example.com"),
        ("a.b@x.example.com;c.d@example.com", "a***@x.example.com;c***@example.com"),
        ("邮件发到wang.fang+crm@example.com了", "邮件发到w***@example.com了"),
    ],
)
def test_email_is_masked(typed: str, shown: str) -> None:
    assert BY_FORM.text(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("11010119900307888X", "***"),
        ("110101 19900307 8889", "***"),
        ("身份证110101199003078888已核对", "身份证***已核对"),
        ("110101900307888", "***"),
        ("6222 0210 0112 2334 455", "***"),
        ("6222021001122334455", "***"),
        ("护照号：E12345678", "护照号：***"),
    ],
)
def test_numbers_of_documents_and_cards_are_removed(typed: str, shown: str) -> None:
    assert BY_FORM.text(typed) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22 10:30 至 2026-11-30 18:00",
        "第138 2026-11-22",
        "客户 2023001，订单 DD20231020001，投诉 20261122-001，售后 SH202310200001",
        "金额 123456.78 元，共 100,000,000.00 元",
        "满意度 4.5，达成 92.3%",
        "@李明 请跟进",
        "逾期 3 天",
        "T+3 2026-11-22 08:30",
        "工单18 2026-11-22 8:30",
        "工单18 2026/1/22 10:30",
        "2026/1/31 2026/12/15",
        "收入+1000000元",
        "收入+100000000 元",
        "比上月+1234567.89",
        "C++20261122",
        "尺寸 16.5 17.5 18.5 19",
        "尺寸 16.5 17.5 18.5 19.5 20.5",
        "身份证2026-11-22到期",
        "身份证 2026/11/22 到期",
        "银行卡 100000 元",
        "银行卡 100000.00 元",
        "银行卡1000000元",
        "订单 021-20261122",
        "尺码 15/16/17/18/19/2",
        "编号 001234567890",
        "共 (100) 20261122 件",
    ],
)
def test_days_amounts_and_our_own_numbers_stay(text: str) -> None:
    assert BY_FORM.text(text) == text


def test_contacts_are_shortened_wherever_they_stand() -> None:
    masker = learned()
    assert (
        masker.text("张伟来电，请 张 伟 审批；王芳/采购经理 在场")
        == "张*来电，请 张* 审批；王*/采购经理 在场"
    )
    assert masker.text("JOHN  SMITH called") == "J* called"
    assert masker.text("王小明（个人）") == "王*（个人）"


def test_a_contact_is_shortened_where_an_address_follows_at_once() -> None:
    assert learned().text("张伟wang@example.com") == "张*w***@example.com"
    assert learned().text("何涛li@example.com") == "何涛l***@example.com"  # a cell of nothing but staff


def test_a_name_in_latin_letters_is_no_part_of_a_longer_word() -> None:
    masker = Masker(ALL, names=frozenset({"lina"}))
    assert masker.text("Lina 与 Carolina、Linax") == "L* 与 Carolina、Linax"


def test_the_longest_name_wins() -> None:
    assert Masker(ALL, names=frozenset({"张伟", "张伟民"})).text("张伟民和张伟") == "张*和张*"


def test_a_cell_of_staff_stays_even_where_a_contact_has_the_same_name() -> None:
    masker = learned()
    assert masker.text("何涛") == "何涛"
    assert masker.text("何涛、李明") == "何涛、李明"
    assert masker.text("客户何涛要求退款") == "客户何*要求退款"
    assert masker.text("李明已回访") == "李明已回访"


def test_what_was_entered_as_a_phone_or_address_is_known_without_its_form() -> None:
    masker = learned()
    assert masker.text("改打8888 1234") == "改打****34"
    assert masker.text("改打 8888,1234、谢谢") == "改打 ****34、谢谢"
    assert masker.text("发到 Wang#example.com 或 li@office") == "发到 *** 或 l***@office"


def test_a_phone_that_is_somebodys_id_or_a_day_is_not_learned() -> None:
    assert learned().text("客户 2023001，20261122 签约") == "客户 2023001，20261122 签约"


def test_cells_keep_what_is_no_text() -> None:
    masker = learned()
    values = ["张伟", None, 4.5, 3, True, 88881234, 88881234.0, float("nan")]
    shown = masker.cells(values)
    assert shown[:-1] == ["张*", None, 4.5, 3, True, "****34", "****34"]
    assert shown[-1] is values[-1]


@pytest.mark.parametrize("left", MASKED)
def test_a_kind_that_is_not_set_stays(left: str) -> None:
    texts = {
        "电话": "13812345678 或 8888 1234 或 0571-88888888-123",
        "邮箱": "li@office 或 wang@example.com",
        "联系人": "张伟",
        "证件号": "110101199003078888",
    }
    masker = learned(ALL - {left})
    for kind, text in texts.items():
        assert masker.hides(text) == (kind != left), kind


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("张伟", {"张伟"}),
        ("张 伟", {"张伟"}),
        ("张伟 李雷", {"张伟", "李雷", "张伟李雷"}),
        ("张伟、李雷（财务经理）", {"张伟", "李雷"}),
        ("张伟经理", {"张伟", "张伟经理"}),
        ("王经理", {"王经理"}),
        ("张伟 13812345678", {"张伟"}),
        ("张伟（0571-88888888）", {"张伟"}),
        ("张伟 zhang@example.com", {"张伟"}),
        ("联系人：张伟", {"张伟"}),
        ("张\u200b伟", {"张伟"}),
        ("张三 8001", {"张三"}),
        ("王芳wx123", {"王芳"}),
        ("张三-财务部", {"张三"}),
        ("1.张三 2.李四", {"张三", "李四"}),
        ("李科", {"李科"}),
        ("王店", {"王店"}),
        ("采购部王芳", {"王芳", "采购部王芳"}),
        ("采购王芳经理", {"王芳", "王芳经理", "采购王芳", "采购王芳经理"}),
        ("财务部张三", {"张三", "财务部张三"}),
        ("张三和李四", {"张三", "李四", "张三和李四"}),
        ("张和平", {"张和平"}),
        ("张三&李四", {"张三", "李四"}),
        ("张三+李四", {"张三", "李四"}),
        ("张三-李四", {"张三", "李四", "张三-李四"}),
        ("王芳·财务", {"王芳", "王芳·财务"}),
        ("王芳 Wang Fang", {"王芳", "wangfang", "王芳wangfang"}),
        ("张三 分机8001", {"张三", "张三分机"}),
        ("分机8001", set()),
        ("3月份", set()),
        ("一科", set()),
        ("分店", set()),
        ("技术支持", set()),
        ("工程预算", {"工程预算"}),
        ("1.芳芳 8001 阿依", {"芳芳", "阿依"}),
        ("采购部", set()),
        ("财务经理", set()),
        ("客户", set()),
        ("张*", set()),
        ("13812345678", set()),
        ("王", set()),
        ("待定", set()),
        ("客户投诉登记表", set()),
    ],
)
def test_names_in_a_cell(typed: str, names: set[str]) -> None:
    customers = sheet("customers", [{"contact": typed}])
    assert contact_names({"customers": customers}) == names


def test_every_column_of_people_is_declared_as_contacts_or_staff() -> None:
    people = {
        (table.name, column.key)
        for table in (*TABLES, *SYSTEM_TABLES)
        for column in table.columns
        if column.kind is Kind.PERSON
    }
    staff = {(table, key) for table, key in people if key in STAFF} | {("recipients", "name")}
    assert people == staff | {place for place in CONTACTS if place in people}
    assert not staff & CONTACTS


def test_declared_columns_of_contacts_exist() -> None:
    assert all(key in BY_NAME[table].by_key for table, key in CONTACTS)


TYPED = st.text(alphabet=st.sampled_from("0123456789+-() .·@aZ张伟王芳，：/*至１８\u3000\u200b"), max_size=60)


@given(TYPED)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    masker = Masker(ALL, names=frozenset({"张伟", "王芳"}), phones=frozenset({"88881234"}))
    once = masker.text(text)
    assert masker.text(once) == once


FRAGMENTS = [
    *("li@example.com", "王芳", "张伟", "13912345678", "139 1234 5678", "+852 9123 4567", "021-61234567"),
    *("11010119900307123X", "6222 0210 0112 2334 455", "2026-11-22", "2026112200000001", "88881234", "。"),
    *(" ", "身份证", "电话", "*", "***", "T+3", "8:30", "100000 元", "16.5", "/", "、", "(", "+"),
    "x@王芳.cn",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=9))
def test_masking_joined_pieces_twice_changes_nothing_more(pieces: list[str]) -> None:
    masker = Masker(ALL, names=frozenset({"张伟", "王芳"}), phones=frozenset({"88881234"}))
    once = masker.text("".join(pieces))
    assert masker.text(once) == once


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("已约li@example.com王芳周一回访", "已约l***@example.com王*周一回访"),
        ("li@example.com。13912345678.请回电", "l***@example.com。139****5678.请回电"),
        ("+852 9123 4567 139 1234 5678", "+85****567 139****5678"),
        ("+852 9123 4567 021-61234567", "+85****567 021-****4567"),
        ("li@example。com", "l***@example。com"),
        ("li@云帆.公司，王芳", "l***@云帆.公司，王*"),
        ("li@王芳.cn", "l***@王*.cn"),
    ],
)
def test_neighbours_are_hidden_each_by_itself(typed: str, shown: str) -> None:
    assert Masker(ALL, names=frozenset({"王芳"})).text(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("电话*13912345678", "电话*139****5678"),
        ("**13912345678**", "**139****5678**"),
        ("***13912345678***", "***139****5678***"),
        ("****13912345678****", "****139****5678****"),
        ("*0571-88888888*", "*0571-****8888*"),
        ("*400-123-4567", "*400-****567"),
        ("*+85291234567", "*+85****567"),
        ("身份证*11010119900307123X", "身份证****"),
        ("身份证.11010119900307123X", "身份证.***"),
        ("No.4111111111111112", "No.***"),
    ],
)
def test_a_mark_before_a_number_does_not_show_it(typed: str, shown: str) -> None:
    assert BY_FORM.text(typed) == shown


@pytest.mark.parametrize("text", ["138****5678", "0571-****8888", "400-****567", "0.1234567890123456789"])
def test_what_is_hidden_already_and_fractions_stay(text: str) -> None:
    assert BY_FORM.text(text) == text


def test_the_workbooks_own_long_numbers_stay_unless_they_prove_a_persons() -> None:
    ids = [
        *("2026112200000001", "3412345678901234567", "DD202611220000021"),
        "0085291234",
        *("11010119900307888X", "4111111111111111", "110101199003071230"),
    ]
    customers = sheet("customers", [{"customer_id": number} for number in ids])
    masker = Masker.of({"customers": customers}, ALL)
    assert masker.cells(ids) == [*ids[:4], "***", "***", "***"]
    assert masker.text("订单2026112200000001已发，卡 2026112200000002") == "订单2026112200000001已发，卡 ***"
    assert masker.text("银行卡号：3412345678901234567") == "银行卡号：***"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("工单18 2026-11-22 13912345678", "工单18 2026-11-22 139****5678"),
        ("+852 9123 4567 2026-11-22 08:30", "+85****567 2026-11-22 08:30"),
        ("身份证 110101199003078888 2026-11-22", "身份证 *** 2026-11-22"),
        ("身份证 110101 1990-03-07 8888", "身份证 ***"),
        ("电话021-20261122", "电话021-****1122"),
        ("电话+85291234567", "电话+85****567"),
        ("Tel+85291234567", "Tel+85****567"),
        ("尺寸 16.5 13912345678", "尺寸 16.5 139****5678"),
    ],
)
def test_a_number_beside_a_day_or_measure_is_hidden(typed: str, shown: str) -> None:
    assert BY_FORM.text(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("00852-91234567", "+85****567"),
        ("0085291234567", "+85****567"),
        ("001-212-555-0100", "+12****100"),
        ("(1) 212 555 0100", "****100"),
        ("+(852)91234567", "+85****567"),
        ("(852) 9123 4567", "****567"),
        ("021-61234567/61234568", "021-****4567/****68"),
        ("0571-88888888、88888889", "0571-****8888、****89"),
        ("021-61234567、20261122", "021-****4567、20261122"),
        ("139 - 1234 - 5678", "139****5678"),
        ("139/1234/5678", "****678"),
        ("护照（E12345678）", "护照（***）"),
        ("证件号码:No.E12345678", "证件号码:No.***"),
        ("证件【E12345678】", "证件【***】"),
        ("卡号-6222021234", "卡号-***"),
        ("银行账户：110912345678", "银行账户：***"),
    ],
)
def test_rarer_forms_of_numbers_are_hidden(typed: str, shown: str) -> None:
    assert BY_FORM.text(typed) == shown


@given(
    head=st.sampled_from(["", "电话", "Tel: ", "+86", "0086 ", "(", "联系人张伟，", "2026-11-22 ", "¥3，"]),
    number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    gaps=st.lists(st.sampled_from(["", "", " ", "-", "\u3000", "－", "."]), min_size=10, max_size=10),
    wide=st.booleans(),
    tail=st.sampled_from(["", "。", "转3", " 张伟", "，备用 0571-88888888", ")"]),
)
def test_no_mobile_number_gets_through(
    head: str, number: str, gaps: list[str], tail: str, *, wide: bool
) -> None:
    typed = "".join(digit + gap for digit, gap in zip(number, [*gaps, ""], strict=True))
    typed = "".join(chr(ord(sign) + 0xFEE0) if sign.isdecimal() and wide else sign for sign in typed)
    shown = BY_FORM.text(f"{head}{typed}{tail}")
    assert number not in re.sub(r"[^0-9*]", "", shown)
    assert f"{number[:3]}****{number[-4:]}" in shown


@given(
    local=st.from_regex(r"[a-z0-9]{2,10}([._][a-z0-9]{1,5})?", fullmatch=True),
    domain=st.from_regex(r"[a-z0-9]{1,8}(\.[a-z]{2,5}){1,2}", fullmatch=True),
    head=st.sampled_from(["", "邮箱", "Mail: ", "<"]),
)
def test_no_address_gets_through(local: str, domain: str, head: str) -> None:
    shown = BY_FORM.text(f"{head}{local}@{domain}，请查收")
    assert f"{local}@" not in shown
    assert "***@" in shown
