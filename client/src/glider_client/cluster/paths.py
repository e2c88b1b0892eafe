"""Where objects are in the API. An empty namespace is all namespaces, an empty name is all objects. Names are quoted."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

from glider_core.api.labels import API_VERSION, EXECUTION_KIND, EXECUTIONS, TEMPLATE_KIND, TEMPLATES

_OURS = f"/apis/{API_VERSION}"
_CORE = "/api/v1"
#: What a resource's objects are called in messages.
_KINDS = {
    EXECUTIONS: EXECUTION_KIND,
    TEMPLATES: TEMPLATE_KIND,
    "pods": "Pod",
    "configmaps": "ConfigMap",
    "namespaces": "Namespace",
    "secrets": "Secret",
    "customresourcedefinitions": "CRD",
}


def executions(namespace: str, name: str = "") -> str:
    """TaskExecutions."""
    return _path(_OURS, namespace, EXECUTIONS, name)


def templates(namespace: str, name: str = "") -> str:
    """TaskTemplates."""
    return _path(_OURS, namespace, TEMPLATES, name)


def pods(namespace: str, name: str = "") -> str:
    """Pods."""
    return _path(_CORE, namespace, "pods", name)


def pod_log(namespace: str, name: str) -> str:
    """The log of one pod."""
    return f"{pods(namespace, name)}/log"


def pod_metrics(namespace: str, name: str = "") -> str:
    """What pods use now, by the metrics server."""
    return _path("/apis/metrics.k8s.io/v1beta1", namespace, "pods", name)


def config_maps(namespace: str, name: str = "") -> str:
    """ConfigMaps."""
    return _path(_CORE, namespace, "configmaps", name)


def pod_templates(namespace: str, name: str = "") -> str:
    """Kubernetes' PodTemplates."""
    return _path(_CORE, namespace, "podtemplates", name)


def events(namespace: str) -> str:
    """Kubernetes' Events."""
    return _path(_CORE, namespace, "events", "")


def namespaces(name: str = "") -> str:
    """Namespaces."""
    return _path(_CORE, "", "namespaces", name)


def crd(resource: str) -> str:
    """The CRD of one of Glider's resources."""
    return f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{resource}.{API_VERSION.partition('/')[0]}"


def _path(base: str, namespace: str, resource: str, name: str) -> str:
    within = f"{base}/namespaces/{_quoted(namespace)}" if namespace else base
    return f"{within}/{resource}" + (f"/{_quoted(name)}" if name else "")


def _quoted(name: str) -> str:
    """One part of a path. A dot alone is quoted, too: it would mean the list, and two the path above."""
    return name.replace(".", "%2E") if name in (".", "..") else quote(name, safe="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What a path is about, in RBAC's words."""

    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def kind(self) -> str:
        """What its objects are called."""
        return _KINDS.get(self.resource, self.resource)

    @property
    def full_resource(self) -> str:
        """As in a Role: taskexecutions.glider.dev, pods/log."""
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{resource}.{self.group}" if self.group else resource


def target_of(path: str) -> Target:
    """What `path` is about; an empty target where it isn't about objects."""
    parts = [unquote(part) for part in path.partition("?")[0].strip("/").split("/")]
    if parts[0] not in ("api", "apis"):
        return Target()
    group, rest = (parts[1], parts[3:]) if parts[0] == "apis" and len(parts) > 1 else ("", parts[2:])
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    resource, name, subresource = (*rest, "", "", "")[:3]
    return Target(group=group, resource=resource, namespace=namespace, name=name, subresource=subresource)
