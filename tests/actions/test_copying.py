"""The management copy: what it shows, what it hides, and when nobody gets it."""

from __future__ import annotations

import dataclasses
import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from openpyxl import load_workbook
from pydantic import SecretStr

from tests.actions.copies import NOW, Secrets, leaks, texts, workbook
from xlcrm.actions import copying
from xlcrm.actions.base import CopyParams, silent
from xlcrm.actions.copy_files import is_copy
from xlcrm.actions.copy_secret import VARIABLE, is_encrypted, opened
from xlcrm.actions.copying import CopyWanted, copy, make_copy
from xlcrm.actions.loading import load
from xlcrm.actions.macros import macros
from xlcrm.analysis.scope import Scope, month_of
from xlcrm.analysis.sheets import analyse
from xlcrm.compute.run import run
from xlcrm.errors import CopyRefused, IncompleteInstall, SaveFailed, UsageError
from xlcrm.mail import keychain
from xlcrm.mail.masking import Masker
from xlcrm.rules.parameters import MASKED
from xlcrm.tables.system import HOME
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.actions import Outcome
    from xlcrm.actions.loading import Loaded
    from xlcrm.analysis.sheets import Made
    from xlcrm.compute.run import Run

NAME = "客户 甲-管理层副本-2026-11-20.xlsx"
PASSWORD = "密码 and 8 more"  # noqa: S105 - of a made-up copy


@dataclass(frozen=True)
class Office:
    """A workbook full of personal data, and all that a copy of it is made from."""

    path: Path
    secrets: Secrets
    loaded: Loaded
    computed: Run
    made: Sequence[Made]

    def copied(self, **wanted: Any) -> bytes:
        asked = CopyWanted("客户 甲", month_of(NOW), **wanted)
        return make_copy(self.loaded, self.computed, self.made, asked)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    path = tmp_path_factory.mktemp("office") / "客户 甲.xlsx"
    secrets = workbook(path, "service", rows=6)
    with FileDoor(path, write=False) as door:
        loaded = load(door, NOW, silent)
    computed = run(loaded.facts)
    made = analyse(Scope(computed, month_of(NOW), computed.shown.rows.iloc[:0]), ["dashboard"])
    return Office(path, secrets, loaded, computed, made)


