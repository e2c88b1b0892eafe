"""The log of an execution's task, line by line: what kubectl logs would show of the pod.

Following a log waits for the pod, and survives connections that break: the reader reads in a thread, and its lines come by a queue.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_client.cluster.paths import executions, pod_log, pods
from glider_client.following.reading import LogReader
from glider_client.history.finding import Found
from glider_client.history.stored_logs import stored_log
from glider_client.views.stored import attempt_numbers
from glider_core.api.execution import is_finished
from glider_core.api.labels import ATTEMPT, DEFAULT_CONTAINER, EXECUTION_UID
from glider_core.api.observed_pod import parse_pod

Json = Mapping[str, Any]
_LOGGER = logging.getLogger("glider")

#: Seconds until it is asked again whether there is a pod.
_PAUSE = 0.5
_ENDED = ("Succeeded", "Failed")


def log_lines(found: Found, *, attempt: int | None = None, follow: bool = False) -> Iterator[str]:
    """The lines of one attempt's log, by default the latest one's; from the store where its pod is gone.

    Args:
        found: the execution.
        attempt: the number of the attempt, from 0.
        follow: wait for its pod, and go on until the task ends.

    Raises:
        NotFoundError: its pod is gone and the store has no log, or it hasn't been created.
        ClusterError: the API server refuses.
        StorageError: the store can't be read.
    """
    cluster, execution = found.cluster, found.execution
    if found.record is not None or cluster is None:
        return _stored(found, attempt)
    if follow:
        return _followed(cluster, found, attempt)
    pod = _pod(cluster, execution, attempt)
    if pod is None:
        return _stored(found, attempt)
    path = pod_log(pod["metadata"]["namespace"], pod["metadata"]["name"])
    return _lines(cluster.stream(path, query={"container": _container(pod)}))


def _pod(cluster: Cluster, execution: Json, attempt: int | None) -> Json | None:
    metadata = execution["metadata"]
    selector = f"{EXECUTION_UID}={metadata['uid']}" + (f",{ATTEMPT}={attempt}" if attempt is not None else "")
    return latest(cluster.items(pods(metadata["namespace"]), query={"labelSelector": selector}))


def _stored(found: Found, attempt: int | None) -> Iterator[str]:
    """What the store has of it."""
    found = _as_it_is(found)
    numbers = attempt_numbers(found.execution)
    number = attempt if attempt is not None else numbers[-1] if numbers else None
    lines = None if number is None else stored_log(found, number, report=_LOGGER.warning)
    if lines is None:
        raise _no_pod(found.execution, attempt)
    return (line.text for line in lines)


def _as_it_is(found: Found) -> Found:
    """With its document as it is by now: at its start nobody knew its attempts."""
    if found.record is not None or found.cluster is None or is_finished(found.execution):
        return found
    now = found.cluster.get(executions(found.namespace, found.name))
    return replace(found, execution=now) if now["metadata"]["uid"] == found.execution["metadata"]["uid"] else found


def _no_pod(execution: Json, attempt: int | None) -> NotFoundError:
    which = "" if attempt is None else f" for attempt {attempt}"
    return NotFoundError(
        f"{execution['metadata']['name']} has no pod{which}, so there is no log. Pods are deleted some time after their end, and the store "
        "has none."
    )


def _followed(cluster: Cluster, found: Found, attempt: int | None) -> Iterator[str]:
    document = _awaited(cluster, found.execution, attempt)
    if document is None or (pod := parse_pod(document)) is None:
        yield from _stored(found, attempt)
        return
    lines: SimpleQueue[str | ClusterError | None] = SimpleQueue()
    stopped = Event()

    def read() -> None:
        reader = LogReader(cluster, pod, line=lines.put, is_complete=lambda: _has_ended(cluster, document), pause=stopped.wait)
        why = "the log can't be read."
        try:
            why = reader.read()
        finally:
            lines.put(ClusterError(why) if why else None)

    Thread(target=read, daemon=True, name="glider-log").start()
    try:
        while (line := lines.get()) is not None:
            if isinstance(line, ClusterError):
                raise line
            yield line
    finally:
        stopped.set()


def _awaited(cluster: Cluster, execution: Json, attempt: int | None) -> Json | None:
    """The pod, once there is one; None where the execution ends without it."""
    metadata = execution["metadata"]
    while True:
        over = is_finished(execution)
        if (pod := _pod(cluster, execution, attempt)) is not None or over:
            return pod
        time.sleep(_PAUSE)
        execution = cluster.get(executions(metadata["namespace"], metadata["name"]))
        if execution["metadata"]["uid"] != metadata["uid"]:
            return None


def _has_ended(cluster: Cluster, pod: Json) -> bool:
    metadata = pod["metadata"]
    try:
        found = cluster.get(pods(metadata["namespace"], metadata["name"]))
    except NotFoundError:
        return True
    except ClusterError:  # the reader finds out
        return False
    return found["metadata"]["uid"] != metadata["uid"] or (found.get("status") or {}).get("phase") in _ENDED


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
