"""What moves, while it moves: how much, for how long, and who watches it.

The bytes and the time go into the attempt's summary and metrics; whoever shows progress hangs itself in as `watcher`. An
engine that moves an object in parts reports each through its Transfer; one that can't reports at the end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum


class Direction(str, Enum):
    """Which way data goes, as a word for people."""

    IN = "downloading"
    OUT = "uploading"


class Transfer:
    """One object under way: `done` bytes of `total`, which is None until somebody knows it."""

    __slots__ = ("_lock", "_on_change", "direction", "done", "ended", "total", "uri")

    def __init__(self, *, uri: str, direction: Direction, total: int | None, on_change: Callable[[Transfer], None]) -> None:
        self.uri = uri
        self.direction = direction
        self.total = total
        self.done = 0
        self.ended = False
        self._on_change = on_change
        self._lock = threading.Lock()

    def advance(self, count: int) -> None:
        """`count` more bytes have moved. May be called from several threads."""
        with self._lock:
            self.done += count
        self._on_change(self)

    def restart(self) -> None:
        """What has moved was for nothing: it moves again."""
        if self.done:
            self.advance(-self.done)


class Traffic:
    """Everything that one Storage has moved so far. flytekit moves files from several threads."""

    def __init__(self) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self.watcher: Callable[[Transfer], None] | None = None
        self._under_way = {Direction.IN: 0, Direction.OUT: 0}
        self._seconds = {Direction.IN: 0.0, Direction.OUT: 0.0}
        self._since = 0.0
        self._lock = threading.Lock()

    def count(self, *, received: int = 0, sent: int = 0) -> None:
        """Adds what moved apart from any Transfer."""
        with self._lock:
            self.bytes_in += received
            self.bytes_out += sent

    @contextmanager
    def moving(self, direction: Direction, uri: str, *, total: int | None = None) -> Iterator[Transfer]:
        """Times what happens inside, and calls the watcher at its beginning, its parts and its end. What has moved by then is
        counted, also after an error.
        """
        transfer = Transfer(uri=uri, direction=direction, total=total, on_change=self._changed)
        self._shift(direction, +1)
        self._changed(transfer)
        try:
            yield transfer
        finally:
            self._shift(direction, -1)
            received, sent = (transfer.done, 0) if direction is Direction.IN else (0, transfer.done)
            self.count(received=received, sent=sent)
            transfer.ended = True
            self._changed(transfer)

    def seconds(self) -> tuple[float, float]:
        """How long something came in, and how long something went out. Both at once counts as coming in: so the two never overlap."""
        with self._lock:
            self._settle()
            return self._seconds[Direction.IN], self._seconds[Direction.OUT]

    def _changed(self, transfer: Transfer) -> None:
        if self.watcher is not None:
            self.watcher(transfer)

    def _shift(self, direction: Direction, count: int) -> None:
        with self._lock:
            self._settle()
            self._under_way[direction] += count

    def _settle(self) -> None:
        now = time.monotonic()
        direction = Direction.IN if self._under_way[Direction.IN] else Direction.OUT
        if self._under_way[direction]:
            self._seconds[direction] += now - self._since
        self._since = now
