"""What the parent does so that the task's output is kept: from before the fork to its own end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable

from glider.supervision.recorder import Recorder
from glider.supervision.streams import Stream, close, divert, restore

#: For how long the end of an attempt is held up at most, where nobody waits for it.
_MOST_SECONDS = 10.0
#: What is left of the grace period when we let go.
_MARGIN_SECONDS = 0.5
_LOOK_SECONDS = 0.1
_MOVED, _NOT_MOVED = b"M", b"N"


class Recording:
    """Nothing is kept."""

    def release(self) -> None:
        """There is no child."""

    def follow(self) -> None:
        """In the child."""

    def start(self) -> None:
        """In the parent."""

    def hurry(self) -> None:
        """SIGTERM has come."""

    def finish(self, last_moment: Callable[[], float | None]) -> None:
        """In the parent, when all is reported. `last_moment`: when SIGKILL comes, by the monotonic clock, as far as that is known."""


class _Kept(Recording):
    """All is kept."""

    def __init__(self, recorder: Recorder, streams: tuple[Stream, ...]) -> None:
        self._recorder = recorder
        self._streams = streams
        self._answer_reader, self._answer_writer = os.pipe()

    def release(self) -> None:
        restore(self._streams)
        close(self._streams)

    def follow(self) -> None:
        """Takes its own files back unless there is somebody who moves what it writes."""
        os.close(self._answer_writer)
        if os.read(self._answer_reader, 1) == _MOVED:
            self._recorder.follow()
        else:
            restore(self._streams)
        os.close(self._answer_reader)
        close(self._streams)

    def start(self) -> None:
        from glider.supervision.pump import Pump

        os.close(self._answer_reader)
        self._moves = False
        with contextlib.suppress(OSError):  # no descriptor left
            self._pump = Pump(self._streams, self._recorder)
            self._moves = self._pump.start()
        with contextlib.suppress(BrokenPipeError):  # the child is gone already, which is to be reported
            os.write(self._answer_writer, _MOVED if self._moves else _NOT_MOVED)
        os.close(self._answer_writer)
        if not self._moves:
            restore(self._streams)
            _show("glider: the log isn't kept in the store, since there can be no thread for it\n")

    def hurry(self) -> None:
        if self._moves:
            self._recorder.hurry()

    def finish(self, last_moment: Callable[[], float | None]) -> None:
        if not self._moves:
            return
        end = time.monotonic() + _MOST_SECONDS
        left = _until(end, last_moment)
        self._pump.finish(left)
        try:
            self._recorder.finish(seconds=_until(end, last_moment))
            while (left := _until(end, last_moment)) > 0 and not self._recorder.is_finished(within=min(_LOOK_SECONDS, left)):
                pass
        except Exception as problem:  # no thread left, for one
            _show(f"glider: the end of the log isn't kept in the store: {type(problem).__name__}: {problem}\n")
        if self._pump.has_writers and os.getpid() != 1:
            self._leave_behind()

    def _leave_behind(self) -> None:
        """Processes of the task may outlive it, where it isn't the container's first: they would lose the files that they write to."""
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                with contextlib.suppress(BaseException):
                    self._pump.go_on()
                os._exit(0)


def record(recorder: Recorder | None) -> Recording:
    """Before the fork: has what the process writes kept by `recorder` from now on, where there is one and that can be done."""
    if recorder is None:
        return Recording()
    streams: tuple[Stream, ...] = ()
    try:
        streams = divert()
        return _Kept(recorder, streams)
    except OSError as problem:
        restore(streams)
        close(streams)
        _show(f"glider: the log isn't kept in the store: {problem}\n")
        return Recording()


def _until(end: float, last_moment: Callable[[], float | None]) -> float:
    """Seconds that are left for the log."""
    killed = last_moment()
    return max(0.0, (end if killed is None else min(end, killed - _MARGIN_SECONDS)) - time.monotonic())


def _show(line: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(line)
        sys.stderr.flush()
