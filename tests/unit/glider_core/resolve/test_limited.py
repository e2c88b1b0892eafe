"""What the configuration's limits cut is told, and only that."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.config import parse_config
from glider_core.render.pod import render_pod
from tests.unit.glider_core.builders import CONFIGURATION, TASK, make_execution, resolved, task_document

CONFIG = parse_config(CONFIGURATION | {"resources": {"limits": {"cpu": "4", "memory": "8Gi", "nvidia.com/gpu": 2}}})
CUT = "is more than the configuration's resources.limits allow, and cut to"


def warned(**spec: Any) -> tuple[str, ...]:
    return resolved(make_execution(**spec), config=CONFIG).warnings


def asking(**resources: Any) -> dict[str, Any]:
    return task_document(container=TASK["container"] | {"resources": resources})


@pytest.mark.parametrize(
    ("spec", "warnings"),
    [
        pytest.param({"task": asking(limits={"cpu": "4", "memory": "8192Mi"})}, (), id="as much as is allowed"),
        pytest.param(
            {"task": asking(limits={"cpu": "8"})}, (f"task: spec.containers[task].resources.limits.cpu: 8 {CUT} 4",), id="a task's limit"
        ),
        pytest.param(
            {"task": asking(requests={"memory": "1Ti"})},
            (f"task: spec.containers[task].resources.requests.memory: 1Ti {CUT} 8Gi",),
            id="a task's request",
        ),
        pytest.param(
            {"resources": {"requests": {"gpu": 4}}},
            (f"execution: spec.containers[task].resources.requests.gpu: 4 {CUT} 2",),
            id="GPUs by Flyte's name",
        ),
        pytest.param({"task": asking(limits={"cpu": "8"}), "resources": {"limits": {"cpu": "2"}}}, (), id="what the execution took back"),
        pytest.param(
            {"podTemplate": {"spec": {"containers": [{"name": "side", "image": "x", "resources": {"limits": {"cpu": "5"}}}]}}},
            (f"execution: spec.containers[side].resources.limits.cpu: 5 {CUT} 4",),
            id="a sidecar",
        ),
        pytest.param(
            {"podTemplate": {"spec": {"resources": {"limits": {"cpu": "64"}}}}},
            (f"execution: spec.resources.limits.cpu: 64 {CUT} 4",),
            id="the pod as a whole",
        ),
        pytest.param(
            {"task": asking(requests={"memory": "2Gi"}, limits={"memory": "1Gi"})},
            ("task: spec.containers[task].resources.requests.memory: 2Gi is more than its limit, and cut to 1Gi",),
            id="a request beyond its own limit",
        ),
        pytest.param({"task": asking(requests={"cpu": "1"}, limits={"cpu": "1000m"})}, (), id="a request of as much as its limit"),
        pytest.param(
            {"task": asking(requests={"memory": "2Gi"}), "resources": {"limits": {"memory": "1Gi"}}},
            (),
            id="a limit that a stronger one lowers",
        ),
    ],
)
def test_warnings(spec, warnings):
    assert warned(**spec) == warnings


def test_a_pod_as_a_whole_gets_no_more_than_a_container():
    execution = make_execution(podTemplate={"spec": {"resources": {"limits": {"cpu": "64", "memory": "1Gi"}, "requests": {"cpu": "32"}}}})
    pod = render_pod(execution, resolved(execution, config=CONFIG), attempt=0, config=CONFIG)
    assert pod["spec"]["resources"] == {"requests": {"cpu": "4"}, "limits": {"cpu": "4", "memory": "1Gi"}}
