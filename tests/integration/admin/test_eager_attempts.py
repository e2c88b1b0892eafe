"""flytekit's own @eager in Glider's executor, with what the operator gives its pod, against the front: also where an attempt is killed.

Each attempt is a process here, in a pod's environment. The test writes the statuses of what it starts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2

from glider_client.cluster.paths import executions
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from glider_core.config import Config, parse_config
from glider_core.render.pod import render_pod
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.resolving import resolve
from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import wait_until
from tests.integration.admin.conftest import Address, Users
from tests.integration.admin.objects import Lab, lab
from tests.integration.admin.test_eager import token_in_pod
from tests.resources import resolver_args, task
from tests.unit.glider_core.builders import CONFIGURATION

CODE = """
import asyncio

from flytekit import eager, task


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def fan(n: int) -> int:
    return sum(await asyncio.gather(*(double(x=i) for i in range(n))))
"""
INTEGERS = {"inputs": {"x": "integer"}, "outputs": {"o0": "integer"}}


class Attempts:
    """The attempts of an eager execution, and what they have started."""

    def __init__(self, ada: Lab, front: Address, users: Users, folder: Path) -> None:
        self._ada, self._users, self._folder = ada, users, folder
        (folder / "fanning.py").write_text(CODE)
        ada.task("fanning.double", interface=INTEGERS)
        spec = task(resolver_args("fanning", "fan"), inputs={"n": "integer"}, outputs={"o0": "integer"}, eager=True)
        spec["id"] |= {"name": "fanning.fan"}
        storage = {"metadataPrefix": f"file://{folder}/store"}
        metadata = {"name": "fan", "namespace": ada.namespace}
        body = {"task": spec, "inputs": {"n": 3}, "storage": storage}
        document = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": metadata, "spec": body}
        self._execution: Execution = parse_execution(ada.client.create(executions(ada.namespace), document))
        ada.wait_until_cached("fan")
        admin = {"endpoint": front.grpc, "insecure": True, "namespace": "{project}"}
        self._config: Config = parse_config(CONFIGURATION | {"admin": admin})

    @contextmanager
    def running(self, number: int) -> Iterator[subprocess.Popen[bytes]]:
        """An attempt, as its pod runs it."""
        resolution = resolve(self._execution, templates={}, config=self._config)
        assert isinstance(resolution, Resolved), resolution
        pod = render_pod(self._execution, resolution, attempt=number, config=self._config)
        (container,) = pod["spec"]["containers"]
        token = self._folder / f"token-{number}"
        token.write_text(token_in_pod(self._ada, self._users, pod["metadata"]["name"]))
        given = {one["name"]: one["value"] for one in container["env"] if "value" in one}
        assert given["FLYTE_CREDENTIALS_COMMAND"] == "cat,/var/run/glider-admin/token"
        own = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "PYTHONPATH": str(self._folder)}
        here = {"FLYTE_CREDENTIALS_COMMAND": f"cat,{token}", "GLIDER_TERMINATION_LOG": str(self._folder / f"summary-{number}")}
        command = [str(Path(sys.executable).parent / "glider-execute"), *container["args"][1:]]
        with subprocess.Popen(command, env={**own, **given, **here}, cwd=self._folder) as process:
            try:
                yield process
            finally:
                process.kill()

    def children(self) -> dict[int, Mapping[str, Any]]:
        """What has been started, by its input."""
        found = [one for one in self._ada.executions() if one["metadata"]["name"] != "fan"]
        return {one["spec"]["inputs"]["x"]: one for one in found}

    def succeed(self, *inputs: int) -> None:
        """Of the children, those with these inputs end well."""
        for x, child in self.children().items():
            if x in inputs:
                end = {"phase": "Succeeded", "outputs": {"o0": 2 * x}, "completionTime": "2026-11-29T12:00:00Z"}
                self._ada.report(child["metadata"]["name"], **end)

    def outputs(self, number: int) -> dict[str, int]:
        """What an attempt has returned."""
        (file,) = (self._folder / "store").rglob(f"{number}/outputs.pb")
        literals = literals_pb2.LiteralMap.FromString(file.read_bytes()).literals
        return {name: literal.scalar.primitive.integer for name, literal in literals.items()}

    def summary(self, number: int) -> str:
        """What an attempt has left in its pod."""
        return (self._folder / f"summary-{number}").read_text()


@pytest.fixture
def attempts(front: Address, users: Users, crds: Cluster, tmp_path: Path) -> Iterator[Attempts]:
    with lab(front, users, crds) as ada:
        yield Attempts(ada, front, users, tmp_path)


def test_an_attempt_goes_on_with_what_the_one_before_has_started(attempts: Attempts) -> None:
    with attempts.running(0) as first:
        wait_until(lambda: len(attempts.children()) == 3, what="three children")
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=30) == 143
    assert '"code":"Terminated"' in attempts.summary(0)
    started = attempts.children()
    assert not [child for child in started.values() if child["spec"].get("cancel")], "the operator alone cancels children"
    assert {child["metadata"]["ownerReferences"][0]["name"] for child in started.values()} == {"fan"}
    attempts.succeed(0, 1)
    with attempts.running(1) as second:
        attempts.succeed(2)
        assert second.wait(timeout=60) == 0, attempts.summary(1)
    assert attempts.outputs(1) == {"o0": 6}
    assert {x: child["metadata"]["uid"] for x, child in attempts.children().items()} == {
        x: child["metadata"]["uid"] for x, child in started.items()
    }
