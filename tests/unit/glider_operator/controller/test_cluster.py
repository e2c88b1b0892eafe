"""What calls come to where their answers aren't the ordinary ones."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.api.observed_pod import PodWarning
from glider_core.kube.errors import Forbidden, KubeError, NotFound, Unavailable, Unknown
from glider_operator.controller.cluster import Cluster
from tests.unit.glider_core.builders import MINUTE, T0, make_pod

NO_MOUNT = PodWarning(asked=T0, reason="FailedMount", message="no such volume")


class Answers:
    """Answers every call with `error`."""

    def __init__(self, error: KubeError) -> None:
        self.error = error

    async def send(self, request: Any) -> dict[str, Any]:
        raise self.error


@pytest.mark.parametrize("error", [Forbidden("no rights"), Unavailable("500"), Unknown("404 page not found")])
async def test_events_that_cant_be_listed_keep_nobody_from_going_on_and_what_they_said_before_counts(error):
    cluster, later = Cluster(Answers(error)), T0 + MINUTE
    assert await cluster.warnings_about(make_pod(), now=later, before=None) == PodWarning(asked=later)
    told = await cluster.warnings_about(make_pod(), now=later, before=NO_MOUNT)
    assert (told.asked, told.reason, told.message) == (later, "FailedMount", "no such volume")


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        pytest.param("", "FailedResourceClaimCreation", id="what keeps it from a node, while it has none"),
        pytest.param("node-1", "FailedMount", id="what keeps it from starting, once it has one"),
    ],
)
async def test_of_the_warnings_about_a_pod_those_count_that_say_why_it_waits(where, reason):
    class Server:
        async def send(self, request: Any) -> dict[str, Any]:
            said = [("FailedMount", "12:00:01"), ("FailedResourceClaimCreation", "12:00:02"), ("Unhealthy", "12:00:03")]
            return {"items": [{"type": "Warning", "reason": why, "lastTimestamp": f"2026-01-31T{at}Z"} for why, at in said]}

    assert (await Cluster(Server()).warnings_about(make_pod(node=where), now=T0, before=None)).reason == reason


async def test_a_pod_is_not_gone_because_a_proxy_says_404():
    with pytest.raises(Unavailable):
        await Cluster(Answers(Unknown("404 page not found"))).find_pod("default", "divide")
    assert await Cluster(Answers(NotFound('pods "divide" not found'))).find_pod("default", "divide") is None


async def test_whether_a_resource_may_be_listed_costs_one_object():
    asked = []

    class Server:
        async def send(self, request: Any) -> dict[str, Any]:
            asked.append(request)
            return {"items": []}

    await Cluster(Server()).check_access("taskexecutions", namespace="blue", fields="status.phase!=Failed")
    [request] = asked
    assert request.target == "/apis/glider.dev/v1alpha1/namespaces/blue/taskexecutions?limit=1&fieldSelector=status.phase%21%3DFailed"


async def test_a_resource_that_the_api_server_does_not_know_is_not_there():
    with pytest.raises(NotFound, match="page not found"):
        await Cluster(Answers(Unknown("404 page not found"))).check_access("taskexecutions", namespace=None)
