"""A CreateExecution of flytekit's own client whose connection is cut at every point, with two fronts in turn: it makes one execution."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from flyteidl.admin import execution_pb2
from flytekit.clients.friendly import SynchronousFlyteClient
from flytekit.configuration import AuthType, PlatformConfig
from flytekit.models.core.identifier import Identifier, ResourceType
from flytekit.models.execution import ExecutionMetadata, ExecutionSpec, NotificationList
from flytekit.models.literals import LiteralMap

from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal
from tests.cluster.fixtures import Cluster
from tests.integration.admin.conftest import REPEATED, Address, Users, running_front, stubs
from tests.integration.admin.cutting import Relay, relay
from tests.integration.admin.objects import DOMAIN, Lab, lab

#: How many points of the request, and of its answer.
_POINTS = 10


class Client:
    """A client of two fronts, whose every connection goes to the other one."""

    def __init__(self, ada: Lab, token: str, way: Relay, *fronts: Address) -> None:
        platform = PlatformConfig(endpoint=way.address, insecure=True, auth_mode=AuthType.EXTERNALCOMMAND, command=["echo", token])
        self._client, self._lab, self.relay = SynchronousFlyteClient(platform), ada, way
        self.token, self.fronts, self._runs = token, fronts, 0

    def spec(self) -> ExecutionSpec:
        """Of an execution of the task."""
        task = Identifier(ResourceType.TASK, self._lab.namespace, DOMAIN, "app.divider", "v1")
        metadata = ExecutionMetadata(ExecutionMetadata.ExecutionMode.MANUAL, "placeholder", 0)
        return ExecutionSpec(task, metadata, notifications=NotificationList([]))

    def request(self, number: int, *, name: str = "") -> execution_pb2.ExecutionCreateRequest:
        """For an execution that is found by that number."""
        inputs = {key: to_literal(number, parse_type("integer"), field=key) for key in ("a", "b")}
        project = self._lab.namespace
        return execution_pb2.ExecutionCreateRequest(
            project=project, domain=DOMAIN, name=name, spec=self.spec().to_flyte_idl(), inputs={"literals": inputs}
        )

    def create(self, *, name: str = "") -> tuple[str, int]:
        """Another execution: the name in the answer, and the number by which it is found."""
        self._runs += 1
        literals = LiteralMap.from_flyte_idl(self.request(self._runs).inputs)
        made = self._client.create_execution(self._lab.namespace, DOMAIN, name or None, self.spec(), literals)
        return str(made.name), self._runs

    def measured(self) -> dict[str, int]:
        """How many bytes go each way for a call that nobody cuts."""
        self.relay.lines[-1].left.clear()
        before = dict(self.relay.lines[-1].passed)
        self.create()
        return {way: count - before[way] for way, count in self.relay.lines[-1].passed.items()}


@pytest.fixture(scope="module")
def client(front: Address, users: Users, crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Lab]]:
    folder: Path = tmp_path_factory.mktemp("second")
    with ExitStack() as stack:
        second = stack.enter_context(running_front(crds.kubeconfig, folder, namespace="{project}", repeatSeconds=REPEATED))
        ada = stack.enter_context(lab(front, users, crds))
        way = stack.enter_context(relay(front.grpc, second.grpc))
        ada.task()
        found = Client(ada, users.token(ada.namespace), way, front, second)
        found.create()  # it has a token from here on
        yield found, ada


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("way", ["up", "down"], ids=["while the request is sent", "while the answer comes"])
def test_one_execution_is_made_wherever_the_connection_is_cut(client: tuple[Client, Lab], way: str, named: bool) -> None:
    ada_client, ada = client
    whole = ada_client.measured()[way]
    made: dict[int, str] = {}
    for point in range(_POINTS):
        ada_client.relay.cut_after(way, whole * point // (_POINTS - 1))
        name, number = ada_client.create(name=f"{way}-{point}" if named else "")
        made[number] = name
    found = [(one["spec"]["inputs"]["a"], one["metadata"]["name"]) for one in ada.executions()]
    assert sorted(one for one in found if one[0] in made) == sorted(made.items())
    assert len(ada_client.relay.lines) > _POINTS // 2  # connections have been cut


@pytest.mark.parametrize("name", ["at-once", ""], ids=["named", "unnamed"])
def test_equal_requests_at_two_fronts_at_once_make_one_execution(client: tuple[Client, Lab], name: str) -> None:
    ada_client, ada = client
    request = ada_client.request(1_000 + len(name), name=name)
    before = {one["metadata"]["name"] for one in ada.executions()}
    with ExitStack() as stack, ThreadPoolExecutor(max_workers=8) as threads:
        calls = [stack.enter_context(stubs(address, ada_client.token)).admin.CreateExecution for address in ada_client.fronts] * 4
        names = {made.id.name for made in threads.map(lambda call: call(request), calls)}
    assert {one["metadata"]["name"] for one in ada.executions()} - before == names
    assert len(names) == 1


def test_who_has_received_an_answer_by_one_front_makes_another_execution_by_the_other(client: tuple[Client, Lab]) -> None:
    """As behind a proxy that deals out single calls."""
    ada_client, _ = client
    request = ada_client.request(2_000)
    with ExitStack() as stack:
        first, second = (stack.enter_context(stubs(address, ada_client.token)).admin for address in ada_client.fronts)
        names = []
        for _ in range(3):
            made = first.CreateExecution(request)
            assert first.CreateExecution(request) == made
            names.append(second.GetExecution(execution_pb2.WorkflowExecutionGetRequest(id=made.id)).id.name)
    assert len(set(names)) == 3
