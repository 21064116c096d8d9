"""A machine whose schedulers only note what they are told, and a user with an empty home."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTE = """#!{python}
import json, os, sys
name = os.path.basename(sys.argv[0])
fed = sys.stdin.buffer.read() if sys.argv[1:] == ["-"] else b""
with open({noted}, "a", encoding="utf-8") as noted:
    noted.write(json.dumps([name, *sys.argv[1:]]) + "\\n")
words = " ".join([name, *sys.argv[1:]])
for part, code, said in json.loads(os.environ.get("REFUSALS", "[]")):
    if part in words:
        print(said, file=sys.stderr)
        sys.exit(code)
table = {table}
if words == "crontab -":
    open(table, "wb").write(fed)
elif words == "crontab -l":
    if not os.path.exists(table):
        print("no crontab for wang", file=sys.stderr)
        sys.exit(1)
    sys.stdout.buffer.write(open(table, "rb").read())
elif name == "schtasks":
    print("成功")
"""


@dataclass(frozen=True)
class Machine:
    """What the stand-ins noted, and what they refuse.

    Attributes:
        home: the user's folder.
        noted: one line a call.
        crontab: the user's, as `crontab` keeps it.
        monkeypatch: of the test.
    """

    home: Path
    noted: Path
    crontab: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def calls(self) -> list[list[str]]:
        """Programs and their arguments, in order."""
        lines = self.noted.read_text("utf-8").splitlines() if self.noted.exists() else []
        return [json.loads(line) for line in lines]

    def refuse(self, part: str, said: str, code: int = 1) -> None:
        """From now on calls whose words hold `part` fail."""
        self.monkeypatch.setenv("REFUSALS", json.dumps([[part, code, said]]))

    def accept(self) -> None:
        """From now on none fails."""
        self.monkeypatch.delenv("REFUSALS", raising=False)

    @property
    def files(self) -> list[str]:
        """All files in the user's folder."""
        return sorted(file.name for file in self.home.rglob("*") if file.is_file())


@pytest.fixture
def beijing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock of this process shows the time of 时区."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """schtasks, launchctl, systemctl and crontab as stand-ins, before all others on PATH."""
    if sys.platform == "win32":
        pytest.skip("the stand-ins are scripts of Unix")
    programs, home = tmp_path / "programs", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    noted, crontab = tmp_path / "noted", tmp_path / "crontab"
    text = _NOTE.format(python=sys.executable, noted=repr(str(noted)), table=repr(str(crontab)))
    for name in ("schtasks", "launchctl", "systemctl", "crontab"):
        (programs / name).write_text(text, "utf-8")
        (programs / name).chmod(0o755)
    assert shlex.quote(sys.executable) == sys.executable
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: home)
    return Machine(home, noted, crontab, monkeypatch)
