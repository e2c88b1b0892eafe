"""The executor in an image where all is odd: old packages in a venv off PATH, no python3, another entrypoint, a user without a name.

What the task imports there is what it imports without Glider, whichever way the executor comes into the pod.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import S3
from tests.e2e.conftest import INIT_CONTAINERS, Glider, from_history, wait_until
from tests.resources import ODD_IMAGE, execution, legacy_args, task

VENV = [{"name": "PATH", "value": "/opt/venv/bin:/usr/bin:/bin"}, {"name": "HOME", "value": "/nonexistent"}]
SECURITY = {
    "runAsUser": 123456,
    "runAsGroup": 0,
    "runAsNonRoot": True,
    "readOnlyRootFilesystem": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
BARE = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "bare"},
    "spec": {
        "restartPolicy": "Never",
        "containers": [
            {
                "name": "task",
                "image": ODD_IMAGE,
                "command": ["python3", "-c", "import json, odd; print(json.dumps(odd.look()))"],
                "env": VENV,
                "securityContext": SECURITY,
            }
        ],
    },
}


@pytest.fixture
def by_init_container(glider: Glider, s3: S3) -> Iterator[Glider]:
    """A namespace in which init containers bring the executor."""
    other = replace(glider, namespace=f"{glider.namespace}{INIT_CONTAINERS}")
    glider.cluster.kubectl("create", "namespace", other.namespace)
    other.kubectl("create", "secret", "generic", "store", *(f"--from-literal={name}={value}" for name, value in s3.env.items()))
    yield other
    glider.cluster.kubectl("delete", "namespace", other.namespace, "--wait=false")


def odd_task() -> dict[str, Any]:
    spec = task(legacy_args("odd", "look"), outputs={"o0": "struct"}, image=ODD_IMAGE, env=VENV)
    spec["container"]["securityContext"] = SECURITY
    return spec


def test_a_task_imports_in_an_odd_image_what_it_imports_there_without_glider(glider: Glider, by_init_container: Glider, s3: S3):
    """And what it prints is kept, although there is nothing that compresses."""
    both = {"ImageVolume": glider, "InitContainer": by_init_container}
    glider.apply(BARE)
    for one in both.values():
        one.apply(execution("odd", task=odd_task()))
    wait_until(lambda: glider.get("pod/bare")["status"]["phase"] in ("Succeeded", "Failed"), what="the bare pod's end")
    expected = json.loads(glider.kubectl("logs", "bare").splitlines()[-1])
    assert expected["modules"]["google.protobuf"][0] == "3.20.3"
    assert (expected["user"], expected["can write"]) == (123456, [])
    for way, one in both.items():
        status = one.wait_for("odd")
        assert status["phase"] == "Succeeded", (way, status)
        found = status["outputs"]["o0"]
        own = len(expected["path"])
        assert found["path"][:own] == expected["path"]
        assert all(folder.startswith("/var/run/glider/") for folder in found["path"][own:])
        assert found | {"path": expected["path"]} == expected
        (pod,) = (pod for pod in one.pods() if pod["metadata"]["name"].startswith("odd-"))
        assert ("initContainers" in pod["spec"]) == (way == "InitContainer")
        assert "it looks around\n" in from_history(one, s3, "logs", "odd"), way
