"""The pod of `helm test` ends as its execution does, with the rights that the chart gives it. tests/e2e runs all of it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT

CHART = ROOT / "charts" / "glider"
NAME = "glider-test"


@pytest.fixture
def account(crds: Cluster, namespace: str, tmp_path: Path) -> Iterator[Path]:
    """What the kubelet mounts for the service account of the test; executions are in `namespace`, too."""
    values = f"helmTest.namespace={namespace},crds.install=false"
    text = crds.helm("template", "glider", str(CHART), "--namespace", namespace, "--set", values, "--show-only", "templates/tests/run.yaml")
    wanted = ("ServiceAccount", "Role", "RoleBinding", "TaskTemplate", "TaskExecution", "ConfigMap")
    documents = [one for one in yaml.safe_load_all(text) if one and one["kind"] in wanted]
    crds.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(documents))
    config = yaml.safe_load(crds.kubeconfig.read_text())
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]))
    (tmp_path / "token").write_text(crds.kubectl("create", "token", NAME, "--namespace", namespace))
    yield tmp_path


def run(cluster: Cluster, account: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script of the pod, in a process of its own."""
    script = (CHART / "files" / "wait.py").read_text().replace("/var/run/secrets/kubernetes.io/serviceaccount", str(account))
    server = urlsplit(yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]["server"])
    environment = {"KUBERNETES_SERVICE_HOST": str(server.hostname), "KUBERNETES_SERVICE_PORT": str(server.port)}
    return subprocess.run([sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("status", "code", "printed"),
    [
        pytest.param({"phase": "Succeeded", "outputs": {"o0": "hello, helm"}}, 0, '{"o0": "hello, helm"}', id="a success"),
        pytest.param({"phase": "Failed", "error": {"message": "no such module"}}, 1, "no such module", id="a failure"),
        pytest.param({"phase": "Aborted"}, 1, f"{NAME}: Aborted", id="one that was cancelled"),
    ],
)
def test_the_pod_ends_as_the_execution_does(crds: Cluster, namespace: str, account: Path, status: dict[str, Any], code: int, printed: str):
    patch = json.dumps({"status": status})
    crds.kubectl("--namespace", namespace, "patch", "te", NAME, "--subresource=status", "--type=merge", "--patch", patch)
    done = run(crds, account, namespace, NAME)
    assert (done.returncode, done.stderr) == (code, "")
    assert printed in done.stdout
    user = f"system:serviceaccount:{namespace}:{NAME}"
    with pytest.raises(KubectlError):
        crds.kubectl("--namespace", namespace, "get", "te", "--as", user)
