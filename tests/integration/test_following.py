"""`glider run`, `submit` and `follow` against a real API server. No node and no operator: the test writes what they would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml

from glider_client.cluster import paths
from glider_core.api.labels import ATTEMPT, EXECUTION_UID
from glider_core.api.template_names import template_labels
from tests.conftest import ROOT
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import Answer, EventRule, Gone, Reset, Rule, Torn, calls
from tests.integration.cli import UNSERVED, Cli, finish, glider, read_until
from tests.resources import divider, execution, template, to_yaml

pytestmark = pytest.mark.cluster
GLIDER = str(Path(sys.executable).parent / "glider")
__all__ = ["glider"]

#: As options.
ALONE = " ".join(f"--label {name}={value}" for name, value in UNSERVED.items())
SUCCEEDED = {"phase": "Succeeded", "duration": "2s", "outputs": {"o0": 2.5}}
TRACE = """Trace:

    Traceback (most recent call last):
      File "/code/app.py", line 3, in f
        g()
    ValueError: no

Message:

    ValueError: no"""
FAILED = {
    "phase": "Failed",
    "error": {"code": "USER:RuntimeError", "reason": "UserError", "kind": "NON_RECOVERABLE", "origin": "USER", "message": TRACE},
}
TIMED_OUT = {"phase": "TimedOut", "error": {"code": "TotalTimeout", "reason": "TotalTimeout", "message": "It took longer than 1s."}}
ABORTED = {
    "phase": "Aborted",
    "error": {"code": "Cancelled", "reason": "Cancelled", "message": "Somebody cancelled it: spec.cancel is true."},
}


class Followers:
    """Commands that follow, as processes of their own."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def __call__(self, process: subprocess.Popen[str]) -> subprocess.Popen[str]:
        self.processes.append(process)
        return process


@pytest.fixture
def following() -> Iterator[Followers]:
    followers = Followers()
    yield followers
    for process in followers.processes:
        process.kill()
        process.communicate()


def pod(owner: Mapping[str, Any], *, attempt: int = 0) -> dict[str, Any]:
    """A pod of an execution, which no node takes."""
    metadata = owner["metadata"]
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    secure = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{metadata['name']}-a{attempt}",
            "labels": {EXECUTION_UID: metadata["uid"], ATTEMPT: str(attempt), "app.kubernetes.io/managed-by": "glider"},
            "ownerReferences": [reference],
        },
        "spec": {"nodeName": "nowhere", "containers": [{"name": "task", "image": "python:3.11-slim", "securityContext": secure}]},
    }


def container(**state: Any) -> dict[str, Any]:
    return {
        "containerStatuses": [
            {"name": "task", "image": "python:3.11-slim", "imageID": "", "ready": False, "restartCount": 0, "state": state}
        ]
    }


@pytest.mark.parametrize(
    ("status", "code", "stdout", "error"),
    [
        pytest.param(SUCCEEDED, 0, "outputs:\n  o0: 2.5\n", "Succeeded     in 2s", id="succeeded"),
        pytest.param(FAILED, 1, "", "    g()\nValueError: no\n\nValueError: no (USER:RuntimeError)\n", id="failed"),
        pytest.param(TIMED_OUT, 3, "", "It took longer than 1s. (TotalTimeout)", id="timed out"),
        pytest.param(ABORTED, 4, "", "Somebody cancelled it: spec.cancel is true. (Cancelled)", id="cancelled"),
    ],
)
def test_the_exit_code_is_that_of_the_outcome(glider: Cli, status: dict[str, Any], code: int, stdout: str, error: str):
    glider.create("one", status=status)
    result = glider("follow", "one")
    assert (result.exit_code, result.stdout) == (code, stdout), result.stderr
    assert error in result.stderr


def test_of_several_the_worst_code_counts_and_each_line_has_its_name(glider: Cli):
    glider.create("good", status=SUCCEEDED)
    glider.create("bad", status=FAILED)
    glider.create("late", status=TIMED_OUT)
    result = glider("follow", "good", "te/bad", "late")
    assert result.exit_code == 1
    assert result.stdout == "---\nexecution: good\noutputs:\n  o0: 2.5\n"
    assert "bad  ValueError: no (USER:RuntimeError)" in result.stderr
    assert {line.split()[0] for line in result.stderr.splitlines()} == {"good", "bad", "late"}


def test_as_json_it_is_the_execution(glider: Cli):
    glider.create("one", status=SUCCEEDED)
    result = glider("follow", "one", "-q", "-o", "json")
    theirs = json.loads(glider.real.kubectl("-n", glider.namespace, "get", "te", "one", "-o", "json"))
    assert (json.loads(result.stdout), result.stderr) == (theirs, "")


