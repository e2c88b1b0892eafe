"""The log of an execution's task, line by line: what kubectl logs would show of the pod."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.cluster.paths import pod_log, pods
from glider_core.api.labels import ATTEMPT, DEFAULT_CONTAINER, EXECUTION_UID

Json = Mapping[str, Any]


def log_lines(cluster: Cluster, execution: Json, *, attempt: int | None = None, follow: bool = False) -> Iterator[str]:
    """The lines of one attempt's log, by default the latest one's.

    Args:
        cluster: the cluster.
        execution: the execution.
        attempt: the number of the attempt, from 0.
        follow: go on until the task ends.

    Raises:
        NotFoundError: its pod is gone, or hasn't been created yet.
        ClusterError: the API server refuses.
    """
    metadata = execution["metadata"]
    selector = f"{EXECUTION_UID}={metadata['uid']}" + (f",{ATTEMPT}={attempt}" if attempt is not None else "")
    pod = latest(cluster.items(pods(metadata["namespace"]), query={"labelSelector": selector}))
    if pod is None:
        which = "" if attempt is None else f" for attempt {attempt}"
        raise NotFoundError(f"{metadata['name']} has no pod{which}, so there is no log. Pods are deleted some time after their end.")
    query = {"container": _container(pod)} | ({"follow": "true"} if follow else {})
    return _lines(cluster.stream(pod_log(metadata["namespace"], pod["metadata"]["name"]), query=query))


def latest(found: Iterable[Json]) -> Json | None:
    """The pod of the latest attempt; of several, as after an eviction, the last that was created."""
    return max(found, key=_place, default=None)


def _place(pod: Json) -> tuple[int, str, str]:
    metadata = pod["metadata"]
    return int(metadata["labels"].get(ATTEMPT, 0)), metadata["creationTimestamp"], metadata["name"]


def _container(pod: Json) -> str:
    named = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    return str(named or pod["spec"]["containers"][0]["name"])


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode(errors="replace") for line in lines)
    if rest:
        yield rest.decode(errors="replace")
