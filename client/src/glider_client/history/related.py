"""What stands beside an execution: its pods, its template, and the Events about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.views.documents import without_managed_fields
from glider_core.api.labels import ATTEMPT, EXECUTION_UID

Json = Mapping[str, Any]


def pods_of(cluster: Cluster, uid: str, *, namespace: str) -> list[Json]:
    """The pods of an execution that there are still, in the order of their attempts."""
    found = cluster.items(paths.pods(namespace), query={"labelSelector": f"{EXECUTION_UID}={uid}"})
    return sorted(map(without_managed_fields, found), key=_order)


def _order(pod: Json) -> tuple[int, str]:
    attempt = str((pod["metadata"].get("labels") or {}).get(ATTEMPT, ""))
    return int(attempt) if attempt.isdecimal() else -1, str(pod["metadata"]["creationTimestamp"])


def events_of(cluster: Cluster, uid: str, *, namespace: str) -> list[Json]:
    """The Events about the object with this UID."""
    found = cluster.items(paths.events(namespace), query={"fieldSelector": f"involvedObject.uid={uid}"})
    return [without_managed_fields(event) for event in found]


def template_of(cluster: Cluster, execution: Json) -> Json | None:
    """The TaskTemplate that an execution refers to; None where it refers to none, or where that isn't there any more.

    Raises:
        ClusterError: it can't be read.
    """
    name = ((execution.get("spec") or {}).get("taskRef") or {}).get("name")
    try:
        return without_managed_fields(cluster.get(paths.templates(execution["metadata"]["namespace"], name))) if name else None
    except NotFoundError:
        return None


def task_of(cluster: Cluster, execution: Json) -> Json:
    """The execution's task: that of its template, or what is written out in it.

    Raises:
        NotFoundError: its template has been deleted.
    """
    spec, metadata = execution["spec"], execution["metadata"]
    if "taskRef" not in spec:
        return dict(spec.get("task") or {})
    name = spec["taskRef"]["name"]
    try:
        return dict(cluster.get(paths.templates(metadata["namespace"], name))["spec"])
    except NotFoundError as error:
        raise NotFoundError(
            f"the TaskTemplate {name!r} of {metadata['name']} was deleted. Register the task again (glider register), and run that."
        ) from error
