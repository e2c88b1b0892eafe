"""An execution at which the operator meets an unexpected error ends, and is told of, counted and cancelled like others."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from prometheus_client import REGISTRY

from glider_core.reconcile.internal_errors import PATIENCE, TRIES
from glider_operator.queue import RetryLater
from tests.unit.glider_operator.controller.harness import Harness

PLACES = [
    pytest.param("glider_operator.cache.resolutions.resolve", id="resolve"),
    pytest.param("glider_operator.controller.creation.render_pod", id="render"),
    pytest.param("glider_operator.controller.planning.reconcile", id="reconcile"),
    pytest.param("glider_operator.controller.creation.references", id="what the pod refers to"),
]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    def break_(place: str) -> None:
        def fail(*_: Any, **__: Any) -> NoReturn:
            raise TypeError("'str' object has no attribute 'get'")

        monkeypatch.setattr(place, fail)

    return break_


async def tries(harness: Harness, count: int) -> None:
    for _ in range(count):
        with pytest.raises(TypeError):
            await harness.reconcile(after=PATIENCE / TRIES + timedelta(milliseconds=1))


@pytest.mark.parametrize("place", PLACES)
async def test_the_execution_ends(broken, place: str):
    harness = Harness()
    broken(place)
    before = REGISTRY.get_sample_value("glider_internal_errors_total", {"error": "TypeError"}) or 0
    await tries(harness, TRIES)
    await harness.reconcile()
    assert harness.status["phase"] == "Failed"
    (condition,) = [one for one in harness.status["conditions"] if one["type"] == "Succeeded"]
    assert (condition["status"], condition["reason"]) == ("False", "InternalError")
    assert condition["message"].startswith("TypeError: 'str' object has no attribute 'get', 6 times in a row")
    assert (harness.status["error"]["origin"], harness.status["error"]["kind"]) == ("SYSTEM", "NON_RECOVERABLE")
    assert harness.cluster.events == ["InternalError"]
    assert REGISTRY.get_sample_value("glider_internal_errors_total", {"error": "TypeError"}) == before + TRIES + 1
    assert len(harness.controller._tracker.internal_errors) == 0


async def test_an_error_that_passes_is_forgotten(broken, monkeypatch):
    harness = Harness()
    broken("glider_operator.controller.creation.render_pod")
    await tries(harness, TRIES - 1)
    monkeypatch.undo()
    await harness.reconcile()
    assert len(harness.cluster.pods) == 1
    assert len(harness.controller._tracker.internal_errors) == 0


@pytest.mark.parametrize("place", PLACES)
async def test_cancel_works_at_once(broken, place: str):
    harness = Harness()
    broken(place)
    await tries(harness, 1)
    await harness.change(cancel=True)
    assert harness.status["phase"] == "Aborted"


async def test_the_end_is_written_again_after_a_conflict(broken):
    harness = Harness()
    broken("glider_operator.cache.resolutions.resolve")
    await tries(harness, TRIES)
    body = harness.cluster.executions["divide"]
    body["metadata"]["resourceVersion"] = "150"
    with pytest.raises(RetryLater):
        await harness.reconcile()
    harness.controller.watch_handlers.on_execution(copy.deepcopy(body))
    await harness.reconcile()
    assert harness.status["phase"] == "Failed"


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"status": {"attempts": [{"podName": "without a number"}]}}, id="an attempt without a number"),
        pytest.param({"status": {"links": ["x"]}}, id="links of another form"),
        pytest.param({"status": {"conditions": "none"}}, id="conditions of another form"),
        pytest.param({"spec": "x"}, id="a spec that is no object"),
    ],
)
async def test_an_execution_that_cannot_be_read_ends_too(odd: dict[str, Any]):
    harness = Harness()
    body = harness.cluster.executions["divide"] | copy.deepcopy(odd)
    body["metadata"]["resourceVersion"] = "101"
    harness.cluster.executions["divide"] = body
    harness.controller.watch_handlers.on_execution(copy.deepcopy(body))
    for _ in range(TRIES):
        with pytest.raises(Exception, match=r"\w"):
            await harness.reconcile(after=PATIENCE / TRIES + timedelta(milliseconds=1))
    await harness.reconcile()
    assert harness.status["phase"] == "Failed"
