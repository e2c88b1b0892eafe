"""How the operator decides between image volumes and init containers, and what it learns from refusals and failed attempts."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from glider_core.config import parse_config
from glider_core.config.defaults import Delivery
from glider_core.kube.errors import Forbidden, Rejected, Unavailable
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.deliveries import Deliveries
from tests.unit.glider_core.builders import CONFIGURATION, make_execution
from tests.unit.glider_operator.controller.harness import POD, Harness

NEW = {"major": "1", "minor": "36"}
#: containerd 1.6 about a mount without a host's path.
MKDIR = 'failed to generate container "37fc" spec: failed to generate spec: failed to mkdir "": mkdir : no such file or directory'
POLICY = 'violates PodSecurity "ours": restricted volume types (volume "glider-executor" uses restricted volume type "image")'
SPEC = "spec.volumes[0]: Required value: must specify a volume type"


class DeliveryHarness(Harness):
    """On a cluster whose API server has image volumes."""

    def __init__(self, *, version: dict[str, str] = NEW, configured: str = "Auto", **spec) -> None:
        super().__init__(**spec)
        self.cluster.version = version
        self.controller.configure(parse_config(CONFIGURATION | {"executor": {"delivery": configured}}))

    def way_of(self, pod: str = POD) -> str:
        spec: dict[str, Any] = self.cluster.pods[pod]["spec"]
        mounted = any("image" in volume for volume in spec["volumes"])
        assert mounted != ("initContainers" in spec)
        return "ImageVolume" if mounted else "InitContainer"

    async def mount_fails(self) -> None:
        """The node can't mount the image, and the operator deletes the pod."""
        first = self.cluster.pods[POD]
        await self.pod_becomes("waiting", phase="Pending", reason="CreateContainerError", message=MKDIR)
        assert POD not in self.cluster.pods
        self.controller.watch_handlers.on_pod_deleted(first)

    async def way_of_the_next(self) -> str:
        """How the second attempt's pod gets the executor."""
        for _ in range(2):  # at first it is looked up whether the first attempt's pod is gone
            await self.reconcile(after=timedelta(minutes=10))
        (second,) = self.cluster.pods
        assert second.endswith("-a1")
        return self.way_of(second)


@pytest.mark.parametrize(
    ("version", "configured", "way"),
    [
        pytest.param(NEW, "Auto", "ImageVolume", id="a server that has image volumes"),
        pytest.param({"major": "1", "minor": "34"}, "Auto", "InitContainer", id="an older server"),
        pytest.param({"major": "1", "minor": "34"}, "ImageVolume", "ImageVolume", id="an older server, with the feature gate on"),
        pytest.param(NEW, "InitContainer", "InitContainer", id="as configured"),
    ],
)
async def test_the_way_is_that_of_the_configuration_or_of_the_servers_version(version, configured, way):
    life = DeliveryHarness(version=version, configured=configured)
    await life.reconcile()
    assert life.way_of() == way


async def test_a_server_that_does_not_tell_its_version_is_asked_again_for_the_next_pod():
    life = DeliveryHarness()
    life.cluster.failing["get", "version"] = Unavailable("no answer")
    deliveries = Deliveries(Cluster(life.cluster))
    ways = [await deliveries.of(make_execution(), Delivery.AUTO) for _ in range(3)]
    assert ways == [Delivery.INIT_CONTAINER, Delivery.IMAGE_VOLUME, Delivery.IMAGE_VOLUME]
    assert life.cluster.calls == [("get", "version")] * 2


async def test_a_server_that_refuses_its_version_is_not_asked_again():
    life = DeliveryHarness()
    life.cluster.failing["get", "version"] = Forbidden("no rights")
    deliveries = Deliveries(Cluster(life.cluster))
    assert [await deliveries.of(make_execution(), Delivery.AUTO) for _ in range(2)] == [Delivery.INIT_CONTAINER] * 2
    assert life.cluster.calls == [("get", "version")]


@pytest.mark.parametrize("error", [Forbidden(POLICY), Rejected(SPEC)], ids=["a policy", "the API server's validation"])
async def test_a_pod_refused_for_its_volume_is_created_without_it_at_once(error, caplog):
    life = DeliveryHarness()
    life.cluster.failing["create", "pods"] = error
    with caplog.at_level(logging.WARNING):
        await life.reconcile()
    assert life.way_of() == "InitContainer"
    assert "phase" not in life.cluster.executions["divide"].get("status", {})
    assert f"image volumes are refused in namespace default; init containers bring the executor from now on: {error}" in caplog.text


async def test_a_pod_refused_for_something_else_is_not_tried_twice():
    life = DeliveryHarness()
    life.cluster.failing["create", "pods"] = Rejected("spec.priority: Invalid value")
    await life.reconcile()
    assert life.cluster.pods == {}
    assert life.status["conditions"][0]["reason"] == "PodRejected"


async def test_a_configured_image_volume_that_is_refused_has_no_way_round():
    life = DeliveryHarness(configured="ImageVolume")
    life.cluster.failing["create", "pods"] = Rejected(SPEC)
    await life.reconcile()
    assert life.cluster.pods == {}
    assert life.status["phase"] == "Failed"


async def test_a_node_that_cannot_mount_it_costs_no_retry_and_the_next_attempt_has_an_init_container(caplog):
    life = DeliveryHarness(retries={"user": 0, "system": 0})
    await life.reconcile()
    with caplog.at_level(logging.WARNING):
        await life.mount_fails()
    first = life.status["attempts"][0]
    assert first["error"]["code"] == "ExecutorNotMounted"
    assert life.status["failures"] == {"user": 0, "system": 0, "unstarted": 1}
    assert "a node has no image volumes; init containers bring the executor from now on: Node node-1 couldn't mount" in caplog.text
    assert await life.way_of_the_next() == "InitContainer"


async def test_an_operator_that_starts_anew_still_knows_it_of_the_executions_own_attempts():
    life = DeliveryHarness()
    await life.reconcile()
    await life.mount_fails()
    life.restart()
    assert await life.way_of_the_next() == "InitContainer"
