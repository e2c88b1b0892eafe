"""The environment of the task's container. Of two variables with one name, Kubernetes takes the later."""

from __future__ import annotations

import base64
from typing import Any

from glider.wire import contract
from glider_operator.config import Config
from glider_operator.model.execution import Execution
from glider_operator.model.task import Json
from glider_operator.render.template import escape
from glider_operator.resolve.resolution import Resolved


def environment(execution: Execution, task: Resolved, *, attempt: int, config: Config) -> list[Json]:
    """The container's own variables, then ours and Flyte's, the operator's, the task's and at last the execution's."""
    ours = _variables(_ours(execution, task) | _flyte(execution, task, attempt) | _statsd(config))
    return [*(task.container.get("env") or ()), *ours, *config.task_pod.env, *task.env, *task.execution_env]


def _ours(execution: Execution, task: Resolved) -> dict[str, str]:
    variables = {contract.ENV_EXECUTION: f"{execution.namespace}/{execution.name}"}
    if task.inline_inputs is not None:
        variables[contract.ENV_INLINE_INPUTS] = base64.b64encode(task.inline_inputs).decode()
    log = task.container.get("terminationMessagePath", contract.DEFAULT_TERMINATION_LOG)
    if log != contract.DEFAULT_TERMINATION_LOG:
        variables[contract.ENV_TERMINATION_LOG] = log
    if not task.paths.stored:
        variables[contract.ENV_STORAGE] = contract.STORAGE_NONE
    return variables


def _flyte(execution: Execution, task: Resolved, attempt: int) -> dict[str, str]:
    return {
        "FLYTE_INTERNAL_EXECUTION_ID": execution.name,
        "FLYTE_INTERNAL_EXECUTION_PROJECT": task.id.project,
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": task.id.domain,
        contract.ENV_ATTEMPT: str(attempt),
        "FLYTE_INTERNAL_TASK_PROJECT": task.id.project,
        "FLYTE_INTERNAL_TASK_DOMAIN": task.id.domain,
        "FLYTE_INTERNAL_TASK_NAME": task.id.name,
        "FLYTE_INTERNAL_TASK_VERSION": task.id.version,
    }


def _statsd(config: Config) -> dict[str, str]:
    if config.statsd.host is None:
        return {}
    return {"FLYTE_STATSD_HOST": config.statsd.host, "FLYTE_STATSD_PORT": str(config.statsd.port)}


def _variables(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "value": escape(value)} for name, value in values.items()]
