"""Installs as users make them: with no values, each kind of store, in one namespace, with replicas; upgrade, rollback, uninstall.

One installation for the whole cluster goes from an older chart to this one, back, and away. Beside it others have a namespace each,
with an instance ID of their own; each is installed and tried by a thread, since they mostly wait.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glider_core.api import labels
from tests.cluster import images, runtime
from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT, s3_beside
from tests.e2e.conftest import EXAMPLES, SYSTEM, Glider, helm_install, uninstall, wait_until
from tests.resources import divider, execution, legacy_args, task, to_yaml

pytestmark = pytest.mark.node

CHART = str(ROOT / "charts" / "glider")
#: The version before this one: the same code, under a tag and a chart version of its own.
OLDER = "0.0.9"
#: So long an installation's story may take beside the others.
PATIENCE = 240.0
RESTRICTED = "pod-security.kubernetes.io/enforce=restricted"
SLEEP = legacy_args("app.workflows.unreliable", "sleep")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A release, and the namespace in which it is and its tasks run, under the restricted Pod Security Standard."""

    cluster: Cluster
    name: str
    folder: Path

    @property
    def namespace(self) -> str:
        return f"install-{self.name}"

    @property
    def glider(self) -> Glider:
        return Glider(self.cluster, self.namespace)

    def install(self, values: Mapping[str, Any]) -> None:
        """`helm install` without rights on the cluster; the CRDs are there."""
        own: dict[str, Any] = {"singleNamespace": True, "crds": {"install": False}, "config": {"instanceId": self.name}}
        file = self.folder / f"{self.name}.json"
        file.write_text(json.dumps({**own, **values}))
        self.cluster.helm("install", self.name, CHART, "--namespace", self.namespace, "--values", str(file), "--wait", "--timeout=180s")

    def run(self, name: str, spec: dict[str, Any], **inputs: Any) -> None:
        """An execution that this release serves."""
        document = execution(name, task=spec, inputs=inputs)
        document["metadata"]["labels"] = {labels.INSTANCE: self.name}
        self.glider.apply(document)

    def succeeds(self, name: str) -> dict[str, Any]:
        """Its status."""
        status = self.glider.wait_for(name, timeout=120)
        assert status["phase"] == "Succeeded", status
        return status

    def divides(self) -> None:
        self.run("divide", divider(), a=10, b=2)
        assert self.succeeds("divide")["outputs"] == {"o0": 5.0}


def sleeper() -> dict[str, Any]:
    return task(SLEEP, inputs={"seconds": "float"}, outputs={"o0": "string"})


def single_namespace(place: Place) -> None:
    """No store, no rights on the cluster."""
    place.install({})
    place.divides()


def s3_by_values(place: Place) -> None:
    """Keys among the values: the chart makes the Secret that tasks and operator read."""
    s3 = s3_beside(place.cluster)
    keys = {"accessKeyId": s3.access_key, "secretAccessKey": s3.secret_key}
    place.install({"storage": {"s3": {"bucket": s3.bucket, "prefix": s3.prefix, "endpoint": s3.endpoint, **keys}}})
    place.divides()
    assert any(uri.endswith("/0/outputs.pb") for uri in s3.list())


def claim(place: Place) -> None:
    """A claim in place of an object store."""
    volume = place.folder / "volume"
    volume.mkdir()
    volume.chmod(0o777)  # of a folder of the node, which is for the user of the task, whoever that is
    modes = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    spec = modes | {"capacity": {"storage": "1Gi"}, "hostPath": {"path": str(volume)}, "persistentVolumeReclaimPolicy": "Retain"}
    asked = modes | {"volumeName": place.namespace, "resources": {"requests": {"storage": "1Gi"}}}
    place.glider.apply(
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": place.namespace}, "spec": spec},
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": asked},
    )
    place.install({"storage": {"persistentVolumeClaim": {"claimName": "data"}}})
    place.divides()
    assert [path.name for path in volume.rglob("0/outputs.pb")] == ["outputs.pb"]


def three_replicas(place: Place) -> None:
    """The leader is killed while a task runs: another goes on with it."""
    place.install({"replicas": 3})
    place.run("sleep", sleeper(), seconds=5)
    place.glider.wait_for("sleep", "Running", timeout=120)
    former = leader(place)
    place.glider.kubectl("delete", "pod", former, "--grace-period=0", "--force")
    assert len(place.succeeds("sleep")["attempts"]) == 1
    assert leader(place) != former


def leader(place: Place) -> str:
    """The pod that has the Lease."""

    def found() -> str | None:
        [lease] = place.glider.get("leases")["items"]
        holder = lease["spec"].get("holderIdentity") or ""
        return next((name for pod in place.glider.pods() if holder.startswith(name := pod["metadata"]["name"])), None)

    return str(wait_until(found, what="a leader"))


