"""The ends that a task's process can't tell, on a real node: error.pb, the exit code, and what `kubectl get te` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from glider.wire.errors import Kind, Origin, TaskError, decode_error
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace
from tests.e2e.conftest import Glider, wait_until, with_store
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
#: What ends without telling: the function, its interface and inputs, and the code and words that are expected.
CASES: dict[str, tuple[str, dict[str, str], dict[str, Any], str, str]] = {
    "a segfault": ("segfault", {}, {}, "Crashed", "SIGSEGV (Segmentation fault)"),
    "os._exit": ("leave", {"code": "integer"}, {"code": 5}, "ProcessExited", "exit code 5"),
    "an OOM kill of the task": ("eat_memory", SIZE, {"mebibytes": 4000}, "OOMKilled", "no memory left"),
    "an OOM kill of a child": ("eat_memory_in_a_child", SIZE, {"mebibytes": 4000}, "OOMKilled", "BrokenProcessPool"),
}


@pytest.fixture(scope="module")
def ending_all(glider_with_store: Cluster) -> Iterator[Glider]:
    """A namespace in which they all end at the same time, since each waits for its pod most of the time. One is deleted first, since
    its pod has 30 s for its end.
    """
    with new_namespace(glider_with_store) as namespace:
        glider = with_store(glider_with_store, namespace)
        for function, interface, inputs, _, _ in CASES.values():
            outputs = {"o0": "integer"} if "eat" in function else {}
            glider.apply(execution(function.replace("_", "-"), task=ending(function, inputs=interface, outputs=outputs), inputs=inputs))
        spec = ending("sleep", module="unreliable", inputs={"seconds": "float"}, outputs={"o0": "string"})
        glider.apply(execution("deleted", task=spec, inputs={"seconds": 300}))
        glider.wait_for("deleted", "Running", timeout=180)
        pod = glider.status("deleted")["attempts"][0]["podName"]
        wait_until(lambda: "sleeping" in glider.kubectl("logs", pod), what="the task to sleep")
        glider.kubectl("delete", "pod", pod, "--wait=false")
        yield glider


@pytest.mark.parametrize(("function", "interface", "inputs", "code", "says"), CASES.values(), ids=CASES)
def test_an_untold_end_is_told(
    ending_all: Glider, s3: S3, function: str, interface: dict[str, str], inputs: dict[str, Any], code: str, says: str
):
    glider, name = ending_all, function.replace("_", "-")
    status = glider.wait_for(name, timeout=180)
    assert (status["phase"], status["error"]["code"]) == ("Failed", code)
    assert status["attempts"][0]["exitCode"] == 3
    error = stored_error(glider, s3, name)
    assert (error.code, error.kind, error.origin) == (code, Kind.RECOVERABLE, Origin.USER)
    assert says in error.message
    assert error.worker == status["attempts"][0]["podName"]
    shown = glider.kubectl("get", "te", name, "--no-headers").split()
    assert shown[1:3] == ["Failed", code]


def test_sigterm_by_the_deletion_of_the_pod(ending_all: Glider, s3: S3):
    status = ending_all.wait_for("deleted")
    error = stored_error(ending_all, s3, "deleted")
    assert (error.code, error.kind, error.origin) == ("Terminated", Kind.RECOVERABLE, Origin.SYSTEM)
    assert error.worker == status["attempts"][0]["podName"]
    assert status["error"]["origin"] == "SYSTEM"
    assert status["error"]["code"] in ("Terminated", "PodDeleted")
