"""What goes into an execution's record: its document, what it ran, its pods and Events, and which folders of the store are its own.

Names and UIDs are those that the API server has given, never what somebody wrote into a status: they become keys of the store. All else
is taken as it is, since it is only read by people and compared by name before anything is done by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from glider.wire.durations import format_duration
from glider.wire.jsonform import FieldError
from glider_core.api import labels
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.fields import Fields
from glider_core.api.moments import parse_time
from glider_core.api.names import NAMESPACE
from glider_core.api.settings import parse_section
from glider_core.api.task import Storage
from glider_core.api.terms import parse_terms
from glider_core.history.records import OwnFolders, Record
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.storage import paths_of

Json = Mapping[str, Any]

_NAMESPACE = re.compile(NAMESPACE)
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
#: More attempts nobody has; an edited status may state any number.
_MOST_ATTEMPTS = 1_000


class UnfitError(ValueError):
    """No record can be made of an execution, whatever the store does."""


def check_identity(metadata: Json) -> None:
    """Check that keys of the store can be made from namespace and UID.

    Raises:
        UnfitError: they can't.
    """
    for name, pattern in (("namespace", _NAMESPACE), ("uid", _UID)):
        if not isinstance(found := metadata.get(name), str) or not pattern.fullmatch(found):
            raise UnfitError(f"metadata.{name}: expected one that Kubernetes gives, found {found!r}")


def record_of(
    body: bytes,
    *,
    archived: datetime,
    resolved: Json | None = None,
    template: Json | None = None,
    defaults: Storage | None = None,
    pods: Iterable[bytes] = (),
    events: Iterable[bytes] = (),
) -> Record:
    """The record of an execution.

    Args:
        body: its document.
        archived: the time.
        resolved: what its task got besides what is written in it, by `resolved_settings`; None where that isn't known any more.
        template: its template's document.
        defaults: the prefixes that the configuration has for its data. Its pods know best what it got.
        pods: the documents of its pods.
        events: those of Events, in any order.
    """
    document = orjson.loads(body)
    found = sorted(map(orjson.loads, pods), key=_order)
    spec = document.get("spec") or {}
    template = None if template is None else {**template, "spec": dict(template["spec"])}
    task = spec.get("task") or (template or {}).get("spec") or {}
    storage = next(filter(None, map(_storage_of, found)), None)
    if storage is None:
        storage = storage_by([spec, {**task, **(resolved or {})}], defaults or Storage())
    return Record(
        execution=document,
        archived=archived,
        template=template,
        resolved=None if resolved is None else {**task, **resolved},
        pods=found,
        events=_in_order(map(orjson.loads, events)),
        storage=own_folders(parse_execution(document), storage),
    )


def bare_record(body: bytes, *, archived: datetime) -> Record:
    """The record with the execution's document alone."""
    return Record(execution=orjson.loads(body), archived=archived)


def own_folders(execution: Execution, storage: Storage) -> OwnFolders:
    """The folders that are the execution's own, below the prefixes of `storage`."""
    paths, last = paths_of(execution, storage, inputs_uri=None), execution.status.last_attempt
    if not paths.stored:
        return OwnFolders()
    attempts = 0 if last is None else min(last.number + 1, _MOST_ATTEMPTS)
    return OwnFolders(metadata=paths.metadata, raw=tuple(paths.raw_output(number) for number in range(attempts)))


def storage_by(documents: Sequence[Json], default: Storage) -> Storage:
    """The prefixes that an execution has by `documents`, those of its specification and its task, the strongest first, and by `default`."""
    found = [default]
    for document in reversed(documents):
        try:
            found.insert(0, parse_section(Storage, Fields(document.get("storage") or {}, path="storage")))
        except (FieldError, AttributeError):
            continue  # it was refused, and has no data
    return Storage(
        metadata_prefix=next((one.metadata_prefix for one in found if one.metadata_prefix), None),
        raw_output_data_prefix=next((one.raw_output_data_prefix for one in found if one.raw_output_data_prefix), None),
    )


def resolved_settings(task: Resolved) -> Json:
    """What a task got by its execution and by the operator's configuration, in the fields of a TaskTemplate's spec."""
    identity, storage, timeouts, retries = task.id, task.storage, task.timeouts, task.retries
    named = {name: format_duration(limit) for name in ("queued", "attempt", "total") if (limit := getattr(timeouts, name)) is not None}
    prefixes = {"metadataPrefix": storage.metadata_prefix, "rawOutputDataPrefix": storage.raw_output_data_prefix}
    return {
        "id": {"project": identity.project, "domain": identity.domain, "name": identity.name, "version": identity.version},
        "primaryContainerName": task.primary,
        "storage": {name: prefix for name, prefix in prefixes.items() if prefix},
        "retries": {"user": retries.user, "system": retries.system},
        "timeouts": named,
        "executor": {"mode": task.traits.executor_mode.value},
        "priority": task.priority,
    }


def is_later(template: Json, execution: Json) -> bool:
    """Whether a template was made after an execution had ended, so that it is another one than that which ran."""
    try:
        made = parse_time(template["metadata"].get("creationTimestamp"))
        ended = parse_time((execution.get("status") or {}).get("completionTime"))
        return made is not None and ended is not None and made > ended
    except (TypeError, ValueError):
        return False


def _storage_of(pod: Json) -> Storage | None:
    """The prefixes that an attempt was started with."""
    terms = parse_terms((pod["metadata"].get("annotations") or {}).get(labels.STARTED_WITH))
    return terms.storage if terms is not None else None


def _order(pod: Json) -> tuple[int, str]:
    attempt = str((pod["metadata"].get("labels") or {}).get(labels.ATTEMPT, ""))
    return int(attempt) if attempt.isdecimal() and len(attempt) < 10 else -1, str(pod["metadata"].get("creationTimestamp"))


def _in_order(events: Iterable[Json]) -> list[Json]:
    """The Events by when they were last seen, each once."""
    found = {(event.get("metadata") or {}).get("name"): event for event in events}
    return sorted(found.values(), key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""))
