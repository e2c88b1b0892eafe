"""What is kept of an object for indices, filters and order: lists decode only the documents that they show."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.admin.execution_pb2 import EXECUTION_ARCHIVED

from glider_admin.messages.executions import state_of
from glider_admin.messages.originals import tags_of
from glider_admin.messages.phases import is_cancelled
from glider_admin.messages.registrations import registered_at
from glider_core.api.task import TaskId

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What every object has. Times are in RFC 3339, in UTC, so that they sort as text.

    Attributes:
        namespace: where it is.
        name: its name.
        uid: its UID.
        resource_version: which state of it that is.
        created: its creationTimestamp.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str
    created: str

    @property
    def order(self) -> tuple[str, str]:
        """Sorts by creation; those of one second by name."""
        return self.created, self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionRow(Row):
    """A TaskExecution.

    Attributes:
        phase: its phase as in the status; Pending without one.
        template: the name of its TaskTemplate; empty where it has a task of its own.
        cancelled: whether it is asked to end, or is being deleted.
        started: when its first pod was created; empty before.
        completed: when it ended; empty before.
        updated: when its status last changed, as its conditions have it; else when it was created.
        tags: Flyte's tags, which it was created with.
        archived: whether it is archived.
    """

    phase: str
    template: str
    cancelled: bool
    started: str
    completed: str
    updated: str
    tags: tuple[str, ...] = ()
    archived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateRow(Row):
    """A TaskTemplate.

    Attributes:
        task: the task's full name.
        version: the version of the task.
    """

    task: str
    version: str


def execution_row(document: Json) -> ExecutionRow:
    """That of a TaskExecution."""
    metadata, spec, status = document["metadata"], document.get("spec") or {}, document.get("status") or {}
    created = str(metadata.get("creationTimestamp") or "")
    moments = [str(condition.get("lastTransitionTime") or "") for condition in status.get("conditions") or ()]
    completed = str(status.get("completionTime") or "")
    return ExecutionRow(
        **_common(metadata),
        phase=sys.intern(str(status.get("phase") or "Pending")),
        template=sys.intern(str((spec.get("taskRef") or {}).get("name") or "")),
        cancelled=is_cancelled(document),
        started=str(status.get("startTime") or ""),
        completed=completed,
        updated=max([created, completed, *moments]),
        tags=tags_of(document),
        archived=state_of(document).state == EXECUTION_ARCHIVED,
    )


def template_row(document: Json) -> TemplateRow:
    """That of a TaskTemplate. One without an id is a task of the object's name; one that was registered has its fractions of a second."""
    metadata, found = document["metadata"], (document.get("spec") or {}).get("id") or {}
    unnamed = TaskId.of(namespace=metadata["namespace"], name=metadata["name"])
    return TemplateRow(
        **{**_common(metadata), "created": registered_at(metadata)},
        task=sys.intern(str(found.get("name") or unnamed.name)),
        version=str(found.get("version") or unnamed.version),
    )


def _common(metadata: Json) -> dict[str, Any]:
    return {
        "namespace": sys.intern(metadata["namespace"]),
        "name": metadata["name"],
        "uid": metadata["uid"],
        "resource_version": str(metadata.get("resourceVersion") or ""),
        "created": str(metadata.get("creationTimestamp") or ""),
    }
