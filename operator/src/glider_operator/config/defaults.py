"""What tasks get that say nothing themselves. Each can be set for all namespaces, and differently for some."""

from __future__ import annotations

from dataclasses import dataclass

from glider_operator.model.fields import Fields
from glider_operator.model.platform import Platform
from glider_operator.model.pod_settings import PodSettings, parse_pod_settings
from glider_operator.model.policies import Policies
from glider_operator.model.retrying import Retries, parse_retries
from glider_operator.model.settings import PORT, TEXT, Kind, as_in_task, choice, inline, section, setting
from glider_operator.model.task import Storage, parse_storage


def _read_task_pod(fields: Fields, name: str) -> PodSettings:
    inner = fields.object(name)
    settings = parse_pod_settings(inner)
    inner.done()
    return settings


TASK_POD = Kind(words="fields of a TaskTemplate", read=_read_task_pod)


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The executor that is brought into each pod."""

    image: str = setting("The image of the init container that brings the executor.", TEXT, default="glider-executor:dev")
    image_pull_policy: str | None = setting("Its pull policy.", choice("Always", "IfNotPresent", "Never"), told="Kubernetes'")
    python: str = setting("The name of the interpreter in the tasks' images.", TEXT, default="python3")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statsd:
    """Where tasks send their metrics."""

    host: str | None = setting("The server.", TEXT)
    port: int = setting("Its UDP port.", PORT, default=8125)


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """What tasks and executions get that say nothing themselves."""

    storage: Storage = setting("Where data goes.", as_in_task("storage", parse_storage), default=Storage)
    retries: Retries = setting("How many further attempts a failed one gets.", as_in_task("retries", parse_retries), default=Retries)
    executor: Executor = setting("What runs in the tasks' containers.", section(Executor), default=Executor)
    task_pod: PodSettings = setting(
        "What all pods of tasks have in common, in the fields of a TaskTemplate that are about its pod: env, envFrom, labels, annotations, "
        "securityContext, tolerations and so on. The task's own win. A security context replaces the restricted one as a whole.",
        TASK_POD,
        default=PodSettings,
        told="restricted security contexts, user 65532",
    )
    platform: Platform = setting("", inline(Platform), default=Platform)
    statsd: Statsd = setting("Where tasks send their metrics.", section(Statsd), default=Statsd)
    policies: Policies = setting("", inline(Policies), default=Policies)
