"""The ends that a task's process can't tell, on a real node: error.pb, the exit code, and what `kubectl get te` shows."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.errors import Kind, Origin, TaskError, decode_error
from tests.conftest import S3
from tests.e2e.conftest import Glider, wait_until
from tests.resources import execution, legacy_args, task

NO_RETRIES = {"user": 0, "system": 0}


def ending(name: str, *, inputs: dict[str, str] | None = None, module: str = "endings", **fields: Any) -> dict[str, Any]:
    """A task of the examples, with 200 MiB of memory and one attempt."""
    spec = task(legacy_args(f"app.workflows.{module}", name), inputs=inputs, retries=NO_RETRIES, **fields)
    spec["container"]["resources"]["limits"] = {"memory": "200Mi"}
    return spec


def stored_error(glider: Glider, s3: S3, name: str) -> TaskError:
    uid = glider.get(f"te/{name}")["metadata"]["uid"]
    return decode_error(s3.read(f"s3://{s3.bucket}/e2e/metadata/{glider.namespace}/{name}-{uid[:8]}/0/error.pb"))


SIZE = {"mebibytes": "integer"}
CASES = [
    pytest.param("segfault", {}, {}, "Crashed", "SIGSEGV (Segmentation fault)", id="a segfault"),
    pytest.param("leave", {"code": "integer"}, {"code": 5}, "ProcessExited", "exit code 5", id="os._exit"),
    pytest.param("eat_memory", SIZE, {"mebibytes": 4000}, "OOMKilled", "no memory left", id="an OOM kill of the task"),
    pytest.param("eat_memory_in_a_child", SIZE, {"mebibytes": 4000}, "OOMKilled", "BrokenProcessPool", id="an OOM kill of a child"),
]


@pytest.mark.parametrize(("function", "interface", "inputs", "code", "says"), CASES)
def test_an_untold_end_is_told(
    glider: Glider, s3: S3, function: str, interface: dict[str, str], inputs: dict[str, Any], code: str, says: str
):
    name = function.replace("_", "-")
    outputs = {"o0": "integer"} if "eat" in function else {}
    glider.apply(execution(name, task=ending(function, inputs=interface, outputs=outputs), inputs=inputs))
    status = glider.wait_for(name)
    assert (status["phase"], status["error"]["code"]) == ("Failed", code)
    assert status["attempts"][0]["exitCode"] == 3
    error = stored_error(glider, s3, name)
    assert (error.code, error.kind, error.origin) == (code, Kind.RECOVERABLE, Origin.USER)
    assert says in error.message
    assert error.worker == status["attempts"][0]["podName"]
    shown = glider.kubectl("get", "te", name, "--no-headers").split()
    assert shown[1:3] == ["Failed", code]


def test_sigterm_by_the_deletion_of_the_pod(glider: Glider, s3: S3):
    spec = ending("sleep", module="unreliable", inputs={"seconds": "float"}, outputs={"o0": "string"})
    glider.apply(execution("deleted", task=spec, inputs={"seconds": 300}))
    glider.wait_for("deleted", "Running")
    pod = glider.pods()[0]["metadata"]["name"]
    wait_until(lambda: "sleeping" in glider.kubectl("logs", pod), what="the task to sleep")
    glider.kubectl("delete", "pod", pod, "--wait=false")
    status = glider.wait_for("deleted")
    error = stored_error(glider, s3, "deleted")
    assert (error.code, error.kind, error.origin) == ("Terminated", Kind.RECOVERABLE, Origin.SYSTEM)
    assert error.worker == pod
    assert status["error"]["origin"] == "SYSTEM"
    assert status["error"]["code"] in ("Terminated", "PodDeleted")
