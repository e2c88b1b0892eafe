"""Templates and statuses that a test writes itself, where it needs neither a registration nor an operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2

from glider_client.cluster.client import JSON_PATCH
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.paths import executions, templates
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from glider_core.api.template_names import template_labels, template_name
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.e2e.conftest import wait_until
from tests.integration.admin.conftest import Address, Stubs, Users, stubs

Json = Mapping[str, Any]

DOMAIN = "development"
DIVIDER: Json = {"inputs": {"a": "integer", "b": "integer"}, "outputs": {"o0": "integer"}}


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A namespace with a user, and an administrator who writes what operators write."""

    namespace: str
    stubs: Stubs
    client: Client

    def task(self, name: str = "app.divider", *, version: str = "v1", interface: Json = DIVIDER) -> identifier_pb2.Identifier:
        """A task that is registered."""
        identity = {"project": self.namespace, "domain": DOMAIN, "name": name, "version": version}
        metadata = {"name": template_name(task=name, version=version), "labels": dict(template_labels(task=name, version=version))}
        spec = {"id": identity, "interface": interface, "container": {"image": "app:1", "args": ["run"]}}
        document = {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "metadata": {**metadata, "namespace": self.namespace}, "spec": spec}
        self.client.create(templates(self.namespace), document)
        return identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, **identity)

    def executions(self) -> list[Json]:
        """All that there are."""
        return list(self.client.items(executions(self.namespace)))

    def execution(self, name: str) -> Json:
        """As the API server has it."""
        return self.client.get(executions(self.namespace, name))

    def report(self, name: str, **status: Any) -> None:
        """Write its status, as the operator does; null is a value in it."""
        patch = [{"op": "add", "path": "/status", "value": status}]
        self.client.patch(f"{executions(self.namespace, name)}/status", patch, content_type=JSON_PATCH)

    def wait_until_cached(self, name: str) -> None:
        """Until the front's watch has the execution: what it has no list of, it asks for where somebody gets it by its name."""
        identity = common_pb2.NamedEntityIdentifier(project=self.namespace, domain=DOMAIN, name=name)
        request = common_pb2.ResourceListRequest(id=identity, limit=1)
        until(lambda: bool(self.stubs.admin.ListExecutions(request).executions), what=f"the front's watch to have {name}")

    def identifier(self, name: str) -> identifier_pb2.WorkflowExecutionIdentifier:
        """An execution's."""
        return identifier_pb2.WorkflowExecutionIdentifier(project=self.namespace, domain=DOMAIN, name=name)


@contextmanager
def lab(front: Address, users: Users, cluster: Cluster) -> Iterator[Lab]:
    """One of its own."""
    with new_namespace(cluster) as namespace, stubs(front, users.token(namespace)) as ada:
        yield Lab(namespace=namespace, stubs=ada, client=users.client)


def until(check: Callable[[], bool], *, what: str) -> None:
    """Wait for what the front's watch is to bring."""
    wait_until(check, what=what)
