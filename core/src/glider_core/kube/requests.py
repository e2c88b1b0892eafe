"""Calls to the API server, as values: a request is built here and sent elsewhere, so that a test needs no server to check it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from glider_core.api import labels
from glider_core.api.tombstones import COMPACTION

JSON = "application/json"
#: Only the metadata of each object.
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA_OF_ONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"

_OURS = f"/apis/{labels.API_VERSION}"
#: On every write of fields, so that they have one owner whatever the client calls itself. A deletion takes no manager.
_MANAGED = (("fieldManager", labels.FIELD_MANAGER),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One call. `verb` and `resource` are RBAC's words, and the labels of the metrics. `spare`: other calls have priority."""

    verb: str
    resource: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = field(default=None, repr=False)
    content_type: str = JSON
    accept: str = JSON
    spare: bool = False

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def create_pod(namespace: str, manifest: dict[str, Any]) -> Request:
    """Create a pod. A field that this API server doesn't know is an error: it would be dropped without notice."""
    query = (*_MANAGED, ("fieldValidation", "Strict"))
    return Request(verb="create", resource="pods", method="POST", path=_pods(namespace), query=query, body=manifest)


def get_pod(namespace: str, name: str) -> Request:
    """Read a pod."""
    return Request(verb="get", resource="pods", method="GET", path=f"{_pods(namespace)}/{_segment(name)}")


def get_version() -> Request:
    """Read the API server's version, which everybody may."""
    return Request(verb="get", resource="version", method="GET", path="/version")


def get_template(namespace: str, name: str) -> Request:
    """Read a TaskTemplate that an execution waits for."""
    return replace(get_watched(labels.TEMPLATES, namespace, name), spare=False)


def get_object(resource: str, namespace: str, name: str, *, whole: bool = True) -> Request:
    """Read one of Kubernetes' own objects, or its metadata alone."""
    path = f"/api/v1/namespaces/{_segment(namespace)}/{resource}/{_segment(name)}"
    return Request(verb="get", resource=resource, method="GET", path=path, accept=JSON if whole else METADATA_OF_ONE)


