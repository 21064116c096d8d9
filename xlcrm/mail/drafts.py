"""Letters that a person looks over and sends: a draft in Outlook, or an .eml file that mail programs open."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import MailError
from xlcrm.mail.address import is_address
from xlcrm.mail.faults import wrong_address
from xlcrm.mail.letter import compose, one_line

if TYPE_CHECKING:
    import datetime as dt

    from xlcrm.mail.letter import Letter, Person

_NOT_IN_NAMES: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_LONGEST: Final = 40  # letters of a part of a file name; Windows counts the whole path
_ANY: Final = 1_000
_OURS: Final = ("Message-ID", "Date", "Auto-Submitted", "X-Auto-Response-Suppress")
"""Headers that say that a program sends now; whoever sends the draft gives it their own."""
_MAIL_ITEM: Final = 0  # OlItemType.olMailItem
_BY_VALUE: Final = 1  # OlAttachmentType.olByValue
_CONTENT_ID: Final = "http://schemas.microsoft.com/mapi/proptag/0x3712001F"
"""PR_ATTACH_CONTENT_ID: what `cid:` in the page means."""
_HIDDEN: Final = "http://schemas.microsoft.com/mapi/proptag/0x7FFE000B"
"""PR_ATTACHMENT_HIDDEN: pictures of the page are no attachments to the eye."""


def write_eml(letter: Letter, sender: Person, at: dt.datetime, folder: Path) -> Path:
    """Write a letter as a draft that Outlook, Foxmail, Thunderbird and Apple Mail open to be sent.

    Args:
        letter: what to say, to whom.
        sender: who writes.
        at: when, with a zone; its day is in the file's name.
        folder: where; it must exist. A draft of the same letter is replaced, in one step.

    Returns:
        The file.

    Raises:
        MailError: the system said no.
        UsageError: an address is not one plain address.
    """
    message = compose(letter, sender, at)
    for name in _OURS:
        del message[name]
    message["X-Unsent"] = "1"  # Outlook opens it as a draft
    target = folder / eml_name(letter, at)
    temporary = folder / f".~xlcrm-{secrets.token_hex(8)}"
    try:
        with temporary.open("xb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise MailError(
            f"不能在“{folder}”里写邮件草稿，请检查文件夹是否存在、有没有写入权限和空间"
            f"（系统报告 {error.strerror or error.errno}）"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # a scanner may hold it
            temporary.unlink(missing_ok=True)
    return target


def eml_name(letter: Letter, at: dt.datetime) -> str:
    """A file name that every system takes: 邮件草稿-2026-11-22-个人清单-王芳-3f2a9c.eml."""
    digest = hashlib.sha256(letter.key.encode("utf-8", "replace")).hexdigest()[:6]
    parts = ("邮件草稿", f"{at:%Y-%m-%d}", letter.kind, letter.to.name or letter.to.email, digest)
    return "-".join(filter(None, map(_safe, parts))) + ".eml"


def _safe(text: str, room: int = _LONGEST) -> str:
    return _NOT_IN_NAMES.sub("_", one_line(text)).strip(" .")[:room].strip(" .")


def open_eml(path: Path) -> bool:
    """Open a draft in the program that the system has for such files; False where it has none."""
    try:
        if sys.platform == "win32":
            os.startfile(path)  # noqa: S606 - that is the question
        else:
            opener = "open" if sys.platform == "darwin" else "xdg-open"
            command = [opener, str(path.resolve())]
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own words
    except OSError:
        return False
    return True


def find_outlook(platform: str = sys.platform) -> Any | None:
    """Outlook's own application object; None where there is none that takes orders from programs.

    The new Outlook for Windows takes none.
    """
    if platform != "win32":
        return None
    try:
        # Comes with xlwings, on Windows only, as do its types.
        from win32com.client import Dispatch  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

        return Dispatch("Outlook.Application")
    except Exception:  # noqa: BLE001 - COM raises what the other program likes
        return None


def draft_in_outlook(letter: Letter, outlook: Any, *, show: bool = True) -> None:
    """Put a letter into Outlook's drafts; it is never sent from here.

    Args:
        letter: what to say, to whom.
        outlook: as of `find_outlook`.
        show: open it in a window.

    Raises:
        MailError: Outlook refused, or the address is not one address: Outlook takes several after semicolons.
    """
    if not is_address(letter.to.email):
        raise MailError(wrong_address(letter.to.email).detail)
    try:
        item = outlook.CreateItem(_MAIL_ITEM)
        item.To = letter.to.email
        item.Subject = one_line(letter.subject)
        item.HTMLBody = letter.html
        with tempfile.TemporaryDirectory(prefix="xlcrm-") as folder:
            _attach(item.Attachments, letter, Path(folder))
            item.Save()  # by now it has copied the files
        if show:
            item.Display(False)  # noqa: FBT003 - COM takes arguments by their place
    except Exception as error:
        raise MailError(
            "不能在 Outlook 里建立草稿，请确认 Outlook 已打开并登录；也可以改用邮件草稿文件（.eml）"
            f"（{type(error).__name__}）"
        ) from error


def _attach(attachments: Any, letter: Letter, folder: Path) -> None:
    for order, picture in enumerate(letter.pictures):
        file = folder / f"{order}.png"
        file.write_bytes(picture.png)
        properties = attachments.Add(str(file), _BY_VALUE, 0).PropertyAccessor
        properties.SetProperty(_CONTENT_ID, picture.cid_name)
        properties.SetProperty(_HIDDEN, True)  # noqa: FBT003 - COM takes arguments by their place
    for order, attachment in enumerate(letter.attachments):
        inside = folder / f"file{order}"  # two may have one name
        inside.mkdir()
        name = Path(_safe(attachment.name, _ANY) or "附件")
        file = inside / f"{name.stem[:100]}{name.suffix[:10]}"
        file.write_bytes(attachment.content)
        attachments.Add(str(file), _BY_VALUE)
