"""An API server that lives and won't serve the watch of executions, as kopf doesn't try again. For how long is in `situations`."""

from __future__ import annotations

from tests.faults.apiserver.rules import Answer, EventRule, Gone, Rule, calls
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import SUCCESS
from tests.integration.fire.stage import Stage


def test_a_list_that_is_too_old_ends_the_process_and_the_next_one_goes_on(fire: Stage):
    fire.begin([SUCCESS, SUCCESS])
    fire.proxy.event_rules = [EventRule(resource="taskexecutions", fault=Gone(), first=1)]
    fire.proxy.rules = [Rule(where=calls(verb="list", resource="taskexecutions"), fault=Answer(status=410, reason="Expired"))]
    fire.create()
    assert fire.operator.wait(timeout=60) == 1
    assert "stopping, to be restarted" in fire.operator.log()
    fire.proxy.rules = []
    fire.operator.start()
    fire.wait_until_over()
    check_all(fire)
