"""Which execution an execution belongs to: the eager one whose pod asks for it.

The API server knows for which pod it has issued a token, so that nothing of this goes by what the client sends. A pod's name follows from
its execution and its attempt. Kubernetes deletes what belongs to an execution with it, and the operator cancels it with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glider_admin.access.caller import Caller
from glider_admin.cache.cache import Cache
from glider_admin.front import Call
from glider_core.api.execution import parse_execution
from glider_core.api.labels import INSTANCE, instance_of
from glider_core.render.attempt import execution_of_pod, name_of_pod
from glider_core.resolve.eager import is_eager

Json = Mapping[str, Any]

#: What the API server adds to the user of a token that is bound to a pod.
POD_NAME = "authentication.kubernetes.io/pod-name"
POD_UID = "authentication.kubernetes.io/pod-uid"
#: How the users are called that service accounts are.
_ACCOUNT = "system:serviceaccount:{namespace}:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """What stands in a child's metadata: its owners, and the label of the operator that has its parent."""

    owners: tuple[Json, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


def belonging(call: Call, namespace: str) -> Belonging:
    """What an execution gets that the caller creates in `namespace`."""
    parent = parent_of(call.caller, call.front.cache, namespace=namespace)
    if parent is None:
        return Belonging()
    instance = instance_of(parent)
    return Belonging(owners=(parse_execution(parent).owner_reference,), labels={} if instance is None else {INSTANCE: instance})


def parent_of(caller: Caller, cache: Cache, *, namespace: str) -> Json | None:
    """The execution in `namespace` whose pod calls; None where no pod does, or one of something else.

    Raises:
        UnavailableError: executions are still being listed: a child without its parent would go on when that ends.
    """
    pod = next(iter(caller.extra.get(POD_NAME, ())), "")
    named = execution_of_pod(pod)
    if named is None or not caller.user.startswith(_ACCOUNT.format(namespace=namespace)):
        return None
    cache.require_listed()
    beginning, attempt = named
    for row in cache.executions.of(namespace):
        if row.uid.startswith(beginning) and name_of_pod(row.name, row.uid, attempt) == pod:
            found = cache.executions.document(row)
            return found if _may_be_parent(found, cache, caller, attempt=attempt) else None
    return None


def _may_be_parent(execution: Json, cache: Cache, caller: Caller, *, attempt: int) -> bool:
    """Whether it starts others, and its pod is that pod, as far as the status has it."""
    metadata, spec = execution["metadata"], execution.get("spec") or {}
    reference = (spec.get("taskRef") or {}).get("name")
    template = {"spec": spec.get("task")} if reference is None else cache.templates.get(metadata["namespace"], reference)
    task = (template or {}).get("spec") or {}
    if not is_eager(execution=spec.get("eager"), task=task.get("eager")):
        return False
    attempts = (execution.get("status") or {}).get("attempts") or ()
    known = next((one.get("podUid") for one in attempts if one.get("number") == attempt), None)
    return known is None or (known,) == tuple(caller.extra.get(POD_UID) or ())
