"""Waits until something is so of one execution, by a watch that is started again whenever it ends or breaks.

An API server that restarts, and a laptop that sleeps, are waited out; one that has never answered is reported at once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ExpiredError, TlsError, UnavailableError, UnreachableError
from glider_client.cluster.paths import executions
from glider_client.sdk.failures import WaitTimeoutError

Json = Mapping[str, Any]

#: So many seconds without an answer are waited out.
PATIENCE = 600.0
_LONGEST_WATCH = 290.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


def wait_until(
    cluster: Cluster,
    *,
    namespace: str,
    name: str,
    done: Callable[[Json], bool],
    timeout: float | None = None,
    known: Json | None = None,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Json | None:
    """The execution once it is `done`; None where there is none, any more.

    Args:
        cluster: the cluster.
        namespace: the namespace of the execution.
        name: its name.
        done: whether it is as it is waited for.
        timeout: how many seconds to wait at most.
        known: the execution as it was read before, from this API server, which is waited for then.
        clock: the clock that `timeout` is measured by.
        pause: how to wait before another try.

    Raises:
        WaitTimeoutError: it isn't so in time; its cause is an error of the API server, if that didn't answer last.
        ClusterError: the API server refuses, or hasn't answered for long.
    """
    started = answered = clock()
    seen, failed, failures = known, None, 0
    while True:
        left = _LONGEST_WATCH if timeout is None else started + timeout - clock()
        try:
            for seen in _states(cluster, namespace, name, seconds=min(left, _LONGEST_WATCH)):
                answered, failed, failures = clock(), None, 0
                if seen is None or done(seen):
                    return seen
        except ExpiredError:
            continue
        except (UnreachableError, UnavailableError) as error:
            if not _passes(error) or seen is None or clock() - answered > PATIENCE:
                raise
            failed = error
        if timeout is not None and clock() - started >= timeout:
            assert seen is not None, "the first answer is either an execution, or none"
            raise WaitTimeoutError(seen, seconds=timeout) from failed
        if failed is not None:
            pause(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**failures, _LONGEST_PAUSE if timeout is None else timeout))
            failures += 1


def _passes(error: ClusterError) -> bool:
    """Whether a later try may find it otherwise: a certificate stays wrong."""
    return not isinstance(error, TlsError)


def _states(cluster: Cluster, namespace: str, name: str, *, seconds: float) -> Iterator[Json | None]:
    """The execution as it is, and as it becomes, for so many seconds; None where there is none.

    A list gives the version from which to watch: an object's own may be older than what the API server remembers.
    """
    path, query = executions(namespace), {"fieldSelector": f"metadata.name={name}"}
    listed = cluster.get(path, query=query)
    yield next(iter(listed.get("items") or ()), None)
    if seconds <= 0:
        return
    lasts = {**query, "timeoutSeconds": str(math.ceil(seconds))}
    for event in cluster.watch(path, resource_version=listed["metadata"]["resourceVersion"], query=lasts):
        if event.type == "DELETED":
            yield None
        elif event.type != "BOOKMARK":
            yield event.object
