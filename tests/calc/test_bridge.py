"""Finding LibreOffice and its `uno`, and saying so when it cannot be reached."""

from __future__ import annotations

import builtins
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from xlcrm.calc import bridge, calc_available
from xlcrm.calc.bridge import connect, guarded, translated
from xlcrm.errors import ProgramBusy, ProgramMissing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def no_uno(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `uno` had never been loaded."""
    monkeypatch.delitem(sys.modules, "uno", raising=False)
    monkeypatch.setattr(bridge, "uno", bridge.uno.__wrapped__)


def test_uno_comes_alone() -> None:
    if reason := calc_available():
        pytest.skip(reason)
    path, importing = list(sys.path), builtins.__import__
    assert bridge.uno.__wrapped__() is bridge.uno()
    assert (sys.path, builtins.__import__) == (path, importing)


@pytest.mark.usefixtures("no_uno")
def test_no_python_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bridge, "program", lambda: tmp_path / "soffice")
    monkeypatch.setattr(bridge, "_places", list)
    assert "没有找到 LibreOffice 的 Python 组件" in calc_available()


@pytest.mark.usefixtures("no_uno")
def test_python_part_for_another_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "uno.py").write_text("import no_such_binary_half\n", encoding="utf-8")
    monkeypatch.setattr(bridge, "program", lambda: tmp_path / "soffice")
    monkeypatch.setattr(bridge, "_places", lambda: [tmp_path])
    path = list(sys.path)
    assert "不能装入本机的 Python 3." in calc_available()
    assert sys.path == path
    assert "uno" not in sys.modules


def test_no_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "program", lambda: None)
    assert calc_available() == "没有找到 LibreOffice，请先安装"


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_program_folders_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str) -> None:
    home = tmp_path / "LibreOffice" / "program"
    home.mkdir(parents=True)
    (home / "soffice.exe").touch()
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ProgramFiles", str(tmp_path))  # Windows writes it so
    assert all(folder.is_dir() for folder in bridge.program_folders())
    if system == "win32":
        assert bridge.program() == home / "soffice.exe"


def uno_error(name: str) -> Exception:
    kind: type[Exception] = type(f"com.sun.star.{name}", (Exception,), {})
    return kind(name)


def test_a_program_that_has_gone_is_said_in_a_sentence() -> None:
    @translated
    def call() -> None:
        raise uno_error("lang.DisposedException")

    with pytest.raises(ProgramMissing, match=r"已经关闭，请先用 LibreOffice 打开工作簿.*。$"):
        call()


def test_other_faults_pass() -> None:
    @guarded
    class Thing:
        document = type("Document", (), {"URL": ""})()

        def method(self) -> None:
            raise uno_error("uno.RuntimeException")

        @property
        def value(self) -> int:
            raise ZeroDivisionError

        @value.setter
        def value(self, value: int) -> None:
            raise uno_error(f"no{value}.DisposedException")

    thing = Thing()
    with pytest.raises(Exception, match=r"uno\.RuntimeException"):
        thing.method()
    with pytest.raises(ZeroDivisionError):
        _ = thing.value
    with pytest.raises(ProgramMissing):
        thing.value = 1


class _Resolver:
    """A resolver that does as it is told, time after time."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def resolve(self, _: str) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


def use(monkeypatch: pytest.MonkeyPatch, resolver: _Resolver) -> None:
    manager = type("Manager", (), {"createInstanceWithContext": lambda *_: resolver})()
    context = type("Context", (), {"ServiceManager": manager})()
    module = type("Uno", (), {"getComponentContext": staticmethod(lambda: context)})
    monkeypatch.setattr(bridge, "uno", lambda: module)
    monkeypatch.setattr(bridge, "_RETRY_SECONDS", 0.0)


def test_tries_again_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = uno_error("connection.NoConnectException")
    use(monkeypatch, _Resolver(gone, gone, "context"))
    assert connect("x", deadline=60) == "context"


def test_connection_that_a_busy_program_drops_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = uno_error("lang.DisposedException")
    use(monkeypatch, _Resolver(dropped, dropped, "context"))
    assert connect("x") == "context"


def test_program_that_drops_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, _Resolver(*[uno_error("lang.DisposedException")] * 100_000))
    monkeypatch.setattr(bridge, "_DROPPED_SECONDS", 0.01)
    with pytest.raises(ProgramMissing, match="管道“x”没有应答"):
        connect("x")


def test_nothing_listens_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = _Resolver(uno_error("connection.NoConnectException"), "context")
    use(monkeypatch, resolver)
    with pytest.raises(ProgramMissing):
        connect("x")
    assert resolver.answers == ["context"]


def test_stops_trying_when_the_program_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, _Resolver(uno_error("connection.NoConnectException")))
    with pytest.raises(ProgramMissing, match="管道“x”没有应答"):
        connect("x", deadline=60, alive=lambda: False)


def test_program_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    use(monkeypatch, _Resolver(lambda: never.wait(30)))
    monkeypatch.setattr(bridge, "_ANSWER_SECONDS", 0.05)
    with pytest.raises(ProgramBusy, match="现在没有应答"):
        connect("x")
    never.set()


def test_faults_of_our_own_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, _Resolver(ValueError("ours")))
    with pytest.raises(ValueError, match="ours"):
        connect("x")
