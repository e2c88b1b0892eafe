"""The environment of the task's containers, each variable once.

Glider's, Flyte's and secrets' variables come first, so that all others can refer to them by `$(NAME)`; the container's own can't
replace them. Then come the container's own, the operator's, the task's and the execution's, by the rules of `merging`.

All containers learn who they are, in Flyte's names; what is between Glider's operator and executor is for the primary one.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from glider.wire import contract, logparts
from glider.wire.arguments import marked_names
from glider.wire.interface import LiteralType, primitive_name
from glider_core.config import Config
from glider_core.render.attempt import Attempt
from glider_core.render.eager import execution_names
from glider_core.render.merging import lay_over
from glider_core.render.template import escape

#: Flyte 2's name for it.
POD_NAME = "_F_PN"

Variables = list[Mapping[str, Any]]


def environment(
    attempt: Attempt,
    own: Sequence[Mapping[str, Any]],
    *,
    words: Sequence[str],
    spec: Mapping[str, Any],
    log: str,
    added: Mapping[str, str],
    secrets: Variables,
) -> Variables:
    """The primary container's variables.

    Args:
        attempt: the attempt.
        own: the container's own variables.
        words: its command line.
        spec: the pod's spec.
        log: the container's termination log.
        added: variables about the task's code, and about the front.
        secrets: variables of secrets.
    """
    ours = _variables(
        _ours(attempt, spec=spec, log=log)
        | _logs(attempt)
        | dict(added)
        | _inputs(attempt, words)
        | _flyte(attempt)
        | _statsd(attempt.config)
    )
    result = _with_own([*ours, _POD_NAME, *secrets], own)
    for _, variables in attempt.task.env:
        result = _laid_over(result, variables)
    return result


def environment_beside(attempt: Attempt, own: Sequence[Mapping[str, Any]]) -> Variables:
    """The variables of a sidecar or an init container: Flyte's and its own."""
    return _with_own([*_variables(_flyte(attempt)), _POD_NAME], own)


_POD_NAME: Mapping[str, Any] = {"name": POD_NAME, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}


def _with_own(given: Variables, own: Sequence[Mapping[str, Any]]) -> Variables:
    """`given` and those of the container's `own` that aren't named like one of them; of two with one name, Kubernetes takes the later."""
    last = {variable["name"]: variable for variable in given}
    return [*last.values(), *(variable for variable in own if variable["name"] not in last)]


def _laid_over(base: Variables, over: Sequence[Mapping[str, Any]]) -> Variables:
    merged = lay_over({"env": base}, {"env": over}, source="", origins={})
    variables: Variables = merged["env"]
    return variables


def _ours(attempt: Attempt, *, spec: Mapping[str, Any], log: str) -> dict[str, str]:
    execution, task = attempt.execution, attempt.task
    variables = {
        contract.ENV_EXECUTION: f"{execution.namespace}/{execution.name}",
        contract.ENV_GRACE_PERIOD: f"{spec.get('terminationGracePeriodSeconds', contract.DEFAULT_GRACE_PERIOD):g}",
    }
    if task.timeouts.attempt:
        variables[contract.ENV_ATTEMPT_TIMEOUT] = f"{task.timeouts.attempt.total_seconds():g}"
    if task.inline_inputs is not None and (attempt.injected or not task.paths.stored):
        variables[contract.ENV_INLINE_INPUTS] = base64.b64encode(task.inline_inputs).decode()
    if task.interface.outputs:
        variables[contract.ENV_OUTPUTS] = ",".join(_promised(name, kind) for name, kind in sorted(task.interface.outputs.items()))
    if log != contract.DEFAULT_TERMINATION_LOG:
        variables[contract.ENV_TERMINATION_LOG] = log
    if not task.paths.stored:
        variables[contract.ENV_STORAGE] = contract.STORAGE_NONE
    return variables


def _logs(attempt: Attempt) -> dict[str, str]:
    """Where the executor keeps the attempt's log, if there is a store. What it does without being asked isn't written down."""
    paths, logs = attempt.task.paths, attempt.config.logs
    if not (paths.stored and logs.archive):
        return {}
    variables = {contract.ENV_LOGS: f"{paths.output_prefix(attempt.number)}/{logparts.FOLDER}"}
    if logs.most_bytes != contract.DEFAULT_LOGS_MOST_BYTES:
        variables[contract.ENV_LOGS_MOST_BYTES] = str(logs.most_bytes)
    if logs.interval.total_seconds() != contract.DEFAULT_LOGS_INTERVAL:
        variables[contract.ENV_LOGS_INTERVAL] = f"{logs.interval.total_seconds():g}"
    return variables


def _promised(name: str, literal_type: LiteralType) -> str:
    """An output as the executor's variable has it: with its type, where that is a single value's."""
    primitive = primitive_name(literal_type)
    return f"{name}:{primitive}" if primitive else name


def _inputs(attempt: Attempt, words: Sequence[str]) -> dict[str, str]:
    """What the executor needs to fill in the inputs that stand in the command line."""
    if not marked_names(words, mark=attempt.mark):
        return {}
    return {contract.ENV_INPUTS_URI: attempt.task.paths.inputs, contract.ENV_INPUTS_MARK: attempt.mark}


def _flyte(attempt: Attempt) -> dict[str, str]:
    task_id = attempt.task.id
    project, domain = execution_names(attempt)
    return {
        # Flyte runs a single task in a workflow that it makes up under this name
        "FLYTE_INTERNAL_EXECUTION_WORKFLOW": f".flytegen.{task_id.name}",
        "FLYTE_INTERNAL_EXECUTION_ID": attempt.execution.name,
        "FLYTE_INTERNAL_EXECUTION_PROJECT": project,
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": domain,
        contract.ENV_ATTEMPT: str(attempt.number),
        "FLYTE_INTERNAL_TASK_PROJECT": task_id.project,
        "FLYTE_INTERNAL_TASK_DOMAIN": task_id.domain,
        "FLYTE_INTERNAL_TASK_NAME": task_id.name,
        "FLYTE_INTERNAL_TASK_VERSION": task_id.version,
    } | _offloading(attempt.config)


def _offloading(config: Config) -> dict[str, str]:
    """From how many MiB on literals are stored beside outputs.pb, and up to how many; flytekit's names."""
    offloading = config.platform.offloading
    if not offloading.enabled:
        return {}
    return {"_F_L_MIN_SIZE_MB": str(offloading.least), "_F_L_MAX_SIZE_MB": str(offloading.most)}


def _statsd(config: Config) -> dict[str, str]:
    if config.statsd.host is None:
        return {}
    return {"FLYTE_STATSD_HOST": config.statsd.host, "FLYTE_STATSD_PORT": str(config.statsd.port)}


def _variables(values: dict[str, str]) -> Variables:
    return [{"name": name, "value": escape(value)} for name, value in values.items()]