def test_pods_show_what_the_status_leaves_out(glider: Cli, following: Followers):
    created = glider.create("one")
    process = following(glider.start("follow", "one"))
    read_until(process, "Pending")
    pods = paths.pods(glider.namespace)
    name = glider.cluster.create(pods, pod(created))["metadata"]["name"]
    read_until(process, "Initializing")
    pull = container(waiting={"reason": "ImagePullBackOff", "message": "Back-off pulling image"})
    glider.cluster.patch(f"{pods}/{name}/status", {"status": pull})
    assert "Initializing  task: ImagePullBackOff: Back-off pulling image" in read_until(process, "ImagePullBackOff")
    glider.cluster.patch(f"{pods}/{name}/status", {"status": container(running={"startedAt": "2026-01-01T00:00:00Z"})})
    assert "Running       attempt 0 on nowhere" in read_until(process, "Running")
    glider.cluster.delete(f"{pods}/{name}", query={"gracePeriodSeconds": "0"})
    glider.write("one", SUCCEEDED)
    stdout, _ = finish(process)
    assert (process.returncode, stdout) == (0, "outputs:\n  o0: 2.5\n")


def test_one_that_is_deleted_has_failed(glider: Cli, following: Followers):
    glider.create("one")
    process = following(glider.start("follow", "one"))
    read_until(process, "Pending")
    glider.cluster.delete(paths.executions(glider.namespace, "one"))
    _, stderr = finish(process)
    assert "deleted before it had finished" in stderr
    assert process.returncode == 1


def test_ctrl_c_ends_the_following_alone(glider: Cli, following: Followers):
    glider.create("one")
    process = following(glider.start("follow", "one"))
    read_until(process, "Pending")
    process.send_signal(signal.SIGINT)
    stdout, stderr = finish(process)
    assert (process.returncode, stdout) == (130, "")
    assert f"one goes on. Follow: glider follow one -n {glider.namespace}\n" in stderr
    assert f"Cancel: glider cancel one -n {glider.namespace}\n" in stderr
    assert "cancel" not in glider.cluster.get(paths.executions(glider.namespace, "one"))["spec"]


def test_the_live_view_on_a_terminal(glider: Cli):
    glider.create("one")
    line = ["follow", "one", "--kubeconfig", str(glider.real.kubeconfig), "-n", glider.namespace]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm-256color"}
    screen = pexpect.spawn(GLIDER, line, env=environment, encoding="utf-8", timeout=60, dimensions=(24, 100))
    screen.expect("one  .*Pending")
    screen.sendintr()
    screen.expect_exact("one goes on. Follow: glider follow one")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130


@pytest.mark.parametrize(
    ("rules", "events"),
    [
        pytest.param([], [EventRule(fault=Torn(), resource="taskexecutions", first=2)], id="an event is torn, and the next one"),
        pytest.param([], [EventRule(fault=Gone(), resource="taskexecutions", first=1)], id="the version is too old"),
        pytest.param(
            [Rule(where=calls(verb="watch"), fault=Reset(), first=3), Rule(where=calls(verb="list"), fault=Answer(status=503), first=6)],
            [],
            id="the API server doesn't answer",
        ),
        pytest.param(
            [Rule(where=calls(verb="list"), fault=Answer(status=code), first=2) for code in (403, 404)],
            [EventRule(fault=Torn(), resource="taskexecutions", first=1)],
            id="the API server has just started, and knows neither roles nor CRDs",
        ),
    ],
)
def test_a_connection_that_breaks_is_restored(
    glider: Cli, following: Followers, tmp_path: Path, rules: list[Rule], events: list[EventRule]
):
    glider.create("one")
    with ApiServerProxy(glider.real.kubeconfig, folder=tmp_path, rules=rules, event_rules=events) as proxy:
        process = following(glider.start("follow", "one", kubeconfig=proxy.kubeconfig))
        seen = read_until(process, "Pending")
        for phase in ("Queued", "Running"):
            glider.write("one", {"phase": phase, "attempts": [{"number": 0, "podName": "none"}]})
        glider.write("one", SUCCEEDED)
        stdout, stderr = finish(process)
    assert (process.returncode, stdout) == (0, "outputs:\n  o0: 2.5\n"), seen + stderr
    assert (seen + stderr).count("Succeeded") == 1


