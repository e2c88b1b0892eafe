"""Every name of ours that stands in somebody's metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GROUP = "glider.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
EXECUTION_KIND = "TaskExecution"
TEMPLATE_KIND = "TaskTemplate"
EXECUTIONS = "taskexecutions"
TEMPLATES = "tasktemplates"

#: On every pod of ours, and never changed: the operator watches pods by it.
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "glider"
SELECTOR = f"{MANAGED_BY}={MANAGER}"

#: Kubernetes' recommended labels: what tools that know nothing of Glider group pods by.
APP_NAME = "app.kubernetes.io/name"
APP_INSTANCE = "app.kubernetes.io/instance"
APP_COMPONENT = "app.kubernetes.io/component"
APP_PART_OF = "app.kubernetes.io/part-of"
APP_VERSION = "app.kubernetes.io/version"

#: Who owns the fields that the operator writes, in `metadata.managedFields`.
FIELD_MANAGER = "glider-operator"

#: Which of several operators a TaskExecution is for, and on its pods.
INSTANCE = f"{GROUP}/instance-id"

EXECUTION = f"{GROUP}/execution"
EXECUTION_UID = f"{GROUP}/execution-uid"
ATTEMPT = f"{GROUP}/attempt"
PROJECT = f"{GROUP}/project"
DOMAIN = f"{GROUP}/domain"
TASK = f"{GROUP}/task"
INTERRUPTIBLE = f"{GROUP}/interruptible"

#: On an execution that repeats another: the UID of that one.
RERUN_OF = f"{GROUP}/rerun-of"

#: An annotation of every pod of ours: what its attempt was started with, by which it ends (see `terms`).
STARTED_WITH = f"{GROUP}/started-with"

#: Kueue's labels (queue-name, priority-class): on an execution they are meant for its pods.
QUEUE_PREFIX = "kueue.x-k8s.io/"

#: Which container is the task's; `kubectl logs` takes it as its default too.
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"

_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9_.-]+")


def execution_selector(instance_id: str | None) -> str:
    """The TaskExecutions for the operator of that instance; without one, those that name none."""
    return f"{INSTANCE}={instance_id}" if instance_id else f"!{INSTANCE}"


def pod_selector(instance_id: str | None) -> str:
    """Their pods."""
    return f"{SELECTOR},{execution_selector(instance_id)}"


def instance_of(body: Mapping[str, Any]) -> str | None:
    """The instance that a TaskExecution is for; None where it names none."""
    named: str | None = (body["metadata"].get("labels") or {}).get(INSTANCE)
    return named


def execution_of(body: Mapping[str, Any]) -> str:
    """The execution that `body` is, or is a pod of, as namespace/name; empty where it is neither, whatever else may be wrong with it."""
    metadata = body.get("metadata") or {}
    of_kind = body.get("kind") == EXECUTION_KIND
    name = metadata.get("name") if of_kind else (metadata.get("labels") or {}).get(EXECUTION)
    return f"{metadata.get('namespace')}/{name}" if name else ""


def label_value(text: str) -> str:
    """`text` as the value of a label: other characters become dashes, and of a long text the end is kept, which differs most."""
    return _NOT_IN_LABELS.sub("-", text)[-63:].strip("-_.")
