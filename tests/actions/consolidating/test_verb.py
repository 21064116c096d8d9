"""The output: what may be replaced, what is said, and what a bad branch does to the others."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from tests.actions.consolidating.branches import CLOUD, SEA, write
from tests.spreadsheet import few_analysis_sheets
from xlcrm.actions.base import silent
from xlcrm.actions.consolidating import verb
from xlcrm.actions.consolidating.conflicts import Conflict
from xlcrm.actions.consolidating.engine import Cluster
from xlcrm.actions.consolidating.making import Made
from xlcrm.actions.consolidating.verb import ConsolidateParams, consolidate
from xlcrm.errors import SaveFailed, UsageError, WorkbookInUse, WorkbookOpen
from xlcrm.workbook.locks import held
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlcrm.actions.base import Outcome

AT = dt.datetime(2026, 11, 20, 10, 30)
PLAIN = ConsolidateParams()


def run(files: Sequence[Path], out: Path, params: ConsolidateParams = PLAIN) -> Outcome:
    with few_analysis_sheets():
        return consolidate(files, out, params, silent, at=AT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good branches and a damaged one."""
    found = tmp_path_factory.mktemp("branches")
    write(found / "上海.xlsx", customers=[{"customer_id": "2023001", "name": SEA}, {"name": "没有编号"}])
    write(found / "北京.xlsx", customers=[{"customer_id": "2023001", "name": CLOUD}])
    (found / "坏.xlsx").write_bytes(b"PK\x03\x04 half")
    return found


@pytest.fixture(scope="module")
def group(folder: Path) -> tuple[Path, Outcome]:
    """They as a group, the output among the files and a branch twice."""
    out = folder / "集团.xlsx"
    return out, run([*sorted(folder.glob("*.xlsx")), folder / "北京.xlsx", out], out)


def test_what_went_in_and_came_out_is_said(group: tuple[Path, Outcome]) -> None:
    out, outcome = group
    assert out.exists()
    assert outcome.message == (
        "已合并 2 个分部，1 个未读入，写入 集团.xlsx（客户关系管理）：读入 3 行，合并相同的 0 行，写入 3 行；"
        "编号冲突 1 个，合并冲突共 1 条"
    )
    assert outcome.remarks[0].startswith("坏.xlsx 未读入：")
    assert "合并冲突 1 条，见工作表 合并冲突" in outcome.remarks
    assert any(remark.startswith("已处理 3 行") for remark in outcome.remarks)
    assert outcome.data["refused"] == 1
    assert outcome.data["rows"] == {"read": 3, "merged": 0, "written": 3}
    assert [row["outcome"] for row in outcome.data["branches"]] == ["已合并", "已合并", "未读入"]
    assert outcome.data["conflicts"][0]["number"] == "2023001"
    assert outcome.saved is not None
    assert outcome.saved.backup is None


class TestReplacing:
    """What stands where the output goes; nothing is read for these."""

    @pytest.fixture
    def quick(self) -> Iterator[Made]:
        made = Made(
            b"new", "crm", "好", {}, ("备注",), (), (Conflict("a", "b", "c", "d", "e", "f"),), 1, 0, 1
        )
        with patch.object(verb, "make", return_value=made), patch.object(verb, "read_alone"):
            yield made

    @pytest.mark.usefixtures("quick")
    def test_one_of_ours_is_replaced_with_a_backup(
        self, folder: Path, group: tuple[Path, Outcome], tmp_path: Path
    ) -> None:
        out = tmp_path / "集团.xlsx"
        out.write_bytes(group[0].read_bytes())
        outcome = run([folder / "北京.xlsx"], out)
        assert out.read_bytes() == b"new"
        assert outcome.saved is not None
        assert outcome.saved.backup is not None
        assert outcome.saved.backup.read_bytes() == group[0].read_bytes()

    @pytest.mark.usefixtures("quick")
    def test_another_workbook_is_replaced_only_by_force(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "客户.xlsx"
        for content in ((folder / "上海.xlsx").read_bytes(), b"no workbook"):
            out.write_bytes(content)
            with pytest.raises(UsageError, match="不是合并生成的工作簿，没有改动"):
                run([folder / "北京.xlsx"], out)
            assert out.read_bytes() == content
        run([folder / "北京.xlsx"], out, ConsolidateParams(force=True))
        assert out.read_bytes() == b"new"
        assert [path.read_bytes() for path in backups(out)] == [b"no workbook"]

    @pytest.mark.usefixtures("quick")
    def test_an_output_that_is_open_or_in_hand_is_refused(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "集团.xlsx"
        with held(out), pytest.raises(WorkbookInUse, match="另一个 xlcrm"):
            run([folder / "北京.xlsx"], out)
        (tmp_path / ".~lock.集团.xlsx#").write_text("李明,li,pc,now;")
        with pytest.raises(WorkbookOpen, match="LibreOffice"):
            run([folder / "北京.xlsx"], out)
        assert not out.exists()

    @pytest.mark.usefixtures("quick")
    def test_a_folder_that_is_not_there_is_made(self, folder: Path, tmp_path: Path) -> None:
        run([folder / "北京.xlsx"], tmp_path / "新" / "集团.xlsx")
        assert (tmp_path / "新" / "集团.xlsx").exists()

    def test_an_address_takes_the_work_to_the_cluster(
        self, quick: Made, folder: Path, tmp_path: Path
    ) -> None:
        with patch.object(Cluster, "run", return_value=quick) as there:
            run([folder / "北京.xlsx"], tmp_path / "集团.xlsx", ConsolidateParams(scheduler="tcp://h:1"))
        (_, items, _) = there.call_args.args
        assert items == [(0, (folder / "北京.xlsx").resolve())]

    def test_with_macros_the_machine_is_told(self, quick: Made, folder: Path, tmp_path: Path) -> None:
        del quick
        outcome = run([folder / "北京.xlsx"], tmp_path / "集团.xlsm")
        assert len(outcome.remarks) > 3
        assert any("Excel" in remark for remark in outcome.remarks)


def test_settings_come_from_the_file_that_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"不能采用 坏.xlsx 的设置："):
        run(
            [folder / "北京.xlsx"],
            tmp_path / "集团.xlsx",
            ConsolidateParams(settings_from=folder / "坏.xlsx"),
        )
    assert verb._settings_of(folder / "上海.xlsx")[0] == "上海"
    assert not (tmp_path / "集团.xlsx").exists()


def test_settings_may_come_from_the_last_group(group: tuple[Path, Outcome]) -> None:
    assert verb._settings_of(group[0])[0] == "集团"


def test_bad_requests_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有可以合并的文件"):
        run([tmp_path / "集团.xlsx"], tmp_path / "集团.xlsx")
    with pytest.raises(UsageError, match=r"输出文件应以 .xlsx 结尾"):
        run([folder / "北京.xlsx"], tmp_path / "集团.csv")
    blocked = tmp_path / "文件"
    blocked.write_text("")
    with pytest.raises(SaveFailed, match="请换一个可以写入的文件夹"):
        run([folder / "北京.xlsx"], blocked / "集团.xlsx")
    with pytest.raises(UsageError, match="1 个文件都没有读入"):
        run([folder / "坏.xlsx"], tmp_path / "集团.xlsx")
    assert not (tmp_path / "集团.xlsx").exists()