def test_without_rights_on_pods_there_are_phases(glider: Cli):
    glider.real.kubectl("-n", glider.namespace, "create", "role", "reader", "--verb=get,list,watch", "--resource=taskexecutions.glider.dev")
    glider.real.kubectl("-n", glider.namespace, "create", "rolebinding", "reader", "--role=reader", "--user=jane")
    glider.create("one", status=SUCCEEDED)
    result = glider("follow", "one", "--as", "jane")
    assert result.exit_code == 0
    assert "Succeeded" in result.stderr


def test_submit_applies_templates_and_executions_and_follows_what_is_there(glider: Cli, tmp_path: Path):
    file = tmp_path / "e.yaml"
    document = execution("one", taskRef={"name": "div"}, inputs={"a": 1, "b": 1})
    document["metadata"]["labels"] = UNSERVED
    file.write_text(to_yaml(document, template("div", divider())))
    assert glider.out("submit", "-f", str(file), "--detach") == "one\n"
    glider.write("one", SUCCEEDED)
    result = glider("submit", "-f", str(file))
    assert (result.exit_code, result.stdout) == (0, "outputs:\n  o0: 2.5\n"), result.stderr


def test_submit_follows_executions_of_several_namespaces(glider: Cli, tmp_path: Path):
    """One watch for each; what is of one namespace isn't taken for deleted in another."""
    other = Cli(glider.real, f"{glider.namespace}-b")
    glider.real.kubectl("create", "namespace", other.namespace)
    try:
        documents = []
        for cli in (glider, other):
            cli.create("same", status=SUCCEEDED)
            document = execution("same", task=divider(), inputs={"a": 10, "b": 2})
            document["metadata"] |= {"namespace": cli.namespace, "labels": UNSERVED}
            documents.append(document)
        (tmp_path / "e.yaml").write_text(to_yaml(*documents))
        result = glider("submit", "-f", str(tmp_path / "e.yaml"))
        assert (result.exit_code, result.stdout.count("o0: 2.5")) == (0, 2), result.output
    finally:
        glider.real.kubectl("delete", "namespace", other.namespace, "--wait=false")


def test_submit_makes_a_new_name_each_time_of_a_generate_name(glider: Cli, tmp_path: Path):
    document = execution("x", task=divider(), inputs={"a": 1, "b": 1}) | {"metadata": {"generateName": "nightly-", "labels": UNSERVED}}
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(document))
    names = {glider.out("submit", "-f", str(tmp_path / "e.yaml"), "-d", "-o", "name").strip() for _ in range(2)}
    assert len(names) == 2
    assert all(name.startswith("taskexecution.glider.dev/nightly-") for name in names)


@pytest.mark.parametrize(
    ("documents", "error"),
    [
        pytest.param([template("div", divider())], "with at least one execution, found", id="no execution"),
        pytest.param([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}], 'found "v1 Pod p"', id="something else"),
        pytest.param([execution("one", imputs={})], "imputs", id="an unknown field"),
        pytest.param([{"kind": "TaskExecution", "metadata": {}}], "metadata.name: expected a string, found nothing", id="no name"),
    ],
)
def test_submit_refuses(glider: Cli, tmp_path: Path, documents: list[dict[str, Any]], error: str):
    (tmp_path / "e.yaml").write_text(to_yaml(*documents))
    result = glider("submit", "-f", str(tmp_path / "e.yaml"), "--detach")
    assert error in result.stderr
    assert "Traceback" not in result.stderr
    assert result.exit_code == 1


@pytest.fixture
def divided(glider: Cli) -> Cli:
    """A namespace with two versions of a task."""
    for name, age in (("divider-1111111111", "v1"), ("divider-2222222222", "v2")):
        document = template(name, divider() | {"id": {"project": "p", "domain": "d", "name": "app.divider", "version": age}})
        document["metadata"]["labels"] = dict(template_labels(task="app.divider", version=age))
        document["metadata"]["annotations"] = {"glider.dev/description": "Divides."}
        glider.cluster.create(paths.templates(glider.namespace), document)
    return glider


