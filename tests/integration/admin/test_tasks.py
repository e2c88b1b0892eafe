"""Tasks: what flytekit registers is kept to the letter, runs as `glider convert` has it, and two who register at once agree."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
import pytest
from flyteidl.admin import common_pb2, execution_pb2, task_pb2
from flyteidl.core import identifier_pb2
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.tools.translator import get_serializable
from google.protobuf import json_format

from glider_client.cluster import paths
from glider_client.conversion.documents import FLYTE_SPEC, Target, template_document
from glider_client.conversion.specs import unsupported
from glider_core.api.template_names import template_name
from tests.clients import programs
from tests.clients.users import Person
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import EDITOR, Address, Stubs, Users, running_front, stubs
from tests.integration.admin.objects import DOMAIN, Lab, lab, until
from tests.projected import PROJECT, discovered

IMAGE = "registry.example/shop:1"
LIST = common_pb2.ResourceListRequest
Json = Mapping[str, Any]


@pytest.fixture(scope="module")
def ada(front: Address, users: Users, crds: Cluster) -> Iterator[Lab]:
    with lab(front, users, crds) as found:
        yield found


def identifier(ada: Lab, name: str, version: str = "v1", /, **other: Any) -> identifier_pb2.Identifier:
    place = {"project": ada.namespace, "domain": DOMAIN, "resource_type": identifier_pb2.TASK}
    return identifier_pb2.Identifier(**{**place, "name": name, "version": version, **other})


def request(ada: Lab, name: str, version: str = "v1", *, image: str = "app:1", **template: Any) -> task_pb2.TaskCreateRequest:
    """A registration of a small task."""
    own = {"type": "python-task", "container": {"image": image, "args": ["pyflyte-execute"]}, "metadata": {"runtime": {"version": "1.16"}}}
    return task_pb2.TaskCreateRequest(id=identifier(ada, name, version), spec={"template": {**own, **template}})


def code_of(do: Callable[[], Any]) -> tuple[grpc.StatusCode | None, str]:
    """How a call ends: None where it is answered."""
    try:
        do()
    except grpc.RpcError as error:
        return error.code(), str(error.details())
    return None, ""


def document_of(ada: Lab, name: str, version: str = "v1") -> Json:
    return ada.client.get(paths.templates(ada.namespace, template_name(task=name, version=version)))


@pytest.fixture(scope="module")
def serialized() -> Mapping[str, task_pb2.TaskSpec]:
    """What flytekit makes of the tasks of the project, by name."""
    images = ImageConfig(default_image=Image(name="default", fqn="registry.example/shop", tag="1"))
    settings, specs = SerializationSettings(image_config=images), []
    with discovered() as project:
        for found in project.values():
            entity: Any = get_serializable(OrderedDict(), settings, found.value)
            specs.append(entity.to_flyte_idl())
    return {spec.template.id.name: spec for spec in specs if isinstance(spec, task_pb2.TaskSpec)}


def test_every_task_of_a_project_comes_back_to_the_letter_and_runs_as_convert_has_it(
    ada: Lab, serialized: Mapping[str, task_pb2.TaskSpec]
) -> None:
    run = 0
    for name, spec in serialized.items():
        sent = task_pb2.TaskSpec()
        sent.CopyFrom(spec)
        own = identifier(ada, name)
        sent.template.id.CopyFrom(own)
        ada.stubs.admin.CreateTask(task_pb2.TaskCreateRequest(id=own, spec=spec))
        found = ada.stubs.admin.GetTask(common_pb2.ObjectGetRequest(id=own))
        assert json_format.MessageToDict(found.closure.compiled_task.template) == json_format.MessageToDict(sent.template), name
        assert found.closure.created_at.seconds > 0
        if unsupported(spec.template):
            continue
        run += 1
        document, converted = document_of(ada, name), template_document(sent, Target(namespace=ada.namespace))
        metadata, expected = document["metadata"], converted["metadata"]
        assert document["spec"] == converted["spec"]
        assert (metadata["name"], metadata["labels"]) == (expected["name"], expected["labels"])
        assert metadata["annotations"].items() >= expected["annotations"].items()
    assert run >= 15


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A project that `pyflyte register` has registered."""

    ada: Person
    namespace: str
    stubs: Stubs
    printed: str


