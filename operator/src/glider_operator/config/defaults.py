"""What tasks get that say nothing themselves: for all namespaces, and for some.

The layers of a namespace are the entries of `namespaceDefaults` that match it, in their order, then `defaults`, then what is
built in. A single value comes from the first layer that has it. Maps are joined key by key, and lists are joined with the
most specific layer's items last, where Kubernetes lets the last of two win. An object of Kubernetes' own, such as a security
context, replaces a more general one as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fnmatch import fnmatchcase
from functools import reduce
from typing import Any, TypeVar

from glider_operator.config.kinds import COUNT, QUANTITIES, TEXT, TEXTS, WORDS, Json, as_in_task, choice, core, core_list, section, setting
from glider_operator.model.task import Retries, Storage, parse_retries, parse_storage
from glider_operator.model.timeouts import Timeouts, parse_timeouts

#: The restricted Pod Security Standard; 65532 is "nonroot" in distroless and Chainguard images.
POD_SECURITY: Json = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: Json = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """Requests and limits of the task's container, in the words of Kubernetes' LimitRange."""

    default_request: Mapping[str, str] | None = setting("Requests of tasks that name none, such as {cpu: 500m, memory: 1Gi}.", QUANTITIES)
    default: Mapping[str, str] | None = setting("Limits of tasks that name none.", QUANTITIES)
    max: Mapping[str, str] | None = setting("The most that a task gets; larger requests and limits are cut down to it.", QUANTITIES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruptible:
    """Where pods of interruptible tasks run."""

    node_selector: Mapping[str, str] | None = setting("Labels of the nodes that interruptible tasks run on.", WORDS)
    tolerations: tuple[Json, ...] | None = setting("Taints that interruptible tasks tolerate.", core_list("Toleration"))
    last_attempts: int | None = setting(
        "How many of the last attempts that system failures leave aren't interruptible, so that a task ends at all.", COUNT, told="1"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """What tasks and executions get that say nothing themselves."""

    storage: Storage = setting("Where data goes.", as_in_task("storage", parse_storage), default=Storage)
    service_account_name: str | None = setting("The service account of tasks' pods.", TEXT)
    env: tuple[Json, ...] | None = setting("Environment variables of every task. The task's own `env` wins over them.", core_list("EnvVar"))
    env_from: tuple[Json, ...] | None = setting(
        "Environment of every task from Secrets and ConfigMaps, such as the object store's credentials.", core_list("EnvFromSource")
    )
    labels: Mapping[str, str] | None = setting("Labels of every pod.", WORDS)
    annotations: Mapping[str, str] | None = setting("Annotations of every pod.", WORDS)
    node_selector: Mapping[str, str] | None = setting("Labels of the nodes that tasks run on.", WORDS)
    tolerations: tuple[Json, ...] | None = setting("Taints that every task tolerates.", core_list("Toleration"))
    affinity: Json | None = setting("The affinity of tasks that have none.", core("Affinity"))
    scheduler_name: str | None = setting("The scheduler of tasks that name none.", TEXT)
    priority_class_name: str | None = setting("The priority class of tasks that name none.", TEXT)
    runtime_class_name: str | None = setting("The runtime class of tasks that name none.", TEXT)
    resources: Resources = setting("Requests and limits of the task's container.", section(Resources), default=Resources)
    interruptible: Interruptible = setting("Where interruptible tasks run.", section(Interruptible), default=Interruptible)
    image_pull_policy: str | None = setting("The pull policy of tasks that name none.", choice("Always", "IfNotPresent", "Never"))
    image_pull_secrets: tuple[str, ...] | None = setting("Names of Secrets with which images are pulled.", TEXTS)
    pod_template_name: str | None = setting(
        "The core/v1 PodTemplate, in the execution's namespace or the operator's, of tasks that name none.", TEXT
    )
    security_context: Json | None = setting("Of the pod. It replaces the restricted one as a whole.", core("PodSecurityContext"))
    container_security_context: Json | None = setting(
        "Of the pod's containers. It replaces the restricted one as a whole, and a task's own fields win.", core("SecurityContext")
    )
    retries: Retries = setting("How many further attempts a failed one gets.", as_in_task("retries", parse_retries), default=Retries)
    timeouts: Timeouts = setting("How long an execution may take.", as_in_task("timeouts", parse_timeouts), default=Timeouts)
    ttl_seconds_after_finished: int | None = setting("After how many seconds finished executions are deleted.", COUNT, told="never")
    max_concurrent: int | None = setting("How many executions of the namespace may have a pod at once.", COUNT, told="any number")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamespaceDefaults(Defaults):
    """What differs in the namespaces whose names match one of the patterns."""

    namespaces: tuple[str, ...] = setting("Names of namespaces, or patterns such as team-*.", TEXTS, default=())

    def match(self, namespace: str) -> bool:
        """Whether they are for `namespace`."""
        return any(fnmatchcase(namespace, pattern) for pattern in self.namespaces)


BUILT_IN = Defaults(
    security_context=POD_SECURITY,
    container_security_context=CONTAINER_SECURITY,
    interruptible=Interruptible(last_attempts=1),
)


def joined(layers: Iterable[Defaults]) -> Defaults:
    """All layers in one; the most specific comes first."""
    return reduce(_over, layers)


def _over(specific: T, general: T) -> T:
    """`specific`, and where it says nothing `general`."""
    assert is_dataclass(general) and not isinstance(general, type)
    return replace(general, **{one.name: _either(getattr(specific, one.name), getattr(general, one.name), one) for one in fields(general)})


def _either(specific: Any, general: Any, member: Any) -> Any:
    if specific is None or general is None:
        return general if specific is None else specific
    if is_dataclass(specific):
        return _over(specific, general)
    if isinstance(specific, tuple):
        return (*general, *specific)
    declared = member.metadata.get("setting")
    if declared is not None and declared.kind in (WORDS, QUANTITIES):
        return {**general, **specific}
    return specific
