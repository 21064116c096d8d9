"""Where the work is done: in this process, in several, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from xlcrm.actions.base import silent
from xlcrm.errors import ClusterError, XlcrmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlcrm.actions.base import Progress

A = TypeVar("A")
T = TypeVar("T")
R = TypeVar("R")

FAN_IN: Final = 8
"""How many parts one join takes: two copy every row once a level, eight three times less often."""
_CHUNKS: Final = 4
"""Parts that each process gets, so that none waits long for the last one."""
_LARGEST_CHUNK: Final = 8
_ADDRESS: Final = re.compile(r"[a-z]+://\S+:\d{1,5}")
_READING: Final = "读取分部工作簿"
_DIED: Final = "读取这个文件时程序意外终止，请用 xlcrm check 检查这个文件"


@dataclass(frozen=True)
class Work(Generic[A, T, R]):
    """A reduction: every item is read, neighbours are joined, and the whole is finished.

    All functions can be sent to another process.

    Attributes:
        read: one item -> its part; never raises.
        lost: an item whose reader died, and the sentence about it -> its part.
        join: neighbouring parts -> one; associative.
        finish: the whole, and who hears of its stages -> the result.
    """

    read: Callable[[A], T]
    lost: Callable[[A, str], T]
    join: Callable[..., T]
    finish: Callable[[T, Progress], R]


class Engine(Protocol):
    """Does such work somewhere."""

    def run(self, work: Work[A, T, R], items: Sequence[A], progress: Progress) -> R:
        """Do it; the order of the items is kept."""


def joined(parts: Sequence[T], join: Callable[..., T]) -> T:
    """All parts, at least one, in a tree over neighbours."""
    while len(parts) > 1:
        parts = [join(*parts[at : at + FAN_IN]) for at in range(0, len(parts), FAN_IN)]
    return parts[0]


def read_all(work: Work[A, T, Any], items: Sequence[A]) -> T:
    """Read some neighbours and join them."""
    return joined([work.read(item) for item in items], work.join)


@dataclass(frozen=True)
class Serial:
    """One after the other, in this process."""

    def run(self, work: Work[A, T, R], items: Sequence[A], progress: Progress) -> R:
        parts = []
        for number, item in enumerate(items):
            progress(f"{_READING} {number}/{len(items)}")
            parts.append(work.read(item))
        return work.finish(joined(parts, work.join), progress)


@dataclass(frozen=True)
class Processes:
    """Read and joined in several processes of this machine, finished in this one.

    Attributes:
        jobs: how many.
    """

    jobs: int

    def run(self, work: Work[A, T, R], items: Sequence[A], progress: Progress) -> R:
        chunks = _chunks(items, self.jobs)
        parts: dict[int, T] = {}
        with _pool(min(self.jobs, len(chunks))) as pool:
            places = {pool.submit(read_all, work, chunk): at for at, chunk in enumerate(chunks)}
            read = 0
            progress(f"{_READING} 0/{len(items)}")
            for done in as_completed(places):
                at = places[done]
                with contextlib.suppress(BrokenProcessPool):
                    parts[at] = done.result()
                    read += len(chunks[at])
                    progress(f"{_READING} {read}/{len(items)}")
        for at, chunk in enumerate(chunks):
            if at not in parts:
                parts[at] = joined([_read_apart(work, item) for item in chunk], work.join)
        return work.finish(joined([parts[at] for at in range(len(chunks))], work.join), progress)


def _chunks(items: Sequence[A], jobs: int) -> list[Sequence[A]]:
    size = min(max(len(items) // (jobs * _CHUNKS), 1), _LARGEST_CHUNK)
    return [items[at : at + size] for at in range(0, len(items), size)]


def _pool(jobs: int) -> ProcessPoolExecutor:
    # a forked child would inherit the locks of threads that it does not have
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In a process of the pool, first of all: Ctrl-C is the parent's, and a parent that is gone ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_apart(work: Work[A, T, Any], item: A) -> T:
    """One item of a chunk whose process died, in a process that may die alone."""
    with _pool(1) as pool:
        try:
            return pool.submit(work.read, item).result()
        except BrokenProcessPool:
            return work.lost(item, _DIED)


@dataclass(frozen=True)
class Cluster:
    """On the workers of a Dask cluster, which see the files under the same paths; only the result comes back.

    Attributes:
        address: of its scheduler, such as tcp://10.0.0.5:8786.
        patience: seconds that the scheduler and its first worker have to answer.
    """

    address: str
    patience: float = 10

    def run(self, work: Work[A, T, R], items: Sequence[A], progress: Progress) -> R:
        """Do it there.

        Raises:
            ClusterError: the library is not installed, nobody answers, or the cluster gives up.
        """
        with _client(self.address, self.patience) as client, _plain_errors(self.address):
            progress(f"连接 {self.address}")
            client.wait_for_workers(1, timeout=self.patience)
            parts = _read_there(client, work, items, progress)
            while len(parts) > 1:
                parts = [
                    client.submit(work.join, *parts[at : at + FAN_IN], pure=False)
                    for at in range(0, len(parts), FAN_IN)
                ]
            progress("在集群上合并和计算")
            result: R = client.submit(work.finish, parts[0], silent, pure=False).result()
            return result


def _read_there(client: Any, work: Work[A, T, Any], items: Sequence[A], progress: Progress) -> list[Any]:
    import distributed  # noqa: PLC0415 - an extra

    futures = client.map(work.read, list(items), pure=False)
    done: Any = distributed.as_completed(futures, loop=client.loop)  # type: ignore[no-untyped-call] # ships no types
    for number, _ in enumerate(done, start=1):
        progress(f"{_READING} {number}/{len(items)}")
    return [
        future if future.status == "finished" else client.submit(work.lost, item, _DIED, pure=False)
        for item, future in zip(items, futures, strict=True)
    ]


@contextlib.contextmanager
def _client(address: str, patience: float) -> Iterator[Any]:
    try:
        import distributed  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ClusterError('没有安装集群组件，请运行 pip install "xlcrm[cluster]" 后重试') from error
    if not _ADDRESS.fullmatch(address):  # Dask would leave half a client behind
        raise ClusterError(f"“{address}”不是 Dask 调度器的地址；写法如 tcp://10.0.0.5:8786")
    try:
        client: Any = distributed.Client(  # type: ignore[no-untyped-call] # ships no types
            address, timeout=patience, set_as_default=False
        )
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"连不上 Dask 调度器 {address}（{_said(error)}）；请检查地址（例如 tcp://10.0.0.5:8786）和网络"
        ) from error
    with client:
        yield client


@contextlib.contextmanager
def _plain_errors(address: str) -> Iterator[None]:
    """Turn what Dask says into a sentence; what our own functions say stays."""
    try:
        yield
    except XlcrmError:
        raise
    except TimeoutError as error:
        raise ClusterError(f"{address} 上没有可用的 worker；请先启动 dask worker 再试") from error
    except ImportError as error:
        raise ClusterError(
            f"{address} 的 worker 上没有可用的 xlcrm（{error}）；请在每台机器上安装同一版本的 xlcrm"
        ) from error
    except Exception as error:
        raise ClusterError(
            f"{address} 没有完成合并（{_said(error)}）；请查看 worker 的日志，或去掉 --scheduler 在本机运行"
        ) from error


def _said(error: Exception) -> str:
    first, *_ = str(error).splitlines() or [""]
    return f"{type(error).__name__}：{first}"


def usable_cores() -> int:
    """Processors that this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known else os.cpu_count() or 1


def local_engine(files: int, jobs: int | None) -> Engine:
    """Several processes where that pays: each takes a second to start, a small workbook a third to read."""
    wanted = min(jobs or min(usable_cores(), files // _WORTH), files)
    return Processes(wanted) if wanted > 1 else Serial()


_WORTH: Final = 6
"""Files that a process of its own has to read before it pays, unless --jobs says so."""
