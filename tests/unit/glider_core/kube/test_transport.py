"""Calls and what their answers mean, against a server that really answers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from kubernetes import client

from glider_core.kube import errors, requests
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from glider_operator.leaderelection.fence import Deposed, Fence
from tests.unit.glider_core.kube.server import FakeApi, fake_api

REQUEST = requests.create_pod("default", {"kind": "Pod"})


@pytest.fixture
def api():
    with fake_api() as api:
        yield api


def a_transport(api: FakeApi, **arguments: Any) -> HttpTransport:
    configuration = client.Configuration(host=api.url)
    configuration.api_key = {"BearerToken": "Bearer secret"}
    arguments = {"connections": 2, "throttle": TokenBucket(qps=1000, burst=1000), **arguments}
    return HttpTransport(configuration, **arguments)


@pytest.fixture
async def transport(api: FakeApi):
    transport = a_transport(api)
    yield transport
    await transport.close()


def refusal(message: str, reason: str = "") -> dict[str, str]:
    return {"kind": "Status", "message": message, "reason": reason}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(404, refusal("pods not found", "NotFound"), errors.NotFound, id="it isn't there"),
        pytest.param(404, "404 page not found", errors.Unknown, id="what a proxy says, or an API server without our CRDs, of no object"),
        pytest.param(404, {"message": "no route"}, errors.Unknown, id="JSON of somebody else's"),
        pytest.param(200, "<html>Please log in</html>", errors.Unavailable, id="a good answer that isn't the API server's"),
        pytest.param(200, "[]", errors.Unavailable, id="JSON that is no object"),
        pytest.param(410, refusal("too old", "Expired"), errors.Expired, id="too old, which says nothing of the object"),
        pytest.param(409, refusal("pods already exists", "AlreadyExists"), errors.AlreadyExists, id="its name is taken"),
        pytest.param(409, refusal("the object has been modified", "Conflict"), errors.Conflict, id="somebody was faster"),
        pytest.param(400, refusal("bad"), errors.Rejected, id="nonsense"),
        pytest.param(413, "too large", errors.Rejected, id="too large"),
        pytest.param(422, refusal("Pod is invalid", "Invalid"), errors.Rejected, id="invalid"),
        pytest.param(500, refusal("etcdserver: request is too large"), errors.Rejected, id="more than etcd takes"),
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
async def test_a_quota_is_distinguished_from_missing_rights(api, transport, message, quota):
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
        pytest.param({"Retry-After": "86400"}, {}, 60, id="a day, which is too long whoever says so"),
        pytest.param({}, {"details": {"retryAfterSeconds": -1}}, 0, id="a time that is over"),
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
    assert (method, path.partition("?")[0]) == ("PATCH", "/apis/glider.dev/v1alpha1/namespaces/default/taskexecutions/divide/status")
    assert headers["Content-Type"] == "application/merge-patch+json"
    assert headers["Authorization"] == "Bearer secret"
    assert body == {"metadata": {"resourceVersion": "7"}, "status": {"phase": "Running"}}


async def test_a_deletion_names_the_pod_that_is_meant(api, transport):
    await transport.send(requests.delete_pod("default", "p", uid="u"))
    assert api.requests[0][3]["preconditions"] == {"uid": "u"}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(REQUEST, id="a pod"),
        pytest.param(requests.patch_status("default", "x", {}, resource_version="1"), id="a status"),
        pytest.param(requests.replace_status("default", "x", {}, resource_version="1"), id="a status with a null"),
        pytest.param(requests.create_event("default", {}), id="an Event"),
        pytest.param(requests.create_lease("default", {}), id="a new Lease"),
        pytest.param(requests.update_lease("default", "x", {}), id="a Lease"),
    ],
)
def test_a_write_names_the_field_manager(request_):
    assert ("fieldManager", "glider-operator") in request_.query


async def test_no_more_calls_are_on_their_way_than_may_be(api):
    api.takes = 0.05
    transport = a_transport(api, connections=2)
    await asyncio.gather(*(transport.send(REQUEST) for _ in range(6)))
    await transport.close()
    assert (len(api.requests), api.most_at_once) == (6, 2)


async def test_an_answer_that_doesnt_come_is_not_waited_for(api):
    api.takes = 5
    transport = a_transport(api, timeout=(1, 0.05))
    with pytest.raises(errors.Unavailable, match="no answer"):
        await transport.send(REQUEST)
    await transport.close()


async def test_a_write_whose_sender_is_cancelled_is_done_all_the_same_and_waited_for_at_the_end(api, transport):
    api.takes = 0.2
    sender = asyncio.create_task(transport.send(REQUEST))
    assert await asyncio.to_thread(api.came.wait, 10)
    sender.cancel()
    assert await transport.drain(timeout=5)
    assert api.answered == 1


async def test_nothing_is_begun_at_the_end(api, transport):
    assert await transport.drain(timeout=1)
    with pytest.raises(errors.Unavailable, match="stopping"):
        await transport.send(REQUEST)
    assert not api.requests


async def test_a_call_that_hangs_is_reported_at_the_end(api, transport):
    api.takes = 1
    sender = asyncio.create_task(transport.send(REQUEST))
    assert await asyncio.to_thread(api.came.wait, 10)
    assert not await transport.drain(timeout=0.01)
    sender.cancel()


@pytest.mark.parametrize(("request_", "sent"), [(REQUEST, 0), (requests.get_pod("default", "p"), 1)], ids=["a write", "a read"])
async def test_only_writes_need_the_fence(api, request_, sent):
    fence = Fence()
    transport = a_transport(api, fence=fence.check)
    with suppress(Deposed):
        await transport.send(request_)
    await transport.close()
    assert len(api.requests) == sent


async def test_a_write_that_may_not_be_any_more_once_it_is_connected_is_not_sent(api, monkeypatch):
    fence, loop, resolve = Fence(), asyncio.get_running_loop(), asyncio.get_running_loop().getaddrinfo
    fence.extend(float("inf"))

    async def resolve_for_too_long(*arguments: Any, **options: Any) -> Any:
        fence.close()
        return await resolve(*arguments, **options)

    monkeypatch.setattr(loop, "getaddrinfo", resolve_for_too_long)
    transport = HttpTransport(
        client.Configuration(host=api.url.replace("127.0.0.1", "localhost")),
        throttle=TokenBucket(qps=1000, burst=1000),
        connections=2,
        fence=fence.check,
    )
    with pytest.raises(Deposed):
        await transport.send(REQUEST)
    await transport.close()
    assert api.requests == []


async def test_a_stream_says_that_it_has_begun_and_then_what_comes(api, transport):
    api.body = '{"type": "ADDED"}\n'
    pieces: list[bytes] = []
    await transport.stream(REQUEST, take=pieces.append, silence=5)
    assert (pieces[0], b"".join(pieces)) == (b"", b'{"type": "ADDED"}\n')


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(410, errors.Expired, id="too old"),
        pytest.param(403, errors.Forbidden, id="not ours to watch"),
        pytest.param(503, errors.Unavailable, id="not now"),
        pytest.param(None, errors.Unavailable, id="cut"),
    ],
)
async def test_a_stream_that_is_refused_does_not_begin(api, transport, status, error):
    api.status, api.body = status, refusal("no")
    pieces: list[bytes] = []
    with pytest.raises(error):
        await transport.stream(REQUEST, take=pieces.append, silence=5)
    assert pieces == []


async def test_a_stream_that_falls_silent_is_dead(api, transport):
    api.takes = 20
    with pytest.raises(errors.Unavailable):
        await transport.stream(REQUEST, take=lambda _: None, silence=0.2)


async def test_a_stream_takes_no_calls_place_and_no_token(api):
    transport = a_transport(api, connections=1)
    begun = asyncio.Event()
    api.takes = 0.5
    streaming = asyncio.create_task(transport.stream(REQUEST, take=lambda _: begun.set(), silence=20))
    await transport.send(requests.get_pod("default", "x"))
    await streaming
    assert api.most_at_once == 2
    await transport.close()


async def test_each_answer_reports_its_time(api):
    answers: list[tuple[str | None, float]] = []
    transport = a_transport(api, on_answer=lambda date, took: answers.append((date, took)))
    await transport.send(requests.get_pod("default", "p"))
    await transport.close()
    ((date, took),) = answers
    assert abs(parsedate_to_datetime(str(date)) - datetime.now(UTC)) < timedelta(minutes=1)
    assert took >= 0


STATUS = requests.patch_status("default", "x", {}, resource_version="1")


@pytest.mark.parametrize(
    ("request_", "counts"),
    [
        pytest.param(STATUS, True, id="a status"),
        pytest.param(requests.create_event("default", {}), True, id="an Event"),
        pytest.param(REQUEST, False, id="no pod: a webhook of its namespace may be what is slow"),
        pytest.param(requests.get_pod("default", "p"), False, id="no read"),
    ],
)
async def test_how_long_writes_take_is_reported(api, request_, counts):
    api.takes = 0.05
    took: list[float] = []
    transport = a_transport(api, on_write=took.append)
    await transport.send(request_)
    await transport.close()
    assert [seconds >= 0.05 for seconds in took] == [True] * counts


class SlowBucket(TokenBucket):
    """Each token takes a tenth of a second, however long it took to use the one before."""

    async def take(self, *, spare: bool = False) -> None:
        await asyncio.sleep(0.1)


async def test_how_long_a_write_takes_counts_its_wait_for_the_rate_limit_and_what_fails(api):
    took: list[float] = []
    transport = a_transport(api, on_write=took.append, throttle=SlowBucket(qps=10, burst=1))
    await transport.send(STATUS)
    api.status, api.body = 500, "oops"
    with pytest.raises(errors.Unavailable):
        await transport.send(STATUS)
    await transport.close()
    assert len(took) == 2
    assert took[1] >= 0.09
