"""A record: one execution as it ended, in one object of the store.

    {"apiVersion": "glider.dev/v1alpha1", "kind": "ExecutionRecord", "archivedTime": …,
     "execution": {…}, "template": {…}, "resolved": {…}, "pods": [{…}], "events": [{…}],
     "storage": {"metadata": "s3://…/<namespace>/<name>-<uid8>", "raw": ["s3://…/<shard>/<namespace>-<name>-<uid8>-<attempt>"]}}

`execution` and `template` are the API server's objects without managedFields; `pods` and `events` likewise, as they were at the end.
`resolved` is the task as it ran: the template with the execution's overrides and the configuration's defaults. `storage` names the
folders that are the execution's own. Keys without a value are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from glider.wire import zstd
from glider.wire.jsonform import FieldError
from glider_core.api.labels import API_VERSION
from glider_core.api.moments import format_time, parse_time

Json = Mapping[str, Any]
KIND = "ExecutionRecord"
#: A TaskExecution has at most 1.5 MiB in etcd, its template as much; its pods have less.
MOST_BYTES = 32 << 20


class RecordError(ValueError):
    """An object that is no record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFolders:
    """The folders of the store that are one execution's own. Empty where it had no store."""

    metadata: str = ""
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One execution as it ended."""

    execution: Json
    archived: datetime
    template: Json | None = None
    resolved: Json | None = None
    pods: Sequence[Json] = ()
    events: Sequence[Json] = ()
    storage: OwnFolders = field(default_factory=OwnFolders)


def encode_record(record: Record) -> bytes:
    """The object's content. Equal records have equal bytes."""
    document = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "archivedTime": format_time(record.archived),
        "execution": record.execution,
        "template": record.template,
        "resolved": record.resolved,
        "pods": list(record.pods),
        "events": list(record.events),
        "storage": {"metadata": record.storage.metadata, "raw": list(record.storage.raw)} if record.storage.metadata else None,
    }
    given = {name: value for name, value in document.items() if value}
    return zstd.compress(orjson.dumps(given, option=orjson.OPT_SORT_KEYS), level=3)


def decode_record(data: bytes) -> Record:
    """The record in an object's content.

    Raises:
        RecordError: it is none, or isn't whole.
    """
    try:
        document = orjson.loads(zstd.decompress(data, most=MOST_BYTES))
        if document["kind"] != KIND or document["apiVersion"] != API_VERSION:
            raise RecordError(f"expected {API_VERSION} {KIND}, found {document['apiVersion']} {document['kind']}")
        archived = parse_time(document["archivedTime"])
        storage = document.get("storage") or {}
        if archived is None:
            raise RecordError(f"archivedTime: expected a time, found {document['archivedTime']!r}")
        return Record(
            execution=document["execution"],
            archived=archived,
            template=document.get("template"),
            resolved=document.get("resolved"),
            pods=document.get("pods") or (),
            events=document.get("events") or (),
            storage=OwnFolders(metadata=storage.get("metadata", ""), raw=tuple(storage.get("raw") or ())),
        )
    except (zstd.ZstdError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError, FieldError) as error:
        raise RecordError(f"expected an {KIND}, found something else: {error}") from error
