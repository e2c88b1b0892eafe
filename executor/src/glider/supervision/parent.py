"""The parent: forks the process that runs the task, and stays behind to see how it ends.

A segfault, os._exit, an OOM kill, a C extension that never gives the GIL back: the process that this happens to can't report
it. The fork comes before anything but the interpreter itself is loaded, so it costs a millisecond, and the parent's memory is
mostly shared. What is needed to report an end is imported only if the child didn't report it.

All signals stay blocked in the parent, which takes them one by one from sigwaitinfo(): so none is lost between two lines, and
none is ignored because a container's first process has no handler for it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable

from glider.supervision.child import LAUNCHING, Ending, Line, Page, Pipe, report_to_parent, use_line
from glider.supervision.memory import oom_kills
from glider.supervision.recorder import Recorder
from glider.supervision.recording import Recording, record
from glider.wire.contract import DEFAULT_GRACE_PERIOD, ENV_GRACE_PERIOD

#: Left alone: what a fault in the parent itself raises, job control, which a terminal sends to both, and what can't be blocked.
_FAULTS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGTRAP", "SIGSYS", "SIGPIPE")
_JOB_CONTROL = ("SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT", "SIGWINCH", "SIGKILL", "SIGSTOP")
_NOT_OURS = frozenset(getattr(signal, name) for name in (*_FAULTS, *_JOB_CONTROL) if hasattr(signal, name))
_SENT_BY_A_PROCESS = 0  # si_code of kill() and the like is at most this (SI_USER); the kernel's own are positive
#: Of the grace period, what the parent keeps for itself to report the end.
_OWN_SHARE, _MOST_OWN_SECONDS = 1 / 3, 10.0

_lifeline: int | None = None
_supervisor: int | None = None


def supervise(report: Callable[[Ending], int], *, recorder: Recorder | None = None) -> None:
    """Forks. Returns in the child; the parent never comes back, and ends with the exit code that `report` returns.

    Where there can be no second process (a limit on processes; another system than Linux), the only one goes on alone.

    Args:
        report: reports the end of the child.
        recorder: keeps what the child and its children write, and what `report` writes.
    """
    global _lifeline, _supervisor
    if not hasattr(signal, "sigtimedwait"):
        return
    before = oom_kills()
    signals = signal.valid_signals() - _NOT_OURS
    inherited = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    recording = record(recorder)
    try:
        page, dump = Page(), Pipe()
        lifeline, held = os.pipe()
        child = os.fork()
    except OSError as problem:
        recording.release()
        signal.pthread_sigmask(signal.SIG_SETMASK, inherited)
        sys.stderr.write(f"glider: the task runs without a supervisor: {problem}\n")
        return
    if child == 0:
        recording.follow()
        signal.pthread_sigmask(signal.SIG_SETMASK, inherited)
        for descriptor in (held, dump.reader):
            os.close(descriptor)
        _lifeline, _supervisor = lifeline, os.getppid()
        use_line(Line(page))
        faulthandler.enable(dump.writer)
        return
    for descriptor in (lifeline, dump.writer):
        os.close(descriptor)
    recording.start()
    watch = _Watch(child, signals, page=page, lifeline=held, recording=recording)
    ending = watch.wait()
    text = dump.content()
    if text:
        _show(text)
    ending = ending._replace(reports=page.lines(), dump=text, oom_kills=oom_kills() - before)
    code = report(ending)
    _show("")
    recording.finish(watch.last_moment)
    os._exit(code)


def _show(text: str) -> None:
    """On stderr, which may be closed, or have nobody left to read it."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(text)
        sys.stderr.flush()


def attend(name: str, *, recorder: Recorder | None = None) -> None:
    """The same for a program that isn't ours, which the child is going to become: its signals are passed on, its orphans reaped,
    and its exit code is ours.
    """
    supervise(lambda ending: ending.status if ending.status >= 0 else 128 - ending.status, recorder=recorder)
    report_to_parent(LAUNCHING, name)


def lifeline() -> int | None:
    """In the child: a descriptor with a byte once SIGTERM has come, and at its end once the parent is gone; None without a parent."""
    return _lifeline


