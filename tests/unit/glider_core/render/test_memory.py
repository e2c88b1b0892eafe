"""Whose value a task's memory limit is, for the advice after an OOM kill."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from glider_core.api.observed_pod import parse_pod
from glider_core.config import parse_config
from glider_core.diagnose.exitcodes import oom_kill
from glider_core.render.attempt import Attempt
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import render
from tests.unit.glider_core.builders import CONFIGURATION, TASK, make_execution, resolved, task_document

LIMIT = {"limits": {"memory": "64Mi"}}
IN_CONTAINER = {"container": {"image": "i", "args": ["x"], "resources": LIMIT}}
IN_POD = {name: value for name, value in TASK.items() if name != "container"} | {
    "podTemplate": {"spec": {"containers": [{"name": "primary", "image": "i", "args": ["x"], "resources": LIMIT}]}}
}


def advice(*, config: dict[str, Any] | None = None, base: dict[str, Any] | None = None, memory: str | None = None, **spec: Any) -> str:
    parsed = parse_config(CONFIGURATION | (config or {}))
    execution = make_execution(**spec)
    template = PodTemplate(namespace="default", name="base", template=base) if base else None
    attempt = Attempt(execution=execution, task=resolved(execution, config=parsed), number=0, config=parsed, memory=memory)
    body = render(attempt, base=template).manifest
    name = body["spec"]["containers"][0]["name"]
    body["metadata"] |= {"uid": "u", "creationTimestamp": "2026-01-31T12:00:00Z"}
    ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-31T12:00:02Z", "finishedAt": "2026-01-31T12:00:10Z"}
    pod = parse_pod(body | {"status": {"phase": "Failed", "containerStatuses": [{"name": name, "state": {"terminated": ended}}]}})
    assert pod is not None
    assert pod.primary is not None
    failure = oom_kill(replace(pod), pod.primary)
    assert failure is not None
    return failure.message.partition(" Raise ")[2]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({}, "spec.resources.limits.memory", id="nobody has said anything"),
        pytest.param({"resources": LIMIT}, "spec.resources.limits.memory", id="the execution"),
        pytest.param(
            {"task": task_document(**IN_CONTAINER), "resources": LIMIT}, "spec.resources.limits.memory", id="it wins over the task"
        ),
        pytest.param({"task": task_document(resources=LIMIT)}, "the task's resources.limits.memory", id="the task"),
        pytest.param(
            {"task": task_document(resources=LIMIT, **IN_CONTAINER)},
            "the task's resources.limits.memory",
            id="which wins over its container",
        ),
        pytest.param(
            {"task": task_document(**IN_CONTAINER)}, "resources.limits.memory of the task's container task", id="the task's container"
        ),
        pytest.param({"task": IN_POD}, "resources.limits.memory of the task's container primary", id="a container of its pod"),
        pytest.param(
            {"task": task_document(resources={"requests": {"memory": "64Mi"}})},
            "the task's resources.requests.memory, which is its limit too",
            id="a request alone is the limit too",
        ),
        pytest.param(
            {"config": {"taskPod": {"resources": LIMIT}}}, "taskPod.resources.limits.memory in the operator's configuration", id="all tasks"
        ),
        pytest.param(
            {"resources": {"limits": {"memory": "4Gi"}}, "config": {"resources": {"limits": {"memory": "1Gi"}}}},
            "resources.limits.memory in the operator's configuration, which is all that it allows",
            id="what the configuration cuts",
        ),
        pytest.param(
            {
                "podTemplateRef": {"name": "base"},
                "base": {"spec": {"containers": [{"name": "primary", "image": "unused", "resources": LIMIT}]}},
            },
            "resources.limits.memory in PodTemplate default/base",
            id="a PodTemplate",
        ),
        pytest.param({"resources": LIMIT, "memory": "128Mi"}, "retries.oom.max", id="an attempt after others that ran out of memory"),
    ],
)
def test_the_advice_names_the_field_that_has_an_effect(fields, field):
    assert advice(**fields) == f"{field}, or set retries.oom."
