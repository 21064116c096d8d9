"""Company names reduced to what tells them apart, and pairs of reduced names that are nearly equal."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from xlcrm.checks.regions import CITIES, PROVINCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIKE: Final = 85.0
"""Least similarity in percent: one character more from four on, one other from seven on."""
SHORTEST: Final = 4
"""Characters below which one other character makes another name."""
SHORTEST_BRAND: Final = 3
"""Characters below which a longer name that begins alike is another one."""
WINDOW: Final = 5
"""How many neighbours in order each name is compared with, forwards and backwards."""

_ENDINGS: Final = "有限责任公司 股份有限公司 有限公司 股份公司 公司 控股 股份 集团 总公司"
_ANYWHERE: Final = ("集团", "股份")
_GENERIC: Final = """
科技 信息 技术 网络 电子 软件 智能 数码 数据 通信 通讯 贸易 商贸 实业 工业 制造 机械 设备 机电 电器 电气
材料 化工 建材 建筑 工程 装饰 设计 文化 传媒 传播 广告 教育 培训 咨询 管理 服务 投资 金融 医药 医疗 器械
生物 制药 食品 餐饮 酒店 物流 运输 供应链 汽车 配件 服装 纺织 家具 家居 房地产 置业 物业 能源 环保 电力
国际 进出口 发展 开发 企业 产业 系统 互联网 工贸 商务 自动化 仪器 仪表 五金 塑料 包装 印刷 农业 健康
"""
_HOUSES: Final = "证券 银行 航空 保险 矿业 钢铁 石化 铁路 医院 大学 学院 学校 日报 晚报"
"""What a region alone gives a name to."""
_GENERIC_WORDS: Final = tuple(sorted(_GENERIC.split(), key=len, reverse=True))
_TRADES: Final = frozenset(_GENERIC_WORDS) | frozenset(_HOUSES.split())
_BRACKETS: Final = re.compile(r"[(\[【<《][^()\[\]【】<>《》\n]*[)\]】>》]")
_NOISE: Final = re.compile(r"[ \t·•.,'\"“”‘’\-_&/]+")
_TELLING: Final = re.compile(r"[^0-9a-z零一二三四五六七八九十百千甲乙丙丁东南西北]+")
"""All but the characters of which one makes another name: numbers, letters, directions."""
_SUFFIXES: Final = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
_SUFFIX_SIGNS: Final = frozenset(suffix[0] for suffix in _SUFFIXES)


def _by_head(names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    heads = defaultdict(list)
    for name in sorted(set(names), key=len, reverse=True):
        heads[name[:2]].append(name)
    return {head: tuple(found) for head, found in heads.items()}


_REGIONS: Final = _by_head((*PROVINCES, *CITIES))
_TWO_SIGNS: Final = frozenset(head for head, regions in _REGIONS.items() if regions == (head,))
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Pair(NamedTuple):
    """Two places in a list of reduced names, and how alike they are in percent."""

    first: int
    second: int
    score: float


def reduce_names(names: Sequence[str]) -> list[str]:
    """Names without legal form, 股份, 集团, brackets, region, spaces and case; none vanishes."""
    if not names:
        return []
    # one text for all names, because a regular expression costs most when it is started
    text = "\n".join(name.replace("\n", " ") for name in names)
    text = unicodedata.normalize("NFKC", text).casefold() + "\n"
    text = _NOISE.sub("", _BRACKETS.sub("", text))
    for ending in _ENDINGS.split():
        text = text.replace(f"{ending}\n", "\n")
    for word in _ANYWHERE:
        text = text.replace(word, "")
    reduced = _without_regions(text[:-1].split("\n"))
    return [rest or typed for rest, typed in zip(reduced, names, strict=True)]


def _without_regions(names: Sequence[str]) -> list[str]:
    """`_without_region` of each, with a short way for the commonest: one region of two characters."""
    found = []
    for name in names:
        head = name[:2]
        if head not in _REGIONS:
            found.append(name)
        elif (
            len(name) > 4
            and head in _TWO_SIGNS
            and name[2] not in _SUFFIX_SIGNS
            and name[2:4] not in _REGIONS
        ):
            found.append(name[2:])
        else:
            found.append(_without_region(name))
    return found


def _without_region(name: str) -> str:
    """A province and a city less at the start; 大同证券 and 海南航空 are names, not regions."""
    rest = name
    for _ in range(2):
        for region in _REGIONS.get(rest[:2], ()):
            if rest.startswith(region):
                rest = rest[len(region) :]
                break
        else:
            break
        if rest[:1] in _SUFFIX_SIGNS:
            rest = rest.removeprefix(next((suffix for suffix in _SUFFIXES if rest.startswith(suffix)), ""))
    return name if len(rest) < 2 or rest in _TRADES else rest


def near_pairs(names: Sequence[str]) -> list[Pair]:
    """Pairs of different reduced names that are nearly equal.

    Each name is compared with its neighbours in order, read forwards and backwards, which finds a difference
    anywhere but in both the first and the last two characters, and takes time in proportion to the
    number of names. Their words for a trade taken off, they must be alike, too: 云帆网络技术 is
    not 云天网络技术.

    Args:
        names: reduced names, each once.
    """
    if len(names) < 2:
        return []
    brands = _brands(names)
    telling, brand_codes = _codes(_tellings(names)), _codes(brands)
    lengths, brand_lengths = _lengths(names), _lengths(brands)
    found: dict[tuple[int, int], float] = {}
    for texts in (names, [name[::-1] for name in names]):
        first, second = _neighbours(texts, telling, lengths)
        same = brand_codes[first] == brand_codes[second]
        sizes = brand_lengths[first], brand_lengths[second]
        longer = (sizes[0] != sizes[1]) & (np.minimum(*sizes) >= SHORTEST_BRAND)
        possible = same | longer | _could_be_alike(*sizes)
        first, second, same = first[possible], second[possible], same[possible]
        scores = _scores(names, first, second)
        near = (scores > 0) & (same | (_scores(brands, first, second) > 0))
        for place in np.flatnonzero((scores > 0) & ~near).tolist():
            near[place] = _goes_on(brands[first[place]], brands[second[place]])
        for one, other, score in zip(
            first[near].tolist(), second[near].tolist(), scores[near].tolist(), strict=True
        ):
            found[min(one, other), max(one, other)] = score
    return [Pair(one, other, score) for (one, other), score in sorted(found.items())]


def _scores(texts: Sequence[str], first: Places, second: Places) -> NDArray[np.float32]:
    """Likeness of pairs in percent, 0 below ALIKE."""
    return process.cpdist(
        [texts[place] for place in first.tolist()],
        [texts[place] for place in second.tolist()],
        scorer=fuzz.ratio,
        score_cutoff=ALIKE,
    )


def _goes_on(one: str, other: str) -> bool:
    """Whether one is the other and a slip in a word for a trade, as in 阿里巴巴网路技术."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_BRAND and long.startswith(short)


