"""Glider installed on a real node the way users do it, and what tests ask of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT, S3, MissingServer, s3_beside
from tests.resources import to_yaml

HERE = Path(__file__).parent
SYSTEM = "glider-system"
#: How the names of the namespaces end in which init containers bring the executor.
INIT_CONTAINERS = "-by-init-container"
EXAMPLES = ROOT / "manifests" / "examples"
#: Where the Service of the front for flytekit's clients is, on the local cluster.
FRONT, FRONT_HTTP = "10.203.0.89:8089", "10.203.0.89:8088"
CRDS = ("taskexecutions.glider.dev", "tasktemplates.glider.dev")
#: How often the logs of the installation with a store are stored.
LOG_INTERVAL = timedelta(seconds=2)


@dataclass(frozen=True)
class Glider:
    """An installed Glider and one namespace in which a test works."""

    cluster: Cluster
    namespace: str

    def kubectl(self, *args: str, input: str | None = None) -> str:
        return self.cluster.kubectl("--namespace", self.namespace, *args, input=input)

    def apply(self, *documents: dict[str, Any] | Path) -> None:
        """`kubectl apply` of resources or of a file."""
        for document in documents:
            if isinstance(document, Path):
                self.kubectl("apply", "-f", str(document))
            else:
                self.kubectl("apply", "-f", "-", input=to_yaml(document))

    def get(self, resource: str) -> Any:
        return json.loads(self.kubectl("get", resource, "-o", "json"))

    def status(self, name: str) -> dict[str, Any]:
        return self.get(f"te/{name}").get("status", {})

    def pods(self) -> list[dict[str, Any]]:
        return self.get("pods")["items"]

    def wait_for(self, name: str, *phases: str, timeout: float = 90) -> dict[str, Any]:
        """The status once its phase is one of `phases` (by default a final one)."""
        wanted = phases or ("Succeeded", "Failed")
        try:
            return wait_until(lambda: (s := self.status(name)).get("phase") in wanted and s, timeout=timeout, what=f"{name} to be {wanted}")
        except AssertionError as error:
            pods = [pod.get("status") for pod in self.pods()]
            raise AssertionError(f"{error}: its status is {self.status(name)}, its pods' {pods}") from None


def wait_until(condition: Callable[[], Any], *, timeout: float = 60, what: str = "the condition") -> Any:
    """What `condition` returns once that is true."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.3)
    raise AssertionError(f"waited {timeout} s for {what} in vain")


def from_history(glider: Glider, s3: S3, *arguments: str) -> str:
    """What `glider ARGUMENTS --history` prints once it succeeds: an execution is in the history a moment after its end."""
    command = [str(Path(sys.executable).parent / "glider"), *arguments, "--history", "-n", glider.namespace]
    environment = {**os.environ, **s3.env, "KUBECONFIG": str(glider.cluster.kubeconfig)}

    def done() -> subprocess.CompletedProcess[str] | None:
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return ran if ran.returncode == 0 else None

    return str(wait_until(done, timeout=30, what=f"{' '.join(command)} to succeed").stdout)


def helm_install(cluster: Cluster, *arguments: str, chart: str = str(ROOT / "charts" / "glider")) -> None:
    """`helm install` as the README says, into a namespace under the restricted Pod Security Standard."""
    uninstall(cluster)  # what an earlier run, cut short, may have left
    cluster.kubectl("create", "namespace", SYSTEM)
    cluster.kubectl("label", "namespace", SYSTEM, "pod-security.kubernetes.io/enforce=restricted")
    cluster.helm("install", "glider", chart, "--namespace", SYSTEM, "--wait", "--timeout", "120s", *arguments)


def uninstall(cluster: Cluster) -> None:
    """Take everything away, the CRDs too, which the chart keeps.

    Pods end before their namespace does: the namespace controller comes back for those that take their time only a while later.
    """
    names = "--selector=app.kubernetes.io/name in (glider, glider-console, glider-admin)"
    cluster.kubectl("delete", "crd", "--ignore-not-found", "--wait=false", *CRDS)
    cluster.kubectl("-n", SYSTEM, "delete", "deployments,jobs,pods", "--all", "--grace-period=1")
    cluster.kubectl("delete", "clusterrolebinding,clusterrole", names)
    cluster.kubectl("delete", "namespace", "--ignore-not-found", SYSTEM)
    cluster.kubectl("wait", "--for=delete", "crd", *CRDS)


