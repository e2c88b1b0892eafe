"""The commands that show something, on a real node: on a terminal, piped, without colours and as JSON. The executions run once."""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pexpect
import pytest
import yaml

from glider_client.cluster import paths
from tests.cluster.fixtures import Cluster
from tests.conftest import S3
from tests.e2e.conftest import EXAMPLES
from tests.e2e.cutting import cut_line
from tests.integration.cli import Cli
from tests.resources import execution, task

GLIDER = str(Path(sys.executable).parent / "glider")
TEN, ZERO = "divide-ten-by-two", "divide-ten-by-zero"
LINES = 60
#: Prints its lines for three seconds; those of one instant are several.
TALK = f"""
import time
for number in range({LINES}):
    print("line", number, flush=True)
    if number % 3 == 2:
        time.sleep(0.15)
"""


class Seen(Cli):
    """A namespace in which some executions have run."""

    def __init__(self, real: Cluster, namespace: str, s3: S3) -> None:
        super().__init__(real, namespace)
        self.s3 = s3

    def on_a_terminal(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """What a person sees of a command on a terminal."""
        where = ["--kubeconfig", str(self.real.kubeconfig), "-n", self.namespace]
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm", **(env or {})}
        child = pexpect.spawn(GLIDER, [*arguments, *where], env=environment, encoding="utf-8", timeout=60, dimensions=(40, 160))
        text = str(child.read())
        child.close()
        assert child.exitstatus == 0, text
        return text.replace("\r\n", "\n")


@pytest.fixture(scope="module")
def seen(glider_with_store: Cluster) -> Iterator[Seen]:
    """Those of the examples: flaky succeeds at its third attempt, divide-ten-by-zero fails."""
    node, namespace = glider_with_store, f"test-{uuid.uuid4().hex[:8]}"
    keys = {"access_key": node.s3_access_key, "secret_key": node.s3_secret_key}
    s3 = S3(endpoint=str(node.s3_endpoint), bucket=node.s3_bucket, prefix=namespace, **keys)
    node.kubectl("create", "namespace", namespace)
    node.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    literals = [f"--from-literal={name}={value}" for name, value in s3.env.items()]
    node.kubectl("-n", namespace, "create", "secret", "generic", "store", *literals)
    found = Seen(node, namespace, s3)
    for name in ("flaky", "report", "divide", "divide-by-zero"):
        node.kubectl("-n", namespace, "apply", "-f", str(EXAMPLES / f"{name}.yaml"))
    speaker = execution("speaker", task=task(["python", "-c", "print('one', 'two', 'three', sep=chr(10))"]))
    found.cluster.create(paths.executions(namespace), speaker)
    yield found
    node.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture(scope="module", autouse=True)
def _they_have_run(seen: Seen) -> None:
    waited = seen("wait", TEN, "report", "flaky", "speaker", "--timeout", "3m")
    assert (waited.exit_code, waited.stdout) == (0, f"{TEN}: Succeeded\nreport: Succeeded\nflaky: Succeeded\nspeaker: Succeeded\n"), (
        waited.output
    )
    failed = seen("wait", ZERO, "--timeout", "3m")
    assert (failed.exit_code, failed.stdout) == (1, f"{ZERO}: Failed\n")
    assert "ZeroDivisionError" in failed.stderr


def test_get(seen: Seen):
    row = re.compile(r"^flaky +Succeeded +Completed +2 +\S+ +\S+$", re.MULTILINE)
    piped = seen.out("get")
    assert piped.splitlines()[0].split() == ["NAME", "PHASE", "REASON", "ATTEMPT", "DURATION", "AGE"]
    assert row.search(piped)
    coloured = seen.on_a_terminal("get")
    assert "\x1b[32mSucceeded\x1b[0m" in coloured
    assert "\x1b[31mFailed\x1b[0m" in coloured
    assert row.search(seen.on_a_terminal("get", env={"NO_COLOR": "1"}))
    assert seen.out("get", "--phase", "Failed", "-o", "name") == f"taskexecution.glider.dev/{ZERO}\n"
    assert [item["status"]["phase"] for item in json.loads(seen.out("get", "-o", "json"))["items"]] == [
        "Succeeded",
        "Failed",
        *["Succeeded"] * 3,
    ]


def test_describe(seen: Seen):
    text = seen.on_a_terminal("describe", "flaky")
    assert "Task:       app.workflows.unreliable.flaky, version v1\n" in text
    for number in range(3):
        assert re.search(rf"^  {number}   [ ░█]{{40}}  waited \S+, ran \S+  \w+$", text, re.MULTILINE), text
        ends = r" +(Failed|Succeeded|Running) .* task: (Error|Completed) \(exit code \d\)$"
        assert re.search(rf"^  flaky-\S+-a{number} +attempt {number}{ends}", text, re.MULTILINE), text
    assert re.search(r"^  2  memory \d+Mi at most of 512Mi \(\d+%\)  CPU ", text, re.MULTILINE), text
    assert re.search(r"^  Warning +Retrying .*Attempt 0 failed, another follows: ", text, re.MULTILINE), text
    failed = seen.out("describe", ZERO)
    assert 'failing_workflows.py", line 6, in divider\n' in failed
    assert "\n  ZeroDivisionError: division by zero" in failed
    document = json.loads(seen.out("describe", "flaky", "-o", "json"))
    assert [one["attempt"] for one in document["usage"]] == [0, 1, 2]
    assert all(one["peakMemoryBytes"] > 2**20 and one["cpuSeconds"] > 0 for one in document["usage"])
    assert len(document["pods"]) == 3


def test_logs_of_attempts_that_have_ended(seen: Seen):
    assert seen.out("logs", "speaker") == "one\ntwo\nthree\n"
    assert seen.on_a_terminal("logs", "speaker", "-f", "--tail", "2") == "two\nthree\n"
    lines = [json.loads(line) for line in seen.out("logs", "speaker", "-o", "json").splitlines()]
    assert [(line["attempt"], line["container"], line["line"]) for line in lines] == [(0, "task", text) for text in ("one", "two", "three")]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\S+Z three\n", seen.out("logs", "speaker", "--timestamps", "--tail", "1"))
    assert seen.out("logs", "speaker", "--all-containers").endswith("[task] one\n[task] two\n[task] three\n")
    unknown = seen("logs", "speaker", "-c", "x")
    assert unknown.exit_code == 2
    assert re.search(r"--container: expected one of (glider-executor, )?task, found 'x'\.", unknown.stderr), unknown.stderr
    assert "attempt 0 was not the one" in seen.out("logs", "flaky", "--attempt", "0")
    assert "attempt 1 was not the one" in seen.out("logs", "flaky", "--previous")


def test_following_a_log_loses_and_repeats_no_line_when_the_connection_breaks(seen: Seen, tmp_path: Path):
    server = urlsplit(seen.cluster.server)
    with cut_line(str(server.hostname), int(server.port or 443)) as line:
        document = yaml.safe_load(seen.real.kubeconfig.read_text())
        document["clusters"][0]["cluster"] |= {"server": f"https://127.0.0.1:{line.port}", "tls-server-name": server.hostname}
        (tmp_path / "kubeconfig").write_text(yaml.safe_dump(document))
        seen.cluster.create(paths.executions(seen.namespace), execution("talker", task=task(["python", "-c", TALK])))
        process = seen.start("logs", "talker", "-f", kubeconfig=tmp_path / "kubeconfig")
        assert process.stdout is not None
        found = []
        for text in process.stdout:
            found.append(text.rstrip("\n"))
            if len(found) in (5, 20, 21, 40):
                line.cut()
        errors = process.communicate(timeout=60)[1]
        assert (found, errors, process.returncode) == ([f"line {number}" for number in range(LINES)], "", 0)
    assert seen.out("logs", "talker").splitlines() == found


def test_values_files_and_decks(seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in seen.s3.env.items():
        monkeypatch.setenv(name, value)
    assert seen.on_a_terminal("inputs", TEN) == "NAME   TYPE      VALUE\na      integer   10\nb      integer   2\n"
    assert json.loads(seen.out("outputs", TEN, "-o", "json")) == {"o0": 5}
    assert f"{ZERO} has no outputs: its phase is Failed:" in seen("outputs", ZERO).stderr
    found = json.loads(seen.out("outputs", "report", "--download", str(tmp_path), "-o", "json"))
    assert Path(found["o0"]).parent == tmp_path / "o0"
    assert "all is well" in Path(found["o0"]).read_text()
    uri = json.loads(seen.out("get", TEN, "-o", "json"))["status"]["outputsUri"]
    seen.s3.write(uri.replace("outputs.pb", "deck.html"), b"<h1>deck</h1>")
    assert seen.out("deck", TEN, "-o", "-") == "<h1>deck</h1>"
    assert "report has no deck: there is no s3://" in seen("deck", "report").stderr


def test_events_templates_trees_and_usage(seen: Seen):
    events = seen.on_a_terminal("events", ZERO)
    assert re.search(r"\x1b\[33mWarning\x1b\[0m +\w+ +te/divide-ten-by-zero ", events), events
    assert re.search(r" pod/\S*divide-ten-by-zero\S* ", events), events
    assert re.search(r"^divider-v1 +app.workflows.failing_workflows.divider +v1 ", seen.out("templates"), re.MULTILINE)
    assert "Inputs:\n  a  integer  required\n  b  integer  required\n" in seen.out("templates", "divider-v1")
    tree = seen.out("tree").splitlines()
    duration = seen.out("get", TEN, "-o", "jsonpath={.status.duration}").strip()
    assert tree[:2] == ["divider-v1", f"├── {TEN}  Succeeded, {duration}"]
    assert sum("attempt" in line and "(gone)" not in line for line in tree) >= 6
    assert seen("top").stderr.startswith("Error: this cluster has no metrics server (metrics.k8s.io).")


def test_the_log_of_a_pod_that_is_gone_is_in_the_store(seen: Seen, monkeypatch: pytest.MonkeyPatch):
    for name, value in seen.s3.env.items():
        monkeypatch.setenv(name, value)
    pod = seen.out("get", "speaker", "-o", "jsonpath={.status.attempts[-1:].podName}").strip()
    seen.real.kubectl("-n", seen.namespace, "delete", "pod", pod)
    assert seen.out("logs", "speaker") == "one\ntwo\nthree\n"
    first = json.loads(seen.out("logs", "speaker", "-o", "json").splitlines()[0])
    assert (first["pod"], first["container"], first["stream"], first["line"]) == (pod, "task", "stdout", "one")
