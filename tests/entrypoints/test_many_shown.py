"""Many workbooks on the terminal: progress, the table, JSON and exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.e2e.running import call
from xlcrm.entrypoints import many_shown
from xlcrm.entrypoints.many import INTERRUPTED, Done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.entrypoints.errand import Errand
    from xlcrm.entrypoints.many import Watcher

GOOD = Done(
    Path("甲.xlsx"), 1.24, rows=1234, counts={"逾期任务": 7, "已超时": 5, "错误": 2}, findings=9, errors=2
)
BAD = Done(Path("[b]乙.xlsx"), 0.1, "“乙.xlsx”已损坏。")


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Done]:
    """What `run_all` gives back, in a folder with two files."""
    results: list[Done] = []

    def instead(
        work: Errand, paths: Sequence[Path], workers: int, watcher: Watcher
    ) -> tuple[list[Done], bool]:
        assert work.action in {"refresh", "check", "analyse"}
        assert len(paths) == 2
        assert workers == 1
        watcher.begun(paths[0])
        watcher.ended(paths[0])
        return results, any(done.failure == INTERRUPTED for done in results)

    monkeypatch.setattr(many_shown, "run_all", instead)
    monkeypatch.chdir(tmp_path)
    for name in ("甲.xlsx", "乙.xlsx"):
        Path(name).touch()
    return results


def refresh(*options: str, command: str = "refresh") -> tuple[int, str, str]:
    ran = call(command, "甲.xlsx", "乙.xlsx", "--jobs", "1", *options)
    return ran.code, ran.out, ran.err


def test_table_has_a_row_for_each_and_sentences_below(answer: list[Done]) -> None:
    answer += [GOOD, BAD]
    code, out, err = refresh()
    assert code == 2
    lines = [line.split() for line in out.splitlines() if ".xlsx" in line]
    assert lines == [
        ["甲.xlsx", "1,234", "7", "5", "9", "1.2", "完成"],
        ["[b]乙.xlsx", "0.1", "没有完成，原因见下"],
    ]
    assert "共 2 个工作簿：完成 1 个，没有完成 1 个" in out
    assert "试运行" not in out
    assert err == "不能完成“[b]乙.xlsx”：“乙.xlsx”已损坏。\n"


def test_dry_run_is_told(answer: list[Done]) -> None:
    answer += [GOOD, GOOD]
    assert refresh("--dry-run")[1].endswith("试运行：文件都没有改动\n")


@pytest.mark.parametrize("command", ["check", "refresh"])
def test_codes_of_strict(answer: list[Done], command: str) -> None:
    answer += [GOOD, GOOD]
    assert refresh(command=command)[0] == 0
    assert refresh("--strict", command=command)[0] == 1
    answer += [BAD]
    assert refresh("--strict", command=command)[0] == 2


def test_analysis_of_many_has_its_own_figures(answer: list[Done]) -> None:
    answer += [Done(Path("甲.xlsx"), rows=3, counts={"分析表": 4, "明细行": 5})]
    code, out, _ = refresh(command="analyse")
    assert code == 0
    assert "录入问题" not in out
    assert ["甲.xlsx", "3", "4", "5", "0.0", "完成"] in [line.split() for line in out.splitlines()]


def test_json_is_a_list(answer: list[Done]) -> None:
    answer += [GOOD, BAD]
    code, out, err = refresh("--json")
    assert code == 2
    assert err == ""
    good, bad = json.loads(out)
    assert (good["file"], good["rows"], good["seconds"], good["error"]) == ("甲.xlsx", 1234, 1.24, None)
    assert bad["error"] == "“乙.xlsx”已损坏。"


def test_interruption_is_told_once(answer: list[Done]) -> None:
    answer += [GOOD, Done(Path("乙.xlsx"), failure=INTERRUPTED)]
    code, out, err = refresh()
    assert code == 2
    assert "完成 1 个" in out
    assert out.count("已中断") == 1
    assert err.count("\n") == 1
    assert "已中断；工作簿没有损坏" in err


@pytest.mark.usefixtures("answer")
def test_open_workbooks_go_one_by_one() -> None:
    for options in (("--live",), ("--pipe", "x")):
        code, _, err = refresh(*options)
        assert code == 2
        assert "一次只能用于一个工作簿" in err


def test_folder_without_workbooks_is_told(tmp_path: Path) -> None:
    ran = call("refresh", tmp_path)
    assert ran.code == 2
    assert "里面没有工作簿" in ran.err


def test_progress_names_what_is_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(many_shown, "err", Console(file=screen, force_terminal=True, width=100))
    with many_shown.watching(5, quiet=False) as watcher:
        for name in "甲乙丙丁":
            watcher.begun(Path(f"[{name}].xlsx"))
        watcher.ended(Path("[甲].xlsx"))
        assert isinstance(watcher, many_shown.Running)
        watcher._bar.refresh()
    shown = screen.getvalue()
    assert "1/5" in shown
    assert "[乙].xlsx、[丙].xlsx、[丁].xlsx" in shown