def test_run_of_a_template_sends_what_the_options_set(divided: Cli):
    options = "--label team=x --annotation why=test --env A=1 --cpu 2 --mem 1Gi --gpu 1 --retries 3 --timeout 1h30m --queue q --image i:1"
    line = (
        f"run {ALONE} --detach divider-1111111111 --a 10 --b 2 --name mine {options} --service-account sa --priority 5 --storage s3://b/p"
    )
    assert divided.out(*line.split()) == "mine\n"
    found = divided.cluster.get(paths.executions(divided.namespace, "mine"))
    assert found["metadata"]["labels"] == UNSERVED | {"team": "x", "kueue.x-k8s.io/queue-name": "q"}
    assert found["metadata"]["annotations"] == {"why": "test"}
    amounts = {"cpu": "2", "memory": "1Gi", "gpu": "1"}
    assert found["spec"] == {
        "taskRef": {"name": "divider-1111111111"},
        "inputs": {"a": 10, "b": 2},
        "env": [{"name": "A", "value": "1"}],
        "resources": {"requests": amounts, "limits": amounts},
        "retries": {"user": 3},
        "timeouts": {"attempt": "5400s"},
        "image": "i:1",
        "serviceAccountName": "sa",
        "priority": 5,
        "storage": {"metadataPrefix": "s3://b/p", "rawOutputDataPrefix": "s3://b/p"},
    }


def test_run_of_a_tasks_full_name_takes_its_newest_template(divided: Cli):
    name = divided.out("run", "-d", *ALONE.split(), "app.divider", "--a", "1", "--b", "2").strip()
    assert name.startswith("divider-")
    created = divided.cluster.get(paths.executions(divided.namespace, name))
    assert created["spec"]["taskRef"]["name"] == "divider-2222222222"


def test_the_help_of_a_template(divided: Cli):
    text = divided.out("run", "divider-1111111111", "--help")
    assert "Divides." in text
    assert "  --a INTEGER  [required]\n" in text


@pytest.mark.parametrize(
    ("line", "error", "code"),
    [
        pytest.param("divider-111111111 --a 1", "did you mean divider-1111111111?", 1, id="no such template"),
        pytest.param("divider-1111111111 --a 1", "inputs: expected --b (integer), found nothing", 2, id="a missing input"),
        pytest.param("divider-1111111111 --a 1 --b 2 --name Bad_Name", "Bad_Name", 2, id="a name that is none"),
    ],
)
def test_run_of_a_template_refuses(divided: Cli, line: str, error: str, code: int):
    result = divided("run", "-d", *line.split())
    assert error in result.stderr
    assert result.exit_code == code


@pytest.mark.parametrize("fault", [pytest.param(Reset(after=True), id="after it was created"), pytest.param(Reset(), id="before")])
def test_an_answer_that_is_lost_never_doubles_an_execution(divided: Cli, tmp_path: Path, fault: Reset):
    rules = [Rule(where=calls(verb="create", resource="taskexecutions"), fault=fault, first=1)]
    with ApiServerProxy(divided.real.kubeconfig, folder=tmp_path, rules=rules) as proxy:
        result = divided("run", "-d", *ALONE.split(), "app.divider", "--a", "1", "--b", "2", kubeconfig=proxy.kubeconfig)
    assert result.exit_code == 0, result.stderr
    names = [one["metadata"]["name"] for one in divided.cluster.items(paths.executions(divided.namespace))]
    assert [f"{name}\n" for name in names] == [result.stdout]


def test_a_user_with_just_the_users_role_can_do_it_all(glider: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    glider.real.kubectl("-n", glider.namespace, "apply", "-f", str(ROOT / "manifests" / "user-role.yaml"))
    glider.real.kubectl("-n", glider.namespace, "create", "rolebinding", "users", "--role=glider-user", "--user=jane")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop_of_jane.py").write_text("def total(price: float, count: int = 3) -> float:\n    return price * count\n")
    me, alone = ("--as", "jane"), ALONE.split()
    names = [glider.out("run", "-d", "shop_of_jane.py", "total", "--price", "2.5", *alone, *me).strip() for _ in range(2)]
    templates = list(glider.cluster.items(paths.templates(glider.namespace)))
    assert [one["spec"]["id"]["name"] for one in templates] == ["shop_of_jane.total"], "the second run has registered nothing"
    [part] = [
        one for one in glider.cluster.items(paths.config_maps(glider.namespace)) if one["metadata"]["name"].startswith("glider-code-")
    ]
    assert [owner["uid"] for owner in part["metadata"]["ownerReferences"]] == [templates[0]["metadata"]["uid"]]
    glider.write(names[0], SUCCEEDED)
    assert glider("follow", names[0], *me).exit_code == 0
    assert glider("run", "-d", templates[0]["metadata"]["name"], "--price", "1", *alone, *me).exit_code == 0
    assert glider("describe", names[0], *me).exit_code == 0
    assert names[1] in glider.out("get", *me)
    for verb in ("suspend", "resume", "cancel", "delete"):
        assert glider(verb, names[1], *me).exit_code == 0