def supervisor() -> int | None:
    """In the child: the parent's process id; None where there is no parent."""
    return _supervisor


def grace_seconds() -> float:
    """From SIGTERM to SIGKILL."""
    try:
        return max(0.0, float(os.environ.get(ENV_GRACE_PERIOD) or DEFAULT_GRACE_PERIOD))
    except ValueError:
        return DEFAULT_GRACE_PERIOD


def own_share(grace: float) -> float:
    """The part of the grace period that is left to the parent once the child's time is up."""
    return min(_MOST_OWN_SECONDS, grace * _OWN_SHARE)


class _Watch:
    """Watches one child, with all `signals` blocked."""

    def __init__(self, child: int, signals: set[signal.Signals], *, page: Page, lifeline: int, recording: Recording) -> None:
        self._recording = recording
        self._child = child
        self._signals = signals
        self._page = page
        self._lifeline = lifeline
        self._terminated: float | None = None
        self._deadline: float | None = None
        self._overdue = False

    def wait(self) -> Ending:
        """For the child's end; forwards the signals that come meanwhile."""
        while True:
            received = self._next()
            if received is None:
                self._out_of_time()
            elif received.si_signo == signal.SIGCHLD:
                if (ending := _reap(self._child)) is not None:
                    return self._ended(ending)
            elif received.si_code <= _SENT_BY_A_PROCESS:  # a terminal's Ctrl-C reaches the child by itself
                if received.si_signo == signal.SIGTERM and self._terminated is None:
                    self._begin_termination()
                os.kill(self._child, received.si_signo)

    def last_moment(self) -> float | None:
        """When SIGKILL comes, by the monotonic clock; None where no SIGTERM has come."""
        if self._terminated is None and signal.SIGTERM in signal.sigpending():
            self._terminated = time.monotonic()
        return None if self._terminated is None else self._terminated + grace_seconds()

    def _begin_termination(self) -> None:
        self._terminated = time.monotonic()
        self._recording.hurry()
        self._deadline = self._terminated + grace_seconds() - own_share(grace_seconds())
        with contextlib.suppress(OSError):  # nobody reads it any more
            os.write(self._lifeline, b"T")

    def _next(self) -> signal.struct_siginfo | None:
        """The next signal; None once the deadline has passed."""
        while True:
            try:
                if self._deadline is None:
                    return signal.sigwaitinfo(self._signals)
                return signal.sigtimedwait(self._signals, max(0.0, self._deadline - time.monotonic()))
            except InterruptedError:  # stopped and continued
                continue

    def _out_of_time(self) -> None:
        """What was launched has supervisors of its own, which report the ends of their tasks now: they get most of our share."""
        last = self._terminated or 0.0
        last += grace_seconds() - own_share(grace_seconds()) / 4
        if time.monotonic() < last and any(line.startswith(LAUNCHING) for line in self._page.lines()):
            self._deadline = last
            return
        os.kill(self._child, signal.SIGKILL)
        self._overdue, self._deadline = True, None

    def _ended(self, ending: Ending) -> Ending:
        if self._terminated is None:
            return ending
        seconds = time.monotonic() - self._terminated
        if os.getpid() == 1:
            self._end_orphans()
        return ending._replace(terminated=seconds, overdue=self._overdue)

    def _end_orphans(self) -> None:
        """A launcher or a shell that SIGTERM ended may leave tasks behind. Their container ends with us, so they get SIGTERM first."""
        self._deadline = (self._terminated or 0.0) + grace_seconds() - own_share(grace_seconds()) / 4
        try:
            os.kill(-1, signal.SIGTERM)
        except ProcessLookupError:
            return
        while _has_children():
            if self._next() is None:
                return


def _has_children() -> bool:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False


def _reap(child: int) -> Ending | None:
    """Takes what has ended: the child, and whatever was orphaned where this is a container's first process."""
    ending = None
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return ending
        if pid == 0:
            return ending
        if pid == child:
            ending = Ending(
                status=os.waitstatus_to_exitcode(status),
                peak_memory_bytes=usage.ru_maxrss * 1024,
                cpu_seconds=usage.ru_utime + usage.ru_stime,
            )
