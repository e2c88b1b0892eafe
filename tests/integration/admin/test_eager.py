"""What an eager task's pod starts belongs to its execution: by the pod that its token is bound to, whatever it sends."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2

from glider_client.cluster.paths import executions
from glider_core.api.execution import parse_execution
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from glider_core.render.attempt import pod_name
from glider_core.resolve.layers import CONTAINER_SECURITY, POD_SECURITY
from tests.cluster.fixtures import Cluster
from tests.integration.admin.conftest import Address, Users, stubs
from tests.integration.admin.objects import DOMAIN, Lab, lab


@pytest.fixture(scope="module")
def ada(front: Address, users: Users, crds: Cluster) -> Iterator[Lab]:
    with lab(front, users, crds) as found:
        found.task("app.double", interface={"outputs": {"o0": "integer"}})
        yield found


def parent(ada: Lab, name: str, **fields: Any) -> dict[str, Any]:
    """An execution that the front knows."""
    task = {"container": {"image": "app:1", "args": ["run"]}, **fields}
    metadata = {"name": name, "namespace": ada.namespace}
    document = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": metadata, "spec": {"task": task}}
    made = dict(ada.client.create(executions(ada.namespace), document))
    ada.wait_until_cached(name)
    return made


def token_in_pod(ada: Lab, users: Users, name: str) -> str:
    """A token that is bound to a pod of that name, as the kubelet asks for one."""
    users.token(ada.namespace, "runner")
    container = {"name": "task", "image": "app:1", "securityContext": CONTAINER_SECURITY}
    spec = {"serviceAccountName": "runner", "securityContext": POD_SECURITY, "containers": [container]}
    pods, path = f"/api/v1/namespaces/{ada.namespace}/pods", f"/api/v1/namespaces/{ada.namespace}/serviceaccounts/runner/token"
    made = ada.client.create(pods, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})
    bound = {"apiVersion": "v1", "kind": "Pod", "name": name, "uid": made["metadata"]["uid"]}
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"boundObjectRef": bound, "expirationSeconds": 600},
    }
    token = str(ada.client.create(path, request)["status"]["token"])
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["kubernetes.io"]["pod"]["name"] == name
    return token


def start(front: Address, token: str, ada: Lab, *, name: str) -> dict[str, Any]:
    """The child that whoever has the token starts."""
    place: dict[str, Any] = {"project": ada.namespace, "domain": DOMAIN}
    task = {"resource_type": identifier_pb2.TASK, "name": "app.double", "version": "v1", **place}
    with stubs(front, token) as caller:
        caller.admin.CreateExecution(execution_pb2.ExecutionCreateRequest(name=name, spec={"launch_plan": task}, **place))
    return dict(ada.execution(name))


def test_a_child_belongs_to_the_execution_whose_pod_started_it(ada: Lab, front: Address, users: Users) -> None:
    made = parent(ada, "fan", eager=True)
    child = start(front, token_in_pod(ada, users, pod_name(parse_execution(made), 0)), ada, name="e-fan-0")
    (owner,) = child["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"], owner["controller"]) == (EXECUTION_KIND, "fan", made["metadata"]["uid"], True)


def test_the_second_attempt_finds_what_the_first_has_started(ada: Lab, front: Address, users: Users) -> None:
    made = parent(ada, "again", eager=True)
    first, second = (token_in_pod(ada, users, pod_name(parse_execution(made), attempt)) for attempt in (0, 1))
    child = start(front, first, ada, name="e-again-0")
    assert start(front, second, ada, name="e-again-0")["metadata"]["uid"] == child["metadata"]["uid"]


@pytest.mark.parametrize(
    ("name", "eager", "pod"),
    [
        pytest.param("plain", False, "", id="of a task that isn't eager"),
        pytest.param("forged", True, "web-0", id="of another pod in its namespace"),
    ],
)
def test_a_child_of_something_else_belongs_to_nothing(ada: Lab, front: Address, users: Users, name: str, eager: bool, pod: str) -> None:
    made = parent(ada, name, eager=eager)
    token = token_in_pod(ada, users, pod or pod_name(parse_execution(made), 0))
    assert "ownerReferences" not in start(front, token, ada, name=f"e-{name}-0")["metadata"]


def test_what_a_person_starts_belongs_to_nothing(ada: Lab, front: Address, users: Users) -> None:
    assert "ownerReferences" not in start(front, users.token(ada.namespace), ada, name="by-hand")["metadata"]
