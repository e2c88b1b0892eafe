"""The lines of a container's log, each once, whatever happens to the connection.

The kubelet prefixes each line with its time. Who reads on after a break asks for everything since the last time (`sinceTime`, of
whole seconds), and leaves out what was read already: lines before the last time, and as many of that very time as were read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_ZONED = re.compile(r"(?P<seconds>.{19})(?P<fraction>(\.\d+)?)(?P<zone>[+-]\d\d:\d\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """How far a log has been read: the time of the last line, and how many lines of that time. `repeated` of them have come again."""

    time: str = ""
    count: int = 0
    repeated: int = 0

    @property
    def query(self) -> dict[str, str]:
        """What asks for the rest."""
        return {"sinceTime": f"{self.time[:19]}Z"} if self.time else {}

    def again(self) -> Cursor:
        """Where a new connection begins."""
        return Cursor(time=self.time, count=self.count)


def read_line(cursor: Cursor, line: bytes) -> tuple[Cursor, str | None]:
    """The cursor after `line`, and its text; None where it was read before."""
    stamp, found, text = line.decode(errors="replace").partition(" ")
    if not found or not _is_time(stamp):
        return cursor, line.decode(errors="replace")  # what the kubelet itself reports about the log
    stamp = _utc(stamp)
    last, this = _key(cursor.time), _key(stamp)
    if this < last:
        return cursor, None
    if this > last:
        return Cursor(time=stamp, count=1, repeated=1), text
    if cursor.repeated < cursor.count:
        return Cursor(time=cursor.time, count=cursor.count, repeated=cursor.repeated + 1), None
    return Cursor(time=cursor.time, count=cursor.count + 1, repeated=cursor.repeated + 1), text


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return len(text) > 19 and text[10] == "T"


def _utc(stamp: str) -> str:
    """A time in UTC: a node in another time zone writes its own."""
    found = _ZONED.fullmatch(stamp)
    if found is None:
        return stamp
    moment = datetime.fromisoformat(found["seconds"] + found["zone"]).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{found['fraction']}Z"


def _key(stamp: str) -> tuple[str, str]:
    """Orders times in UTC of different precision: the kubelet leaves out trailing zeros."""
    return stamp[:19], stamp[19:].strip(".Z").ljust(9, "0")
