"""Reports the end of an attempt whose process is gone without having reported it. Runs in the parent process."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import replace

from glider.invocation import Invocation
from glider.outcome import exits
from glider.outcome.exits import Exit
from glider.outcome.outcomes import OOM_HINT, exit_code, with_oom_kills
from glider.outcome.report import PATIENCE, Stored, send_metrics, store_error, stored_outputs, write_summary
from glider.outcome.traces import framed
from glider.runtime.mapping import located
from glider.runtime.pipeline import execution_label
from glider.settings.model import Reporting, Settings, SettingsError
from glider.settings.reading import read_reporting, settings_or_default
from glider.storage.access import execution_metadata
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.supervision.child import ENDED, LAUNCHING, STORED, STORING, SUMMARISED, Ending
from glider.supervision.parent import grace_seconds, own_share
from glider.telemetry.logs import LOGGER, setup_logging
from glider.telemetry.process import cpu_seconds, peak_memory_bytes
from glider.wire.contract import ERROR_FILE, OUTPUTS_FILE, ExitCode
from glider.wire.errors import Kind, Origin, TaskError
from glider.wire.jsonform import LiteralMap, from_literal_map
from glider.wire.summary import Summary, Usage, decode_summary

_CRASHES = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS})


def report(ending: Ending, invocation: Invocation, environment: Mapping[str, str]) -> int:
    """Stores error.pb and the summary for `ending`, as far as the process itself hasn't; the exit code."""
    reporting = read_reporting(environment)
    settings = settings_or_default(environment)
    setup_logging(settings.logging, execution=execution_label(settings), attempt=settings.identity.attempt)
    invocation = _located(invocation, environment)
    patience = _patience(ending)
    storage = Storage(settings.storage, patience=patience)
    usage = Usage(peak_memory_bytes=max(ending.peak_memory_bytes, peak_memory_bytes()), cpu_seconds=cpu_seconds())
    if (launched := ending.last(LAUNCHING)) is not None and (ending.status == 0 or _is_reported(storage, invocation, reporting)):
        return ending.status if ending.status >= 0 else 128 - ending.status
    failure = _reported_failure(ending, worker=reporting.worker)
    if failure is None and ending.last(STORING) is not None and (success := _success(storage, invocation.output_prefix)) is not None:
        _report(replace(success, usage=usage), ending, reporting, settings)
        return ExitCode.OK
    if failure is None:
        found, message = judge(ending, launched=launched, sigterm_means=reporting.sigterm_means)
        failure = TaskError(code=found.code, kind=found.kind, origin=found.origin, message=message, worker=reporting.worker)
    if ending.last(ENDED) is None:  # else the process has logged it
        LOGGER.error("the task failed: %s, %s, %s\n%s", failure.code, failure.kind.value, failure.origin.value, failure.message)
    stored = Stored.YES if ending.last(STORED) is not None else _store(failure, invocation, settings, reporting, patience=patience)
    _report(Summary(error=failure, usage=usage), ending, reporting, settings)
    return exit_code(failure, reporting, stored=stored is Stored.YES)


def _patience(ending: Ending) -> float:
    if ending.terminated is not None:
        return max(1.0, own_share(grace_seconds()) - 1.0)
    return PATIENCE if ending.last(ENDED) is None else PATIENCE / 2  # else the process has tried already


def _reported_failure(ending: Ending, *, worker: str) -> TaskError | None:
    """As the process reported it, which may have been killed for its memory after that."""
    if (report := ending.failure()) is None:
        return None
    failure = TaskError(code=report.code, kind=Kind(report.kind), origin=Origin(report.origin), message=report.message, worker=worker)
    return failure if ending.last(ENDED) is not None else with_oom_kills(failure, ending.oom_kills)


def _store(failure: TaskError, invocation: Invocation, settings: Settings, reporting: Reporting, *, patience: float) -> Stored:
    if not invocation.output_prefix:
        return Stored.NOT_WANTED
    return store_error(
        failure,
        output_prefix=invocation.output_prefix,
        settings=settings.storage,
        metadata=execution_metadata(settings.identity),
        reporting=reporting,
        patience=patience,
    )


def _report(summary: Summary, ending: Ending, reporting: Reporting, settings: Settings) -> None:
    if ending.last(SUMMARISED) is None:
        write_summary(summary, reporting)
        send_metrics(summary, settings)


def judge(ending: Ending, *, launched: str | None, sigterm_means: str) -> tuple[Exit, str]:
    """What the end of a process means that reported nothing."""
    found, message = _found(ending, launched=launched, sigterm_means=sigterm_means)
    if found is not exits.OOM_KILLED and ending.oom_kills > 0:
        message = f"{message}\n\n{OOM_HINT}"
    return found, framed(ending.dump, message) if ending.dump else message


def _found(ending: Ending, *, launched: str | None, sigterm_means: str) -> tuple[Exit, str]:
    what = "the task's process" if launched is None else f"the command {launched}"
    if ending.status == -signal.SIGKILL and ending.oom_kills > 0 and not ending.overdue:
        peak = f" It had used up to {ending.peak_memory_bytes >> 20} MiB." if ending.peak_memory_bytes else ""
        return (
            exits.OOM_KILLED,
            f"{what} was killed because there was no memory left for it.{peak} Raise its memory limit.",
        )
    if ending.terminated is not None:
        how = (
            f"was still there {ending.terminated:.0f} s later, and was killed" if ending.overdue else f"ended with {_status(ending.status)}"
        )
        return exits.TERMINATED, f"SIGTERM: {sigterm_means}; {what} {how}"
    if ending.status < 0 and -ending.status in _CRASHES:
        return exits.CRASHED, f"{what} crashed with {_status(ending.status)}"
    if ending.status < 0:
        return exits.KILLED, f"{what} was ended from outside of Python by {_status(ending.status)}"
    if launched is not None:
        return exits.LAUNCH_FAILED, f"{what} ended with {_status(ending.status)}, and no task of it reported why"
    return exits.LEFT, f"{what} ended with {_status(ending.status)} before the task returned, as by os._exit({ending.status})"


def _status(status: int) -> str:
    if status >= 0:
        return f"exit code {status}"
    try:
        return f"{signal.Signals(-status).name} ({signal.strsignal(-status)})"
    except ValueError:
        return f"signal {-status}"


def _success(storage: Storage, prefix: str) -> Summary | None:
    """Where the process died right after its outputs were stored, they stand."""
    try:
        name = stored_outputs(storage, prefix)
        if name != OUTPUTS_FILE:
            return None if name is None else Summary(futures=True)
        outputs = LiteralMap.FromString(storage.read(join(prefix, name)))
    except StorageError as problem:
        LOGGER.error("whether the outputs are stored can't be found out: %s", problem)
        return None
    try:
        return Summary(outputs=from_literal_map(outputs))
    except Exception:
        return Summary()


def _is_reported(storage: Storage, invocation: Invocation, reporting: Reporting) -> bool:
    """Whether a process that was launched has reported the end already."""
    try:
        with open(reporting.termination_log, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            if reporting.under_glider and decode_summary(file.read()) is not None:
                return True
    except (OSError, ValueError):
        pass
    try:
        return bool(invocation.output_prefix) and storage.exists(join(invocation.output_prefix, ERROR_FILE))
    except StorageError:
        return False


def _located(invocation: Invocation, environment: Mapping[str, str]) -> Invocation:
    try:
        return located(invocation, environment)
    except SettingsError:
        return invocation
