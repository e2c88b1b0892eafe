"""`glider` against a real API server, and executions in the states that an operator would write."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from glider_client.cli.glider import main
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_core.api.labels import INSTANCE
from tests.cluster import fixtures
from tests.resources import divider, execution

#: The test is the operator: one that another test has started must leave its executions alone.
UNSERVED = {INSTANCE: "nobody"}


class Cli:
    """The command line of a user in one namespace."""

    def __init__(self, real: fixtures.Cluster, namespace: str) -> None:
        self.real = real
        self.namespace = namespace
        self.cluster = Cluster.connect(kubeconfig=real.kubeconfig, namespace=namespace)

    def __call__(
        self, *arguments: str, color: bool = False, env: Mapping[str, str | None] | None = None, kubeconfig: Path | None = None
    ) -> Result:
        """Run `glider` with these arguments, in this process."""
        where = ("--kubeconfig", str(kubeconfig or self.real.kubeconfig), "-n", self.namespace)
        return CliRunner().invoke(main, [*arguments, *where], color=color, env=env)

    def out(self, *arguments: str) -> str:
        """What it prints where it succeeds."""
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def start(self, *arguments: str, kubeconfig: Path | None = None) -> subprocess.Popen[str]:
        """The same as a process of its own, which goes on."""
        where = ("--kubeconfig", str(kubeconfig or self.real.kubeconfig), "-n", self.namespace)
        command = [str(Path(sys.executable).parent / "glider"), *arguments, *where]
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def create(self, name: str, *, labels: Mapping[str, str] | None = None, status: Mapping[str, Any] | None = None, **spec: Any) -> Any:
        """An execution that no operator serves, and its status if there is one."""
        document = execution(name, **({"task": divider(), "inputs": {"a": 10, "b": 2}} | spec))
        document["metadata"]["labels"] = {**UNSERVED, **(labels or {})}
        created = self.cluster.create(paths.executions(self.namespace), document)
        return self.write(name, status) if status is not None else created

    def write(self, name: str, status: Mapping[str, Any]) -> Any:
        """Write a status, as the operator does."""
        body = {"status": {"observedGeneration": 1, **status}}
        return self.cluster.patch(f"{paths.executions(self.namespace, name)}/status", body)


@pytest.fixture
def glider(crds: fixtures.Cluster, namespace: str) -> Cli:
    return Cli(crds, namespace)


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What it writes to standard error up to a line with `text`."""
    assert process.stderr is not None
    seen = ""
    while text not in seen:
        line = process.stderr.readline()
        assert line, f"it ended without {text!r}: {seen}"
        seen += line
    return seen


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The rest of its output and of its errors, once it has ended. `communicate` would leave out what `read_until` has buffered."""
    assert process.stdout is not None
    assert process.stderr is not None
    stderr, stdout = process.stderr.read(), process.stdout.read()
    process.wait(timeout=60)
    process.stderr.close()
    process.stdout.close()
    return stdout, stderr
