"""What makes an Event another one: an operator that repeats itself is recorded once, and two different things twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider_core.reconcile import events
from glider_core.reconcile.plan import Event
from glider_operator.controller.cluster import event_document
from tests.unit.glider_core.builders import SECOND, T0, make_execution

EXECUTION = make_execution()


def name(event: Event, *, uid: str = EXECUTION.uid) -> str:
    document = event_document(replace(EXECUTION, uid=uid), event, now=T0)
    assert isinstance(document["metadata"]["name"], str)
    return document["metadata"]["name"]


MISSING = events.execution_refused(0, "SecretNotFound", 'Secret "a" is not there yet')
SUSPENDED = events.execution_suspended(0, generation=2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(MISSING, replace(MISSING, message='Secret "b" is not there yet'), id="another Secret is missing"),
        pytest.param(MISSING, replace(MISSING, attempt=1), id="the same is missing for the next attempt"),
        pytest.param(MISSING, replace(MISSING, reason="Forbidden"), id="another reason"),
        pytest.param(SUSPENDED, events.execution_suspended(0, generation=4), id="suspended again before an attempt began"),
        pytest.param(SUSPENDED, events.execution_suspended(1, generation=2), id="suspended again after an attempt"),
    ],
)
def test_both_are_posted(one, other):
    assert name(one) != name(other)


def test_the_same_of_the_same_attempt_is_posted_once_at_any_time():
    assert name(MISSING) == name(replace(MISSING))
    later = event_document(replace(EXECUTION, generation=7, resource_version="9"), MISSING, now=T0 + SECOND)
    assert later["metadata"]["name"] == name(MISSING)


def test_an_execution_made_again_has_events_of_its_own():
    assert name(MISSING) != name(MISSING, uid="another")
