"""Takes what passes from the task to the container's log, and stores it: soon after the beginning, then every interval, and at the end.

The first part comes after a few seconds, since a container that is killed as a whole, parent and all, often is killed early. Nothing
heavy is imported before something has to be stored. Problems of the store are one line on standard error, and never the task's:
what couldn't be stored waits, within the memory that there is for it, and is tried again.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from glider.archive.buffer import Batch, Buffer
from glider.archive.handover import ASK, FAILED, STORED, Handover
from glider.wire.contract import DEFAULT_LOGS_INTERVAL, DEFAULT_LOGS_MOST_BYTES, ENV_LOGS, ENV_LOGS_INTERVAL, ENV_LOGS_MOST_BYTES

if TYPE_CHECKING:
    from glider.archive.parts import Parts

_FIRST_SECONDS = 5.0
_PAUSE_SECONDS = 0.5
_MOST_HELD_SECONDS = 10.0
_STDERR = 2
_MOST_CHARACTERS = 1000


def keeper_of(environment: Mapping[str, str]) -> Keeper | None:
    """The keeper that the environment asks for; None where the log isn't to be kept. A number that makes no sense counts as the default."""
    if not (folder := environment.get(ENV_LOGS)):
        return None
    most = _positive(environment.get(ENV_LOGS_MOST_BYTES), DEFAULT_LOGS_MOST_BYTES)
    return Keeper(folder, most_bytes=int(most), interval=_positive(environment.get(ENV_LOGS_INTERVAL), DEFAULT_LOGS_INTERVAL))


