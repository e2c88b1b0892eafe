"""What a task's pod may look like; what isn't checked here, the API server checks."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_core.api.execution import parse_spec
from glider_core.api.task import parse_task
from tests.unit.glider_core.builders import make_execution, task_document

MAIN = {"name": "main", "image": "i", "args": ["run"]}


def pod_task(*containers, primary="main", **spec):
    document = task_document(podTemplate={"spec": {"containers": list(containers)} | spec}, primaryContainerName=primary)
    return {name: value for name, value in document.items() if name != "container"}


def test_a_container_is_a_pod_template_of_itself():
    task = parse_task(task_document(), path="spec")
    assert task.primary == "task"
    assert [container["name"] for container in task.pod_template["spec"]["containers"]] == ["task"]


def test_the_primary_container_is_called_primary_unless_it_is_said():
    document = pod_task(MAIN | {"name": "primary"})
    del document["primaryContainerName"]
    assert parse_task(document, path="spec").primary == "primary"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(pod_task(MAIN, primary="x"), 'podTemplate.spec.containers: expected a container named "x"', id="no such container"),
        pytest.param(
            pod_task(MAIN, {"name": "b"}), "containers[1].image: expected a string, found nothing", id="a sidecar without an image"
        ),
        pytest.param(pod_task(MAIN | {"args": []}), "containers[0].args: expected the task's command line", id="no command line"),
        pytest.param(pod_task(MAIN, MAIN), "containers[1].name: expected a name that no other container has", id="a name twice"),
        pytest.param(pod_task(MAIN, MAIN | {"name": "glider-executor"}), "containers[1].name", id="the executor's name"),
        pytest.param(
            pod_task(MAIN, restartPolicy="OnFailure"), "restartPolicy: expected Never, since an attempt is one pod", id="restarts"
        ),
        pytest.param(pod_task(MAIN | {"args": "run"}), "args: expected a list of strings", id="args as a string"),
        pytest.param(pod_task(MAIN | {"env": [{}]}), "env[0].name: expected a string", id="a variable without a name"),
        pytest.param(
            pod_task(MAIN | {"resources": {"limits": {"cpu": "many"}}}),
            'resources.limits.cpu: expected a quantity such as 500m or 2Gi, found "many"',
            id="no quantity",
        ),
        pytest.param(
            pod_task(MAIN, initContainers=[{"image": "i"}]), "initContainers[0].name: expected a string", id="a nameless init container"
        ),
        pytest.param(task_document(podTemplate={}), "expected exactly one of container and podTemplate", id="container and podTemplate"),
        pytest.param(task_document(primaryContainerName="x"), "primaryContainerName: expected nothing without podTemplate", id="no pod"),
        pytest.param(
            task_document(secrets=[{"group": "g"}]), "secrets[0].key: expected a string, found nothing", id="a secret without a key"
        ),
        pytest.param(
            task_document(secrets=[{"group": "g", "key": "k", "mount": "Any"}]), "secrets[0].mount: expected one of Env, File", id="a mount"
        ),
        pytest.param(task_document(labels={"a": 1}), "labels.a: expected a string, found 1", id="a label that is no string"),
        pytest.param(task_document(sharedMemory={"sizeLimit": "big"}), "sharedMemory.sizeLimit: expected a quantity", id="shared memory"),
        pytest.param(task_document(interruptible="yes"), "interruptible: expected true or false", id="neither true nor false"),
        pytest.param(
            task_document(accelerator={"partitionSize": "x", "unpartitioned": True}),
            "accelerator: expected at most one of",
            id="a part of a whole",
        ),
    ],
)
def test_refused(document, message):
    with pytest.raises(FieldError) as refused:
        parse_task(document, path="spec.task")
    assert str(refused.value).startswith("spec.task.")
    assert message in str(refused.value)


def test_an_execution_says_only_what_it_changes():
    spec = parse_spec(make_execution(podTemplate={"spec": {"containers": [{"name": "task"}]}}))
    assert spec.pod_template["spec"] == {"containers": [{"name": "task"}]}