def _could_be_alike(first: Places, second: Places) -> Flags:
    """Whether two different texts of these lengths can reach ALIKE: one sign less, or one replaced."""
    shorter, both = np.minimum(first, second), first + second
    common = np.where(first == second, shorter - 1, shorter)
    return 200 * common >= ALIKE * both


def _brands(names: Sequence[str]) -> list[str]:
    """Names without their words for a trade."""
    text = "\n".join(names)
    for word in _GENERIC_WORDS:
        text = text.replace(word, " ")
    return text.replace(" ", "").split("\n")


def _tellings(names: Sequence[str]) -> list[str]:
    """The numbers, letters and directions of each name."""
    return _TELLING.sub(lambda match: "\n" * match[0].count("\n"), "\n".join(names)).split("\n")


def _codes(texts: Sequence[str]) -> Places:
    """A number a text, the same for equal texts."""
    places: dict[str, int] = {}
    return np.fromiter((places.setdefault(text, len(places)) for text in texts), np.int64, len(texts))


def _lengths(texts: Sequence[str]) -> Places:
    return np.fromiter(map(len, texts), np.int64, len(texts))


def _neighbours(texts: Sequence[str], telling: Places, lengths: Places) -> tuple[Places, Places]:
    """Pairs of places near each other in order that begin alike and could be similar enough."""
    # sorted by their first eight characters, sixteen bits each
    signs = np.array(texts, dtype="<U8").view(np.uint32).reshape(len(texts), 8).astype(np.uint64)
    packed = signs << np.array([48, 32, 16, 0] * 2, dtype=np.uint64)
    early, late = packed[:, :4].sum(axis=1), packed[:, 4:].sum(axis=1)
    order = np.lexsort(np.stack([late, early, telling.astype(np.uint64)])).astype(np.int64)
    order = order[lengths[order] >= SHORTEST]
    heads, kinds, sizes = early[order] >> np.uint64(32), telling[order], lengths[order]
    firsts, seconds = [order[:0]], [order[:0]]
    for step in range(1, min(WINDOW, len(order) - 1) + 1):
        near = (heads[:-step] == heads[step:]) & (kinds[:-step] == kinds[step:])
        near &= _could_be_alike(sizes[:-step], sizes[step:])
        firsts.append(order[:-step][near])
        seconds.append(order[step:][near])
    return np.concatenate(firsts), np.concatenate(seconds)
