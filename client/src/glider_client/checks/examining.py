"""All checks of a cluster, one group after the other; each line comes as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from glider_client.checks import crds, histories, namespaces, rights, server, serving, stores
from glider_client.checks.check import Check, Group
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.operators import Operator

_READ = "What answers there isn't a Kubernetes API server as we know it: check the context, and proxies in between."


def examine(
    cluster: Cluster,
    *,
    now: Callable[[], datetime],
    executions: bool = True,
    storage: str = "",
    history: str = "",
    run_for: float | None = None,
) -> Iterator[Check]:
    """What is found. Where the API server doesn't answer there is nothing more to find.

    Args:
        cluster: the cluster.
        now: the clock.
        executions: whether to read all executions, for those that no operator serves, and the history, for those that it lacks.
        storage: a store to try from here, and with a probe from its pod.
        history: a history's prefix to try from here, by writing and deleting.
        run_for: for how many seconds at most a probe is run; without it there is none.
    """
    found = server.read(cluster)
    yield from guarded("server", lambda: server.check(found))
    if isinstance(found.version, ClusterError):
        return
    yield from guarded("crds", lambda: crds.check(crds.read(cluster)))
    serves: list[serving.Serving] = []

    def operators() -> Iterator[Check]:
        serves.append(serving.read(cluster, executions=executions))
        yield from serving.check_operators(serves[0], now=now())

    yield from guarded("operators", operators)
    if serves and executions:
        yield from guarded("executions", lambda: serving.check_executions(serves[0], now=now()))
    known = serves[0].known if serves else ()
    yield from guarded("namespace", lambda: namespaces.check(namespaces.read(cluster), known))
    yield from guarded("rights", lambda: rights.check(rights.read(cluster)))
    if known:
        yield from guarded("history", lambda: _kept(serves[0], known, now=now(), compares=executions))
    if history:
        yield from histories.check_access(stores.read(history, lists=True))
    if storage:
        yield from stores.check(stores.read(storage))
    if run_for is not None:
        yield from guarded("pod", lambda: _probed(cluster, storage=storage, seconds=run_for))


def _kept(found: serving.Serving, operators: Sequence[Operator], *, now: datetime, compares: bool) -> Iterator[Check]:
    ended = () if isinstance(found.executions, ClusterError) else found.executions
    return histories.check(operators, histories.read(operators, ended, now=now) if compares else ())


def _probed(cluster: Cluster, *, storage: str, seconds: float) -> Iterator[Check]:
    from glider_client.checks import probing  # which takes a while to import

    return probing.check(probing.read(cluster, storage=storage, timeout=seconds))


def guarded(group: str, checks: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """The checks; where an answer isn't of the form that every Kubernetes has, that is the result."""
    try:
        yield from checks()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        yield Group(name=group).problem(group, f"an answer of the API server isn't understood ({words})", _READ)
