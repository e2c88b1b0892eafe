"""What the operator shows to probes and to Prometheus."""

from __future__ import annotations

import time

from tests.cluster.fixtures import Cluster
from tests.integration.conftest import HEALTH, METRICS, http_get
from tests.resources import execution, to_yaml


def test_it_is_alive_and_ready(operator: Cluster):
    assert http_get(f"http://{HEALTH}/healthz")[0] == 200
    assert http_get(f"http://{HEALTH}/readyz")[0] == 200


def test_metrics_count_executions_that_ended_by_result_and_reason(operator: Cluster, namespace: str):
    operator.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("x", taskRef={"name": "nope"})))
    counted = f'glider_executions_finished_total{{namespace="{namespace}",reason="InvalidSpec",result="Failed"}}'
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = http_get(f"http://{METRICS}/metrics")[1]
        if counted in text:
            break
        time.sleep(0.3)
    assert counted in text
    assert "glider_kube_requests_total" in text
    assert "glider_workqueue_depth" in text
    assert 'glider_kube_requests_total{code="200",resource="taskexecutions",verb="watch"}' in text
