"""An API server that refuses, hangs up or is slow at each write, and watches that tell too little, too much or too late."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.faults.apiserver.rules import Answer, Cut, Delay, Drop, EventRule, Fault, Gone, Late, Overtaken, Repeat, Reset, Rule
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import LOST_POD, RETRY, SUCCESS, Life
from tests.integration.fire.scenes import recorded_writes, writes_about
from tests.integration.fire.stage import Stage


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(status=409, reason="Conflict"), id="409, somebody wrote it meanwhile"),
        pytest.param(Answer(status=429, reason="TooManyRequests", retry_after=1), id="429 with Retry-After"),
        pytest.param(Answer(status=500, reason="InternalError"), id="500"),
        pytest.param(Answer(status=503, reason="ServiceUnavailable"), id="503"),
        pytest.param(Answer(status=504, reason="Timeout", after=True), id="504, though it was done"),
        pytest.param(Reset(), id="a reset before it was done"),
        pytest.param(Reset(after=True), id="a reset after it was done"),
        pytest.param(Delay(seconds=1.5), id="a second and a half"),
    ],
)
def test_a_fault_at_any_write_is_survived(fire: Stage, fault: Fault):
    writes = recorded_writes(fire, RETRY)
    names = fire.begin([RETRY] * writes)
    fire.proxy.rules = [Rule(where=writes_about(name), nth=nth, fault=fault) for nth, name in enumerate(names, start=1)]
    fire.create()
    fire.wait_until_over()
    check_all(fire)


@pytest.mark.parametrize(
    ("event_rules", "lives"),
    [
        pytest.param([EventRule(fault=Repeat())], [SUCCESS, RETRY, LOST_POD], id="every event comes twice"),
        pytest.param([EventRule(fault=Late(0.05))], [SUCCESS, RETRY, LOST_POD], id="every event comes late"),
        pytest.param([EventRule(resource="pods", fault=Overtaken())], [SUCCESS, RETRY, LOST_POD], id="pods come in another order"),
        pytest.param([EventRule(resource="taskexecutions", fault=Overtaken())], [SUCCESS, RETRY, LOST_POD], id="executions do"),
        pytest.param([EventRule(fault=Cut(), first=4)], [SUCCESS, RETRY, LOST_POD], id="watches are cut"),
        pytest.param([EventRule(fault=Gone(), first=4)], [SUCCESS, RETRY], id="watches are too old, and all is listed again"),
    ],
)
def test_watches_that_misbehave_change_nothing(fire: Stage, event_rules: Sequence[EventRule], lives: Sequence[Life]):
    fire.begin([*lives, *lives])
    fire.proxy.event_rules = list(event_rules)
    fire.create()
    fire.wait_until_over()
    check_all(fire)


@pytest.mark.parametrize(
    ("event_rule", "life"),
    [
        pytest.param(EventRule(resource="pods", type="MODIFIED", nth=3, fault=Drop()), SUCCESS, id="a pod's end is lost"),
        pytest.param(EventRule(resource="pods", type="DELETED", fault=Drop()), LOST_POD, id="a pod's deletion is lost"),
        pytest.param(EventRule(resource="pods", type="DELETED", fault=Gone()), LOST_POD, id="410 while a pod goes"),
        pytest.param(EventRule(resource="taskexecutions", type="ADDED", fault=Drop()), SUCCESS, id="an execution's coming is lost"),
    ],
)
def test_lost_events_are_made_up_for(fire: Stage, event_rule: EventRule, life: Life):
    fire.begin([life])
    fire.proxy.event_rules = [event_rule]
    fire.create()
    fire.wait_until_over()
    check_all(fire)
