"""A TaskExecution's status: all that the operator remembers about it.

Read leniently, since the operator wrote it itself; a status that somebody edited must not stop the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from glider.wire.errors import Kind, Origin
from glider.wire.masking import masked
from glider.wire.summary import Usage
from glider_core.api.failure import MAX_ATTEMPT_MESSAGE, MAX_MESSAGE, Failure, cut
from glider_core.api.moments import format_time, parse_time, words
from glider_core.api.phases import Phase
from glider_core.api.quantities import parse_quantity

MAX_ATTEMPTS = 10
MAX_CONDITION_MESSAGE = 1_000
MAX_CODE = 250
#: As many as the CRD lets in.
MAX_LINKS = 16

_SUCCEEDED = "Succeeded"
_MOST = 1_000_000_000
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


#: Conditions beside Succeeded, which each execution has.
SUSPENDED = "Suspended"
WARNING = "Warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A condition: None while it is open."""

    true: bool | None = None
    reason: str = ""
    message: str = ""
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt, which is one pod. It is over once it has a completion time. `queued`: since when the queued timeout counts."""

    number: int
    pod_name: str = ""
    pod_uid: str = ""
    node_name: str = ""
    started: datetime | None = None
    completed: datetime | None = None
    exit_code: int | None = None
    reason: str = ""
    queued: datetime | None = None
    memory: str = ""
    usage: Usage | None = None
    failure: Failure | None = None

    @property
    def stopping(self) -> str:
        """Why it is being ended, by the reason that it will have ended for; empty where it isn't."""
        return self.reason if self.completed is None else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """How many attempts have failed so far; `attempts` is bounded and can't tell. `unstarted`: those that cost no retry."""

    user: int = 0
    system: int = 0
    unstarted: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.user + self.system + self.unstarted


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Where something about an execution can be read."""

    name: str
    uri: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What has become of an execution so far."""

    phase: Phase = Phase.PENDING
    condition: Condition = field(default_factory=Condition)
    suspended: Condition | None = None
    warning: Condition | None = None
    observed_generation: int = 0
    started: datetime | None = None
    completed: datetime | None = None
    inputs_uri: str | None = None
    outputs_uri: str | None = None
    raw_output_data_prefix: str | None = None
    outputs: Mapping[str, Any] | None = None
    failures: Failures = field(default_factory=Failures)
    checkpoint_uri: str | None = None
    memory: str | None = None
    links: tuple[Link, ...] = ()
    failure: Failure | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def last_attempt(self) -> Attempt | None:
        """The latest attempt on record."""
        return self.attempts[-1] if self.attempts else None


def parse_status(document: Mapping[str, Any]) -> Status:
    """A status from its JSON form, whole. What isn't a usable value counts as absent."""
    failures, conditions = document.get("failures") or {}, document.get("conditions") or []
    return Status(
        phase=_parse_phase(document.get("phase")),
        condition=_parse_condition(conditions, _SUCCEEDED) or Condition(),
        suspended=_parse_condition(conditions, SUSPENDED),
        warning=_parse_condition(conditions, WARNING),
        observed_generation=document.get("observedGeneration", 0),
        started=_moment(document.get("startTime")),
        completed=_moment(document.get("completionTime")),
        inputs_uri=document.get("inputsUri"),
        outputs_uri=document.get("outputsUri"),
        raw_output_data_prefix=document.get("rawOutputDataPrefix"),
        outputs=document.get("outputs"),
        failures=Failures(**{name: _count(failures.get(name)) for name in ("user", "system", "unstarted")}),
        checkpoint_uri=document.get("checkpointUri"),
        memory=_quantity(document.get("memory")),
        failure=_parse_failure(document.get("error")),
        links=tuple(Link(name=link["name"], uri=link["uri"]) for link in document.get("links") or []),
        attempts=tuple(_parse_attempt(attempt) for attempt in document.get("attempts") or []),
    )


def status_document(status: Status) -> dict[str, Any]:
    """The JSON form of `status`, without what isn't set: a merge patch leaves absent fields alone."""
    duration = words(status.completed - status.started) if status.started and status.completed else None
    failures = status.failures
    return _present(
        phase=status.phase.value,
        conditions=[
            _condition_document(kind, condition, generation=status.observed_generation)
            for kind, condition in ((_SUCCEEDED, status.condition), (SUSPENDED, status.suspended), (WARNING, status.warning))
            if condition is not None
        ],
        observedGeneration=status.observed_generation,
        startTime=format_time(status.started),
        completionTime=format_time(status.completed),
        duration=duration,
        inputsUri=_shown(status.inputs_uri),
        outputsUri=_shown(status.outputs_uri),
        rawOutputDataPrefix=_shown(status.raw_output_data_prefix),
        outputs=dict(status.outputs) if status.outputs is not None else None,
        failures={"user": failures.user, "system": failures.system, "unstarted": failures.unstarted} if failures.all else None,
        checkpointUri=_usable(status.checkpoint_uri),
        memory=status.memory,
        links=[{"name": link.name, "uri": link.uri} for link in status.links] or None,
        error=_failure_document(status.failure, limit=MAX_MESSAGE),
        attempts=[_attempt_document(attempt) for attempt in status.attempts[-MAX_ATTEMPTS:]],
    )


