"""The settings of the pod by source, as layers, the weakest first: Glider, configuration, PodTemplate object, task, execution.

Each layer is a core/v1 PodTemplateSpec, whatever its author wrote it as, so that `render` puts them together by one rule. In
those of Glider, the configuration and PodTemplate objects the containers `default`, `primary`, `default-init` and
`primary-init` stand for the task's, as in Flyte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider_core.api.execution import ExecutionSpec
from glider_core.api.pod_settings import PodSettings
from glider_core.api.task import Task
from glider_core.config import Config

Json = Mapping[str, Any]

GLIDER = "Glider's default"
CONFIGURATION = "configuration"
TASK = "task"
EXECUTION = "execution"

EVERY, PRIMARY, EVERY_INIT, PRIMARY_INIT = "default", "primary", "default-init", "primary-init"

#: The restricted Pod Security Standard; 65532 is "nonroot" in distroless and Chainguard images.
POD_SECURITY: Json = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: Json = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}

#: Fields of a container that the configuration sets for all containers.
_OF_EVERY_CONTAINER = frozenset({"securityContext", "imagePullPolicy"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """What `source` sets in the pod."""

    source: str
    template: Json


def default_layers(config: Config) -> tuple[Layer, ...]:
    """The weakest layers, which are the defaults. Security contexts of the configuration replace the restricted ones as a whole."""
    settings = config.task_pod
    return (
        Layer(source=GLIDER, template=_glider(settings)),
        Layer(source=CONFIGURATION, template=_configured(settings)),
    )


def own_layers(spec: ExecutionSpec, task: Task) -> tuple[Layer, ...]:
    """What the task and the execution set."""
    image = {"containers": [{"name": task.primary, "image": spec.image}]} if spec.image else {}
    return (
        Layer(source=TASK, template=task.pod_template),
        Layer(source=TASK, template=_settled(task.pod, task.primary)),
        Layer(source=EXECUTION, template=spec.pod_template),
        Layer(source=EXECUTION, template={"spec": image}),
        Layer(source=EXECUTION, template=_settled(spec.pod, task.primary)),
    )


def container_security(config: Config) -> Json:
    """The security context of containers that are Glider's own."""
    configured: Json | None = config.task_pod.container.get("securityContext")
    return configured or CONTAINER_SECURITY


def _glider(settings: PodSettings) -> Json:
    spec: dict[str, Any] = {"restartPolicy": "Never", "automountServiceAccountToken": False, "enableServiceLinks": False}
    if "securityContext" not in settings.spec:
        spec["securityContext"] = POD_SECURITY
    container: dict[str, Any] = {"terminationMessagePolicy": "FallbackToLogsOnError"}
    if "securityContext" not in settings.container:
        container["securityContext"] = CONTAINER_SECURITY
    # as propeller's default-annotations: a node isn't emptied by the autoscaler while a task runs there
    return {
        "metadata": {"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}},
        "spec": spec | _containers({EVERY: container}, {EVERY_INIT: container}),
    }


def _configured(settings: PodSettings) -> Json:
    every = {name: value for name, value in settings.container.items() if name in _OF_EVERY_CONTAINER}
    primary = {name: value for name, value in settings.container.items() if name not in _OF_EVERY_CONTAINER}
    if settings.env_from:
        primary["envFrom"] = list(settings.env_from)
    return {
        "metadata": {"labels": settings.labels, "annotations": settings.annotations},
        "spec": {**settings.spec, **_containers({EVERY: every, PRIMARY: primary}, {EVERY_INIT: every})},
    }


def _settled(settings: PodSettings, primary: str) -> Json:
    container = dict(settings.container)
    if settings.env_from:
        container["envFrom"] = list(settings.env_from)
    return {
        "metadata": {"labels": settings.labels, "annotations": settings.annotations},
        "spec": {**settings.spec, **_containers({primary: container}, {})},
    }


def _containers(containers: Mapping[str, Json], init: Mapping[str, Json]) -> dict[str, Any]:
    kinds = {"containers": containers, "initContainers": init}
    return {
        kind: [{"name": name, **fields} for name, fields in named.items() if fields] for kind, named in kinds.items() if any(named.values())
    }