@pytest.fixture(scope="module")
def registered(front: Address, users: Users, crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registered]:
    """With its code in ConfigMaps, since the front has no store: twice, as somebody does who isn't sure."""
    with new_namespace(crds) as namespace, stubs(front, token := users.token(namespace)) as calls:
        ada = Person.with_token(tmp_path_factory.mktemp("ada"), endpoint=front.grpc, token=token, project=namespace)
        options = ("register", *ada.place, "--image", IMAGE, "--version", "v1", "shop")
        ada.run(programs.pyflyte(), *options, folder=PROJECT)
        printed = ada.run(programs.pyflyte(), *options, folder=PROJECT)
        yield Registered(ada=ada, namespace=namespace, stubs=calls, printed=printed)


def test_a_mixed_project_registers_by_pyflyte_and_once_more(registered: Registered) -> None:
    for name in ("shop.tasks.add", "shop.pricing.tasks.total", "shop.tasks.flow"):
        assert name in registered.printed
    assert "Failed" not in registered.printed


def test_its_code_is_in_config_maps_that_go_with_the_tasks(registered: Registered, users: Users) -> None:
    documents = list(users.client.items(paths.templates(registered.namespace)))
    codes = {tuple(document["spec"]["code"]["configMaps"]) for document in documents}
    assert len(codes) == 1
    document = next(one for one in documents if one["spec"]["id"]["name"] == "shop.tasks.add")
    assert document["spec"]["container"]["args"][0] == "pyflyte-execute"
    for name in codes.pop():
        owners = users.client.get(paths.config_maps(registered.namespace, name))["metadata"]["ownerReferences"]
        assert {owner["name"] for owner in owners} == {one["metadata"]["name"] for one in documents}


def test_a_dynamic_task_is_registered_and_not_run_by_half(registered: Registered) -> None:
    place = {"project": registered.namespace, "domain": DOMAIN}
    own = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, name="shop.tasks.fan_out", version="v1", **place)
    assert registered.stubs.admin.GetTask(common_pb2.ObjectGetRequest(id=own)).id == own
    asked = execution_pb2.ExecutionCreateRequest(project=own.project, domain=own.domain, spec={"launch_plan": own})
    code, message = code_of(lambda: registered.stubs.admin.CreateExecution(asked))
    assert (code, "it is dynamic" in message) == (grpc.StatusCode.FAILED_PRECONDITION, True), message


def test_flyte_remote_fetches_the_newest_version_and_lists(registered: Registered, ada: Lab) -> None:
    place = {"project": registered.namespace, "domain": DOMAIN}
    names = registered.stubs.admin.ListTaskIds(
        common_pb2.NamedEntityIdentifierListRequest(project=registered.namespace, domain=DOMAIN, limit=100)
    ).entities
    assert [one.name for one in names] == sorted(one.name for one in names)
    assert {"shop.tasks.add", "shop.pods.in_a_pod"} <= {one.name for one in names}
    page = registered.stubs.admin.ListTasks(LIST(id={**place, "name": "shop.tasks.add"}, limit=1))
    assert [task.id.version for task in page.tasks] == ["v1"]
    assert "pyflyte-fast-execute" in page.tasks[0].closure.compiled_task.template.container.args


def test_of_two_versions_within_a_second_the_later_one_is_the_newest(ada: Lab) -> None:
    for version in ("zz", "aa"):
        ada.stubs.admin.CreateTask(request(ada, "app.quick", version))
    place = {"project": ada.namespace, "domain": DOMAIN, "name": "app.quick"}

    def newest() -> list[str]:
        sort = common_pb2.Sort(key="created_at", direction=common_pb2.Sort.DESCENDING)
        return [task.id.version for task in ada.stubs.admin.ListTasks(LIST(id=place, limit=1, sort_by=sort)).tasks]

    assert newest() == ["aa"]
    by_version = ada.stubs.admin.ListTasks(LIST(id={**place, "name": ""}, limit=10, filters="eq(version,zz)+eq(name,app.quick)"))
    assert [task.id.version for task in by_version.tasks] == ["zz"]
    first = ada.stubs.admin.ListTasks(LIST(id=place, limit=1))
    second = ada.stubs.admin.ListTasks(LIST(id=place, limit=1, token=first.token))
    assert ([task.id.version for task in second.tasks], second.token) == (["zz"], "")