class Keeper:
    """Keeps one attempt's log in `folder` (a URI), at most `most_bytes` of it. A `Recorder` of `supervision`."""

    def __init__(self, folder: str, *, most_bytes: int = DEFAULT_LOGS_MOST_BYTES, interval: float = DEFAULT_LOGS_INTERVAL) -> None:
        self._folder = folder
        self._interval = interval
        self._buffer = Buffer(most_bytes)
        self._handover = Handover(folder)
        self._lock = threading.Lock()
        self._wake, self._ending, self._done = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._parts: Parts | None = None
        self._given: Batch | None = None
        self._room = threading.Event()
        self._until = self._held = 0.0
        self._all = self._reported = False
        self._refused = ""

    @property
    def questions(self) -> int:
        """Where the child asks."""
        return self._handover.questions

    def follow(self) -> None:
        """In the child."""
        self._handover.follow()

    def take(self, stream: str, data: bytes) -> None:
        """Keeps a piece. A task that writes faster than all is stored waits for that, at most a few seconds in all."""
        if self._buffer.is_full and self._held < _MOST_HELD_SECONDS and not self._reported:
            self._hold()
        with self._lock:
            self._buffer.add(time.time_ns(), stream, data)
            urgent = self._buffer.is_urgent
        if self._thread is None:
            self._start()
        if urgent:
            self._wake.set()

    def asked(self) -> None:
        """Answers the child."""
        for line in self._handover.lines():
            word, _, text = line.partition(b" ")
            if word == ASK:
                self._hand_over()
            elif word == STORED:
                self._taken_back(stored=True)
            elif word == FAILED:
                self._taken_back(stored=False)
                self._refused = text.decode(errors="replace") or "?"

    def hurry(self) -> None:
        """Stores what there is, and holds nobody any more: the task has its grace period for better things."""
        self._all = True
        self._held = _MOST_HELD_SECONDS
        self._room.set()
        self._wake.set()

    def finish(self, *, seconds: float) -> None:
        """Begins to store the rest."""
        with self._lock:
            self._buffer.end(time.time_ns())
            self._given = None
            rest = self._buffer.has_rest
        self._until = time.monotonic() + seconds
        self._ending.set()
        self._wake.set()
        if self._refused:
            self._done.set()
            self._report(f"the log couldn't be stored: {self._refused}")
        elif rest and self._thread is None:
            self._start()

    def is_finished(self, *, within: float) -> bool:
        """Whether the rest is stored, or can't be."""
        return self._thread is None or self._done.wait(within)

    def _hold(self) -> None:
        self._room.clear()
        since = time.monotonic()
        if self._buffer.is_full and self._held < _MOST_HELD_SECONDS:
            self._room.wait(_MOST_HELD_SECONDS - self._held)
        self._held += time.monotonic() - since

    def _hand_over(self) -> None:
        """To the child, where the log is short and this process has no client yet."""
        with self._lock:
            batch = self._buffer.open_batch() if self._buffer.is_short and self._parts is None else None
            self._given = batch
        if batch is not None:
            from glider.archive.parts import content

            if self._handover.give(batch.number, content(batch)):
                return
            self._taken_back(stored=False)
        self._handover.keep()

    def _taken_back(self, *, stored: bool) -> None:
        with self._lock:
            batch, self._given = self._given, None
            if stored and batch is not None:
                self._buffer.stored(batch)

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="glider-archive", daemon=True)
        thread.start()
        self._thread = thread

    def _run(self) -> None:
        """The thread that stores."""
        try:
            self._store_until_the_end()
            self._finish()
        except Exception as problem:
            self._report(f"the log isn't kept any more: {type(problem).__name__}: {problem}")
        self._room.set()
        self._done.set()

    def _store_until_the_end(self) -> None:
        pause = min(_FIRST_SECONDS, self._interval)
        while not self._ending.is_set():
            everything = not self._wake.wait(pause) or self._all
            self._wake.clear()
            if self._ending.is_set() or not self._may_store():
                continue
            pause = min(2 * pause, self._interval) if everything else pause
            if (problem := self._store(everything=everything)) is not None:
                self._report(f"the log couldn't be stored, which is tried again: {problem}")
                self._room.set()
                self._ending.wait(pause)

    def _may_store(self) -> bool:
        """Whether this thread is to store, and not the child. Makes the client."""
        with self._lock:
            if self._given is not None:
                return False
            if self._parts is None:
                from glider.archive.parts import Parts

                gc.enable()  # switched off for the imports of the task, in this process too
                self._parts = Parts(self._folder)
            return True

    def _finish(self) -> None:
        """Stores the rest, again and again while there is time."""
        while self._buffer.has_rest and self._may_store():
            problem = self._store(everything=True)
            if problem is None:
                return
            left = self._until - time.monotonic() - _PAUSE_SECONDS
            if left <= 0 or getattr(problem, "lasting", True):
                self._report(f"the end of the log couldn't be stored: {problem}", again=True)
                return
            time.sleep(_PAUSE_SECONDS)

    def _store(self, *, everything: bool) -> Exception | None:
        """Stores the parts that get no more, and where that is asked for what the last one has until now; what was in the way."""
        open_too = everything
        while True:
            with self._lock:
                batch = self._buffer.waiting_batch()
                if batch is None and open_too:
                    batch, open_too = self._buffer.open_batch(), False
            if batch is None:
                return None
            if (problem := self._store_batch(batch)) is not None:
                return problem

    def _store_batch(self, batch: Batch) -> Exception | None:
        parts = self._parts
        assert parts is not None
        try:
            parts.write(batch)
        except Exception as problem:
            with self._lock:
                self._buffer.failed(batch)
            return problem
        with self._lock:
            change = self._buffer.stored(batch)
        self._room.set()
        try:
            if change is not None:
                parts.apply(change)
        except Exception as problem:
            return problem
        return None

    def _report(self, message: str, *, again: bool = False) -> None:
        """One line on standard error."""
        if self._reported and not again:
            return
        self._reported = True
        self._room.set()  # before this waits for the pipe: whoever reads it may wait for room
        line = " ".join(f"glider: {message}".split())[:_MOST_CHARACTERS]
        with contextlib.suppress(OSError):
            os.write(_STDERR, f"{line}\n".encode(errors="replace"))


def _positive(text: str | None, default: float) -> float:
    try:
        number = float(text or default)
    except ValueError:
        return default
    return number if 0 < number < float("inf") else default
