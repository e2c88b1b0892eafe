"""`executor: {mode: Image}` without a cluster: the rendered command line, run by the real flytekit, and what is read after it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from glider.wire.errors import Kind, Origin
from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from glider_core.config import Config, parse_config
from glider_core.diagnose.evidence import Evidence
from glider_core.render.pod import render_pod
from glider_core.store.access import StoreAccess
from glider_operator.controller.storing import Store
from tests.conftest import ROOT, S3
from tests.resources import resolver_args, task
from tests.unit.glider_core.builders import make_execution, resolved

pytestmark = pytest.mark.s3
EXAMPLES = ROOT / "manifests" / "examples"
BIN = Path(sys.executable).parent
NUMBER: dict[str, Any] = {"inputs": {"x": "integer"}, "outputs": {"o0": "integer"}}


def configured(s3: S3) -> Config:
    """The operator may read and write in the test's place."""
    return parse_config({"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storageAccess": {"write": [s3.uri]}})


class Image:
    """The operator and one execution of a task, of which each attempt is a process with flytekit in it."""

    def __init__(self, s3: S3, name: str, *, inputs: dict[str, Any], interface: dict[str, Any], args: list[str] | None = None) -> None:
        spec = task(args or command_line(name), **interface)
        self.execution = make_execution(
            name=name,
            task=spec,
            inputs=inputs,
            executor={"mode": "Image"},
            storage={"metadataPrefix": s3.uri, "rawOutputDataPrefix": s3.uri},
        )
        self.task = resolved(self.execution)
        self.store = Store(StoreAccess(s3.env), configured(s3))
        self._env = s3.env

    async def attempt(self, number: int, *, previous: str | None = None, **env: str) -> tuple[int, Evidence]:
        """The exit code of an attempt, and what it left."""
        inputs = await self.store.prepare(self.task, namespace=self.execution.namespace)
        pod = render_pod(self.execution, self.task, attempt=number, config=Config(), inputs=inputs, previous_checkpoint=previous)
        assert "initContainers" not in pod["spec"]
        exit_code = self._run(pod["spec"]["containers"][0], env)
        return exit_code, await self.store.read(self.task.paths.output_prefix(number), namespace=self.execution.namespace)

    def _run(self, container: dict[str, Any], env: dict[str, str]) -> int:
        environment = {variable["name"]: variable["value"] for variable in container["env"] if "value" in variable}
        environment |= {"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(EXAMPLES), "HOME": "/tmp"} | self._env | env
        command = [*container.get("command", ()), *container["args"]]
        return subprocess.run(command, env=environment, check=False, timeout=120, cwd="/tmp").returncode


def command_line(name: str) -> list[str]:
    """What flytekit compiles."""
    line = resolver_args("app.workflows.image_kinds", name)
    return [*line[:1], "--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint", "{{.prevCheckpointPrefix}}", *line[1:]]


async def test_outputs(s3: S3):
    image = Image(s3, "square", inputs={"x": 7}, interface=NUMBER)
    assert await image.attempt(0) == (0, Evidence(outputs={"o0": 49}, outputs_found=True))


async def test_an_exception_is_in_the_error_file_and_not_in_the_exit_code(s3: S3):
    image = Image(s3, "raises", inputs={"x": 7}, interface=NUMBER)
    exit_code, found = await image.attempt(0)
    assert exit_code == 0 and found.error is not None
    assert (found.error.kind, found.error.origin) == (Kind.NON_RECOVERABLE, Origin.USER)
    assert "ValueError: 7 is not to my liking" in found.error.message


async def test_an_exit_code_without_an_error_file(s3: S3):
    image = Image(s3, "exits", inputs={"x": 7}, interface=NUMBER)
    assert await image.attempt(0) == (7, Evidence())


async def test_a_recoverable_error_whose_checkpoint_the_next_attempt_finds(s3: S3):
    image = Image(s3, "resumes", inputs={"x": 7}, interface=NUMBER)
    _, first = await image.attempt(0)
    assert first.error is not None and first.error.kind is Kind.RECOVERABLE
    _, second = await image.attempt(1, previous=image.task.paths.checkpoint(0))
    assert second == Evidence(outputs={"o0": 8}, outputs_found=True)


async def test_one_element_of_a_mapped_task(s3: S3):
    line = command_line("square")
    at = line.index("--resolver")
    array = ["--resolver", "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver", "--", "vars", "", "resolver", line[at + 1]]
    args = ["pyflyte-map-execute", *line[1:at], *array, *line[at + 3 :]]
    interface = {"inputs": {"x": "list[integer]"}, "outputs": {"o0": "integer"}}
    image = Image(s3, "mapped", inputs={"x": [2, 3, 5]}, interface=interface, args=args)
    index = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": "2"}
    assert await image.attempt(0, **index) == (0, Evidence(outputs={"o0": 25}, outputs_found=True))


async def test_the_errors_of_a_distributed_tasks_workers(s3: S3):
    image = Image(s3, "raises", inputs={"x": 7}, interface=NUMBER)
    await image.attempt(0, _F_DES="Earliest", _F_WN="worker-1")
    _, found = await image.attempt(0, _F_DES="Earliest", _F_WN="worker-2")
    assert found.error is not None
    assert found.error.worker == "worker-1"


async def test_inputs_of_a_file_in_a_command_line(s3: S3):
    inputs = to_literal_map({"x": 5}, {"x": parse_type("integer")}, field="inputs")
    s3.write(f"{s3.uri}/in.pb", inputs.SerializeToString())
    execution = make_execution(
        name="by-file",
        task=task(["echo", "{{.inputs.x}}", "{{.input}}"], **NUMBER),
        inputsUri=f"{s3.uri}/in.pb",
        executor={"mode": "Image"},
        storage={"metadataPrefix": s3.uri},
    )
    store = Store(StoreAccess(s3.env), configured(s3))
    read = await store.prepare(resolved(execution), namespace=execution.namespace)
    pod = render_pod(execution, resolved(execution), attempt=0, config=Config(), inputs=read)
    assert pod["spec"]["containers"][0]["args"] == ["echo", "5", f"{s3.uri}/in.pb"]
