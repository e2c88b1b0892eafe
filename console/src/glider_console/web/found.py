"""The execution that a request is about: the cluster's, or else the history's. The viewer's own rights decide about both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from glider.storage.errors import StorageError
from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.history.related import task_of
from glider_client.stored.store import sentence_of
from glider_console.access.reviews import refusal_of
from glider_console.access.viewer import Viewer
from glider_console.context import Console
from glider_console.execution.reading import Missing
from glider_console.history.segments import HistoryError
from glider_core.api.labels import TEMPLATES
from glider_core.history.records import Record

Json = Mapping[str, Any]

#: What a record has beside the execution, as pages call it, and what it takes to see it.
_PARTS = {
    "template": ("The template", Right(verb="get", resource=TEMPLATES)),
    "pods": ("The pods", Right(verb="list", resource="pods", group="")),
    "events": ("The Events", Right(verb="list", resource="events", group="")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """An execution.

    Attributes:
        document: its document.
        record: as it ended, where it isn't on the cluster any more; without what the viewer may not see.
        missing: what of the record that is, and why.
    """

    document: Json
    record: Record | None = None
    missing: Sequence[Missing] = ()

    def task(self, cluster: Cluster) -> Json:
        """Its task: of one in the history as it was then.

        Raises:
            NotFoundError: its template has been deleted.
            ClusterError: the API server refuses.
        """
        if self.record is not None and self.record.template is not None and "taskRef" in self.document["spec"]:
            return dict(self.record.template["spec"])
        return task_of(cluster, self.document)


async def find(console: Console, viewer: Viewer, *, namespace: str, name: str) -> Execution:
    """The execution of that name; where the cluster has none, the newest in the history with that name, or the one with that UID.

    Raises:
        NotFoundError: there is neither.
        ClusterError: the viewer may not get it, or the API server doesn't answer.
        HistoryError: the cluster has none, and the history can't be read.
    """
    try:
        return Execution(document=await console.ask(viewer, lambda cluster: cluster.get(paths.executions(namespace, name))))
    except NotFoundError as gone:
        try:
            record = await console.history.record(console.reviews, viewer, namespace=namespace, name=name)
        except (StorageError, HistoryError) as error:
            why = sentence_of(error) if isinstance(error, StorageError) else str(error)
            raise HistoryError(f"The cluster has no execution {name}. Whether the history has it isn't known: {why}") from error
        if record is None:
            raise gone
        return await _within_rights(console, viewer, record)


async def _within_rights(console: Console, viewer: Viewer, record: Record) -> Execution:
    """What a record has beside the execution needs the right that it needs on the cluster."""
    namespace = record.execution["metadata"]["namespace"]
    missing = []
    for part, (what, right) in _PARTS.items():
        needed = replace(right, namespace=namespace)
        if getattr(record, part) and not await console.reviews.allowed(viewer, needed):
            missing.append(Missing(what=what, why=refusal_of(viewer, needed)))
            record = _without(record, part)
    return Execution(document=record.execution, record=record, missing=missing)


def _without(record: Record, part: str) -> Record:
    match part:
        case "template":
            return replace(record, template=None)
        case "pods":
            return replace(record, pods=())
        case _:
            return replace(record, events=())
