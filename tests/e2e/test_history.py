"""What is left of tasks in trouble once their pods and TaskExecutions are gone: every line of their logs, their story, and another run.

All run at once. Then they are deleted, and only the store has them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import lifecycle
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, MissingServer, new_namespace, s3_beside
from tests.e2e.conftest import LOG_INTERVAL, Glider, wait_until, with_store
from tests.resources import execution, task

pytestmark = pytest.mark.node

GLIDER = str(Path(sys.executable).parent / "glider")
#: Each line has its number, so that one that is missing, or comes twice, shows.
STORY = """
import ctypes
import sys
import time


def crash(lines: int) -> int:
    for number in range(lines):
        print("line", number)
    sys.stdout.flush()
    return ctypes.string_at(0)  # the line that crashes


def swallow(lines: int) -> int:
    for number in range(lines):
        print("line", number, flush=True)
    return len(bytearray(4 << 30).replace(b"\\0", b"\\1"))


def linger(lines: int) -> int:
    for number in range(lines):
        print("line", number, flush=True)
        time.sleep(0.01)
    return lines
"""
A_MILLION, MANY, ENDLESS = 1_000_000, 5_000, 100_000
LINE = re.compile(r"^(?:\S+Z )?line (\d+)$", re.MULTILINE)
#: How long after the last interval a part may be in the store, on a busy machine.
SLACK = timedelta(seconds=15)
#: name: the function, its lines, more of the spec, and the phase and reason that it ends with.
CASES: dict[str, tuple[str, int, dict[str, Any], str, str]] = {
    "crash": ("crash", A_MILLION, {}, "Failed", "Crashed"),
    "swallow": ("swallow", MANY, {"resources": {"limits": {"memory": "200Mi"}}}, "Failed", "OOMKilled"),
    "late": ("linger", ENDLESS, {"timeouts": {"attempt": "12s"}, "terminationGracePeriodSeconds": 5}, "TimedOut", "AttemptTimeout"),
    "lost": ("linger", ENDLESS, {"terminationGracePeriodSeconds": 5}, "Failed", "DeletionByTaintManager"),
}


@dataclass(frozen=True, kw_only=True)
class Past:
    """A namespace whose executions were deleted."""

    glider: Glider
    s3: S3
    folder: Path
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    uids: dict[str, str] = field(default_factory=dict)
    #: When the processes of `lost` were killed.
    lost_at: list[datetime] = field(default_factory=list)

    def run(self, *arguments: str, without_cluster: bool = False) -> subprocess.CompletedProcess[str]:
        """`glider`, with the rights of who may read the store; or without a cluster."""
        prefix = f"s3://{self.s3.bucket}/e2e/metadata/.history"
        elsewhere = {"KUBECONFIG": "/nonexistent", "GLIDER_HISTORY_PREFIX": prefix, "HOME": str(self.folder)}
        cluster = elsewhere if without_cluster else {"KUBECONFIG": str(self.glider.cluster.kubeconfig)}
        forced = ["--history"] if without_cluster and "--history" not in arguments else []
        return subprocess.run(
            [GLIDER, *arguments, *forced, "-n", self.glider.namespace],
            cwd=self.folder,
            env={**os.environ, **self.s3.env, **cluster},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def out(self, *arguments: str, without_cluster: bool = False) -> str:
        """What it prints where it succeeds."""
        done = self.run(*arguments, without_cluster=without_cluster)
        assert done.returncode == 0, done.stderr + done.stdout[-1000:]
        return done.stdout


@pytest.fixture(scope="module")
def past(glider_with_store: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """They ran, were archived, and were deleted."""
    with new_namespace(glider_with_store) as namespace:
        folder = tmp_path_factory.mktemp("past")
        found = Past(glider=with_store(glider_with_store, namespace), s3=s3_beside(glider_with_store), folder=folder)
        (folder / "story.py").write_text(STORY)
        functions = [f"--name={name}" for name in sorted({case[0] for case in CASES.values()})]
        found.out("register", "story.py", *functions, "--storage", f"{found.s3.uri}/code")
        templates = {one["spec"]["id"]["name"].rpartition(".")[2]: one["metadata"]["name"] for one in found.glider.get("tt")["items"]}
        for name, (function, lines, spec, _, reason) in CASES.items():
            retries = {"user": 0, "system": 0, "noRetryOn": [reason]}
            inputs = {"lines": lines}
            found.glider.apply(
                execution(name, taskRef={"name": templates[function]}, inputs=inputs, retries=retries, **{"resources": ROOM, **spec})
            )
        found.glider.apply(execution("terminal", task=task(["python", "-c", ON_A_TERMINAL]), podTemplate=A_TERMINAL))
        _let_them_end(found)
        _delete_all(found)
        yield found


ON_A_TERMINAL = "import sys; print('terminal', sys.stdout.isatty()); print('error', file=sys.stderr)"
A_TERMINAL = {"spec": {"containers": [{"name": "task", "tty": True}]}}
#: A Python of 10m CPU would take its time.
ROOM = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}}


def _let_them_end(past: Past) -> None:
    """The node is lost last, since nothing else ends then."""
    glider = past.glider
    glider.wait_for("lost", "Running")
    for name in ("crash", "swallow", "late", "terminal"):
        past.statuses[name] = glider.wait_for(name, "Succeeded", "Failed", "TimedOut", timeout=150)
    _lose_the_node(past)
    for one in glider.get("te")["items"]:
        past.uids[one["metadata"]["name"]] = one["metadata"]["uid"]


def _lose_the_node(past: Past) -> None:
    """The kubelet is stopped, the pod's processes end at once, and the node is tainted, which the node controller would do but for a
    cluster's last node.
    """
    status = lifecycle.status()
    kubelet = next((program for program in status.programs if program.name == "kubelet"), None) if status else None
    if kubelet is None:
        raise MissingServer("no kubelet that a test may stop")
    attempt = past.glider.status("lost")["attempts"][-1]
    with contextlib.ExitStack() as undo:  # whatever fails: all other tests need the kubelet
        os.kill(kubelet.pid, signal.SIGSTOP)
        undo.callback(os.kill, kubelet.pid, signal.SIGCONT)
        past.lost_at.append(datetime.now(UTC))
        for pid in _processes_of(attempt["podUid"]):
            with contextlib.suppress(ProcessLookupError):  # the others end with their container's first
                os.kill(pid, signal.SIGKILL)
        past.glider.cluster.kubectl("taint", "nodes", "--all", "past=lost:NoExecute")
        undo.callback(past.glider.cluster.kubectl, "taint", "nodes", "--all", "past-")
        past.statuses["lost"] = past.glider.wait_for("lost", "Failed", timeout=120)


def _processes_of(pod_uid: str) -> list[int]:
    """The processes of a pod on this machine, by their cgroup."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                groups = (folder / "cgroup").read_text()
            except OSError:  # it has ended
                continue
            if f"pod{pod_uid}" in groups or f"pod{pod_uid.replace('-', '_')}" in groups:
                found.append(int(folder.name))
    assert found, f"no process of pod {pod_uid}"
    return found


