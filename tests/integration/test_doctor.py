"""`glider doctor` and `glider describe` against a real API server: what no operator can tell."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_client.checks import histories, operators, stores
from glider_client.cli.glider import main
from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.history.rows import Row
from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT, S3
from tests.e2e.conftest import wait_until

pytestmark = pytest.mark.cluster

EXECUTION: dict[str, Any] = {
    "apiVersion": "glider.dev/v1alpha1",
    "kind": "TaskExecution",
    "spec": {"task": {"container": {"image": "i", "args": ["x"]}}},
}


def glider(cluster: Cluster, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments, "--kubeconfig", str(cluster.kubeconfig)])
    return result.exit_code, result.output


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "PATIENCE", operators.PATIENCE * 0)


@pytest.fixture
def chart(crds: Cluster, namespace: str) -> Cluster:
    """The chart's Deployment and ConfigMap with an instance of their own, and no pod: nothing here starts any."""
    return installed(crds, namespace)


def installed(crds: Cluster, namespace: str, *more: str) -> Cluster:
    """The same with more values."""
    values = ["crds.install=false", "replicas=0", f"config.watchNamespaces={{{namespace}}}", f"config.instanceId={namespace}", *more]
    sets = [word for value in values for word in ("--set", value)]
    rendered = crds.helm("template", "--no-hooks", "glider", str(ROOT / "charts" / "glider"), "--namespace", namespace, *sets)
    for document in yaml.safe_load_all(rendered):
        if document and document["kind"] in ("Deployment", "ConfigMap"):
            crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=json.dumps(document))
    return crds


def apply(cluster: Cluster, namespace: str, name: str, **labels: str) -> None:
    body = EXECUTION | {
        "metadata": {"name": name, "labels": {f"glider.dev/{key.replace('_', '-')}": value for key, value in labels.items()}}
    }
    cluster.kubectl("--namespace", namespace, "create", "-f", "-", input=json.dumps(body))


def test_the_doctor_names_what_nobody_serves(chart: Cluster, namespace: str, patience: None):
    apply(chart, namespace, "green", instance_id="green")
    code, output = glider(chart, "doctor")
    assert code == 1
    assert re.search("^(OK|WARNING)  +CRD taskexecutions.glider.dev: ", output, re.MULTILINE)
    assert f"operator {namespace}/glider: 0 of 0 ready, serves the namespaces {namespace}, executions labelled" in output
    assert f"PROBLEM  execution {namespace}/green: no operator serves its label glider.dev/instance-id=green (there are: " in output


def test_describe_says_why_an_execution_stays_blank(chart: Cluster, namespace: str, patience: None):
    apply(chart, namespace, "mine", instance_id=namespace)
    code, output = glider(chart, "describe", "mine", "-n", namespace)
    assert code == 0, output
    assert output.startswith(f"Execution:  {namespace}/mine\nTask:       written out in the execution\n")
    assert "Phase:      Pending\n" in output
    assert f"the operator that serves it isn't ready: {namespace}/glider. See its log" in output


def test_an_execution_that_is_not_there_is_told(crds: Cluster, namespace: str):
    code, output = glider(crds, "describe", "nothing", "-n", namespace)
    assert (code, output) == (
        1,
        f"Error: there is no TaskExecution 'nothing' in the namespace '{namespace}'. `glider get` lists those that are there.\n",
    )


def test_a_cluster_without_the_crds_is_told(cluster: Cluster, namespace: str, monkeypatch):
    monkeypatch.setattr("glider_client.cluster.paths._OURS", "/apis/glider.dev/v0")
    code, output = glider(cluster, "describe", "nothing", "-n", namespace)
    assert (code, output.partition(":")[0]) == (1, "Error")
    assert "has no CRD of glider.dev/v1alpha1 for taskexecutions. Install Glider" in output


def test_a_cluster_that_does_not_answer_is_the_only_line(tmp_path):
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    }
    config |= {"clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "x", "user": {}}]}
    (tmp_path / "config").write_text(json.dumps(config))
    result = CliRunner().invoke(main, ["doctor", "--kubeconfig", str(tmp_path / "config")])
    assert result.exit_code == 1
    expected = "no answer from http://127.0.0.1:1 (context 'x'): Connection refused. Check that the cluster runs, and the context."
    assert result.output == f"PROBLEM  API server: {expected}\n"


def checks_of(cluster: Cluster, *arguments: str) -> dict[str, dict[str, str]]:
    """The checks by their names."""
    _, output = glider(cluster, "doctor", "-o", "json", *arguments)
    return {check["name"]: check for check in json.loads(output)["checks"]}


def test_the_checks_as_json(crds: Cluster, namespace: str):
    code, output = glider(crds, "doctor", "-o", "json", "-n", namespace)
    document = json.loads(output)
    assert list(document) == ["healthy", "checks"]
    assert document["healthy"] is (code == 0)
    assert {tuple(check) for check in document["checks"]} == {("group", "name", "status", "message", "nextStep")}
    found = {check["name"]: check for check in document["checks"]}
    assert found[f"namespace {namespace}"]["message"] == "it is there; Pod Security Standard: restricted"
    assert found["creating an execution"]["status"] == "ok"
    assert found["user"]["status"] == "ok"


def test_someone_with_the_user_role_alone_has_all_rights(crds: Cluster, namespace: str):
    before = checks_of(crds, "-n", namespace, "--as", "ann")
    assert before["right to create taskexecutions.glider.dev"]["status"] == "problem"
    assert before["creating an execution"]["status"] == "warning"
    crds.kubectl("-n", namespace, "apply", "-f", str(ROOT / "manifests" / "user-role.yaml"))
    crds.kubectl("-n", namespace, "create", "rolebinding", "ann", "--role", "glider-user", "--user", "ann")
    after = checks_of(crds, "-n", namespace, "--as", "ann")
    assert [name for name, check in after.items() if check["status"] == "problem"] == []
    assert after["rights to run"]["message"] == f"all 4 in the namespace '{namespace}'"
    assert after["creating an execution"]["status"] == "ok"


def test_a_namespace_that_is_not_there(crds: Cluster):
    assert checks_of(crds, "-n", "absent")["namespace absent"]["status"] == "problem"


def test_a_quota_that_is_used_up(crds: Cluster, namespace: str):
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    crds.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(quota))
    crds.kubectl("-n", namespace, "wait", "--for=jsonpath={.status.hard.pods}=0", "resourcequota/none")
    found = checks_of(crds, "-n", namespace)["quota none"]
    assert (found["status"], found["message"]) == ("warning", "nothing is left of pods (0 of 0 used)")


