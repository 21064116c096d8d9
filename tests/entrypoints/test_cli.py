"""The command line: help, JSON, exit codes, refusals, and what happens to faults of our own."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from tests.e2e.running import COMMAND, call
from xlcrm import __version__
from xlcrm.actions import ACTIONS
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import PACKS, SYSTEM_TABLES, TABLES, tables_of
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch as write_cells
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2026-03-18T10:00"
COMMANDS = (
    "refresh",
    "analyse",
    "check",
    "normalise",
    "undo",
    "adopt",
    "why",
    "report",
    "copy",
    "mail",
    "password",
    "new",
    "demo",
    "consolidate",
    "addin",
    "watch",
    "schedule",
    "renew",
    "schema",
    "rules",
    "doctor",
    "shortcut",
)


def latin_words(text: str) -> set[str]:
    """Words a reader without English would stumble over: options, endings of files and examples aside."""
    known = r"--[a-z-]+|\.[a-z]{3,4}\b|=? ?\d{4}-\d\d-\d\dT[\d:]+"
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(known, "", text, flags=re.ASCII)))


def test_help_lists_every_command_in_chinese() -> None:
    ran = call("--help")
    assert ran.code == 0
    assert set(ACTIONS) <= set(COMMANDS)
    for name in COMMANDS:
        assert re.search(rf"^  {name} +[^\x00-\x7f]", ran.out, re.MULTILINE)
    assert latin_words(ran.out) <= {*COMMANDS, "xlcrm", "Excel", "LibreOffice", "Python", "PDF"}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_chinese(name: str) -> None:
    ran = call(name, "--help")
    assert ran.code == 0
    assert latin_words(ran.out) <= {
        name,
        "xlcrm",
        "Excel",
        "LibreOffice",
        "Python",
        "JSON",
        "crm",
        "PDF",
        "SLA",
        "pdf",
        "html",
        "png",
        "install",
        "windows",
        "macos",
        "systemd",
        "cron",
        "Dask",
        "Outlook",
    }
    assert "用法：" in ran.out


def test_nothing_asked_shows_the_help() -> None:
    ran = call()
    assert ran.code == 2
    assert ran.err == call("--help").out


def test_version() -> None:
    assert call("--version").out == f"xlcrm {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["refresh"], "缺少“文件”；用 xlcrm refresh --help"),
        (["refresh", "a.xlsx", "--schnell"], "没有选项“--schnell”"),
        (["report", "a.xlsx", "b.xlsx"], "命令写法不对"),
        (["fly"], "没有命令“fly”；用 xlcrm --help"),
        (["why", "a.xlsx", "--sheet", "x"], "缺少“--row”"),
        (["why", "a.xlsx", "--sheet", "x", "--row", "0"], "“--row”的值不能使用"),
        (["why", "a.xlsx", "--sheet", "x", "--row", "三"], "“--row”的值不能使用"),
        (["demo", "--rows"], "选项“--rows”后面缺少内容"),
        (["refresh", "a.xlsx", "--now", "昨天"], "看不懂时间“昨天”"),
        (["demo", "--rows", "0"], "客户数应在 1 到 200000 之间"),
    ],
)
def test_wrong_commands_get_one_chinese_sentence(arguments: list[str], says: str) -> None:
    ran = call(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith(f"不能完成：{says}")
    assert ran.err.count("\n") == 1


def test_refresh_as_json(demo: Path) -> None:
    ran = call("refresh", demo, "--now", NOW, "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert told["written"] is True
    assert told["cells"] > 100
    assert told["counts"]["客户总数"] == 12
    assert told["backup"] == str(backups(demo)[0])
    assert {"code", "level", "sheet", "row", "heading", "value", "message", "fix"} <= set(told["findings"][0])


def test_check_as_json_without_writing(demo: Path) -> None:
    before = demo.read_bytes()
    told = json.loads(call("check", demo, "--now", NOW, "--json", "--dry-run").out)
    assert told["written"] is False
    assert told["backup"] is None
    assert sum(told["counts"].values()) == len(told["findings"]) > 0
    assert demo.read_bytes() == before


def test_strict_leaves_with_1_only_where_there_are_errors(demo: Path) -> None:
    errors = json.loads(call("check", demo, "--now", NOW, "--json", "--dry-run").out)["counts"]["错误"]
    assert errors
    for name in ("check", "refresh"):
        assert call(name, demo, "--now", NOW, "--dry-run").code == 0
        assert call(name, demo, "--now", NOW, "--dry-run", "--strict").code == 1


def test_strict_without_errors_leaves_with_0(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    assert call("new", path).code == 0
    assert call("refresh", path, "--now", NOW, "--strict").code == 0


def test_check_lists_the_findings_and_writes_them(demo: Path) -> None:
    ran = call("check", demo, "--now", NOW)
    assert ran.code == 0
    assert "处理办法" in ran.out
    assert re.search(r"已检查 \d+ 行：错误 \d+ 处，警告 \d+ 处，提示 \d+ 处", ran.out)
    assert f"已写入 {demo.name}" in ran.out
    with FileDoor(demo, write=False) as door:
        assert door.grid("校验结果").columns[0][3] == "错误"


def test_check_of_a_workbook_that_is_open_shows_the_findings_and_says_so(demo: Path) -> None:
    demo.with_name(f"~${demo.name}").write_bytes(b"\x04Wang".ljust(165, b" "))
    before = demo.read_bytes()
    ran = call("check", demo, "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert "处理办法" in ran.out
    assert "· 校验结果没有写入工作簿：Wang 正用 Excel 或 WPS 打开着" in ran.out
    assert "已写入" not in ran.out
    assert demo.read_bytes() == before
    told = json.loads(call("check", demo, "--now", NOW, "--json").out)
    assert told["written"] is False
    assert "没有写入工作簿" in told["remarks"][0]


def test_check_of_a_read_only_workbook_shows_the_findings(demo: Path) -> None:
    demo.chmod(0o444)
    ran = call("check", demo, "--now", NOW)
    assert ran.code == 0
    assert "· 校验结果没有写入工作簿：" in ran.out
    assert "只读" in ran.out


def test_refresh_of_a_workbook_that_is_open_is_refused_before_it_is_read(demo: Path) -> None:
    demo.with_name(f"~${demo.name}").write_bytes(b"\x04Wang".ljust(165, b" "))
    with patch.object(FileDoor, "grid", side_effect=AssertionError("read")):
        ran = call("refresh", demo, "--now", NOW)
    assert ran.code == 2
    assert ran.err.startswith("不能完成：Wang 正用 Excel 或 WPS 打开着")


def test_why_explains_a_complaint(demo: Path) -> None:
    """A pause from the log, an extension, and a limit in working time, each told with its times."""
    rules = _places(demo, "规则表")
    row = next(place for place, cell in enumerate(rules["规则编号"], start=1) if cell == "C29")
    letters = _letters(demo, "客户投诉登记表")
    log = _letters(demo, "状态变更表")
    case = _places(demo, "客户投诉登记表")["投诉编号"][3]
    rule_letters = _letters(demo, "规则表")
    write_cells(
        demo,
        demo,
        {
            "规则表": {f"{rule_letters['时间口径']}{row}": "工作时间"},
            "客户投诉登记表": {
                f"{letters['投诉等级']}4": "严重",
                f"{letters['投诉日期']}4": _at("2026-03-16T09:00"),
                f"{letters['解决时间']}4": None,
                f"{letters['处理状态']}4": "处理中",
                f"{letters['延期至']}4": _at("2026-04-01T18:00"),
                f"{letters['延期原因']}4": "等配件",
            },
            "状态变更表": {
                f"{log['单号']}90": case,
                f"{log['变更时间']}90": _at("2026-03-16T10:00"),
                f"{log['处理状态']}90": "等待客户",
                f"{log['单号']}91": case,
                f"{log['变更时间']}91": _at("2026-03-16T11:00"),
                f"{log['处理状态']}91": "处理中",
            },
        },
    )
    ran = call("why", demo, "--sheet", "客户投诉登记表", "--row", "4", "--now", NOW)
    assert ran.code == 0
    assert re.search(r"客户投诉登记表第4行：\d+ 条规则适用，\d+ 条不适用", ran.out)
    flat = re.sub(r"\s+", "", ran.out)
    assert "C29" in flat
    for told in (
        *("按工作时间", "暂停：2026-03-1610:00至2026-03-1611:00", "原截止：2026-03-2414:30"),
        *("截止：2026-04-0118:00（经批准延期）", "跳过：03-21（周末）"),
    ):
        assert told in flat
    told = json.loads(
        call("why", demo, "--sheet", "客户投诉登记表", "--row", "4", "--now", NOW, "--json").out
    )
    assert next(reason for reason in told if reason["rule"].startswith("C29"))["matched"] is True


def _at(text: str) -> Any:
    return dt.datetime.fromisoformat(text)


def _places(path: Path, sheet: str) -> dict[str, list[Any]]:
    with FileDoor(path, write=False) as door:
        return {str(column[2]): list(column) for column in door.grid(sheet).columns}


def _letters(path: Path, sheet: str) -> dict[str, str]:
    with FileDoor(path, write=False) as door:
        columns = door.grid(sheet).columns
    names = [chr(65 + place) if place < 26 else f"A{chr(39 + place)}" for place in range(len(columns))]
    return {str(column[2]): name for name, column in zip(names, columns, strict=True)}


@pytest.mark.parametrize(
    ("sheet", "row", "says"),
    [("没有的表", "4", "没有可以解释的工作表“没有的表”"), ("客户投诉登记表", "4000", "第4000行没有内容")],
)
def test_why_of_nothing(demo: Path, sheet: str, row: str, says: str) -> None:
    ran = call("why", demo, "--sheet", sheet, "--row", row, "--now", NOW)
    assert ran.code == 2
    assert says in ran.err


def test_schema_as_json_holds_each_declared_column_both_ways() -> None:
    told = json.loads(call("schema", "--json").out)
    listed = {
        sheet["key"]: {item["heading"]: item["key"] for item in sheet["columns"]} for sheet in told["sheets"]
    }
    assert {sheet["title"] for sheet in told["sheets"]} == {item.title for item in (*TABLES, *SYSTEM_TABLES)}
    sheets = {pack["key"]: pack["sheets"] for pack in told["packs"]}
    assert sheets == {pack: [table.title for table in tables_of(pack)] for pack in PACKS}
    for table in (*TABLES, *SYSTEM_TABLES):
        for item in table.columns:
            assert listed[table.name][item.heading] == item.key
        rules = [rule for pack in table.packs if pack in PACKS for rule in default_book(pack).rules]
        clocks = {item.heading for pack in PACKS for item in sheet_columns(table, rules, pack)}
        assert set(listed[table.name]) <= clocks | {item.heading for item in table.columns}


def test_schema_as_text_names_every_sheet() -> None:
    ran = call("schema")
    for table in (*TABLES, *SYSTEM_TABLES):
        assert f"{table.title}（{table.name}）：" in ran.out


def test_rules_as_json_are_the_default_rows() -> None:
    told = json.loads(call("rules", "--json").out)
    for pack in PACKS:
        rows = [
            {key: value for key, value in rule.items() if key != "pack"}
            for rule in told
            if rule["pack"] == pack
        ]
        assert rows == [dict(row) for row in default_rows(pack)]


def test_rules_as_a_table_name_every_rule() -> None:
    shown = call("rules").out
    for row in default_rows("crm"):
        assert row["规则编号"] in shown


def test_new_makes_a_workbook_and_does_not_overwrite_one(tmp_path: Path) -> None:
    path = tmp_path / "新" / "客户.xlsx"
    assert call("new", path).code == 0
    before = path.read_bytes()
    ran = call("new", path)
    assert ran.code == 2
    assert "已经存在，没有改动" in ran.err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("客户.xls", [], "文件名应以 .xlsx 结尾（要按钮则以 .xlsm 结尾），现为“客户.xls”"),
        ("客户.xlsx", ["--pack", "宠物"], "没有名为“宠物”的模板；可选："),
    ],
)
def test_new_refuses(tmp_path: Path, name: str, options: list[str], says: str) -> None:
    ran = call("new", tmp_path / name, *options)
    assert ran.code == 2
    assert says in ran.err
    assert list(tmp_path.iterdir()) == []


def test_demo_makes_and_refreshes_a_workbook(tmp_path: Path) -> None:
    ran = call("demo", tmp_path, "--rows", "5", "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"客户总数 +5\b", ran.out)
    again = call("demo", tmp_path, "--rows", "5", "--now", NOW)
    assert again.code == 0
    assert {file.name for file in tmp_path.glob("*.xlsx")} == {
        "客户关系管理-演示.xlsx",
        "客户关系管理-演示-2.xlsx",
    }


def test_demo_of_another_pack_is_asked_for_by_its_chinese_name(tmp_path: Path) -> None:
    ran = call("demo", tmp_path, "--rows", "5", "--pack", "客户关系恢复", "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert [file.name for file in tmp_path.glob("*.xlsx")] == ["客户关系恢复-演示.xlsx"]


def test_a_fault_of_ours_is_one_sentence_and_a_masked_log(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "家"))
    monkeypatch.delenv("XLCRM_DEBUG", raising=False)
    before = demo.read_bytes()
    with patch("xlcrm.actions.refresh.run_checks", side_effect=KeyError("电话 13812345678 li@example.com")):
        ran = call("refresh", demo, "--now", NOW)
    log = tmp_path / "家" / "error.log"
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err == f"程序内部出错（KeyError），工作簿没有改动；请把日志发给维护人员：{log}\n"
    text = log.read_text("utf-8")
    assert "Traceback" in text
    assert "13812345678" not in text
    assert "138****" in text
    assert "li@example.com" not in text
    assert demo.read_bytes() == before


def test_a_fault_where_no_log_can_be_written(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "文件"
    blocked.write_text("")
    monkeypatch.setenv("XLCRM_HOME", str(blocked))
    monkeypatch.delenv("XLCRM_DEBUG", raising=False)
    with patch("xlcrm.actions.refresh.run_checks", side_effect=KeyError("x")):
        ran = call("refresh", demo, "--now", NOW)
    assert ran.code == 2
    assert "日志也无法写入" in ran.err


def test_for_developers_a_fault_is_raised(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLCRM_DEBUG", "1")
    with (
        patch("xlcrm.actions.refresh.run_checks", side_effect=KeyError("x")),
        pytest.raises(KeyError),
    ):
        call("refresh", demo, "--now", NOW)


def test_an_interruption_is_told_in_chinese(demo: Path) -> None:
    before = demo.read_bytes()
    with patch("xlcrm.actions.refresh.run_checks", side_effect=KeyboardInterrupt):
        ran = call("refresh", demo, "--now", NOW)
    assert ran.code == 2
    assert ran.err.strip().startswith("已中断")
    assert demo.read_bytes() == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends an interrupt as Unix terminals do")
def test_control_c_in_a_real_process(demo: Path) -> None:
    slow = (
        "import time, xlcrm.actions.refresh as r; "
        "r.run_checks = lambda _: (print('now', flush=True), time.sleep(60)); "
    )
    with subprocess.Popen(
        [sys.executable, "-c", slow + COMMAND[-1], "refresh", str(demo), "--now", NOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.strip().startswith("已中断")
    assert "Traceback" not in err


CONSOLE = [sys.executable, "-c", "from xlcrm.entrypoints.cli import console; console()"]


def test_the_installed_command_prints_all_before_it_leaves() -> None:
    done = subprocess.run([*CONSOLE, "schema", "--json"], capture_output=True, check=True, encoding="utf-8")
    assert [pack["key"] for pack in json.loads(done.stdout)["packs"]] == list(PACKS)


def test_the_installed_command_leaves_with_the_code_of_the_refusal(tmp_path: Path) -> None:
    command = [*CONSOLE, "refresh", str(tmp_path / "没有.xlsx")]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert done.stderr.startswith("不能完成：")
    assert "Traceback" not in done.stderr
