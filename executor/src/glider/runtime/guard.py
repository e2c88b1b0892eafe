"""Turns every exit into an outcome: outputs.pb (or futures.pb) or error.pb, the summary, the metrics, and an exit code.

Whoever ends the attempt claims it first, once: the main thread when the task is done, or the thread that receives SIGTERM.
So an attempt never writes both outputs.pb and error.pb. A failure is reported to the parent process first: should this
process die then, or be unable to write it, since the task left no file handle or broke what writing needs, the parent does the
rest (see `postmortem`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from glider.flytekit.task import IgnoredOutputs
from glider.invocation import Invocation, check_uris
from glider.outcome.failures import TerminatedError
from glider.outcome.outcomes import brief, exit_code, task_error
from glider.outcome.report import Stored, prepare_metrics, send_metrics, store_deck, store_error, store_outputs, write_summary
from glider.outcome.results import Result
from glider.runtime.mapping import located
from glider.runtime.pipeline import execution_label, run_task
from glider.settings.model import Settings
from glider.settings.reading import read_reporting, read_settings, settings_or_default
from glider.storage.access import execution_metadata
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.supervision.child import ENDED, FAILED, STORED, STORING, SUMMARISED, FailureReport, report_to_parent
from glider.supervision.memory import oom_kills
from glider.supervision.parent import supervisor
from glider.supervision.termination import Termination
from glider.telemetry.logs import LOGGER, setup_logging
from glider.telemetry.process import age_seconds, cpu_seconds, peak_memory_bytes
from glider.telemetry.progress import show_progress
from glider.telemetry.stacks import dump_before
from glider.telemetry.stopwatch import UPLOAD, Stopwatch
from glider.wire.contract import ExitCode
from glider.wire.errors import TaskError
from glider.wire.jsonform import LiteralMap, from_literal_map
from glider.wire.summary import Summary, Usage

#: Set aside for reporting a failure once the task has left no memory. Only addresses, until somebody writes there.
_RESERVE_BYTES = 16 << 20
#: Python's own. A task may have set a lower one, in which nothing can be reported.
_RECURSION_LIMIT = 1000


def run(invocation: Invocation, environment: Mapping[str, str], *, on_error: Callable[[BaseException], None] | None = None) -> int:
    """Runs the task and reports how it ended; the process' exit code. Raises nothing.

    Args:
        invocation: what to run.
        environment: the process' variables.
        on_error: gets what ended the attempt before that is reported: a debugger's part.
    """
    return _Attempt(invocation, environment, on_error=on_error).run()


class _Attempt:
    """One run, and its end."""

    def __init__(self, invocation: Invocation, environment: Mapping[str, str], *, on_error: Callable[[BaseException], None] | None) -> None:
        self._on_error = on_error
        self._invocation = invocation
        self._environment = environment
        self._reporting = read_reporting(environment)
        self._settings: Settings | None = None
        self._storage: Storage | None = None
        self._supervisor = supervisor()
        self._watch = Stopwatch(age=age_seconds(self._supervisor or "self"))
        self._reserve = bytes(_RESERVE_BYTES)
        self._ending = threading.Lock()
        self._owner: int | None = None
        self._pid = os.getpid()
        self._oom_kills = oom_kills()
        self._termination: Termination | None = None

    def run(self) -> int:
        try:
            self._termination = Termination(self._on_terminated)
            result = self._run_task()
            _settle()
            self._claim()
            return self._succeed(result)
        except BaseException as error:
            self._reserve = b""
            if self._on_error is not None:
                self._on_error(error)
            return self._fail(error)

    def _run_task(self) -> Result | None:
        self._settings = settings = read_settings(self._environment)
        check_uris(self._invocation)
        self._invocation = located(self._invocation, self._environment)
        self._storage = Storage(settings.storage, metadata=execution_metadata(settings.identity))
        self._watch.follow(self._storage.traffic.seconds)
        prepare_metrics(settings)
        dump_before(settings.attempt_timeout, age=age_seconds(self._supervisor or "self"))
        setup_logging(settings.logging, execution=execution_label(settings), attempt=settings.identity.attempt)
        show_progress(self._storage.traffic)
        try:
            return run_task(self._invocation, settings=settings, storage=self._storage, watch=self._watch)
        except IgnoredOutputs:
            return None

    def _succeed(self, result: Result | None) -> int:
        self._watch.enter(UPLOAD)
        if result is None:
            self._report(Summary(usage=self._usage()))
            return ExitCode.OK
        plain = None if result.outputs is None else _plain(result.outputs)
        if self._storage is not None:
            prefix = self._invocation.output_prefix
            for name, data in result.beside.items():
                self._storage.write(join(prefix, name), data)
            store_deck(self._storage, prefix)
            report_to_parent(STORING)
            name, data = result.last
            store_outputs(self._storage, prefix, name=name, data=data)
        if result.futures is not None:
            LOGGER.warning("the task is dynamic: its nodes are in futures.pb, for a workflow engine to run")
        self._report(Summary(outputs=plain, futures=result.futures is not None, usage=self._usage()))
        return ExitCode.OK

    def _fail(self, error: BaseException) -> int:
        """Reports a failure, to the parent first, which does what can't be done from here."""
        for _ in "12":  # a timer of the task's may go off while it is taken away
            try:
                _settle()
            except BaseException:
                continue
        try:
            self._claim()
            report_to_parent(FAILED, brief(error, shown=False).encoded())
            report_to_parent(FAILED, brief(error).encoded())
            return self._report_failure(error)
        except BaseException as problem:
            _complain(f"the task failed, and its own process can't report how: {brief(problem).message}\nThe task:\n{brief(error).message}")
            return ExitCode.USER

    def _report_failure(self, error: BaseException) -> int:
        self._watch.enter(UPLOAD, whole=True)
        failure = self._task_error(error)
        report_to_parent(FAILED, FailureReport(failure.code, failure.kind.value, failure.origin.value, failure.message).encoded())
        LOGGER.error("the task failed: %s, %s, %s\n%s", failure.code, failure.kind.value, failure.origin.value, failure.message)
        stored = self._store(failure)
        if stored is not Stored.FAILED:
            report_to_parent(STORED)
        if stored is Stored.YES and self._storage is not None and threading.current_thread() is threading.main_thread():
            store_deck(self._storage, self._invocation.output_prefix)
        self._report(Summary(error=failure, usage=self._usage()))
        return exit_code(failure, self._reporting, stored=stored is Stored.YES)

    def _task_error(self, error: BaseException) -> TaskError:
        worker = self._reporting.worker
        killed = oom_kills() - self._oom_kills
        failure = task_error(error, worker=worker, oom_kills=killed)
        if isinstance(error, TerminatedError) or self._termination is None or not self._termination.received():
            return failure
        terminated = TerminatedError(f"SIGTERM: {self._reporting.sigterm_means}. The task handled it, and ended so:\n\n{failure.message}")
        return task_error(terminated, worker=worker)

    def _store(self, failure: TaskError) -> Stored:
        if not self._invocation.output_prefix:
            return Stored.NOT_WANTED
        settings = self._settings or settings_or_default(self._environment)
        metadata = execution_metadata(settings.identity)
        prefix = self._invocation.output_prefix
        return store_error(failure, output_prefix=prefix, settings=settings.storage, metadata=metadata, reporting=self._reporting)

    def _report(self, summary: Summary) -> None:
        if write_summary(summary, self._reporting):
            report_to_parent(SUMMARISED)
        if self._settings is not None:
            send_metrics(summary, self._settings)

    def _usage(self) -> Usage:
        traffic = self._storage.traffic if self._storage else None
        return Usage(
            timings=self._watch.milliseconds(),
            peak_memory_bytes=peak_memory_bytes(),
            cpu_seconds=cpu_seconds(besides=[self._supervisor] if self._supervisor else []),
            bytes_in=traffic.bytes_in if traffic else 0,
            bytes_out=traffic.bytes_out if traffic else 0,
        )

    def _claim(self) -> None:
        """The right to report the end. The main thread fails to get it only when SIGTERM ends the process, and waits for that."""
        if os.getpid() != self._pid:
            os._exit(ExitCode.USER)  # a child that the task forked and that came back here: its end isn't the task's
        while not self._try_claim():
            time.sleep(1)

    def _try_claim(self) -> bool:
        me = threading.get_ident()
        if self._ending.acquire(blocking=False):
            self._owner = me
        return self._owner == me

    def _on_terminated(self, cause: str) -> None:
        """In the thread that receives SIGTERM. A task that is done already only has its outputs to store, and goes on."""
        if not self._try_claim():
            return
        code = self._fail(TerminatedError(f"{cause} while in the phase {self._watch.phase}: {self._reporting.sigterm_means}"))
        report_to_parent(ENDED, f"{code:d}")
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)


def _settle() -> None:
    """Takes away what the task left behind that would get into the way of a report."""
    if threading.current_thread() is threading.main_thread():
        for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))


def _complain(text: str) -> None:
    """In the log, by number: the task may have put something else in sys.stderr's place, or have broken logging."""
    with contextlib.suppress(Exception):
        os.write(2, f"glider: {text}\n".encode(errors="backslashreplace"))


def _plain(outputs: LiteralMap) -> Mapping[str, Any] | None:
    """The outputs as JSON for the summary; None, as for outputs that are too large, where they have no such form."""
    try:
        return from_literal_map(outputs)
    except Exception as problem:
        LOGGER.warning("the outputs can't be shown in the summary: %s", problem)
        return None
