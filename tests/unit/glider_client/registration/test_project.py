"""A whole project: what is found in it is what flytekit itself packages, and runs with the outputs that flytekit makes."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from flyteidl.admin import task_pb2

from glider.wire.interface import parse_type
from glider.wire.jsonform import from_literal_map
from glider_client.conversion.specs import annotations_of, spec_of
from glider_client.registration.found import FoundTask
from glider_client.registration.templates import template_of
from tests.projected import CASES, NOT_RUN, PROJECT, UNSUPPORTED, discovered, literals_of, local_outputs

Project = Mapping[tuple[str, str], FoundTask]

#: flytekit's default image, for the tasks that name none.
IMAGE = "registry.example/shop:1"


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with discovered() as found:
        yield found


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project's tasks by name, as `pyflyte package` serializes them."""
    folder = tmp_path_factory.mktemp("package")
    command = [str(Path(sys.executable).parent / "pyflyte"), "--pkgs", "shop", "package", "--image", IMAGE, "--source", ".", "--output"]
    subprocess.run([*command, str(folder / "package.tgz")], cwd=PROJECT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, check=True)
    found = {}
    with tarfile.open(folder / "package.tgz") as tar:
        for member in tar:
            if member.name.endswith("_1.pb"):  # tasks; 2 are workflows, 3 launch plans
                content = tar.extractfile(member)
                assert content is not None
                template = task_pb2.TaskSpec.FromString(content.read()).template
                found[template.id.name] = template
    return found


def comparable(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with its types alone in the interface, and without what is for one registration."""
    interface = {
        side: {name: parse_type(form["type"] if "type" in form and "simple" not in form else form) for name, form in forms.items()}
        for side, forms in (spec.get("interface") or {}).items()
    }
    return {**spec, "interface": interface}


def without_image(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Glider leaves the image out where the task names none, and the settings of flytekit's that a dynamic task gets."""

    def strip(container: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: part for name, part in container.items() if not (name == "image" and part == IMAGE)}
        kept["env"] = [variable for variable in kept.get("env") or () if variable["name"] != "_F_SS_C"]
        return {name: part for name, part in kept.items() if part}

    if "container" in spec:
        return {**spec, "container": strip(spec["container"])}
    pod = spec["podTemplate"]
    return {**spec, "podTemplate": {**pod, "spec": {**pod["spec"], "containers": [strip(one) for one in pod["spec"]["containers"]]}}}


def test_all_of_it_is_found(project: Project, packaged: dict[str, Any]) -> None:
    supported = {place for place, found in project.items() if not found.unsupported}
    assert supported == CASES.keys() | NOT_RUN
    assert {name for (_, name), found in project.items() if found.unsupported} == UNSUPPORTED
    assert len(supported) >= 15
    assert packaged.keys() >= {project[place].full_name for place in supported}


@pytest.mark.parametrize("place", sorted(CASES.keys() | NOT_RUN), ids=".".join)
def test_a_task_is_what_flytekit_packages(project: Project, packaged: dict[str, Any], place: tuple[str, str]) -> None:
    """Command line, interface and all settings."""
    found = project[place]
    template = packaged[found.full_name]
    assert without_image(comparable(found.spec)) == without_image(comparable(spec_of(template)))
    assert found.annotations == annotations_of(template)


def test_the_command_line_writes_the_same(project: Project) -> None:
    """In a process of its own, in which flytekit is imported as in a task: what it seldom needs is left until it is used."""
    command = [str(Path(sys.executable).parent / "glider"), "register", str(PROJECT), "-o", "yaml", "--image", IMAGE, "--no-code"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    printed = {one["spec"]["id"]["name"]: one for one in yaml.safe_load_all(done.stdout)}
    supported = [found for found in project.values() if not found.unsupported]
    assert printed == {found.full_name: template_of(found, namespace="default", image=IMAGE) for found in supported}
    assert len(done.stderr.splitlines()) == len(UNSUPPORTED)


@pytest.mark.parametrize("place", sorted(CASES), ids=".".join)
def test_flytekit_runs_a_case(project: Project, place: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So that its inputs make sense before a cluster gets them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GREETING", "hello")
    found = project[place]
    assert literals_of(found) is not None
    assert from_literal_map(local_outputs(found)).keys() == (found.spec.get("interface") or {}).get("outputs", {}).keys()


def test_all_settings_of_a_decorator_are_kept(project: Project) -> None:
    found = project["shop.tasks", "train"]
    container = {name: part for name, part in found.spec["container"].items() if name != "args"}
    assert found.annotations == {"glider.dev/cache": '{"version": "7", "serialize": true, "ignoreInputs": ["seed"]}'}
    assert {**found.spec, "container": container} == {
        "interface": {"inputs": {"epochs": "integer", "seed": {"type": "integer", "default": 0}}, "outputs": {"o0": "float"}},
        "container": {
            "image": "registry.example/train:3",
            "env": [{"name": "MODE", "value": "full"}],
            "resources": {
                "requests": {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "2Gi"},
                "limits": {"cpu": "2", "memory": "2Gi", "gpu": "1"},
            },
        },
        "podTemplateRef": {"name": "gpu-pods"},
        "accelerator": {"device": "nvidia-tesla-a100", "partitionSize": "2g.10gb"},
        "sharedMemory": {"sizeLimit": "1Gi", "mountPath": "/dev/shm", "volumeName": "flyte-shared-memory"},
        "interruptible": True,
        "secrets": [
            {"group": "db", "key": "user", "mount": "Env"},
            {"group": "db", "key": "password", "groupVersion": "2", "envVar": "DB_PASSWORD"},
        ],
        "retries": {"user": 3},
        "timeouts": {"attempt": "3630s"},
    }
    assert found.docs == "Needs what the test cluster hasn't got: it is registered, and not run."
