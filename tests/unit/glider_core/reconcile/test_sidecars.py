"""The task's container alone decides; sidecars that go on after it are ended with the pod, after a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from glider_core.api.observed_pod import SIDECARS_LINGER, Pod, parse_pod
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.reconciling import reconcile
from tests.unit.glider_core.builders import (
    SECOND,
    T0,
    container_status,
    ended_pod,
    make_execution,
    make_pod,
    pod_body,
    resolved,
    success_summary,
)

FINISHED = T0 + 10 * SECOND
OVER = container_status("terminated", exitCode=0, message=success_summary(o0=5.0), finishedAt="2026-01-31T12:00:10Z")
SIDECAR = container_status("running", name="log")


def pod(*, phase: str = "Running", attempt: int = 0) -> Pod:
    return make_pod(attempt=attempt, node="node-1", phase=phase, containerStatuses=[OVER, SIDECAR])


def native(state: str, *, beside: bool = False) -> Pod:
    """A pod whose task is over, and whose native sidecar takes its time to end."""
    body = pod_body(phase="Running", containerStatuses=[OVER, SIDECAR] if beside else [OVER])
    body["spec"]["nodeName"] = "node-1"
    body["spec"]["initContainers"] = [*body["spec"].get("initContainers", []), {"name": "mesh", "restartPolicy": "Always"}]
    body["status"]["initContainerStatuses"] = [container_status(state, name="mesh")]
    parsed = parse_pod(body)
    assert parsed is not None
    return parsed


def plan(seen: Pod, *, phase: Phase, now: datetime):
    execution = make_execution()
    over = phase.terminal
    resolution = None if over else resolved(execution)
    execution = replace(execution, status=Status(phase=phase, completed=FINISHED if over else None))
    return reconcile(execution, resolution=resolution, observed=ObservedPods(seen={seen.name: seen}), now=now)


def test_the_execution_ends_with_the_tasks_container():
    found = plan(pod(), phase=Phase.RUNNING, now=FINISHED)
    assert found.status is not None
    assert found.status.phase is Phase.SUCCEEDED


@pytest.mark.parametrize(
    ("seen", "after", "deleted"),
    [
        pytest.param(pod(), SIDECARS_LINGER - SECOND, False, id="sidecars have a moment"),
        pytest.param(pod(), SIDECARS_LINGER, True, id="and no more"),
        pytest.param(pod(phase="Succeeded"), timedelta(minutes=1), False, id="a pod that is over stays for its logs"),
        pytest.param(ended_pod(), timedelta(minutes=1), False, id="any other pod too"),
        pytest.param(native("running"), timedelta(minutes=1), False, id="a native sidecar is the kubelet's to end, in the pod's own grace"),
        pytest.param(native("terminated"), timedelta(minutes=1), False, id="and its pod stays for its logs"),
        pytest.param(native("running", beside=True), SIDECARS_LINGER, True, id="unless an ordinary one beside it goes on"),
    ],
)
def test_sidecars(seen, after, deleted):
    found = plan(seen, phase=Phase.SUCCEEDED, now=FINISHED + after)
    assert [one.name for one in found.delete] == ([seen.name] if deleted else [])
    assert deleted or found.requeue_at is not None


def test_those_of_an_earlier_attempt_too():
    execution = make_execution()
    earlier, later = pod(), make_pod(attempt=1)
    observed = ObservedPods(seen={earlier.name: earlier, later.name: later})
    found = reconcile(execution, resolution=resolved(execution), observed=observed, now=FINISHED + SIDECARS_LINGER)
    assert [one.name for one in found.delete] == [earlier.name]
