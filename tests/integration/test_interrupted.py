"""`register`, `run` and `submit` as processes that are interrupted at every request they send: the next try completes what they began.

Two steps that leave the same on the cluster are one: before a request is carried out, and after the one before it was.
"""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from glider_client.cluster import paths
from glider_core.api.code import MOST_PART_BYTES, PART_KEY
from tests.faults.interrupting import InterruptingRelay
from tests.integration.cli import UNSERVED, Cli, glider
from tests.resources import divider, execution, template, to_yaml

pytestmark = pytest.mark.cluster

__all__ = ["glider"]

GLIDER = Path(sys.executable).parent / "glider"
LABEL = [f"--label={name}={value}" for name, value in UNSERVED.items()]
TASKS = """
from glider import task

@task
def add(a: int, b: int = 2) -> int:
    return a + b
"""
MORE = """
@task
def double(a: int) -> int:
    return 2 * a
"""
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
#: A command sends fewer; a test that reaches it would never end.
MOST_STEPS = 40

signals = pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "Ctrl-C"])


class Steps:
    """Runs a command again and again, each time interrupted one request later than before."""

    def __init__(self, relay: InterruptingRelay, kubeconfig: Path, signal_number: int) -> None:
        self._relay, self._kubeconfig, self._signal = relay, kubeconfig, signal_number

    def numbers(self) -> Iterator[int]:
        """The steps, until the command has ended by itself, or follows what it created."""
        for number in range(MOST_STEPS):
            yield number
            at = self._relay.interrupted
            if not at or (at.startswith("before") and number > 0):
                return
        raise AssertionError(f"the command sends more than {MOST_STEPS} requests: {self._relay.requests}")

    def interrupt(self, number: int, *arguments: str) -> None:
        """Run `glider` until step `number`, in a process of its own."""
        self._relay.arm(after=number, signal_number=self._signal)
        command = [str(GLIDER), *arguments, "--kubeconfig", str(self._kubeconfig)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self._relay.aim(process.pid)
            out, err = self._ended(process)
        finally:
            process.kill()
            process.wait()
            self._relay.release()
        at = self._relay.interrupted
        expected = 0 if not at else 130 if self._signal == signal.SIGINT else -signal.SIGKILL
        assert (process.returncode, "Traceback" in err) == (expected, False), f"{at}:\n{out}{err}"

    def _ended(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        """What the process wrote. Ctrl-C is pressed once more where it was lost: between Python's last check and a system call."""
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=20)
        if self._relay.interrupted and self._signal == signal.SIGINT:
            process.send_signal(signal.SIGINT)
        return process.communicate(timeout=30)  # less than the client waits for an answer


@pytest.fixture
def steps(glider: Cli, tmp_path: Path, signal_number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    monkeypatch.setattr(sys, "path", list(sys.path))  # the next try adds to it
    with InterruptingRelay(glider.real.kubeconfig) as relay:
        kubeconfig = relay.kubeconfig(tmp_path / "kubeconfig", namespace=glider.namespace)
        yield Steps(relay, kubeconfig, signal_number)


def project(folder: Path, number: int, *, source: str = TASKS, noise: int = 16) -> Path:
    """A file of tasks in a folder of its own, whose code no other step has. The next try imports it into this process: by its own name."""
    root = folder / f"step{number}"
    root.mkdir()
    (root / "noise.bin").write_bytes(os.urandom(noise))
    file = root / f"tasks_{uuid.uuid4().hex}.py"
    file.write_text(source)
    return file


def templates(glider: Cli) -> list[Any]:
    return list(glider.cluster.items(paths.templates(glider.namespace)))


def executions(glider: Cli) -> list[Any]:
    return list(glider.cluster.items(paths.executions(glider.namespace)))


def code_maps(glider: Cli) -> dict[str, set[str]]:
    """The UIDs of the owners of each ConfigMap with code."""
    there = glider.cluster.get(paths.config_maps(glider.namespace), accept=METADATA)["items"]
    owned = {one["metadata"]["name"]: {owner["uid"] for owner in one["metadata"].get("ownerReferences", ())} for one in there}
    return {name: owners for name, owners in owned.items() if name.startswith("glider-code-")}


def check_owners(glider: Cli) -> None:
    """No ConfigMap without a template that is there."""
    uids = {one["metadata"]["uid"] for one in templates(glider)}
    assert all(owners & uids for owners in code_maps(glider).values())


def check_registered(glider: Cli, *tasks: str) -> None:
    """There is one template for each of `tasks` and no other, with all of its code, which it owns."""
    there, owners = templates(glider), code_maps(glider)
    assert sorted(one["spec"]["id"]["name"] for one in there) == sorted(tasks)
    codes = {one["spec"]["code"]["sha256"]: one["spec"]["code"]["configMaps"] for one in there}
    for sha256, names in codes.items():
        parts = [glider.cluster.get(paths.config_maps(glider.namespace, name))["binaryData"][PART_KEY] for name in names]
        assert hashlib.sha256(b"".join(map(base64.b64decode, parts))).hexdigest() == sha256
    for one in there:
        assert all(one["metadata"]["uid"] in owners[name] for name in one["spec"]["code"]["configMaps"])
    assert sorted(owners) == sorted(name for names in codes.values() for name in names)


def check_nothing_is_left(glider: Cli) -> None:
    """The code goes with the templates."""
    glider.cluster.delete(paths.templates(glider.namespace))
    deadline = time.monotonic() + 60
    while there := code_maps(glider):
        assert time.monotonic() < deadline, sorted(there)
        time.sleep(0.1)


@signals
def test_register(glider: Cli, steps: Steps, tmp_path: Path, signal_number: int) -> None:
    """Two tasks; the next try is one for all steps. Code of two ConfigMaps takes its time: once is enough."""
    noise = MOST_PART_BYTES + 1000 if signal_number == signal.SIGKILL else 1000
    files = []
    for number in steps.numbers():
        files.append(project(tmp_path, number, source=TASKS + MORE, noise=noise))
        steps.interrupt(number, "register", str(files[-1]))
        check_owners(glider)
    assert len(files) > 7
    glider.out("register", *map(str, files))
    check_registered(glider, *(f"{file.stem}.{name}" for file in files for name in ("add", "double")))
    check_nothing_is_left(glider)


@signals
@pytest.mark.parametrize("named", [True, False], ids=["with a name", "without a name"])
def test_run(glider: Cli, steps: Steps, tmp_path: Path, named: bool) -> None:
    """Followed while no operator is there, so that it ends at the first watch."""
    files = []
    for number in steps.numbers():
        files.append(project(tmp_path, number))
        name = [f"--name=run{number}"] if named else []
        command = ["run", *LABEL, *name, str(files[-1]), "add", "--a", "1"]
        before = len(executions(glider))
        steps.interrupt(number, *command)
        check_owners(glider)
        glider.out("run", "--detach", *command[1:])
        made = len(executions(glider)) - before
        assert made == 1 if named else made in (1, 2)
    assert len(files) > 6
    check_registered(glider, *(f"{file.stem}.add" for file in files))
    refs = {one["metadata"]["name"] for one in templates(glider)}
    there = executions(glider)
    assert all((one["spec"]["inputs"], one["metadata"]["labels"]) == ({"a": 1}, UNSERVED) for one in there)
    assert {one["spec"]["taskRef"]["name"] for one in there} == refs
    check_nothing_is_left(glider)


@signals
def test_submit(glider: Cli, steps: Steps, tmp_path: Path) -> None:
    """A template and two executions; the next try is one for all steps."""
    files = []
    for number in steps.numbers():
        made = [execution(f"{name}{number}", taskRef={"name": f"t{number}"}, inputs={"a": 1, "b": 2}) for name in ("one", "two")]
        for one in made:
            one["metadata"]["labels"] = UNSERVED
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(to_yaml(template(f"t{number}", divider()), *made))
        steps.interrupt(number, "submit", "-f", str(files[-1]))
    assert len(files) > 3
    glider.out("submit", "--detach", *(f"--filename={file}" for file in files))
    there = executions(glider)
    assert Counter(one["spec"]["taskRef"]["name"] for one in there) == {f"t{number}": 2 for number in range(len(files))}
    assert len(templates(glider)) == len(files)
    assert all(one["spec"]["inputs"] == {"a": 1, "b": 2} for one in there)
