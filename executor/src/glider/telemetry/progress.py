"""How far large transfers are: a line that changes on a terminal, now and then a line of log elsewhere.

All transfers of one direction are shown together, since a folder of small files goes through many at once. Quick ones are
never shown. There is no thread: whoever moves data calls back now and then, and that is when a line is due or not.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from glider.storage.traffic import Direction, Traffic, Transfer
from glider.telemetry.logs import PROGRESS_LOGGER

#: Seconds: transfers that end sooner are not shown; and how long it is quiet between two lines.
_QUIET_AT_FIRST, _BETWEEN_LINES = 5.0, 10.0
_QUIET_ON_TERMINAL, _BETWEEN_DRAWINGS = 0.5, 0.1
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def show_progress(traffic: Traffic) -> None:
    """Shows what `traffic` moves, on stderr."""
    show = Terminal(sys.stderr) if sys.stderr is not None and sys.stderr.isatty() else Lines()
    if show.wanted():
        traffic.watcher = Progress(show).changed


class Lines:
    """Lines of log, at INFO, by the logger `glider.progress`."""

    quiet, between = _QUIET_AT_FIRST, _BETWEEN_LINES

    def wanted(self) -> bool:
        """Whether anybody would see them."""
        return PROGRESS_LOGGER.isEnabledFor(logging.INFO)

    def show(self, text: str) -> None:
        """One more."""
        PROGRESS_LOGGER.info(text)

    def finish(self, text: str) -> None:
        """The last one."""
        PROGRESS_LOGGER.info(text)


class Terminal:
    """One line that is written again and again."""

    quiet, between = _QUIET_ON_TERMINAL, _BETWEEN_DRAWINGS

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def wanted(self) -> bool:
        """Yes."""
        return True

    def show(self, text: str) -> None:
        """In place of the one before."""
        self._write(f"\r\x1b[K{text}")

    def finish(self, text: str) -> None:
        """Stays."""
        self._write(f"\r\x1b[K{text}\n")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone; that is no reason to stop
            self._stream.write(text)
            self._stream.flush()


class Progress:
    """Watches transfers.

    Args:
        show: where to.
        clock: seconds.
    """

    def __init__(self, show: Lines | Terminal, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._lock = threading.Lock()
        self._batches: dict[Direction, _Batch] = {}

    def changed(self, transfer: Transfer) -> None:
        """A transfer has begun, moved on, or ended. May be called from several threads; one that only moved on doesn't wait for
        another that is at it.
        """
        if not self._lock.acquire(blocking=transfer.ended or not transfer.done):
            return
        try:
            self._changed(transfer)
        finally:
            self._lock.release()

    def _changed(self, transfer: Transfer) -> None:
        now = self._clock()
        batch = self._batches.get(transfer.direction)
        if batch is None:
            batch = self._batches[transfer.direction] = _Batch(transfer, now=now)
        batch.add(transfer)
        if batch.is_finished():
            del self._batches[transfer.direction]
            if batch.shown:
                self._show.finish(batch.text(now))
        elif now >= (batch.last + self._show.between if batch.shown else batch.since + self._show.quiet):
            batch.shown, batch.last = True, now
            self._show.show(batch.text(now))


class _Batch:
    """Transfers of one direction that overlap."""

    def __init__(self, first: Transfer, *, now: float) -> None:
        self.since = self.last = now
        self.shown = False
        self._first = first
        self._under_way: set[Transfer] = set()
        self._bytes_finished = 0
        self._finished = 0

    def add(self, transfer: Transfer) -> None:
        self._under_way.add(transfer)
        if transfer.ended:
            self._under_way.remove(transfer)
            self._bytes_finished += transfer.done
            self._finished += 1

    def is_finished(self) -> bool:
        return not self._under_way

    def text(self, now: float) -> str:
        """`downloading s3://b/k: 1.2 GiB of 4.0 GiB (30 %), 85.0 MiB/s, 33 s left`."""
        done = self._bytes_finished + sum(transfer.done for transfer in self._under_way)
        seconds = max(now - self.since, 0.001)
        rate = done / seconds
        speed = f"{_size(rate)}/s"
        if self.is_finished():
            return f"{self._first.direction.value} {self._what()}: {_size(done)} in {seconds:.0f} s, {speed}"
        totals = [transfer.total for transfer in self._under_way]
        if len(self._under_way) + self._finished > 1 or totals[0] is None:
            return f"{self._first.direction.value} {self._what()}: {_size(done)}, {speed}"
        total = max(totals[0], done)
        left = f", {(total - done) / rate:.0f} s left" if rate else ""
        return f"{self._first.direction.value} {self._what()}: {_size(done)} of {_size(total)} ({done / max(total, 1):.0%}), {speed}{left}"

    def _what(self) -> str:
        count = len(self._under_way) + self._finished
        if count == 1:
            return self._first.uri
        return f"{count} files" if self.is_finished() else f"{self._finished} of at least {count} files"


def _size(count: float) -> str:
    for unit in _UNITS[:-1]:
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} {_UNITS[-1]}"
