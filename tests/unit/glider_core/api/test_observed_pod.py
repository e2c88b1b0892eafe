"""A pod as the operator sees it."""

from __future__ import annotations

import pytest

from glider_core.api import labels
from glider_core.api.observed_pod import ContainerState, parse_pod
from tests.unit.glider_core.builders import UID, container_status, pod_body


def test_the_tasks_container_is_found_behind_a_mesh():
    body = pod_body(containerStatuses=[container_status("running", name="istio-proxy"), container_status("terminated", exitCode=3)])
    body["spec"]["containers"].insert(0, {"name": "istio-proxy"})
    pod = parse_pod(body)
    assert pod is not None
    assert (pod.execution_uid, pod.attempt) == (UID, 0)
    assert pod.primary is not None
    assert (pod.primary.name, pod.primary.state, pod.primary.exit_code) == ("task", ContainerState.TERMINATED, 3)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"ownerReferences": []}, id="no owner"),
        pytest.param({"ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "uid": "u", "controller": True}]}, id="another's"),
        pytest.param({"labels": {}}, id="no attempt"),
        pytest.param({"labels": {labels.ATTEMPT: "9" * 63}}, id="an attempt that fits no status"),
        pytest.param({"labels": {labels.ATTEMPT: "00"}}, id="a number as we don't write it"),
    ],
)
def test_a_pod_that_is_no_attempt(change):
    body = pod_body()
    body["metadata"] |= change
    assert parse_pod(body) is None


def test_a_container_without_a_state_is_waiting():
    pod = parse_pod(pod_body(containerStatuses=[{"name": "task", "state": {}}]))
    assert pod is not None
    assert pod.primary is not None
    assert pod.primary.state is ContainerState.WAITING


def test_the_secrets_that_a_stores_keys_may_come_from():
    body = pod_body()
    body["spec"]["containers"][0] |= {
        "envFrom": [{"secretRef": {"name": "store"}}, {"configMapRef": {"name": "endpoint"}}, {"secretRef": {"name": "other"}}],
        "env": [
            {"name": "FLYTE_AWS_ACCESS_KEY_ID", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "id"}}},
            {"name": "FLYTE_AWS_SECRET_ACCESS_KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "secret"}}},
            {"name": "AWS_REGION", "value": "eu-west-1"},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "unrelated", "key": "x"}}},
        ],
    }
    pod = parse_pod(body)
    assert pod is not None
    assert pod.secrets == ("store", "other", "keys")
