"""What the console has of an execution that ran on a real node: the kubelet's pod, its Events and the executor's summary."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.request
from pathlib import Path

from tests.e2e.conftest import EXAMPLES, Glider
from tests.integration.console.conftest import running_console


def test_a_failed_execution_has_its_steps_its_pod_and_the_users_own_line(glider: Glider, tmp_path: Path) -> None:
    glider.apply(EXAMPLES / "divide-by-zero.yaml")
    glider.kubectl("wait", "--for=condition=Finished", "te/divide-ten-by-zero", "--timeout=60s")
    with running_console(glider.cluster.kubeconfig, tmp_path) as address:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        opener.open(address).close()
        origin = address.rpartition("/enter")[0]
        with opener.open(f"{origin}/api/executions/{glider.namespace}/divide-ten-by-zero") as answer:
            found = json.load(answer)
    (row,) = found["timeline"]
    steps = [span["step"] for span in row["spans"]]
    assert {"start", "load"} <= set(steps)
    assert "run" not in steps
    assert all(before["ended"] == after["began"] for before, after in zip(row["spans"], row["spans"][1:], strict=False))
    assert found["errors"]["execution"]["own"]["source"] == "return a / b"
    assert [pod["metadata"]["name"] for pod in found["pods"]] == [row["pod"]]
    assert "Scheduled" in {event["reason"] for event in found["events"]}
    assert (found["waiting"], found["missing"], found["templateGone"]) == (None, [], False)
