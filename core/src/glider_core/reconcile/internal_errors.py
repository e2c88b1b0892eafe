"""An unexpected error, in what is decided about one execution: it ends that execution, with the error as its reason.

Retries without a limit would be silent: the execution would stay Pending, with no condition and no Event. But some of these errors
pass, such as those of the machine that the operator runs on, so there are a few tries first. A cancellation or deletion meanwhile
needs nothing of what failed and is done at once.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from glider.wire.errors import Kind
from glider_core.api import reasons
from glider_core.api.conditions import Condition
from glider_core.api.execution import Execution
from glider_core.api.failure import Failure, system_failure
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.reconcile import events, lifecycle
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Plan

#: So many tries are made, for at least so long. The machine's problems (files, memory) may take longer to pass.
TRIES = 5
PATIENCE = timedelta(seconds=5)
PATIENCE_WITH_THE_MACHINE = timedelta(minutes=5)

_LONGEST = 500
_REPORT = "Please report this fault of Glider, with the operator's log of this time."
_PACKAGES = frozenset({"glider_core", "glider_operator"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tries:
    """How often in a row an execution met an unexpected error, and since when."""

    count: int
    since: datetime

    def again(self) -> Tries:
        """With one more."""
        return replace(self, count=self.count + 1)


def give_up(execution: Execution, error: Exception, *, tries: Tries, observed: ObservedPods, now: datetime) -> Plan | None:
    """The plan that ends `execution` for `error`; None while it is to be tried again, or has ended already."""
    if execution.status.phase.terminal:
        return None
    if execution.lifecycle.cancel:
        return _end(execution, lifecycle.cancelled(execution), Phase.ABORTED, observed, now=now)
    if execution.deleting:
        return _end(execution, lifecycle.deleted(), Phase.ABORTED, observed, now=now)
    patience = PATIENCE_WITH_THE_MACHINE if isinstance(error, (OSError, MemoryError)) else PATIENCE
    if tries.count < TRIES or now < tries.since + patience:
        return None
    return _end(execution, internal_failure(error, tries=tries.count), Phase.FAILED, observed, now=now)


def internal_failure(error: Exception, *, tries: int) -> Failure:
    """`error` in one line: what it is, where it arose, and what to do about it."""
    message = f"{_words(error)}, {tries} times in a row{_place(error)}. {_REPORT}"
    return system_failure(reasons.INTERNAL_ERROR, message, kind=Kind.NON_RECOVERABLE)


def _end(execution: Execution, failure: Failure, phase: Phase, observed: ObservedPods, *, now: datetime) -> Plan:
    """Made of as little as possible: whatever else is on record may be what the error arose from."""
    status = execution.status
    attempt = status.last_attempt
    attempts = status.attempts
    if attempt is not None and attempt.completed is None:
        attempts = (*attempts[:-1], replace(attempt, completed=now, reason=failure.reason, failure=failure))
    ended = Status(
        phase=phase,
        condition=Condition(true=False, reason=failure.reason, message=failure.message, since=now),
        observed_generation=execution.generation,
        started=status.started,
        completed=now,
        failures=status.failures,
        failure=failure,
        attempts=attempts,
    )
    number = attempt.number if attempt is not None else 0
    living = tuple(pod for pod in observed.seen.values() if pod.live)
    return Plan(status=ended, delete=living, events=(events.execution_ended(number, failure),))


def _words(error: Exception) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:  # its own __str__ may be the next fault
        text = ""
    return f"{type(error).__name__}: {text[:_LONGEST]}" if text else type(error).__name__


def _place(error: Exception) -> str:
    """Where in the operator's own code it arose."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _PACKAGES.isdisjoint(Path(frame.filename).parts)]
    if not frames:
        return ""
    parts = Path(frames[-1].filename).parts
    package = next(place for place, part in enumerate(parts) if part in _PACKAGES)
    return f", at {'/'.join(parts[package + 1 :])}:{frames[-1].lineno}"