@pytest.fixture
def own(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workbook; what is worked out of it is at hand already."""
    monkeypatch.setattr(copying, "run", lambda _: office.computed)
    monkeypatch.setattr(copying, "run_checks", lambda _: office.computed.shown.rows.iloc[:0])
    monkeypatch.setattr(copying, "analyse", lambda _: office.made)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(keychain, "kept", lambda *_: None)
    return Path(shutil.copy(office.path, tmp_path / office.path.name))


def pressed(path: Path, **params: Any) -> Outcome:
    with FileDoor(path, write=False) as door:
        return copy(door, CopyParams(now=NOW, **params), silent)


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["full", "relationship"])
def test_nothing_personal_is_found_in_any_part(pack: str, tmp_path: Path) -> None:
    path = tmp_path / "客户 甲.xlsx"
    secrets = workbook(path, pack, rows=5)
    made = Path(pressed(path).data["copy"]).read_bytes()
    assert {kind: leaks(made, found) for kind, found in secrets.all.items()} == {kind: [] for kind in MASKED}
    assert min(map(len, secrets.all.values())) > 1
    assert "****" in "".join(texts(made).values())


def test_what_is_not_to_be_hidden_is_found(office: Office) -> None:
    """So the search above can find something."""
    made = office.copied(masked=frozenset())
    assert all(leaks(made, found) for found in office.secrets.all.values())


@pytest.mark.parametrize("kind", MASKED)
def test_each_kind_is_switched_by_itself(office: Office, kind: str) -> None:
    made = office.copied(masked=frozenset(MASKED) - {kind})
    found = {name for name, secrets in office.secrets.all.items() if leaks(made, secrets)}
    assert found == {kind}


def test_what_is_hidden_is_set_in_the_parameters(office: Office) -> None:
    facts = office.loaded.facts
    parameters = facts.parameters.model_copy(update={"masked": frozenset({"电话"})})
    loaded = dataclasses.replace(office.loaded, facts=dataclasses.replace(facts, parameters=parameters))
    made = dataclasses.replace(office, loaded=loaded).copied()
    assert not leaks(made, office.secrets.phones)
    assert leaks(made, office.secrets.emails)


def test_the_first_page_says_what_it_is(office: Office) -> None:
    book = load_workbook(io.BytesIO(office.copied(masked=frozenset({"电话"}))))
    assert book.sheetnames == [HOME, "到期清单", "超时预警", "管理驾驶舱"]
    shown = [cell for row in book[HOME].iter_rows(values_only=True) for cell in row if cell is not None]
    tasks = office.computed.shown.counts
    assert shown[:2] == ["客户 甲 管理层副本", "数据截至 2026-11-20 10:30，分析统计 2026年11月（截至20日）"]
    assert shown[shown.index("逾期任务") :][:7].count("今日到期") == 1
    assert tasks["逾期"] in shown
    assert [shown[shown.index(kind) + 1] for kind in MASKED][1:] == ["没有脱敏"] * 3
    links = {cell.value: cell.hyperlink for row in book[HOME].iter_rows() for cell in row if cell.hyperlink}
    assert {name: str(link.location).replace("'", "") for name, link in links.items()} == {
        name: f"{name}!A1" for name in book.sheetnames[1:]
    }


def test_the_due_list_is_whole_and_in_the_words_of_the_pack(office: Office) -> None:
    sheet = load_workbook(io.BytesIO(office.copied()))["到期清单"]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert len(rows) - 1 == len(office.computed.shown.rows)
    assert "任务编号" not in rows[0]
    assert "来源" not in rows[0]
    grades = {row[rows[0].index("客户等级")] for row in rows[1:]}
    assert grades <= {"VIP", "潜力", "普通", None}


@pytest.mark.slow
def test_nothing_of_a_workbook_with_macros_and_an_author_comes_along(tmp_path: Path) -> None:
    path = tmp_path / "客户 甲.xlsm"
    workbook(path, "service", rows=2, macros=macros("win32", r"C:\Python\python.exe"))
    signed = tmp_path / "客户.xlsm"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(signed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = part.replace(b"<dc:creator>", b"<dc:creator>Wang Xiaoming")
                assert b"Xiaoming" in part
            new.writestr(name, part)
    made = Path(pressed(signed).data["copy"])
    assert made.name == "客户-管理层副本-2026-11-20.xlsx"
    whole = texts(made.read_bytes())
    assert not [name for name in whole if "vba" in name or "custom" in name.lower()]
    assert not [name for name, text in whole.items() if "Xiaoming" in text or "xlwings" in text]
    book = load_workbook(made)
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    assert (book.properties.creator, book.properties.lastModifiedBy) == ("xlcrm", "xlcrm")
    assert not {"规则表", "参数表", "校验结果", "操作日志", "通讯录"} & set(book.sheetnames)


def test_an_encrypted_copy_opens_with_the_password_only(office: Office) -> None:
    made = office.copied(password=PASSWORD)
    assert is_encrypted(made)
    assert opened(made, "another") is None
    assert opened(made, PASSWORD) == office.copied()
    with pytest.raises(zipfile.BadZipFile):
        load_workbook(io.BytesIO(made))


def test_the_copy_stands_beside_the_workbook_and_the_workbook_stays(own: Path) -> None:
    before = own.read_bytes()
    outcome = pressed(own)
    made = own.with_name(NAME)
    what = "到期清单、超时预警和 1 张分析表，2026年11月；已遮住 电话、邮箱、联系人、证件号"
    assert outcome.message == f"已生成管理层副本（{what}）：{made}"
    assert outcome.data["masked"] == list(MASKED)
    assert outcome.data["bytes"] == made.stat().st_size
    assert not outcome.remarks
    assert own.read_bytes() == before


def test_what_stays_readable_is_told(own: Path) -> None:
    outcome = pressed(own, masked=frozenset({"电话"}), dry_run=True)
    assert outcome.remarks == ["副本里 邮箱、联系人、证件号 照原样显示；请确认收件人可以看到这些内容"]
    assert "没有脱敏" in pressed(own, masked=frozenset(), dry_run=True).message


def test_a_trial_writes_nothing(own: Path) -> None:
    outcome = pressed(own, dry_run=True)
    assert outcome.message.startswith("试运行：将生成管理层副本")
    assert [path.name for path in own.parent.iterdir()] == [own.name]


def test_a_copy_replaces_an_older_copy_and_nothing_else(own: Path) -> None:
    made = own.with_name(NAME)
    pressed(own)
    first = made.read_bytes()
    pressed(own, masked=frozenset())
    assert made.read_bytes() != first
    shutil.copy(own, made)
    with pytest.raises(UsageError, match=r"不是 xlcrm 生成的管理层副本.*没有改动"):
        pressed(own)
    assert made.read_bytes() == own.read_bytes()
    pressed(own, force=True)
    [kept] = (own.parent / ".xlcrm" / "backup").iterdir()
    assert kept.read_bytes() == own.read_bytes()


def test_a_copy_that_somebody_has_saved_is_not_replaced(own: Path) -> None:
    made = own.with_name(NAME)
    pressed(own)
    book = load_workbook(made)
    book.properties.lastModifiedBy = "王芳"
    book.save(made)
    with pytest.raises(UsageError, match="生成后有人改过"):
        pressed(own)


@pytest.mark.slow
def test_an_encrypted_copy_is_replaced_with_its_password_only(own: Path) -> None:
    pressed(own, encrypt=True, password=SecretStr(PASSWORD))
    pressed(own, encrypt=True, password=SecretStr(PASSWORD))
    with pytest.raises(UsageError, match="密码不同"):
        pressed(own, encrypt=True, password=SecretStr("another"))
    with pytest.raises(UsageError, match="不是 xlcrm 生成"):
        pressed(own)


@pytest.mark.parametrize("word", ["统计", "数据", "截至"])
def test_a_contact_called_like_a_word_of_the_copy_does_not_refuse_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    learned = Masker.of(office.loaded.reading.tables, frozenset(MASKED))
    named = dataclasses.replace(learned, names=learned.names | {word})
    monkeypatch.setattr(Masker, "of", lambda *_: named)
    book = load_workbook(io.BytesIO(office.copied()))
    assert book[HOME].cell(2, 2).value == "数据截至 2026-11-20 10:30，分析统计 2026年11月（截至20日）"


def damaged(content: bytes, place: int) -> bytes:
    return content[:place] + bytes(255 - byte for byte in content[place : place + 64]) + content[place + 64 :]


def test_a_damaged_file_is_no_copy_of_ours(office: Office) -> None:
    made = office.copied()
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        begin = package.getinfo("docProps/core.xml").header_offset
    assert is_copy(made)
    assert not is_copy(damaged(made, begin + 60))
    for place in range(len(made) - 700, len(made), 23):
        is_copy(damaged(made, place))


def test_a_damaged_file_with_a_password_is_no_copy_of_ours(office: Office) -> None:
    made = office.copied(password=PASSWORD)
    assert opened(made[:600], PASSWORD) is None
    start = made.index(b"<?xml")
    assert opened(damaged(made, start), PASSWORD) is None
    assert opened(damaged(made, start + 300), PASSWORD) is None
    assert opened(damaged(made, 40), PASSWORD) is None


@pytest.mark.parametrize(
    ("out", "said"), [("copy.pdf", "应以 .xlsx 结尾"), ("客户 甲.xlsx", "不能盖掉工作簿")]
)
def test_wrong_names_are_refused(own: Path, out: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        pressed(own, out=own.with_name(out))


def test_a_folder_or_a_file_may_be_named(own: Path) -> None:
    folder = own.with_name("发送")
    folder.mkdir()
    assert pressed(own, out=folder).data["copy"] == str(folder / NAME)
    assert pressed(own, out=folder / "给王总.XLSX").data["copy"] == str(folder / "给王总.XLSX")
    with pytest.raises(SaveFailed, match="不存在"):
        pressed(own, out=folder / "没有" / "a.xlsx")


def test_a_workbook_without_a_file_cannot_have_a_copy_beside_it(own: Path) -> None:
    with (
        mock.patch.object(FileDoor, "file", None),
        pytest.raises(UsageError, match=r"在这台电脑上没有文件.*请先把它保存到本机文件夹"),
    ):
        pressed(own)


def test_the_password_comes_from_the_environment_or_the_keyring(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = own.with_name(NAME)
    kept = {(keychain.COPY, own.name): "from the keyring"}
    monkeypatch.setattr(keychain, "kept", lambda *asked: kept.get(asked))
    pressed(own, encrypt=True)
    assert opened(made.read_bytes(), "from the keyring")
    made.unlink()
    monkeypatch.setenv(VARIABLE, PASSWORD)
    outcome = pressed(own, encrypt=True)
    assert opened(made.read_bytes(), PASSWORD)
    assert "需要密码才能打开" in outcome.message
    assert PASSWORD not in f"{outcome} {CopyParams(password=SecretStr(PASSWORD))}"


def test_the_office_may_demand_encryption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "客户 甲.xlsx"
    workbook(path, "service", rows=2, parameters={"副本加密": "是"})
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(keychain, "kept", lambda *_: None)
    with pytest.raises(UsageError, match=rf"没有密码.*--copy 存入系统钥匙串.*环境变量 {VARIABLE}"):
        pressed(path)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_password_that_excel_has_no_room_for_is_refused(own: Path) -> None:
    with pytest.raises(UsageError, match=r"有 256 个字符.*最多接受 255") as refused:
        pressed(own, encrypt=True, password=SecretStr("x" * 256))
    assert "xxx" not in refused.value.message


def test_encryption_that_is_not_installed_is_told(own: Path) -> None:
    with (
        mock.patch.dict("sys.modules", {"msoffcrypto": None}),
        pytest.raises(IncompleteInstall, match=r'pip install "xlcrm\[secure\]"'),
    ):
        pressed(own, encrypt=True, password=SecretStr(PASSWORD))


def test_a_copy_that_would_show_something_is_never_handed_out(own: Path) -> None:
    with (
        mock.patch.object(Masker, "cells", lambda _, values: list(values)),
        pytest.raises(CopyRefused, match="没有遮住的个人信息"),
    ):
        pressed(own)
    assert [item.name for item in own.parent.iterdir()] == [own.name]
