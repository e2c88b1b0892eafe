"""The commands that show something, against a real API server: what a person sees, and the documents that scripts get.

What needs a node (logs) is in tests/e2e/test_cli_see.py.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from glider_client.cluster import paths
from glider_core.api.labels import EXECUTION_UID, RERUN_OF
from tests.conftest import S3
from tests.integration.cli import Cli, glider
from tests.resources import divider, template

pytestmark = pytest.mark.cluster
__all__ = ["glider"]

DONE = {
    "phase": "Succeeded",
    "startTime": "2026-01-31T12:00:00Z",
    "completionTime": "2026-01-31T12:00:10Z",
    "duration": "10s",
    "outputs": {"o0": 2.5},
    "attempts": [
        {
            "number": 0,
            "podName": "good-0",
            "reason": "Completed",
            "exitCode": 0,
            "startTime": "2026-01-31T12:00:00Z",
            "completionTime": "2026-01-31T12:00:10Z",
            "usage": {"peakMemoryBytes": 31 * 2**20, "cpuSeconds": 5.0},
        }
    ],
}
ERROR = {"code": "USER:ZeroDivisionError", "kind": "NON_RECOVERABLE", "origin": "USER", "message": "division by zero"}
BAD = {"phase": "Failed", "error": ERROR, "attempts": [{"number": 0, "podName": "bad-0", "reason": "ZeroDivisionError"}]}


def event(glider: Cli, about: Any, *, name: str, kind: str = "Normal", reason: str = "Started", count: int = 1) -> None:
    metadata = about["metadata"]
    involved = {"kind": about["kind"], "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"]}
    body = {"metadata": {"name": name}, "involvedObject": involved, "type": kind, "reason": reason, "message": f"{reason} it\nfully"}
    glider.cluster.create(paths.events(glider.namespace), body | {"lastTimestamp": "2026-01-31T12:00:00Z", "count": count})


def create_pod(glider: Cli, name: str, *, labels: dict[str, str], resources: dict[str, Any] | None = None) -> Any:
    """A pod that no node gets."""
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    spec = {
        "containers": [{"name": "main", "image": "i", "resources": resources or {}, "securityContext": security}],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "schedulerName": "nobody",
    }
    return glider.cluster.create(paths.pods(glider.namespace), {"metadata": {"name": name, "labels": labels}, "spec": spec})


# --- describe ---


def test_describe(glider: Cli):
    glider.cluster.create(paths.templates(glider.namespace), template("divider-v1", divider()))
    made = glider.create("good", taskRef={"name": "divider-v1"}, task=None, status=DONE)
    event(glider, made, name="a", kind="Warning", reason="Slow")
    text = glider.out("describe", "te/good")
    assert text.startswith(f"Execution:  {glider.namespace}/good\nTask:       TaskTemplate divider-v1 (task, version v1)\n")
    assert re.search(r"Timeline:\n +0s +10s\n  0   █{40}  waited 0s, ran 10s  Completed\n", text)
    assert "memory 31Mi at most of 1024Mi (3%)  CPU 5 s, 0.5 on average of 0.01 asked for\n" in text
    assert "Outputs:\n  o0: 2.5\n" in text
    assert re.search(r"Events:\n  Warning  Slow  \S+ ago  Slow it fully", text)
    document = json.loads(glider.out("describe", "good", "-o", "json"))
    assert list(document) == ["execution", "template", "pods", "events", "usage", "recommendations", "unserved"]
    assert (document["template"]["metadata"]["name"], document["events"][0]["reason"]) == ("divider-v1", "Slow")


def test_describe_with_few_rights_shows_what_it_may(glider: Cli):
    glider.create("good", status=DONE)
    glider.real.kubectl("-n", glider.namespace, "create", "role", "r", "--verb=get", "--resource=taskexecutions.glider.dev")
    glider.real.kubectl("-n", glider.namespace, "create", "rolebinding", "r", "--role=r", "--user=ann")
    text = glider.out("describe", "good", "--as", "ann")
    assert "Phase:      Succeeded\n" in text
    assert "Not shown:  pods: the user 'ann' may not list pods" in text
    assert "Not shown:  Events: the user 'ann' may not list events" in text


# --- inputs and outputs ---


def test_values_as_a_table_and_as_documents(glider: Cli):
    glider.create("good", status=DONE)
    assert glider.out("inputs", "good").splitlines() == ["NAME   TYPE      VALUE", "a      integer   10", "b      integer   2"]
    assert glider.out("outputs", "good").splitlines() == ["NAME   TYPE    VALUE", "o0     float   2.5"]
    assert json.loads(glider.out("outputs", "good", "-o", "json")) == {"o0": 2.5}
    assert yaml.safe_load(glider.out("inputs", "good", "-o", "yaml")) == {"a": 10, "b": 2}


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param(
            {"phase": "Running"}, "one has no outputs yet: its phase is Running. `glider wait one` waits for its end.", id="it runs"
        ),
        pytest.param(
            BAD,
            "one has no outputs: its phase is Failed: division by zero (USER:ZeroDivisionError). `glider describe one` shows more.",
            id="it failed",
        ),
    ],
)
def test_an_execution_without_outputs(glider: Cli, status: dict[str, Any], message: str):
    glider.create("one", status=status)
    result = glider("outputs", "one")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {message}\n")


@pytest.fixture
def stored(glider: Cli, s3: S3, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """An execution with a file, a folder and a table in a store, and a deck."""
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    store = Storage(read_settings(os.environ).storage)
    for name in ("raw/model.bin", "raw/logs/a.txt", "raw/logs/sub/b.txt", "raw/table/00000"):
        store.write(f"{s3.uri}/{name}", name.encode())
    types = {"n": "integer", "model": "file", "logs": "directory", "frame": "table", "list": "list[file]"}
    values = {"n": 3, "model": f"{s3.uri}/raw/model.bin", "logs": f"{s3.uri}/raw/logs", "frame": f"{s3.uri}/raw/table"}
    values["list"] = [f"{s3.uri}/raw/model.bin"]
    literals = to_literal_map(values, {name: parse_type(kind) for name, kind in types.items()}, field="outputs")
    store.write(f"{s3.uri}/1/outputs.pb", literals.SerializeToString())
    store.write(f"{s3.uri}/1/deck.html", b"<h1>deck 1</h1>")
    store.write(f"{s3.uri}/0/deck.html", b"<h1>deck 0</h1>")
    task = divider() | {"interface": {"inputs": {"a": "integer"}, "outputs": types}}
    attempts = [{"number": number, "podName": f"p-{number}"} for number in range(2)]
    status = {"phase": "Succeeded", "outputsUri": f"{s3.uri}/1/outputs.pb", "attempts": attempts}
    glider.create("files", task=task, inputs={"a": 1}, status=status)
    return glider


def test_large_outputs_come_from_the_store_and_files_are_downloaded(stored: Cli, s3: S3, tmp_path: Path):
    values = json.loads(stored.out("outputs", "files", "-o", "json"))
    assert (values["n"], values["model"]) == (3, f"{s3.uri}/raw/model.bin")
    result = stored("outputs", "files", "--download", str(tmp_path / "out"), "-o", "json")
    assert result.exit_code == 0, result.output
    found = {path.relative_to(tmp_path / "out").as_posix(): path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert found == {
        "model/model.bin": "raw/model.bin",
        "logs/a.txt": "raw/logs/a.txt",
        "logs/sub/b.txt": "raw/logs/sub/b.txt",
        "frame/00000": "raw/table/00000",
        "list/0/model.bin": "raw/model.bin",
    }
    assert json.loads(result.stdout)["logs"] == str(tmp_path / "out" / "logs")
    assert f"4/4 {s3.uri}/raw/model.bin -> " in result.stderr


def test_a_store_that_refuses_is_named(stored: Cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FLYTE_AWS_SECRET_ACCESS_KEY", "wrong")
    result = stored("outputs", "files")
    assert result.exit_code == 1
    assert "outputs.pb" in result.stderr
    assert "Check the store's address and credentials in the environment." in result.stderr
    assert "Traceback" not in result.stderr


# --- deck ---


def test_a_deck_is_saved_printed_or_opened(stored: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "deck.html"
    assert stored("deck", "files", "-o", str(file)).stderr == f"saved 15 bytes in {file}\n"
    assert file.read_text() == "<h1>deck 1</h1>"
    assert stored.out("deck", "files", "--attempt", "0", "-o", "-") == "<h1>deck 0</h1>"
    opened = list[str]()

    def browse(uri: str) -> bool:
        opened.append(uri)
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    result = stored("deck", "files")
    assert result.stderr.startswith("opened ")
    assert Path(opened[0].removeprefix("file://")).read_text() == "<h1>deck 1</h1>"


def test_no_deck(stored: Cli, s3: S3):
    stored.create("plain", status=DONE)
    assert "plain has no deck: decks are kept in a store, and it has none." in stored("deck", "plain").stderr
    assert "files has no attempt 7; there are: 0, 1. Pass one of these to --attempt." in stored("deck", "files", "--attempt", "7").stderr
    stored.write("plain", {"phase": "Succeeded", "outputsUri": f"{s3.uri}/9/outputs.pb"})
    assert f"plain has no deck: there is no {s3.uri}/9/deck.html. Tasks make one with enable_deck=True." in stored("deck", "plain").stderr


# --- wait ---


@pytest.mark.parametrize(
    ("arguments", "phase", "code"),
    [
        pytest.param([], "Succeeded", 0, id="it succeeded"),
        pytest.param([], "Failed", 1, id="it failed"),
        pytest.param([], "TimedOut", 3, id="it timed out"),
        pytest.param([], "Aborted", 4, id="it was cancelled"),
        pytest.param(["--for", "finished"], "Failed", 0, id="finished, however"),
        pytest.param(["--for", "failed"], "Failed", 0, id="failed, as was expected"),
        pytest.param(["--for", "failed"], "Succeeded", 1, id="it should have failed"),
        pytest.param(["--for", "running"], "Running", 0, id="running"),
        pytest.param(["--for", "running"], "Failed", 1, id="it ended before"),
    ],
)
def test_exit_codes_of_wait(glider: Cli, arguments: list[str], phase: str, code: int):
    glider.create("one", status={"phase": phase})
    result = glider("wait", "one", *arguments)
    assert (result.exit_code, result.stdout) == (code, f"one: {phase}\n")


def test_wait_is_there_when_it_happens(glider: Cli):
    glider.create("one")
    glider.create("two", labels={"x": "y"})
    process = glider.start("wait", "one", "two", "--timeout", "60s", "-o", "json")
    glider.write("two", BAD)
    glider.write("one", DONE)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads(out) == [
        {"name": "one", "phase": "Succeeded", "exitCode": 0, "problem": ""},
        {"name": "two", "phase": "Failed", "exitCode": 1, "problem": ""},
    ]
    by_label = glider("wait", "-l", "x=y")
    assert (by_label.exit_code, by_label.stdout) == (1, "two: Failed\n")
    assert by_label.stderr == "  division by zero (USER:ZeroDivisionError)\n"


def test_wait_for_what_does_not_come(glider: Cli):
    glider.create("one")
    result = glider("wait", "one", "--timeout", "0s")
    assert result.exit_code == 3
    assert result.stderr == "one: it hasn't succeeded after 0s; its phase is Pending. `glider describe one` shows why.\n"
    absent = glider("wait", "absent")
    assert (absent.exit_code, absent.stderr) == (
        1,
        "absent: there is none of that name, or it was deleted. `glider get` lists those there are.\n",
    )
    assert "there is no execution with the labels x=z" in glider("wait", "-l", "x=z").stderr
    assert glider("wait").exit_code == 2


def test_wait_for_a_deletion(glider: Cli):
    glider.create("one")
    waiting = threading.Timer(0.2, lambda: glider.cluster.delete(paths.executions(glider.namespace, "one")))
    waiting.start()
    assert glider.out("wait", "one", "--for", "deleted") == "one: deleted\n"
    waiting.join()


# --- logs, where there are none ---


def test_why_there_is_no_log(glider: Cli):
    glider.create("blank")
    assert "blank has no attempt, and so no log; its phase is Pending." in glider("logs", "blank").stderr
    glider.create("bad", status=BAD)
    gone = "Error: the pod of attempt 0 is gone, and its log with it. `glider describe bad` shows how the attempt ended.\n"
    for arguments in (["logs", "bad"], ["logs", "bad", "-f"]):
        result = glider(*arguments)
        assert (result.exit_code, result.stderr) == (1, gone)
    assert "bad has no attempt 7; there are: 0." in glider("logs", "bad", "--attempt", "7").stderr
    assert "bad has had 1 attempt, so there is no previous one." in glider("logs", "bad", "--previous").stderr
    assert glider("logs", "bad", "--attempt", "0", "--previous").exit_code == 2


# --- events ---


def test_events(glider: Cli):
    one, two = glider.create("one"), glider.create("two")
    event(glider, one, name="a", count=3)
    event(glider, two, name="b", kind="Warning", reason="Failed")
    lines = glider.out("events").splitlines()
    assert lines[0].split() == ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    assert [re.split(r"\s{3,}", line)[1:] for line in lines[1:]] == [
        ["Normal", "Started", "te/one", "Started it fully"],
        ["Warning", "Failed", "te/two", "Failed it fully"],
    ]
    assert "ago (x3)" in lines[1]
    assert len(glider.out("events", "two").splitlines()) == 2
    assert [item["reason"] for item in json.loads(glider.out("events", "--warnings", "-o", "json"))["items"]] == ["Failed"]
    assert "There are no Events of one in the namespace" in glider("events", "one", "--warnings").stderr


def test_events_of_all_executions_have_those_of_their_pods(glider: Cli):
    made = glider.create("one")
    event(glider, made, name="a")
    for name, labels in (("one-a0", {EXECUTION_UID: made["metadata"]["uid"]}), ("other", {})):
        pod = create_pod(glider, name, labels=labels)
        event(glider, {"kind": "Pod", **pod}, name=name, kind="Warning", reason="Failed")
    found = {item["involvedObject"]["name"] for item in json.loads(glider.out("events", "-o", "json"))["items"]}
    assert found == {"one", "one-a0"}


# --- templates ---


def test_templates(glider: Cli):
    spec = divider(retries={"user": 3})
    interface = {"inputs": {"a": "integer", "b": {"type": "integer", "default": 2, "description": "what to divide by"}}}
    body = template("divider-v1", spec | {"interface": interface | {"outputs": {"o0": "float"}}})
    body["metadata"]["annotations"] = {"glider.dev/description": "Divides."}
    glider.cluster.create(paths.templates(glider.namespace), body)
    assert glider.out("templates").splitlines()[0].split() == ["NAME", "TASK", "VERSION", "AGE"]
    assert glider.out("templates", "-o", "name") == "tasktemplate.glider.dev/divider-v1\n"
    text = glider.out("templates", "tt/divider-v1")
    assert text.startswith(f"Template:   {glider.namespace}/divider-v1\nTask:       task, version v1\nType:       python-task\n")
    assert "Docs:\n  Divides.\n" in text
    assert "Inputs:\n  a  integer  required\n  b  integer  default 2  what to divide by\nOutputs:\n  o0  float\n" in text
    assert "  retries:\n    user: 3\n" in text
    assert text.endswith("Run it:     glider run divider-v1 --a …\n")
    assert json.loads(glider.out("templates", "divider-v1", "-o", "json"))["spec"]["retries"] == {"user": 3}
    message = f"Error: there is no TaskTemplate 'x' in the namespace '{glider.namespace}'. `glider templates` lists those that are there.\n"
    assert glider("templates", "x").stderr == message


# --- tree ---


def test_the_tree_of_templates_executions_attempts_and_reruns(glider: Cli):
    glider.cluster.create(paths.templates(glider.namespace), template("divider-v1", divider()))
    of_template = {"taskRef": {"name": "divider-v1"}, "task": None}
    bad = glider.create("bad", status=BAD, **of_template)
    glider.create("bad-again", labels={RERUN_OF: bad["metadata"]["uid"]}, status=DONE, **of_template)
    glider.create("inline")
    assert glider.out("tree").splitlines() == [
        "divider-v1",
        "└── bad  Failed",
        "    ├── attempt 0  ZeroDivisionError  bad-0 (gone)",
        "    └── rerun bad-again  Succeeded, 10s",
        "        └── attempt 0  Completed  good-0 (gone)",
        "(tasks that are written out in their executions)",
        "└── inline  Pending",
    ]
    assert glider.out("tree", "te/bad-again").splitlines()[:2] == ["divider-v1", "└── bad  Failed"]
    (found,) = json.loads(glider.out("tree", "divider-v1", "-o", "json"))
    assert (found["template"], found["exists"]) == ("divider-v1", True)
    assert found["executions"][0]["attempts"] == [{"number": 0, "reason": "ZeroDivisionError", "pod": "bad-0", "podExists": False}]
    assert found["executions"][0]["reruns"][0]["name"] == "bad-again"
    assert "there is no TaskTemplate and no TaskExecution 'x'" in glider("tree", "x").stderr


# --- top ---


def test_top_without_a_metrics_server(glider: Cli):
    result = glider("top")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: this cluster has no metrics server (metrics.k8s.io). Install one;")


@pytest.fixture
def metrics(glider: Cli) -> Iterator[Cli]:
    """The API of a metrics server, as a CRD."""
    preserve = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "pods.metrics.k8s.io", "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"}},
        "spec": {
            "group": "metrics.k8s.io",
            "scope": "Namespaced",
            "names": {"plural": "pods", "singular": "pod", "kind": "PodMetrics", "listKind": "PodMetricsList"},
            "versions": [{"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": preserve}}],
        },
    }
    glider.real.kubectl("apply", "-f", "-", input=json.dumps(crd))
    glider.real.kubectl("wait", "--for=condition=Established", "crd/pods.metrics.k8s.io")
    yield glider
    glider.real.kubectl("delete", "crd", "pods.metrics.k8s.io")


def test_top(metrics: Cli):
    labels = {"app.kubernetes.io/managed-by": "glider", "glider.dev/execution": "train", "glider.dev/attempt": "1"}
    asked = {"requests": {"cpu": "500m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}}
    create_pod(metrics, "train-1", labels=labels, resources=asked)
    usage = {"cpu": "250m", "memory": "128Mi"}
    measured = {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": {"name": "train-1", "labels": labels}}
    metrics.cluster.create(paths.pod_metrics(metrics.namespace), measured | {"containers": [{"name": "main", "usage": usage}]})
    assert metrics.out("top").splitlines() == [
        "NAME    ATTEMPT   POD       CPU          MEMORY",
        "train   1         train-1   250m (50%)   128Mi (50%)",
    ]
    (load,) = json.loads(metrics.out("top", "train", "-o", "json"))
    assert (load["cpu"], load["cpuRequest"], load["memoryBytes"], load["attempt"]) == (0.25, 0.5, 128 * 2**20, 1)
    assert metrics("top", "other").stderr == (
        "No pod of other is running, or none has been measured yet. "
        "`glider describe NAME` shows what it used at most, also of one that is gone from the cluster.\n"
    )
