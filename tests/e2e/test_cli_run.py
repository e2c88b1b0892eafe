"""`glider run` the way a newcomer meets it: a file with a function, no image, no store, and no more rights than the user's role."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pexpect
import pytest
import yaml

from tests.conftest import ROOT
from tests.e2e.conftest import Glider
from tests.faults.relay import Relay
from tests.integration.cli import finish, read_until

pytestmark = pytest.mark.node

GLIDER = str(Path(sys.executable).parent / "glider")
HELLO = """
import os
import time

from glider import FlyteRecoverableException


def add(a: int, b: int = 2) -> int:
    print("adding", a, b)
    return a + b


def unlucky(times: int) -> str:
    attempt = int(os.environ["FLYTE_ATTEMPT_NUMBER"])
    print(f"this is attempt {attempt}", flush=True)
    if attempt < times:
        raise FlyteRecoverableException("not yet")
    raise ValueError(f"bad luck after {attempt}")


def count(to: int) -> int:
    for number in range(to):
        print("line", number, flush=True)
        time.sleep(0.05)
    return to


def sleep() -> None:
    print("asleep", flush=True)
    time.sleep(600)
"""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a kubeconfig of their own, in a folder with `hello.py`."""

    glider: Glider
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GLIDER_", "AWS_", "KUBE"))}
        return kept | {"KUBECONFIG": str(self.folder / "kubeconfig"), "PYTHONUNBUFFERED": "1", "TERM": "xterm-256color"}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`glider` with its output piped."""
        return subprocess.run([GLIDER, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, which goes on."""
        command = [GLIDER, *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )

    def on_terminal(self, *arguments: str) -> tuple[str, int]:
        """What it draws on a terminal, without the codes for colours and movement, and its exit code."""
        child = pexpect.spawn(
            GLIDER, list(arguments), cwd=str(self.folder), env=self.environment, encoding="utf-8", timeout=120, dimensions=(40, 120)
        )
        screen = child.read()
        child.close()
        assert child.exitstatus is not None
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", screen), child.exitstatus


@pytest.fixture
def person(without_store: Glider, tmp_path: Path) -> Person:
    (tmp_path / "hello.py").write_text(HELLO)
    without_store.kubectl("create", "serviceaccount", "newcomer")
    without_store.kubectl("apply", "-f", str(ROOT / "manifests" / "user-role.yaml"))
    account = f"--serviceaccount={without_store.namespace}:newcomer"
    without_store.kubectl("create", "rolebinding", "glider-users", "--role=glider-user", account)
    config = yaml.safe_load(without_store.cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": without_store.kubectl("create", "token", "newcomer").strip()}
    config["contexts"][0]["context"]["namespace"] = without_store.namespace
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    return Person(glider=without_store, folder=tmp_path)


def test_the_first_run_needs_no_image_and_no_store_and_a_changed_file_runs_anew(person: Person, capsys: pytest.CaptureFixture[str]):
    began = time.monotonic()
    first = person("run", "hello.py", "add", "--a", "1", "--b", "2")
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\nglider run hello.py add: {took:.2f} s")
    assert (first.returncode, first.stdout) == (0, "outputs:\n  o0: 3\n"), first.stderr
    assert "| adding 1 2\n" in first.stderr
    assert took < 30
    (person.folder / "hello.py").write_text(HELLO.replace("return a + b", "return a * b * 10"))
    second = person("run", "hello.py", "add", "--a", "1", "-q", "-o", "json")
    assert (second.returncode, second.stderr) == (0, "")
    execution = json.loads(second.stdout)
    assert execution["status"]["outputs"] == {"o0": 20}
    assert person("run", execution["spec"]["taskRef"]["name"], "--a", "2", "--b", "2", "-q").stdout == "outputs:\n  o0: 40\n"


def test_a_failure_after_a_retry_on_a_terminal_and_piped(person: Person):
    screen, code = person.on_terminal("run", "hello.py", "unlucky", "--times", "1", "--retries", "1", "--name", "unlucky")
    assert code == 1
    places = [screen.index(text) for text in ("this is attempt 0", "not yet", "this is attempt 1", "bad luck after 1")]
    assert places == sorted(places), screen
    assert "unlucky  Failed" in screen
    own = [line.strip() for line in screen.splitlines()].index('raise ValueError(f"bad luck after {attempt}")')
    assert screen.splitlines()[own + 1 :] == ["ValueError: bad luck after 1", "", "ValueError: bad luck after 1 (USER:RuntimeError)"], (
        screen
    )
    piped = person("follow", "unlucky")
    assert (piped.returncode, piped.stdout) == (1, "")
    assert [line for line in piped.stderr.splitlines() if "this is" in line] == [f"           | this is attempt {n}" for n in (0, 1)]
    assert "ValueError: bad luck after 1 (USER:RuntimeError)\n" in piped.stderr
    assert "\x1b" not in piped.stderr


def test_ctrl_c_leaves_it_running_and_a_cancel_ends_it(person: Person):
    name = person("run", "-d", "hello.py", "sleep").stdout.strip()
    process = person.start("follow", name)
    read_until(process, "| asleep")
    process.send_signal(2)
    _, stderr = finish(process)
    assert process.returncode == 130
    assert f"glider cancel {name}" in stderr
    assert person.glider.status(name).get("phase") not in ("Aborted", "Failed")
    assert person("cancel", name).returncode == 0
    assert person("follow", name).returncode == 4


def test_a_broken_connection_loses_and_repeats_no_line(person: Person):
    file = person.folder / "kubeconfig"
    config = yaml.safe_load(file.read_text())
    server = urlsplit(config["clusters"][0]["cluster"]["server"])
    assert server.hostname is not None
    assert server.port is not None
    with Relay((server.hostname, server.port)) as relay:
        address = "https://{}:{}".format(*relay.address)
        config["clusters"][0]["cluster"] |= {"server": address, "tls-server-name": server.hostname}
        file.write_text(yaml.safe_dump(config))
        process = person.start("run", "hello.py", "count", "--to", "100")
        seen = read_until(process, "| line 20\n")
        assert relay.cut() > 0
        seen += read_until(process, "| line 60\n")
        relay.cut()
        stdout, stderr = finish(process)
    lines = re.findall(r"\| (line \d+)$", seen + stderr, re.MULTILINE)
    assert lines == [f"line {number}" for number in range(100)], stderr[-2000:]
    assert (process.returncode, stdout) == (0, "outputs:\n  o0: 100\n")
