"""What `glider` shows of an execution that is gone from the cluster: the same as before, from the history in a real S3 server.

No node runs here: the execution, its pod and its Events are as an operator leaves them, and its log as the executor does.
tests/e2e runs one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire import zstd
from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from glider.wire.logparts import part_name
from glider_client import Execution, Glider
from glider_client.cli.glider import main
from glider_client.cluster import paths
from glider_client.cluster.errors import NotFoundError
from glider_client.code.owners import owner_of
from glider_client.history.related import events_of, pods_of
from glider_client.views.documents import without_managed_fields
from glider_core.api.labels import ATTEMPT, DEFAULT_CONTAINER, EXECUTION_UID, RERUN_OF
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.records import OwnFolders, Record
from glider_core.history.rows import row_of
from tests.conftest import S3
from tests.integration.cli import UNSERVED, Cli, glider
from tests.resources import divider, resolver_args, task, template

pytestmark = pytest.mark.cluster
__all__ = ["glider"]

LOG = """2026-01-31T12:00:00.000000001Z stdout F one
2026-01-31T12:00:01.000000001Z stderr P tw
2026-01-31T12:00:02.000000001Z stdout F three
2026-01-31T12:00:03.000000001Z stderr F o
"""
VERBS = [
    ("get", "train", "-o", "json"),
    ("describe", "train", "-o", "json"),
    ("inputs", "train", "-o", "json"),
    ("outputs", "train", "-o", "json"),
    ("events", "train", "-o", "json"),
    ("deck", "train", "-o", "-"),
    ("wait", "train", "-o", "json"),
]
HELLO = """
from glider import task

@task
def divide(a: int, b: int) -> float:
    return a / b
