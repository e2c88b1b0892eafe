"""A TaskExecution's status: all that the operator remembers about it.

Read leniently, since the operator wrote it itself; a status that somebody edited must not stop the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, replace
from datetime import datetime
from typing import Any

from glider.wire.errors import Kind, Origin, shortened
from glider.wire.masking import masked
from glider.wire.summary import Usage
from glider_core.api.codec import (
    Codec,
    codec,
    decoder,
    derived,
    encoder,
    fields_of,
    integer,
    list_of,
    moment,
    object_of,
    required,
    text,
    word,
)
from glider_core.api.conditions import (
    CONDITION,
    FRESH,
    SUCCEEDED,
    SUSPENDED,
    WARNING,
    Condition,
    condition_document,
    following_from,
    parse_condition,
)
from glider_core.api.failure import MAX_ATTEMPT_MESSAGE, MAX_MESSAGE, Failure, cut
from glider_core.api.kinds import ATOMIC, OPEN, api_field
from glider_core.api.moments import words
from glider_core.api.phases import Phase
from glider_core.api.quantities import parse_quantity
from glider_core.api.settings import Setting

MAX_ATTEMPTS = 10
OBSERVED_GENERATION = "observedGeneration"
#: As many as the CRD lets in.
MAX_LINKS = 16

_MOST = 1_000_000_000


def _count(raw: Any) -> int:
    """A count that can still be counted up, whatever somebody wrote: the API server's are of 32 bits."""
    return min(max(raw, 0), _MOST) if isinstance(raw, int) else 0


def _quantity(raw: Any) -> str | None:
    try:
        parse_quantity(raw)
    except (TypeError, ValueError):
        return None
    return str(raw)


def _shown(uri: str | None) -> str | None:
    return masked(uri) if uri else None


def _usable(uri: str | None) -> str | None:
    """A place to go on from; none where it can't be shown as it is."""
    return uri if uri and masked(uri) == uri else None


_TEXT = text()
_SHOWN = text(encode=_shown)
_MOMENT = moment()
_QUANTITY = codec("string", {"type": "string"}, decode=_quantity, encode=lambda amount: amount or None)
_NUMBER = integer("int32")
_COUNT = integer("int32", decode=_count)
_LONG = integer("int64")


#: The values of the fields that an error lacks since a user edited it.
_UNSAID = {"code": "", "kind": Kind.NON_RECOVERABLE, "origin": Origin.SYSTEM, "message": ""}


def _failure(message: str, *, limit: int) -> Codec:
    """An error, with at most about `limit` characters of its message; none at all where the field is empty."""
    own = fields_of(Failure)
    fields = own | {
        "reason": Setting(doc="The code as one CamelCase word; the reason of the condition.", kind=derived(_TEXT)),
        "message": replace(own["message"], doc=message, kind=text(encode=lambda whole: shortened(masked(whole), limit))),
    }
    decode = decoder(Failure, fields)
    return replace(object_of(Failure, fields), decode=lambda raw: decode(raw, **_UNSAID) if raw else None)


