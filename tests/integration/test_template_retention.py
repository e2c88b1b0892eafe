"""Templates that nobody uses are deleted, by an operator with the chart's rights."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_core.api.template_names import template_labels
from tests.cluster.fixtures import Cluster
from tests.integration.conftest import http_get, write_kubeconfig
from tests.integration.test_install import CHART
from tests.resources import divider, execution, template, to_yaml
from tests.unit.glider_operator.server.test_http import free_address

RETENTION = {"unusedFor": "2s", "keepVersions": 1}


@dataclass(frozen=True, kw_only=True)
class Site:
    """A namespace whose operator deletes templates."""

    cluster: Cluster
    namespace: str
    health: str
    log: Path

    def apply(self, *documents: dict[str, Any]) -> None:
        self.cluster.kubectl("--namespace", self.namespace, "apply", "-f", "-", input=to_yaml(*documents))

    def kubectl(self, *arguments: str) -> str:
        return self.cluster.kubectl("--namespace", self.namespace, *arguments)

    def templates(self) -> dict[str, dict[str, Any]]:
        found = self.cluster.kubectl_json("--namespace", self.namespace, "get", "tasktemplates")["items"]
        return {one["metadata"]["name"]: one["metadata"] for one in found}

    def until(self, condition: Callable[[], object], *, what: str) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, f"{what}:\n{self.log.read_text()}"
            time.sleep(0.1)


@pytest.fixture
def site(crds: Cluster, namespace: str, tmp_path: Path) -> Iterator[Site]:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump({"config": {"watchNamespaces": [namespace], "templateRetention": RETENTION}}))
    show = ("--show-only", "templates/rbac.yaml", "--show-only", "templates/serviceaccount.yaml")
    crds.kubectl("apply", "-f", "-", input=crds.helm("template", "glider", CHART, "--namespace", namespace, "--values", str(values), *show))
    write_kubeconfig(tmp_path / "kubeconfig", crds, account="glider", namespace=namespace)
    health = free_address()
    config = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "Configuration",
        "watchNamespaces": [namespace],
        "instanceId": namespace,
        "sweep": {"interval": "200ms"},
        "health": {"healthProbeBindAddress": health},
        "metrics": {"bindAddress": health},
        "templateRetention": RETENTION,
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(tmp_path / "config.yaml")]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*command, "--kubeconfig", str(tmp_path / "kubeconfig")], stdout=log, stderr=subprocess.STDOUT)
        try:
            yield Site(cluster=crds, namespace=namespace, health=health, log=tmp_path / "log")
        finally:
            process.terminate()
            process.wait(timeout=20)


def registered(name: str, task: str, *, keep: str | None = None) -> dict[str, Any]:
    """A template as tools write it."""
    document = template(name, divider())
    kept = {} if keep is None else {"glider.dev/keep": keep}
    document["metadata"]["labels"] = {**template_labels(task=task, version=name), **kept}
    return document


def test_only_templates_that_nobody_uses_or_keeps_are_deleted(site: Site) -> None:
    mine = execution("mine", taskRef={"name": "used"}, suspend=True)
    mine["metadata"]["labels"] = {"glider.dev/instance-id": site.namespace}
    others = execution("others", taskRef={"name": "used-by-another"}, suspend=True)
    others["metadata"]["labels"] = {"glider.dev/instance-id": "another-operator"}
    site.apply(mine, others)
    old = [
        registered("used", "a"),
        registered("used-by-another", "b"),
        registered("own", "c", keep="true"),
        registered("old", "d", keep="false"),
    ]
    # of one second: by name, so these are the newest in any case
    site.apply(*old, template("by-hand", divider()), *(registered(f"newest-{task}", task) for task in "abcd"))
    site.until(lambda: "old" not in site.templates(), what="it isn't deleted")
    newest = {f"newest-{task}" for task in "abcd"}
    assert site.templates().keys() == {"used", "used-by-another", "own", "by-hand", *newest}
    site.until(lambda: "glider.dev/last-used" in site.templates()["used"].get("annotations", {}), what="its use isn't written down")
    site.kubectl("delete", "te", "mine", "--wait=false")
    site.until(lambda: "used" not in site.templates(), what="it isn't deleted once its execution is gone")
    assert site.templates().keys() == {"used-by-another", "own", "by-hand", *newest}
    counted = f'glider_templates_deleted_total{{namespace="{site.namespace}"}} 2.0'
    site.until(lambda: counted in http_get(f"http://{site.health}/metrics")[1], what="it isn't counted")
    assert "deleted the TaskTemplate" in site.log.read_text()
    events = site.cluster.kubectl_json("--namespace", site.namespace, "get", "events")["items"]
    announced = {one["involvedObject"]["name"] for one in events if one["reason"] == "Unused"}
    assert {"old", "used"} <= announced


@pytest.mark.parametrize(
    ("values", "may"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"templateRetention": RETENTION}, True, id="the setting"),
        pytest.param(
            {"namespaceDefaults": [{"namespaces": ["a"], "templateRetention": RETENTION}]}, True, id="the setting for a namespace"
        ),
    ],
)
def test_the_right_to_delete_templates_comes_with(crds: Cluster, tmp_path: Path, values: dict[str, Any], may: bool) -> None:
    (tmp_path / "values.yaml").write_text(yaml.safe_dump({"config": values}))
    roles = crds.helm("template", "glider", CHART, "--values", str(tmp_path / "values.yaml"), "--show-only", "templates/rbac.yaml")
    [own] = [role for role in yaml.safe_load_all(roles) if (role["kind"], role["metadata"]["name"]) == ("ClusterRole", "glider")]
    verbs = {verb for rule in own["rules"] if "tasktemplates" in rule["resources"] for verb in rule["verbs"]}
    assert ("delete" in verbs) is may
