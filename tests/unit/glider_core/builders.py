"""Builders that name the situation and hide what doesn't matter."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from glider_core.api.execution import Execution, parse_execution
from glider_core.api.observed_pod import Pod, parse_pod
from glider_core.api.status import Status
from glider_core.config import Config
from glider_core.render.pod import render_pod
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.resolving import resolve

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
T0 = datetime(2026, 1, 31, 12, tzinfo=UTC)
UID = "0f9d2c4e-1111-2222-3333-444455556666"
STORE = "s3://bucket/meta"

#: How every configuration begins.
CONFIGURATION = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration"}

LEGACY_ARGS = ["pyflyte-execute", "--task-module", "app.workflows", "--task-name", "divider"]
LEGACY_ARGS += ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}", "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"]
TASK: dict[str, Any] = {
    "id": {"project": "flytesnacks", "domain": "development", "name": "app.workflows.divider", "version": "v1"},
    "interface": {"inputs": {"a": "integer", "b": "integer"}, "outputs": {"o0": "float"}},
    "container": {"image": "registry.example/app:1.4", "args": LEGACY_ARGS},
}


def task_document(**fields: Any) -> dict[str, Any]:
    return copy.deepcopy(TASK) | fields


def execution_body(*, name: str = "divide", uid: str = UID, status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    if "task" not in spec and "taskRef" not in spec:
        spec["task"] = task_document()
    if "inputs" not in spec and "inputsUri" not in spec:
        spec["inputs"] = {"a": 10, "b": 2}
    metadata = {
        "namespace": "default",
        "name": name,
        "uid": uid,
        "generation": 1,
        "resourceVersion": "100",
        "creationTimestamp": "2026-01-31T12:00:00Z",
    }
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": metadata, "spec": spec, "status": status or {}}


def make_execution(*, status: Status | None = None, **kwargs: Any) -> Execution:
    execution = parse_execution(execution_body(**kwargs))
    return execution if status is None else replace(execution, status=status)


def resolved(execution: Execution, *, config: Config | None = None) -> Resolved:
    resolution = resolve(execution, templates={}, config=config or Config())
    assert isinstance(resolution, Resolved), resolution
    return resolution


def pod_body(execution: Execution | None = None, *, attempt: int = 0, **status: Any) -> dict[str, Any]:
    """A pod as the API server sends it, with nothing in its status but `status`."""
    execution = execution or make_execution()
    body = render_pod(execution, resolved(execution), attempt=attempt, config=Config())
    body["metadata"] |= {"uid": f"pod-{attempt}", "creationTimestamp": "2026-01-31T12:00:00Z", "resourceVersion": "200"}
    body["status"] = {"phase": "Pending"} | status
    return body


def make_pod(execution: Execution | None = None, *, attempt: int = 0, deleting: bool = False, node: str = "", **status: Any) -> Pod:
    body = pod_body(execution, attempt=attempt, **status)
    if node:
        body["spec"]["nodeName"] = node
    if deleting:
        body["metadata"]["deletionTimestamp"] = "2026-01-31T12:00:30Z"
    pod = parse_pod(body)
    assert pod is not None
    return pod


def container_status(state: str, *, name: str = "task", **detail: Any) -> dict[str, Any]:
    return {"name": name, "state": {state: detail}}


def unscheduled_pod(reason: str = "", message: str = "") -> Pod:
    conditions = [{"type": "PodScheduled", "status": "False", "reason": reason, "message": message}] if reason else []
    return make_pod(conditions=conditions)


def waiting_pod(reason: str, message: str = "", *, init: bool = False, attempt: int = 0) -> Pod:
    one = container_status("waiting", reason=reason, message=message, name="glider-executor" if init else "task")
    if init:
        return make_pod(node="node-1", initContainerStatuses=[one], attempt=attempt)
    return make_pod(node="node-1", containerStatuses=[one], attempt=attempt)


def running_pod(execution: Execution | None = None, *, attempt: int = 0, deleting: bool = False) -> Pod:
    one = container_status("running", startedAt="2026-01-31T12:00:02Z")
    return make_pod(execution, attempt=attempt, deleting=deleting, node="node-1", phase="Running", containerStatuses=[one])


def ended_pod(
    execution: Execution | None = None,
    *,
    attempt: int = 0,
    exit_code: int = 0,
    reason: str = "",
    message: str = "",
    deleting: bool = False,
    **status: Any,
) -> Pod:
    one = container_status(
        "terminated",
        exitCode=exit_code,
        reason=reason or ("Completed" if exit_code == 0 else "Error"),
        message=message,
        startedAt="2026-01-31T12:00:02Z",
        finishedAt="2026-01-31T12:00:10Z",
    )
    phase = "Succeeded" if exit_code == 0 else "Failed"
    return make_pod(execution, attempt=attempt, deleting=deleting, node="node-1", **({"phase": phase, "containerStatuses": [one]} | status))


def success_summary(**outputs: Any) -> str:
    return json.dumps({"v": 1, "outcome": "Succeeded", "outputs": outputs})


def failure_summary(*, code: str = "USER:RuntimeError", kind: str = "NON_RECOVERABLE", origin: str = "USER", message: str = "boom") -> str:
    return json.dumps({"v": 1, "outcome": "Failed", "code": code, "kind": kind, "origin": origin, "message": message})
