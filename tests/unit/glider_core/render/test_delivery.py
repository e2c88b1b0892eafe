"""How the executor comes into the pod: what is rendered for each way, and what shows that a cluster has image volumes."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.api.failure import system_failure, user_failure
from glider_core.api.status import Attempt, Status
from glider_core.config import parse_config
from glider_core.config.defaults import Delivery
from glider_core.render.delivery import failed_to_mount, has_image_volumes
from glider_core.render.pod import render_pod
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, resolved

MOUNT = {"name": "glider-executor", "mountPath": "/var/run/glider", "readOnly": True}


def pod(*, configured: str | None = None, decided: Delivery = Delivery.AUTO, **executor: str) -> dict[str, Any]:
    config = parse_config(CONFIGURATION | {"executor": {"image": "glider-executor:1.0", "delivery": configured, **executor}})
    execution = make_execution()
    spec: dict[str, Any] = render_pod(execution, resolved(execution, config=config), attempt=0, config=config, delivery=decided)["spec"]
    return spec


@pytest.mark.parametrize(
    ("configured", "decided"),
    [pytest.param("ImageVolume", Delivery.AUTO, id="configured"), pytest.param(None, Delivery.IMAGE_VOLUME, id="decided by the operator")],
)
def test_the_image_is_mounted_and_nothing_runs_before_the_task(configured, decided):
    spec = pod(configured=configured, decided=decided, imagePullPolicy="IfNotPresent")
    assert "initContainers" not in spec
    assert spec["volumes"][0] == {"name": "glider-executor", "image": {"reference": "glider-executor:1.0", "pullPolicy": "IfNotPresent"}}
    (container,) = spec["containers"]
    assert container["volumeMounts"][0] == MOUNT
    assert container["command"] == ["python3", "/var/run/glider/opt/glider/executor/start.py"]


def test_without_a_pull_policy_kubernetes_default_counts():
    assert pod(configured="ImageVolume")["volumes"][0]["image"] == {"reference": "glider-executor:1.0"}


@pytest.mark.parametrize(
    ("configured", "decided"),
    [
        pytest.param("InitContainer", Delivery.AUTO, id="configured"),
        pytest.param("Auto", Delivery.INIT_CONTAINER, id="decided by the operator"),
        pytest.param("Auto", Delivery.AUTO, id="undecided, since an init container works anywhere"),
    ],
)
def test_an_init_container_copies_it(configured, decided):
    spec = pod(configured=configured, decided=decided)
    assert [one["name"] for one in spec["initContainers"]] == ["glider-executor"]
    assert spec["volumes"][0] == {"name": "glider-executor", "emptyDir": {}}
    (container,) = spec["containers"]
    assert container["volumeMounts"][0] == MOUNT
    assert container["command"] == ["python3", "/var/run/glider/executor/start.py"]


def test_another_word_is_refused():
    with pytest.raises(FieldError, match=r"executor\.delivery: expected one of Auto, ImageVolume, InitContainer, found \"Copy\""):
        pod(configured="Copy")


@pytest.mark.parametrize(
    ("version", "has"),
    [
        pytest.param({"major": "1", "minor": "35"}, True, id="the first that has them by default"),
        pytest.param({"major": "1", "minor": "36+"}, True, id="a cloud's own build"),
        pytest.param({"major": "2", "minor": "0"}, True, id="a later major version"),
        pytest.param({"major": "1", "minor": "34"}, False, id="one before"),
        pytest.param({"major": "", "minor": ""}, False, id="one that doesn't know its version"),
        pytest.param({}, False, id="no version"),
    ],
)
def test_the_servers_version_shows_whether_there_are_image_volumes(version, has):
    assert has_image_volumes(version) is has


@pytest.mark.parametrize(
    ("failure", "shows"),
    [
        pytest.param(system_failure("ExecutorNotMounted", "mkdir"), True, id="a node that could not mount the image"),
        pytest.param(user_failure("USER:ValueError", "no"), False, id="another failure"),
        pytest.param(None, False, id="no failure"),
    ],
)
def test_an_attempt_shows_that_a_node_has_none(failure, shows):
    assert failed_to_mount(Status(attempts=(Attempt(number=0, pod_name="a0", failure=failure),))) is shows