def _delete_all(past: Past) -> None:
    """Once each is in the history, as `kubectl` knows nothing of it."""

    def archived() -> bool:
        listed = past.run("get", "--history", "-o", "json")
        return listed.returncode == 0 and {one["metadata"]["name"] for one in json.loads(listed.stdout)["items"]} == past.uids.keys()

    wait_until(archived, timeout=60, what="all executions to be in the history")
    past.glider.kubectl("delete", "te", "--all")
    past.glider.kubectl("delete", "pods", "--all", "--wait=false")
    wait_until(lambda: not past.glider.pods(), timeout=60, what="the pods to go")


@pytest.mark.parametrize(
    ("name", "without_cluster"),
    [("crash", False), ("swallow", False), ("late", True)],
    ids=["a segfault", "out of memory", "a timeout, without a cluster"],
)
def test_every_line_is_there(past: Past, name: str, without_cluster: bool):
    _, lines, _, _, _ = CASES[name]
    text = past.out("logs", name, without_cluster=without_cluster)
    numbers = [int(found) for found in LINE.findall(text)]
    assert numbers == list(range(len(numbers)))
    if name == "late":
        assert len(numbers) > 100
        assert "SIGTERM" in text  # what the executor itself writes at the end
    else:
        assert len(numbers) == lines
    assert {"crash": "Segmentation fault", "swallow": "OOM"}.get(name, "") in text