def test_a_store_from_here(cluster: Cluster, s3: S3, monkeypatch):
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    (check,) = stores.check(stores.read(s3.uri))
    assert check.line == f"store {s3.uri}, from here: it can be written and read"
    assert s3.list() == []
    monkeypatch.setenv("FLYTE_AWS_SECRET_ACCESS_KEY", "wrong")
    (check,) = stores.check(stores.read(s3.uri))
    assert check.status == "problem"
    assert f"store {s3.uri}, from here: it can't be written: " in check.line


def test_the_history_is_compared_with_what_has_ended(crds: Cluster, namespace: str, s3: S3, monkeypatch):
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    installed(crds, namespace, f"config.storage.metadataPrefix={s3.uri}", "config.history.enabled=true")
    apply(crds, namespace, "ended", instance_id=namespace)
    completed = format_time(datetime.now(UTC) - timedelta(hours=1)) or ""
    status = {"status": {"phase": "Succeeded", "completionTime": completed}}
    crds.kubectl("-n", namespace, "patch", "te/ended", "--subresource=status", "--type=merge", "-p", json.dumps(status))
    check = checks_of(crds, "-n", namespace)[f"history {s3.uri}/.history"]
    assert (check["group"], check["status"]) == ("history", "problem")
    assert check["message"] == f"of 1 executions that ended more than 10m ago it lacks 1: {namespace}/ended"
    uid = crds.kubectl("-n", namespace, "get", "te/ended", "-o", "jsonpath={.metadata.uid}")
    row = Row(uid=uid, namespace=namespace, name="ended", completed=completed)
    Index(Storage(read_settings(s3.env).storage), f"{s3.uri}/.history").append([row])
    assert checks_of(crds, "-n", namespace)[f"history {s3.uri}/.history"]["status"] == "ok"
    used = glider(crds, "usage", "-n", namespace, "-o", "json")
    assert json.loads(used[1])["total"]["executions"] == 1, "the prefix is that of the operator's configuration"


def test_what_the_operator_needs_for_its_history_can_be_tried_from_here(cluster: Cluster, s3: S3, monkeypatch):
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    (check,) = histories.check_access(stores.read(f"{s3.uri}/.history/", lists=True))
    assert check.line == f"history {s3.uri}/.history, from here: it can be written, read, listed and deleted"
    assert s3.list() == []
    monkeypatch.setenv("FLYTE_AWS_SECRET_ACCESS_KEY", "wrong")
    (check,) = histories.check_access(stores.read(f"{s3.uri}/.history", lists=True))
    assert (check.status, check.next_step[:12]) == ("problem", "The operator")


def test_a_probe_that_no_operator_takes_up_is_removed(crds: Cluster, namespace: str):
    checks = checks_of(crds, "-n", namespace, "--run", "--timeout", "0s")
    assert checks["a pod"]["message"] == "the probe is Pending after 0 s"
    assert checks["a pod"]["nextStep"] == "No operator took it up: see the operators above."
    assert left_of(crds, namespace) == []


def test_a_probe_is_removed_after_ctrl_c(crds: Cluster, namespace: str):
    glider = str(Path(sys.executable).parent / "glider")
    command = [glider, "doctor", "--run", "--kubeconfig", str(crds.kubeconfig), "-n", namespace]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_until(lambda: "taskexecution" in crds.kubectl("-n", namespace, "get", "taskexecutions", "-o", "name"), what="the probe")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in output) == (130, False), output
    assert left_of(crds, namespace) == []


def left_of(cluster: Cluster, namespace: str) -> list[str]:
    """What is there and isn't being deleted; the template's ConfigMap goes after it, by Kubernetes' garbage collection."""
    return cluster.kubectl("-n", namespace, "get", "taskexecutions,tasktemplates", "-o", "name").split()


def test_a_probe_that_may_not_be_created(crds: Cluster, namespace: str):
    check = checks_of(crds, "-n", namespace, "--as", "ann", "--run", "--timeout", "0s")["a pod"]
    assert check["status"] == "problem"
    assert check["message"].startswith("the probe can't be started: the user 'ann' may not ")
