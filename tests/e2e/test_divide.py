"""The main job on a real node with an object store: one task that goes the whole way, well and badly."""

from __future__ import annotations

import json

from flyteidl.core import errors_pb2, literals_pb2
from flytekit.models.core.errors import ErrorDocument

from glider.wire.interface import LiteralType, parse_type
from glider.wire.jsonform import to_literal_map
from tests.conftest import S3, MissingServer
from tests.e2e.conftest import EXAMPLES, Glider, wait_until
from tests.resources import FLYTEKIT_IMAGE, divider, execution, legacy_args, resolver_args


def test_ten_by_two_is_five_with_pod_and_node_in_the_status(glider: Glider, s3: S3):
    glider.apply(EXAMPLES / "divide.yaml")
    glider.kubectl("wait", "--for=condition=Succeeded", "te/divide-ten-by-two", "--timeout=60s")

    status = glider.status("divide-ten-by-two")
    pod = glider.pods()[0]
    assert status["outputs"] == {"o0": 5.0}
    assert status["attempts"][0]["podName"] == pod["metadata"]["name"]
    wide = glider.kubectl("get", "te", "-o", "wide")
    assert pod["metadata"]["name"] in wide
    assert pod["spec"]["nodeName"] in wide
    literals = literals_pb2.LiteralMap.FromString(s3.read(status["outputsUri"]))
    assert literals.literals["o0"].scalar.primitive.float_value == 5.0


def test_ten_by_zero_fails_with_the_traceback_in_status_event_and_error_document(glider: Glider, s3: S3):
    glider.apply(EXAMPLES / "divide-by-zero.yaml")
    glider.kubectl("wait", "--for=condition=Finished", "te/divide-ten-by-zero", "--timeout=60s")
    status = glider.status("divide-ten-by-zero")

    error = status["error"]
    assert (status["phase"], error["origin"], error["kind"]) == ("Failed", "USER", "NON_RECOVERABLE")
    assert "return a / b" in error["message"]
    assert "ZeroDivisionError: division by zero" in error["message"]
    condition = next(c for c in status["conditions"] if c["type"] == "Succeeded")
    assert (condition["status"], condition["reason"]) == ("False", error["reason"])

    def warning() -> bool:
        events = glider.get("events")["items"]
        return any(e["type"] == "Warning" and "ZeroDivisionError" in e["message"] for e in events)

    wait_until(warning, timeout=10, what="a Warning event")

    uid = glider.get("te/divide-ten-by-zero")["metadata"]["uid"]
    uri = f"s3://{s3.bucket}/e2e/metadata/{glider.namespace}/divide-ten-by-zero-{uid[:8]}/0/error.pb"
    document = errors_pb2.ErrorDocument.FromString(s3.read(uri))
    read_by_flytekit = ErrorDocument.from_flyte_idl(document)
    assert "ZeroDivisionError: division by zero" in read_by_flytekit.error.message
    assert read_by_flytekit.error.code == error["code"]
    wait_until(lambda: glider.pods()[0]["status"]["phase"] == "Failed", timeout=20, what="the pod to be Failed to kubectl too")


WAYS = {
    "flytekit's task through the resolver": (resolver_args("app.workflows.flytekit_workflows", "divider"), FLYTEKIT_IMAGE),
    "the legacy command line": (legacy_args("app.workflows.flytekit_workflows", "divider"), FLYTEKIT_IMAGE),
    "a plain function without flytekit": (legacy_args("app.workflows.failing_workflows", "divider"), "glider-examples:0.1.0"),
}


def test_the_three_ways_of_writing_a_task_give_the_same_outputs(glider: Glider, s3: S3):
    for number, (args, image) in enumerate(WAYS.values()):
        glider.apply(execution(f"way-{number}", task=divider(args, image=image), inputs={"a": 7, "b": 2}))
    stored = set()
    for number, way in enumerate(WAYS):
        status = glider.wait_for(f"way-{number}", timeout=120)
        assert status["phase"] == "Succeeded", f"{way}: {status}"
        stored.add(s3.read(status["outputsUri"]))
    assert len(stored) == 1


def test_a_successful_execution_costs_at_most_three_api_writes_and_its_events(glider: Glider):
    if glider.cluster.audit_log is None:
        raise MissingServer("no audit log: this cluster is the user's own")
    glider.apply(execution("cheap", task=divider(), inputs={"a": 10, "b": 2}))
    glider.wait_for("cheap", "Succeeded")
    writes = []
    for line in glider.cluster.audit_log.read_text().splitlines():
        entry = json.loads(line)
        mine = entry["user"].get("username", "").startswith("system:serviceaccount:glider-system:")
        reference = entry.get("objectRef", {})
        written = entry["verb"] in ("create", "update", "patch", "delete") and reference.get("namespace") == glider.namespace
        if mine and written and entry["stage"] == "ResponseComplete":
            writes.append(f"{entry['verb']} {reference['resource']}/{reference.get('subresource', '')}")
    assert len([write for write in writes if "events" not in write]) <= 3, writes


def test_inputs_of_a_file_stand_in_the_command_line_by_the_pods_rights(glider: Glider, s3: S3):
    """This operator has no keys of the store, and the file is at a place where it mayn't read anyway."""
    inputs = to_literal_map({"a": 10, "b": 2}, divider_types(), field="inputs")
    s3.write(f"{s3.uri}/inputs.pb", inputs.SerializeToString())
    line = legacy_args("app.workflows.failing_workflows", "divider")
    spec = divider(["sh", "-c", 'echo "a is $1"; shift; exec "$@"', "sh", "{{.inputs.a}}", *line])
    glider.apply(execution("by-file", task=spec, inputsUri=f"{s3.uri}/inputs.pb"))
    status = glider.wait_for("by-file")
    assert (status["phase"], status["outputs"]) == ("Succeeded", {"o0": 5.0}), status
    assert "a is 10" in glider.kubectl("logs", status["attempts"][0]["podName"])


def test_inputs_that_the_pod_cannot_read_are_told(glider: Glider, s3: S3):
    spec = divider(["sh", "-c", "echo ran", "sh", "{{.inputs.a}}"])
    glider.apply(execution("nothing-there", task=spec, inputsUri=f"{s3.uri}/nothing.pb", retries={"system": 0}))
    status = glider.wait_for("nothing-there")
    assert status["phase"] == "Failed" and "there is no such object" in status["error"]["message"], status


def divider_types() -> dict[str, LiteralType]:
    return {"a": parse_type("integer"), "b": parse_type("integer")}