def test_of_a_lost_node_the_last_lines_at_most_are_missing(past: Past):
    lines = past.out("logs", "lost", "--timestamps").splitlines()
    numbers = [int(found) for found in LINE.findall("\n".join(lines))]
    assert numbers == list(range(len(numbers)))
    last = datetime.fromisoformat(lines[-1].split()[0][:26].rstrip("Z") + "+00:00")
    assert past.lost_at[0] - last < LOG_INTERVAL + SLACK, (past.lost_at, last)


def test_a_terminal_stays_one(past: Past):
    assert past.out("logs", "terminal").splitlines() == ["terminal True", "error"]


@pytest.mark.parametrize("without_cluster", [False, True], ids=["with a cluster", "without"])
def test_what_it_was_is_shown(past: Past, without_cluster: bool):
    where = {"without_cluster": without_cluster}
    table = {row.split()[0]: row.split()[1:3] for row in past.out("get", "--history", "--no-headers", **where).splitlines()}
    assert table == {name: [phase, reason] for name, (_, _, _, phase, reason) in CASES.items()} | {"terminal": ["Succeeded", "Completed"]}
    listed = json.loads(past.out("get", "--history", "-o", "json", **where))["items"]
    assert {one["metadata"]["name"]: (one["metadata"]["uid"], one["status"]) for one in listed} == {
        name: (past.uids[name], status) for name, status in past.statuses.items()
    }
    for name in ["lost"] if without_cluster else CASES:
        described = json.loads(past.out("describe", past.uids[name], "--history", "-o", "json", **where))
        assert [pod["metadata"]["uid"] for pod in described["pods"]] == [past.statuses[name]["attempts"][0]["podUid"]]
        assert described["events"]
    assert "DeletionByTaintManager" in past.out("describe", "lost", "--history", **where)
    assert json.loads(past.out("inputs", "crash", "-o", "json", **where)) == {"lines": A_MILLION}


def test_a_rerun_and_a_replay_fail_at_the_same_line_and_the_newest_of_a_name_counts(past: Past):
    number = STORY.splitlines().index("    return ctypes.string_at(0)  # the line that crashes") + 1
    assert f"line {number} in crash" in past.out("logs", "crash", "--tail", "100")
    again = past.run("rerun", "crash", "--name", "swallow", "--lines", "3")
    assert again.returncode == 1, again.stderr
    assert f"line {number} in crash" in again.stderr
    status = past.glider.status("swallow")
    assert status["phase"] == "Failed"
    uid = past.glider.get("te/swallow")["metadata"]["uid"]

    def found() -> str:
        listed = past.run("get", "swallow", "--history", "-o", "json")
        return json.loads(listed.stdout)["metadata"]["uid"] if listed.returncode == 0 else ""

    wait_until(lambda: found() == uid, what="the second run to be in the history")
    past.glider.kubectl("delete", "te", "swallow")
    assert LINE.findall(past.out("logs", "swallow")) == ["0", "1", "2"]
    assert len(LINE.findall(past.out("logs", past.uids["swallow"][:8]))) == MANY
    replayed = past.run("replay", "swallow", without_cluster=True)
    assert replayed.returncode == 1, replayed.stderr
    assert f"line {number} in crash" in replayed.stderr