#: Several files use these; they lie next to each other, so that each is installed once.
SHARED = ("glider_with_store", "glider_without_store")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First the tests of the one shared installation, then of the other, then those that install for themselves, and at last what is
    about all of them.
    """
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    for place, item in zip(places, sorted((items[place] for place in places), key=_installation), strict=True):
        items[place] = item


def _installation(item: pytest.Item) -> int:
    if "after_all_others" in getattr(item, "fixturenames", ()):
        return len(SHARED) + 1
    used = [number for number, name in enumerate(SHARED) if name in getattr(item, "fixturenames", ())]
    return used[0] if used else len(SHARED)


@pytest.fixture
def after_all_others() -> None:
    """A test with this comes last of those that are run here."""


@pytest.fixture(scope="session")
def glider_without_store(node: Cluster) -> Iterator[Cluster]:
    """`helm install glider charts/glider` with no value set."""
    helm_install(node)
    yield node
    uninstall(node)


_SERVICE = {"envFrom": [{"secretRef": {"name": "services-store"}}], "tolerations": [{"operator": "Exists"}]}


@pytest.fixture(scope="session")
def glider_with_store(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """`helm install` with an object store, a history, a statsd server, the console and the front for flytekit's clients. The store's
    credentials are in a Secret of each test's namespace, and in one of the release's, for its own. All of it stays when the node is lost.
    """
    if not node.s3_endpoint:
        raise MissingServer("no S3 server: GLIDER_S3_ENDPOINT is not set")
    values: dict[str, Any] = {
        "config": {
            "storage": {
                "metadataPrefix": f"s3://{node.s3_bucket}/e2e/metadata",
                "rawOutputDataPrefix": f"s3://{node.s3_bucket}/e2e/raw",
            },
            "history": {"enabled": True},
            "logs": {"interval": f"{LOG_INTERVAL.seconds}s"},
            "taskPod": {"envFrom": [{"secretRef": {"name": "store"}}]},
            "statsd": {"host": node.statsd_host, "port": node.statsd_port},
            "namespaceDefaults": [{"namespaces": [f"*{INIT_CONTAINERS}"], "executor": {"delivery": "InitContainer"}}],
        },
        **_SERVICE,
        "console": {"enabled": True, **_SERVICE},
        "admin": _admin(node),
        "extraObjects": [
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "services-store"}, "stringData": dict(s3_beside(node).env)}
        ],
    }
    if node.is_ours:  # there are no names of Services: pods of eager tasks reach the front by its address
        values["config"]["admin"] = {"endpoint": FRONT}
    file = tmp_path_factory.mktemp("helm") / "values.json"
    file.write_text(json.dumps(values))
    helm_install(node, "--values", str(file))
    yield node
    uninstall(node)


def _admin(node: Cluster) -> dict[str, Any]:
    """A project is a namespace, whatever the domain. The Service has an address that is known before it is there."""
    address = {"service": {"clusterIP": FRONT.partition(":")[0]}, "url": f"http://{FRONT_HTTP}"} if node.is_ours else {}
    return {
        "enabled": True,
        "eager": {"enabled": True},
        "config": {"namespace": "{project}"},
        **_SERVICE,
        **address,
    }


@pytest.fixture
def front(glider: Glider) -> str:
    """The host and port of the installed front for flytekit's clients, as processes here reach it: of gRPC, without TLS."""
    if not glider.cluster.is_ours:
        pytest.skip("needs the local cluster, whose Services are reached from here")
    return FRONT


@pytest.fixture
def without_store(glider_without_store: Cluster, namespace: str) -> Glider:
    return Glider(glider_without_store, namespace)


@pytest.fixture
def glider(glider_with_store: Cluster, namespace: str) -> Glider:
    return with_store(glider_with_store, namespace)


def with_store(cluster: Cluster, namespace: str) -> Glider:
    """The installation with a store, and a namespace that gets the Secret for it."""
    literals = [f"--from-literal={name}={value}" for name, value in s3_beside(cluster).env.items()]
    cluster.kubectl("--namespace", namespace, "create", "secret", "generic", "store", *literals)
    return Glider(cluster, namespace)