def test_a_version_again_is_refused_as_admin_words_it(ada: Lab) -> None:
    create = ada.stubs.admin.CreateTask
    create(request(ada, "app.again"))
    code, message = code_of(lambda: create(request(ada, "app.again")))
    assert code is grpc.StatusCode.ALREADY_EXISTS
    assert "identical task already exists" in message
    code, message = code_of(lambda: create(request(ada, "app.again", image="app:2")))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "task with different structure already exists" in message
    assert 'spec.container.image: there "app:1", here "app:2"' in message
    code, _ = code_of(lambda: create(request(ada, "app.again", metadata={"runtime": {"version": "1.17"}})))
    assert code is grpc.StatusCode.INVALID_ARGUMENT, "also where only what Glider doesn't run by differs"


@pytest.fixture(scope="module")
def other_front(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """Another replica."""
    with running_front(crds.kubeconfig, tmp_path_factory.mktemp("other"), namespace="{project}") as address:
        yield address


@pytest.mark.parametrize(
    ("images", "lost"),
    [
        pytest.param(["app:1"] * 6, grpc.StatusCode.ALREADY_EXISTS, id="the same content: one creates it, and the others find it"),
        pytest.param([f"app:{number}" for number in range(6)], grpc.StatusCode.INVALID_ARGUMENT, id="different content: one wins"),
    ],
)
def test_two_fronts_that_get_one_version_at_once_agree(
    ada: Lab, front: Address, other_front: Address, users: Users, images: list[str], lost: grpc.StatusCode
) -> None:
    name = f"app.race{len(set(images))}"
    barrier, token = threading.Barrier(len(images)), users.token(ada.namespace)

    def register(number: int) -> tuple[grpc.StatusCode | None, str]:
        with stubs((front, other_front)[number % 2], token) as calls:
            barrier.wait()
            return code_of(lambda: calls.admin.CreateTask(request(ada, name, image=images[number])))

    with ThreadPoolExecutor(len(images)) as pool:
        ends = list(pool.map(register, range(len(images))))
    codes = [code for code, _ in ends]
    assert sorted(map(str, codes)) == sorted(map(str, [None, *[lost] * (len(images) - 1)]))
    assert document_of(ada, name)["spec"]["container"]["image"] == images[codes.index(None)]


def test_what_one_replica_wrote_another_reads_at_once(ada: Lab, other_front: Address, users: Users) -> None:
    ada.stubs.admin.CreateTask(request(ada, "app.written"))
    with stubs(other_front, users.token(ada.namespace)) as calls:
        found = calls.admin.GetTask(common_pb2.ObjectGetRequest(id=identifier(ada, "app.written")))
        assert found.id.name == "app.written"
        ada.stubs.admin.CreateTask(request(ada, "app.listed"))
        place = {"project": ada.namespace, "domain": DOMAIN, "name": "app.listed"}
        assert len(calls.admin.ListTasks(LIST(id=place, limit=1)).tasks) == 1


def test_templates_of_other_tools_are_fetched_and_count_as_registered(ada: Lab) -> None:
    ada.task("app.by_hand", version="v7")
    own = identifier(ada, "app.by_hand", "v7")
    until(
        lambda: code_of(lambda: ada.stubs.admin.GetTask(common_pb2.ObjectGetRequest(id=own)))[0] is None, what="the template to be fetched"
    )
    template = ada.stubs.admin.GetTask(common_pb2.ObjectGetRequest(id=own)).closure.compiled_task.template
    assert (template.container.image, sorted(template.interface.inputs.variables)) == ("app:1", ["a", "b"])
    interface = json_format.MessageToDict(template.interface, preserving_proto_field_name=True)
    same = request(ada, "app.by_hand", "v7", container={"image": "app:1", "args": ["run"]}, interface=interface)
    assert code_of(lambda: ada.stubs.admin.CreateTask(same))[0] is grpc.StatusCode.ALREADY_EXISTS
    assert code_of(lambda: ada.stubs.admin.CreateTask(request(ada, "app.by_hand", "v7")))[0] is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"id": {"version": ""}}, "id.version: expected a version, found nothing", id="no version"),
        pytest.param({"id": {"name": ""}}, "id.name: expected a name, found nothing", id="no name"),
        pytest.param({"id": {"project": ""}}, "id.project: expected a project", id="no project"),
        pytest.param({"id": {"name": "n" * 1025}}, "id.name: expected at most 1024 characters", id="a name that is too long"),
        pytest.param({"id": {"resource_type": identifier_pb2.WORKFLOW}}, "id.resource_type: expected TASK", id="another kind"),
        pytest.param({"spec": {}}, "spec.template: expected a task", id="no task"),
        pytest.param({"template": {"type": ""}}, "spec.template.type: expected the type", id="no type"),
        pytest.param(
            {"template": {"container": {"image": "a"}}}, "spec.container.args: expected the task's command line", id="no command line"
        ),
        pytest.param(
            {"template": {"container": {"image": "a", "args": ["x"], "resources": {"requests": [{"name": "MEMORY", "value": "lots"}]}}}},
            "spec.container.resources.requests.memory",
            id="an amount that isn't one",
        ),
        pytest.param(
            {"template": {"container": {"image": "a", "args": ["pyflyte-fast-execute", "{{ .remote_package_path }}"]}}},
            "the address of the task's code",
            id="a place for code that nobody has filled in",
        ),
        pytest.param({"template": {"custom": {"a": float("nan")}}}, "what JSON can hold", id="what JSON has no form for"),
        pytest.param({"template": {"custom": {"a": "x" * (193 << 10)}}}, "at most 192 KiB", id="a task that is too large"),
    ],
)
def test_a_task_that_cannot_be_is_refused_with_the_field(ada: Lab, change: dict[str, Any], message: str) -> None:
    own = request(ada, "app.refused", **change.get("template", {}))
    asked = task_pb2.TaskCreateRequest(id=identifier(ada, "app.refused", **change.get("id", {})), spec=change.get("spec", own.spec))
    code, details = code_of(lambda: ada.stubs.admin.CreateTask(asked))
    assert (code, message in details) == (grpc.StatusCode.INVALID_ARGUMENT, True), details


