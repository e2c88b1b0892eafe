"""Lines -> batches: several at once, so that a flood of them costs the browser little, and none waits for long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glider_client.following.logs import Cursor, read_line
from glider_client.following.records import for_people
from glider_console.logs.lines import RawLine

#: A batch is sent once it has so many bytes, or after so many seconds.
FULL, LATE = 262_144, 0.2
_STDERR = "stderr"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """A line, with the time that the kubelet has noted.

    Attributes:
        size: how many bytes there are in all, of one that is cut; else None.
        stream: stdout or stderr; empty where the source doesn't have it.
    """

    time: str
    text: str
    size: int | None = None
    stream: str = ""

    def document(self) -> list[Any]:
        """As it is sent: the time comes with every line, so a short form. Most lines are of stdout, which is left out."""
        if self.stream == _STDERR:
            return [self.time, self.text, self.size, self.stream]
        return [self.time, self.text] if self.size is None else [self.time, self.text, self.size]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Lines that are sent together. `cursor`: how far the log has been read with them."""

    lines: tuple[LogLine, ...]
    cursor: Cursor


class Batcher:
    """Collects lines from `cursor` on. Times are seconds of any clock."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._lines: list[LogLine] = []
        self._bytes = 0
        self._due: float | None = None

    def add(self, line: RawLine, *, now: float, stream: str = "") -> None:
        """A line of `stream`, where that is known; one that was read before is left out."""
        self._cursor, text = read_line(self._cursor, line.content)
        if text is None:
            return
        prefix = f"{self._cursor.time} ".encode()
        size = line.size - (len(prefix) if line.content.startswith(prefix) else 0) if line.cut else None
        self._lines.extend(LogLine(time=self._cursor.time, text=one, size=size, stream=stream) for one in for_people(text))
        self._bytes += len(line.content)
        self._due = now + LATE if self._due is None else self._due

    def wait(self, *, now: float) -> float | None:
        """In how many seconds the batch is to be sent; None while there is nothing to send."""
        if self._due is None:
            return None
        return 0.0 if self._bytes >= FULL else max(0.0, self._due - now)

    def take(self) -> Batch | None:
        """What was collected; None where that is nothing."""
        if not self._lines:
            return None
        batch = Batch(lines=tuple(self._lines), cursor=self._cursor)
        self._lines, self._bytes, self._due = [], 0, None
        return batch
