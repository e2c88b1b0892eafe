"""What Glider doesn't run yet: kept by version, fetched by flytekit's own objects, and refused with the nodes that stand in the way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl.admin import common_pb2, description_entity_pb2, execution_pb2, launch_plan_pb2, project_pb2, workflow_pb2
from flyteidl.core import identifier_pb2
from flytekit import CronSchedule, LaunchPlan, conditional, task, workflow
from flytekit.configuration import Config, Image, ImageConfig, PlatformConfig, SerializationSettings
from flytekit.exceptions.user import FlyteAssertion
from flytekit.remote import FlyteRemote

from glider_admin.entities import kept
from glider_client.cluster import paths
from glider_core.api.template_names import template_name
from tests.clients import programs
from tests.clients.users import Person
from tests.cluster.fixtures import Cluster
from tests.integration.admin.conftest import EDITOR, Address, Users, stubs
from tests.integration.admin.objects import DOMAIN, Json, Lab, lab
from tests.integration.admin.test_tasks import code_of, identifier, request

IMAGE = ImageConfig(default_image=Image(name="default", fqn="registry.example/app", tag="1"))
LIST = common_pb2.ResourceListRequest
ACTIVE, INACTIVE = launch_plan_pb2.ACTIVE, launch_plan_pb2.INACTIVE


@task
def double(a: int) -> int:
    return 2 * a


@task
def half(a: int) -> int:
    return a // 2


@workflow
def inner(a: int) -> int:
    """Doubles twice."""
    return double(a=double(a=a))


@workflow
def outer(a: int = 3) -> int:
    """All kinds of nodes that need no other service.

    The long description.
    """
    doubled, halved = inner(a=a), half(a=a)
    chosen = conditional("sign").if_(doubled > 3).then(double(a=doubled)).else_().then(half(a=halved))
    return double(a=chosen)


nightly = LaunchPlan.get_or_create(outer, "nightly", default_inputs={"a": 4}, schedule=CronSchedule(schedule="0 3 * * *"))


@pytest.fixture(scope="module")
def ada(front: Address, users: Users, crds: Cluster) -> Iterator[Lab]:
    with lab(front, users, crds) as found:
        yield found


@pytest.fixture(scope="module")
def person(ada: Lab, front: Address, users: Users, tmp_path_factory: pytest.TempPathFactory) -> Person:
    home = tmp_path_factory.mktemp("home")
    return Person.with_token(home, endpoint=front.grpc, token=users.token(ada.namespace), project=ada.namespace)


@pytest.fixture(scope="module")
def remote(ada: Lab, front: Address, person: Person) -> FlyteRemote:
    platform = PlatformConfig(endpoint=front.grpc, insecure=True, auth_mode="ExternalCommand", command=["cat", str(person.home / "token")])
    return FlyteRemote(Config(platform=platform), default_project=ada.namespace, default_domain=DOMAIN)


@pytest.fixture(scope="module")
def registered(ada: Lab, remote: FlyteRemote) -> Lab:
    """A workflow with its tasks and launch plans, in two versions."""
    for version in ("v1", "v2"):
        settings = SerializationSettings(image_config=IMAGE, project=ada.namespace, domain=DOMAIN, version=version)
        remote.register_workflow(outer, settings, version=version)
        remote.register_launch_plan(nightly, version=version, serialization_settings=settings)
    return ada


def named(ada: Lab, kind: identifier_pb2.ResourceType, name: str, version: str = "v1") -> identifier_pb2.Identifier:
    return identifier(ada, f"{__name__}.{name}" if "." not in name and name != "nightly" else name, version, resource_type=kind)


def test_flyte_remote_fetches_a_workflow_with_its_nodes_tasks_and_sub_workflows(registered: Lab, remote: FlyteRemote) -> None:
    found = remote.fetch_workflow(name=f"{__name__}.outer")
    assert found.id.version == "v2", "the newest"
    assert [node.id for node in found.flyte_nodes] == ["n0", "n1", "n2", "n3"]
    assert {one.id.name for one in found.flyte_tasks} == {f"{__name__}.double", f"{__name__}.half"}
    assert [one.id.name for one in found.flyte_sub_workflows] == [f"{__name__}.inner"]
    assert found.interface.inputs.keys() == {"a"}


def test_a_workflow_comes_back_to_the_letter(registered: Lab) -> None:
    found = registered.stubs.admin.GetWorkflow(common_pb2.ObjectGetRequest(id=named(registered, identifier_pb2.WORKFLOW, "outer")))
    again = workflow_pb2.WorkflowSpec(template=found.closure.compiled_workflow.primary.template)
    again.sub_workflows.extend(one.template for one in found.closure.compiled_workflow.sub_workflows)
    assert again.template.nodes[2].branch_node.if_else.case.then_node.task_node.reference_id.name == f"{__name__}.double"
    create = workflow_pb2.WorkflowCreateRequest(id=named(registered, identifier_pb2.WORKFLOW, "copy"), spec=again)
    registered.stubs.admin.CreateWorkflow(create)
    for node in create.spec.template.nodes:
        ids = sorted(node.upstream_node_ids, reverse=True)
        del node.upstream_node_ids[:]
        node.upstream_node_ids.extend(ids)
    code, message = code_of(lambda: registered.stubs.admin.CreateWorkflow(create))
    assert (code, "identical workflow" in message) == (grpc.StatusCode.ALREADY_EXISTS, True), "whatever the order of upstream nodes"
    del create.spec.template.nodes[-1]
    code, message = code_of(lambda: registered.stubs.admin.CreateWorkflow(create))
    assert (code, "workflow with different structure" in message) == (grpc.StatusCode.INVALID_ARGUMENT, True)


def test_what_will_not_run_is_labelled_with_the_reason(registered: Lab) -> None:
    selector = {"labelSelector": f"{kept.KIND_LABEL}=workflow,{kept.RUNS_LABEL}=false"}
    found = registered.client.items(paths.config_maps(registered.namespace), query=selector)
    notes = {one["metadata"]["annotations"][kept.NAME]: one["metadata"]["annotations"][kept.OBSTACLES] for one in found}
    assert f"n0 (the workflow {__name__}.inner), n1 (the task {__name__}.half), n2 (a branch), n3" in notes[f"{__name__}.outer"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(identifier_pb2.WORKFLOW, "outer"), (identifier_pb2.LAUNCH_PLAN, "outer"), (identifier_pb2.LAUNCH_PLAN, "nightly")],
)
def test_running_one_is_refused_with_the_nodes(registered: Lab, kind: identifier_pb2.ResourceType, name: str) -> None:
    asked = execution_pb2.ExecutionCreateRequest(
        project=registered.namespace, domain=DOMAIN, spec={"launch_plan": named(registered, kind, name)}
    )
    code, message = code_of(lambda: registered.stubs.admin.CreateExecution(asked))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert f"{name} of version v1 can't run: Glider runs tasks one by one" in message
    assert f"n1 (the task {__name__}.half), n2 (a branch)" in message
    missing = execution_pb2.ExecutionCreateRequest(
        project=registered.namespace, domain=DOMAIN, spec={"launch_plan": named(registered, kind, name, "v9")}
    )
    assert code_of(lambda: registered.stubs.admin.CreateExecution(missing))[0] is grpc.StatusCode.NOT_FOUND


def test_a_task_that_glider_cannot_run_is_kept_listed_and_refused_with_the_reason(ada: Lab, front: Address, users: Users) -> None:
    ada.stubs.admin.CreateTask(request(ada, "app.spark", type="spark"))
    own = identifier(ada, "app.spark")
    assert ada.stubs.admin.GetTask(common_pb2.ObjectGetRequest(id=own)).closure.compiled_task.template.type == "spark"
    place = {"project": ada.namespace, "domain": DOMAIN, "name": "app.spark"}
    assert [one.id.version for one in ada.stubs.admin.ListTasks(LIST(id=place, limit=1)).tasks] == ["v1"]
    code, message = code_of(lambda: ada.stubs.admin.CreateTask(request(ada, "app.spark", type="spark")))
    assert (code, "identical task" in message) == (grpc.StatusCode.ALREADY_EXISTS, True)
    asked = execution_pb2.ExecutionCreateRequest(project=ada.namespace, domain=DOMAIN, spec={"launch_plan": own})
    code, message = code_of(lambda: ada.stubs.admin.CreateExecution(asked))
    assert (code, "is run by a plugin: Spark" in message) == (grpc.StatusCode.FAILED_PRECONDITION, True), message
    with stubs(front, users.token(ada.namespace, "rita", rules=EDITOR[:1])) as rita:
        code, message = code_of(lambda: rita.admin.CreateTask(request(ada, "app.ray", type="ray")))
        assert (code, "Glider keeps tasks in ConfigMaps" in message) == (grpc.StatusCode.PERMISSION_DENIED, True)
        assert code_of(lambda: rita.admin.CreateExecution(asked))[0] is grpc.StatusCode.NOT_FOUND


def test_one_launch_plan_of_a_name_is_active(registered: Lab, person: Person, tmp_path: Path) -> None:
    admin, place = registered.stubs.admin, {"project": registered.namespace, "domain": DOMAIN}
    active = launch_plan_pb2.ActiveLaunchPlanRequest(id={**place, "name": f"{__name__}.outer"})
    assert code_of(lambda: admin.GetActiveLaunchPlan(active))[0] is grpc.StatusCode.NOT_FOUND
    for version in ("v2", "v1"):
        own = named(registered, identifier_pb2.LAUNCH_PLAN, "outer", version)
        admin.UpdateLaunchPlan(launch_plan_pb2.LaunchPlanUpdateRequest(id=own, state=ACTIVE))
        found = admin.GetActiveLaunchPlan(active)
        assert (found.id.version, found.closure.state) == (version, ACTIVE)
        assert found.closure.expected_outputs.variables.keys() == {"o0"}
    listed = admin.ListActiveLaunchPlans(launch_plan_pb2.ActiveLaunchPlanListRequest(**place, limit=10)).launch_plans  # type: ignore[arg-type]
    assert [(one.id.name, one.id.version) for one in listed] == [(f"{__name__}.outer", "v1")]
    printed = person.run(programs.pyflyte(), "get", "launchplan", *person.place, f"{__name__}.outer", folder=tmp_path)
    assert printed.index("v1") < printed.index("v2"), "what was changed last comes first"
    assert "ACTIVE" in printed
    by_workflow = LIST(id=place, limit=10, filters=f"eq(workflow.name,{__name__}.outer)+eq(state,0)+eq(version,v2)")
    assert {one.id.name for one in admin.ListLaunchPlans(by_workflow).launch_plans} == {f"{__name__}.outer", "nightly"}
    admin.UpdateLaunchPlan(
        launch_plan_pb2.LaunchPlanUpdateRequest(id=named(registered, identifier_pb2.LAUNCH_PLAN, "outer"), state=INACTIVE)
    )
    assert admin.GetActiveLaunchPlan(active).id.version == "v2"


def test_a_schedule_is_not_activated_in_silence(registered: Lab) -> None:
    asked = launch_plan_pb2.LaunchPlanUpdateRequest(id=named(registered, identifier_pb2.LAUNCH_PLAN, "nightly"), state=ACTIVE)
    code, message = code_of(lambda: registered.stubs.admin.UpdateLaunchPlan(asked))
    assert (code, "has a schedule, and Glider acts upon none" in message) == (grpc.StatusCode.FAILED_PRECONDITION, True)


def test_what_somebody_wrote_by_hand_is_left_out_of_lists(registered: Lab) -> None:
    place = {"project": registered.namespace, "domain": DOMAIN}
    own = named(registered, identifier_pb2.WORKFLOW, "outer")
    made = kept.config_map(
        kept.EntityKind.WORKFLOW,
        identifier=identifier(registered, "app.odd"),
        namespace=registered.namespace,
        content=b"\xff\xff",
        digest="",
        obstacles="",
        now=datetime.now(UTC),
    )
    registered.client.create(paths.config_maps(registered.namespace), made)
    names = {one.id.name for one in registered.stubs.admin.ListWorkflows(LIST(id=place, limit=100)).workflows}
    assert own.name in names
    assert "app.odd" not in names
    odd = identifier(registered, "app.odd", resource_type=identifier_pb2.WORKFLOW)
    code, message = code_of(lambda: registered.stubs.admin.GetWorkflow(common_pb2.ObjectGetRequest(id=odd)))
    assert (code, "expected a workflow as it was registered" in message) == (grpc.StatusCode.INVALID_ARGUMENT, True), message


def test_names_are_listed_without_the_right_to_read_a_content(registered: Lab, front: Address, users: Users) -> None:
    rules = (EDITOR[0], {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]})
    place = {"project": registered.namespace, "domain": DOMAIN}
    with stubs(front, users.token(registered.namespace, "lena", rules=rules)) as lena:
        ids = common_pb2.NamedEntityIdentifierListRequest(limit=100, **place)  # type: ignore[arg-type]
        assert f"{__name__}.outer" in {one.name for one in lena.admin.ListWorkflowIds(ids).entities}
        assert "nightly" in {one.name for one in lena.admin.ListLaunchPlanIds(ids).entities}
        assert [one.id.name for one in lena.admin.ListTasks(LIST(id={**place, "name": f"{__name__}.half"}, limit=1)).tasks]
        code, message = code_of(lambda: lena.admin.ListWorkflows(LIST(id=place, limit=1)))
    assert (code, "configmaps" in message) == (grpc.StatusCode.PERMISSION_DENIED, True), message


@pytest.mark.parametrize(
    ("rpc", "asked"),
    [
        ("GetTask", common_pb2.ObjectGetRequest(id={"resource_type": 99})),
        ("ListNamedEntities", common_pb2.NamedEntityListRequest(resource_type="DATASET", project="p", domain=DOMAIN)),
        ("GetDescriptionEntity", common_pb2.ObjectGetRequest(id={"resource_type": 99, "name": "a", "version": "b"})),
        ("ListTasks", LIST()),
        ("GetActiveLaunchPlan", launch_plan_pb2.ActiveLaunchPlanRequest()),
        ("GetProject", project_pb2.ProjectGetRequest(id="../x")),
    ],
)
def test_a_request_that_is_none_is_refused_by_its_field(ada: Lab, rpc: str, asked: Any) -> None:
    code, message = code_of(lambda: getattr(ada.stubs.admin, rpc)(asked))
    assert (code, ": expected " in message) == (grpc.StatusCode.INVALID_ARGUMENT, True), message


def test_flyte_remote_fetches_a_launch_plan(registered: Lab, remote: FlyteRemote) -> None:
    found = remote.fetch_launch_plan(name="nightly", version="v1")
    assert found.workflow_id.name == f"{__name__}.outer"
    assert found.is_scheduled


def test_a_workflow_without_its_tasks_is_refused_with_the_one_that_is_missing(ada: Lab) -> None:
    node = {"id": "n0", "task_node": {"reference_id": identifier(ada, "app.none")}}
    own = identifier(ada, "app.broken", resource_type=identifier_pb2.WORKFLOW)
    ada.stubs.admin.CreateWorkflow(workflow_pb2.WorkflowCreateRequest(id=own, spec={"template": {"nodes": [node]}}))
    code, message = code_of(lambda: ada.stubs.admin.GetWorkflow(common_pb2.ObjectGetRequest(id=own)))
    assert (code, "app.none" in message) == (grpc.StatusCode.NOT_FOUND, True), message


@pytest.mark.parametrize(
    "kind", [identifier_pb2.TASK, identifier_pb2.WORKFLOW, identifier_pb2.LAUNCH_PLAN], ids=["task", "workflow", "plan"]
)
def test_names_and_descriptions(registered: Lab, kind: identifier_pb2.ResourceType) -> None:
    admin, place = registered.stubs.admin, {"project": registered.namespace, "domain": DOMAIN}
    name = f"{__name__}.{'double' if kind == identifier_pb2.TASK else 'outer'}"
    ids = {identifier_pb2.TASK: "ListTaskIds", identifier_pb2.WORKFLOW: "ListWorkflowIds", identifier_pb2.LAUNCH_PLAN: "ListLaunchPlanIds"}
    listed = getattr(admin, ids[kind])(common_pb2.NamedEntityIdentifierListRequest(limit=100, **place)).entities  # type: ignore[arg-type]
    assert [one.name for one in listed].count(name) == 1
    sort = common_pb2.Sort(key="created_at")  # as flytectl has it by default
    entities = admin.ListNamedEntities(common_pb2.NamedEntityListRequest(resource_type=kind, sort_by=sort, **place)).entities  # type: ignore[arg-type]
    assert name in {one.id.name for one in entities}
    found = admin.GetNamedEntity(common_pb2.NamedEntityGetRequest(resource_type=kind, id={**place, "name": name}))
    assert (found.id.name, found.resource_type) == (name, kind)
    described = description_entity_pb2.DescriptionEntityListRequest(resource_type=kind, id={**place, "name": name})
    assert [one.id.version for one in admin.ListDescriptionEntities(described).descriptionEntities] == ["v2", "v1"]
    one = admin.GetDescriptionEntity(common_pb2.ObjectGetRequest(id=identifier(registered, name, "v1", resource_type=kind)))
    assert one.short_description == ("All kinds of nodes that need no other service." if kind == identifier_pb2.WORKFLOW else "")
    missing = common_pb2.NamedEntityGetRequest(resource_type=kind, id={**place, "name": "none"})
    assert code_of(lambda: admin.GetNamedEntity(missing))[0] is grpc.StatusCode.NOT_FOUND


def test_projects_are_those_that_the_caller_may_list(registered: Lab) -> None:
    admin = registered.stubs.admin
    projects = {one.id: [domain.id for domain in one.domains] for one in admin.ListProjects(project_pb2.ProjectListRequest()).projects}
    assert projects == {registered.namespace: ["development", "staging", "production"]}
    assert admin.GetProject(project_pb2.ProjectGetRequest(id=registered.namespace)).id == registered.namespace
    assert code_of(lambda: admin.GetProject(project_pb2.ProjectGetRequest(id="default")))[0] is grpc.StatusCode.NOT_FOUND
    code, message = code_of(lambda: admin.RegisterProject(project_pb2.ProjectRegisterRequest(project={"id": "new"})))
    assert (code, "kubectl create namespace new" in message) == (grpc.StatusCode.UNIMPLEMENTED, True)
    assert [one.id for one in admin.GetDomains(project_pb2.GetDomainRequest()).domains] == ["development", "staging", "production"]


def test_what_is_of_no_use_without_its_tasks_goes_with_them(registered: Lab) -> None:
    """Kubernetes deletes what has lost the last of its owners."""

    def metadata(kind: kept.EntityKind) -> Json:
        name = kept.object_name(kind, name=f"{__name__}.outer", version="v1")
        found: Json = registered.client.get(paths.config_maps(registered.namespace, name))["metadata"]
        return found

    names = [template_name(task=f"{__name__}.{task}", version="v1") for task in ("double", "half")]
    tasks = {registered.client.get(paths.templates(registered.namespace, name))["metadata"]["uid"] for name in names}
    workflow, plan = metadata(kept.EntityKind.WORKFLOW), metadata(kept.EntityKind.LAUNCH_PLAN)
    assert {owner["uid"] for owner in workflow["ownerReferences"]} == tasks
    assert [owner["uid"] for owner in plan["ownerReferences"]] == [workflow["uid"]]


def test_running_a_workflow_by_flyte_remote_shows_why_not(registered: Lab, remote: FlyteRemote) -> None:
    found: Any = remote.fetch_workflow(name=f"{__name__}.outer", version="v1")
    with pytest.raises(Exception, match="Glider runs tasks one by one") as refused:
        remote.execute(found, inputs={"a": 1})
    assert not isinstance(refused.value, FlyteAssertion)


def test_too_large_a_workflow_is_refused_with_its_size(ada: Lab) -> None:
    noise = "".join(random.Random(1).choices("0123456789abcdef", k=2 << 20))
    own = identifier(ada, "app.huge", resource_type=identifier_pb2.WORKFLOW)
    spec = {"template": {"nodes": [{"id": noise}]}}
    code, message = code_of(lambda: ada.stubs.admin.CreateWorkflow(workflow_pb2.WorkflowCreateRequest(id=own, spec=spec)))
    assert (code, "a workflow of at most 700 KiB when compressed" in message) == (grpc.StatusCode.INVALID_ARGUMENT, True), message
