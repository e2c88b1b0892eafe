"""Applies executions and templates that are written out, as in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from glider.wire.jsonform import FieldError
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.sdk.creating import create_once
from glider_client.sdk.documents import new_name
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND

Json = Mapping[str, Any]


def submit(cluster: Cluster, documents: Sequence[Json], *, files: Sequence[Path]) -> list[Json]:
    """Templates first, then executions, as the API server has them.

    Args:
        cluster: where to; its namespace is the default.
        documents: the objects.
        files: where they are from, for messages.

    Raises:
        FieldError: there is no execution, or something else than executions and templates.
        ClusterError: the API server refuses.
    """
    templates = list(_of_kind(documents, TEMPLATE_KIND))
    executions = list(_of_kind(documents, EXECUTION_KIND))
    others = [one for one in documents if one not in templates and one not in executions]
    if others or not executions:
        found = [f"{one.get('apiVersion')} {one.get('kind')} {one['metadata'].get('name', '')}".rstrip() for one in others or templates]
        expected = f"{EXECUTION_KIND} and {TEMPLATE_KIND} objects of {API_VERSION}, with at least one execution"
        raise FieldError(", ".join(map(str, files)), expected=expected, found=", ".join(found) or "none")
    for one in templates:
        cluster.apply(paths.templates(_namespace(one, cluster), one["metadata"]["name"]), one)
    return [_apply(cluster, one) for one in executions]


def _of_kind(documents: Sequence[Json], kind: str) -> Iterator[Json]:
    return (one for one in documents if one.get("kind") == kind and one.get("apiVersion") == API_VERSION)


def _apply(cluster: Cluster, document: Json) -> Json:
    """A named one is applied, so that the same file can be submitted again; a new name is created, once."""
    metadata, namespace = document["metadata"], _namespace(document, cluster)
    if metadata.get("name"):
        return cluster.apply(paths.executions(namespace, metadata["name"]), document)
    base = str(metadata["generateName"]).rstrip("-")
    kept = {field: value for field, value in metadata.items() if field != "generateName"}
    named = {**document, "metadata": {**kept, "name": new_name(base), "namespace": namespace}}
    return create_once(cluster, named, renamed=lambda: new_name(base))


def _namespace(document: Json, cluster: Cluster) -> str:
    return str(document["metadata"].get("namespace") or cluster.namespace)
