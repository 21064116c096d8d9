"""Reduced names and how alike they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.checks.likeness import near_pairs, reduce_names


@pytest.mark.parametrize(
    ("name", "reduced"),
    [
        ("杭州云帆科技有限公司", "云帆科技"),
        ("浙江省杭州市云帆科技股份有限公司", "云帆科技"),
        ("云帆科技（杭州）有限责任公司", "云帆科技"),
        ("云帆科技集团有限公司", "云帆科技"),
        ("云帆科技集团", "云帆科技"),
        ("中国云帆", "中国云帆"),
        ("齐齐哈尔云帆科技有限公司", "云帆科技"),
        ("广西壮族自治区云帆公司", "云帆"),
        ("ＡＢＣ 电子有限公司", "abc电子"),
        ("大同证券有限公司", "大同证券"),
        ("海南航空股份有限公司", "海南航空"),
        ("杭州公司", "杭州"),
        ("有限公司", "有限公司"),
        ("云帆\n科技", "云帆科技"),
    ],
)
def test_reduced_name(name: str, reduced: str) -> None:
    assert reduce_names([name]) == [reduced]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_each_name_has_one_reduced_name(names: list[str]) -> None:
    assert len(reduce_names(names)) == len(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿里巴巴网络技术", "阿里巴巴网路技术"),
        ("云帆智能科技", "云帆智能科技发展"),
        ("泰克诺维亚半导体", "泰克诺维雅半导体"),
    ],
)
def test_near_names_are_a_pair(one: str, other: str) -> None:
    pairs = near_pairs([one, "完全不同的名字", other])
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 2)]
    assert 85 <= pairs[0].score < 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("云帆科技", "云天科技"),
        ("云帆网络信息技术", "云天网络信息技术"),
        ("第一人民医院", "第二人民医院"),
        ("第一人民医院", "第十一人民医院"),
        ("华东电子科技开发", "华南电子科技开发"),
        ("客户00001", "客户00002"),
        ("云帆", "云凡"),
        ("云帆科技", "云帆科技园"),
        ("云帆科", "云帆"),
    ],
)
def test_other_names_are_none(one: str, other: str) -> None:
    assert near_pairs([one, other]) == []


def test_no_names_no_pairs() -> None:
    assert near_pairs([]) == []
    assert near_pairs(["云帆科技"]) == []
