"""Unmodified flytekit images, `executor: {mode: Image}`: what they leave in the store is read right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flyteidl.core import literals_pb2

from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from tests.cluster.fixtures import Cluster
from tests.conftest import S3
from tests.e2e.conftest import SYSTEM, Glider, from_history, helm_install, uninstall
from tests.resources import FLYTEKIT_IMAGE, execution, resolver_args, task

IMAGE = {"mode": "Image"}
MODULE = "app.workflows.image_kinds"


@pytest.fixture(scope="module")
def reading(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """`helm install` with a store that the operator may read and write too."""
    values = {
        "config": {
            "storage": {
                "metadataPrefix": f"s3://{node.s3_bucket}/image/metadata",
                "rawOutputDataPrefix": f"s3://{node.s3_bucket}/image/raw",
            },
            "history": {"enabled": True},
            "storageAccess": {"read": [f"s3://{node.s3_bucket}"]},
            "taskPod": {"envFrom": [{"secretRef": {"name": "store"}}], "executor": IMAGE},
            "retries": {"backoff": {"initial": "100ms"}},
        },
        "env": [
            {"name": "FLYTE_AWS_ENDPOINT", "value": node.s3_endpoint},
            {"name": "FLYTE_AWS_ACCESS_KEY_ID", "value": node.s3_access_key},
            {"name": "FLYTE_AWS_SECRET_ACCESS_KEY", "value": node.s3_secret_key},
        ],
    }
    file = tmp_path_factory.mktemp("helm") / "values.json"
    file.write_text(json.dumps(values))
    helm_install(node, "--values", str(file))
    yield node
    uninstall(node)


@pytest.fixture
def glider(reading: Cluster, namespace: str, s3: S3) -> Glider:
    literals = [f"--from-literal={name}={value}" for name, value in s3.env.items()]
    reading.kubectl("--namespace", namespace, "create", "secret", "generic", "store", *literals)
    return Glider(reading, namespace)


def args(name: str) -> list[str]:
    checkpoints = ["--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint", "{{.prevCheckpointPrefix}}"]
    line = resolver_args(MODULE, name)
    return [*line[:1], *checkpoints, *line[1:]]


def run(glider: Glider, name: str, spec: dict[str, Any], **fields: Any) -> dict[str, Any]:
    glider.apply(execution(name, task=spec, **fields))
    return glider.wait_for(name, timeout=150)


def number_task(name: str, **fields: Any) -> dict[str, Any]:
    return task(args(name), inputs={"x": "integer"}, outputs={"o0": "integer"}, image=FLYTEKIT_IMAGE, **fields)


def test_outputs_are_in_the_status_and_in_the_store(glider: Glider, s3: S3):
    status = run(glider, "square", number_task("square"), inputs={"x": 7})
    assert (status["phase"], status["outputs"]) == ("Succeeded", {"o0": 49}), status
    outputs = literals_pb2.LiteralMap.FromString(s3.read(status["outputsUri"]))
    assert outputs.literals["o0"].scalar.primitive.integer == 49
    assert "summary" not in glider.pods()[0]["status"]["containerStatuses"][0]["state"]["terminated"].get("message", "")


def test_it_has_a_history_and_no_log_in_it(glider: Glider, s3: S3):
    """Nothing of Glider is in its pod."""
    status = run(glider, "history", number_task("square"), inputs={"x": 3})
    assert json.loads(from_history(glider, s3, "get", "history", "-o", "json"))["status"] == status
    kept = replace(s3, prefix=f"image/metadata/{glider.namespace}").list()
    assert any(uri.endswith("/0/outputs.pb") for uri in kept)
    assert [uri for uri in kept if "/logs/" in uri] == []


def test_inputs_of_a_file_stand_in_a_command_line(glider: Glider, s3: S3):
    inputs = to_literal_map({"x": 5}, {"x": parse_type("integer")}, field="inputs")
    s3.write(f"{s3.uri}/inputs.pb", inputs.SerializeToString())
    spec = number_task("square", env=[{"name": "UNUSED", "value": "1"}])
    spec["container"]["args"] = ["sh", "-c", 'echo "x is $1"; shift; exec "$@"', "sh", "{{.inputs.x}}", *spec["container"]["args"]]
    status = run(glider, "by-file", spec, inputsUri=f"{s3.uri}/inputs.pb")
    assert (status["phase"], status["outputs"]) == ("Succeeded", {"o0": 25}), status
    assert "x is 5" in glider.kubectl("logs", status["attempts"][0]["podName"])


def test_an_exception_is_a_failure_although_the_container_exits_with_0(glider: Glider):
    status = run(glider, "raises", number_task("raises"), inputs={"x": 7}, retries={"user": 2})
    assert (status["phase"], status["error"]["kind"], status["error"]["origin"]) == ("Failed", "NON_RECOVERABLE", "USER"), status
    assert "ValueError: 7 is not to my liking" in status["error"]["message"]
    assert [attempt["exitCode"] for attempt in status["attempts"]] == [0]


def test_a_recoverable_error_is_retried_and_its_checkpoint_is_found_by_the_next_attempt(glider: Glider):
    status = run(glider, "resumes", number_task("resumes"), inputs={"x": 7}, retries={"user": 2})
    assert (status["phase"], status["outputs"]) == ("Succeeded", {"o0": 8}), status
    first, second = status["attempts"]
    assert (first["error"]["kind"], first["exitCode"], second["number"]) == ("RECOVERABLE", 0, 1)


def test_an_exit_code_without_an_error_file_is_one(glider: Glider):
    status = run(glider, "exits", number_task("exits"), inputs={"x": 7})
    assert (status["phase"], status["error"]["reason"], status["attempts"][0]["exitCode"]) == ("Failed", "ContainerFailed", 7), status


def test_one_element_of_a_mapped_task(glider: Glider):
    spec = task(_map_args("square"), inputs={"x": "list[integer]"}, outputs={"o0": "integer"}, image=FLYTEKIT_IMAGE)
    index = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": "2"}
    spec["env"] = [{"name": name, "value": value} for name, value in index.items()]
    status = run(glider, "mapped", spec, inputs={"x": [2, 3, 5]})
    assert (status["phase"], status["outputs"]) == ("Succeeded", {"o0": 25}), status


def _map_args(name: str) -> list[str]:
    line = args(name)
    at = line.index("--resolver")
    array = ["--resolver", "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver", "--", "vars", "", "resolver", line[at + 1]]
    return ["pyflyte-map-execute", *line[1:at], *array, *line[at + 3 :]]


#: Prints the type of the task in the file that its argument names.
READS_ITSELF = """
import sys
from flyteidl.core.tasks_pb2 import TaskTemplate
from flytekit.core.context_manager import FlyteContextManager

