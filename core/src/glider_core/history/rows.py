"""What the index has of each execution: one flat row, so that DuckDB, pandas and polars open it as a table.

A row is made of a record and of nothing else, so that an index can be made anew. Amounts are in CPUs, bytes and seconds, times are RFC
3339 in UTC; `labels` are the execution's own. A row with `deleted` alone, beside what identifies it, takes the place of the others with
its UID: the execution's data and record were deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from glider.wire.errors import Origin, headline
from glider.wire.masking import masked
from glider_core.api.execution import parent_in
from glider_core.api.labels import RERUN_OF
from glider_core.api.moments import format_time, parse_time
from glider_core.api.quantities import parse_bytes
from glider_core.api.status import Attempt, Status, parse_status
from glider_core.api.task import TaskId
from glider_core.history.containers import asked_by, image_of
from glider_core.history.folders import folders_in, key_of, key_of_folder
from glider_core.history.records import Record

Json = Mapping[str, Any]
_LONGEST_MESSAGE = 300
#: Tables, and JSON as most read it, have no such integers. What somebody asks for may be any number.
_TOO_LARGE = 1 << 63
#: Days are folders, whose year has four digits.
_FIRST_YEAR = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One execution. Names are those of the JSON, in snake case; what isn't known is None, or empty.

    Attributes:
        uid, namespace, name: which execution it is.
        phase: how it ended.
        reason: why it has that phase, in one word.
        code, message: of its error, where it failed; of the message the line that explains most, cut.
        task, version: the task's full name and version.
        template: the TaskTemplate's name; empty where the task was written out.
        labels: the execution's labels.
        created, started, completed, archived: times.
        attempts: how many there were.
        pod, node: of the last one.
        user_retries, system_retries: how many of the further attempts followed a failure of either origin.
        wait_seconds: from the creation to the first attempt's start.
        run_seconds: of all attempts together, from their starts to their ends.
        cpu_request, cpu_limit: of the task's container, in CPUs.
        memory_request, memory_limit: of the task's container, in bytes; the limit of the attempt that had most.
        gpus: how many it asks for.
        cpu_seconds: used by all attempts.
        peak_memory: the most that an attempt had, in bytes.
        bytes_in, bytes_out: read from the store, and written there.
        image: the task's image.
        code_sha256: of its code, where that isn't in the image.
        rerun_of, parent: UIDs of executions.
        folder: the execution's own folder of metadata in the store.
        uses: the folders of other executions that its inputs refer to.
        deleted: when its data and its record were deleted.
    """

    uid: str
    namespace: str
    name: str
    completed: str
    phase: str = ""
    reason: str = ""
    code: str = ""
    message: str = ""
    task: str = ""
    version: str = ""
    template: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    started: str = ""
    archived: str = ""
    attempts: int = 0
    pod: str = ""
    node: str = ""
    user_retries: int = 0
    system_retries: int = 0
    wait_seconds: float | None = None
    run_seconds: float | None = None
    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    gpus: float | None = None
    cpu_seconds: float | None = None
    peak_memory: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    image: str = ""
    code_sha256: str = ""
    rerun_of: str = ""
    parent: str = ""
    folder: str = ""
    uses: tuple[str, ...] = ()
    deleted: str = ""

    def tombstone(self, *, deleted: datetime) -> Row:
        """What takes the row's place when the execution's data and record have been deleted."""
        return Row(uid=self.uid, namespace=self.namespace, name=self.name, completed=self.completed, deleted=format_time(deleted) or "")

    @property
    def key(self) -> str:
        """By which the execution's folders are known: `folders.key_of`."""
        return key_of(namespace=self.namespace, name=self.name, uid=self.uid)


def completed_of(execution: Json) -> datetime:
    """When an execution ended, by its own documents, so that it is always the same: an edited status without that counts as over when the
    execution was created.
    """
    metadata = execution["metadata"]
    found = _time((execution.get("status") or {}).get("completionTime")) or _time(metadata.get("creationTimestamp"))
    return found or datetime.fromtimestamp(0, UTC)


def row_of(record: Record) -> Row:
    """The row of a record. What its documents don't have, or have in another form, is left out.

    Raises:
        KeyError: the execution has no name, namespace or UID.
    """
    execution = record.execution
    metadata, spec = execution["metadata"], execution.get("spec") or {}
    status = _status(execution)
    template = {"spec": record.resolved} if record.resolved else record.template
    pod = max(record.pods, key=_created, default=None)
    asked = asked_by(execution, template=template, pod=pod)
    task = _task_id(metadata, spec, record)
    failure = status.failure
    row = Row(
        uid=metadata["uid"],
        namespace=metadata["namespace"],
        name=metadata["name"],
        completed=format_time(completed_of(execution)) or "",
        phase=status.phase.value,
        reason=status.condition.reason,
        code=failure.code if failure else "",
        message=_line(failure.message) if failure else "",
        task=task.name,
        version=task.version,
        template=_template(spec),
        labels={str(name): str(value) for name, value in (metadata.get("labels") or {}).items()},
        created=format_time(_time(metadata.get("creationTimestamp"))) or "",
        started=format_time(status.started) or "",
        archived=format_time(record.archived) or "",
        cpu_request=asked.cpu_request,
        cpu_limit=asked.cpu_limit,
        memory_request=asked.memory_request,
        memory_limit=_most(asked.memory_limit, status),
        gpus=asked.gpus,
        image=image_of(execution, template=template, pod=pod),
        code_sha256=_text(((record.resolved or _task(spec, record)).get("code") or {}).get("sha256")),
        rerun_of=_text((metadata.get("labels") or {}).get(RERUN_OF)),
        parent=owner.uid if (owner := parent_in(metadata)) else "",
        folder=record.storage.metadata,
        **_of_attempts(status, created=_time(metadata.get("creationTimestamp"))),
    )
    return replace(row, uses=tuple(_used(row.key, spec, record)), **_without_odd_numbers(row))


