"""Clients with a token each, and what one poll of FlyteRemote.wait asks for an execution of one node."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import grpc.aio
from flyteidl.admin import execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2
from flyteidl.service import admin_pb2_grpc

from tests.bench.console.crowd import NAMESPACE, document, name_of
from tests.faults.api import Api

DOMAIN = "development"
#: A connection of its own, which is asked every half minute whether it lives: what clients behind a load balancer set.
_OF_ITS_OWN = [
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
]
_ACCOUNTS = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
_RBAC = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}"
_RULES = [{"apiGroups": ["glider.dev"], "resources": ["taskexecutions", "tasktemplates"], "verbs": ["get", "list"]}]


def tokens(kubeconfig: Path, count: int, *, users: int) -> list[str]:
    """So many tokens of so many users, who may read what is in the namespace."""
    api, rbac = Api(kubeconfig), "rbac.authorization.k8s.io"
    names = [f"client-{number}" for number in range(users)]
    subjects = [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE} for name in names]
    for name in names:
        api.create(_ACCOUNTS, {"metadata": {"name": name}})
    api.create(f"{_RBAC}/roles", {"metadata": {"name": "clients"}, "rules": _RULES})
    reference = {"apiGroup": rbac, "kind": "Role", "name": "clients"}
    api.create(f"{_RBAC}/rolebindings", {"metadata": {"name": "clients"}, "roleRef": reference, "subjects": subjects})
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 7200}}
    made = (api.create(f"{_ACCOUNTS}/{names[number % users]}/token", asked) for number in range(count))
    return [str(one["status"]["token"]) for one in made]


def write_templates(kubeconfig: Path) -> None:
    """The templates that the crowd's executions name."""
    api, path = Api(kubeconfig), f"/apis/glider.dev/v1alpha1/namespaces/{NAMESPACE}/tasktemplates"
    for name in sorted({document(number)["spec"]["taskRef"]["name"] for number in range(100)}):
        interface = {"inputs": {"epochs": "integer", "rate": "float", "data": "string"}, "outputs": {}}
        task = {"project": NAMESPACE, "domain": DOMAIN, "name": f"flows.{name}", "version": "v1"}
        spec = {"id": task, "interface": interface, "container": {"image": "flows:1", "args": ["run"]}}
        api.create(path, {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": name}, "spec": spec})


def identifier(number: int) -> identifier_pb2.WorkflowExecutionIdentifier:
    """Of an execution of the crowd."""
    return identifier_pb2.WorkflowExecutionIdentifier(project=NAMESPACE, domain=DOMAIN, name=name_of(number))


class Client:
    """One that waits for one execution."""

    def __init__(self, address: str, token: str, number: int) -> None:
        self._channel = grpc.aio.insecure_channel(address, options=_OF_ITS_OWN)
        self._stub = admin_pb2_grpc.AdminServiceStub(self._channel)
        self._headers = (("authorization", f"Bearer {token}"),)
        self._of = identifier(number)
        self.calls = 0

    async def close(self) -> None:
        await self._channel.close()

    async def get(self) -> Any:
        """GetExecution alone."""
        return await self._ask("GetExecution", execution_pb2.WorkflowExecutionGetRequest(id=self._of))

    async def poll(self) -> None:
        """What `FlyteRemote.sync_execution` asks with its nodes."""
        await self.get()
        await self._ask("GetExecutionData", execution_pb2.WorkflowExecutionGetDataRequest(id=self._of))
        listing = node_execution_pb2.NodeExecutionListRequest(workflow_execution_id=self._of, limit=100)
        for node in (await self._ask("ListNodeExecutions", listing)).node_executions:
            await self._ask("GetNodeExecutionData", node_execution_pb2.NodeExecutionGetDataRequest(id=node.id))
            attempts = task_execution_pb2.TaskExecutionListRequest(node_execution_id=node.id, limit=100)
            for attempt in (await self._ask("ListTaskExecutions", attempts)).task_executions:
                await self._ask("GetTaskExecution", task_execution_pb2.TaskExecutionGetRequest(id=attempt.id))
                await self._ask("GetTaskExecutionData", task_execution_pb2.TaskExecutionGetDataRequest(id=attempt.id))

    async def wait(self, *, first: float, every: float) -> None:
        """Poll for ever."""
        await asyncio.sleep(first)
        while True:
            await self.poll()
            await asyncio.sleep(every)

    async def _ask(self, rpc: str, request: Any) -> Any:
        self.calls += 1
        return await getattr(self._stub, rpc)(request, metadata=self._headers)
