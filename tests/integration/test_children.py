"""A real operator: what an eager execution has started ends with it, and outlives its retries. The test writes what pods report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from glider_core.api.labels import API_VERSION, EXECUTION, EXECUTION_KIND, EXECUTIONS
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.e2e.conftest import wait_until
from tests.faults.api import Api

TASK = {"container": {"image": "app:1", "args": ["run"]}}
FAILED = {"v": 1, "outcome": "Failed", "code": "USER:Lost", "kind": "RECOVERABLE", "origin": "USER", "message": "lost"}


class Family:
    """Executions of one namespace, whose pods never get a node."""

    def __init__(self, api: Api, namespace: str) -> None:
        self._api = api
        self._executions = f"/apis/{API_VERSION}/namespaces/{namespace}/{EXECUTIONS}"
        self._pods = f"/api/v1/namespaces/{namespace}/pods"

    def create(self, name: str, *, parent: Mapping[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": name}
        if parent is not None:
            identity = {"name": parent["metadata"]["name"], "uid": parent["metadata"]["uid"]}
            metadata["ownerReferences"] = [{"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "controller": True, **identity}]
        document = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": metadata, "spec": {"task": TASK, **spec}}
        made: dict[str, Any] = self._api.create(self._executions, document)
        return made

    def cancel(self, name: str) -> None:
        self._api.patch(f"{self._executions}/{name}", {"spec": {"cancel": True}})

    def delete(self, name: str) -> None:
        self._api.delete(f"{self._executions}/{name}")

    def is_there(self, name: str) -> bool:
        return self._api.get(f"{self._executions}/{name}") is not None

    def status(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._api.get(f"{self._executions}/{name}").get("status") or {}
        return found

    def pod(self, name: str, *, attempt: int) -> dict[str, Any]:
        """The pod of an attempt, once it is there."""

        def there() -> dict[str, Any] | None:
            pods = self._api.items(f"{self._pods}?labelSelector={EXECUTION}%3D{name}")
            return next((pod for pod in pods if pod["metadata"]["name"].endswith(f"-a{attempt}")), None)

        found: dict[str, Any] = wait_until(there, what=f"the pod of {name}, attempt {attempt}")
        return found

    def fails(self, name: str, *, attempt: int) -> None:
        """The attempt's pod reports that its task failed, for a reason that may pass."""
        pod = self.pod(name, attempt=attempt)
        ended = {"exitCode": 1, "reason": "Error", "message": json.dumps(FAILED), "finishedAt": pod["metadata"]["creationTimestamp"]}
        container = {"name": "task", "image": "app:1", "imageID": "", "ready": False, "restartCount": 0, "state": {"terminated": ended}}
        status = {"phase": "Failed", "containerStatuses": [container]}
        self._api.patch(f"{self._pods}/{pod['metadata']['name']}/status", {"status": status})

    def wait(self, name: str, phase: str) -> dict[str, Any]:
        wait_until(lambda: self.status(name).get("phase") == phase, what=f"{name} to be {phase}")
        return self.status(name)


@pytest.fixture(scope="module")
def family(operator: Cluster) -> Iterator[Family]:
    with new_namespace(operator) as namespace:
        yield Family(Api(operator.kubeconfig), namespace)


def test_the_children_of_a_cancelled_parent_are_cancelled(family: Family) -> None:
    parent = family.create("fan")
    for number in range(3):
        family.create(f"fan-{number}", parent=parent)
        family.pod(f"fan-{number}", attempt=0)
    family.cancel("fan")
    family.wait("fan", "Aborted")
    for number in range(3):
        message = family.wait(f"fan-{number}", "Aborted")["error"]["message"]
        assert message.startswith("It was cancelled, since its parent fan ")


def test_a_parent_that_retries_keeps_its_children_and_one_that_fails_does_not(family: Family) -> None:
    parent = family.create("again", retries={"user": 1, "backoff": {"initial": "1ms"}})
    family.create("again-0", parent=parent)
    family.pod("again-0", attempt=0)
    family.fails("again", attempt=0)
    family.pod("again", attempt=1)
    assert family.status("again-0").get("phase", "Pending") not in ("Aborted", "Failed")
    family.fails("again", attempt=1)
    family.wait("again", "Failed")
    assert family.wait("again-0", "Aborted")["error"]["message"] == "It was cancelled, since its parent again has ended: Failed."
    family.create("again-late", parent=parent)
    assert family.wait("again-late", "Aborted")["error"]["message"] == "It was cancelled, since its parent again has ended: Failed."


def test_a_deleted_parent_takes_its_children_with_it(family: Family) -> None:
    parent = family.create("short")
    family.create("short-0", parent=parent)
    family.pod("short-0", attempt=0)
    family.delete("short")
    wait_until(lambda: not family.is_there("short-0"), what="Kubernetes to delete the child")
