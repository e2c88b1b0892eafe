"""task.pb: flytekit reads from it what the TaskTemplate says."""

from __future__ import annotations

from flyteidl.core import tasks_pb2
from flytekit.models.task import TaskTemplate

from glider_core.api.task import parse_task
from glider_core.store.tasks import task_bytes
from tests.unit.glider_core.builders import task_document

CONTAINER = {
    "image": "registry.example/app:1.4",
    "command": ["pyflyte-execute"],
    "args": ["--inputs", "{{.input}}", "--", "{{.taskTemplatePath}}", "app.Executor"],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
    "resources": {"requests": {"cpu": "500m", "example.org/fpga": "1"}, "limits": {"memory": "1Gi"}},
}


def read(**fields) -> TaskTemplate:
    task = parse_task(task_document(container=CONTAINER, **fields), path="task")
    return TaskTemplate.from_flyte_idl(tasks_pb2.TaskTemplate.FromString(task_bytes(task)))


def test_flytekit_reads_identity_type_interface_and_custom():
    task = read(type="sqlalchemy", custom={"query_template": "select {{ .inputs.a }}", "limits": {"rows": 10}})
    assert (task.id.project, task.id.name, task.id.version) == ("flytesnacks", "app.workflows.divider", "v1")
    assert task.type == "sqlalchemy"
    assert task.custom == {"query_template": "select {{ .inputs.a }}", "limits": {"rows": 10}}
    assert set(task.interface.inputs) == {"a", "b"}
    assert task.interface.outputs["o0"].type.simple == 2


def test_flytekit_reads_the_container_as_it_was_written():
    container = read().container
    assert container is not None
    assert (container.image, container.command, container.args) == (CONTAINER["image"], CONTAINER["command"], CONTAINER["args"])
    assert container.env == {"A": "1"}
    assert [(entry.name, entry.value) for entry in container.resources.requests] == [(tasks_pb2.Resources.CPU, "500m")]


def test_a_task_is_a_python_task_unless_it_says_otherwise():
    assert read().type == "python-task"
