"""A TaskExecution's status: all that the operator remembers about it.

Read leniently, since the operator wrote it itself; a status that somebody edited must not stop the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from glider.wire.errors import Kind, Origin
from glider_operator.model.failure import MAX_ATTEMPT_MESSAGE, MAX_MESSAGE, Failure, cut
from glider_operator.model.moments import format_time, parse_time, words
from glider_operator.model.phases import Phase

MAX_ATTEMPTS = 10
MAX_CONDITION_MESSAGE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """The one condition, Succeeded: None while it is open."""

    succeeded: bool | None = None
    reason: str = ""
    message: str = ""
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt, which is one pod. It is over once it has a completion time."""

    number: int
    pod_name: str = ""
    pod_uid: str = ""
    node_name: str = ""
    started: datetime | None = None
    completed: datetime | None = None
    exit_code: int | None = None
    reason: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """How many attempts have failed so far; `attempts` is bounded and can't tell."""

    user: int = 0
    system: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What has become of an execution so far."""

    phase: Phase = Phase.PENDING
    condition: Condition = field(default_factory=Condition)
    observed_generation: int = 0
    started: datetime | None = None
    completed: datetime | None = None
    inputs_uri: str | None = None
    outputs_uri: str | None = None
    raw_output_data_prefix: str | None = None
    outputs: Mapping[str, Any] | None = None
    failures: Failures = field(default_factory=Failures)
    failure: Failure | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def last_attempt(self) -> Attempt | None:
        """The latest attempt on record."""
        return self.attempts[-1] if self.attempts else None


def parse_status(document: Mapping[str, Any]) -> Status:
    """A status from its JSON form; of one that is over, only the phase."""
    phase = _parse_phase(document.get("phase"))
    if phase.terminal:
        return Status(phase=phase)
    failures = document.get("failures") or {}
    return Status(
        phase=phase,
        condition=_parse_condition(document.get("conditions") or []),
        observed_generation=document.get("observedGeneration", 0),
        started=parse_time(document.get("startTime")),
        inputs_uri=document.get("inputsUri"),
        outputs_uri=document.get("outputsUri"),
        raw_output_data_prefix=document.get("rawOutputDataPrefix"),
        failures=Failures(user=failures.get("user", 0), system=failures.get("system", 0)),
        attempts=tuple(_parse_attempt(attempt) for attempt in document.get("attempts") or []),
    )


def status_document(status: Status) -> dict[str, Any]:
    """The JSON form of `status`, without what isn't set: a merge patch leaves absent fields alone."""
    condition = status.condition
    duration = words(status.completed - status.started) if status.started and status.completed else None
    return _present(
        phase=status.phase.value,
        conditions=[
            _present(
                type="Succeeded",
                status={True: "True", False: "False", None: "Unknown"}[condition.succeeded],
                reason=condition.reason,
                message=condition.message[:MAX_CONDITION_MESSAGE],
                lastTransitionTime=format_time(condition.since),
                observedGeneration=status.observed_generation,
            )
        ],
        observedGeneration=status.observed_generation,
        startTime=format_time(status.started),
        completionTime=format_time(status.completed),
        duration=duration,
        inputsUri=status.inputs_uri,
        outputsUri=status.outputs_uri,
        rawOutputDataPrefix=status.raw_output_data_prefix,
        outputs=dict(status.outputs) if status.outputs is not None else None,
        failures={"user": status.failures.user, "system": status.failures.system} if status.failures != Failures() else None,
        error=_failure_document(status.failure, limit=MAX_MESSAGE),
        attempts=[_attempt_document(attempt) for attempt in status.attempts[-MAX_ATTEMPTS:]],
    )


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _attempt_document(attempt: Attempt) -> dict[str, Any]:
    return _present(
        number=attempt.number,
        podName=attempt.pod_name,
        podUid=attempt.pod_uid,
        nodeName=attempt.node_name,
        startTime=format_time(attempt.started),
        completionTime=format_time(attempt.completed),
        exitCode=attempt.exit_code,
        reason=attempt.reason,
        error=_failure_document(attempt.failure, limit=MAX_ATTEMPT_MESSAGE),
    )


def _failure_document(failure: Failure | None, *, limit: int) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "code": failure.code,
        "kind": failure.kind.value,
        "origin": failure.origin.value,
        "reason": failure.reason,
        "message": cut(failure, limit=limit).message,
    }


def _parse_phase(text: str | None) -> Phase:
    return next((phase for phase in Phase if phase == text), Phase.PENDING)


def _parse_condition(documents: list[Mapping[str, Any]]) -> Condition:
    for document in documents:
        if document.get("type") == "Succeeded":
            return Condition(
                succeeded={"True": True, "False": False}.get(document.get("status", "")),
                reason=document.get("reason", ""),
                message=document.get("message", ""),
                since=parse_time(document.get("lastTransitionTime")),
            )
    return Condition()


def _parse_attempt(document: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=document["number"],
        pod_name=document.get("podName", ""),
        pod_uid=document.get("podUid", ""),
        node_name=document.get("nodeName", ""),
        started=parse_time(document.get("startTime")),
        completed=parse_time(document.get("completionTime")),
        exit_code=document.get("exitCode"),
        reason=document.get("reason", ""),
        failure=_parse_failure(document.get("error")),
    )


def _parse_failure(document: Mapping[str, Any] | None) -> Failure | None:
    if not document:
        return None
    return Failure(
        code=document.get("code", ""),
        kind=Kind.RECOVERABLE if document.get("kind") == Kind.RECOVERABLE.value else Kind.NON_RECOVERABLE,
        origin=Origin.USER if document.get("origin") == Origin.USER.value else Origin.SYSTEM,
        message=document.get("message", ""),
    )