def test_a_task_of_a_large_spec_comes_back_whole(ada: Lab) -> None:
    large = request(ada, "app.large", custom={"a": "x" * (150 << 10)})
    ada.stubs.admin.CreateTask(large)
    found = ada.stubs.admin.GetTask(common_pb2.ObjectGetRequest(id=large.id))
    assert found.closure.compiled_task.template.custom == large.spec.template.custom
    assert len(document_of(ada, "app.large")["metadata"]["annotations"][FLYTE_SPEC]) > 150 << 10


def test_nobody_registers_or_reads_without_the_right(ada: Lab, front: Address, users: Users, crds: Cluster) -> None:
    ada.stubs.admin.CreateTask(request(ada, "app.mine"))
    readers = ({**EDITOR[0], "verbs": ["get", "list"]},)
    place = {"project": ada.namespace, "domain": DOMAIN}
    with (
        new_namespace(crds) as elsewhere,
        stubs(front, users.token(elsewhere, "bob")) as bob,
        stubs(front, users.token(ada.namespace, "rita", rules=readers)) as rita,
    ):
        refused = grpc.StatusCode.PERMISSION_DENIED
        for name in ("app.mine", "app.none"):
            asked, made = common_pb2.ObjectGetRequest(id=identifier(ada, name)), request(ada, name)
            assert code_of(partial(bob.admin.GetTask, asked))[0] is refused
            assert code_of(partial(bob.admin.CreateTask, made))[0] is refused
            assert code_of(partial(rita.admin.CreateTask, made))[0] is refused
        assert code_of(lambda: bob.admin.ListTasks(LIST(id=place, limit=1)))[0] is refused
        assert (
            code_of(lambda: bob.admin.ListTaskIds(common_pb2.NamedEntityIdentifierListRequest(project=ada.namespace, domain=DOMAIN)))[0]
            is refused
        )
        found = rita.admin.ListTasks(LIST(id={**place, "name": "app.mine"}, limit=1)).tasks
        assert [task.id.name for task in found] == ["app.mine"], "whoever may not list ConfigMaps sees the tasks that run"
