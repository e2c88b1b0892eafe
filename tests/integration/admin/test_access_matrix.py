"""Two users of two namespaces, at every RPC: neither learns of, reads or changes what is the other's.

`ROWS` has a request for each RPC that is about a project. An RPC without a row fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from flyteidl.admin import (
    common_pb2,
    description_entity_pb2,
    execution_pb2,
    launch_plan_pb2,
    node_execution_pb2,
    project_pb2,
    task_execution_pb2,
    task_pb2,
    workflow_pb2,
)
from flyteidl.core import identifier_pb2, interface_pb2, tasks_pb2, types_pb2
from flyteidl.service import dataproxy_pb2
from google.protobuf.message import Message

from glider_admin.rpc.services import _MODULES, HANDLERS, OPEN
from glider_client.cluster import paths
from tests.cluster.fixtures import Cluster
from tests.integration.admin.conftest import Address, Users
from tests.integration.admin.objects import DOMAIN, Lab, lab, until

TASK, WORKFLOW, LAUNCH_PLAN = identifier_pb2.TASK, identifier_pb2.WORKFLOW, identifier_pb2.LAUNCH_PLAN
#: What there is of each of the two: a task, and an execution of that name.
NAME = "nightly"
DENIED = grpc.StatusCode.PERMISSION_DENIED


def identifier(project: str, name: str, kind: identifier_pb2.ResourceType = TASK) -> identifier_pb2.Identifier:
    return identifier_pb2.Identifier(resource_type=kind, project=project, domain=DOMAIN, name=name, version="v1")


def entity(project: str, name: str) -> common_pb2.NamedEntityIdentifier:
    return common_pb2.NamedEntityIdentifier(project=project, domain=DOMAIN, name=name)


def execution(project: str, name: str) -> identifier_pb2.WorkflowExecutionIdentifier:
    return identifier_pb2.WorkflowExecutionIdentifier(project=project, domain=DOMAIN, name=name)


def node(project: str, name: str) -> identifier_pb2.NodeExecutionIdentifier:
    return identifier_pb2.NodeExecutionIdentifier(node_id="n0", execution_id=execution(project, name))


def attempt(project: str, name: str) -> identifier_pb2.TaskExecutionIdentifier:
    return identifier_pb2.TaskExecutionIdentifier(task_id=identifier(project, name), node_execution_id=node(project, name))


def task_spec(project: str, name: str) -> task_pb2.TaskSpec:
    container = tasks_pb2.Container(image="app:1", args=["run"])
    integer = interface_pb2.Variable(type=types_pb2.LiteralType(simple=types_pb2.INTEGER))
    interface = interface_pb2.TypedInterface(inputs=interface_pb2.VariableMap(variables={"a": integer}))
    template = tasks_pb2.TaskTemplate(id=identifier(project, name), type="python-task", container=container, interface=interface)
    return task_pb2.TaskSpec(template=template)


def listed(project: str, name: str) -> common_pb2.ResourceListRequest:
    return common_pb2.ResourceListRequest(id=entity(project, ""), limit=10)


def ids(project: str, name: str) -> common_pb2.NamedEntityIdentifierListRequest:
    return common_pb2.NamedEntityIdentifierListRequest(project=project, domain=DOMAIN, limit=10)


def got(kind: identifier_pb2.ResourceType) -> Callable[[str, str], Message]:
    return lambda project, name: common_pb2.ObjectGetRequest(id=identifier(project, name, kind))


def data(part: str) -> Callable[[str, str], Message]:
    return lambda project, name: dataproxy_pb2.GetDataRequest(flyte_url=f"flyte://v1/{project}/{DOMAIN}/{name}/n0/{part}")


def launched(project: str, name: str) -> Message:
    spec = execution_pb2.ExecutionSpec(launch_plan=identifier(project, name))
    return execution_pb2.ExecutionCreateRequest(project=project, domain=DOMAIN, name=f"{name}-again", spec=spec)


#: By the RPC's name: its request about a project and what is of that name there.
ROWS: Mapping[str, Callable[[str, str], Message]] = {
    "CreateTask": lambda project, name: task_pb2.TaskCreateRequest(id=identifier(project, name), spec=task_spec(project, name)),
    "GetTask": got(TASK),
    "ListTaskIds": ids,
    "ListTasks": listed,
    "CreateWorkflow": lambda project, name: workflow_pb2.WorkflowCreateRequest(
        id=identifier(project, name, WORKFLOW), spec={"template": {"id": identifier(project, name, WORKFLOW)}}
    ),
    "GetWorkflow": got(WORKFLOW),
    "ListWorkflowIds": ids,
    "ListWorkflows": listed,
    "CreateLaunchPlan": lambda project, name: launch_plan_pb2.LaunchPlanCreateRequest(
        id=identifier(project, name, LAUNCH_PLAN), spec=launch_plan_pb2.LaunchPlanSpec(workflow_id=identifier(project, name, WORKFLOW))
    ),
    "GetLaunchPlan": got(LAUNCH_PLAN),
    "GetActiveLaunchPlan": lambda project, name: launch_plan_pb2.ActiveLaunchPlanRequest(id=entity(project, name)),
    "ListActiveLaunchPlans": lambda project, name: launch_plan_pb2.ActiveLaunchPlanListRequest(project=project, domain=DOMAIN, limit=10),
    "ListLaunchPlanIds": ids,
    "ListLaunchPlans": listed,
    "UpdateLaunchPlan": lambda project, name: launch_plan_pb2.LaunchPlanUpdateRequest(
        id=identifier(project, name, LAUNCH_PLAN), state=launch_plan_pb2.ACTIVE
    ),
    "CreateExecution": launched,
    "RelaunchExecution": lambda project, name: execution_pb2.ExecutionRelaunchRequest(id=execution(project, name), name=f"{name}-2"),
    "RecoverExecution": lambda project, name: execution_pb2.ExecutionRecoverRequest(id=execution(project, name), name=f"{name}-3"),
    "GetExecution": lambda project, name: execution_pb2.WorkflowExecutionGetRequest(id=execution(project, name)),
    "UpdateExecution": lambda project, name: execution_pb2.ExecutionUpdateRequest(
        id=execution(project, name), state=execution_pb2.EXECUTION_ARCHIVED
    ),
    "GetExecutionData": lambda project, name: execution_pb2.WorkflowExecutionGetDataRequest(id=execution(project, name)),
    "GetExecutionMetrics": lambda project, name: execution_pb2.WorkflowExecutionGetMetricsRequest(id=execution(project, name)),
    "ListExecutions": listed,
    "TerminateExecution": lambda project, name: execution_pb2.ExecutionTerminateRequest(id=execution(project, name), cause="mine"),
    "GetNodeExecution": lambda project, name: node_execution_pb2.NodeExecutionGetRequest(id=node(project, name)),
    "GetDynamicNodeWorkflow": lambda project, name: node_execution_pb2.GetDynamicNodeWorkflowRequest(id=node(project, name)),
    "ListNodeExecutions": lambda project, name: node_execution_pb2.NodeExecutionListRequest(
        workflow_execution_id=execution(project, name), limit=10
    ),
    "ListNodeExecutionsForTask": lambda project, name: node_execution_pb2.NodeExecutionForTaskListRequest(
        task_execution_id=attempt(project, name), limit=10
    ),
    "GetNodeExecutionData": lambda project, name: node_execution_pb2.NodeExecutionGetDataRequest(id=node(project, name)),
    "GetTaskExecution": lambda project, name: task_execution_pb2.TaskExecutionGetRequest(id=attempt(project, name)),
    "ListTaskExecutions": lambda project, name: task_execution_pb2.TaskExecutionListRequest(
        node_execution_id=node(project, name), limit=10
    ),
    "GetTaskExecutionData": lambda project, name: task_execution_pb2.TaskExecutionGetDataRequest(id=attempt(project, name)),
    "ListNamedEntities": lambda project, name: common_pb2.NamedEntityListRequest(
        resource_type=TASK, project=project, domain=DOMAIN, limit=10
    ),
    "GetNamedEntity": lambda project, name: common_pb2.NamedEntityGetRequest(resource_type=TASK, id=entity(project, name)),
    "GetDescriptionEntity": got(TASK),
    "ListDescriptionEntities": lambda project, name: description_entity_pb2.DescriptionEntityListRequest(
        resource_type=TASK, id=entity(project, name), limit=10
    ),
    "CreateUploadLocation": lambda project, name: dataproxy_pb2.CreateUploadLocationRequest(
        project=project, domain=DOMAIN, filename=f"{name}.tar.gz", content_md5=bytes(16)
    ),
    "CreateDownloadLink": lambda project, name: dataproxy_pb2.CreateDownloadLinkRequest(
        artifact_type=dataproxy_pb2.ARTIFACT_TYPE_DECK, node_execution_id=node(project, name)
    ),
    "GetData": data("i"),
}
#: About no project: what they answer is tested below, or where the name leads.
OTHERS = {"ListProjects", "GetProject", "GetDomains", "RegisterProject", "UserInfo", "CreateDownloadLocation"}
SERVICES = {name: service for service, handlers in HANDLERS.items() for name in handlers}


@dataclass(frozen=True, kw_only=True)
class Two:
    """Ada's namespace and her token, and bob's, which is good for another one."""

    ada: Lab
    front: Address
    token: str
    bob: str
    his: str

    def call(self, token: str, rpc: str, request: Message) -> tuple[grpc.StatusCode, str, Any]:
        """The code, the words and the answer."""
        descriptor = _MODULES[SERVICES[rpc]].DESCRIPTOR.services_by_name[SERVICES[rpc]]
        method = f"/{descriptor.full_name}/{rpc}"
        with grpc.insecure_channel(self.front.grpc) as channel:
            headers = (("authorization", f"Bearer {token}"),) if token else ()
            ask: Any = channel.unary_unary(method, request_serializer=lambda message: message.SerializeToString())
            try:
                return grpc.StatusCode.OK, "", ask(request, metadata=headers, timeout=30)
            except grpc.RpcError as error:
                return error.code(), str(error.details()), b""

    def objects(self) -> list[Any]:
        """All that is ada's, as the API server has it."""
        namespace, client = self.ada.namespace, self.ada.client
        found = [*client.items(paths.executions(namespace)), *client.items(paths.templates(namespace))]
        return sorted((one["metadata"]["name"], one["metadata"]["resourceVersion"]) for one in found)


