"""An API server that lives and won't serve the watch of executions, for longer than kopf would try or as kopf doesn't try again."""

from __future__ import annotations

import json
import time

import pytest

from tests.faults.apiserver.rules import Answer, EventRule, Gone, Rule, calls
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import SUCCESS
from tests.integration.fire.stage import Stage, wait_until

#: kopf's own back-offs end after 54 s.
OUTAGE = 60.0


@pytest.fixture
def without_a_watch(fire: Stage) -> Stage:
    """A scene that begins with the end of the watch of executions."""
    fire.begin([SUCCESS, SUCCESS])
    fire.proxy.event_rules = [EventRule(resource="taskexecutions", fault=Gone(), first=1)]
    return fire


def test_the_operator_outlives_it_and_says_so_meanwhile(without_a_watch: Stage):
    fire = without_a_watch
    started = fire.operator.ask("/metrics").partition("process_start_time_seconds ")[2].partition("\n")[0]
    fire.proxy.rules = [Rule(where=calls(verb="watch", resource="taskexecutions"), fault=Answer(status=503))]
    fire.create()
    until = time.monotonic() + OUTAGE
    wait_until(lambda: fire.operator.unready(), what="the operator to be unready", timeout=50)
    assert fire.operator.unready().startswith("no watch of taskexecutions for ")
    shown = json.loads(fire.operator.ask("/debug"))
    assert (shown["watches"]["pods"], shown["watches"]["tasktemplates"]) == ("well", "well")
    assert "HTTP status 503" in shown["watches"]["taskexecutions"]
    time.sleep(max(0.0, until - time.monotonic()))
    fire.proxy.rules = []
    wait_until(lambda: not fire.operator.unready(), what="the operator to be ready again", timeout=60)
    fire.wait_until_over()
    assert started in fire.operator.ask("/metrics"), "it is the same process"
    check_all(fire)


def test_a_list_that_is_too_old_ends_the_process_and_the_next_one_goes_on(without_a_watch: Stage):
    fire = without_a_watch
    fire.proxy.rules = [Rule(where=calls(verb="list", resource="taskexecutions"), fault=Answer(status=410, reason="Expired"))]
    fire.create()
    assert fire.operator.wait(timeout=60) == 1
    assert "stopping, to be restarted" in fire.operator.log()
    fire.proxy.rules = []
    fire.operator.start()
    fire.wait_until_over()
    check_all(fire)
