"""V13. The numbers are made up: their check digits are computed here, not copied from anybody."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.checks.build import customer, run, sheet, told
from xlcrm.checks.secrets import find_secrets, identity_fault, mask, mask_text, passes_luhn
from xlcrm.tables.frames import Remark

WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]


def identity(first: str) -> str:
    """Seventeen digits and their check character (GB 11643: the weights are powers of two modulo eleven)."""
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def card(first: str) -> str:
    """Digits and the last one that lets them pass Luhn."""
    return next(first + digit for digit in "0123456789" if passes_luhn(first + digit))


PERSON = identity("11010119900307888")
PERSON_X = next(
    number for serial in range(100, 1000) if (number := identity(f"33010619851124{serial}")).endswith("X")
)
CARD = card("622202100112233445")


@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        f"身份证{PERSON}，已核对",
        f"ID{PERSON}",
        PERSON_X,
        PERSON_X.lower(),
        f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}",
        f"{PERSON[:6]}-{PERSON[6:14]}-{PERSON[14:]}",
        "".join(chr(ord(sign) + 0xFEE0) for sign in PERSON),
        f"{PERSON} 13812345678",
    ],
)
def test_identity_number_is_found(text: str) -> None:
    assert [secret.name for secret in find_secrets(text)] == ["身份证号"]


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        f"卡号 {CARD}",
        " ".join([CARD[:4], CARD[4:8], CARD[8:12], CARD[12:16], CARD[16:]]),
        card("411111111111111"),
    ],
)
def test_card_number_is_found(text: str) -> None:
    assert [secret.name for secret in find_secrets(text)] == ["银行卡号"]


@pytest.mark.parametrize(
    "text",
    [
        PERSON[:17] + str((int(PERSON[17]) + 1) % 10) if PERSON[17] != "X" else PERSON[:17] + "0",
        CARD[:-1] + str((int(CARD[-1]) + 1) % 10),
        f"1{PERSON}",
        "13812345678 13912345678",
        "13812345678、13912345678、0571-88888888",
        "0571-88888888 0571-88888889",
        "2026-11-10 2026-11-20",
        "20231020153000",
        "8613812345678",
        card("123456789012345"),
        card("91330100704612345"),
        f"订单X{card('411111111111111')}",
        "",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert find_secrets(text) == []


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 31)),
    st.integers(0, 9999),
    st.sampled_from(["", "TS", "SH", "DD", "HF"]),
)
def test_our_own_ids_are_never_taken_for_a_secret(day: dt.date, number: int, prefix: str) -> None:
    for text in (
        f"{prefix}{day:%Y%m%d}{number:03d}",
        f"{prefix}{day:%Y%m%d}-{number:04d}",
        f"{day:%Y%m%d%H%M%S}{number:04d}",
    ):
        assert find_secrets(text) == []


@given(
    st.lists(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), min_size=1, max_size=5),
    st.sampled_from([" ", "/", "、", "-", "；"]),
)
def test_lists_of_phones_are_never_taken_for_a_secret(phones: list[str], joint: str) -> None:
    assert find_secrets(joint.join(phones)) == []


@given(
    st.from_regex(r"11010119[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_one_wrong_digit_is_no_identity_number(first: str, place: int, shift: int) -> None:
    number = identity(first)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assume(not passes_luhn(wrong) if wrong.isdecimal() else True)
    assert [secret.name for secret in find_secrets(number)] == ["身份证号"]
    assert find_secrets(wrong) == []


def test_mask_keeps_the_first_six_and_the_last_four() -> None:
    assert mask("110101199003078888") == "110101********8888"
    assert mask_text(f"备注：{PERSON}，请保密") == f"备注：{mask(PERSON)}，请保密"
    assert mask_text("没有号码，１２") == "没有号码，１２"


def test_finding_shows_the_number_masked_only() -> None:
    found = run(
        sheet("customers", [customer(remark=f"身份证 {PERSON}", phone=PERSON, name=f"{PERSON}（个人）")])
    )
    assert told(found, "V13") == [("错误", 4, "name"), ("错误", 4, "phone"), ("错误", 4, "remark")]
    assert told(found, "V02") == [("错误", 4, "phone")]
    shown = found.to_csv()
    assert mask(PERSON) in shown
    assert PERSON not in shown


def test_numbers_typed_into_other_kinds_of_columns_are_found() -> None:
    notes = [(4, "budget", Remark.UNREADABLE, f"卡{CARD}"), (4, "grade", Remark.UNKNOWN_CHOICE, PERSON)]
    found = run(sheet("customers", [customer(grade=PERSON)], notes=notes))
    assert told(found, "V13") == [("错误", 4, "grade"), ("错误", 4, "budget")]
    assert CARD not in found.to_csv()


def test_clean_and_blank_cells_are_fine() -> None:
    rows = [customer(), customer(remark="合同编号 20231020001，金额 1234567890123 元", email=None)]
    assert told(run(sheet("customers", rows)), "V13") == []


def test_card_number_in_a_column_of_numbers_is_found_and_hidden() -> None:
    rows = [{"tags": "高活跃度", "pushed": 4111111111111111.0}, {"tags": "长期合作", "pushed": 1000.0}]
    found = run(sheet("service_pushes", rows))
    assert told(found, "V13") == [("错误", 4, "pushed")]
    assert not found["message"].str.contains("4111111111111111").any()
    assert not found["value"].str.contains("4111111111111111").any()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (PERSON, ""),
        (PERSON_X, ""),
        (PERSON_X.lower(), ""),
        (f"{PERSON[:6]} {PERSON[6:14]}-{PERSON[14:]}", ""),
        (PERSON[:15], "15位旧号码"),
        (PERSON[:17], "现为17位"),
        (f"{PERSON}1", "现为19位"),
        ("", "现为0位"),
        (f"{PERSON[:9]}O{PERSON[10:]}", "前17位应为数字"),
        (identity(f"99{PERSON[2:17]}"), "99不是省级"),
        (identity(f"{PERSON[:6]}20230229{PERSON[14:17]}"), "出生日期"),
        (identity(f"{PERSON[:6]}18990101{PERSON[14:17]}"), "出生日期"),
    ],
)
def test_what_is_wrong_with_an_identity_number(text: str, fault: str) -> None:
    found = identity_fault(text)
    assert fault in found
    assert bool(fault) == bool(found)
    assert not text or len(text) < 6 or text[2:] not in found


@given(st.integers(0, 9), st.integers(0, 16))
def test_one_wrong_digit_of_an_identity_number_is_found(digit: int, place: int) -> None:
    wrong = f"{PERSON[:place]}{digit}{PERSON[place + 1 :]}"
    assume(wrong != PERSON)
    assert identity_fault(wrong)
