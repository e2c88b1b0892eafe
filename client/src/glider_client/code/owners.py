"""Who owns the ConfigMaps with code: the templates that use it, with the last of which they go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_core.kube.requests import METADATA_OF_ONE

Json = Mapping[str, Any]

_MERGED_LISTS = "application/strategic-merge-patch+json"


def owner_of(template: Json) -> Json:
    """The reference to `template` as an owner."""
    metadata = template["metadata"]
    return {"apiVersion": template["apiVersion"], "kind": template["kind"], "name": metadata["name"], "uid": metadata["uid"]}


def add_owners(cluster: Cluster, *, namespace: str, name: str, owners: Sequence[Json]) -> None:
    """Let the ConfigMap have these `owners`, too. They are merged by their UID, so that two at once don't take each other's away.

    Raises:
        ClusterError: the cluster refuses, or isn't there.
    """
    change = {"metadata": {"ownerReferences": list(owners)}}
    # without its content: a part has nearly a megabyte
    cluster.patch(paths.config_maps(namespace, name), change, content_type=_MERGED_LISTS, accept=METADATA_OF_ONE)
