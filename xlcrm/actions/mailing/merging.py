"""One list of what several cells of 负责人 give to one person: 王芳, and 王芳、李明."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from xlcrm.actions.mailing.figures import LISTED
from xlcrm.compute.lists.due_list import STATES
from xlcrm.mail.contents import DigestContent, Group

if TYPE_CHECKING:
    from collections.abc import Sequence


def merged(contents: Sequence[DigestContent], person: str) -> DigestContent:
    """Everything that a person has to do, under the name of 通讯录.

    Args:
        contents: one at least, of one run.
        person: whose it is.
    """
    first, *others = contents
    if not others:
        return dataclasses.replace(first, person=person)
    present = {group.state for content in contents for group in content.groups}
    counts: Counter[str] = Counter()
    for content in contents:
        counts.update(content.clock_counts)
    clocks = tuple(line for content in contents for line in content.clocks)[:LISTED]
    groups = tuple(_group(contents, state) for state in STATES if state in present)
    return DigestContent(first.origin, person, groups, clocks, dict(counts))


def _group(contents: Sequence[DigestContent], state: str) -> Group:
    groups = [group for content in contents for group in content.groups if group.state == state]
    lines = [line for group in groups for line in group.lines]
    return Group(state, sum(group.count for group in groups), tuple(lines[:LISTED]))
