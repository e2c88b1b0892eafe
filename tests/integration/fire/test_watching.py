"""The watch of pods: what the operator does before it knows them, and when it can't."""

from __future__ import annotations

from tests.faults.apiserver.rules import Answer, Delay, Rule, calls
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import SUCCESS
from tests.integration.fire.stage import Stage

#: The first list of pods that an operator makes asks whether it may; those after it are the watcher's.
ASKS = 1
FAILS = 3


def test_nothing_is_looked_at_before_all_pods_are_known(fire: Stage):
    fire.operator.kill()
    fire.begin([SUCCESS, SUCCESS])
    fire.create()
    lists = calls(verb="list", resource="pods")
    unavailable = Answer(status=503, reason="ServiceUnavailable")
    # a rule counts what those before it have left
    fire.proxy.rules = [Rule(where=lists, first=ASKS, fault=Delay(seconds=0)), Rule(where=lists, first=FAILS, fault=unavailable)]
    before = len(fire.proxy.exchanges)
    fire.operator.start()
    fire.wait_until_over()
    since = [exchange.call for exchange in fire.proxy.exchanges[before:]]
    listed = [call.number for call in since if lists(call)]
    touched = [call.number for call in since if call.is_write or (call.resource.startswith("taskexecutions") and call.verb == "watch")]
    assert len(listed) > ASKS + FAILS
    assert min(touched) > listed[ASKS + FAILS]
    check_all(fire)
