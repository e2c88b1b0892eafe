"""Objects that an older CRD has let in, under today's; the way back; and a version of the API that follows this one."""

from __future__ import annotations

import base64
import copy
import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.fixtures import Cluster, KubectlError
from tests.cluster.private import PrivateControlPlane
from tests.conftest import ROOT
from tests.e2e.conftest import wait_until
from tests.integration.fire.stage import OperatorProcess
from tests.integration.install.freeze import FORMER
from tests.resources import divider, execution, template, to_yaml

CURRENT = ROOT / "manifests" / "crd"
PLURALS = ("taskexecutions", "tasktemplates")
INPUTS = {"a": 1, "b": 1}
#: What today's CRD refuses: keys that are there twice, and an entry without its key.
TWICE: dict[str, Any] = {
    "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
    "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "v", "mountPath": "/v"}],
    "volumes": [{"name": "v", "emptyDir": {}}],
    "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}, {"ip": "10.0.0.1", "hostnames": ["b"]}],
    "imagePullSecrets": [{}],
}
FINISHED = {
    "phase": "Succeeded",
    "outputs": {"o0": 1.0},
    "conditions": [
        {"type": "Succeeded", "status": "True", "reason": "Completed", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    ],
    "completionTime": "2026-01-01T00:00:00Z",
}


def use(cluster: Cluster, folder: Path) -> None:
    """Install these CRDs over those that are there, as an upgrade or a rollback does."""
    cluster.kubectl("apply", "--server-side", "--force-conflicts", *(f"-f={folder / plural}.yaml" for plural in PLURALS))
    cluster.kubectl("wait", "--for=condition=Established", *(f"crd/{plural}.glider.dev" for plural in PLURALS))


def specs(cluster: Cluster) -> dict[str, Any]:
    """All our objects by kind and name: identity and spec, in which today's CRD defaults a key that isn't there."""
    found = cluster.kubectl_json("get", ",".join(f"{plural}.v1alpha1.glider.dev" for plural in PLURALS))["items"]
    for one in found:
        for reference in one["spec"].get("imagePullSecrets", ()):
            reference.setdefault("name", "")
    return {f"{one['kind']}/{one['metadata']['name']}": (one["metadata"]["uid"], one["spec"]) for one in found}


def status(cluster: Cluster, name: str) -> Any:
    return cluster.kubectl_json("get", f"te/{name}")["status"]


def write_status(cluster: Cluster, name: str, document: Mapping[str, Any]) -> None:
    patch = json.dumps({"status": document})
    cluster.kubectl("patch", "te", name, "--subresource=status", "--type=merge", "--patch", patch)


@pytest.fixture
def stored(empty: Cluster) -> Iterator[Cluster]:
    """Objects of the former release: a template, one execution that has ended, one that waits, and one that would be refused today."""
    use(empty, FORMER)
    one, other = execution("ended", taskRef={"name": "divider"}, inputs=INPUTS), execution("waits", task=divider(), inputs=INPUTS)
    odd = execution("odd", task=divider(), inputs=INPUTS, **TWICE)
    wait_until(lambda: applies(empty, to_yaml(template("divider", divider()), one, other, odd)), what="the CRDs to be served")
    write_status(empty, "ended", FINISHED)
    yield empty
    empty.kubectl("delete", "te,tt", "--all")
    empty.kubectl("delete", *(f"crd/{plural}.glider.dev" for plural in PLURALS))


def applies(cluster: Cluster, documents: str) -> bool:
    try:
        cluster.kubectl("apply", "-f", "-", input=documents)
    except KubectlError as error:
        assert "no matches for kind" in str(error) or "the server could not find" in str(error), error
        return False
    return True


@pytest.fixture
def operator(empty: Cluster, tmp_path: Path) -> Iterator[OperatorProcess]:
    process = OperatorProcess(kubeconfig=empty.kubeconfig, folder=tmp_path)
    yield process
    process.kill()


def has_pod(cluster: Cluster, name: str) -> bool:
    return bool(cluster.kubectl("get", "pods", "-l", f"glider.dev/execution={name}", "-o", "name"))


def test_objects_of_the_former_release_live_on_and_a_rollback_keeps_them(stored: Cluster, operator: OperatorProcess):
    before = specs(stored)
    use(stored, CURRENT)
    assert specs(stored) == before
    refused = to_yaml(execution("new", task=divider(), inputs=INPUTS, **TWICE))
    wait_until(lambda: is_refused(stored, refused), what="today's rules to be in force")
    for name in ("ended", "waits", "odd"):  # also what would be refused as a new object can be changed and written
        stored.kubectl("annotate", "te", name, "seen=yes")
        stored.kubectl("patch", "te", name, "--type=merge", "--patch", '{"spec": {"priority": 3}}')
    assert status(stored, "ended") == FINISHED
    operator.start()
    wait_until(lambda: has_pod(stored, "waits") and has_pod(stored, "odd"), what="the pods of those that had none")
    stored.kubectl("patch", "te", "odd", "--type=merge", "--patch", '{"spec": {"cancel": true}}')
    wait_until(lambda: status(stored, "odd")["phase"] == "Aborted", what="the operator's status of an object that would be refused")
    assert not has_pod(stored, "ended")
    stored.kubectl("apply", "-f", "-", input=to_yaml(execution("newer", taskRef={"name": "divider"}, inputs=INPUTS)))
    wait_until(lambda: has_pod(stored, "newer"), what="the pod of a new execution of a stored template")
    operator.kill()

    after = specs(stored)
    phases = {name: status(stored, name)["phase"] for name in ("ended", "waits", "odd", "newer")}
    use(stored, FORMER)
    assert specs(stored) == after
    assert {name: status(stored, name)["phase"] for name in phases} == phases
    write_status(stored, "waits", {"phase": "Running"})
    assert status(stored, "waits")["phase"] == "Running"


def is_refused(cluster: Cluster, documents: str) -> bool:
    try:
        cluster.kubectl("create", "--dry-run=server", "-f", "-", input=documents)
    except KubectlError as error:
        return "Duplicate value" in str(error)
    return False


def with_versions(folder: Path, *, storage: str, served: tuple[str, ...]) -> Path:
    """Today's CRDs with these versions, all of one schema; one of them is how objects are stored."""
    folder.mkdir(exist_ok=True)
    for plural in PLURALS:
        crd = yaml.safe_load((CURRENT / f"{plural}.yaml").read_text())
        [version] = crd["spec"]["versions"]
        crd["spec"]["versions"] = [{**copy.deepcopy(version), "name": name, "storage": name == storage} for name in served]
        crd["spec"]["conversion"] = {"strategy": "None"}
        (folder / f"{plural}.yaml").write_text(yaml.safe_dump(crd))
    return folder


def stored_as(plane: PrivateControlPlane) -> set[str]:
    """The apiVersions in which etcd has our objects."""
    prefix = b"/registry/glider.dev/"
    asked = {"key": base64.b64encode(prefix).decode(), "range_end": base64.b64encode(prefix[:-1] + b"0").decode()}
    pki = plane.layout.pki
    context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    with closing(http.client.HTTPSConnection("127.0.0.1", plane.layout.ports.etcd, timeout=10, context=context)) as connection:
        connection.request("POST", "/v3/kv/range", body=json.dumps(asked))
        answer = json.loads(connection.getresponse().read())
    return {json.loads(base64.b64decode(one["value"]))["apiVersion"].removeprefix("glider.dev/") for one in answer["kvs"]}


def write_all_again(cluster: Cluster) -> None:
    """Read and write each object without a change, which stores it in the storage version: docs/api.md has the command."""
    for plural in PLURALS:
        everything = cluster.kubectl("get", plural, "--all-namespaces", "-o", "json")
        cluster.kubectl("replace", "-f", "-", input=everything)


@pytest.mark.parametrize("name", PLURALS)
def test_this_release_has_one_version_that_is_served_and_stored(name: str):
    versions = yaml.safe_load((CURRENT / f"{name}.yaml").read_text())["spec"]["versions"]
    assert [(one["name"], one["served"], one["storage"]) for one in versions] == [("v1alpha1", True, True)]


def test_a_later_version_takes_over_the_storage_and_gives_it_back(
    stored: Cluster, plane: PrivateControlPlane, operator: OperatorProcess, tmp_path: Path
):
    use(stored, CURRENT)
    before = specs(stored)
    operator.start()  # it speaks v1alpha1 all the time
    for storage in ("v1beta1", "v1alpha1"):
        use(stored, with_versions(tmp_path / storage, storage=storage, served=("v1alpha1", "v1beta1")))
        wait_until(lambda: "glider.dev/v1beta1" in stored.kubectl("api-versions"), what="the other version to be served")
        move_storage(stored, plane, storage)
        assert specs(stored) == before
        for version in ("v1alpha1", "v1beta1"):
            one = stored.kubectl_json("get", f"taskexecutions.{version}.glider.dev/ended")
            assert (one["apiVersion"], one["status"]) == (f"glider.dev/{version}", FINISHED)
        new = execution(f"under-{storage}", task=divider(), inputs=INPUTS)
        stored.kubectl("apply", "-f", "-", input=to_yaml(new))
        wait_for_pod(stored, new["metadata"]["name"])
        before = specs(stored)
    use(stored, CURRENT)  # v1beta1 is gone, and nothing is stored in it
    assert specs(stored) == before


def wait_for_pod(cluster: Cluster, name: str) -> None:
    wait_until(lambda: has_pod(cluster, name), what=f"the pod of {name}")


def move_storage(cluster: Cluster, plane: PrivateControlPlane, version: str) -> None:
    """As docs/api.md describes it. More than once: a part of the API server may write the former version for a moment still."""
    wait_until(lambda: rewritten(cluster, plane) == {version}, what=f"all objects to be stored as {version}")
    for plural in PLURALS:
        patch = json.dumps({"status": {"storedVersions": [version]}})
        cluster.kubectl("patch", "crd", f"{plural}.glider.dev", "--subresource=status", "--type=merge", "--patch", patch)


def rewritten(cluster: Cluster, plane: PrivateControlPlane) -> set[str]:
    """The versions in which all is stored once it has been written again."""
    try:
        write_all_again(cluster)
    except KubectlError as error:
        assert "the object has been modified" in str(error), error  # by the operator, meanwhile
    return stored_as(plane)
