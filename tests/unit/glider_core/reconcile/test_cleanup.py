"""When a finished execution is deleted, or compacted: after its TTL, and not before it is in the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from glider_core.api.lifecycle import TtlAction
from glider_core.api.phases import Phase
from glider_core.api.policies import Policies
from glider_core.api.reasons import WAITS_FOR_HISTORY
from glider_core.api.status import Status
from glider_core.reconcile.cleanup import ARCHIVED_BY, after_end
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Plan
from tests.unit.glider_core.builders import MINUTE, SECOND, T0, ended_pod, make_execution

OVER = replace(make_execution(status=Status(phase=Phase.SUCCEEDED, completed=T0)), compacted=False)
HOUR = timedelta(hours=1)
DELETES, COMPACTS = Policies(ttl=MINUTE), Policies(ttl=MINUTE, ttl_action=TtlAction.COMPACT)


@pytest.mark.parametrize(
    ("policies", "after", "archived", "expected"),
    [
        pytest.param(DELETES, MINUTE, True, {"remove": True}, id="it is deleted"),
        pytest.param(DELETES, MINUTE, False, {"requeue_at": T0 + MINUTE + ARCHIVED_BY}, id="not before it is archived"),
        pytest.param(DELETES, HOUR, False, {"requeue_at": T0 + HOUR + ARCHIVED_BY}, id="however long that takes"),
        pytest.param(COMPACTS, MINUTE, True, {"compact": True}, id="it is compacted"),
        pytest.param(COMPACTS, MINUTE, False, {"requeue_at": T0 + MINUTE + ARCHIVED_BY}, id="neither"),
        pytest.param(DELETES, SECOND, False, {"requeue_at": T0 + MINUTE}, id="before its TTL it makes no difference"),
        pytest.param(Policies(), HOUR, False, {}, id="without one neither: then nothing is done about it"),
    ],
)
def test_what_is_done_after_the_end(policies, after, archived, expected: dict[str, Any]):
    assert after_end(OVER, ObservedPods(), policies=policies, now=T0 + after, archived=archived) == Plan(**expected)


@pytest.mark.parametrize(("late", "count"), [(timedelta(), 0), (ARCHIVED_BY, 1), (2 * ARCHIVED_BY, 0), (HOUR, 0)])
def test_that_it_waits_is_reported_once(late: timedelta, count: int):
    plan = after_end(OVER, ObservedPods(), policies=DELETES, now=T0 + MINUTE + late, archived=False)
    assert [event.reason for event in plan.events] == [WAITS_FOR_HISTORY] * count
    assert after_end(OVER, ObservedPods(), policies=DELETES, now=T0 + MINUTE + late, archived=True).events == ()


def test_its_pods_dont_wait_for_that():
    pod = ended_pod()
    plan = after_end(OVER, ObservedPods(seen={pod.name: pod}), policies=DELETES, now=T0 + timedelta(days=30), archived=False)
    assert plan.delete == (pod,)
    assert not plan.remove
