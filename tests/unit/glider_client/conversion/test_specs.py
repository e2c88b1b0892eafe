"""A task that flytekit serialized, as the spec of a TaskTemplate: all that its decorator sets is there, and the operator takes it."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl.core import tasks_pb2, types_pb2

from glider.wire.jsonform import FieldError
from glider_client.conversion.specs import annotations_of, spec_of, unsupported
from glider_core.api.task import TaskId, parse_task
from tests.unit.glider_client.conversion.registered import ALL, IMAGE, full, in_pod, named, raw, registered, square

SPECS = {name: spec_of(registered(task).template) for name, task in ALL.items()}


@pytest.mark.parametrize("name", ALL)
def test_the_operator_takes_it(name: str) -> None:
    task = parse_task(SPECS[name], path="spec", default_id=TaskId.of(namespace="default", name=name))
    assert set(task.interface.inputs) == set(registered(ALL[name]).template.interface.inputs.variables)


@pytest.mark.parametrize("fast", [False, True], ids=["its code in the image", "its code fast-registered"])
@pytest.mark.parametrize("name", ["full", "square", "fan_out", "mapped"])
def test_the_command_line_is_untouched(name: str, fast: bool) -> None:
    template = registered(ALL[name], fast=fast).template
    assert spec_of(template)["container"]["args"] == list(template.container.args)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("retries", {"user": 3}, id="retries are those of the user"),
        pytest.param("timeouts", {"attempt": "300s"}, id="a timeout is that of an attempt"),
        pytest.param("interruptible", True, id="interruptible is kept"),
        pytest.param("accelerator", {"device": "nvidia-tesla-t4"}, id="the accelerator is kept"),
        pytest.param(
            "sharedMemory",
            {"sizeLimit": "1Gi", "mountPath": "/dev/shm", "volumeName": "flyte-shared-memory"},
            id="shared memory is kept",
        ),
        pytest.param(
            "secrets",
            [
                {"group": "db", "key": "user"},
                {"group": "db", "key": "token", "groupVersion": "v2", "mount": "Env", "envVar": "TOKEN"},
            ],
            id="secrets are kept, with the way in which they are mounted",
        ),
    ],
)
def test_what_a_decorator_sets(field: str, expected: Any) -> None:
    assert SPECS["full"][field] == expected


def test_a_task_that_starts_others_is_marked() -> None:
    assert [name for name, spec in SPECS.items() if "eager" in spec] == ["gathered"]
    assert SPECS["gathered"]["eager"] is True


def test_image_resources_and_environment_are_the_containers() -> None:
    container = SPECS["full"]["container"]
    assert container["image"] == IMAGE
    assert container["resources"] == {
        "requests": {"cpu": "100m", "ephemeral-storage": "1Gi", "gpu": "1", "memory": "200Mi"},
        "limits": {"cpu": "1", "memory": "300Mi"},
    }
    assert container["env"] == [{"name": "FIRST", "value": "1"}, {"name": "SECOND", "value": "$(FIRST)2"}]


def test_types_are_in_the_short_form_where_nothing_is_lost_by_that() -> None:
    assert SPECS["in_pod"]["interface"] == {
        "inputs": {"c": "enum[red, green]", "d": "map[list[integer]]", "df": "table", "f": "file[csv]"},
        "outputs": {"o0": "table"},
    }


def test_an_input_has_its_description_where_its_author_gave_one() -> None:
    inputs = SPECS["full"]["interface"]["inputs"]
    assert (inputs["a"], inputs["b"]["description"]) == ({"type": "integer", "description": "How many."}, "Which.")
    assert SPECS["square"]["interface"]["inputs"] == {"x": "integer"}


def test_a_task_with_a_pod_keeps_it_and_the_name_of_its_container() -> None:
    spec = SPECS["in_pod"]
    assert spec["primaryContainerName"] == "main"
    assert spec["podTemplate"]["metadata"] == {"labels": {"team": "one"}, "annotations": {"note": "two"}}
    first, second = spec["podTemplate"]["spec"]["containers"]
    assert (first["name"], first["image"], first["env"]) == ("main", IMAGE, [{"name": "MODE", "value": "9"}])
    assert first["resources"] == {"requests": {"cpu": "1"}}
    assert (second["name"], second["image"]) == ("side", "side:1")
    assert spec["podTemplate"]["spec"]["tolerations"] == [{"key": "gpu", "operator": "Exists", "tolerationSeconds": 30}]
    assert spec["accelerator"] == {"device": "nvidia-tesla-a100", "partitionSize": "1g.5gb"}


def test_a_base_template_is_referred_to_and_an_image_of_its_own_kept() -> None:
    spec = SPECS["named"]
    assert spec["podTemplateRef"] == {"name": "base"}
    assert spec["container"]["image"] == "registry.example/own:2"
    assert spec["accelerator"] == {"device": "nvidia-tesla-a100", "unpartitioned": True}


@pytest.mark.parametrize("task", [full, named, in_pod], ids=["the image of the project", "one of its own", "that of a pod's container"])
def test_another_image_replaces_that_of_the_tasks_container_alone(task: Any) -> None:
    spec = spec_of(registered(task).template, image="other:3")
    containers = spec["podTemplate"]["spec"]["containers"] if "podTemplate" in spec else [spec["container"]]
    assert [container["image"] for container in containers] in (["other:3"], ["other:3", "side:1"])


def test_without_an_image_the_spec_leaves_it_out() -> None:
    template = registered(square).template
    template.container.image = ""
    assert "image" not in spec_of(template)["container"]


def test_the_settings_of_the_cache_are_an_annotation() -> None:
    expected = {"glider.dev/cache": '{"version": "1.0", "serialize": true, "ignoreInputs": ["b"]}'}
    assert annotations_of(registered(full).template) == expected
    assert annotations_of(registered(square).template) == {}


def test_ten_outputs_are_in_the_order_of_their_numbers() -> None:
    template = tasks_pb2.TaskTemplate(container={"image": "i", "args": ["x"]})
    for number in reversed(range(12)):
        template.interface.outputs.variables[f"o{number}"].type.simple = types_pb2.INTEGER
    assert list(spec_of(template)["interface"]["outputs"]) == [f"o{number}" for number in range(12)]


CONTAINER = {"image": "i", "args": ["x"]}


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        pytest.param(registered(raw).template, "flytecopilot", id="a raw container"),
        pytest.param(tasks_pb2.TaskTemplate(type="spark", container=CONTAINER), "Spark", id="a job of a plugin"),
        pytest.param(tasks_pb2.TaskTemplate(type="bigquery_query_job_task"), "bigquery_query_job_task", id="a task of a connector"),
        pytest.param(tasks_pb2.TaskTemplate(sql={"statement": "select 1"}), "SQL", id="an SQL statement"),
    ],
)
def test_what_glider_cannot_run_is_refused_with_the_reason(template: tasks_pb2.TaskTemplate, reason: str) -> None:
    assert reason in unsupported(template)
    with pytest.raises(FieldError, match=f"expected a task with a container that Glider can run, found one that .*{reason}"):
        spec_of(template)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"security_context": {"secrets": [{"key": "k"}]}},
            r"security_context.secrets\[0\].group: expected the name of a Kubernetes Secret, found nothing",
            id="a secret without a group",
        ),
        pytest.param(
            {"container": CONTAINER | {"resources": {"limits": [{"name": 4, "value": "1"}]}}},
            'container.resources.limits: expected one of cpu, memory, gpu, ephemeral-storage, found "STORAGE"',
            id="a resource that Kubernetes has no name for",
        ),
        pytest.param(
            {"container": CONTAINER | {"resources": {"limits": [{"name": 50, "value": "1"}]}}},
            'container.resources.limits: expected one of cpu, memory, gpu, ephemeral-storage, found "50"',
            id="a resource of a later flyteidl",
        ),
        pytest.param(
            {"metadata": {"timeout": {"seconds": 2**62}}}, "metadata.timeout: expected a duration, found 46", id="a timeout of ages"
        ),
        pytest.param(
            {"k8s_pod": {"pod_spec": {"containers": [{"name": "other"}]}}},
            r'k8s_pod.pod_spec.containers: expected a container named "primary", found \["other"\]',
            id="a pod without the task's container",
        ),
    ],
)
def test_what_has_no_counterpart_is_refused_by_its_field(fields: dict[str, Any], message: str) -> None:
    template = tasks_pb2.TaskTemplate(**({"container": CONTAINER} | fields if "k8s_pod" not in fields else fields))
    with pytest.raises(FieldError, match=message):
        spec_of(template)
