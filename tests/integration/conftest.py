"""A real API server with Glider's CRDs, and the operator as a process beside it."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml

from glider_core.kube.credentials import configuration_of
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from tests.cluster.errors import ClusterError
from tests.cluster.fixtures import Cluster, KubectlError, api_server
from tests.cluster.ports import free_ports
from tests.conftest import ROOT, MissingServer
from tests.e2e.conftest import wait_until

_OPERATORS: list[subprocess.Popen[bytes]] = []
HEALTH, METRICS = (f"127.0.0.1:{port}" for port in free_ports(2))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane that no test on the node uses; the folders below, whose tests want S3 only, share the node's cluster."""
    try:
        with api_server(tmp_path_factory.mktemp("api-server") / "plane") as found:
            yield found
    except ClusterError as error:
        raise MissingServer(f"no control plane: {error}") from error


@pytest.fixture(scope="package")
def crds(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster with the CRDs in `manifests/crd`."""
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "manifests" / "crd"))
    cluster.kubectl("wait", "--for=condition=Established", "crd/taskexecutions.glider.dev", "crd/tasktemplates.glider.dev")
    wait_until(lambda: _are_published(cluster), what="the fields of the CRDs to be published, which takes the API server a moment more")
    yield cluster
    cluster.kubectl("delete", "--ignore-not-found", "-f", str(ROOT / "manifests" / "crd"))


def _are_published(cluster: Cluster) -> bool:
    try:
        return all("inputs" in cluster.kubectl("explain", f"{kind}.spec") for kind in ("te", "tt"))
    except KubectlError:
        return False


@pytest.fixture
async def api(crds: Cluster) -> AsyncIterator[HttpTransport]:
    """What the operator talks to the API server with, without its limits."""
    transport = HttpTransport(configuration_of(crds.kubeconfig), throttle=TokenBucket(qps=1_000, burst=1_000), connections=4)
    yield transport
    await transport.close()


@pytest.fixture(scope="package")
def operator(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The operator, outside the cluster, ready."""
    folder = tmp_path_factory.mktemp("operator")
    config = folder / "config.yaml"
    config.write_text(
        f"""
        apiVersion: glider.dev/v1alpha1
        kind: Configuration
        health: {{healthProbeBindAddress: '{HEALTH}'}}
        metrics: {{bindAddress: '{METRICS}'}}
        executor: {{image: 'glider-executor:0.1.0'}}
        """
    )
    with (folder / "log").open("w") as log:
        command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(config), "--kubeconfig", str(crds.kubeconfig)]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        _OPERATORS.append(process)
        try:
            wait_until_ready(process, folder / "log")
            yield crds
        finally:
            end_operators()


def end_operators() -> None:
    """End the operator of the tests that need one. In a worker that goes on with others, it would reconcile their executions."""
    for process in _OPERATORS:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(process: subprocess.Popen[bytes], log: Path, *, health: str = HEALTH, timeout: float = 30) -> None:
    """Until /readyz answers 200."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the operator ended with {process.returncode}:\n{log.read_text()}")
        try:
            if http_get(f"http://{health}/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"the operator was not ready after {timeout} s:\n{log.read_text()}")


def http_get(url: str) -> tuple[int, str]:
    """Status code and body."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def write_kubeconfig(file: Path, cluster: Cluster, *, account: str, namespace: str) -> None:
    """A kubeconfig with a token of a service account, in place of the administrator's certificate."""
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    token = cluster.kubectl("--namespace", namespace, "create", "token", account).strip()
    file.write_text(yaml.safe_dump({**document, "users": [{"name": document["users"][0]["name"], "user": {"token": token}}]}))
