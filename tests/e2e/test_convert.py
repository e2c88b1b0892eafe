"""The archives of `pyflyte package`, converted: they run on the node with the outputs that flytekit makes on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from glider.wire.jsonform import from_literal_map
from tests.conftest import S3
from tests.e2e.conftest import Glider
from tests.projected import CASES, PROJECT, discovered, literals_of, local_outputs
from tests.resources import FLYTEKIT_IMAGE, RESOURCES, execution, to_yaml

pytestmark = pytest.mark.node

BIN = Path(sys.executable).parent
#: The task that returns a file, which it writes into the folder that it runs in.
WRITTEN = ("shop.tasks", "written")
#: What only a function's own default gives: under Flyte an execution has to give every input.
DEFAULTS: dict[tuple[str, str], dict[str, Any]] = {("shop.tasks", "merged"): {"more": {"a": [1, None]}}}
#: What a decorator sets in the pod.
ENVIRONMENT = {"GREETING": "hello"}
#: With what the project is packaged, and the archive converted: all ways in which the code may come.
WAYS = {
    "image": (["--env", "PYTHONPATH=/project"], []),
    "store": (["--copy", "all"], ["--storage", "{}/convert", "--dest", "/tmp/code"]),
    "maps": (["--copy", "all"], []),
}
#: What depends on where the code is: a shell task, a task that reads its pod's environment, one of a package in the package.
WHEREVER = [("shop.tasks", "shell"), ("shop.tasks", "greeting"), ("shop.pricing.tasks", "traced")]
#: Which cases run: all, by turns with the code in the image and fast-registered, and in each way what differs.
RUN = {
    "image": [place for number, place in enumerate(CASES) if number % 2 == 0 or place in (*WHEREVER, WRITTEN)],
    "store": [place for number, place in enumerate(CASES) if number % 2 == 1 or place in (*WHEREVER, WRITTEN)],
    "maps": WHEREVER,
}


def run(*command: Any, env: Mapping[str, str]) -> str:
    done = subprocess.run([str(word) for word in command], cwd=PROJECT, env=os.environ | env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def converted(way: str, folder: Path, s3: S3, *, namespace: str) -> list[dict[str, Any]]:
    """The objects that an archive becomes."""
    packaging, converting = WAYS[way]
    archive = folder / f"{way}.tgz"
    run(BIN / "pyflyte", "--pkgs", "shop", "package", "--image", FLYTEKIT_IMAGE, "--output", archive, *packaging, env={})
    options = [option.format(s3.uri) for option in converting]
    text = run(BIN / "glider", "convert", archive, "-o", "json", "-n", namespace, "--version", way, *options, env=s3.env)
    objects: list[dict[str, Any]] = json.loads(text)["items"]
    return objects


def name_of(way: str, module: str, task: str) -> str:
    return f"{way}-{task.replace('_', '-')}-{module.count('.')}"


def executions(way: str, objects: list[dict[str, Any]], inputs: Mapping[tuple[str, str], Any]) -> list[dict[str, Any]]:
    """One for each case that runs. In the image's own folder nobody may write."""
    templates = {one["spec"]["id"]["name"]: one["metadata"]["name"] for one in objects if one["kind"] == "TaskTemplate"}
    elsewhere = {"podTemplate": {"spec": {"containers": [{"name": "task", "workingDir": "/tmp"}]}}}
    return [
        execution(
            name_of(way, module, task),
            taskRef={"name": templates[f"{module}.{task}"]},
            inputs=inputs[module, task],
            resources=RESOURCES,
            **(elsewhere if (module, task) == WRITTEN else {}),
        )
        for module, task in RUN[way]
    ]


def test_a_packaged_project_runs_as_flytekit_runs_it_wherever_its_code_is(
    glider: Glider, s3: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All of a way at once, since each waits for its pod most of the time."""
    objects = {way: converted(way, tmp_path, s3, namespace=glider.namespace) for way in WAYS}
    everything = [one for made in objects.values() for one in made]
    glider.kubectl("apply", "--server-side", "-f", "-", input=to_yaml(*everything))
    monkeypatch.chdir(tmp_path)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with discovered() as found:
        inputs = {place: from_literal_map(literals_of(found[place])) | DEFAULTS.get(place, {}) for place in CASES}
        expected = {place: from_literal_map(local_outputs(found[place])) for place in CASES}
    content = Path(expected[WRITTEN]["o0"]).read_bytes()
    for way, cases in RUN.items():
        glider.kubectl("create", "-f", "-", input=to_yaml(*executions(way, objects[way], inputs)))
        statuses = {place: glider.wait_for(name_of(way, *place), timeout=240) for place in cases}
        assert {place: status.get("error") for place, status in statuses.items() if status["phase"] != "Succeeded"} == {}, way
        outputs = {place: status.get("outputs") or {} for place, status in statuses.items()}
        if WRITTEN in outputs:
            assert s3.read(outputs.pop(WRITTEN)["o0"]) == content
        assert outputs == {place: expected[place] for place in outputs}, way
