"""An installation with listed namespaces, one of which is deleted and made again: the others don't notice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.cluster.fixtures import Cluster
from tests.integration.conftest import http_get, write_kubeconfig
from tests.integration.test_install import CHART
from tests.resources import divider, execution, to_yaml
from tests.unit.glider_operator.server.test_http import free_address


@dataclass(frozen=True, kw_only=True)
class Site:
    """An operator with the rights of the chart's Roles in two namespaces, and no others."""

    cluster: Cluster
    health: str
    namespaces: tuple[str, str]
    roles: str
    process: subprocess.Popen[bytes]
    log: Path

    def readyz(self) -> tuple[int, str]:
        try:
            return http_get(f"http://{self.health}/readyz")
        except OSError as error:
            return 0, str(error)

    def until(self, condition: Callable[[], object], *, what: str) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert self.process.poll() is None, f"the operator ended:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"{what}: {self.readyz()}\n{self.log.read_text()}"
            time.sleep(0.1)

    def runs(self, namespace: str, name: str) -> bool:
        """Whether an execution that is made now gets its pod."""
        self.cluster.kubectl(
            "--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution(name, task=divider(), inputs={"a": 1, "b": 2}))
        )
        self.until(
            lambda: self.cluster.kubectl_json("--namespace", namespace, "get", "pods")["items"], what=f"no pod of {name} in {namespace}"
        )
        return True


@pytest.fixture
def site(crds: Cluster, namespace: str, tmp_path: Path) -> Iterator[Site]:
    served = (f"{namespace}-a", f"{namespace}-b")
    for name in served:
        crds.kubectl("create", "namespace", name)
    values = f"config.watchNamespaces={{{','.join(served)}}}"
    show = ("--show-only", "templates/rbac.yaml", "--show-only", "templates/serviceaccount.yaml")
    roles = crds.helm("template", "glider", CHART, "--namespace", namespace, "--set", values, *show)
    crds.kubectl("apply", "-f", "-", input=roles)
    write_kubeconfig(tmp_path / "kubeconfig", crds, account="glider", namespace=namespace)
    health = free_address()
    config = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "Configuration",
        "watchNamespaces": list(served),
        "health": {"healthProbeBindAddress": health},
        "metrics": {"bindAddress": health},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(tmp_path / "config.yaml")]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*command, "--kubeconfig", str(tmp_path / "kubeconfig")], stdout=log, stderr=subprocess.STDOUT)
        site = Site(cluster=crds, health=health, namespaces=served, roles=roles, process=process, log=tmp_path / "log")
        try:
            site.until(lambda: site.readyz() == (200, "ok\n"), what="never ready")
            yield site
        finally:
            process.terminate()
            process.wait(timeout=20)
            crds.kubectl("delete", "namespace", "--ignore-not-found", "--wait=false", *served)


def test_a_namespace_that_is_deleted_and_made_again_keeps_none_of_the_others(site: Site):
    first, second = site.namespaces
    site.cluster.kubectl("delete", "namespace", second)
    site.until(lambda: "without namespace" in site.readyz()[1], what="nobody says which namespace may not be watched")
    status, said = site.readyz()
    assert status == 200
    assert said.startswith(f"ok, without namespace {second}: may not list taskexecutions")
    assert site.runs(first, "meanwhile")
    assert "glider_namespaces_refused 1.0" in http_get(f"http://{site.health}/metrics")[1]
    site.cluster.kubectl("create", "namespace", second)
    site.cluster.kubectl("apply", "-f", "-", input=site.roles)
    site.until(lambda: site.readyz() == (200, "ok\n"), what="it isn't taken up again")
    assert site.runs(second, "again")
