"""`glider doctor --run` on a real node: what a pod sees, and that nothing is left of it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from glider_client.cli.glider import main
from tests.e2e.conftest import Glider, wait_until

pytestmark = pytest.mark.node


def test_what_a_pod_sees(glider: Glider) -> None:
    command = ["doctor", "--run", "-o", "json", "-n", glider.namespace, "--kubeconfig", str(glider.cluster.kubeconfig)]
    result = CliRunner().invoke(main, command)
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    wanted = ["operator glider-system/glider", "who serves it", "a pod", "Python in the pod", "clock in the pod"]
    wanted += ["store from the pod", "statsd from the pod"]
    assert {name: checks[name]["message"] for name in wanted if checks[name]["status"] != "ok"} == {}
    assert checks["a pod"]["message"].startswith("python:3.")
    assert checks["store from the pod"]["message"].startswith("s3://")
    assert checks["DNS in the pod"]["status"] == "warning", "this cluster has none"
    wait_until(lambda: not glider.pods() and not glider.kubectl("get", "te,tt", "-o", "name").strip(), what="nothing to be left")
    wait_until(lambda: "glider-code" not in glider.kubectl("get", "configmaps", "-o", "name"), what="its code to be gone, too")
