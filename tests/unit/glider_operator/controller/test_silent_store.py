"""A store that doesn't answer when an image's task has ended: told, waited for, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from glider_core.diagnose.evidence import Evidence
from glider_core.store.access import StoreUnavailable
from tests.unit.glider_core.builders import MINUTE, SECOND, task_document
from tests.unit.glider_operator.controller.harness import Harness

HOUR = timedelta(hours=1)
STARTED = {"startedAt": "2026-01-31T12:00:02Z"}
ENDED = STARTED | {"finishedAt": "2026-01-31T12:00:10Z"}
PROMISES_NOTHING = task_document(interface={"inputs": {"a": "integer", "b": "integer"}})


class Silent:
    """A store that answers when it is back."""

    def __init__(self) -> None:
        self.evidence: Evidence | None = None
        self.asked = 0

    async def prepare(self, task: Any, *, namespace: str) -> None:
        return None

    async def read(self, prefix: str, *, namespace: str) -> Evidence:
        self.asked += 1
        if self.evidence is None:
            raise StoreUnavailable("s3://b/m: no answer within 30 s")
        return self.evidence


async def ended(store: Silent, *, exit_code: int = 0, **spec: Any) -> Harness:
    """An execution whose task has ended while the store is silent, which the operator has found out."""
    harness = Harness(store=store, executor={"mode": "Image"}, storage={"metadataPrefix": "s3://b/m"}, **spec)
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", **STARTED)
    await harness.reconcile(after=10 * SECOND)
    await harness.pod_becomes("terminated", phase="Failed", exitCode=exit_code, **ENDED)
    await harness.reconcile()
    return harness


def told(harness: Harness) -> tuple[str, str]:
    return harness.status["phase"], harness.status["conditions"][0]["reason"]


async def test_it_is_told_once_and_asked_again_ever_more_seldom():
    store = Silent()
    harness = await ended(store)
    assert told(harness) == ("Running", "StoreUnavailable")
    assert harness.status["conditions"][0]["message"].endswith("doesn't answer: s3://b/m: no answer within 30 s")
    writes = len(harness.cluster.writes)
    for _ in range(60 * 30):
        await harness.reconcile()
    assert len(harness.cluster.writes) == writes
    assert harness.cluster.events.count("StoreUnavailable") == 1
    assert 30 <= store.asked <= 40


async def test_it_ends_as_the_store_says_when_it_is_back():
    store = Silent()
    harness = await ended(store)
    store.evidence = Evidence(outputs_found=True, outputs={"o0": 5.0})
    await harness.reconcile(after=MINUTE)
    await harness.reconcile()
    assert told(harness) == ("Succeeded", "Completed")


@pytest.mark.parametrize(
    ("exit_code", "spec", "expected"),
    [
        pytest.param(0, {}, ("Failed", "StoreUnreadable"), id="outputs that nobody has seen"),
        pytest.param(1, {}, ("Failed", "ContainerFailed"), id="an exit code that says enough"),
        pytest.param(0, {"task": PROMISES_NOTHING}, ("Succeeded", "Completed"), id="a good end that promised nothing"),
    ],
)
async def test_after_an_hour_it_ends_by_what_is_known(exit_code: int, spec: dict[str, Any], expected: tuple[str, str]):
    harness = await ended(Silent(), exit_code=exit_code, **spec)
    await harness.reconcile(after=HOUR - MINUTE)
    assert told(harness) == ("Running", "StoreUnavailable")
    await harness.reconcile(after=MINUTE)
    assert told(harness) == expected


async def test_it_can_be_cancelled_meanwhile():
    harness = await ended(Silent())
    await harness.change(cancel=True)
    assert told(harness) == ("Aborted", "Cancelled")


async def test_the_total_timeout_counts_meanwhile():
    harness = await ended(Silent(), timeouts={"total": "10m"})
    await harness.reconcile(after=10 * MINUTE)
    assert told(harness) == ("TimedOut", "TotalTimeout")


async def test_an_operator_that_restarts_asks_anew():
    harness = await ended(Silent())
    harness.now += 2 * HOUR
    harness.restart()
    await harness.reconcile()
    await harness.reconcile()
    assert told(harness) == ("Running", "StoreUnavailable")
