"""`kubectl apply -k` installs the same as the chart, by server-side apply too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT
from tests.e2e.conftest import wait_until
from tests.integration.conftest import write_kubeconfig
from tests.integration.fire.stage import OperatorProcess
from tests.reference import manifests
from tests.resources import divider, execution, to_yaml

MANIFESTS = ROOT / "manifests"
#: Labels that name Helm, which manages nothing here.
HELMS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}

Key = tuple[str, str, str]


def built(cluster: Cluster, folder: Path) -> dict[Key, Any]:
    """What `kubectl apply -k` applies."""
    return keyed(cluster.kubectl("kustomize", str(folder)))


def keyed(text: str) -> dict[Key, Any]:
    documents = [one for one in yaml.safe_load_all(text) if one]
    return {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in documents}


def plain(document: Any) -> Any:
    """Without Helm's labels, and with the configuration read: how its YAML is written makes no difference."""
    if isinstance(document, Mapping):
        inner = {name: plain(value) for name, value in document.items() if name not in HELMS}
        return inner | ({"config.yaml": yaml.safe_load(inner["config.yaml"])} if "config.yaml" in inner else {})
    return [plain(one) for one in document] if isinstance(document, list) else document


def test_the_generated_files_are_what_the_chart_renders(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HELM", str(cluster.helm_path))
    assert manifests.main("--check") == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", manifests.INSTALLATIONS)
def test_an_overlay_is_what_helm_installs(cluster: Cluster, name: str):
    place, values = manifests.INSTALLATIONS[name]
    chart = str(ROOT / "charts" / "glider")
    of_helm = keyed(cluster.helm("template", "glider", chart, "--namespace", place, "--no-hooks", "--set", "crds.install=false", *values))
    of_kustomize = built(cluster, MANIFESTS / "overlays" / name)
    of_kustomize.pop(("Namespace", "", place), None)  # which `helm install --create-namespace` makes
    assert plain(of_kustomize) == plain(of_helm)


@pytest.mark.parametrize("name", manifests.COMPONENTS)
def test_a_component_adds_what_helm_adds_for_it(cluster: Cluster, name: str, tmp_path: Path):
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    parts = {"resources": ["manifests/overlays/cluster"], "components": [f"manifests/components/{name}"]}
    kustomization = {"namespace": manifests.SYSTEM, **parts}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    arguments = ("--namespace", manifests.SYSTEM, "--no-hooks", "--set", "crds.install=false", *manifests.COMPONENTS[name])
    of_helm = keyed(cluster.helm("template", "glider", str(ROOT / "charts" / "glider"), *arguments))
    of_kustomize = built(cluster, tmp_path)
    of_kustomize.pop(("Namespace", "", manifests.SYSTEM))
    assert {key: plain(one) for key, one in of_kustomize.items() if name in key[2]} == {
        key: plain(one) for key, one in of_helm.items() if name in key[2]
    }
    assert of_kustomize.keys() == of_helm.keys()


def test_the_whole_adds_the_crds(cluster: Cluster):
    added = built(cluster, MANIFESTS).keys() - built(cluster, MANIFESTS / "overlays" / "cluster").keys()
    assert added == {("CustomResourceDefinition", "", f"{plural}.glider.dev") for plural in ("taskexecutions", "tasktemplates")}


def test_an_operator_of_one_namespace_has_nothing_outside_of_it_whatever_it_is_called(cluster: Cluster, tmp_path: Path):
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    overlay = tmp_path / "manifests" / "overlays" / "namespace"
    kustomization = (overlay / "kustomization.yaml").read_text()
    (overlay / "kustomization.yaml").write_text(kustomization.replace("namespace: team-a", "namespace: sales"))
    found = built(cluster, overlay)
    assert {namespace for _, namespace, _ in found} == {"sales"}
    assert {kind for kind, _, _ in found if kind.startswith("Cluster")} == set()
    assert "team-a" not in json.dumps(list(found.values()))
    config = yaml.safe_load(found["ConfigMap", "sales", "glider"]["data"]["config.yaml"])
    assert config["watchNamespaces"] == ["sales"]


def test_it_is_applied_again_without_a_change_and_from_then_on_by_the_server(empty: Cluster):
    """By `kubectl apply -k` as of old. What it made stays until the control plane ends: the last test here applies the CRDs anyway."""
    empty.kubectl("apply", "-k", str(MANIFESTS))
    empty.kubectl("wait", "--for=condition=Established", "crd", "--all")
    again = empty.kubectl("apply", "-k", str(MANIFESTS)).splitlines()
    assert {line.rpartition(" ")[2] for line in again} == {"unchanged"}, again
    states = []
    for _ in range(2):  # without --force-conflicts: kubectl takes over what it has applied itself
        empty.kubectl("apply", "--server-side", "-k", str(MANIFESTS))
        states.append(state(empty))
    assert states[0] == states[1]
    assert {manager for managers in states[1].values() for manager in managers} == {"kubectl", "kubectl-last-applied"}


def state(cluster: Cluster) -> dict[Key, Any]:
    """When each object was last changed by kubectl, and which fields it owns; nobody else's part, such as a controller's."""
    documents = cluster.kubectl_json("get", "-k", str(MANIFESTS), "--show-managed-fields")["items"]
    return {
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): {
            entry["manager"]: entry for entry in one["metadata"]["managedFields"] if entry["manager"].startswith("kubectl")
        }
        for one in documents
    }


def test_an_operator_of_one_namespace_serves_it_with_the_rights_of_its_overlay(empty: Cluster, tmp_path: Path):
    place = manifests.ONE
    empty.kubectl("apply", "--server-side", "-f", str(MANIFESTS / "crd"))
    empty.kubectl("wait", "--for=condition=Established", "crd", "--all")
    empty.kubectl("create", "namespace", place)
    empty.kubectl("apply", "-k", str(MANIFESTS / "overlays" / "namespace"))
    write_kubeconfig(tmp_path / "kubeconfig", empty, account="glider", namespace=place)
    settings = yaml.safe_load(empty.kubectl_json("--namespace", place, "get", "cm", "glider")["data"]["config.yaml"])
    operator = OperatorProcess(kubeconfig=tmp_path / "kubeconfig", folder=tmp_path, **settings)
    operator.start()
    try:
        empty.kubectl("--namespace", place, "apply", "-f", "-", input=to_yaml(execution("one", task=divider(), inputs={"a": 1, "b": 1})))
        pods = ("--namespace", place, "get", "pods", "-l", "glider.dev/execution=one", "-o", "name")
        wait_until(lambda: empty.kubectl(*pods), what="the execution's pod")
    finally:
        operator.kill()