@pytest.fixture(scope="module")
def two(front: Address, users: Users, crds: Cluster) -> Iterator[Two]:
    """Each has a task and an execution of the same name."""
    with lab(front, users, crds) as ada, lab(front, users, crds) as bob:
        for one in (ada, bob):
            spec = execution_pb2.ExecutionSpec(launch_plan=one.task(NAME, interface={}))
            request = execution_pb2.ExecutionCreateRequest(project=one.namespace, domain=DOMAIN, name=NAME, spec=spec)
            assert one.stubs.admin.CreateExecution(request).id.name == NAME
        yield Two(ada=ada, front=front, token=users.token(ada.namespace), bob=users.token(bob.namespace), his=bob.namespace)


def test_every_rpc_about_a_project_has_a_row() -> None:
    assert set(ROWS) | OTHERS == set(SERVICES) - OPEN
    assert set(ROWS) & OTHERS == set()


@pytest.mark.parametrize("rpc", sorted(ROWS))
def test_another_user_is_refused_in_the_same_words_whatever_there_is(two: Two, rpc: str) -> None:
    before = two.objects()
    answers = [two.call(two.bob, rpc, ROWS[rpc](two.ada.namespace, name)) for name in (NAME, "no-such")]
    assert [code for code, *_ in answers] == [DENIED, DENIED], answers
    there, missing = (words.replace(NAME, "NAME").replace("no-such", "NAME") for _, words, _ in answers)
    assert there == missing
    assert two.objects() == before


