"""What a task finds in its pod on a real node: secrets, shared memory, its name; and the end of a pod with a sidecar."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Glider, wait_until
from tests.resources import divider, execution

#: Runs with nothing but the image's own Python, and tells the operator what it found.
LOOK = """
import json, os
shm = os.statvfs("/dev/shm")
found = {
    "file": open(os.environ["FLYTE_SECRETS_DEFAULT_DIR"] + "/db/user").read(),
    "variable": os.environ["_FSEC_DB_PASSWORD"],
    "shared": shm.f_blocks * shm.f_frsize,
    "pod": os.environ["_F_PN"],
    "grace": os.environ["GLIDER_TERMINATION_GRACE_PERIOD_SECONDS"],
    "folder": os.getcwd(),
}
open("/dev/termination-log", "w").write(json.dumps({"v": 1, "outcome": "Succeeded", "outputs": {"o0": found}}))
"""
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"user": "me", "password": "secret"}}
BASE = {
    "apiVersion": "v1",
    "kind": "PodTemplate",
    "metadata": {"name": "base"},
    "template": {"spec": {"containers": [{"name": "primary", "image": "unused", "workingDir": "/tmp"}]}},
}


def test_a_pod_with_all_that_a_task_may_need(without_store: Glider):
    container = divider()["container"] | {"name": "main", "command": ["python3", "-c", LOOK], "args": []}
    sidecar = container | {"name": "forever", "command": ["sleep", "3600"]}
    spec: dict[str, Any] = {"containers": [sidecar, container]}
    task = {name: value for name, value in divider().items() if name != "container"}
    task |= {"podTemplate": {"spec": spec}, "primaryContainerName": "main", "interface": {"outputs": {"o0": "struct"}}}
    task |= {"executor": {"mode": "Image"}, "podTemplateRef": {"name": "base"}, "terminationGracePeriodSeconds": 5}
    secrets = [{"group": "db", "key": "user"}, {"group": "DB", "key": "password", "secretName": "db", "mount": "Env"}]
    without_store.apply(SECRET, BASE, execution("look", task=task, secrets=secrets, sharedMemory={"sizeLimit": "16Mi"}))
    status = without_store.wait_for("look")
    assert status["phase"] == "Succeeded", status
    pod = status["attempts"][0]["podName"]
    expected = {"file": "me", "variable": "secret", "shared": 16 * 2**20, "pod": pod, "grace": "5", "folder": "/tmp"}
    assert status["outputs"]["o0"] == expected
    wait_until(lambda: not without_store.pods(), what="the sidecar's end")