"""
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass
class Site:
    """A user's command line, and a history."""

    glider: Cli
    s3: S3
    storage: Storage
    prefix: str
    where: Path

    @property
    def env(self) -> dict[str, str]:
        return {**self.s3.env, "GLIDER_HISTORY_PREFIX": self.prefix}

    def folder(self, document: Mapping[str, Any]) -> str:
        metadata = document["metadata"]
        return f"{self.s3.uri}/{metadata['namespace']}/{metadata['name']}-{metadata['uid'][:8]}"

    def run(self, *arguments: str) -> str:
        """What it prints where it succeeds."""
        result = self.glider(*arguments, env=self.env)
        assert result.exit_code == 0, result.output
        return result.stdout

    def without_cluster(self, *arguments: str) -> Result:
        """`glider --history` on a machine that has the store's keys, and knows no cluster."""
        env = {"HOME": str(self.where), "KUBECONFIG": "", **self.env}
        return CliRunner().invoke(main, [*arguments, "--history", "-n", self.glider.namespace], env=env)

    def laptop(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same as a process, which has nothing but the store's keys."""
        command = [str(Path(sys.executable).parent / "glider"), *arguments, "--history", "-n", self.glider.namespace]
        env = {"PATH": os.environ["PATH"], "HOME": str(self.where), **self.env}
        return subprocess.run(command, capture_output=True, text=True, env=env, cwd=self.where, check=False, timeout=120)

    def end(self, name: str, *, phase: str = "Succeeded", node: str = "", **spec: Any) -> dict[str, Any]:
        """An execution that has ended, with its pod, an Event, its outputs, a deck and a log. Return its document."""
        made = self.glider.create(name, **spec)
        folder, uid = self.folder(made), made["metadata"]["uid"]
        attempt = {"number": 0, "podName": f"{name}-0", "startTime": "2026-01-31T12:00:00Z", "completionTime": "2026-01-31T12:00:10Z"}
        ended = {"phase": phase, "startTime": "2026-01-31T12:00:00Z", "completionTime": "2026-01-31T12:00:10Z"}
        status = {**ended, "attempts": [attempt], "inputsUri": f"{folder}/inputs.pb"}
        if phase == "Succeeded":
            status["outputsUri"] = f"{folder}/0/outputs.pb"
        self.storage.write(f"{folder}/0/outputs.pb", to_literal_map({"o0": 2.5}, {"o0": parse_type("float")}, field="").SerializeToString())
        self.storage.write(f"{folder}/0/deck.html", b"<h1>deck</h1>")
        for number, text in enumerate(LOG.splitlines(keepends=True)):
            self.storage.write(f"{folder}/0/logs/{part_name(number)}", zstd.compress(text.encode()))
        involved = {"kind": made["kind"], "name": name, "namespace": self.glider.namespace, "uid": uid}
        event = {
            "metadata": {"name": f"{name}-{uid[:8]}"},
            "involvedObject": involved,
            "type": "Normal",
            "reason": "Done",
            "message": "It is.",
        }
        self.glider.cluster.create(paths.events(self.glider.namespace), event | {"lastTimestamp": "2026-01-31T12:00:10Z", "count": 1})
        self.glider.cluster.create(paths.pods(self.glider.namespace), pod(f"{name}-0", made, node=node))
        return dict(self.glider.write(name, status))

    def archive(self, document: Mapping[str, Any], *, template: Mapping[str, Any] | None = None) -> None:
        """Write it into the history, as the operator does, and take it from the cluster."""
        metadata, cluster = document["metadata"], self.glider.cluster
        pods = pods_of(cluster, metadata["uid"], namespace=metadata["namespace"])
        record = Record(
            execution=without_managed_fields(document),
            archived=datetime(2026, 1, 31, 12, 0, 11, tzinfo=UTC),
            template=None if template is None else without_managed_fields(template),
            pods=pods,
            events=events_of(cluster, metadata["uid"], namespace=metadata["namespace"]),
            storage=OwnFolders(metadata=self.folder(document)),
        )
        Records(self.storage, self.prefix).write(record)
        Index(self.storage, self.prefix).append([row_of(record)])
        for one in pods:
            cluster.delete(paths.pods(metadata["namespace"], one["metadata"]["name"]), body={"gracePeriodSeconds": 0})
        cluster.delete(paths.executions(metadata["namespace"], metadata["name"]))


def pod(name: str, execution: Mapping[str, Any], *, node: str = "") -> dict[str, Any]:
    """A pod that no node gets, or of one that isn't there."""
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    spec = {
        "containers": [{"name": "task", "image": "i", "securityContext": security}],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "schedulerName": "nobody",
    }
    if node:
        spec["nodeName"] = node
    metadata = {
        "name": name,
        "labels": {EXECUTION_UID: execution["metadata"]["uid"], ATTEMPT: "0"},
        "annotations": {DEFAULT_CONTAINER: "task"},
        "ownerReferences": [{**owner_of(execution), "controller": True}],
    }
    return {"metadata": metadata, "spec": spec}


def read(printed: str) -> Any:
    """What was printed: a document, or a deck."""
    return json.loads(printed) if printed.startswith(("{", "[")) else printed


@pytest.fixture
def site(glider: Cli, s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    where = tmp_path / "laptop"
    where.mkdir()
    yield Site(glider, s3, Storage(read_settings(os.environ).storage), f"{s3.uri}/.history", where)


def test_every_verb_prints_the_same_from_the_history(site: Site):
    made = site.glider.cluster.create(paths.templates(site.glider.namespace), template("divider-v1", divider()))
    document = site.end("train", taskRef={"name": "divider-v1"}, task=None)
    before = {words: read(site.run(*words)) for words in VERBS}
    site.archive(document, template=made)
    for words in VERBS:
        alone = site.without_cluster(*words)
        assert (alone.exit_code, read(alone.stdout), alone.stderr) == (0, before[words], ""), words
        assert read(site.run(*words)) == before[words], words
    assert site.glider("describe", "train", env=site.env).stderr.startswith("train is from the history: it ended as Succeeded ")
    assert before["events", "train", "-o", "json"]["items"][0]["reason"] == "Done"


def test_a_laptop_with_the_stores_keys_alone(site: Site):
    document = site.end("train", phase="Failed")
    site.archive(document)
    described, logs = site.laptop("describe", document["metadata"]["uid"][:8]), site.laptop("logs", "train")
    assert (described.returncode, described.stderr) == (0, "")
    assert described.stdout.startswith(f"Execution:  {site.glider.namespace}/train\n")
    assert (logs.returncode, logs.stdout, logs.stderr) == (0, "one\nthree\ntwo\n", "")
    without = site.laptop("describe", "absent")
    assert without.stderr == (
        f"Error: there is no TaskExecution 'absent' in the namespace '{site.glider.namespace}' of the history at {site.prefix}. "
        "`glider get --history` lists those that are there.\n"
    )


def test_logs_outlive_the_pod_and_then_the_execution(site: Site):
    document = site.end("train", phase="Failed")
    uid = document["metadata"]["uid"]
    for one in pods_of(site.glider.cluster, uid, namespace=site.glider.namespace):
        site.glider.cluster.delete(paths.pods(site.glider.namespace, one["metadata"]["name"]), body={"gracePeriodSeconds": 0})
    assert site.glider.out("logs", "train") == "one\nthree\ntwo\n"  # no history is needed for that
    assert site.glider.out("logs", "train", "-f", "--tail", "1") == "two\n"
    site.archive(document)
    first = json.loads(site.run("logs", "train", "-o", "json").splitlines()[0])
    time = "2026-01-31T12:00:00.000000001Z"
    assert first == {"attempt": 0, "pod": "train-0", "container": "task", "time": time, "stream": "stdout", "line": "one"}
    assert site.run("logs", "train", "--timestamps", "--attempt", "0", "--tail", "1") == "2026-01-31T12:00:01.000000001Z two\n"
    assert site.run("logs", "train", "--since", "1m") == ""
    place = f"{site.folder(document)}/0/logs"
    site.storage.write(f"{place}/{part_name(1)}", zstd.compress(LOG.encode())[:-3])
    torn = site.glider("logs", "train", env=site.env)
    assert torn.stdout.splitlines()[1].startswith("glider: the part 1.log.zst of this log can't be read: ")
    assert "Warning: the part 1.log.zst of this log can't be read: " in torn.stderr
    sidecar = site.glider("logs", "train", "-c", "sidecar", env=site.env)
    assert (sidecar.exit_code, sidecar.stdout) == (1, "")
    assert "the pod of attempt 0 is gone, and only the log of the task's container task is in the store." in sidecar.stderr
    assert "train has no attempt 7; there are: 0." in site.glider("logs", "train", "--attempt", "7", env=site.env).stderr


def test_the_log_of_a_task_whose_node_is_gone(site: Site):
    document = site.end("train", node="lost")
    attempt = {"number": 0, "podName": "train-0", "startTime": "2026-01-31T12:00:00Z"}
    site.glider.write("train", {**document["status"], "phase": "Running", "completionTime": None, "attempts": [attempt]})
    running = {"name": "task", "image": "i", "imageID": "i", "ready": True, "restartCount": 0, "state": {"running": {}}}
    status = {"status": {"phase": "Running", "containerStatuses": [running]}}
    site.glider.cluster.patch(f"{paths.pods(site.glider.namespace, 'train-0')}/status", status)
    result = site.glider("logs", "train")
    assert (result.exit_code, result.stdout) == (0, "one\nthree\ntwo\n")
    warning, until = result.stderr.splitlines()
    assert warning.startswith("Warning: pods/log of 'train-0' can't be read: ")
    assert warning.endswith(" What follows is from the store.")
    last = "2026-01-31T12:00:02.000000001Z"
    assert until == f"This is what the store has up to {last}; attempt 0 hasn't ended, and may have printed more."


def test_of_a_name_that_was_used_twice_it_is_the_newest_and_the_uid_finds_the_other(site: Site):
    first = site.end("train", inputs={"a": 1, "b": 1})
    site.archive(first)
    second = site.end("train", inputs={"a": 2, "b": 2})
    second["status"]["completionTime"] = "2026-01-31T13:00:00Z"
    uids = [one["metadata"]["uid"] for one in (first, second)]
    assert json.loads(site.run("inputs", "train", "-o", "json"))["a"] == 2  # that on the cluster
    assert json.loads(site.run("inputs", uids[0], "-o", "json"))["a"] == 1
    site.archive(second)
    assert json.loads(site.run("inputs", "train", "-o", "json"))["a"] == 2
    assert json.loads(site.run("inputs", uids[0][:8], "-o", "json"))["a"] == 1
    neither = site.glider("inputs", "absent", env=site.env)
    assert neither.stderr == (
        f"Error: there is no TaskExecution 'absent' in the namespace '{site.glider.namespace}', neither on the cluster nor in the history "
        f"at {site.prefix}. `glider get` lists those on the cluster, `glider get --history` those in the history.\n"
    )


def test_a_rerun_brings_the_template_back(site: Site):
    body = template("divider-v1", divider())
    body["metadata"]["labels"] = {"team": "a", "argocd.argoproj.io/instance": "app"}
    made = site.glider.cluster.create(paths.templates(site.glider.namespace), body)
    document = site.end("train", taskRef={"name": "divider-v1"}, task=None)
    site.archive(document, template=made)
    site.glider.cluster.delete(paths.templates(site.glider.namespace, "divider-v1"))
    result = site.glider("rerun", "train", "--b", "5", "--detach", "-o", "json", env=site.env)
    assert result.exit_code == 0, result.output
    again = json.loads(result.stdout)
    assert again["metadata"]["labels"] == {**UNSERVED, RERUN_OF: document["metadata"]["uid"]}
    assert again["spec"] == {"taskRef": {"name": "divider-v1"}, "inputs": {"a": 10, "b": 5}}
    assert "the TaskTemplate divider-v1 is created again, as the history has it\n" in result.stderr
    path = paths.templates(site.glider.namespace, "divider-v1")
    there = site.glider.cluster.get(path)
    assert (there["spec"], there["metadata"]["labels"]) == (made["spec"], {"team": "a"})
    site.glider.cluster.delete(path)
    site.glider.cluster.create(paths.templates(site.glider.namespace), template("divider-v1", divider(retries={"user": 7})))
    other = site.glider("rerun", "train", "--detach", env=site.env)
    assert other.exit_code == 0, other.output
    assert (
        "the TaskTemplate divider-v1 on the cluster isn't the one that train ran: it has another spec by now, and is used" in other.stderr
    )


def test_the_python_client_finds_it_too(site: Site):
    made = site.glider.cluster.create(paths.templates(site.glider.namespace), template("divider-v1", divider()))
    document = site.end("train", taskRef={"name": "divider-v1"}, task=None)
    client = Glider(namespace=site.glider.namespace, kubeconfig=site.glider.real.kubeconfig, history=site.prefix)
    live: Execution[Any] = client.get("train")
    site.glider.write("train", {"phase": "Running", "completionTime": None})
    running: Execution[Any] = client.get("train")
    site.archive(document, template=made)
    site.glider.cluster.delete(paths.templates(site.glider.namespace, "divider-v1"))
    found: Execution[Any]
    for found in (client.get("train"), client.get(document["metadata"]["uid"])):
        assert found.document == live.document
        assert (found.phase, found.result(), found.outputs) == ("Succeeded", 2.5, {"o0": 2.5})
        assert list(found.logs()) == list(found.logs(follow=True)) == ["one", "three", "two"]
    assert running.wait(timeout=10).result() == 2.5  # its end and its deletion were missed
    again = found.rerun(a=3)
    assert again.document["spec"] == {"taskRef": {"name": "divider-v1"}, "inputs": {"a": 3, "b": 2}}
    with pytest.raises(NotFoundError, match="neither on the cluster nor in the history"):
        client.get("absent")


def test_a_tree_has_what_is_live_and_what_is_archived(site: Site):
    made = site.glider.cluster.create(paths.templates(site.glider.namespace), template("divider-v1", divider()))
    of_template: dict[str, Any] = {"taskRef": {"name": "divider-v1"}, "task": None}
    fan, child = site.end("fan", phase="Failed", **of_template), site.end("fan-child", **of_template)
    child["metadata"]["ownerReferences"] = [{**owner_of(fan), "controller": True}]
    for document in (child, fan):
        document["status"]["completionTime"] = document["metadata"]["creationTimestamp"]
        site.archive(document, template=made)
    site.glider.create("again", labels={RERUN_OF: fan["metadata"]["uid"]}, **of_template)
    archived = ["divider-v1", "└── fan  Failed", "    ├── attempt 0  fan-0 (gone)", "    └── child fan-child  Succeeded"]
    both = [*archived[:-1], "    ├── child fan-child  Succeeded", "    └── rerun again  Pending"]
    for name in ("fan", fan["metadata"]["uid"], "again"):
        result = site.glider("tree", name, env=site.env)
        assert (result.exit_code, result.stdout.splitlines()) == (0, both), name
        assert result.stderr == "2 of these are from the history, and gone from the cluster\n"
    alone = site.without_cluster("tree", "fan")
    assert (alone.exit_code, alone.stdout.splitlines(), alone.stderr) == (0, archived, "")
    assert site.glider.out("tree", "again").splitlines() == ["divider-v1", "└── again  Pending"]
    absent = site.glider("tree", "absent", env=site.env)
    assert f"'absent' in the namespace '{site.glider.namespace}', nor in the history at {site.prefix}." in absent.stderr
    unread = site.glider("tree", "again", env={**site.env, "FLYTE_AWS_SECRET_ACCESS_KEY": "wrong"})
    assert (unread.exit_code, unread.stdout.splitlines()) == (0, ["divider-v1", "└── again  Pending"])
    assert unread.stderr.startswith(f"Warning: what belongs to it in the history isn't shown: the history at {site.prefix} can't be read")


def test_a_rerun_needs_the_code(site: Site):
    code = {"sha256": "0" * 64, "configMaps": ["glider-code-0000000000000000-0"]}
    made = site.glider.cluster.create(paths.templates(site.glider.namespace), template("divider-v1", divider(code=code)))
    site.archive(site.end("train", taskRef={"name": "divider-v1"}, task=None), template=made)
    site.glider.cluster.delete(paths.templates(site.glider.namespace, "divider-v1"))
    result = site.glider("rerun", "train", "--detach", env=site.env)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == (
        "Error: the TaskTemplate 'divider-v1' was deleted, and its code, the ConfigMap glider-code-0000000000000000-0, with it. "
        "Register the task again (glider register), and run that, or pass the code with --code."
    )


def test_a_replay_needs_no_cluster(site: Site):
    (site.where / "hello.py").write_text(HELLO)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(site.where / "hello.py", "hello.py")
    (site.where / "hello.py").unlink()
    uri = f"{site.s3.uri}/code.tar.gz"
    site.storage.write(uri, buffer.getvalue())
    code = {"sha256": hashlib.sha256(buffer.getvalue()).hexdigest(), "uri": uri, "pythonVersion": PYTHON}
    spec = task(resolver_args("hello", "divide"), inputs={"a": "integer", "b": "integer"}, outputs={"o0": "float"}, code=code)
    made = site.glider.cluster.create(paths.templates(site.glider.namespace), template("divide-v1", spec))
    site.archive(site.end("train", phase="Failed", taskRef={"name": "divide-v1"}, task=None, inputs={"a": 1, "b": 0}), template=made)
    replayed = site.laptop("replay", "train")
    assert replayed.returncode == 1
    assert "    return a / b" in replayed.stderr
    assert "division by zero" in replayed.stderr
