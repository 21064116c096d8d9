"""`xlcrm mail` is killed anywhere and run again: all letters arrive, and only the one in doubt twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.reading import rows
from tests.mail_office import office
from tests.mail_server import MailServer, Stage
from xlcrm.actions.mailing.verb import outbox_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork"),
]
STEPS = 6
"""How many places inside of the process are tried."""
PLACES = (
    (Stage.MAIL, 2),
    (Stage.DATA, 3),
    (Stage.DOT, 4),
    (Stage.TAKEN, 1),
    (Stage.TAKEN, 7),
)
"""Where in the talk with the server it is killed: the stage, and the how-manieth time it is reached."""
LETTERS = 7


@dataclass
class Runner:
    """Runs the command and kills it."""

    ask: Callable[[dict[str, Any]], None]
    answer: Callable[[], Any]
    server: MailServer

    def run(self, path: Path, step: int = 0, place: tuple[Stage, int] | None = None) -> tuple[int, int]:
        """Wait status and count of steps of one run.

        Args:
            path: the workbook.
            step: at which the process ends itself; 0 for none.
            place: at which the server's side ends it.
        """
        self.ask({"path": str(path), "step": step})
        pid = self.answer()
        left = place[1] if place else 0

        def kill(stage: Stage) -> None:
            nonlocal left
            if place and stage is place[0]:
                left -= 1
                if left == 0:
                    os.kill(pid, signal.SIGKILL)

        self.server.watch = kill
        status, count = self.answer()
        self.server.watch = lambda _: None
        return status, count


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    folder = tmp_path_factory.mktemp("trust")
    with (
        MailServer() as server,
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killed_mail.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | server.environ(folder) | {"PYTHONPATH": str(Path(__file__).parents[2])},
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        writes, reads = process.stdin, process.stdout

        def ask(wish: dict[str, Any]) -> None:
            writes.write(json.dumps(wish) + "\n")
            writes.flush()

        yield Runner(ask, lambda: json.loads(reads.readline()), server)
        writes.close()
        process.wait(60)


@pytest.fixture(scope="module")
def original(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office(tmp_path_factory.mktemp("office") / "客户.xlsx", runner.server.port)


def copied(original: Path, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copy(original, folder / "客户.xlsx"))


def arrived(server: MailServer) -> Counter[str]:
    return Counter(letter.message_id for letter in server.taken)


def log(path: Path) -> Counter[tuple[str, str, str]]:
    """Key, address and result of the rows of 发送记录."""
    return Counter((row["编号"], row["邮箱"], row["结果"]) for row in rows(path, "发送记录").values())


def test_killed_anywhere(runner: Runner, original: Path, tmp_path: Path) -> None:
    server = runner.server
    whole = copied(original, tmp_path / "whole")
    status, count = runner.run(whole)
    assert status == 0
    expected, noted = arrived(server), log(whole)
    assert len(expected) == LETTERS
    assert set(expected.values()) == set(noted.values()) == {1}
    steps = [1 + number * (count - 1) // (STEPS - 1) for number in range(STEPS)]
    for step, place in [*((step, None) for step in steps), *((0, place) for place in PLACES)]:
        server.taken.clear()
        path = copied(original, tmp_path / f"{step} {place}")
        status, _ = runner.run(path, step, place)
        assert os.WTERMSIG(status) == signal.SIGKILL
        first = arrived(server)
        assert set(first.values()) <= {1}
        assert runner.run(path)[0] == 0
        both = arrived(server)
        assert both.keys() == expected.keys(), (step, place)
        again = [number for number, times in both.items() if times > 1]
        assert all(both[number] == 2 and number in first for number in again)
        assert len(again) <= 1, (step, place)
        if place:
            # From the dot on the server has the whole letter, whoever is gone.
            assert len(again) == (place[0] in (Stage.DOT, Stage.TAKEN))
        assert log(path) == noted, (step, place)
        assert outbox_file(path).read_bytes() == b""