def reduced(status: Status, *, why: str) -> Status:
    """What has to be on record of `status` where the API server refuses the whole; `why` in its words."""
    message = f"{status.condition.message[:MAX_ATTEMPT_MESSAGE]} The API server refused to take more of this status: {why}"
    failure = status.failure
    return Status(
        phase=status.phase,
        condition=replace(status.condition, message=message),
        suspended=status.suspended,
        observed_generation=status.observed_generation,
        started=status.started,
        completed=status.completed,
        outputs_uri=status.outputs_uri,
        failures=status.failures,
        failure=cut(failure, limit=MAX_ATTEMPT_MESSAGE) if failure is not None else None,
        attempts=tuple(replace(attempt, usage=None, failure=None, memory="") for attempt in status.attempts),
    )


def _condition_document(kind: str, condition: Condition, *, generation: int) -> dict[str, Any]:
    return _present(
        type=kind,
        status={True: "True", False: "False", None: "Unknown"}[condition.true],
        reason=condition.reason,
        message=masked(condition.message)[:MAX_CONDITION_MESSAGE],
        lastTransitionTime=format_time(condition.since),
        observedGeneration=generation,
    )


def _shown(uri: str | None) -> str | None:
    return None if uri is None else masked(uri)


def _usable(uri: str | None) -> str | None:
    """A place to go on from; none where it can't be shown as it is."""
    return uri if uri is None or masked(uri) == uri else None


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
        queuedTime=format_time(attempt.queued),
        memory=attempt.memory,
        usage=_usage_document(attempt.usage),
        error=_failure_document(attempt.failure, limit=MAX_ATTEMPT_MESSAGE),
    )


def _usage_document(usage: Usage | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {
        "peakMemoryBytes": usage.peak_memory_bytes,
        "cpuSeconds": usage.cpu_seconds,
        "bytesIn": usage.bytes_in,
        "bytesOut": usage.bytes_out,
        "timings": dict(usage.timings),
    }


def _failure_document(failure: Failure | None, *, limit: int) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "code": failure.code[:MAX_CODE],
        "kind": failure.kind.value,
        "origin": failure.origin.value,
        "reason": failure.reason,
        "message": cut(replace(failure, message=masked(failure.message)), limit=limit).message,
    }


def _moment(text: Any) -> datetime | None:
    """A time that others can be counted from, or None: the API server takes an offset of 99 hours, a year 1 or none at all, too."""
    try:
        moment = parse_time(text)
    except (TypeError, ValueError):
        return None
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _count(value: Any) -> int:
    """A count that can still be counted up, whatever somebody wrote: the API server's are of 32 bits."""
    return min(max(value, 0), _MOST) if isinstance(value, int) else 0


def _quantity(text: Any) -> str | None:
    try:
        parse_quantity(text)
    except (TypeError, ValueError):
        return None
    return str(text)


def _parse_phase(text: str | None) -> Phase:
    return next((phase for phase in Phase if phase == text), Phase.PENDING)


def _parse_condition(documents: list[Mapping[str, Any]], kind: str) -> Condition | None:
    for document in documents:
        if document.get("type") == kind:
            return Condition(
                true={"True": True, "False": False}.get(document.get("status", "")),
                reason=document.get("reason", ""),
                message=document.get("message", ""),
                since=_moment(document.get("lastTransitionTime")),
            )
    return None


def _parse_attempt(document: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=document["number"],
        pod_name=document.get("podName", ""),
        pod_uid=document.get("podUid", ""),
        node_name=document.get("nodeName", ""),
        started=_moment(document.get("startTime")),
        completed=_moment(document.get("completionTime")),
        exit_code=document.get("exitCode"),
        reason=document.get("reason", ""),
        queued=_moment(document.get("queuedTime")),
        memory=document.get("memory", ""),
        usage=_parse_usage(document.get("usage")),
        failure=_parse_failure(document.get("error")),
    )


def _parse_usage(document: Mapping[str, Any] | None) -> Usage | None:
    if document is None:
        return None
    return Usage(
        timings=document.get("timings") or {},
        peak_memory_bytes=document.get("peakMemoryBytes", 0),
        cpu_seconds=document.get("cpuSeconds", 0.0),
        bytes_in=document.get("bytesIn", 0),
        bytes_out=document.get("bytesOut", 0),
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
