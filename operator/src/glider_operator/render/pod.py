"""The Pod of one attempt.

An init container copies the executor into a volume, and the task's own command line is handed to it from there, so any
image with a Python will do. The name is made from execution and attempt alone: an operator that forgot that it created the
pod finds it again instead of creating another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from glider.wire.contract import NO_CHECKPOINT
from glider_operator.config import Config
from glider_operator.model import labels
from glider_operator.model.execution import Execution
from glider_operator.model.task import Json
from glider_operator.render.environment import environment
from glider_operator.render.template import fill_in, unique_key
from glider_operator.resolve.resolution import Resolved
from glider_operator.resolve.storage import POD_DATA

#: Where the init container puts the executor.
EXECUTOR_HOME = "/var/run/glider"
#: Where the executor's image has it. Copied as one folder: the volume's own is root's, and cp may not set its times. Times
#: are kept since Python takes a .pyc for stale when its source has another.
BUNDLE = "/opt/glider/executor"
START = f"{EXECUTOR_HOME}/executor/start.py"
EXECUTOR = "glider-executor"
DATA = "glider-data"
TASK = "task"

_NAME_LENGTH = 40
#: cp needs next to nothing, but a namespace with a quota refuses pods that don't say so.
_INIT_RESOURCES: Json = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}}


def pod_name(execution: Execution, attempt: int) -> str:
    """The name of the attempt's pod."""
    return f"{execution.name[:_NAME_LENGTH].rstrip('-.')}-{execution.uid[:8]}-a{attempt}"


def render_pod(
    execution: Execution,
    task: Resolved,
    *,
    attempt: int,
    config: Config,
    start: str = START,
    memory: str | None = None,
    previous_checkpoint: str | None = None,
) -> dict[str, Any]:
    """The manifest of the attempt's pod.

    Args:
        execution: the execution.
        task: what it runs.
        attempt: the attempt's number.
        config: the operator's configuration.
        start: the path of the executor's start.py as the container sees it.
        memory: what the task's container gets in place of what it asks for, after attempts that were killed for their memory.
        previous_checkpoint: where the last attempt that ran may have left a checkpoint.
    """
    name = task.container.get("name") or TASK
    task = _with_memory(task, memory)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pod_name(execution, attempt),
            "namespace": execution.namespace,
            "labels": _labels(execution, task, attempt),
            "annotations": {labels.DEFAULT_CONTAINER: name},
            "ownerReferences": [execution.owner_reference],
        },
        "spec": _spec(
            execution,
            task,
            variables=_variables(execution, task, attempt, previous_checkpoint),
            attempt=attempt,
            config=config,
            name=name,
            start=start,
        ),
    }


def _with_memory(task: Resolved, memory: str | None) -> Resolved:
    if memory is None:
        return task
    resources = dict(task.container.get("resources") or {})
    more = {kind: dict(resources.get(kind) or {}) | {"memory": memory} for kind in ("requests", "limits")}
    return replace(task, container=dict(task.container) | {"resources": resources | more})


def _spec(
    execution: Execution, task: Resolved, *, variables: dict[str, str], attempt: int, config: Config, name: str, start: str
) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": dict(config.task_pod.security_context),
        "initContainers": [_executor_container(config)],
        "containers": [_task_container(execution, task, variables=variables, attempt=attempt, config=config, name=name, start=start)],
        "volumes": [{"name": volume, "emptyDir": {}} for volume in ([EXECUTOR] if task.paths.stored else [EXECUTOR, DATA])],
    }
    if task.service_account_name:
        spec["serviceAccountName"] = task.service_account_name
    return spec


def _executor_container(config: Config) -> dict[str, Any]:
    container = {
        "name": EXECUTOR,
        "image": config.executor.image,
        "command": ["cp", "-R", "--preserve=mode,timestamps", BUNDLE, EXECUTOR_HOME],
        "resources": dict(_INIT_RESOURCES),
        "securityContext": dict(config.task_pod.container_security_context),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": EXECUTOR, "mountPath": EXECUTOR_HOME}],
    }
    if config.executor.image_pull_policy:
        container["imagePullPolicy"] = config.executor.image_pull_policy
    return container


def _task_container(
    execution: Execution, task: Resolved, *, variables: dict[str, str], attempt: int, config: Config, name: str, start: str
) -> dict[str, Any]:
    own = task.container
    mounts = [{"name": EXECUTOR, "mountPath": EXECUTOR_HOME, "readOnly": True}]
    if not task.paths.stored:
        mounts.append({"name": DATA, "mountPath": POD_DATA})
    command_line = [*(own.get("command") or ()), *(own.get("args") or ())]
    container = dict(own) | {
        "name": name,
        "command": [config.executor.python, start],
        "args": fill_in(command_line, variables),
        "env": environment(execution, task, attempt=attempt, config=config),
        "volumeMounts": [*(own.get("volumeMounts") or ()), *mounts],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": dict(config.task_pod.container_security_context) | dict(own.get("securityContext") or {}),
    }
    if env_from := [*(own.get("envFrom") or ()), *config.task_pod.env_from]:
        container["envFrom"] = env_from
    return container


def _variables(execution: Execution, task: Resolved, attempt: int, previous_checkpoint: str | None) -> dict[str, str]:
    paths = task.paths
    return {
        "input": paths.inputs,
        "inputprefix": paths.inputs.rpartition("/")[0],
        "outputprefix": paths.output_prefix(attempt),
        "rawoutputdataprefix": paths.raw_output(attempt),
        "checkpointoutputprefix": paths.checkpoint(attempt),
        "prevcheckpointprefix": previous_checkpoint or NO_CHECKPOINT,
        "perretryuniquekey": unique_key(pod_name(execution, attempt)),
        "namespace": execution.namespace,
    }


def _labels(execution: Execution, task: Resolved, attempt: int) -> dict[str, str]:
    return dict(execution.queue_labels) | {
        labels.MANAGED_BY: labels.MANAGER,
        labels.EXECUTION: execution.name,
        labels.EXECUTION_UID: execution.uid,
        labels.ATTEMPT: str(attempt),
        labels.PROJECT: labels.label_value(task.id.project),
        labels.DOMAIN: labels.label_value(task.id.domain),
        labels.TASK: labels.label_value(task.id.name),
    }
