"""Lives end once and well whatever goes on around them: watches that tell too little, too much, too late or not at all, an API
server that refuses everybody for a while or starts anew, and clocks that are off.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from tests.cluster import api_client
from tests.cluster.private import PrivateControlPlane, programs
from tests.faults.apiserver.rules import Cut, Drop, EventRule, Gone, Late, Overtaken, Repeat, Torn
from tests.integration.fire.acts import Lanes, chosen
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import CANCELLED, DELETED, LIVES, LOST_POD, RETRY, SUCCESS
from tests.integration.fire.situations import (
    Situation,
    after_a_restart_to_stale_lists,
    events_of_pods_refused,
    is_over,
    no_lists_and_watches_for_long,
    no_watch_of_executions,
    node_skewed,
    operator_jumps,
    operator_skewed,
    refused_reads,
    refused_writes,
    slow,
    too_old_everywhere,
    watched,
)
from tests.integration.fire.stage import Stage, wait_until

_ALL = [SUCCESS, RETRY, LOST_POD, CANCELLED, DELETED]

#: The longest first: the others are over meanwhile.
SITUATIONS: Mapping[str, Situation] = {
    "nothing can be listed or watched for a minute and a half": no_lists_and_watches_for_long,
    "executions can't be watched for a minute": no_watch_of_executions,
    "the Events of pods can't be listed": events_of_pods_refused,
    "all writes are answered with 429 for a while": refused_writes(429, "TooManyRequests", retry_after=1),
    "all writes are answered with 503 for a while": refused_writes(503, "ServiceUnavailable"),
    "reads are answered with 429": refused_reads(429, "TooManyRequests"),
    "reads are answered with 500": refused_reads(500, "InternalError"),
    "reads are answered with 503": refused_reads(503, "ServiceUnavailable"),
    "reads are answered with 403": refused_reads(403, "Forbidden"),
    "reads are answered with 410": refused_reads(410, "Expired", ends=True),
    "every event comes twice": watched(_ALL, EventRule(fault=Repeat())),
    "every event comes a little late": watched(_ALL, EventRule(fault=Late(0.05))),
    "a pod's coming is told later than anybody waits for it": watched(
        _ALL, EventRule(resource="pods", type="ADDED", nth=2, fault=Late(12))
    ),
    "pods come in another order": watched(_ALL, EventRule(resource="pods", fault=Overtaken())),
    "executions come in another order": watched(_ALL, EventRule(resource="taskexecutions", fault=Overtaken())),
    "watches are cut": watched(_ALL, EventRule(fault=Cut(), first=4)),
    "events are torn": watched(_ALL, EventRule(fault=Torn(), first=4)),
    "watches are too old, and all is listed again": watched(_ALL, EventRule(fault=Gone(), first=4)),
    "watches are too old, lists long, and their second pages too": too_old_everywhere,
    "nothing is told at all": watched([RETRY, LOST_POD, CANCELLED], EventRule(fault=Drop())),
    "no pod's end is told": watched([SUCCESS, RETRY], EventRule(resource="pods", type="MODIFIED", about=is_over, fault=Drop())),
    "no pod's deletion is told": watched([LOST_POD, CANCELLED, DELETED], EventRule(resource="pods", type="DELETED", fault=Drop())),
    "watches are too old while pods go": watched([LOST_POD, CANCELLED], EventRule(resource="pods", type="DELETED", fault=Gone())),
    "an execution's coming isn't told": watched([SUCCESS], EventRule(resource="taskexecutions", type="ADDED", fault=Drop())),
    "no execution's deletion is told": watched([DELETED], EventRule(resource="taskexecutions", type="DELETED", fault=Drop())),
    "lists are older than what is there": after_a_restart_to_stale_lists,
    "each call takes a second": slow,
    "the operator's clock is five minutes ahead": operator_skewed(minutes=5),
    "the operator's clock is five minutes behind": operator_skewed(minutes=-5),
    "the operator's clock is put forward by five minutes": operator_jumps(minutes=5),
    "the operator's clock is put back by five minutes": operator_jumps(minutes=-5),
    "the node's clock is five minutes ahead": node_skewed(minutes=5),
    "the node's clock is five minutes behind": node_skewed(minutes=-5),
}


@pytest.fixture(scope="module")
def after_situations(request: pytest.FixtureRequest, lanes_for_waiting: Lanes) -> Mapping[str, list[str] | str]:
    """What is wrong after each situation."""
    return lanes_for_waiting.play({name: SITUATIONS[name] for name in chosen(request, "situation")})


@pytest.mark.parametrize("situation", SITUATIONS)
def test_lives_end_once_and_well_while(after_situations: Mapping[str, list[str] | str], situation: str):
    assert after_situations[situation] == []


def test_lives_go_on_when_the_api_server_is_back(fire: Stage, plane: PrivateControlPlane):
    """It is killed in the middle, as all of them are on their way, and is away for a while."""
    [_, api_server, *_] = programs(plane)
    fire.begin(LIVES * 2)
    fire.create()
    wait_until(lambda: "Running" in fire.open_ones().values(), what="something to run")
    plane.end(api_server.name)
    time.sleep(2)
    plane.restart(api_server)
    plane.wait(api_server.name, lambda: api_client.is_api_ready(plane.layout))
    fire.wait_until_over()
    check_all(fire)