FlyteContextManager.current_context().file_access.get_data(sys.argv[1], "/tmp/task.pb")
print("it is", TaskTemplate.FromString(open("/tmp/task.pb", "rb").read()).type)
"""


def test_a_task_reads_itself_from_task_pb(glider: Glider):
    spec = task(["python", "-c", READS_ITSELF, "{{.taskTemplatePath}}"], image=FLYTEKIT_IMAGE, type="greeting")
    status = run(glider, "reads-itself", spec)
    assert status["phase"] == "Succeeded", status
    assert "it is greeting" in glider.kubectl("logs", status["attempts"][0]["podName"])


def test_an_operator_without_rights_says_what_to_set(glider: Glider):
    """The last test here: it takes the rights away."""
    glider.cluster.kubectl("--namespace", SYSTEM, "set", "env", "deployment/glider", "FLYTE_AWS_SECRET_ACCESS_KEY=another")
    glider.cluster.kubectl("--namespace", SYSTEM, "rollout", "status", "deployment/glider", "--timeout=120s")
    glider.apply(execution("denied", task=number_task("square"), inputs={"x": 7}))
    glider.kubectl("wait", "te/denied", "--for=jsonpath={.status.conditions[0].reason}=StoreDenied", "--timeout=60s")
    assert "storage.secretRef" in glider.status("denied")["conditions"][0]["message"]