@pytest.mark.parametrize("rpc", sorted(ROWS))
def test_that_is_refused_for_its_caller_alone(two: Two, rpc: str) -> None:
    """With one's own token the same request is answered, or refused for another reason: the rows above are no nonsense."""
    code, words, _ = two.call(two.token, rpc, ROWS[rpc](two.ada.namespace, "own" if rpc.startswith("Create") else NAME))
    assert code not in (DENIED, grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INTERNAL), words


@pytest.mark.parametrize("rpc", sorted(ROWS))
def test_without_a_token_nothing_is_answered(two: Two, rpc: str) -> None:
    code, words, _ = two.call("", rpc, ROWS[rpc](two.ada.namespace, NAME))
    assert (code, "ExternalCommand" in words) == (grpc.StatusCode.UNAUTHENTICATED, True)


def test_a_task_of_another_project_isnt_run_in_ones_own(two: Two) -> None:
    spec = execution_pb2.ExecutionSpec(launch_plan=identifier(two.ada.namespace, NAME))
    request = execution_pb2.ExecutionCreateRequest(project=two.his, domain=DOMAIN, name="borrowed", spec=spec)
    code, words, _ = two.call(two.bob, "CreateExecution", request)
    assert code in (DENIED, grpc.StatusCode.INVALID_ARGUMENT), words


def test_lists_of_projects_have_ones_own_alone(two: Two) -> None:
    request = project_pb2.ProjectListRequest(limit=1000, filters=f"value_in(identifier,{two.ada.namespace};{two.his})")

    def has_both(token: str) -> set[str]:
        code, words, answer = two.call(token, "ListProjects", request)
        assert code is grpc.StatusCode.OK, words
        return {project.id for project in project_pb2.Projects.FromString(answer).projects}

    until(lambda: has_both(two.token) == {two.ada.namespace}, what="ada's project in the front's cache")
    until(lambda: has_both(two.bob) == {two.his}, what="bob's project in the front's cache")


def test_a_project_of_another_one_is_as_one_that_there_isnt(two: Two) -> None:
    answers = [
        two.call(two.bob, "GetProject", project_pb2.ProjectGetRequest(id=name)) for name in (two.ada.namespace, f"{two.ada.namespace}-x")
    ]
    assert [code for code, *_ in answers] == [grpc.StatusCode.NOT_FOUND] * 2
    assert answers[0][1] == answers[1][1].replace(f"{two.ada.namespace}-x", two.ada.namespace)


@pytest.mark.parametrize("project", ["../../kube-system", "a/b", "%2e%2e", "{domain}", "A", "a" * 64, "\0"])
def test_a_project_that_can_be_no_namespace_is_refused_by_its_field(two: Two, project: str) -> None:
    code, words, _ = two.call(two.bob, "GetTask", got(TASK)(project, NAME))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert words.startswith("project: ")
