"""Moves what the task writes to the container's log, and gives a copy to whoever keeps it.

A thread of the parent reads what there is, up to 64 KiB at once, and writes it on as it is: no code runs for a single line. While
a task writes much, the thread rests for a moment between two reads, so that more comes at once; that is what keeps it cheap. Where
the container's log takes nothing, nothing is read, and the task waits as it would without the thread.

Whatever goes wrong with the copy, the task's output moves on.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Sequence

from glider.supervision.pace import Pace
from glider.supervision.recorder import Recorder
from glider.supervision.streams import Stream, restore

_READ_BYTES = 1 << 16
_MOST_READS = 4
#: What a pipe holds unless it is asked to hold more, and what ours hold in a flood. More for all would be at others' expense: what the
#: pipes of one user hold together is limited.
_USUAL_CAPACITY, _FLOOD_CAPACITY = 1 << 16, 1 << 18
#: What any pipe or terminal holds at most: what was in it when the task ended isn't more.
_CAPACITY = 1 << 20
#: For how long a terminal's last bytes may be on their way, in milliseconds.
_TERMINAL_MILLISECONDS = 20


class Pump:
    """Moves the data of `streams` in a thread of its own, until `finish`."""

    def __init__(self, streams: Sequence[Stream], recorder: Recorder) -> None:
        self._open = {stream.reader: stream for stream in streams}
        self._streams = streams
        self._recorder: Recorder | None = recorder
        self._wake_reader, self._wake_writer = os.pipe()
        self._poller = select.poll()
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
        for descriptor in (*self._open, self._wake_reader, recorder.questions):
            self._poller.register(descriptor, select.POLLIN)
        self._writable = {stream.target for stream in streams}
        self._ending = False
        self._done = threading.Event()

    def start(self) -> bool:
        """Whether there is a thread now."""
        try:
            threading.Thread(target=self._run, name="glider-log", daemon=True).start()
        except RuntimeError:  # no thread left
            return False
        return True

    def finish(self, seconds: float) -> None:
        """Gives this process its own files back, and moves what the task has left, for so many seconds at most."""
        restore(self._streams)
        self._ending = True
        os.write(self._wake_writer, b"E")
        self._done.wait(seconds)

    def go_on(self) -> None:
        """For processes that outlive the task and write on: moves what they write until all have ended. Keeps nothing."""
        self._recorder = None
        poller = self._poller = select.poll()
        for descriptor in self._open:
            poller.register(descriptor, select.POLLIN)
        while self._open:
            for descriptor, _ in poller.poll():
                self._move(self._open[descriptor])

    @property
    def has_writers(self) -> bool:
        """Whether somebody may still write."""
        return bool(self._open)

    def _run(self) -> None:
        pace = Pace(_USUAL_CAPACITY)
        while not self._ending:
            ready = self._poller.poll()
            moved = sum(self._handle(descriptor) for descriptor, _ in ready)
            pace.moved(moved, streams=len(ready), now=time.monotonic())
            if pace.is_flood and pace.capacity == _USUAL_CAPACITY:
                pace.capacity = self._widened()
            if pace.rest:
                time.sleep(pace.rest)
        self._drain()
        self._done.set()

    def _handle(self, descriptor: int) -> int:
        if descriptor in self._open:
            return self._move(self._open[descriptor])
        if descriptor == self._wake_reader:
            os.read(descriptor, 1)
        else:
            self._drain()
            self._answer()
        return 0

    def _drain(self) -> None:
        """All that was written until now. Who goes on to write isn't waited for."""
        left = dict.fromkeys(self._open, _CAPACITY)
        wait = _TERMINAL_MILLISECONDS if any(stream.terminal for stream in self._open.values()) and self._ending else 0
        poller = select.poll()  # without what wakes this thread, for which it needn't wait
        for descriptor in self._open:
            poller.register(descriptor, select.POLLIN)
        while ready := [found for found, _ in poller.poll(wait) if left[found] > 0]:
            for descriptor in ready:
                left[descriptor] -= self._move(self._open[descriptor])
                if descriptor not in self._open:
                    poller.unregister(descriptor)

    def _move(self, stream: Stream) -> int:
        """What there is of one stream; the number of bytes."""
        moved = 0
        for _ in range(_MOST_READS):
            try:
                data = os.read(stream.reader, _READ_BYTES)
            except BlockingIOError:
                break
            except OSError:  # a terminal that nobody holds any more
                data = b""
            if not data:
                self._poller.unregister(stream.reader)
                del self._open[stream.reader]
                break
            moved += len(data)
            self._take(stream.name, data)
            if stream.target in self._writable:
                self._write(stream.target, data)
            if len(data) < _READ_BYTES:
                break
        return moved

    def _widened(self) -> int:
        """Has the pipes hold more; how much they hold now."""
        import fcntl

        try:
            for stream in self._open.values():
                if not stream.terminal:
                    fcntl.fcntl(stream.reader, fcntl.F_SETPIPE_SZ, _FLOOD_CAPACITY)
        except OSError:  # this user's pipes hold as much as they may
            return _USUAL_CAPACITY + 1
        return _FLOOD_CAPACITY

    def _write(self, target: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(target, view) :]
            except BlockingIOError:
                select.select([], [target], [])
            except BrokenPipeError:  # nobody reads the container's log any more
                self._writable.discard(target)
                return
            except OSError:  # a full disk; there may be room again
                return

    def _take(self, stream: str, data: bytes) -> None:
        if self._recorder is not None:
            try:
                self._recorder.take(stream, data)
            except Exception as problem:
                self._give_up(problem)

    def _answer(self) -> None:
        if self._recorder is not None:
            try:
                self._recorder.asked()
            except Exception as problem:
                self._give_up(problem)

    def _give_up(self, problem: Exception) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._poller.unregister(recorder.questions)
        line = f"glider: the log isn't kept any more: {type(problem).__name__}: {problem}\n".encode(errors="replace")
        for stream in self._streams[-1:]:
            self._write(stream.target, line)
