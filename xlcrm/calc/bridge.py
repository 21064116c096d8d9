"""Reaching LibreOffice: find its `uno` module for this interpreter and connect over a named pipe."""

from __future__ import annotations

import builtins
import functools
import importlib.util
import inspect
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

from xlcrm.errors import ProgramBusy, ProgramMissing, XlcrmError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound=type)

PIPE: Final = "xlcrm"
"""The pipe that the xlcrm extension opens in a user's LibreOffice."""

_ANSWER_SECONDS: Final = 10.0  # a program that accepts the pipe but says nothing for so long is busy
_RETRY_SECONDS: Final = 0.25
_DROPPED_SECONDS: Final = 5.0  # a busy LibreOffice drops some of the connections that it has accepted
_REACH: Final = (
    "请先用 LibreOffice 打开工作簿，并装好 xlcrm 扩展"
    "（运行 xlcrm addin xlcrm.oxt 生成，双击安装后重启 LibreOffice）"
)
_REFUSED: Final = ("NoConnectException", "ConnectionSetupException")
_DROPPED: Final = "DisposedException"


def program_folders() -> list[Path]:
    """Folders that may hold LibreOffice's program files, the likeliest first."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    folders = [Path(found).resolve().parent] if found else []
    if sys.platform == "win32":
        roots = [os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)")]
        folders += [Path(root, "LibreOffice", "program") for root in roots if root]
    elif sys.platform == "darwin":
        folders += [Path("/Applications/LibreOffice.app/Contents", part) for part in ("MacOS", "Resources")]
    else:
        folders += [Path("/usr/lib/libreoffice/program"), Path("/usr/lib64/libreoffice/program")]
        folders += sorted(Path("/opt").glob("libreoffice*/program"), reverse=True)
    return [folder for folder in folders if folder.is_dir()]


def program() -> Path | None:
    """The program that opens workbooks, or None where LibreOffice is not installed."""
    name = "soffice.exe" if sys.platform == "win32" else "soffice"
    return next((folder / name for folder in program_folders() if (folder / name).is_file()), None)


@functools.cache
def uno() -> ModuleType:
    """LibreOffice's Python bridge, loaded into this interpreter.

    Only this one module is taken from outside: the system's other packages stay out of reach.

    Raises:
        ProgramMissing: LibreOffice or its Python part is missing, or built for another Python.
    """
    if "uno" in sys.modules:
        return sys.modules["uno"]
    source = next((place / "uno.py" for place in _places() if (place / "uno.py").is_file()), None)
    if source is None:
        raise ProgramMissing(
            "没有找到 LibreOffice 的 Python 组件，请安装 LibreOffice（Linux 上还要安装 python3-uno）"
        )
    path, importing = list(sys.path), builtins.__import__
    sys.path += [str(folder) for folder in program_folders()]  # where uno.py looks for its binary half
    spec = importlib.util.spec_from_file_location("uno", source)
    if spec is None or spec.loader is None:  # pragma: no cover  # a .py file always has a loader
        raise ProgramMissing(f"LibreOffice 的 Python 组件“{source}”不能读取，请重新安装 LibreOffice")
    module = importlib.util.module_from_spec(spec)
    sys.modules["uno"] = module
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        del sys.modules["uno"]
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise ProgramMissing(
            f"LibreOffice 的 Python 组件不能装入本机的 Python {version}，"
            "请改用与 LibreOffice 相配的 Python 版本运行 xlcrm"
        ) from error
    finally:
        sys.path[:] = path
        builtins.__import__ = importing  # uno.py puts its own in place, for a syntax that we do not use
    return module


def _places() -> list[Path]:
    """Where `uno.py` may be: LibreOffice's own folder, or where Linux distributions put it."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    roots = (Path("/usr/lib64"), Path("/usr/lib"), Path("/usr/local/lib"))
    shared = [Path("/usr/lib/python3/dist-packages"), *(root / version / "site-packages" for root in roots)]
    return [*program_folders(), *shared]


def calc_available() -> str:
    """Empty when LibreOffice can be started and reached from this Python, else why not, in Chinese."""
    if program() is None:
        return "没有找到 LibreOffice，请先安装"
    try:
        uno()
    except ProgramMissing as error:
        return error.message
    return ""


def connect(pipe: str, *, deadline: float = 0.0, alive: Callable[[], bool] = lambda: True) -> Any:
    """The component context of the LibreOffice that listens on a pipe.

    Args:
        pipe: the pipe's name.
        deadline: how long to go on trying while nothing listens, in seconds; 0 tries once.
        alive: asked between tries; False ends them.

    Raises:
        ProgramMissing: nothing listens.
        ProgramBusy: it listens, but does not answer.
    """
    context = uno().getComponentContext()
    manager = context.ServiceManager
    resolver = manager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    address = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
    began = time.monotonic()
    while True:
        try:
            return _in_time(lambda: resolver.resolve(address))
        except Exception as error:
            if not _is_gone(error):
                raise
            patience = max(deadline, _DROPPED_SECONDS) if _name(error) == _DROPPED else deadline
            if time.monotonic() - began >= patience or not alive():
                raise ProgramMissing(f"没有连上 LibreOffice（管道“{pipe}”没有应答），{_REACH}") from error
        time.sleep(_RETRY_SECONDS)


def _in_time(call: Callable[[], Any]) -> Any:
    """Run a call that may hang in another program, and give up on it after a while."""
    box: list[Any] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            box.append(call())
        except BaseException as error:  # noqa: BLE001  # handed over to the caller's thread
            faults.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(_ANSWER_SECONDS)
    if faults:
        raise faults[0]
    if not box:
        raise ProgramBusy("LibreOffice 现在没有应答，可能正开着对话框，请处理完再试")
    return box[0]


def _name(error: Exception) -> str:
    """UNO's exception classes exist only once `uno` is loaded, so they are told by their names."""
    return type(error).__name__.rsplit(".", 1)[-1]


def _is_gone(error: Exception) -> bool:
    return _name(error) in {*_REFUSED, _DROPPED}


def translated(call: Callable[P, T]) -> Callable[P, T]:
    """Let a call into LibreOffice fail with one sentence when the program has gone."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except Exception as error:
            if _is_gone(error):
                raise ProgramMissing(f"LibreOffice 已经关闭，{_REACH}") from error
            if args and not isinstance(error, XlcrmError) and _is_closed(args[0]):
                raise ProgramMissing("这个工作簿已经在 LibreOffice 里关闭，请重新打开后再试") from error
            raise

    return wrapper


def _is_closed(owner: Any) -> bool:
    """Whether the workbook behind one of our objects is closed: calls then fail in many ways."""
    document = getattr(owner, "document", None)
    if document is None:
        return False
    try:
        return document.URL is None
    except Exception:  # noqa: BLE001  # whatever it says, it says that nobody is there
        return True


def guarded(cls: C) -> C:
    """Class decorator: `translated` for every method and property that talks to LibreOffice."""
    for name, member in list(vars(cls).items()):
        if inspect.isfunction(member) and not name.startswith("__init"):
            setattr(cls, name, translated(member))
        elif isinstance(member, property):
            setter = translated(member.fset) if member.fset else None
            setattr(cls, name, property(translated(cast("Any", member.fget)), setter, None, member.__doc__))
    return cls


def properties(**values: Any) -> tuple[Any, ...]:
    """UNO's way to pass named options."""
    made = []
    for name, value in values.items():
        item = uno().createUnoStruct("com.sun.star.beans.PropertyValue")
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)
