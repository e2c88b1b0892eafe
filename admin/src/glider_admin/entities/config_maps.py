"""Reads and writes the ConfigMaps of kept entities, with the caller's own cluster: RBAC decides who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glider_admin.entities.kept import KIND_LABEL, EntityKind, Kept, kept_of, object_name
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_core.api.template_names import task_selector

Json = Mapping[str, Any]


def create(cluster: Cluster, document: Json) -> None:
    """Write the ConfigMap of a version that isn't there.

    Raises:
        AlreadyExistsError: it is.
        ClusterError: the cluster refuses.
    """
    cluster.create(paths.config_maps(document["metadata"]["namespace"]), document)


def read(cluster: Cluster, kind: EntityKind, *, namespace: str, name: str, version: str) -> Kept | None:
    """One version; None where it isn't kept.

    Raises:
        ClusterError: the cluster refuses.
    """
    try:
        found = kept_of(cluster.get(paths.config_maps(namespace, object_name(kind, name=name, version=version))))
    except NotFoundError:
        return None
    return found if found is not None and (found.kind, found.name, found.version) == (kind, name, version) else None


def listed(cluster: Cluster, kind: EntityKind, *, namespace: str, name: str = "") -> Sequence[Kept]:
    """All versions of the entity of that name, or all entities; without what somebody wrote by hand, and nobody can read.

    Raises:
        ClusterError: the cluster refuses.
    """
    selector = f"{KIND_LABEL}={kind}" + (f",{task_selector(name)}" if name else "")
    documents = cluster.items(paths.config_maps(namespace), query={"labelSelector": selector})
    found = [kept for document in documents if (kept := kept_of(document)) is not None and name in ("", kept.name)]
    return [kept for kept in found if kept.kind is kind and kept.is_readable]


def annotate(cluster: Cluster, kept: Kept, annotations: Json) -> None:
    """Change what of the metadata may be changed.

    Raises:
        ClusterError: the cluster refuses.
    """
    path = paths.config_maps(str(kept.metadata["namespace"]), str(kept.metadata["name"]))
    cluster.patch(path, {"metadata": {"annotations": dict(annotations)}})