def _without_odd_numbers(row: Row) -> dict[str, Any]:
    """The row's integers that no index can have, as None."""
    return {one.name: None for one in fields(row) if isinstance(found := getattr(row, one.name), int) and not 0 <= found < _TOO_LARGE}


def _status(execution: Json) -> Status:
    """The status; of one that is odder than anybody foresaw the phase alone."""
    document = execution.get("status") or {}
    try:
        return parse_status(document)
    except Exception:
        return parse_status({"phase": _text(document.get("phase"))})


def _of_attempts(status: Status, *, created: datetime | None) -> dict[str, Any]:
    """The fields that are about attempts."""
    attempts = status.attempts
    if not attempts:
        return {}
    last = attempts[-1]
    began = attempts[0].started if attempts[0].number == 0 else status.started
    ran = [one.completed - one.started for one in attempts if one.started and one.completed]
    usages = [one.usage for one in attempts if one.usage is not None]
    user, system = _retries(status)
    return {
        "attempts": last.number + 1,
        "pod": last.pod_name,
        "node": last.node_name,
        "user_retries": user,
        "system_retries": system,
        "wait_seconds": max(0.0, (began - created).total_seconds()) if began and created else None,
        "run_seconds": sum(ran, timedelta()).total_seconds() if ran else None,
        "cpu_seconds": _sum(one.cpu_seconds for one in usages),
        "peak_memory": max((one.peak_memory_bytes for one in usages), default=0) or None,
        "bytes_in": _sum(one.bytes_in for one in usages),
        "bytes_out": _sum(one.bytes_out for one in usages),
    }


def _retries(status: Status) -> tuple[int, int]:
    """How many failures of either origin another attempt followed. The status has the last ten attempts, and counts all failures."""
    last = status.attempts[-1]
    if status.attempts[0].number == 0:
        failed: Sequence[Attempt] = [one for one in status.attempts[:-1] if one.failure is not None]
        user = sum(one.failure is not None and one.failure.origin is Origin.USER for one in failed)
        return user, len(failed) - user
    final = last.failure.origin if last.failure else None
    system = status.failures.system + status.failures.unstarted
    return max(0, status.failures.user - (final is Origin.USER)), max(0, system - (final is Origin.SYSTEM))


def _most(limit: int | None, status: Status) -> int | None:
    """The limit of the attempt that had most: one that follows an attempt that was killed for its memory may get more."""
    grown = [_bytes(one.memory) for one in status.attempts if one.memory]
    return max([*grown, limit or 0]) or limit


def _sum(amounts: Iterable[float]) -> Any:
    given = list(amounts)
    return sum(given) if given else None


def _task(spec: Json, record: Record) -> Json:
    task: Json = spec.get("task") or (record.template or {}).get("spec") or {}
    return task


def _template(spec: Json) -> str:
    """The name of its TaskTemplate; empty where the task was written out."""
    reference = spec.get("taskRef")
    return _text(reference.get("name")) if isinstance(reference, Mapping) else ""


def _task_id(metadata: Json, spec: Json, record: Record) -> TaskId:
    """The task's identity: by default that of the object that it stands in."""
    own = (record.resolved or {}).get("id") or _task(spec, record).get("id")
    given: Json = own if isinstance(own, Mapping) else {}
    otherwise = TaskId.of(namespace=metadata["namespace"], name=_template(spec) or metadata["name"])
    return replace(otherwise, name=_text(given.get("name")) or otherwise.name, version=_text(given.get("version")) or otherwise.version)


def _used(own: str, spec: Json, record: Record) -> Iterable[str]:
    """The folders of others that its inputs refer to: those that it was given, and its task's defaults."""
    interface = (record.resolved or _task(spec, record)).get("interface")
    folders = folders_in([spec.get("inputs"), spec.get("inputsUri"), interface])
    return (folder for folder in folders if key_of_folder(folder) != own)


def _created(pod: Json) -> str:
    return str((pod.get("metadata") or {}).get("creationTimestamp") or "")


def _line(message: str) -> str:
    line = masked(headline(message))
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…"


def _bytes(quantity: str) -> int:
    try:
        return parse_bytes(quantity)
    except ValueError:
        return 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _time(value: Any) -> datetime | None:
    """The time; of an edited status it may be one that no year of four digits has in UTC, which counts as none."""
    try:
        found = parse_time(value)
        return found if found is None or found.astimezone(UTC).year >= _FIRST_YEAR else None
    except (TypeError, ValueError, OverflowError):
        return None
