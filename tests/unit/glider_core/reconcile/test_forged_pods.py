"""Pods that somebody else made, with our labels and an execution of the same namespace for their owner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider_core.api.status import Attempt, Status
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.reconciling import current_attempt
from tests.unit.glider_core.builders import T0, make_execution, make_pod

EXECUTION = make_execution()


@pytest.mark.parametrize("name", ["forged", "divide-0f9d2c4e-a8", "divide-0f9d2c4e-a07", "divide-other-a7"])
def test_a_pod_of_another_name_than_its_attempts_is_not_believed(name):
    own, forged = make_pod(attempt=0), replace(make_pod(attempt=7), name=name)
    assert ObservedPods(seen={own.name: own, name: forged}).of(EXECUTION).seen == {own.name: own}


@pytest.mark.parametrize(
    ("attempt", "status", "current"),
    [
        pytest.param(7, Status(), 0, id="of a far attempt, at the beginning"),
        pytest.param(999_999_999, Status(), 0, id="of the last attempt that a label can say"),
        pytest.param(7, Status(attempts=(Attempt(number=2, completed=T0),)), 3, id="of a far attempt, later"),
        pytest.param(3, Status(attempts=(Attempt(number=2, completed=T0),)), 3, id="the next one's"),
        pytest.param(3, Status(attempts=(Attempt(number=2),)), 3, id="one whose predecessor's end isn't known here yet"),
    ],
)
def test_a_number_of_somebodys_choice_skips_no_attempts(attempt, status, current):
    pod = make_pod(attempt=attempt)
    assert current_attempt(status, ObservedPods(seen={pod.name: pod}).of(EXECUTION)) == current
