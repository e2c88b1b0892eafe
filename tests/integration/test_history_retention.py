"""Executions of the history are deleted by rules, by an operator with the chart's rights, beside executions that are there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flyteidl.core import literals_pb2

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_core.history.records import OwnFolders
from tests.cluster.fixtures import Cluster
from tests.integration.conftest import http_get, write_kubeconfig
from tests.integration.test_install import CHART
from tests.resources import divider, execution, to_yaml
from tests.unit.glider_core.archive.deletable import Deletable
from tests.unit.glider_operator.server.test_http import free_address

pytestmark = pytest.mark.s3

RULES = [{"name": "failed", "phases": ["Failed"], "age": "24h"}, {"name": "acme", "labels": {"customer": "acme"}, "age": "24h"}]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A namespace whose operator applies rules to the history."""

    cluster: Cluster
    namespace: str
    store: Deletable
    folder: Path
    health: str
    environment: dict[str, str]

    def add(self, name: str, *, customer: str = "acme", **fields: Any) -> Any:
        return self.store.add(name, namespace=self.namespace, attempts=1, labels={"customer": customer}, **fields)

    def create(self, name: str, **spec: Any) -> str:
        """Creates an execution that waits, and returns its UID."""
        document = execution(name, task=divider(), suspend=True, **spec)
        self.cluster.kubectl("--namespace", self.namespace, "apply", "-f", "-", input=to_yaml(document))
        found = self.cluster.kubectl_json("--namespace", self.namespace, "get", "te", name)
        return str(found["metadata"]["uid"])

    def config(self, *, dry_run: bool) -> Path:
        path = self.folder / "config.yaml"
        document = {
            "apiVersion": "glider.dev/v1alpha1",
            "kind": "Configuration",
            "watchNamespaces": [self.namespace],
            "instanceId": self.namespace,
            "health": {"healthProbeBindAddress": self.health},
            "metrics": {"bindAddress": self.health},
            "storage": {"metadataPrefix": f"{self.store.base}/meta", "rawOutputDataPrefix": f"{self.store.base}/raw"},
            "history": {"enabled": True},
            "retention": {"dryRun": dry_run, "interval": "500ms", "rules": RULES},
        }
        path.write_text(yaml.safe_dump(document))
        return path

    def run(self, *, dry_run: bool) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(self.config(dry_run=dry_run))]
        with (self.folder / "log").open("w") as log:
            return subprocess.Popen(
                [*command, "--kubeconfig", str(self.folder / "kubeconfig")],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
            )

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def metrics(self) -> list[str]:
        try:
            return http_get(f"http://{self.health}/metrics")[1].splitlines()
        except OSError:
            return []

    def until(self, condition: Callable[[], object], *, what: str) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, f"{what}:\n{self.log}"
            time.sleep(0.1)


@pytest.fixture
def site(crds: Cluster, namespace: str, tmp_path: Path, s3: Any) -> Iterator[Site]:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump({"config": {"watchNamespaces": [namespace]}}))
    show = ("--show-only", "templates/rbac.yaml", "--show-only", "templates/serviceaccount.yaml")
    crds.kubectl("apply", "-f", "-", input=crds.helm("template", "glider", CHART, "--namespace", namespace, "--values", str(values), *show))
    write_kubeconfig(tmp_path / "kubeconfig", crds, account="glider", namespace=namespace)
    store = Deletable(Storage(read_settings(s3.env).storage), f"s3://{s3.bucket}/retention-{uuid.uuid4().hex}")
    yield Site(cluster=crds, namespace=namespace, store=store, folder=tmp_path, health=free_address(), environment=s3.env)


def inputs_with(uri: str) -> bytes:
    blob = literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri=uri)))
    return bytes(literals_pb2.LiteralMap(literals={"a": blob}).SerializeToString())


def test_rules_are_applied_to_what_nobody_needs_any_more(site: Site) -> None:
    store = site.store
    due, used, in_file = site.add("due"), site.add("used"), site.add("in-file")
    site.add("fresh", completed="2999-01-01T00:00:00Z")
    site.add("another", customer="other")
    elsewhere = store.add("elsewhere", namespace="not-watched", attempts=1, labels={"customer": "acme"})
    store.decoys(due)
    foreign = "0a1b2c3d-0000-4000-8000-000000000000"
    tenants_own = f"s3://{store.base.split('/')[2]}/tenants-own"
    site.add("foreign", uid=foreign, storage=OwnFolders(metadata=f"{tenants_own}/{site.namespace}/foreign-{foreign[:8]}"))
    store.storage.write(f"{store.base}/meta/{site.namespace}/given/inputs.pb", inputs_with(store.records.read(in_file).storage.raw[0]))
    user = site.create("user", inputs={"a": 1, "b": 2}, env=[{"name": "MODEL", "value": f"{store.records.read(used).storage.metadata}/0"}])
    site.create("reader", inputsUri=f"{store.base}/meta/{site.namespace}/given/inputs.pb")
    site.add("user", uid=user)
    before = store.there()

    process = site.run(dry_run=True)
    try:
        site.until(lambda: 'glider_retention_due_executions{rule="acme"} 1.0' in site.metrics(), what="a dry run")
        shown = site.metrics()
        for line in (
            'glider_retention_due_objects{rule="acme"} 5.0',
            'glider_retention_due_executions{rule="failed"} 0.0',
            'glider_retention_held_executions{reason="InputOfLiveExecution"} 2.0',
            'glider_retention_held_executions{reason="TaskExecutionExists"} 1.0',
            'glider_retention_held_executions{reason="PlaceNotGranted"} 1.0',
        ):
            assert line in shown, site.log
        assert f"would delete {site.namespace}/due" in site.log
        assert store.there() == before and store.has_record(due)
    finally:
        process.terminate()
        process.wait(timeout=20)

    process = site.run(dry_run=False)
    try:
        site.until(lambda: not store.has_record(due), what="a deletion")
        site.until(lambda: 'glider_retention_executions_deleted_total{rule="acme"} 1.0' in site.metrics(), what="its count")
        site.until(lambda: "due" not in store.rows(), what="its row")
        assert before - store.there() == set(store.paths("due", namespace=site.namespace, uid=due.uid, attempts=1))
        assert store.rows() == ["another", "elsewhere", "foreign", "fresh", "in-file", "used", "user"]
        assert f"its data are inputs of {site.namespace}/reader, not finished yet" in site.log
        assert store.has_record(elsewhere)
        site.cluster.kubectl("--namespace", site.namespace, "delete", "te", "user", "reader", "--wait=false")
        site.until(lambda: store.rows() == ["another", "elsewhere", "foreign", "fresh"], what="what was held before")
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert "Traceback" not in site.log
