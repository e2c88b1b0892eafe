"""A project of flytekit tasks: registered with one command and no image of its own, and run with the outputs that flytekit makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glider.wire.jsonform import from_literal_map
from tests.conftest import S3
from tests.e2e.conftest import Glider
from tests.projected import CASES, NOT_RUN, PROJECT, discovered, local_outputs
from tests.resources import FLYTEKIT_IMAGE, RESOURCES, execution, to_yaml

pytestmark = pytest.mark.node

GLIDER = Path(sys.executable).parent / "glider"
#: The task that returns a file.
WRITTEN = ("shop.tasks", "written")


def registered(glider: Glider) -> dict[str, str]:
    """The names of the project's templates, by those of its tasks."""
    command = [str(GLIDER), "register", str(PROJECT), "--image", FLYTEKIT_IMAGE, "-n", glider.namespace, "-o", "json"]
    environment = {**os.environ, "KUBECONFIG": str(glider.cluster.kubeconfig)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {row["task"]: row["name"] for row in json.loads(done.stdout)["items"]}


def test_all_tasks_of_a_project_run_as_flytekit_runs_them(glider: Glider, s3: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All at once, since each waits for its pod most of the time."""
    templates = registered(glider)
    assert len(templates) == len(CASES) + len(NOT_RUN)
    names = {place: f"{place[1].replace('_', '-')}-{place[0].count('.')}" for place in CASES}
    documents = [
        execution(names[module, name], taskRef={"name": templates[f"{module}.{name}"]}, inputs=inputs, resources=RESOURCES)
        for (module, name), inputs in CASES.items()
    ]
    glider.kubectl("create", "-f", "-", input=to_yaml(*documents))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GREETING", "hello")
    with discovered() as found:
        expected = {place: from_literal_map(local_outputs(found[place])) for place in CASES}
    statuses = {place: glider.wait_for(names[place], timeout=240) for place in CASES}
    assert {place: status.get("error") for place, status in statuses.items() if status["phase"] != "Succeeded"} == {}
    outputs = {place: status.get("outputs") or {} for place, status in statuses.items()}
    files = outputs.pop(WRITTEN)["o0"], expected.pop(WRITTEN)["o0"]
    assert outputs == expected
    assert s3.read(files[0]) == Path(files[1]).read_bytes() == b"tea"
