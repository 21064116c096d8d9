"""Tags and the services that fit them: of each push, and of each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.facts import Facts, objects
from xlcrm.compute.states.measures import response_rates, tag_matches
from xlcrm.compute.subjects import CUSTOMER_TAGS
from xlcrm.tables.cells import split_tags
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from xlcrm.compute.facts import Objects


def push_columns(facts: Facts) -> dict[str, Objects]:
    """标签匹配 (是, 否; blank where it cannot be said) and 响应率 of each push, as P38 and P39 measure."""
    matches = tag_matches(facts)
    words = matches.map({True: "是", False: "否"}, na_action="ignore").astype("str")
    return {"matched": objects(words), "response_rate": objects(pd.Series(response_rates(facts) / 100))}


def matched_services(facts: Facts) -> Objects:
    """匹配服务 of each register row: what 客户标签体系表 gives its tags, in that sheet's order, each once."""
    services: dict[str, list[str]] = {}
    pairs = facts.frame("tag_services").dropna(subset=["tag", "service"])
    order = {service: place for place, service in enumerate(dict.fromkeys(pairs["service"]))}
    for tag, service in zip(pairs["tag"], pairs["service"], strict=True):
        services.setdefault(folded(tag), []).append(service)
    tags = facts.frame("customers")[CUSTOMER_TAGS]
    found: dict[str, str] = {}
    if services:
        unique = tags.dropna().drop_duplicates()
        for text, own in zip(unique, split_tags(unique), strict=True):
            fitting = {service for tag in own for service in services.get(folded(tag), ())}
            found[text] = "、".join(sorted(fitting, key=order.__getitem__))
    return np.array([*(found.get(text) or None for text in tags), None], dtype=object)[:-1]
