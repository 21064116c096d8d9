"""Company names reduced to what tells them apart, and pairs of reduced names that are nearly equal."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from xlcrm.checks.regions import CITIES, PROVINCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIKE: Final = 85.0
"""Least similarity in percent: one character more from four on, one other from seven on."""
SHORTEST: Final = 4
"""Characters below which one other character makes another name."""
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
_GENERIC_WORDS: Final = re.compile("|".join(sorted(_GENERIC.split(), key=len, reverse=True)))
_BRACKETS: Final = re.compile(r"[(\[【<《][^()\[\]【】<>《》\n]*[)\]】>》]")
_NOISE: Final = re.compile(r"[ \t·•.,'\"“”‘’\-_&/]+")
_TELLING: Final = re.compile(r"[^0-9a-z零一二三四五六七八九十百千甲乙丙丁东南西北]+")
"""All but the characters of which one makes another name: numbers, letters, directions."""
_SUFFIXES: Final = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")


def _by_head(names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    heads = defaultdict(list)
    for name in sorted(set(names), key=len, reverse=True):
        heads[name[:2]].append(name)
    return {head: tuple(found) for head, found in heads.items()}


_REGIONS: Final = _by_head((*PROVINCES, *CITIES))


class Pair(NamedTuple):
    """Two places in a list of reduced names, and how alike they are in percent."""

    first: int
    second: int
    score: float


def reduce_names(names: Sequence[str]) -> list[str]:
    """Names without legal form, 股份, 集团, brackets, region, spaces and case; some of each stays."""
    # one text for all names, because a regular expression costs most when it is started
    text = (
        unicodedata.normalize("NFKC", "\n".join(name.replace("\n", " ") for name in names)).casefold() + "\n"
    )
    text = _NOISE.sub("", _BRACKETS.sub("", text))
    for ending in _ENDINGS.split():
        text = text.replace(f"{ending}\n", "\n")
    for word in _ANYWHERE:
        text = text.replace(word, "")
    return [_without_region(name) or typed for name, typed in zip(text[:-1].split("\n"), names, strict=True)]


def _without_region(name: str) -> str:
    rest = name
    for _ in range(2):
        region = next((item for item in _REGIONS.get(rest[:2], ()) if rest.startswith(item)), "")
        if not region:
            break
        rest = rest[len(region) :]
        rest = rest.removeprefix(next((suffix for suffix in _SUFFIXES if rest.startswith(suffix)), ""))
    # 大同证券 and 海南航空 are names, not regions
    return rest if len(_GENERIC_WORDS.sub("", rest)) >= 2 else name


def near_pairs(names: Sequence[str]) -> list[Pair]:
    """Pairs of different reduced names that are nearly equal.

    Each name is compared with its neighbours in order, read forwards and backwards, which finds a difference
    anywhere but in both the first and the last two characters, and takes time in proportion to the
    number of names.

    Args:
        names: reduced names, each once.
    """
    telling = _telling(names)
    lengths = np.fromiter(map(len, names), dtype=np.int64, count=len(names))
    found: dict[tuple[int, int], float] = {}
    for texts in (list(names), [name[::-1] for name in names]):
        first, second = _neighbours(texts, telling, lengths)
        if not len(first):
            continue
        scores = process.cpdist(
            [names[place] for place in first.tolist()],
            [names[place] for place in second.tolist()],
            scorer=fuzz.ratio,
            score_cutoff=ALIKE,
        )
        for place in np.flatnonzero(scores).tolist():
            pair = sorted((int(first[place]), int(second[place])))
            found[pair[0], pair[1]] = float(scores[place])
    return [Pair(*pair, score) for pair, score in sorted(found.items()) if _same_brand(*pair, names)]


def _telling(names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A number a name: the same where numbers, letters and directions in them are the same."""
    signs = _TELLING.sub(lambda match: "\n" * match[0].count("\n"), "\n".join(names)).split("\n")
    places: dict[str, int] = {}
    return np.fromiter((places.setdefault(sign, len(places)) for sign in signs), np.int64, len(names))


_Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def _neighbours(texts: list[str], telling: _Places, lengths: _Places) -> tuple[_Places, _Places]:
    """Pairs of places near each other in order that begin alike and could be similar enough."""
    order = np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
    order = order[lengths[order] >= SHORTEST]
    heads = np.array([texts[place][:2] for place in order.tolist()], dtype="<U2")
    signs, sizes = telling[order], lengths[order]
    firsts, seconds = [order[:0]], [order[:0]]
    for step in range(1, min(WINDOW, len(order) - 1) + 1):
        # 2 * shorter / (shorter + longer) is the most that two lengths allow
        shorter = np.minimum(sizes[:-step], sizes[step:])
        close = 200 * shorter >= ALIKE * (sizes[:-step] + sizes[step:])
        near = (heads[:-step] == heads[step:]) & (signs[:-step] == signs[step:]) & close
        firsts.append(order[:-step][near])
        seconds.append(order[step:][near])
    return np.concatenate(firsts), np.concatenate(seconds)


def _same_brand(first: int, second: int, names: Sequence[str]) -> bool:
    """Whether they are alike without their words for a trade, too: 云帆网络技术 is not 云天网络技术."""
    one, other = (_GENERIC_WORDS.sub("", names[place]) for place in (first, second))
    return one == other or fuzz.ratio(one, other) >= ALIKE
