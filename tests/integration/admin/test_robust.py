"""The front while something fails: the API server, the watches, the front itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl.admin import common_pb2, execution_pb2
from flyteidl.core import execution_pb2 as core_pb2
from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.fixtures import Cluster
from tests.cluster.ports import free_ports
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import Answer, EventRule, Gone, Hold, Reset, Rule, calls
from tests.integration.admin.conftest import Address, Users, running_front, stubs
from tests.integration.admin.objects import DOMAIN, Lab, lab, until
from tests.integration.admin.test_executions import create, get, wait_for
from tests.integration.conftest import http_get

KINDS = ("taskexecutions", "tasktemplates")
NO_CRDS = [Rule(where=calls(verb="list", resource=kind), fault=Answer(status=404), first=2) for kind in KINDS]
RUNNING, SUCCEEDED = core_pb2.WorkflowExecution.RUNNING, core_pb2.WorkflowExecution.SUCCEEDED


@pytest.fixture(scope="module")
def proxy(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServerProxy]:
    """An API server that refuses the front's first lists, as one does that has no CRDs yet."""
    with ApiServerProxy(crds.kubeconfig, folder=tmp_path_factory.mktemp("proxy"), rules=NO_CRDS, passes_tokens=True) as made:
        yield made


@pytest.fixture(scope="module")
def behind(proxy: ApiServerProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A front that reaches the API server through the proxy."""
    with running_front(proxy.kubeconfig, tmp_path_factory.mktemp("behind"), namespace="{project}") as address:
        yield address


@pytest.fixture(scope="module")
def ada(behind: Address, users: Users, crds: Cluster) -> Iterator[Lab]:
    with lab(behind, users, crds) as found:
        found.task()
        yield found


@pytest.fixture(autouse=True)
def undisturbed(proxy: ApiServerProxy) -> Iterator[None]:
    yield
    proxy.rules, proxy.event_rules = [], []
    proxy.release()


def refusal(ada: Lab, **given: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as refused:
        create(ada, **given)
    code: grpc.StatusCode = refused.value.code()
    return code


def test_a_front_that_was_started_before_the_crds_serves_once_they_are_there(proxy: ApiServerProxy, ada: Lab) -> None:
    assert [proxy.met(rule) for rule in NO_CRDS] == [2, 2]
    assert get(ada, create(ada, name="first")).id.name == "first"


def test_clients_that_wait_go_on_while_the_api_server_is_away(proxy: ApiServerProxy, behind: Address, ada: Lab) -> None:
    create(ada, name="waits")
    ada.report("waits", phase="Running")
    wait_for(ada, "waits", "RUNNING")
    proxy.rules = [Rule(where=calls(), fault=Reset())]
    proxy.cut_watches()
    until(lambda: proxy.met(proxy.rules[0]) >= 2, what="the front to notice")
    assert get(ada, "waits").closure.phase == RUNNING
    ada.report("waits", phase="Succeeded")
    proxy.rules = []
    wait_for(ada, "waits", "SUCCEEDED")
    assert http_get(f"{behind.http}/readyz")[0] == 200


def test_a_watch_that_has_to_begin_anew_loses_nothing(proxy: ApiServerProxy, ada: Lab) -> None:
    create(ada, name="listed-again")
    wait_for(ada, "listed-again", "QUEUED")
    gone = EventRule(fault=Gone(), resource="taskexecutions", name="listed-again", first=1)
    proxy.event_rules = [gone]
    ada.report("listed-again", phase="Succeeded")
    wait_for(ada, "listed-again", "SUCCEEDED")
    assert proxy.met(gone) == 1


def test_a_failure_of_the_api_server_is_one_that_may_pass(proxy: ApiServerProxy, ada: Lab) -> None:
    proxy.rules = [Rule(where=calls(verb="create", resource="taskexecutions"), fault=Answer(status=500))]
    assert refusal(ada, name="failed") is grpc.StatusCode.UNAVAILABLE
    proxy.rules = []
    assert create(ada, name="failed") == "failed"


def test_a_slow_api_server_holds_up_nobody_who_waits(proxy: ApiServerProxy, ada: Lab) -> None:
    create(ada, name="held-up")
    get(ada, "held-up")
    proxy.rules = [Rule(where=calls(verb="create", resource="taskexecutions"), fault=Hold())]
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(create, ada, name="slow")
        proxy.wait_until_held(1, timeout=30)
        assert get(ada, "held-up").id.name == "held-up"
        proxy.rules = []
        proxy.release()
        assert slow.result() == "slow", "the front asks again where an answer is lost"


def test_whoever_polls_costs_the_api_server_nothing(proxy: ApiServerProxy, ada: Lab) -> None:
    name = create(ada, name="polled")
    wait_for(ada, name, "QUEUED")
    before = len(proxy.exchanges)
    for _ in range(50):
        get(ada, name)
    asked = [exchange.call.resource for exchange in proxy.exchanges[before:] if exchange.call.verb != "watch"]
    assert not set(asked).intersection(KINDS)
    assert len(asked) <= 2, "one review of the token and one of the right, where their minute has just passed"


def test_two_fronts_answer_alike_and_at_once(front: Address, users: Users, ada: Lab) -> None:
    with stubs(front, users.token(ada.namespace)) as other:
        name = create(ada, name="shared")
        asked = execution_pb2.WorkflowExecutionGetRequest(id=ada.identifier(name))
        assert other.admin.GetExecution(asked).id == ada.identifier(name), "made by the one a moment ago"
        ada.report(name, phase="Succeeded", completionTime="2026-11-29T10:00:00Z")
        wait_for(ada, name, "SUCCEEDED")
        until(lambda: other.admin.GetExecution(asked).closure.phase == SUCCEEDED, what="the other front to see it")
        identity = common_pb2.NamedEntityIdentifier(project=ada.namespace, domain=DOMAIN)
        listing = common_pb2.ResourceListRequest(id=identity, limit=100)
        until(lambda: other.admin.ListExecutions(listing) == ada.stubs.admin.ListExecutions(listing), what="both to list the same")


def test_a_front_that_was_killed_is_back_with_all_that_there_was(crds: Cluster, users: Users, ada: Lab, tmp_path: Path) -> None:
    name = create(ada, name="survives")
    asked = execution_pb2.WorkflowExecutionGetRequest(id=ada.identifier(name))
    [port] = free_ports(1)
    settings: dict[str, Any] = {"namespace": "{project}", "grpcAddress": f"127.0.0.1:{port}"}
    with running_front(crds.kubeconfig, tmp_path, **settings) as address, stubs(address, users.token(ada.namespace)) as client:
        assert client.admin.GetExecution(asked).id.name == name
        os.kill(address.pid, signal.SIGKILL)
        os.waitid(os.P_PID, address.pid, os.WEXITED | os.WNOWAIT)
        with running_front(crds.kubeconfig, tmp_path, **settings):
            assert client.admin.GetExecution(asked, wait_for_ready=True, timeout=60).id.name == name


def figures(address: Address) -> dict[tuple[str, ...], float]:
    status, text = http_get(f"{address.http}/metrics")
    assert status == 200
    families = text_string_to_metric_families(text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_metrics_count_calls_and_name_nobody(behind: Address, users: Users, ada: Lab) -> None:
    name = create(ada, name="counted")
    before = figures(behind).get(("glider_admin_requests_total", "GetExecution", "OK"), 0)
    get(ada, name)
    with pytest.raises(grpc.RpcError):
        get(ada, "nowhere")
    found = figures(behind)
    assert found["glider_admin_requests_total", "GetExecution", "OK"] == before + 1
    assert found["glider_admin_requests_total", "GetExecution", "NOT_FOUND"] >= 1
    assert found["glider_admin_objects", "taskexecutions"] >= 1
    assert found[("glider_admin_ready",)] == 1
    text = http_get(f"{behind.http}/metrics")[1]
    assert not any(word in text for word in (name, "nowhere", ada.namespace, "ada"))


def test_memory_stays_as_it_is_over_many_calls(behind: Address, ada: Lab) -> None:
    name = create(ada, name="read-often")
    asked = execution_pb2.WorkflowExecutionGetRequest(id=ada.identifier(name))

    def work(calls: int) -> float:
        for _ in range(calls):
            ada.stubs.admin.GetExecution(asked)
        return figures(behind)[("process_resident_memory_bytes",)]

    before = work(1000)
    assert work(3000) - before < 10e6
