"""Whether Excel on this machine lets macros run, and lets them start Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


WINDOWS: Final = "win32"
MACOS: Final = "darwin"
_POLICY: Final = r"Software\Policies\Microsoft\Office\16.0"
_OWN: Final = r"Software\Microsoft\Office\16.0"
_HIVES: Final = ("HKCU", "HKLM")
_OUTSIDE: Final = "可以不用宏：xlcrm shortcut 工作簿 会做一个双击即可运行的快捷方式。"
_SIGNED_ONLY, _NONE = 3, 4
"""VBAWarnings; 1 lets all run, 2 (as installed) asks."""


def macro_policy(platform: str, registry: Callable[[str, str, str], object]) -> Verdict | None:
    """The macro settings of Excel 2016 and newer: a policy of the organisation goes before the user's own."""
    if platform != WINDOWS:
        return None
    off = _policy(registry, r"Common", "VBAOff")
    warnings = _policy(registry, r"Excel\Security", "VBAWarnings")
    by_policy = warnings is not None
    if not by_policy:
        warnings = registry("HKCU", rf"{_OWN}\Excel\Security", "VBAWarnings")
    who = "单位的策略" if by_policy else "Excel 的设置"
    if off == 1:
        return Verdict(FAULT, "单位的策略关闭了 Office 的全部宏", f"请联系管理员；{_OUTSIDE}")
    if warnings == _NONE:
        return Verdict(FAULT, f"{who}禁用所有宏，并且不提示", _allow(by_policy=by_policy))
    if warnings == _SIGNED_ONLY:
        return Verdict(FAULT, f"{who}只允许有数字签名的宏，xlcrm 的宏没有签名", _allow(by_policy=by_policy))
    if _policy(registry, r"Excel\Security", "blockcontentexecutionfrominternet") == 1:
        return Verdict(
            NOTICE,
            "单位的策略禁止来自网络的文件运行宏",
            "请用本机的 xlcrm new 建立工作簿，不要用邮件或网盘传来的 .xlsm。",
        )
    asks = "不提示就运行" if warnings == 1 else "打开时询问，点“启用内容”即可"
    return Verdict(FINE, f"允许运行宏（{asks}）")


def _policy(registry: Callable[[str, str, str], object], key: str, name: str) -> object:
    values = (registry(hive, rf"{_POLICY}\{key}", name) for hive in _HIVES)
    return next((value for value in values if value is not None), None)


def _allow(*, by_policy: bool) -> str:
    if by_policy:
        return f"请联系管理员；{_OUTSIDE}"
    return f"请在 Excel 的“文件 > 选项 > 信任中心 > 宏设置”里选“禁用 VBA 宏，并发出通知”；{_OUTSIDE}"


def defender(platform: str) -> Verdict | None:
    """Whether Windows lets Excel start a program cannot be read without being an administrator."""
    if platform != WINDOWS:
        return None
    return Verdict(
        FINE,
        "“阻止 Office 创建子进程”的规则只有管理员能读，这里不能判断",
        f"如果点按钮后 Windows 弹出“操作被阻止”，或什么也没有发生，就是它在起作用；{_OUTSIDE}",
    )


def library(platform: str, folder: Path, xlwings: str, *, wide: bool) -> Verdict | None:
    """The library that worksheet functions load, beside the interpreter or one folder up.

    Args:
        platform: as `sys.platform`.
        folder: of the interpreter.
        xlwings: its version.
        wide: whether Python, and so probably Excel, has 64 bits.
    """
    if platform != WINDOWS:
        return None
    name = f"xlwings{64 if wide else 32}-{xlwings}.dll"
    if any((place / name).is_file() for place in (folder, folder.parent)):
        return Verdict(FINE, f"{name} 在 Python 旁边")
    return Verdict(
        NOTICE,
        f"没有找到 {name}，工作表函数（=XLCRM_…）不能用，按钮不受影响",
        "请运行 python -m pip install --force-reinstall xlwings。",
    )


def run_python(platform: str, home: Path, xlwings: str) -> Verdict | None:
    """On macOS a macro may start Python only through a script in a folder that the user filled."""
    if platform != MACOS:
        return None
    folder = home / "Library" / "Application Scripts" / "com.microsoft.Excel"
    install = "请运行 xlwings runpython install，再重新打开 Excel。"
    if (folder / f"xlwings-{xlwings}.applescript").is_file():
        return Verdict(
            FINE,
            "按钮可以启动 Python",
            "第一次点按钮时，系统会问是否允许 Excel 控制别的程序，请选“好”；"
            "错选了（错误 -1743）请到“系统设置 > 隐私与安全性 > 自动化”里打开。",
        )
    others = sorted(file.name for file in folder.glob("xlwings-*.applescript"))
    if others:
        return Verdict(FAULT, f"装的是别的版本（{'、'.join(others)}），xlwings 现为 {xlwings}", install)
    return Verdict(FAULT, "还没有允许 Excel 的按钮启动 Python", install)
