"""Where objects of any kind are, by the API server's own lists of its resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from glider.wire.jsonform import FieldError, nothing
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_core.api.labels import API_VERSION

Json = Mapping[str, Any]


class UnknownKindError(ClusterError):
    """The cluster doesn't have that kind."""


class Resources:
    """The resources of a cluster, asked for once for each API version."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: dict[str, dict[str, Json]] = {}

    def path_of(self, document: Json, *, namespace: str) -> tuple[str, str]:
        """The path of an object, or, of one without a name, of its list; and its namespace, which is empty where its kind has none.

        Raises:
            FieldError: it isn't an object of Kubernetes'.
            ClusterError: the cluster doesn't have its kind.
        """
        version, kind = (str(document.get(field) or "") for field in ("apiVersion", "kind"))
        for field, value in (("apiVersion", version), ("kind", kind)):
            if not value:
                raise FieldError(field, expected=f"such as {API_VERSION if field == 'apiVersion' else 'TaskTemplate'}", found=nothing())
        metadata = document.get("metadata") or {}
        if not metadata.get("name") and not metadata.get("generateName"):
            raise FieldError(f"{kind}: metadata.name", expected="the name of the object", found=nothing())
        resource = self._resources(version).get(kind)
        if resource is None:
            raise UnknownKindError(f"{version} {kind}: the cluster doesn't have this kind. Is it this cluster, and is the kind right?")
        base = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        where = str(metadata.get("namespace") or namespace) if resource.get("namespaced") else ""
        within = f"{base}/namespaces/{quote(where, safe='')}" if where else base
        name = quote(str(metadata.get("name") or ""), safe="")
        return f"{within}/{resource['name']}" + (f"/{name}" if name else ""), where

    def _resources(self, version: str) -> dict[str, Json]:
        if version not in self._known:
            path = f"/api/{version}" if "/" not in version else f"/apis/{version}"
            try:
                listed = self._cluster.get(path).get("resources") or ()
            except NotFoundError:
                if version == API_VERSION:
                    raise
                listed = ()
            self._known[version] = {one["kind"]: one for one in listed if "/" not in one["name"]}
        return self._known[version]