_USAGE = {
    "peak_memory_bytes": Setting(doc="The most memory that its processes had.", kind=_LONG),
    "cpu_seconds": Setting(doc="The CPU time of its processes.", kind=codec("number", {"type": "number"})),
    "bytes_in": Setting(doc="How much it read from the object store.", kind=_LONG),
    "bytes_out": Setting(doc="How much it wrote there.", kind=_LONG),
    "timings": Setting(
        doc="Milliseconds by phase: start, load, download, convert, execute, upload.",
        kind=codec(
            "map of integers",
            {"type": "object", "additionalProperties": {"description": "Milliseconds.", "type": "integer", "format": "int64"}},
            decode=lambda raw: raw or {},
            encode=dict,
        ),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt, which is one pod. It has finished once it has a completion time. `queued`: since when the queued timeout counts."""

    number: int = api_field("The number of the attempt, from 0.", required(_NUMBER), default=MISSING)
    pod_name: str = api_field("The name of its pod.", _TEXT, default="")
    pod_uid: str = api_field("The UID of its pod.", _TEXT, default="")
    node_name: str = api_field("The node that it ran on.", _TEXT, default="")
    started: datetime | None = api_field("When its container started.", _MOMENT, name="startTime")
    completed: datetime | None = api_field("When it ended.", _MOMENT, name="completionTime")
    exit_code: int | None = api_field("The exit code of its container.", _NUMBER)
    reason: str = api_field("How it ended, in one CamelCase word; without a completionTime, why it is being ended.", _TEXT, default="")
    queued: datetime | None = api_field(
        "Since when it has waited for its container: since it could first have had a pod, or since its scheduling gate was opened.",
        _MOMENT,
        name="queuedTime",
    )
    memory: str = api_field("The memory that it got, if that was more than the task asks for.", _TEXT, default="")
    usage: Usage | None = api_field("What it took, by the executor's account.", object_of(Usage, _USAGE))
    failure: Failure | None = api_field("Why it failed.", _failure("What happened, cut short.", limit=MAX_ATTEMPT_MESSAGE), name="error")

    @property
    def stopping(self) -> str:
        """Why it is being ended, by the reason that it will have ended for; empty where it isn't."""
        return self.reason if self.completed is None else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """How many attempts have failed so far; `attempts` is bounded and may have fewer. `unstarted`: those that cost no retry."""

    user: int = api_field("Failures of the task itself.", _COUNT, default=0)
    system: int = api_field("Failures of what it runs on.", _COUNT, default=0)
    unstarted: int = api_field(
        "Failures of what it runs on before the task's container had started; the first five cost no retry.", _COUNT, default=0
    )

    @property
    def all(self) -> int:
        """All of them."""
        return self.user + self.system + self.unstarted


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Where something about an execution can be read."""

    name: str = api_field("The template's name.", required(_TEXT), default=MISSING)
    uri: str = api_field("Where it leads.", required(_TEXT), default=MISSING)


_FAILURES = object_of(Failures, schema=ATOMIC)
_LINKS = list_of(object_of(Link), "One link.", most=MAX_LINKS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What has become of an execution so far."""

    phase: Phase = api_field(
        "Where the execution stands. Queued, its pod waits for a node; Initializing, its container is being started; Retrying, an attempt "
        "failed and another follows; Aborted, it was cancelled.",
        word(Phase, otherwise=Phase.PENDING),
        default=Phase.PENDING,
    )
    condition: Condition = field(default_factory=Condition)
    suspended: Condition | None = None
    warning: Condition | None = None
    observed_generation: int = api_field(
        "The metadata.generation that this status is about. Absent at the end, which no change of the spec alters.", _LONG, default=0
    )
    started: datetime | None = api_field("When the first pod was created.", _MOMENT, name="startTime")
    completed: datetime | None = api_field("When the execution ended, well or not.", _MOMENT, name="completionTime")
    inputs_uri: str | None = api_field("Where the inputs are stored. Absent when they travelled in the pod alone.", _SHOWN)
    outputs_uri: str | None = api_field(
        "Where the outputs are stored, a serialised flyteidl LiteralMap (outputs.pb). Absent without a store.", _SHOWN
    )
    raw_output_data_prefix: str | None = api_field(
        "Where the latest attempt keeps its files, tables and other large values. Absent without a store.", _SHOWN
    )
    outputs: Mapping[str, Any] | None = api_field(
        "The outputs as plain JSON, if they are small; larger ones are at outputsUri.",
        codec("object", {**OPEN, **ATOMIC}, encode=lambda outputs: None if outputs is None else dict(outputs)),
    )
    failures: Failures = api_field(
        "How many attempts have failed so far, by whose failure it was.",
        replace(_FAILURES, encode=lambda failures: _FAILURES.encode(failures) if failures.all else None),
        default=Failures,
    )
    checkpoint_uri: str | None = api_field(
        "Where the last attempt that ran may have left a checkpoint. The next one gets this URI.", text(encode=_usable)
    )
    memory: str | None = api_field("How much memory the next attempt gets, after attempts that were killed for theirs.", _QUANTITY)
    links: tuple[Link, ...] = api_field(
        "Where the logs of the latest attempt are, by the operator's templates.",
        replace(_LINKS, encode=lambda links: _LINKS.encode(links) or None),
        default=(),
    )
    failure: Failure | None = api_field(
        "Why the execution failed; the last attempt's error.",
        _failure("What happened; the end of the traceback is kept.", limit=MAX_MESSAGE),
        name="error",
    )
    attempts: tuple[Attempt, ...] = api_field(
        "The attempts, oldest first. Only the last ten are kept.",
        list_of(object_of(Attempt), "One attempt, which is one pod.", most=MAX_ATTEMPTS),
        default=(),
    )

    @property
    def last_attempt(self) -> Attempt | None:
        """The latest attempt on record."""
        return self.attempts[-1] if self.attempts else None

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """Its conditions in their JSON form."""
        generation = None if self.phase.terminal else self.observed_generation
        reported = ((SUSPENDED, self.suspended), (WARNING, self.warning))
        given = ((SUCCEEDED, self.condition), *following_from(self.phase, self.condition), *reported)
        return [condition_document(kind, one, generation=generation) for kind, one in given if one is not None]

    @property
    def duration(self) -> str | None:
        """How long it took, in words."""
        return words(self.completed - self.started) if self.started and self.completed else None


_CONDITIONS = derived(
    codec(
        "list of objects",
        {"type": "array", "maxItems": 8, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        items=Setting(doc="A standard condition, meta/v1 Condition.", kind=CONDITION),
    )
)
_FIELDS = {
    "phase": fields_of(Status)["phase"],
    "conditions": Setting(
        doc="Succeeded is Unknown until the end, then True, or False with the reason. Finished is True at any end. Reconciling is True "
        "until the end, Stalled at a bad end, or where only a person can help. Suspended and Warning are there if there was something to "
        "report.",
        kind=_CONDITIONS,
    ),
    **fields_of(Status),
    "duration": Setting(doc="From startTime to completionTime, in words such as 1m5s.", kind=derived(_TEXT)),
}
#: The status of a TaskExecution. It has one writer: the bookkeeping of who owns which field is a seventh of the object.
STATUS = Setting(
    doc="What has become of the execution so far. Written by the operator.",
    kind=object_of(Status, _FIELDS, schema={**ATOMIC, "default": {"phase": Phase.PENDING.value, "conditions": [FRESH]}}),
)
_decode, _encode = decoder(Status, _FIELDS), encoder(_FIELDS)


def parse_status(document: Mapping[str, Any]) -> Status:
    """A status from its JSON form, whole. What isn't a usable value counts as absent."""
    given = {one.get("type"): one for one in reversed(document.get("conditions") or [])}  # the first one of a type counts
    status: Status = _decode(
        document,
        condition=_parse_condition(given.get(SUCCEEDED)) or Condition(),
        suspended=_parse_condition(given.get(SUSPENDED)),
        warning=_parse_condition(given.get(WARNING)),
    )
    return status


def _parse_condition(document: Mapping[str, Any] | None) -> Condition | None:
    return None if document is None else parse_condition(document)


def status_document(status: Status) -> dict[str, Any]:
    """The JSON form of `status`, without what isn't set: a merge patch leaves absent fields alone.

    A finished one is about no generation: to kstatus and kubectl wait it would be outdated once somebody changes its TTL.
    """
    document: dict[str, Any] = _encode(status)
    if status.phase.terminal:
        document.pop(OBSERVED_GENERATION, None)
    return document


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
