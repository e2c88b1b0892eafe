"""What becomes of an execution at an unexpected error."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider.wire.errors import Kind, Origin
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Status
from glider_core.reconcile.internal_errors import PATIENCE, PATIENCE_WITH_THE_MACHINE, TRIES, Tries, give_up
from glider_core.reconcile.observed_pods import ObservedPods
from tests.unit.glider_core.builders import SECOND, T0, make_execution, make_pod


class OddError(Exception):
    """Its text can't even be had."""

    def __str__(self) -> str:
        raise ValueError("no words")


def plan(error: Exception, *, count: int = TRIES, after: timedelta = PATIENCE, observed: ObservedPods | None = None, **execution):
    return give_up(
        make_execution(**execution), error, tries=Tries(count=count, since=T0), observed=observed or ObservedPods(), now=T0 + after
    )


@pytest.mark.parametrize(
    ("error", "count", "after", "ends"),
    [
        pytest.param(TypeError("x"), 1, SECOND, False, id="the first time"),
        pytest.param(TypeError("x"), TRIES, SECOND, False, id="often, but within a moment"),
        pytest.param(TypeError("x"), TRIES - 1, PATIENCE, False, id="for long, but few times"),
        pytest.param(TypeError("x"), TRIES, PATIENCE, True, id="often and for long"),
        pytest.param(MemoryError(), TRIES, PATIENCE, False, id="the operator's own machine may recover"),
        pytest.param(OSError(24, "Too many open files"), TRIES, PATIENCE_WITH_THE_MACHINE, True, id="but not for ever"),
    ],
)
def test_tries(error: Exception, count: int, after: timedelta, ends: bool):
    assert (plan(error, count=count, after=after) is not None) is ends


def test_the_end():
    try:
        make_execution().spec["nope"]
    except KeyError as error:
        found = plan(error)
    assert found is not None
    status = found.status
    assert status is not None
    assert (status.phase, status.completed, status.condition.true) == (Phase.FAILED, T0 + PATIENCE, False)
    assert status.failure is not None
    assert (status.failure.code, status.failure.origin, status.failure.kind) == ("InternalError", Origin.SYSTEM, Kind.NON_RECOVERABLE)
    assert status.failure.message.startswith("KeyError: 'nope', 5 times in a row")
    assert "report" in status.failure.message
    assert status.condition.message == status.failure.message
    (event,) = found.events
    assert (event.reason, event.warning, event.message) == ("InternalError", True, status.failure.message)


def test_the_place_in_the_operators_code_is_named():
    try:
        ObservedPods(seen=None).latest  # type: ignore[arg-type]  # noqa: B018
    except AttributeError as error:
        found = plan(error)
    assert found is not None
    assert found.status is not None
    assert ", at reconcile/observed_pods.py:" in found.status.condition.message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(ValueError("a\n  b\nc"), "ValueError: a b c, 5 times", id="several lines become one"),
        pytest.param(ValueError("x" * 100_000), "ValueError: " + "x" * 500 + ", 5 times", id="a long one is cut"),
        pytest.param(ValueError(), "ValueError, 5 times", id="one without words"),
        pytest.param(OddError(), "OddError, 5 times", id="one whose words can't be had"),
    ],
)
def test_words(error: Exception, words: str):
    found = plan(error)
    assert found is not None
    assert found.status is not None
    assert found.status.condition.message.startswith(words)


def test_pods_that_live_are_deleted_and_their_attempt_is_over():
    pod = make_pod()
    attempt = Attempt(number=0, pod_name=pod.name, started=T0)
    found = plan(TypeError("x"), observed=ObservedPods(seen={pod.name: pod}), status=Status(phase=Phase.RUNNING, attempts=(attempt,)))
    assert found is not None
    assert found.delete == (pod,)
    assert found.status is not None
    (ended,) = found.status.attempts
    assert (ended.completed, ended.reason) == (T0 + PATIENCE, "InternalError")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"cancel": True}, "Cancelled", id="cancelled"),
        pytest.param({"cancel": True, "inputs": {"nobody": "foresaw"}}, "Cancelled", id="cancelled, with bad inputs"),
    ],
)
def test_cancel_waits_for_no_further_try(change, reason):
    found = plan(TypeError("x"), count=1, after=timedelta(), **change)
    assert found is not None
    assert found.status is not None
    assert (found.status.phase, found.status.condition.reason) == (Phase.ABORTED, reason)


def test_what_is_over_stays_as_it_is():
    assert plan(TypeError("x"), status=Status(phase=Phase.SUCCEEDED)) is None
