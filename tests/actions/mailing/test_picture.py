"""The picture of the letter to management."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tests.analysis.build import scope
from tests.compute.build import book
from xlcrm.actions.mailing import picture as room
from xlcrm.actions.mailing.picture import NO_FONT, Overview, overview
from xlcrm.mail.masking import Masker
from xlcrm.report.charts import chinese_fonts
from xlcrm.rules.parameters import MASKED

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope

OPEN = Masker.of({}, frozenset())
needs_font = pytest.mark.skipif(not chinese_fonts(), reason="no font with Chinese letters here")


def complaint(received: str, owner: str | None = None, **given: Any) -> dict[str, Any]:
    return {
        "complaint_id": f"{received}{owner}",
        "received_at": received,
        "level": "一般",
        "owner": owner,
        **given,
    }


def office(*complaints: dict[str, Any]) -> Scope:
    return scope({"complaints": list(complaints)}, rules=book("C28"))


LATE = [complaint("2026-11-10 09:00", who) for who in ("李明", "王芳", None)]
LATE.append(complaint("2026-11-11 09:00", "王芳"))
IN_TIME = [
    complaint(f"2026-{month}-02 09:00", resolved_at=f"2026-{month}-02 10:00") for month in ("08", "09")
]
TOO_LATE = complaint("2026-09-03 09:00", resolved_at="2026-09-09 10:00")


def drawn(found: Overview) -> Image.Image:
    assert found.picture is not None
    assert found.remark == ""
    return Image.open(io.BytesIO(found.picture.png))


@needs_font
def test_who_is_behind_and_how_the_half_year_went() -> None:
    found = overview(office(*LATE, *IN_TIME, TOO_LATE), OPEN)
    image = drawn(found)
    assert image.width == 1280
    assert 250 < image.height < 1000
    assert found.picture is not None
    assert found.picture.alt == (
        "逾期任务（项），按负责人：王芳 2、未填写 1、李明 1；"
        "近6个月SLA达成率：8月 100.0%、9月 50.0%、11月 0.0%"
    )
    ink = np.asarray(image.convert("L")) < 128
    assert ink[:, :640].any()
    assert ink[:, 640:].any()
    assert not ink[:, [0, -1]].any()  # nothing is cut off
    assert not ink[[0, -1]].any()


@needs_font
def test_one_chart_alone_takes_the_whole_width() -> None:
    behind, attained = overview(office(*LATE), OPEN), overview(office(*IN_TIME), OPEN)
    assert behind.picture is not None
    assert attained.picture is not None
    assert "达成率" not in behind.picture.alt
    assert "逾期" not in attained.picture.alt
    assert (drawn(behind).width, drawn(attained).width) == (1280, 1280)


@needs_font
def test_the_same_figures_give_the_same_picture() -> None:
    assert overview(office(*LATE), OPEN) == overview(office(*LATE), OPEN)


@needs_font
def test_eight_people_at_most_are_shown() -> None:
    found = overview(
        office(*(complaint("2026-11-10 09:00", f"员工{number:02d}") for number in range(12))), OPEN
    )
    assert found.picture is not None
    assert found.picture.alt.count("员工") == 8


@needs_font
def test_names_are_masked_as_everywhere() -> None:
    masker = Masker.of({}, frozenset(MASKED))
    found = overview(office(complaint("2026-11-10 09:00", "李明 13812345678")), masker)
    assert found.picture is not None
    assert "13812345678" not in found.picture.alt
    assert "李明 138****5678" in found.picture.alt


def test_without_data_there_is_no_picture_and_nothing_to_say() -> None:
    assert overview(office(), OPEN) == Overview(None)
    assert overview(office(complaint("2026-11-20 10:00", "李明")), OPEN) == Overview(None)


def test_without_a_font_the_letter_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "chinese_fonts", list)
    assert overview(office(*LATE), OPEN) == Overview(None, NO_FONT)
    assert overview(office(), OPEN) == Overview(None)
