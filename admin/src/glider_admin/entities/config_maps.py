"""Reads and writes the ConfigMaps of kept entities, with the caller's own cluster: RBAC decides who may."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glider_admin.entities.kept import KIND_LABEL, EntityKind, Kept, kept_of, object_name
from glider_admin.entities.rows import row_of
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_core.api.template_names import task_selector
from glider_core.kube.requests import METADATA

Json = Mapping[str, Any]

#: Metadata has 256 KiB of annotations, if somebody writes so much by hand.
_PAGE = 50

logger = logging.getLogger(__name__)


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


def pages(cluster: Cluster, kind: EntityKind, *, namespace: str, name: str = "") -> Iterator[Sequence[Kept]]:
    """All versions of the entity of that name, or all entities, page by page and without their content.

    Raises:
        ClusterError: the cluster refuses.
    """
    selector = f"{KIND_LABEL}={kind}" + (f",{task_selector(name)}" if name else "")
    query = {"labelSelector": selector}
    for page in cluster.pages(paths.config_maps(namespace), query=query, accept=METADATA, size=_PAGE):
        rows = [_row(document, namespace) for document in page.get("items") or ()]
        yield [row for row in rows if row is not None and row.kind is kind and name in ("", row.name)]


def _row(document: Json, namespace: str) -> Kept | None:
    row = row_of(document)
    if row is None:
        logger.debug("passed over: the ConfigMap %s in %s isn't one that the front made", document["metadata"].get("name"), namespace)
    return row


def annotate(cluster: Cluster, kept: Kept, annotations: Json) -> None:
    """Change what of the metadata may be changed.

    Raises:
        ClusterError: the cluster refuses.
    """
    path = paths.config_maps(str(kept.metadata["namespace"]), str(kept.metadata["name"]))
    cluster.patch(path, {"metadata": {"annotations": dict(annotations)}})
