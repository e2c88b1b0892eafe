"""Several operators on one cluster: replicas of which one acts, and instances that divide the executions."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glider_operator.model import labels
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import RETRY, SUCCESS
from tests.integration.fire.stage import OperatorProcess, Stage, wait_until

LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
QUICK = {"leaderElect": True, "leaseDuration": "4s", "renewDeadline": "2500ms", "retryPeriod": "500ms"}

Start = Callable[..., OperatorProcess]


@pytest.fixture
def start(fire: Stage, tmp_path: Path) -> Iterator[Start]:
    """Starts operators in place of the stage's own."""
    fire.operator.kill()
    started: list[OperatorProcess] = []

    def start_one(name: str, **settings: object) -> OperatorProcess:
        one = OperatorProcess(kubeconfig=fire.proxy.kubeconfig, folder=tmp_path, name=name, **settings)
        started.append(one)
        one.start()
        return one

    yield start_one
    for one in started:
        one.kill()
    fire.operator.start()


def two_replicas(start: Start, *, lease: str) -> tuple[OperatorProcess, OperatorProcess]:
    """The one that leads and the one that stands by."""
    election = QUICK | {"resourceName": lease}
    first = start("first", leaderElection=election)
    wait_until(first.leads, what="the first to lead")
    second = start("second", leaderElection=election)
    assert not second.leads()
    leader = json.loads(first.ask("/debug"))["leader"]
    wait_until(lambda: json.loads(second.ask("/debug"))["leader"] == leader, what="the second to see who leads")
    return first, second


def test_the_standby_goes_on_where_a_killed_leader_was(fire: Stage, start: Start):
    first, second = two_replicas(start, lease="killed")
    fire.begin([SUCCESS, RETRY] * 4)
    fire.create()
    wait_until(lambda: len(fire.open_ones()) < 8, what="the first ends")
    first.kill()
    fire.wait_until_over()
    check_all(fire)
    assert second.leads()


def test_a_leader_that_wakes_up_deposed_writes_nothing_and_ends(fire: Stage, start: Start):
    first, second = two_replicas(start, lease="suspended")
    fire.begin([SUCCESS, RETRY] * 4)
    first.signal(signal.SIGSTOP)
    fire.create()
    fire.wait_until_over()
    assert second.leads()
    fire.wait_until_quiet()
    before = len(fire.proxy.writes())
    first.signal(signal.SIGCONT)
    assert first.wait() != 0
    # of what other tests left behind, the one that leads now may go on with
    late = [one for one in fire.proxy.writes()[before:] if one.call.namespace == fire.namespace]
    assert late == []
    check_all(fire)


def test_a_leader_that_is_stopped_hands_over_at_once(fire: Stage, start: Start):
    first, second = two_replicas(start, lease="stopped")
    assert fire.api.get(f"{LEASES}/stopped")["spec"]["leaseTransitions"] == 0
    first.signal(signal.SIGTERM)
    assert first.wait() == 0, first.log()[-3000:]
    assert "released the Lease" in first.log()
    wait_until(second.leads, what="the second to lead")
    assert fire.api.get(f"{LEASES}/stopped")["spec"]["leaseTransitions"] >= 1
    fire.begin([SUCCESS])
    fire.create()
    fire.wait_until_over()
    check_all(fire)


def test_instances_serve_what_is_labelled_for_them(fire: Stage, start: Start):
    start("plain")
    start("blue", instanceId="blue")
    names = fire.begin([SUCCESS] * 3)
    for name, instance in zip(names, (None, "blue", "green"), strict=True):
        document = fire.names[name].document(name)
        if instance:
            document["metadata"]["labels"] = {labels.INSTANCE: instance}
        fire.api.create(fire.executions, document)
    wait_until(lambda: set(fire.open_ones()) == {names[2]}, what="those that somebody serves to end")
    assert [fire.pods(name)[0]["metadata"]["labels"].get(labels.INSTANCE) for name in names[:2]] == [None, "blue"]
    assert fire.pods(names[2]) == []
    del fire.names[names[2]]
    check_all(fire)