def delete_pod(namespace: str, name: str, *, uid: str) -> Request:
    """Delete the pod with this UID, and no later one of the same name."""
    return Request(
        verb="delete",
        resource="pods",
        method="DELETE",
        path=f"{_pods(namespace)}/{_segment(name)}",
        body={"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}},
    )


def patch_status(namespace: str, name: str, status: dict[str, Any], *, resource_version: str) -> Request:
    """Write an execution's status, if nobody has written the execution since `resource_version`."""
    return Request(
        verb="patch",
        resource=f"{labels.EXECUTIONS}/status",
        method="PATCH",
        path=f"{_OURS}/namespaces/{_segment(namespace)}/{labels.EXECUTIONS}/{_segment(name)}/status",
        query=_MANAGED,
        body={"metadata": {"resourceVersion": resource_version}, "status": status},
        content_type=MERGE_PATCH,
    )


def compact_status(namespace: str, name: str, *, uid: str) -> Request:
    """Drop from the status of a finished execution what is about single attempts, and leave the rest as it is."""
    request = patch_status(namespace, name, dict(COMPACTION), resource_version="")
    return replace(request, body={"metadata": {"uid": uid}, "status": dict(COMPACTION)})


def replace_status(namespace: str, name: str, status: dict[str, Any], *, resource_version: str) -> Request:
    """The same where something in `status` is null, which a merge patch would remove. The whole status is replaced."""
    return replace(
        patch_status(namespace, name, status, resource_version=resource_version),
        body=[
            {"op": "replace", "path": "/metadata/resourceVersion", "value": resource_version},
            {"op": "add", "path": "/status", "value": status},
        ],
        content_type=JSON_PATCH,
    )


def create_event(namespace: str, event: dict[str, Any]) -> Request:
    """Post an Event."""
    path = f"/api/v1/namespaces/{_segment(namespace)}/events"
    return Request(verb="create", resource="events", method="POST", path=path, query=_MANAGED, body=event, spare=True)


def list_warnings(namespace: str, pod_uid: str) -> Request:
    """The warning Events about one pod."""
    return list_events(namespace, pod_uid, only="Warning")


def get_log(namespace: str, pod: str, *, container: str, since: str | None, most: int) -> Request:
    """Read a container's log from its node, with times: at most so many bytes, from `since` (RFC 3339) on. Its answer is no JSON."""
    query = (("container", container), ("timestamps", "true"), ("limitBytes", str(most)), *((("sinceTime", since),) if since else ()))
    path = f"{_pods(namespace)}/{_segment(pod)}/log"
    return Request(verb="get", resource="pods/log", method="GET", path=path, query=query, accept="*/*")


def list_events(namespace: str, uid: str, *, only: str = "") -> Request:
    """The Events about one object, or `only` those of that type."""
    selector = f"involvedObject.uid={uid}" + (f",type={only}" if only else "")
    path = f"/api/v1/namespaces/{_segment(namespace)}/events"
    return Request(verb="list", resource="events", method="GET", path=path, query=(("fieldSelector", selector), ("limit", "100")))


def delete_execution(namespace: str, name: str, *, uid: str) -> Request:
    """Delete the execution with this UID, and no later one of the same name."""
    return Request(
        verb="delete",
        resource=labels.EXECUTIONS,
        method="DELETE",
        path=f"{_OURS}/namespaces/{_segment(namespace)}/{labels.EXECUTIONS}/{_segment(name)}",
        body={"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}, "propagationPolicy": "Background"},
    )


def delete_template(namespace: str, name: str, *, uid: str, resource_version: str) -> Request:
    """Delete the template in the state that was judged, and no other."""
    preconditions = {"uid": uid, "resourceVersion": resource_version}
    return Request(
        verb="delete",
        resource=labels.TEMPLATES,
        method="DELETE",
        path=f"{_all(labels.TEMPLATES, namespace)}/{_segment(name)}",
        body={"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": preconditions, "propagationPolicy": "Background"},
        spare=True,
    )


def annotate_template(namespace: str, name: str, annotations: dict[str, str | None], *, uid: str) -> Request:
    """Set annotations of the template with this UID; None removes one."""
    return Request(
        verb="patch",
        resource=labels.TEMPLATES,
        method="PATCH",
        path=f"{_all(labels.TEMPLATES, namespace)}/{_segment(name)}",
        query=_MANAGED,
        body={"metadata": {"uid": uid, "annotations": annotations}},
        content_type=MERGE_PATCH,
        spare=True,
    )


def list_one(resource: str, *, namespace: str | None, fields: str = "") -> Request:
    """List at most one object, to learn whether the resource exists and may be listed, and by these fields."""
    return replace(list_objects(resource, namespace=namespace, selector="", fields=fields, limit=1), spare=False)


def list_metadata(resource: str, *, namespace: str | None, selector: str, fields: str = "", limit: int, after: str = "") -> Request:
    """A page of the metadata of all objects as they are now; `after`: where the page before ended. `selector` is of labels."""
    asked = (("limit", str(limit)), ("labelSelector", selector), ("fieldSelector", fields), ("continue", after))
    query = tuple((name, value) for name, value in asked if value)
    return Request(verb="list", resource=resource, method="GET", path=_all(resource, namespace), query=query, accept=METADATA, spare=True)


def list_objects(resource: str, *, namespace: str | None, selector: str, fields: str = "", limit: int, after: str = "") -> Request:
    """The same of the objects as a whole."""
    page = list_metadata(resource, namespace=namespace, selector=selector, fields=fields, limit=limit, after=after)
    return replace(page, accept=JSON)


def get_watched(resource: str, namespace: str, name: str) -> Request:
    """Read one of the objects that are watched."""
    return Request(verb="get", resource=resource, method="GET", path=f"{_all(resource, namespace)}/{_segment(name)}", spare=True)


def get_lease(namespace: str, name: str) -> Request:
    """Read a Lease."""
    return Request(verb="get", resource="leases", method="GET", path=f"{_leases(namespace)}/{_segment(name)}")


def create_lease(namespace: str, lease: dict[str, Any]) -> Request:
    """Create a Lease."""
    return Request(verb="create", resource="leases", method="POST", path=_leases(namespace), query=_MANAGED, body=lease)


def update_lease(namespace: str, name: str, lease: dict[str, Any]) -> Request:
    """Replace a Lease, if nobody has written it since the resource version that it has."""
    path = f"{_leases(namespace)}/{_segment(name)}"
    return Request(verb="update", resource="leases", method="PUT", path=path, query=_MANAGED, body=lease)


def _leases(namespace: str) -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{_segment(namespace)}/leases"


def _all(resource: str, namespace: str | None) -> str:
    base = "/api/v1" if resource == "pods" else _OURS
    return f"{base}/namespaces/{_segment(namespace)}/{resource}" if namespace else f"{base}/{resource}"


def _pods(namespace: str) -> str:
    return f"/api/v1/namespaces/{_segment(namespace)}/pods"


def _segment(name: str) -> str:
    """`name` as one segment of a path, whatever it contains: `a/../b` and `a%2fb` are names here, and no paths."""
    return quote(name, safe="")
