"""What tasks get that say nothing themselves. Each can be set for all namespaces, and differently for some."""

from __future__ import annotations

from dataclasses import dataclass

from glider_operator.model.policies import Policies
from glider_operator.model.retrying import Retries, parse_retries
from glider_operator.model.settings import COUNT, TEXT, Json, as_in_task, choice, core, core_list, inline, section, setting
from glider_operator.model.task import Storage, parse_storage

#: The restricted Pod Security Standard; 65532 is "nonroot" in distroless and Chainguard images.
POD_SECURITY: Json = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: Json = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The executor that is brought into each pod."""

    image: str = setting("The image of the init container that brings the executor.", TEXT, default="glider-executor:dev")
    image_pull_policy: str | None = setting("Its pull policy.", choice("Always", "IfNotPresent", "Never"), told="Kubernetes'")
    python: str = setting("The name of the interpreter in the tasks' images.", TEXT, default="python3")


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskPod:
    """What all pods of tasks have in common. Empty security contexts, as in a chart's values, leave the restricted ones."""

    env: tuple[Json, ...] = setting("Variables of every task. The task's own `env` wins over them.", core_list("EnvVar"), default=())
    env_from: tuple[Json, ...] = setting(
        "Variables from Secrets and ConfigMaps, such as the object store's credentials.", core_list("EnvFromSource"), default=()
    )
    security_context: Json = setting(
        "Of the pod. It replaces the default as a whole.",
        core("PodSecurityContext"),
        default=lambda: POD_SECURITY,
        told="restricted, user 65532",
    )
    container_security_context: Json = setting(
        "Of the containers. It replaces the default as a whole, and a task's own fields win.",
        core("SecurityContext"),
        default=lambda: CONTAINER_SECURITY,
        told="restricted",
    )
    service_account_name: str | None = setting("For tasks and executions that name none.", TEXT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statsd:
    """Where tasks send their metrics."""

    host: str | None = setting("The server.", TEXT)
    port: int = setting("Its UDP port.", COUNT, default=8125)


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """What tasks and executions get that say nothing themselves."""

    storage: Storage = setting("Where data goes.", as_in_task("storage", parse_storage), default=Storage)
    retries: Retries = setting("How many further attempts a failed one gets.", as_in_task("retries", parse_retries), default=Retries)
    executor: Executor = setting("What runs in the tasks' containers.", section(Executor), default=Executor)
    task_pod: TaskPod = setting("What all pods of tasks have in common.", section(TaskPod), default=TaskPod)
    statsd: Statsd = setting("Where tasks send their metrics.", section(Statsd), default=Statsd)
    policies: Policies = setting("", inline(Policies), default=Policies)