STORIES: dict[str, Callable[[Place], None]] = {
    "single": single_namespace,
    "s3": s3_by_values,
    "claim": claim,
    "three": three_replicas,
}


@pytest.fixture(scope="module")
def older(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, float]]:
    """`helm install` of the older version with no value set, and when that began."""
    folder = tmp_path_factory.mktemp("older")
    node.helm("package", CHART, "--version", OLDER, "--app-version", OLDER, "--destination", str(folder))
    for image in images.PROJECT:
        runtime.tag_image(image.reference, f"{image.name}:{OLDER}")
    uninstall(node)
    began = time.monotonic()
    helm_install(node, chart=str(folder / f"glider-{OLDER}.tgz"))
    try:
        yield node, began
    finally:
        uninstall(node)


@pytest.fixture(scope="module")
def stories(older: tuple[Cluster, float], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """All of them at once, each in its namespace."""
    cluster, folder = older[0], tmp_path_factory.mktemp("installs")
    places = {name: Place(cluster=cluster, name=name, folder=folder) for name in STORIES}
    names = [place.namespace for place in places.values()]
    cluster.kubectl("delete", "namespace,pv", "--ignore-not-found", *names)  # what an earlier run, cut short, may have left
    cluster.kubectl("create", "-f", "-", input=to_yaml(*map(restricted, names)))
    try:
        with ThreadPoolExecutor(len(STORIES)) as pool:
            yield {name: pool.submit(story, places[name]) for name, story in STORIES.items()}
    finally:
        cluster.kubectl("delete", "namespace,pv", "--ignore-not-found", "--wait=false", *names)


def restricted(name: str) -> dict[str, Any]:
    key, _, level = RESTRICTED.partition("=")
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {key: level}}}


@pytest.fixture
def home(older: tuple[Cluster, float], stories: dict[str, Future[None]], namespace: str) -> Glider:
    """Where the cluster-wide installation is used."""
    return Glider(older[0], namespace)


def test_an_install_with_no_values_gives_a_result(older: tuple[Cluster, float], namespace: str, record_property: Callable[..., None]):
    """Within a minute on a machine that does nothing else."""
    glider = Glider(older[0], namespace)
    glider.apply(EXAMPLES / "divide.yaml")
    assert glider.wait_for("divide-ten-by-two", timeout=PATIENCE)["outputs"] == {"o0": 5.0}
    record_property("seconds_from_helm_install_to_result", round(time.monotonic() - older[1]))


def test_an_upgrade_a_rollback_and_an_uninstall_lose_nothing(home: Glider):
    """A task runs through the upgrade and the rollback; executions and templates outlive the installation. The others go on beside it."""
    home.apply(execution("through-all", task=sleeper(), inputs={"seconds": 20}))
    home.wait_for("through-all", "Running")
    helm = home.cluster.helm
    helm("upgrade", "glider", CHART, "--namespace", SYSTEM, "--wait", "--timeout", "180s")
    assert versions(home.cluster) == {images.VERSION}
    home.apply(EXAMPLES / "divide.yaml")
    home.wait_for("divide-ten-by-two")
    helm("rollback", "glider", "1", "--namespace", SYSTEM, "--wait", "--timeout", "180s")
    assert versions(home.cluster) == {OLDER}
    home.apply(execution("rolled-back", task=divider(), inputs={"a": 10, "b": 2}))
    assert home.wait_for("rolled-back")["outputs"] == {"o0": 5.0}
    assert len(home.wait_for("through-all")["attempts"]) == 1

    before = {one["metadata"]["uid"]: one["status"] for one in home.get("te")["items"]}
    helm("uninstall", "glider", "--namespace", SYSTEM, "--wait", "--timeout", "180s")
    assert {one["metadata"]["uid"]: one["status"] for one in home.get("te")["items"]} == before
    assert [one["metadata"]["name"] for one in home.get("tt")["items"]] == ["divider-v1"]
    left = home.cluster.kubectl("get", "clusterroles,clusterrolebindings", "--selector=app.kubernetes.io/instance=glider", "-o", "name")
    assert left == ""


def versions(cluster: Cluster) -> set[str]:
    """The tags of the operators that aren't being deleted."""
    pods = cluster.kubectl_json("--namespace", SYSTEM, "get", "pods", "--selector=app.kubernetes.io/name=glider")["items"]
    staying = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"] and pod["status"]["phase"] == "Running"]
    return {pod["spec"]["containers"][0]["image"].rpartition(":")[2] for pod in staying}


@pytest.mark.parametrize("name", STORIES)
def test_an_install_of_one_namespace(stories: dict[str, Future[None]], name: str):
    stories[name].result(timeout=PATIENCE)
