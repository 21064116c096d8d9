"""Programs, LibreOffice and fonts."""

from __future__ import annotations

import pytest

from xlcrm.entrypoints.doctor import programs


@pytest.mark.parametrize(
    ("processes", "found"),
    [
        (["EXCEL.EXE", "explorer.exe"], {"Excel"}),
        (["Microsoft Excel", "Dock"], {"Excel"}),
        (["et.exe", "wps.exe"], {"WPS 表格"}),
        (["soffice.bin", "oosplash"], {"LibreOffice"}),
        (["excellent", "bash"], set()),
    ],
)
def test_running_programs_by_their_processes(processes: list[str], found: set[str]) -> None:
    assert programs.running(processes) == found


def test_wps_is_told_that_it_has_no_way_in() -> None:
    assert programs.programs(frozenset()).state == "正常"
    assert programs.programs(frozenset({"Excel"})) == ("正常", "正在运行：Excel", "")
    verdict = programs.programs(frozenset({"Excel", "WPS 表格"}))
    assert verdict.state == "注意"
    assert "xlcrm refresh" in verdict.advice


def test_libreoffice_is_needed_by_nobody_who_has_excel() -> None:
    assert programs.office(None, "没有找到 LibreOffice").state == "正常"
    assert programs.office("LibreOffice 7.4", "").state == "正常"
    verdict = programs.office("LibreOffice 24.8", "要改用别的 Python。")
    assert verdict.state == "注意"
    assert "要改用别的 Python" in verdict.found


def test_a_running_libreoffice_is_asked_whether_it_listens() -> None:
    running = frozenset({"LibreOffice"})
    assert programs.extension(frozenset({"Excel"}), lambda: pytest.fail("asked")) is None
    listens = programs.extension(running, lambda: "")
    silent = programs.extension(running, lambda: "没有连上")
    assert listens is not None
    assert silent is not None
    assert (listens.state, silent.state) == ("正常", "注意")
    assert ".oxt" in silent.advice


@pytest.mark.parametrize(
    ("platform", "installed", "state"),
    [
        ("win32", ["arial.ttf", "msyh.ttc"], "正常"),
        ("win32", ["arial.ttf"], "注意"),
        ("darwin", ["PingFang.ttc"], "正常"),
        ("darwin", ["Helvetica.ttc"], "注意"),
        ("linux", ["DejaVu Sans", "WenQuanYi Micro Hei"], "正常"),
        ("linux", ["DejaVu Sans"], "注意"),
    ],
)
def test_chinese_fonts(platform: str, installed: list[str], state: str) -> None:
    verdict = programs.fonts(platform, installed)
    assert verdict.state == state
    assert bool(verdict.advice) == (state == "注意")
