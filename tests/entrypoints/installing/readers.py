"""Other readers of what xlcrm writes for schedulers: when it starts, and what.

A week is a set of (weekday with Monday 0, hour, minute). Each reader follows the scheduler's own manual and
shares nothing with the writer.
"""

from __future__ import annotations

import plistlib
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from defusedxml import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Week: TypeAlias = set[tuple[int, int, int]]
NAMESPACE: Final = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
XML_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def week_of_xml(file: bytes) -> Week:
    """Starts of a task of Windows: calendar triggers by day or week, with repetition."""
    week: Week = set()
    for trigger in ElementTree.fromstring(file).iter(f"{NAMESPACE}CalendarTrigger"):
        hour, minute = map(int, texts(trigger)["StartBoundary"].split("T")[1].split(":")[:2])
        days = [XML_DAYS.index(day.tag.removeprefix(NAMESPACE)) for day in children(trigger, "DaysOfWeek")]
        assert days or texts(trigger)["DaysInterval"] == "1"
        repeated = re.fullmatch(r"PT(\d+)M", texts(trigger).get("Interval", ""))
        assert not repeated or texts(trigger)["Duration"] == "P1D"
        step = int(repeated[1]) if repeated else 24 * 60
        for after in range(0, 24 * 60, step):
            at = hour * 60 + minute + after
            week |= {(day, at // 60 % 24, at % 60) for day in days or range(7)}
    return week


def texts(element: Any) -> dict[str, str]:
    """Tag -> text of everything below an element."""
    return {below.tag.removeprefix(NAMESPACE): below.text or "" for below in element.iter()}


def children(element: Any, name: str) -> list[Any]:
    """What stands right below the first element of a name."""
    found = element.find(f".//{NAMESPACE}{name}")
    return [] if found is None else list(found)


def words_of_windows(line: str) -> list[str]:
    """A command line as a program of Windows takes it apart: quotes, and backslashes before them."""
    words, word, quoted, at, begun = [], "", False, 0, False
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        at += slashes
        if slashes and line[at : at + 1] == '"':
            word, begun = word + "\\" * (slashes // 2), True
            if slashes % 2:
                word, at = word + '"', at + 1
            continue
        word, begun = word + "\\" * slashes, begun or bool(slashes)
        sign = line[at : at + 1]
        at += 1
        if sign == '"':
            quoted, begun = not quoted, True
        elif sign in {" ", "\t", ""} and not quoted:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + sign, True
    return [*words, word] if begun else words


def week_of_plist(file: bytes) -> Week:
    """Starts of an agent of launchd: a key that is missing means any; Sunday is 0 or 7."""
    week: Week = set()
    for moment in plistlib.loads(file)["StartCalendarInterval"]:
        assert set(moment) <= {"Hour", "Minute", "Weekday"}
        days = [(moment["Weekday"] - 1) % 7] if "Weekday" in moment else range(7)
        hours = [moment["Hour"]] if "Hour" in moment else range(24)
        week |= {(day, hour, moment["Minute"]) for day in days for hour in hours}
    return week


def week_of_timer(text: str) -> Week:
    """Starts of a timer of systemd."""
    week: Week = set()
    for line in text.splitlines():
        if line.startswith("OnCalendar="):
            found = re.fullmatch(r"(?:([\w,]+) )?\*-\*-\* (\*|\d\d):(\d\d)(?:/(\d+))?:00", line[11:])
            assert found, line
            days = [SHORT_DAYS.index(day) for day in found[1].split(",")] if found[1] else range(7)
            hours = range(24) if found[2] == "*" else [int(found[2])]
            minutes = range(int(found[3]), 60, int(found[4])) if found[4] else [int(found[3])]
            week |= {(day, hour, minute) for day in days for hour in hours for minute in minutes}
    return week


def words_of_unit(line: str) -> list[str]:
    """The words of ExecStart, each in double quotes; a specifier or a variable would be an error here."""
    words = []
    for quoted in re.findall(r'"((?:[^"\\]|\\.)*)"', line):
        word = re.sub(r"\\(.)", r"\1", quoted)
        assert not re.search(r"%(?!%)", word.replace("%%", "")), word
        assert "$" not in word.replace("$$", ""), word
        words.append(word.replace("%%", "%").replace("$$", "$"))
    assert re.fullmatch(r'(?:"(?:[^"\\]|\\.)*" ?)+', line), line
    return words


def week_of_cron(lines: Iterable[str]) -> Week:
    """Starts of lines of a crontab; those at the start of the machine have no time."""
    week: Week = set()
    for line in lines:
        if line.startswith(("#", "@")):
            continue
        minute, hour, day, month, weekday, _ = line.split(maxsplit=5)
        assert (day, month) == ("*", "*")
        week |= {
            ((on - 1) % 7, at, past)
            for on in _field(weekday, 7)
            for at in _field(hour, 24)
            for past in _field(minute, 60)
        }
    return week


def _field(text: str, size: int) -> Sequence[int]:
    if text.startswith("*/"):
        return range(0, size, int(text[2:]))
    return range(size) if text == "*" else [int(part) for part in text.split(",")]


def command_of_cron(line: str) -> str:
    """What cron gives to the shell: a backslash before % goes, a bare % ends the command."""
    rest = line.split(maxsplit=1)[1] if line.startswith("@") else line.split(maxsplit=5)[5]
    command, escaped = "", False
    for sign in rest:
        if escaped and sign == "%":
            command = command[:-1]
        elif sign == "%":
            return command
        command += sign
        escaped = sign == "\\" and not escaped
    return command
