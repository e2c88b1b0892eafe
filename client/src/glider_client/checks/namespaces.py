"""Whether executions can be created in the namespace: it is there, an operator serves it, its quotas and policies let them in.

The API server is asked by a dry run: it goes through quotas, webhooks and policies, and creates nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glider_client.checks.check import Check, Group, Json, ask
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ForbiddenError, NoCrdError, NotFoundError
from glider_client.cluster.operators import Operator
from glider_client.sdk.documents import execution_document, new_name
from glider_core.api.quantities import parse_quantity

_GROUP = Group(name="namespace")
_ENFORCE = "pod-security.kubernetes.io/enforce"
_TASK = {"container": {"image": "glider-doctor", "args": ["true"]}}
#: What a quota counts of an execution and its pod, without what only some tasks ask for.
_COUNTED = ("pods", "count/pods", "requests.cpu", "cpu", "requests.memory", "memory", "limits.cpu", "limits.memory")


@dataclass(frozen=True, kw_only=True, slots=True)
class Namespace:
    """What was read. `dry_run`: the answer to the creation of an execution that isn't created."""

    name: str
    namespace: Json | ClusterError
    quotas: Sequence[Json] | ClusterError
    dry_run: Json | ClusterError


def read(cluster: Cluster) -> Namespace:
    """The namespace, its quotas, and whether it takes an execution."""
    name = cluster.namespace
    document = execution_document(name=new_name("doctor"), namespace=name, task=_TASK)
    return Namespace(
        name=name,
        namespace=ask(lambda: cluster.get(paths.namespaces(name))),
        quotas=ask(lambda: list(cluster.items(f"/api/v1/namespaces/{name}/resourcequotas"))),
        dry_run=ask(lambda: cluster.create(paths.executions(name), document, query={"dryRun": "All"})),
    )


def check(read: Namespace, operators: Sequence[Operator] | None) -> Iterator[Check]:
    """The namespace itself, what pods may do there, its quotas, a creation, and who serves it. `operators`: None if they can't be seen."""
    name = f"namespace {read.name}"
    found = read.namespace
    if isinstance(found, NotFoundError):
        yield _GROUP.problem(name, str(found))
        return
    shown = isinstance(read.dry_run, ClusterError)  # where an execution is let in, what can't be read doesn't matter
    if isinstance(found, ClusterError):
        if shown or not isinstance(found, ForbiddenError):
            yield _GROUP.unanswered(name, found)
    elif (found.get("status") or {}).get("phase") == "Terminating":
        yield _GROUP.problem(name, "it is being deleted", "Choose another with -n.")
        return
    else:
        level = ((found.get("metadata") or {}).get("labels") or {}).get(_ENFORCE)
        yield _GROUP.ok(name, f"it is there; Pod Security Standard: {level or 'none enforced'}")
    yield from _quotas(read)
    if isinstance(read.dry_run, ClusterError):
        if not isinstance(read.dry_run, NoCrdError):  # which has its own line
            yield _GROUP.unanswered("creating an execution", read.dry_run)
    else:
        yield _GROUP.ok("creating an execution", "the API server takes one (a dry run)")
    if operators:
        yield _served(read.name, operators)


def _served(namespace: str, operators: Sequence[Operator]) -> Check:
    name = "who serves it"
    serving = [one for one in operators if one.watches(namespace) and one.namespace != namespace]
    if serving:
        return _GROUP.ok(name, ", ".join(map(str, serving)))
    if any(one.namespace == namespace for one in operators):
        step = "Choose another with -n."
        return _GROUP.problem(name, f"{namespace} is an operator's own namespace, in which no execution may run", step)
    watched = "; ".join(f"{one} serves {one.serves}" for one in operators)
    return _GROUP.problem(name, f"no operator does: {watched}", "Add it to config.watchNamespaces, or choose another with -n.")


def _quotas(read: Namespace) -> Iterator[Check]:
    if isinstance(read.quotas, ClusterError):
        if isinstance(read.dry_run, ClusterError) or not isinstance(read.quotas, ForbiddenError):
            yield _GROUP.unanswered("quotas", read.quotas)
        return
    for quota in read.quotas:
        name = f"quota {quota['metadata']['name']}"
        full = list(_exhausted(quota))
        if full:
            yield _GROUP.warning(name, f"nothing is left of {', '.join(full)}", "Executions wait until something ends, or it is raised.")
        else:
            yield _GROUP.ok(name, "there is something left")


def _exhausted(quota: Json) -> Iterator[str]:
    status = quota.get("status") or {}
    used, hard = status.get("used") or {}, status.get("hard") or {}
    for resource in _COUNTED:
        if resource in hard and parse_quantity(str(used.get(resource, "0"))) >= parse_quantity(str(hard[resource])):
            yield f"{resource} ({used.get(resource, '0')} of {hard[resource]} used)"
