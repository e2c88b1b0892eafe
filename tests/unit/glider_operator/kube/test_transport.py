"""Calls and what their answers mean, against a server that really answers."""

from __future__ import annotations

import pytest
from kubernetes import client

from glider_operator.kube import errors, requests
from glider_operator.kube.throttle import TokenBucket
from glider_operator.kube.transport import ClientTransport
from tests.unit.glider_operator.kube.server import FakeApi, fake_api

REQUEST = requests.create_pod("default", {"kind": "Pod"})


@pytest.fixture
def api():
    with fake_api() as api:
        yield api


@pytest.fixture
def transport(api: FakeApi):
    configuration = client.Configuration(host=api.url)
    configuration.api_key = {"BearerToken": "Bearer secret"}
    transport = ClientTransport(client.ApiClient(configuration), throttle=TokenBucket(qps=1000, burst=1000), threads=2)
    yield transport
    transport.close()


def refusal(message: str, reason: str = "") -> dict[str, str]:
    return {"kind": "Status", "message": message, "reason": reason}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(404, refusal("pods not found"), errors.NotFound, id="it isn't there"),
        pytest.param(410, refusal("gone"), errors.NotFound, id="it isn't there any more"),
        pytest.param(409, refusal("pods already exists", "AlreadyExists"), errors.AlreadyExists, id="its name is taken"),
        pytest.param(409, refusal("the object has been modified", "Conflict"), errors.Conflict, id="somebody was faster"),
        pytest.param(400, refusal("bad"), errors.Rejected, id="nonsense"),
        pytest.param(413, "too large", errors.Rejected, id="too large"),
        pytest.param(422, refusal("Pod is invalid", "Invalid"), errors.Rejected, id="invalid"),
        pytest.param(403, refusal('violates PodSecurity "restricted:latest"'), errors.Rejected, id="Pod Security"),
        pytest.param(403, refusal('admission webhook "x" denied the request'), errors.Forbidden, id="an admission webhook"),
        pytest.param(403, refusal("cannot create resource"), errors.Forbidden, id="RBAC"),
        pytest.param(401, refusal("Unauthorized"), errors.Unauthorized, id="a stale token"),
        pytest.param(429, refusal("slow down"), errors.Unavailable, id="too many requests"),
        pytest.param(500, "oops", errors.Unavailable, id="an error of the server's"),
        pytest.param(503, refusal("etcd"), errors.Unavailable, id="no etcd"),
        pytest.param(None, "", errors.Unavailable, id="a connection that is cut"),
    ],
)
async def test_errors(api, transport, status, body, error):
    api.status, api.body = status, body
    with pytest.raises(error):
        await transport.send(REQUEST)
    assert len(api.requests) == 1, "retrying is the queue's business"


@pytest.mark.parametrize(("message", "quota"), [("exceeded quota: pods, requested: pods=1", True), ("cannot create resource", False)])
async def test_a_quota_is_told_from_missing_rights(api, transport, message, quota):
    api.status, api.body = 403, refusal(message)
    with pytest.raises(errors.Forbidden) as refused:
        await transport.send(REQUEST)
    assert (refused.value.quota, str(refused.value)) == (quota, message)


@pytest.mark.parametrize(
    ("headers", "body", "delay"),
    [
        pytest.param({"Retry-After": "7"}, {}, 7, id="by header"),
        pytest.param({}, {"details": {"retryAfterSeconds": 3}}, 3, id="by body"),
        pytest.param({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, 0, id="by a date, which nobody sends"),
        pytest.param({}, {}, 0, id="not at all"),
    ],
)
async def test_retry_after(api, transport, headers, body, delay):
    api.status, api.headers, api.body = 429, headers, body
    with pytest.raises(errors.Unavailable) as refused:
        await transport.send(REQUEST)
    assert refused.value.retry_after == delay


async def test_a_request_carries_credentials_and_its_own_content_type(api, transport):
    api.body = {"kind": "TaskExecution"}
    answer = await transport.send(requests.patch_status("default", "divide", {"phase": "Running"}, resource_version="7"))
    assert answer == {"kind": "TaskExecution"}
    method, path, headers, body = api.requests[0]
    assert (method, path) == ("PATCH", "/apis/glider.dev/v1alpha1/namespaces/default/taskexecutions/divide/status")
    assert headers["Content-Type"] == "application/merge-patch+json"
    assert headers["Authorization"] == "Bearer secret"
    assert body == {"metadata": {"resourceVersion": "7"}, "status": {"phase": "Running"}}


async def test_a_deletion_names_the_pod_that_is_meant(api, transport):
    await transport.send(requests.delete_pod("default", "p", uid="u"))
    assert api.requests[0][3]["preconditions"] == {"uid": "u"}
