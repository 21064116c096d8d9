"""One customer or two, and one row of what several branches know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.actions.consolidating.branches import CLOUD, SEA, frame
from xlcrm.actions.consolidating.customers import alike, merged_row

if TYPE_CHECKING:
    from random import Random

HEADINGS = {"name": "客户名称", "contact": "联系人", "phone": "联系电话", "filed_on": "建档日期"}


@pytest.mark.parametrize(
    ("customers", "groups"),
    [
        ({0: (CLOUD, ""), 1: (CLOUD, "")}, [[0, 1]]),
        ({0: (CLOUD, "13812345678"), 1: (CLOUD, "")}, [[0, 1]]),
        ({0: (CLOUD, "138 1234 5678"), 1: (CLOUD, "+86 13812345678")}, [[0, 1]]),
        ({0: (CLOUD, "13812345678"), 1: (CLOUD, "13987654321")}, [[0], [1]]),
        ({0: (CLOUD, "13812345678"), 1: (CLOUD, "13987654321、13812345678")}, [[0, 1]]),
        ({0: (CLOUD, ""), 1: (SEA, "")}, [[0], [1]]),
        ({0: (CLOUD, ""), 1: (SEA, ""), 2: (CLOUD, "")}, [[0, 2], [1]]),
        ({0: ("杭州云帆(个人)", ""), 1: ("杭州云帆 （个人）", "")}, [[0, 1]]),
        ({0: ("ＡＢＣ公司", ""), 1: ("abc公司", "")}, [[0, 1]]),
        ({0: ("", "13812345678"), 1: ("", "13812345678")}, [[0], [1]]),
        # nobody knows which of the two the one without a number is
        ({0: (CLOUD, ""), 1: (CLOUD, "13812345678"), 2: (CLOUD, "13987654321")}, [[0], [1], [2]]),
        ({0: (CLOUD, "13812345678"), 1: (CLOUD, ""), 2: (CLOUD, "13987654321")}, [[0], [1], [2]]),
        ({0: (CLOUD, ""), 1: (CLOUD, ""), 2: (CLOUD, "13812345678")}, [[0, 1, 2]]),
        # the third has the numbers of both
        (
            {
                0: (CLOUD, "13812345678"),
                1: (CLOUD, "13987654321"),
                2: (CLOUD, "13812345678、13987654321"),
            },
            [[0, 1, 2]],
        ),
        ({0: (CLOUD, "138****5678"), 1: (CLOUD, "13987654321")}, [[0, 1]]),
    ],
)
def test_one_name_and_no_other_telephone_is_one_customer(
    customers: dict[int, tuple[str, str]], groups: list[list[int]]
) -> None:
    assert alike(customers) == groups


@given(
    st.lists(st.sampled_from(["", "13812345678", "13987654321", "13812345678、13987654321"]), max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_files_does_not_matter(cells: list[str], chance: Random) -> None:
    customers = {place: (CLOUD, cell) for place, cell in enumerate(cells)}
    turned = list(customers.items())
    chance.shuffle(turned)
    assert alike(dict(turned)) == alike(customers)


def test_the_fullest_row_stays_and_gets_what_it_lacks() -> None:
    rows = frame(
        "customers",
        [
            {"name": CLOUD, "phone": "13812345678"},
            {"name": CLOUD, "contact": "李明", "filed_on": "2026-01-05"},
            {"name": CLOUD, "contact": "王芳"},
        ],
    ).set_axis([4, 7, 9])
    whole = merged_row(rows, ["北京", "上海", "广州"], HEADINGS)
    assert whole.kept == 7
    assert whole.filled == {"phone": "13812345678"}
    assert whole.contradictions == "联系人（上海“李明”、广州“王芳”，采用 上海）"


def test_where_the_fullest_row_is_blank_the_first_that_knows_counts() -> None:
    rows = frame(
        "customers",
        [
            {"name": CLOUD, "phone": "1", "filed_on": "2026-01-05"},
            {"name": CLOUD, "contact": "王芳"},
            {"name": CLOUD, "contact": "李明"},
        ],
    )
    whole = merged_row(rows, ["北京", "上海", "广州"], HEADINGS)
    assert (whole.kept, whole.filled) == (0, {"contact": "王芳"})
    assert whole.contradictions == "联系人（上海“王芳”、广州“李明”，采用 上海）"
