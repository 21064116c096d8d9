"""Spreadsheet programs, LibreOffice and fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.doctor.base import FINE, NOTICE, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

EXCEL, WPS, LIBREOFFICE = "Excel", "WPS 表格", "LibreOffice"
_PROCESSES: Final[Mapping[str, str]] = {
    "excel.exe": EXCEL,
    "microsoft excel": EXCEL,
    "et.exe": WPS,
    "wps.exe": WPS,
    "et": WPS,
    "wps": WPS,
    "wpsoffice": WPS,
    "soffice.bin": LIBREOFFICE,
    "soffice.exe": LIBREOFFICE,
    "soffice": LIBREOFFICE,
}
_FONTS: Final[Mapping[str, tuple[str, ...]]] = {
    "win32": ("msyh", "微软雅黑", "microsoft yahei"),
    "darwin": ("pingfang", "hiragino sans gb", "microsoft yahei", "msyh"),
}
_FREE_FONTS: Final = (
    "noto sans cjk",
    "source han sans",
    "思源黑体",
    "wenquanyi",
    "microsoft yahei",
    "微软雅黑",
)


def running(processes: Iterable[str]) -> frozenset[str]:
    """Which spreadsheet programs are among the names of processes."""
    names = {process.strip().lower() for process in processes}
    return frozenset(_PROCESSES[name] for name in names if name in _PROCESSES)


def programs(found: frozenset[str]) -> Verdict:
    """What is running; WPS is told that it has no way in."""
    if not found:
        return Verdict(FINE, "没有正在运行的 Excel、WPS 或 LibreOffice")
    shown = "、".join(sorted(found))
    if WPS in found:
        return Verdict(
            NOTICE,
            f"正在运行：{shown}",
            "WPS 不能在打开的工作簿里刷新；请在 WPS 里保存并关闭工作簿，再运行 xlcrm refresh。",
        )
    return Verdict(FINE, f"正在运行：{shown}")


def office(version: str | None, why_not: str) -> Verdict:
    """LibreOffice, which nobody needs who has Excel.

    Args:
        version: such as `LibreOffice 7.4`, None where it is not installed.
        why_not: why it cannot be reached from this Python, empty where it can.
    """
    if version is None:
        return Verdict(FINE, "没有安装 LibreOffice（使用 Excel 或 WPS 的不需要）")
    if why_not:
        return Verdict(
            NOTICE,
            f"{version}；不能在打开的工作簿里刷新：{why_not}",
            "关闭的工作簿照常可以处理：xlcrm refresh。",
        )
    return Verdict(FINE, f"{version}，可以从 Python 连接")


def extension(found: frozenset[str], answers: Callable[[], str]) -> Verdict | None:
    """Whether the running LibreOffice listens, which the extension makes it do."""
    if LIBREOFFICE not in found:
        return None
    if answers():
        return Verdict(
            NOTICE,
            "正在运行的 LibreOffice 没有应答，工具栏的按钮和 --live 不能用",
            "请运行 xlcrm addin 客户管理.oxt，双击装上，再重新启动 LibreOffice；装过的请先关掉它的对话框。",
        )
    return Verdict(FINE, "正在运行的 LibreOffice 可以连接，按钮和 --live 都能用")


def fonts(platform: str, installed: Collection[str]) -> Verdict:
    """Whether a font with Chinese letters is there, by the names of fonts or of their files."""
    wanted = _FONTS.get(platform, _FREE_FONTS)
    found = next((name for name in installed if any(part in name.lower() for part in wanted)), None)
    if found is not None:
        return Verdict(FINE, f"有中文字体（{found}）")
    advice = {
        "win32": "请在“设置 > 个性化 > 字体”里安装“微软雅黑”。",
        "darwin": "请在“字体册”里恢复标准字体。",
    }.get(platform, "请安装 Noto Sans CJK，例如 apt install fonts-noto-cjk。")
    return Verdict(NOTICE, "没有找到常用的中文字体，表格里的中文可能显示成方框", advice)
